"""送付先・連絡先の照会。この税目・この書類を、その日、どこへ送るか。"""

from dataclasses import dataclass
from datetime import date

from osame.addressee.mailing.models import Contact, MailingAddress
from osame.addressee.protection.queries import protection_of
from osame.platform.database import fetch_all

CHOICE = """
SELECT mailing_address_id, name, kana, postal_code, municipality_code, prefecture, municipality_name, town, block,
       building, country_code, country_name, foreign_address, is_safe
FROM mailing_address
WHERE addressee_number = %(number)s AND superseded_at IS NULL AND tax_item IN ('', %(tax_item)s)
  AND document IN ('', %(document)s) AND valid_from <= %(on)s AND (valid_until IS NULL OR valid_until > %(on)s)
  AND (NOT needs_approval OR approver <> '') AND (is_safe OR NOT %(protected)s)
ORDER BY is_safe AND %(protected)s DESC, (document <> '')::int + (tax_item <> '')::int DESC, document <> '' DESC,
         priority, valid_from DESC, mailing_address_id DESC
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class MailingFacts:
    """送付先一件。"""

    mailing_address_id: int
    name: str
    kana: str
    postal_code: str
    municipality_code: str
    prefecture: str
    municipality_name: str
    town: str
    block: str
    building: str
    country_code: str
    country_name: str
    foreign_address: str
    is_safe: bool

    @property
    def address(self) -> str:
        """一行に書いた住所（方書を除く）。"""
        inside = f"{self.prefecture}{self.municipality_name}{self.town}{self.block}"
        return inside or f"{self.foreign_address} {self.country_name}".strip()


@dataclass(frozen=True, slots=True)
class Destination:
    """どこへ送るか。 held: 支援措置の安全な送付先がなく、職員が確かめるまで送れない; mailing がなければ住所へ。"""

    held: bool
    mailing: MailingFacts | None


def mailing_address_for(addressee_number: str, *, tax_item: str = "", document: str = "", on: date) -> Destination:
    """この人に、この税目・この書類を、その日、どこへ送るか。

    The most particular of the mailing addresses valid on that day, then by priority. For a protected person only an
    approved safe address counts; without one the letter is held.

    要件: F02-03, F27-01
    """
    protected = protection_of(addressee_number).active
    terms = {
        "number": addressee_number, "tax_item": tax_item, "document": document, "on": on, "protected": protected,
    }  # fmt: skip
    rows = fetch_all(CHOICE, terms)
    return Destination(held=protected and not rows, mailing=MailingFacts(*rows[0]) if rows else None)


def mailing_addresses_of(addressee_number: str, *, on: date) -> list[MailingAddress]:
    """一人の、その日に有効な送付先（承認待ちも）。優先順に。"""
    rows = MailingAddress.objects.filter(addressee_number=addressee_number, superseded_at=None, valid_from__lte=on)
    return [
        each
        for each in rows.order_by("priority", "-valid_from", "mailing_address_id")
        if each.valid_until is None or each.valid_until > on
    ]


def mailing_address_of(addressee_number: str, mailing_address_id: int) -> MailingAddress | None:
    """この人の送付先一件。終えたものは、ない。"""
    return MailingAddress.objects.filter(
        addressee_number=addressee_number, pk=mailing_address_id, superseded_at=None
    ).first()


def contact_of(addressee_number: str, contact_id: int) -> Contact | None:
    """この人の連絡先一件。終えたものは、ない。"""
    return Contact.objects.filter(addressee_number=addressee_number, pk=contact_id, superseded_at=None).first()


def contacts_of(addressee_number: str, *, on: date) -> list[Contact]:
    """一人の、その日に有効な連絡先。優先順に。"""
    rows = Contact.objects.filter(addressee_number=addressee_number, superseded_at=None, valid_from__lte=on)
    return [
        each for each in rows.order_by("priority", "contact_id") if each.valid_until is None or each.valid_until > on
    ]
