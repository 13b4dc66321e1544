"""納税証明交付申請書・委任状・本人確認記録（R-127）。受け付けた申請を紙にし、申請者に署名してもらい、綴りに残す。"""

from datetime import date
from pathlib import Path

from django.http import HttpResponse

from osame.collection.certificates.models import CertificateRequest
from osame.collection.certificates.queries import evidence_of
from osame.collection.certificates.requests import Asking, request_of
from osame.collection.letters.reports import Grid, Report, download_report, report_pdf, write_report
from osame.collection.parameters.overview import year_name
from osame.kernel.dates import format_wareki
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all
from osame.platform.egress.models import EgressRecord

FORM = "R-127"
SELF = CertificateRequest.Authority.SELF
ROOM = "\n\n\n"  # 署名の欄の高さ
PEOPLE = """
SELECT reviewed_by, coalesce((identified_at AT TIME ZONE 'Asia/Tokyo')::date::text, '') FROM certificate_request WHERE request_id = %s
"""


def application_sheet(request_id: int, *, as_of: date) -> tuple[bytes, list[str]]:
    """申請書・委任状・本人確認記録。（PDF、対象の宛名番号）。本人の申請には、委任状の頁を付けない。

    要件: F12-03
    """
    asked = request_of(request_id)
    reports = [_application(asked), *([] if asked.authority == SELF else [_delegation(asked)]), _identity(asked)]
    return report_pdf(reports, as_of), [asked.addressee_number]


def download_sheet(request_id: int, *, as_of: date) -> HttpResponse:
    """申請書を、画面から保存する。

    要件: F12-03, F29-06
    """
    return download_report(application_sheet(request_id, as_of=as_of), f"certificate-request-{request_id}.pdf")


def write_sheet(request_id: int, target: Path, *, as_of: date) -> EgressRecord:
    """申請書を、ファイルに書く。

    要件: F12-03, F29-06
    """
    return write_report(application_sheet(request_id, as_of=as_of), target)


def _facts(asked: Asking) -> tuple[tuple[str, str], ...]:
    years = dict.fromkeys((asked.first_levy_year, asked.last_levy_year))
    vehicle = " ".join(each for each in (asked.plate_number, asked.chassis_number) if each)
    return (
        ("申請番号", str(asked.request_id)), ("申請日", format_wareki(asked.applied_on)),
        ("証明の種類", asked.kind_label), ("年度", "～".join(year_name(each) for each in years)),
        ("証明する人", f"{asked.name}（{asked.addressee_number}）"), ("税目", asked.tax_item or "すべて"),
        *((("車両", vehicle),) if vehicle else ()),
    )  # fmt: skip


def _application(asked: Asking) -> Report:
    fee = f"{asked.fee:,}円" if asked.fee else f"免除（{asked.fee_exemption}）"
    rows = (("申請者", asked.applicant_name), ("請求の資格", asked.authority_label), ("使用目的", asked.use),
            ("提出先", asked.submitted_to or "—"), ("手数料", fee), ("受付", asked.applied_by))  # fmt: skip
    return Report(
        FORM, "納税証明交付申請書", _facts(asked),
        (Grid("申請の内容", ("項目", "内容"), (30, 120), "ll", rows), _signed("申請者の署名")),
        ("記入した内容を確かめ、申請者の署名を受けてから、綴りに入れます。",),
    )  # fmt: skip


def _delegation(asked: Asking) -> Report:
    through = short_wareki(asked.authority_valid_through) if asked.authority_valid_through else "—"
    return Report(
        FORM, "委任状（資格を示す書面の控え）", _facts(asked),
        (Grid("代わって請求する人", ("氏名", "請求の資格", "資格を示す書面", "末日"), (40, 40, 50, 20), "llll",
              ((asked.applicant_name, asked.authority_label, asked.authority_document or "—", through),)),
         _signed("委任者の署名")),
        ("委任者は、上の証明書の交付の申請と受領を、代わって請求する人に委任します。",),
    )  # fmt: skip


def _signed(whose: str) -> Grid:
    """署名の欄。"""
    return Grid("署名", ("住所", whose, "電話"), (70, 60, 30), "lll", ((ROOM, "", ""),))


def _identity(asked: Asking) -> Report:
    ((reviewed_by, identified_on),) = fetch_all(PEOPLE, [asked.request_id])
    seen = tuple((short_wareki(each.paid_on), f"{each.amount:,}", each.seen) for each in evidence_of(asked.request_id))
    means = (asked.identity_label or "まだ確認していません", asked.identity_note or "—", identified_on or "—")
    return Report(
        FORM, "本人確認記録", _facts(asked),
        (Grid("確認した書類", ("書類", "控え", "確認した日"), (60, 60, 30), "lll", (means,)),
         Grid("領収書の確認", ("領収日", "額（円）", "確かめたもの"), (30, 30, 90), "lrl", seen)),
        approvals=(("受付", asked.applied_by), ("本人確認", asked.identified_by), ("審査", str(reviewed_by))),
    )  # fmt: skip
