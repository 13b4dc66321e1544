"""換価代金などを、どの債権にいくら配当するか。

How proceeds are distributed: costs, then the frames of taxes and of private claims by date, then each frame's own order.

1. 強制換価手続の費用、直接の滞納処分費、留置権と特別の先取特権、たばこ税等をこの順に引く。
2. 残りを、租税・公課は法定納期限等、私債権は設定・登記の日の古い順に割り付け、租税公課の枠と私債権の枠の合計を決める。
3. 租税公課の枠は、担保を徴した租税、差押え、交付要求の先の順、公課の順に配る。私債権の枠は古い順に配る。

条文: 地方税法第14条の2から第14条の20まで、国税徴収法第8条から第26条まで、第128条から第133条まで。
含まないもの: 債権の存否の確認、抵当権の処分（`mortgage_disposal.py`）、充てた後の期別への割り振り（`allocation.py`）。
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from itertools import groupby

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import day_after, days_after, days_from
from osame.kernel.refusals import Refusal
from osame.law.allocation import in_proportion
from osame.law.claim import NegativeAmount

_STATEMENT_DAYS = 3
_DELIVERY_DAYS = 7


class DateOfPriorityNeeded(Refusal):
    """配当の順位を決める日（法定納期限等、または設定・登記の日）がありません。債権ごとに日を入力してください。

    根拠: 地方税法第14条の9、地方税法第14条の20
    """


class CreditorKind(Enum):
    """配当を受ける債権の種類。

    Kinds of claims on the proceeds.

    根拠: 地方税法第14条の2から第14条の20まで
    """

    PROCEDURE_COST = "強制換価手続の費用"
    DISPOSITION_COST = "直接の滞納処分費"
    PRIOR_LIEN = "留置権・優先する先取特権"
    TOBACCO_TAX = "たばこ税等"
    SECURED_TAX = "担保を徴した租税"
    SEIZING_TAX = "差押えに係る租税"
    REQUESTING_TAX = "交付要求に係る租税"
    PUBLIC_CHARGE = "公課"
    SECURED = "質権・抵当権等"
    ORDINARY = "その他の債権"


_ARTICLES = {
    CreditorKind.PROCEDURE_COST: "地方税法第14条の2",
    CreditorKind.DISPOSITION_COST: "地方税法第14条の3",
    CreditorKind.PRIOR_LIEN: "地方税法第14条の13、地方税法第14条の15",
    CreditorKind.TOBACCO_TAX: "地方税法第14条の4",
    CreditorKind.SECURED_TAX: "地方税法第14条の8",
    CreditorKind.SEIZING_TAX: "地方税法第14条の6",
    CreditorKind.REQUESTING_TAX: "地方税法第14条の7",
    CreditorKind.PUBLIC_CHARGE: "地方税法第14条",
    CreditorKind.SECURED: "地方税法第14条の9、地方税法第14条の10",
    CreditorKind.ORDINARY: "地方税法第14条",
}
_FIRST = (
    CreditorKind.PROCEDURE_COST,
    CreditorKind.DISPOSITION_COST,
    CreditorKind.PRIOR_LIEN,
    CreditorKind.TOBACCO_TAX,
)
_PUBLIC = (
    CreditorKind.SECURED_TAX,
    CreditorKind.SEIZING_TAX,
    CreditorKind.REQUESTING_TAX,
    CreditorKind.PUBLIC_CHARGE,
)


@dataclass(frozen=True, slots=True)
class Creditor:
    """配当を受ける債権一つ。

    One claim on the proceeds. `on` is the statutory due date of a tax, or the day a security was created or registered.

    担保を徴した租税の `on` は担保を設定した日とする。`turn` は租税どうしの先後（差押えの着手、交付要求の順）、
    同じ日に登記した担保権の受付の順。小さい方が先で、同じなら按分する。

    根拠: 地方税法第14条の6、第14条の7、第14条の9
    """

    name: str
    kind: CreditorKind
    amount: Yen
    on: date | None = None
    turn: int = 0

    def __post_init__(self) -> None:
        if self.amount < 0:
            raise NegativeAmount(f"{self.name} {self.amount}")


@dataclass(frozen=True, slots=True)
class DistributionShare:
    """一つの債権への配当。

    What one claim receives.

    根拠: 国税徴収法第129条第1項
    """

    name: str
    kind: CreditorKind
    claimed: Yen
    amount: Yen


@dataclass(frozen=True, slots=True)
class DistributionAnswer:
    """配当の計算の結果。残余は滞納者に交付する。

    The distribution; what is left goes to the taxpayer in arrears.

    根拠: 国税徴収法第129条第3項
    """

    shares: tuple[DistributionShare, ...]
    left: Yen
    steps: tuple[str, ...]
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DistributionSchedule:
    """配当の日程。

    The days of a distribution.

    根拠: 国税徴収法第131条、国税徴収法第132条第2項
    """

    statement_by: date
    delivery_on: date
    steps: tuple[str, ...]
    basis: tuple[str, ...] = ("国税徴収法第131条", "国税徴収法第132条第2項")


def distribute(proceeds: Yen, creditors: Sequence[Creditor]) -> DistributionAnswer:
    """配当を計算する。

    Distribute proceeds among creditors; circular priorities are resolved by the two frames.

    法定納期限等と同じ日に設定された担保権は、租税に先立つ（「以前」）。同じ順位は額に応じて按分する。

    根拠: 地方税法第14条の2から第14条の10まで、地方税法第14条の20、国税徴収法第26条、国税徴収法第129条
    解釈: 租税と私債権の競合がなければ、枠を決める手順の結果は通常の順位と同じになるので、いつも同じ手順による。
        按分の1円未満の端数は、端数の大きいものから1円ずつ充てる。
    例:
    >>> found = distribute(Yen(1_700), [
    ...     Creditor("滞納処分費", CreditorKind.DISPOSITION_COST, Yen(100)),
    ...     Creditor("抵当権", CreditorKind.SECURED, Yen(1_000), date(2006, 6, 30)),
    ...     Creditor("国税", CreditorKind.SEIZING_TAX, Yen(500), date(2006, 8, 31)),
    ...     Creditor("地方税", CreditorKind.REQUESTING_TAX, Yen(300), date(2006, 5, 2)),
    ... ])
    >>> [(each.name, each.amount) for each in found.shares], found.left
    ([('滞納処分費', 100), ('抵当権', 1000), ('国税', 500), ('地方税', 100)], 0)
    """
    if proceeds < 0:
        raise NegativeAmount(f"換価代金 {proceeds}")
    paid: dict[int, Yen] = {}
    steps = [f"換価代金等 {proceeds:,}円"]
    numbered = list(enumerate(creditors))
    left = proceeds
    for kind in _FIRST:
        left = _pay(left, [each for each in numbered if each[1].kind is kind], paid, steps)
    public = [each for each in numbered if each[1].kind in _PUBLIC]
    private = [each for each in numbered if each[1].kind is CreditorKind.SECURED]
    for_public, for_private = _frames(left, public, private, steps)
    left = Yen(left - for_public - for_private)
    for rank in _ranks(public, lambda each: (_PUBLIC.index(each.kind), each.turn)):
        for_public = _pay(for_public, rank, paid, steps)
    for rank in _ranks(private, lambda each: (_dated(each).toordinal(), each.turn)):
        for_private = _pay(for_private, rank, paid, steps)
    left = _pay(left, [each for each in numbered if each[1].kind is CreditorKind.ORDINARY], paid, steps)
    steps.append(f"残余 {left:,}円")
    shares = tuple(DistributionShare(each.name, each.kind, each.amount, paid.get(at, Yen(0))) for at, each in numbered)
    articles = dict.fromkeys(_ARTICLES[each.kind] for each in creditors)
    mixed = ["地方税法第14条の20"] if public and private else []
    return DistributionAnswer(shares, left, tuple(steps), (*articles, *mixed, "国税徴収法第129条"))


_Numbered = tuple[int, Creditor]


def _frames(left: Yen, public: list[_Numbered], private: list[_Numbered], steps: list[str]) -> tuple[Yen, Yen]:
    """古い順に割り付けて、租税公課の枠と私債権の枠の合計を決める。"""
    if not private:
        return Yen(min(left, sum(each.amount for _, each in public))), Yen(0)
    taken = {True: 0, False: 0}

    def age(each: _Numbered) -> tuple[date, int]:
        return _dated(each[1]), 0 if each[1].kind is CreditorKind.SECURED else 1

    rest = int(left)
    for _, group in groupby(sorted([*public, *private], key=age), key=age):
        same = [each for _, each in group]
        for each, amount in zip(same, in_proportion(Yen(rest), [each.amount for each in same]), strict=True):
            taken[each.kind in _PUBLIC] += amount
            rest -= amount
            words = "設定・登記の日" if each.kind is CreditorKind.SECURED else "法定納期限等"
            steps.append(f"割付け {each.name}（{words}{format_wareki(_dated(each))}） {amount:,}円")
    steps.append(f"租税公課の枠 {taken[True]:,}円、私債権の枠 {taken[False]:,}円")
    return Yen(taken[True]), Yen(taken[False])


def _ranks(claims: list[_Numbered], rank: Callable[[Creditor], tuple[int, int]]) -> Iterable[list[_Numbered]]:
    def key(each: _Numbered) -> tuple[int, int]:
        return rank(each[1])

    return [list(group) for _, group in groupby(sorted(claims, key=key), key=key)]


def _pay(amount: Yen, claims: list[_Numbered], paid: dict[int, Yen], steps: list[str]) -> Yen:
    """同じ順位の債権に配り、残りを返す。"""
    if not claims:
        return amount
    for (at, each), share in zip(claims, in_proportion(amount, [each.amount for _, each in claims]), strict=True):
        paid[at] = share
        amount = Yen(amount - share)
        steps.append(f"{each.kind.value} {each.name} {each.amount:,}円のうち {share:,}円（{_ARTICLES[each.kind]}）")
    return amount


def _dated(each: Creditor) -> date:
    if each.on is None:
        raise DateOfPriorityNeeded(each.name)
    return each.on


def distribution_schedule(paid_on: date, dispatched_on: date) -> DistributionSchedule:
    """配当計算書を発送する期限と、換価代金等の交付期日。

    The last day to dispatch the statement, and the day of delivery.

    計算書は代金の納付（債権は取立て）の日から3日以内に発送し、発送した日から起算して7日を経過した日を交付期日とする。

    根拠: 国税徴収法第131条、国税徴収法第132条第2項
    例:
    >>> found = distribution_schedule(date(2026, 9, 1), date(2026, 9, 3))
    >>> found.statement_by, found.delivery_on
    (datetime.date(2026, 9, 4), datetime.date(2026, 9, 10))
    """
    statement_by = days_after(paid_on, _STATEMENT_DAYS)
    delivery_on = day_after(days_from(dispatched_on, _DELIVERY_DAYS))
    steps = (
        f"代金の納付 {format_wareki(paid_on)}から3日以内 {format_wareki(statement_by)}までに発送",
        f"発送 {format_wareki(dispatched_on)}から起算して7日を経過した日 {format_wareki(delivery_on)}に交付",
    )
    return DistributionSchedule(statement_by, delivery_on, steps)


def is_statement_needed(creditors: Sequence[Creditor], collected: Yen) -> bool:
    """配当計算書を作る必要があるか。差押えに係る徴収金だけで、残余もないなら要らない。

    Whether a distribution has to be drawn up, or the collected money may be applied at once.

    根拠: 国税徴収法第128条、国税徴収法第131条
    解釈: 債権の取立てで、ほかに配当を受ける者がなく残余もないときは、計算書を作らずに充てる扱いとする。
    例:
    >>> own = Creditor("市税", CreditorKind.SEIZING_TAX, Yen(50_000), date(2026, 6, 30))
    >>> is_statement_needed([own], Yen(30_000)), is_statement_needed([own], Yen(60_000))
    (False, True)
    """
    own = (CreditorKind.SEIZING_TAX, CreditorKind.DISPOSITION_COST)
    others = any(each.kind not in own for each in creditors)
    return others or collected > sum(each.amount for each in creditors)
