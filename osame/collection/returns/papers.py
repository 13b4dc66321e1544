"""返戻の庁内の紙。返戻一覧と調査票（R-058）、課税課に知らせる返戻の一覧。

What the office reads about letters that came back: the list, the sheet of one with everything that was tried, and the file for the
taxing side, which answers with a moved due date through the determinations. No place of a protected person is on any of them.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.http import HttpResponse

from osame.collection.letters.reports import Grid, Report, report_pdf
from osame.collection.parameters.overview import year_name
from osame.collection.returns.letters_sent import paper
from osame.collection.returns.queries import (
    Returned,
    effect_of,
    inquiries_of,
    publications,
    returned_letter,
    returned_letters,
    services_of,
)
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord
from osame.platform.letters.csv_list import csv_bytes

MOST = 5_000
SHARED = """
SELECT r.return_id, r.addressee_number, a.name, r.document_name, r.run_id, r.letter_number, r.cause, r.stage, r.registered_on,
       r.returned_on, r.resent_on, p.posted_on, p.served_on, c.tax_item, c.levy_year, c.notice_number, c.installment_term,
       c.due_date, c.statutory_due_date,
       (SELECT max(v.corrected_on) FROM determination_revision v WHERE v.addressee_number = c.addressee_number
        AND v.charge_id = c.charge_id AND v.corrected_on >= r.returned_on)
FROM returned_letter r JOIN addressee a USING (addressee_number)
LEFT JOIN service_publication p ON p.return_id = r.return_id AND p.state = '2'
LEFT JOIN demand d ON d.addressee_number = r.addressee_number AND d.run_id = r.run_id AND d.letter_number = r.letter_number
    AND d.withdrawn_on IS NULL
