"""差押えの条件を判定するための事実を、元帳と章の記録から集める。判定は、すべて法（`seizure_conditions`）がする。

Gathers what the law asks for: demands, graces, suspensions, extinction, bankruptcy, pledges. It decides nothing. Stages and
prescription are asked at the common doors of `arrears`, which read every chapter's part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from osame.collection.advances.queries import deadlines_among
from osame.collection.arrears.prescribing import ChargeKey, prescriptions_of
from osame.collection.arrears.stages import Spans, spans_among
from osame.collection.assets.queries import AssetRow
from osame.collection.dispositions.obligors import Demanded, Obliged, demanded_of, obliged
from osame.collection.dispositions.stays import spans_against
from osame.collection.payment_slips.owed import Owed, Share, owed_facts
from osame.collection.pledges.queries import kept_among
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import ChargeFacts, Span, TaxpayerFacts
from osame.law.conditions import Condition
from osame.law.dispositions import Procedure
from osame.platform.database import fetch_all


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


@dataclass(frozen=True, slots=True)
class Known:
    """いく人もの、差押えの条件に要る事実。読む文の数は、人の数によらない。 seized: 差押財産ごとの、充てられる見込みの額。"""

    owed: Mapping[str, tuple[Owed, ...]]
    advanced: Mapping[ChargeKey, date]
    spans: Mapping[ChargeKey, Spans]
    demanded: Demanded
    gone: Mapping[ChargeKey, date | None]
    kept: frozenset[ChargeKey]
    people: Mapping[str, tuple[str, TaxpayerFacts]]
    seized: dict[str, dict[int, int]]

    def case(self, who: str, charges: Sequence[int], *, as_of: date, but: AssetRow | None = None) -> Case:
        """その人の、選んだ期別（空なら、納期限を過ぎた未納のすべて）についての事実。未納がなければ断る。"""
        owed = tuple(each for each in self.owed.get(who, ()) if self._is_meant(each, charges, as_of))
        if not owed or (charges and {each.facts.charge_id for each in owed} != set(charges)):
            raise NothingToSeizeFor
        name, taxpayer = self.people[who]
        return Case(who, name, owed, tuple(self._facts(each) for each in owed), taxpayer, self.value(who, but))

    def value(self, who: str, but: AssetRow | None) -> int:
        """ほかの差押財産の、充てられる見込みの額。"""
        return _rest(self.seized.get(who, {}), but)

    def count_seized(self, asset: AssetRow) -> None:
        """同じ決裁でこれから差し押さえる財産を、差押財産に数える。後の財産の判定に効く。"""
        self.seized.setdefault(asset.addressee_number, {})[asset.asset_id] = net_value(asset)

    def _is_meant(self, each: Owed, charges: Sequence[int], as_of: date) -> bool:
        known = each.facts
        if charges:
            return known.charge_id in charges
        return self.advanced.get((known.addressee_number, known.charge_id), known.due_date) < as_of

    def _facts(self, each: Owed) -> ChargeFacts:
        key = (each.facts.addressee_number, each.facts.charge_id)
        issued, posted, served = self.demanded.get(key[1], (None, None, True))
        held = self.spans.get(key, {})
        return ChargeFacts(
            each.label, each.facts.due_date, Yen(each.share().amount), demand_issued_on=issued, is_demand_served=bool(served),
            demand_posted_on=posted, advance_deadline=self.advanced.get(key), collection_graces=held.get(Procedure.COLLECTION_GRACE, ()),
            realization_graces=held.get(Procedure.REALIZATION_GRACE, ()), suspensions=held.get(Procedure.SUSPENSION, ()),
            extinguished_on=self.gone.get(key), is_pledge_kept=key in self.kept,
            bans=held.get(Procedure.BAN, ()), halts=held.get(Procedure.HALT, ()),
        )  # fmt: skip


def net_value(asset: AssetRow) -> int:
    """換価して充てられる見込みの額。"""
    return max(0, asset.value - asset.prior_claims - asset.disposition_cost)


def known_of(whose: Sequence[str], charges: Sequence[int] | None = None, *, as_of: date, lock: bool = False) -> Known:
    """いく人もの事実を、まとめて読む。 charges: 期別（なければ、未納のすべて）; lock: 期別の行を鎖錠して読む。

    要件: F17-01, F17-16
    """
    owed: dict[str, tuple[Owed, ...]] = {}
    for facts in owed_facts(whose, charges, as_of=as_of, lock=lock):
        owed[facts.addressee_number] = (*owed.get(facts.addressee_number, ()), Owed(facts, as_of))
    numbers = [each.facts.charge_id for found in owed.values() for each in found]
    gone = {key: each.extinguished_on for key, each in prescriptions_of(whose, as_of=as_of).items()}
    return Known(
        owed, deadlines_among(whose), spans_among(whose), demanded_of(whose, numbers), gone,
        kept_among(whose, as_of=as_of), _people(whose), _seized(whose),
    )  # fmt: skip


def case_of(
    addressee_number: str, charges: Sequence[int], *, as_of: date, lock: bool = False, but: AssetRow | None = None
) -> Case:
    """その人の、選んだ期別（空なら、納期限を過ぎた未納のすべて）についての事実。

    要件: F17-01
    """
    if charges and (beside := obliged(addressee_number, charges, as_of=as_of, lock=lock)):
        return _obligor_case(addressee_number, beside, but)
    known = known_of([addressee_number], list(charges) or None, as_of=as_of, lock=lock and bool(charges))
    return known.case(addressee_number, charges, as_of=as_of, but=but)


def _obligor_case(addressee_number: str, held: Obliged, but: AssetRow | None) -> Case:
    name, taxpayer = _people([addressee_number])[addressee_number]
    value = _rest(_seized([addressee_number]).get(addressee_number, {}), but)
    bans, halts = spans_against(addressee_number)
    charges = tuple(replace(each, bans=bans, halts=halts) for each in held.charges)
    return Case(addressee_number, name, held.owed, charges, taxpayer, value, held.extra)


def _rest(seized: Mapping[int, int], but: AssetRow | None) -> int:
    return sum(value for asset, value in seized.items() if but is None or asset != but.asset_id)


def _people(whose: Sequence[str]) -> dict[str, tuple[str, TaxpayerFacts]]:
    """氏名と、死亡・相続人・破産手続。"""
    rows = fetch_all(
        "SELECT opened_on, CASE WHEN closed_on > opened_on THEN closed_on - 1 ELSE closed_on END, addressee_number FROM bankruptcy "
        "WHERE addressee_number = ANY (%s) AND procedure = 'BANKRUPTCY' AND opened_on IS NOT NULL AND stage <> 'CANCELLED' ORDER BY opened_on",
        [list(whose)],
    )
    spans: dict[str, tuple[Span, ...]] = {}
    for opened, closed, who in rows:
        spans[who] = (*spans.get(who, ()), Span(opened, closed))
    people = fetch_all(
        "SELECT a.addressee_number, a.name, a.died_on, EXISTS (SELECT 1 FROM succession_portion p "
        "WHERE p.addressee_number = a.addressee_number AND p.numerator > 0) FROM addressee a WHERE a.addressee_number = ANY (%s)",
        [list(whose)],
    )
    return {
        str(who): (str(name), TaxpayerFacts(died_on, bool(heirs), spans.get(who, ())))
        for who, name, died_on, heirs in people
    }


def _seized(whose: Sequence[str]) -> dict[str, dict[int, int]]:
    """差押財産ごとの、充てられる見込みの額。"""
    rows = fetch_all(
        "SELECT addressee_number, asset_id, greatest(0, value - prior_claims - disposition_cost) FROM asset "
        "WHERE addressee_number = ANY (%s) AND is_seized",
        [list(whose)],
    )
    found: dict[str, dict[int, int]] = {}
    for who, asset, value in rows:
        found.setdefault(str(who), {})[int(asset)] = int(value)
    return found
