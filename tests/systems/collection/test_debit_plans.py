"""分納の口座振替。誓約の回を一つずつ引き落とし、不能はそのまま不履行になり、最後の回は引落日までの延滞金を含む。再振替の知らせ。"""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client

from osame.collection.debits import letters
from osame.collection.debits.actions import AccountChange, AccountKey, PlanHasNoMethod, change_method, set_account
from osame.collection.debits.again import NotARedebit, RedebitDayReached
from osame.collection.debits.given import GivenAccount
from osame.collection.debits.models import DebitAccount
from osame.collection.debits.selection import NoAgainForPlans
from osame.collection.inquiry.verification import verify_everything
from osame.collection.letters.actions import NothingToSend
from osame.collection.pledges.actions import watch_pledges
from osame.collection.pledges.queries import pledge_numbered
from osame.law.due_date import shift_due_date
from osame.platform.database import fetch_all, fetch_one
from tests.systems.collection.cast import OFFICER, SATO, TANAKA, determination, notice
from tests.systems.collection.debit_cast import DUE, account, answered, consignors, order, sent, take, terms
from tests.systems.collection.demand_cast import levy, pay
from tests.systems.collection.pages_cast import fields, pages_on, text
from tests.systems.collection.test_debit_letters import has, pages
from tests.systems.collection.test_pledges import accepted, owing, pay_slip

__all__ = ["owing"]
PLAN = DebitAccount.Class.INSTALLMENT_PLAN
GIVEN = GivenAccount(bank_code="0155", branch_code="701", account_number="0000009", holder_kana="ｻﾄｳ ﾊﾅｺ")


def planned() -> list[tuple[int, int, date]]:
    """まだ無効でない回。納付書番号、額、納付予定日。"""
    return [
        (int(number), int(amount), on)
        for number, amount, on in fetch_all(
            "SELECT slip_number, amount, payable_through FROM payment_slip WHERE kind = '3' AND void_on IS NULL "
            "ORDER BY round_number"
        )
    ]


def debited(folder: Path, due: date, code: str) -> tuple[int, int]:
    """その日の回を引き落とし、結果を取り込む。依頼番号と額。"""
    on = shift_due_date(due)
    asked = replace(order(due, on), plan=True)
    run, files = sent(folder, asked, made=on - timedelta(days=10))
    content = answered(files["0155"], {}, year=on.year, default=code)
    take(folder, content, on=on + timedelta(days=2), name=f"{on}.txt")
    return run.request_id, run.amount


def test_rounds_are_debited_and_a_failure_is_a_default_at_once(owing: Path) -> None:
    consignors()
    key = accepted()
    change = AccountChange(date(2026, 3, 2), "誓約のときの依頼書")
    set_account(AccountKey(SATO, "06", PLAN), GIVEN, change, officer=OFFICER)
    first, second, *_, last = planned()
    assert debited(owing, first[2], "0")[1] == first[1]
    assert pledge_numbered(key[1], as_of=date(2026, 4, 2)).standing.paid == first[1]
    failed, _ = debited(owing, second[2], "1")
    told = second[2] + timedelta(days=2)  # 収納の知らせを待つ7日の前
    assert [each.key for each in watch_pledges(as_of=told, officer=OFFICER).broken] == [key]
    with pytest.raises(NoAgainForPlans):
        sent(owing, order(second[2], second[2] + timedelta(days=20), failed), made=told)
    with pytest.raises(letters.PlanFailuresAreDefaults):
        letters.send_failures(failed, as_of=told, officer=OFFICER)
    for at, (number, amount, on) in enumerate(planned()[1:-1], start=1):  # 遅れて納め、後の回も窓口で納める
        pay_slip(owing, at, number, amount, on + timedelta(days=75 if at == 1 else 5))
    assert not watch_pledges(as_of=last[2] - timedelta(days=1), officer=OFFICER).broken
    _, amount = debited(owing, last[2], "0")
    assert amount != last[1]  # 遅れた日数の延滞金が変わったので、最後の回は数え直した
    assert fetch_one("SELECT sum(principal_tax + demand_fee + delinquency_charge)::bigint FROM charge") == (0,)
    assert fetch_one("SELECT count(*) FROM overpayment") == (0,)
    assert watch_pledges(as_of=date(2026, 12, 1), officer=OFFICER).completed == (key,)
    assert verify_everything().sound


