"""還付と充当の決議。候補を選び、前と後を見て起案し、決裁を経て、一つの取引で執行する。

What is proposed names each overpayment, how much of it, and the terms it goes to; the figures that were seen are frozen
with it. Execution applies the same to the ledger under lock: the interest runs to the day of the decision, everything
else must come out as it was proposed or nothing is done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from osame.collection.demands.effects import rehearsed
from osame.collection.ledger.posting import Claim, claim_command
from osame.collection.refunds.applying import Part, apply_decision, lock_person, new_decision
from osame.collection.refunds.candidates import Source, Target, sources_of, targets_of
from osame.collection.refunds.clock import on_our_clock
from osame.collection.refunds.models import RefundDecision, RefundPart
from osame.collection.refunds.naming import name_payees
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.approvals.actions import executes, hash_of, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one

Use = RefundPart.Use


class NothingToDecide(Refusal):
    """決議する過誤納金がありません。過誤納金の一覧を開き直して、選び直してください。"""


class OverpaymentChanged(Refusal):
    """起案の後に、過誤納金か未納が変わりました。執行せずに止めました。いまの額を確かめ、起案からやり直してください。"""


class AlreadyProposed(Refusal):
    """この人の還付・充当は、もう起案されています。その起案を決めてから、起案してください。"""


class DecisionNotApproved(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """決めたいこと。 takes: （期別番号、収納）→ 決める額。空なら、あるもの全部。"""

    addressee_number: str
    takes: Mapping[tuple[int, UUID], int] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """見通し。行えばこうなる、という明細と額。"""

    addressee_number: str
    parts: tuple[Part, ...]
    appropriated: int
    payable: int
    interest: int
    sources: tuple[Source, ...]
    targets: tuple[Target, ...]

    @property
    def overpaid(self) -> int:
        """決める過誤納金の額。"""
        return sum(each.amount for each in self.parts if each.use != Use.INTEREST_APPROPRIATION)


def plan_for(wanted: Wanted, *, decided_on: date) -> Plan:
    """決議の見通し。執行するのと同じことを行い、すべて元に戻す。

    要件: F05-02, F05-10
    """
    return rehearsed(lambda: _carry(wanted, 0, decided_on, Claim(0, replayed=False)))


def propose_decision(wanted: Wanted, *, decided_on: date, reason: str) -> int:
    """還付・充当を起案する。起案番号を返す。

    要件: F05-02, F05-14, F29-02
    """
    with transaction.atomic():
        fetch_one("SELECT pg_advisory_xact_lock(hashtext(%s))::text", [f"refund:{wanted.addressee_number}"])
        if fetch_all(
            "SELECT 1 FROM proposal WHERE act = %s AND state IN ('1', '2', '3') AND content ->> 'addressee' = %s",
            [HighRiskAct.REFUND, wanted.addressee_number],
        ):
            raise AlreadyProposed(wanted.addressee_number)
        content = plan_content(wanted, decided_on=decided_on)
        return propose(HighRiskAct.REFUND, content=content, reason=reason, subjects=[wanted.addressee_number])


def plan_content(wanted: Wanted, *, decided_on: date) -> dict[str, Any]:
    """起案の中身。決議番号を採り、見た明細と額を固める。"""
    plan = plan_for(wanted, decided_on=decided_on)
    (decision_id,) = fetch_one("SELECT nextval('refund_decision_number')")
    return {
        "decision": int(decision_id),
        "addressee": wanted.addressee_number,
        "takes": [
            [source.charge_id, str(source.receipt_key), amount] for source, amount in _taken(wanted, plan.sources)
        ],
        "decided_on": decided_on.isoformat(),
        "parts": [_told(each) for each in plan.parts],
        "interest": plan.interest,
        "payable": plan.payable,
        "appropriated": plan.appropriated,
    }


@executes(HighRiskAct.REFUND)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された還付・充当を執行する。一度だけ。還付加算金は、支出を決定した日（決裁の日）まで計算する。

    要件: F05-02, F05-09, F05-10
    """
    proposal_id, decided_on = _approval_of(content)
    plan = decide(content, decided_on=decided_on, proposal_id=proposal_id)
    return f"決議番号{content['decision']}：充当{plan.appropriated:,}円、還付{plan.payable:,}円（うち加算金を含む）"


def decide(content: Mapping[str, Any], *, decided_on: date, proposal_id: int | None) -> Plan:
    """起案の中身のとおりに決議し、帳簿に付ける。同じ決議は、二度行わない。

    One transaction under one claim key: whoever asks again gets the decision that stands.

    要件: F05-02, F05-10
    """
    wanted = Wanted(
        content["addressee"], {(int(charge), UUID(key)): int(amount) for charge, key, amount in content["takes"]}
    )
    with transaction.atomic():
        command = claim_command(
            f"refund-decision:{content['decision']}",
            kind="decide_refund",
            content=[hash_of(content)],
            purpose=f"還付・充当の決議（決議番号 {content['decision']}）",
            officer=gate.required().officer,
        )
        if command.replayed:
            return standing_plan(wanted.addressee_number, int(content["decision"]))
        plan = _carry(wanted, int(content["decision"]), decided_on, command, proposal_id=proposal_id)
        if [_shape(_told(each)) for each in plan.parts] != [_shape(each) for each in content["parts"]]:
            raise OverpaymentChanged(f"決議番号 {content['decision']}")
        name_payees(wanted.addressee_number, int(content["decision"]), plan.payable, as_of=decided_on)
        record("還付・充当を決議した", subjects=[wanted.addressee_number], detail={"決議番号": content["decision"]})
        return plan


