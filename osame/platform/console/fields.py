"""画面の欄。職員が打つとおりに読み、読めなければ、どう直すかを日本語で言う。

Form fields for what officers type: dates in either calendar, yen with commas and full-width digits, numbers that a scanner
typed. Each refuses with a sentence that says what to do.
"""

import unicodedata
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from osame.kernel.dates import UnreadableDate, era_year, format_wareki, parse_date
from osame.kernel.personal_numbers import holds_personal_number

REQUIRED = "入力してください。"
LARGEST_YEN = 9_999_999_999_999
LONGEST_REASON = 400


def plain(text: object) -> str:
    """全角の数字や英字を半角に読み替え、前後の空白を落とす。"""
    return unicodedata.normalize("NFKC", str(text or "")).strip()


class WarekiDateField(forms.CharField):
    """日付。和暦でも西暦でも打てる。 within_years: 今日から前後何年までを受けるか（打ち間違いを止める）。

    Value: `date`, or None when empty. `around` (usually today) is set by the form, because fields do not read the clock.
    """

    def __init__(self, *, within_years: int | None = None, **options: Any) -> None:
        options.setdefault("help_text", "例：R8.4.1、2026-04-01")
        super().__init__(**options)
        self.within_years = within_years
        self.around: date | None = None
        self.error_messages["required"] = REQUIRED
        self.widget.attrs.update({"inputmode": "text", "autocomplete": "off", "class": "date"})

    def prepare_value(self, value: Any) -> Any:
        """日付は和暦の短い形で見せる。"""
        return short_wareki(value) if isinstance(value, date) else value

    def to_python(self, value: Any) -> Any:
        """打たれた日付を読む。"""
        text = super().to_python(value)
        if not text:
            return None
        try:
            read = parse_date(text)
        except UnreadableDate as unreadable:
            raise ValidationError(unreadable.message()) from unreadable
        if self.within_years is not None and self.around and abs(read.year - self.around.year) > self.within_years:
            raise ValidationError(
                f"「{format_wareki(read)}」は、今日から{self.within_years}年より離れています。年を確かめてください。"
            )
        return read


def short_wareki(day: date) -> str:
    """和暦の短い形。 R8.11.3

    >>> short_wareki(date(2026, 11, 3))
    'R8.11.3'
    """
    era, year = era_year(day)
    return f"{era.letter}{year}.{day.month}.{day.day}"


class YenField(forms.CharField):
    """金額（円）。桁区切り、円の字、全角の数字を読む。値は 0 以上の整数。"""

    def __init__(self, *, least: int = 1, **options: Any) -> None:
        super().__init__(**options)
        self.least = least
        self.error_messages["required"] = REQUIRED
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off", "class": "yen"})

    def to_python(self, value: Any) -> Any:
        """打たれた金額を読む。"""
        text = plain(super().to_python(value)).replace(",", "").replace("、", "").removeprefix("¥").removesuffix("円")
        if not text:
            return None
        if not (text.isascii() and text.isdigit()):
            raise ValidationError("金額は、1円単位の数字で入力してください。")
        amount = int(text)
        if amount > LARGEST_YEN:
            raise ValidationError("金額の桁が多すぎます。桁を確かめてください。")
        if amount < self.least:
            raise ValidationError(f"{self.least:,}円以上を入力してください。")
        return amount


class CodeField(forms.CharField):
    """番号。全角の数字を読み、数字だけを受ける。値は文字列。"""

    def __init__(self, *, longest: int = 20, **options: Any) -> None:
        super().__init__(**options)
        self.longest = longest
        self.error_messages["required"] = REQUIRED
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off", "class": "code"})

    def to_python(self, value: Any) -> Any:
        """打たれた番号を読む。"""
        text = plain(super().to_python(value)).replace(" ", "").replace("-", "")
        if text and not (text.isascii() and text.isdigit()):
            raise ValidationError("数字だけを入力してください。")
        if len(text) > self.longest:
            raise ValidationError(f"{self.longest}桁までで入力してください。")
        return text


class ReasonField(forms.CharField):
    """理由。空にはできず、個人番号らしい数字は書けない。"""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", "理由")
        options.setdefault("max_length", LONGEST_REASON)
        options.setdefault("widget", forms.Textarea(attrs={"rows": 2}))
        super().__init__(**options)
        self.error_messages["required"] = "理由を入力してください。"

    def to_python(self, value: Any) -> Any:
        """打たれた理由を読む。"""
        text = super().to_python(value)
        if holds_personal_number(text or ""):
            raise ValidationError("個人番号らしい数字があります。個人番号は理由に書けません。消してください。")
        return text
