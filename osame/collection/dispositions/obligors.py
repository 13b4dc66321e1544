"""納税者のほかに責めを負う者（連帯、第二次、保証、担保財産、承継）への処分の事実。限度・告知・催告は、その者の責任から読む。

A seizure against somebody who answers for another's charges: each charge is judged by that person's own notice, reminder, prescription and
limit. What is seized for never exceeds what is left of the limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from osame.collection.arrears.obligors import SHARED, Obligor, obligations_of, within_limits
from osame.collection.arrears.prescribing import prescription_of
from osame.collection.arrears.procedures import Moved, move
from osame.collection.arrears.stages import spans_of
from osame.collection.liabilities.queries import LiabilityFile, liability_file, own_prescriptions
from osame.collection.liabilities.slips import record_slip, trimmed
from osame.collection.payment_slips.owed import Owed, Share, owed_of
from osame.collection.successions.paying import record_share_payment
from osame.collection.successions.prescribing import share_prescriptions
from osame.collection.successions.sharing import shared_charges
from osame.kernel.money import Yen
from osame.kernel.periods import day_before
from osame.law.arrears_facts import ChargeFacts
from osame.law.conditions import Condition
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage
from osame.law.obligor_conditions import ObligorForm
from osame.platform.database import fetch_all

DEMANDED = """
SELECT c.charge_id, d.issued_on, d.published_on, d.returned_on IS NULL OR d.published_on IS NOT NULL
FROM charge c JOIN demand d ON d.addressee_number = c.addressee_number AND d.charge_id = c.charge_id AND d.cancelled_on IS NULL
    AND d.withdrawn_on IS NULL
