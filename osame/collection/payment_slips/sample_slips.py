"""納付書の見本。架空の番号と期別で、発行と同じ符号を作る。データベースは要らない。"""

from dataclasses import replace
from datetime import date

from osame.collection.letters.kinds import SampleLetter
from osame.collection.letters.samples import HARD, ISSUER, PLAIN
from osame.collection.payment_slips.drawing import SlipPart, collector_content, content_around, part_of, slip_marks
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.numbering import Issuer, Terms, codes_of
from osame.collection.payment_slips.owed import Share
from osame.collection.payment_slips.planning import MOST_AMOUNT, MOST_TERMS
from osame.collection.payment_slips.queries import Registration, Slip

Kind = PaymentSlip.Kind
CITY = (ISSUER.city, "242039")
BY = Issuer("24203", "24203", "959919", {"06": "106", "02": "102", "合算": "100"})
ISSUED, THROUGH = date(2026, 7, 17), date(2026, 12, 25)
COLLECTED_TAX = "市民税・県民税・森林環境税（特別徴収）"
LONG_TAX = "国民健康保険税（普通徴収・介護納付金分）"


def sample_letters(kind: Kind) -> tuple[SampleLetter, ...]:
    """その種類の納付書の見本。ふつうの一枚と、入りにくい一枚。"""
    made = []
    for hard in (False, True):
        slip = sample_slip(kind, hard=hard)
        made.append(SampleLetter(content_around(slip, sample_part(slip, hard=hard)), slip_marks(slip), hard=hard))
    return tuple(made)


def sample_collector_letters() -> tuple[SampleLetter, ...]:
    """特別徴収の納入書の見本。"""
    made = []
    for hard in (False, True):
        slip = sample_slip(Kind.COMBINED if hard else Kind.SINGLE, hard=hard)
        shares = [replace(e, tax_item="02", tax_name=COLLECTED_TAX, term_name=f"{e.term}月分") for e in slip.shares]
        slip = replace(slip, shares=tuple(shares))
        number = "999999999999999" if hard else "1234567"
        content = collector_content(slip, sample_part(slip, hard=hard), number)
        made.append(SampleLetter(content, (*slip_marks(slip), number), hard=hard))
    return tuple(made)


def sample_part(slip: Slip, *, hard: bool) -> SlipPart:
    """見本の納付書の三片。"""
    return part_of(slip, CITY, name=(HARD if hard else PLAIN).name)


def sample_slip(kind: Kind, *, hard: bool, most: int = MOST_TERMS, late: bool = True) -> Slip:
    """見本の納付書。 hard: 長い税目の名、刷れる最も大きい額、最も多い期別（most）。 late: 延滞金を含める。"""
    terms = 1 if kind is Kind.SINGLE else most if hard else 3
    shares = tuple(_share(number, terms, hard=hard, late=late) for number in range(1, terms + 1))
    codes = codes_of(900_000_000_000_001, shares, Terms(THROUGH, 1), BY, "012345")
    return Slip(
        slip_number=codes.slip_number, addressee_number="1", kind=kind, issue_count=1, issued_on=ISSUED, issued_by="見本",
        amount=sum(each.amount for each in shares), payable_through=THROUGH, agency_number=BY.agency_number,
        confirmation_number=codes.confirmation_number, payment_class=codes.payment_class, barcode=codes.barcode,
        upper_line=codes.upper_line, lower_line=codes.lower_line, el_qr=codes.el_qr, shares=shares, cautions=(), reason="",
        pledge_key="", round_number=(24 if hard else 1) if kind is Kind.INSTALMENT else None, void_on=None, void_reason="",
        replaced_by=None, paid=0, paid_on=None, registration=Registration.NONE,
    )  # fmt: skip


def _share(number: int, terms: int, *, hard: bool, late: bool) -> Share:
    if not hard:
        return Share(
            number, "06", "固定資産税", 2026, 2026, number, f"第{number}期", "1234567890", f"2026-{number + 4:02d}-28",
            30_000, 100, 1_200 if late else 0,
        )  # fmt: skip
    charge, fee = 99_999_999 if late else 0, 100
    principal = MOST_AMOUNT // terms - charge - fee
    rest = MOST_AMOUNT % terms if number == 1 else 0
    return Share(
        number, "06", LONG_TAX, 2026, 2026, number, f"随時{number}期", "123456789012345", "2026-12-25", principal + rest, fee,
        charge,
    )  # fmt: skip
