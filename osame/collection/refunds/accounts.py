"""還付先口座。登録し、確かめ、順位に従って選ぶ。番号は封をして置く。

Where refunds are paid to. The account number is sealed with this installation's key and bound to its row; pages see the
last three digits. Which account is used follows the order of F05-04, and none but the claimed one without consent.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Value
from django.db.models.functions import Coalesce

from osame.collection.parameters.banks import branch, successor
from osame.collection.refunds.models import PayeeAccount
from osame.kernel.kana import BankField, BankKanaError, for_comparison, to_bank_kana
from osame.kernel.refusals import Refusal
from osame.platform import secret_keys
from osame.platform.database import fetch_all, fetch_one

KEY = "payee-account"
NUMBER_DIGITS = 7
SEPARATOR = "\n"  # 番号と名義を一緒に封じるときの境
PUBLIC_MONEY = PayeeAccount.Source.PUBLIC_MONEY
# 画面と帳票での口座。下三桁だけを見せる。消した口座は、消したと言う。
LABEL = "CASE WHEN a.erased_on IS NULL THEN a.bank_code || '-' || a.branch_code || ' ****' || a.last_digits ELSE '消去済' END"
# 本人の生きている口座を、出どころの順、新しい順に。同意のない口座は、次の還付に使わない。
STANDING = """
SELECT account_id FROM payee_account
WHERE addressee_number = %s AND own AND consented AND erased_on IS NULL AND registered_on <= %s AND (ended_on IS NULL OR ended_on > %s)
ORDER BY source, account_id DESC LIMIT 1
"""


class UnknownBranch(Refusal):
    """この金融機関・店舗はありません。金融機関コード（4桁）と店舗コード（3桁）を確かめてください。"""


class AccountUnreadable(Refusal):
    """口座番号は、7桁までの数字です。ゆうちょ銀行の口座は、店番と7桁の番号に直して入力してください。"""


class HolderUnwritable(Refusal):
    """口座名義は、振込に使える文字（カタカナ・英大文字・数字など）で入力してください。"""


@dataclass(frozen=True, slots=True)
class Account:
    """口座。"""

    bank_code: str
    branch_code: str
    account_type: PayeeAccount.AccountType
    number: str
    holder_kana: str


@dataclass(frozen=True, slots=True)
class Registration:
    """口座の登録のしかた。 own: 本人の口座か; consented: 次の還付にも使うことに同意したか。"""

    source: PayeeAccount.Source
    own: bool
    consented: bool


def register_account(addressee_number: str, account: Account, how: Registration, *, as_of: date, officer: str) -> int:
    """口座を登録する。店舗の統廃合があれば、いまの店舗で置く。口座の番号を返す。

    Of a 公金受取口座 the holder's name is sealed together with the number; nothing of either stands in clear.

    要件: F05-04
    """
    refuse_unusable(account)
    bank_code, branch_code = successor(account.bank_code, account.branch_code, as_of=as_of)
    number, holder = account.number.zfill(NUMBER_DIGITS), to_bank_kana(account.holder_kana, field=BankField.NAME)
    secret, shown = (f"{number}{SEPARATOR}{holder}", "") if how.source == PUBLIC_MONEY else (number, holder)
    (account_id,) = fetch_one("SELECT nextval('payee_account_number')")
    PayeeAccount.objects.create(
        addressee_number=addressee_number, account_id=account_id, source=how.source, own=how.own, bank_code=bank_code,
        branch_code=branch_code, account_type=account.account_type,
        sealed_number=secret_keys.seal(KEY, secret, owner=_owner(addressee_number, account_id)),
        last_digits=number[-3:], holder_kana=shown,
        consented=how.consented, registered_on=as_of, officer=officer,
    )  # fmt: skip
    return int(account_id)


def refuse_unusable(account: Account) -> None:
    """振り込めない口座を断る。"""
    if branch(account.bank_code, account.branch_code) is None:
        raise UnknownBranch(f"{account.bank_code}-{account.branch_code}")
    if not (account.number.isascii() and account.number.isdigit() and len(account.number) <= NUMBER_DIGITS):
        raise AccountUnreadable
    try:
        to_bank_kana(account.holder_kana, field=BankField.NAME)
    except BankKanaError as unwritable:
        raise HolderUnwritable(str(unwritable)) from unwritable
    if not account.holder_kana.strip():
        raise HolderUnwritable


def standing_account(addressee_number: str, *, as_of: date) -> int | None:
    """いま使える本人の口座。出どころの順位で一つ。なければ None。"""
    rows = fetch_all(STANDING, [addressee_number, as_of, as_of])
    return int(rows[0][0]) if rows else None


def end_account(addressee_number: str, account_id: int, *, reason: str, as_of: date) -> None:
    """口座を終わらせる（解約、組戻しなど）。次からは使わない。"""
    PayeeAccount.objects.filter(addressee_number=addressee_number, account_id=account_id, ended_on=None).update(
        ended_on=as_of, ending_reason=reason
    )


def opened(addressee_number: str, account_id: int, sealed: bytes, holder_kana: str) -> tuple[str, str]:
    """封を開いた口座番号と名義。振込のファイルを作るときと、公金受取口座の名義を確かめるときだけに使う。"""
    secret = secret_keys.unseal(KEY, bytes(sealed), owner=_owner(addressee_number, account_id))
    number, _, holder = secret.partition(SEPARATOR)
    return number, holder or holder_kana


def erase_account(addressee_number: str, account_id: int, *, as_of: date) -> bool:
    """口座の中身を消す。登録したことと、いつ消したかだけが残る。消したか。

    要件: F05-05, F36-09
    """
    standing = PayeeAccount.objects.filter(addressee_number=addressee_number, account_id=account_id, erased_on=None)
    return bool(
        standing.update(
            bank_code="", branch_code="", account_type="", sealed_number=b"", last_digits="", holder_kana="",
            ended_on=Coalesce("ended_on", Value(as_of)), erased_on=as_of,
        )
    )  # fmt: skip


def is_same_name(holder_kana: str, payee_kana: str) -> bool:
    """名義と受取人が同じ名か。空白・小書き・長音の違いは問わない。"""
    return for_comparison(holder_kana).replace(" ", "") == for_comparison(payee_kana).replace(" ", "")


def _owner(addressee_number: str, account_id: int) -> str:
    return f"{addressee_number}:{account_id}"
