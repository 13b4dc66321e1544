"""断るべきものは、すべて断る。断ったことと、そのわけを残す。"""

from dataclasses import replace
from datetime import timedelta

import pytest

from osame.contracts import national
from osame.contracts.client import PeerRefused
from osame.contracts.envelopes import Envelope
from osame.contracts.national import Answer, Delivered, PermitDecision
from osame.contracts.strict import parsed, plain
from osame.gateway.affair_rights.queries import console_officer
from osame.gateway.copies import actions as copies
from osame.gateway.messaging import exchanging
from osame.gateway.messaging.models import InboundEnvelope, MailboxCursor
from osame.gateway.provisions import releasing
from osame.gateway.trust import parties
from osame.network.core import commanding, keys
from osame.network.core.models import MailboxEntry
from osame.platform import gate
from osame.platform.approvals.actions import SamePerson, check
from osame.platform.terminal import now
from tests.systems.exchange_cast import rows
from tests.systems.gateway.cast import ACTING, Deed, institution, order, person
from tests.systems.gateway.provision_cast import ITEM, OTHER_TOWN, as_officer, ask, carried, copy, switch
from tests.systems.gateway.waiting import until

CODE = "242039"


def recorded(nation, number: str, direction: str) -> list[tuple[str, str]]:
    where = f"inquiry_number = '{number}' AND direction = '{direction}'"
    return rows(nation.prefix + CODE, f"SELECT outcome, reason FROM exchange_record WHERE {where}")


def refused_at_the_door(nation, row, words: str) -> None:
    (told,) = nation.client(CODE).call("IF_SKI_10111", [row])
    assert told["処理結果"] != "00"
    assert words in told["処理結果メッセージ"]
    ((outcome, reason),) = recorded(nation, told["照会番号"], "1")
    assert (outcome, words in reason) == ("03", True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"特定個人情報名コード": "TM00000000000002"}, "権限がありません"),
        ({"情報提供者機関コード": OTHER_TOWN}, "権限がありません"),
        ({"団体内統合宛名番号": "999999999999999"}, "符号が未取得"),
    ],
)
def test_an_inquiry_outside_the_list_or_without_a_symbol(nation, changes, words):
    refused_at_the_door(nation, order(f"r-{next(iter(changes))}", person(1), **changes), words)


def test_a_right_alone_is_not_enough_the_list_decides_too(nation):
    from datetime import date

    from osame.gateway.trust import actions as trust

    with nation.body(CODE):
        right = trust.Right("collection", "JM09999999999999", "JT09999999999999", OTHER_TOWN, ITEM)
        trust.permit_inquiry(right, basis="試験", valid_from=date(2022, 1, 1))
    nation.allow(CODE, "山本", "JM09999999999999", Deed.ORDER, system="collection", department="収納推進課")
    row = order(
        "r-list", person(1), 事務コード="JM09999999999999", 事務手続コード="JT09999999999999",
        情報提供者機関コード=OTHER_TOWN, 特定個人情報名コード=ITEM,
    )  # fmt: skip
    refused_at_the_door(nation, row, "許可されていません")


def test_an_inquiry_without_a_case_is_refused(nation):
    (told,) = nation.client(CODE).call("IF_SKI_10111", [order("r-case", person(1), 受付番号="")])
    assert told["処理結果"] == "ItemMissing"


def test_a_key_is_one_inquiry(nation):
    client = nation.client(CODE)
    first, again = (client.call("IF_SKI_10111", [order("r-key", person(1))])[0] for _ in range(2))
    assert first["照会番号"] == again["照会番号"]
    (other,) = client.call("IF_SKI_10111", [order("r-key", person(2))])
    assert "既に存在" in other["処理結果メッセージ"]


def test_an_answer_goes_only_to_its_case(nation):
    client = nation.client(CODE)
    client.call("IF_SKI_10111", [order("r-mine", person(3))])
    ended = "SELECT count(*) FROM information_inquiry WHERE record_key = 'r-mine' AND state = '6'"
    until(lambda: rows(nation.prefix + CODE, ended) == [(1,)])
    (told,) = client.call("IF_SKI_11112", [{"レコード識別番号": "r-mine", "受付番号": "還付-よその事案"}])
    assert told["処理結果"] == "NotTheAsker"
    assert "口座番号" not in told