def test_the_round_is_asked_for_on_the_page(owing: Path, chief: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    consignors()
    accepted()
    with pages_on("2026-03-12", monkeypatch):
        where = f"/people/{SATO}/debits/new/"
        typed = {
            "tax_item": "06", "debit_class": "2", "valid_from": "R8.3.12", "method": "2", "bank_code": "0155",
            "branch_code": "701", "account_type": "1", "account_number": "9", "holder_kana": "ｻﾄｳ ﾊﾅｺ", "reason": "誓約",
        }  # fmt: skip
        refused = chief.post(where, fields(chief.get(where)) | typed)
        assert PlanHasNoMethod.message() in text(refused)
        assert chief.post(where, fields(refused) | typed | {"method": "1"}).status_code == 302
        shown = text(chief.get("/debits/new/", {"due_date": "R8.3.31", "plan": "on"}))
        assert "分納の振替の見本" in shown
        assert "1件 20,000円の依頼を作る" in shown
        assert "分納" in text(chief.get(f"/people/{SATO}/debits/"))
        suspend = f"/people/{SATO}/debits/06-2/suspend/"
        assert chief.post(suspend, fields(chief.get(suspend)) | {"on": "R8.3.12", "reason": "申出"}).status_code == 302
        assert "口座の停止中" in text(chief.get("/debits/new/", {"due_date": "R8.3.31", "plan": "on"}))


def test_whoever_is_debited_again_is_told_the_day_and_the_sum(
    city: str, tmp_path: Path, chief: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    consignors()
    account(SATO), account(TANAKA, "0000002", holder="ﾀﾅｶ ｲﾁﾛｳ")
    levy(tmp_path, *(determination(who, term, 12_300) for who in (SATO, TANAKA) for term in (1, 2)))
    run, files = sent(tmp_path)
    take(tmp_path, answered(files["0155"], {}, default="1"))
    again, _ = sent(tmp_path, order(DUE, date(2025, 7, 22), run.request_id), made=date(2025, 7, 10))
    pay(tmp_path, notice(1, TANAKA, 12_300, date(2025, 7, 9)), notice(2, TANAKA, 12_300, date(2025, 7, 9), term=2))
    with pages_on("2025-07-11", monkeypatch):
        page = chief.get(f"/debits/requests/{again.request_id}/")
        form = {"submission": str(page.context["send"]["submission"].value())}
        made = chief.post(f"/debits/requests/{again.request_id}/again-letters/", form)
        assert made.status_code == 302, text(made)
    ((run_id,),) = fetch_all("SELECT run_id FROM letter_run WHERE form = 'R-008-2'")
    (told,) = pages(run_id)  # 田中は、もう納めた
    has(told, "再振替のお知らせ", "佐藤花子様", "令和7年6月30日", "令和7年7月22日", "24,600円", "残高が足りない")
    with pytest.raises(NothingToSend):
        letters.send_again(again.request_id, as_of=date(2025, 7, 12), officer=OFFICER)
    with pytest.raises(NotARedebit):
        letters.send_again(run.request_id, as_of=date(2025, 7, 12), officer=OFFICER)
    with pytest.raises(RedebitDayReached):
        letters.send_again(again.request_id, as_of=date(2025, 7, 22), officer=OFFICER)


def test_a_whole_year_goes_back_to_its_terms_without_the_number(city: str, tmp_path: Path) -> None:
    days = (DUE, date(2025, 7, 31), date(2025, 9, 1))
    consignors()
    terms(*days)
    account(SATO, method="2")
    levy(tmp_path, *(determination(SATO, n, due_on=day) for n, day in enumerate(days, 1)))
    key = AccountKey(SATO, "06")
    change_method(key, "1", on=date(2025, 6, 10), reason="申出により期別に戻す", officer=OFFICER)
    run, _ = sent(tmp_path)
    assert run.count == 1
    change_method(key, "2", on=date(2025, 7, 1), reason="申出", officer=OFFICER)
    assert fetch_all("SELECT method, number_tail FROM debit_account ORDER BY history_number") == [
        ("2", "001"), ("1", "001"), ("2", "001"),
    ]  # fmt: skip
