"""還付の庁内帳票。決議書（R-036）と加算金計算書（R-037）、支払明細（R-038）、還付未済・時効予定一覧（R-039）。"""

from datetime import date

from osame.collection.letters.reports import Grid, Report, report_pdf
from osame.collection.overpayments.models import Overpayment
from osame.collection.refunds.models import OverpaymentFinding, PaymentRun, RefundPart, RefundPayee
from osame.collection.refunds.queries import (
    DecisionSheet,
    Wanted,
    decision_sheet,
    outstanding,
    payable_balance,
    payments_of,
)
from osame.collection.refunds.transfers import FileNotMade
from osame.kernel.dates import format_wareki
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all

USE, GROUND = dict(RefundPart.Use.choices), dict(OverpaymentFinding.Ground.choices)
STATE, KIND = dict(RefundPayee.State.choices), dict(RefundPayee.Kind.choices)
CAUSE, REVENUE = dict(Overpayment.Cause.choices), dict(RefundPart.RevenueClass.choices)


def decision_report(decision_id: int, *, as_of: date) -> tuple[bytes, list[str]]:
    """還付充当決議書と、還付加算金計算書。（PDF、対象の宛名番号）。

    要件: F05-02, F05-10
    """
    sheet = decision_sheet(decision_id)
    return report_pdf([_decided(sheet), _interest(sheet)], as_of), [sheet.decision.addressee_number]


def run_report(run_id: int, *, as_of: date) -> tuple[bytes, list[str]]:
    """還付支払明細・不能一覧。

    要件: F05-08
    """
    run = PaymentRun.objects.defer("sealed_file").filter(run_id=run_id).first()
    if run is None:
        raise FileNotMade(str(run_id))
    lines = payments_of(run_id)
    back = [each for each in lines if each["return_reason"]]
    heading, widths = ("支払番号", "決議番号", "受取人", "支払額（円）", "口座", "結果"), (12, 12, 34, 18, 24, 14)
    report = Report(
        "R-038", "還付支払明細・不能一覧",
        (("支払の実行番号", str(run_id)), ("振込指定日", format_wareki(run.transfer_on)), ("件数", f"{run.payments:,}件"),
         ("合計", f"{run.total:,}円"), ("状態", str(run.get_state_display())), ("起案番号", str(run.proposal_id or "—"))),
        (
            Grid("支払", heading, widths, "lllrll", tuple(
                (str(x["payment_id"]), str(x["decision_id"]), x["name"], f"{x['amount']:,}", x["account"], x["state_label"])
                for x in lines)),
            Grid("組戻し・不能", ("支払番号", "受取人", "支払額（円）", "戻った日", "理由"), (12, 34, 18, 16, 40), "llrll", tuple(
                (str(x["payment_id"]), x["name"], f"{x['amount']:,}", short_wareki(x["returned_on"]), x["return_reason"])
                for x in back)),
        ),
        (f"総合振込ファイルのハッシュ　{run.file_sha256 or '（まだ作っていません）'}",),
    )  # fmt: skip
    return report_pdf([report], as_of), sorted({str(each["addressee_number"]) for each in lines})


def outstanding_report(*, as_of: date) -> tuple[bytes, list[str]]:
    """還付未済・時効予定一覧。基準日の還付未済額は、元帳から。

    要件: F05-15
    """
    lines = outstanding(Wanted.ALL, as_of=as_of)
    total = sum(each[2] for each in payable_balance(as_of=as_of))
    rows = tuple(
        (str(x.decision_id), x.name, f"{x.amount:,}", x.state_label, short_wareki(x.decided_on), f"{x.days:,}",
         short_wareki(x.expires_on), short_wareki(x.reminded_on) if x.reminded_on else "—", x.note)
        for x in lines
    )  # fmt: skip
    report = Report(
        "R-039", "還付未済・時効予定一覧",
        (("基準日", format_wareki(as_of)), ("還付未済額（元帳）", f"{total:,}円"), ("件数", f"{len(lines):,}件"),
         ("一覧の合計", f"{sum(x.amount for x in lines):,}円")),
        (Grid("還付未済", ("決議番号", "受取人", "額（円）", "状態", "決議日", "日数", "時効", "再通知", "対応状況"),
              (11, 30, 16, 14, 14, 9, 14, 14, 40), "llrllrlll", rows),),
        wide=True,
    )  # fmt: skip
    return report_pdf([report], as_of), sorted({each.addressee_number for each in lines})


def _decided(sheet: DecisionSheet) -> Report:
    found = sheet.decision
    facts = (
        ("決議番号", str(found.decision_id)), ("納税者", f"{found.name}（{found.addressee_number}）"),
        ("決議日", format_wareki(found.decided_on)), ("起案番号", str(found.proposal_id or "—")),
        ("充当の額", f"{found.appropriated:,}円"), ("還付の額（加算金を含む）", f"{found.payable:,}円"),
        ("還付加算金", f"{found.interest:,}円"), ("状態", found.standing),
    )  # fmt: skip
    parts = tuple(
        (USE[x.use], x.label, CAUSE[x.cause], f"{x.amount:,}", f"{x.interest:,}", x.target or "—",
         short_wareki(x.appropriated_on) if x.appropriated_on else "—", REVENUE[x.revenue_class][:5])
        for x in sheet.parts
    )  # fmt: skip
    payees = tuple(
        (
            str(x.payee_number),
            x.name,
            KIND[x.kind],
            x.share or "—",
            f"{x.amount:,}",
            x.account or "—",
            STATE[x.state],
            x.note,
        )
        for x in sheet.payees
    )
    people = fetch_all(
        "SELECT maker, checker, decider, executor FROM proposal WHERE proposal_id = %s", [found.proposal_id or 0]
    )
    names = people[0] if people else ("", "", "", "")
    return Report(
        "R-036", "過誤納金整理簿・還付充当決議書", facts,
        (
            Grid("明細", ("使いみち", "過誤納の期別", "事由", "額（円）", "加算金（円）", "充当先", "適状日", "科目"),
                 (12, 30, 16, 16, 14, 30, 12, 16), "lllrrlll", parts),
            Grid("受取人", ("番号", "氏名", "区分", "持分", "額（円）", "口座", "状態", "理由"),
                 (8, 26, 16, 10, 16, 24, 14, 24), "llllrlll", payees),
        ),
        approvals=tuple(zip(("起案", "照査", "決裁", "執行"), names, strict=True)),
    )  # fmt: skip


def _interest(sheet: DecisionSheet) -> Report:
    grids = tuple(
        Grid(
            f"{x.label}　{USE[x.use]} {x.amount:,}円　加算金 {x.interest:,}円",
            ("起算の根拠", "起算日", "終期"), (60, 20, 20), "lll",
            ((GROUND[x.ground], short_wareki(x.starts_on), short_wareki(x.ends_on)),),
        )
        for x in sheet.parts if x.use != "3"
    )  # fmt: skip
    notes = tuple(f"{x.label}　{step}" for x in sheet.parts for step in x.steps)
    return Report(
        "R-037", "還付加算金計算書",
        (("決議番号", str(sheet.decision.decision_id)), ("還付加算金の合計", f"{sheet.decision.interest:,}円")), grids,
        (*notes, "根拠　地方税法第17条の4、第20条の4の2第2項・第5項、附則第3条の2、地方税法施行令第6条の15"),
    )  # fmt: skip
