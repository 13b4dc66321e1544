"""差し押さえることができるか、換価できるか。条件を一つずつ、事実と条文とともに並べる。

May this asset be seized for these charges today? May it be sold? Every condition with its fact and article.

条文: 地方税法第331条ほか各税目の規定、第15条の2の3、第15条の5、第15条の6、第15条の7、第19条の7、国税徴収法第48条から第51条まで、第75条、第139条、
破産法第25条・第43条、会社更生法第24条・第25条・第50条・第169条。猶予の効果と不服申立て中の換価の制限の条番号は、本文を確認していない。
含まないもの: 財産の評価、給与の差押禁止額（`wage_seizure.py`）、滞納処分と強制執行等との手続の調整。
"""

from collections.abc import Iterator, Sequence
from datetime import date

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import day_after
from osame.law.arrears_facts import AssetFacts, AssetKind, ChargeFacts, Span, TaxpayerFacts
from osame.law.conditions import Condition, Conditions
from osame.law.demand import seizable_after_publication, seizable_from

_DEMAND = "地方税法第331条第1項第1号"
_ADVANCE = "地方税法第331条第1項第2号"
_WITHIN_TEN_DAYS = "地方税法第331条第3項"
_GRACE = "地方税法第15条の2の3第1項"
_REALIZATION = "地方税法第15条の5第1項、地方税法第15条の6第1項"
_SUSPENSION = "地方税法第15条の7第1項"
_EXTINCT = "地方税法第18条、地方税法第15条の7第4項・第5項"
_BAN = "会社更生法第50条第2項・第3項、会社更生法第25条第1項、会社更生法第169条第1項、破産法第25条第1項"
_HALT = "会社更生法第50条第2項・第3項、会社更生法第24条第2項、会社更生法第25条第3項、会社更生法第169条第1項"


def may_seize(charges: Sequence[ChargeFacts], asset: AssetFacts, taxpayer: TaxpayerFacts, *, as_of: date) -> Conditions:
    """差し押さえることができるかを、条件ごとに判定する。

    Whether the asset may be seized for the charges: each legal condition with its fact and article.

    期別ごとに、滞納、督促と10日の経過（または繰上徴収の期限の経過）、徴収猶予、差押えの猶予、執行停止、消滅を確かめる。
    更生手続などによる禁止の期間も、期別ごとに確かめる（共益債権には及ばない）。滞納者について、生存または承継、破産を確かめる。財産について、帰属、差押禁止、無益、超過、二重の差押えを確かめる。

    根拠: 地方税法第331条第1項・第3項・第6項、国税徴収法第48条、国税徴収法第75条、破産法第43条第1項、会社更生法第50条第2項
    解釈: 換価の猶予は差押えを禁じないが、差押えを猶予した場合（既定）は差し押さえない。
    例:
    >>> charge = ChargeFacts("1期", date(2026, 6, 30), Yen(50_000), demand_issued_on=date(2026, 7, 17))
    >>> deposit = AssetFacts(AssetKind.DEPOSIT, Yen(80_000))
    >>> may_seize([charge], deposit, TaxpayerFacts(), as_of=date(2026, 7, 28)).is_allowed
    True
    >>> [each.key for each in may_seize([charge], deposit, TaxpayerFacts(), as_of=date(2026, 7, 27)).unmet]
    ['demanded']
    """
    items: list[Condition] = []
    for charge in charges:
        items += _of_charge(charge, taxpayer, as_of)
    items += _of_taxpayer(taxpayer, asset, as_of)
    items += _of_asset(asset, Yen(sum(each.unpaid for each in charges)))
    items += _cautions(charges, taxpayer, asset)
    return Conditions("差押え", as_of, tuple(items))


