"""収納ファイルの見本を作る。"""

from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from osame.formats import bank_notice, convenience_store, eltax, zengin_debit
from osame.formats.csv_batch import FileHeader
from osame.formats.gs1_128 import PaymentBarcode, encode
from osame.formats.reports import ChargeReference, ReportStage
from osame.formats.slip_numbers import gs1_free_field, matter_key
from osame.formats.zengin_records import ZenginBatch
from osame.kernel.money import Yen

SAMPLES = Path(__file__).parent / "samples"


def barcode(slip_number, amount, *, payable_through=date(2024, 7, 1)):
    field = gs1_free_field(slip_number, "24203")
    return encode(
        PaymentBarcode(agency_code="959919", free_field=field, amount=Yen(amount), payable_through=payable_through)
    )


def store_payment(kind="02", slip_number=2024000000001, amount=12000, **changes):
    values = {
        "kind": kind,
        "paid_on": date(2024, 6, 3),
        "paid_at": "1215",
        "barcode": barcode(slip_number, amount),
        "store_code": "0012345",
        "chain_code": "C001",
        "captured_on": date(2024, 6, 4),
        "payout_on": None if kind in {"01", "03"} else date(2024, 6, 14),
        "chain_name": "架空マート",
    }
    return convenience_store.StorePayment(**(values | changes))


def store_payments():
    return [
        store_payment("01", 2024000000001, 12000),
        store_payment("02", 2024000000002, 34500),
        store_payment("03", 2024000000003, 300000),
        store_payment("02", 2024000000004, 1),
    ]


def store_file(profile="mizuho_factor_120", payments=None):
    rows = store_payments() if payments is None else payments
    return convenience_store.write(rows, profile=profile, made_on=date(2024, 6, 5), corporate_code="24203")


def debit_batch(**changes):
    values = {
        "consignor_code": "0000123456",
        "consignor_name": "ｶｸｳｼ",
        "business_on": date(2024, 7, 31),
        "bank_code": "0155",
        "bank_name": "ﾋﾔｸｺﾞ",
        "branch_code": "701",
        "branch_name": "ｲｾ",
        "account_number": "1234567",
    }
    return ZenginBatch(**(values | changes))


def debit(slip_number=2024000000001, amount=12000, result_code="0", **changes):
    values = {
        "bank_code": "0155",
        "bank_name": "ﾋﾔｸｺﾞ",
        "branch_code": "701",
        "branch_name": "ｲｾ",
        "account_type": "1",
        "account_number": "0000001",
        "holder_kana": "ﾔﾏﾀﾞ ﾊﾅｺ",
        "amount": Yen(amount),
        "customer_number": matter_key(slip_number),
        "result_code": result_code,
    }
    return zengin_debit.DebitInstruction(**(values | changes))


def debits():
    codes = "0123489"
    return [debit(2024000000001 + order, 1000 * (order + 1), code) for order, code in enumerate(codes)]


def debit_file(rows=None, **changes):
    return zengin_debit.write_result(debit_batch(**changes), debits() if rows is None else rows)


def eltax_payment(slip_number=2024000000001, amount=12000, stage=ReportStage.FINAL, **changes):
    values = {
        "agency_number": "24203",
        "matter_key": matter_key(slip_number),
        "confirmation_number": "778284",
        "tax_fee_number": "001",
        "levy_year": 2024,
        "tax_year": 2024,
        "installment_term": 1,
        "amount": Yen(amount),
        "paid_at": datetime(2024, 6, 3, 12, 15, 30),  # noqa: DTZ001
        "collected_on": date(2024, 6, 3),
        "payout_on": date(2024, 6, 6) if stage is ReportStage.FINAL else None,
        "stage": stage,
        "transaction_id": f"T{slip_number}",
    }
    return eltax.EltaxPayment(**(values | changes))


def eltax_file(rows=None):
    payments = rows or [
        eltax_payment(2024000000001, 12000, ReportStage.PRELIMINARY),
        eltax_payment(2024000000002, 34500, ReportStage.FINAL),
        eltax_payment(2024000000003, 99_999_999_999, ReportStage.CANCELLATION),
    ]
    header = FileHeader(sender_code="24203", business_on=date(2024, 6, 4), sequence=1)
    return eltax.write(payments, header=header)


def notice(notice_id="20240603000000000001", amount=12000, **changes):
    values = {
        "notice_id": notice_id,
        "bank_code": "0155",
        "branch_code": "701",
        "paid_on": date(2024, 6, 3),
        "received_on": date(2024, 6, 4),
        "amount": Yen(amount),
        "slip_number": 2024000000001,
    }
    return bank_notice.BankNotice(**(values | changes))


def notices():
    old = ChargeReference("03", 2019, "0000012345", 4)
    return [
        notice(),
        notice("20240603000000000002", 11500, slip_number=None, charge_reference=old,
               principal=Yen(10000), fee=Yen(100), charge=Yen(1400)),
        notice("20240603000000000003", 500, stage=ReportStage.CANCELLATION, payer_kana="ﾔﾏﾀﾞ ﾊﾅｺ"),
    ]  # fmt: skip


def notice_file(rows=None, profile="bank_notice_v0"):
    header = FileHeader(sender_code="0155", business_on=date(2024, 6, 4), sequence=1)
    return bank_notice.write(notices() if rows is None else rows, header=header, profile=profile)


@pytest.fixture(scope="session")
def samples():
    return SAMPLES


@pytest.fixture(scope="session")
def make():
    """見本の作り手。"""
    return SimpleNamespace(
        barcode=barcode, store_payment=store_payment, store_payments=store_payments, store_file=store_file,
        debit_batch=debit_batch, debit=debit, debits=debits, debit_file=debit_file,
        eltax_payment=eltax_payment, eltax_file=eltax_file,
        notice=notice, notices=notices, notice_file=notice_file,
        files=lambda: {
            "zengin_91": debit_file(),
            "mizuho_factor_120": store_file("mizuho_factor_120"),
            "mufg_factor_120": store_file("mufg_factor_120"),
            "dsk_csv": store_file("dsk_csv"),
            "eltax_keshikomi_v0": eltax_file(),
            "bank_notice_v0": notice_file(),
            "pension_notice_v0": notice_file(profile="pension_notice_v0"),
        },
    )  # fmt: skip
