"""倒産手続での、期別ごとの債権の区分（F13-12）。手続と禁止・中止の登録は滞納処分の章、区分とできることは法が決める。"""

from dataclasses import dataclass
from datetime import date

from osame.collection.dispositions.queries import BankruptcyLine
from osame.collection.dispositions.stays import StayLine, stays_of
from osame.law.allocation import Component
from osame.law.arrears_facts import Span
from osame.law.bankruptcy import BankruptClaim, RankAnswer, bankruptcy_rank, effects_of_bankruptcy
from osame.law.conditions import Conditions
from osame.law.dispositions import Procedure
from osame.law.rebuilding import (
    StayKind,
    effects_of_rehabilitation,
    effects_of_reorganization,
    rehabilitation_rank,
    reorganization_rank,
)
from osame.platform.database import fetch_all

UNPAID = """
SELECT charge_id, due_date, arose_on(c) <= %s, special_collector_number <> '', principal_tax, demand_fee + delinquency_charge, additional_charge
FROM charge c
WHERE addressee_number = %s AND charge_id > 0 AND principal_tax + demand_fee + delinquency_charge + additional_charge > 0
ORDER BY due_date, charge_id
"""


@dataclass(frozen=True, slots=True)
class RankedClaim:
    """期別の徴収金一つの、倒産手続での区分。 what: 本税、延滞金など。"""

    charge_id: int
    due_date: date
    what: str
    owed: int
    answer: RankAnswer


@dataclass(frozen=True, slots=True)
class Insolvency:
    """倒産手続一つについて、法が言うこと。 ranks: 徴収金ごとの区分; effects: できること; stays: 禁止・中止の期間。"""

    ranks: tuple[RankedClaim, ...]
    effects: Conditions
    stays: tuple[StayLine, ...]


def insolvency_answer(found: BankruptcyLine, *, as_of: date) -> Insolvency:
    """倒産手続での区分、できること、禁止・中止の期間。開始の前は、申立ての日で区分の見込みを示す。

    要件: F13-12
    """
    stays = stays_of(found.key)
    lasting = tuple(each for each in stays if each.is_effective)
    return Insolvency(_ranks(found, lasting), _effects(found, lasting, as_of), stays)


def _ranks(found: BankruptcyLine, stays: tuple[StayLine, ...]) -> tuple[RankedClaim, ...]:
    ranked = []
    rows = fetch_all(UNPAID, [found.since, found.addressee_number])
    for charge_id, due, is_before, is_withheld, principal, charges, additional in rows:
        for what, component, owed in (
            ("本税", Component.PRINCIPAL_TAX, principal), ("延滞金・督促手数料", Component.DELINQUENCY_CHARGE, charges),
            ("加算金", Component.ADDITIONAL_CHARGE, additional),
        ):  # fmt: skip
            if owed:
                claim = BankruptClaim(component, due, arose_before=is_before)
                answer = _rank(found, claim, is_withheld=is_withheld, stays=stays)
                ranked.append(RankedClaim(charge_id, due, what, owed, answer))
    return tuple(ranked)


def _rank(found: BankruptcyLine, claim: BankruptClaim, *, is_withheld: bool, stays: tuple[StayLine, ...]) -> RankAnswer:
    if found.procedure is Procedure.REHABILITATION:
        return rehabilitation_rank(arose_before=claim.arose_before)
    if found.procedure is Procedure.REORGANIZATION:
        return reorganization_rank(
            claim.due_date, found.since, arose_before=claim.arose_before, is_withheld=is_withheld
        )
    order = next((each.span for each in stays if each.kind is StayKind.COMPREHENSIVE), None)
    return bankruptcy_rank(claim, found.since, stay=order)


def _effects(found: BankruptcyLine, stays: tuple[StayLine, ...], as_of: date) -> Conditions:
    if found.procedure is Procedure.REHABILITATION:
        return effects_of_rehabilitation(found.opened_on, as_of=as_of)
    if found.procedure is Procedure.BANKRUPTCY:
        return effects_of_bankruptcy(found.since, seized_on=_seized_on(found), as_of=as_of)
    halts: list[Span] = [each.span for each in stays]
    bans = [each.span for each in stays if each.kind is not StayKind.HALTING]
    told = {"bans": bans, "halts": halts}
    return effects_of_reorganization(found.opened_on, **told, approved_on=found.approved_on, as_of=as_of)


def _seized_on(found: BankruptcyLine) -> date | None:
    """いま続いている差押えのうち、もっとも早いものの日。"""
    ((first,),) = fetch_all(
        "SELECT min(coalesce(effect_on, done_on)) FROM disposition WHERE addressee_number = %s AND procedure = 'SEIZURE' "
        "AND stage IN ('IN_FORCE', 'COLLECTING', 'SOLD', 'DISTRIBUTED')",
        [found.addressee_number],
    )
    found_on: date | None = first
    return found_on
