"""公用・他部署の照会に、同意書に基づいて答える。答えるのは、滞納の有無だけである。

Another section asks whether somebody has arrears. Without a recorded consent nothing is answered; with it, yes or no and
nothing else.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.certificates.actions import NumberInRequest
from osame.collection.certificates.certified import Asked, certified
from osame.collection.certificates.freshness import require_fresh
from osame.collection.certificates.models import CertificateRequest, ConsentedInquiry
from osame.kernel.personal_numbers import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one


class ConsentMissing(Refusal):
    """本人の同意が記録されていないか、照会の日より後の日付です。同意書を受け取ってから照会してください。"""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """照会。 asked_by: 照会元の部署; consent: 同意書。"""

    addressee_number: str
    asked_by: str
    use: str
    consent: str
    consented_on: date


@dataclass(frozen=True, slots=True)
class Answered:
    """答えた照会。"""

    inquiry_id: int
    addressee_number: str
    asked_by: str
    use: str
    consent: str
    as_of: date
    has_arrears: bool
    officer: str


def answer_inquiry(inquiry: Inquiry, *, as_of: date, officer: str) -> bool:
    """滞納があるかを答え、照会を残す。同意がなければ断る。取込みが遅れていても断る。

    要件: F12-06
    """
    texts = (inquiry.asked_by, inquiry.use, inquiry.consent)
    if not all(each.strip() for each in texts) or inquiry.consented_on > as_of:
        raise ConsentMissing
    if holds_personal_number("\n".join(texts)):
        raise NumberInRequest
    with transaction.atomic():
        require_fresh(as_of=as_of)
        asked = Asked(inquiry.addressee_number, CertificateRequest.Kind.NO_ARREARS, "", as_of.year, as_of.year)
        found = bool(certified(asked, as_of=as_of).arrears)
        (number,) = fetch_one("SELECT nextval('consented_inquiry_number')")
        ConsentedInquiry.objects.create(
            addressee_number=inquiry.addressee_number, inquiry_id=number, asked_by=inquiry.asked_by.strip(), use=inquiry.use.strip(),
            consent=inquiry.consent.strip(), consented_on=inquiry.consented_on, as_of=as_of, has_arrears=found,
            officer=officer,
        )  # fmt: skip
        record(
            "同意書による滞納の照会に答えた", subjects=[inquiry.addressee_number], fields=["滞納の有無"],
            detail={"照会元": inquiry.asked_by},
        )  # fmt: skip
    return found


def answered_inquiries(*, limit: int = 100) -> tuple[Answered, ...]:
    """答えた照会を、新しいものから。"""
    rows = fetch_all(
        "SELECT inquiry_id, addressee_number, asked_by, use, consent, as_of, has_arrears, officer FROM consented_inquiry "
        "ORDER BY inquiry_id DESC LIMIT %s",
        [limit],
    )
    return tuple(Answered(*row) for row in rows)
