"""台帳の庁内帳票。滞納整理票（R-140）、滞納者一覧（R-141）、事案引継書（R-143）、訪問の一覧。

Every report leaves through the egress broker: watermark, count of people, approval beyond the limit. Nobody's protected place is on
any of them: the sheet shows what its reader may see, the list of visits leaves protected people out.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse

from osame.collection.arrears.models import ContactRecord
from osame.collection.arrears.queries import contacts_of, hidden_places, promises_of
from osame.collection.cases.filters import CaseFilter
from osame.collection.cases.handovers import Handover, handover_cases
from osame.collection.cases.queries import MOST_LISTED, care_of, case_of, cases, events_of, tasks_of, terms_of
from osame.collection.cases.record import HIDDEN
from osame.collection.letters.reports import Grid, Report, report_pdf
from osame.collection.reminders.queries import reminders_of
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all
from osame.platform.egress.authority import NONE, Authority, Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind, EgressMedium
from osame.platform.letters.csv_list import csv_bytes
from osame.platform.suppression.facts import MARKER
from osame.platform.terminal import JAPAN

LIST_HEADING = (
    "宛名番号", "氏名", "進行段階", "段階に入った日", "方針", "見直し日", "担当", "期別の数", "未納本税", "未納の計", "古い納期限", "時効",
    "最後の折衝", "最後の納付", "次の予定", "優先度",
)  # fmt: skip
VISIT_HEADING = ("順", "郵便番号", "住所", "方書", "氏名", "宛名番号", "予定日", "未納の計", "最後の折衝", "予定の内容")
VISITS = """
SELECT a.postal_code, a.address, a.address_detail, a.name, a.addressee_number, t.due_on, f.total, f.contacted_on, t.note
FROM case_task t JOIN arrears_case k USING (addressee_number, case_id) JOIN addressee a USING (addressee_number)
LEFT JOIN case_figure f USING (addressee_number)
WHERE t.kind = '02' AND t.done_on IS NULL AND t.due_on BETWEEN %(first)s AND %(through)s AND %(officer)s IN ('', k.officer)
  AND starts_with(a.postal_code, %(postal_code)s)
  AND NOT a.protection_measure AND NOT a.withheld AND a.died_on IS NULL AND NOT k.no_visit AND a.address <> ''
ORDER BY a.postal_code, a.address, a.address_detail, a.addressee_number LIMIT 500
"""
NOT_VISITED = """
SELECT count(*) FROM case_task t JOIN arrears_case k USING (addressee_number, case_id) JOIN addressee a USING (addressee_number)
WHERE t.kind = '02' AND t.done_on IS NULL AND t.due_on BETWEEN %(first)s AND %(through)s AND %(officer)s IN ('', k.officer)
  AND (a.protection_measure OR a.withheld OR a.died_on IS NOT NULL OR k.no_visit OR a.address = '')
