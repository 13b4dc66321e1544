"""財務伝票の照会。束の一覧と、束の行。"""

from dataclasses import dataclass
from datetime import date

from osame.collection.vouchers.actions import VoucherRunUnknown
from osame.collection.vouchers.models import VoucherLine, VoucherRun
from osame.platform.database import fetch_all

CLASSES = {"1": "歳入（戻出）", "2": "歳出"}


@dataclass(frozen=True, slots=True)
class LineFacts:
    """伝票の一行。"""

    line_number: int
    fiscal_year: int
    class_name: str
    subject_name: str
    tax_name: str
    carried_over: bool
    movement: str
    movement_name: str
    happened_on: date
    payments: int
    amount: int


def voucher_runs(*, size: int, offset: int) -> list[VoucherRun]:
    """財務伝票の束を、新しい順に。

    要件: F05-09
    """
    return list(VoucherRun.objects.order_by("-run_id")[offset : offset + size])


def voucher_run(run_id: int) -> VoucherRun:
    """束一つ。なければ断る。

    要件: F05-09
    """
    run = VoucherRun.objects.filter(run_id=run_id).first()
    if run is None:
        raise VoucherRunUnknown(str(run_id))
    return run


def lines_of(run_id: int) -> tuple[LineFacts, ...]:
    """束の行。

    要件: F05-09
    """
    rows = fetch_all(
        "SELECT n.line_number, n.fiscal_year, n.revenue_class, n.subject, coalesce(i.name, n.tax_item), n.carried_over, "
        "n.movement, n.happened_on, n.payments, n.amount FROM voucher_line n LEFT JOIN LATERAL (SELECT t.name FROM tax_item t "
        "WHERE t.tax_item = n.tax_item AND t.valid_from <= n.happened_on ORDER BY t.valid_from DESC LIMIT 1) i ON true "
        "WHERE n.run_id = %s ORDER BY n.line_number",
        [run_id],
    )
    return tuple(
        LineFacts(
            number, year, CLASSES[kind], str(VoucherLine.Subject(subject).label), tax, over, movement,
            str(VoucherLine.Movement(movement).label), on, payments, amount,
        )
        for number, year, kind, subject, tax, over, movement, on, payments, amount in rows
    )  # fmt: skip
