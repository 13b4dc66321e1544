"""振替結果。依頼と一件ずつ照らし、合うものだけを消し込む。古いファイルや再送は、何も変えない。"""

from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from osame.collection.debits.batch import cancel_request
from osame.collection.debits.queries import current_accounts
from osame.collection.debits.requests import failures_of, one_request, results_of, waiting_of
from osame.collection.debits.statements import paid_in_year
from osame.collection.intake.queries import open_row
from osame.collection.ledger.digest import ledger_digest
from osame.collection.ledger.verification import verify_ledger
from osame.platform.database import fetch_all, fetch_one
from tests.systems.collection.cast import KAKU, SATO, SUZUKI, TANAKA, determination, notice, slip
from tests.systems.collection.debit_cast import DUE, TOLD, account, answered, consignors, order, sent, take, terms
from tests.systems.collection.demand_cast import levy, move_in, pay, set_value

CODES = "0123489"
PEOPLE = [f"{number:015d}" for number in range(21, 28)]


@pytest.fixture(autouse=True)
def sound(city: str) -> object:
    """どの試験の後でも、元帳に食い違いがない。"""
    consignors()
    yield
    assert verify_ledger().sound


@pytest.fixture
def seven(tmp_path: Path) -> None:
    """七人が、一つずつの口座を持つ。"""
    for who in PEOPLE:
        move_in(who)
        account(who, who[-7:])
    levy(tmp_path, *(determination(who, 1, 10_000 + int(who)) for who in PEOPLE))


def unpaid(who: str, term: int = 1) -> int:
    return int(
        fetch_one(
            "SELECT principal_tax FROM charge WHERE addressee_number = %s AND installment_term = %s", [who, term]
        )[0]
    )


def test_every_result_code_is_posted_right(seven: None, tmp_path: Path) -> None:
    run, files = sent(tmp_path)
    codes = {slip(who): code for who, code in zip(PEOPLE, CODES, strict=True)}
    result = take(tmp_path, answered(files["0155"], codes))
    assert (result.rows_in, result.rows_posted, result.rows_held, result.rows_rejected) == (7, 7, 0, 0)
    assert (result.amount_matched, result.amount_reported) == (10_021, sum(10_000 + int(who) for who in PEOPLE[1:]))
    assert [unpaid(who) for who in PEOPLE] == [0, *(10_000 + int(who) for who in PEOPLE[1:])]
    told = dict(fetch_all("SELECT addressee_number, code FROM debit_result"))
    assert told == dict(zip(PEOPLE, CODES, strict=True))
    assert [(each.name, each.count) for each in results_of(run.request_id)] == [
        ("振替済", 1), ("資金不足", 1), ("預金取引なし", 1), ("預金者の都合による振替停止", 1),
        ("預金口座振替依頼書なし", 1), ("委託者の都合による振替停止", 1), ("その他", 1),
    ]  # fmt: skip
    assert [each.code for each in failures_of(run.request_id)] == list("123489")
    assert fetch_one("SELECT paid_on, received_on FROM receipt") == (DUE, DUE)
    assert one_request(run.request_id).state_name == "結果がそろった"


def test_the_same_file_again_changes_nothing(seven: None, tmp_path: Path) -> None:
    _, files = sent(tmp_path)
    content = answered(files["0155"], {slip(PEOPLE[1]): "1"})
    take(tmp_path, content)
    before, results = ledger_digest(), fetch_all("SELECT * FROM debit_result")
    assert take(tmp_path, content, name="again.txt").already_received
    other_bytes = take(tmp_path, content.replace(b"\r\n", b"\n"), name="lf.txt")
    assert (other_bytes.rows_posted, other_bytes.rows_rejected) == (0, 7)
    assert (ledger_digest(), fetch_all("SELECT * FROM debit_result")) == (before, results)


def test_last_years_file_is_refused_whole(seven: None, tmp_path: Path) -> None:
    levy(
        tmp_path,
        *(determination(who, 1, 9_000, levy_year=2024, tax_year=2024, notice_number=f"9{who[-9:]}", slip_number=240_600_000_000 + int(who),
                        due_on=date(2024, 7, 1)) for who in PEOPLE),
        name="last.csv",
    )  # fmt: skip
    _, files = sent(tmp_path)
    old = answered(files["0155"], {})
    for who in PEOPLE:  # 去年の同じ月日のファイル。納付書番号だけが違う
        old = old.replace(f"{slip(who):020d}".encode(), f"{240_600_000_000 + int(who):020d}".encode())
    before = ledger_digest()
    result = take(tmp_path, old)
    assert "一件も合いません" in result.refusal
    assert (ledger_digest(), fetch_all("SELECT 1 FROM receipt")) == (before, [])
    right = take(tmp_path, answered(files["0155"], {}), name="right.txt")
    assert right.rows_posted == 7


