"""eLTAX への納付書情報の登録依頼と、その回答（独自様式 v0）。

Registration of payment slips with eLTAX, and the answer. The real layout is not public: the columns are data in
`profiles/eltax_slip_registration_v0.toml`, marked as ours, and follow eL-QR and eL番号. No name or address goes out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from osame.formats.batch_file import check_cells
from osame.formats.csv_batch import FileHeader, write_batch
from osame.formats.field_values import read_date, write_date
from osame.formats.layout import Layout, as_layout
from osame.formats.slip_numbers import matter_key, slip_number_of_matter_key
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal

PROFILE = "eltax_slip_registration_v0"
REGISTER, WITHDRAW = "1", "9"
ACCEPTED = "00"


class UnreadableAnswer(Refusal):
    """登録の回答ファイルを読めません。何も記録していません。送付元に、様式と行を確かめてください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipRegistrationRow:
    """依頼（または回答）の一件。 result_code: 回答の結果。依頼では空; adds_charge: 延滞金の自動計算を申し出るか。"""

    act: str
    agency_number: str
    slip_number: int
    confirmation_number: str
    tax_fee_number: str
    levy_year: int
    tax_year: int
    installment_term: int
    amount: Yen
    due_on: date
    payable_through: date
    result_code: str = ""
    adds_charge: bool = False


def write(rows: Iterable[SlipRegistrationRow], *, header: FileHeader, profile: str | Layout = PROFILE) -> bytes:
    """依頼ファイルを書く。"""
    return write_batch(as_layout(profile), header, "agency_number", (_cells(row) for row in rows))


def read(data: bytes, *, profile: str | Layout = PROFILE) -> tuple[FileHeader, tuple[SlipRegistrationRow, ...]]:
    """回答ファイルを読む。件数・合計・列のどれか一つでも合わなければ、全体を断る。"""
    layout = as_layout(profile)
    try:
        lines = [line.split(",") for line in data.decode(layout.encoding).split("\r\n")]
    except UnicodeDecodeError as error:
        raise UnreadableAnswer("文字コードが違います") from error
    if len(lines) < 3 or lines.pop() != [""]:
        raise UnreadableAnswer("行が足りないか、最後の行に改行がありません")
    for number, cells in enumerate(lines, start=1):
        kind = "1" if number == 1 else "8" if number == len(lines) else "2"
        if reason := check_cells(layout.records[kind], cells):
            raise UnreadableAnswer(f"{number}行目: {reason}")
    head, tail = layout.records["1"], layout.records["8"]
    rows = tuple(_row(number, cells, layout) for number, cells in enumerate(lines[1:-1], start=2))
    told = (int(lines[-1][tail.column("count")]), int(lines[-1][tail.column("total")]))
    if told != (len(rows), sum(row.amount for row in rows)):
        raise UnreadableAnswer(f"件数・合計の不一致（トレーラ {told[0]}件 {told[1]:,}円）")
    made_on = read_date(lines[0][head.column("business_on")])
    if made_on is None or lines[0][head.column("form_id")] != head.field("form_id").value:
        raise UnreadableAnswer("1行目: 様式IDか日付が違います")
    header = FileHeader(
        sender_code=lines[0][head.column("agency_number")],
        business_on=made_on,
        sequence=int(lines[0][head.column("sequence")]),
    )
    return header, rows


def _cells(row: SlipRegistrationRow) -> dict[str, str | int]:
    return {
        "record_class": "2", "act": row.act, "agency_number": row.agency_number,
        "matter_key": matter_key(row.slip_number), "confirmation_number": row.confirmation_number,
        "tax_fee_number": row.tax_fee_number, "levy_year": row.levy_year, "tax_year": row.tax_year,
        "installment_term": row.installment_term, "amount": row.amount, "due_on": write_date(row.due_on),
        "payable_through": write_date(row.payable_through), "result_code": row.result_code,
        "adds_charge": "1" if row.adds_charge else "0",
    }  # fmt: skip


def _row(number: int, cells: list[str], layout: Layout) -> SlipRegistrationRow:
    record = layout.records["2"]
    value = {field.id: cells[field.position - 1] for field in record.fields}
    slip_number = slip_number_of_matter_key(value["matter_key"])
    due_on, through = read_date(value["due_on"]), read_date(value["payable_through"])
    if slip_number is None or due_on is None or through is None or value["act"] not in {REGISTER, WITHDRAW}:
        raise UnreadableAnswer(f"{number}行目: 処理区分・案件特定キー・期限のどれかが正しくありません")
    return SlipRegistrationRow(
        act=value["act"], agency_number=value["agency_number"], slip_number=slip_number,
        confirmation_number=value["confirmation_number"], tax_fee_number=value["tax_fee_number"],
        levy_year=int(value["levy_year"]), tax_year=int(value["tax_year"]),
        installment_term=int(value["installment_term"]), amount=Yen(int(value["amount"])), due_on=due_on,
        payable_through=through, result_code=value["result_code"], adds_charge=value["adds_charge"] == "1",
    )  # fmt: skip
