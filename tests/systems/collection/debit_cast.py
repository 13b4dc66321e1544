"""What the direct debit tests add to the cast: consignors, accounts, requests that went out, and a bank that answers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from osame.collection.debits.actions import AccountChange, AccountKey, set_account
from osame.collection.debits.batch import DebitRun, make_request
from osame.collection.debits.given import GivenAccount
from osame.collection.debits.importing import import_results
from osame.collection.debits.outgoing import write_file
from osame.collection.debits.selection import DebitOrder
from osame.formats import zengin_debit
from osame.platform.database import run_sql
from osame.platform.imports.registry import ImportResult
from tests.systems.collection.cast import OFFICER
from tests.systems.collection.demand_cast import set_value

DUE = date(2025, 6, 30)  # 月曜日
MADE = date(2025, 6, 18)
TOLD = date(2025, 7, 2)  # 結果の届く日
HYAKUGO, SANJUSAN, POST = "0155", "0154", "9900"


def consignors(*, others: bool = True) -> None:
    """百五が、ほかの分も受ける。"""
    run_sql(
        "INSERT INTO debit_consignor (bank_code, valid_from, consignor_code, consignor_name, branch_code, account_type, "
        "account_number, takes_others) VALUES ('0155', '2000-01-01', '0000123456', 'ｲｾｼ', '701', '1', '1234567', %s)",
        [others],
    )
    set_value("口座振替を止める連続不能の回数", "3")
    set_value("口座振替の開始までの日数", "45")
    set_value("口座振替の開始までの日数（ペイジー）", "20")


def terms(*days: date, tax_item: str = "06", year: int = 2025) -> None:
    """期別マスタ。"""
    for number, day in enumerate(days, 1):
        run_sql(
            "INSERT INTO installment_term (levy_year, tax_item, installment_term, name, year_month, due_date, sort_order, "
            "occasional) VALUES (%s, %s, %s, %s, %s, %s, %s, false)",
            [year, tax_item, number, f"第{number}期", f"{day:%Y-%m}", day, number],
        )


def account(
    who: str, number: str = "0000001", *, bank: str = HYAKUGO, branch: str = "701", holder: str = "ｻﾄｳ ﾊﾅｺ",
    since: date = date(2025, 4, 1), tax_item: str = "06", method: str = "1",
) -> list[str]:  # fmt: skip
    """有効な口座。"""
    given = GivenAccount(bank_code=bank, branch_code=branch, account_number=number, holder_kana=holder)
    return set_account(AccountKey(who, tax_item), given, AccountChange(since, "依頼書による", method), officer=OFFICER)


def order(due: date = DUE, on: date | None = None, source: int | None = None) -> DebitOrder:
    """依頼の注文。"""
    return DebitOrder(due, on or due, source)


def sent(folder: Path, asked: DebitOrder | None = None, *, made: date = MADE) -> tuple[DebitRun, dict[str, bytes]]:
    """依頼を作り、渡す。金融機関 → 渡したバイト列。"""
    run = make_request(asked or order(), as_of=made, officer=OFFICER)
    files = {}
    for bank in run.files:
        to = folder / f"{run.request_id}-{bank}.txt"
        write_file(run.request_id, bank, to, as_of=made)
        files[bank] = to.read_bytes()
    return run, files


def answered(
    content: bytes, codes: Mapping[int, str], *, year: int = 2025, default: str = "0", without: tuple[int, ...] = ()
) -> bytes:
    """金融機関の答え。納付書番号 → 結果コード。 without: 結果に載せない納付書番号。"""
    ((batch, lines),) = zengin_debit.read_request(content, business_year=year).batches
    return zengin_debit.write_result(batch, [
        _coded(each, codes.get(int(each.customer_number), default))
        for each in lines
        if int(each.customer_number) not in without
    ])  # fmt: skip


def _coded(line: zengin_debit.DebitInstruction, code: str) -> zengin_debit.DebitInstruction:

    return replace(line, result_code=code)


def take(folder: Path, content: bytes, *, on: date = TOLD, name: str = "result.txt") -> ImportResult:
    """結果を取り込む。"""
    path = folder / name
    path.write_bytes(content)
    return import_results(path, as_of=on, officer=OFFICER)
