"""決めた回数を超える分割納付。起案、照査、決裁を経て、一度だけ計画にする。

Four eyes for a plan longer than an officer may grant alone. The proposal freezes the terms and the number of payments that the
deciders see; on the day of execution the plan is worked out once more and may not have grown.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.arrears.prescribing import refuse_extinct
from osame.collection.pledges.actions import PledgeNeedsReason, make_pledge, replan_pledge
from osame.collection.pledges.planning import Planned, PledgeTerms, plan_pledge
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.instalments import HouseholdBudget
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction


class PlanIsShort(Refusal):
    """決めた回数のうちに完納する計画です。決裁は要りません。そのまま誓約書を作ってください。"""


class LongPlanNotDecided(Refusal):
    """決裁された起案がありません。長い計画の起案からやり直してください。"""


class PlanGrew(Refusal):
    """起案した後に未納の額や延滞金が増え、計画の回数が決裁より多くなりました。計画を見直して、起案し直してください。"""


def propose_long_plan(terms: PledgeTerms, *, as_of: date, pledge_id: int | None = None) -> int:
    """決めた回数を超える計画を起案する。起案番号を返す。 pledge_id: 立て直す誓約（新しい誓約なら None）。

    要件: F14-05, F29-02
    """
    if not terms.reason.strip():
        raise PledgeNeedsReason
    with transaction.atomic():
        planned = plan_pledge(terms, as_of=as_of)
        if not planned.needs_decision:
            raise PlanIsShort(f"{planned.times}回、決めた回数は{planned.longest}回")
        charges = [each.facts.charge_id for each in planned.owed]
        refuse_extinct(terms.addressee_number, charges, as_of=as_of)
        content = {
            "addressee_number": terms.addressee_number, "pledge_id": pledge_id, "charges": charges,
            "labels": [each.label for each in planned.owed], "first_on": terms.first_on.isoformat(), "amount": terms.amount,
            "household": asdict(terms.household) if terms.household else None, "times": planned.times,
            "longest": planned.longest, "last_on": planned.plan.instalments[-1].on.isoformat(), "total": _total(planned),
            "ability": planned.ability.monthly if planned.ability else None, "reason": terms.reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.PLEDGE, content=content, reason=terms.reason, subjects=[terms.addressee_number])


@executes(HighRiskAct.PLEDGE)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された長い計画を、誓約書にする。署名を受けるまで、履行は始まらない。

    要件: F14-05
    """
    who = str(content["addressee_number"])
    with transaction.atomic():
        as_of, officer = day_of_transaction(), gate.required().officer
        number, terms = decided_proposal(HighRiskAct.PLEDGE, content, LongPlanNotDecided), _terms(content)
        times = plan_pledge(terms, as_of=as_of).times
        if times > content["times"]:
            raise PlanGrew(f"決裁は{content['times']}回、いまは{times}回")
        if content["pledge_id"] is None:
            pledge_id = make_pledge(terms, as_of=as_of, officer=officer, proposal_id=number)
        else:
            pledge_id = int(content["pledge_id"])
            replan_pledge((who, pledge_id), terms, as_of=as_of, officer=officer, proposal_id=number)
        detail = {"分割納付管理番号": pledge_id, "起案番号": number}
        record("長い分割納付の決裁を執行した", subjects=[who], detail=detail)
    return f"納付誓約 {pledge_id} の誓約書を作りました。署名を受けてください"


@describes(HighRiskAct.PLEDGE)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """長い計画の起案を、人が読める形にする。"""
    ability = content["ability"]
    return [
        ("宛名番号", content["addressee_number"]),
        ("計画", "新しい誓約" if content["pledge_id"] is None else f"納付誓約{content['pledge_id']}の立て直し"),
        ("回数", f"{content['times']}回（決裁を受けずに認められるのは{content['longest']}回まで）"),
        ("期間", f"{_day(content['first_on'])}から{_day(content['last_on'])}まで、毎回{content['amount']:,}円"),
        ("計画の計", f"{content['total']:,}円（延滞金の見込みを含む）"),
        ("聞き取った納付可能額", "聞き取っていない" if ability is None else f"毎月{ability:,}円"),
        *(("期別", each) for each in content["labels"]),
    ]


def _terms(content: Mapping[str, Any]) -> PledgeTerms:
    heard = content["household"]
    household = HouseholdBudget(**{name: _heard(name, value) for name, value in heard.items()}) if heard else None
    return PledgeTerms(
        content["addressee_number"], tuple(content["charges"]), date.fromisoformat(content["first_on"]), content["amount"],
        household, content["reason"],
    )  # fmt: skip


def _heard(name: str, value: int) -> Any:
    return value if name == "dependants" else Yen(value)


def _total(planned: Planned) -> int:
    return sum(each.amount for each in planned.plan.instalments)


def _day(text: str) -> str:
    return format_wareki(date.fromisoformat(text))