def arriving(nation, kind: str, body, *, by: str, code: str = CODE, change=lambda each: each) -> tuple[str, str]:
    """An envelope arrives as the network would hand it over; answers with how it was treated."""
    with nation.body(code):
        ours = parties.party().certificate
    with nation.network(), gate.acting(ACTING):
        envelope = change(keys.party(by).write(kind, body, ours, now=now()))
    return handed_over(nation, envelope, code)


def handed_over(nation, envelope: Envelope, code: str = CODE) -> tuple[str, str]:
    treated = (
        f"SELECT outcome, reason FROM inbound_envelope WHERE message_id = '{envelope.message_id}' ORDER BY position"
    )
    before = len(rows(nation.prefix + code, treated))  # 渡す前に数える。渡せば、いつ受けられるか分からない
    with nation.network(), gate.acting(ACTING):
        MailboxEntry.objects.create(receiver=institution(code), envelope=plain(envelope), due_at=now())
    until(lambda: len(rows(nation.prefix + code, treated)) > before)
    return rows(nation.prefix + code, treated)[-1]


def answer_to(number: str, permit: str = "p") -> Answer:
    return Answer(number, permit, national.PROVIDED, "正常終了", {"口座番号": "7654321"}, now(), non_disclosure=False)


def test_hostile_messages_are_refused_and_recorded(nation):
    number = nation.client(CODE).call("IF_SKI_10111", [order("r-hostile", person(4))])[0]["照会番号"]
    ended = "SELECT count(*) FROM information_inquiry WHERE record_key = 'r-hostile' AND state = '6'"
    until(lambda: rows(nation.prefix + CODE, ended) == [(1,)])
    altered = arriving(nation, national.ANSWER, answer_to(number), by=national.DIGITAL_AGENCY, change=_altered)
    forged = arriving(nation, national.ANSWER, answer_to(number), by=OTHER_TOWN, change=lambda e: replace(e, sender=national.DIGITAL_AGENCY))  # fmt: skip
    stranger = arriving(nation, national.ANSWER, answer_to(number), by=OTHER_TOWN)
    unknown = arriving(nation, national.ANSWER, answer_to("知らない照会"), by=national.DIGITAL_AGENCY)
    permit = arriving(nation, national.PERMIT_DECISION, PermitDecision(number, None, None, "E", "偽"), by=OTHER_TOWN)
    old = arriving(nation, national.ANSWER, answer_to(number), by=national.DIGITAL_AGENCY, change=lambda e: replace(e, sent_at=e.sent_at - timedelta(days=30)))  # fmt: skip
    for outcome, reason in (altered, forged, stranger, unknown, permit, old):
        assert outcome == InboundEnvelope.Outcome.REFUSED
        assert reason
    late = arriving(nation, national.ANSWER, answer_to(number), by=national.DIGITAL_AGENCY)
    assert late[0] == InboundEnvelope.Outcome.KNOWN
    (told,) = nation.client(CODE).call(
        "IF_SKI_11112", [{"レコード識別番号": "r-hostile", "受付番号": "還付-r-hostile"}]
    )
    assert told["口座番号"] == person(4)[-7:]


def _altered(envelope: Envelope) -> Envelope:
    return replace(envelope, sealed=envelope.sealed[:-8] + "AAAAAAA=")


def test_a_replayed_envelope_changes_nothing(nation):
    with nation.network(), gate.acting(ACTING):
        entry = (
            MailboxEntry.objects.filter(receiver=institution(CODE), position__isnull=False).order_by("position").first()
        )
        envelope = parsed(Envelope, entry.envelope)
    outcome, reason = handed_over(nation, envelope)
    assert outcome == InboundEnvelope.Outcome.KNOWN
    assert "もう受けています" in reason


def test_another_bodys_envelope_does_not_open(nation):
    with nation.network(), gate.acting(ACTING):
        entry = MailboxEntry.objects.filter(receiver=institution("242040")).first()
        envelope = parsed(Envelope, entry.envelope)
    assert handed_over(nation, envelope)[0] == InboundEnvelope.Outcome.REFUSED
    assert handed_over(nation, replace(envelope, message_id="f" * 32, receiver=institution(CODE)))[0] == "3"


