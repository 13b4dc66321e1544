"""百通を組み、読み返し、一つのファイルにする。ここには、データベースも画面もない。

One batch of letters: what no font can draw or what tells a hidden place is held, the rest is set, read back page by page and
written. Runs in the asking process or in a pressman's (`pressmen`), so it needs neither database nor settings.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from osame.kernel.refusals import Refusal
from osame.platform.letters.coverage import missing_in, texts_in
from osame.platform.letters.engine import SHEET_CODE, Letter, Template, compile_letters, forget
from osame.platform.letters.readback import page_texts
from osame.platform.suppression.hidden_values import HiddenValues, HiddenValueShown

UNCOVERED = "外字のため手作業"
TELLS_A_HIDDEN_PLACE = "支援措置（ほかの人の伏せる事実が載るため、職員が確かめる）"


class PrintedOutside(Refusal):
    """封筒に入れない紙の外の面に、中にだけ書くことが刷られるため、出力を止めました。一枚も渡していません。管理者に連絡してください。"""


class PrintedOtherwise(Refusal):
    """刷り上がりが依頼した内容と一致しないため、出力を止めました。一枚も渡していません。管理者に連絡してください。"""


@dataclass(frozen=True, slots=True)
class HeldLetter:
    """刷らなかった一通と、その理由。"""

    letter_number: int
    addressee_number: str
    reason: str


@dataclass(frozen=True, slots=True)
class LetterFile:
    """渡した PDF 一つ。"""

    name: str
    sha256: str
    letters: int
    pages: int


@dataclass(frozen=True)
class Sheets:
    """どの一通にも共通すること。 hidden: どの頁にも現れてはならない、支援措置の対象者の値。"""

    template: Template
    run: Mapping[str, Any]
    hidden: HiddenValues = field(default_factory=HiddenValues)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """どの頁にも載る、役所の文。"""
        return tuple(texts_in(self.run))

    def tells(self, text: str, letter: Letter) -> str:
        """その文字が伏せる値を含むなら、持ち主の宛名番号。"""
        if not self.hidden:
            return ""
        return self.hidden.owner_in(text, own=(*letter.own, *self.texts))


@dataclass(frozen=True, slots=True)
class Pressed:
    """組み上がった一束。一通も刷れなければ、ファイルはない。 people: 刷った人の宛名番号。"""

    file: LetterFile | None
    people: tuple[str, ...]
    held: tuple[HeldLetter, ...]


def press(sheets: Sheets, folder: Path, number: int, letters: Sequence[Letter]) -> Pressed:
    """一束を組み、読み返し、`folder` に書く。"""
    held: list[HeldLetter] = []
    printable = [each for each in letters if _is_printable(sheets, each, held)]
    if not printable:
        return Pressed(None, (), tuple(held))
    pdf = compile_letters(sheets.template, sheets.run, printable)
    forget()
    pages = verify_pages(pdf, printable, sheets)
    path = folder / f"letters-{number:05d}.pdf"
    path.write_bytes(pdf)
    made = LetterFile(path.name, hashlib.sha256(pdf).hexdigest(), len(printable), pages)
    return Pressed(made, tuple(each.addressee_number for each in printable), tuple(held))


def verify_pages(pdf: bytes, letters: Iterable[Letter], sheets: Sheets | None = None) -> int:
    """刷り上がった頁を読み返し、通し番号・氏名・金額が、依頼した順にあることを確かめる。頁数を返す。

    Read the finished pages back. Each must show exactly one sheet code, the expected one, and the first page of a
    letter the marks that belong to it; a page that anybody can see shows none of what is sealed. With the sheets, no page may show a hidden value of anybody protected.
    """
    expected = [
        (code, _marks_on(letter, page), letter.sealed if page in letter.outside else (), letter)
        for letter in letters
        for page, code in enumerate(letter.codes(), start=1)
    ]
    printed = list(page_texts(pdf))
    if len(printed) != len(expected):
        raise PrintedOtherwise(f"頁数 {len(printed)}、依頼 {len(expected)}")
    for text, (code, marks, sealed, letter) in zip(printed, expected, strict=True):
        found = [each.group() for each in SHEET_CODE.finditer(text)]
        if found != [code]:
            raise PrintedOtherwise(f"頁の通し番号 {'・'.join(found) or 'なし'}、依頼 {code}")
        for mark in marks:
            if "".join(mark.split()) not in text:
                raise PrintedOtherwise(f"{code} に、あるはずの文字がない")
        if any("".join(each.split()) in text for each in sealed):
            raise PrintedOutside(code)
        if sheets and sheets.tells(text, letter):
            raise HiddenValueShown(code)
    return len(printed)


def _marks_on(letter: Letter, page: int) -> tuple[str, ...]:
    """その頁に、必ずあるはずの文字。"""
    if page in letter.outside:
        return letter.outer_marks
    return letter.marks if page == 1 else ()


def _is_printable(sheets: Sheets, letter: Letter, held: list[HeldLetter]) -> bool:
    """刷れるかどうか。刷れないものは、理由とともに脇に置く。"""
    if missing := missing_in(letter.context):
        reason = f"{UNCOVERED}（{'・'.join(map(_named, missing))}）"
    elif sheets.hidden and sheets.tells("\n".join(texts_in(letter.context)), letter):
        reason = TELLS_A_HIDDEN_PLACE
    else:
        return True
    held.append(HeldLetter(letter.letter_number, letter.addressee_number, reason))
    return False


def _named(character: str) -> str:
    """外字を、符号位置で名指す。"""
    return " ".join(f"U+{ord(each):04X}" for each in character)
