"""財産の登録。同一人と認定された回答から台帳に載せ、評価し、ほかの者の権利を足す。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.assets.models import AssetInterest
from osame.collection.assets.queries import asset_numbered, reply_numbered, third_party
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql


class NotIdentified(Refusal):
    """この回答は、同一人と認定されていません。先に認定してください。"""


class AlreadyRegistered(Refusal):
    """この回答の財産は、もう登録されています。財産の台帳を見てください。"""


@dataclass(frozen=True, slots=True)
class Valuation:
    """財産の評価。 exempt_article: 差押えを禁じる条文（禁じられていなければ空）。"""

    value: int
    valued_on: date
    prior_claims: int = 0
    disposition_cost: int = 0
    exempt_article: str = ""
    is_divisible: bool = False
    is_seized_by_other: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Interest:
    """ほかの者の権利。 set_on: 設定・登記の日（租税なら法定納期限等）。"""

    kind: AssetInterest.Kind
    third_party_id: int
    amount: int
    set_on: date | None
    rank: int


def register_asset(reply_id: int, valuation: Valuation, *, as_of: date, officer: str) -> int:
    """同一人と認定された回答から、財産を登録する。財産番号を返す。

    要件: F16-08
    """
    with transaction.atomic():
        reply = reply_numbered(reply_id)
        if not reply.is_identified:
            raise NotIdentified(f"回答番号{reply_id}")
        if reply.asset_id is not None:
            raise AlreadyRegistered(f"財産番号{reply.asset_id}")
        (number,) = fetch_one("SELECT nextval('asset_number')")
        run_sql(
            "INSERT INTO asset (addressee_number, asset_id, reply_id, kind, third_party_id, description, value, prior_claims, "
            "disposition_cost, exempt_article, is_divisible, is_seized_by_other, is_seized, valued_on, note, recorded_on, officer) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, false, %s, %s, %s, %s)",
            [reply.addressee_number, number, reply_id, reply.kind.name, reply.third_party_id, reply.description,
             *_valued(valuation), valuation.valued_on, valuation.note.strip(), as_of, officer],
        )  # fmt: skip
        _recorded(
            "財産を登録した", reply.addressee_number, {"財産番号": int(number), "種類": reply.kind.value}, officer
        )
        return int(number)


def revalue_asset(asset_id: int, valuation: Valuation, *, officer: str) -> None:
    """財産の評価、優先する債権、差押えを禁じる条文を改める。

    要件: F16-08
    """
    with transaction.atomic():
        asset = asset_numbered(asset_id)
        run_sql(
            "UPDATE asset SET value = %s, prior_claims = %s, disposition_cost = %s, exempt_article = %s, is_divisible = %s, "
            "is_seized_by_other = %s, valued_on = %s, note = %s WHERE addressee_number = %s AND asset_id = %s",
            [*_valued(valuation), valuation.valued_on, valuation.note.strip(), *asset.key],
        )
        detail = {"財産番号": asset_id, "前の評価": asset.value, "評価": valuation.value}
        _recorded("財産の評価を改めた", asset.addressee_number, detail, officer)


def add_interest(asset_id: int, interest: Interest, *, officer: str) -> int:
    """財産についてのほかの者の権利を足す。通知と配当の相手になる。連番を返す。

    要件: F16-06, F17-08
    """
    with transaction.atomic():
        asset, party = asset_numbered(asset_id), third_party(interest.third_party_id)
        (number,) = fetch_one(
            "INSERT INTO asset_interest (addressee_number, asset_id, interest_number, kind, third_party_id, amount, set_on, rank) "
            "SELECT %s, %s, coalesce(max(interest_number), 0) + 1, %s, %s, %s, %s, %s FROM asset_interest "
            "WHERE addressee_number = %s AND asset_id = %s RETURNING interest_number",
            [
                *asset.key,
                interest.kind,
                party.third_party_id,
                interest.amount,
                interest.set_on,
                interest.rank,
                *asset.key,
            ],
        )
        detail: dict[str, str | int] = {"財産番号": asset_id, "権利": interest.kind.label}
        _recorded("財産についての権利を足した", asset.addressee_number, detail, officer)
        return int(number)


def _valued(valuation: Valuation) -> tuple[int | str | bool, ...]:
    return (
        valuation.value, valuation.prior_claims, valuation.disposition_cost, valuation.exempt_article.strip(),
        valuation.is_divisible, valuation.is_seized_by_other,
    )  # fmt: skip


def _recorded(act: str, addressee_number: str, detail: Mapping[str, str | int], officer: str) -> None:
    record(act, subjects=[addressee_number], detail={**detail, "職員": officer})
