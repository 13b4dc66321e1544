"""倒産手続での届出の期限、届出、配当。期限は予定になり、届け出れば消える。受けた額は、収納として届いた額と並べて見せる。

What is due, filed and received in a bankruptcy. The last deadline is a task until something is filed; dividends stand beside what the
receipts of channel 配当 say.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from osame.collection.arrears.procedures import ProcedureUnknown
from osame.collection.cases.actions import refuse_words
from osame.collection.cases.models import InsolvencyRecord
from osame.collection.dispositions.queries import BankruptcyLine, bankruptcies_of
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.dispositions import Procedure
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

Kind = InsolvencyRecord.Kind


class FilingNeedsAmount(Refusal):
    """額がありません。届け出た額、または受けた額を入力してください。"""


class BeforeOpening(Refusal):
    """開始の決定の日より前です。日付を確かめてください。"""


class NoFilingInRehabilitation(Refusal):
    """再生手続では、租税は届け出ないで随時納付を受けます（民事再生法第122条第2項）。納付を受けたことだけを記録してください。"""


class DividendNotFiled(Refusal):
    """届出（交付要求）の記録がありません。先に、届け出たことを記録してください。"""


@dataclass(frozen=True, slots=True)
class InsolvencyLine:
    """記録一つ。"""

    kind: InsolvencyRecord.Kind
    happened_on: date
    amount: int | None
    note: str
    officer: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class NewRecord:
    """残す記録。 amount: 届け出た額・受けた額（期限なら None）。"""

    kind: InsolvencyRecord.Kind
    on: date
    note: str
    amount: int | None = None


def bankruptcy_numbered(addressee_number: str, bankruptcy_id: int) -> BankruptcyLine:
    """その人の、番号の倒産手続。"""
    found = next((each for each in bankruptcies_of(addressee_number) if each.bankruptcy_id == bankruptcy_id), None)
    if found is None:
        raise ProcedureUnknown(str(bankruptcy_id))
    return found


def record_insolvency(key: tuple[str, int], new: NewRecord, *, as_of: date, officer: str) -> None:
    """届出の期限、届出、配当を記録する。 key: （宛名番号、破産管理番号）。

    要件: F13-12
    """
    with transaction.atomic():
        found = bankruptcy_numbered(*key)
        refuse_words(key[0], new.note)
        if new.on < found.since:
            raise BeforeOpening(format_wareki(found.since))
        if found.procedure is Procedure.REHABILITATION and new.kind is not Kind.DIVIDEND:
            raise NoFilingInRehabilitation
        if new.kind is not Kind.DEADLINE and not new.amount:
            raise FilingNeedsAmount
        needs_filing = new.kind is Kind.DIVIDEND and found.procedure is not Procedure.REHABILITATION
        if needs_filing and all(each.kind is not Kind.FILED for each in insolvency_of(key)):
            raise DividendNotFiled
        amount = None if new.kind is Kind.DEADLINE else new.amount
        run_sql(
            "INSERT INTO insolvency_record (addressee_number, bankruptcy_id, record_number, kind, happened_on, amount, note, officer) "
            "SELECT %s, %s, coalesce(max(record_number), 0) + 1, %s, %s, %s, %s, %s FROM insolvency_record "
            "WHERE addressee_number = %s AND bankruptcy_id = %s",
            [*key, new.kind, new.on, amount, new.note.strip(), officer, *key],
        )
        detail: dict[str, str | int] = {"破産管理番号": key[1], "記録": str(new.kind.label), "日": as_of.isoformat()}
        record("倒産手続の記録を残した", subjects=[key[0]], detail=detail)


def insolvency_of(key: tuple[str, int]) -> tuple[InsolvencyLine, ...]:
    """届出の期限、届出、配当を、記録の順に。

    要件: F13-12
    """
    rows = fetch_all(
        "SELECT kind, happened_on, amount, note, officer, recorded_at FROM insolvency_record "
        "WHERE addressee_number = %s AND bankruptcy_id = %s ORDER BY record_number",
        [*key],
    )
    return tuple(InsolvencyLine(Kind(kind), *rest) for kind, *rest in rows)


def distributed_since(addressee_number: str, opened_on: date) -> int:
    """開始の決定の日から、配当として収納に届いた額。

    要件: F13-12
    """
    ((amount,),) = fetch_all(
        "SELECT coalesce(sum(r.amount), 0)::bigint FROM receipt r WHERE r.addressee_number = %s AND r.channel = '15' "
        "AND r.paid_on >= %s AND NOT EXISTS (SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id "
        "AND x.receipt_key = r.receipt_key AND x.addressee_number = r.addressee_number)",
        [addressee_number, opened_on],
    )
    return int(amount)
