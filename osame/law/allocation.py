"""納付を、どの期別の、どの徴収金に、いくらずつ充てるか。

How a payment is divided: inside a charge by component, across charges by due date.

条文: 地方税法第14条の5、第20条の9の4、民法第488条第4項。
含まないもの: 納付者の指定（指定された期別を先に渡す）、延滞金の計算（`delinquency_charge.py`）。
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from itertools import groupby

from osame.kernel.money import Yen
from osame.law.claim import NegativeAmount
from osame.law.parameters import ValueNotRegistered
from osame.law.reading import ResidualOrder


class Component(Enum):
    """徴収金の内訳。

    The components of a charge.

    根拠: 地方税法第1条第1項第14号
    """

    PRINCIPAL_TAX = "本税"
    DEMAND_FEE = "督促手数料"
    DELINQUENCY_CHARGE = "延滞金"
    ADDITIONAL_CHARGE = "加算金"
    DISPOSITION_COST = "滞納処分費"


@dataclass(frozen=True, slots=True)
class AllocationOrder:
    """充てる順序。条例・運用で違うので、適用開始日を持つ設定とする。

    The order of components, and how to go across charges; dated, because ordinances change it.

    根拠: 地方税法第20条の9の4、地方税法第14条の5第1項・第2項
    解釈: 督促手数料の位置は条例・運用による。既定は滞納処分費、本税、督促手数料、加算金、延滞金の順。
    """

    first: date
    components: tuple[Component, ...]
    across: ResidualOrder = ResidualOrder.CHARGE_FIRST
    basis: str = "地方税法第20条の9の4"


STANDARD_COMPONENTS = (
    Component.DISPOSITION_COST,
    Component.PRINCIPAL_TAX,
    Component.DEMAND_FEE,
    Component.ADDITIONAL_CHARGE,
    Component.DELINQUENCY_CHARGE,
)
VOLUNTARY_ORDER = AllocationOrder(date(1963, 10, 1), STANDARD_COMPONENTS)
"""任意の納付。期別ごとに、本税を延滞金より先に充てる。"""

DISTRIBUTION_ORDER = AllocationOrder(
    date(1963, 10, 1), STANDARD_COMPONENTS, ResidualOrder.COMPONENT_FIRST, "地方税法第14条の5、国税徴収法第129条第6項"
)
"""滞納処分の配当。すべての本税を先に、その後に延滞金を充てる。"""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """未納の期別1件。

    What is unpaid on one charge.

    根拠: 地方税法第14条の5
    """

    key: str
    due_date: date
    amounts: Mapping[Component, Yen] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allocated:
    """期別の一内訳に充てた額。

    Yen put to one component of one charge.

    根拠: 地方税法第14条の5
    """

    key: str
    component: Component
    amount: Yen


@dataclass(frozen=True, slots=True)
class Allocation:
    """割り振りの結果。残りは過納である。

    The division of a payment; what is left over is an overpayment.

    根拠: 地方税法第14条の5、地方税法第17条
    """

    parts: tuple[Allocated, ...]
    left: Yen
    steps: tuple[str, ...]
    basis: tuple[str, ...]


def order_on(day: date, orders: Sequence[AllocationOrder]) -> AllocationOrder:
    """その日に適用する順序。

    The order in force on a day: the latest that has begun.

    根拠: 地方税法第20条の9の4
    """
    begun = [each for each in orders if each.first <= day]
    if not begun:
        raise ValueNotRegistered(f"充当の順序、{day.isoformat()}")
    return max(begun, key=lambda each: each.first)


def allocate(amount: Yen, charges: Sequence[Outstanding], order: AllocationOrder = VOLUNTARY_ORDER) -> Allocation:
    """納付を、期別と内訳に割り振る。

    Divide a payment over charges. Older due dates come first; equal due dates share in proportion.

    根拠: 地方税法第14条の5、地方税法第20条の9の4、民法第488条第4項第2号から第4号まで、国税徴収法基本通達第129条関係19
    解釈: 按分の1円未満の端数は、端数の大きいものから1円ずつ充てる（同じなら先に渡した期別）。
    例:
    >>> old = Outstanding("1期", date(2026, 6, 30), {Component.PRINCIPAL_TAX: Yen(8_000)})
    >>> new = Outstanding("2期", date(2026, 8, 31), {Component.PRINCIPAL_TAX: Yen(8_000)})
    >>> [(each.key, each.amount) for each in allocate(Yen(10_000), [new, old]).parts]
    [('1期', 8000), ('2期', 2000)]
    """
    if amount < 0:
        raise NegativeAmount(f"納付額 {amount}")
    parts: list[Allocated] = []
    left = amount
    for claims in _turns(charges, order):
        shares = in_proportion(left, [yen for _, _, yen in claims])
        parts += [Allocated(key, what, yen) for (key, what, _), yen in zip(claims, shares, strict=True) if yen]
        left = Yen(left - sum(shares))
    steps = [f"{each.key} {each.component.value} {each.amount:,}円" for each in parts]
    return Allocation(tuple(parts), left, (*steps, f"残り {left:,}円"), (order.basis, "民法第488条第4項"))


_Claim = tuple[str, Component, Yen]


def _turns(charges: Sequence[Outstanding], order: AllocationOrder) -> Iterable[list[_Claim]]:
    """同じ順位の徴収金を、順位ごとにまとめる。"""
    by_due = sorted(charges, key=lambda each: each.due_date)
    groups = [list(group) for _, group in groupby(by_due, key=lambda each: each.due_date)]
    if order.across is ResidualOrder.CHARGE_FIRST:
        pairs = [(group, component) for group in groups for component in order.components]
    else:
        pairs = [(group, component) for component in order.components for group in groups]
    for group, component in pairs:
        yield [(each.key, component, each.amounts.get(component, Yen(0))) for each in group]


def in_proportion(amount: Yen, claims: Sequence[Yen]) -> list[Yen]:
    """同順位の債権に、額に応じて按分する。足りていれば全額を充てる。

    Divide an amount among claims of one rank in proportion, not a yen lost.

    根拠: 民法第488条第4項第4号、国税徴収法基本通達第129条関係19
    解釈: 1円未満の端数は、端数の大きいものから1円ずつ充てる（同じなら先に渡したもの）。
    例:
    >>> in_proportion(Yen(100), [Yen(100), Yen(100), Yen(100)])
    [34, 33, 33]
    """
    whole = sum(claims)
    if amount >= whole:
        return list(claims)
    shares = [amount * each // whole for each in claims]
    rests = sorted(range(len(claims)), key=lambda at: (-(amount * claims[at] % whole), at))
    for at in rests[: amount - sum(shares)]:
        shares[at] += 1
    return [Yen(each) for each in shares]
