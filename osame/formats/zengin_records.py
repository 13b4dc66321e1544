"""全銀の口座振替（種別91）と総合振込（種別21）に共通するヘッダーと書き出し。

What direct debit and bulk transfer files share: the header batch, month-and-day dates, and packing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from osame.formats.batch_file import Line
from osame.formats.field_values import read_text, show
from osame.formats.layout import Field, Layout, RecordLayout, pack_field
from osame.formats.refusals import ASK_RESEND, RefusalError, WriteError
from osame.kernel import kana

BRANCH_FIELDS = frozenset({"bank_name", "branch_name"})
NAME_FIELDS = frozenset({"consignor_name", "holder_kana", "payee_kana"})
MAX_TOTAL = 10**12 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ZenginBatch:
    """ヘッダー一つ。委託者（依頼人）・取引日・取引口座。"""

    consignor_code: str
    consignor_name: str
    business_on: date
    bank_code: str
    branch_code: str
    account_number: str
    bank_name: str = ""
    branch_name: str = ""
    account_type: str = "1"


def month_day(text: bytes, year: int) -> date | None:
    """MMDD と年から日付。実在しなければ None。"""
    if len(text) != 4 or not text.isdigit() or not 1 <= year <= 9999:
        return None
    try:
        return date(year, int(text[:2]), int(text[2:]))
    except ValueError:
        return None


def read_header(line: Line[bytes], layout: Layout, business_year: int) -> ZenginBatch:
    """ヘッダーを読む。種別・コード区分・取引日が正しくなければ断る。"""
    record = layout.records["1"]
    body = line.body
    expected = record.field("format_code").value.encode("ascii")
    found = body[record.cut("format_code")]
    if found != expected:
        name = expected.decode("ascii")
        reason = (
            f"種別コードが「{show(found)}」です（「{name}」のはず）。別の業務のファイルではないか確かめてください。"
        )
        raise RefusalError(line.number, reason, line.raw)
    code_class = body[record.cut("code_class")]
    if code_class == b"1":
        raise RefusalError(
            line.number, "コード区分が1（EBCDIC）です。JIS（コード区分0）での再送を依頼してください。", line.raw
        )
    if code_class != b"0":
        raise RefusalError(
            line.number, f"コード区分「{show(code_class)}」は使えません（0のはず）。{ASK_RESEND}", line.raw
        )
    field = record.field("business_day")
    text = body[field.cut]
    business_on = month_day(text, business_year)
    if business_on is None:
        raise RefusalError(
            line.number, f"{field.name}「{show(text)}」は{business_year}年に実在しない日付です。{ASK_RESEND}", line.raw
        )
    value = text_values(record, body)
    return ZenginBatch(
        consignor_code=value["consignor_code"],
        consignor_name=value["consignor_name"],
        business_on=business_on,
        bank_code=value["bank_code"],
        branch_code=value["branch_code"],
        account_number=value["account_number"],
        bank_name=value["bank_name"],
        branch_name=value["branch_name"],
        account_type=value["account_type"],
    )


def text_values(record: RecordLayout, body: bytes) -> dict[str, str]:
    """レコードの全項目を文字で取り出す。"""
    return {field.id: read_text(body[field.cut]) for field in record.fields}


def header_values(batch: ZenginBatch) -> dict[str, str | int]:
    """ヘッダーの値。"""
    return {
        "consignor_code": batch.consignor_code,
        "consignor_name": batch.consignor_name,
        "business_day": f"{batch.business_on:%m%d}",
        "bank_code": batch.bank_code,
        "bank_name": batch.bank_name,
        "branch_code": batch.branch_code,
        "branch_name": batch.branch_name,
        "account_type": batch.account_type,
        "account_number": batch.account_number,
    }


def pack_record(record: RecordLayout, values: Mapping[str, str | int], encoding: str) -> bytes:
    """固定長の一レコード。名前の項目は全銀の文字にし、長ければ濁点を離さずに切る。"""
    return b"".join(pack_name(field, values.get(field.id, field.value), encoding) for field in record.fields)


def pack_name(field: Field, value: str | int, encoding: str) -> bytes:
    """一項目。"""
    if field.id in NAME_FIELDS or field.id in BRANCH_FIELDS:
        kind = kana.BankField.NAME if field.id in NAME_FIELDS else kana.BankField.BRANCH
        try:
            value = kana.cut(kana.to_bank_kana(str(value), field=kind), field.length)
        except kana.BankKanaError as error:
            raise WriteError(f"{field.name}「{value}」: {error}") from error
    return pack_field(field, value, encoding)


def join_records(records: Iterable[bytes], line_break: str) -> bytes:
    """レコードを改行でつなぐ。改行なしも選べる。"""
    if line_break not in {"\r\n", ""}:
        raise WriteError("改行はCRLFか、なしのどちらかです。")
    separator = line_break.encode("ascii")
    return b"".join(record + separator for record in records)


def require_amounts(amounts: Sequence[int]) -> None:
    """一件は1円以上10桁以内、件数は6桁、合計は12桁に収まること。"""
    for order, amount in enumerate(amounts, 1):
        if not 1 <= amount <= 9_999_999_999:
            raise WriteError(f"{order}件目の金額{amount:,}円は1円以上10桁以内にしてください。")
    if len(amounts) > 999_999:
        raise WriteError("件数が6桁を超えます。ファイルを分けてください。")
    if sum(amounts) > MAX_TOTAL:
        raise WriteError("合計金額が12桁を超えます。ファイルを分けてください。")
