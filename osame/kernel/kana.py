"""全銀の文字。全角から半角カナへの変換、使える文字の検査、照合のための正規化。

Characters of bank files: single-byte JIS X 0201 only. Small kana become large, the long vowel mark becomes a hyphen,
and a text is never cut between a kana and its voicing mark.
"""

import unicodedata
from enum import Enum


class BankField(Enum):
    """文字の種類が決まっている項目。"""

    BRANCH = "店舗名"
    NAME = "口座名"
    EDI = "EDI情報"


class BankKanaError(ValueError):
    """全銀の文字で表せない。"""


_FULL = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
_HALF = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝ"
_SMALL = dict(zip("ァィゥェォッャュョヮヵヶヰヱ", "アイウエオツヤユヨワカケイエ", strict=True))
_TO_HALF = dict(zip(_FULL, _HALF, strict=True)) | {"\u3099": "ﾞ", "\u309a": "ﾟ", "゛": "ﾞ", "゜": "ﾟ"}
_HYPHENS = frozenset("ーｰ－−‐‑‒–—―-")  # noqa: RUF001
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ")
_KANA = frozenset(_HALF.replace("ｦ", "")) | {"ﾞ", "ﾟ"}
VOICED = frozenset("ｳｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾊﾋﾌﾍﾎ")
SEMI_VOICED = frozenset("ﾊﾋﾌﾍﾎ")
ALLOWED: dict[BankField, frozenset[str]] = {
    BankField.BRANCH: _KANA | _LETTERS | frozenset("-"),
    BankField.NAME: _KANA | _LETTERS | frozenset("()-."),
    BankField.EDI: _KANA | _LETTERS | frozenset("ｦ\\｢｣()-/."),
}


def to_half_width(text: str) -> str:
    """全角・ひらがな・小書きを、半角の大文字カナ・英大文字にする。変えられない文字はそのまま残す。

    >>> to_half_width("やまだ　ショウジ")
    'ﾔﾏﾀﾞ ｼﾖｳｼﾞ'
    """
    halves: list[str] = []
    for char in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text)):
        if char in _HYPHENS:
            halves.append("-")
            continue
        if "ぁ" <= char <= "ゖ":
            char = chr(ord(char) + 0x60)
        char = _SMALL.get(char, char)
        char = {"・": ".", "「": "｢", "」": "｣", "¥": "\\"}.get(char, char)
        halves.append(_TO_HALF.get(char, char.upper() if char.isascii() else char))
    return "".join(halves)


def to_bank_kana(text: str, *, field: BankField) -> str:
    """全銀の項目に書ける文字にする。表せない文字があれば、その文字を言って断る。

    ヲ は口座名・店舗名に使えない銀行が多いため ｵ にする。

    >>> to_bank_kana("株)伊勢ーショップ".replace("伊勢", "イセ").replace("株", "カ"), field=BankField.NAME)
    'ｶ)ｲｾ-ｼﾖﾂﾌﾟ'
    """
    half = to_half_width(text)
    if field is not BankField.EDI:
        half = half.replace("ｦ", "ｵ")
    reason = problem_with(half, field=field)
    if reason is not None:
        raise BankKanaError(reason)
    return half


def problem_with(text: str, *, field: BankField) -> str | None:
    """全銀の文字として正しくないところ。正しければ None。"""
    allowed = ALLOWED[field]
    before = ""
    for place, char in enumerate(text, 1):
        if char not in allowed:
            return f"{field.value}の{place}文字目「{char}」は全銀の文字ではありません。カナか英数字に直してください。"
        if (char == "ﾞ" and before not in VOICED) or (char == "ﾟ" and before not in SEMI_VOICED):
            return f"{field.value}の{place}文字目の濁点・半濁点は「{before}」に付けられません。"
        before = char
    return None


def is_bank_kana(text: str, *, field: BankField) -> bool:
    """全銀の文字だけか。"""
    return problem_with(text, field=field) is None


def cut(text: str, length: int) -> str:
    """長さに切る。カナと濁点の間では切らない。

    >>> cut("ﾔﾏﾀﾞ", 3)
    'ﾔﾏ'
    """
    if len(text) <= length:
        return text
    shorter = text[:length]
    if text[length] in "ﾞﾟ":
        shorter = shorter[:-1]
    return shorter


def for_comparison(text: str) -> str:
    """照合のための形。銀行側で置き換えられる小書き・長音・空白・記号の違いをなくす。

    >>> for_comparison("ヤマダ　ｼｮｰｼﾞ") == for_comparison("ﾔﾏﾀﾞ ｼﾖ-ｼﾞ")
    True
    """
    half = to_half_width(text).replace("ｦ", "ｵ")
    return "".join(char for char in half if char not in " .,､｡･")
