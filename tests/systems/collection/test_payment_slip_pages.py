"""納付書の画面と命令。期別を選び、額を見て、発行し、刷り、無効にする。"""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from django.test import Client
from typer.testing import CliRunner, Result

from osame.collection.payment_slips.cli import app
from osame.collection.payment_slips.queries import State, slips_of
from tests.systems.collection.cast import SATO, slip
from tests.systems.collection.pages_cast import fields, pages_on, text
from tests.systems.collection.slip_cast import ISSUED, ready

HERE = f"/people/{SATO}/payment-slips/issue/"


@pytest.fixture(autouse=True)
def charges(monkeypatch: pytest.MonkeyPatch, city: str, tmp_path: Path) -> Iterator[list[int]]:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    made = ready(tmp_path, 120_000, 80_000)
    with pages_on(ISSUED.isoformat(), monkeypatch):
        yield made


def press(clerk: Client, page: object, **answers: object) -> object:
    return clerk.post(HERE, {**fields(page), "with_fee": "on", "with_charge": "on", **answers})


def test_choose_see_issue_print_and_void(clerk: Client, charges: list[int]) -> None:
    opened = clerk.get(HERE)
    assert "固定資産税・都市計画税 令和7年度 1期" in text(opened)
    asked = {"charges": [str(each) for each in charges], "payable_through": "R7.9.30"}
    shown = press(clerk, opened, **asked)
    assert "203,200" in text(shown)
    assert "低い割合は令和7年7月31日まで" in text(shown)
    assert "当初の納付書" in text(shown)
    assert slips_of(SATO) == ()
    done = press(clerk, shown, **asked)
    (made,) = slips_of(SATO)
    assert done.headers["Location"] == f"/payment-slips/{made.slip_number}/"  # type: ignore[attr-defined]
    one = clerk.get(f"/payment-slips/{made.slip_number}/")
    assert made.el_number in text(one)
    paper = clerk.post(f"/payment-slips/{made.slip_number}/print/")
    page = pdfium.PdfDocument(io.BytesIO(paper.content))[0]
    words = "".join(page.get_textpage().get_text_range().split())
    assert "203,200円" in words
    assert "佐藤花子様" in words
    assert "前にも出しています" in text(clerk.post(f"/payment-slips/{made.slip_number}/print/"))
    assert clerk.post(f"/payment-slips/{made.slip_number}/print/", {"reason": "汚した"}).status_code == 200
    void = clerk.post(f"/payment-slips/{made.slip_number}/void/", {**fields(one), "reason": "窓口で回収"})
    assert void.status_code == 302
    assert slips_of(SATO)[0].state(ISSUED) is State.VOID
    listed = text(clerk.get(f"/people/{SATO}/payment-slips/"))
    assert "無効" in listed
    assert str(made.slip_number) in listed


def test_refusals_stand_beside_their_fields(clerk: Client, charges: list[int]) -> None:
    opened = clerk.get(HERE)
    wrong = press(clerk, opened, charges=[str(charges[0])], payable_through="R7.9.9")
    assert wrong.status_code == 422  # type: ignore[attr-defined]
    assert "指定期限が、発行する日より前です" in text(wrong)
    assert "期別を選んでいません" in text(press(clerk, opened, payable_through="R7.9.30"))
    assert clerk.get("/payment-slips/1/").status_code in {404, 409, 422}


def call(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_the_commands(tmp_path: Path) -> None:
    chosen = (SATO, str(slip(SATO, 1)), f"06-2025-{int(SATO):010d}-2", "--through", "R7.9.30")
    assert json.loads(call("preview", *chosen, "--json").stdout)["amount"] == 203_200
    assert "納付書の金額 203,200円" in call("preview", *chosen).output
    issued = call("issue", *chosen)
    assert issued.exit_code == 0, issued.output
    (made,) = slips_of(SATO)
    number = str(made.slip_number)
    assert number in issued.output
    assert json.loads(call("list", SATO, "--json").stdout)[0]["state"] == State.UNUSED
    assert json.loads(call("show", number).stdout)["el_number"] == made.el_number
    assert call("print", number, "--to", str(tmp_path / "slip.pdf")).exit_code == 0
    assert (tmp_path / "slip.pdf").read_bytes().startswith(b"%PDF")
    assert "依頼 1：1件" in call("register").output
    path = next((tmp_path / "home" / "payment-slips").glob("*.csv"))
    lines = path.read_bytes().split(b"\r\n")
    (tmp_path / "answer.csv").write_bytes(b"\r\n".join([lines[0], lines[1] + b"00", *lines[2:]]))
    assert "受理 1件、不受理 0件" in call("answer", str(tmp_path / "answer.csv")).output
    assert call("void", number, "--reason", "回収").exit_code == 0
    assert call("void", number, "--reason", "回収").exit_code == 1
    assert call("issue", SATO, "250600000099", "--through", "R7.9.30").exit_code == 1
