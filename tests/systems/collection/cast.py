"""The fixed cast and the files that the outside world sends about them."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from osame.formats import bank_notice, determination_csv
from osame.formats.csv_batch import FileHeader
from osame.formats.determination_csv import DeterminationRow
from osame.formats.reports import ChargeReference
from osame.kernel.money import Yen
from osame.platform.database import run_sql

SATO, TANAKA, KAKU, SUZUKI = (f"{number:015d}" for number in (1, 2, 3, 4))
OFFICER = "山本"
AS_OF = date(2025, 9, 10)


def found_city() -> None:
    """架空市: the smallest set of parameters and the cast."""
    run_sql(
        "INSERT INTO municipality (valid_from, municipality_code, name, mayor_title, mayor_name, office_name, "
        "office_address, office_telephone, receiving_agency_number, barcode_corporate_code) VALUES "
        "('2000-01-01', '242039', '架空市', '市長', '架空 太郎', '収納推進課', '架空市架空1-1', '0596-00-0000', '24203', '24203')"
    )
    for code, name, article in (
        ("06", "固定資産税・都市計画税", "地方税法第371条第1項"),
        ("01", "市民税・県民税", "地方税法第329条第1項"),
    ):
        run_sql(
            "INSERT INTO tax_item (tax_item, valid_from, name, revenue_account, bears_delinquency_charge, "
            "first_period_months, demand_fee, prescription_years, appropriation_rank, demand_article, "
            "accepts_determination) VALUES (%s, '2000-01-01', %s, '市税', true, 1, 100, 5, 1, %s, true)",
            [code, name, article],
        )
    for name, value in (("督促しない少額（円未満）", "0"), ("督促の指定期限までの日数", "10")):
        run_sql(
            "INSERT INTO setting (name, valid_from, value, basis) VALUES (%s, '2000-01-01', %s, '市税条例')",
            [name, value],
        )
    people = ((SATO, "1", "佐藤 花子", "サトウ ハナコ"), (TANAKA, "1", "田中 一郎", "タナカ イチロウ"),
              (KAKU, "3", "架空商事株式会社", "カクウショウジ"), (SUZUKI, "1", "鈴木 家", "スズキ イエ"))  # fmt: skip
    columns = ("addressee_number", "kind", "name", "kana", "postal_code", "address", "address_detail", "corporate_number",
               "representative_name", "household_number", "mailing_postal_code", "mailing_address", "mailing_name",
               "protection_measure", "updated_on")  # fmt: skip
    insert_addressees(columns, (
        (*person, "5160037", "架空市岩渕1丁目7-29", "", "", "", "", "", "", "", False, date(2025, 1, 1)) for person in people
    ))  # fmt: skip


def insert_addressees(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """人の表は目的の門の内にあるので、COPY ではなく INSERT で入れる。"""
    marks = ", ".join(["%s"] * len(columns))
    for row in rows:
        run_sql(f"INSERT INTO addressee ({', '.join(columns)}) VALUES ({marks})", list(row))


def determination(addressee: str, term: int = 1, amount: int = 50_000, **changes: Any) -> DeterminationRow:
    """第`term`期の当初調定。名前を変えたい項目だけを `changes` に。"""
    number = int(addressee)
    facts: dict[str, Any] = {
        "change_sequence": 0, "change_reason": "01", "levy_year": 2025, "tax_year": 2025, "tax_item": "06",
        "notice_number": f"{number:010d}", "installment_term": term, "addressee_number": addressee,
        "due_on": date(2025, 6, 30), "determined_on": date(2025, 5, 1), "tax_amount": Yen(amount),
        "change_amount": Yen(amount), "municipality_code": "242039", "slip_number": slip(addressee, term),
    }  # fmt: skip
    return DeterminationRow(**{**facts, **changes})


def revision(
    addressee: str, sequence: int, after: int, difference: int, term: int = 1, **changes: Any
) -> DeterminationRow:
    """更正。税額が `difference` だけ変わって `after` になる。"""
    reason = "02" if difference > 0 else "03" if difference < 0 else "10"
    return determination(addressee, term, after, change_sequence=sequence, change_reason=reason,
                         change_amount=Yen(difference), **changes)  # fmt: skip


def slip(addressee: str, term: int = 1) -> int:
    """納付書番号。"""
    return 250_600_000_000 + int(addressee) * 10 + term


def write_determinations(path: Path, *rows: DeterminationRow) -> Path:
    """調定CSVを書く。"""
    path.write_bytes(determination_csv.write(rows))
    return path


def notice(
    number: int, addressee: str, amount: int, paid_on: date, term: int = 1, **changes: Any
) -> bank_notice.BankNotice:
    """済通一枚。"""
    facts: dict[str, Any] = {
        "notice_id": f"{number:020d}", "bank_code": "0155", "branch_code": "701", "paid_on": paid_on,
        "received_on": paid_on, "amount": Yen(amount), "slip_number": slip(addressee, term),
    }  # fmt: skip
    return bank_notice.BankNotice(**{**facts, **changes})


def write_notices(path: Path, *notices: bank_notice.BankNotice, on: date = AS_OF, sequence: int = 1) -> Path:
    """済通ファイルを書く。"""
    header = FileHeader(sender_code="0155", business_on=on, sequence=sequence)
    path.write_bytes(bank_notice.write(notices, header=header))
    return path


def reference(addressee: str, term: int = 1) -> ChargeReference:
    """納付書番号のない済通が示す期別。"""
    return ChargeReference("06", 2025, f"{int(addressee):010d}", term)
