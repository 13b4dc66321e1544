"""日締め。差異のない日だけが、古い順に締まる。遅れて届いた入金は、次の開いている日に計上される。"""

from datetime import date, timedelta
from pathlib import Path

import pytest

from osame.collection.closing.actions import (
    DayAlreadyBehind,
    DayHasDifference,
    DayHasMissingFile,
    DayNotYetOver,
    EarlierDayIsOpen,
    OnlyLastClosedDayReopens,
    ReopeningNeedsReason,
    ReopeningNeedsTwoOfficers,
    close_day,
    close_day_provisionally,
    reopen_day,
)
from osame.collection.closing.book import determination_book
from osame.collection.closing.importing import BankTotal, import_bank_totals, write_bank_totals
from osame.collection.closing.queries import broken_seals, day_sheet
from osame.collection.ledger.verification import verify_ledger
from osame.formats.reports import Channel
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.imports.registry import ImportResult
from tests.systems.collection.cast import AS_OF, KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination, notice, revision
from tests.systems.collection.demand_cast import charge_of, expect, levy, pay
from tests.systems.conftest import server

DAY = date(2025, 7, 10)
NEXT = DAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def sound(city: str, tmp_path: Path) -> object:
    """期別三つ、二日分の入金。"""
    levy(
        tmp_path,
        determination(SATO),
        determination(TANAKA, levy_year=2023),
        determination(KAKU, 1, 30_000, tax_item="01"),
    )
    pay(
        tmp_path, notice(1, SATO, 50_000, DAY), notice(2, TANAKA, 20_000, DAY), notice(3, SUZUKI, 777, DAY), on=DAY,
    )  # fmt: skip
    yield
    assert verify_ledger().sound


def tell(tmp_path: Path, *totals: BankTotal, name: str = "totals.csv") -> ImportResult:
    path = tmp_path / name
    path.write_bytes(write_bank_totals(totals))
    return import_bank_totals(path, as_of=AS_OF, officer=OFFICER)


def bank(receipts: int, amount: int, day: date = DAY) -> BankTotal:
    return BankTotal(day, Channel.BANK, receipts, amount)


def close(day: date = DAY) -> object:
    return close_day(day, as_of=AS_OF, officer=OFFICER)


def test_the_day_sheet_lists_tax_items_and_years_beside_the_bank(tmp_path: Path) -> None:
    tell(tmp_path, bank(3, 70_777))
    sheet = day_sheet(DAY)
    assert [(line.tax_item, line.carried_over, line.receipts, line.amount) for line in sheet.lines] == [
        ("", False, 1, 777),
        ("06", False, 1, 50_000),
        ("06", True, 1, 20_000),
    ]
    assert sheet.agrees
    assert (sheet.receipts, sheet.amount, sheet.difference) == (3, 70_777, 0)


@pytest.mark.parametrize("total", [bank(3, 70_000), bank(2, 70_777), BankTotal(DAY, Channel.ELTAX, 1, 5)])
def test_a_day_with_a_difference_stays_open(tmp_path: Path, total: BankTotal) -> None:
    tell(tmp_path, total)
    with pytest.raises(DayHasDifference, match="金融機関窓口"):
        close()
    provisional = close_day_provisionally(DAY, as_of=AS_OF, officer=OFFICER)
    assert not provisional.closed
    assert fetch_one("SELECT state FROM daily_closing") == ("1",)
    if total.channel is Channel.BANK:
        tell(tmp_path, bank(3, 70_777), name="corrected.csv")
        close()
        assert fetch_one("SELECT state, difference FROM daily_closing") == ("2", 0)


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    tell(tmp_path, bank(3, 70_777))
    first = close_day(DAY, as_of=AS_OF, officer=OFFICER)
    again = close_day(DAY, as_of=AS_OF, officer="別の職員")
    assert (len(first.journal_seal), first.replayed) == (64, False)
    assert (again.journal_seal, again.amount, again.replayed) == (first.journal_seal, 70_777, True)


def test_the_seal_breaks_when_an_entry_of_a_closed_day_changes(city: str, tmp_path: Path) -> None:
    tell(tmp_path, bank(3, 70_777))
    close_day(DAY, as_of=AS_OF, officer=OFFICER)
    assert broken_seals() == []
    with server(city) as admin:
        admin.execute("ALTER TABLE entry DISABLE TRIGGER USER")
        admin.execute(
            "UPDATE entry SET effective_on = effective_on - 1 WHERE entry_id = (SELECT min(entry_id) FROM entry)"
        )
    assert broken_seals() == [DAY]


def test_days_close_in_order_and_complete(tmp_path: Path) -> None:
    pay(tmp_path, notice(4, KAKU, 10_000, NEXT, slip_number=250_600_000_031), on=NEXT)
    tell(tmp_path, bank(3, 70_777), bank(1, 10_000, NEXT))
    with pytest.raises(EarlierDayIsOpen, match="令和7年7月10日"):
        close(NEXT)
    with pytest.raises(DayNotYetOver):
        close_day(NEXT, as_of=DAY, officer=OFFICER)
    expect("eltax_keshikomi_v0", DAY, "地方税共同機構")
    with pytest.raises(DayHasMissingFile, match="地方税共同機構"):
        close()
    run_sql("UPDATE expected_file SET waived_by = '会計課長', waived_reason = '休止日'")
    close()
    close(NEXT)
    with pytest.raises(DayAlreadyBehind):
        close(DAY - timedelta(days=1))


