"""財務伝票のファイル。照合した束から、一度だけ、出力の仲介を通って出る。"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.http import HttpResponse

from osame.collection.parameters.queries import SettingMissing, municipality, setting
from osame.collection.vouchers.actions import VoucherRunUnknown
from osame.collection.vouchers.models import VoucherRun
from osame.collection.vouchers.movements import digest_of
from osame.formats import voucher_csv
from osame.formats.voucher_csv import VoucherHead, VoucherRow
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all, run_sql
from osame.platform.egress.authority import Authority, Output, orders_in_bulk
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressRecord

HANDING = 7_140_232  # 同じ束を、同時に二度渡さない
RECEIVER = "財務会計システム"
EXPENDITURE = {"1": "過年度還付金の歳出科目", "2": "還付加算金の歳出科目"}
# 科目。戻出は、税目の歳入科目。歳出は、基本設定の科目。
ROWS = """
SELECT n.line_number, n.fiscal_year, n.revenue_class, coalesce(i.revenue_account, ''), n.tax_item, n.carried_over, n.subject,
       n.movement, n.happened_on, n.payments, n.amount
FROM voucher_line n
LEFT JOIN LATERAL (SELECT t.revenue_account FROM tax_item t WHERE t.tax_item = n.tax_item AND t.valid_from <= n.happened_on
    ORDER BY t.valid_from DESC LIMIT 1) i ON true
WHERE n.run_id = %s ORDER BY n.line_number
"""


class VoucherNotChecked(Refusal):
    """この束は、まだ照合していません。作った職員と別の職員に、照合を頼んでください。"""


class VoucherHandedOver(Refusal):
    """この束は、もう財務会計へ渡しています。二度目は渡せません。出力の記録を確かめてください。"""


class VoucherChanged(Refusal):
    """束の行が、作ったときと違います。渡さずに止めました。監査の記録を確かめてください。"""


def hand_over(run_id: int, target: Path) -> EgressRecord:
    """財務伝票のファイルを、財務会計へ渡すために出す。一度だけ。

    要件: F05-09, F29-06
    """
    with _only_once(run_id):
        return emit(content_of(run_id), target, _output(), Authority(bulk_by_law=_bulk(run_id)))


def download_vouchers(run_id: int) -> HttpResponse:
    """財務伝票のファイルを、画面から渡す。一度だけ。

    要件: F05-09, F29-06
    """
    with _only_once(run_id):
        return download(content_of(run_id), f"vouchers-{run_id}.csv", _output(), Authority(bulk_by_law=_bulk(run_id)))


def was_handed_over(run_id: int) -> bool:
    """もう渡したか。"""
    return EgressRecord.objects.filter(bulk_by_law=_bulk(run_id)).exists()


def content_of(run_id: int) -> bytes:
    """照合した束の、ファイルの中身。同じ束は、いつ作っても同じ。

    要件: F05-09
    """
    run = VoucherRun.objects.filter(run_id=run_id).first()
    if run is None:
        raise VoucherRunUnknown(str(run_id))
    if run.state != VoucherRun.State.CHECKED:
        raise VoucherNotChecked(str(run.get_state_display()))
    if digest_of(run_id) != run.digest:
        raise VoucherChanged(str(run_id))
    rows = []
    for number, year, revenue_class, account, *rest in fetch_all(ROWS, [run_id]):
        tax_item, carried_over, subject, movement, happened_on, payments, amount = rest
        if revenue_class == voucher_csv.EXPENDITURE:
            account = setting(EXPENDITURE[subject], as_of=run.made_on)
            if not account:
                raise SettingMissing(EXPENDITURE[subject])
        rows.append(
            VoucherRow(
                number=number, fiscal_year=year, revenue_class=revenue_class, account=account, tax_item=tax_item,
                carried_over=carried_over, subject=subject, movement=movement, happened_on=happened_on, payments=payments,
                amount=amount,
            )
        )  # fmt: skip
    code = municipality(as_of=run.made_on).municipality_code
    return voucher_csv.write(VoucherHead(code, run_id, run.made_on, run.through_on), rows)


@orders_in_bulk("voucher-run")
def people_in(number: str) -> int:  # noqa: ARG001 - 束は、だれの記録も持たない
    """伝票の束にかかわる人数。合計だけなので、だれもいない。"""
    return 0


def _bulk(run_id: int) -> str:
    return f"voucher-run:{run_id}"


def _output() -> Output:
    return Output(EgressKind.PROVISION, receiver=RECEIVER)


@contextmanager
def _only_once(run_id: int) -> Iterator[None]:
    """同じ束を、同時に二人が渡すことも、後からもう一度渡すこともない。"""
    run_sql("SELECT pg_advisory_lock(%s, %s)", [HANDING, run_id])
    try:
        if was_handed_over(run_id):
            raise VoucherHandedOver(str(run_id))
        yield
    finally:
        run_sql("SELECT pg_advisory_unlock(%s, %s)", [HANDING, run_id])
