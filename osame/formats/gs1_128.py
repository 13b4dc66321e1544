"""コンビニ収納のバーコード GS1-128（44桁）。

The 44 digits of a convenience-store payment barcode: AI 91, agency, free field, due date, stamp flag, amount, check
digit. 根拠となる様式: GS1 Japan「GS1-128による標準料金代理収納ガイドライン」。
"""

from dataclasses import dataclass
from datetime import date

from osame.kernel.money import Yen

MAX_AMOUNT = Yen(300_000)
"""コンビニで扱える上限。これを超える納付書にはバーコードを印字しない。"""
NO_DUE_DATE = "999999"


class BarcodeError(ValueError):
    """コンビニ収納のバーコードとして読めない。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentBarcode:
    """バーコードの中身。"""

    agency_code: str  # 請求書発行企業コード（6桁）
    free_field: str  # 自由使用欄（21桁）
    amount: Yen
    payable_through: date | None  # 支払期限。None は期限なし
    reissue: int = 0  # 再発行区分
    stamp_required: bool = False  # 印紙フラグ。公金は不要


def check_digit(digits: str | bytes) -> int:
    """モジュラス10・重み3と1のチェックデジット。右端の桁から3、1、3…を掛ける。

    >>> check_digit("9195991983326202401010104348002407100039500")
    3
    """
    numbers = digits if isinstance(digits, bytes) else digits.encode("ascii")
    weighed = 3 * (sum(numbers[-1::-2]) - 48 * len(numbers[-1::-2]))
    plain = sum(numbers[-2::-2]) - 48 * len(numbers[-2::-2])
    return (10 - (weighed + plain) % 10) % 10


def is_valid(digits: bytes) -> bool:
    """AI 91、44桁、チェックデジットの正しさだけを速く確かめる。"""
    if len(digits) != 44 or not digits.isdigit() or not digits.startswith(b"91"):
        return False
    # 43桁の奇数番目（右から）に3を掛けた和。48 は数字 0 の文字コード。87 = 3×22 + 21
    return (3 * sum(digits[0:43:2]) + sum(digits[1:43:2]) - 48 * 87 + digits[43] - 48) % 10 == 0


def encode(barcode: PaymentBarcode) -> str:
    """44桁の数字にする。"""
    due = NO_DUE_DATE
    if barcode.payable_through is not None:
        if not 2000 <= barcode.payable_through.year <= 2099:
            raise BarcodeError(f"支払期限{barcode.payable_through}は2000年から2099年までです。")
        due = f"{barcode.payable_through:%y%m%d}"
    require_digits("請求書発行企業コード", barcode.agency_code, 6)
    require_digits("自由使用欄", barcode.free_field, 21)
    if not 0 <= barcode.reissue <= 9:
        raise BarcodeError("再発行区分は1桁です。")
    if not 0 <= barcode.amount <= 999_999:
        raise BarcodeError(f"金額{barcode.amount:,}円は6桁に収まりません。")
    stamp = "1" if barcode.stamp_required else "0"
    body = f"91{barcode.agency_code}{barcode.free_field}{barcode.reissue}{due}{stamp}{barcode.amount:06d}"
    return f"{body}{check_digit(body)}"


def decode(digits: str) -> PaymentBarcode:
    """44桁の数字を読む。"""
    require_digits("バーコード", digits, 44)
    if digits[:2] != "91":
        raise BarcodeError(f"先頭の識別コードが「{digits[:2]}」です（91のはず）。")
    if check_digit(digits[:43]) != int(digits[43]):
        raise BarcodeError("バーコードのチェックデジットが合いません。")
    if digits[36] not in "01":
        raise BarcodeError(f"印紙フラグ「{digits[36]}」は0か1です。")
    return PaymentBarcode(
        agency_code=digits[2:8],
        free_field=digits[8:29],
        reissue=int(digits[29]),
        payable_through=due_date(digits[30:36]),
        stamp_required=digits[36] == "1",
        amount=Yen(int(digits[37:43])),
    )


def due_date(digits: str) -> date | None:
    """YYMMDD の支払期限。999999 は期限なし。"""
    if digits == NO_DUE_DATE:
        return None
    try:
        return date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:]))
    except ValueError as error:
        raise BarcodeError(f"支払期限「{digits}」は実在しない日付です。") from error


def require_digits(name: str, text: str, length: int) -> None:
    """決まった桁数の数字でなければ断る。"""
    if len(text) != length or not text.isdigit() or not text.isascii():
        raise BarcodeError(f"{name}「{text[:50]}」は{length}桁の数字ではありません。")


def is_printable(amount: Yen) -> bool:
    """この金額の納付書にバーコードを印字してよいか。"""
    return 0 < amount <= MAX_AMOUNT


def human_readable(digits: str) -> str:
    """バーコードの下に印字する目視用の文字列。"""
    decode(digits)
    return f"(91){digits[2:8]}-{digits[8:29]}-{digits[29]}-{digits[30:36]}-{digits[36]}-{digits[37:43]}-{digits[43]}"
