"""振替口座を、還付や支払の口座にする。本人の同意により、開いた目的と番号を記録に残して、一度だけ開く。"""

from dataclasses import replace
from datetime import date

from osame.collection.debits.actions import AccountKey, NoDebitAccount, use_account
from osame.collection.debits.models import DebitAccount
from osame.collection.refunds.accounts import Account
from osame.collection.refunds.models import PayeeAccount
from osame.platform import gate
from osame.platform.database import fetch_all

REASON = "本人の同意により、還付・支払の口座にする"


def debit_account_of(addressee_number: str, tax_item: str, *, case: str, as_of: date) -> Account:
    """その税目の、いまの振替口座。 case: 還付の決議や支払決定の番号（口座の利用の記録に残る）。

    要件: F05-04, F06-11
    """
    rows = fetch_all(
        "SELECT bank_code, branch_code, account_type, holder_kana, state FROM debit_account WHERE addressee_number = %s "
        "AND tax_item = %s AND debit_class = '1' AND valid_from <= %s ORDER BY history_number DESC LIMIT 1",
        [addressee_number, tax_item, as_of],
    )
    if not rows or rows[0][4] == DebitAccount.State.ENDED:
        raise NoDebitAccount(f"{addressee_number}-{tax_item}")
    bank, branch, kind, holder, _ = rows[0]
    with gate.acting(replace(gate.required(), case=case)):
        number = use_account(AccountKey(addressee_number, tax_item), reason=REASON)
    known = kind if kind in PayeeAccount.AccountType.values else PayeeAccount.AccountType.OTHER.value
    return Account(bank, branch, PayeeAccount.AccountType(known), number, holder)
