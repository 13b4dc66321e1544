"""中間サーバー通知。順に、届くまで、一度だけ数える。"""

import pytest

from osame.linkage.identities import actions
from osame.linkage.notices import actions as notices
from tests.systems.linkage.cast import ADDRESSEE, facts, fetch_all, number, some_number


def people(count: int) -> list[str]:
    return [
        number(some_number(n), addressee=str(n), facts=facts(n)).unified_addressee_number for n in range(1, count + 1)
    ]


def test_notices_are_pulled_in_order_until_they_arrive(vault):
    one, two = people(2)
    first = notices.take(10)
    assert [(each.unified_addressee_number, each.kind, each.attempts) for each in first] == [
        (one, "1", 1),
        (two, "1", 1),
    ]
    notices.report(first[0].notice_id)
    notices.report(first[0].notice_id, error_code="E1")  # 受領済みは変わらない
    notices.report(first[1].notice_id, error_code="E500")
    again = notices.take(10)
    assert [(each.unified_addressee_number, each.attempts) for each in again] == [(two, 2)]
    notices.report(again[0].notice_id)
    assert notices.take(10) == []
    assert notices.backlog() == [("受領済", 2)]


def test_a_deletion_waits_for_the_numbering(vault):
    (person,) = people(1)
    actions.delete(person, ADDRESSEE, affair="local_tax", reason="誤り")
    (first,) = notices.take(10)
    assert first.kind == "1"
    notices.report(first.notice_id)
    (second,) = notices.take(10)
    assert second.kind == "2"
    notices.report(second.notice_id)
    notices.tell([person], notices.Kind.DELETED)
    assert notices.take(10) == []


def test_a_transport_that_fails_is_tried_again(vault):
    one, _ = people(2)

    def broken(notice):
        if notice.unified_addressee_number == one:
            raise ConnectionRefusedError
        return ""

    assert notices.send(broken) == (1, 1)
    assert fetch_all("SELECT state, error_code FROM gateway_notice ORDER BY notice_id") == [
        ("4", "ConnectionRefusedErr"),
        ("3", ""),
    ]
    assert notices.send(lambda _notice: "") == (1, 0)


def test_a_report_about_nothing_is_refused(vault):
    people(1)
    with pytest.raises(notices.UnknownNotice):
        notices.report(999)
    with pytest.raises(notices.NoticeNotSent):
        notices.report(fetch_all("SELECT notice_id FROM gateway_notice")[0][0])
    for wrong in ("x" * 21, "E 1", some_number(1)):
        with pytest.raises(notices.CodeUnreadable):
            notices.report(1, error_code=wrong)
