"""手入力の束。バーコードを読み、件数と合計を合わせ、別の職員が数え直して確定する。"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from osame.collection.ledger.queries import find_charge
from osame.collection.ledger.verification import verify_ledger
from osame.formats import gs1_128, slip_numbers
from osame.formats.gs1_128 import PaymentBarcode
from osame.kernel.money import Yen
from tests.systems.collection.cast import SATO, TANAKA, determination, slip
from tests.systems.collection.demand_cast import levy
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text

HERE = "/matching/slips/"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch, city: str, tmp_path: Path) -> Iterator[None]:
    levy(tmp_path, determination(SATO), determination(TANAKA))
    with pages_on("2025-07-10", monkeypatch):
        yield
    assert verify_ledger().sound


@pytest.fixture
def checker(city: str) -> Client:
    return officer_at_desk("A0002", "伊藤 薫", "collection_clerk")


def barcode(who: str, amount: int) -> str:
    return gs1_128.encode(
        PaymentBarcode(
            agency_code="924203", free_field=slip_numbers.gs1_free_field(slip(who), "24203"), amount=Yen(amount),
            payable_through=date(2025, 7, 31),
        )
    )  # fmt: skip


def opened(client: Client, count: int = 2, total: int = 50_500) -> str:
    form = fields(client.get(HERE))
    answer = client.post(HERE, {**form, "channel": "10", "received_on": "R7.7.10", "count": count, "total": total})
    return str(answer.headers["Location"])


def key(client: Client, batch: str, what: object, amount: str, notice: str, paid_on: str = "R7.7.10") -> str:
    typed = {**fields(client.get(batch)), "slip": what, "amount": amount, "paid_on": paid_on, "notice_id": notice}
    return text(client.post(batch, typed, follow=True))


def step(client: Client, batch: str, name: str) -> str:
    submission = client.get(batch).context["step"]["submission"].value()
    return text(client.post(f"{batch}{name}/", {"submission": submission}, follow=True))


def check(client: Client, batch: str, count: int, total: int) -> str:
    form = fields(client.get(f"{batch}check/"))
    return text(client.post(f"{batch}check/", {**form, "count": count, "total": total}, follow=True))


def test_a_batch_is_keyed_counted_again_and_posted(clerk: Client, checker: Client) -> None:
    assert "まだ束がありません" in text(clerk.get(HERE))
    batch = opened(clerk)
    page = key(clerk, batch, barcode(SATO, 50_000), "", "A1")  # 金額はバーコードから
    for told in ("佐藤 花子", "1件 50,000円", "500円", "件数と合計が表紙と合うと"):
        assert told in page
    assert "合いません" in step(clerk, batch, "hand-over")
    page = key(clerk, batch, 999, "500", "A2")
    for told in ("該当なし（不明入金になります）", "一致", "照合に回す"):
        assert told in page
    assert "別の職員の照合を待っています" in step(clerk, batch, "hand-over")
    assert "別の職員が行います" in check(clerk, batch, 2, 50_500)
    assert "数え直した件数または合計が" in check(checker, batch, 2, 50_501)
    done = check(checker, batch, 2, 50_500)
    for told in ("確定しました", "消込 1件、不明入金 1件", "照合 伊藤 薫"):
        assert told in done
    assert find_charge(str(slip(SATO))).principal_tax == 0
    assert "できる状態ではありません" in check(checker, batch, 2, 50_500)


def test_what_is_keyed_wrong_is_told_and_taken_out(clerk: Client) -> None:
    batch = opened(clerk)
    for what, amount, paid_on, told in (
        (barcode(SATO, 50_000)[:-1] + "x", "", "R7.7.10", "数字だけを入力してください"),
        ("9" * 44, "", "R7.7.10", "先頭の識別コード"),
        ("9" * 17, "1", "R7.7.10", "納付書番号（15桁まで）"),
        (slip(TANAKA), "", "R7.7.10", "金額を入力してください"),
        (slip(TANAKA), "100", "R7.7.11", "領収日が収入日より後です"),
    ):
        assert told in key(clerk, batch, what, amount, "B1", paid_on), told
    key(clerk, batch, slip(TANAKA), "60,000", "B1")
    assert "既にこの束にあります" in key(clerk, batch, slip(SATO), "1", "B1")
    assert "過誤納" in text(clerk.get(batch))
    assert "1枚目を除きました" in step(clerk, batch, "drop/1")
    assert "まだ入力していません" in text(clerk.get(batch))
    assert "取りやめ" in step(clerk, batch, "abandon")
    assert clerk.get(f"{HERE}999/").status_code == 404
    assert clerk.get(f"{HERE}999/check/").status_code == 404


def test_a_batch_goes_back_to_keying(clerk: Client, checker: Client) -> None:
    batch = opened(clerk, 1, 300)
    key(clerk, batch, slip(TANAKA), "300", "C1")
    step(clerk, batch, "hand-over")
    assert "入力に戻しました" in step(checker, batch, "take-back")
    answer = clerk.post(
        HERE, {**fields(clerk.get(HERE)), "channel": "10", "received_on": "x", "count": "0", "total": ""}
    )
    for told in ("1件以上", "束の合計を入力"):
        assert told in text(answer)
