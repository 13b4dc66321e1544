"""送達、取立て、配当。取り立てた金は、配当の計算を経て、元帳の「配当」の入口から期別に入る。

Service gives the day of effect; money may be collected only then. A distribution is proposed with every step of the law, decided by
others, and posts this body's share through the door for distributions (the channel 配当 of manual entry): no other way in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.arrears.procedures import Moved, move
from osame.collection.dispositions.costs import post_recovery
from osame.collection.dispositions.creditors import COSTS, OURS, sharing_of
from osame.collection.dispositions.facts import case_of
from osame.collection.dispositions.later_papers import send_call_to_perform
from osame.collection.dispositions.letters import send_distribution, send_receipt
from osame.collection.dispositions.obligors import own_of, record_distribution
from osame.collection.dispositions.queries import DispositionFile, DispositionHead, disposition_file
from osame.collection.dispositions.seizing import DecisionMissing
from osame.collection.dispositions.standing_claims import enforcement_first
from osame.collection.matching.entering import BatchSheet, ManualSlip, enter_batch
from osame.collection.payment_slips.numbering import next_numbers
from osame.collection.payment_slips.owed import Owed
from osame.formats.reports import Channel
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.conditions import Conditions
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage
from osame.law.distribution import (
    Creditor,
    CreditorKind,
    DistributionAnswer,
    distribution_schedule,
    is_statement_needed,
)
from osame.law.mortgage_disposal import distribute_with_disposal
from osame.law.seizure_conditions import may_collect
from osame.law.seizure_effect import SeizureService, participation_takes_effect, seizure_takes_effect
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, propose
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, fetch_one, run_sql


class ServedBeforeDone(Refusal):
    """送達・登記の日が、処分の日より前です。日付を確かめてください。"""


class NoEffectYet(Refusal):
    """差押えの効力が、まだ生じていません。第三債務者への送達などの日を記録してください。"""


class EnforcementGoesFirst(Refusal):
    """競合する強制執行などが先に進んでいます。取立ては、続行承認の決定があるか執行が終わってから、改めて行ってください。"""


class NobodyToCall(Refusal):
    """履行を催告できません。第三債務者がいること、差押えが続いていること、残る額があることを確かめてください。"""


class NotOverdueYet(Refusal):
    """履行期限がまだ過ぎていないか、催告の期限が今日より後でありません。期限を確かめてください。"""


class NotCollectable(Refusal):
    """取立てができません。満たさない条件を確かめてください。"""


class CollectedBeforeEffect(Refusal):
    """取立ての日が、効力の生じた日より前です。日付を確かめてください。"""


class NothingCollected(Refusal):
    """配当する金銭がありません。取り立てた金銭を先に記録してください。"""


class ChangedSinceProposal(Refusal):
    """起案の後に、取立てか未納が変わりました。配当を計算し直して、起案からやり直してください。"""


@dataclass(frozen=True, slots=True)
class Money:
    """取り立てた金銭。"""

    amount: int
    collected_on: date
    from_whom: str


def record_service(key: tuple[str, int], service: SeizureService, *, officer: str) -> date | None:
    """送達・占有・登記の日を記録し、効力の生じた日を法に尋ねる。効力の日（まだなら None）を返す。

    要件: F17-08
    """
    with transaction.atomic():
        head = disposition_file(key, lock=True).head
        known = head.service
        now = SeizureService(
            known.possessed_on or service.possessed_on, known.third_party_served_on or service.third_party_served_on,
            known.taxpayer_served_on or service.taxpayer_served_on, known.registered_on or service.registered_on,
        )  # fmt: skip
        days = (now.possessed_on, now.third_party_served_on, now.taxpayer_served_on, now.registered_on)
        if any(each and each < head.done_on for each in days):
            raise ServedBeforeDone(format_wareki(head.done_on))
        effect = _effect(head, now)
        run_sql(
            "UPDATE disposition SET possessed_on = %s, third_party_served_on = %s, taxpayer_served_on = %s, registered_on = %s, "
            "effect_on = %s WHERE addressee_number = %s AND disposition_id = %s",
            [*days, effect, *key],
        )
        _recorded("処分の送達を記録した", head, {"効力の日": effect.isoformat() if effect else "まだ"}, officer)
        return effect


def judge_collection(file: DispositionFile, *, as_of: date) -> Conditions:
    """取り立てることができるかを、条件ごとに。

    要件: F17-05
    """
    case = case_of(file.head.addressee_number, [each.charge_id for each in file.parts if each.left], as_of=as_of)
    return may_collect(case.charges, seized_on=file.head.effect_on, as_of=as_of)


def collect(key: tuple[str, int], money: Money, *, as_of: date, officer: str) -> int:
    """第三債務者などから取り立てた金銭を記録し、取立ての書面を作る。連番を返す。

    要件: F17-05, F18-04
    """
    with transaction.atomic():
        file = disposition_file(key, lock=True)
        head = file.head
        if head.procedure is Procedure.PRESERVATION_SEIZURE:
            raise NotCollectable("税額が確定するまで、取り立てない（地方税法第16条の4第8項）")
        if head.procedure is Procedure.SEIZURE:
            if head.effect_on is None:
                raise NoEffectYet(head.number)
            if money.collected_on < head.effect_on:
                raise CollectedBeforeEffect(format_wareki(head.effect_on))
            if stop := enforcement_first(head):
                raise EnforcementGoesFirst(stop)
            if unmet := judge_collection(file, as_of=as_of).unmet:
                raise NotCollectable("／".join(each.line for each in unmet[:3]))
            move("disposition", key, ProcedureAct.COLLECT, Moved(money.collected_on, officer, f"{money.amount:,}円"))
        number = _keep(head, money, officer)
        if head.procedure is Procedure.SEIZURE:
            send_receipt(disposition_file(key), money.amount, money.collected_on, as_of=as_of, officer=officer)
        _recorded("金銭を取り立てた", head, {"額": money.amount, "支払った者": money.from_whom}, officer)
        return number


def sell(key: tuple[str, int], money: Money, *, officer: str) -> int:
    """差し押さえた財産の売却代金を受け取り、換価済みにする。財産は、買受人のものになる。連番を返す。

    要件: F19-04
    """
    with transaction.atomic():
        head = disposition_file(key, lock=True).head
        move("disposition", key, ProcedureAct.SELL, Moved(money.collected_on, officer, f"{money.amount:,}円"))
        number = _keep(head, money, officer)
        run_sql(
            "UPDATE asset SET gone_on = %s WHERE addressee_number = %s AND asset_id = %s",
            [money.collected_on, key[0], head.asset_id],
        )
        _recorded("差押財産の売却代金を受け取った", head, {"額": money.amount}, officer)
        return number


def _keep(head: DispositionHead, money: Money, officer: str) -> int:
    """配当するまで誰のものでもない金銭を、一行で残す。"""
    (number,) = fetch_one(
        "INSERT INTO collected_money (addressee_number, disposition_id, collected_number, collected_on, amount, from_whom, officer) "
        "VALUES (%s, %s, %s, %s, %s, %s, %s) RETURNING collected_number",
        [*head.key, head.last_collected + 1, money.collected_on, money.amount, money.from_whom.strip(), officer],
    )
    return int(number)


def call_to_perform(key: tuple[str, int], *, by: date, as_of: date, officer: str) -> int:
    """履行期限の過ぎた第三債務者に、履行催告書を作る。束の番号を返す。

    要件: F17-05
    """
    with transaction.atomic():
        file = disposition_file(key, lock=True)
        head = file.head
        left = sum(each.left for each in file.parts)
        if head.third_party_id is None or head.perform_by is None or not head.is_open or not left:
            raise NobodyToCall(head.number)
        if head.effect_on is None:
            raise NoEffectYet(head.number)
        if head.perform_by >= as_of or by <= as_of:
            raise NotOverdueYet(format_wareki(head.perform_by))
        run = send_call_to_perform(file, left, by, as_of=as_of, officer=officer)
        _recorded("履行を催告した", head, {"期限": by.isoformat()}, officer)
        return run


@dataclass(frozen=True, slots=True)
class Planned:
    """配当の計算。 own: この団体の期別の未納（取立ての日まで）; answer: 法の答え; needs_statement: 配当計算書が要るか。"""

    collected_on: date
    own: tuple[Owed, ...]
    creditors: tuple[Creditor, ...]
    answer: DistributionAnswer
    needs_statement: bool

    @property
    def ours(self) -> int:
        """この団体の徴収金への配当。"""
        return sum(each.amount for each in self.answer.shares if each.name == OURS)

    @property
    def costs(self) -> int:
        """滞納処分費への配当。"""
        return sum(each.amount for each in self.answer.shares if each.name == COSTS)


def plan_distribution(file: DispositionFile, *, as_of: date, lock: bool = False) -> Planned:
    """配当を計算する。債権者は、財産についてのほかの者の権利と、この団体の徴収金と、滞納処分費。

    要件: F19-05, F17-05
    """
    head = file.head
    fresh = [each for each in file.collected if each.collected_number > head.distributed_through]
    if not fresh:
        raise NothingCollected(head.number)
    on = max(each.collected_on for each in fresh)
    numbers = [each.charge_id for each in file.parts]
    own = own_of(head.addressee_number, numbers, on=on, as_of=as_of, lock=lock)
    sharing = sharing_of(file, own)
    proceeds = Yen(sum(each.amount for each in fresh))
    answer = distribute_with_disposal(proceeds, sharing.creditors, sharing.disposal, sharing.unsecured)
    return Planned(on, own, sharing.creditors, answer, is_statement_needed(sharing.creditors, proceeds))


def propose_distribution(key: tuple[str, int], *, reason: str, as_of: date) -> int:
    """配当を起案する。計算の過程は、起案の中身として凍る。起案番号を返す。

    要件: F19-05, F18-04, F29-02
    """
    with transaction.atomic():
        file = disposition_file(key, lock=True)
        planned = plan_distribution(file, as_of=as_of)
        content = {
            "act": "distribute", "procedure": file.head.procedure.name, "addressee_number": key[0], "disposition_id": key[1],
            "name": file.head.name, "number": file.head.number, "through": file.head.last_collected,
            "collected_on": planned.collected_on.isoformat(), "steps": list(planned.answer.steps),
            "shares": [[each.name, each.kind.name, int(each.claimed), int(each.amount)] for each in planned.answer.shares],
            "surplus": int(planned.answer.left), "statement": planned.needs_statement, "reason": reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.SEIZURE, content=content, reason=reason, subjects=[key[0]])


def carry_out_distribution(content: Mapping[str, Any]) -> str:
    """決裁された配当を執行する。この団体の分を記帳し、要るなら配当計算書を作る。

    要件: F19-05, F18-04, F17-05
    """
    key, officer = (str(content["addressee_number"]), int(content["disposition_id"])), gate.required().officer
    with transaction.atomic():
        as_of = day_of_transaction()
        number = decided_proposal(HighRiskAct.SEIZURE, content, DecisionMissing)
        file = disposition_file(key, lock=True)
        planned = plan_distribution(file, as_of=as_of, lock=True)
        if list(planned.answer.steps) != content["steps"] or file.head.last_collected != content["through"]:
            raise ChangedSinceProposal(file.head.number)
        # 配当計算書を作るときは、交付期日に交付してから充てる（国税徴収法第133条）。ここでは何も記帳しない。
        slip = (
            None if planned.needs_statement else post_own(key, planned.own, planned.ours, planned.collected_on, number)
        )
        schedule = distribution_schedule(planned.collected_on, as_of) if planned.needs_statement else None
        at = _write(file, planned, (as_of, number, officer), (slip, schedule.delivery_on if schedule else None))
        if planned.costs and not planned.needs_statement:
            post_recovery(key, (at, planned.costs), on=planned.collected_on, as_of=as_of, officer=officer)
        move("disposition", key, ProcedureAct.DISTRIBUTE, Moved(as_of, officer, f"第{at}回の配当", number))
        if planned.needs_statement:
            send_distribution(disposition_file(key), planned.answer, schedule, as_of=as_of, officer=officer)
        _recorded(
            "配当をした",
            file.head,
            {"配当": at, "この団体の分": planned.ours, "残余": int(planned.answer.left)},
            officer,
        )
    if schedule:
        return f"配当計算書（第{at}回）を作りました。{format_wareki(schedule.delivery_on)}に交付してください"
    return f"配当（第{at}回）を執行し、{planned.ours:,}円を期別に充てました"


def told_distribution(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """配当の起案を、人が読める形にする。"""
    facts: list[tuple[str, ...]] = [
        ("配当", content["number"]), ("滞納者", f"{content['name']}（{content['addressee_number']}）"),
        ("取立ての日", format_wareki(date.fromisoformat(content["collected_on"]))),
    ]  # fmt: skip
    facts += [
        (CreditorKind[kind].value, f"{name} {claimed:,}円のうち{amount:,}円")
        for name, kind, claimed, amount in content["shares"]
    ]
    facts.append(("滞納者に交付する残余", f"{content['surplus']:,}円"))
    facts.append(("配当計算書", "作る" if content["statement"] else "要らない"))
    return [*facts, *((f"計算{at}", line) for at, line in enumerate(content["steps"], start=1))]


def _effect(head: DispositionHead, service: SeizureService) -> date | None:
    if head.procedure is Procedure.DISTRIBUTION_REQUEST or head.asset_kind is None:
        return service.third_party_served_on
    if head.procedure is Procedure.PARTICIPATING_SEIZURE:
        return participation_takes_effect(head.asset_kind, service).on
    return seizure_takes_effect(head.asset_kind, service).on


def post_own(key: tuple[str, int], own: Sequence[Owed], amount: int, on: date, proposal_id: int) -> int | None:
    """この団体の分を、期別に割り振って、元帳の「配当」の入口から入れる。入力は起案した職員、照合は照査した職員。納付書番号を返す。

    要件: F18-04, F19-05
    """
    if not amount:
        return None
    (slip,) = next_numbers(1)
    left, position = amount, 0
    paid: list[tuple[int, int]] = []
    for each in own:
        share, owner = each.share(), each.facts.addressee_number
        parts = []
        for component in (share.principal_tax, share.demand_fee, share.delinquency_charge):
            parts.append(min(left, component))
            left -= parts[-1]
        if not sum(parts):
            continue
        position += 1
        run_sql(
            "INSERT INTO slip_share (slip_number, position, addressee_number, charge_id, amount, principal_tax, demand_fee, "
            "delinquency_charge) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [slip, position, owner, share.charge_id, sum(parts), *parts],
        )
        if owner != key[0]:
            paid.append((share.charge_id, sum(parts)))
    people = Proposal.objects.filter(pk=proposal_id).values_list("maker", "checker").first()
    if people is None:
        raise DecisionMissing
    if paid:
        record_distribution(key[0], paid, slip, on=day_of_transaction(), officer=gate.required().officer)
    line = ManualSlip(1, slip, amount, on, f"disposition:{key[1]}:{slip}")
    sheet = BatchSheet(Channel.DISTRIBUTION, on, 1, amount, str(people[0]), str(people[1]))
    result = enter_batch((line,), sheet)
    if result.rows_posted != 1 or result.amount_matched != amount:
        raise ChangedSinceProposal(f"記帳 {result.amount_matched:,}円、配当 {amount:,}円")
    return slip


def _write(
    file: DispositionFile, planned: Planned, what: tuple[date, int, str], told: tuple[int | None, date | None]
) -> int:
    as_of, proposal_id, officer = what
    slip, delivery_on = told
    key = file.head.key
    (at,) = fetch_one(
        "INSERT INTO distribution (addressee_number, disposition_id, distribution_number, through_collected, collected_on, proceeds, "
        "surplus, is_statement_made, delivery_on, steps, slip_number, done_on, proposal_id, officer) "
        "SELECT %s, %s, coalesce(max(distribution_number), 0) + 1, %s, %s, %s, %s, %s, %s, to_jsonb(%s::text[]), %s, %s, %s, %s "
        "FROM distribution WHERE addressee_number = %s AND disposition_id = %s RETURNING distribution_number",
        [*key, file.head.last_collected, planned.collected_on, file.head.undistributed, planned.answer.left, planned.needs_statement,
         delivery_on, list(planned.answer.steps), slip, as_of, proposal_id, officer, *key],
    )  # fmt: skip
    for position, each in enumerate(planned.answer.shares, start=1):
        run_sql(
            "INSERT INTO distribution_part VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [*key, at, position, each.name, each.kind.name, each.claimed, each.amount],
        )
    return int(at)


def is_finished(file: DispositionFile) -> bool:
    """終えることができるか。期別がすべて納まったか、財産を売って配当したか。"""
    is_sold = any(each.act is ProcedureAct.SELL for each in file.events)
    return file.head.stage is ProcedureStage.DISTRIBUTED and (is_sold or not any(each.left for each in file.parts))


def _recorded(act: str, head: DispositionHead, detail: Mapping[str, str | int], officer: str) -> None:
    told: dict[str, str | int] = {"処分管理番号": head.disposition_id, **detail, "職員": officer}
    record(act, subjects=[head.addressee_number], detail=told)
