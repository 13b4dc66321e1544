"""総合振込（全銀 種別21）。還付金を口座に振り込む依頼。結果ファイルはない。

Bulk transfer request for refunds. There is no result file: an unpaid transfer comes back as 組戻 by other means.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from osame.formats.batch_file import Line, Order, Tally, check_totals, fixed_lines
from osame.formats.field_values import read_number, show
from osame.formats.layout import Layout, as_layout
from osame.formats.refusals import ASK_RESEND, RefusalError, WriteError
from osame.formats.reports import LineProblem
from osame.formats.zengin_debit import trailer_numbers
from osame.formats.zengin_records import (
    ZenginBatch,
    header_values,
    join_records,
    pack_record,
    read_header,
    require_amounts,
    text_values,
)
from osame.kernel.kana import BankField, problem_with
from osame.kernel.money import Yen

PROFILE = "zengin_21"
Batch = ZenginBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """振込一件。"""

    bank_code: str
    branch_code: str
    account_type: str  # 1 普通 / 2 当座 / 4 貯蓄 / 9 その他
    account_number: str
    payee_kana: str
    amount: Yen
    customer_code: str = ""  # 顧客コード1・2（各10桁）、または EDI情報
    bank_name: str = ""
    branch_name: str = ""
    clearing_number: str = "0000"  # 手形交換所番号（使わない）
    new_code: str = "0"
    transfer_class: str = "7"  # 7 テレ振込 / 8 文書振込
    edi_mark: str = ""  # Y なら customer_code は EDI情報


@dataclass(frozen=True, slots=True)
class TransferFile:
    """総合振込ファイルの読み取り結果。"""

    batches: tuple[tuple[Batch, tuple[Transfer, ...]], ...] = ()
    refusal: LineProblem | None = None


def write(batch: Batch, transfers: Iterable[Transfer], *, line_break: str = "\r\n") -> bytes:
    """総合振込ファイルを書く。"""
    layout = as_layout(PROFILE)
    rows = tuple(transfers)
    amounts = [int(row.amount) for row in rows]
    require_amounts(amounts)
    records = [pack_record(layout.records["1"], header_values(batch), layout.encoding)]
    for row in rows:
        if row.edi_mark == "Y":
            reason = problem_with(row.customer_code, field=BankField.EDI)
            if reason is not None:
                raise WriteError(reason)
        values: dict[str, str | int] = {name: getattr(row, name) for name in Transfer.__dataclass_fields__}
        records.append(pack_record(layout.records["2"], values, layout.encoding))
    totals = {"count": len(amounts), "total": sum(amounts)}
    records.append(pack_record(layout.records["8"], totals, layout.encoding))
    records.append(pack_record(layout.records["9"], {}, layout.encoding))
    return join_records(records, line_break)


def read(data: bytes, *, business_year: int, profile: str | Layout = PROFILE, accept_cr: bool = False) -> TransferFile:
    """総合振込ファイルを読む。`accept_cr` はCRだけの改行を許す（控えの照合用）。"""
    layout = as_layout(profile)
    order = Order(ends=True)
    batches: list[tuple[Batch, tuple[Transfer, ...]]] = []
    current: list[Transfer] = []
    batch: Batch | None = None
    try:
        for line in fixed_lines(data, layout, accept_cr=accept_cr):
            order.take(line.number, line.kind)
            if line.kind == "1":
                batch, current = read_header(line, layout, business_year), []
            elif line.kind == "2":
                current.append(read_transfer(line, layout))
            elif line.kind == "8" and batch is not None:
                count, total = trailer_numbers(line, layout, ("count", "total"))
                check_totals(line.number, (count, total), Tally(len(current), sum(row.amount for row in current)))
                batches.append((batch, tuple(current)))
        order.finish()
    except RefusalError as refusal:
        return TransferFile(refusal=refusal.problem)
    return TransferFile(tuple(batches))


def read_transfer(line: Line[bytes], layout: Layout) -> Transfer:
    """振込一件。"""
    value = text_values(layout.records["2"], line.body)
    amount = read_number(value["amount"])
    if amount is None:
        raise RefusalError(
            line.number, f"振込金額「{show(value['amount'])}」が数字ではありません。{ASK_RESEND}", line.raw
        )
    names = [name for name in Transfer.__dataclass_fields__ if name != "amount"]
    return Transfer(amount=Yen(amount), **{name: value[name] for name in names})
