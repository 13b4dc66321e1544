"""送付先と連絡先。どこへ送るかは、その日に一つに決まる。"""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from osame.addressee.mailing.actions import (
    AddresseeNotRegistered,
    ApprovedByTheSame,
    ContactRequest,
    ContactUnreadable,
    MailingAddressEmpty,
    MailingPeriodInverted,
    MailingReasonMissing,
    MailingRequest,
    Place,
    approve_mailing_address,
    end_contact,
    end_mailing_address,
    register_contact,
    register_mailing_address,
    search_key,
)
from osame.addressee.mailing.models import Contact, MailingAddress
from osame.addressee.mailing.queries import contacts_of, mailing_address_for
from osame.platform.database import fetch_one
from tests.systems.addressee.protection_cast import FRIEND, FROM, HER, TODAY, officer, protect_her, settle

pytestmark = pytest.mark.usefixtures("addressee_database")
PARENTS = Place(
    postal_code="5150001", prefecture="三重県", municipality_name="松阪市", town="殿町", block="1丁目7番29号",
    building="コーポ桜201",
)  # fmt: skip
ABROAD = Place(country_code="840", country_name="アメリカ合衆国", foreign_address="1 Main Street, Springfield")


@pytest.fixture(autouse=True)
def _people(addressee_database: str) -> None:
    with officer():
        settle(HER, FRIEND)


def send(place: Place = PARENTS, **changes: Any) -> int:
    told: dict[str, Any] = {"addressee_number": HER, "place": place, "reason": "本人の届出", "valid_from": FROM}
    return register_mailing_address(MailingRequest(**(told | changes)))


def chosen(**asked: Any) -> int | None:
    found = mailing_address_for(HER, **({"on": TODAY} | asked))
    return found.mailing.mailing_address_id if found.mailing else None


def test_the_most_particular_then_the_first_in_order() -> None:
    """書類と税目の両方を言うものが先、次に書類、税目、すべて。同じなら優先順位。"""
    with officer():
        assert chosen() is None
        general = send()
        first = send(ABROAD, priority=1)
        item = send(tax_item="11")
        document = send(document="R-050")
        both = send(tax_item="11", document="R-050")
        assert chosen(tax_item="11", document="R-050") == both
        assert chosen(tax_item="21", document="R-050") == document
        assert chosen(tax_item="11") == item
        assert chosen() == first
        end_mailing_address(first, valid_until=TODAY)
        assert chosen() == general
        assert chosen(on=TODAY - timedelta(days=1)) == first
        found = mailing_address_for(HER, on=TODAY - timedelta(days=1)).mailing
        assert found is not None
        assert found.address == "1 Main Street, Springfield アメリカ合衆国"


def test_an_expired_one_is_never_used() -> None:
    with officer():
        gone = send(valid_until=TODAY)
        later = send(ABROAD, valid_from=TODAY + timedelta(days=1))
        assert chosen() is None
        assert chosen(on=TODAY - timedelta(days=1)) == gone
        assert chosen(on=TODAY + timedelta(days=1)) == later


def test_the_same_place_typed_otherwise_is_one() -> None:
    """書き方の違う同じ送付先は一つになり、期間が広がる。"""
    with officer():
        one = send(valid_until=TODAY)
        typed = replace(PARENTS, block="1丁目7ー29", building="コーポ桜　201")
        assert send(typed, valid_from=date(2024, 1, 1)) == one
        row = MailingAddress.objects.get()
        assert (row.valid_from, row.valid_until) == (date(2024, 1, 1), None)
        assert send(replace(PARENTS, block="1-7-30")) != one
        assert fetch_one("SELECT count(*) FROM mailing_address_history")[0] >= 3


def test_what_cannot_be_a_mailing_address_is_refused() -> None:
    wrong = (
        ({"place": Place(name="父")}, MailingAddressEmpty),
        ({"reason": " "}, MailingReasonMissing),
        ({"valid_until": FROM}, MailingPeriodInverted),
        ({"addressee_number": "999999999999999"}, AddresseeNotRegistered),
    )
    with officer():
        for changes, refusal in wrong:
            with pytest.raises(refusal), transaction.atomic():
                send(**changes)


def test_a_protected_person_gets_letters_at_an_approved_safe_address_only() -> None:
    """守られた時から、前の送付先は使わない。安全な送付先は、別の職員が承認するまで使わない。"""
    with officer():
        send()
        protect_her()
        assert mailing_address_for(HER, on=TODAY).held
        usual = send(ABROAD)
        safe = send(is_safe=True)
        assert mailing_address_for(HER, on=TODAY).held
        with pytest.raises(ApprovedByTheSame), transaction.atomic():
            approve_mailing_address(safe)
    with officer("suzuki"):
        approve_mailing_address(usual)
        assert mailing_address_for(HER, on=TODAY).held
        approve_mailing_address(safe)
        assert (mailing_address_for(HER, on=TODAY).held, chosen()) == (False, safe)
        end_mailing_address(safe, valid_until=TODAY)
        assert mailing_address_for(HER, on=TODAY).held


def test_contacts_are_as_many_as_there_are() -> None:
    with officer():
        first = register_contact(ContactRequest(HER, Contact.Kind.MOBILE, "090-0000-0000", FROM, priority=2))
        assert register_contact(ContactRequest(HER, Contact.Kind.MOBILE, "+81 90 0000 0000", FROM)) == first
        register_contact(ContactRequest(HER, Contact.Kind.HOME, "(0596)22-1111", FROM, priority=1))
        register_contact(ContactRequest(HER, Contact.Kind.EMAIL, "Hanako@Example.jp", FROM))
        assert [each.search_key for each in contacts_of(HER, on=TODAY)] == [
            "0596221111", "09000000000", "hanako@example.jp",
        ]  # fmt: skip
        end_contact(first, valid_until=TODAY)
        assert len(contacts_of(HER, on=TODAY)) == 2


@pytest.mark.parametrize(
    ("kind", "value"),
    [("1", "22-1111"), ("1", "でんわ"), ("5", "hanako"), ("5", "@example.jp"), ("5", "a b@example.jp"), ("2", "")],
)
def test_what_is_no_number_and_no_address_is_refused(kind: str, value: str) -> None:
    with pytest.raises(ContactUnreadable):
        search_key(kind, value)
