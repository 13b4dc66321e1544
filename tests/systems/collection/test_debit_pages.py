"""口座振替の画面。見本から依頼へ、渡す、結果、申込み、口座、番号の開示。"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from osame.collection.debits.batch import make_request
from osame.platform.database import fetch_all, fetch_one
from osame.platform.jobs.request_running import perform_request
from osame.platform.jobs.requests import named
from tests.formats.strict_debit_checker import faults
from tests.systems.collection.cast import SATO, TANAKA, determination, slip
from tests.systems.collection.debit_cast import DUE, account, answered, consignors, order, sent, take, terms
from tests.systems.collection.demand_cast import levy
from tests.systems.collection.pages_cast import fields, pages_on, text

NUMBER = "7391586"


@pytest.fixture(autouse=True)
def june(city: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    consignors()
    terms(DUE, date(2025, 7, 31))
    account(SATO, NUMBER)
    levy(tmp_path, determination(SATO), determination(TANAKA))
    with pages_on("2025-06-18", monkeypatch):
        yield


def test_from_preview_to_file_to_result(chief: Client, tmp_path: Path) -> None:
    seen = chief.get("/debits/new/", {"due_date": "R7.6.30"})
    assert "1件 50,000円の依頼を作る" in text(seen)
    hidden = {
        name: str(seen.context["make"][name].value())
        for name in ("submission", "due_date", "debit_on", "count", "amount")
    }
    asked = chief.post("/debits/new/", hidden)
    assert asked.status_code == 302, text(asked)
    assert named("debit-request").title == "口座振替の依頼の作成"
    perform_request(int(asked["Location"].rstrip("/").rsplit("/", 1)[1]))
    (number,) = fetch_one("SELECT request_id FROM debit_request")
    shown = chief.get(f"/debits/requests/{number}/")
    assert "百五" in text(shown)
    assert NUMBER not in text(shown)
    form = {"submission": str(shown.context["send"]["submission"].value())}
    saved = chief.post(f"/debits/requests/{number}/send/0155/", form)
    content = saved.getvalue()
    assert faults(content) == []
    again = chief.post(f"/debits/requests/{number}/send/0155/", form)
    assert (again.status_code, "前にも渡しています" in text(again)) == (422, True)
    same = chief.post(f"/debits/requests/{number}/send/0155/", form | {"reason": "伝送の失敗を確認"})
    assert same.getvalue() == content
    take(tmp_path, answered(content, {slip(SATO): "1"}), on=date(2025, 7, 2))
    told = text(chief.get(f"/debits/requests/{number}/"))
    assert "資金不足" in told
    assert "再振替の見本を見る" in told
    for kind in ("totals", "lines", "results", "failures", "changed"):
        listed = chief.post(f"/debits/requests/{number}/list/{kind}/").getvalue().decode("utf-8-sig")
        assert NUMBER not in listed
        assert "件数" in listed or "金額" in listed


def test_an_unmade_run_is_not_made_by_a_clerk(clerk: Client) -> None:
    assert clerk.get("/debits/new/", {"due_date": "R7.6.30"}).status_code == 200
    assert clerk.post("/debits/new/", {}).status_code == 403
    assert (
        clerk.post(f"/people/{SATO}/debits/06/number/", {"osame-purpose": "statutory", "reason": "照合"}).status_code
        == 403
    )


def test_a_request_is_cancelled_with_a_reason(chief: Client, tmp_path: Path) -> None:
    run, _ = sent(tmp_path)
    where = f"/debits/requests/{run.request_id}/cancel/"
    page = chief.get(where)
    assert chief.post(where, fields(page)).status_code == 422
    assert chief.post(where, fields(page) | {"reason": "百五銀行に破棄を確認"}).status_code == 302
    assert "取り消しています" in text(chief.get(f"/debits/requests/{run.request_id}/"))
    assert chief.get("/debits/requests/999/").status_code == 404
    assert "依頼番号" in text(chief.get("/debits/"))


def test_an_application_is_received_and_matched(clerk: Client) -> None:
    where = f"/people/{TANAKA}/debits/apply/"
    typed = {
        "tax_item": "06", "channel": "1", "received_on": "R7.6.10", "method": "1", "bank_code": "9900", "symbol": "12340",
        "number": "55543051", "account_type": "1", "holder_kana": "タナカ イチロウ",
    }  # fmt: skip
    page = clerk.get(where)
    wrong = clerk.post(where, fields(page) | typed | {"symbol": "92340"})
    assert (wrong.status_code, "記号・番号が、決まりに合いません" in text(wrong)) == (422, True)
    done = clerk.post(where, fields(page) | typed)
    assert done.status_code == 302, text(done)
    assert "****305" in text(clerk.get("/debits/applications/"))
    matched = done["Location"]
    accepted = clerk.post(matched, fields(clerk.get(matched)) | {"decision": "accept"})
    assert accepted["Location"] == f"/people/{TANAKA}/debits/"
    assert "2025年度 2期" in text(clerk.get("/debits/applications/?every=1"))
    assert "5554305" not in text(clerk.get(f"/people/{TANAKA}/debits/"))


def test_an_account_is_changed_stopped_and_ended(clerk: Client) -> None:
    home = f"/people/{SATO}/debits/"
    assert "****586" in text(clerk.get(home))
    assert "振替口座" in text(clerk.get(f"/people/{SATO}/", headers={"Osame-Purpose": "statutory"}))
    for move, name in (("suspend", "停止"), ("resume", "有効"), ("end", "廃止")):
        where = f"{home}06/{move}/"
        typed = fields(clerk.get(where)) | {"on": "R7.6.18", "reason": "本人の申出"}
        assert clerk.post(where, typed).status_code == 302
        assert name in text(clerk.get(home))
    page = clerk.get(f"{home}new/")
    typed = {
        "tax_item": "06", "debit_class": "1", "valid_from": "R7.6.20", "method": "2", "bank_code": "0155", "branch_code": "701", "account_type": "1",
        "account_number": "123", "holder_kana": "サトウ ハナコ", "reason": "変更届",
    }  # fmt: skip
    assert clerk.post(f"{home}new/", fields(page) | typed).status_code == 302
    assert fetch_one("SELECT number_tail, method FROM debit_account ORDER BY history_number DESC LIMIT 1") == (
        "123",
        "2",
    )
    assert clerk.get(f"{home}99/end/").status_code == 404


def test_a_number_is_shown_once_for_a_stated_purpose(chief: Client) -> None:
    where = f"/people/{SATO}/debits/06/number/"
    page = chief.get(where)
    assert NUMBER not in text(page)
    survey = {"osame-purpose": "delinquent_survey", "reason": "財産調査"}
    refused = chief.post(where, fields(page) | survey)
    assert (refused.status_code, NUMBER in text(refused)) == (422, False)
    shown = chief.post(where, fields(page) | survey | {"osame-case": "調査7"})
    assert NUMBER in text(shown)
    assert "no-store" in shown["Cache-Control"]
    assert fetch_all("SELECT purpose, case_number, officer FROM debit_account_use") == [("3", "調査7", "B0001")]
    assert "滞納処分の調査" in text(chief.get(f"/people/{SATO}/debits/"))


def test_what_waits_is_told_today(chief: Client, tmp_path: Path) -> None:
    make_request(order(), as_of=date(2025, 6, 18), officer="試験")
    assert "渡していない口座振替の依頼" in text(chief.get("/"))
