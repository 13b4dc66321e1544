"""架空市's own facts, its people, and the files that banks, shops and eLTAX send about them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from osame.collection.addressees.addressee_csv import AddresseeRow, write_lines
from osame.formats import convenience_store, eltax, gs1_128, slip_numbers, zengin_debit
from osame.formats.convenience_store import StorePayment
from osame.formats.csv_batch import FileHeader
from osame.formats.eltax import EltaxPayment
from osame.formats.gs1_128 import PaymentBarcode
from osame.formats.reports import ReportStage
from osame.formats.zengin_debit import DebitInstruction
from osame.formats.zengin_records import ZenginBatch
from osame.kernel.money import Yen
from tests.systems.collection.cast import KAKU, SATO, SUZUKI, TANAKA, slip

AS_OF = "2025-07-01"
CITY = """
[[municipality]]
valid_from = 2000-01-01
municipality_code = "242039"
name = "架空市"
mayor_title = "市長"
mayor_name = "架空 太郎"
office_name = "収納推進課"
office_address = "架空市架空1-1"
office_telephone = "0596-00-0000"
receiving_agency_number = "24203"
barcode_corporate_code = "24203"
"""
NAMES = {SATO: "佐藤 花子", TANAKA: "田中 一郎", KAKU: "架空商事株式会社", SUZUKI: "鈴木 家"}


def person(number: str, **changes: Any) -> AddresseeRow:
    """宛名一件。"""
    row = AddresseeRow(
        addressee_number=number,
        kind="3" if number == KAKU else "1",
        name=NAMES.get(number, "北村 桜"),
        kana="カナ",
        postal_code="5160037",
        address="架空市岩渕1丁目7-29",
        updated_on=date(2025, 1, 1),
    )
    return replace(row, **changes)


PEOPLE = tuple(person(number) for number in NAMES)


def write_addressees(path: Path, *rows: AddresseeRow) -> Path:
    """宛名CSV。"""
    path.write_bytes(b"".join(write_lines(rows)))
    return path


def at_the_store(
    kind: str, addressee: str, amount: int, paid_on: date, *, term: int = 1, serial: int = 1
) -> StorePayment:
    """コンビニの収納一件。kind は 01 速報、02 確報、03 取消。"""
    barcode = gs1_128.encode(
        PaymentBarcode(
            agency_code="924203",
            free_field=slip_numbers.gs1_free_field(slip(addressee, term), "24203"),
            amount=Yen(amount),
            payable_through=None,
        )
    )
    return StorePayment(
        kind=kind,
        paid_on=paid_on,
        paid_at=f"10{serial:02d}",
        barcode=barcode,
        store_code="000001",
        chain_code="901",
        chain_name="架空ストア",
        captured_on=paid_on,
        payout_on=date(2025, 7, 22) if kind == "02" else None,
    )


def write_store(path: Path, made_on: date, *payments: StorePayment, profile: str = "mizuho_factor_120") -> Path:
    """コンビニの収納ファイル。"""
    chain = {"mizuho_factor_120": "900001", "mufg_factor_120": "9001", "dsk_csv": "901"}[profile]
    code = "24998" if profile == "mufg_factor_120" else "24203"
    rows = [replace(each, captured_on=made_on, chain_code=chain) for each in payments]
    path.write_bytes(convenience_store.write(rows, profile=profile, made_on=made_on, corporate_code=code))
    return path


def write_debits(path: Path, on: date, results: Iterable[tuple[str, int, int, str]]) -> Path:
    """口座振替の結果。宛名、期別、金額、振替結果コード。"""
    batch = ZenginBatch(consignor_code="0000024999", consignor_name="ｶｸｳｼ", business_on=on, bank_code="0155",
                        branch_code="701", account_number="0024999")  # fmt: skip
    instructions = [
        DebitInstruction(bank_code="0155", branch_code="701", account_type="1", account_number=f"{int(who):07d}",
                         holder_kana="ｻﾄｳ", amount=Yen(amount), result_code=code,
                         customer_number=slip_numbers.matter_key(slip(who, term)))
        for who, term, amount, code in results
    ]  # fmt: skip
    path.write_bytes(zengin_debit.write_result(batch, instructions))
    return path


def write_eltax(path: Path, on: date, addressee: str, amount: int, *, term: int = 1) -> Path:
    """共通納税の収納一件のファイル。"""
    payment = EltaxPayment(
        agency_number="24203", matter_key=slip_numbers.matter_key(slip(addressee, term)), confirmation_number="123456",
        tax_fee_number="006", levy_year=2025, tax_year=2025, installment_term=term, amount=Yen(amount),
        paid_at=datetime(on.year, on.month, on.day, 9, 30), collected_on=on, payout_on=on, stage=ReportStage.FINAL,  # noqa: DTZ001
        transaction_id="EL0000000001",
    )  # fmt: skip
    header = FileHeader(sender_code="24203", business_on=on, sequence=1)
    path.write_bytes(eltax.write([payment], header=header))
    return path
