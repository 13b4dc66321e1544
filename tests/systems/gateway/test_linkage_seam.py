"""連携サーバーと中間サーバーの間。通知は符号管理に届き、番号はどのインターフェイスでも両方へ変わる。本物の処理とソケットで。"""

import csv
import io
import os
from dataclasses import replace

import pytest

from osame.contracts.gateway import REFUND_AFFAIR
from osame.gateway.copies import actions as copies
from osame.linkage.identities import actions as identities
from osame.linkage.identities.queries import UnknownIdentity
from osame.linkage.numbers.rotation import create_keys
from osame.platform import gate
from osame.platform.exchanges import keys as exchange_keys
from tests.systems.conftest import fresh, here
from tests.systems.exchange_cast import Server, introduce, rows, this_system
from tests.systems.gateway.cast import Deed, Nation, order, person
from tests.systems.gateway.provision_cast import AFFAIR, FACTS, ITEM, ask, copy, switch
from tests.systems.gateway.test_interfaces import written
from tests.systems.gateway.waiting import until
from tests.systems.linkage.cast import ADDRESSEE, LINKING, facts, number, some_number

CODE = "242039"
ONE, TWO, STRANGER, TO_GO = "000000000000101", "000000000000202", "000000000000909", "000000000000303"
STATES = "SELECT unified_addressee_number, state FROM symbol_link ORDER BY 1"


