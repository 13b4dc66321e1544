"""マイナポータル（模擬）から、本人は自分のものだけを受け取り、業務はお知らせを載せ、取り消す。本物の処理とソケットで。"""

import json

import pytest

from osame.contracts import portal
from osame.contracts.gateway import REFUND_AFFAIR
from osame.contracts.portal import MY_PORTAL, SELF_AFFAIR, SELF_REQUEST, NoticeState, SelfRequest
from osame.gateway.copies import actions as copies
from osame.gateway.interfaces.portal import REQUEST
from osame.network.core import commanding, keys
from osame.network.core.models import SymbolIssue
from osame.network.portal.models import SimulatedNotice
from osame.platform import gate
from osame.platform.terminal import now
from tests.systems.exchange_cast import rows
from tests.systems.gateway.cast import ACTING, Deed, institution, person
from tests.systems.gateway.provision_cast import ITEM, OTHER_TOWN, ask_own, copy, notice, switch
from tests.systems.gateway.test_refusals import arriving
from tests.systems.gateway.waiting import until

CODE = "242041"
ONE, TWO, NOBODY = person(2_010), person(2_011), "888000000000033"


def answered(nation, number: str) -> tuple[str, str, dict[str, str]]:
    """What the person got, at the stand-in."""
    told = f"SELECT outcome, answer->>'reason', answer->'items' FROM simulated_self_request WHERE request_number = '{number}' AND outcome <> ''"
    until(lambda: rows(nation.network_database, told) != [], 60)
    return rows(nation.network_database, told)[0]


def kept(nation, number: str) -> list[tuple]:
    return rows(
        nation.prefix + CODE,
        f"SELECT state, reason, unified_addressee_number, content IS NOT NULL FROM self_provision WHERE request_number = '{number}'",
    )


def test_oneself_is_told_what_the_body_provides_and_only_ones_own(nation):
    for who, tax in ((ONE, "1111"), (TWO, "2222")):
        copy(nation, CODE, who, f"portal-{who}", json.dumps({"均等割": tax}, ensure_ascii=False))
    off = ask_own(nation, CODE, ONE)
    outcome, reason, items = answered(nation, off)
    assert (outcome, "マイナポータルでは提供していません" in reason, items) == ("03", True, {})
    assert kept(nation, off) == [("4", reason, ONE, False)]
    refused = "SELECT outcome FROM audit_event WHERE act = '自己情報を提供しなかった'"
    assert rows(nation.prefix + CODE, refused) == [("2",)]

    switch(nation, CODE, provided=True, affair=SELF_AFFAIR)
    numbers = {who: ask_own(nation, CODE, who) for who in (ONE, TWO)}
    assert answered(nation, numbers[ONE])[::2] == ("01", {"均等割": "1111"})
    assert answered(nation, numbers[TWO])[::2] == ("01", {"均等割": "2222"})
    assert answered(nation, ask_own(nation, CODE, NOBODY))[0] == "02"
    with nation.body(CODE):
        copies.flag_person(TWO, non_disclosure=True)
    hidden = answered(nation, ask_own(nation, CODE, TWO))
    assert (hidden[0], "窓口" in hidden[1], hidden[2]) == ("03", True, {})

    with nation.network(), gate.acting(ACTING):
        symbol = keys.symbol_of(institution(CODE), f"{institution(CODE)}:{ONE}")
        other = keys.symbol_of(institution("242040"), f"{institution(CODE)}:{ONE}")
    asked = SelfRequest(numbers[ONE], symbol, ITEM)
    assert arriving(nation, SELF_REQUEST, SelfRequest("偽", symbol, ITEM), by=OTHER_TOWN, code=CODE)[0] == "3"
    assert kept(nation, "偽") == []
    again = SelfRequest(numbers[ONE], keys_of_two(nation), ITEM)  # 同じ番号で、ほかの人を名のっても、初めの答え
    for each in (asked, again):
        assert arriving(nation, SELF_REQUEST, each, by=MY_PORTAL, code=CODE)[0] == "2"
    assert len(kept(nation, numbers[ONE])) == 1
    assert arriving(nation, SELF_REQUEST, SelfRequest("よその符号", other, ITEM), by=MY_PORTAL, code=CODE)[0] == "1"
    assert kept(nation, "よその符号") == [("3", "該当する人がいません。", "", False)]


def keys_of_two(nation) -> str:
    with nation.network(), gate.acting(ACTING):
        return keys.symbol_of(institution(CODE), f"{institution(CODE)}:{TWO}")


def test_the_content_of_an_answer_is_shown_to_who_may_look(nation):
    switch(nation, CODE, provided=True, affair=SELF_AFFAIR)
    copy(nation, CODE, person(2_012), "portal-look")
    number = ask_own(nation, CODE, person(2_012))
    answered(nation, number)
    client = nation.client(CODE, purpose="number_linkage")
    (status,) = client.call("IF_JTK_10112", [{REQUEST: number}])
    assert (status["提供ステータス名"], "団体内統合宛名番号" in status) == ("提供", False)
    assert client.call("IF_JTK_10212", [{REQUEST: number}])[0]["処理結果"] == "NoAffairRight"
    nation.allow(CODE, "山本", SELF_AFFAIR, Deed.LOOK, system="collection")
    (told,) = client.call("IF_JTK_10212", [{REQUEST: number}])
    assert (told["団体内統合宛名番号"], json.loads(told["提供内容"])["均等割"]) == (person(2_012), "5000")
    assert client.call("IF_JTK_10212", [{REQUEST: "知らない番号"}])[0]["処理結果"] == "NoSuchRequest"


