"""Towns that are the same but for where the protected people live, and everything that is told about them.

`fill_addressee` builds one town in the addressee system. What differs between two towns is only the place of each protected
person: address, postal code, municipality, length, characters outside the fonts, country, how often she moved, telephones,
mailing addresses, with whom she lives.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from osame.addressee.agents.actions import AgentRequest, RelationRequest, notify_agent, relate
from osame.addressee.agents.models import AddresseeRelation, Agent
from osame.addressee.mailing.actions import (
    ContactRequest,
    MailingRequest,
    Place,
    register_contact,
    register_mailing_address,
)
from osame.addressee.mailing.models import Contact
from osame.addressee.people.facts import Facts
from osame.addressee.people.recording import Change, number_addressees, record_version
from osame.addressee.protection.actions import MeasureRequest, OtherParty, protect
from osame.addressee.protection.models import ProtectionMeasure
from osame.platform.gate import Acting, acting

BORN = date(1980, 1, 1)
SINCE, TODAY = date(2020, 4, 1), date(2025, 7, 1)
FRIEND, COMPANY = "000000000000901", "000000000000902"


@dataclass(frozen=True, slots=True)
class Trio:
    """守られる者、その相手方、同じ家にいた子。"""

    index: int

    @property
    def her(self) -> str:
        return f"{1000 + self.index:015d}"

    @property
    def him(self) -> str:
        return f"{2000 + self.index:015d}"

    @property
    def child(self) -> str:
        return f"{3000 + self.index:015d}"

    @property
    def born(self) -> date:
        return BORN + timedelta(days=self.index)


@dataclass(frozen=True, slots=True)
class Life:
    """守られる者の居場所に関わる事実。町ごとに違う。"""

    place: dict[str, str]
    telephones: tuple[str, ...] = ()
    mailings: tuple[Place, ...] = ()
    moves: tuple[dict[str, str], ...] = ()
    standing: str = "2"
    household: str = ""
    lives_with_friend: bool = False


def place(
    postal: str, code: str, prefecture: str, city: str, town: str, block: str, building: str = ""
) -> dict[str, str]:
    return {
        "postal_code": postal, "municipality_code": code, "prefecture": prefecture, "municipality_name": city,
        "town": town, "block": block, "building": building,
    }  # fmt: skip


def lives(index: int) -> tuple[Life, ...]:
    """一人の、五つの暮らし。"""
    n = index + 1
    near = place("5160037", "242039", "三重県", "伊勢市", "岩渕", f"1-7-{n}", f"コーポ桜{200 + n}")
    far = place(
        "1000001",
        "131016",
        "東京都",
        "千代田区",
        "千代田",
        f"一丁目{n}番地の{n}",
        f"サンライズ千代田レジデンス東館{n}号室",
    )
    rare = place("6390000", "294421", "奈良県", "吉野郡𠮷野町", "大字𩸽谷", f"{n}000番地", "")
    abroad = {
        "country_code": "840",
        "country_name": "アメリカ合衆国",
        "foreign_address": f"{n} Main Street, Springfield",
    }
    parents = Place(
        postal_code="5150001", prefecture="三重県", municipality_name="松阪市", town="殿町", block=f"{n}-{n}"
    )
    return (
        Life(near, (f"0596-22-{1000 + n}", f"090-0000-{1000 + n}"), (parents,), household="000000000007001"),
        Life(far, tuple(f"03-5555-{each}{100 + n}" for each in range(5)), moves=(near,)),
        Life(
            rare,
            ("074-600-0000",),
            (parents, Place(country_name="国", foreign_address="2 Rue Noire")),
            (near, far, near),
        ),
        Life(abroad, (), standing="3", moves=(far,)),
        Life(near | {"building": ""}, ("0596-99-9999",), household="000000000000901", lives_with_friend=True),
    )


@contextmanager
def officer(name: str = "yamamoto", *, role: str = "collection_clerk", purpose: str = "statutory") -> Iterator[None]:
    """An officer at work, in one transaction."""
    with acting(Acting(name, "addressee.people.show", purpose, role=role, terminal="t1")), transaction.atomic():
        yield


def fill_addressee(trios: list[Trio], world: int, *, protected: bool = True) -> None:
    """町をつくる。居場所に関わらない事実を先に、守られる者の暮らしを後に。"""
    with officer("registrar"):
        _common(trios)
        for trio in trios:
            _live(trio, lives(trio.index)[world])
        for trio in trios if protected else ():
            protect(
                MeasureRequest(trio.her, ProtectionMeasure.Kind.DOMESTIC_VIOLENCE, SINCE, f"警察署{world}", date(2026, 3, 31),
                               decided=True, others=(OtherParty(number=trio.him),))
            )  # fmt: skip


def _common(trios: list[Trio]) -> None:
    home = place("5160072", "242039", "三重県", "伊勢市", "宮後", "3-3")
    _person(FRIEND, "田中　一郎", "タナカ　イチロウ", home | {"household_number": "000000000000901"})
    _person(COMPANY, "架空商事", "カクウショウジ", home, kind="3", standing="6")
    for trio in trios:
        family = home | {"household_number": f"{7000 + trio.index:015d}", "standing": "1"}
        _person(trio.him, f"伊勢　太郎{trio.index}", "イセ　タロウ", family)
        _person(trio.child, f"伊勢　桜{trio.index}", "イセ　サクラ", family)
        number_addressees([(trio.her, "2", "031")])
        relate_all = (
            (trio.him, trio.child, AddresseeRelation.Kind.COHABITANT),
            (trio.child, FRIEND, AddresseeRelation.Kind.GUARANTOR),
        )
        for one, other, kind in relate_all:
            relate(RelationRequest(one, other, kind, "届出", SINCE))


def _person(number: str, name: str, kana: str, told: dict[str, str], *, kind: str = "2", standing: str = "2") -> None:
    number_addressees([(number, kind, "031")])
    facts = Facts(**({"name": name, "kana": kana, "born_on": BORN, "sex": "1", "standing": standing} | told))  # type: ignore[arg-type]
    record_version(Change(number, SINCE, "01", facts, source="031"))


def _live(trio: Trio, life: Life) -> None:
    """守られる者の暮らし。"""
    base: dict[str, Any] = {"name": f"伊勢　花子{trio.index}", "kana": "イセ　ハナコ", "born_on": trio.born, "sex": "2"}
    steps = (*life.moves, life.place)
    for step, where in enumerate(steps):
        last = step == len(steps) - 1
        facts = Facts(
            **base, **where, standing=life.standing if last else "2", household_number=life.household,
            moved_out_on=date(2024, 1, 1) if last and life.standing == "3" else None,
        )  # fmt: skip
        record_version(Change(trio.her, SINCE + timedelta(days=100 * step), "01", facts, source="031"))
    for telephone in life.telephones:
        register_contact(ContactRequest(trio.her, Contact.Kind.HOME, telephone, SINCE))
    for where_to in life.mailings:
        register_mailing_address(MailingRequest(trio.her, where_to, "届出", SINCE))
    if life.lives_with_friend:
        relate(RelationRequest(FRIEND, trio.her, AddresseeRelation.Kind.COHABITANT, "届出", SINCE))
        relate(RelationRequest(trio.her, COMPANY, AddresseeRelation.Kind.WORKPLACE, "届出", SINCE))
        notify_agent(AgentRequest(trio.her, FRIEND, Agent.Kind.LAWYER, SINCE, SINCE))
