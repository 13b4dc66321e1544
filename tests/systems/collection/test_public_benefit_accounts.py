"""公金受取口座は、事案・希望・権限がなければ照会できず、その還付の支払に一度だけ使え、決まりの日に消える。

What is decided here and guarded by the database. The way through the gateway and the network is `tests/browser/test_public_account.py`.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from typer.testing import CliRunner

from osame.collection.public_benefit_accounts import actions, receiving
from osame.collection.public_benefit_accounts.actions import Wish
from osame.collection.public_benefit_accounts.cli import app
from osame.collection.public_benefit_accounts.erasing import erase_due
from osame.collection.public_benefit_accounts.models import PublicBenefitAccountInquiry
from osame.collection.public_benefit_accounts.queries import Period, account_of, inquiries_of
from osame.collection.public_benefit_accounts.reports import NothingAskedThen, inquiry_report
from osame.collection.refunds.actions import Act, Where
from osame.collection.refunds.paying import NothingToPay, propose_run, record_returned
from osame.collection.refunds.transfers import FileErased, file_of
from osame.contracts.client import ExchangeFailed
from osame.contracts.gateway import PublicAccount
from osame.platform import gate
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.letters.readback import page_texts
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA
from tests.systems.collection.refund_cast import (
    ACT,
    DECIDED,
    approve,
    claimed,
    decided,
    officer,
    pay_twice,
    settle_consignor,
    state_of,
)

State = PublicBenefitAccountInquiry.State
WISH = Wish(DECIDED, PublicBenefitAccountInquiry.WishSource.CLAIM_FORM)
TRANSFER = date(2025, 9, 30)
NUMBER = "7654321"


@pytest.fixture
def case(city: str, tmp_path: Path):
    """A refund to Sato that is decided and waits for a claim."""
    settle_consignor()
    pay_twice(tmp_path, SATO)
    number = decided(SATO)
    with officer("A0001"):
        yield Where(SATO, number, 1)


def public(holder: str = "ｻﾄｳ ﾊﾅｺ", **changes: str) -> PublicAccount:
    facts = {"bank_code": "0155", "bank_name": "ヒヤクゴ", "branch_code": "701", "branch_name": "", "account_type": "1",
             "account_number": NUMBER, "holder_kana": holder, **changes}  # fmt: skip
    return PublicAccount(True, **facts)


def asked(where: Where) -> PublicBenefitAccountInquiry:
    """Wished and asked; nobody answers at the gateway of this test."""
    actions.receive_wish(where, WISH, act=ACT)
    with pytest.raises(ExchangeFailed):
        actions.ask(where, right=7, act=ACT)
    found = receiving.latest(where)
    assert found is not None
    assert found.state == State.ASKED
    return found


def obtained(where: Where, account: PublicAccount | None = None) -> PublicBenefitAccountInquiry:
    receiving.take(asked(where), account or public(), ACT)
    found = receiving.latest(where)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def nobody_at_the_gateway(monkeypatch: pytest.MonkeyPatch) -> None:
    from osame.contracts import client
    from tests.systems.exchange_cast import introduce

    introduce("collection", "addressee")
    monkeypatch.setenv("OSAME_PEER_URL_GATEWAY", "http://127.0.0.1:9")
    monkeypatch.setattr(client.time, "sleep", lambda _seconds: None)


def refusals() -> list[tuple[str, str]]:
    return fetch_all(
        "SELECT detail ->> '理由', outcome FROM audit_event WHERE act = '公金受取口座を照会できなかった' ORDER BY event_id"
    )


def test_without_a_right_a_wish_or_a_case_it_is_impossible_and_told(case: Where) -> None:
    with pytest.raises(actions.NotWished, match="本人の希望"):
        actions.ask(case, right=7, act=ACT)
    actions.receive_wish(case, WISH, act=ACT)
    with pytest.raises(actions.NoInquiryRight, match="個人番号利用権限"):
        actions.ask(case, right=None, act=ACT)
    run_sql("UPDATE addressee SET died_on = '2025-09-01' WHERE addressee_number = %s", [SATO])
    with pytest.raises(actions.CaseNotOpen, match="有効"):
        actions.ask(case, right=7, act=ACT)
    assert refusals() == [("NotWished", "2"), ("NoInquiryRight", "2"), ("CaseNotOpen", "2")]
    assert fetch_one("SELECT state FROM public_benefit_account_inquiry") == (State.WISHED,)


def test_only_a_natural_person_who_waits_for_money_can_wish(case: Where, tmp_path: Path) -> None:
    pay_twice(tmp_path, KAKU)
    firm = Where(KAKU, decided(KAKU), 1)
    with pytest.raises(actions.CaseNotOpen):
        actions.receive_wish(firm, WISH, act=ACT)
    with pytest.raises(actions.WishInFuture):
        actions.receive_wish(case, Wish(DECIDED + timedelta(1), WISH.source), act=ACT)
    claimed(SATO, case.decision_id)
    with pytest.raises(actions.CaseNotOpen):
        actions.receive_wish(case, WISH, act=ACT)


def test_a_claimant_is_asked_for_once_unless_there_is_a_reason(case: Where) -> None:
    actions.receive_wish(case, WISH, act=ACT)
    with pytest.raises(actions.WishedAlready):
        actions.receive_wish(case, WISH, act=ACT)
    with pytest.raises(ExchangeFailed):
        actions.ask(case, right=7, act=ACT)
    found = receiving.latest(case)
    assert found
    receiving.take(found, PublicAccount(registered=False), ACT)
    assert inquiries_of(case)[0].label == "登録なし"
    with pytest.raises(actions.AskedBefore):
        actions.receive_wish(case, WISH, act=ACT)
    actions.receive_wish(case, Wish(DECIDED, WISH.source, "本人が登録を済ませたため"), act=ACT)
    assert [each.label for each in inquiries_of(case)] == ["希望受付", "登録なし"]


def test_the_account_is_sealed_on_its_case_and_paid_to_once(case: Where, tmp_path: Path) -> None:
    obtained(case)
    assert state_of(case) == "2"
    (raw,) = fetch_one("SELECT a::text FROM payee_account a WHERE source = '3'")
    assert NUMBER not in raw
    assert "ﾊﾅｺ" not in raw
    shown = account_of(inquiries_of(case)[0])
    assert shown
    assert (shown.number, shown.holder_kana) == ("****321", "ｻﾄｳ ﾊﾅｺ")
    with gate.acting(gate.Acting("A0001", "collection.arrears.survey", "delinquent_survey")):
        assert fetch_all("SELECT 1 FROM payee_account") == []
        assert fetch_all("SELECT 1 FROM public_benefit_account_inquiry") == []
    pay_twice(tmp_path, TANAKA)
    other = Where(TANAKA, decided(TANAKA), 1)
    run_sql("UPDATE payee_account SET addressee_number = %s WHERE source = '3'", [TANAKA])
    with pytest.raises(DatabaseError, match="一度だけ"), transaction.atomic():
        run_sql("UPDATE refund_payee SET account_id = (SELECT account_id FROM payee_account WHERE source = '3') "
                "WHERE addressee_number = %s", [other.addressee_number])  # fmt: skip
    run_sql("UPDATE payee_account SET addressee_number = %s WHERE source = '3'", [SATO])
    run = paid()
    assert NUMBER.encode() in file_of(run)
    assert b"\xbb\xc4\xb3 \xca\xc5\xba" in file_of(run)
    assert inquiries_of(case)[0].used_on == TRANSFER
    with pytest.raises(NothingToPay):
        propose_run(transfer_on=TRANSFER, reason="もう一度", act=ACT)


def paid() -> int:
    run, proposal = propose_run(transfer_on=TRANSFER, reason="九月分", act=ACT)
    approve(proposal)
    return run


def test_it_is_erased_by_rule_and_the_file_with_it(case: Where) -> None:
    obtained(case)
    run = paid()
    assert erase_due(as_of=TRANSFER + timedelta(30)).accounts == 0
    erased = erase_due(as_of=TRANSFER + timedelta(31))
    assert (erased.accounts, erased.files) == (1, 1)
    assert fetch_one(
        "SELECT bank_code, branch_code, last_digits, holder_kana, octet_length(sealed_number), ended_on IS NOT NULL FROM payee_account"
    ) == ("", "", "", "", 0, True)
    assert fetch_one("SELECT state, account_digest FROM public_benefit_account_inquiry") == ("5", "")
    with pytest.raises(FileErased):
        file_of(run)
    assert account_of(inquiries_of(case)[0]) is None
    assert erase_due(as_of=TRANSFER + timedelta(60)).accounts == 0


def test_what_is_not_used_is_erased_too(case: Where) -> None:
    obtained(case)
    assert erase_due(as_of=DECIDED + timedelta(31)).accounts == 1
    assert state_of(case) == "1"
    assert fetch_one("SELECT account_id FROM refund_payee") == (None,)


def test_a_returned_payment_ends_the_account_and_asks_again(case: Where) -> None:
    obtained(case)
    paid()
    (payment,) = fetch_one("SELECT payment_id FROM refund_payment")
    record_returned(payment, returned_on=TRANSFER, reason="口座解約", act=Act(TRANSFER, OFFICER))
    assert erase_due(as_of=TRANSFER).accounts == 1
    assert state_of(case) == "6"
    actions.receive_wish(case, Wish(TRANSFER, WISH.source, "組戻しのため"), act=Act(TRANSFER, OFFICER))


def test_another_name_is_a_defect_and_a_shared_account_is_held(case: Where, tmp_path: Path) -> None:
    obtained(case, public("ﾀﾅｶ ｲﾁﾛｳ"))
    assert state_of(case) == "3"
    pay_twice(tmp_path, TANAKA)
    other = Where(TANAKA, decided(TANAKA), 1)
    obtained(other, public("ﾀﾅｶ ｲﾁﾛｳ"))
    assert state_of(other) == "7"
    assert fetch_one("SELECT note FROM refund_payee WHERE addressee_number = %s", [TANAKA])[0].startswith(
        "同じ公金受取口座"
    )


def test_an_answer_that_came_twice_or_too_late_changes_nothing(case: Where) -> None:
    found = obtained(case)
    receiving.take(found, public(account_number="1111111"), ACT)
    assert fetch_one("SELECT count(*), min(last_digits) FROM payee_account") == (1, "321")
    with pytest.raises(DatabaseError, match="書き換えられません"), transaction.atomic():
        run_sql("UPDATE public_benefit_account_inquiry SET state = '2'")


def test_an_account_nobody_can_pay_to_leaves_nothing(case: Where) -> None:
    obtained(case, public(branch_code="999"))
    assert (inquiries_of(case)[0].label, fetch_all("SELECT 1 FROM payee_account")) == ("照会不可", [])
    assert "店舗" in inquiries_of(case)[0].outcome


def test_the_paper_tells_states_results_and_errors_and_no_whole_account(case: Where, tmp_path: Path) -> None:
    with pytest.raises(NothingAskedThen):
        inquiry_report(Period.told(None, None, "", as_of=DECIDED), as_of=DECIDED)
    obtained(case)
    pay_twice(tmp_path, TANAKA)
    other = Where(TANAKA, decided(TANAKA), 1)
    obtained(other, public("ｽｽﾞｷ ｼﾞﾛｳ", account_number="2468024"))
    target = tmp_path / "r151.pdf"
    assert "として出しました" in typed("print", target, "--as-of", DECIDED.isoformat())
    told = "".join(page_texts(target.read_bytes()))
    assert "R-151" in told
    for words in (
        "照会状況表",
        "エラーリスト",
        "****321",
        "****024",
        SATO,
        TANAKA,
        "名義が、受取人と違います",
        "取得2",
    ):
        assert words in told, (words, told)
    for whole in (NUMBER, "2468024", "ｼﾞﾛｳ", "ﾊﾅｺ"):
        assert whole not in told
    assert fetch_one("SELECT kind, subject_count, subjects FROM egress_record") == ("report", 2, [SATO, TANAKA])
    assert erase_due(as_of=DECIDED + timedelta(31)).accounts == 2
    again, _ = inquiry_report(Period.told(None, None, "5", as_of=DECIDED), as_of=DECIDED)
    told = "".join(page_texts(again))
    assert ("消去済" in told, "****" in told) == (True, False)


def typed(*words: object) -> str:
    """What the terminal says."""
    return CliRunner().invoke(app, [str(each) for each in words]).output


def test_the_terminal_does_the_same(case: Where) -> None:
    on = ("--as-of", DECIDED.isoformat(), "--officer", "A0001")
    assert "希望を受け付けました" in typed("wish", case.decision_id, "--source", "1", *on)
    assert "個人番号利用権限" in typed("ask", case.decision_id, *on)
    assert "希望受付" in typed("list")
    assert "希望を取り下げました" in typed("withdraw", case.decision_id, "--reason", "口座の指定に変更", *on)
    assert "取りやめ" in typed("list", "--state", "9")
    assert "受け取った照会 0件" in typed("collect", *on)
    obtained(case)
    assert "消した口座 1件" in typed("erase", "--as-of", (DECIDED + timedelta(31)).isoformat())
