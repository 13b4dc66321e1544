"""給料等の差押可能額。支払者が二か所以上なら、同じ月の給料等を合わせて、差押禁止額を分け合う。

One person, one exempt amount: when wages come from several payers, the limits of items 4 and 5 are computed once on the total and
shared among them. An employer is told only its own part.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from osame.collection.assets.queries import AssetRow, assets_of
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetKind
from osame.law.wage_seizure import Wages, exempt_amounts_on, wage_seizure_exemption
from osame.law.wage_seizure_multiple import SharingMethod, multiple_wage_exemption, retirement_exemption
from osame.platform.database import fetch_all

PAID = frozenset((AssetKind.WAGE, AssetKind.PENSION))
"""給料等（国税徴収法第76条）と、給料等とみなす年金（同法第77条第1項）。"""


class WagesNeeded(Refusal):
    """給与と年金の差押えには、差押禁止額の計算が要ります。給料等の額、控除、扶養の人数を入力してください。"""


class OtherWagesNeeded(Refusal):
    """この人は、ほかの支払者からも給料等を受けています。同じ月の給料等の額を、すべての支払者について入力してください（支払のない月は0円）。"""


class NothingSeizableOfWages(Refusal):
    """差押禁止額を引くと、差し押さえることのできる額がありません。計算を確かめてください。"""


@dataclass(frozen=True, slots=True)
class PaidWages:
    """入力された給料等。 own: 差し押さえる支払者の分; others: 財産番号ごとの、ほかの支払者の分; service_years: 退職手当なら勤続年数。"""

    own: Wages
    others: Mapping[int, Wages] = field(default_factory=dict)
    method: SharingMethod = SharingMethod.DEDUCTION
    service_years: int | None = None


@dataclass(frozen=True, slots=True)
class WageAnswer:
    """計算の答え。 shares: 支払者ごと（記録する形）; steps: 計算の過程（滞納者に示す）。"""

    seizable: Yen
    shares: tuple[dict[str, int], ...]
    steps: tuple[str, ...]


def other_payers(asset: AssetRow) -> tuple[AssetRow, ...]:
    """その人に給料等・年金を支払う、ほかの支払者の財産。

    要件: F17-04
    """
    if asset.kind not in PAID:
        return ()
    return tuple(
        each
        for each in assets_of(asset.addressee_number)
        if each.kind in PAID and each.asset_id != asset.asset_id and each.withdrawn_on is None
    )


def compute_wages(asset: AssetRow, wages: PaidWages | None, *, as_of: date) -> WageAnswer:
    """差押可能額を計算する。ほかの支払者の給料等が登録されていて、入力がなければ断る。

    要件: F17-04
    """
    if wages is None:
        raise WagesNeeded
    if wages.service_years is not None:
        return _retirement(asset.asset_id, wages.own, wages.service_years, as_of)
    known = {each.asset_id: each for each in other_payers(asset)}
    if missing := set(known) - set(wages.others):
        raise OtherWagesNeeded("、".join(known[each].party or known[each].description for each in sorted(missing)))
    told = {each: found for each, found in wages.others.items() if found.gross}
    return share_wages({asset.asset_id: wages.own} | told, asset.asset_id, wages.method, as_of=as_of)


def share_wages(
    paid: Mapping[int, Wages], own: int, method: SharingMethod = SharingMethod.DEDUCTION, *, as_of: date
) -> WageAnswer:
    """差押禁止額を、支払者の間で分ける。 paid: 財産番号ごとの給料等; own: 差し押さえる財産番号。

    差引方式では、もう差し押さえた支払者から、次に支払の多い者から順に、4号と5号を満たす。告げた額が、後の差押えで変わらないようにする。

    要件: F17-04
    根拠: 国税徴収法第76条第1項後段、国税徴収法基本通達第76条関係9
    """
    amounts = exempt_amounts_on(as_of)
    if len(paid) == 1:
        wages = paid[own]
        one = wage_seizure_exemption(wages, amounts)
        steps = (*one.steps, "根拠 " + "、".join(one.basis))
        found = _share(own, wages, (one.item4, one.item5, one.exempt, one.seizable))
        return WageAnswer(one.seizable, (found,), steps)
    order = _order(paid)
    several = multiple_wage_exemption(
        [Wages(paid[each].gross, paid[each].deductions, paid[own].dependants) for each in order], amounts, method=method
    )
    shares = tuple(
        _share(each, paid[each], (share.item4, share.item5, share.exempt, share.seizable))
        for each, share in zip(order, several.shares, strict=True)
    )
    basis = "根拠 " + "、".join(several.basis)
    at = order.index(own)
    mine = several.shares[at]
    steps = (*several.steps, f"この差押え（{at + 1}か所目） 差押可能額 {mine.seizable:,}円", basis)
    return WageAnswer(mine.seizable, shares, steps)


def told_to_payer(shares: Sequence[Mapping[str, Any]], steps: Sequence[str], asset_id: int | None) -> tuple[str, ...]:
    """支払者に示す計算。ほかの支払者があれば、その支払者の分だけを示す。

    要件: F17-04
    """
    mine = next((each for each in shares if each["asset_id"] == asset_id), None)
    if len(shares) < 2 or mine is None:
        return tuple(steps)
    return (
        f"給料等の額 {mine['gross']:,}円",
        f"1号から3号まで {mine['items123']:,}円",
        f"4号 {mine['item4']:,}円、5号 {mine['item5']:,}円（ほかの給料等と合わせて計算した限度のうち、この給料等の分）",
        f"差押禁止額 {mine['exempt']:,}円、差押可能額 {mine['seizable']:,}円",
        steps[-1],
    )


def _retirement(own: int, wages: Wages, years: int, as_of: date) -> WageAnswer:
    found = retirement_exemption(wages, years, exempt_amounts_on(as_of))
    steps = (*found.steps, "根拠 " + "、".join(found.basis))
    share = _share(own, wages, (found.item4, 0, found.exempt, found.seizable))
    return WageAnswer(found.seizable, (share,), steps)


def _order(paid: Mapping[int, Wages]) -> list[int]:
    seized = {
        row[0] for row in fetch_all("SELECT asset_id FROM asset WHERE asset_id = ANY (%s) AND is_seized", [list(paid)])
    }
    return sorted(paid, key=lambda each: (each not in seized, -paid[each].gross, each))


def _share(asset_id: int, wages: Wages, found: tuple[int, int, int, int]) -> dict[str, int]:
    item4, item5, exempt, seizable = map(int, found)
    return {
        "asset_id": asset_id, "gross": int(wages.gross), "items123": exempt - item4 - item5, "item4": item4, "item5": item5,
        "exempt": exempt, "seizable": seizable,
    }  # fmt: skip
