"""折衝経過と納付の約束。書き換えられず、訂正は残り、守られたかは収納が決める。"""

import threading
from dataclasses import replace
from datetime import date, datetime

import psycopg
import pytest

from osame.collection.arrears.actions import (
    AlreadyCorrected,
    AlreadyPostponed,
    ContactInFuture,
    ContactNeedsContent,
    NewContact,
    NumberInContact,
    PlaceInContact,
    PostponedWithoutPromise,
    PromiseIncomplete,
    PromiseInPast,
    PromiseNotStanding,
    correct_contact,
    record_contact,
)
from osame.collection.arrears.models import ContactRecord, Promise
from osame.collection.arrears.queries import contacts_of, promises_due, promises_of
from osame.kernel.check_digits import individual_number_check_digit
from osame.platform import gate
from osame.platform.database import close_all, run_sql
from osame.platform.terminal import JAPAN
from tests.systems.collection.cast import OFFICER, SATO, TANAKA, determination, notice
from tests.systems.collection.conftest import TEST
from tests.systems.collection.demand_cast import levy, pay
from tests.systems.conftest import server

NOW = datetime(2025, 7, 20, 15, 0, tzinfo=JAPAN)
TODAY = NOW.date()
BODY = "12345678901"
CALL = NewContact(
    SATO,
    datetime(2025, 7, 1, 10, 30, tzinfo=JAPAN),
    ContactRecord.Means.CALL_TAKEN,
    ContactRecord.Relationship.SELF,
    ContactRecord.Identification.ASKED_FACTS,
    "7月10日に2万円を納めるとのこと。",
    promised_on=date(2025, 7, 10),
    amount=20_000,
)


def tell(new: NewContact = CALL) -> int:
    return record_contact(new, now=NOW, officer=OFFICER)


def results(addressee: str = SATO, on: date = TODAY) -> list[tuple[Promise.Result, int]]:
    return [(each.result, each.paid) for each in promises_of(addressee, as_of=on)]


def test_a_contact_is_kept_as_told(city):
    number = tell()
    (found,) = contacts_of(SATO)
    assert (found.contact_id, found.content, found.officer, found.contacted_at) == (
        number,
        CALL.content,
        OFFICER,
        CALL.contacted_at,
    )
    assert (found.means_label, found.relationship_label, found.promised_on, found.amount) == (
        "電話（受電）",
        "本人",
        CALL.promised_on,
        20_000,
    )


def test_nobody_rewrites_the_past(city):
    tell()
    for statement in ("UPDATE contact_record SET content = '別の話'", "DELETE FROM promise"):
        with server(city) as owner, pytest.raises(psycopg.Error):
            owner.execute(statement)


def test_a_correction_is_a_new_record_and_the_old_one_stays(city):
    first = tell()
    corrected = replace(CALL, content="7月10日に1万円とのこと。", amount=10_000)
    second = correct_contact(first, corrected, reason="金額の聞き違い", now=NOW, officer="鈴木")
    newer, older = contacts_of(SATO)
    assert (newer.contact_id, newer.corrects, newer.correction_reason, older.corrected_by) == (
        second,
        first,
        "金額の聞き違い",
        second,
    )
    assert older.content == CALL.content
    assert [each.amount for each in promises_of(SATO, as_of=TODAY)] == [10_000]  # 訂正の前の約束は数えない
    with pytest.raises(AlreadyCorrected):
        correct_contact(first, corrected, reason="もう一度", now=NOW, officer=OFFICER)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"content": "　"}, ContactNeedsContent),
        ({"contacted_at": datetime(2025, 7, 21, 9, 0, tzinfo=JAPAN)}, ContactInFuture),
        ({"content": f"番号は {BODY + individual_number_check_digit(BODY)} とのこと"}, NumberInContact),
        ({"amount": None}, PromiseIncomplete),
        ({"promised_on": None}, PromiseIncomplete),
        ({"promised_on": date(2025, 6, 30)}, PromiseInPast),
    ],
)
def test_what_cannot_be_recorded_is_refused_and_nothing_is_written(city, changes, refusal):
    with pytest.raises(refusal):
        tell(replace(CALL, **changes))
    assert contacts_of(SATO) == ()


def test_no_place_of_a_protected_person_is_written_down(city):
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
    with pytest.raises(PlaceInContact):
        tell(replace(CALL, content="いまも岩渕一丁目７番２９号に居るとのこと"))
    assert tell(replace(CALL, content="居場所は聞かない"))


def test_a_promise_is_kept_or_broken_by_what_was_paid(city, tmp_path):
    levy(tmp_path, determination(SATO, amount=60_000))
    tell()
    assert results(on=date(2025, 7, 10)) == [(Promise.Result.DUE, 0)]
    assert results() == [(Promise.Result.BROKEN, 0)]
    pay(tmp_path, notice(1, SATO, 15_000, date(2025, 7, 10)), on=date(2025, 7, 14))
    assert results() == [(Promise.Result.BROKEN, 15_000)]
    pay(tmp_path, notice(2, SATO, 5_000, date(2025, 7, 9)), on=date(2025, 7, 15))  # 遅れて届いた
    assert results() == [(Promise.Result.KEPT, 20_000)]


def test_money_counts_for_one_promise_only(city, tmp_path):
    levy(tmp_path, determination(SATO, amount=60_000))
    tell()
    tell(replace(CALL, promised_on=date(2025, 7, 15)))
    pay(tmp_path, notice(1, SATO, 20_000, date(2025, 7, 10)), on=date(2025, 7, 14))
    assert results() == [(Promise.Result.KEPT, 20_000), (Promise.Result.BROKEN, 0)]


