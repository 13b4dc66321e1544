"""An outsider's reader of payment slips, written from the published layouts and sharing no line with the codecs.

Positions are those of the layouts (one-based, both ends); check digits are computed digit by digit.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class ShopBarcode:
    """The 44 digits under a shop's scanner."""

    company: str
    corporate: str
    serial: int
    reissue: int
    through: date
    amount: int


@dataclass(frozen=True)
class MatrixCode:
    """The 255 digits of eL-QR."""

    amount: int
    levy_year: int
    tax_year: int
    term: int
    due: date
    through: date
    upper: str
    lower: str


def part(text: str, first: int, length: int) -> str:
    return text[first - 1 : first - 1 + length]


def modulus_10_3_1(body: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(body)):
        total += int(digit) * (3 if place % 2 == 0 else 1)
    return -total % 10


def read_barcode(text: str) -> ShopBarcode:
    digits = text.replace("\x1d", "")
    assert len(digits) == 44, digits
    assert digits.isdigit()
    assert part(digits, 1, 2) == "91"
    assert modulus_10_3_1(digits[:43]) == int(digits[43])
    free = part(digits, 9, 21)
    assert modulus_10_3_1(free[5:20]) == int(free[20])
    assert part(digits, 37, 1) == "0"  # no revenue stamp on public money
    due = part(digits, 31, 6)
    through = date(2000 + int(due[:2]), int(due[2:4]), int(due[4:]))
    return ShopBarcode(
        part(digits, 3, 6), free[:5], int(free[5:20]), int(part(digits, 30, 1)), through, int(part(digits, 38, 6))
    )


def read_matrix(digits: str) -> MatrixCode:
    assert len(digits) == 255, len(digits)
    assert digits.isdigit()
    assert part(digits, 1, 12) == "000201010212"
    assert part(digits, 13, 4) == "2796"
    assert part(digits, 17, 9) == "000513800"
    assert part(digits, 26, 4) == "0183"
    assert part(digits, 113, 4) == "5411"
    assert part(digits, 128, 4) == "6226"
    assert part(digits, 158, 4) == "8085"
    assert part(digits, 247, 4) == "6305"
    register = 0xFFFF
    for character in digits[:250]:
        register ^= ord(character) << 8
        for _ in range(8):
            register <<= 1
            if register > 0xFFFF:
                register = (register & 0xFFFF) ^ 0x1021
    assert part(digits, 251, 5) == str(register % 100_000).zfill(5)
    upper, lower = part(digits, 30, 39), part(digits, 69, 44)
    amount = int(part(digits, 117, 11))
    assert amount == int(part(digits, 43, 11))
    return MatrixCode(
        amount, int(part(digits, 132, 4)), int(part(digits, 136, 4)), int(part(digits, 140, 2)),
        day(part(digits, 142, 8)), day(part(digits, 150, 8)), upper, lower,
    )  # fmt: skip


def day(digits: str) -> date:
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def ocr_line_is_right(line: str) -> bool:
    """Both check digits of a printed OCR line, weights as the guideline writes them (positions 1 and 2)."""
    second = first = 0
    for position in range(3, len(line) + 1):
        digit = int(line[position - 1])
        if position % 2:
            second += digit * (9 - (position - 3) // 2 % 8)
            first += digit
        else:
            second += digit
            first += digit * even_weight(position)
    second %= 10
    first = (first + 2 * second) % 11
    return line[:2] == f"{0 if first == 10 else first}{second}"


def even_weight(position: int) -> int:
    """3, 4, …, 9, 2, 3, … from position 4 in steps of two."""
    weights = (3, 4, 5, 6, 7, 8, 9, 2)
    return weights[(position - 4) // 2 % 8]
