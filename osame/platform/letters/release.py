"""文書を刷り、読み返し、合っていれば渡す。

Print a run of letters: set them in batches, read every page back, and release the directory in one step only when every
page carries the sheet code of the letter that was asked for, in order. Letters that cannot be printed faithfully are
held with a reason. Generated + held = requested, always.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

from osame.kernel.refusals import Refusal
from osame.platform import embedded
from osame.platform.egress.authority import NONE, Authority, Output
from osame.platform.egress.broker import hand_over
from osame.platform.egress.models import EgressKind, EgressMedium, ReceiverClass
from osame.platform.letters.coverage import missing_in, texts_in
from osame.platform.letters.engine import BATCH_LETTERS, SHEET_CODE, Letter, Template, compile_letters
from osame.platform.letters.readback import page_texts
from osame.platform.suppression.hidden_values import HiddenValues, HiddenValueShown

UNCOVERED = "外字のため手作業"
TELLS_A_HIDDEN_PLACE = "支援措置（ほかの人の伏せる事実が載るため、職員が確かめる）"


class PrintedOtherwise(Refusal):
    """刷り上がりが依頼した内容と一致しないため、出力を止めました。一枚も渡していません。管理者に連絡してください。"""


class AlreadyReleased(Refusal):
    """同じ名前の出力が、別の内容で既にあります。前の出力を確かめてください。刷り直すときは別の名前を付けてください。"""


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


@dataclass(frozen=True, slots=True)
class PrintResult:
    """刷った結果。`generated` + `held` は `requested` に等しい。"""

    directory: Path
    requested: int
    generated: int
    pages: int
    files: tuple[LetterFile, ...]
    held: tuple[HeldLetter, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class PrintJob:
    """刷る仕事。`name` がそのまま出力先の名になる。 hidden: どの頁にも現れてはならない、支援措置の対象者の値。"""

    name: str
    template: Template
    run: Mapping[str, Any]
    hidden: HiddenValues = field(default_factory=HiddenValues)
    authority: Authority = NONE

    @property
    def texts(self) -> tuple[str, ...]:
        """どの頁にも載る、役所の文。"""
        return tuple(texts_in(self.run))

    def tells(self, text: str, letter: Letter) -> str:
        """その文字が伏せる値を含むなら、持ち主の宛名番号。"""
        if not self.hidden:
            return ""
        return self.hidden.owner_in(text, own=(*letter.own, *self.texts))


def print_letters(job: PrintJob, letters: Iterable[Letter | HeldLetter]) -> PrintResult:
    """文書を刷り、読み返して、まとめて渡す。

    Print all letters of a job. Nothing appears under its name until everything is verified; running again with the same
    content answers with what is there. A letter that the caller already holds passes through with its reason.

    要件: F08-03, F08-07
    """
    target = embedded.home() / "letters" / job.name
    working = target.with_name(f".{job.name}.partial")
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(parents=True)
    held: list[HeldLetter] = []
    files: list[LetterFile] = []
    outputs: dict[str, Output] = {}
    try:
        for number, batch in enumerate(_batches(_printable(job, letters, held)), start=1):
            files.append(_print_batch(job, working / f"letters-{number:05d}.pdf", batch))
            outputs[files[-1].name] = _output(batch)
        return _release(job, (target, working), (files, held), outputs)
    finally:
        shutil.rmtree(working, ignore_errors=True)


def verify_pages(pdf: bytes, letters: Iterable[Letter], job: PrintJob | None = None) -> int:
    """刷り上がった頁を読み返し、通し番号・氏名・金額が、依頼した順にあることを確かめる。頁数を返す。

    Read the finished pages back. Each must show exactly one sheet code, the expected one, and the first page of a
    letter the marks that belong to it. With a job, no page may show a hidden value of anybody protected.
    """
    expected = [
        (code, letter.marks if page == 0 else (), letter)
        for letter in letters
        for page, code in enumerate(letter.codes())
    ]
    printed = list(page_texts(pdf))
    if len(printed) != len(expected):
        raise PrintedOtherwise(f"頁数 {len(printed)}、依頼 {len(expected)}")
    for text, (code, marks, letter) in zip(printed, expected, strict=True):
        found = [each.group() for each in SHEET_CODE.finditer(text)]
        if found != [code]:
            raise PrintedOtherwise(f"頁の通し番号 {'・'.join(found) or 'なし'}、依頼 {code}")
        for mark in marks:
            if "".join(mark.split()) not in text:
                raise PrintedOtherwise(f"{code} に、あるはずの文字がない")
        if job and job.tells(text, letter):
            raise HiddenValueShown(code)
    return len(printed)


def _printable(job: PrintJob, letters: Iterable[Letter | HeldLetter], held: list[HeldLetter]) -> Iterator[Letter]:
    """刷れるものだけを通し、刷れないものは理由とともに脇に置く。"""
    for letter in letters:
        if isinstance(letter, HeldLetter):
            held.append(letter)
        elif missing := missing_in(letter.context):
            reason = f"{UNCOVERED}（{'・'.join(map(_named, missing))}）"
            held.append(HeldLetter(letter.letter_number, letter.addressee_number, reason))
        elif job.tells("\n".join(texts_in(letter.context)), letter):
            held.append(HeldLetter(letter.letter_number, letter.addressee_number, TELLS_A_HIDDEN_PLACE))
        else:
            yield letter


def _batches(letters: Iterator[Letter]) -> Iterator[tuple[Letter, ...]]:
    while batch := tuple(islice(letters, BATCH_LETTERS)):
        yield batch


def _named(character: str) -> str:
    """外字を、符号位置で名指す。"""
    return " ".join(f"U+{ord(each):04X}" for each in character)


def _print_batch(job: PrintJob, path: Path, letters: tuple[Letter, ...]) -> LetterFile:
    pdf = compile_letters(job.template, job.run, letters)
    pages = verify_pages(pdf, letters, job)
    path.write_bytes(pdf)
    return LetterFile(path.name, hashlib.sha256(pdf).hexdigest(), len(letters), pages)


def _output(letters: tuple[Letter, ...]) -> Output:
    return Output(
        EgressKind.LETTER,
        tuple(each.addressee_number for each in letters),
        ReceiverClass.CITIZEN,
        "それぞれの宛名",
        medium=EgressMedium.PAPER,
    )


def _release(
    job: PrintJob,
    places: tuple[Path, Path],
    results: tuple[list[LetterFile], list[HeldLetter]],
    outputs: dict[str, Output],
) -> PrintResult:
    """一覧を添え、出力先の名に一度で改める。"""
    (target, working), (files, held) = places, results
    generated, pages = sum(each.letters for each in files), sum(each.pages for each in files)
    manifest = json.dumps(
        {
            "requested": generated + len(held),
            "generated": generated,
            "pages": pages,
            "files": [asdict(each) for each in files],
            "held": [asdict(each) for each in held],
        },
        ensure_ascii=False,
        indent=1,
    )
    result = PrintResult(target, generated + len(held), generated, pages, tuple(files), tuple(held))
    if target.exists():
        if (target / "manifest.json").read_text(encoding="utf-8") != manifest:
            raise AlreadyReleased(target.name)
        return replace(result, replayed=True)
    (working / "manifest.json").write_text(manifest, encoding="utf-8")
    outputs["manifest.json"] = Output(EgressKind.CONTROL_SHEET, tuple(each.addressee_number for each in held))
    hand_over(working, target, outputs, job.authority)
    return result