@describes(HighRiskAct.REFUND)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """還付・充当の起案を、人が読める形にする。"""
    lines: list[tuple[str, ...]] = [
        ("宛名番号", content["addressee"]),
        ("決議番号", str(content["decision"])),
        ("充当の額", f"{content['appropriated']:,}円"),
        ("還付の額（加算金を含む）", f"{content['payable']:,}円"),
        ("還付加算金", f"{content['interest']:,}円（{format_wareki(date.fromisoformat(content['decided_on']))}に決裁した場合。"
         "決裁の日まで計算し直します）"),
    ]  # fmt: skip
    for part in content["parts"]:
        where = f"→ {part['target']}（充当適状日{part['appropriated_on']}）" if part["target"] else "→ 還付"
        told_interest = f"、加算金{part['interest']:,}円" if part["interest"] else ""
        lines.append((Use(part["use"]).label, f"{part['source']} {part['amount']:,}円{told_interest} {where}"))
    return lines


def standing_plan(addressee_number: str, decision_id: int) -> Plan:
    """既に行った決議の額。"""
    found = RefundDecision.objects.get(addressee_number=addressee_number, decision_id=decision_id)
    return Plan(addressee_number, (), found.appropriated, found.payable, found.interest, (), ())


def _carry(
    wanted: Wanted, decision_id: int, decided_on: date, command: Claim, *, proposal_id: int | None = None
) -> Plan:
    """その人の期別をすべて番号順に鎖錠してから、候補を選び、帳簿に付け、決議の行を残す。"""
    lock_person(wanted.addressee_number)
    sources = sources_of(wanted.addressee_number)
    taken = _taken(wanted, sources)
    if not taken:
        raise NothingToDecide(wanted.addressee_number)
    targets = targets_of(wanted.addressee_number, as_of=decided_on, sources=[each for each, _ in taken])
    decision = new_decision(wanted.addressee_number, decision_id, decided_on=decided_on)
    apply_decision(taken, [each for each in targets if not each.barred], decision, command)
    RefundDecision.objects.create(
        addressee_number=wanted.addressee_number, decision_id=decision_id, proposal_id=proposal_id, decided_on=decided_on,
        appropriated=decision.appropriated, payable=decision.payable, interest=decision.interest,
        command_id=command.command_id,
    )  # fmt: skip
    return Plan(
        wanted.addressee_number, tuple(decision.parts), decision.appropriated, decision.payable, decision.interest,
        sources, targets,
    )  # fmt: skip


def _taken(wanted: Wanted, sources: Sequence[Source]) -> list[tuple[Source, int]]:
    """どの過誤納金から、いくら。いまの残りを超えれば断る。"""
    if wanted.takes is None:
        return [(each, each.amount) for each in sources]
    known = {(each.charge_id, each.receipt_key): each for each in sources}
    taken = []
    for key, amount in wanted.takes.items():
        if key not in known or amount > known[key].amount or amount < 1:
            raise OverpaymentChanged(f"期別番号 {key[0]}")
        taken.append((known[key], amount))
    return sorted(taken, key=lambda each: (each[0].arises_on, each[0].charge_id, each[0].receipt_key))


def _told(part: Part) -> dict[str, Any]:
    """起案に残す明細。"""
    return {
        "use": str(part.use),
        "source": part.source.label,
        "charge": part.source.charge_id,
        "receipt": str(part.source.receipt_key),
        "amount": part.amount,
        "interest": part.interest,
        "ground": str(part.source.found.ground),
        "starts_on": part.starts_on.isoformat(),
        "target": part.target.label if part.target else "",
        "target_charge": part.target.charge_id if part.target else None,
        "appropriated_on": part.appropriated_on.isoformat() if part.appropriated_on else "",
    }


def _shape(part: Mapping[str, Any]) -> dict[str, Any]:
    """決裁の日によって変わる還付加算金の額を除いた、明細の形。"""
    return {name: value for name, value in part.items() if name not in {"interest", "starts_on"}}


def _approval_of(content: Mapping[str, Any]) -> tuple[int, date]:
    """この中身の、決裁された起案の番号と、決裁の日。"""
    rows = fetch_all(
        "SELECT proposal_id, (decided_at AT TIME ZONE 'Asia/Tokyo')::date FROM proposal "
        "WHERE act = %s AND state = %s AND content_hash = %s",
        [HighRiskAct.REFUND, Proposal.State.DECIDED, hash_of(content)],
    )
    if not rows:
        raise DecisionNotApproved(f"決議番号 {content.get('decision')}")
    return int(rows[0][0]), on_our_clock(rows[0][1])
