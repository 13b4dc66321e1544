"""差押えの条件を判定するための事実を、元帳と章の記録から集める。判定は、すべて法（`seizure_conditions`）がする。

Gathers what the law asks for: demands, graces, suspensions, extinction, bankruptcy, pledges. It decides nothing. Stages and
prescription are asked at the common doors of `arrears`, which read every chapter's part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.advances.queries import deadlines_of
from osame.collection.arrears.prescribing import prescription_of
from osame.collection.arrears.stages import spans_of
from osame.collection.assets.queries import AssetRow
from osame.collection.dispositions.obligors import Obliged, demanded_of, obliged
from osame.collection.payment_slips.owed import Owed, Share, owed_of
from osame.collection.pledges.queries import kept_charges
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import ChargeFacts, Span, TaxpayerFacts
from osame.law.conditions import Condition
from osame.law.dispositions import Procedure
from osame.platform.database import fetch_all, fetch_one


class NothingToSeizeFor(Refusal):
    """選んだ期別に未納がありません。未納の期別を選んでください。"""


@dataclass(frozen=True, slots=True)
class Case:
    """処分の起案に要る事実。 extra: 責めを負う者への処分に足す条件; owed: 対象の期別の未納（処分の日まで）; charges・taxpayer: 法に渡す事実。"""

    addressee_number: str
    name: str
    owed: tuple[Owed, ...]
    charges: tuple[ChargeFacts, ...]
    taxpayer: TaxpayerFacts
    other_seized_value: int
    extra: tuple[Condition, ...] = ()

    @property
    def shares(self) -> tuple[Share, ...]:
        """対象の期別の内訳。責めを負う者への処分なら、残る限度の内の額。"""
        return tuple(each.share() for each in self.owed)

    @property
    def owners(self) -> dict[int, str]:
        """期別ごとの、期別の宛名番号。"""
        return {each.facts.charge_id: each.facts.addressee_number for each in self.owed}

    @property
    def total(self) -> Yen:
        """対象の期別の未納の計（延滞金は処分の日まで）。"""
        return Yen(sum(each.amount for each in self.shares))


def case_of(
    addressee_number: str, charges: Sequence[int], *, as_of: date, lock: bool = False, but: AssetRow | None = None
) -> Case:
    """その人の、選んだ期別（空なら、納期限を過ぎた未納のすべて）についての事実。

    要件: F17-01
    """
    if charges and (beside := obliged(addressee_number, charges, as_of=as_of, lock=lock)):
        return _obligor_case(addressee_number, beside, but)
    found = owed_of(addressee_number, list(charges) or None, on=as_of, as_of=as_of, lock=lock and bool(charges))
    advanced = deadlines_of(addressee_number)
    owed = tuple(each for each in found if charges or advanced.get(each.facts.charge_id, each.facts.due_date) < as_of)
    if not owed or (charges and {each.facts.charge_id for each in owed} != set(charges)):
        raise NothingToSeizeFor
    spans = spans_of(addressee_number)
    demanded = demanded_of(addressee_number, [each.facts.charge_id for each in owed])
    gone = {key: each.extinguished_on for key, each in prescription_of(addressee_number, as_of=as_of).items()}
    kept = kept_charges(addressee_number, as_of=as_of)
    facts = []
    for each in owed:
        number = each.facts.charge_id
        issued, posted, served = demanded.get(number, (None, None, True))
        held = spans.get(number, {})
        facts.append(
            ChargeFacts(
                each.label, each.facts.due_date, Yen(each.share().amount), demand_issued_on=issued, is_demand_served=bool(served),
                demand_posted_on=posted, advance_deadline=advanced.get(number), collection_graces=held.get(Procedure.COLLECTION_GRACE, ()),
                realization_graces=held.get(Procedure.REALIZATION_GRACE, ()), suspensions=held.get(Procedure.SUSPENSION, ()),
                extinguished_on=gone.get(number), is_pledge_kept=number in kept,
            )
        )  # fmt: skip
    name, died_on = fetch_one("SELECT name, died_on FROM addressee WHERE addressee_number = %s", [addressee_number])
    return Case(
        addressee_number, name, owed, tuple(facts), _taxpayer(addressee_number, died_on),
        _seized_value(addressee_number, but),
    )  # fmt: skip


def _obligor_case(addressee_number: str, held: Obliged, but: AssetRow | None) -> Case:
    name, died_on = fetch_one("SELECT name, died_on FROM addressee WHERE addressee_number = %s", [addressee_number])
    return Case(
        addressee_number, name, held.owed, held.charges, _taxpayer(addressee_number, died_on),
        _seized_value(addressee_number, but), held.extra,
    )  # fmt: skip


def _taxpayer(addressee_number: str, died_on: date | None) -> TaxpayerFacts:
    rows = fetch_all(
        "SELECT opened_on, CASE WHEN closed_on > opened_on THEN closed_on - 1 ELSE closed_on END FROM bankruptcy "
        "WHERE addressee_number = %s AND stage <> 'NONE' AND stage <> 'CANCELLED' ORDER BY opened_on",
        [addressee_number],
    )
    heirs = fetch_all(
        "SELECT 1 FROM succession_portion WHERE addressee_number = %s AND numerator > 0 LIMIT 1", [addressee_number]
    )
    return TaxpayerFacts(died_on, bool(heirs), tuple(Span(*row) for row in rows))


def _seized_value(addressee_number: str, but: AssetRow | None) -> int:
    """ほかの差押財産の、充てられる見込みの額。"""
    (value,) = fetch_one(
        "SELECT coalesce(sum(greatest(0, value - prior_claims - disposition_cost)), 0)::bigint FROM asset "
        "WHERE addressee_number = %s AND is_seized AND asset_id <> %s",
        [addressee_number, but.asset_id if but else 0],
    )
    return int(value)