def may_realize(charges: Sequence[ChargeFacts], *, seized_on: date | None, as_of: date) -> Conditions:
    """差し押さえた財産を換価できるかを、条件ごとに判定する。

    Whether a seized asset may be sold.

    根拠: 国税徴収法第89条、国税徴収法第94条、地方税法第15条の5第1項、地方税法第15条の6第1項、地方税法第19条の7、会社更生法第50条第2項
    解釈: 破産手続開始の決定の時に既にされている滞納処分は続行できる（破産法第43条第2項）ので、破産は妨げとしない。
    例:
    >>> charge = ChargeFacts("1期", date(2026, 6, 30), Yen(50_000), appeals=(Span(date(2026, 9, 1)),))
    >>> found = may_realize([charge], seized_on=date(2026, 8, 1), as_of=date(2026, 10, 1))
    >>> [each.key for each in found.unmet]
    ['no_appeal']
    """
    items = [_seized(seized_on, as_of, "国税徴収法第89条第1項")]
    for charge in charges:
        items += [
            _unpaid(charge),
            _not_extinct(charge, as_of),
            _outside(charge, "no_collection_grace", "徴収猶予の期間でない", charge.collection_graces, as_of, _GRACE),
            _outside(
                charge, "no_realization_grace", "換価の猶予の期間でない", charge.realization_graces, as_of, _REALIZATION
            ),
            _outside(charge, "not_suspended", "執行停止の期間でない", charge.suspensions, as_of, _SUSPENSION),
            _outside(charge, "no_appeal", "不服申立ての係属中でない", charge.appeals, as_of, "地方税法第19条の7第1項"),
            _not_halted(charge, as_of),
        ]
    return Conditions("換価", as_of, tuple(items))


def may_collect(charges: Sequence[ChargeFacts], *, seized_on: date | None, as_of: date) -> Conditions:
    """差し押さえた債権を取り立てることができるかを、条件ごとに判定する。

    Whether a seized claim may be collected: unlike a sale, graces and appeals do not stand in the way.

    根拠: 国税徴収法第67条第1項、地方税法第15条の7第1項、会社更生法第50条第2項
    解釈: 猶予の間も、差し押さえた債権の給付を受けて充てることができる（国税通則法第48条第3項と同じ趣旨）。
    例:
    >>> charge = ChargeFacts("1期", date(2026, 6, 30), Yen(50_000), collection_graces=(Span(date(2026, 8, 5)),))
    >>> may_collect([charge], seized_on=date(2026, 8, 1), as_of=date(2026, 9, 1)).is_allowed
    True
    """
    items = [_seized(seized_on, as_of, "国税徴収法第67条第1項")]
    for charge in charges:
        items += [_unpaid(charge), _not_extinct(charge, as_of)]
        items.append(_outside(charge, "not_suspended", "執行停止の期間でない", charge.suspensions, as_of, _SUSPENSION))
        items.append(_not_halted(charge, as_of))
    return Conditions("取立て", as_of, tuple(items))


def may_participate(
    charges: Sequence[ChargeFacts], asset: AssetFacts, taxpayer: TaxpayerFacts, *, as_of: date
) -> Conditions:
    """参加差押えをすることができるかを、条件ごとに判定する。差押えの条件に加え、他の団体の差押えが先にあること。

    Whether to join a seizure of another body: the conditions of a seizure, and that seizure.

    根拠: 地方税法第331条第5項、国税徴収法第86条第1項
    解釈: 超過・無益・二重の差押えの禁止は、先の差押えが解除されて差押えに転じるときに問う。
    例:
    >>> charge = ChargeFacts("1期", date(2026, 6, 30), Yen(50_000), demand_issued_on=date(2026, 7, 17))
    >>> land = AssetFacts(AssetKind.REAL_ESTATE, Yen(9_000_000), is_seized_by_other=True)
    >>> may_participate([charge], land, TaxpayerFacts(), as_of=date(2026, 7, 28)).is_allowed
    True
    """
    items: list[Condition] = []
    for charge in charges:
        items += _of_charge(charge, taxpayer, as_of)
    items += _of_taxpayer(taxpayer, asset, as_of)
    is_kind = asset.kind in PARTICIPATING_KINDS
    article = "国税徴収法第86条第1項"
    fact = "先の差押えがある" if asset.is_seized_by_other else "先の差押えがない"
    items.append(Condition("seized_by_other", "他の団体の差押えが先にある", fact, article, asset.is_seized_by_other))
    items.append(Condition("kind", "参加差押えのできる財産である", asset.kind.value, article, is_kind))
    return Conditions("参加差押え", as_of, tuple(items))


