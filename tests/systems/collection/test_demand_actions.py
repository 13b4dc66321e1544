"""督促の取消し・引抜き・返戻・公示送達。手数料と差押可能日は、もとに戻るか、法のとおりになる。"""

from datetime import date
from pathlib import Path

import pytest

from osame.collection.demands.actions import (
    AlreadyDispatched,
    CancellationBeforeIssue,
    CancellationNeedsReason,
    DemandAlreadyCancelled,
    DemandNotFound,
    LetterNotFound,
    PublicationBeforeReturn,
    cancel_demand,
    record_dispatch,
    record_publication,
    record_return,
    withdraw,
)
from osame.collection.demands.batch import run_demands
from osame.collection.ledger.verification import verify_ledger
from osame.platform.database import fetch_all, fetch_one
from tests.systems.collection.cast import OFFICER, SATO, TANAKA, determination, notice
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, balances, charge_of, levy, pay

LATER = date(2025, 7, 25)


@pytest.fixture(autouse=True)
def sound(city: str) -> object:
    yield
    assert verify_ledger().sound


@pytest.fixture
def run_id(city: str, tmp_path: Path) -> int:
    """佐藤に二つ、田中に一つの期別を督促した。"""
    levy(tmp_path, determination(SATO), determination(SATO, 2), determination(TANAKA))
    return run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).run_id


def test_a_cancelled_demand_puts_the_balances_back(city: str, tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO), determination(TANAKA))
    before = balances()
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    for who in (SATO, TANAKA):
        cancelled = cancel_demand(who, charge_of(who), as_of=LATER, reason="課税の取消し", officer=OFFICER)
        assert (cancelled.demand_fee, cancelled.fee_to_overpayment) == (100, 0)
    assert balances() == before
    assert fetch_all("SELECT DISTINCT seizable_from, cancelled_on FROM demand") == [(None, LATER)]
    assert run_demands(as_of=LATER, cut_off=CUT_OFF, officer=OFFICER).charges == 2  # 取り消せば、また督促できる


def test_a_fee_that_was_paid_becomes_an_overpayment(run_id: int, tmp_path: Path) -> None:
    pay(tmp_path, notice(1, SATO, 50_000, date(2025, 6, 30)), notice(2, SATO, 100, LATER), on=LATER)
    cancelled = cancel_demand(SATO, charge_of(SATO), as_of=LATER, reason="納期内の納付", officer=OFFICER)
    assert cancelled.fee_to_overpayment == 100
    assert fetch_all("SELECT amount FROM overpayment") == [(100,)]
    assert fetch_one(
        "SELECT principal_tax, demand_fee, received, overpayment FROM charge WHERE charge_id = %s", [charge_of(SATO)]
    ) == (0, 0, 50_100, 100)


def test_only_the_fee_was_paid(run_id: int, tmp_path: Path) -> None:
    pay(tmp_path, notice(1, TANAKA, 50_060, LATER), on=LATER)  # 手数料の一部まで
    cancelled = cancel_demand(TANAKA, charge_of(TANAKA), as_of=LATER, reason="誤り", officer=OFFICER)
    assert cancelled.fee_to_overpayment == 60
    again = cancel_demand(TANAKA, charge_of(TANAKA), as_of=LATER, reason="誤り", officer=OFFICER)
    assert again.run_id == cancelled.run_id
    assert fetch_one("SELECT count(*) FROM entry WHERE kind = 6 AND reverses IS NOT NULL") == (1,)


def test_cancelling_is_refused_without_cause(run_id: int) -> None:
    charge = charge_of(SATO)
    with pytest.raises(CancellationNeedsReason):
        cancel_demand(SATO, charge, as_of=LATER, reason=" ", officer=OFFICER)
    with pytest.raises(CancellationBeforeIssue):
        cancel_demand(SATO, charge, as_of=date(2025, 7, 1), reason="誤り", officer=OFFICER)
    with pytest.raises(DemandNotFound):
        cancel_demand(SATO, 0, as_of=LATER, reason="誤り", officer=OFFICER)
    cancel_demand(SATO, charge, as_of=LATER, reason="誤り", officer=OFFICER)
    with pytest.raises(DemandAlreadyCancelled):
        cancel_demand(SATO, charge, as_of=LATER, reason="別の理由", officer=OFFICER)


def test_a_letter_can_be_pulled_until_it_is_mailed(run_id: int) -> None:
    withdraw(SATO, charge_of(SATO), as_of=ISSUED, reason="本日の納付を確認", officer=OFFICER)
    assert fetch_all("SELECT withdrawn_on, cancel_reason FROM demand WHERE withdrawn_on IS NOT NULL") == [
        (ISSUED, "本日の納付を確認")
    ]
    mailed = date(2025, 7, 22)
    assert record_dispatch(run_id, dispatched_on=mailed, officer=OFFICER) == 2
    assert record_dispatch(run_id, dispatched_on=mailed, officer=OFFICER) == 2
    with pytest.raises(AlreadyDispatched):
        withdraw(TANAKA, charge_of(TANAKA), as_of=LATER, reason="誤り", officer=OFFICER)
    assert fetch_all("SELECT DISTINCT seizable_from FROM demand WHERE cancelled_on IS NULL") == [(date(2025, 8, 2),)]


def test_a_returned_letter_is_served_by_publication(run_id: int) -> None:
    with pytest.raises(PublicationBeforeReturn):
        record_publication(run_id, 1, published_on=LATER, officer=OFFICER)
    assert record_return(run_id, 1, returned_on=LATER, officer=OFFICER) == 2
    assert fetch_all("SELECT DISTINCT seizable_from FROM demand WHERE letter_number = 1") == [(None,)]
    published = date(2025, 8, 1)
    assert record_publication(run_id, 1, published_on=published, officer=OFFICER) == date(2025, 8, 12)
    record_return(run_id, 1, returned_on=LATER, officer=OFFICER)  # 二度目は何も変えない
    assert fetch_all("SELECT DISTINCT published_on, seizable_from FROM demand WHERE letter_number = 1") == [
        (published, date(2025, 8, 12))
    ]
    with pytest.raises(LetterNotFound):
        record_return(run_id, 99, returned_on=LATER, officer=OFFICER)
