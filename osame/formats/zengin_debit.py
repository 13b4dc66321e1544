"""口座振替（全銀 種別91）の依頼と結果。

Direct debit request and result. The file carries only MMDD: `business_year` is the calendar year of the debit day,
known from the batch that was sent. 結果コード 0 だけが振替済で、知らないコードは振替済にしない。
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from osame.formats.batch_file import Line, Order, Tally, check_totals, fixed_lines, read_batches
from osame.formats.field_values import read_number, read_text, show
from osame.formats.layout import STAGES, Layout, as_layout
from osame.formats.refusals import ASK_RESEND, ASK_SENDER, RefusalError, problem_at
from osame.formats.reports import LineProblem, PaymentReport, ReportFile, ReportStage
from osame.formats.slip_numbers import slip_number_of_matter_key
from osame.formats.zengin_records import (
    ZenginBatch,
    header_values,
    join_records,
    pack_record,
    read_header,
    require_amounts,
    text_values,
)
from osame.kernel.money import Yen

PROFILE = "zengin_91"
RESULT_CODES: dict[str, str] = {
    "0": "振替済",
    "1": "資金不足",
    "2": "預金取引なし",
    "3": "預金者の都合による振替停止",
    "4": "預金口座振替依頼書なし",
    "8": "委託者の都合による振替停止",
    "9": "その他",
}
"""振替結果コード。"""
KANA_BYTES = bytes(range(0x20, 0x7F)) + bytes(range(0xA1, 0xE0))


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitInstruction:
    """引落一件。結果では `result_code` に振替結果コードが入る。"""

    bank_code: str
    branch_code: str
    account_type: str
    account_number: str
    holder_kana: str
    amount: Yen
    customer_number: str  # 納付書番号を20桁にゼロ埋めしたもの
    bank_name: str = ""
    branch_name: str = ""
    new_code: str = "0"  # 1 第1回 / 2 変更 / 0 その他
    result_code: str = "0"


@dataclass(frozen=True, slots=True)
class DebitRequest:
    """依頼ファイルの読み取り結果。"""

    batches: tuple[tuple[ZenginBatch, tuple[DebitInstruction, ...]], ...] = ()
    refusal: LineProblem | None = None


def write_request(batch: ZenginBatch, instructions: Iterable[DebitInstruction], *, line_break: str = "\r\n") -> bytes:
    """依頼ファイルを書く。結果コードは 0、トレーラの振替済・不能は 0。"""
    return write_debits(batch, tuple(instructions), line_break, is_result=False)


def write_result(batch: ZenginBatch, instructions: Iterable[DebitInstruction], *, line_break: str = "\r\n") -> bytes:
    """結果ファイルを書く（銀行の側）。"""
    return write_debits(batch, tuple(instructions), line_break, is_result=True)


def write_debits(
    batch: ZenginBatch, instructions: tuple[DebitInstruction, ...], line_break: str, *, is_result: bool
) -> bytes:
    """依頼と結果の共通部分。"""
    layout = as_layout(PROFILE)
    amounts = [int(one.amount) for one in instructions]
    require_amounts(amounts)
    paid = [int(one.amount) for one in instructions if is_result and one.result_code == "0"]
    unpaid = [int(one.amount) for one in instructions if is_result and one.result_code != "0"]
    trailer = {
        "count": len(amounts),
        "total": sum(amounts),
        "paid_count": len(paid),
        "paid_total": sum(paid),
        "unpaid_count": len(unpaid),
        "unpaid_total": sum(unpaid),
    }
    records = [pack_record(layout.records["1"], header_values(batch), layout.encoding)]
    for one in instructions:
        values: dict[str, str | int] = {name: getattr(one, name) for name in DebitInstruction.__dataclass_fields__}
        values["result_code"] = one.result_code if is_result else "0"
        records.append(pack_record(layout.records["2"], values, layout.encoding))
    records.append(pack_record(layout.records["8"], trailer, layout.encoding))
    records.append(pack_record(layout.records["9"], {}, layout.encoding))
    return join_records(records, line_break)


def read_request(data: bytes, *, business_year: int, profile: str | Layout = PROFILE) -> DebitRequest:
    """依頼ファイルを読む（銀行の側、控えの照合）。誤りがあれば全体を断る。"""
    layout = as_layout(profile)
    order = Order(ends=True)
    batches: list[tuple[ZenginBatch, tuple[DebitInstruction, ...]]] = []
    current: list[DebitInstruction] = []
    batch: ZenginBatch | None = None
    try:
        for line in fixed_lines(data, layout):
            order.take(line.number, line.kind)
            if line.kind == "1":
                batch, current = read_header(line, layout, business_year), []
            elif line.kind == "2":
                current.append(read_instruction(line, layout))
            elif line.kind == "8" and batch is not None:
                tally = Tally(len(current), sum(one.amount for one in current))
                check_totals(line.number, trailer_totals(line, layout), tally)
                batches.append((batch, tuple(current)))
        order.finish()
    except RefusalError as refusal:
        return DebitRequest(refusal=refusal.problem)
    return DebitRequest(tuple(batches))


def read_instruction(line: Line[bytes], layout: Layout) -> DebitInstruction:
    """依頼の一件。"""
    value = text_values(layout.records["2"], line.body)
    amount = read_number(value["amount"])
    if amount is None:
        raise RefusalError(
            line.number, f"引落金額「{show(value['amount'])}」が数字ではありません。{ASK_RESEND}", line.raw
        )
    names = [name for name in DebitInstruction.__dataclass_fields__ if name != "amount"]
    return DebitInstruction(amount=Yen(amount), **{name: value[name] for name in names})


def trailer_totals(line: Line[bytes], layout: Layout) -> tuple[int, int]:
    """トレーラの件数と合計金額。"""
    numbers = trailer_numbers(line, layout, ("count", "total"))
    return numbers[0], numbers[1]


def trailer_numbers(line: Line[bytes], layout: Layout, names: tuple[str, ...]) -> list[int]:
    """トレーラの数字。数字でなければ断る。"""
    record = layout.records["8"]
    numbers: list[int] = []
    for name in names:
        field = record.field(name)
        number = read_number(line.body[field.cut])
        if number is None:
            text = show(line.body[field.cut])
            raise RefusalError(
                line.number, f"トレーラの{field.name}「{text}」が数字ではありません。{ASK_RESEND}", line.raw
            )
        numbers.append(number)
    return numbers


def read_result(data: bytes, *, business_year: int, profile: str | Layout = PROFILE) -> ReportFile:
    """結果ファイルを読む。`business_year` は引落日の属する暦年。"""
    layout = as_layout(profile)
    return read_batches(fixed_lines(data, layout), layout, ResultHandler(layout, business_year))


class ResultHandler:
    """結果ファイルの読み手。"""

    def __init__(self, layout: Layout, business_year: int) -> None:
        self.layout = layout
        self.business_year = business_year
        self.business_on: date | None = None
        self.debit_on = date.min
        self.consignor_code = ""
        self.sequence_keys: list[str] = []
        self.stages = {code.encode("ascii"): STAGES[stage] for code, stage in layout.stages.items() if stage in STAGES}
        record = layout.records["2"]
        self.amount = record.cut("amount")
        self.result = record.cut("result_code")
        self.customer = record.cut("customer_number")
        self.holder = record.cut("holder_kana")
        self.bank = record.cut("bank_code")
        self.branch = record.cut("branch_code")
        self.account = slice(record.cut("account_type").start, record.cut("account_number").stop)
        self.reset()

    def reset(self) -> None:
        """トレーラと照らす件数と金額を初めに戻す。"""
        self.paid_count = self.paid_total = self.unpaid_count = self.unpaid_total = 0

    def header(self, line: Line[bytes]) -> None:
        """委託者と引落日を覚える。"""
        batch = read_header(line, self.layout, self.business_year)
        self.debit_on = batch.business_on
        self.business_on = self.business_on or batch.business_on
        self.consignor_code = batch.consignor_code
        self.sequence_keys.append(f"{batch.consignor_code}:{batch.business_on.isoformat()}")
        self.reset()

    def data(self, number: int, body: bytes, raw: bytes) -> PaymentReport | LineProblem:
        """一件。顧客番号が納付書番号。15桁に収まらない番号は、納付書の分からない記録になる。"""
        amount = read_number(body[self.amount])
        code = body[self.result]
        if amount is None:
            return problem_at(number, f"引落金額「{show(body[self.amount])}」が数字ではありません。{ASK_SENDER}", raw)
        if code == b"0":
            self.paid_count += 1
            self.paid_total += amount
        else:
            self.unpaid_count += 1
            self.unpaid_total += amount
        stage = self.stages.get(code)
        if stage is None:
            reason = f"振替結果コード「{show(code)}」は定めがありません。振替済とは扱いません。{ASK_SENDER}"
            return problem_at(number, reason, raw, amount)
        if amount == 0:
            return problem_at(number, f"引落金額が0円です。{ASK_SENDER}", raw, amount)
        customer = body[self.customer]
        slip = slip_number_of_matter_key(customer)
        if body[self.holder].translate(None, KANA_BYTES):
            return problem_at(number, f"預金者名に半角カナ・英数字でない文字があります。{ASK_SENDER}", raw, amount)
        outlet = read_text(body[self.bank] + body[self.branch])
        account = body[self.account].decode("cp932", "replace")
        digits = read_text(customer)
        key = f"03:{self.consignor_code}:{self.debit_on.isoformat()}:{digits}:{outlet}{account}"
        received_on = self.debit_on if stage is ReportStage.FINAL else None
        holder = body[self.holder].decode("cp932").rstrip(" ")
        return PaymentReport(
            number, raw, stage, key, Yen(amount), self.debit_on, received_on, slip, None, outlet, "",
            None, None, None, code.decode("ascii"), holder,
        )  # fmt: skip

    def trailer(self, line: Line[bytes], tally: Tally) -> tuple[int, int]:
        """六つの合計。件数と金額の合計が合ってから、振替済と振替不能を照らす。"""
        names = ("count", "total", "paid_count", "paid_total", "unpaid_count", "unpaid_total")
        numbers = trailer_numbers(line, self.layout, names)
        check_totals(line.number, (numbers[0], numbers[1]), tally)
        if tally.unreadable == 0:
            if tally.count and not any(numbers[2:]):
                reason = (
                    "トレーラの振替済・振替不能がすべて0です。結果ではなく依頼のファイルではないか確かめてください。"
                )
                raise RefusalError(line.number, reason, line.raw)
            found = [self.paid_count, self.paid_total, self.unpaid_count, self.unpaid_total]
            for name, declared, counted in zip(names[2:], numbers[2:], found, strict=True):
                if declared != counted:
                    label = self.layout.records["8"].field(name).name
                    reason = f"トレーラの{label}{declared:,}とデータの{counted:,}が違います。{ASK_RESEND}"
                    raise RefusalError(line.number, reason, line.raw)
        return numbers[0], numbers[1]
