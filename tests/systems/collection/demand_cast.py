"""What the demand and closing tests add to the cast: overdue charges, preliminary reports, neighbours in trouble."""

from datetime import date
from pathlib import Path
from typing import Any

from osame.collection.determinations.importing import import_determinations
from osame.collection.matching.importing import import_receipts, receipt_key
from osame.formats import bank_notice
from osame.formats.determination_csv import DeterminationRow
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import AS_OF, OFFICER, insert_addressees, slip, write_determinations, write_notices

ISSUED = date(2025, 7, 18)  # 納期限 6/30 の 18日後、金曜日
CUT_OFF = date(2025, 7, 15)
RECEIVED = date(2025, 7, 10)


def levy(tmp_path: Path, *rows: DeterminationRow, name: str = "levy.csv", on: date = date(2025, 7, 1)) -> None:
    """調定を取り込む。"""
    result = import_determinations(write_determinations(tmp_path / name, *rows), as_of=on, officer=OFFICER)
    assert (result.refusal, result.rows_held, result.rows_rejected) == ("", 0, 0)


def pay(tmp_path: Path, *notices: bank_notice.BankNotice, on: date = RECEIVED, sequence: int = 1) -> None:
    """済通を取り込む。"""
    path = write_notices(tmp_path / f"pay-{on.isoformat()}-{sequence}.csv", *notices, on=on, sequence=sequence)
    result = import_receipts(path, profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER)
    assert (result.refusal, result.rows_rejected) == ("", 0)


def report(number: int, addressee: str, amount: int, *, stage: str = "1", term: int = 1, on: date = RECEIVED) -> None:
    """コンビニ速報（stage 1）・取消（3）が一件届いている。"""
    run_sql(
        "INSERT INTO channel_report (receipt_key, stage, slip_number, amount, paid_on, channel, result_code, "
        "intake_file_id, line_number) VALUES (%s, %s, %s, %s, %s, '04', '', 0, %s)",
        [receipt_key("04", f"{number}"), stage, slip(addressee, term), amount, on, number],
    )


def move_in(addressee: str, **changes: Any) -> None:
    """新しい宛名。"""
    facts: dict[str, Any] = {
        "addressee_number": addressee, "kind": "1", "name": "北村 桜", "kana": "キタムラ サクラ",
        "postal_code": "5160037", "address": "架空市岩渕1丁目7-29", "address_detail": "",
        "corporate_number": "", "representative_name": "",
        "household_number": "", "mailing_postal_code": "", "mailing_address": "", "mailing_name": "",
        "protection_measure": False, "updated_on": date(2025, 1, 1), "died_on": None,
    }  # fmt: skip
    facts |= changes
    insert_addressees(tuple(facts), [tuple(facts.values())])


def expect(profile: str = "bank_notice_v0", on: date = RECEIVED, sender: str = "百五銀行") -> None:
    """その日に、そのファイルが届くはず。"""
    run_sql(
        "INSERT INTO expected_file (profile, business_on, sender, waived_by, waived_reason) "
        "VALUES (%s, %s, %s, '', '')",
        [profile, on, sender],
    )


def set_value(name: str, value: str) -> None:
    """業務パラメータを入れる。"""
    run_sql("DELETE FROM setting WHERE name = %s", [name])
    run_sql("INSERT INTO setting (name, valid_from, value, basis) VALUES (%s, '2000-01-01', %s, '試験')", [name, value])


def charge_of(addressee: str, term: int = 1) -> int:
    """期別番号。"""
    return int(
        fetch_one(
            "SELECT charge_id FROM charge WHERE addressee_number = %s AND installment_term = %s", [addressee, term]
        )[0]
    )


def balances() -> list[tuple[Any, ...]]:
    """すべての残高。取消しの前後を比べる。"""
    return fetch_all(
        "SELECT addressee_number, charge_id, determined, principal_tax, demand_fee, delinquency_charge, received, "
        "overpayment FROM charge ORDER BY 1, 2"
    )
