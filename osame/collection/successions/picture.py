"""相続関係図。被相続人の下に、承継する者を割合とともに並べる。図の中の一人一人は、順に読まれ、鍵盤で選べる。

The tree of heirs as boxes and lines, laid out here so that the template only draws. Nothing in it depends on where anybody lives.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from osame.collection.successions.letters import fraction_text
from osame.collection.successions.models import Successor
from osame.collection.successions.queries import SuccessionFile, SuccessorLine

WIDTH, BOX, GAP, HIGH, ROW = 920, 204, 20, 78, 132
PER_ROW = 4
LONGEST = 15
Kind, Answer = Successor.Kind, Successor.Answer


@dataclass(frozen=True, slots=True)
class Box:
    """図の一人。 state: origin 元の人、heir 承継する、out 放棄・胎児。 spoken: 読み上げる文。"""

    x: int
    y: int
    name: str
    relation: str
    share: str
    state: str
    number: str
    spoken: str

    @property
    def middle(self) -> int:
        """箱の中央。"""
        return self.x + BOX // 2


@dataclass(frozen=True, slots=True)
class Line:
    """図の線。 double: 婚姻の二重線。"""

    x1: int
    y1: int
    x2: int
    y2: int
    double: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """相続関係図。"""

    width: int
    height: int
    box_width: int
    box_height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def picture_of(file: SuccessionFile, lines: Sequence[SuccessorLine]) -> Picture:
    """承継一件の図。配偶者は右に二重線で、ほかの者は下に。

    要件: F24-01
    """
    spouses = [each for each in lines if each.kind is Kind.SPOUSE]
    below = [each for each in lines if each.kind is not Kind.SPOUSE]
    head = file.head
    at = (WIDTH - BOX) // 2
    origin = Box(at, 8, _short(head.name), "被相続人" if head.kind.name == "INHERITANCE" else "元の法人", "", "origin",
                 head.addressee_number, f"{head.name}、{head.kind.label}の元の者")  # fmt: skip
    boxes, drawn = [origin], []
    for turn, each in enumerate(spouses[:1]):
        x = at + BOX + 60
        boxes.append(_box(each, x, 8 + turn * ROW))
        drawn.append(Line(at + BOX, 8 + HIGH // 2, x, 8 + HIGH // 2, double=True))
    boxes_below, lines_below = _below(below, origin)
    rows = (len(below) + PER_ROW - 1) // PER_ROW
    return Picture(WIDTH, 8 + HIGH + rows * ROW + 12, BOX, HIGH, (*boxes, *boxes_below), (*drawn, *lines_below))


def _below(people: Sequence[SuccessorLine], origin: Box) -> tuple[list[Box], list[Line]]:
    """一段に四人まで。段ごとに、元の人から下ろした線に横の線でつなぐ。"""
    boxes, lines = [], []
    for start in range(0, len(people), PER_ROW):
        row = people[start : start + PER_ROW]
        y = 8 + HIGH + start // PER_ROW * ROW + (ROW - HIGH)
        left = (WIDTH - (len(row) * BOX + (len(row) - 1) * GAP)) // 2
        placed = [_box(each, left + at * (BOX + GAP), y) for at, each in enumerate(row)]
        bar = y - 22
        lines.append(Line(origin.middle, origin.y + HIGH, origin.middle, bar))
        lines.append(Line(min(placed[0].middle, origin.middle), bar, max(placed[-1].middle, origin.middle), bar))
        lines += [Line(each.middle, bar, each.middle, y) for each in placed]
        boxes += placed
    return boxes, lines


def _box(each: SuccessorLine, x: int, y: int) -> Box:
    share = (
        fraction_text(each.share)
        if each.share
        else str(each.answer.label)
        if each.answer in {Answer.RENOUNCED, Answer.UNBORN}
        else "責任だけ"
    )
    relation = str(each.kind.label) + (f"（{each.stem}の代襲）" if each.stem else "")
    told = f"{each.name}、{relation}、{'割合' if each.share else ''}{share}"
    told += "、限定承認" if each.answer is Answer.LIMITED else ""
    told += "、死亡" if each.died_on else ""
    marks = "　限定承認" if each.answer is Answer.LIMITED else ""
    state = "out" if each.answer in {Answer.RENOUNCED, Answer.UNBORN} or not each.is_known else "heir"
    return Box(
        x,
        y,
        _short(each.name),
        _short(relation),
        share + marks,
        state,
        each.successor_number if each.is_known else "",
        told,
    )


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