"""


class NothingToSave(Refusal):
    """この条件に当たる人がいません。条件をゆるめてから保存してください。"""


@dataclass(frozen=True, slots=True)
class VisitLine:
    """訪問先一つ。 shared: 同じ住所の、前の行とは別の人か。"""

    postal_code: str
    address: str
    address_detail: str
    name: str
    addressee_number: str
    due_on: date
    total: int | None
    contacted_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class Visits:
    """訪問の一覧。 left_out: 支援措置・訪問しない・死亡・住所なしで載せない数。"""

    lines: tuple[VisitLine, ...]
    left_out: int


def visits(*, first: date, through: date, officer: str = "", postal_code: str = "") -> Visits:
    """訪問の予定を、郵便番号と住所の順に。同じ住所の別の人は、並んで現れる。

    要件: F10-06
    """
    asked = {"first": first, "through": through, "officer": officer, "postal_code": postal_code}
    (left_out,) = fetch_all(NOT_VISITED, asked)[0]
    return Visits(tuple(VisitLine(*row) for row in fetch_all(VISITS, asked)), int(left_out))


def save_visits(found: Visits) -> HttpResponse:
    """訪問の一覧を保存する。持ち出す紙のもとになる。

    要件: F10-06, F29-06
    """
    if not found.lines:
        raise NothingToSave
    rows = (
        (at, x.postal_code, x.address, x.address_detail, x.name, x.addressee_number, short_wareki(x.due_on), x.total or 0,
         _day(x.contacted_on), x.note)
        for at, x in enumerate(found.lines, start=1)
    )  # fmt: skip
    people = tuple(each.addressee_number for each in found.lines)
    return download(
        csv_bytes(VISIT_HEADING, rows), "visits.csv", Output(EgressKind.LIST, people, medium=EgressMedium.SCREEN)
    )


def save_list(chosen: CaseFilter, *, as_of: date, authority: Authority = NONE) -> HttpResponse:
    """滞納者一覧（R-141）を保存する。住所は載せない。人数が上限を超えれば、大量出力の決裁が要る。

    要件: F13-11, F29-06
    """
    found = cases(chosen, as_of=as_of, limit=MOST_LISTED)
    if not found.cases:
        raise NothingToSave
    rows = (
        (x.addressee_number, x.name, x.stage_label, _day(x.stage_since), x.policy_label, _day(x.review_on), x.officer, x.charges or 0,
         x.principal_tax or 0, x.total or 0, _day(x.oldest_due_on), _day(x.prescribed_on), _day(x.contacted_on), _day(x.paid_on),
         _day(x.task_on), x.score or 0)
        for x in found.cases
    )  # fmt: skip
    people = tuple(each.addressee_number for each in found.cases)
    output = Output(EgressKind.LIST, people, medium=EgressMedium.SCREEN)
    return download(csv_bytes(LIST_HEADING, rows), "cases.csv", output, authority)


def save_sheet(addressee_number: str, *, address: str, as_of: date) -> HttpResponse:
    """滞納整理票（R-140）を保存する。 address: 見る職員に許された住所（伏せていれば、その印）。

    要件: F13-01, F29-06
    """
    pdf = report_pdf([sheet_of(addressee_number, address=address)], as_of)
    return download(pdf, "case.pdf", Output(EgressKind.REPORT, (addressee_number,)))


def save_handover(found: Handover, *, as_of: date) -> HttpResponse:
    """事案引継書（R-143）を保存する。

    要件: F13-07, F29-06
    """
    numbers = handover_cases(found.handover_id)
    if not numbers:
        raise NothingToSave
    pdf = report_pdf([handover_report(found, numbers)], as_of)
    record("事案引継書を作った", subjects=numbers, detail={"引継番号": found.handover_id})
    return download(pdf, "handover.pdf", Output(EgressKind.REPORT, numbers))


def sheet_of(addressee_number: str, *, address: str) -> Report:
    """滞納整理票の内容。伏せる住所は、経過の文からも伏せる。

    要件: F13-01, F27-01
    """
    line, (care, no_visit, reason) = case_of(addressee_number), care_of(addressee_number)
    hidden = hidden_places(addressee_number)

    def said(text: str) -> str:
        return HIDDEN if hidden.owner_in(text) else text

    terms, tasks = terms_of(addressee_number), tasks_of(addressee_number)
    promises = promises_of(addressee_number, as_of=line.as_of or line.opened_on)
    grids = (
        Grid("滞納明細", ("期別", "納期限", "未納本税（円）", "そのほか（円）", "督促", "手続", "時効"), (46, 16, 20, 18, 16, 20, 16), "llrrlll",
             tuple((t.label, short_wareki(t.due_date), f"{t.principal_tax:,}", f"{t.other_amounts:,}", _day(t.demanded_on), t.flags,
                    _day(t.prescribed_on)) for t in terms)),
        Grid("約束", ("約束日", "額（円）", "入金（円）", "結果"), (20, 20, 20, 20), "lrrl",
             tuple((short_wareki(p.promised_on), f"{p.amount:,}", f"{p.paid:,}", str(p.result.label)) for p in promises)),
        Grid("予定", ("予定日", "種類", "内容", "結果"), (16, 20, 60, 30), "llll",
             tuple((short_wareki(t.due_on), t.kind_label, said(t.note), t.result_label) for t in tasks)),
        Grid("催告", ("催告日", "種類", "額（円）", "到達", "結果"), (16, 22, 20, 16, 30), "llrll",
             tuple((short_wareki(r.reminded_on), r.kind_label, f"{r.amount:,}", _day(r.arrived_on), r.outcome_label)
                   for r in reminders_of(addressee_number))),
        Grid("折衝の経過", ("日時", "手段", "相手", "内容", "職員"), (18, 16, 16, 78, 14), "lllll", _talks(addressee_number, said)),
        Grid("事案の記録", ("日", "種類", "内容", "職員"), (16, 20, 90, 14), "llll",
             tuple((short_wareki(e.happened_on), e.kind_label, said(e.content), e.officer) for e in events_of(addressee_number))),
    )  # fmt: skip
    facts = (
        ("滞納者", f"{line.name}（{addressee_number}）"), ("住所", address), ("事案番号", f"{line.case_id}（{short_wareki(line.opened_on)}から）"),
        ("担当", line.officer or "なし"), ("進行段階", line.stage_label), ("処理方針", f"{line.policy_label}　{said(reason)}"),
        ("見直し日", _day(line.review_on)), ("点検日", _day(line.reviewed_on)), ("未納の計", f"{line.total or 0:,}円"),
        ("いちばん早い時効", _day(line.prescribed_on)), ("優先度", _score(line)), ("注意事項", f"{said(care)}{'（訪問しない）' if no_visit else ''}"),
    )  # fmt: skip
    return Report("R-140", "滞納整理票", facts, tuple(each for each in grids if each.rows), wide=True)


def _talks(addressee_number: str, said: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (f"{short_wareki(c.contacted_at.astimezone(JAPAN).date())} {c.contacted_at.astimezone(JAPAN):%H:%M}",
         str(ContactRecord.Means(c.means).label), c.relationship_label, said(c.content) + ("（訂正済み）" if c.corrected_by else ""), c.officer)
        for c in contacts_of(addressee_number)
    )  # fmt: skip


def _score(line: Any) -> str:
    told = "、".join(f"{each.name}{each.points}" for each in line.explained)
    return f"{line.score if line.score is not None else '—'}（{told}）"


def handover_report(found: Handover, numbers: tuple[str, ...]) -> Report:
    """事案引継書の内容。未了の予定と期限、経過の要約。

    要件: F13-07
    """
    rows = []
    for who in numbers:
        line, tasks = case_of(who), tasks_of(who, open_only=True)
        hidden = hidden_places(who)
        last = next((each for each in contacts_of(who) if not each.corrected_by), None)
        talked = (
            f"{short_wareki(last.contacted_at.astimezone(JAPAN).date())} {last.means_label}：{last.content[:120]}"
            if last
            else "折衝なし"
        )
        waiting = "、".join(
            f"{short_wareki(each.due_on)} {each.kind_label}{'（' + each.note + '）' if each.note else ''}"
            for each in tasks
        )
        rows.append((
            f"{line.name}\n{who}", f"{line.stage_label}\n{line.policy_label}", f"{line.total or 0:,}", _day(line.oldest_due_on),
            _day(line.prescribed_on), _day(line.review_on),
            MARKER if hidden.owner_in(waiting) else waiting or "なし", MARKER if hidden.owner_in(talked) else talked,
        ))  # fmt: skip
    grid = Grid(
        "引き継ぐ事案", ("滞納者", "段階・方針", "未納の計（円）", "古い納期限", "時効", "見直し日", "未了の予定と期限", "経過の要約"),
        (26, 18, 18, 14, 14, 14, 40, 60), "llrlllll", tuple(rows),
    )  # fmt: skip
    facts = (
        ("引継番号", str(found.handover_id)), ("引継日", format_wareki(found.hand_over_on)), ("旧担当", found.from_officer),
        ("新担当", found.to_officer), ("理由", found.reason), ("件数", f"{len(numbers):,}件"),
    )  # fmt: skip
    approvals = (("起案", found.planned_by), ("承認", found.approved_by), ("旧担当", ""), ("新担当", ""))
    return Report("R-143", "事案引継書", facts, (grid,), approvals=approvals, wide=True)


def _day(on: date | None) -> str:
    return short_wareki(on) if on else "—"
