"""宛名の異動を書く扉。どの順に届いても、信じる履歴は同じ。書き換えも削除もできない。"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from unittest.mock import patch

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osame.addressee.people import queries, recording
from osame.addressee.people.facts import EVERY_GROUP, GROUPS, FactGroup
from osame.addressee.people.recording import (
    COLUMNS,
    RESIDENT_REGISTER,
    Change,
    NothingChanged,
    ResidentIsReadOnly,
    UnknownAddressee,
    cancel_change,
    cancel_changes,
    number_addressees,
    record_version,
    record_versions,
    stage_changes,
)
from osame.platform.database import copy_rows, fetch_all, fetch_one, run_sql
from osame.platform.gate import NoPurpose
from tests.systems.addressee.people_cast import clerk, facts, register
from tests.systems.conftest import server

pytestmark = pytest.mark.usefixtures("addressee_database")
FIRST = date(2020, 4, 1)


def believed(number):
    return [(v.valid_from, v.valid_until, v.change_reason, v.facts) for v in queries.history(number)]


def test_a_change_that_arrives_late_splits_the_history_it_falls_into():
    with clerk():
        register("1", on=FIRST)
        record_version(Change("1", date(2021, 1, 1), "03", facts(town="宮後"), asserts="A"))
        record_version(Change("1", date(2020, 7, 1), "06", facts(name="内宮　花子"), asserts="N"))
        assert [(start, end, f.name, f.town) for start, end, _, f in believed("1")] == [
            (FIRST, date(2020, 7, 1), "伊勢　花子", "岩渕"),
            (date(2020, 7, 1), date(2021, 1, 1), "内宮　花子", "岩渕"),
            (date(2021, 1, 1), None, "内宮　花子", "宮後"),  # 後の転居にも、新しい氏名が届く
        ]


def test_a_cancelled_change_gives_back_what_was_believed_and_keeps_what_happened():
    with clerk():
        register("1")
        before = believed("1")
        wrong = record_version(Change("1", date(2020, 7, 1), "06", facts(name="別人　花子"), asserts="N"))
        at = queries.history("1")[-1].recorded_at
        cancel_change("1", wrong, reason="届出の取下げ")
        assert believed("1") == before
        assert queries.as_of("1", valid_on=date(2020, 8, 1), known_at=at).facts.name == "別人　花子"
        assert queries.as_of("1", valid_on=date(2020, 8, 1)).facts.name == "伊勢　花子"
        assert len(queries.history("1", superseded=True)) > len(before)


def test_of_several_changes_on_one_day_the_last_in_order_holds_and_gives_way_when_cancelled():
    day = date(2020, 7, 1)
    with clerk():
        register("1")
        last = record_version(Change("1", day, "03", facts(town="三"), asserts="A", sequence=3))
        record_version(Change("1", day, "03", facts(town="二"), asserts="A", sequence=2))
        assert [f.town for *_, f in believed("1")] == ["岩渕", "三"]
        cancel_change("1", last, reason="誤り")
        assert [f.town for *_, f in believed("1")] == ["岩渕", "二"]


def test_both_axes_answer_for_themselves():
    with clerk():
        register("1")
        known = queries.current("1").recorded_at
        record_version(Change("1", date(2020, 6, 1), "03", facts(town="宮後"), asserts="A"))
        assert queries.as_of("1", valid_on=date(2020, 6, 1)).facts.town == "宮後"
        assert queries.as_of("1", valid_on=date(2020, 5, 31)).facts.town == "岩渕"
        assert queries.as_of("1", valid_on=date(2020, 6, 1), known_at=known).facts.town == "岩渕"
        assert queries.as_of("1", valid_on=date(2020, 3, 31)) is None


def test_a_change_by_hand_settles_what_differs_and_nothing_is_refused():
    with clerk():
        register("1")
        record_version(Change("1", date(2020, 6, 1), "03", facts(town="宮後")))
        assert fetch_one("SELECT asserts FROM addressee_change ORDER BY change_id DESC LIMIT 1") == ("A",)
        with pytest.raises(NothingChanged):
            record_version(Change("1", date(2020, 6, 2), "03", facts(town="宮後")))
        with pytest.raises(UnknownAddressee):
            record_version(Change("2", date(2020, 6, 2), "03", facts()))


def test_residents_are_changed_by_their_register_alone():
    with clerk():
        register("1", "1", source=RESIDENT_REGISTER, standing="1")
        with pytest.raises(ResidentIsReadOnly):
            record_version(Change("1", date(2021, 1, 1), "06", facts(name="手書　花子", standing="1")))
        with pytest.raises(ResidentIsReadOnly):
            cancel_change("1", queries.current("1").change_id, reason="手で")
        columns = "addressee_number, changed_on, sequence, source, change_key, change_reason, asserts, officer, name, standing"
        with pytest.raises(IntegrityError, match="住民記録"), transaction.atomic():
            run_sql(
                f"INSERT INTO addressee_change ({columns}) VALUES ('1', '2021-01-01', 1, '031', 'x', '06', 'N', 'e', 'x', '1')"
            )
        with pytest.raises(IntegrityError, match="住民である間"), transaction.atomic():
            run_sql("UPDATE addressee SET kind = '2'")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE addressee_version SET name = 'x'",
        "UPDATE addressee_version SET superseded_at = NULL",
        "UPDATE addressee_change SET name = 'x', cancelled_at = now()",
        "UPDATE addressee_change SET changed_on = '2001-01-01'",
        "DELETE FROM addressee_version",
        "DELETE FROM addressee_change",
        "DELETE FROM addressee",
        "TRUNCATE addressee_version",
        "UPDATE addressee SET addressee_number = '9'",
        "UPDATE addressee SET kind = '3'",
    ],
)
def test_nobody_rewrites_not_even_an_administrator(addressee_database, statement):
    with clerk():
        register("1")
    with server(addressee_database) as admin, pytest.raises(psycopg.errors.RestrictViolation):
        admin.execute(statement)


def test_a_number_is_given_once():
    with clerk():
        register("1")
        with pytest.raises(IntegrityError), transaction.atomic():
            number_addressees([("1", "2", "031")])


def test_without_a_purpose_nothing_is_seen_or_written():
    with clerk():
        register("1")
    assert queries.current("1") is None
    for table in ("addressee", "addressee_change", "addressee_version"):
        assert fetch_one(f"SELECT count(*) FROM {table}") == (0,)
    with pytest.raises(NoPurpose):
        record_version(Change("1", FIRST, "03", facts()))


def test_opening_a_person_is_recorded_without_the_facts():
    with clerk():
        register("1")
        person = queries.open_person("1", fields=["name", "kana"])
        assert person.version.facts.name == "伊勢　花子"
        event = fetch_all("SELECT act, subjects, fields, detail::text FROM audit_event ORDER BY event_id DESC LIMIT 1")[
            0
        ]
    assert event == ("宛名を開いた", ["1"], ["name", "kana"], "{}")


def test_one_day_twice_and_many_at_once():
    with clerk():
        number_addressees([(str(n), "2", "031") for n in range(1, 51)])
        for _ in range(2):
            stage_changes("staged_test")
            copy_rows("staged_test", COLUMNS, [row(str(n), FIRST, 1, f"k{n}", EVERY_GROUP, "名") for n in range(1, 51)])
            told = record_versions("staged_test")
        assert (told.changes, told.superseded, told.added) == (0, 0, 0)
        assert fetch_one("SELECT count(*) FROM addressee_version") == (50,)


def row(number, day, sequence, key, asserts, mark):
    """どの組にも印を付けた異動。組ごとに、どの異動から来たかが分かる。"""
    from osame.addressee.people.facts import FACTS

    told = facts(
        name=mark, town=mark, household_number=mark, died_on=None, representative_name=mark, birth_notation=mark
    )
    return (
        number, day, sequence, "031", key, "03", asserts, "tanaka", *(getattr(told, name) for name in FACTS)
    )  # fmt: skip


MARKS = {
    FactGroup.NAME: "name",
    FactGroup.PERSON: "birth_notation",
    FactGroup.ADDRESS: "town",
    FactGroup.HOUSEHOLD: "household_number",
    FactGroup.CORPORATION: "representative_name",
}
CHANGES = st.lists(
    st.tuples(
        st.integers(0, 6),  # 日
        st.sets(st.sampled_from(sorted(MARKS)), min_size=1).map("".join),  # 定める組
        st.booleans(),  # 後で取り消される
    ),
    min_size=1,
    max_size=7,
)
examples = iter(range(1, 1_000_000))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=CHANGES, data=st.data())
def test_any_order_of_changes_and_cancellations_ends_in_the_same_history(changes, data):
    """一つずつでも、まとめてでも、取消しが間に挟まっても、真の順に当てたのと同じ履歴になる。"""
    number = str(next(examples))
    rows = [
        row(number, FIRST + timedelta(day), place, f"k{place}", groups, f"{place}")
        for place, (day, groups, _) in enumerate(changes)
    ]
    told = data.draw(st.permutations(range(len(rows))))
    acts = [("tell", place) for place in told]
    for place, (*_, cancelled) in enumerate(changes):
        if cancelled:  # 取消しは、その異動の後ならいつ届いてもよい
            acts.insert(data.draw(st.integers(acts.index(("tell", place)) + 1, len(acts))), ("cancel", place))
    with clerk(), patch.object(recording, "announce"):  # 検索の索引は、ここでは要らない
        number_addressees([(number, "2", "031")])
        for act, place in acts:
            if act == "tell":
                stage_changes("staged_test")
                copy_rows("staged_test", COLUMNS, [rows[place]])
                record_versions("staged_test")
            else:
                run_sql("DROP TABLE IF EXISTS cancelled_test")
                run_sql(
                    "CREATE TEMP TABLE cancelled_test (addressee_number text, source text, change_key text, officer text, reason text)"
                )
                run_sql("INSERT INTO cancelled_test VALUES (%s, '031', %s, 'tanaka', '誤り')", [number, f"k{place}"])
                cancel_changes("cancelled_test")
        got = [(v.valid_from, v.valid_until, v.facts) for v in queries.history(number)]
    assert got == expected(changes)


def expected(changes):
    """別に書いた正解。残った異動を真の順に重ねる。"""
    left = sorted(
        (FIRST + timedelta(day), place, groups)
        for place, (day, groups, cancelled) in enumerate(changes)
        if not cancelled
    )
    history = []
    settled = {}
    for index, (day, place, groups) in enumerate(left):
        settled |= dict.fromkeys(groups, place)
        if index + 1 < len(left) and left[index + 1][0] == day:
            continue
        now = facts()
        for group, name in MARKS.items():
            now = replace(now, **{name: str(settled.get(group.value, place))})
        history.append((day, left[index + 1][0] if index + 1 < len(left) else None, now))
    return history


def test_every_fact_is_in_one_group():
    assert len({name for names in GROUPS.values() for name in names}) == sum(len(names) for names in GROUPS.values())


def test_officers_at_the_same_addressee_are_served_one_after_the_other():
    with clerk():
        register("1", on=FIRST)

    def work(officer):
        try:
            for day in range(1, 6):
                with clerk(f"officer{officer}"):
                    town = f"{officer}-{day}"
                    record_version(
                        Change("1", FIRST + timedelta(10 * day + officer), "03", facts(town=town), asserts="A")
                    )
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with clerk():
        history = believed("1")
    assert [start for start, *_ in history[1:]] == [end for _, end, *_ in history[:-1]]
    assert len(history) == 21
    assert history[-1][1] is None