def test_a_result_of_what_never_went_out_is_refused(seven: None, tmp_path: Path) -> None:
    run, files = sent(tmp_path)
    content = answered(files["0155"], {})
    cancel_request(run.request_id, on=TOLD, reason="金額の誤り。百五銀行に破棄を確認")
    assert "依頼は渡していません" in take(tmp_path, content).refusal
    assert fetch_all("SELECT 1 FROM receipt") == []


def test_lines_that_were_not_asked_for_reach_nobody(seven: None, tmp_path: Path) -> None:
    """依頼にない振替は仮受へ、依頼にない不能は不受理へ、額の違う振替も仮受へ。数はどれも合う。"""
    _, files = sent(tmp_path)
    content = answered(files["0155"], {slip(PEOPLE[2]): "1"})
    content = content.replace(f"{slip(PEOPLE[0]):020d}".encode(), f"{slip(PEOPLE[0]) + 77:020d}".encode())
    content = content.replace(f"{slip(PEOPLE[2]):020d}".encode(), f"{slip(PEOPLE[2]) + 77:020d}".encode())
    content = content.replace(b"0000010022", b"0000010012").replace(b"000000070168", b"000000070158")
    total, paid = sum(10_000 + int(w) for w in PEOPLE) - 10, sum(10_000 + int(w) for w in PEOPLE) - 10 - 10_023
    content = content.replace(f"{total + 10:012d}".encode(), f"{total:012d}".encode())
    content = content.replace(f"{paid + 10:012d}".encode(), f"{paid:012d}".encode())
    result = take(tmp_path, content)
    assert result.refusal == ""
    assert (result.rows_posted, result.rows_held, result.rows_rejected) == (4, 2, 1)
    assert [unpaid(who) for who in PEOPLE[:3]] == [10_021, 10_022, 10_023]
    held = dict(fetch_all("SELECT amount, investigation FROM held_receipt"))
    assert "依頼にない振替の結果" in held[10_021]
    assert "10,022円と違う額" in held[10_012]
    assert "依頼にない振替の結果" in result.problems[0][1]


def readable() -> str:
    """データベースの扉から読めるもの、すべて。表の行も、バイト列の中身も。"""
    columns = fetch_all(
        "SELECT c.table_name, c.column_name, c.data_type = 'bytea' FROM information_schema.columns c "
        "JOIN information_schema.tables t USING (table_schema, table_name) "
        "WHERE table_schema = 'public' AND t.table_type = 'BASE TABLE' "
        "AND has_column_privilege(c.table_name::text, c.column_name::text, 'SELECT')"
    )
    texts = []
    for table, column, binary in columns:
        cell = f"encode(\"{column}\", 'escape')" if binary else f'"{column}"::text'
        texts += [str(text) for (text,) in fetch_all(f"SELECT {cell} FROM {table}")]
    return "\n".join(texts)


def test_no_account_number_of_a_held_or_rejected_line_lies_readable(tmp_path: Path, clerk: Client) -> None:
    """依頼にない振替（保留）も、依頼にない不能（不受理）も、届いた行を残すが、口座番号はどこからも読めない。"""
    canaries = ("7391586", "8520147", "6284093")
    for who, number in zip(PEOPLE, canaries, strict=False):
        move_in(who)
        account(who, number)
    levy(tmp_path, *(determination(who, 1, 10_000) for who in PEOPLE[:3]))
    _, files = sent(tmp_path)
    content = answered(files["0155"], {slip(PEOPLE[1]): "1"})
    for who in PEOPLE[:2]:
        content = content.replace(f"{slip(who):020d}".encode(), f"{slip(who) + 77:020d}".encode())
    result = take(tmp_path, content)
    assert (result.rows_posted, result.rows_held, result.rows_rejected) == (1, 1, 1)
    told = readable()
    assert "依頼にない振替の結果" in told  # 届いた行は、確かに残っている
    assert [number for number in canaries if number in told] == []
    (line,) = fetch_one("SELECT line_number FROM rejected_row WHERE intake_file_id = %s", [result.intake_file_id])
    page = clerk.get(f"/held/1/{result.intake_file_id}/{line}/")
    assert page.status_code == 200
    assert [number for number in canaries if number in page.content.decode()] == []
    row = open_row("1", result.intake_file_id, line)
    assert b"8520147" in row.raw  # 直すため、差し戻すために、封は開く


