"""電子納付。納付の日は委託を受けた日、収入の日は資金化の日。申告と納付の突合せ、申告の届かない納付。"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

from osame.collection.inquiry.verification import verify_everything
from osame.collection.matching.electronic import declared_taxes, entrusted, undeclared_payments
from osame.collection.matching.importing import import_receipts
from osame.formats import eltax
from osame.formats.csv_batch import FileHeader
from osame.formats.eltax import EltaxPayment
from osame.formats.reports import ReportStage
from osame.formats.slip_numbers import matter_key
from osame.kernel.money import Yen
from osame.platform.database import fetch_all, fetch_one
from tests.systems.collection.cast import KAKU, OFFICER, SATO, determination, slip
from tests.systems.collection.demand_cast import levy
from tests.systems.collection.pages_cast import pages_on, text

DUE = date(2025, 6, 30)
PAYOUT = date(2025, 7, 11)
HERE = "/matching/electronic/"


@pytest.fixture(autouse=True)
def sound(city: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with pages_on("2025-07-15", monkeypatch):
        yield
    assert verify_everything().sound


def paid(
    slip_number: int, amount: int, on: date, stage: ReportStage, payout: date | None = None, means: str = "05"
) -> EltaxPayment:
    return EltaxPayment(
        agency_number="24203", matter_key=matter_key(slip_number), confirmation_number="123456", tax_fee_number="106",
        levy_year=2025, tax_year=2025, installment_term=1, amount=Yen(amount), paid_at=datetime(on.year, on.month, on.day, 21, 5, tzinfo=UTC),
        collected_on=on, stage=stage, transaction_id=f"T{slip_number}", payout_on=payout, means=means,
    )  # fmt: skip


def take(folder: Path, number: int, on: date, *payments: EltaxPayment) -> None:
    path = folder / f"eltax-{number}.csv"
    path.write_bytes(eltax.write(payments, header=FileHeader(sender_code="24203", business_on=on, sequence=number)))
    result = import_receipts(path, profile=eltax.PROFILE, as_of=date(2025, 7, 15), officer=OFFICER)
    assert (result.refusal, result.rows_rejected) == ("", 0), result.problems


def test_a_payment_counts_from_the_day_it_was_entrusted(chief: Client, tmp_path: Path) -> None:
    """納期限の日にスマートフォンで委託し、11日後に資金になった。延滞金はかからず、収入は資金化の日。"""
    levy(tmp_path, determination(SATO, 1, 400_000, due_on=DUE))
    take(tmp_path, 1, date(2025, 7, 1), paid(slip(SATO), 400_000, DUE, ReportStage.PRELIMINARY))
    (waiting,) = entrusted(as_of=date(2025, 7, 2))
    assert (waiting.paid_on, waiting.addressee_number, waiting.amount) == (DUE, SATO, 400_000)
    assert "佐藤 花子" in text(chief.get(HERE))
    assert fetch_one("SELECT principal_tax FROM charge WHERE addressee_number = %s", [SATO]) == (
        400_000,
    )  # 金はまだ動いていない
    take(tmp_path, 2, PAYOUT, paid(slip(SATO), 400_000, DUE, ReportStage.FINAL, PAYOUT))
    assert entrusted(as_of=date(2025, 7, 15)) == ()
    assert fetch_all("SELECT paid_on, received_on, accounted_on FROM receipt") == [(DUE, PAYOUT, PAYOUT)]
    assert fetch_one("SELECT principal_tax, delinquency_charge FROM charge WHERE addressee_number = %s", [SATO]) == (
        0,
        0,
    )
    page = text(chief.get(HERE))
    assert "資金化を待つ納付は、ありません" in page
    assert "この一か月に資金になったもの" in page


def test_declarations_and_payments_are_compared(chief: Client, tmp_path: Path) -> None:
    """申告の前に納めた分は、申告の調定が届けば自動で消し込む。足りない納付は、差を言う。"""
    first = paid(slip(KAKU), 100_000, DUE, ReportStage.FINAL, PAYOUT, "03")
    second = paid(slip(KAKU, 2), 60_000, DUE, ReportStage.FINAL, PAYOUT, "03")
    take(tmp_path, 1, PAYOUT, first, second)
    assert [each.amount for each in undeclared_payments()] == [100_000, 60_000]
    assert "申告の調定が届けば、自動で消し込みます" in text(chief.get(HERE))
    declared = {
        "declaration_history_number": "1",
        "declaration_class": "1",
        "declared_on": date(2025, 6, 30),
        "due_on": DUE,
    }
    levy(
        tmp_path, determination(KAKU, 1, 100_000, **declared), determination(KAKU, 2, 80_000, **declared),
        determination(KAKU, 3, 5_000, **declared),
    )  # fmt: skip
    assert undeclared_payments() == ()
    told = {each.declared: (each.verdict, each.difference) for each in declared_taxes(2025)}
    assert told == {
        100_000: ("一致", 0), 80_000: ("納付が足りない", -20_000), 5_000: ("申告だけ（納付がない）", -5_000),
    }  # fmt: skip
    page = text(chief.get(HERE, {"year": "2025"}))
    assert "納付が足りない" in page
    assert "架空商事" in page
