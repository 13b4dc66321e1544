"""送付先・連絡先の登録、承認、終了。

The same address typed another way is the same address: it widens the period of the row that is there. For a protected
person a new mailing address is not used until a second officer has approved it.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from osame.addressee.mailing.models import Contact, MailingAddress
from osame.addressee.people.models import Addressee
from osame.addressee.protection.queries import protection_of
from osame.addressee.search.batch import refresh
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.suppression.hidden_values import plain

JAPAN_TELEPHONE = 10


class MailingAddressEmpty(Refusal):
    """送付先の住所がありません。国内の住所か、国外の住所を入力してください。"""


class MailingAddressNotKnown(Refusal):
    """この送付先はありません。送付先番号を確かめてください。"""


class MailingReasonMissing(Refusal):
    """送付先を設ける理由がありません。理由を入力してください。"""


class MailingPeriodInverted(Refusal):
    """送付先の終わりが始まりより前です。期間を確かめてください。"""


class AddresseeNotRegistered(Refusal):
    """この宛名は登録されていません。宛名番号を確かめてください。"""


class ApprovedByTheSame(Refusal):
    """登録した職員は、承認できません。別の職員に依頼してください。"""


class ContactUnreadable(Refusal):
    """電話番号かメールアドレスとして読めません。市外局番から入力してください。"""


class ContactNotKnown(Refusal):
    """この連絡先はありません。連絡先番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Place:
    """送り先。国内の住所か、国外の住所。"""

    name: str = ""
    kana: str = ""
    postal_code: str = ""
    municipality_code: str = ""
    prefecture: str = ""
    municipality_name: str = ""
    town: str = ""
    block: str = ""
    building: str = ""
    country_code: str = ""
    country_name: str = ""
    foreign_address: str = ""

    @property
    def content_key(self) -> str:
        """同じ内容なら同じ値。書き方の違いによらない。"""
        inside = f"{self.prefecture}{self.municipality_name}{self.town}{self.block}{self.building}"
        parts = self.name, self.postal_code, inside, self.country_code, self.foreign_address
        return hashlib.sha256("\x1f".join(map(plain, parts)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class MailingRequest:
    """送付先の内容。税目・書類を省けば、すべてに使う。"""

    addressee_number: str
    place: Place
    reason: str
    valid_from: date
    valid_until: date | None = None
    tax_item: str = ""
    document: str = ""
    priority: int = 5
    is_safe: bool = False


def register_mailing_address(request: MailingRequest) -> int:
    """送付先を登録する。同じ内容のものがあれば、その期間を広げる。送付先番号を返す。

    Register a mailing address. For a protected person it waits for a second officer's approval.

    要件: F02-03, F27-01
    """
    _refuse_unfit(request)
    with transaction.atomic():
        _lock_person(request.addressee_number)
        protected = protection_of(request.addressee_number).active
        known = MailingAddress.objects.filter(
            addressee_number=request.addressee_number,
            tax_item=request.tax_item,
            document=request.document,
            content_key=request.place.content_key,
            is_safe=request.is_safe,
            superseded_at=None,
        ).first()
        if known and _covers(known, request):
            return int(known.mailing_address_id)
        needs_approval = protected or request.is_safe
        row = _widened(known, request, needs_approval=needs_approval) if known else _created(request, needs_approval)
        record("送付先を登録した", subjects=[request.addressee_number], fields=["送付先"],
               detail={"送付先番号": row.mailing_address_id, "承認待ち": int(row.needs_approval)})  # fmt: skip
        return int(row.mailing_address_id)


def approve_mailing_address(mailing_address_id: int) -> None:
    """支援措置の対象者の送付先を承認する。登録した職員にはできない。

    要件: F02-03, F27-02
    """
    with transaction.atomic():
        row = _mailing(mailing_address_id)
        officer = gate.required().officer
        if officer == row.officer:
            raise ApprovedByTheSame(officer)
        row.approver = officer
        row.save(update_fields=["approver"])
        record("送付先を承認した", subjects=[row.addressee_number], detail={"送付先番号": mailing_address_id})


def change_mailing_address(mailing_address_id: int, request: MailingRequest) -> int:
    """送付先を変える。前の送付先は、新しい送付先の始まる日で終える。新しい送付先番号を返す。

    要件: F02-03
    """
    with transaction.atomic():
        end_mailing_address(mailing_address_id, valid_until=request.valid_from)
        return register_mailing_address(request)


def end_mailing_address(mailing_address_id: int, *, valid_until: date) -> None:
    """送付先を終える。`valid_until` の日からは使わない。

    要件: F02-03
    """
    with transaction.atomic():
        row = _mailing(mailing_address_id)
        if valid_until <= row.valid_from:
            row.superseded_at = Now()
        else:
            row.valid_until = valid_until
        row.save()
        record("送付先を終えた", subjects=[row.addressee_number], detail={"送付先番号": mailing_address_id})


@dataclass(frozen=True, slots=True)
class ContactRequest:
    """連絡先の内容。"""

    addressee_number: str
    kind: Contact.Kind
    value: str
    valid_from: date
    priority: int = 5
    note: str = ""


def register_contact(request: ContactRequest) -> int:
    """連絡先を登録する。同じ番号が既にあれば、その連絡先番号を返す。

    要件: F02-03
    """
    key = search_key(request.kind, request.value)
    with transaction.atomic():
        _lock_person(request.addressee_number)
        row, created = Contact.objects.get_or_create(
            addressee_number=request.addressee_number,
            kind=request.kind,
            search_key=key,
            superseded_at=None,
            defaults={
                "value": request.value.strip(),
                "priority": request.priority,
                "note": request.note,
                "valid_from": request.valid_from,
                "officer": gate.required().officer,
            },
        )
        if created:
            record("連絡先を登録した", subjects=[request.addressee_number], fields=["連絡先"])
            refresh([request.addressee_number])  # 電話でも探せるように
    return int(row.contact_id)


def end_contact(contact_id: int, *, valid_until: date) -> None:
    """連絡先を終える。

    要件: F02-03
    """
    with transaction.atomic():
        row = Contact.objects.select_for_update().filter(pk=contact_id, superseded_at=None).first()
        if row is None:
            raise ContactNotKnown(str(contact_id))
        row.valid_until, row.superseded_at = valid_until, Now()
        row.save()
        record("連絡先を終えた", subjects=[row.addressee_number], fields=["連絡先"])
        refresh([row.addressee_number])


def search_key(kind: str, value: str) -> str:
    """連絡先の照合値。電話は国内の数字だけ、メールは小文字。

    >>> search_key(Contact.Kind.HOME, "0596-22-1111"), search_key(Contact.Kind.MOBILE, "+81 90-0000-0000")
    ('0596221111', '09000000000')

    要件: F02-03
    """
    text = "".join(plain(value).split())
    if kind == Contact.Kind.EMAIL:
        name, _, domain = value.strip().casefold().partition("@")
        if not name or "." not in domain or " " in value.strip():
            raise ContactUnreadable
        return f"{name}@{domain}"
    digits = text.replace("+81", "0", 1).translate(str.maketrans("", "", "()+"))
    if not digits.isdigit() or len(digits) < JAPAN_TELEPHONE:
        raise ContactUnreadable
    return digits


def _refuse_unfit(request: MailingRequest) -> None:
    place = request.place
    if not (place.municipality_name or place.town or place.foreign_address):
        raise MailingAddressEmpty(request.addressee_number)
    if not request.reason.strip():
        raise MailingReasonMissing(request.addressee_number)
    if request.valid_until and request.valid_until <= request.valid_from:
        raise MailingPeriodInverted(request.addressee_number)


def _lock_person(addressee_number: str) -> None:
    if not Addressee.objects.select_for_update().filter(pk=addressee_number).exists():
        raise AddresseeNotRegistered(addressee_number)


def _mailing(mailing_address_id: int) -> MailingAddress:
    row = MailingAddress.objects.select_for_update().filter(pk=mailing_address_id, superseded_at=None).first()
    if row is None:
        raise MailingAddressNotKnown(str(mailing_address_id))
    return row


def _covers(known: MailingAddress, request: MailingRequest) -> bool:
    later = known.valid_until is None or (request.valid_until is not None and request.valid_until <= known.valid_until)
    return known.valid_from <= request.valid_from and later


def _widened(known: MailingAddress, request: MailingRequest, *, needs_approval: bool) -> MailingAddress:
    """期間を広げる。承認の要るものは、承認し直すまで使わない。"""
    known.valid_from = min(known.valid_from, request.valid_from)
    ends = (known.valid_until, request.valid_until)
    known.valid_until = max(each for each in ends if each) if all(ends) else None
    if needs_approval:
        known.needs_approval, known.approver, known.officer = True, "", gate.required().officer
    known.save()
    return known


def _created(request: MailingRequest, needs_approval: bool) -> MailingAddress:
    return MailingAddress.objects.create(
        **asdict(request.place),
        addressee_number=request.addressee_number,
        tax_item=request.tax_item,
        document=request.document,
        priority=request.priority,
        is_safe=request.is_safe,
        reason=request.reason.strip(),
        valid_from=request.valid_from,
        valid_until=request.valid_until,
        content_key=request.place.content_key,
        officer=gate.required().officer,
        needs_approval=needs_approval,
    )
