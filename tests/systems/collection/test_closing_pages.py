"""日締めの画面。一月の日々、一日の突合と手がかり、締め、締めの解除、公金日計の入力、収納日計、調定簿、封印。"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client

from osame.collection.closing.actions import close_day
from osame.collection.closing.importing import BankTotal, import_bank_totals, write_bank_totals
from osame.collection.ledger.verification import verify_ledger
from osame.collection.matching.importing import import_receipts
from osame.formats.reports import Channel
from osame.platform.database import fetch_one
from tests.systems.collection.cast import (
    AS_OF,
    KAKU,
    OFFICER,
    SATO,
    SUZUKI,
    TANAKA,
    determination,
    notice,
    write_notices,
)
from tests.systems.collection.demand_cast import expect, levy, pay
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.conftest import server

DAY = date(2025, 7, 10)
NEXT = DAY + timedelta(days=1)
HERE = f"/closing/{DAY}/"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with pages_on("2025-07-31", monkeypatch):
        yield


@pytest.fixture(autouse=True)
def sound(city: str, tmp_path: Path) -> Iterator[None]:
    """佐藤 50,000円、田中 20,000円、不明 777円。公金日計はまだない。"""
    levy(tmp_path, determination(SATO), determination(TANAKA), determination(KAKU, 1, 30_000, tax_item="01"))
    pay(tmp_path, notice(1, SATO, 50_000, DAY), notice(2, TANAKA, 20_000, DAY), notice(3, SUZUKI, 777, DAY), on=DAY)
    yield
    assert verify_ledger().sound


@pytest.fixture
def manager(city: str) -> Client:
    return officer_at_desk("C0001", "林 課長", "collection_manager")


def tell(tmp_path: Path, receipts: int, amount: int, day: date = DAY, channel: Channel = Channel.BANK) -> None:
    path = tmp_path / f"{receipts}-{amount}-{day}.csv"
    path.write_bytes(write_bank_totals((BankTotal(day, channel, receipts, amount),)))
    assert not import_bank_totals(path, as_of=AS_OF, officer=OFFICER).refusal


class TestTheMonth:
    def test_tells_each_day_as_it_stands(self, clerk: Client, tmp_path: Path) -> None:
        def standing() -> str:
            page = clerk.get("/closing/?month=2025-07")
            return str(next(each.standing[1] for each in page.context["days"] if each.business_on == DAY))

        assert standing() == "差異あり"
        tell(tmp_path, 3, 70_777)
        assert standing() == "締められます"
        expect("eltax_keshikomi_v0", DAY)
        assert standing() == "未着1件"
        page = clerk.get("/closing/")
        assert [each.business_on for each in page.context["waiting"]] == [DAY]
        assert "令和7年7月10日</a>です" in text(page)

    def test_goes_back_and_forth_but_not_into_the_future(self, clerk: Client) -> None:
        page = clerk.get("/closing/?month=2030-01")
        assert page.context["month"] == date(2025, 7, 1)
        assert page.context["next"] is None
        earlier = clerk.get("/closing/?month=2025-05")
        assert earlier.context["next"] == date(2025, 6, 1)
        assert "締めていない日はありません" in text(earlier)
        assert clerk.get("/closing/?month=x").context["month"] == date(2025, 7, 1)


class TestOneDay:
    def test_leads_to_what_makes_the_difference(self, clerk: Client, tmp_path: Path) -> None:
        """銀行に 20,000円がない。差と同じ額の収納を指す。"""
        tell(tmp_path, 2, 50_777)
        page = text(clerk.get(HERE))
        for told in ("まだ締められません", "こちらが20,000円多い", "この日の収納に、差と同じ額があります",
                     "収納を開く", "消込3件70,777円・日計2件50,777円"):  # fmt: skip
            assert told in page

    def test_finds_a_double_a_held_one_and_one_on_another_day(self, clerk: Client, tmp_path: Path) -> None:
        pay(tmp_path, notice(4, SATO, 50_000, NEXT), on=NEXT)
        tell(tmp_path, 2, 20_777)
        assert "二重かもしれません" in text(clerk.get(HERE))
        tell(tmp_path, 2, 70_000)
        page = text(clerk.get(HERE))
        assert "この日の不明入金に、差と同じ額があります" in page
        assert "入金を開く" in page
        tell(tmp_path, 4, 120_777)
        assert "別の会計日に計上されています" in text(clerk.get(HERE))

    @pytest.mark.parametrize(
        ("total", "told"),
        [
            (None, "公金日計に、このチャネルの行がありません"),
            ((2, 70_777), "件数だけが違います"),
            ((3, 70_770), "差と同じ額の入金はありません"),
            ((3, 70_800), "こちらが少なくなっています"),
        ],
    )
    def test_advises_when_nothing_fits(
        self, clerk: Client, tmp_path: Path, total: tuple[int, int] | None, told: str
    ) -> None:
        if total:
            tell(tmp_path, *total)
        assert told in text(clerk.get(HERE))

    def test_names_a_missing_file_and_a_refused_line(self, clerk: Client, tmp_path: Path) -> None:
        tell(tmp_path, 4, 120_777)
        expect("eltax_keshikomi_v0", DAY)
        assert "届いていないファイルがあります" in text(clerk.get(HERE))
        path = write_notices(
            tmp_path / "x.csv", notice(9, KAKU, 50_000, date(2025, 12, 1)), on=NEXT
        )  # まだ来ない領収日
        import_receipts(path, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER)
        assert "を受け付けていません" in text(clerk.get(HERE))

    def test_shows_its_sources_with_links(self, clerk: Client, tmp_path: Path) -> None:
        tell(tmp_path, 3, 70_777)
        page = clerk.get(HERE)
        assert [(each.kind, each.receipts, each.amount) for each in page.context["sources"]] == [
            ("収納", 2, 70_000), ("不明入金", 1, 777)
        ]  # fmt: skip
        assert f"/matching/receipts/?accounted_on={DAY}&amp;channel=01" in text(page)
        assert "3-70777" in text(page)

    def test_that_is_no_day_is_refused(self, clerk: Client) -> None:
        assert clerk.get("/closing/2025-02-30/").status_code == 404
        assert clerk.get("/closing/x/close/").status_code == 403  # 係長の画面
        assert "この日の入金も公金日計もありません" in text(clerk.get("/closing/2025-07-01/"))


class TestClose:
    def test_shows_what_changes_then_closes(self, chief: Client, tmp_path: Path) -> None:
        tell(tmp_path, 3, 70_777)
        shown = chief.get(f"{HERE}close/")
        assert "この日までの仕訳を封じ" in text(shown)
        answer = chief.post(f"{HERE}close/", fields(shown))
        page = text(chief.get(answer.headers["Location"]))
        for told in ("本締めしました", "締めの記録", "高橋 悟", "3件、70,777円"):
            assert told in page
        assert fetch_one("SELECT state, officer FROM daily_closing") == ("2", "B0001")
        assert chief.post(f"{HERE}close/", fields(shown)).status_code == 302  # 二度目は無害

    def test_is_refused_while_a_difference_stands(self, chief: Client, tmp_path: Path) -> None:
        tell(tmp_path, 3, 70_776)
        shown = chief.get(f"{HERE}close/")
        assert "締める</button>" not in text(shown)
        refused = chief.post(f"{HERE}close/", fields(shown))
        assert refused.status_code == 422
        assert "差異1円" in text(refused)
        provisional = chief.get(f"{HERE}close/?as=provisional")
        assert "仮締めする" in text(provisional)
        assert chief.post(f"{HERE}close/?as=provisional", fields(provisional)).status_code == 302
        assert "仮締" in text(chief.get(HERE))

    def test_is_for_chiefs(self, clerk: Client, tmp_path: Path) -> None:
        tell(tmp_path, 3, 70_777)
        assert clerk.get(f"{HERE}close/").status_code == 403
        assert "係長に締めを依頼" in text(clerk.get(HERE))


class TestReopen:
    def test_is_asked_by_one_and_approved_by_another(self, chief: Client, manager: Client, tmp_path: Path) -> None:
        tell(tmp_path, 3, 70_777)
        close_day(DAY, as_of=AS_OF, officer="B0001")
        asking = chief.get(f"{HERE}ask-reopen/")
        assert "締めを解く理由を入力" in text(chief.post(f"{HERE}ask-reopen/", fields(asking)))
        chief.post(f"{HERE}ask-reopen/", {**fields(asking), "reason": "銀行の訂正"})
        assert "課長の承認を待っています" in text(chief.get(HERE))
        assert chief.get(f"{HERE}reopen/").status_code == 403
        approving = manager.get(f"{HERE}reopen/")
        for told in ("高橋 悟", "銀行の訂正", "70,777円"):
            assert told in text(approving)
        manager.post(f"{HERE}reopen/", fields(approving))
        assert fetch_one("SELECT state, reopened_by, reopen_approved_by FROM daily_closing") == ("1", "B0001", "C0001")
        assert "申し出られていません" in text(manager.get(f"{HERE}reopen/"))
        again = manager.post(f"{HERE}reopen/", fields(manager.get(f"{HERE}reopen/")) or {"submission": "x"})
        assert again.status_code == 422

    def test_is_not_approved_by_who_asked(self, manager: Client, tmp_path: Path) -> None:
        tell(tmp_path, 3, 70_777)
        close_day(DAY, as_of=AS_OF, officer="B0001")
        manager.post(f"{HERE}ask-reopen/", {**fields(manager.get(f"{HERE}ask-reopen/")), "reason": "訂正"})
        answer = manager.post(f"{HERE}reopen/", fields(manager.get(f"{HERE}reopen/")))
        assert "別の職員の承認" in text(answer)
        assert fetch_one("SELECT state FROM daily_closing") == ("2",)

    def test_of_an_earlier_day_is_refused(self, chief: Client) -> None:
        asking = chief.get(f"{HERE}ask-reopen/")
        answer = chief.post(f"{HERE}ask-reopen/", {**fields(asking), "reason": "訂正"})
        assert "最後に締めた日だけ" in text(answer)


class TestBankTotal:
    def test_is_keyed_with_a_reason_and_shown_as_keyed(self, chief: Client, tmp_path: Path) -> None:
        tell(tmp_path, 2, 70_777)
        opened = chief.get(f"{HERE}bank-total/?channel=01")
        assert 'value="70777"' in text(opened)
        typed = {**fields(opened), "channel": "01", "receipts": "\uff13", "amount": "70,777円"}
        assert "入力の理由を入力してください" in text(chief.post(f"{HERE}bank-total/", typed))
        chief.post(f"{HERE}bank-total/", {**typed, "reason": "銀行から訂正を受けた"})
        page = text(chief.get(HERE))
        for told in ("手入力（高橋 悟）：銀行から訂正を受けた", "差異はありません。締められます"):
            assert told in page
        tell(tmp_path, 3, 70_777)  # 後から届いたファイルが置き換える
        assert "手入力（" not in text(chief.get(HERE))

    def test_of_a_closed_day_is_refused(self, chief: Client, clerk: Client, tmp_path: Path) -> None:
        tell(tmp_path, 3, 70_777)
        close_day(DAY, as_of=AS_OF, officer="B0001")
        typed = {"channel": "01", "receipts": "1", "amount": "1", "reason": "訂正"}
        answer = chief.post(f"{HERE}bank-total/", {**fields(chief.get(f"{HERE}bank-total/")), **typed})
        assert "締めを解いて" in text(answer)
        assert clerk.get(f"{HERE}bank-total/").status_code == 403


def test_sheet_and_book_stand_on_paper(clerk: Client) -> None:
    sheet = text(clerk.get(f"{HERE}sheet/"))
    for told in ("金融機関窓口", "固定資産税・都市計画税", "不明入金", "まだ締めていません"):
        assert told in sheet
    book = text(clerk.get("/closing/book/?month=2025-07"))
    for told in ("前月末残", "70,000", "合計"):
        assert told in book
    assert "この月までの調定はありません" in text(clerk.get("/closing/book/?month=2020-01"))


def test_seals_are_checked_day_by_day(city: str, chief: Client, clerk: Client, tmp_path: Path) -> None:
    assert clerk.get("/closing/seals/").status_code == 403
    assert "この月に締めた日はありません" in text(chief.get("/closing/seals/"))
    tell(tmp_path, 3, 70_777)
    close_day(DAY, as_of=AS_OF, officer="B0001")
    assert "締めたときのままです" in text(chief.get("/closing/seals/"))
    with server(city) as admin:
        admin.execute("ALTER TABLE entry DISABLE TRIGGER USER")
        change = "UPDATE entry SET effective_on = effective_on {} 1 WHERE entry_id = (SELECT min(entry_id) FROM entry)"
        admin.execute(change.format("-"))
        page = text(chief.get("/closing/seals/"))
        admin.execute(change.format("+"))
    for told in ("封印が合わない日があります", "令和7年7月10日", "不一致"):
        assert told in page
