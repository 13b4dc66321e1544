"""猶予の許可・不許可・延長・取消し。起案、照査、決裁を経て、一度だけ執行する。

Four eyes. The proposal freezes the checklist of the law that the deciders see; execution judges once more on the day, moves the
stage by the law's table, lets the exemption periods follow, stops demands, writes the plan and freezes the notice — in one
transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import transaction

from osame.collection.arrears.procedures import Moved, move
from osame.collection.demands.models import DemandStop
from osame.collection.demands.stops import StopRequest, release_stop, stop_demand
from osame.collection.exemptions.actions import Entered, Period, Source
from osame.collection.exemptions.models import ExemptionPeriod
from osame.collection.grace.actions import write_plan
from osame.collection.grace.letters import send_notice
from osame.collection.grace.queries import GraceFile, GraceHead, grace_file, instalment_standing
from osame.collection.ledger.posting import Claim, claim_command
from osame.collection.matching.exempting import end_exemptions, exempt
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import day_after, day_before
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import ChargeFacts, Span
from osame.law.conditions import ConditionNotMet, Conditions
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage, acts_from, transition
from osame.law.grace import exemption_for_grace, suspension_exempt_through
from osame.law.grace_conditions import GraceCancelFacts, GraceFacts, grounds_to_cancel_grace, may_grant_grace
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, fetch_all, run_sql

MONTHS_OF_YEAR = 12
NO_GROUNDS = GraceCancelFacts()


class Decision(StrEnum):
    """起案する猶予の決定。"""

    GRANT = "grant"
    REFUSE = "refuse"
    EXTEND = "extend"
    CANCEL = "cancel"

    @property
    def label(self) -> str:
        """決定の名。"""
        return {
            Decision.GRANT: "許可",
            Decision.REFUSE: "不許可",
            Decision.EXTEND: "期間の延長",
            Decision.CANCEL: "取消し",
        }[self]


def open_decisions(head: GraceHead) -> tuple[Decision, ...]:
    """いまの段階から起案できる決定。"""
    allowed = acts_from(head.procedure, head.stage)
    return tuple(each for each in Decision if _act(each, head.stage) in allowed)


class NoGroundToCancel(Refusal):
    """猶予を取り消す事由がありません。分割納付の不履行、新たな滞納など、法に定める事由を確かめてください。"""


class ExtensionNotLater(Refusal):
    """延長する末日が、いまの末日より後ではありません。延長する末日を入力してください。"""


class DecidedByLetter(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


class HearingNeeded(Refusal):
    """取り消す前に、弁明を聴いた記録が要ります。弁明の内容、または聴けなかった事情を入力してください。"""


@dataclass(frozen=True, slots=True)
class Judgement:
    """起案する職員の判断。 reason: 理由; through: 延長する末日; proved・sincere: 事由と誠実な意思が認められるか。

    cancels: 取消しの事由（分割の不履行は元帳から数える）; cause_arose_on: 取消しの事由の生じた日（その日以後を免除しないとき）;
    hearing: 弁明の記録; instalments: 延長のときの計画。
    """

    reason: str
    through: date | None = None
    proved: bool = True
    sincere: bool = True
    cancels: GraceCancelFacts = NO_GROUNDS
    cause_arose_on: date | None = None
    hearing: str = ""
    instalments: tuple[tuple[date, int], ...] = ()


def judge(file: GraceFile, judgement: Judgement, *, as_of: date, extending: bool = False) -> tuple[Conditions, ...]:
    """期別ごとに、猶予をすることができるかを、法の条件の一つずつで判定する。

    要件: F15-01, F15-02
    """
    head = file.head
    first = day_after(head.through_on) if extending else head.first_on
    through = judgement.through if extending and judgement.through else head.through_on
    facts = GraceFacts(
        head.ground,
        Span(first, through),
        Yen(file.amount),
        applied_on=head.applied_on,
        earlier_months=_months(head.granted_first_on or head.first_on, head.through_on) if extending else 0,
        is_ground_proved=judgement.proved,
        has_security=file.secured >= file.amount > 0,
        is_security_excused=bool(head.security_excuse),
        has_other_arrears=_has_other_arrears(file, as_of),
        is_sincere=judgement.sincere,
    )
    suspended = _suspended(file)
    return tuple(
        may_grant_grace(
            ChargeFacts(each.label, each.due_date, Yen(each.left), suspensions=suspended.get(each.charge_id, ())),
            facts,
            as_of=as_of,
        )
        for each in file.charges
    )


def propose_decision(key: tuple[str, int], decision: Decision, judgement: Judgement, *, as_of: date) -> int:
    """猶予の決定を起案する。法の条件を満たさない許可は、起案できない。起案番号を返す。

    要件: F15-01, F15-02, F15-07, F29-02
    """
    with transaction.atomic():
        file = grace_file(key, lock=True)
        transition(file.head.procedure, file.head.stage, _act(decision, file.head.stage))
        content = {
            "decision": decision.value, "addressee_number": key[0], "grace_id": key[1],
            "name": f"{file.head.procedure.value}（猶予管理番号{key[1]}）", "amount": file.amount,
            "conditions": _checked(file, decision, judgement, as_of),
            "through": judgement.through.isoformat() if judgement.through else None,
            "cause_arose_on": judgement.cause_arose_on.isoformat() if judgement.cause_arose_on else None,
            "proved": judgement.proved, "sincere": judgement.sincere, "hearing": judgement.hearing.strip(),
            "instalments": [[due.isoformat(), amount] for due, amount in judgement.instalments],
            "reason": judgement.reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.GRACE, content=content, reason=judgement.reason, subjects=[key[0]])


@executes(HighRiskAct.GRACE)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された猶予の決定を執行する。

    要件: F15-01, F15-02, F15-03, F15-07
    """
    key, decision = (str(content["addressee_number"]), int(content["grace_id"])), Decision(content["decision"])
    with transaction.atomic():
        as_of = day_of_transaction()
        number, officer = decided_proposal(HighRiskAct.GRACE, content, DecidedByLetter), gate.required().officer
        file = grace_file(key, lock=True)
        moved = Moved(as_of, officer, content["reason"], number)
        acts = {
            Decision.GRANT: _grant, Decision.REFUSE: _refuse, Decision.EXTEND: _extend, Decision.CANCEL: _cancel,
        }  # fmt: skip
        acts[decision](file, content, moved)
        run_id = send_notice(grace_file(key), decision.value, content, as_of=as_of, officer=officer)
        record(
            "猶予の決定を執行した",
            subjects=[key[0]],
            detail={"猶予管理番号": key[1], "決定": decision.label, "起案番号": number},
        )
    return f"{file.head.procedure.value}の{decision.label}を執行し、通知書（束{run_id}）を作りました"


