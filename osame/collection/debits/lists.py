"""口座振替の一覧。請求件数表・明細（R-018）、結果表（R-019）、依頼の後に変わったもの、年間の振替済額。

Lists as CSV, through the egress broker. No list holds an account number: banks and branches, and the last digits.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.http import HttpResponse

from osame.collection.debits.numbers import masked
from osame.collection.debits.requests import (
    Sum,
    bank_name,
    changed_since,
    exclusions_of,
    failures_of,
    files_of,
    one_request,
    results_of,
)
from osame.collection.debits.statements import paid_in_year
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all
from osame.platform.egress.authority import NONE, Authority, Output
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord
from osame.platform.letters.csv_list import csv_bytes

TOTALS_HEADING = ("区分", "名", "件数", "金額")
LINES_HEADING = (
    "金融機関", "店舗", "口座番号（下3桁）", "名義", "宛名番号", "氏名", "税目", "賦課年度", "期別", "納付書番号", "金額", "新規コード",
)  # fmt: skip
RESULT_HEADING = (
    "結果", "金融機関", "宛名番号", "氏名", "税目", "賦課年度", "期別", "納期限", "金額", "いまの未納",
)  # fmt: skip


class NoSuchList(Refusal):
    """その一覧はありません。一覧の名を確かめてください。"""


def totals(request_id: int) -> bytes:
    """請求件数表（R-018）。 要件: F06-04"""
    found = one_request(request_id)
    rows: list[tuple[Any, ...]] = [
        (
            "依頼",
            f"依頼番号{request_id}・第{found.generation}世代・引落日{format_wareki(found.debit_on)}",
            found.count,
            found.amount,
        )
    ]
    rows += [
        ("ファイル", f"{each.bank_name} {each.sha256[:16]}", each.count, each.amount) for each in files_of(request_id)
    ]
    rows += _sums("引落銀行", _by("bank_code", request_id))
    rows += _sums("除外", exclusions_of(request_id))
    return csv_bytes(TOTALS_HEADING, rows)


def lines(request_id: int) -> bytes:
    """請求明細（R-018）。口座番号は下3桁だけ。 要件: F06-04"""
    rows = fetch_all(
        "SELECT i.bank_code, i.branch_code, b.number_tail, b.holder_kana, i.addressee_number, coalesce(a.name, ''), "
        "i.tax_item, c.levy_year, c.installment_term, i.slip_number, i.amount, i.new_code FROM debit_instruction i "
        "JOIN charge c USING (addressee_number, charge_id) LEFT JOIN addressee a USING (addressee_number) "
        "JOIN debit_account b ON b.addressee_number = i.addressee_number AND b.tax_item = i.tax_item "
        "AND b.debit_class = i.debit_class AND b.history_number = i.history_number "
        "WHERE i.request_id = %s ORDER BY i.bank_code, i.branch_code, i.charge_id",
        [request_id],
    )
    return csv_bytes(LINES_HEADING, ((bank_name(row[0]), row[1], masked(row[2]), *row[3:]) for row in rows))


def results(request_id: int) -> bytes:
    """結果表（R-019）。結果コードごと。 要件: F06-05"""
    return csv_bytes(TOTALS_HEADING, _sums("結果", results_of(request_id)))


def failures(request_id: int) -> bytes:
    """不能の明細（R-019）。理由の順。 要件: F06-05, F06-07"""
    return _debits(failures_of(request_id))


def changed(request_id: int) -> bytes:
    """依頼の後に、更正や納付で額の変わったもの。 要件: F06-04"""
    return _debits(changed_since(request_id))


LISTS: dict[str, tuple[str, Callable[[int], bytes]]] = {
    "totals": ("請求件数表", totals),
    "lines": ("請求明細", lines),
    "results": ("結果表", results),
    "failures": ("不能の明細", failures),
    "changed": ("依頼の後に変わったもの", changed),
}
"""一覧の名と、その中身。"""


def write_list(request_id: int, kind: str, to: Path) -> EgressRecord:
    """一覧を、出力の仲介を通してファイルにする。

    要件: F06-04, F06-05, F29-06
    """
    content, output, authority = _made(request_id, kind, EgressMedium.FILE)
    return emit(content, to, output, authority)


def save_list(request_id: int, kind: str) -> HttpResponse:
    """一覧を、画面から保存する。

    要件: F06-04, F06-05, F29-06
    """
    content, output, authority = _made(request_id, kind, EgressMedium.SCREEN)
    return download(content, f"{kind}.csv", output, authority)


def write_statement(year: int, to: Path, *, authority: Authority = NONE) -> EgressRecord:
    """一年に口座振替で納めた額の一覧。

    要件: F06-10, F29-06
    """
    paid = paid_in_year(year)
    content = csv_bytes(
        ("宛名番号", "税目", "回数", "振替済額"),
        ((each.addressee_number, each.tax_item_name, each.times, each.amount) for each in paid),
    )
    people = tuple(dict.fromkeys(each.addressee_number for each in paid))
    return emit(content, to, Output(EgressKind.LIST, people), authority)


def _made(request_id: int, kind: str, medium: EgressMedium) -> tuple[bytes, Output, Authority]:
    if kind not in LISTS:
        raise NoSuchList(kind[:40])
    one_request(request_id)
    people = tuple(
        number
        for (number,) in fetch_all(
            "SELECT DISTINCT addressee_number FROM debit_instruction WHERE request_id = %s", [request_id]
        )
    )
    authority = Authority(bulk_by_law=f"debit-request:{request_id}") if people else NONE
    return LISTS[kind][1](request_id), Output(EgressKind.LIST, people, medium=medium), authority


def _by(column: str, request_id: int) -> tuple[Sum, ...]:
    rows = fetch_all(
        f"SELECT {column}, count(*), sum(amount)::bigint FROM debit_instruction WHERE request_id = %s GROUP BY 1 ORDER BY 1",
        [request_id],
    )
    return tuple(Sum(bank_name(code), *each) for code, *each in rows)


def _sums(kind: str, sums: Iterable[Sum]) -> list[tuple[Any, ...]]:
    return [(kind, each.name, each.count, each.amount) for each in sums]


def _debits(found: Iterable[Any]) -> bytes:
    return csv_bytes(
        RESULT_HEADING,
        (
            (
                each.result, each.place, each.addressee_number, each.name, each.tax_item_name, each.levy_year,
                each.installment_term, each.due_date, each.amount, each.unpaid,
            )
            for each in found
        ),
    )  # fmt: skip
