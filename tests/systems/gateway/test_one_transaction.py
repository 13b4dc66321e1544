"""一つの求めは、一つの取引: 一度目であること、行い、両端の記録、監査が、そろって残るか、一つも残らない。"""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import httpx

from osame.contracts.signatures import Errand, Message
from tests.systems.exchange_cast import rows
from tests.systems.gateway.cast import order, person

CODE, PATH = "242039", "/internal/v1/interfaces/IF_SKI_10111"
AT_ONCE = 6


def signed(nation, key: str, **changes: str) -> Message:
    body = json.dumps({"rows": [order(key, person(25), **changes)]}).encode()
    message = Message("POST", PATH, {}, body)
    errand = Errand(officer="山本", purpose="refund_notice", function="collection.refunds.account", request=key)
    now = datetime.now(UTC).replace(microsecond=0)
    nation.signers[CODE].sign(message, receiver="gateway", errand=errand, now=now)
    return message


def sent(nation, messages: list[Message]) -> list[tuple[int, dict]]:
    """All of them at the same time."""

    def send(message: Message) -> tuple[int, dict]:
        url = f"http://127.0.0.1:{nation.gateway_port}{PATH}"
        told = httpx.post(url, content=message.body, headers=message.headers, trust_env=False, timeout=60)
        return told.status_code, told.json() if told.headers["content-type"].startswith("application/json") else {}

    with ThreadPoolExecutor(len(messages)) as clerks:
        return list(clerks.map(send, messages))


def seen(nation, key: str) -> list[tuple]:
    """What is kept of one request: its log (status, failure), with the outcomes in the audit chain."""
    log = f"SELECT status FROM exchange_log WHERE request_number = '{key}' ORDER BY 1"
    audit = f"SELECT act, outcome FROM audit_event WHERE request_number = '{key}' ORDER BY event_id"
    return [rows(nation.prefix + CODE, log), rows(nation.prefix + CODE, audit)]


def kept(nation, key: str) -> int:
    ((count,),) = rows(nation.prefix + CODE, f"SELECT count(*) FROM information_inquiry WHERE record_key = '{key}'")
    return count


def test_of_copies_that_arrive_together_one_is_taken(nation):
    """同じ署名の求めが同時に六つ届けば、一つだけ行い、五つは断る。"""
    told = sent(nation, [signed(nation, "whole-1")] * AT_ONCE)
    assert sorted(status for status, _ in told) == [200] + [403] * (AT_ONCE - 1)
    assert {answer["error"] for status, answer in told if status == 403} == {"Replayed"}
    assert kept(nation, "whole-1") == 1
    log, audit = seen(nation, "whole-1")
    assert log == [(200,)]
    assert audit == [("情報照会を受け付けた", "1"), ("相手システムの求めに答えた", "1")]


def test_of_inquiries_with_one_key_that_arrive_together_one_is_new(nation):
    """同じレコード識別番号の照会が、別の署名で同時に届いても、照会は一つで、どの答えも同じ番号を言う。"""
    told = sent(nation, [signed(nation, "whole-2") for _ in range(AT_ONCE)])
    assert [status for status, _ in told] == [200] * AT_ONCE
    assert len({answer["rows"][0]["照会番号"] for _, answer in told}) == kept(nation, "whole-2") == 1
    new = """SELECT sum((detail->>'新しい件数')::int), count(*) FROM audit_event
        WHERE request_number = 'whole-2' AND act = '情報照会を受け付けた'"""
    assert rows(nation.prefix + CODE, new) == [(1, AT_ONCE)]


def test_a_spoiled_act_leaves_its_record_and_nothing_else(nation):
    """行いが途中で壊れれば何も行われず、断ったことは残り、同じ署名は二度と通らない。"""
    message = signed(nation, "whole-3", 職員="\0")
    ((status, _),) = sent(nation, [message])
    assert status == 500
    assert kept(nation, "whole-3") == 0
    assert seen(nation, "whole-3") == [[(500,)], [("相手システムの求めに答えた", "3")]]
    ((status, answer),) = sent(nation, [message])
    assert (status, answer["error"]) == (403, "Replayed")
    ((status, _),) = sent(nation, [signed(nation, "whole-3")])
    assert (status, kept(nation, "whole-3")) == (200, 1)
