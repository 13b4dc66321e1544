"""滞納処分の書面は、項目や期別や計算がどれほど長くても、切れず、重ならず、すべてを刷る。"""

from dataclasses import asdict, replace
from typing import Any

import pypdfium2
import pytest

from osame.collection.dispositions.paging import MOVED, arranged
from osame.collection.dispositions.paper import APPEAL, EXTRA, OWNER_BAN, Paper, PaperCharge
from osame.collection.letters.samples import SamplePaper, sample_papers
from osame.platform.letters.batches import Letter
from osame.platform.letters.engine import compile_letters
from tests.letters.paper import texts
from tests.letters.test_pages import test_nothing_is_cut_or_covered as whole_and_apart

LAND = "三重県架空市大字葛城ヶ丘字北之谷{}番地の567 宅地 123.45平方メートル、"
NOTES = (EXTRA, ("処分の禁止", OWNER_BAN), ("不服の申立て", APPEAL))
OPENING = "次の徴収金を滞納しているので、地方税法と国税徴収法により、次の財産を差し押さえました。"


def paper_of(lots: int, rows: int, steps: int, *, notes: bool = True) -> Paper:
    scope = "".join(LAND.format(1000 + at) for at in range(lots))
    facts = (
        ("処分の番号", "令和8年度 差押え 第13号"),
        ("差し押さえる範囲", "所有権の全部"),
        ("財産の種類", "土地"),
        ("財産の表示", scope),
    )
    charges = tuple(
        PaperCharge(f"固定資産税・都市計画税 令和7年度 第{at}期", "R7.6.30", 10_000 + at, 100, 0) for at in range(rows)
    )
    lines = tuple(
        f"計算{at} " + "給料等から差し引く額、差押えの禁止の額、体面を維持するための額を順に計算する。" * (1 + at % 2)
        for at in range(steps)
    )
    total = (("差押えに係る徴収金の額", "1,234,567円"),)
    told = ((charges,) if charges else (), (lines,) if lines else ())
    return Paper("差押書", OPENING, facts, total, *told, NOTES if notes else (), "山本 昇" if notes else "")


@pytest.mark.parametrize(
    ("lots", "rows", "steps", "notes"),
    [
        (1, 1, 0, True), (1, 9, 0, True), (4, 12, 0, True), (8, 60, 0, True), (30, 3, 0, True), (30, 100, 40, True),
        (60, 0, 0, True), (2, 0, 70, False), (1, 13, 5, False), (12, 26, 0, False),
    ],
)  # fmt: skip
def test_whatever_its_length_nothing_is_lost(lots: int, rows: int, steps: int, notes: bool) -> None:
    base = next(each for each in sample_papers()["R-093"] if each.hard)
    paper = arranged(paper_of(lots, rows, steps, notes=notes))
    pages = paper.page_count
    codes = list(Letter(1, 1, "1", pages, {}).codes())
    context: dict[str, Any] = {**base.letter.context, **asdict(paper), "codes": codes}
    shown = SamplePaper(base.template, base.run, replace(base.letter, context=context, pages=pages), hard=True)
    whole_and_apart("R-093", shown)
    pdf = compile_letters(shown.template, shown.run, [shown.letter])
    read = "".join(texts(pdf))
    assert len(pypdfium2.PdfDocument(pdf)) == pages
    for at in range(lots):
        assert "".join(LAND.format(1000 + at).split()) in read, at
    for at in range(rows):
        assert f"第{at}期" in read, at
    for at in range(steps):
        assert f"計算{at}" in read, at
    assert (MOVED in read) == (lots >= 30)
