"""文書の種類。どの章も、自分の `letters.py` に種類を置き、ここに登録する。

KIND = letter_kind(LetterKind(
form="R-034", name="還付請求再通知", title="還付金のお受け取りについて",
source="collection/refunds/typst/refund_reminder.typ", context=RefundReminder,
texts={"還付請求再通知:教示": APPEAL}, samples=samples,
))
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.module_loading import autodiscover_modules

from osame.kernel.refusals import Refusal
from osame.platform.letters.engine import Drawn
from osame.platform.letters.window import WindowAddress

Drawing = Callable[[Mapping[str, Any]], Mapping[str, Drawn]]


class UnknownLetterKind(Refusal):
    """その様式番号の文書は、まだありません。様式番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class SampleLetter:
    """見本の一通。架空の内容。 hard: 最も入りにくいもの（長い名、12桁の額、続きの頁）; to: 本人でないときの宛先。"""

    context: Any
    marks: tuple[str, ...]
    pages: int = 1
    hard: bool = False
    to: WindowAddress | None = None


Samples = Callable[[], Sequence[SampleLetter]]


def nothing_drawn(_context: Mapping[str, Any]) -> Mapping[str, Drawn]:
    """符号のない文書。"""
    return {}


@dataclass(frozen=True, slots=True)
class LetterKind:
    """文書の種類。

    form: 様式番号; source: 組版のひな型（osame/ からの道）; context: 内容の型; samples: 架空の見本（ふつうの一通と、入りにくい
    一通）。紙面の試験と、docs/letters/ の絵になる; texts: 文言ID と、登録のないときの文; series: 文書記号; document: 送付先の
    書類区分（空なら、どの書類にも使う送付先）; ordered_by_law: 法が一括の発送を命じるか（命じるなら、決裁された大量出力でなくても、
    束の人数まで出せる）; draws: 凍った内容から、紙に刷る符号の絵を作る関数。
    """

    form: str
    name: str
    title: str
    source: str
    context: type
    samples: Samples
    texts: Mapping[str, str] = field(default_factory=dict)
    series: str = "収納"
    document: str = ""
    ordered_by_law: bool = False
    draws: Drawing = nothing_drawn


_kinds: dict[str, LetterKind] = {}


def letter_kind(kind: LetterKind) -> LetterKind:
    """文書の種類を登録する。一つの様式に、一つの種類。"""
    known = _kinds.setdefault(kind.form, kind)
    assert known.source == kind.source, f"{kind.form} is registered twice"
    return kind


def kinds() -> Mapping[str, LetterKind]:
    """登録された、すべての種類。"""
    autodiscover_modules("letters")
    return _kinds


def kind_of(form: str) -> LetterKind:
    """様式番号から、種類を引く。"""
    found = kinds().get(form)
    if found is None:
        raise UnknownLetterKind(form)
    return found
