"""督促状を、封書のほかの紙（圧着はがき、納付書一体型）に刷る。その紙にならないものと支援措置の対象者のものは、封書にする。

One run, two folders: what the chosen paper can carry, and the sealed letters of all others. Together they are everything that was
asked for. A run that went out on one paper is not printed on another without a reason.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from osame.collection.demands.letters import (
    AlreadyPrintedElsewise,
    DemandLetterOut,
    Progress,
    folder_for,
    letters_of,
    print_into,
    refuse_another_paper,
    set_apart,
    told_of,
    untold,
)
from osame.collection.demands.runs import one_run
from osame.collection.letters.folders import is_there
from osame.platform.letters.batches import HeldLetter
from osame.platform.letters.engine import Letter
from osame.platform.letters.release import PrintResult


@dataclass(frozen=True, slots=True)
class Paper:
    """封書のほかの紙。 suffix: 出力先の名の後ろ; draw: 一通を、その紙の一通にする（ならなければ None）。"""

    name: str
    suffix: str
    source: str
    draw: Callable[[int, DemandLetterOut], Letter | None]


@dataclass(frozen=True, slots=True)
class ApartResult:
    """刷った結果。 apart: その紙のもの; letters: 封書で刷ったものと、刷らなかったもの。"""

    name: str
    apart: PrintResult
    letters: PrintResult

    @property
    def requested(self) -> int:
        """依頼した通数。"""
        return self.apart.requested + self.letters.requested

    @property
    def generated(self) -> int:
        """刷った通数。"""
        return self.apart.generated + self.letters.generated

    @property
    def held(self) -> tuple[HeldLetter, ...]:
        """刷らなかったもの。"""
        return (*self.apart.held, *self.letters.held)


def print_apart(run_id: int, paper: Paper, *, reason: str = "", progress: Progress = untold) -> ApartResult:
    """督促状を、その紙に刷る。ならないものは、封書に刷る。

    要件: F08-03, F27-02
    """
    name = folder_for(run_id, reason=reason)
    if not reason.strip():
        refuse_another_paper(name, paper.suffix)
        if is_there(name) and not is_there(name + paper.suffix):
            raise AlreadyPrintedElsewise("封書")
    sealed: list[DemandLetterOut] = []
    letters = told_of(_drawn(run_id, paper, sealed), one_run(run_id).letters, progress)
    made = print_into(name + paper.suffix, run_id, letters, reason=reason, source=paper.source)
    return ApartResult(paper.name, made, print_into(name, run_id, set_apart(sealed), reason=reason))


def _drawn(run_id: int, paper: Paper, sealed: list[DemandLetterOut]) -> Iterator[Letter]:
    """その紙にできるもの。できないものは、封書にするために脇に置く。"""
    for each in letters_of(run_id):
        ordinary = isinstance(each.letter, Letter) and not each.protected
        drawn = paper.draw(run_id, each) if ordinary else None
        if drawn is None:
            sealed.append(each)
        else:
            yield drawn
