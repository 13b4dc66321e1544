"""延滞金の規則の変種。地方税の標準と、料・負担金・国税の違いを、値として持つ。

Variants of the charge rule as data: local tax, insurance fees, levies, civil claims and national tax.

税目ごとの条文は `tax_articles.py` にある。条例が違う団体は `dataclasses.replace` で自分の規則を作る。
"""

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from osame.kernel.money import Yen
from osame.law.reading import BelowMinimum
from osame.law.rounding import BASE_MINIMUM, BASE_UNIT, CHARGE_MINIMUM, CHARGE_UNIT
from osame.law.tax_articles import articles_of


@dataclass(frozen=True, slots=True)
class ChargeRule:
    """延滞金の計算の規則。

    How a charge is computed. Rates are names of parameters, or one flat rate.

    `first_period_months` は低い割合の月数（0なら最初から高い割合）。
    `below_minimum` は一部納付後の残額が下限未満のときの読み方、
    `merges_equal_rates` は同じ割合のまま年を跨ぐ区分を一つにまとめるかどうか、
    `assumed_through` は割合の登録のない先の年に、最後の割合が続くと仮定する最後の日（見込みにだけ使う）。

    根拠: 地方税法第20条の4の2第2項、地方税法附則第3条の2第1項
    """

    name: str
    basis: tuple[str, ...]
    early_rates: str = "local_tax_early"
    after_rates: str = "local_tax_after"
    grace_rates: str | None = "grace_rate"
    flat_rate: Fraction | None = None
    first_period_months: int = 1
    base_minimum: Yen = BASE_MINIMUM
    base_unit: Yen = BASE_UNIT
    charge_minimum: Yen = CHARGE_MINIMUM
    charge_unit: Yen = CHARGE_UNIT
    below_minimum: BelowMinimum = BelowMinimum.STOP
    merges_equal_rates: bool = False
    assumed_through: date | None = None


_CUTS = "地方税法第20条の4の2第2項・第5項"

LOCAL_TAX = ChargeRule(
    name="地方税の延滞金",
    basis=("地方税法第326条第1項ほか各税目の延滞金の規定", _CUTS, "地方税法附則第3条の2第1項"),
)
"""地方税と国民健康保険税。最初の1月が低い割合。"""

INSURANCE_FEE_THREE_MONTHS = ChargeRule(
    name="保険料の延滞金（最初の3月）",
    basis=("地方自治法第231条の3第2項", "各保険料条例の延滞金の規定"),
    first_period_months=3,
)
"""国保料・介護保険料・後期高齢者医療保険料。条例が1月とする団体は LOCAL_TAX を使う。"""

FROM_DEMAND_DEADLINE = ChargeRule(
    name="督促状の指定期限の翌日から起算する延滞金",
    basis=("地方自治法第231条の3第2項", "条例の延滞金の規定"),
    first_period_months=0,
)
"""督促状の指定期限を納期限として渡す。低い割合の期間はない。"""

SEWER_BENEFICIARY = ChargeRule(
    name="下水道受益者負担金の延滞金",
    basis=("都市計画法第75条第4項", "条例附則"),
    early_rates="sewer_beneficiary_early",
    after_rates="sewer_beneficiary_after",
)
"""本則は年14.5%・7.25%。"""

RURAL_DRAINAGE = ChargeRule(
    name="農業集落排水の延滞金",
    basis=("地方自治法第231条の3第2項", "条例"),
    early_rates="rural_drainage",
    after_rates="rural_drainage",
    grace_rates=None,
    first_period_months=0,
)
"""条例の定率5%。"""

NATIONAL_TAX = ChargeRule(
    name="国税の延滞税",
    basis=("国税通則法第60条第2項", "国税通則法第118条第3項", "国税通則法第119条第4項", "租税特別措置法第94条第1項"),
    early_rates="national_tax_early",
    after_rates="national_tax_after",
    first_period_months=2,
    base_minimum=Yen(10_000),
    base_unit=Yen(10_000),
)
"""基礎は1万円、最初の2月が低い割合。"""


def flat_rule(rate: Fraction, *, basis: tuple[str, ...] = ("民法第404条", "民法第419条第1項")) -> ChargeRule:
    """一つの割合だけで計算する規則を作る（私債権の遅延損害金など）。

    A rule with one rate for every day, as for civil claims.

    根拠: 民法第404条、民法第419条第1項
    解釈: 端数の切捨ては地方税の例による（津市水道の公表例）。
    """
    return ChargeRule(name="定率の遅延損害金", basis=basis, grace_rates=None, flat_rate=rate, first_period_months=0)


def with_first_period(rule: ChargeRule, months: int) -> ChargeRule:
    """低い割合の月数だけを変えた規則を作る。

    The same rule with another length of the low-rate period.

    根拠: 地方税法第326条第1項、各保険料条例の延滞金の規定
    """
    return rule if months == rule.first_period_months else replace(rule, first_period_months=months)


def for_forecast(rule: ChargeRule, through: date) -> ChargeRule:
    """見込みの計算のための規則を作る。割合の登録のない先の年は、最後に登録された割合が続くと仮定する。

    The rule for a forecast: the last registered rates are assumed to go on. Never for a charge that is due.

    根拠: 地方税法附則第3条の2第1項
    解釈: 翌年の割合は前年の告示まで決まらない。分納の見込みだけにこの仮定を使い、見込みであることを書く。
    例:
    >>> for_forecast(LOCAL_TAX, date(2030, 12, 31)).name
    '地方税の延滞金（見込み）'
    """
    return replace(rule, name=f"{rule.name}（見込み）", assumed_through=through)


def for_tax_item(tax_item: str, rule: ChargeRule = LOCAL_TAX) -> ChargeRule:
    """税目の条文を根拠に持つ規則を作る。計算は変わらない。

    The rule citing the articles of a tax item.

    根拠: 地方税法第326条、第369条、第463条の24、第723条
    例:
    >>> for_tax_item("固定資産税").basis[0]
    '地方税法第369条第1項'
    """
    article = articles_of(tax_item).delinquency_charge
    return replace(rule, name=f"{tax_item}の延滞金", basis=(f"{article}第1項", *rule.basis[1:]))
