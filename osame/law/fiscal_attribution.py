"""会計年度の所属。どの年度の収入か、現年度分か滞納繰越分か。

To which fiscal year a receipt belongs, and whether it is current or carried over.
"""

from dataclasses import dataclass
from datetime import date

from osame.kernel.dates import fiscal_year


@dataclass(frozen=True, slots=True)
class Attribution:
    """会計年度と、滞納繰越分かどうか。

    The fiscal year, and whether the receipt is carried over from an earlier levy year.

    根拠: 地方自治法第208条、地方自治法施行令第142条
    """

    fiscal_year: int
    carried_over: bool


def attribute_receipt(*, levy_year: int, accounted_on: date) -> Attribution:
    """収入の会計年度の所属を決める。

    Decide the fiscal year of a receipt.

    出納整理期間（4月1日から5月31日まで）に入った金は、前年度までに調定した分であれば前年度の収入とする。
    出納閉鎖の後は、その年度の滞納繰越分となる。

    根拠: 地方自治法施行令第142条第1項第1号、地方自治法第235条の5
    解釈: 滞納繰越分も、繰越し（6月1日）より前の収入は繰越し前の年度に属する。
    例:
    >>> attribute_receipt(levy_year=2025, accounted_on=date(2026, 5, 31))
    Attribution(fiscal_year=2025, carried_over=False)
    >>> attribute_receipt(levy_year=2025, accounted_on=date(2026, 6, 1))
    Attribution(fiscal_year=2026, carried_over=True)
    """
    year = fiscal_year(accounted_on)
    if accounted_on.month in {4, 5} and levy_year < year:
        year -= 1
    year = max(year, levy_year)
    return Attribution(year, carried_over=levy_year < year)
