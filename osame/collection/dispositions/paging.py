"""書面を頁に分ける。一頁目に置ける行の数は、項目・説明・注意の実際の長さから数える。何も切れず、重ならない。

The first page holds the letterhead, the facts and, at its foot, the notes; what is left between them is for rows. Heights are those of
`disposition.typ` in tenths of a millimetre, rounded up; a fact too long for the first page moves to the next and leaves a pointer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from unicodedata import east_asian_width

from osame.collection.dispositions.paper import Paper, PaperCharge

FIRST_PAGE, NEXT_PAGE = 1_990, 2_440
ROW, CONTINUED = 56, 60
FACT, FACT_LINE, FACT_CHARS, NAME_CHARS = 57, 44, 42, 9
OPENING_LINE, OPENING_CHARS = 52, 47
NOTE, NOTE_LINE, NOTE_CHARS = 24, 42, 56
STEP, STEP_LINE, STEP_CHARS = 48, 42, 53
TOTAL, SIGNED, CONTACT, GAPS = 132, 72, 130, 150
MOVED = "次の頁のとおり"
LONG = 3
"""この行数を超える項目は、一頁目に収まらないとき、次の頁へ移す。"""


def arranged(paper: Paper) -> Paper:
    """一続きの期別と計算を、頁に分ける。長すぎる項目は、次の頁へ移す。

    >>> row = PaperCharge("1期", "R8.6.30", 1, 0, 0)
    >>> [len(each) for each in arranged(Paper("題", "文", (), (), ((row,) * 40,), (), (), "")).charges]
    [28, 12]
    """
    rows = [row for page in paper.charges for row in page]
    lines = [line for page in paper.lines for line in page]
    paper, moved = _moved(paper, has_rows=bool(rows))
    lines = [*moved, *lines]
    room = _room(paper)
    charges = _row_pages(rows, room, is_followed=bool(lines))
    pages = _line_pages(lines, NEXT_PAGE if rows or moved else room)
    if moved and not rows:
        charges = ((),)
        pages = ((), *pages)
    return replace(paper, charges=charges if rows or moved else (), lines=pages)


def _moved(paper: Paper, *, has_rows: bool) -> tuple[Paper, list[str]]:
    """一頁目に収まるまで、長い項目から次の頁へ移す。"""
    needed = ROW * LONG + CONTINUED if has_rows else CONTINUED
    moved: list[str] = []
    while _room(paper) < needed:
        name, value = max(paper.facts, key=lambda each: _lines(each[1], FACT_CHARS), default=("", ""))
        if _lines(value, FACT_CHARS) <= LONG:
            break
        moved.append(f"{name}　{value}")
        paper = replace(paper, facts=tuple((each, MOVED if each == name else told) for each, told in paper.facts))
    return paper, moved


def _row_pages(rows: Sequence[PaperCharge], room: int, *, is_followed: bool) -> tuple[tuple[PaperCharge, ...], ...]:
    if not rows:
        return ()
    first = max(0, (room - (CONTINUED if is_followed else 0)) // ROW - 1)
    if first < len(rows):
        first = max(0, (room - CONTINUED) // ROW - 1)
    most = NEXT_PAGE // ROW - 1
    rest = rows[first:]
    return (tuple(rows[:first]), *(tuple(rest[at : at + most]) for at in range(0, len(rest), most)))


def _line_pages(lines: Iterable[str], room: int) -> tuple[tuple[str, ...], ...]:
    pages: list[tuple[str, ...]] = []
    page: list[str] = []
    left = room - CONTINUED
    for line in lines:
        height = STEP + STEP_LINE * (_lines(line, STEP_CHARS) - 1)
        if height > left and (page or not pages):
            pages.append(tuple(page))
            page, left = [], NEXT_PAGE
        page.append(line)
        left -= height
    return (*pages, tuple(page)) if page else tuple(pages)


def _room(paper: Paper) -> int:
    """一頁目の、項目と頁の下の文のあいだに残る高さ。"""
    used = GAPS + CONTACT + OPENING_LINE * _lines(f"　{paper.opening}", OPENING_CHARS)
    used += TOTAL if paper.totals else 0
    used += SIGNED if paper.signed_by else 0
    for name, value in paper.facts:
        used += FACT + FACT_LINE * (max(_lines(value, FACT_CHARS), _lines(name, NAME_CHARS)) - 1)
    for title, body in paper.notes:
        used += NOTE + NOTE_LINE * _lines(f"{title}　{body}", NOTE_CHARS)
    return FIRST_PAGE - used


def _lines(text: str, chars: int) -> int:
    """その幅（全角の字数）で、何行になるか。

    >>> _lines("あ" * 43, 42), _lines("a" * 43, 42), _lines("", 42), _lines("あ" * 42, 42)
    (2, 1, 1, 1)
    """
    return sum(max(1, -(-_width(each) // (2 * chars))) for each in text.split("\n"))


def _width(text: str) -> int:
    """半角を1、全角を2と数えた幅。"""
    return sum(2 if east_asian_width(each) in "FWA" else 1 for each in text)
