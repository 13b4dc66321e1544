"""財務会計へ渡す還付の伝票（独自様式 v0）。UTF-8。先頭・データ・末尾の三種の行。

Every financial system of a municipality takes vouchers in a form of its own; this is ours (`docs/protocols/financial-vouchers.md`),
and the operator's converter brings it into theirs. Sums by fiscal year and subject: nobody's name is in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from osame.formats import csv_stream

PROFILE = "osame_voucher_v0"
COLUMNS = (
    "レコード区分", "行", "会計年度", "歳入歳出", "科目", "税目", "年度区分", "内訳", "異動", "日付", "件数", "金額",
)  # fmt: skip
REVENUE, EXPENDITURE = "1", "2"
PAID = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherRow:
    """伝票一行。 revenue_class: 1 歳入（戻出）/ 2 歳出; carried_over: 滞納繰越分か; amount: 符号のない円。"""

    number: int
    fiscal_year: int
    revenue_class: str
    account: str
    tax_item: str
    carried_over: bool
    subject: str
    movement: str
    happened_on: date
    payments: int
    amount: int


@dataclass(frozen=True, slots=True)
class VoucherHead:
    """ファイルの初め。 number: 束の番号; through_on: いつまでの支払か。"""

    municipality_code: str
    number: int
    made_on: date
    through_on: date


def write(head: VoucherHead, rows: Iterable[VoucherRow]) -> bytes:
    """伝票のファイルを書く。末尾の行に、行数と、支払・戻りの合計。"""
    day = csv_stream.write_day
    lines = [csv_stream.write_row(COLUMNS)]
    lines.append(
        csv_stream.write_row(["1", PROFILE, head.municipality_code, str(head.number), day(head.made_on), day(head.through_on)])
    )  # fmt: skip
    count = paid = returned = 0
    for row in rows:
        count += 1
        if row.movement == PAID:
            paid += row.amount
        else:
            returned += row.amount
        lines.append(
            csv_stream.write_row([
                "2", str(row.number), str(row.fiscal_year), row.revenue_class, row.account, row.tax_item,
                "2" if row.carried_over else "1", row.subject, row.movement, day(row.happened_on), str(row.payments),
                str(row.amount),
            ])
        )  # fmt: skip
    lines.append(csv_stream.write_row(["9", str(count), str(paid), str(returned)]))
    return b"".join(lines)
