"""消込の画面。一覧、一件、前と後、消込、取消し、組替え。断りと権限。"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from osame.collection.determinations.importing import import_determinations
from osame.collection.ledger.queries import ChargeFacts, find_charge
from osame.collection.ledger.verification import verify_ledger
from osame.collection.matching.actions import Act, identify_receipt
from osame.collection.matching.importing import import_receipts
from osame.collection.matching.queries import HeldLine, held_receipts
from osame.platform.database import fetch_all
from tests.systems.collection.cast import (
    AS_OF,
    OFFICER,
    SATO,
    SUZUKI,
    TANAKA,
    determination,
    notice,
    slip,
    write_determinations,
    write_notices,
)
from tests.systems.collection.pages_cast import fields, pages_on, text
from tests.systems.conftest import server

PAID = date(2025, 6, 25)
MOST_STATEMENTS = 75


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with pages_on("2025-09-10", monkeypatch):
        yield


@pytest.fixture
def held(city: str, tmp_path: Path) -> HeldLine:
    """佐藤 300,000円と田中 50,000円。佐藤の納付書番号を打ち間違えた 300,000円と、名義だけの 777円。"""
    rows = [determination(SATO, 1, 300_000), determination(SATO, 2), determination(TANAKA)]
    import_determinations(write_determinations(tmp_path / "d.csv", *rows), as_of=AS_OF, officer=OFFICER)
    take(tmp_path, 1,
         notice(1, SATO, 300_000, PAID, slip_number=slip(SATO) + 500, payer_kana="ｻﾄｳ ﾊﾅｺ"),
         notice(2, SUZUKI, 777, date(2025, 7, 1), slip_number=999))  # fmt: skip
    return next(each for each in held_receipts() if each.amount == 300_000)


def take(tmp_path: Path, number: int, *notices: Any) -> None:
    path = write_notices(tmp_path / f"n{number}.csv", *notices, sequence=number)
    import_receipts(path, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER)


def charge(who: str = SATO, term: int = 1) -> ChargeFacts:
    return find_charge(str(slip(who, term)))


def preview_path(held: HeldLine, who: str = SATO) -> str:
    return f"/matching/held/{held.receipt_key}/to/{charge(who).charge_id}/"


class TestTheList:
    def test_shows_age_and_file_and_equals_the_ledger(self, held: HeldLine, clerk: Client) -> None:
        page = text(clerk.get("/matching/"))
        for told in ("300,777円", "一致", "77日", "ｻﾄｳ ﾊﾅｺ", "該当する納付書・期別がない", "番の2行", "金融機関窓口"):
            assert told in page
        assert page.index("300,000") < page.index(">777")  # 古い順

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("text=さとう", ["300,000"]),
            ("amount=777", ["777"]),
            ("channel=01&reason=1&before=R7.6.30", ["300,000"]),
            ("channel=04", []),
            ("text=999", ["777"]),
        ],
    )
    def test_is_narrowed(self, held: HeldLine, clerk: Client, query: str, shown: list[str]) -> None:
        page = clerk.get(f"/matching/?{query}")
        assert [f"{each.line.amount:,}" for each in page.context["lines"]] == shown
        assert ("この条件に当てはまる入金はありません" in text(page)) is (shown == [])

    def test_says_what_to_do_when_nothing_is_held(self, clerk: Client) -> None:
        assert "調査中の入金はありません" in text(clerk.get("/matching/"))

    def test_tells_a_wrong_filter_beside_its_field(self, held: HeldLine, clerk: Client) -> None:
        assert "1円単位の数字" in text(clerk.get("/matching/?amount=x"))


class TestOneReceipt:
    def test_proposes_charges_and_says_why(self, held: HeldLine, clerk: Client) -> None:
        page = clerk.get(f"/matching/held/{held.receipt_key}/")
        first = page.context["candidates"][0]
        assert first.charge.charge_id == charge().charge_id
        assert [reason.words for reason in first.reasons] == [
            f"納付書番号が一桁違い（{slip(SATO)}）", "金額が未納の額と同じ", "名義が氏名のカナと同じ", "領収日が納期限に近い"
        ]  # fmt: skip
        assert "佐藤 花子" in text(page)
        ((subjects,),) = fetch_all("SELECT subjects FROM audit_event WHERE act = '入金を開いた'")
        assert SATO in subjects

    def test_searches_by_slip_notice_and_addressee(self, held: HeldLine, clerk: Client) -> None:
        for asked in (str(slip(TANAKA)), f"{int(TANAKA):010d}", TANAKA.lstrip("0"), "\uff12" + str(slip(TANAKA))[1:]):
            page = clerk.get(f"/matching/held/{held.receipt_key}/", {"q": asked})
            assert charge(TANAKA).charge_id in [each.charge.charge_id for each in page.context["results"]], asked
        assert "の期別はありません" in text(clerk.get(f"/matching/held/{held.receipt_key}/", {"q": "123"}))

    def test_that_is_unknown_is_refused(self, clerk: Client) -> None:
        page = clerk.get(f"/matching/held/{UUID(int=1)}/")
        assert (page.status_code, "その入金はありません" in text(page)) == (404, True)

    def test_names_nobody_who_is_withheld(self, held: HeldLine, clerk: Client, database: str) -> None:
        with server(database) as admin:
            admin.execute("UPDATE addressee SET withheld = true WHERE addressee_number = %s", [SATO])
        page = text(clerk.get(f"/matching/held/{held.receipt_key}/"))
        assert "佐藤 花子" not in page
        assert "（表示できません）" in page


class TestIdentify:
    def test_shows_before_and_after_then_posts(self, held: HeldLine, clerk: Client) -> None:
        shown = clerk.get(preview_path(held))
        for told in ("いま", "行った後", "<ins>0</ins>", "地方税法第20条の9の4"):
            assert told in text(shown)
        answer = clerk.post(preview_path(held), fields(shown))
        assert answer.headers["Location"] == f"/matching/held/{held.receipt_key}/"
        result = text(clerk.get(answer.headers["Location"]))
        for told in ("消込済", "山本 昇が", "佐藤 花子", "消し込みました。"):
            assert told in result
        assert charge().principal_tax == 0
        assert verify_ledger().sound
        entries = text(clerk.get(f"/matching/receipts/{charge().charge_id}/{held.receipt_key}/"))
        for told in ("仕訳", "収納", "本税", "300,000", "山本 昇"):
            assert told in entries

    def test_takes_few_statements(self, held: HeldLine, clerk: Client) -> None:
        """確かめて送る一回の要求。文の数は、期別の数にも入金の数にもよらない。"""
        sent = fields(clerk.get(preview_path(held)))
        with CaptureQueriesContext(connection) as asked:
            assert clerk.post(preview_path(held), sent).status_code == 302
        assert len(asked) <= MOST_STATEMENTS

    def test_twice_is_led_to_the_same_result(self, held: HeldLine, clerk: Client) -> None:
        sent = fields(clerk.get(preview_path(held)))
        paths = [clerk.post(preview_path(held), sent).headers["Location"] for _ in range(2)]
        assert len(set(paths)) == 1
        assert "二度は行っていません" in text(clerk.get(paths[0]))
        assert charge().received == 300_000

    def test_warns_of_an_overpayment(self, held: HeldLine, clerk: Client) -> None:
        page = text(clerk.get(preview_path(held, TANAKA)))
        assert "250,000円の過誤納金が生じます" in page
        assert "地方税法第17条" in page

    def test_tells_the_second_officer_who_did_it(self, held: HeldLine, clerk: Client, chief: Client) -> None:
        """同じ期別でも、別の期別でも、害なく、誰がいつしたかを言う。"""
        mine, theirs = fields(clerk.get(preview_path(held))), fields(chief.get(preview_path(held, TANAKA)))
        clerk.post(preview_path(held), mine)
        for path in (preview_path(held, TANAKA), preview_path(held)):
            answer = chief.post(path, theirs)
            assert answer.status_code == 422
            assert "既に消し込まれています" in text(answer)
            assert "山本 昇、" in text(answer)
        assert charge(TANAKA).received == 0
        assert chief.get(preview_path(held)).headers["Location"] == f"/matching/held/{held.receipt_key}/"
        assert verify_ledger().sound

    def test_shows_what_moved_since_it_was_opened(self, held: HeldLine, clerk: Client, tmp_path: Path) -> None:
        sent = fields(clerk.get(preview_path(held)))
        take(tmp_path, 2, notice(5, SATO, 1_000, PAID))
        answer = clerk.post(preview_path(held), sent)
        for told in ("ほかの職員が先に変更しています", "299,000円", "本税の未納"):
            assert told in text(answer)
        again = {**fields(answer), "submission": sent["submission"]}
        assert clerk.post(preview_path(held), again).status_code == 302
        assert charge().overpayment == 1_000


@pytest.fixture
def matched(held: HeldLine) -> str:
    """誤って田中に消し込んだ 300,000円。その収納の画面。"""
    identify_receipt(held.receipt_key, charge(TANAKA), act=Act(AS_OF, OFFICER))
    return f"/matching/receipts/{charge(TANAKA).charge_id}/{held.receipt_key}/"


class TestCancel:
    def test_shows_both_sides_and_needs_a_reason(self, matched: str, chief: Client) -> None:
        shown = chief.get(f"{matched}cancel/")
        assert "<ins>50,000</ins>" in text(shown)
        refused = chief.post(f"{matched}cancel/", fields(shown))
        assert refused.status_code == 422
        for told in ("取消しの理由を選んでください", "説明を入力してください"):
            assert told in text(refused)
        answer = chief.post(f"{matched}cancel/", {**fields(shown), "reason": "1", "note": "他人の納付"})
        result = text(chief.get(answer.headers["Location"]))
        for told in ("誤消込により取り消しています", "他人の納付", "正しい期別に消し込む", "取り消す仕訳"):
            assert told in result
        assert (charge(TANAKA).principal_tax, charge(TANAKA).overpayment) == (50_000, 0)
        assert len(held_receipts()) == 2
        assert verify_ledger().sound

    def test_twice_tells_who_did_it(self, matched: str, chief: Client) -> None:
        shown = chief.get(f"{matched}cancel/")
        other = fields(chief.get(f"{matched}cancel/"))
        chief.post(f"{matched}cancel/", {**fields(shown), "reason": "1", "note": "他人の納付"})
        again = chief.post(f"{matched}cancel/", {**other, "reason": "3", "note": "不渡り"})
        assert "既に取り消しています" in text(again)
        assert "高橋 悟" in text(again)
        assert chief.get(f"{matched}cancel/").headers["Location"] == matched

    def test_is_for_chiefs(self, matched: str, clerk: Client) -> None:
        assert clerk.get(f"{matched}cancel/").status_code == 403
        assert clerk.post(f"{matched}move/?to=1", {}).status_code == 403
        page = text(clerk.get(matched))
        assert "係長に取消しか組替えを依頼" in page
        assert "組み替える</a>" not in page


class TestMove:
    def test_shows_both_charges_and_keeps_the_day(self, matched: str, chief: Client) -> None:
        found = chief.get(f"{matched}move/", {"q": str(slip(SATO))})
        assert [each.charge.charge_id for each in found.context["results"]] == [charge().charge_id]
        path = f"{matched}move/?to={charge().charge_id}"
        shown = chief.get(path)
        for told in ("組替え元", "組替え先", "<ins>300,000</ins>", "令和7年6月25日"):
            assert told in text(shown)
        assert chief.post(path, fields(shown)).status_code == 422
        answer = chief.post(path, {**fields(shown), "note": "佐藤さんの納付"})
        source = text(chief.get(answer.headers["Location"]))
        assert "組替え先の収納を見る" in source
        assert (charge().principal_tax, charge(TANAKA).received) == (0, 0)
        ((key,),) = fetch_all("SELECT receipt_key FROM receipt WHERE charge_id = %s", [charge().charge_id])
        assert "組替え元の収納を見る" in text(chief.get(f"/matching/receipts/{charge().charge_id}/{key}/"))
        assert verify_ledger().sound

    def test_to_the_same_or_an_unknown_charge_is_not_offered(self, matched: str, chief: Client) -> None:
        assert "組替え先を選ぶ" in text(chief.get(f"{matched}move/?to={charge(TANAKA).charge_id}"))
        assert chief.get(f"{matched}move/?to=999999999").status_code == 404
        assert "ほかの期別はありません" in text(chief.get(f"{matched}move/", {"q": str(slip(TANAKA))}))

    def test_that_moved_meanwhile_shows_the_difference(self, matched: str, chief: Client, tmp_path: Path) -> None:
        path = f"{matched}move/?to={charge().charge_id}"
        sent = fields(chief.get(path))
        take(tmp_path, 2, notice(5, SATO, 1_000, PAID))
        answer = chief.post(path, {**sent, "note": "誤り"})
        assert "299,000円" in text(answer)
        assert chief.post(path, {**fields(answer), "submission": sent["submission"], "note": "誤り"}).status_code == 302


class TestReceipts:
    def test_are_found_by_day_channel_slip_and_person(self, matched: str, clerk: Client) -> None:
        assert "どれかを入れて探してください" in text(clerk.get("/matching/receipts/"))
        for query in ("accounted_on=R7.6.25", f"slip_number={slip(TANAKA)}", "addressee_number=2&channel=01"):
            page = clerk.get(f"/matching/receipts/?{query}")
            assert [line.amount for line in page.context["lines"]] == [300_000], query
        assert "当てはまる収納はありません" in text(clerk.get("/matching/receipts/?accounted_on=R7.6.1"))
        assert clerk.get(f"/matching/receipts/1/{UUID(int=1)}/").status_code == 404
