"""命令に打たれたものを、口座と注文に読み替える。"""

from rich.markup import escape

from osame.collection.debits.actions import AccountKey
from osame.collection.debits.given import GivenAccount
from osame.collection.debits.models import DebitAccount
from osame.collection.debits.selection import DebitOrder
from osame.kernel.dates import parse_date
from osame.platform.terminal import console


def order_of(due: str, on: str | None, source: int | None, plan: bool) -> DebitOrder:
    """打たれた条件の、依頼の注文。"""
    due_date = parse_date(due)
    return DebitOrder(due_date, parse_date(on) if on else due_date, source, plan=plan)


def key_of(addressee: str, tax_item: str, plan: bool) -> AccountKey:
    """打たれた口座の名指し。"""
    debit_class = DebitAccount.Class.INSTALLMENT_PLAN if plan else DebitAccount.Class.TERMS
    return AccountKey(addressee, tax_item, debit_class)


def given_account(bank: str, branch: str, kind: str, numbers: tuple[str, str], holder: str) -> GivenAccount:
    """打たれた口座。"""
    number, symbol = numbers
    if symbol:
        return GivenAccount(bank_code=bank, symbol=symbol, number=number, holder_kana=holder)
    return GivenAccount(
        bank_code=bank, branch_code=branch, account_type=kind, account_number=number, holder_kana=holder
    )


def say_notes(said: str, notes: list[str] | tuple[str, ...]) -> None:
    """したことと、職員への注意を言う。"""
    console.print(said, soft_wrap=True)
    for each in notes:
        console.print(f"[yellow]注意：[/yellow]{escape(each)}", soft_wrap=True)
