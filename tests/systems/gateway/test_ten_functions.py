"""中間サーバーの十の機能を、本物の処理とソケットで一つずつ。"""

import re
from datetime import date, timedelta

import httpx
import pytest
from django.db import DatabaseError, transaction

from osame.contracts import national
from osame.contracts.client import PeerRefused
from osame.contracts.national import NetworkClient
from osame.gateway.administration import erasing
from osame.gateway.exchange_records import queries as records
from osame.gateway.exchange_records import recording
from osame.gateway.exchange_records.models import ExchangeRecord
from osame.gateway.symbols import actions as symbols
from osame.gateway.symbols.models import SymbolLink
from osame.gateway.trust import actions as trust
from osame.gateway.trust.models import KnownCertificate, ListConfirmation
from osame.network.core import registering
from osame.platform import gate
from osame.platform.exchanges import calling
from osame.platform.staff.granting import register_handler
from osame.platform.terminal import now
from tests.systems.exchange_cast import rows
from tests.systems.gateway.cast import ACTING, order, person
from tests.systems.gateway.provision_cast import ITEM, as_officer, ask, carried, copy, switch
from tests.systems.gateway.waiting import until
from tests.systems.platform.staff_cast import APRIL, PASSWORD, code, hire, officer, with_app

CODE = "242039"


def answered(nation, key: str, unified: str) -> dict[str, str]:
    client = nation.client(CODE)
    client.call("IF_SKI_10111", [order(key, unified)])
    asked = [{"レコード識別番号": key, "受付番号": f"還付-{key}"}]
    until(lambda: client.call("IF_SKI_11112", asked)[0]["処理結果"] != "NotYetAnswered")
    return client.call("IF_SKI_11112", asked)[0]


def test_1_symbols_are_fetched_kept_sealed_and_revoked(nation):
    someone = "888000000000017"
    nation.register_people(CODE, [someone])
    state = f"SELECT state FROM symbol_link WHERE unified_addressee_number = '{someone}'"
    until(lambda: rows(nation.prefix + CODE, state) == [("3",)])
    with nation.network(), gate.acting(ACTING):
        from osame.network.core import keys

        symbol = keys.symbol_of("0220124203901700", f"0220124203901700:{someone}")
    ((kept,),) = rows(
        nation.prefix + CODE, f"SELECT symbol FROM symbol_link WHERE unified_addressee_number = '{someone}'"
    )
    assert symbol.encode() not in bytes(kept)
    with nation.body(CODE):
        assert symbols.request([someone], reason="もう一度", at=now()) == 0
        symbols.revoke([someone], reason="職権消除", at=now())
        assert SymbolLink.objects.get(pk=someone).symbol is None
    (told,) = nation.client(CODE).call("IF_SKI_10111", [order("ten-1", someone)])
    assert "符号が未取得" in told["処理結果メッセージ"]


def test_2_4_7_an_inquiry_goes_out_and_its_answer_comes_back(nation):
    told = answered(nation, "ten-2", person(20))
    assert (told["回答の区分"], told["口座番号"]) == ("01", person(20)[-7:])
    steps = """SELECT string_agg(s.state, '' ORDER BY step_id) FROM inquiry_step s JOIN information_inquiry i USING (inquiry_number)
        WHERE i.record_key = 'ten-2'"""
    assert rows(nation.prefix + CODE, steps) == [("123467",)]
    nobody = "888000000000025"
    nation.register_people(CODE, [nobody], accounts=False)
    until(
        lambda: (
            rows(nation.prefix + CODE, f"SELECT state FROM symbol_link WHERE unified_addressee_number = '{nobody}'")
            == [("3",)]
        ),
        60,
    )
    assert answered(nation, "ten-2b", nobody)["回答の区分"] == "02"


def test_2_what_the_network_cannot_do_now_it_does_later_and_a_cancelled_inquiry_stays_cancelled(nation):
    from osame.network.core import commanding

    with nation.network(), gate.acting(ACTING):
        commanding.behave(down_until=now() + timedelta(seconds=4))
    client = nation.client(CODE)
    client.call("IF_SKI_10111", [order("ten-down", person(21)), order("ten-cancel", person(22))])
    (told,) = client.call("IF_SKI_50111", [{"レコード識別番号": "ten-cancel", "理由": "希望の取下げ"}])
    assert told["処理結果"] == "00"
    assert answered(nation, "ten-down", person(21))["回答の区分"] == "01"
    (after,) = client.call("IF_SKI_11112", [{"レコード識別番号": "ten-cancel", "受付番号": "還付-ten-cancel"}])
    assert (after["照会ステータス"], "口座番号" in after) == ("9", False)


def test_3_6_a_copy_is_provided_once_the_affair_provides(nation):
    copy(nation, CODE, person(23), "ten-copy")
    switch(nation, CODE, provided=False)
    refused = ask(nation, CODE, person(23))
    told = "SELECT outcome, answer->'items' FROM simulated_inquiry WHERE inquiry_number = '{}' AND outcome <> ''"
    until(lambda: rows(nation.network_database, told.format(refused)) == [("03", {})])
    switch(nation, CODE, provided=True)
    given = ask(nation, CODE, person(23))
    until(lambda: rows(nation.network_database, told.format(given)) != [])
    assert rows(nation.network_database, told.format(given)) == [("01", {"課税年度": "2026", "均等割": "5000"})]


