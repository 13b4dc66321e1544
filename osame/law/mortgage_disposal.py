"""抵当権の譲渡・放棄、順位の譲渡・放棄があるときの配当と、共同抵当の割付け。

Proceeds among mortgagees after a disposal of a mortgage or of its rank, and the split of a joint mortgage.

条文: 民法第376条、第377条、第392条、国税徴収法基本通達第129条関係11・12。
租税との優劣は `distribution.py` が決め、ここで分け直すのは私債権の枠の中の配当である。
含まないもの: 転抵当、二つ以上の処分の競合。
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.allocation import in_proportion
from osame.law.claim import NegativeAmount
from osame.law.distribution import Creditor, CreditorKind, DistributionAnswer, DistributionShare, distribute


class UnknownMortgagee(Refusal):
    """抵当権の処分をした者、または受けた者が、債権者の中にありません。債権者の名を確かめてください。

    根拠: 民法第376条第1項
    """


class MortgageDisposalKind(Enum):
    """抵当権の処分の種類。

    Kinds of disposal of a mortgage.

    根拠: 民法第376条第1項
    """

    TRANSFER = "譲渡"
    WAIVER = "放棄"
    RANK_TRANSFER = "順位の譲渡"
    RANK_WAIVER = "順位の放棄"


@dataclass(frozen=True, slots=True)
class MortgageDisposal:
    """抵当権の処分一つ。譲渡・放棄は無担保の債権者へ、順位の譲渡・放棄は後の順位の抵当権者へ。

    One disposal, from a mortgagee to another creditor.

    根拠: 民法第376条第1項
    """

    kind: MortgageDisposalKind
    by: str
    to: str


@dataclass(frozen=True, slots=True)
class MortgageShares:
    """債権者ごとの配当。

    What each creditor receives.

    根拠: 民法第376条第1項
    """

    amounts: Mapping[str, Yen]
    left: Yen
    steps: tuple[str, ...]
    basis: tuple[str, ...] = ("民法第376条第1項", "国税徴収法基本通達第129条関係12")


def mortgage_shares(
    proceeds: Yen,
    mortgages: Sequence[tuple[str, Yen]],
    unsecured: Mapping[str, Yen],
    disposal: MortgageDisposal | None = None,
) -> MortgageShares:
    """抵当権の処分の後の、抵当権者と処分を受けた債権者への配当を計算する。`mortgages` は順位の順。

    What mortgagees receive, in order of rank, after a disposal.

    処分がないときの配当をまず求め、処分をした者と受けた者の分だけを、その二人の間で分け直す。
    譲渡は受けた者が先、放棄は債権額で按分。順位の処分は二人の配当の合計について同じようにする。

    根拠: 民法第376条第1項、国税徴収法基本通達第129条関係12
    例:
    >>> ranks = [("甲", Yen(400)), ("乙", Yen(500)), ("丙", Yen(800))]
    >>> waived = MortgageDisposal(MortgageDisposalKind.RANK_WAIVER, "甲", "丙")
    >>> dict(mortgage_shares(Yen(1_100), ranks, {"丁": Yen(600)}, waived).amounts)
    {'甲': 200, '乙': 500, '丙': 400}
    """
    if min(proceeds, *(amount for _, amount in mortgages), *unsecured.values()) < 0:
        raise NegativeAmount
    amounts: dict[str, Yen] = {}
    left = proceeds
    for name, claimed in mortgages:
        amounts[name] = Yen(min(left, claimed))
        left = Yen(left - amounts[name])
    steps = ["処分がないとき " + "、".join(f"{name} {amount:,}円" for name, amount in amounts.items())]
    if disposal is not None:
        amounts |= _divided(amounts, dict(mortgages), unsecured, disposal)
        said = "、".join(f"{name} {amounts[name]:,}円" for name in (disposal.by, disposal.to))
        steps.append(f"{disposal.kind.value}（{disposal.by}から{disposal.to}へ） {said}")
    return MortgageShares({name: amount for name, amount in amounts.items() if amount}, left, tuple(steps))


def distribute_with_disposal(
    proceeds: Yen, creditors: Sequence[Creditor], disposal: MortgageDisposal | None, unsecured: Mapping[str, Yen]
) -> DistributionAnswer:
    """配当を計算し、抵当権の処分があれば、その二人の分を分け直す。`unsecured` は、処分を受けた無担保の債権者。

    The whole distribution, with the shares of a disposal of a mortgage divided again between its two parties.

    根拠: 国税徴収法第129条、民法第376条第1項、国税徴収法基本通達第129条関係12
    例:
    >>> from datetime import date
    >>> claims = [Creditor(name, CreditorKind.SECURED, Yen(amount), date(2020, at, 1), at)
    ...           for at, (name, amount) in enumerate([("甲", 400), ("乙", 500), ("丙", 800)], start=1)]
    >>> transfer = MortgageDisposal(MortgageDisposalKind.TRANSFER, "甲", "丁")
    >>> found = distribute_with_disposal(Yen(1_100), claims, transfer, {"丁": Yen(600)})
    >>> {each.name: each.amount for each in found.shares}
    {'甲': 0, '乙': 500, '丙': 200, '丁': 400}
    """
    found = distribute(proceeds, creditors)
    if disposal is None:
        return found
    secured = {each.name: each.amount for each in found.shares if each.kind is CreditorKind.SECURED}
    mortgages = {each.name: each.amount for each in creditors if each.kind is CreditorKind.SECURED}
    changed = _divided(secured, mortgages, unsecured, disposal)
    shares = tuple(replace(each, amount=changed.get(each.name, each.amount)) for each in found.shares)
    if disposal.to in unsecured:
        taken = DistributionShare(disposal.to, CreditorKind.ORDINARY, unsecured[disposal.to], changed[disposal.to])
        shares = (*shares, taken)
    said = "、".join(f"{name} {changed[name]:,}円" for name in (disposal.by, disposal.to))
    step = f"{disposal.kind.value}（{disposal.by}から{disposal.to}へ） {said}（民法第376条第1項）"
    return replace(found, shares=shares, steps=(*found.steps, step), basis=(*found.basis, "民法第376条第1項"))


def _divided(
    amounts: Mapping[str, Yen], mortgages: Mapping[str, Yen], unsecured: Mapping[str, Yen], disposal: MortgageDisposal
) -> dict[str, Yen]:
    is_rank = disposal.kind in {MortgageDisposalKind.RANK_TRANSFER, MortgageDisposalKind.RANK_WAIVER}
    receivers = mortgages if is_rank else unsecured
    if disposal.by not in mortgages or disposal.to not in receivers or disposal.by == disposal.to:
        raise UnknownMortgagee(f"{disposal.by}から{disposal.to}へ")
    pot = Yen(amounts[disposal.by] + (amounts[disposal.to] if is_rank else 0))
    claims = (mortgages[disposal.by], receivers[disposal.to])
    if disposal.kind in {MortgageDisposalKind.WAIVER, MortgageDisposalKind.RANK_WAIVER}:
        of_giver, of_taker = in_proportion(pot, claims)
    else:
        of_taker = Yen(min(pot, claims[1]))
        of_giver = Yen(min(pot - of_taker, claims[0]))
    return {disposal.by: of_giver, disposal.to: of_taker}


def joint_mortgage_shares(claimed: Yen, values: Sequence[Yen]) -> list[Yen]:
    """共同抵当の債権を、同時に配当する不動産に、売却価額に応じて割り付ける。

    Split a joint mortgage over the properties sold together, in proportion to their prices.

    根拠: 民法第392条第1項、国税徴収法基本通達第129条関係11
    例:
    >>> joint_mortgage_shares(Yen(900), [Yen(1_000), Yen(500)])
    [600, 300]
    """
    return in_proportion(claimed, values)
