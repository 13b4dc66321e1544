"""標準帳票のOCR行。上段39桁と下段44桁、それぞれ先頭2桁が検査数字。

OCR lines of the standard payment slip: upper 39 and lower 44 digits, each led by two check digits. Only the check
digits and the eLTAX arrangement live here; issuer-defined arrangements are bodies to `complete`.
"""

from dataclasses import dataclass

from osame.kernel.money import Yen

UPPER_LENGTH = 39
LOWER_LENGTH = 44


class OcrLineError(ValueError):
    """OCR行として読めない。"""


def check_digits(body: str) -> str:
    """本体（3桁目から）の検査数字2桁。

    >>> check_digits("0000000000000000003600226000033421101")
    '61'
    """
    digits = [int(digit) for digit in body]
    odd, even = digits[0::2], digits[1::2]  # 印字位置で奇数（3,5,7…）と偶数（4,6,8…）
    second = (sum(digit * (9 - place % 8) for place, digit in enumerate(odd)) + sum(even)) % 10
    weighed = sum(digit * (2 + (place + 1) % 8) for place, digit in enumerate(even))
    first = (second * 2 + weighed + sum(odd)) % 11 % 10
    return f"{first}{second}"


def complete(body: str) -> str:
    """本体に検査数字を付けて一行にする。"""
    if not (body.isascii() and body.isdigit()) or len(body) not in {UPPER_LENGTH - 2, LOWER_LENGTH - 2}:
        raise OcrLineError(f"OCR行の本体は37桁か42桁の数字です（{len(body)}桁）。")
    return check_digits(body) + body


def is_valid(line: str) -> bool:
    """桁数と検査数字が正しいか。"""
    if len(line) not in {UPPER_LENGTH, LOWER_LENGTH} or not (line.isascii() and line.isdigit()):
        return False
    return check_digits(line[2:]) == line[:2]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpperLine:
    """地方税統一様式の上段。"""

    amount: Yen
    tax_fee_number: str  # 税目・料金番号（3桁）
    account_number: str = "0" * 11
    fee_bearer: str = "2"  # 手数料負担。2 は加入者
    institution_code: str = "13800"  # 機関ID
    stamp: str = "0"
    extension: str = "00000"


@dataclass(frozen=True, slots=True, kw_only=True)
class LowerLine:
    """地方税統一様式の下段。"""

    matter_key: str  # 案件特定キー（20桁）
    confirmation_number: str  # 確認番号（6桁）
    agency_number: str  # 共通納税機関コード（5桁）
    usage_area: str = "0"  # eLTAX利用領域
    tax_office_code: str = "000"
    extension: str = "0000000"


def write_upper(line: UpperLine) -> str:
    """上段39桁。"""
    if not 0 <= line.amount <= 99_999_999_999:
        raise OcrLineError(f"金額{line.amount:,}円は11桁に収まりません。")
    parts = (
        ("口座番号", line.account_number, 11),
        ("金額", f"{line.amount:011d}", 11),
        ("手数料負担", line.fee_bearer, 1),
        ("機関ID", line.institution_code, 5),
        ("印紙税", line.stamp, 1),
        ("税目・料金番号", line.tax_fee_number, 3),
        ("上段の拡張", line.extension, 5),
    )
    return complete(join_parts(parts))


def write_lower(line: LowerLine) -> str:
    """下段44桁。"""
    parts = (
        ("案件特定キー", line.matter_key, 20),
        ("確認番号", line.confirmation_number, 6),
        ("eLTAX利用領域", line.usage_area, 1),
        ("共通納税機関コード", line.agency_number, 5),
        ("税務事務所コード", line.tax_office_code, 3),
        ("下段の拡張", line.extension, 7),
    )
    return complete(join_parts(parts))


def join_parts(parts: tuple[tuple[str, str, int], ...]) -> str:
    """桁数を確かめてつなぐ。"""
    for name, text, length in parts:
        if len(text) != length or not (text.isascii() and text.isdigit()):
            raise OcrLineError(f"{name}「{text}」は{length}桁の数字ではありません。")
    return "".join(text for _, text, _ in parts)


def read_upper(line: str) -> UpperLine:
    """上段39桁を読む。"""
    if len(line) != UPPER_LENGTH or not is_valid(line):
        raise OcrLineError("OCR上段の検査数字が合いません。")
    return UpperLine(
        account_number=line[2:13],
        amount=Yen(int(line[13:24])),
        fee_bearer=line[24],
        institution_code=line[25:30],
        stamp=line[30],
        tax_fee_number=line[31:34],
        extension=line[34:39],
    )


def read_lower(line: str) -> LowerLine:
    """下段44桁を読む。"""
    if len(line) != LOWER_LENGTH or not is_valid(line):
        raise OcrLineError("OCR下段の検査数字が合いません。")
    return LowerLine(
        matter_key=line[2:22],
        confirmation_number=line[22:28],
        usage_area=line[28],
        agency_number=line[29:34],
        tax_office_code=line[34:37],
        extension=line[37:44],
    )