def may_request_distribution(
    charges: Sequence[ChargeFacts], *, has_procedure: bool, has_easier_asset: bool = False, as_of: date
) -> Conditions:
    """交付要求をすることができるかを、条件ごとに判定する。督促も10日の経過も要らず、猶予・停止・破産の間でもできる。

    Whether to request a share of another procedure's proceeds; graces, suspension and bankruptcy do not stand in the way.

    根拠: 地方税法第331条第4項、地方税法第15条の2の3第1項、国税徴収法第82条第1項、国税徴収法第83条
    例:
    >>> charge = ChargeFacts("1期", date(2026, 6, 30), Yen(50_000), suspensions=(Span(date(2026, 8, 1)),))
    >>> may_request_distribution([charge], has_procedure=True, as_of=date(2026, 9, 1)).is_allowed
    True
    """
    begun = "開始されている" if has_procedure else "開始されていない"
    easier = "ある" if has_easier_asset else "ない"
    items = [
        Condition("procedure", "強制換価手続が開始されている", begun, "国税徴収法第82条第1項", has_procedure),
        Condition("no_easier", "ほかに換価の容易な財産がない", easier, "国税徴収法第83条", not has_easier_asset),
    ]
    for charge in charges:
        items += [_unpaid(charge), _not_extinct(charge, as_of)]
    return Conditions("交付要求", as_of, tuple(items))


def charge_seizable_from(charge: ChargeFacts) -> date | None:
    """期別1件について、差し押さえることができる最初の日。督促も繰上徴収もなければ None。

    The first day this charge supports a seizure: after the ten days of its demand, or after the advanced deadline.

    根拠: 地方税法第331条第1項第1号・第2号、国税徴収法基本通達第47条関係11
    例:
    >>> charge_seizable_from(ChargeFacts("1期", date(2026, 6, 30), Yen(1), advance_deadline=date(2026, 5, 20)))
    datetime.date(2026, 5, 21)
    """
    days = []
    if charge.advance_deadline is not None:
        days.append(day_after(charge.advance_deadline))
    if charge.demand_posted_on is not None:
        days.append(seizable_after_publication(charge.demand_posted_on))
    elif charge.demand_issued_on is not None and charge.is_demand_served:
        days.append(seizable_from(charge.demand_issued_on))
    return min(days, default=None)


def _of_charge(charge: ChargeFacts, taxpayer: TaxpayerFacts, as_of: date) -> Iterator[Condition]:
    yield _unpaid(charge)
    overdue = charge.due_date if charge.advance_deadline is None else min(charge.due_date, charge.advance_deadline)
    fact = f"{charge.key} 納期限{format_wareki(overdue)}"
    yield Condition("overdue", "納期限を過ぎている", fact, "地方税法第331条第1項", as_of > overdue)
    yield _demanded(charge, taxpayer, as_of)
    yield _not_extinct(charge, as_of)
    yield _outside(charge, "no_collection_grace", "徴収猶予の期間でない", charge.collection_graces, as_of, _GRACE)
    if charge.defers_seizure:
        words, graces = "差押えを猶予した換価の猶予の期間でない", charge.realization_graces
        yield _outside(charge, "no_realization_grace", words, graces, as_of, "地方税法第15条の5の3第1項")
    yield _outside(charge, "not_suspended", "執行停止の期間でない", charge.suspensions, as_of, _SUSPENSION)
    yield _outside(charge, "not_banned", "更生手続などで滞納処分が禁止された期間でない", charge.bans, as_of, _BAN)


def _not_halted(charge: ChargeFacts, as_of: date) -> Condition:
    return _outside(charge, "not_halted", "更生手続などで滞納処分が中止された期間でない", charge.halts, as_of, _HALT)


def _seized(seized_on: date | None, as_of: date, article: str) -> Condition:
    fact = f"{format_wareki(seized_on)}に差押え" if seized_on else "差押えがない"
    return Condition("seized", "差押えがされている", fact, article, seized_on is not None and seized_on <= as_of)


