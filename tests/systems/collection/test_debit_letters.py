"""口座振替の文書。知らせることが一通に一つ。口座番号は下3桁だけ。二度は知らせない。"""

import os
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from osame.collection.debits import letters
from osame.collection.debits.actions import AccountKey, end_account, resume_account, suspend_account
from osame.collection.debits.applications import accept_application, receive_application
from osame.collection.ledger.verification import verify_ledger
from osame.collection.letters.actions import NothingToSend
from osame.collection.letters.printing import preview_letter, print_run
from osame.collection.payment_slips.letters import letter_of
from osame.collection.payment_slips.queries import State, slip_numbered, slips_of
from osame.platform.database import fetch_all
from tests.systems.collection.cast import KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination, notice, slip
from tests.systems.collection.debit_cast import DUE, MADE, account, answered, consignors, sent, take, terms
from tests.systems.collection.demand_cast import levy, pay, set_value
from tests.systems.collection.slip_cast import issue
from tests.systems.collection.slip_reader import read_barcode, read_matrix
from tests.systems.collection.test_debit_accounts import applied
from tests.systems.collection.test_letters import texts
from tests.systems.collection.test_payment_slip_paper import codes_on

ON = date(2025, 7, 10)
EVER = date(2000, 1, 1)


@pytest.fixture(autouse=True)
def town(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    consignors()
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")


def pages(run_id: int) -> list[str]:
    found = texts(print_run(run_id).directory)
    if folder := os.environ.get("OSAME_LOOK"):
        for number in range(1, len(found) + 1):
            (Path(folder) / f"debit-{run_id}-{number}.png").write_bytes(preview_letter(run_id, number)[1])
    return found


def has(page: str, *parts: str) -> None:
    for part in parts:
        assert part in page, (part, page)


def test_each_change_is_told_once_by_its_latest_state() -> None:
    terms(DUE, date(2025, 7, 31))
    started = receive_application(applied(received=date(2025, 5, 1), account_number="7391586"), officer=OFFICER)
    accept_application(started.application_id, on=date(2025, 5, 10), officer=OFFICER)
    account(TANAKA, "0000002", holder="ﾀﾅｶ ｲﾁﾛｳ")
    end_account(AccountKey(TANAKA, "06"), on=date(2025, 6, 1), reason="廃止届", officer=OFFICER)
    run_id = letters.send_notices(since=EVER, as_of=ON, officer=OFFICER)
    start, end = sorted(pages(run_id), key=lambda page: "廃止" in page)
    has(
        start,
        "口座振替開始のお知らせ",
        "佐藤花子様",
        "百五伊勢",
        "****586",
        "令和7年度第1期",
    )
    has(end, "口座振替廃止のお知らせ", "田中一郎様", "****002")
    assert "7391586" not in start
    with pytest.raises(NothingToSend):
        letters.send_notices(since=EVER, as_of=ON, officer=OFFICER)
    suspend_account(AccountKey(SATO, "06"), on=ON, reason="申出", officer=OFFICER)
    has(pages(letters.send_notices(since=EVER, as_of=ON, officer=OFFICER))[0], "口座振替停止のお知らせ")
    resume_account(AccountKey(SATO, "06"), on=ON, reason="申出", officer=OFFICER)
    has(pages(letters.send_notices(since=EVER, as_of=ON, officer=OFFICER))[0], "口座振替再開のお知らせ")
    account(SATO, "0000777", since=ON)
    has(pages(letters.send_notices(since=EVER, as_of=ON, officer=OFFICER))[0], "口座振替変更のお知らせ", "****777")


def test_whoever_failed_and_has_not_paid_is_told_why(tmp_path: Path) -> None:
    for who, number in ((SATO, "0000001"), (TANAKA, "0000002"), (SUZUKI, "0000004"), (KAKU, "0000003")):
        account(who, number)
    levy(
        tmp_path,
        *(determination(who, 1, 12_300) for who in (SATO, TANAKA, SUZUKI)),
        determination(KAKU, 1, 9_999_999_900),
    )
    run, files = sent(tmp_path, made=MADE)
    take(tmp_path, answered(files["0155"], {slip(SATO): "1", slip(TANAKA): "2", slip(KAKU): "1"}))
    pay(tmp_path, notice(1, TANAKA, 12_300, date(2025, 7, 8)))
    run_id = letters.send_failures(run.request_id, as_of=ON, officer=OFFICER)
    first, second = sorted(pages(run_id), key=lambda page: "架空商事" in page)
    has(
        first,
        "口座振替不能のお知らせ",
        "佐藤花子様",
        "令和7年6月30日",
        "12,300円",
        "資金不足",
        "下の納付書で納めてください",
        "領収済通知書",
        "令和7年7月24日",
    )
    has(second, "架空商事株式会社御中", "9,999,999,900円", "30万円を超えるため")
    with pytest.raises(NothingToSend):
        letters.send_failures(run.request_id, as_of=ON, officer=OFFICER)


def test_whoever_failed_pays_with_the_slip_below_the_letter(tmp_path: Path) -> None:
    """知らせに刷った納付書を、外の道具で読み、その番号で納めると、知らせた期別が消える。"""
    account(SATO)
    levy(tmp_path, *(determination(SATO, term, 10_000 * term) for term in (1, 2)))
    run, files = sent(tmp_path)
    take(tmp_path, answered(files["0155"], {slip(SATO, 1): "1", slip(SATO, 2): "2"}))
    run_id = letters.send_failures(run.request_id, as_of=ON, officer=OFFICER)
    (issued,) = slips_of(SATO)
    assert (issued.amount, issued.payable_through, len(issued.shares)) == (30_000, date(2025, 7, 24), 2)
    (path,) = print_run(run_id).directory.glob("*.pdf")
    codes = codes_on(pypdfium2.PdfDocument(path)[0])
    shop, matrix = read_barcode(codes["shop"].replace("(91)", "91")), read_matrix(codes["matrix"])
    assert (shop.serial, shop.amount, shop.through) == (issued.slip_number, 30_000, issued.payable_through)
    assert (matrix.amount, int(matrix.lower[2:22])) == (30_000, issued.slip_number)
    pay(tmp_path, notice(1, SATO, shop.amount, date(2025, 7, 20), slip_number=shop.serial), on=date(2025, 7, 22))
    assert (
        fetch_all("SELECT principal_tax, overpayment FROM charge WHERE addressee_number = %s", [SATO]) == [(0, 0)] * 2
    )
    assert slip_numbered(issued.slip_number).paid == 30_000
    assert verify_ledger().findings == ()


def test_a_newer_slip_pulls_the_letter_that_is_not_yet_printed(tmp_path: Path) -> None:
    account(SATO)
    levy(tmp_path, determination(SATO, 1, 10_000))
    run, files = sent(tmp_path)
    take(tmp_path, answered(files["0155"], {slip(SATO): "1"}))
    run_id = letters.send_failures(run.request_id, as_of=ON, officer=OFFICER)
    (carried,) = slips_of(SATO)
    assert letter_of(carried.slip_number) == (run_id, 1)
    newer = issue(*(each.charge_id for each in carried.shares), through=date(2025, 7, 31), on=ON)
    assert newer.replaced == (carried.slip_number,)
    assert fetch_all("SELECT state FROM letter WHERE run_id = %s", [run_id]) == [("9",)]
    again = letters.send_failures(run.request_id, as_of=ON, officer=OFFICER)
    has(pages(again)[0], "10,000円", str(slips_of(SATO)[0].slip_number))
    assert slip_numbered(newer.slip.slip_number).state(ON) is State.VOID


def test_a_year_is_told_without_what_was_refunded(tmp_path: Path) -> None:
    account(SATO)
    account(SATO, "0000001", tax_item="01")
    levy(tmp_path, determination(SATO, 1, 30_000), determination(SATO, 2, 20_000),
         determination(SATO, 1, 8_000, tax_item="01", slip_number=999, notice_number="7"))  # fmt: skip
    _, files = sent(tmp_path)
    pay(tmp_path, notice(1, SATO, 20_000, date(2025, 6, 25), term=2))
    take(tmp_path, answered(files["0155"], {}))
    run_id = letters.send_statements(2025, as_of=date(2026, 1, 15), officer=OFFICER)
    (page,) = pages(run_id)
    has(page, "口座振替済額の通知", "佐藤花子様", "令和7年", "38,000円", "固定資産税", "市民税")
    with pytest.raises(NothingToSend):
        letters.send_statements(2025, as_of=date(2026, 1, 16), officer=OFFICER)


def test_a_blank_form_names_the_taxpayer(tmp_path: Path) -> None:
    (page,) = pages(letters.send_form(KAKU, as_of=ON, officer=OFFICER))
    has(page, "口座振替依頼書", "架空商事株式会社", KAKU, "金融機関・店舗", "ゆうちょ銀行の記号・番号", "届出印")