@describes(HighRiskAct.GRACE)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """猶予の決定の起案を、人が読める形にする。法の条件の一覧を、そのまま示す。"""
    facts: list[tuple[str, ...]] = [
        ("決定", f"{content['name']}の{Decision(content['decision']).label}"),
        ("宛名番号", content["addressee_number"]),
        ("猶予する額", f"{content['amount']:,}円"),
    ]
    if content["through"]:
        facts.append(("延長する末日", format_wareki(date.fromisoformat(content["through"]))))
    if content["hearing"]:
        facts.append(("弁明", content["hearing"]))
    facts += [(f"条件{at}", line) for at, line in enumerate(content["conditions"], start=1)]
    return facts


def _checked(file: GraceFile, decision: Decision, judgement: Judgement, as_of: date) -> list[str]:
    """決定に付ける法の条件の一覧。許可・延長の条件を満たさなければ断る。"""
    if decision is Decision.REFUSE:
        return [each.line for found in judge(file, judgement, as_of=as_of) for each in found.unmet]
    if decision is Decision.CANCEL:
        return _grounds(file, judgement, as_of)
    extending = decision is Decision.EXTEND
    if extending and (judgement.through is None or judgement.through <= file.head.through_on):
        raise ExtensionNotLater(format_wareki(file.head.through_on))
    found = judge(file, judgement, as_of=as_of, extending=extending)
    if unmet := [each for one in found for each in one.unmet]:
        raise ConditionNotMet("／".join(each.line for each in unmet[:4]))
    return list(dict.fromkeys(each.line for one in found for each in one.items))


