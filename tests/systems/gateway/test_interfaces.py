"""公開された83のインターフェイス番号を、ひとつ残らず歩く。答えるか、ファイルを処理する。"""

import csv
import io
import json

import pytest

from osame.contracts.client import PeerRefused
from osame.contracts.gateway import REFUND_AFFAIR
from osame.contracts.portal import SELF_AFFAIR
from osame.gateway.copies import actions as copies
from osame.gateway.interfaces.catalogue import Way, catalogue
from osame.gateway.interfaces.portal import REQUEST
from tests.systems.exchange_cast import ROOT, rows
from tests.systems.gateway.cast import Deed, institution, order, person
from tests.systems.gateway.provision_cast import AFFAIR, FACTS, ITEM, ask, ask_own, copy, notice, switch
from tests.systems.gateway.waiting import until

CODE = "242040"
ONE, TWO = person(1_021), person(1_022)


@pytest.fixture(scope="module")
def samples(nation) -> dict[str, list[dict[str, str]]]:
    """What each operation is asked for, so that it can say yes."""
    switch(nation, CODE, provided=True)
    nation.allow(CODE, "山本", AFFAIR, Deed.LOOK, Deed.RELEASE, Deed.CORRECT, system="collection")
    nation.allow(CODE, "山本", REFUND_AFFAIR, Deed.LOOK, system="collection")
    nation.allow(CODE, "山本", SELF_AFFAIR, Deed.LOOK, system="collection")
    switch(nation, CODE, provided=True, affair=SELF_AFFAIR)
    copy(nation, CODE, ONE, "if-copy-1")
    copy(nation, CODE, TWO, "if-copy-2")
    with nation.body(CODE):
        copies.flag_item(TWO, ITEM, automatic_answer=False)
    held, given = ask(nation, CODE, TWO), ask(nation, CODE, ONE)
    own = ask_own(nation, CODE, ONE)
    until(
        lambda: (
            rows(nation.prefix + CODE, f"SELECT state FROM self_provision WHERE request_number = '{own}'") == [("2",)]
        )
    )
    client = nation.client(CODE)
    client.call("IF_SKI_10111", [order("if-ended", ONE)])
    done = "SELECT count(*) FROM information_inquiry WHERE record_key = 'if-ended' AND state = '6'"
    until(lambda: rows(nation.prefix + CODE, done) == [(1,)])
    until(
        lambda: (
            rows(nation.prefix + CODE, f"SELECT count(*) FROM provision WHERE inquiry_number IN ('{held}', '{given}')")
            == [(2,)]
        )
    )
    ((record,),) = rows(nation.prefix + CODE, f"SELECT record_id FROM exchange_record WHERE inquiry_number = '{given}'")
    of_item = {"団体内統合宛名番号": ONE, "特定個人情報名コード": ITEM}
    ended = {"レコード識別番号": "if-ended", "受付番号": "還付-if-ended"}
    return {
        "照会登録": [order("if-new", ONE)], "照会状況": [ended], "照会内容": [ended], "照会結果": [ended],
        "取りやめ": [{"レコード識別番号": "if-ended", "理由": "試験"}], "取りやめ結果": [ended],
        "提供状況": [{"照会番号": given}], "提供側照会内容": [{"照会番号": given}], "提供内容": [{"照会番号": given}],
        "提供内容登録": [{"照会番号": held, "提供内容": FACTS}], "提供許可": [{"照会番号": held, "理由": "試験", "許可": "1"}],
        "記録取得": [{"団体内統合宛名番号": ONE}], "記録更新": [{"記録番号": str(record), "結果のわけ": "訂正", "訂正のわけ": "試験"}],
        "副本登録": [{"レコード識別番号": "if-copy-new", **of_item, "副本データ": FACTS, "公開日": "2026-04-01"}],
        "副本一覧": [of_item], "副本詳細": [of_item], "副本検索": [of_item],
        "自動応答不可（情報）": [{**of_item, "自動応答不可": "0"}], "自動応答不可（人）": [{**of_item, "自動応答不可": "0"}],
        "不開示該当（情報）": [{**of_item, "不開示該当": "0"}], "不開示該当（人）": [{**of_item, "不開示該当": "0"}],
        "提供先": [of_item], "人のフラグ": [of_item], "情報のフラグ": [of_item],
        "公開終了": [{"特定個人情報名コード": "TM00000000000099", "公開終了日": "2030-03-31"}],
        "公開終了取消": [{"設定番号": "1"}], "公開終了結果": [{"設定番号": "1"}], "マスター": [{}], "稼動状態": [{}],
        "自己情報提供状況": [{REQUEST: own}], "自己情報提供内容": [{REQUEST: own}],
        "お知らせ送信": [notice("if-notice", ONE)], "お知らせ状況": [{"レコード識別番号": "if-notice"}],
        "お知らせ取消": [{"レコード識別番号": "if-notice"}],
        "符号取得依頼": [{}], "符号取得送信": [{"団体内統合宛名番号": ONE}],
    }  # fmt: skip


