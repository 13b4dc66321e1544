"""督促は、未納の期別ごとに一度だけ。除いた期別には、理由が一つだけある。"""

import threading
from contextvars import copy_context
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections

from osame.collection.demands import batch
from osame.collection.demands.batch import (
    CutOffAfterIssue,
    EarlierThanLastRun,
    ImplausibleIssueDate,
    run_demands,
)
from osame.collection.demands.models import DemandExclusion, DemandStop
from osame.collection.demands.queries import preview
from osame.collection.demands.stops import StopNeedsReason, StopRequest, release_stop, stop_demand
from osame.collection.ledger.digest import ledger_digest
from osame.collection.ledger.posting import KeyReusedWithOtherContent
from osame.collection.ledger.verification import verify_ledger
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination, notice
from tests.systems.collection.demand_cast import (
    CUT_OFF,
    ISSUED,
    charge_of,
    levy,
    move_in,
    pay,
    report,
    set_value,
)

Reason = DemandExclusion.Reason
MOTHER, FATHER, SISTER, BROTHER = (f"{number:015d}" for number in (11, 12, 13, 14))


def run(**changes: object) -> batch.DemandRunResult:
    terms: dict[str, object] = {"as_of": ISSUED, "cut_off": CUT_OFF, "officer": OFFICER}
    return run_demands(**{**terms, **changes})  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def sound(city: str) -> object:
    """どの試験の後でも、元帳に食い違いがない。"""
    yield
    assert verify_ledger().sound


def test_every_unpaid_charge_is_demanded_or_has_one_reason(city: str, tmp_path: Path) -> None:
    set_value("督促しない少額（円未満）", "1000")
    move_in(MOTHER, protection_measure=True)
    move_in(FATHER, died_on=date(2025, 6, 1))
    move_in(SISTER, address="")
    move_in(BROTHER)
    levy(
        tmp_path,
        determination(SATO), determination(SATO, 2), determination(SATO, 3, due_on=date(2025, 7, 31)),
        determination(TANAKA, 1, 30_000), determination(TANAKA, 2, 30_000), determination(KAKU, 1, 900),
        determination(SUZUKI), determination(MOTHER), determination(FATHER), determination(SISTER),
        determination(BROTHER), determination(BROTHER, 2),
    )  # fmt: skip
    report(1, TANAKA, 30_000)
    report(2, TANAKA, 29_500, term=2)
    stop_demand(StopRequest(SUZUKI, DemandStop.Reason.DISASTER, "罹災証明", date(2025, 7, 1)), officer=OFFICER)
    pay(tmp_path, notice(7, BROTHER, 100, date(2025, 7, 9), term=2))
    shown = preview(as_of=ISSUED, cut_off=CUT_OFF)
    result = run()
    told = {(a, t): r for a, t, r in fetch_all(
        "SELECT addressee_number, installment_term, reason FROM demand_exclusion "
        "JOIN charge USING (charge_id, addressee_number)"
    )}  # fmt: skip
    assert told == {
        (TANAKA, 1): Reason.IN_FLIGHT, (TANAKA, 2): Reason.SMALL_AMOUNT, (KAKU, 1): Reason.SMALL_AMOUNT,
        (SUZUKI, 1): Reason.STOPPED, (MOTHER, 1): Reason.PROTECTED, (FATHER, 1): Reason.DECEASED,
        (SISTER, 1): Reason.NO_ADDRESS,
    }  # fmt: skip
    demanded = fetch_all(
        "SELECT letter_number, addressee_number, installment_term, d.principal_tax, d.demand_fee, seizable_from, "
        "designated_due_date FROM demand d JOIN charge USING (charge_id, addressee_number) ORDER BY 1, 2, 3"
    )
    day, deadline = date(2025, 7, 29), date(2025, 7, 28)
    assert demanded == [
        (1, SATO, 1, 50_000, 100, day, deadline),
        (1, SATO, 2, 50_000, 100, day, deadline),
        (2, BROTHER, 1, 50_000, 100, day, deadline),
        (2, BROTHER, 2, 49_900, 100, day, deadline),
    ]
    assert (result.letters, result.charges, result.principal_tax, result.demand_fee) == (2, 4, 199_900, 400)
    assert (shown.letters, shown.charges, shown.principal_tax, shown.demand_fee) == (2, 4, 199_900, 400)
    assert sum(each.charges for each in shown.left_out) == result.left_out == 7
    assert "督促停止（災害）" in {each.label for each in shown.left_out}


def test_a_receipt_under_investigation_keeps_its_charge_from_being_demanded(city: str, tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO), determination(SATO, 2, levy_year=2024, slip_number=250_600_000_011))
    pay(tmp_path, notice(1, SATO, 50_000, date(2025, 7, 9)))  # 同じ納付書番号の期別が二つ
    assert run().charges == 0
    assert fetch_all("SELECT DISTINCT reason FROM demand_exclusion") == [("02",)]
    assert len(preview(as_of=ISSUED, cut_off=CUT_OFF).warnings) == 1