def settled(nation, number: str) -> tuple[str, str]:
    found = (
        f"SELECT outcome, answer->>'reason' FROM simulated_inquiry WHERE inquiry_number = '{number}' AND outcome <> ''"
    )
    until(lambda: rows(nation.network_database, found) != [])
    return rows(nation.network_database, found)[0]


def test_provision_of_this_affair_is_off_and_refused(nation):
    switch(nation, CODE, provided=False)
    copy(nation, CODE, person(10), "copy-off")
    number = ask(nation, CODE, person(10))
    outcome, reason = settled(nation, number)
    assert (outcome, "情報提供を行っていません" in reason) == (national.REFUSED, True)
    assert recorded(nation, number, "2") == [(national.REFUSED, reason)]


def test_a_permit_that_the_core_did_not_sign_or_that_ran_out(nation):
    switch(nation, CODE, provided=True)
    copy(nation, CODE, person(11), "copy-permit")
    number = ask(nation, CODE, person(11), permitted=False)
    assert settled(nation, number)[0] == national.REFUSED
    with nation.network(), gate.acting(ACTING):
        commanding.behave(permit_seconds=0)
    try:
        late = ask(nation, CODE, person(11))
        outcome, reason = settled(nation, late)
    finally:
        with nation.network(), gate.acting(ACTING):
            commanding.behave(permit_seconds=3600)
    assert (outcome, "期限" in reason) == (national.REFUSED, True)
    outside = ask(nation, CODE, person(11), affair="JM09999999999999")
    assert rows(
        nation.network_database, f"SELECT outcome FROM simulated_inquiry WHERE inquiry_number = '{outside}'"
    ) == [("03",)]
    assert settled(nation, ask(nation, CODE, person(11)))[0] == national.PROVIDED


def test_flagged_facts_wait_for_two_people_who_saw_them(nation):
    switch(nation, CODE, provided=True)
    copy(nation, CODE, person(12), "copy-flag")
    with nation.body(CODE):
        copies.flag_person(person(12), automatic_answer=False)
    number = ask(nation, CODE, person(12))
    assert settled(nation, number)[0] == national.HELD
    with nation.body(CODE), as_officer("一人目"):
        held = releasing.find(number).pk
        proposal = releasing.propose_decision(held, release=True, reason="確かめた", by=console_officer())
        with pytest.raises(SamePerson):
            check(proposal)
        releasing.write_content(held, {"課税年度": "2025"}, by=console_officer())  # 起案の後に中身が変わった
        with pytest.raises(releasing.ContentChanged):
            carried(proposal)
        carried(releasing.propose_decision(held, release=True, reason="見直した", by=console_officer()))
    provided = f"SELECT answer->'items' FROM simulated_inquiry WHERE inquiry_number = '{number}' AND outcome = '01'"
    until(lambda: rows(nation.network_database, provided) == [({"課税年度": "2025"},)])
    assert recorded(nation, number, "2") == [("01", "正常終了")]


def test_an_order_signed_by_anybody_else_is_refused(nation):
    for signer in (
        nation.signers["242040"],
        replace(nation.signers[CODE], private_key=nation.signers["242041"].private_key),
    ):
        client = nation.client(CODE, signer=signer)
        if signer is nation.signers["242040"]:  # その団体として答えられ、この団体の照会は見えない
            (told,) = client.call("IF_SKI_10912", [{"レコード識別番号": "r-hostile"}])
            assert told["処理結果"] == "NoSuchInquiry"
        else:
            with pytest.raises(PeerRefused):
                client.call("IF_SKI_10912", [{"レコード識別番号": "r-hostile"}])


def test_the_position_never_falls_back_by_itself(nation):
    with nation.body(CODE):
        before = MailboxCursor.objects.get(pk=1).position
        assert exchanging.take((Delivered(1, parsed(Envelope, _any_envelope(nation))),), 0, at=now()) == 0
        assert MailboxCursor.objects.get(pk=1).position >= before


def _any_envelope(nation):
    ((found,),) = rows(nation.network_database, "SELECT envelope FROM mailbox_entry LIMIT 1")
    return found
