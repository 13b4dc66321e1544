"""納期限の変更。期別一つの納期限を、四つの目を経て変える。

The due date of one term, changed for all its charges at once: proposed with its ground and its basis, checked, decided, and
carried out through `move_due_dates`, so that every taxpayer's history tells it with the number of the proposal. A due date
that has been determined is never brought forward.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import transaction

from osame.collection.demands.actions import cancel_early_demands
from osame.collection.determinations.extending import MOVED, Move, move_due_dates
from osame.collection.ledger.posting import claim_command
from osame.collection.parameters.calendar import is_open_day
from osame.collection.parameters.overview import year_name
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, executes, hash_of, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.database import day_of_transaction, fetch_all, fetch_one, run_sql
from osame.platform.imports import registry

OPEN = (Proposal.State.PROPOSED, Proposal.State.CHECKED, Proposal.State.DECIDED)


class Ground(StrEnum):
    """納期限を変える根拠。"""

    DISASTER = "disaster"
    CLOSED_DAY = "closed_day"
    ORDINANCE = "ordinance"
    MISTAKE = "mistake"

    @property
    def label(self) -> str:
        """根拠の名と条文。"""
        return {
            Ground.DISASTER: "災害などによる期限の延長（地方税法第20条の5の2）",
            Ground.CLOSED_DAY: "納期限が閉庁日に当たるため（地方税法第20条の5第2項）",
            Ground.ORDINANCE: "条例による納期の変更",
            Ground.MISTAKE: "納期限の誤りを納税者の利益に正す",
        }[self]


class UnknownTerm(Refusal):
    """その期別はありません。賦課年度・税目・期別を確かめてください。"""


class NotBroughtForward(Refusal):
    """調定のある期別の納期限は、早められません（納税者の不利益になるため）。いまの納期限より後の日を入力してください。"""


class SameDueDate(Refusal):
    """いまの納期限と同じ日です。変える日を入力してください。"""


class ClosedDay(Refusal):
    """その日は閉庁日です。開庁日を入力してください。"""


class BasisOfDueDateMissing(Refusal):
    """根拠の番号がありません。告示・条例・決裁の番号を入力してください。"""


class AlreadyProposed(Refusal):
    """この期別の納期限の変更は、もう起案されています。その起案を決めてから、起案してください。"""


class DueDateMoved(Refusal):
    """起案の後に、この期別の納期限が変わりました。執行せずに止めました。いまの納期限を確かめ、起案からやり直してください。"""


class ProposalMissing(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


def move_of(levy_year: int, tax_item: str, installment_term: int, after: date) -> Move:
    """納期限の変更を組み立て、できないものを断る。"""
    found = fetch_all(
        "SELECT due_date FROM installment_term WHERE levy_year = %s AND tax_item = %s AND installment_term = %s",
        [levy_year, tax_item, installment_term],
    )
    if not found:
        raise UnknownTerm
    move = Move(levy_year, tax_item, installment_term, found[0][0], after)
    if after == move.before:
        raise SameDueDate
    if not is_open_day(after):
        raise ClosedDay(format_wareki(after))
    if after < move.before and _has_charges(move):
        raise NotBroughtForward
    return move


def propose_due_date(move: Move, *, ground: Ground, basis: str, reason: str) -> int:
    """納期限の変更を起案する。起案番号を返す。

    要件: F01-03, F29-02
    """
    if not basis.strip():
        raise BasisOfDueDateMissing
    with transaction.atomic():
        ((name,),) = fetch_all(
            "SELECT name FROM installment_term WHERE levy_year = %s AND tax_item = %s AND installment_term = %s "
            "FOR UPDATE",
            [move.levy_year, move.tax_item, move.installment_term],
        )
        key = {"levy_year": move.levy_year, "tax_item": move.tax_item, "installment_term": move.installment_term}
        if Proposal.objects.filter(act=HighRiskAct.DUE_DATE_CHANGE, state__in=OPEN, content__contains=key).exists():
            raise AlreadyProposed(name)
        (charges,) = fetch_one(
            "SELECT count(*) FROM charge WHERE levy_year = %s AND tax_item = %s AND installment_term = %s "
            "AND due_date = %s",
            [move.levy_year, move.tax_item, move.installment_term, move.before],
        )
        content = {
            **key,
            "name": name,
            "before": move.before.isoformat(),
            "after": move.after.isoformat(),
            "ground": ground.value,
            "basis": basis.strip(),
            "charges": charges,
        }
        return propose(HighRiskAct.DUE_DATE_CHANGE, content=content, reason=reason)


@executes(HighRiskAct.DUE_DATE_CHANGE)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された納期限の変更を執行する。期別とその調定が、新しい納期限になる。

    要件: F01-03, F03-03
    """
    before = date.fromisoformat(content["before"])
    with transaction.atomic():
        registry.take_turn()
        move = move_of(
            content["levy_year"], content["tax_item"], content["installment_term"], date.fromisoformat(content["after"])
        )
        if move.before != before:
            raise DueDateMoved(format_wareki(move.before))
        number = decided_proposal(HighRiskAct.DUE_DATE_CHANGE, content, ProposalMissing)
        command = claim_command(
            f"due-date:{number}",
            kind="move_due_dates",
            content=[hash_of(content)],
            purpose=f"納期限の変更（起案番号 {number}）",
            officer=gate.required().officer,
        )
        as_of = day_of_transaction()
        ground = Ground(content["ground"])
        reason = f"{ground.label}　{content['basis']}（起案番号 {number}）"
        moved = move_due_dates(move, command, reason=reason, as_of=as_of)
        early = cancel_early_demands(
            MOVED, key=f"due-date:{number}", as_of=as_of, reason=reason, officer=gate.required().officer
        )
        run_sql(
            "UPDATE installment_term SET due_date = %s WHERE levy_year = %s AND tax_item = %s AND installment_term = %s",
            [move.after, move.levy_year, move.tax_item, move.installment_term],
        )
    return f"{moved:,}件の調定の納期限を{format_wareki(move.after)}に変えました" + (
        f"。納期限の前に発したことになった督促{early:,}件を取り消しました" if early else ""
    )


@describes(HighRiskAct.DUE_DATE_CHANGE)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """納期限の変更の起案を、人が読める形にする。"""
    dates = [format_wareki(date.fromisoformat(content[each])) for each in ("before", "after")]
    return [
        ("期別", f"{year_name(content['levy_year'])}　税目{content['tax_item']}　{content['name']}"),
        ("根拠", Ground(content["ground"]).label),
        ("根拠の番号", content["basis"]),
        ("起案のときの調定", f"{content['charges']:,}件"),
        ("納期限", dates[0], dates[1]),
    ]


def _has_charges(move: Move) -> bool:
    (found,) = fetch_one(
        "SELECT EXISTS (SELECT 1 FROM charge WHERE levy_year = %s AND tax_item = %s AND installment_term = %s)",
        [move.levy_year, move.tax_item, move.installment_term],
    )
    return bool(found)
