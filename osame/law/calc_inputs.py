"""問いの項目を、型と範囲を確かめて読む。

Inputs of a question, read strictly: a float is never taken for a number, and a missing name is named.
"""

import re
from datetime import date
from fractions import Fraction

from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal

_LARGEST_YEN = 10**18
_LARGEST_COUNT = 12_000
_LONGEST_SHOWN = 40
_LONGEST_TEXT = 100
_PAIR = 2
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RATE = re.compile(r"[0-9]{1,2}(\.[0-9]{1,12})?|[0-9]{1,6}/[1-9][0-9]{0,6}")


class UnreadableQuestion(Refusal):
    """問いを読めません。id・kind・inputs のある JSON を一行に一つ書いてください。

    根拠: 地方税法第20条の4の2
    """


class MissingInput(Refusal):
    """計算に要る項目がありません。項目を加えてください。

    根拠: 地方税法第20条の4の2
    """


class BadInput(Refusal):
    """項目の値が正しくありません。値を直してください。

    根拠: 地方税法第20条の4の2
    """


class Inputs:
    """問いの項目。読んだ名前を覚え、使わなかった名前を言える。

    The inputs of one question.

    根拠: 地方税法第20条の4の2
    """

    def __init__(self, given: dict[str, object], where: str = "") -> None:
        self._given = given
        self._where = where
        self._used: set[str] = set()

    def has(self, name: str) -> bool:
        """その項目があるか。"""
        return name in self._given

    def names(self) -> list[str]:
        """渡された項目の名前。"""
        return list(self._given)

    def unused(self) -> list[str]:
        """計算に使わなかった項目。"""
        return sorted(set(self._given) - self._used)

    def yen(self, name: str) -> Yen:
        """0円以上の整数。"""
        return Yen(self._whole(name, _LARGEST_YEN))

    def count(self, name: str, *, default: int | None = None) -> int:
        """0以上の整数。"""
        if default is not None and not self.has(name):
            return default
        return self._whole(name, _LARGEST_COUNT)

    def flag(self, name: str, *, default: bool) -> bool:
        """真偽。"""
        if not self.has(name):
            return default
        value = self._value(name)
        if not isinstance(value, bool):
            raise self._bad(name, "true または false")
        return value

    def day(self, name: str) -> date:
        """日付 YYYY-MM-DD。"""
        value = self._value(name)
        if isinstance(value, str) and _ISO.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise self._bad(name, "日付 YYYY-MM-DD")

    def rate(self, name: str) -> Fraction | None:
        """割合。小数を書いた文字（"0.03"）。なければ None。"""
        if not self.has(name):
            return None
        value = self._value(name)
        if isinstance(value, str) and _RATE.fullmatch(value) and Fraction(value) <= 1:
            return Fraction(value)
        raise self._bad(name, '割合の文字（例 "0.03"）')

    def text(self, name: str, *, default: str | None = None) -> str:
        """1字以上の文字。"""
        if default is not None and not self.has(name):
            return default
        value = self._value(name)
        if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST_TEXT or not value.isprintable():
            raise self._bad(name, f"{_LONGEST_TEXT}字までの文字")
        return value

    def choice(self, name: str, choices: tuple[str, ...], *, default: str | None = None) -> str:
        """選択肢の一つ。"""
        value = self.text(name, default=default)
        if value not in choices:
            raise self._bad(name, f"{'・'.join(choices)} のいずれか")
        return value

    def inner(self, name: str) -> "Inputs":
        """項目を束ねたもの。"""
        value = self._value(name)
        if not isinstance(value, dict):
            raise self._bad(name, "{…}")
        return Inputs(value, f"{self._where}{name}.")

    def named_amounts(self, name: str) -> list[tuple[str, Yen]]:
        """名と金額の組の並び [["甲", 400], …]。なければ空。"""
        if not self.has(name):
            return []
        value = self._value(name)
        if not isinstance(value, list):
            raise self._bad(name, "[名, 金額] の並び")
        found = []
        for each in value:
            if not isinstance(each, list) or len(each) != _PAIR or not isinstance(each[0], str):
                raise self._bad(name, "[名, 金額] の並び")
            found.append((each[0], Inputs({name: each[1]}, self._where).yen(name)))
        return found

    def objects(self, name: str) -> list["Inputs"]:
        """項目の並び。なければ空。"""
        if not self.has(name):
            return []
        value = self._value(name)
        if not isinstance(value, list):
            raise self._bad(name, "[…]")
        for each in value:
            if not isinstance(each, dict):
                raise self._bad(name, "{…} の並び")
        return [Inputs(each, f"{self._where}{name}[{at}].") for at, each in enumerate(value)]

    def _whole(self, name: str, largest: int) -> int:
        value = self._value(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= largest:
            raise self._bad(name, f"0以上{largest}以下の整数")
        return value

    def _value(self, name: str) -> object:
        self._used.add(name)
        if name not in self._given:
            raise MissingInput(f"{self._where}{name}")
        return self._given[name]

    def _bad(self, name: str, wanted: str) -> BadInput:
        shown = ascii(self._given[name])
        if len(shown) > _LONGEST_SHOWN:
            shown = f"{shown[:_LONGEST_SHOWN]}…"
        return BadInput(f"{self._where}{name} は{wanted}、入力は {shown}")
