"""検査数字。個人番号、法人番号、団体コード、住民票コード、宛名番号。

Check digits. Every function takes the digits as text, because leading zeros count.
"""

from typing import Literal

from osame.kernel.refusals import Refusal

AddresseeCheck = Literal["none", "mod11", "mod10"]
"""宛名番号の検査方式。法令の定めはないので、団体ごとに決める。"""

LONGEST_ADDRESSEE_NUMBER = 15


class NotDigits(Refusal):
    """番号は、決められた桁数の半角数字で入力してください。"""


def individual_number_check_digit(body: str) -> str:
    """個人番号の上11桁から検査用数字を求める（平成26年総務省令第85号第5条）。

    >>> individual_number_check_digit("98320567321")
    '4'
    """
    digits = _from_lowest(body, 11)
    remainder = sum(digit * (n + 1 if n <= 6 else n - 5) for n, digit in enumerate(digits, start=1)) % 11
    return "0" if remainder <= 1 else str(11 - remainder)


def corporate_number_check_digit(body: str) -> str:
    """法人番号の基礎番号12桁から、先頭に置く検査用数字を求める。

    >>> corporate_number_check_digit("000020122335")
    '1'
    """
    digits = _from_lowest(body, 12)
    return str(9 - sum(digit * (1 if n % 2 else 2) for n, digit in enumerate(digits, start=1)) % 9)


def municipality_code_check_digit(body: str) -> str:
    """全国地方公共団体コードの上5桁から検査数字を求める。

    >>> municipality_code_check_digit("12233")
    '5'
    """
    total = sum(digit * weight for digit, weight in zip(_from_lowest(body, 5), range(2, 7), strict=True))
    return str((11 - total % 11) % 10)


def juminhyo_code_check_digit(body: str) -> str:
    """住民票コードの上10桁から検査数字を求める。余り0と1は0とする（告示の本文は未確認）。

    >>> juminhyo_code_check_digit("2472705960")
    '8'
    """
    return _mod11(_from_lowest(body, 10))


def addressee_number_check_digit(body: str, scheme: AddresseeCheck) -> str:
    """宛名番号の検査数字。方式 none は空文字。

    `mod11` は下位から2～7の重みの循環で余り0と1を0、`mod10` は下位から2・1の重みで積の桁を足す。
    """
    if scheme == "none":
        return ""
    if not 1 <= len(body) < LONGEST_ADDRESSEE_NUMBER:
        raise NotDigits(body)
    digits = _from_lowest(body, len(body))
    return _mod11(digits) if scheme == "mod11" else _mod10(digits)


def individual_number_is_valid(number: str) -> bool:
    """個人番号12桁の検査用数字が合うか。 Whether the check digit of a 12-digit individual number fits."""
    return _is_digits(number, 12) and individual_number_check_digit(number[:-1]) == number[-1]


def corporate_number_is_valid(number: str) -> bool:
    """法人番号13桁の検査用数字が合うか。 Whether the leading check digit of a 13-digit corporate number fits."""
    return _is_digits(number, 13) and corporate_number_check_digit(number[1:]) == number[0]


def municipality_code_is_valid(code: str) -> bool:
    """全国地方公共団体コード6桁の検査数字が合うか。 Whether the check digit of a 6-digit municipality code fits."""
    return _is_digits(code, 6) and municipality_code_check_digit(code[:-1]) == code[-1]


def juminhyo_code_is_valid(code: str) -> bool:
    """住民票コード11桁の検査数字が合うか。 Whether the check digit of an 11-digit resident-record code fits."""
    return _is_digits(code, 11) and juminhyo_code_check_digit(code[:-1]) == code[-1]


def addressee_number_is_valid(number: str, scheme: AddresseeCheck) -> bool:
    """宛名番号が、団体の決めた方式に合うか。 Whether an addressee number fits the municipality's scheme."""
    if not 1 <= len(number) <= LONGEST_ADDRESSEE_NUMBER or not _is_digits(number, len(number)):
        return False
    if scheme == "none":
        return True
    return len(number) > 1 and addressee_number_check_digit(number[:-1], scheme) == number[-1]


def _is_digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _from_lowest(body: str, length: int) -> tuple[int, ...]:
    if not _is_digits(body, length):
        raise NotDigits(f"{length}桁")
    return tuple(int(digit) for digit in reversed(body))


def _mod11(digits: tuple[int, ...]) -> str:
    remainder = sum(digit * (2 + n % 6) for n, digit in enumerate(digits)) % 11
    return "0" if remainder <= 1 else str(11 - remainder)


def _mod10(digits: tuple[int, ...]) -> str:
    products = (digit * (1 if n % 2 else 2) for n, digit in enumerate(digits))
    return str(-sum(sum(divmod(product, 10)) for product in products) % 10)