def test_5_records_are_appended_corrected_disclosed_and_never_changed(nation):
    answered(nation, "ten-5", person(24))
    with nation.body(CODE):
        (row,) = records.records(records.Asked(unified=person(24)))
        assert row.kept_through.year == now().year + 7
        assert row.fields == sorted(national.ACCOUNT_ITEMS)
        for change in (
            lambda: ExchangeRecord.objects.filter(pk=row.pk).update(reason="x"),
            lambda: ExchangeRecord.objects.filter(pk=row.pk).delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        assert len(records.disclosed(person(24))) == 1
        recording.correct(row.pk, {"non_disclosure": True}, reason="訂正請求")
        assert records.disclosed(person(24)) == []
        assert len(records.records(records.Asked(unified=person(24)))) == 1
    owner = f"DELETE FROM exchange_record WHERE record_id = {row.pk}"
    with pytest.raises(Exception, match="保存期間"):
        rows(nation.prefix + CODE, owner)


def test_8_certificates_have_a_calendar_and_are_rotated_without_a_pause(nation):
    with nation.body(CODE), calling.client("network") as client:
        network = NetworkClient(client, calling.errand())
        before = KnownCertificate.objects.get(own=True, in_use=True)
        made = trust.enroll(network)
        trust.use_certificate(made.serial)
        assert {each.certificate.serial for each in trust.calendar(at=now()) if each.own} >= {
            before.serial,
            made.serial,
        }
        assert [each for each in trust.calendar(at=now() + timedelta(days=720)) if each.own and each.near]
    assert answered(nation, "ten-8", person(25))["回答の区分"] == "01"
    with nation.network(), gate.acting(ACTING):
        registering.revoke(str(before.serial), at=now())
    with nation.body(CODE), calling.client("network") as client:
        trust.refresh(NetworkClient(client, calling.errand()), at=now())
        assert KnownCertificate.objects.get(pk=before.serial).revoked
        with pytest.raises(trust.NotOurCertificate):
            trust.use_certificate(str(before.serial))
    assert answered(nation, "ten-8b", person(26))["回答の区分"] == "01"
    with nation.body(CODE):  # 照合リストが古ければ、照会を止める
        kept = ListConfirmation.objects.get(pk=1).confirmed_at
        ListConfirmation.objects.filter(pk=1).update(confirmed_at=now() - timedelta(days=4))
    try:
        told = nation.client("242041").call("IF_SKI_10111", [order("ten-8c", person(2_006))])
        assert told[0]["処理結果"] == "00"  # ほかの団体には響かない
    finally:
        with nation.body(CODE):
            ListConfirmation.objects.filter(pk=1).update(confirmed_at=kept)


TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def signed_in(nation, number: str, secret: str, where: str = CODE) -> httpx.Client:
    """An officer of that body, at the console of that body, in a real process."""
    browser = httpx.Client(
        base_url=f"http://127.0.0.1:{nation.gateway_port}/{where}", trust_env=False, follow_redirects=True
    )
    nation.children.append(browser)
    for path, fields in (
        ("/account/sign-in/", {"login": number, "password": PASSWORD}), ("/account/factors/sign-in/", {"code": code(secret)}),
    ):  # fmt: skip
        token = TOKEN.search(browser.get(path).text)
        assert token, path
        answer = browser.post(
            path, data={**fields, "csrfmiddlewaretoken": token[1]}, headers={"referer": f"{browser.base_url}"}
        )
        assert answer.status_code == 200, answer.text[:500]
    return browser


def test_9_the_console_has_accounts_of_its_own_in_each_body(nation):
    with nation.body(CODE):
        secret = with_app(hire("G001", "中野 明", "gateway_operator", department="gateway"))
        with officer():
            register_handler("G001", department="gateway", valid_from=APRIL)
    browser = signed_in(nation, "G001", secret)
    for path, words in (
        ("/inquiries/", "照会"), ("/state/", "送受信のようす"), ("/records/", "情報提供等記録"), ("/trust/", "期限の暦"),
        ("/provisions/", "提供の確認"), ("/expiry/", "保管期限"),
    ):  # fmt: skip
        answer = browser.get(path)
        assert (answer.status_code, words in answer.text) == (200, True), (path, answer.status_code, answer.text[:300])
    elsewhere = browser.get(f"http://127.0.0.1:{nation.gateway_port}/242040/records/")
    assert "account/sign-in" in str(elsewhere.url)
    seen = "SELECT count(*) FROM audit_event WHERE officer = 'G001' AND act = '情報提供等記録を見た'"
    assert rows(nation.prefix + CODE, seen) == [(1,)]


def test_10_status_statistics_and_the_erasure_that_the_body_decides(nation):
    (told,) = nation.client(CODE, purpose="number_linkage").call("IF_SYM_20212", [{}])
    assert told["稼動状態"] in {"正常", "遅れ"}
    with nation.body(CODE):
        old = ExchangeRecord.objects.create(
            direction="1", inquiry_number="むかし", inquirer="a", inquirer_name="a", provider="b", provider_name="b",
            affair="c", procedure="d", item=ITEM, requested_at=now(), outcome="01", kept_through=date(2020, 1, 1),
        )  # fmt: skip
        assert erasing.expired(as_of=now().date()).records == 1
        with as_officer("一人目"):
            carried(erasing.propose_erasure(as_of=now().date(), reason="保存期間の満了"))
        assert not ExchangeRecord.objects.filter(pk=old.pk).exists()
        with as_officer("一人目"), pytest.raises(erasing.NothingExpired):
            erasing.propose_erasure(as_of=now().date(), reason="もう一度")


def test_a_stranger_is_not_told_anything(nation):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from osame.contracts.signatures import Signer

    stranger = Signer("collection:0123456789abcdef", Ed25519PrivateKey.generate())
    with pytest.raises(PeerRefused) as refusal:
        nation.client(CODE, signer=stranger).call("IF_SKI_10712", [{"レコード識別番号": "ten-2"}])
    assert refusal.value.status == 401