def state(client, key: str) -> tuple[str, str]:
    (told,) = client.call("IF_OSR_20111", [{"レコード識別番号": key}])
    return told["お知らせステータス"], told["理由"]


def test_a_notice_is_posted_read_and_cancelled_in_time_or_too_late(nation):
    client = nation.client(CODE, purpose="number_linkage")
    keys_sent = [f"notice-{at}" for at in range(4)]
    told = client.call("IF_OSR_10111", [notice(key, person(2_013)) for key in keys_sent])
    assert {each["処理結果"] for each in told} == {"00"}
    assert (
        client.call("IF_OSR_10111", [notice("notice-0", person(2_013))])[0]["お知らせ番号"] == told[0]["お知らせ番号"]
    )
    assert client.call("IF_OSR_10111", [notice("notice-0", person(2_014))])[0]["処理結果"] == "NoticeKeyUsed"
    for key in keys_sent:
        until(lambda key=key: state(client, key)[0] == "3", 60)
    posted = f"SELECT title, text FROM simulated_notice WHERE portal_notice_number = '{told[0]['お知らせ番号']}'"
    assert rows(nation.network_database, posted) == [("還付のお知らせ", f"{person(2_013)} の還付")]
    ((sealed,),) = rows(nation.prefix + CODE, "SELECT content FROM portal_notice WHERE record_key = 'notice-0'")
    assert "還付" not in bytes(sealed).decode(errors="ignore")

    (cancelled,) = client.call("IF_OSR_30111", [{"レコード識別番号": "notice-0"}])
    assert cancelled["お知らせステータス"] == "5"
    until(lambda: state(client, "notice-0")[0] == "6", 60)
    assert rows(nation.network_database, posted) == [("", "")]
    with nation.network(), gate.acting(ACTING):
        assert commanding.read_notice(institution(CODE), told[1]["お知らせ番号"], now=now())[0] == "還付のお知らせ"
        with pytest.raises(commanding.NoSuchPosting):
            commanding.read_notice(institution(CODE), told[0]["お知らせ番号"], now=now())
        SimulatedNotice.objects.filter(portal_notice_number=told[2]["お知らせ番号"]).update(state=portal.READ)
    until(lambda: state(client, "notice-1")[0] == "4", 60)
    assert client.call("IF_OSR_30111", [{"レコード識別番号": "notice-1"}])[0]["処理結果"] == "NoticeReadAlready"
    client.call("IF_OSR_30111", [{"レコード識別番号": "notice-2"}])
    until(lambda: state(client, "notice-2")[0] == "4", 60)
    assert "先に読まれた" in state(client, "notice-2")[1]
    forged = NoticeState(told[3]["お知らせ番号"], portal.READ)
    assert arriving(nation, portal.NOTICE_STATE, forged, by=OTHER_TOWN, code=CODE)[0] == "3"
    assert state(client, "notice-3")[0] == "3"


def test_a_notice_to_nobody_or_without_a_right_is_refused(nation):
    client = nation.client(CODE, purpose="number_linkage")
    for change, why in (
        ({"団体内統合宛名番号": NOBODY}, "SymbolNotObtained"), ({"職員": "通りすがり"}, "NoAffairRight"),
        ({"事務コード": "JM00000000000000"}, "NoAffairRight"), ({"掲載の最終日": "2020-01-01"}, "NoticeShownTooShort"),
        ({"本文": ""}, "ItemMissing"), ({"番号体系": "09"}, "ItemUnreadable"),
    ):  # fmt: skip
        assert client.call("IF_OSR_10111", [notice("notice-no", person(2_015), **change)])[0]["処理結果"] == why
    assert client.call("IF_OSR_20111", [{"レコード識別番号": "notice-no"}])[0]["処理結果"] == "NoSuchNotice"
    with nation.network(), gate.acting(ACTING):  # 国の側には、もういない
        SymbolIssue.objects.filter(institution=institution(CODE), resident__endswith=person(2_029)).update(symbol="")
    client.call("IF_OSR_10111", [notice("notice-gone", person(2_029))])
    until(lambda: state(client, "notice-gone")[0] == "7", 60)
    assert client.call("IF_OSR_30111", [{"レコード識別番号": "notice-gone"}])[0]["処理結果"] == "NoticeOver"


def test_notices_survive_a_network_that_loses_doubles_and_mixes(nation):
    nation.allow(CODE, "山本", REFUND_AFFAIR, Deed.ORDER, system="collection", department="収納推進課")
    client = nation.client(CODE, purpose="number_linkage")
    with nation.network(), gate.acting(ACTING):
        commanding.behave(drop=300, duplicate=300, reorder=500, hostile=200)
    try:
        client.call("IF_OSR_10111", [notice(f"rough-{at}", person(2_017)) for at in range(12)])
        client.call("IF_OSR_30111", [{"レコード識別番号": f"rough-{at}"} for at in range(6)])
        ended = "SELECT count(*) FROM portal_notice WHERE record_key LIKE 'rough-%' AND state IN ('3', '6')"
        until(lambda: rows(nation.prefix + CODE, ended) == [(12,)], 300)
    finally:
        with nation.network(), gate.acting(ACTING):
            commanding.behave(drop=0, duplicate=0, reorder=0, hostile=0)
    shown = "SELECT count(*), count(DISTINCT portal_notice_number) FROM simulated_notice WHERE state = 'posted' AND symbol = '{}'"
    with nation.network(), gate.acting(ACTING):
        symbol = keys.symbol_of(institution(CODE), f"{institution(CODE)}:{person(2_017)}")
    assert rows(nation.network_database, shown.format(symbol)) == [(6, 6)]
