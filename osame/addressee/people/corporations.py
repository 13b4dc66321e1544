"""法人・事業所・共有者。登記された出来事と承継先、指定番号、持分。"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from django.db import transaction

from osame.addressee.people import queries
from osame.addressee.people.facts import FactGroup, Facts, Standing
from osame.addressee.people.models import Addressee, CorporateEvent
from osame.addressee.people.recording import Change, record_version
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

Kind = CorporateEvent.Kind
NAME, ADDRESS, STANDING = FactGroup.NAME.value, FactGroup.ADDRESS.value, FactGroup.STANDING.value


class NotACorporation(Refusal):
    """法人の宛名ではありません。宛名番号を確かめてください。"""


class NoSuccessor(Refusal):
    """合併・分割の承継先がありません。承継先の宛名番号を入力してください。"""


class SuccessorIsItself(Refusal):
    """承継先が、その法人自身です。承継先の宛名番号を確かめてください。"""


class CorporationIsGone(Refusal):
    """この法人は、もう消滅しています。出来事の日付と宛名番号を確かめてください。"""


class SharesDoNotFit(Refusal):
    """持分の合計が1になりません。構成員と持分を確かめてください。"""


class RepresentativeIsNotAMember(Refusal):
    """代表者が構成員の中に一人いません。代表者を一人だけ選んでください。"""


class WithholdingNumberIsTaken(Refusal):
    """その指定番号は、もう使われています。番号を確かめてください。"""


class NotAnEstablishment(Refusal):
    """事業所の宛名ではありません。宛名番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Event:
    """法人に起きたこと。 `facts` は移転・商号変更の後の姿、`successors` は合併・分割の承継先。"""

    addressee_number: str
    kind: CorporateEvent.Kind
    happened_on: date
    registered_on: date | None = None
    facts: Facts | None = None
    successors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """一人の持分。"""

    member_number: str
    numerator: int
    denominator: int
    represents: bool = False


AFTERWARDS = {
    Kind.MERGED: Standing.DISSOLVED,
    Kind.DISSOLVED: Standing.LIQUIDATING,
    Kind.LIQUIDATED: Standing.DISSOLVED,
    Kind.SUSPENDED: Standing.DORMANT,
    Kind.RESUMED: Standing.ACTIVE,
}
GROUPS_OF = {Kind.HEAD_OFFICE_MOVED: ADDRESS, Kind.RENAMED: NAME}


def record_event(event: Event) -> int:
    """法人異動を記録し、事実を変え、承継先を残す。異動番号を返す（分割では0）。

    要件: F02-07
    """
    with transaction.atomic():
        before = queries.as_of(event.addressee_number, valid_on=event.happened_on)
        if before is None or queries.kind_of(event.addressee_number) != Addressee.Kind.CORPORATION:
            raise NotACorporation(event.addressee_number)
        if before.facts.standing == Standing.DISSOLVED:
            raise CorporationIsGone(event.addressee_number)
        _check_successors(event)
        change_id = _change(event, before.facts)
        for successor in event.successors or ("",):
            run_sql(
                "INSERT INTO corporate_event (addressee_number, kind, registered_on, happened_on, successor_number, "
                "change_id, officer) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [
                    event.addressee_number, event.kind, event.registered_on, event.happened_on, successor,
                    change_id or None, gate.required().officer,
                ],
            )  # fmt: skip
        record("法人異動を記録した", subjects=[event.addressee_number, *event.successors])
    return change_id


def _check_successors(event: Event) -> None:
    if event.kind in {Kind.MERGED, Kind.SPLIT} and not event.successors:
        raise NoSuccessor(event.addressee_number)
    if event.addressee_number in event.successors:
        raise SuccessorIsItself(event.addressee_number)
    for successor in event.successors:
        if queries.kind_of(successor) != Addressee.Kind.CORPORATION:
            raise NotACorporation(successor)


def _change(event: Event, before: Facts) -> int:
    """出来事の後の姿を記録する。分割した法人は、そのまま残る。"""
    if event.kind == Kind.SPLIT:
        return 0
    if groups := GROUPS_OF.get(event.kind):
        after = event.facts or before
    else:
        after, groups = replace(before, standing=AFTERWARDS[event.kind].value), STANDING
    return record_version(Change(event.addressee_number, event.happened_on, f"4{event.kind}", after, asserts=groups))


