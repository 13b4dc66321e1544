"""督促の門は、入金の行方が分からない間は開かない。"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from osame.collection.demands.batch import run_demands
from osame.collection.demands.gate import Cause, GateClosed, GateFinding, check_gate
from osame.collection.demands.stops import WaiverNeedsNameAndReason, waive
from osame.collection.matching.importing import import_receipts
from osame.platform.database import fetch_one, run_sql
from tests.systems.collection.cast import AS_OF, OFFICER, SATO, TANAKA, determination, notice, write_notices
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, RECEIVED, expect, levy, pay, set_value


def only_finding() -> GateFinding:
    gate = check_gate(cut_off=CUT_OFF)
    assert len(gate.findings) == 1
    return gate.findings[0]


def refuse_then_waive(tmp_path: Path, finding: GateFinding) -> None:
    """閉じた門は督促を止め、名前と理由があれば開く。"""
    with pytest.raises(GateClosed) as closed:
        run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    assert finding.what in str(closed.value)
    assert finding.remedy in str(closed.value)
    for name, reason in (("", "理由"), ("山本", " ")):
        with pytest.raises(WaiverNeedsNameAndReason):
            waive(finding, as_of=ISSUED, waived_by=name, reason=reason)
    waive(finding, as_of=ISSUED, waived_by="会計課長", reason="送付元に確かめた")
    gate = check_gate(cut_off=CUT_OFF)
    assert gate.is_open
    assert run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).letters == 1


def test_a_missing_file_closes_the_gate(city: str, tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO))
    expect()
    expect("eltax_keshikomi_v0", CUT_OFF + timedelta(days=1))  # 締切日より後は関わらない
    finding = only_finding()
    assert (finding.cause, finding.sender, finding.since) == (Cause.MISSING, "百五銀行", RECEIVED)
    refuse_then_waive(tmp_path, finding)


def test_the_file_that_arrives_opens_the_gate(city: str, tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO), determination(TANAKA))
    expect()
    assert not check_gate(cut_off=CUT_OFF).is_open
    pay(tmp_path, notice(1, SATO, 50_000, date(2025, 7, 9)))
    assert check_gate(cut_off=CUT_OFF).is_open
    assert run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).letters == 1


def test_a_refused_file_closes_the_gate(city: str, tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO))
    path = write_notices(tmp_path / "broken.csv", notice(1, SATO, 50_000, date(2025, 7, 9)), on=RECEIVED)
    good = path.read_bytes()
    path.write_bytes(good[: len(good) // 2])
    assert import_receipts(path, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER).refusal
    finding = only_finding()
    assert finding.cause == Cause.REFUSED
    assert "broken.csv" in finding.what
    refuse_then_waive(tmp_path, finding)


def test_a_refused_file_sent_again_opens_the_gate(city: str, tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO))
    path = write_notices(tmp_path / "again.csv", notice(1, SATO, 50_000, date(2025, 7, 9)), on=RECEIVED)
    good = path.read_bytes()
    path.write_bytes(good[: len(good) // 2])
    import_receipts(path, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER)
    path.write_bytes(good)
    assert import_receipts(path, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER).rows_posted == 1
    assert check_gate(cut_off=CUT_OFF).is_open


def test_a_gap_in_the_numbers_closes_the_gate(city: str, tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO), determination(TANAKA))
    pay(tmp_path, notice(1, SATO, 20_000, date(2025, 7, 9)), sequence=1)
    pay(tmp_path, notice(2, SATO, 30_000, date(2025, 7, 9)), sequence=3)
    finding = only_finding()
    assert (finding.cause, finding.since) == (Cause.SEQUENCE_GAP, RECEIVED)
    assert "通番2" in finding.what
    refuse_then_waive(tmp_path, finding)


def test_few_payments_close_the_gate(city: str, tmp_path: Path) -> None:
    set_value("督促の門で比べる最少件数", "2")
    last_year = date(2024, 7, 9)
    levy(
        tmp_path,
        determination(SATO),
        *(determination(TANAKA, term, 1_000, due_on=date(2024, 6, 30)) for term in (1, 2, 3)),
        on=date(2024, 6, 1),
    )
    notices = [notice(term, TANAKA, 1_000, last_year, term=term) for term in (1, 2, 3)]
    pay(tmp_path, *notices, on=last_year)
    pay(tmp_path, notice(9, TANAKA, 1, RECEIVED), on=RECEIVED)
    finding = only_finding()
    assert finding.cause == Cause.FEW_PAYMENTS
    assert "前年同期3件の33%" in finding.what
    assert finding.sender == "金融機関窓口"
    refuse_then_waive(tmp_path, finding)


def test_a_waiver_without_a_name_or_reason_cannot_be_stored(city: str) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        run_sql(
            "INSERT INTO gate_waiver (cause, subject, waived_by, reason, waived_on) VALUES ('2', 'x', '', 'y', %s)",
            [ISSUED],
        )
    assert fetch_one("SELECT count(*) FROM gate_waiver") == (0,)