def test_a_part_of_the_banks_comes_late(seven: None, tmp_path: Path) -> None:
    run, files = sent(tmp_path)
    late = tuple(slip(who) for who in PEOPLE[:3])
    take(tmp_path, answered(files["0155"], {}, without=late))
    assert one_request(run.request_id).waiting == 3
    assert {each.addressee_number for each in waiting_of(run.request_id)} == set(PEOPLE[:3])
    rest = tuple(slip(who) for who in PEOPLE[3:])
    take(tmp_path, answered(files["0155"], {}, without=rest), name="late.txt")
    assert one_request(run.request_id).waiting == 0


def test_a_corrected_result_pays_after_all(seven: None, tmp_path: Path) -> None:
    run, files = sent(tmp_path)
    take(tmp_path, answered(files["0155"], {slip(PEOPLE[0]): "9"}))
    take(tmp_path, answered(files["0155"], {}), name="corrected.txt")
    assert unpaid(PEOPLE[0]) == 0
    assert one_request(run.request_id).failed == 0


def test_repeated_failures_stop_the_account(tmp_path: Path) -> None:
    days = (DUE, date(2025, 7, 31), date(2025, 9, 1))
    terms(*days)
    set_value("口座振替を止める連続不能の回数", "2")
    account(SATO), account(TANAKA, "0000002", holder="ﾀﾅｶ ｲﾁﾛｳ")
    levy(tmp_path, *(determination(who, n, due_on=day) for who in (SATO, TANAKA) for n, day in enumerate(days, 1)))
    for number, day in enumerate(days[:2], 1):
        _, files = sent(tmp_path, order(day), made=date(2025, 6, 18) if number == 1 else date(2025, 7, 20))
        codes = {slip(SATO, number): "1", slip(TANAKA, number): "1" if number == 1 else "0"}
        take(
            tmp_path,
            answered(files["0155"], codes),
            on=date(day.year, day.month + (1 if day.day > 29 else 0), 3),
            name=f"{number}.txt",
        )
    assert [each.state_name for each in current_accounts(SATO, as_of=date(2025, 9, 1))] == ["停止"]
    assert [each.state_name for each in current_accounts(TANAKA, as_of=date(2025, 9, 1))] == ["有効"]
    assert "連続2回の振替不能" in current_accounts(SATO, as_of=date(2025, 9, 1))[0].reason
    run, files = sent(tmp_path, order(days[2]), made=date(2025, 8, 20))
    assert run.count == 1


def test_only_short_funds_are_debited_again(seven: None, tmp_path: Path) -> None:
    run, files = sent(tmp_path)
    take(tmp_path, answered(files["0155"], {slip(w): c for w, c in zip(PEOPLE, "0112341", strict=True)}))
    pay(tmp_path, notice(1, PEOPLE[1], 10_022, date(2025, 7, 8)))  # 再振替の前に、窓口で納めた
    again, _ = sent(tmp_path, order(DUE, date(2025, 7, 22), run.request_id), made=date(2025, 7, 10))
    assert (again.count, again.amount) == (2, 10_023 + 10_027)
    told = fetch_all("SELECT reason FROM debit_exclusion WHERE request_id = %s", [again.request_id])
    assert told == [("01",)]


def test_the_statement_leaves_out_what_is_refunded(tmp_path: Path) -> None:
    account(SATO), account(SUZUKI, "0000004", holder="ｽｽﾞｷ ｲｴ")
    levy(tmp_path, determination(SATO), determination(SATO, 2, 20_000), determination(SUZUKI))
    _, files = sent(tmp_path)
    pay(
        tmp_path, notice(1, SATO, 50_000, date(2025, 6, 25))
    )  # 依頼の後に窓口でも納めた。引落しは、まるごと過誤納になる
    take(tmp_path, answered(files["0155"], {slip(SUZUKI): "1"}))
    assert [(each.addressee_number, each.times, each.amount) for each in paid_in_year(2025)] == [(SATO, 1, 20_000)]
    assert paid_in_year(2024) == ()


def test_a_consignor_of_a_former_system_is_posted_without_a_request(tmp_path: Path) -> None:
    levy(tmp_path, determination(KAKU))
    account(KAKU, holder="ｶｸｳｼﾖｳｼﾞ")
    _, files = sent(tmp_path)
    content = answered(files["0155"], {}).replace(b"0000123456", b"0000999999")
    assert take(tmp_path, content).rows_posted == 1