def _unpaid(charge: ChargeFacts) -> Condition:
    fact = f"{charge.key} 未納{charge.unpaid:,}円"
    return Condition("unpaid", "完納していない", fact, "地方税法第331条第1項", charge.unpaid > 0)


def _demanded(charge: ChargeFacts, taxpayer: TaxpayerFacts, as_of: date) -> Condition:
    """督促状を発した日から起算して10日を経過した日までに完納しないこと、またはそれに代わる事由。"""
    words = "督促状を発した日から起算して10日を経過した"
    first = charge_seizable_from(charge)
    issued = charge.demand_posted_on or charge.demand_issued_on
    if charge.advance_deadline is not None and first == day_after(charge.advance_deadline):
        fact = f"{charge.key} 繰上徴収の期限{format_wareki(charge.advance_deadline)}"
        return Condition("demanded", "繰上徴収の期限を経過した", fact, _ADVANCE, as_of >= first)
    if issued is None:
        return Condition("demanded", words, f"{charge.key} 督促状を発していない", _DEMAND, is_met=False)
    if first is None:
        return Condition("demanded", words, f"{charge.key} 督促状が送達されていない", _DEMAND, is_met=False)
    fact = f"{charge.key} 督促状{format_wareki(issued)}、差押えは{format_wareki(first)}から"
    if as_of < first and taxpayer.is_advance_ground and issued <= as_of:
        fact = f"{charge.key} 督促状{format_wareki(issued)}、繰上徴収の事由がある"
        return Condition("demanded", "10日を経過する前に繰上徴収の事由が生じた", fact, _WITHIN_TEN_DAYS, is_met=True)
    return Condition("demanded", words, fact, _DEMAND, as_of >= first)


def _not_extinct(charge: ChargeFacts, as_of: date) -> Condition:
    day = charge.extinguished_on
    fact = f"{charge.key} {format_wareki(day)}に消滅" if day else f"{charge.key} 消滅していない"
    return Condition("not_extinct", "納税義務が消滅していない", fact, _EXTINCT, day is None or as_of < day)


def _outside(charge: ChargeFacts, key: str, text: str, spans: Sequence[Span], as_of: date, article: str) -> Condition:
    span = next((each for each in spans if each.covers(as_of)), None)
    return Condition(key, text, f"{charge.key} {_said(span)}", article, span is None)


def _said(span: Span | None) -> str:
    if span is None:
        return "ない"
    ending = format_wareki(span.through) if span.through else ""
    return f"{format_wareki(span.first)}から{ending + 'まで' if ending else '続いている'}"


def _of_taxpayer(taxpayer: TaxpayerFacts, asset: AssetFacts, as_of: date) -> Iterator[Condition]:
    is_alive = taxpayer.died_on is None or taxpayer.died_on > as_of
    fact = "生存" if is_alive else "承継した相続人に対する処分" if taxpayer.is_heir_addressed else "死亡した者への処分"
    article = "地方税法第9条第1項、国税徴収法第139条"
    yield Condition(
        "addressee", "滞納者または承継した者に対する処分である", fact, article, is_alive or taxpayer.is_heir_addressed
    )
    bankruptcy = next((each for each in taxpayer.bankruptcies if each.covers(as_of)), None)
    fact = "破産財団に属さない財産" if bankruptcy and not asset.is_in_estate else _said(bankruptcy)
    is_free = bankruptcy is None or not asset.is_in_estate
    yield Condition("not_bankrupt", "破産財団に属する財産への新たな滞納処分でない", fact, "破産法第43条第1項", is_free)


