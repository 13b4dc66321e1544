"""やり取りの記録の画面。監査する者が、相手・職員・操作・日・失敗で絞り、古いものへさかのぼる。"""

from typing import Any

import pytest
from django.test import Client

from osame.platform.audit.models import AuditEvent
from osame.platform.exchanges.models import ExchangeLog
from tests.systems.collection.pages_cast import officer_at_desk

ASKED = "?osame-purpose=audit"
SENT, RECEIVED = ExchangeLog.Direction.SENT, ExchangeLog.Direction.RECEIVED


def logged(number: int, **changed: object) -> ExchangeLog:
    facts = {
        "direction": SENT, "peer": "linkage", "operation": "POST /internal/v1/conversions", "request_number": f"r{number}",
        "nonce": f"n{number}", "key_id": "k", "officer": "A0001", "function_code": "collection.inquiry.show",
        "purpose": "identification", "status": 200, "bytes_sent": 120, "bytes_received": 3456, "milliseconds": 8,
    }  # fmt: skip
    return ExchangeLog(**facts | changed)


@pytest.fixture
def desk(database: str) -> Client:
    """An auditor before a log of 102 ordinary exchanges, one that was refused and one from elsewhere."""
    ExchangeLog.objects.bulk_create([
        *(logged(each) for each in range(102)),
        logged(200, status=403, failure="相手が断った", officer="B0007", operation="POST /internal/v1/reveals"),
        logged(201, direction=RECEIVED, peer="addressee", operation="GET /internal/v1/feed", officer=""),
    ])
    return officer_at_desk("A0009", "監査 太郎", "auditor")


def table_of(answer: Any) -> str:
    told = answer.content.decode()
    assert answer.status_code == 200, told
    listed = told.partition('aria-label="やり取りの記録の一覧"')[2]
    return listed.partition("<tbody>")[2].partition("</tbody>")[0]


def test_an_auditor_narrows_the_log_and_goes_back_in_it(desk: Client) -> None:
    first = desk.get(f"/exchanges/{ASKED}")
    newest = table_of(first)
    assert newest.count("<tr>") == 100
    for part in ("宛名管理システム", "GET /internal/v1/feed", "受信", "相手が断った", "本人特定", "3,456"):
        assert part in newest, part
    older = first.content.decode().split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert table_of(desk.get(f"/exchanges/{older}")).count("<tr>") == 4
    assert table_of(desk.get(f"/exchanges/{ASKED}&failed=on")).count("<tr>") == 1
    assert table_of(desk.get(f"/exchanges/{ASKED}&peer=addressee")).count("<tr>") == 1
    assert table_of(desk.get(f"/exchanges/{ASKED}&officer=B0007&operation=reveals")).count("<tr>") == 1
    assert table_of(desk.get(f"/exchanges/{ASKED}&through=H30.1.1")) == ""
    looks = AuditEvent.objects.filter(act="やり取りの記録を見た", officer="A0009")
    assert [each.detail["件数"] for each in looks.order_by("event_id")] == [101, 4, 1, 1, 1, 0]


def test_a_wrong_day_is_told_beside_its_field_and_nothing_is_searched(desk: Client) -> None:
    answer = desk.get(f"/exchanges/{ASKED}&since=R99.99.99")
    assert answer.status_code == 422
    assert "入力を確かめてください" in answer.content.decode()
    assert not AuditEvent.objects.filter(act="やり取りの記録を見た").exists()


def test_the_way_there_is_beside_the_audit_log_and_only_for_those_who_may(desk: Client) -> None:
    assert 'href="/exchanges/"' in desk.get(f"/audit/{ASKED}").content.decode()
    clerk = officer_at_desk("A0001", "山本 昇", "collection_clerk")
    assert clerk.get("/exchanges/").status_code == 403
