"""ゆうちょ銀行の記号・番号と、全銀の店番・預金種目・口座番号との変換。

The number of a 通帳 (記号・番号) to branch, kind and account number of bank files, and back.

公表された規則（ゆうちょ銀行「記号番号から振込用の店名・預金種目・口座番号への変換」）：

- 通常貯金（総合口座）は、記号が1から始まる5桁。店番は記号の2・3桁目に8を付けた3桁、種目は普通、口座番号は番号の末尾の1を除いた7桁
  （足りなければ前に0を補う）。
- 振替口座は、記号が0から始まる5桁。店番は記号の2・3桁目に9を付けた3桁、種目は当座、口座番号は番号に0を補った7桁。

記号の4・5桁目は、店番・口座番号のどこにも残らない。通帳の記号に戻すには、預かったときの4・5桁目が要る。
"""

from dataclasses import dataclass

BANK_CODE = "9900"
SAVING, TRANSFER = "1", "2"  # 普通、当座
SYMBOL_DIGITS, SAVING_DIGITS, TRANSFER_DIGITS = 5, 8, 6


class JapanPostError(ValueError):
    """記号・番号が、ゆうちょ銀行の規則に合わない。"""


@dataclass(frozen=True, slots=True)
class BankPlace:
    """全銀の店番・預金種目・口座番号。 tail: 記号の4・5桁目（通帳の記号に戻すときに使う）。"""

    branch_code: str
    account_type: str
    account_number: str
    tail: str = ""


def to_bank_place(symbol: str, number: str) -> BankPlace:
    """記号・番号を、店番・預金種目・口座番号にする。規則に合わなければ、どこが合わないかを言う。

    >>> to_bank_place("14030", "12345671")
    BankPlace(branch_code='408', account_type='1', account_number='1234567', tail='30')
    >>> to_bank_place("00950", "123456")
    BankPlace(branch_code='099', account_type='2', account_number='0123456', tail='50')
    """
    if _digits(number, SAVING_DIGITS) and not int(number):
        raise JapanPostError("番号が0だけです。通帳の番号を確かめてください。")
    if not _digits(symbol, SYMBOL_DIGITS) or len(symbol) != SYMBOL_DIGITS or symbol[0] not in "01":
        raise JapanPostError(f"記号「{symbol}」は、0か1で始まる5桁の数字です。通帳の記号を確かめてください。")
    if symbol[0] == "0":
        if not _digits(number, TRANSFER_DIGITS):
            raise JapanPostError(f"番号「{number}」は、6桁までの数字です。振替口座の番号を確かめてください。")
        return BankPlace(f"{symbol[1:3]}9", TRANSFER, number.zfill(7), symbol[3:])
    if not _digits(number, SAVING_DIGITS) or len(number) < 2 or number[-1] != "1":
        raise JapanPostError(f"番号「{number}」は、末尾が1の2桁から8桁の数字です。通帳の番号を確かめてください。")
    return BankPlace(f"{symbol[1:3]}8", SAVING, number[:-1].zfill(7), symbol[3:])


def to_symbol(place: BankPlace) -> tuple[str, str]:
    """店番・預金種目・口座番号を、通帳の記号・番号に戻す。番号の頭の0は省く。

    4・5桁目を預かっていなければ、そこを「＊」にする。推し量らない。

    >>> to_symbol(BankPlace("408", "1", "1234567", "30")), to_symbol(BankPlace("099", "2", "0123456"))
    (('14030', '12345671'), ('009＊＊', '123456'))
    """
    kind = {("8", SAVING): "1", ("9", TRANSFER): "0"}.get((place.branch_code[-1:], place.account_type))
    if kind is None or not _digits(place.branch_code, 3) or len(place.branch_code) != 3:
        raise JapanPostError(
            f"店番「{place.branch_code}」・種目「{place.account_type}」は、ゆうちょ銀行の記号に戻せません。"
        )
    if not _digits(place.account_number, 7) or not int(place.account_number):
        raise JapanPostError("口座番号は、0でない7桁までの数字です。")
    serial = str(int(place.account_number))
    if kind == "0" and len(serial) > TRANSFER_DIGITS:
        raise JapanPostError("振替口座の番号は、6桁までです。")
    return f"{kind}{place.branch_code[:2]}{place.tail or '＊＊'}", f"{serial}1" if kind == "1" else serial


def _digits(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text.isascii() and text.isdigit()
