"""還付・充当の画面と命令。選び、前と後を見て起案し、請求を受け、払い、一覧で残りを見る。"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from osame.collection.inquiry.timeline import timeline_of
from osame.collection.inquiry.verification import verify_everything
from osame.platform.approvals.models import Proposal
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import SATO, determination
from tests.systems.collection.debit_cast import account as debit_account
from tests.systems.collection.demand_cast import levy
from tests.systems.collection.pages_cast import fields, pages_on, text
from tests.systems.collection.refund_cast import (
    DECIDED,
    approve,
    balances,
    decided,
    pay_twice,
    settle_consignor,
)

HERE = "/refunds/"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch, city: str, tmp_path: Path) -> Iterator[None]:
    settle_consignor()
    levy(tmp_path, determination(SATO, 1, 30_000, tax_item="01", slip_number=990_001), name="other.csv")
    pay_twice(tmp_path, SATO)
    with pages_on(DECIDED.isoformat(), monkeypatch):
        yield
    assert verify_everything().sound


def pressed(client: Client, path: str, **typed: object) -> str:
    """The form of that page, filled and sent."""
    form = fields(client.get(path))
    return text(client.post(path, {**form, **typed}, follow=True))


def test_from_the_list_to_the_decision(clerk: Client) -> None:
    listed = text(clerk.get(HERE))
    assert "佐藤 花子" in listed
    assert "未納あり" in listed
    path = f"{HERE}people/{SATO}/"
    seen = text(clerk.get(path))
    assert "30,000" in seen
    assert "充当適状日" in seen
    first = clerk.post(path, {**fields(clerk.get(path)), "reason": "二重納付のため"})
    assert "この内容で起案する" in text(first)
    assert Proposal.objects.count() == 0  # 一度目は、見せるだけ
    again = clerk.post(path, {**fields(first), "reason": "二重納付のため"}, follow=True)
    assert "起案しました" in text(again)
    proposal = Proposal.objects.get()
    approve(proposal.proposal_id)
    (number,) = fetch_one("SELECT decision_id FROM refund_decision")
    sheet = text(clerk.get(f"{HERE}decisions/{number}/"))
    assert "計算の過程" in sheet
    assert "請求待ち" in sheet
    assert str(number) in text(clerk.get(f"{HERE}decisions/"))
    assert balances(SATO)["refund_payable"] == 20_000
    told = [each.what for each in timeline_of(SATO, offset=0, size=50).events]
    assert {"充当の決議", "還付の決議"} <= set(told)


def test_the_cause_is_found_on_its_page(clerk: Client) -> None:
    charge, key = fetch_one("SELECT charge_id, receipt_key FROM overpayment")
    path = f"{HERE}people/{SATO}/{charge}/{key}/"
    wrong = clerk.post(path, {**fields(clerk.get(path)), "cause": "08", "ground": "2", "note": "更正の請求"})
    assert wrong.status_code == 422
    assert "起算日を決める日が足りません" in text(wrong)
    done = pressed(
        clerk, path, cause="08", ground="2", note="更正の請求書", requested_on="R7.6.26", corrected_on="R7.8.1"
    )
    assert "発生事由を認定しました" in done
    assert "認定済" in done


def test_claim_hold_and_pay(clerk: Client, chief: Client) -> None:
    number = decided(SATO)
    payee = f"{HERE}decisions/{number}/payees/1"
    assert "通知を発した日を記録しました" in pressed(clerk, f"{HERE}decisions/{number}/noticed/")
    account = {"bank_code": "0155", "branch_code": "701", "account_type": "1", "account_number": "1234567"}
    assert "口座不備" in pressed(clerk, f"{payee}/claim/", **account, holder_kana="タナカ")
    assert "支払待ち" in pressed(clerk, f"{payee}/claim/", **account, holder_kana="サトウ ハナコ")
    assert "保留しました" in pressed(clerk, f"{payee}/hold/", note="照会中")
    assert "保留を解きました" in pressed(clerk, f"{payee}/release/")
    page = chief.get(f"{HERE}runs/")
    assert "20,000" in text(page)
    closed = chief.post(f"{HERE}runs/", {**fields(page), "transfer_on": "R7.9.27", "reason": "支払期日"})
    assert "令和7年9月29日" in text(closed)
    assert "起案しました" in pressed(chief, f"{HERE}runs/", transfer_on="R7.9.30", reason="支払期日")
    approve(Proposal.objects.latest("proposal_id").proposal_id)
    (run,) = fetch_one("SELECT run_id FROM payment_run")
    assert "まだ渡していません" in text(chief.get(f"{HERE}runs/{run}/"))
    file = chief.post(f"{HERE}runs/{run}/file/")
    assert file.content.startswith(b"1210")
    assert "もう渡しています" in text(chief.post(f"{HERE}runs/{run}/file/"))
    assert "渡しました" in text(chief.get(f"{HERE}runs/{run}/"))
    (payment,) = fetch_one("SELECT payment_id FROM refund_payment")
    assert "組戻し" in pressed(clerk, f"{HERE}payments/{payment}/back/", on="R7.9.10", note="口座解約")
    assert "20,000" in text(clerk.get(f"{HERE}outstanding/?list=held"))


def test_a_decision_is_cancelled_by_proposal(clerk: Client) -> None:
    number = decided(SATO)
    assert "起案しました" in pressed(clerk, f"{HERE}decisions/{number}/cancel/", note="別人の納付")
    approve(Proposal.objects.latest("proposal_id").proposal_id)
    assert "取消" in text(clerk.get(f"{HERE}decisions/{number}/"))
    assert balances(SATO)["overpayment"] == 50_000


def test_today_leads_to_what_waits(clerk: Client) -> None:
    assert f'href="{HERE}"' in text(clerk.get("/"))


def test_the_page_calls_the_person_and_the_terms_by_name(clerk: Client) -> None:
    seen = text(clerk.get(f"{HERE}people/{SATO}/"))
    assert "佐藤 花子" in seen
    assert "令和7年度" in seen
    assert "-2025-" not in seen


def test_heirs_share_on_their_page(clerk: Client) -> None:
    run_sql("UPDATE addressee SET died_on = '2025-08-01' WHERE addressee_number = %s", [SATO])
    path = f"{HERE}decisions/{decided(SATO)}/payees/1/heirs/"
    for typed, said in (("佐藤 太郎、1/2", "1行目を"), ("佐藤 太郎、サトウ タロウ、半分", "1行目の持分"),
                        ("佐藤 太郎、サトウ タロウ、1/2", "合計が1になりません")):  # fmt: skip
        wrong = clerk.post(path, {**fields(clerk.get(path)), "heirs": typed})
        assert wrong.status_code == 422
        assert said in text(wrong)
    done = pressed(clerk, path, heirs="佐藤 太郎、サトウ タロウ、2/3\n佐藤 次郎、サトウ ジロウ、1/3\n")
    assert "還付を相続人に分けました" in done
    assert "佐藤 次郎（1/3）" in done
    assert fetch_all("SELECT amount, share FROM refund_payee WHERE state = '1' ORDER BY payee_number") == [
        (13_334, "2/3"), (6_666, "1/3"),
    ]  # fmt: skip


def test_a_served_notice_takes_the_refund_and_its_release_gives_it_back(clerk: Client) -> None:
    decided(SATO)
    path = f"{HERE}people/{SATO}/encumbrances/"
    assert clerk.get(f"{HERE}people/{'9' * 15}/encumbrances/").status_code == 404
    done = pressed(
        clerk, path, kind="1", creditor_name="津税務署", creditor_kana="ﾂｾﾞｲﾑｼﾖ", served_on="R7.9.9", served_time="10:30",
        document="差押通知書 徴第1号", amount="12,000",
    )  # fmt: skip
    assert "支払先を決め直しました" in done
    assert "津税務署" in done
    assert "10:30" in done
    live = "SELECT kind, amount FROM refund_payee WHERE state <> '9' ORDER BY payee_number"
    assert fetch_all(live) == [("4", 12_000), ("1", 8_000)]
    (number,) = fetch_one("SELECT encumbrance_id FROM refund_encumbrance")
    assert clerk.get(f"{path}{number + 1}/release/").status_code == 404
    assert "解除を記録し" in pressed(clerk, f"{path}{number}/release/", note="取立ての済んだ通知")
    assert fetch_all(live) == [("1", 20_000)]


def test_the_debit_account_is_taken_with_consent(clerk: Client) -> None:
    """本人の同意により、振替口座を還付先にする。開いたことが、決議の番号とともに残る。"""
    debit_account(SATO, "7391586")
    number = decided(SATO)
    path = f"{HERE}decisions/{number}/payees/1/debit-account/"
    assert "****586" in text(clerk.get(path))
    refused = text(clerk.post(path, {**fields(clerk.get(path)), "tax_item": "06"}))
    assert "本人が同意した" in refused
    assert fetch_one("SELECT count(*) FROM debit_account_use") == (0,)
    assert "振替口座を還付先にしました" in pressed(clerk, path, tax_item="06", consent="on")
    assert fetch_one("SELECT purpose, case_number FROM debit_account_use") == ("2", f"還付決議{number}")
    assert fetch_one("SELECT state, last_digits, source FROM refund_payee JOIN payee_account USING (addressee_number, account_id)") == (
        "2", "586", "2",
    )  # fmt: skip
