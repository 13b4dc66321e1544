"""倒産手続（破産・民事再生・会社更生）。登録し、期別ごとの債権の区分を法に問い、届出と終わりを残す。"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.cases.actions import refuse_words
from osame.collection.cases.models import Insolvency
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.allocation import Component
from osame.law.bankruptcy import BankruptClaim, RankAnswer, bankruptcy_rank
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql


class InsolvencyNeedsCourt(Refusal):
    """裁判所か事件番号がありません。官報か通知書の記載を入力してください。"""


class InsolvencyUnknown(Refusal):
    """その倒産手続はありません。台帳の画面を開き直してください。"""


class InsolvencyClosed(Refusal):
    """この倒産手続は、もう終わっています。新しい手続なら、新しく登録してください。"""


class ClosedBeforeOpened(Refusal):
    """手続の終わった日が、開始決定日より前です。日付を確かめてください。"""


@dataclass(frozen=True, slots=True)
class NewInsolvency:
    """登録する倒産手続。"""

    kind: Insolvency.Kind
    court: str
    court_number: str
    opened_on: date
    trustee: str = ""
    filed_on: date | None = None
    request_through: date | None = None


@dataclass(frozen=True, slots=True)
class InsolvencyLine:
    """倒産手続一つ。"""

    insolvency_id: int
    kind: str
    court: str
    court_number: str
    filed_on: date | None
    opened_on: date
    trustee: str
    request_through: date | None
    requested_on: date | None
    closed_on: date | None
    outcome: str

    @property
    def kind_label(self) -> str:
        """種類の名。"""
        return str(Insolvency.Kind(self.kind).label)

    @property
    def outcome_label(self) -> str:
        """終わり方の名。"""
        return str(Insolvency.Outcome(self.outcome).label) if self.outcome else "手続中"


@dataclass(frozen=True, slots=True)
class RankedCharge:
    """期別一つの、破産手続での区分。"""

    charge_id: int
    due_date: date
    owed: int
    answer: RankAnswer


def insolvencies_of(addressee_number: str) -> tuple[InsolvencyLine, ...]:
    """その人の倒産手続を、新しい順に。

    要件: F13-12
    """
    rows = fetch_all(
        "SELECT insolvency_id, kind, court, court_number, filed_on, opened_on, trustee, request_through, requested_on, closed_on, outcome "
        "FROM insolvency WHERE addressee_number = %s ORDER BY insolvency_id DESC",
        [addressee_number],
    )
    return tuple(InsolvencyLine(*row) for row in rows)


def ranks_of(addressee_number: str, opened_on: date) -> tuple[RankedCharge, ...]:
    """開始決定の日の、期別ごとの本税の区分。財団債権、優先的破産債権、手続の外。

    要件: F13-12
    """
    rows = fetch_all(
        "SELECT charge_id, due_date, principal_tax + demand_fee + delinquency_charge, determined_on FROM charge "
        "WHERE addressee_number = %s AND charge_id > 0 AND principal_tax + demand_fee + delinquency_charge > 0 ORDER BY due_date, charge_id",
        [addressee_number],
    )
    return tuple(
        RankedCharge(
            charge_id, due, owed,
            bankruptcy_rank(BankruptClaim(Component.PRINCIPAL_TAX, due, arose_before=determined <= opened_on), opened_on),
        )
        for charge_id, due, owed, determined in rows
    )  # fmt: skip


def register_insolvency(addressee_number: str, new: NewInsolvency, *, as_of: date, officer: str) -> int:
    """倒産手続を登録する。期別の手続の段階に「破産手続」が現れ、個別の差押えは法が断る。番号を返す。

    要件: F13-12
    """
    if not new.court.strip() or not new.court_number.strip():
        raise InsolvencyNeedsCourt
    with transaction.atomic():
        refuse_words(addressee_number, f"{new.court} {new.court_number} {new.trustee}")
        (number,) = fetch_one(
            "INSERT INTO insolvency (addressee_number, insolvency_id, kind, court, court_number, filed_on, opened_on, trustee, "
            "request_through, officer, recorded_on, outcome) VALUES (%s, nextval('insolvency_number'), %s, %s, %s, %s, %s, %s, %s, %s, %s, '') "
            "RETURNING insolvency_id",
            [addressee_number, new.kind, new.court.strip(), new.court_number.strip(), new.filed_on, new.opened_on,
             new.trustee.strip(), new.request_through, officer, as_of],
        )  # fmt: skip
        record(
            "倒産手続を登録した", subjects=[addressee_number], detail={"番号": int(number), "種類": str(new.kind.label)}
        )
    return int(number)


def request_in_insolvency(key: tuple[str, int], *, requested_on: date, officer: str) -> None:
    """交付要求・債権届出をした日を残す。

    要件: F13-12
    """
    with transaction.atomic():
        _open(key)
        run_sql(
            "UPDATE insolvency SET requested_on = %s WHERE addressee_number = %s AND insolvency_id = %s",
            [requested_on, *key],
        )
        record("倒産手続で届け出た", subjects=[key[0]], detail={"番号": key[1], "職員": officer})


def close_insolvency(key: tuple[str, int], *, closed_on: date, outcome: Insolvency.Outcome, officer: str) -> None:
    """倒産手続の終わりを残す。免責されても租税は残る（破産法第253条第1項第1号）。

    要件: F13-12
    """
    with transaction.atomic():
        opened_on = _open(key)
        if closed_on < opened_on:
            raise ClosedBeforeOpened(format_wareki(opened_on))
        run_sql(
            "UPDATE insolvency SET closed_on = %s, outcome = %s WHERE addressee_number = %s AND insolvency_id = %s",
            [closed_on, outcome, *key],
        )
        record(
            "倒産手続が終わった",
            subjects=[key[0]],
            detail={"番号": key[1], "終わり方": str(outcome.label), "職員": officer},
        )


def _open(key: tuple[str, int]) -> date:
    rows = fetch_all(
        "SELECT opened_on, closed_on FROM insolvency WHERE addressee_number = %s AND insolvency_id = %s FOR UPDATE",
        [*key],
    )
    if not rows:
        raise InsolvencyUnknown(str(key[1]))
    if rows[0][1]:
        raise InsolvencyClosed(format_wareki(rows[0][1]))
    opened: date = rows[0][0]
    return opened
