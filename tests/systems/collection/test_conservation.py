"""一円も失われない。行数も、金額も、借方と貸方も、日ごとの合計も。"""

from collections import Counter
from pathlib import Path

import pytest

from osame.collection.closing.queries import day_sheet
from osame.collection.ledger.models import BALANCE_COLUMNS, CREDIT_NORMAL_ACCOUNTS
from osame.collection.ledger.verification import verify_ledger
from osame.formats import inbound
from osame.formats.reports import ReportStage
from osame.platform.database import fetch_all, fetch_one
from osame.platform.imports.registry import ImportResult
from tests.faults.month import AS_OF, Step, read_steps, write_month
from tests.faults.running import found, take

ZERO = (0,)


@pytest.fixture
def results(database: str, tmp_path: Path) -> list[tuple[Step, ImportResult]]:
    """一か月を取り込み、もう一度取り込む。結果は一度目のもの。"""
    found()
    write_month(tmp_path)
    steps = read_steps(tmp_path)
    first = [(step, take(tmp_path, step)) for step in steps]
    assert all(take(tmp_path, step).already_received for step in steps if step.kind != "addressees")
    return [(step, result) for step, result in first if isinstance(result, ImportResult)]


def test_rows_and_yen_are_conserved(results: list[tuple[Step, ImportResult]], tmp_path: Path) -> None:
    for step, result in results:
        assert result.rows_in == result.rows_posted + result.rows_held + result.rows_rejected
        if step.kind == "determinations" or result.refusal:
            continue
        read = inbound.read(step.kind, (tmp_path / step.path).read_bytes(), business_year=AS_OF.year)
        assert result.rows_in == len(read.records) + len(read.problems)
        told = sum(record.amount for record in read.records) + sum(problem.amount or 0 for problem in read.problems)
        if read.declared_total is not None:
            assert told == read.declared_total
        assert told == (
            result.amount_matched + result.amount_held + result.amount_rejected + result.amount_reported
        ), step.path  # fmt: skip
    assert len(results) > 20
    assert verify_ledger().sound


def test_debits_equal_credits_and_balances_are_recomputed(results: list[tuple[Step, ImportResult]]) -> None:
    balance: Counter[tuple[int, int]] = Counter()
    for charge, amount, debit, credit in fetch_all("SELECT charge_id, amount, debit, credit FROM entry"):
        balance[charge, debit] += amount
        balance[charge, credit] -= amount
    assert sum(balance.values()) == 0
    columns = ", ".join(BALANCE_COLUMNS.values())
    for charge, *stored in fetch_all(f"SELECT charge_id, {columns} FROM charge"):
        for account, value in zip(BALANCE_COLUMNS, stored, strict=True):
            assert value == balance[charge, account] * (-1 if account in CREDIT_NORMAL_ACCOUNTS else 1)


def test_every_final_payment_is_in_the_ledger_once(results: list[tuple[Step, ImportResult]], tmp_path: Path) -> None:
    """ファイルの中の確報を独りで数え、元帳と比べる。"""
    paid: dict[str, int] = {}
    for step, _ in results:
        if step.kind in inbound.PROFILES:
            read = inbound.read(step.kind, (tmp_path / step.path).read_bytes(), business_year=AS_OF.year)
            paid |= {record.natural_key: record.amount for record in read.records if record.stage is ReportStage.FINAL}
    receipts = fetch_one("SELECT count(*), sum(amount) FROM receipt")
    held = fetch_one("SELECT count(*), sum(amount) FROM held_receipt WHERE state = '1'")
    assert (receipts[0] + held[0], receipts[1] + held[1]) == (len(paid), sum(paid.values()))
    assert fetch_one("SELECT sum(received) FROM charge") == (sum(paid.values()),)
    assert fetch_one("SELECT suspense FROM charge WHERE charge_id = 0") == (held[1],)


def test_each_channel_and_day_adds_up_to_its_files(results: list[tuple[Step, ImportResult]]) -> None:
    """チャネルごとに、日計の合計 = 消込 + 保留。受領済の行を足すと、ファイルの合計になる。"""
    days = fetch_all("SELECT DISTINCT accounted_on FROM receipt UNION SELECT accounted_on FROM held_receipt")
    sheets = [day_sheet(day) for (day,) in days]
    by_channel: Counter[str] = Counter()
    for sheet in sheets:
        for channel in sheet.channels:
            by_channel[channel.channel.value] += channel.amount
    assert sum(sheet.amount for sheet in sheets) == sum(by_channel.values()) > 0
    for channel, taken, declared, accounted in fetch_all(
        "SELECT channel, sum(amount_matched + amount_held), sum(declared_total), sum(amount_matched + amount_held "
        "+ amount_rejected + amount_reported) FROM intake_file WHERE state = '1' AND channel <> '' GROUP BY channel"
    ):
        assert by_channel[channel] == taken
        if channel != "04":  # 合計を示さない様式がある
            assert declared == accounted
    assert len(by_channel) == 4