@pytest.fixture(scope="module")
def seam(tmp_path_factory):
    """Linkage, the gateway of one body and the network, each in a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OSAME_HOME", str(tmp_path_factory.mktemp("home")))
        patch.setenv("OSAME_KEYS", str(tmp_path_factory.mktemp("keys")))
        for name in ("OSAME_BODY_DATABASES", "OSAME_PEER_URL_NETWORK", "OSAME_BODY"):
            patch.setenv(name, "")  # 終われば、この package の国に返す
        introduce("linkage", "addressee")
        with fresh("linkage") as database, Server("linkage", database) as linking:
            with here("linkage", database), gate.acting(LINKING):
                create_keys(CODE)
            made = Nation([CODE], addresses={"linkage": linking.url})
            try:
                made.linkage = database
                made.linking = linking
                made.make()
                know_each_other()
                made.start_gateway()
                made.start_pump()
                yield made
            finally:
                made.close()


def know_each_other() -> None:
    os.environ["OSAME_BODY"] = CODE
    with this_system("gateway"):
        gateway = next(text for _, text, current in exchange_keys.own() if current)
    os.environ["OSAME_BODY"] = ""
    with this_system("linkage"):
        exchange_keys.trust("gateway", gateway)


def numbered(seam: Nation, addressee: str, seed: int) -> str:
    with here("linkage", seam.linkage), gate.acting(replace(LINKING, request=f"numbering-{seed}")):
        return number(some_number(seed), addressee=addressee, facts=facts(seed)).unified_addressee_number


@pytest.fixture(scope="module")
def people(seam) -> dict[str, str]:
    """Two residents numbered by linkage, whose symbols have come."""
    found = {who: numbered(seam, who, seed) for seed, who in enumerate((ONE, TWO), 70)}
    until(lambda: set(rows(seam.prefix + CODE, STATES)) >= {(each, "3") for each in found.values()}, 60)
    return found


def notices(seam: Nation, unified: str) -> list[tuple]:
    return rows(
        seam.linkage,
        f"SELECT kind, state, error_code FROM gateway_notice WHERE unified_addressee_number = '{unified}' ORDER BY notice_id",
    )


def test_a_numbering_and_a_deletion_reach_the_symbols(seam, people):
    seam.linking.stop()  # つながらない間の付番も、つながれば届く
    unified = numbered(seam, TO_GO, 80)
    assert notices(seam, unified) == [("1", "1", "")]
    seam.linking.start()
    until(lambda: (unified, "3") in rows(seam.prefix + CODE, STATES), 60)
    until(lambda: notices(seam, unified) == [("1", "3", "")], 60)

    with here("linkage", seam.linkage), gate.acting(replace(LINKING, request="deleting")):
        identities.delete(unified, ADDRESSEE, affair="local_tax", reason="誤った付番")
        with pytest.raises(UnknownIdentity):  # 二度は消せず、二度は知らせない
            identities.delete(unified, ADDRESSEE, affair="local_tax", reason="誤った付番")
    until(lambda: notices(seam, unified) == [("1", "3", ""), ("2", "3", "")], 60)
    gone = f"SELECT state, symbol IS NULL FROM symbol_link WHERE unified_addressee_number = '{unified}'"
    assert rows(seam.prefix + CODE, gone) == [("4", True)]
    history = f"SELECT state FROM symbol_history WHERE unified_addressee_number = '{unified}' ORDER BY history_id"
    assert rows(seam.prefix + CODE, history) == [("2",), ("3",), ("4",)]  # 何度届いても一度だけ


def by_addressee(who: str, **items: str) -> dict[str, str]:
    return {"番号体系": "01", "宛名番号": who, "業務ID": "001", **items}


def test_copies_and_flags_are_asked_by_the_number_of_the_business(seam, people):
    client = seam.client(CODE, purpose="number_linkage")
    facts_of = {"特定個人情報名コード": ITEM, "副本データ": FACTS, "公開日": "2026-04-01"}
    sent = [
        by_addressee(who, レコード識別番号=f"seam-{who}", **facts_of) for who in (ONE, STRANGER, TWO)
    ]  # 真ん中の行だけが変えられない
    ticket = client.upload("IF_DBM_20113", "seam.csv", written(sent))
    assert (ticket.rows, ticket.refused) == (3, 1)
    _, content = client.download("IF_DBM_20314", ticket.processing_number)
    told = list(csv.DictReader(io.StringIO(content.decode())))
    assert [each["処理結果"] for each in told] == ["00", "AddresseeNotConverted", "00"]
    assert told[1]["レコード識別番号"] == f"seam-{STRANGER}"
    kept = "SELECT unified_addressee_number FROM copy_record WHERE record_key LIKE 'seam-%'"
    assert {each for (each,) in rows(seam.prefix + CODE, kept)} == set(people.values())

    of_one = by_addressee(ONE, 特定個人情報名コード=ITEM)
    for code in ("IF_DBM_30112", "IF_DBM_30212", "IF_DBM_30312", "IF_DBM_90212"):
        (line,) = client.call(code, [of_one])
        assert (line["処理結果"], line["宛名番号"], "団体内統合宛名番号" in line) == ("00", ONE, False), code
    (flagged,) = client.call("IF_DBM_50111", [by_addressee(TWO, 自動応答不可="1")])
    assert flagged["宛名番号"] == TWO
    states = client.call("IF_DBM_90112", [by_addressee(TWO), by_addressee(STRANGER), by_addressee(ONE)])
    assert [each.get("自動応答不可") for each in states] == ["1", None, "0"]
    assert [each.get("宛名番号") for each in states] == [TWO, None, ONE]
    unified_wins_nothing = by_addressee(ONE, 団体内統合宛名番号=people[TWO], 特定個人情報名コード=ITEM)
    assert client.call("IF_DBM_30112", [unified_wins_nothing])[0]["宛名番号"] == ONE


def test_a_list_of_everybody_comes_back_in_the_numbers_of_the_business(seam, people):
    other = person(9)  # 連携サーバーが知らない人の副本
    copy(seam, CODE, other, "seam-other")
    client = seam.client(CODE, purpose="number_linkage")
    for who in (ONE, TWO):
        client.call(
            "IF_DBM_10111",
            [by_addressee(who, レコード識別番号=f"list-{who}", 特定個人情報名コード=ITEM, 副本データ=FACTS, 公開日="2026-04-01")],
        )  # fmt: skip
    told = client.call("IF_DBM_30112", [{"番号体系": "01", "特定個人情報名コード": ITEM}])
    assert sorted(each["宛名番号"] for each in told if each["処理結果"] == "00") == [ONE, TWO]
    (refused,) = [each for each in told if each["処理結果"] != "00"]
    assert (refused["処理結果"], set(refused)) == ("UnifiedNotConverted", {"処理結果", "処理結果メッセージ"})
    assert not any(number in str(told) for number in (other, *people.values()))


def test_an_inquiry_and_an_answer_pass_in_the_numbers_of_the_business(seam, people):
    client = seam.client(CODE, purpose="number_linkage")
    asked = {**order("seam-inquiry", ""), "番号体系": "01", "宛名番号": ONE, "業務ID": "001"}
    assert client.call("IF_SKI_10111", [asked])[0]["処理結果"] == "00"
    key = {"レコード識別番号": "seam-inquiry", "受付番号": "還付-seam-inquiry"}
    assert client.call("IF_SKI_10912", [key])[0]["宛名番号"] == ONE

    switch(seam, CODE, provided=True)
    seam.allow(CODE, "山本", AFFAIR, Deed.LOOK, system="collection")
    seam.allow(CODE, "山本", REFUND_AFFAIR, Deed.LOOK, system="collection")
    copy(seam, CODE, people[TWO], "seam-asked")
    with seam.body(CODE):
        copies.flag_item(people[TWO], ITEM, automatic_answer=False)
    held = ask(seam, CODE, people[TWO])
    until(lambda: rows(seam.prefix + CODE, f"SELECT count(*) FROM provision WHERE inquiry_number = '{held}'") == [(1,)])
    (line,) = client.call("IF_TKY_11512", [{"番号体系": "01", "照会番号": held}])
    assert (line["宛名番号"], people[TWO] in str(line)) == (TWO, False)
    (unified,) = client.call("IF_TKY_11512", [{"照会番号": held}])  # 番号体系を言わなければ、これまでどおり
    assert unified["団体内統合宛名番号"] == people[TWO]
    (missing,) = client.call("IF_TKY_11512", [{"番号体系": "01", "業務ID": "010", "照会番号": held}])
    assert (missing["処理結果"], missing["照会番号"]) == ("UnifiedNotConverted", held)
    (again,) = client.call("IF_FGU_20215", [by_addressee(ONE)])
    assert (again["処理結果"], again["宛名番号"]) == ("00", ONE)