WHERE c.addressee_number = ANY (%s) AND c.charge_id = ANY (%s)
"""
WITH_LATE = ("HEIR", "ESTATE", "MERGED")
"""承継した額に、延滞金が加わる責め。"""
SECURED = (ObligorForm.TRANSFERRED_SECURITY, ObligorForm.THIRD_PARTY_SECURITY)
Demanded = dict[int, tuple[date | None, date | None, bool]]


@dataclass(frozen=True)
class Limited(Owed):
    """責めの限度の内の額だけを納めるとした、期別一つ。"""

    part: Share | None = None

    def share(self, *, with_fee: bool = True, with_charge: bool = True) -> Share:
        """限度の内の内訳。"""
        assert self.part is not None
        assert with_fee
        assert with_charge
        return self.part


@dataclass(frozen=True, slots=True)
class Obliged:
    """責めを負う者についての事実。 owed: 限度の内の額; extra: 差押えの条件に足すもの。"""

    owed: tuple[Limited, ...]
    charges: tuple[ChargeFacts, ...]
    extra: tuple[Condition, ...]


def demanded_of(whose: Sequence[str], charges: Sequence[int]) -> Demanded:
    """いく人もの期別ごとの、督促状の発付日、公示送達の日、送達されたか。

    要件: F17-01
    """
    rows = fetch_all(DEMANDED, [list(whose), list(charges)])
    return {number: (issued, posted, bool(served)) for number, issued, posted, served in rows}


def obliged(addressee_number: str, charges: Sequence[int], *, as_of: date, lock: bool = False) -> Obliged | None:
    """その者が、ほかの納税者の期別について負う責めの事実。選んだ期別のすべてについて責めを負うのでなければ None。

    要件: F17-01, F24-05, F24-06, F24-08
    """
    held = _with_late(addressee_number, charges, on=as_of, as_of=as_of)
    if not held or {each.charge_id for each in held} != set(charges):
        return None
    owed = limited(_owed(held, as_of, on=as_of, lock=lock), held)
    facts = tuple(
        _facts(each, next(one for one in held if one.charge_id == each.facts.charge_id), as_of) for each in owed
    )
    return Obliged(owed, facts, _extra(held, sum(each.share().amount for each in owed)))


def offered(addressee_number: str, *, as_of: date) -> tuple[tuple[int, str], ...]:
    """その者が、ほかの納税者について責めを負う期別。（期別、見せる文）

    要件: F17-01, F24-06
    """
    held = _with_late(addressee_number, None, on=as_of, as_of=as_of)
    found = limited(_owed(held, as_of, on=as_of, lock=False), held)
    return tuple((each.facts.charge_id, f"{each.label}（責めを負う）　{each.share().amount:,}円") for each in found)


def limited(owed: Sequence[Owed], held: Sequence[Obligor]) -> tuple[Limited, ...]:
    """期別の未納を、責めの限度の中に収める。限度を使い切った後の期別は、対象にならない。

    要件: F24-06
    """
    rooms = within_limits({each.facts.charge_id: each.share().amount for each in owed}, held)
    return tuple(
        Limited(each.facts, each.on, each.is_forecast, part)
        for each in owed
        for part in trimmed([each.share()], rooms.get(each.facts.charge_id, 0))
    )


def limited_on(
    addressee_number: str, charges: Sequence[int], *, on: date, as_of: date, lock: bool = False
) -> tuple[Limited, ...]:
    """その日に納めるとしたときの、責めを負う者の分を、納期限の順に。

    要件: F19-05, F24-06
    """
    held = _with_late(addressee_number, charges, on=on, as_of=as_of)
    return limited(_owed(held, as_of, on=on, lock=lock), held)


def own_of(
    addressee_number: str, charges: Sequence[int], *, on: date, as_of: date, lock: bool = False
) -> tuple[Owed, ...]:
    """処分の期別の、その日に納めるとしたときの未納。責めを負う者への処分なら、残る限度の内の額。配当に使う。

    要件: F19-05, F24-06
    """
    own = owed_of(addressee_number, charges, on=on, as_of=as_of, lock=lock)
    return own or limited_on(addressee_number, charges, on=on, as_of=as_of, lock=lock)


def mark_seized(addressee_number: str, charges: Sequence[int], moved: Moved) -> None:
    """責任の段階を「効力がある」（差押え）に進める。既に進んでいれば、何もしない。取引の中で呼ぶ。

    要件: F24-06
    """
    for file in liabilities_behind(addressee_number, charges, moved.on):
        if file.head.stage is not ProcedureStage.IN_FORCE:
            move("liability", file.head.key, ProcedureAct.SEIZE, moved)


def record_distribution(
    addressee_number: str, paid: Sequence[tuple[int, int]], slip_number: int, *, on: date, officer: str
) -> None:
    """責めを負う者の財産の配当を、その者の納めたものとして記録する。限度は、この収納の分だけ減る。 paid: （期別、額）

    要件: F24-06, F19-05
    """
    charges = [charge for charge, _ in paid]
    for file in liabilities_behind(addressee_number, charges, on):
        numbers = {each.charge_id for each in file.charges}
        if amount := sum(part for charge, part in paid if charge in numbers):
            record_slip(file.head.key, slip_number, amount, on=on, officer=officer)
    held = obligations_of(addressee_number, as_of=on)
    shared = {
        (each.principal_number, int(each.source.rpartition(":")[2]))
        for each in held
        if each.charge_id in charges and not each.source.startswith(SHARED)
    }
    for key in sorted(shared):
        record_share_payment(key, addressee_number, slip_number, on=on)


def _with_late(addressee_number: str, charges: Sequence[int] | None, *, on: date, as_of: date) -> list[Obligor]:
    """選んだ期別の責め。承継した額には、その日までの、その者の分の延滞金を足す。"""
    found = [
        each
        for each in obligations_of(addressee_number, as_of=as_of)
        if charges is None or each.charge_id in set(charges)
    ]
    owed: dict[int, int] = {}
    for origin in sorted({each.principal_number for each in found if each.kind in WITH_LATE}):
        for one in shared_charges(origin, on=on, as_of=as_of):
            for each in one.shares:
                if each.portion.successor_number == addressee_number:
                    owed[one.charge_id] = each.owed
    return [replace(each, limit_yen=owed.get(each.charge_id, 0)) if each.kind in WITH_LATE else each for each in found]


def liabilities_behind(addressee_number: str, charges: Sequence[int], as_of: date) -> list[LiabilityFile]:
    """その者への処分の期別の、もとになる責任（連帯、第二次、保証、担保）。承継には、ない。

    要件: F24-05, F24-06, F24-08
    """
    held = obligations_of(addressee_number, as_of=as_of)
    numbers = dict.fromkeys(
        int(each.source.removeprefix(SHARED))
        for each in held
        if each.charge_id in set(charges) and each.source.startswith(SHARED)
    )
    return [liability_file(each) for each in numbers]


def _owed(held: Sequence[Obligor], as_of: date, *, on: date, lock: bool) -> tuple[Owed, ...]:
    by_owner: dict[str, list[int]] = {}
    for each in held:
        by_owner.setdefault(each.principal_number, []).append(each.charge_id)
    found = [
        each
        for owner, numbers in sorted(by_owner.items())
        for each in owed_of(owner, numbers, on=on, as_of=as_of, lock=lock)
    ]
    return tuple(sorted(found, key=lambda each: (each.facts.due_date, each.facts.charge_id)))


def _facts(each: Limited, held: Obligor, as_of: date) -> ChargeFacts:
    number, who = each.facts.charge_id, held.addressee_number
    unpaid = Yen(each.share().amount)
    spans = spans_of(who).get(number, {})
    graces, stays = spans.get(Procedure.REALIZATION_GRACE, ()), spans.get(Procedure.SUSPENSION, ())
    collection = spans.get(Procedure.COLLECTION_GRACE, ())
    if not held.source.startswith(SHARED):
        own_share = share_prescriptions(held.principal_number, who, as_of=as_of)[number].extinguished_on
        issued, posted, served = demanded_of([held.principal_number], [number]).get(number, (None, None, True))
        return ChargeFacts(
            f"{each.label}（承継）", each.facts.due_date, unpaid, issued, served, posted, collection_graces=collection,
            realization_graces=graces, suspensions=stays, extinguished_on=own_share,
        )  # fmt: skip
    gone = prescription_of(held.principal_number, as_of=as_of)[number].extinguished_on
    file = liability_file(int(held.source.removeprefix(SHARED)))
    head = file.head
    own = own_prescriptions(file, as_of=as_of)[number][0].extinguished_on
    ends = [day for day in (own, None if head.form is ObligorForm.JOINT else gone) if day]
    deadline = day_before(head.seizable_from) if head.form in SECURED and head.seizable_from else None
    return ChargeFacts(
        f"{each.label}（{head.kind.label}）", head.due_date, unpaid, demand_issued_on=head.reminded_on, advance_deadline=deadline,
        collection_graces=collection, realization_graces=graces, suspensions=stays, extinguished_on=min(ends, default=None),
    )  # fmt: skip


def _extra(held: Sequence[Obligor], amount: int) -> tuple[Condition, ...]:
    """残る限度の内であること。"""
    by_source = {each.source: each.limit_yen for each in held}
    told = "、".join("全額" if each is None else f"残る限度{each:,}円" for each in by_source.values())
    article = "地方税法第9条第2項、地方税法第10条、地方税法第11条第1項、地方税法第16条の5第1項"
    fact = f"{told}、差し押さえる額{amount:,}円"
    found = [Condition("within_limit", "責めの限度の内である", fact, article, amount > 0)]
    if any(each.kind == "HEIR_LIMITED" for each in held):
        found.append(
            Condition(
                "own_property", "限定承認をした相続人の固有の財産でない", "限定承認をした相続人。相続によって得た財産に限る",
                "地方税法第9条第1項ただし書、民法第922条", is_met=False,
            )
        )  # fmt: skip
    return tuple(found)
