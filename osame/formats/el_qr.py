"""地方税統一QRコード eL-QR（255桁の数字）。

The 255 digits of eL-QR: EMV-style tag-length-value, OCR upper and lower lines inside, CRC at the end.
"""

from dataclasses import dataclass
from datetime import date

from osame.formats import ocr_lines
from osame.kernel.money import Yen

LENGTH = 255
CRC_MODULUS = 100_000


class ElQrError(ValueError):
    """eL-QRとして読めない、または作れない。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElQr:
    """eL-QRの中身。"""

    upper: ocr_lines.UpperLine
    lower: ocr_lines.LowerLine
    levy_year: int  # 賦課年度
    tax_year: int  # 課税年度
    installment_term: int  # 00 も可
    due_on: date  # 納期限
    payable_through: date  # 支払期限
    additional: str = "0" * 85  # 付加情報2

    @property
    def amount(self) -> Yen:
        """払込金額。"""
        return self.upper.amount


def checksum(text: str) -> str:
    """CRC-16/CCITT-FALSE を10進5桁にしたもの。

    >>> checksum("123456789")
    '10673'
    """
    register = 0xFFFF
    for byte in text.encode("ascii"):
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ 0x1021 if register & 0x8000 else register << 1) & 0xFFFF
    return f"{register % CRC_MODULUS:05d}"


def tagged(tag: str, value: str) -> str:
    """タグ2桁・長さ2桁・値。"""
    return f"{tag}{len(value):02d}{value}"


def encode(code: ElQr) -> str:
    """255桁の数字にする。"""
    if code.due_on > code.payable_through:
        raise ElQrError(f"納期限{code.due_on}が支払期限{code.payable_through}より後です。")
    if not 0 <= code.installment_term <= 99:
        raise ElQrError(f"期別{code.installment_term}は2桁です。")
    if code.amount <= 0:
        raise ElQrError("金額が0円のeL-QRは作れません。")
    try:
        lines = ocr_lines.write_upper(code.upper) + ocr_lines.write_lower(code.lower)
    except ocr_lines.OcrLineError as error:
        raise ElQrError(str(error)) from error
    years = f"{code.levy_year:04d}{code.tax_year:04d}{code.installment_term:02d}"
    days = f"{code.due_on:%Y%m%d}{code.payable_through:%Y%m%d}"
    account = tagged("00", code.upper.institution_code) + tagged("01", lines)
    body = tagged("00", "01") + tagged("01", "12") + tagged("27", account) + tagged("54", f"{code.amount:011d}")
    body += tagged("62", years + days) + tagged("80", code.additional) + "6305"
    digits = body + checksum(body)
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
        raise ElQrError(
            f"eL-QRが{len(digits)}桁になりました（{LENGTH}桁の数字のはず）。年度か付加情報2の桁数が違います。"
        )
    return digits


def decode(digits: str) -> ElQr:
    """255桁の数字を読む。CRC、タグの並び、OCR行の検査数字、金額の一致を確かめる。"""
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()):
        raise ElQrError(f"eL-QRは{LENGTH}桁の数字です（{len(digits)}文字）。")
    if checksum(digits[:250]) != digits[250:]:
        raise ElQrError("eL-QRの検査数字（CRC）が合いません。")
    values = walk(digits, ("00", "01", "27", "54", "62", "80", "63"))
    if values["00"] != "01" or values["01"] != "12":
        raise ElQrError("eL-QRの版か作成区分が違います。")
    account = walk(values["27"], ("00", "01"))
    if [len(account["01"]), len(values["54"]), len(values["62"]), len(values["80"])] != [83, 11, 26, 85]:
        raise ElQrError("eL-QRの項目の長さが違います。")
    try:
        upper = ocr_lines.read_upper(account["01"][:39])
        lower = ocr_lines.read_lower(account["01"][39:])
    except ocr_lines.OcrLineError as error:
        raise ElQrError(str(error)) from error
    if upper.amount != int(values["54"]):
        raise ElQrError(f"金額{int(values['54']):,}円とOCR上段の金額{upper.amount:,}円が違います。")
    if account["00"] != upper.institution_code:
        raise ElQrError("機関IDとOCR上段の機関IDが違います。")
    term = values["62"]
    return ElQr(
        upper=upper,
        lower=lower,
        levy_year=int(term[:4]),
        tax_year=int(term[4:8]),
        installment_term=int(term[8:10]),
        due_on=day_of("納期限", term[10:18]),
        payable_through=day_of("支払期限", term[18:26]),
        additional=values["80"],
    )


def walk(digits: str, tags: tuple[str, ...]) -> dict[str, str]:
    """タグを順にたどる。並びが違えば断る。"""
    values: dict[str, str] = {}
    place = 0
    for tag in tags:
        length = digits[place + 2 : place + 4]
        if digits[place : place + 2] != tag or not length:
            raise ElQrError(f"eL-QRの{place + 1}桁目のタグが違います（{tag}のはず）。")
        values[tag] = digits[place + 4 : place + 4 + int(length)]
        place += 4 + int(length)
    if place != len(digits):
        raise ElQrError("eL-QRの項目の長さが合いません。")
    return values


def day_of(name: str, digits: str) -> date:
    """YYYYMMDD。"""
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError as error:
        raise ElQrError(f"{name}「{digits}」は実在しない日付です。") from error


def el_number(code: ElQr, *, agency_number: str | None = None) -> str:
    """eL番号 = 収納機関番号5 + 案件特定キー20 + 確認番号6 + 納付区分3。

    印字する収納機関番号は、共通納税機関コードか機関IDかが公開されていないため引数で替えられる。
    """
    agency = code.lower.agency_number if agency_number is None else agency_number
    return f"{agency}{code.lower.matter_key}{code.lower.confirmation_number}{code.upper.tax_fee_number}"
