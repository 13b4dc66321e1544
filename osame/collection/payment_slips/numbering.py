"""納付書番号（発行連番）と、そこから決まる符号。バーコード、OCR行、eL-QR、eL番号はすべて一つの番号から出る。

One serial, never reused; every code on the slip is derived from it and from the frozen amount. A code that may not be printed
is empty, and says why.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.parameters.queries import SettingMissing, municipality, setting
from osame.collection.payment_slips.owed import Share
from osame.formats import el_qr, gs1_128, ocr_lines, slip_numbers
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all

FIRST = 900_000_000_000_000
"""発行する納付書番号は、15桁の9で始まる。課税の仕組みが当初の納付書に付ける番号と重ならない。"""
BILLING_COMPANY = "コンビニの請求書発行企業コード"
PAYMENT_CLASSES = "納付区分"
COMBINED = "合算"
UNREGISTERED = "eLTAXに登録しない税目"
"""納付書情報を登録せず、eL-QR も刷らない税目（コードを読点かコンマで並べる）。値には適用開始日がある。"""
OVER_LIMIT = "30万円を超えるため、コンビニエンスストアでは納められません。"


class NumberTaken(Refusal):
    """発行しようとした納付書番号が、調定の納付書番号と重なっています。何も発行していません。管理者に連絡してください。"""


class PaymentClassMissing(Refusal):
    """税目の納付区分が登録されていません。業務パラメータ「納付区分」に、税目と番号（例 06:106）を登録してください。"""


@dataclass(frozen=True, slots=True)
class Issuer:
    """符号に入れる、発行する団体の番号。"""

    agency_number: str
    corporate_code: str
    billing_company: str
    classes: dict[str, str]
    unregistered: frozenset[str] = frozenset()

    def class_of(self, tax_items: Sequence[str]) -> str:
        """納付区分（税目・料金番号）。税目が二つ以上なら、合算の番号。"""
        wanted = tax_items[0] if len(set(tax_items)) == 1 else COMBINED
        if wanted not in self.classes:
            raise PaymentClassMissing(wanted)
        return self.classes[wanted]


@dataclass(frozen=True, slots=True)
class Codes:
    """納付書に刷る符号。刷らないものは空。"""

    slip_number: int
    confirmation_number: str
    payment_class: str
    barcode: str
    upper_line: str
    lower_line: str
    el_qr: str


@dataclass(frozen=True, slots=True)
class Terms:
    """符号に入れる期限と発行回数。"""

    payable_through: date
    issue_count: int


def issuer(*, as_of: date) -> Issuer:
    """その日の、発行する団体の番号。"""
    city = municipality(as_of=as_of)
    company, classes = setting(BILLING_COMPANY, as_of=as_of), setting(PAYMENT_CLASSES, as_of=as_of)
    if not company or not classes:
        raise SettingMissing(f"{BILLING_COMPANY}・{PAYMENT_CLASSES}")
    pairs = (each.partition(":") for each in classes.split(","))
    known = {code.strip(): number.strip() for code, _, number in pairs}
    return Issuer(
        city.receiving_agency_number, city.barcode_corporate_code, company, known, tax_items_of(UNREGISTERED, as_of=as_of)
    )  # fmt: skip


def tax_items_of(name: str, *, as_of: date) -> frozenset[str]:
    """税目のコードを並べた業務パラメータの、その日の値。登録がなければ空。"""
    value = setting(name, as_of=as_of) or ""
    return frozenset(each.strip() for each in value.replace("、", ",").split(",") if each.strip())


def next_numbers(count: int) -> tuple[int, ...]:
    """次の納付書番号。取消しても、番号は戻らない。"""
    rows = fetch_all("SELECT %s + nextval('slip_serial') FROM generate_series(1, %s)", [FIRST, count])
    numbers = tuple(int(row[0]) for row in rows)
    if taken := fetch_all("SELECT slip_number FROM charge WHERE slip_number = ANY(%s)", [list(numbers)]):
        raise NumberTaken(str(taken[0][0]))
    return numbers


def confirmation_number() -> str:
    """確認番号6桁。納付書番号を知るだけでは、払込みの照会ができないように、でたらめに選ぶ。"""
    return f"{secrets.randbelow(1_000_000):06d}"


def codes_of(slip_number: int, shares: Sequence[Share], terms: Terms, by: Issuer, confirmation: str) -> Codes:
    """納付書番号と内訳から、刷る符号を作る。

    >>> by = Issuer("24203", "24203", "959919", {"06": "106"})
    >>> share = Share(1, "06", "固定資産税", 2025, 2025, 1, "第1期", "1", "2025-06-30", 300_000, 0, 0)
    >>> made = codes_of(900_000_000_000_001, [share], Terms(date(2025, 9, 30), 1), by, "012345")
    >>> made.barcode, len(made.el_qr), made.lower_line[2:22]
    ('91959919242039000000000000010125093003000004', 255, '00000900000000000001')
    """
    amount = Yen(sum(each.amount for each in shares))
    payment_class = by.class_of([each.tax_item for each in shares])
    upper = ocr_lines.UpperLine(amount=amount, tax_fee_number=payment_class)
    lower = ocr_lines.LowerLine(
        matter_key=slip_numbers.matter_key(slip_number),
        confirmation_number=confirmation,
        agency_number=by.agency_number,
    )
    barcode = ""
    if gs1_128.is_printable(amount):
        free = slip_numbers.gs1_free_field(slip_number, by.corporate_code)
        barcode = gs1_128.encode(
            gs1_128.PaymentBarcode(
                agency_code=by.billing_company, free_field=free, amount=amount,
                payable_through=terms.payable_through, reissue=min(terms.issue_count, 9),
            )
        )  # fmt: skip
    registered = not by.unregistered & {each.tax_item for each in shares}
    first, single = shares[0], len(shares) == 1
    matrix = el_qr.ElQr(
        upper=upper, lower=lower, levy_year=first.levy_year, tax_year=first.tax_year,
        installment_term=first.term if single and first.term <= 99 else 0,
        due_on=min(terms.payable_through, *(each.due_on for each in shares)), payable_through=terms.payable_through,
    )  # fmt: skip
    return Codes(
        slip_number, confirmation, payment_class, barcode, ocr_lines.write_upper(upper), ocr_lines.write_lower(lower),
        el_qr.encode(matrix) if registered else "",
    )  # fmt: skip


def el_number(agency_number: str, slip_number: int, confirmation: str, payment_class: str) -> str:
    """eL番号 = 収納機関番号、納付番号（案件特定キー）、確認番号、納付区分。"""
    return f"{agency_number}{slip_numbers.matter_key(slip_number)}{confirmation}{payment_class}"
