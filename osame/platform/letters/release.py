"""文書を刷り、読み返し、合っていれば渡す。

Print a run of letters: set them in batches, read every page back, and release the directory in one step only when every
page carries the sheet code of the letter that was asked for, in order. Letters that cannot be printed faithfully are
held with a reason. Generated + held = requested, always.
"""

import json
import secrets
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
from osame.platform.letters.batches import HeldLetter, LetterFile, Sheets
from osame.platform.letters.engine import BATCH_LETTERS, Letter, Template
from osame.platform.letters.pressmen import pressed
from osame.platform.suppression.hidden_values import HiddenValues


class AlreadyReleased(Refusal):
    """同じ名前の出力が、別の内容で既にあります。前の出力を確かめてください。刷り直すときは別の名前を付けてください。"""


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
    def sheets(self) -> Sheets:
        """どの一通にも共通すること。"""
        return Sheets(self.template, self.run, self.hidden)


def print_letters(job: PrintJob, letters: Iterable[Letter | HeldLetter]) -> PrintResult:
    """文書を刷り、読み返して、まとめて渡す。

    Print all letters of a job. Nothing appears under its name until everything is verified; running again with the same
    content answers with what is there. A letter that the caller already holds passes through with its reason.

    要件: F08-03, F08-07
    """
    target = embedded.home() / "letters" / job.name
    working = _working_folder(target)
    held: list[HeldLetter] = []
    files: list[LetterFile] = []
    outputs: dict[str, Output] = {}
    try:
        for each in pressed(job.sheets, working, _batches(_unheld(letters, held))):
            held += each.held
            if each.file:
                files.append(each.file)
                outputs[each.file.name] = run_output(each.people)
        held.sort(key=lambda one: one.letter_number)
        return _release(job, (target, working), (files, held), outputs)
    finally:
        shutil.rmtree(working, ignore_errors=True)


def _working_folder(target: Path) -> Path:
    """この一度だけの作業の場所。前に止まったときの残りは消す。その係がまだ書いていても、ここには届かない。"""
    for left in target.parent.glob(f".{target.name}.partial-*"):
        shutil.rmtree(left, ignore_errors=True)
    working = target.with_name(f".{target.name}.partial-{secrets.token_hex(8)}")
    working.mkdir(parents=True)
    return working


def _unheld(letters: Iterable[Letter | HeldLetter], held: list[HeldLetter]) -> Iterator[Letter]:
    """呼び手が止めたものを、脇に置く。"""
    for letter in letters:
        if isinstance(letter, HeldLetter):
            held.append(letter)
        else:
            yield letter


def _batches(letters: Iterator[Letter]) -> Iterator[tuple[Letter, ...]]:
    while batch := tuple(islice(letters, BATCH_LETTERS)):
        yield batch


def run_output(people: tuple[str, ...]) -> Output:
    """束の一つのファイルの、出すときの名乗り。"""
    return Output(EgressKind.LETTER, people, ReceiverClass.CITIZEN, "それぞれの宛名", medium=EgressMedium.PAPER)


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