def _grounds(file: GraceFile, judgement: Judgement, as_of: date) -> list[str]:
    standing = instalment_standing(file, as_of=as_of)
    facts = replace(
        judgement.cancels,
        missed=standing.missed,
        is_security_refused=judgement.cancels.is_security_refused or file.is_security_refused,
        has_new_arrears=judgement.cancels.has_new_arrears or _new_arrears(file, as_of),
    )
    grounds = [each for each in grounds_to_cancel_grace(facts, as_of=as_of).items if each.is_met]
    if not grounds:
        raise NoGroundToCancel(str(file.head.grace_id))
    if not facts.is_advance_ground and not judgement.hearing.strip():
        raise HearingNeeded
    return [each.line for each in grounds]


def _act(decision: Decision, stage: ProcedureStage) -> ProcedureAct:
    if decision is Decision.GRANT:
        return ProcedureAct.GRANT if stage is ProcedureStage.APPLIED else ProcedureAct.DECIDE
    return {
        Decision.REFUSE: ProcedureAct.REFUSE, Decision.EXTEND: ProcedureAct.EXTEND, Decision.CANCEL: ProcedureAct.CANCEL,
    }[decision]  # fmt: skip


def _grant(file: GraceFile, content: Mapping[str, Any], moved: Moved) -> None:
    """許可する。免除期間が付き、徴収猶予なら督促が止まる。"""
    head = file.head
    judgement = Judgement(content["reason"], proved=content["proved"], sincere=content["sincere"])
    _checked(file, Decision.GRANT, judgement, moved.on)
    move("grace", head.key, _act(Decision.GRANT, head.stage), moved)
    run_sql("UPDATE grace SET granted_first_on = first_on WHERE addressee_number = %s AND grace_id = %s", [*head.key])
    _exempt(file, (head.first_on, head.through_on), moved)
    _stop_demands(file, (head.first_on, head.through_on), moved)


def _refuse(file: GraceFile, _content: Mapping[str, Any], moved: Moved) -> None:
    move("grace", file.head.key, ProcedureAct.REFUSE, moved)


def _extend(file: GraceFile, content: Mapping[str, Any], moved: Moved) -> None:
    """期間を延ばす。延ばした期間の免除が付き、計画が新しい版になる。"""
    head, through = file.head, date.fromisoformat(content["through"])
    instalments = tuple((date.fromisoformat(due), int(amount)) for due, amount in content["instalments"])
    judgement = Judgement(content["reason"], through, content["proved"], content["sincere"], instalments=instalments)
    _checked(file, Decision.EXTEND, judgement, moved.on)
    move("grace", head.key, ProcedureAct.EXTEND, moved)
    run_sql("UPDATE grace SET through_on = %s WHERE addressee_number = %s AND grace_id = %s", [through, *head.key])
    _exempt(file, (day_after(head.through_on), through), moved)
    _stop_demands(file, (day_after(head.through_on), through), moved)
    write_plan(head.key, instalments)


def _cancel(file: GraceFile, content: Mapping[str, Any], moved: Moved) -> None:
    """取り消す。免除は取消しの日（事由の生じた日以後を免除しないなら、その前日）まで。督促の停止を解く。"""
    arose = date.fromisoformat(content["cause_arose_on"]) if content["cause_arose_on"] else None
    move("grace", file.head.key, ProcedureAct.CANCEL, moved)
    last_on = suspension_exempt_through(moved.on, cause_arose_on=arose)
    end_exemptions(
        _source(file, moved), _command(file, moved, "cancel"), Entered(moved.on, moved.officer), reason=moved.note,
        last_on=last_on,
    )  # fmt: skip
    run_sql(
        "UPDATE grace SET through_on = greatest(%s, first_on) WHERE addressee_number = %s AND grace_id = %s "
        "AND through_on > %s",
        [moved.on, *file.head.key, moved.on],
    )
    release_stops(file, moved)


def _exempt(file: GraceFile, period: tuple[date, date], moved: Moved) -> None:
    exemption = exemption_for_grace(file.head.ground, *period)
    who = file.head.addressee_number
    exempt(
        [Period.of((who, each.charge_id), ExemptionPeriod.Cause.GRACE, exemption) for each in file.charges],
        _source(file, moved),
        _command(file, moved, f"exempt:{period[1].isoformat()}"),
        Entered(moved.on, moved.officer),
    )


def _source(file: GraceFile, moved: Moved) -> Source:
    return Source(f"grace:{file.head.grace_id}", f"起案番号 {moved.proposal_id}")


