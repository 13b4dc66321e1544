"""執行停止の庁内帳票。執行停止調書・決議書・調査チェック票（R-121）。"""

from datetime import date

from osame.collection.letters.reports import Grid, Report, report_pdf
from osame.collection.suspensions.queries import SuspensionFile
from osame.kernel.dates import format_wareki
from osame.law.conditions import Conditions
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all

CHARGES = ("期別", "納期限", "税（円）", "手数料・延滞金（円）", "いま残る額（円）")


def suspension_report(file: SuspensionFile, judged: tuple[Conditions, ...], *, as_of: date) -> tuple[bytes, list[str]]:
    """執行停止調書。号、期別、調査の結果と資料、法の条件の判定、起案から執行までの職員。（PDF、対象の宛名番号）。

    要件: F20-01
    """
    head = file.head
    facts = [
        ("執行停止番号", str(head.suspension_id)), ("滞納者", f"{head.name}（{head.addressee_number}）"), ("段階", head.stage_name),
        ("事由", f"{head.ground.value}（{head.ground.article}）"), ("事情", head.circumstances), ("対象の額", f"{file.amount:,}円"),
    ]  # fmt: skip
    if head.suspended_on:
        facts.append(("停止した日", format_wareki(head.suspended_on)))
    charges = tuple(
        (
            x.label,
            short_wareki(x.due_date),
            f"{x.principal_tax:,}",
            f"{x.demand_fee + x.delinquency_charge:,}",
            f"{x.left:,}",
        )
        for x in file.charges
    )
    findings = tuple(
        (str(x.kind.label), "ある" if x.is_found else "ない", short_wareki(x.answered_on), x.result, x.officer)
        for x in file.findings
    )
    conditions = tuple(
        ("適" if x.is_met else "否" if x.is_binding else "注意", x.text, x.fact, x.article)
        for each in judged
        for x in each.items
    )
    sheet = Report(
        "R-121", "執行停止調書・決議書・調査チェック票", tuple(facts),
        (Grid("対象の期別", CHARGES, (60, 18, 26, 30, 26), "llrrr", charges),
         Grid("調査の結果", ("項目", "有無", "回答の日", "結果と資料", "職員"), (30, 12, 18, 90, 20), "lllll", findings),
         Grid("法の条件の判定", ("判定", "条件", "事実", "根拠"), (10, 60, 60, 40), "llll", conditions)),
        notes=tuple(f"まだない調査　{each}" for each in file.missing), approvals=_approvals(file), wide=True,
    )  # fmt: skip
    return report_pdf([sheet], as_of), [head.addressee_number]


def _approvals(file: SuspensionFile) -> tuple[tuple[str, str], ...]:
    """停止の決定の、起案から執行までの職員。まだ決めていなければ空の欄。"""
    names = ("起案", "照査", "決裁", "執行")
    decided = [each.proposal_id for each in file.events if each.proposal_id]
    if not decided:
        return tuple((name, "") for name in names)
    people = fetch_all("SELECT maker, checker, decider, executor FROM proposal WHERE proposal_id = %s", [decided[0]])
    return tuple(zip(names, (str(each or "") for each in people[0]), strict=True))