@pytest.mark.parametrize("ending", ["confirmed", "cancelled"])
def test_a_report_that_ended_is_not_in_flight(city: str, tmp_path: Path, ending: str) -> None:
    levy(tmp_path, determination(SATO))
    report(1, SATO, 50_000)
    if ending == "cancelled":
        report(1, SATO, 50_000, stage="3")
    else:
        run_sql("UPDATE channel_report SET receipt_key = gen_random_uuid()")
        pay(tmp_path, notice(1, SATO, 100, date(2025, 7, 9)))
        run_sql("UPDATE channel_report SET receipt_key = (SELECT receipt_key FROM receipt)")
    assert run().charges == 1


def test_a_tax_item_without_legal_basis_is_held(city: str, tmp_path: Path) -> None:
    run_sql("UPDATE tax_item SET demand_article = ''")
    levy(tmp_path, determination(SATO))
    assert run().left_out == 1
    assert fetch_all("SELECT reason FROM demand_exclusion") == [(Reason.NO_LEGAL_BASIS,)]


def test_running_again_changes_nothing(city: str, tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO), determination(TANAKA))
    first, digest = run(), ledger_digest()
    again = run(officer="別の職員")
    assert again.replayed
    assert (again.run_id, again.letters, again.principal_tax) == (first.run_id, first.letters, first.principal_tax)
    assert run(key="別の鍵").charges == 0
    assert ledger_digest() == digest
    with pytest.raises(KeyReusedWithOtherContent):
        run(cut_off=CUT_OFF - timedelta(days=1))


def test_implausible_dates_are_refused(city: str, tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO))
    with pytest.raises(CutOffAfterIssue):
        run(cut_off=ISSUED + timedelta(days=1))
    with pytest.raises(ImplausibleIssueDate):
        run(as_of=date(2035, 7, 18))
    run()
    with pytest.raises(EarlierThanLastRun):
        run(as_of=ISSUED - timedelta(days=1))


def test_two_runs_at_once_demand_a_charge_once(city: str, tmp_path: Path) -> None:
    levy(tmp_path, *(determination(who, term) for who in (SATO, TANAKA, KAKU) for term in range(1, 5)))
    results: list[batch.DemandRunResult] = []
    ready = threading.Barrier(3)

    def one(key: str) -> None:
        ready.wait()
        try:
            results.append(run(key=key))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=copy_context().run, args=(one, key)) for key in ("甲", "乙", "甲")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.charges for each in results if not each.replayed) == [0, 12]
    assert len({each.run_id for each in results}) == 2
    assert fetch_one("SELECT count(*), count(DISTINCT charge_id) FROM demand") == (12, 12)


def test_a_run_that_dies_half_way_leaves_nothing(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    levy(tmp_path, determination(SATO), determination(TANAKA))
    digest = ledger_digest()

    def die(_: object) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return 0

    with monkeypatch.context() as patch:
        patch.setattr(batch, "post", die)
        with pytest.raises(Exception, match="terminat"):
            run()
    connections.close_all()
    assert ledger_digest() == digest
    assert fetch_one("SELECT count(*) FROM demand_run") == (0,)
    assert run().charges == 2


def test_stops_need_a_reason_and_end(city: str, tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO), determination(SATO, 2), determination(TANAKA))
    with pytest.raises(StopNeedsReason):
        stop_demand(StopRequest(SATO, DemandStop.Reason.OTHER, " ", ISSUED), officer=OFFICER)
    one_charge = StopRequest(SATO, DemandStop.Reason.APPEAL, "審査請求", ISSUED, charge_id=charge_of(SATO, 2))
    stop_id = stop_demand(one_charge, officer=OFFICER)
    assert stop_demand(one_charge, officer=OFFICER) == stop_id
    past = StopRequest(TANAKA, DemandStop.Reason.GRACE, "猶予", date(2025, 7, 1), ends_through=date(2025, 7, 17))
    stop_demand(past, officer=OFFICER)
    other_tax = StopRequest(TANAKA, DemandStop.Reason.OTHER, "照会", date(2025, 7, 1), tax_item="01")
    stop_demand(other_tax, officer=OFFICER)
    assert run().charges == 2
    later = date(2025, 8, 1)
    assert release_stop(stop_id, as_of=later, officer=OFFICER) == later
    assert release_stop(stop_id, as_of=ISSUED, officer=OFFICER) == later
    assert run(as_of=later).charges == 1


def test_preview_compares_with_last_year_and_warns_when_late(city: str, tmp_path: Path) -> None:
    last_year = date(2024, 7, 19)
    levy(
        tmp_path,
        *(determination(who, due_on=date(2024, 6, 30), levy_year=2024) for who in (SATO, TANAKA, KAKU, SUZUKI)),
        on=date(2024, 5, 1),
    )
    run(as_of=last_year, cut_off=last_year)
    levy(tmp_path, determination(SATO, 2), name="later.csv")
    shown = preview(as_of=date(2025, 7, 24), cut_off=CUT_OFF)
    assert shown.late_charges == 1
    assert shown.comparison is not None
    assert (shown.comparison.letters, shown.comparison.letters_percent) == (4, 25)
    assert shown.comparison.is_remarkable
    assert len(shown.warnings) == 2
