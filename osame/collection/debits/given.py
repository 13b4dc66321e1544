"""申し出られた口座。記号・番号か、店番・口座番号か。桁、店舗、名義を確かめる。

What an applicant told us of an account, checked: digits, a branch that exists today (closed ones lead to their successor), a
name that bank files can carry. A holder other than the taxpayer is allowed, and told.
"""

from dataclasses import dataclass, replace
from datetime import date

from osame.collection.debits.models import ACCOUNT_TYPES
from osame.collection.parameters import banks
from osame.formats import japan_post
from osame.formats.japan_post import JapanPostError
from osame.kernel.kana import BankField, BankKanaError, cut, for_comparison, to_bank_kana
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all

HOLDER_BYTES = 30
DIGITS = 7


class AccountDigitsWrong(Refusal):
    """口座番号は7桁までの数字です。0だけの番号は使えません。依頼書の番号を確かめてください。"""


class SymbolWrong(Refusal):
    """ゆうちょ銀行の記号・番号が、決まりに合いません。通帳の記号・番号を確かめてください。"""


class NoSuchBranch(Refusal):
    """その金融機関・店舗は、一覧にありません。コードを確かめるか、統廃合があれば承継先を基本設定に登録してください。"""


class HolderNotInBankKana(Refusal):
    """口座名義に、金融機関のファイルで使えない文字があります。カナで入力してください。"""


class UnknownAccountType(Refusal):
    """その預金種目は使えません。普通・当座・納税準備・その他のどれかを選んでください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAccount:
    """口座。 symbol と number: ゆうちょ銀行の記号・番号（ほかの金融機関では空）。"""

    bank_code: str
    branch_code: str = ""
    account_type: str = "1"
    account_number: str = ""
    holder_kana: str
    holder_name: str = ""
    symbol: str = ""
    number: str = ""
    symbol_tail: str = ""


def checked(given: GivenAccount, *, as_of: date) -> tuple[GivenAccount, list[str]]:
    """確かめ、全銀の形にそろえた口座と、職員への注意。

    要件: F06-01, F01-06
    """
    account, notes = given, []
    if given.symbol or given.number:
        account = _from_symbol(given)
    digits = account.account_number
    if not (0 < len(digits) <= DIGITS and digits.isascii() and digits.isdigit() and int(digits)):
        raise AccountDigitsWrong(f"{len(digits)}桁")
    if account.account_type not in dict(ACCOUNT_TYPES):
        raise UnknownAccountType(account.account_type)
    place = banks.successor(account.bank_code, account.branch_code, as_of=as_of)
    if place != (account.bank_code, account.branch_code):
        notes.append(f"統廃合により、{account.bank_code}-{account.branch_code} を {'-'.join(place)} に読み替えました。")
    if banks.branch(*place) is None:
        raise NoSuchBranch("-".join(place))
    try:
        holder = to_bank_kana(account.holder_kana.strip(), field=BankField.NAME)
    except BankKanaError as wrong:
        raise HolderNotInBankKana(str(wrong)) from wrong
    if not holder:
        raise HolderNotInBankKana("名義がありません")
    if len(holder) > HOLDER_BYTES:
        notes.append("口座名義が30文字を超えるので、金融機関のファイルでは切り詰めます。")
    return (
        replace(
            account, bank_code=place[0], branch_code=place[1], account_number=digits.zfill(DIGITS),
            holder_kana=cut(holder, HOLDER_BYTES), holder_name=account.holder_name.strip(),
        ),
        notes,
    )  # fmt: skip


def holder_notes(addressee_number: str, holder_kana: str) -> list[str]:
    """名義が義務者のカナと違えば、そう告げる。違ってもよいが、職員が確かめる。"""
    rows = fetch_all("SELECT kana FROM addressee WHERE addressee_number = %s", [addressee_number])
    if rows and for_comparison(rows[0][0])[:HOLDER_BYTES] != for_comparison(holder_kana)[:HOLDER_BYTES]:
        return ["口座の名義が、納税者のカナと違います。名義人の同意を、依頼書で確かめてください。"]
    return []


def _from_symbol(given: GivenAccount) -> GivenAccount:
    """ゆうちょ銀行の記号・番号から。"""
    try:
        place = japan_post.to_bank_place(given.symbol, given.number)
    except JapanPostError as wrong:
        raise SymbolWrong(str(wrong)) from wrong
    return replace(
        given, bank_code=japan_post.BANK_CODE, branch_code=place.branch_code, account_type=place.account_type,
        account_number=place.account_number, symbol_tail=place.tail,
    )  # fmt: skip