LEFT JOIN charge c ON c.addressee_number = d.addressee_number AND c.charge_id = d.charge_id
WHERE r.returned_on BETWEEN %(first)s AND %(last)s AND NOT a.withheld AND (%(return_id)s::bigint IS NULL OR r.return_id = %(return_id)s)
ORDER BY r.return_id, c.charge_id LIMIT %(most)s
"""
HEADING = (
    "返戻調査番号", "宛名番号", "氏名", "帳票名", "文書番号", "返戻事由", "処理段階", "登録日", "返戻日", "再発送日", "公示日", "公示送達日",
    "税目", "賦課年度", "通知書番号", "期別", "法定納期限", "納期限", "返戻後の課税更正日",
)  # fmt: skip


class NothingReturned(Refusal):
    """この期間に戻った文書はありません。期間を確かめてください。"""


@dataclass(frozen=True, slots=True)
class SharedReturn:
    """課税課に知らせる一行。返戻一つの、期別一つ（督促状でなければ、期別は空）。"""

    return_id: int
    addressee_number: str
    name: str
    document_name: str
    run_id: int
    letter_number: int
    cause: str
    stage: str
    registered_on: date
    returned_on: date
    resent_on: date | None
    posted_on: date | None
    served_on: date | None
    tax_item: str | None
    levy_year: int | None
    notice_number: str | None
    term: int | None
    due_date: date | None
    statutory_due_date: date | None
    corrected_on: date | None


def return_report(return_id: int, *, as_of: date) -> tuple[bytes, list[str]]:
    """返戻調査票。戻った文書、調べたことと答え、再発送、公示、送達、納期限。（PDF、対象の宛名番号）。

    要件: F09-01, F09-02
    """
    found = returned_letter(return_id)
    effect, sent = effect_of(found, as_of=as_of), paper(found.run_id, found.letter_number)
    facts = (
        ("返戻番号", str(found.return_id)), ("段階", found.stage_label), ("名宛人", f"{found.name}（{found.addressee_number}）"),
        ("書類", f"{found.document_name}（{found.run_id}-{found.letter_number}、{found.attempt}回目）"),
        ("宛先", "（記載を省略）" if sent.protected else sent.destination), ("差出日", _day(found.sent_on)),
        ("返戻日", _day(found.returned_on)), ("事由", found.cause_label),
        ("登録", f"{_day(found.registered_on)} {found.registered_by}"), ("再発送日", _day(found.resent_on)),
        ("公示日", _day(found.posted_on)), ("送達の日", _day(effect.service.on)),
        ("終了", f"{_day(found.closed_on)} {found.closing_note}".strip()), ("差押えのできる日", _day(effect.seizable_from)),
    )  # fmt: skip
    asked = tuple(
        (str(x.inquiry_id), x.kind_label, x.asked_of, short_wareki(x.asked_on), x.asked_by, x.outcome_label,
         short_wareki(x.answered_on) if x.answered_on else "", x.reply)
        for x in inquiries_of(return_id)
    )  # fmt: skip
    posted = tuple(
        (str(x.publication_id), x.state_label, x.ground_label, x.reason, _short(x.posted_on), _short(x.served_on))
        for x in publications(return_id=return_id)
    )
    served = tuple(
        (short_wareki(x.delivered_on), x.method_label, x.place, x.received_by or x.tracking_number, x.note, x.officer)
        for x in services_of(found.run_id, found.letter_number)
    )
    terms = tuple(
        (f"{x.tax_item} {year_name(x.levy_year or 0)}", str(x.notice_number), f"第{x.term}期", _short(x.statutory_due_date),
         _short(x.due_date), _short(x.corrected_on))
        for x in shared_returns(found.returned_on, found.returned_on, return_id=return_id) if x.tax_item
    )  # fmt: skip
    grids = (
        Grid("所在調査", ("番号", "種類", "照会先", "照会日", "職員", "結果", "回答日", "回答の内容"), (8, 18, 32, 14, 16, 16, 14, 60), "llllllll", asked),
        Grid("公示送達", ("番号", "状態", "事由", "要件の説明", "公示日", "送達とみなす日"), (8, 20, 44, 60, 16, 22), "llllll", posted),
        Grid("書留・交付などの送達", ("日", "方法", "場所", "受領者・追跡番号", "説明", "職員"), (14, 34, 40, 34, 40, 18), "llllll", served),
        Grid("納期限", ("税目と年度", "通知書番号", "期別", "法定納期限", "いまの納期限", "返戻後の課税更正日"), (34, 30, 14, 20, 20, 26), "llllll", terms),
    )  # fmt: skip
    sheet = Report(
        "R-058", "返戻調査票", facts, tuple(each for each in grids if each.rows),
        notes=(*effect.service.steps, *(f"根拠　{each}" for each in effect.service.basis)),
        approvals=(("担当", ""), ("係長", ""), ("課長", "")), wide=True,
    )  # fmt: skip
    return report_pdf([sheet], as_of), [found.addressee_number]


def returns_report(stage: str, *, as_of: date) -> tuple[bytes, list[str]]:
    """返戻一覧。新しいものから。（PDF、対象の宛名番号）。

    要件: F09-01
    """
    lines = returned_letters(stage=stage, limit=MOST)
    heading = ("返戻", "段階", "名宛人", "書類", "事由", "差出日", "返戻日", "調査", "再発送日", "公示日", "登録")
    grid = Grid(
        "返戻", heading, (9, 15, 34, 36, 28, 14, 14, 8, 14, 14, 26), "lllllllrlll", tuple(_line(x) for x in lines)
    )
    counted = {
        label: sum(each.stage_label == label for each in lines) for label in dict.fromkeys(x.stage_label for x in lines)
    }
    facts = (
        ("基準日", format_wareki(as_of)),
        ("件数", f"{len(lines):,}件"),
        *((name, f"{n:,}件") for name, n in counted.items()),
    )
    sheet = Report("R-058", "返戻一覧", facts, (grid,), wide=True)
    return report_pdf([sheet], as_of), sorted({each.addressee_number for each in lines})


def shared_returns(first: date, last: date, *, return_id: int | None = None) -> tuple[SharedReturn, ...]:
    """期間に戻った文書の、期別ごとの行。"""
    rows = fetch_all(SHARED, {"first": first, "last": last, "return_id": return_id, "most": MOST})
    return tuple(SharedReturn(*row) for row in rows)


def share_file(first: date, last: date) -> tuple[bytes, Output]:
    """課税課に知らせる返戻の一覧（CSV）。納期限の変更は、調定の異動として受ける。

    要件: F09-06
    """
    lines = shared_returns(first, last)
    if not lines:
        raise NothingReturned(f"{format_wareki(first)}から{format_wareki(last)}まで")
    rows = (
        (str(x.return_id), x.addressee_number, x.name, x.document_name, f"{x.run_id}-{x.letter_number}", x.cause, x.stage,
         *(each.isoformat() if each else "" for each in (x.registered_on, x.returned_on, x.resent_on, x.posted_on, x.served_on)),
         x.tax_item or "", str(x.levy_year or ""), x.notice_number or "", str(x.term or ""),
         *(each.isoformat() if each else "" for each in (x.statutory_due_date, x.due_date, x.corrected_on)))
        for x in lines
    )  # fmt: skip
    subjects = tuple(sorted({each.addressee_number for each in lines}))
    return csv_bytes(HEADING, rows), Output(EgressKind.LIST, subjects, receiver="課税課")


def save_share(first: date, last: date) -> HttpResponse:
    """課税課に知らせる返戻の一覧を、画面から保存する。

    要件: F09-06, F29-06
    """
    content, output = share_file(first, last)
    on_screen = Output(output.kind, output.subjects, receiver=output.receiver, medium=EgressMedium.SCREEN)
    return download(content, f"returns-{first.isoformat()}.csv", on_screen)


def write_share(first: date, last: date, target: Path) -> EgressRecord:
    """課税課に知らせる返戻の一覧を、ファイルにする。

    要件: F09-06, F29-06
    """
    content, output = share_file(first, last)
    return emit(content, target, output)


def _line(each: Returned) -> tuple[str, ...]:
    return (
        str(each.return_id), each.stage_label, f"{each.name}（{each.addressee_number}）",
        f"{each.document_name}（{each.run_id}-{each.letter_number}）", each.cause_label, _short(each.sent_on),
        short_wareki(each.returned_on), str(each.inquiries), _short(each.resent_on), _short(each.posted_on),
        f"{short_wareki(each.registered_on)} {each.registered_by}",
    )  # fmt: skip


def _day(on: date | None) -> str:
    return format_wareki(on) if on else "—"


def _short(on: date | None) -> str:
    return short_wareki(on) if on else "—"
