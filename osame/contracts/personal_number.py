"""個人番号の入れ物。どう表示しても、記録しても、直列化しても、番号は出ない。

A value that holds a 個人番号 and gives it to nobody by accident: not to repr, str, format, logs, tracebacks' reprs, JSON
or pickle. `digits()` is the one way out, and easy to search for.
"""

import unicodedata
from typing import Any, NoReturn

from osame.kernel.check_digits import individual_number_is_valid
from osame.kernel.personal_numbers import holds_personal_number as holds_personal_number
from osame.kernel.refusals import Refusal

SHOWN = "●●●●●●●●●●●●"
SEPARATORS = str.maketrans(
    "", "", " \t\u3000-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc"
)  # 空白と、横棒に見えるもの


class NotAPersonalNumber(Refusal):
    """個人番号として正しくありません。12桁の数字と検査用数字を、書類で確かめてください。"""


class NeverWritten(Refusal):
    """個人番号は、そのままでは保存も送信もできません。封をするか、番号の金庫に預けてください。"""


class PersonalNumber:
    """個人番号。検査用数字の合うものだけが作れる。

    Full-width digits, blanks and hyphens are accepted as typed; the value is the 12 plain digits.
    """

    __slots__ = ("__digits",)

    def __init__(self, typed: str) -> None:
        plain = unicodedata.normalize("NFKC", typed).translate(SEPARATORS) if isinstance(typed, str) else ""
        if not individual_number_is_valid(plain):
            raise NotAPersonalNumber  # 番号そのものは、断りに添えない
        self.__digits = plain

    def digits(self) -> str:
        """12桁の数字。封をする所、預ける所、許された者に示す所だけが呼ぶ。"""
        return self.__digits

    def __repr__(self) -> str:
        return SHOWN

    def __format__(self, _spec: str) -> str:
        return SHOWN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PersonalNumber) and self.__digits == other.digits()

    def __hash__(self) -> int:
        return hash(("personal number", self.__digits))

    def __reduce_ex__(self, _protocol: Any) -> NoReturn:
        raise NeverWritten

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(self, "_PersonalNumber__digits"):
            raise NeverWritten
        object.__setattr__(self, name, value)


def masked(text: str) -> str:
    """個人番号らしいものを伏せた文。記録に残す前に通す。"""
    return SHOWN if holds_personal_number(text) else text
