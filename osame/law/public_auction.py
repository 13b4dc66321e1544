"""公売の見積価額、公売保証金、公告と売却決定の日、次順位の買受申込者。

The arithmetic of a public auction: the estimate, the deposit, the days, the next bidder.

条文: 国税徴収法第95条、第98条、第100条、第104条、第104条の2、第113条、第115条。
含まないもの: 鑑定、随意契約、電子公売の手続。
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from osame.kernel.money import Yen
from osame.kernel.periods import day_after, days_after
from osame.kernel.refusals import Refusal
from osame.law.claim import NegativeAmount

_NOTICE_DAYS = 10
_DEPOSIT_PERCENT = 10
_LARGEST_REDUCTION = Fraction(3, 10)


class ReductionTooLarge(Refusal):
    """減価の割合は0から30%までの範囲で入力してください。それを超えるときは、鑑定をやり直してください。

    根拠: 国税徴収法第98条第1項
    """


@dataclass(frozen=True, slots=True)
class AuctionEstimate:
    """見積価額と公売保証金。

    The estimate and the deposit.

    根拠: 国税徴収法第98条第1項、国税徴収法第100条第1項
    """

    estimate: Yen
    deposit: Yen
    steps: tuple[str, ...]
    basis: tuple[str, ...] = ("国税徴収法第98条第1項", "国税徴収法第100条第1項")


@dataclass(frozen=True, slots=True)
class Bid:
    """入札一つ。

    One bid.

    根拠: 国税徴収法第101条第1項
    """

    bidder: str
    amount: Yen

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise NegativeAmount(f"{self.bidder} {self.amount}")


@dataclass(frozen=True, slots=True)
class AuctionResult:
    """開札の結果。最高価が同額なら `ties` に並べ、追加の入札またはくじで決める。

    The opening of bids: the best, the next, or those who tie.

    根拠: 国税徴収法第104条、国税徴収法第104条の2
    """

    best: Bid | None
    following: Bid | None
    ties: tuple[Bid, ...]


def auction_estimate(
    market_value: Yen, *, reduction: Fraction = Fraction(0), earlier_reductions: Sequence[Fraction] = ()
) -> AuctionEstimate:
    """見積価額と公売保証金を求める。

    The estimate after the reduction for the peculiarities of a public auction, and the deposit of at least ten percent.

    `reduction` は公売の特殊性による減価、`earlier_reductions` は再公売のたびの減価の割合。見積価額の1円未満は切り捨て、保証金は切り上げる。

    根拠: 国税徴収法第98条第1項、国税徴収法第100条第1項
    解釈: 減価は30%までとする。法に割合の定めはなく、国税の換価の実務による。
    例:
    >>> found = auction_estimate(Yen(10_000_000), reduction=Fraction("0.2"))
    >>> found.estimate, found.deposit
    (8000000, 800000)
    """
    if market_value < 0:
        raise NegativeAmount(f"時価 {market_value}")
    rates = (reduction, *earlier_reductions)
    if not all(0 <= each <= _LARGEST_REDUCTION for each in rates):
        raise ReductionTooLarge
    left = Fraction(market_value)
    steps = [f"時価 {market_value:,}円"]
    for each in rates:
        left *= 1 - each
        steps.append(f"減価 {each.numerator}/{each.denominator} → {left.__floor__():,}円")
    estimate = left.__floor__()
    deposit = -(-estimate * _DEPOSIT_PERCENT // 100)
    steps.append(f"公売保証金 {estimate:,}円×{_DEPOSIT_PERCENT}% → {deposit:,}円以上")
    return AuctionEstimate(Yen(estimate), Yen(deposit), tuple(steps))


def open_bids(bids: Sequence[Bid], estimate: Yen, deposit: Yen) -> AuctionResult:
    """開札する。見積価額以上で最も高い者と、次順位の買受申込みができる者。

    The best bid at or above the estimate, and the next within the deposit of it.

    根拠: 国税徴収法第104条第1項・第2項、国税徴収法第104条の2第1項
    例:
    >>> found = open_bids([Bid("A", Yen(900)), Bid("B", Yen(850)), Bid("C", Yen(700))], Yen(800), Yen(80))
    >>> found.best.bidder, found.following.bidder
    ('A', 'B')
    """
    valid = sorted((each for each in bids if each.amount >= estimate), key=lambda each: -each.amount)
    if not valid:
        return AuctionResult(None, None, ())
    ties = tuple(each for each in valid if each.amount == valid[0].amount)
    if len(ties) > 1:
        return AuctionResult(None, None, ties)
    following = next((each for each in valid[1:] if each.amount >= valid[0].amount - deposit), None)
    return AuctionResult(valid[0], following, ())


def auction_from(announced_on: date) -> date:
    """公売公告をした日から、公売をすることができる最初の日。公売の日の少なくとも10日前までに公告する。

    The first day of an auction announced on a day.

    根拠: 国税徴収法第95条第1項
    解釈: 公告の翌日から数えて、公売の日の前日までに10日がある日とする。
    例:
    >>> auction_from(date(2026, 9, 1))
    datetime.date(2026, 9, 12)
    """
    return day_after(days_after(announced_on, _NOTICE_DAYS))
