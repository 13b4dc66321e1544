"""どの種類の文書も、切れず、重ならず、窓に収まる。紙面を、本体とは別の道具（PDFium）で測る。"""

import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import pypdfium2
import pytest

from osame.collection.demands.letters import (
    FIRST_PAGE_ROWS,
    NEXT_PAGE_ROWS,
    SOURCE,
    ChargeRow,
    DemandLetter,
    DemandLetterRun,
    LetterPage,
    delinquency_text,
)
from osame.collection.demands.texts import KEYS
from osame.collection.letters.kinds import kinds
from osame.collection.letters.samples import HARD, ISSUER, PLAIN, sample_content, samples_of, template_of
from osame.platform.letters.batches import Sheets, verify_pages
from osame.platform.letters.coverage import missing_in
from osame.platform.letters.engine import Letter, Template, compile_letters
from osame.platform.letters.window import fit
from tests.letters.paper import rasterised, texts

MM = 72 / 25.4
WIDE, HIGH = 210.0, 297.0
LEFT, RIGHT, TOP, FOOT = 20.0, 18.0, 14.0, 17.0
WINDOW = (22.0, 18.0, 108.0, 56.0)
SLACK = 0.35  # 字の飾りと、測る粗さ
TOUCHING = re.compile(r",\d{4}")  # 隣の欄の額と、くっついている
Box = tuple[float, float, float, float]


Paper = tuple[Template, dict[str, Any], list[Letter]]


def papers() -> list[Any]:
    """登録されたすべての種類と、督促状の、ふつうの一通と入りにくい一通。"""
    found = [
        pytest.param((template_of(kind), sample_content(kind, watermark=""), letters), id=f"{kind.form}-{name}")
        for kind in kinds().values()
        for hard, name in ((False, "plain"), (True, "hard"))
        if (letters := list(samples_of(kind, hard=hard)))
    ]
    return [*found, *(pytest.param(demand(hard=hard), id=f"R-050-{hard}") for hard in (False, True))]


def demand(*, hard: bool) -> Paper:
    """督促状。文書の束とは別に、督促の章が刷る。"""
    issuer = ISSUER
    seizure, payment, appeal = (
        text.replace("{mayor}", issuer.mayor_office).replace("{city}", issuer.city) for text in KEYS.values()
    )
    run = DemandLetterRun(
        "収納督", "令和8年7月17日", "令和8年7月27日", issuer.mayor, "", issuer.office, issuer.office_address,
        issuer.office_telephone, seizure, payment, appeal, "", "",
    )  # fmt: skip
    amount = 999_999_999_899 if hard else 30_000
    row = ChargeRow("固定資産税・都市計画税", 6.0, "令和8", "12期" if hard else "1期", "1234567890", 6.2, "R8.12.25", amount, 100,
                    99_999_999 if hard else 0)  # fmt: skip
    rows = (row,) * (FIRST_PAGE_ROWS if hard else 2)
    bare = Letter(1, 1, "1", 2 if hard else 1, {})
    parts = (rows, (row,) * NEXT_PAGE_ROWS) if hard else (rows,)
    pages = tuple(LetterPage(code, part) for code, part in zip(bare.codes(), parts, strict=True))
    to = fit(HARD if hard else PLAIN)
    content = DemandLetter(1, to, "地方税法第371条第1項", amount, 100, amount + 100, delinquency_text(amount), pages)
    letter = Letter(1, 1, "1", bare.pages, asdict(content), (to.name + to.honorific, f"{amount + 100:,}円"))
    return Template(SOURCE, 0), asdict(run), [letter]


def printed(paper: Paper) -> tuple[bytes, list[Letter]]:
    template, run, letters = paper
    return compile_letters(template, run, letters), letters


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


@pytest.mark.parametrize("paper", papers())
def test_nothing_is_cut_or_covered(paper: Paper) -> None:
    pdf, letters = printed(paper)
    assert [missing_in(each.context) for each in letters] == [()] * len(letters)
    assert verify_pages(pdf, letters, Sheets(paper[0], {})) == sum(each.pages for each in letters)
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


@pytest.mark.parametrize("paper", papers())
def test_the_address_stands_in_the_window(paper: Paper) -> None:
    pdf, letters = printed(paper)
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


@pytest.mark.parametrize("paper", papers())
def test_the_fold_marks_are_at_the_thirds(paper: Paper) -> None:
    pdf, _ = printed(paper)
    for page in rasterised(pdf, dpi=300):
        edge = page[:, : int(3 / 25.4 * 300)] < 245
        rows = np.flatnonzero(edge.mean(axis=1) > 0.8) * 25.4 / 300
        assert len(rows) >= 2
        assert {round(float(row)) for row in rows} == {99, 198}
