"""納付書番号の付け方。一つの番号から、バーコードの自由使用欄と案件特定キーを作る。

One serial per payment slip (at most 15 digits, never reused) gives both codes printed on it: the 21 digits of the
GS1-128 free field and the 20-digit matter key of eL-QR, and back.
"""

from osame.formats.gs1_128 import check_digit

MAX_SLIP_NUMBER = 10**15 - 1


class SlipNumberError(ValueError):
    """納付書番号は1から15桁までの整数である。"""


def gs1_free_field(slip_number: int, corporate_code: str) -> str:
    """自由使用欄21桁 = 収納企業コード5桁 + 納付書番号15桁 + 検査数字。

    >>> gs1_free_field(2024000000123, "24203")
    '242030020240000001230'
    """
    require_slip_number(slip_number)
    if len(corporate_code) != 5 or not (corporate_code.isascii() and corporate_code.isdigit()):
        raise SlipNumberError(f"収納企業コード「{corporate_code}」は5桁の数字ではありません。")
    serial = f"{slip_number:015d}"
    return f"{corporate_code}{serial}{check_digit(serial)}"


def slip_number_of_free_field(free_field: str | bytes) -> int | None:
    """自由使用欄から納付書番号を取り出す。検査数字が合わなければ、ほかの仕組みの番号なので None。"""
    digits = free_field if isinstance(free_field, bytes) else free_field.encode("ascii", "replace")
    if len(digits) != 21 or not digits.isdigit():
        return None
    # 検査数字を含む和が10で割り切れるか。48 は数字 0 の文字コード。32 = 3×8 + 7 + 1
    if (3 * sum(digits[5:20:2]) + sum(digits[6:20:2]) + digits[20] - 48 * 32) % 10:
        return None
    return int(digits[5:20]) or None


def matter_key(slip_number: int) -> str:
    """案件特定キー（消込特定キー情報1）20桁。

    >>> matter_key(2024000000123)
    '00000002024000000123'
    """
    require_slip_number(slip_number)
    return f"{slip_number:020d}"


def slip_number_of_matter_key(key: str | bytes) -> int | None:
    """案件特定キーから納付書番号を取り出す。15桁に収まらないものは None。"""
    if not key.isdigit() or not key.isascii() or len(key) > 20:
        return None
    number = int(key)
    return number if 0 < number <= MAX_SLIP_NUMBER else None


def require_slip_number(slip_number: int) -> None:
    """納付書番号の範囲を確かめる。"""
    if not 0 < slip_number <= MAX_SLIP_NUMBER:
        raise SlipNumberError(f"納付書番号{slip_number}は1から15桁までの整数ではありません。")
