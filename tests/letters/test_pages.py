"""どの種類の文書も、切れず、重ならず、窓に収まる。紙面を、本体とは別の道具（PDFium）で測る。"""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pypdfium2
import pytest

from osame.collection.letters.kinds import LetterKind, kinds
from osame.collection.letters.samples import sample_content, samples_of, template_of
from osame.platform.letters.batches import Sheets, verify_pages
from osame.platform.letters.coverage import missing_in
from osame.platform.letters.engine import Letter, compile_letters
from tests.letters.paper import rasterised, texts

MM = 72 / 25.4
WIDE, HIGH = 210.0, 297.0
LEFT, RIGHT, TOP, FOOT = 20.0, 18.0, 14.0, 17.0
WINDOW = (22.0, 18.0, 108.0, 56.0)
SLACK = 0.35  # 字の飾りと、測る粗さ
TOUCHING = re.compile(r",\d{4}")  # 隣の欄の額と、くっついている
Box = tuple[float, float, float, float]


def papers() -> list[Any]:
    return [
        pytest.param(kind, hard, id=f"{kind.form}-{'hard' if hard else 'plain'}")
        for kind in kinds().values()
        for hard in (False, True)
        if list(samples_of(kind, hard=hard))
    ]


def printed(kind: LetterKind, hard: bool) -> tuple[bytes, list[Letter]]:
    letters = list(samples_of(kind, hard=hard))
    return compile_letters(template_of(kind), sample_content(kind, watermark=""), letters), letters


def boxes(page: Any) -> Iterator[tuple[str, Box]]:
    """字の並びごとの箱。左上を原点に、ミリで。"""
    text = page.get_textpage()
    for at in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(at)
        yield (
            text.get_text_bounded(left, bottom, right, top),
            (left / MM, HIGH - top / MM, right / MM, HIGH - bottom / MM),
        )


def overlap(one: Box, other: Box) -> float:
    """重なる面積の、小さい方に占める割合。"""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    return wide * high / min((each[2] - each[0]) * (each[3] - each[1]) for each in (one, other))


@pytest.mark.parametrize(("kind", "hard"), papers())
def test_nothing_is_cut_or_covered(kind: LetterKind, hard: bool) -> None:
    pdf, letters = printed(kind, hard)
    assert [missing_in(each.context) for each in letters] == [()] * len(letters)
    assert verify_pages(pdf, letters, Sheets(template_of(kind), {})) == sum(each.pages for each in letters)
    document: Any = pypdfium2.PdfDocument(pdf)
    for page in document:
        assert [round(each / MM) for each in page.get_size()] == [210, 297]
        found = list(boxes(page))
        for text, (left, top, right, bottom) in found:
            assert left >= LEFT - SLACK, text
            assert right <= WIDE - RIGHT + SLACK, text
            assert top >= TOP - 2 * SLACK, text
            in_foot = top > HIGH - FOOT
            assert bottom <= (HIGH - 5 if in_foot else HIGH - FOOT + SLACK), text
        for at, (text, box) in enumerate(found):
            for other, its in found[at + 1 :]:
                assert overlap(box, its) < 0.15, (text, other)
            assert not TOUCHING.search(text), text


@pytest.mark.parametrize(("kind", "hard"), papers())
def test_the_address_stands_in_the_window(kind: LetterKind, hard: bool) -> None:
    pdf, letters = printed(kind, hard)
    document: Any = pypdfium2.PdfDocument(pdf)
    found = [
        (text, box)
        for text, box in boxes(document[0])
        if box[0] < WINDOW[2] and box[1] < WINDOW[3] and box[3] > WINDOW[1]
    ]
    shown = "".join("".join(text.split()) for text, _ in found)
    to = letters[0].context["to"]
    for part in ("postal_code", "address", "address_detail", "care_of", "name", "honorific"):
        assert "".join(to[part].split()) in shown, part
    for text, (left, top, right, bottom) in found:
        assert left >= WINDOW[0] - SLACK, text
        assert top >= WINDOW[1] - SLACK, text
        assert right <= WINDOW[2] + SLACK, text
        assert bottom <= WINDOW[3] + SLACK, text
    first = next(texts(pdf))
    assert letters[0].marks[0].replace(" ", "") in first


@pytest.mark.parametrize(("kind", "hard"), papers())
def test_the_fold_marks_are_at_the_thirds(kind: LetterKind, hard: bool) -> None:
    pdf, _ = printed(kind, hard)
    for page in rasterised(pdf, dpi=300):
        edge = page[:, : int(3 / 25.4 * 300)] < 245
        rows = np.flatnonzero(edge.mean(axis=1) > 0.8) * 25.4 / 300
        assert len(rows) >= 2
        assert {round(float(row)) for row in rows} == {99, 198}