def _of_asset(asset: AssetFacts, owed: Yen) -> Iterator[Condition]:
    owner = "滞納者に帰属" if asset.is_owned else "滞納者に帰属しない"
    yield Condition("owned", "滞納者の財産である", owner, "国税徴収法第47条第1項", asset.is_owned)
    banned = asset.exempt_article
    is_free = banned is None or asset.is_substitute_offered
    fact = "該当しない" if banned is None else "代わりの財産の提供がある" if is_free else "差押えが禁止されている"
    yield Condition("not_exempt", "差押禁止財産でない", fact, banned or "国税徴収法第75条から第78条まで", is_free)
    fact = f"評価{asset.value:,}円、優先する債権{asset.prior_claims:,}円、滞納処分費{asset.disposition_cost:,}円"
    yield Condition("not_useless", "無益な差押えでない", fact, "国税徴収法第48条第2項", asset.net > 0)
    yield _not_excessive(asset, owed)
    fact = "この団体の差押えが続いている" if asset.is_own_seizure_open else "ない"
    yield Condition(
        "not_seized_twice",
        "同じ財産に続いている差押えがない",
        fact,
        "国税徴収法第47条第1項",
        not asset.is_own_seizure_open,
    )
    fact = "他の団体の差押えが先にある。参加差押えによる" if asset.is_seized_by_other else "ない"
    is_joined = not asset.is_seized_by_other or asset.kind not in PARTICIPATING_KINDS
    yield Condition("not_participating", "参加差押えによるべき財産でない", fact, "国税徴収法第86条第1項", is_joined)


PARTICIPATING_KINDS = frozenset((AssetKind.MOVABLE, AssetKind.REAL_ESTATE, AssetKind.VEHICLE))
"""参加差押えをすることができる財産（国税徴収法第86条第1項各号）。"""

WHOLE_CLAIMS = frozenset((
    AssetKind.DEPOSIT,
    AssetKind.WAGE,
    AssetKind.PENSION,
    AssetKind.INSURANCE,
    AssetKind.RECEIVABLE,
    AssetKind.DEPOSIT_OF_LEASE,
    AssetKind.REFUND,
))
"""全額を差し押さえる債権（国税徴収法第63条）。"""


def _not_excessive(asset: AssetFacts, owed: Yen) -> Condition:
    """超過差押えの禁止。一つで足りる財産が分けられないとき、債権を全額差し押さえるときは、超過にならない。"""
    before = asset.other_seized_value
    article = "国税徴収法第48条第1項"
    if before >= owed:
        fact = f"既に差し押さえた財産{before:,}円で滞納{owed:,}円に足りる"
        return Condition("not_excessive", "超過差押えでない", fact, article, is_met=False)
    if asset.kind in WHOLE_CLAIMS:
        fact = f"債権は全額を差し押さえる（充てる見込み{asset.net:,}円、滞納{owed:,}円）"
        return Condition("not_excessive", "超過差押えでない", fact, f"{article}、国税徴収法第63条", is_met=True)
    is_within = not asset.is_divisible or before + asset.net <= owed
    kept = "分けて差し押さえることができる" if asset.is_divisible else "分けることができない"
    fact = f"{kept}財産、充てる見込み{before + asset.net:,}円、滞納{owed:,}円"
    return Condition("not_excessive", "超過差押えでない", fact, article, is_within)


def _cautions(charges: Sequence[ChargeFacts], taxpayer: TaxpayerFacts, asset: AssetFacts) -> Iterator[Condition]:
    kept = [each.key for each in charges if each.is_pledge_kept]
    fact = f"{'、'.join(kept)}は履行中" if kept else "ない"
    yield Condition("no_pledge", "履行中の納付誓約がない", fact, "地方税法第15条の5第1項", not kept, is_binding=False)
    is_excess = asset.kind in WHOLE_CLAIMS and asset.net > sum(each.unpaid for each in charges)
    fact = "債権の額が滞納を超える。確実に取り立てられるなら一部の差押えで足りる" if is_excess else "超えない"
    yield Condition(
        "whole_claim", "差し押さえる債権の額が滞納を超えない", fact, "国税徴収法第63条", not is_excess, is_binding=False
    )
    had = bool(taxpayer.bankruptcies)
    fact = "破産した者。免責後も地方税は残る（非免責債権）" if had else "ない"
    yield Condition("bankruptcy_known", "破産の記録がない", fact, "破産法第253条第1項第1号", not had, is_binding=False)
