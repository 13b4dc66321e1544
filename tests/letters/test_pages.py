"""どの文書も、切れず、重ならず、窓に収まり、額と期限が読める。紙面を、本体とは別の道具（PDFium）で測る。"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
import pytest

from osame.collection.letters.kinds import kinds
from osame.collection.letters.samples import SamplePaper, sample_papers
from osame.platform.letters.batches import Sheets, verify_pages
from osame.platform.letters.coverage import missing_in
from osame.platform.letters.engine import compile_letters
from tests.letters.paper import rasterised, texts

MM = 72 / 25.4
WIDE, HIGH = 210.0, 297.0
WINDOW = (22.0, 18.0, 108.0, 56.0)
SLACK = 0.35  # 字の飾りと、測る粗さ
TOUCHING = re.compile(r",\d{4}")  # 隣の欄の額と、くっついている
SIZES = {"scale", "cell", "modules"}  # 字の大きさなど、紙に刷らない数
PICTURES = Path(__file__).parents[2] / "docs" / "letters"
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Layout:
    """紙面の決まり。余白（ミリ）と、窓・折り目・通し番号があるか。 slip: 下の納付書の高さ。"""

    left: float = 20.0
    right: float = 18.0
    top: float = 14.0
    foot: float = 17.0
    posted: bool = True
    slip: float = 0.0
    wide: float = WIDE
    high: float = HIGH


SLIP = Layout(foot=109.0, slip=99.0)
CERTIFICATE = Layout(19.0, 19.0, 20.0, 22.0, posted=False)
BOARD = Layout(28.0, 28.0, 30.0, 26.0, posted=False)
CARD = Layout(6.0, 6.0, 5.0, 9.0, posted=False, wide=200.0, high=148.0)
RECORD = Layout(24.0, 24.0, 20.0, 20.0, posted=False)
APART = {
    "R-050-2": CARD, "R-057": BOARD, "R-056-2": RECORD, "R-116": RECORD, "R-124": CERTIFICATE, "R-125": CERTIFICATE, "R-126": CERTIFICATE,
}  # fmt: skip
"""束によらずに刷る紙の、紙面の決まり。督促状は、ほかの文書と同じ。"""


def layout_of(form: str, paper: SamplePaper, page: int = 0) -> Layout:
    """その頁の決まり。納付書は一頁目だけ。敬称のない宛先は掲示場で、窓がない。"""
    context = paper.letter.context
    if page == 0 and context.get("slip"):
        return SLIP
    return APART.get(form, Layout(posted=bool(context.get("to", {}).get("honorific", ""))))


PAPERS = [
    pytest.param(form, each, id=f"{form}-{'hard' if each.hard else 'plain'}")
    for form, papers in sample_papers().items()
    for each in papers
]
POSTED = [each for each in PAPERS if layout_of(*each.values).posted]


def printed(paper: SamplePaper) -> bytes:
    return compile_letters(paper.template, paper.run, [paper.letter])


def boxes(page: Any, high: float = HIGH) -> Iterator[tuple[str, Box]]:
    """字の並びごとの箱。左上を原点に、ミリで。"""
    text = page.get_textpage()
    for at in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(at)
        yield (
            text.get_text_bounded(left, bottom, right, top),
            (left / MM, high - top / MM, right / MM, high - bottom / MM),
        )


def overlap(one: Box, other: Box) -> float:
    """重なる面積の、小さい方に占める割合。"""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    return wide * high / min((each[2] - each[0]) * (each[3] - each[1]) for each in (one, other))


def told(content: Any, name: str = "") -> Iterator[str]:
    """内容にある額を、紙に刷る形で。"""
    if isinstance(content, dict):
        for key, each in content.items():
            yield from told(each, key)
    elif isinstance(content, list | tuple):
        for each in content:
            yield from told(each, name)
    elif type(content) is int and content >= 1_000 and name not in SIZES and not name.endswith("number"):
        yield f"{content:,}"


def test_every_kind_shows_an_ordinary_letter_and_the_one_that_fits_worst() -> None:
    found = sample_papers()
    assert set(kinds()) < set(found)
    for form, papers in found.items():
        assert {each.hard for each in papers} == {False, True}, form
        assert (PICTURES / f"{form}.png").exists(), f"osame letter samples --form {form} --to docs/letters"


@pytest.mark.parametrize(("form", "paper"), PAPERS)
def test_nothing_is_cut_or_covered(form: str, paper: SamplePaper) -> None:
    pdf = printed(paper)
    assert missing_in(paper.letter.context) == ()
    document: Any = pypdfium2.PdfDocument(pdf)
    assert len(document) == paper.letter.pages
    for number, page in enumerate(document):
        layout = layout_of(form, paper, number)
        assert [round(each / MM) for each in page.get_size()] == [layout.wide, layout.high]
        found = list(boxes(page, layout.high))
        for text, box in found:
            assert_inside(text, box, layout)
        for at, (text, box) in enumerate(found):
            for other, its in found[at + 1 :]:
                assert overlap(box, its) < 0.15, (text, other)
            assert not TOUCHING.search(text), text


def assert_inside(text: str, box: Box, layout: Layout) -> None:
    left, top, right, bottom = box
    if layout.slip and top > HIGH - layout.slip:  # 納付書の三片
        assert left >= 2.0, text
        assert right <= WIDE - 2.0, text
        assert bottom <= HIGH - 2.0, text
        return
    assert left >= layout.left - SLACK, text
    assert right <= layout.wide - layout.right + SLACK, text
    assert top >= layout.top - 2 * SLACK, text
    high = layout.high
    end = (
        high - max(5.0 if high == HIGH else 3.5, layout.slip)
        if top > high - layout.foot
        else high - layout.foot + SLACK
    )
    assert bottom <= end, text


@pytest.mark.parametrize(("form", "paper"), PAPERS)
def test_another_reader_finds_the_name_every_amount_and_the_day(form: str, paper: SamplePaper) -> None:
    pdf, letter = printed(paper), paper.letter
    pages = list(texts(pdf))
    assert letter.marks
    for mark in letter.marks:
        assert "".join(mark.split()) in pages[0], mark
    whole = "".join(pages)
    for amount in told(letter.context):
        assert amount in whole, amount
    if form not in APART:  # 証明書、公示送達書、送達記録書は、章が読み返す
        assert verify_pages(pdf, [letter], Sheets(paper.template, {})) == letter.pages


@pytest.mark.parametrize(("form", "paper"), POSTED)
def test_the_address_stands_in_the_window(form: str, paper: SamplePaper) -> None:
    document: Any = pypdfium2.PdfDocument(printed(paper))
    found = [
        (text, box)
        for text, box in boxes(document[0])
        if box[0] < WINDOW[2] and box[1] < WINDOW[3] and box[3] > WINDOW[1]
    ]
    shown = "".join("".join(text.split()) for text, _ in found)
    to = paper.letter.context["to"]
    for part in ("postal_code", "address", "address_detail", "care_of", "name", "honorific"):
        assert "".join(to[part].split()) in shown, part
    for text, (left, top, right, bottom) in found:
        assert left >= WINDOW[0] - SLACK, text
        assert top >= WINDOW[1] - SLACK, text
        assert right <= WINDOW[2] + SLACK, text
        assert bottom <= WINDOW[3] + SLACK, text


@pytest.mark.parametrize(("form", "paper"), POSTED)
def test_the_fold_marks_are_at_the_thirds(form: str, paper: SamplePaper) -> None:
    for number, page in enumerate(rasterised(printed(paper), dpi=300)):
        expected = {99} if layout_of(form, paper, number).slip else {99, 198}
        edge = page[:, : int(3 / 25.4 * 300)] < 245
        rows = np.flatnonzero(edge.mean(axis=1) > 0.8) * 25.4 / 300
        assert len(rows) >= 2
        assert {round(float(row)) for row in rows} >= expected
        assert {round(float(row)) for row in rows} <= {99, 198}
