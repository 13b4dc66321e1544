"""庁内の帳票。どの章も、項目・表・注記・決裁欄だけを渡す。紙面は一つである。

Reports for the office: a chapter gives facts, tables, notes and the officers who approved; the sheet is the same for all. They leave
only through the egress broker.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from django.http import HttpResponse

from osame.kernel.dates import format_wareki
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressRecord
from osame.platform.letters.engine import Letter, Template, compile_letters

SOURCE = "collection/letters/typst/report.typ"
NOBODY = "0" * 15


@dataclass(frozen=True, slots=True)
class Grid:
    """表一つ。 aligned: 列ごとに l か r。"""

    title: str
    heading: tuple[str, ...]
    widths: tuple[int, ...]
    aligned: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """帳票一枚。 approvals: 決裁欄（役、名）。"""

    form: str
    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Grid, ...]
    notes: tuple[str, ...] = ()
    approvals: tuple[tuple[str, str], ...] = ()
    wide: bool = False


def report_pdf(reports: Sequence[Report], as_of: date) -> bytes:
    """庁内の帳票を組む。どの章の帳票も、同じ紙面である。"""
    letters = [Letter(0, at, NOBODY, 1, asdict(each)) for at, each in enumerate(reports, start=1)]
    stamp = (as_of - date(1970, 1, 1)).days * 86_400
    return compile_letters(Template(SOURCE, stamp), {"made_on": format_wareki(as_of)}, letters)


def write_report(made: tuple[bytes, list[str]], target: Path) -> EgressRecord:
    """帳票を、庁内のファイルとして出す。

    要件: F29-06
    """
    body, subjects = made
    return emit(body, target, Output(EgressKind.REPORT, subjects))


def download_report(made: tuple[bytes, list[str]], name: str) -> HttpResponse:
    """帳票を、画面から保存する。

    要件: F29-06
    """
    body, subjects = made
    return download(body, name, Output(EgressKind.REPORT, subjects))