def test_a_receipt_that_comes_after_closing_counts_on_the_next_open_day(tmp_path: Path) -> None:
    tell(tmp_path, bank(3, 70_777))
    close()
    before = day_sheet(DAY)
    pay(tmp_path, notice(5, TANAKA, 30_000, DAY), on=DAY, sequence=2)
    assert day_sheet(DAY) == before
    assert fetch_all("SELECT paid_on, accounted_on FROM receipt WHERE amount = 30000") == [(DAY, NEXT)]
    assert day_sheet(NEXT).amount == 30_000
    refused = tell(tmp_path, bank(4, 100_777), name="after.csv")
    assert "締めを解いて" in refused.refusal


def test_a_receipt_whose_charge_is_found_later_stays_on_its_day(tmp_path: Path) -> None:
    tell(tmp_path, bank(3, 70_777))
    close()
    levy(tmp_path, determination(SUZUKI), name="found.csv")
    assert fetch_one("SELECT count(*) FROM held_receipt WHERE state = '1'") == (0,)
    assert day_sheet(DAY).agrees


def test_cancellations_count_on_their_own_day(city: str, tmp_path: Path) -> None:
    run_sql(  # 不渡りは銀行から戻り、組替えは銀行では動かない
        "INSERT INTO receipt_cancellation (charge_id, receipt_key, addressee_number, reason, note, cancelled_on, "
        "command_id) "
        "SELECT charge_id, receipt_key, addressee_number, CASE WHEN amount = 50000 THEN '3' ELSE '2' END, '', %s, 0 "
        "FROM receipt",
        [NEXT],
    )
    sheet = day_sheet(NEXT)
    assert [(each.channel, each.receipts, each.amount) for each in sheet.channels] == [(Channel.BANK, -1, -50_000)]
    assert [(each.channel, each.amount) for each in sheet.internal] == [(Channel.REALLOCATION, -20_000)]
    with server(city) as admin:  # 仕訳は動かしていないので、取消しを消して終える
        admin.execute("ALTER TABLE receipt_cancellation DISABLE TRIGGER USER")
        admin.execute("DELETE FROM receipt_cancellation")


def test_only_two_officers_reopen_only_the_last_day(tmp_path: Path) -> None:
    pay(tmp_path, notice(4, KAKU, 10_000, NEXT, slip_number=250_600_000_031), on=NEXT)
    tell(tmp_path, bank(3, 70_777), bank(1, 10_000, NEXT))
    close()
    close(NEXT)
    with pytest.raises(ReopeningNeedsTwoOfficers):
        reopen_day(NEXT, officer="山本", approver="山本 ", reason="誤り")
    with pytest.raises(ReopeningNeedsReason):
        reopen_day(NEXT, officer="山本", approver="課長", reason="")
    with pytest.raises(OnlyLastClosedDayReopens):
        reopen_day(DAY, officer="山本", approver="課長", reason="誤り")
    reopen_day(NEXT, officer="山本", approver="課長", reason="日計の訂正")
    assert fetch_all(
        "SELECT state, reopened_by, reopen_approved_by FROM daily_closing WHERE business_on = %s", [NEXT]
    ) == [("1", "山本", "課長")]
    close(NEXT)
    assert fetch_one("SELECT count(*) FROM command WHERE kind = 'close_day'") == (3,)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("70777\r\n9", "70778\r\n9"), "トレーラ"),
        (lambda text: text.replace("9,,,3,70777\r\n", ""), "トレーラ"),
        (lambda text: text.replace(",01,", ",18,"), "銀行で金が動く"),
        (lambda text: text.replace("会計日", "日付"), "見出し"),
        (lambda text: text.replace("2025-07-10", "2025-09-31"), "2行目: 会計日"),
        (lambda text: text.replace("2025-07-10", "2025-09-11"), "まだ来ていない"),
    ],
)
def test_totals_are_taken_whole_or_refused(tmp_path: Path, change: object, reason: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(change(write_bank_totals((bank(3, 70_777),)).decode()).encode())  # type: ignore[operator]
    result = import_bank_totals(path, as_of=AS_OF, officer=OFFICER)
    assert reason in result.refusal
    assert fetch_one("SELECT count(*) FROM bank_day_total") == (0,)
    assert import_bank_totals(path, as_of=AS_OF, officer=OFFICER).already_received


def test_the_book_of_a_month_adds_up(tmp_path: Path) -> None:
    levy(tmp_path, revision(KAKU, 1, 25_000, -5_000, tax_item="01", determined_on=date(2025, 7, 3)), name="revised.csv")
    may, july = determination_book(date(2025, 5, 15)), determination_book(date(2025, 7, 1))
    assert [(line.tax_item, line.carried_over, line.increases, line.closing) for line in may.lines] == [
        ("01", False, 30_000, 30_000),
        ("06", False, 50_000, 50_000),
        ("06", True, 50_000, 50_000),
    ]
    assert [
        (line.tax_item, line.carried_over, line.opening, line.decreases, line.receipts, line.write_offs, line.closing)
        for line in july.lines
    ] == [
        ("01", False, 30_000, 5_000, 0, 0, 25_000),
        ("06", False, 50_000, 0, 50_000, 0, 0),
        ("06", True, 50_000, 0, 20_000, 0, 30_000),
    ]
    assert charge_of(SATO)
