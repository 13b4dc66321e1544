"""滞納処分の庁内帳票。処分決裁票・理由説明書（R-112）と、差押解除調書（R-096）。"""

from datetime import date

from osame.collection.dispositions.paper import compound
from osame.collection.dispositions.queries import DispositionFile
from osame.collection.letters.reports import Grid, Report, report_pdf
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.dispositions import ProcedureAct
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all

ENDS = (ProcedureAct.RELEASE, ProcedureAct.CANCEL)
PARTS = ("期別", "納期限", "税（円）", "手数料（円）", "延滞金（円）", "いま残る額（円）")


class NotReleased(Refusal):
    """この処分は、解除も取消しもされていません。解除してから、調書を作ってください。"""


def decision_report(file: DispositionFile, *, as_of: date) -> tuple[bytes, list[str]]:
    """処分決裁票・理由説明書。条件の判定、期別、起案から執行までの職員。（PDF、対象の宛名番号）。

    要件: F17-02, F17-15
    """
    head = file.head
    conditions = tuple((str(at), line) for at, line in enumerate(head.conditions, start=1))
    sheet = Report(
        "R-112", "処分決裁票・理由説明書", _facts(file),
        (_parts(file), Grid("起案のときの条件の判定", ("番号", "条件と事実と条文"), (8, 160), "rl", conditions)),
        notes=(*(f"理由　{each.note}" for each in file.events[:1] if each.note), *head.wage_steps),
        approvals=_approvals(head.proposal_id), wide=True,
    )  # fmt: skip
    return report_pdf([sheet], as_of), [head.addressee_number]


def release_report(file: DispositionFile, *, as_of: date) -> tuple[bytes, list[str]]:
    """差押解除調書。解除の事由と条文、知らせた者。（PDF、対象の宛名番号）。

    要件: F17-10
    """
    ended = [each for each in file.events if each.act in ENDS]
    if not ended:
        raise NotReleased(file.head.number)
    end = ended[-1]
    rows = fetch_all(
        "SELECT l.to_name, r.form FROM letter l JOIN letter_run r USING (run_id) WHERE l.subject = %s AND r.form IN ('R-096', 'R-098', 'R-099') "
        "AND r.issued_on >= %s ORDER BY r.run_id, l.letter_number",
        [f"disposition:{file.head.disposition_id}", end.happened_on],
    )
    told = tuple((str(name), str(form)) for name, form in rows)
    facts = (
        *_facts(file),
        ("解除の日", format_wareki(end.happened_on)),
        ("事由", end.note),
        ("根拠", end.article),
        ("徴税吏員", end.officer),
    )
    sheet = Report(
        "R-096", f"{compound(file.head.procedure.value)}解除調書", facts,
        (_parts(file), Grid("通知した者", ("宛先", "様式"), (120, 30), "ll", told)), notes=(), approvals=(), wide=True,
    )  # fmt: skip
    return report_pdf([sheet], as_of), [file.head.addressee_number]


def _facts(file: DispositionFile) -> tuple[tuple[str, str], ...]:
    head = file.head
    return (
        ("処分の番号", head.number), ("滞納者", f"{head.name}（{head.addressee_number}）"), ("処分の日", format_wareki(head.done_on)),
        ("財産・事件", head.asset or head.case_number), ("範囲", head.scope), ("滞納額（処分の日）", f"{file.total:,}円"),
    )  # fmt: skip


def _parts(file: DispositionFile) -> Grid:
    rows = tuple(
        (
            x.label,
            short_wareki(x.due_date),
            f"{x.principal_tax:,}",
            f"{x.demand_fee:,}",
            f"{x.delinquency_charge:,}",
            f"{x.left:,}",
        )
        for x in file.parts
    )
    return Grid("対象の期別", PARTS, (60, 18, 24, 20, 24, 24), "llrrrr", rows)


def _approvals(proposal_id: int) -> tuple[tuple[str, str], ...]:
    people = fetch_all("SELECT maker, checker, decider, executor FROM proposal WHERE proposal_id = %s", [proposal_id])
    return tuple(zip(("起案", "照査", "決裁", "執行"), (str(each or "") for each in people[0]), strict=True))
