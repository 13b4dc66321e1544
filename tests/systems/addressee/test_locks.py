"""排他制御と他業務参照不可。同時に押しても、勝つのは一人で、ほかは誰かを知らされる。"""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from osame.addressee.inquiry.queries import officer_reader, person_view
from osame.addressee.locks.actions import (
    EditedByAnother,
    NotLockedByYou,
    OpenedByAnotherOffice,
    RestrictedPersonNotKnown,
    RestrictionWithoutReason,
    release_lock,
    require_lock,
    restrict_reference,
    take_lock,
)
from osame.addressee.locks.queries import editing, restrictions_of, visible_to
from osame.addressee.mailing.actions import ContactRequest, register_contact
from osame.addressee.mailing.models import Contact
from osame.addressee.people.queries import NobodyThere
from osame.addressee.people.recording import Change, record_version
from osame.platform.database import run_sql
from osame.platform.gate import Acting, acting
from tests.systems.addressee.protection_cast import FRIEND, HER, TODAY, facts, officer, settle

pytestmark = pytest.mark.usefixtures("addressee_database")


@pytest.fixture(autouse=True)
def _people(addressee_database: str) -> None:
    with officer():
        settle(HER, FRIEND)


def test_one_edits_the_others_look() -> None:
    with officer():
        until = take_lock(HER)
        assert timedelta(minutes=14) < until - datetime.now(UTC) <= timedelta(minutes=15)
        require_lock(HER)
    with officer("suzuki"):
        with pytest.raises(EditedByAnother, match="yamamoto、yamamoto-1"), transaction.atomic():
            take_lock(HER)
        with pytest.raises(EditedByAnother), transaction.atomic():
            require_lock(HER)
        release_lock(HER)  # 他人の鎖錠は解けない
        assert person_view(HER, officer_reader(), as_of=TODAY).editing == "yamamoto"
        take_lock(FRIEND)
    with officer():
        take_lock(HER)  # 続ける
        release_lock(HER)
        with pytest.raises(NotLockedByYou):
            require_lock(HER)
    with officer("suzuki"):
        take_lock(HER)


def test_nobody_else_writes_meanwhile_but_the_register_goes_on() -> None:
    """鎖錠を確かめ忘れた行いも、書く所で断られる。"""
    with officer():
        take_lock(HER)
    with officer("suzuki"):
        with pytest.raises(DatabaseError, match=r"yamamoto.*閲覧だけ"):
            register_contact(ContactRequest(HER, Contact.Kind.HOME, "0596-00-0000", TODAY))
        with pytest.raises(DatabaseError, match="閲覧だけ"):
            record_version(Change(HER, date(2026, 5, 1), "03", facts(name="伊勢　花", town="別の町"), source="031"))
        record_version(
            Change(HER, date(2026, 5, 1), "03", facts(name="伊勢　花"), source="001")
        )  # 住民記録は待たせない
        register_contact(ContactRequest(FRIEND, Contact.Kind.HOME, "0596-00-0000", TODAY))
    with officer():
        register_contact(ContactRequest(HER, Contact.Kind.HOME, "0596-00-0000", TODAY))


def test_a_lock_left_behind_is_released_by_itself() -> None:
    with officer():
        take_lock(HER)
        run_sql("UPDATE edit_lock SET expires_at = clock_timestamp()")
        assert editing(HER) is None
        with pytest.raises(NotLockedByYou):
            require_lock(HER)
    with officer("suzuki"):
        take_lock(HER)
        assert editing(HER).officer == "suzuki"  # type: ignore[union-attr]


def test_pressing_at_once_has_one_winner() -> None:
    """八人が同時に押す。勝つのは必ず一人で、ほかの七人はその名を知らされる。五回。"""
    for round_ in range(5):
        told: dict[str, str] = {}
        start = threading.Barrier(8)

        def press(name: str, start: threading.Barrier = start, told: dict[str, str] = told) -> None:
            try:
                start.wait()
                with acting(Acting(name, "addressee.locks.take", "statutory", terminal=f"{name}-1")):
                    take_lock(HER)
                told[name] = ""
            except EditedByAnother as refused:
                told[name] = refused.detail
            finally:
                connection.close()

        threads = [threading.Thread(target=press, args=(f"officer{each}",)) for each in range(8)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        (winner,) = [name for name, refusal in told.items() if not refusal]
        assert len(told) == 8
        assert {refusal for name, refusal in told.items() if name != winner} == {f"{winner}、{winner}-1"}
        with acting(Acting(winner, "addressee.locks.take", "statutory", terminal=f"{winner}-1")):
            release_lock(HER)
        assert round_ < 5


def test_a_person_closed_to_other_offices_is_not_there() -> None:
    """他業務参照不可の者は、登録した業務のほかには、いないのと同じ。変更は理由とともに残る。"""
    with officer():
        assert visible_to(HER, office="010")
        restrict_reference(HER, restricted=True, office="031", reason="住基ネットから取得")
        assert not visible_to(HER, office="010")
        assert visible_to(HER, office="031")
        unknown = _refusal("999999999999999", "010")
        assert _refusal(HER, "010") == unknown.replace("999999999999999", HER)
        with pytest.raises(OpenedByAnotherOffice), transaction.atomic():
            restrict_reference(HER, restricted=False, office="010", reason="見たい")
        with pytest.raises(RestrictionWithoutReason):
            restrict_reference(HER, restricted=False, office="031", reason=" ")
        with pytest.raises(RestrictedPersonNotKnown), transaction.atomic():
            restrict_reference("999999999999999", restricted=True, office="031", reason="誤り")
        restrict_reference(HER, restricted=False, office="031", reason="届出により確認")
        assert visible_to(HER, office="010")
        assert [(each.restricted, each.officer) for each in restrictions_of(HER)] == [
            (True, "yamamoto"), (False, "yamamoto"),
        ]  # fmt: skip


def _refusal(number: str, office: str) -> str:
    with pytest.raises(NobodyThere) as refused, transaction.atomic():
        person_view(number, officer_reader(), as_of=TODAY, office=office)
    return str(refused.value)
