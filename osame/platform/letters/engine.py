"""文書を組む。一つの process に一つの組版器を持ち続け、二百通ずつまとめて組む。

Typesetting: one kept compiler per template and process, a hundred letters per compilation, only the bundled fonts. The
data goes in as JSON beside the template; it is never part of the source, so no name can become markup.

typst keeps what it has laid out for ten more compilations. No page of a run comes twice, so a batch is followed by ten empty
compilations (1 ms each): a run of any length keeps the memory of one batch (0.3 GB; without them 1.5 GB) and its speed.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from osame.platform.letters.coverage import FONTS, gaiji_in

_TURN = Lock()
BATCH_LETTERS = 200
REMEMBERED = 10  # typst が組んだものを覚えている回数
MOST_COMPILERS = 8  # 一つが字体とともに40MBほどを占める
EMPTY = Path(__file__).parent / "typst" / "empty.typ"
ROOT = Path(__file__).parents[2]  # osame/ の中だけを読ませる
Drawn = str | list[int]  # 線画（SVG）、または画素の絵（PNG の各バイト）
SHEET_CODE = re.compile(r"R(\d{6})-L(\d{6})-A(\d{15})-P(\d{2})/(\d{2})")


@dataclass(frozen=True, slots=True)
class Letter:
    """一通。`context` は、型のついた内容を JSON にできる形にしたもの。"""

    run_number: int
    letter_number: int
    addressee_number: str
    pages: int
    context: Mapping[str, Any]
    marks: tuple[str, ...] = ()  # 最初の頁に必ずあるはずの文字（氏名・金額）
    own: tuple[str, ...] = ()  # 受け取る者自身の住所。ほかの人の伏せる値と同じでも、載せてよい
    drawn: Mapping[str, Drawn] = field(default_factory=dict)  # 符号の絵。文字ではないので、字形も伏せる値も確かめない
    outside: tuple[int, ...] = ()  # 封筒に入れない紙の、外から見える頁。通し番号に宛名番号を刷らない
    outer_marks: tuple[str, ...] = ()  # 外から見える頁に必ずあるはずの文字（宛名）
    sealed: tuple[str, ...] = ()  # 外から見える頁に、あってはならない文字（税目、額、通知書番号）

    def codes(self) -> tuple[str, ...]:
        """各頁に刷る通し番号。"""
        return tuple(
            sheet_code(
                self.run_number,
                self.letter_number,
                "" if page in self.outside else self.addressee_number,
                (page, self.pages),
            )
            for page in range(1, self.pages + 1)
        )


@dataclass(frozen=True, slots=True)
class Template:
    """組版のひな型。`source` は osame/ からの道。"""

    source: str
    issued_timestamp: int  # PDF の作成日時。同じ文書は同じバイト列になる


def sheet_code(run_number: int, letter_number: int, addressee_number: str, page: tuple[int, int]) -> str:
    """頁を名指す通し番号。

    >>> sheet_code(12, 345, "000000000000001", (1, 2))
    'R000012-L000345-A000000000000001-P01/02'
    """
    return f"R{run_number:06d}-L{letter_number:06d}-A{addressee_number:0>15}-P{page[0]:02d}/{page[1]:02d}"


def compile_letters(template: Template, run: Mapping[str, Any], letters: Sequence[Letter]) -> bytes:
    """まとめて組み、PDF のバイト列を返す。"""
    pdf = _compiled(
        template, format="pdf", sys_inputs=inputs_of(run, letters), timestamp=template.issued_timestamp, pdf_tags=False
    )
    assert isinstance(pdf, bytes)
    return pdf


def forget() -> None:
    """組んだ頁を忘れる。続けて組んでも、記憶域が増えない。"""
    with _TURN:
        for _ in range(REMEMBERED + 1):
            _blank().compile(format="pdf")


def render_page(template: Template, run: Mapping[str, Any], letter: Letter, *, ppi: float = 110) -> bytes:
    """一通の最初の頁を画像（PNG）にする。画面での確認に使う。"""
    image = _compiled(template, format="png", ppi=ppi, sys_inputs=inputs_of(run, [letter]))
    first = image[0] if isinstance(image, list) else image
    assert isinstance(first, bytes)
    return first


def inputs_of(run: Mapping[str, Any], letters: Sequence[Letter]) -> dict[str, str]:
    """組版器に渡す入力。"""
    return {
        "gaiji": "|".join(gaiji_in([run, *(each.context for each in letters)])),
        "run": json.dumps(run, ensure_ascii=False),
        "letters": json.dumps([{**each.context, **each.drawn} for each in letters], ensure_ascii=False),
    }


def _compiled(template: Template, **asked: Any) -> Any:
    """組版器で組む。組版器は一度に一人しか使えないので、ほかの thread が使う間は待つ。"""
    with _TURN:
        return _compiler(template.source).compile(**asked)


@lru_cache(maxsize=MOST_COMPILERS)
def _compiler(source: str) -> typst.Compiler:
    """字体を読み込んだ組版器。作るのに時間がかかるので、使ううちは持ち続ける。"""
    return typst.Compiler(str(ROOT / source), root=str(ROOT), font_paths=[str(FONTS)], ignore_system_fonts=True)


@cache
def _blank() -> typst.Compiler:
    """何も載せない紙の組版器。"""
    return typst.Compiler(str(EMPTY), root=str(EMPTY.parent), ignore_system_fonts=True)
