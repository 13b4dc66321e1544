"""一人についてのすべてを、見る者に許された分だけ開く。

Everything of a person for a screen, a command or another system. Permission is the door's; purpose is the gate's; here
each fact passes the suppression decision, what was hidden is looked for again in the finished view, and the audit says
who saw which kinds of facts. People who must not be shown together are not.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.addressee.agents.queries import agents_of, parted_from, relations_of
from osame.addressee.locks.queries import editing, visible_to
from osame.addressee.mailing.models import Contact, MailingAddress
from osame.addressee.mailing.queries import contacts_of, mailing_addresses_of
from osame.addressee.people.facts import FACTS
from osame.addressee.people.models import Addressee, SuccessionStep
from osame.addressee.people.queries import (
    NobodyThere,
    Person,
    Version,
    as_of,
    history,
    household,
    open_history,
    open_person,
)
from osame.addressee.people.recording import ResidentIsReadOnly
from osame.addressee.protection.queries import measures_of, protection_of, subject_of, subjects_of
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.functions.registry import registry
from osame.platform.suppression.decision import Decision, FactClass, Reader, ReaderKind, decision
from osame.platform.suppression.facts import CLASS_OF, suppressed
from osame.platform.suppression.hidden_values import HiddenValues, texts_of

REVEAL = "addressee.protection.reveal"
"""支援措置の対象者の住所を見る機能。これを許される役割の者だけが、目的を告げて見る。"""
MAILING_SHOWN = (
    "mailing_address_id", "tax_item", "document", "priority", "is_safe", "name", "kana", "postal_code", "prefecture",
    "municipality_name", "town", "block", "building", "country_name", "foreign_address", "valid_from", "valid_until",
    "reason", "needs_approval", "approver",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonView:
    """開いた一人。 facts: 伏せた後の事実; hidden: 伏せた事実の種類; warning: 職員に告げる一文。"""

    addressee_number: str
    kind: str
    closed_on: date | None
    succession: str
    protected: bool
    hidden: tuple[str, ...]
    warning: str
    facts: dict[str, Any]
    former_addresses: tuple[str, ...]
    household: tuple[dict[str, Any], ...]
    mailing_addresses: tuple[dict[str, Any], ...]
    contacts: tuple[dict[str, Any], ...]
    agents: tuple[dict[str, Any], ...]
    relations: tuple[dict[str, Any], ...]
    measures: tuple[dict[str, Any], ...]
    editing: str


class HiddenFromYou(Refusal):
    """支援措置の対象者です。住所を見る権限のある職員だけが、事実を変えられます。係長に依頼してください。"""


class ClosedAddressee(Refusal):
    """この宛名は廃止されています。事実は変えられません。"""


def officer_reader() -> Reader:
    """門が告げる職員を、読む者にする。住所を見る権限は、役割による。"""
    now = gate.required()
    return Reader(
        ReaderKind.OFFICER, right=now.role in registry("addressee").function(REVEAL).roles, purpose=now.purpose
    )


def person_view(addressee_number: str, viewer: Reader, *, as_of: date, office: str | None = None) -> PersonView:
    """一人を開く。見る者に許されない事実は、初めから集めず、伏せた印だけを置く。

    `office` is the 業務ID of another office that asks: a person closed to it is not there, exactly as if unknown.

    要件: F27-01, F28-02, F29-03, F33-07
    """
    with transaction.atomic():
        if office is not None and not visible_to(addressee_number, office=office):
            raise NobodyThere(addressee_number)
        choice = decision(viewer, subject_of(addressee_number, on=as_of))
        person = open_person(addressee_number, fields=_shown_fields(choice))
        view = _view(person, choice, viewer, as_of)
        if not choice.opens_everything:
            hidden_values_of([addressee_number]).refuse_in(json.dumps(asdict(view), ensure_ascii=False, default=str))
    return view


def open_for_editing(addressee_number: str, viewer: Reader, *, as_of: date) -> Person:
    """事実を変えるために開く。住民、廃止された宛名、見る者に伏せられている宛名は断る。

    要件: F02-02, F29-03, F33-06
    """
    with transaction.atomic():
        choice = decision(viewer, subject_of(addressee_number, on=as_of))
        person = open_person(addressee_number, fields=_shown_fields(choice))
        if person.kind == Addressee.Kind.RESIDENT:
            raise ResidentIsReadOnly(addressee_number)
        if person.closed_on:
            raise ClosedAddressee(addressee_number)
        if not choice.opens_everything:
            raise HiddenFromYou(addressee_number)
    return person


def refuse_hidden(addressee_number: str, fact: FactClass, *, as_of: date) -> None:
    """この職員に、この種類の事実が伏せられていれば断る。書式が、伏せた事実を開かないように。

    要件: F27-01
    """
    with transaction.atomic():
        if not decision(officer_reader(), subject_of(addressee_number, on=as_of)).shows(fact):
            raise HiddenFromYou(addressee_number)


def history_view(addressee_number: str, viewer: Reader, *, as_of: date) -> tuple[Version, ...] | None:
    """上書きされたものまでの履歴。いつ、何度移ったかも居場所の手がかりなので、伏せる者には None。

    要件: F27-01, F29-03, F33-05
    """
    with transaction.atomic():
        versions = open_history(addressee_number)
        choice = decision(viewer, subject_of(addressee_number, on=as_of))
    return versions if choice.shows(FactClass.MOVES) else None


def hidden_values_of(addressee_numbers: Iterable[str]) -> HiddenValues:
    """この人たちの、出力に現れてはならない値。これまでの住所・送付先・連絡先のすべて。

    For the second pass of any output. Only protected people have values to hide.
    """
    values: list[tuple[str, str]] = []
    for number in addressee_numbers:
        if not protection_of(number).active:
            continue
        records = [asdict(version.facts) for version in history(number, superseded=True)]
        records += [dict(row) for row in MailingAddress.objects.filter(addressee_number=number).values()]
        records += [dict(row) for row in Contact.objects.filter(addressee_number=number).values()]
        values += [(number, text) for each in records for text in texts_of(each)]
    return HiddenValues(values)


def _view(person: Person, choice: Decision, viewer: Reader, day: date) -> PersonView:
    number = person.addressee_number
    version = as_of(number, valid_on=day)
    raw = _raw_facts(version)
    active = protection_of(number).active
    held = editing(number)
    return PersonView(
        addressee_number=number,
        kind=person.kind,
        closed_on=person.closed_on,
        succession=SuccessionStep.Step(person.succession).label if person.succession else "",
        protected=active,
        hidden=tuple(each.value for each in FactClass if not choice.shows(each)),
        warning=choice.reason if active else "",
        facts=suppressed(raw, choice),
        former_addresses=_former(number, choice),
        household=_household(number, version, choice, viewer, day),
        mailing_addresses=_mailing(number, choice, day),
        contacts=_contacts(number, choice, day),
        agents=_agents(number, choice, day),
        relations=_relations(number, choice, viewer, day),
        measures=tuple(asdict(each) for each in measures_of(number)) if choice.opens_everything else (),
        editing=held.officer if held else "",
    )


def _raw_facts(version: Version | None) -> dict[str, Any]:
    """伏せる前の事実。その日の姿がなければ、同じ項目を空で。"""
    facts = asdict(version.facts) if version else dict.fromkeys(FACTS, "")
    return facts | {
        "address": version.facts.address if version else "",
        "valid_from": version.valid_from if version else None,
        "change_reason": version.change_reason if version else "",
    }


def _shown_fields(choice: Decision) -> list[str]:
    return [name for name in FACTS if name not in CLASS_OF or choice.shows(CLASS_OF[name])]


def _former(number: str, choice: Decision) -> tuple[str, ...]:
    if not choice.shows(FactClass.FORMER_ADDRESS):
        return ()
    past = [version.facts.address for version in history(number) if version.valid_until is not None]
    return tuple(dict.fromkeys(each for each in past if each))


def _household(
    number: str, version: Version | None, choice: Decision, viewer: Reader, day: date
) -> tuple[dict[str, Any], ...]:
    """世帯員。相手方とその本人は並べず、守られている世帯員は、居場所が知れるので並べない。"""
    if not choice.shows(FactClass.HOUSEHOLD) or version is None:
        return ()
    apart = parted_from(number)
    members = [
        each
        for each in household(version.facts.household_number, valid_on=day)
        if each.addressee_number not in apart | {number}
    ]
    subjects = subjects_of([each.addressee_number for each in members], on=day)
    return tuple(
        asdict(each) for each in members if decision(viewer, subjects[each.addressee_number]).shows(FactClass.HOUSEHOLD)
    )


def _mailing(number: str, choice: Decision, day: date) -> tuple[dict[str, Any], ...]:
    if not choice.shows(FactClass.MAILING_ADDRESS):
        return ()
    return tuple({name: getattr(each, name) for name in MAILING_SHOWN} for each in mailing_addresses_of(number, on=day))


def _contacts(number: str, choice: Decision, day: date) -> tuple[dict[str, Any], ...]:
    if not choice.shows(FactClass.TELEPHONE):
        return ()
    return tuple(
        {"contact_id": each.contact_id, "kind": str(Contact.Kind(each.kind).label), "value": each.value,
         "priority": each.priority, "note": each.note}
        for each in contacts_of(number, on=day)
    )  # fmt: skip


def _agents(number: str, choice: Decision, day: date) -> tuple[dict[str, Any], ...]:
    if not choice.shows(FactClass.RELATIONS):
        return ()
    return tuple(asdict(each) | {"warning": each.warning} for each in agents_of(number, on=day))


def _relations(number: str, choice: Decision, viewer: Reader, day: date) -> tuple[dict[str, Any], ...]:
    """関係人。守られている関係人は、居場所や勤め先が知れるので並べない。"""
    if not choice.shows(FactClass.RELATIONS):
        return ()
    found = relations_of(number, on=day)
    subjects = subjects_of([each.related_number for each in found], on=day)
    return tuple(
        asdict(each) for each in found if decision(viewer, subjects[each.related_number]).shows(FactClass.RELATIONS)
    )
