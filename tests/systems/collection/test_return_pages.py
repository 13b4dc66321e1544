"""返戻の画面。番号を読んで登録し、調べ、別の職員が掲示する。"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from osame.collection.demands.actions import record_dispatch
from osame.collection.demands.batch import run_demands
from osame.collection.letters.printing import print_run
from osame.collection.returns.notices import receive
from osame.formats.returned_notice_csv import ReturnedNoticeRow
from osame.platform.database import fetch_all
from tests.letters.paper import texts
from tests.systems.collection.cast import OFFICER, SATO, TANAKA, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, levy
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.collection.test_letters import texts as pages_of
from tests.systems.collection.test_returns import SENT

HERE = "/returns/"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch, city: str, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO), determination(TANAKA))
    run_id = run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).run_id
    record_dispatch(run_id, dispatched_on=SENT, officer=OFFICER)
    with pages_on("2025-07-28", monkeypatch):
        yield


@pytest.fixture
def desk(city: str) -> Client:
    return officer_at_desk("T0001", "伊藤 薫", "collection_clerk")


@pytest.fixture
def other(city: str) -> Client:
    return officer_at_desk("T0002", "鈴木 茂", "collection_clerk")


def send(client: Client, path: str, **typed: object) -> str:
    return text(client.post(path, {**fields(client.get(path)), **typed}, follow=True))


def print_of(form: str) -> Path:
    """その様式の、ただ一つの束を刷る。"""
    ((run_id,),) = fetch_all("SELECT run_id FROM letter_run WHERE form = %s", [form])
    return print_run(run_id).directory


def registered(client: Client, code: str = f"R000001-L000001-A{SATO}-P01/01", on: str = "R7.7.25") -> str:
    return send(client, f"{HERE}new/", code=code, cause="02", returned_on=on)


def test_from_the_barcode_to_the_board(desk: Client, other: Client) -> None:
    page = registered(desk)
    for told in ("返戻を登録しました", "佐藤 花子", "転居先不明", "送達の推定は失われる", "送達されていません"):
        assert told in page
    assert "既に登録しています" in registered(desk)
    one = f"{HERE}1/"
    assert "公示送達の要件を満たしていません" in send(
        desk, f"{one}publication/", ground="1", kept_at="課", reason="不明"
    )
    assert "照会先を入力" in send(desk, f"{one}inquire/", kind="01", asked_of="", asked_on="R7.7.28")
    assert "照会を記録しました" in send(desk, f"{one}inquire/", kind="01", asked_of="戸籍住民課", asked_on="R7.7.28")
    letter = f"{one}inquiries/1/letter/"
    to = {"name": "隣市長", "address": "三重県隣市本町1番1号", "reply_by": "R7.8.15"}
    assert "郵便番号" in send(desk, letter, **to, postal_code="51")
    assert "所在照会書を作りました" in send(desk, letter, **to, postal_code="510-0001")
    request, answer = pages_of(print_of("R-115-2"))
    for told in (
        "住民票の写しの公用請求書",
        "隣市長御中",
        "照会番号1",
        "佐藤花子",
        "架空市岩渕1丁目7-29",
        "令和7年8月15日",
        "第12条の2第1項",
    ):
        assert told in request, told
    assert "職権消除" in answer
    assert "答えを記録しました" in send(
        desk, f"{one}inquiries/1/", outcome="2", answered_on="R7.7.28", answer="職権消除。転出先なし"
    )
    assert "起案しました" in send(
        desk, f"{one}publication/", ground="1", kept_at="収納推進課", reason="住民票も現地も不明"
    )
    post = f"{one}publications/1/post/"
    assert "起案した職員は、掲示できません" in send(desk, post, posted_on="R7.7.28", checked="on")
    assert "確かめて、印を付けて" in send(other, post, posted_on="R7.7.28")
    page = send(other, post, posted_on="R7.7.28", checked="on")
    for told in ("令和7年8月4日", "令和7年8月8日からできます", "地方税法第20条の2第3項", "時効の満了日"):
        assert told in page
    told_again = send(desk, letter, **to, postal_code="510-0001")
    assert "既に答えを記録しています" in told_again
    sheet = "".join(texts(desk.post(f"{one}sheet/").content))
    for told in ("返戻調査票", "転居先不明", "戸籍住民課", "職権消除。転出先なし", "住民票も現地も不明", "R7.8.4"):
        assert told in sheet, told
    assert "返戻一覧" in "".join(texts(desk.post(f"{HERE}sheet/", {"stage": "3"}).content))
    shared = desk.post(f"{HERE}share/", {"first": "R7.7.1", "last": "R7.7.31"}).content.decode("utf-8-sig")
    assert "2025-07-25,,2025-07-28,2025-08-04,06,2025," in shared
    assert desk.post(f"{HERE}share/", {"first": "R6.7.1", "last": "R6.7.31"}).status_code == 422
    (board,) = texts(other.post(f"{HERE}publications/1/print/").content)
    assert "佐藤花子" in board
    assert "円" not in board
    assert "掲示から7日を経過していません" in send(other, f"{one}publications/1/take-down/", taken_down_on="R7.7.29")
    page = text(desk.get(HERE))
    assert "公示送達" in page
    assert "返戻 1" in text(desk.get(f"{HERE}?code=1-1"))
    assert "返戻は、ありません" in text(desk.get(f"{HERE}?stage=1"))
    assert desk.get(f"{HERE}99/").status_code == 404


def test_sent_again_handed_over_and_ended(desk: Client) -> None:
    registered(desk)
    assert "返戻日" in send(desk, f"{HERE}1/resend/", resent_on="R7.7.20")
    page = send(desk, f"{HERE}1/resend/", resent_on="R7.7.28")
    assert "令和7年8月8日からできます" in page
    registered(desk, "1-2")
    service = f"{HERE}service/"
    (blank,) = texts(desk.post(f"{service}sheet/", {"code": "1-2"}).content)
    for told in ("送達記録書", "督促状", "田中一郎", "□交付", "□差置"):
        assert told in blank, told
    assert desk.post(f"{service}sheet/", {"code": "9-9"}).status_code == 422
    for typed, told in (
        ({"method": "03"}, "追跡番号を入力"),
        ({"method": "05"}, "受領者を入力"),
        ({"method": "07"}, "差し置いた理由を入力"),
        ({"method": "05", "received_by": "本人", "code": "9-9"}, "送っていません"),
    ):
        wrong = {"code": "1-2", "delivered_on": "R7.7.28", "place": "窓口", **typed}
        assert told in send(desk, service, **wrong)
    done = {"code": "1-2", "delivered_on": "R7.7.28", "place": "窓口", "method": "05", "received_by": "本人"}
    assert "送達を記録しました" in send(desk, service, **done)
    page = text(desk.get(f"{HERE}2/"))
    assert "交付送達" in page
    (recorded,) = texts(desk.post(f"{service}sheet/", {"code": "1-2"}).content)
    for told in ("■交付", "□差置", "令和7年7月28日", "本人", "T0001"):
        assert told in recorded, told
    registered(desk, "1-1", "R7.7.28")
    assert "返戻を終えました" in send(desk, f"{HERE}3/close/", note="来庁して納付")


def test_the_book_of_sending_is_shown_and_saved(desk: Client) -> None:
    registered(desk)
    page = text(desk.get(f"{HERE}book/", {"first": "R7.7.1", "last": "R7.7.31"}))
    for told in ("田中 一郎", "R7.7.24", "推定しない", "架空市岩渕"):
        assert told in page
    saved = desk.get(f"{HERE}book/", {"first": "R7.7.1", "last": "R7.7.31", "csv": "1"})
    assert "推定しない" in saved.content.decode("utf-8-sig")


def test_notices_that_came_back_are_listed_with_what_to_check(desk: Client) -> None:
    row = ReturnedNoticeRow(
        addressee_number=SATO, tax_item="06", levy_year=2025, notice_number=f"{int(SATO):010d}", sent_on=date(2025, 5, 1),
        returned_on=date(2025, 5, 20), cause="02", state="1",
    )  # fmt: skip
    assert "戻った納税通知書は、ありません" in text(desk.get(f"{HERE}notices/"))
    receive(row, as_of=SENT, officer=OFFICER)
    page = text(desk.get(f"{HERE}notices/"))
    for told in ("佐藤 花子", "調査中", "転居先不明", "督促を発しています"):
        assert told in page, told
    assert "納税通知書の返戻" in text(desk.get(HERE))
