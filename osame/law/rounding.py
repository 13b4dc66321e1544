"""端数計算。どこを切り捨てるかは、三つの関数がすべてである。

Rounding: the base of a charge, one segment of it, and the fixed amount. Everything is cut down, never up.
"""

from fractions import Fraction

from osame.kernel.money import Yen

BASE_MINIMUM, BASE_UNIT = Yen(2_000), Yen(1_000)
CHARGE_MINIMUM, CHARGE_UNIT = Yen(1_000), Yen(100)
NOTHING = Yen(0)
DAYS_OF_YEAR = 365
"""うるう年の日を含む期間でも、年は365日とする（地方税法第20条の4の2の計算の例による）。"""


def charge_base(tax: Yen, *, minimum: Yen = BASE_MINIMUM, unit: Yen = BASE_UNIT) -> Yen:
    """延滞金の計算の基礎となる税額の端数を切り捨てる。

    Round the tax a charge is computed on down to ¥1,000; below ¥2,000 no charge accrues.

    根拠: 地方税法第20条の4の2第2項
    例:
    >>> charge_base(Yen(56_400)), charge_base(Yen(2_000)), charge_base(Yen(1_999))
    (56000, 2000, 0)
    """
    return NOTHING if tax < minimum else Yen(tax // unit * unit)


def accrued(base: Yen, rate: Fraction, days: int) -> Yen:
    """一区分の額を年365日の日割りで求め、1円未満の端数を切り捨てる。

    One segment: base × yearly rate × days ÷ 365, cut to whole yen.

    根拠: 地方税法附則第3条の2
    解釈: 区分（年、1月を経過する日、納付、猶予などの境）ごとに切り捨てる。福岡市、豊橋市、泉佐野市ほかの公表例による。
    例:
    >>> accrued(Yen(56_000), Fraction("0.091"), 88)
    1228
    """
    return Yen(base * rate.numerator * days // (rate.denominator * DAYS_OF_YEAR))


def floor_charge(charge: Yen, *, minimum: Yen = CHARGE_MINIMUM, unit: Yen = CHARGE_UNIT) -> Yen:
    """延滞金の確定金額の端数を切り捨てる。

    Round a charge down to ¥100; below ¥1,000 nothing is due.

    100円未満の端数は切り捨て、全額が1,000円未満であれば全額を切り捨てる。
    `round()` は偶数丸めのため使えない。

    根拠: 地方税法第20条の4の2第5項
    例:
    >>> floor_charge(Yen(1_348)), floor_charge(Yen(999))
    (1300, 0)
    """
    return NOTHING if charge < minimum else Yen(charge // unit * unit)
