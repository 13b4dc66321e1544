"""督促の一覧の紙（R-059）。発付・除外・引抜きの一覧と、督促停止一覧。多すぎる一覧は、CSV だけにする。

The lists of a run on paper, for the file of the office. The figures are those of the CSV lists; a list that would not be read on
paper is refused.
"""

from datetime import date
from pathlib import Path
from typing import Any

from django.http import HttpResponse

from osame.collection.demands.lists import LISTS, listed
from osame.collection.demands.runs import one_run
from osame.collection.demands.stopped import stops
from osame.collection.letters.reports import Grid, Report, report_pdf
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all
from osame.platform.egress.authority import NONE, Authority, Output
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord

MOST_ROWS = 3_000
NAMES = {"issued": "督促状発付一覧", "excluded": "督促除外一覧", "withdrawn": "督促状引抜き一覧"}
WIDE = {"氏名": 26, "税目": 28, "宛名番号": 27, "通知書番号": 22, "理由": 28, "除外理由": 34, "封筒ごと抜くか": 18}
USUAL = 14
FIGURES = {"本税", "督促手数料", "合計", "未納本税", "速報の額"}
STOP_HEADING = ("番号", "宛名番号", "氏名", "範囲", "理由", "停止日", "末日", "説明", "職員", "解除日")
Paper = tuple[bytes, Output, Authority]


class TooManyForPaper(Refusal):
    """一覧が長すぎて、紙では読めません。CSV の一覧を保存してください。"""


def list_paper(run_id: int, kind: str, *, as_of: date, medium: EgressMedium = EgressMedium.FILE) -> Paper:
    """実行の一覧の紙。 kind: issued・excluded・withdrawn。

    要件: F08-03
    """
    heading, rows = listed(run_id, kind)
    _refuse_long(len(rows))
    run = one_run(run_id)
    facts = [("実行番号", str(run_id)), ("発付日", format_wareki(run.issued_on)), ("件数", f"{len(rows):,}件")]
    facts += [
        (f"{name}の計", f"{sum(row[at] or 0 for row in rows):,}円")
        for at, name in enumerate(heading)
        if name in FIGURES
    ]
    aligned = "".join("r" if name in FIGURES else "l" for name in heading)
    grid = Grid(
        NAMES[kind],
        heading,
        tuple(WIDE.get(each, USUAL) for each in heading),
        aligned,
        tuple(_shown(row) for row in rows),
    )
    subjects = tuple(number for (number,) in fetch_all(LISTS[kind][1], [run_id]))
    pdf = report_pdf([Report("R-059", NAMES[kind], tuple(facts), (grid,), wide=True)], as_of)
    authority = Authority(bulk_by_law=f"demand-run:{run_id}") if subjects else NONE
    return pdf, Output(EgressKind.REPORT, subjects, medium=medium), authority


def stop_paper(*, as_of: date, every: bool = False, medium: EgressMedium = EgressMedium.FILE) -> Paper:
    """督促停止一覧の紙。 every: 終わったものも。

    要件: F08-02
    """
    lines = stops(as_of=as_of, every=every, page=(MOST_ROWS + 1, 0))
    _refuse_long(len(lines))
    rows = tuple(
        (str(x.stop_id), x.addressee_number, x.name, x.scope, x.reason_name, *(_shown((x.starts_on, x.ends_through))), x.note,
         x.officer, *(_shown((x.released_on,))))
        for x in lines
    )  # fmt: skip
    counted = {
        name: sum(each.reason_name == name for each in lines) for name in dict.fromkeys(x.reason_name for x in lines)
    }
    facts = (
        ("基準日", format_wareki(as_of)),
        ("件数", f"{len(lines):,}件"),
        *((name, f"{n:,}件") for name, n in counted.items()),
    )
    grid = Grid("督促停止", STOP_HEADING, (9, 25, 26, 34, 22, 14, 14, 44, 16, 14), "llllllllll", rows)
    pdf = report_pdf([Report("R-059", "督促停止一覧", facts, (grid,), wide=True)], as_of)
    subjects = tuple(sorted({each.addressee_number for each in lines}))
    return pdf, Output(EgressKind.REPORT, subjects, medium=medium), NONE


def save_paper(made: Paper, name: str) -> HttpResponse:
    """一覧の紙を、画面から保存する。

    要件: F08-03, F29-06
    """
    return download(made[0], f"{name}.pdf", made[1], made[2])


def write_paper(made: Paper, to: Path) -> EgressRecord:
    """一覧の紙を、ファイルにする。

    要件: F08-03, F29-06
    """
    return emit(made[0], to, made[1], made[2])


def _refuse_long(rows: int) -> None:
    if rows > MOST_ROWS:
        raise TooManyForPaper(f"{rows:,}行、{MOST_ROWS:,}行まで")


def _shown(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple(
        short_wareki(each)
        if isinstance(each, date)
        else ""
        if each is None
        else f"{each:,}"
        if _is_figure(each)
        else str(each)
        for each in row
    )


def _is_figure(value: Any) -> bool:
    """額。年度・期別・発付番号のような短い数は、そのまま示す。"""
    return isinstance(value, int) and value > 9_999
