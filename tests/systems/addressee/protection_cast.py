"""守られる者とその相手方、そして職員たち。"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction

from osame.addressee.people.recording import Change, number_addressees, record_version
from osame.addressee.protection.actions import MeasureRequest, OtherParty, protect
from osame.addressee.protection.models import ProtectionMeasure
from osame.platform.gate import Acting, acting
from tests.systems.addressee.people_cast import facts

HER, HIM, CHILD, COMPANY, FRIEND = (f"{number:015d}" for number in (11, 12, 13, 14, 15))
FROM = date(2025, 4, 1)
TODAY = date(2025, 7, 1)


@contextmanager
def officer(name: str = "yamamoto", *, role: str = "collection_clerk", purpose: str = "statutory") -> Iterator[None]:
    """An officer at work, in one transaction."""
    with acting(Acting(name, "addressee.people.show", purpose, role=role, terminal=f"{name}-1")), transaction.atomic():
        yield


def settle(*numbers: str, **told: Any) -> None:
    """宛名を登録する。"""
    for number in numbers:
        kind = "3" if number == COMPANY else "2"
        name = {HER: "伊勢　花子", HIM: "伊勢　太郎", CHILD: "伊勢　桜", COMPANY: "架空商事", FRIEND: "田中　一郎"}[
            number
        ]
        number_addressees([(number, kind, "031")])
        record_version(Change(number, date(2020, 4, 1), "01", facts(name=name, **told), source="031"))


def protect_her(**changes: Any) -> int:
    """花子を太郎から守る。"""
    told: dict[str, Any] = {
        "addressee_number": HER,
        "kind": ProtectionMeasure.Kind.DOMESTIC_VIOLENCE,
        "starts_on": FROM,
        "requesting_office": "伊勢警察署",
        "others": (OtherParty(number=HIM),),
    }
    return protect(MeasureRequest(**(told | changes)))
