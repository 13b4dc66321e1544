"""法の値。日付のある値を `*.toml` から読み、根拠のない値を断る。

Dated values of the law. A value without its basis does not load, and a day without a value is refused, never guessed.
"""

import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from osame.kernel.refusals import Refusal

_VALUE_KEYS = {"from", "through", "value", "basis", "notice", "checked_on"}
_REQUIRED_KEYS = _VALUE_KEYS - {"through"}


class ParameterWithoutBasis(Refusal):
    """法の値に、根拠・告示・確認日・適用開始日のいずれかがありません。law/parameters の該当する値に書き加えてください。

    根拠: 地方税法第1条
    """


class ValueNotRegistered(Refusal):
    """その日に適用する値が登録されていません。告示を確認し、law/parameters に値・根拠・告示・確認日を加えてください。

    根拠: 地方税法附則第3条の2
    """


class UnknownParameter(Refusal):
    """その名前の値はありません。law/parameters の見出しを確認してください。

    根拠: 地方税法第1条
    """


@dataclass(frozen=True, slots=True)
class DatedValue:
    """適用期間と根拠を持つ値一つ。

    One value with the days it applies to (both ends inclusive; `through` is None while it is in force).

    根拠: 地方税法附則第3条の2
    """

    first: date
    through: date | None
    value: Fraction
    basis: str
    notice: str
    checked_on: date

    def covers(self, day: date) -> bool:
        """その日に適用があるか。"""
        return self.first <= day and (self.through is None or day <= self.through)


@dataclass(frozen=True, slots=True)
class Parameter:
    """一つの名前で呼ばれる、日付のある値の並び。

    A named value through time, oldest first.

    根拠: 地方税法附則第3条の2
    """

    key: str
    title: str
    notes: str
    values: tuple[DatedValue, ...]

    def on(self, day: date) -> DatedValue:
        """その日に適用する値。なければ断る。"""
        at = bisect_right(self.values, day, key=lambda each: each.first) - 1
        if at >= 0 and self.values[at].covers(day):
            return self.values[at]
        raise ValueNotRegistered(f"{self.title}、{day.isoformat()}")

    def yen_on(self, day: date) -> int:
        """その日に適用する円の値。"""
        value = self.on(day).value
        if value.denominator != 1:
            raise ParameterWithoutBasis(f"{self.key}: 円の値が整数でない")
        return value.numerator


@cache
def parameters() -> Mapping[str, Parameter]:
    """登録されたすべての値を読む。

    Every parameter, read from the TOML files beside this module.

    根拠: 地方税法附則第3条の2
    """
    found: dict[str, Parameter] = {}
    for file in sorted(files("osame.law.parameters").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            for each in read_parameters(file.read_text(encoding="utf-8")):
                if each.key in found:
                    raise ParameterWithoutBasis(f"{each.key}: 同じ名前が二度ある")
                found[each.key] = each
    return MappingProxyType(found)


def parameter(key: str) -> Parameter:
    """名前で値を引く。

    The parameter of that name.

    根拠: 地方税法附則第3条の2
    例:
    >>> parameter("local_tax_after").on(date(2026, 4, 1)).value
    Fraction(91, 1000)
    """
    try:
        return parameters()[key]
    except KeyError:
        raise UnknownParameter(key) from None


def read_parameters(text: str) -> tuple[Parameter, ...]:
    """TOMLの文から値を読む。

    Read parameters from the text of one TOML file.

    根拠: 地方税法附則第3条の2
    """
    return tuple(_parameter(key, table) for key, table in tomllib.loads(text).items())


def coverage_faults(of: Parameter) -> tuple[str, ...]:
    """値の適用期間の隙間・重なり・順序の誤りを挙げる。

    Name every gap, overlap and inverted range in time; an empty answer means each day has exactly one value.

    根拠: 地方税法附則第3条の2
    """
    faults = []
    for each in of.values:
        if each.through is not None and each.through < each.first:
            faults.append(f"{of.key}: {each.first} の値の終わりが始まりより前")
    for before, after in zip(of.values, of.values[1:], strict=False):
        if before.through is None or before.through >= after.first:
            faults.append(f"{of.key}: {after.first} で重なる")
        elif before.through + timedelta(days=1) != after.first:
            faults.append(f"{of.key}: {before.through} と {after.first} の間が空く")
    return tuple(faults)


def _parameter(key: str, table: dict[str, object]) -> Parameter:
    rows = table.get("values")
    title = table.get("title")
    if not isinstance(rows, list) or not rows or not isinstance(title, str):
        raise ParameterWithoutBasis(f"{key}: title と values が要る")
    values = sorted((_value(key, row) for row in rows), key=lambda each: each.first)
    return Parameter(key, title, str(table.get("notes", "")), tuple(values))


def _value(key: str, row: dict[str, object]) -> DatedValue:
    where = f"{key} {row.get('from', '')}"
    missing = [name for name in sorted(_REQUIRED_KEYS) if not str(row.get(name, "")).strip()]
    if missing or set(row) - _VALUE_KEYS:
        raise ParameterWithoutBasis(f"{where}: {'、'.join(missing) or '知らない項目'}")
    first, through, checked_on, value = row["from"], row.get("through"), row["checked_on"], row["value"]
    if not isinstance(first, date) or not isinstance(checked_on, date) or not isinstance(value, str):
        raise ParameterWithoutBasis(f"{where}: 日付または値の形")
    if through is not None and not isinstance(through, date):
        raise ParameterWithoutBasis(f"{where}: 終わりの日の形")
    return DatedValue(first, through, Fraction(value), str(row["basis"]), str(row["notice"]), checked_on)