def successors_of(addressee_number: str) -> tuple[str, ...]:
    """合併・分割の承継先を、最後まで辿る。

    要件: F02-07
    """
    rows = fetch_all(
        "WITH RECURSIVE after(number) AS (SELECT successor_number FROM corporate_event WHERE addressee_number = %s "
        "AND successor_number <> '' UNION SELECT e.successor_number FROM corporate_event e JOIN after a "
        "ON e.addressee_number = a.number WHERE e.successor_number <> '' AND e.kind = '3') "
        "SELECT number FROM after a WHERE NOT EXISTS (SELECT 1 FROM corporate_event e "
        "WHERE e.addressee_number = a.number AND e.kind = '3') ORDER BY 1",
        [addressee_number],
    )
    return tuple(number for (number,) in rows)


def set_shares(addressee_number: str, shares: Sequence[Share], *, since: date) -> None:
    """共有者の構成員と持分を定める。合計は1、代表者は一人。前の持分は、その日で終わる。

    要件: F02-02
    """
    if sum(share.represents for share in shares) != 1:
        raise RepresentativeIsNotAMember(addressee_number)
    if sum(Fraction(share.numerator, share.denominator) for share in shares) != 1:
        raise SharesDoNotFit(addressee_number)
    with transaction.atomic():
        if queries.kind_of(addressee_number) != Addressee.Kind.CO_OWNERS:
            raise SharesDoNotFit(addressee_number)
        for share in shares:
            queries.kind_of(share.member_number)
        run_sql(
            "UPDATE co_owner_share SET valid_until = %s WHERE addressee_number = %s AND valid_until IS NULL",
            [since, addressee_number],
        )
        for share in shares:
            run_sql(
                "INSERT INTO co_owner_share (addressee_number, member_number, numerator, denominator, represents, "
                "valid_from, officer) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                [
                    addressee_number, share.member_number, share.numerator, share.denominator, share.represents, since,
                    gate.required().officer,
                ],
            )  # fmt: skip
        record("共有持分を定めた", subjects=[addressee_number, *(share.member_number for share in shares)])


def shares_of(addressee_number: str, *, valid_on: date) -> tuple[Share, ...]:
    """その日の構成員と持分。代表者を先に。

    要件: F02-02
    """
    rows = fetch_all(
        "SELECT member_number, numerator, denominator, represents FROM co_owner_share WHERE addressee_number = %s "
        "AND valid_from <= %s AND (valid_until IS NULL OR valid_until > %s) ORDER BY represents DESC, share_id",
        [addressee_number, valid_on, valid_on],
    )
    return tuple(Share(*row) for row in rows)


def give_withholding_number(addressee_number: str, withholding_number: str, *, since: date) -> None:
    """事業所に、特別徴収義務者の指定番号を付ける。番号は使い回さない。

    要件: F02-02
    """
    with transaction.atomic():
        if queries.kind_of(addressee_number) != Addressee.Kind.ESTABLISHMENT:
            raise NotAnEstablishment(addressee_number)
        given = run_sql(
            "INSERT INTO withholding_number (withholding_number, addressee_number, valid_from, officer) "
            "VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [withholding_number, addressee_number, since, gate.required().officer],
        )
        if not given:
            raise WithholdingNumberIsTaken(withholding_number)
        record("指定番号を付けた", subjects=[addressee_number])


def establishments_of(addressee_number: str) -> tuple[tuple[str, str], ...]:
    """法人の事業所と、その指定番号。"""
    rows = fetch_all(
        "SELECT v.addressee_number, coalesce(w.withholding_number, '') FROM addressee_version v "
        "LEFT JOIN withholding_number w ON w.addressee_number = v.addressee_number AND w.valid_until IS NULL "
        "WHERE v.superseded_at IS NULL AND v.valid_until IS NULL AND v.parent_number = %s ORDER BY 1",
        [addressee_number],
    )
    return tuple((number, withholding) for number, withholding in rows)