def written(rows_asked: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    lines = csv.DictWriter(out, list(rows_asked[0]), lineterminator="\r\n")
    lines.writeheader()
    lines.writerows(rows_asked)
    return out.getvalue().encode()


LATE = {"取りやめ"}  # もう答えのある照会なので、間に合わなかったと答える


def test_every_interface_answers(nation, samples):
    client = nation.client(CODE, purpose="number_linkage")
    tickets: dict[str, str] = {}
    told = []
    ordered = sorted(catalogue(), key=lambda each: each.way is Way.GET_FILE)
    for each in ordered:
        if each.way is Way.ONLINE:
            answers = client.call(each.code, samples[each.operation])
            assert answers, each.code
            assert each.operation in LATE or answers[0]["処理結果"] == "00", (each.code, answers)
        elif each.way is Way.PUT_FILE:
            again = samples[each.operation]
            if each.operation == "副本登録":
                again = [{**again[0], "レコード識別番号": "if-copy-file"}]
            ticket = client.upload(each.code, f"{each.code}.csv", written(again))
            assert ticket.refused == (each.operation in LATE), (
                each.code,
                client.download(_getter(each.operation), ticket.processing_number),
            )
            assert client.upload(each.code, f"{each.code}.csv", written(again)) == ticket
            tickets[each.operation] = ticket.processing_number
        elif each.way is Way.MAKE_FILE:
            tickets[each.operation] = client.make_file(each.code, samples[each.operation]).processing_number
        else:
            for operation in each.operations:
                name, content = client.download(each.code, tickets[operation])
                assert name.endswith(".csv")
                assert content.decode().splitlines()[0]
        told.append(each.code)
    assert len(told) == len(set(told)) == 83


def _getter(operation: str) -> str:
    return next(each.code for each in catalogue() if operation in each.operations and each.way is Way.GET_FILE)


def test_the_document_lists_all_of_them():
    text = (ROOT / "docs" / "protocols" / "gateway.md").read_text(encoding="utf-8")
    missing = [each.code for each in catalogue() if f"| {each.code} |" not in text]
    assert missing == []


def test_the_file_seen_in_the_field_is_taken(nation):
    client = nation.client(CODE)
    columns = [
        "01", "000000000000001", "", "20261128093000123", "3595115400          ", "yamamoto            ",
        institution(CODE), "0", "JM01000000048000", "JT01010000048001", " " * 16, " " * 16, "1419900000002200",
        "TM00000000000089", "0", "0", "        ", "        ",
    ]  # fmt: skip
    by_unified = [*columns]
    by_unified[0], by_unified[1], by_unified[2] = "02", "", ONE
    content = ",".join(by_unified) + "\r\n"
    nation.allow(CODE, "yamamoto", REFUND_AFFAIR, Deed.ORDER, system="collection", department="3595115400")
    ticket = client.upload("IF_SKI_10123", "P640R110_20261128093000_0001.DAT", content.encode())
    assert (ticket.rows, ticket.refused) == (1, 0)
    other = ",".join(institution("242039") if each == institution(CODE) else each for each in by_unified) + "\r\n"
    with pytest.raises(PeerRefused, match="ほかの団体"):
        client.upload("IF_SKI_10123", "P640R110_20261128093000_0002.DAT", other.encode())


def test_a_file_is_whole_or_not_at_all(nation):
    client = nation.client(CODE)
    for content in (b"\xff\xfe\x00", b"", b"a,b\r\n1\r\n"):
        with pytest.raises(PeerRefused):
            client.upload("IF_SKI_10723", "bad.csv", content)
    assert json.loads(FACTS)