def test_a_postponed_promise_gives_way_to_the_new_one(city):
    first = tell()
    tell(replace(CALL, promised_on=date(2025, 8, 10), postpones=first))
    assert results() == [(Promise.Result.POSTPONED, 0), (Promise.Result.DUE, 0)]
    assert promises_due(as_of=TODAY).count == 0


def put_off(postpones: int, officer: str = OFFICER, day: int = 10) -> int:
    """約束を8月に延ばす。"""
    later = replace(CALL, promised_on=date(2025, 8, day), postpones=postpones)
    return record_contact(later, now=NOW, officer=officer)


def test_a_promise_is_postponed_once_and_the_second_officer_is_told_by_whom(city):
    first = tell()
    put_off(first, "鈴木")
    with pytest.raises(AlreadyPostponed, match=r"鈴木が.*延期した後の約束日は令和7年8月10日"):
        put_off(first)
    assert len(contacts_of(SATO)) == 2
    with server(city) as owner, pytest.raises(psycopg.errors.UniqueViolation, match="既に延期されています"):
        owner.execute("INSERT INTO promise VALUES (%s, 999, '2025-08-20', 1, %s)", [SATO, first])


def test_a_correction_keeps_the_postponement_and_may_take_it_back(city):
    first = tell()
    kept = replace(CALL, promised_on=date(2025, 8, 20), postpones=first)
    second = correct_contact(put_off(first), kept, reason="日の聞き違い", now=NOW, officer=OFFICER)
    assert results() == [(Promise.Result.POSTPONED, 0), (Promise.Result.DUE, 0)]
    with pytest.raises(AlreadyPostponed):
        put_off(first)
    correct_contact(second, replace(kept, postpones=None), reason="延期ではなかった", now=NOW, officer=OFFICER)
    assert results() == [(Promise.Result.BROKEN, 0), (Promise.Result.DUE, 0)]
    put_off(first, day=25)  # 訂正された記録の延期は、もう数えない
    assert results()[0] == (Promise.Result.POSTPONED, 0)


def test_a_postponed_promise_stays_postponed_when_it_is_corrected(city):
    first = tell()
    later = put_off(first)
    corrected = replace(CALL, amount=10_000)
    second = correct_contact(first, corrected, reason="金額の聞き違い", now=NOW, officer=OFFICER)
    assert [(each.amount, each.result) for each in promises_of(SATO, as_of=TODAY)] == [
        (10_000, Promise.Result.POSTPONED),
        (20_000, Promise.Result.DUE),
    ]
    with pytest.raises(PromiseNotStanding):  # 後の約束が、前の約束になることはない
        correct_contact(second, replace(corrected, postpones=later), reason="誤り", now=NOW, officer=OFFICER)


def test_only_a_standing_promise_is_postponed_and_only_by_another(city):
    first = tell()
    with pytest.raises(PostponedWithoutPromise):
        tell(replace(CALL, promised_on=None, amount=None, postpones=first))
    none = replace(CALL, promised_on=None, amount=None)
    correct_contact(first, none, reason="約束ではなかった", now=NOW, officer=OFFICER)
    for gone in (first, 999_999):
        with pytest.raises(PromiseNotStanding):
            put_off(gone)


def test_two_officers_postpone_at_once_and_one_is_told(city):
    first, ready, told = tell(), threading.Barrier(2), []

    def postpone(officer: str) -> None:
        with gate.acting(TEST):
            ready.wait(timeout=10)
            try:
                put_off(first, officer)
            except AlreadyPostponed as refusal:
                told.append(str(refusal))
        close_all()

    officers = [threading.Thread(target=postpone, args=(name,)) for name in ("鈴木", "高橋")]
    for each in officers:
        each.start()
    for each in officers:
        each.join()
    winner, _ = (each.officer for each in contacts_of(SATO))
    assert [winner in each for each in told] == [True]


def test_due_promises_are_counted_with_the_oldest(city):
    tell()
    tell(replace(CALL, addressee_number=TANAKA, promised_on=date(2025, 7, 20)))
    due = promises_due(as_of=TODAY)
    assert (due.count, due.broken, due.oldest) == (2, 1, date(2025, 7, 10))
    assert [(each.name, each.short) for each in due.promises] == [("佐藤 花子", 20_000), ("田中 一郎", 20_000)]
    assert promises_due(as_of=TODAY, limit=1).count == 2
    tell(replace(CALL, contacted_at=NOW, content="催促した", promised_on=None, amount=None))  # もう一度話した
    assert promises_due(as_of=TODAY).count == 1


def test_without_a_purpose_nothing_is_seen(city):
    tell()
    with server(city) as admin:
        admin.execute("SET ROLE osame_collection")
        assert admin.execute("SELECT count(*) FROM contact_record").fetchone() == (0,)


def test_two_officers_write_at_once_and_both_stay(city):
    def write(officer: str) -> None:
        with gate.acting(TEST):
            record_contact(CALL, now=NOW, officer=officer)
        close_all()

    officers = [threading.Thread(target=write, args=(name,)) for name in ("山本", "鈴木")]
    for each in officers:
        each.start()
    for each in officers:
        each.join()
    assert {each.officer for each in contacts_of(SATO)} == {"山本", "鈴木"}
