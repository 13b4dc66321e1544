"""今日の画面。待っているものだけを、片付けられる者にだけ出す。収納率は仕訳のとおり。"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

from osame.collection.cases.batch import refresh_cases
from osame.collection.closing.models import DailyClosing
from osame.collection.determinations.importing import import_determinations
from osame.collection.matching.importing import import_receipts
from osame.collection.overpayments.models import Overpayment
from osame.collection.today.batch import count_again
from osame.collection.today.models import CollectionRate, NearDeadline
from osame.collection.today.queries import counts
from osame.collection.today.rates import hundredths, rate_sheet
from osame.platform.database import run_sql
from tests.systems.collection.cast import (
    OFFICER,
    SATO,
    SUZUKI,
    TANAKA,
    determination,
    notice,
    revision,
    write_determinations,
    write_notices,
)
from tests.systems.collection.pages_cast import officer_at_desk, pages_on, text

TODAY = date(2026, 9, 10)
LAST_YEAR = date(2025, 9, 10)


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with pages_on(TODAY.isoformat(), monkeypatch):
        yield


@pytest.fixture
def two_years(city: str, tmp_path: Path) -> None:
    """2025年度：佐藤 100,000円（減額 10,000円、納付 60,000円、うち 30,000円は翌年度）。2026年度：田中 50,000円（納付 50,000円）。"""
    rows = [determination(SATO, 1, 100_000), determination(SUZUKI, 1, 40_000)]
    import_determinations(write_determinations(tmp_path / "a.csv", *rows), as_of=LAST_YEAR, officer=OFFICER)
    take(tmp_path, 1, notice(1, SATO, 30_000, date(2025, 6, 20)), on=date(2025, 6, 21))
    less = revision(SATO, 1, 90_000, -10_000, determined_on=date(2025, 8, 1))
    import_determinations(write_determinations(tmp_path / "b.csv", less), as_of=LAST_YEAR, officer=OFFICER)
    take(tmp_path, 2, notice(2, SATO, 30_000, date(2026, 5, 10)), on=date(2026, 5, 11))
    new = determination(
        TANAKA, 1, 50_000, levy_year=2026, tax_year=2026, determined_on=date(2026, 5, 1), due_on=date(2026, 6, 30)
    )
    import_determinations(write_determinations(tmp_path / "c.csv", new), as_of=TODAY, officer=OFFICER)
    take(tmp_path, 3, notice(3, TANAKA, 50_000, date(2026, 6, 30)), on=date(2026, 7, 1))


def take(tmp_path: Path, number: int, *notices, on: date) -> None:
    path = write_notices(tmp_path / f"n{number}.csv", *notices, on=on, sequence=1)
    import_receipts(path, profile="bank_notice_v0", as_of=on, officer=OFFICER)


class TestWhatWaits:
    def test_nothing_waits_and_the_page_is_calm(self, clerk: Client) -> None:
        page = text(clerk.get("/"))
        assert "待っているものはありません" in page
        assert "収納率" not in page

    def test_each_thing_that_waits_is_counted_with_its_oldest_day(
        self, clerk: Client, chief: Client, tmp_path: Path
    ) -> None:
        take(tmp_path, 1, notice(1, SATO, 700, date(2026, 8, 1), slip_number=999), on=date(2026, 8, 2))
        import_determinations(
            write_determinations(tmp_path / "d.csv", determination("000000000009999")), as_of=TODAY, officer=OFFICER
        )
        Overpayment.objects.create(
            charge_id=1, receipt_key="00000000-0000-0000-0000-000000000001", addressee_number=SATO, amount=5,
            cause="02", arises_on=date(2026, 7, 7),
        )  # fmt: skip
        run_sql(
            "INSERT INTO expected_file (profile, business_on, sender, waived_by, waived_reason) "
            "VALUES ('bank_notice_v0', '2026-09-01', '指定金融機関', '', '')"
        )
        found = counts(officer="A0001", as_of=TODAY)
        assert found["held_receipt"].count == found["held_determination"].count == 1
        assert (found["overpayment"].count, found["overpayment"].oldest) == (1, date(2026, 7, 7))
        assert (found["missing_file"].count, found["missing_file"].oldest) == (1, date(2026, 9, 1))
        page = text(clerk.get("/"))
        for told in ("不明入金（調査中）", "R8.8.", 'href="/matching/"', "保留した調定", 'href="/held/"',
                     "届いていないファイル", "R8.9.1", "決議していない過誤納"):  # fmt: skip
            assert told in page, told

    def test_what_an_officer_may_not_clear_is_not_shown(self, clerk: Client, city: str, tmp_path: Path) -> None:
        take(tmp_path, 1, notice(1, SATO, 700, date(2026, 8, 1), slip_number=999), on=date(2026, 8, 2))
        auditor = officer_at_desk("X0001", "監査 人", "auditor")
        assert "不明入金" in text(clerk.get("/"))
        assert "不明入金" not in text(auditor.get("/"))

    def test_days_that_are_not_closed_and_their_differences(self, chief: Client) -> None:
        run_sql(
            "INSERT INTO bank_day_total (business_on, channel, receipts, amount, intake_file_id) "
            "VALUES ('2026-09-08', '01', 1, 5, 1), ('2026-09-09', '01', 1, 5, 1)"
        )
        DailyClosing.objects.create(
            business_on=date(2026, 9, 9),
            state="1",
            receipts=1,
            amount=5,
            difference=300,
            officer="x",
            closed_at=datetime.now(UTC),
        )
        page = text(chief.get("/"))
        assert "締めていない日" in page
        assert "差異のある締めていない日" in page

    def test_deadlines_are_counted_at_night(self, chief: Client, tmp_path: Path) -> None:
        old = determination(
            SATO, 1, 50_000, levy_year=2021, tax_year=2021, determined_on=date(2021, 5, 1), due_on=date(2021, 10, 31)
        )
        import_determinations(write_determinations(tmp_path / "o.csv", old), as_of=date(2021, 5, 1), officer=OFFICER)
        run_sql(
            "UPDATE addressee SET protection_measure = true, protected_through = '2026-10-01' WHERE addressee_number = %s",
            [TANAKA],
        )
        refresh_cases(as_of=TODAY, officer=OFFICER)
        count_again(as_of=TODAY)
        near = {each.kind: (each.count, each.earliest) for each in NearDeadline.objects.all()}
        assert near == {"1": (1, date(2026, 10, 31)), "2": (1, date(2026, 10, 1))}
        page = text(chief.get("/"))
        assert "90日以内に時効が完成する期別" in page
        assert "期間の末日が近い支援措置" in page


class TestRates:
    def test_determined_and_received_are_those_of_the_journal(self, two_years: None) -> None:
        count_again(as_of=TODAY)
        told = {
            (each.as_of, each.carried_over): (each.determined, each.received) for each in CollectionRate.objects.all()
        }
        assert told == {
            (TODAY, False): (50_000, 50_000),
            (TODAY, True): (100_000, 30_000),  # 佐藤 90,000 − 30,000 と、鈴木 40,000
            (LAST_YEAR, False): (130_000, 30_000),
        }

    def test_counting_twice_changes_nothing(self, two_years: None) -> None:
        assert count_again(as_of=TODAY) == count_again(as_of=TODAY) == 3

    def test_the_rate_is_cut_by_whole_numbers(self, two_years: None) -> None:
        count_again(as_of=TODAY)
        sheet = rate_sheet(as_of=TODAY)
        assert sheet
        (now,), (carried,) = sheet.current, sheet.carried
        assert (now.told, now.before_told, now.difference) == ("100.00%", "23.07%", "+76.93")
        assert (carried.told, carried.before_told, carried.difference) == ("30.00%", "―", "")
        assert hundredths(29_999, 30_000) == 9_999

    def test_the_chief_sees_a_chart_with_its_table_and_the_definition(self, two_years: None, chief: Client) -> None:
        assert "まだ数えていません" in text(chief.get("/"))
        count_again(as_of=TODAY)
        page = text(chief.get("/"))
        for told in ("<svg", "50,000", "100.00%", "23.07%", "滞納繰越分", "年度の初めに残っていた本税"):
            assert told in page, told

    def test_only_chiefs_ask_to_count_again(self, clerk: Client, chief: Client) -> None:
        assert clerk.post("/today/count/").status_code == 403
        assert chief.post("/today/count/").headers["Location"].startswith("/jobs/requests/")
