"""文書の発送の画面。納付状況のお知らせを作り、刷り、数を合わせ、差し出す。"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.test import Client

from osame.collection.letters.actions import freeze
from osame.collection.letters.printing import print_run
from osame.collection.letters.queries import one_run
from tests.systems.collection.cast import SATO, TANAKA, determination
from tests.systems.collection.demand_cast import levy
from tests.systems.collection.pages_cast import pages_on, text
from tests.systems.collection.test_letters import ON, draft, status_letters


@pytest.fixture
def desk(clerk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 1_234_000), determination(TANAKA))
    with pages_on("2025-07-20", monkeypatch):
        yield clerk


def send(desk: Client, path: str, **facts: Any) -> Any:
    return desk.post(path, {"submission": str(uuid4()), **facts})


def test_an_officer_tells_a_taxpayer_what_was_paid(desk: Client) -> None:
    """納税者の画面から作り、束の画面で一通を刷る。"""
    assert "納付状況のお知らせを作る" in text(desk.get(f"/people/{SATO}/?osame-purpose=statutory"))
    assert desk.get(f"/people/{SATO}/payment-status/").status_code == 200
    answer = send(desk, f"/people/{SATO}/payment-status/", day="R7.7.20")
    assert answer.status_code == 302, text(answer)
    shown = text(desk.get(answer["Location"]))
    assert "この一通を印刷する" in shown
    assert "佐藤 花子 様" in shown
    printed = desk.post(f"{answer['Location']}1/print/", {})
    assert printed.status_code == 200
    document = pypdfium2.PdfDocument(bytes(printed.content))
    page = "".join(document[0].get_textpage().get_text_range().split())
    for part in ("佐藤花子様", "516-0037", "令和7年7月20日現在", "1,234,000", "1,2"):
        assert part in page, part
    assert desk.get(f"{answer['Location']}1/picture.png")["Content-Type"] == "image/png"
    again = send(desk, f"/people/{SATO}/payment-status/", day="R70.7.20")
    assert (again.status_code, "年を確かめてください" in text(again)) == (422, True)


def test_a_run_is_counted_and_sent_on_its_page(desk: Client) -> None:
    run_id = freeze(status_letters.KIND, [draft(SATO), draft(TANAKA)], as_of=ON, officer="山本")
    place = f"/letters/{run_id}/"
    assert f"収納第{run_id}号" in text(desk.get(place))
    assert "/jobs/requests/" in send(desk, f"{place}print/", reason="")["Location"]
    print_run(run_id)
    assert send(desk, f"{place}print/", reason="").status_code == 422
    wrong = send(desk, f"{place}count/", printed="2", enclosed="1")
    assert (wrong.status_code, "数が合いません" in text(wrong)) == (422, True)
    assert send(desk, f"{place}pull/", letter_number="2", reason="納付を確認").status_code == 302
    assert send(desk, f"{place}count/", printed="2", enclosed="1").status_code == 302
    saved = desk.post(f"{place}file/", {"name": "letters-00001.pdf", "reason": "印刷のため"})
    assert saved.content.startswith(b"%PDF")
    assert send(desk, f"{place}dispatch/", dispatched_on="R7.7.20").status_code == 302
    assert one_run(run_id).state == "差出済"
    listed = text(desk.get("/letters/"))
    assert "納付状況のお知らせ（R-006）" in listed
    assert "差出済" in listed