def _command(file: GraceFile, moved: Moved, what: str) -> Claim:
    return claim_command(
        f"grace:{file.head.grace_id}:{what}:{moved.proposal_id}", kind="grace", content=[what], purpose="猶予の決定の執行",
        officer=moved.officer,
    )  # fmt: skip


def _stop_demands(file: GraceFile, period: tuple[date, date], moved: Moved) -> None:
    """徴収猶予の間は督促しない（地方税法第15条の2の3第1項）。換価の猶予は督促を止めない。"""
    if file.head.procedure is not Procedure.COLLECTION_GRACE:
        return
    for each in file.charges:
        request = StopRequest(
            file.head.addressee_number, DemandStop.Reason.GRACE, _stop_note(file), period[0], period[1], each.charge_id
        )
        stop_demand(request, officer=moved.officer)


def _stop_note(file: GraceFile) -> str:
    return f"徴収猶予（猶予管理番号{file.head.grace_id}）"


def release_stops(file: GraceFile, moved: Moved) -> None:
    """猶予のための督促の停止を解く。取引の中で呼ぶ。"""
    rows = fetch_all(
        "SELECT stop_id, starts_on FROM demand_stop WHERE addressee_number = %s AND note = %s AND released_on IS NULL",
        [file.head.addressee_number, _stop_note(file)],
    )
    for stop_id, starts_on in rows:
        release_stop(stop_id, as_of=max(moved.on, starts_on), officer=moved.officer)


def expire_graces(*, as_of: date, officer: str) -> int:
    """期間の満了した猶予を終える。終えた数を返す。免除期間は、もともと末日までである。

    要件: F15-01, F15-02
    """
    with transaction.atomic():
        rows = fetch_all(
            "SELECT addressee_number, grace_id, through_on FROM grace WHERE stage = 'IN_FORCE' AND through_on < %s "
            "ORDER BY grace_id FOR UPDATE",
            [as_of],
        )
        for who, grace_id, through_on in rows:
            note = f"{format_wareki(through_on)}に期間が満了した"
            move("grace", (who, grace_id), ProcedureAct.END, Moved(day_after(through_on), officer, note))
        return len(rows)


def _months(first: date, through: date) -> int:
    """猶予した月数（切上げ）。"""
    last = day_after(through)
    whole = (last.year - first.year) * MONTHS_OF_YEAR + last.month - first.month
    return whole + (last.day > first.day)


def _has_other_arrears(file: GraceFile, as_of: date) -> bool:
    """申請した税のほかに、納期限を過ぎた未納があるか（許可された徴収猶予の中の税を除く）。"""
    return bool(_others(file, as_of, since=None))


def _new_arrears(file: GraceFile, as_of: date) -> bool:
    """猶予の許可の後に、新たに滞納した税があるか。"""
    return bool(_others(file, as_of, since=day_before(file.head.granted_first_on or file.head.first_on)))


def _others(file: GraceFile, as_of: date, *, since: date | None) -> list[tuple[Any, ...]]:
    return fetch_all(
        "SELECT charge_id FROM charge c WHERE c.addressee_number = %(who)s AND c.principal_tax > 0 AND c.due_date < %(on)s "
        "AND (%(since)s::date IS NULL OR c.due_date > %(since)s) AND NOT EXISTS (SELECT 1 FROM grace_charge x "
        "JOIN grace g USING (addressee_number, grace_id) WHERE x.addressee_number = c.addressee_number "
        "AND x.charge_id = c.charge_id AND (g.grace_id = %(grace)s OR g.stage = 'IN_FORCE'))",
        {"who": file.head.addressee_number, "on": as_of, "since": since, "grace": file.head.grace_id},
    )


def _suspended(file: GraceFile) -> dict[int, tuple[Span, ...]]:
    """執行停止の期間。免除期間の記録から知る（停止の章は上の章で、ここからは尋ねられない）。"""
    rows = fetch_all(
        "SELECT ex.charge_id, ex.first_on, ex.through_on FROM exemption_period ex WHERE ex.addressee_number = %s "
        "AND ex.cause = '2' AND NOT EXISTS (SELECT 1 FROM exemption_cancellation xx "
        "WHERE xx.addressee_number = ex.addressee_number AND xx.period_id = ex.period_id)",
        [file.head.addressee_number],
    )
    found: dict[int, tuple[Span, ...]] = {}
    for charge_id, first, through in rows:
        found[charge_id] = (*found.get(charge_id, ()), Span(first, through))
    return found
