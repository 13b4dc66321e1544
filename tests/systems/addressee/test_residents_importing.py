"""住民異動の取込み。順、取消し、欠けた日、二度目の同じファイル。そして個人番号はどこにも残らない。"""

import itertools
import random
from base64 import b64decode
from datetime import date, timedelta
from unittest.mock import patch

import pytest

from osame.addressee.people import queries
from osame.addressee.residents import outbox
from osame.addressee.residents.delivering import Delivered, deliver
from osame.addressee.residents.importing import import_residents, missing_files
from osame.contracts.client import PeerRefused, PeerUnreachable
from osame.contracts.linkage import NumberingAnswer
from osame.formats.resident_writing import write_lines
from osame.kernel.check_digits import individual_number_check_digit
from osame.platform.database import fetch_all, fetch_one
from osame.platform.gate import Acting, acting
from osame.platform.imports import raw_lines
from tests.systems.addressee.people_cast import clerk, register

pytestmark = pytest.mark.usefixtures("addressee_database")
FIRST = date(2026, 4, 1)
BODY = "98765432101"
NUMBER = BODY + individual_number_check_digit(BODY)
files = itertools.count(1)


def change(sequence, number="1001", reason="01", day=0, **told):
    """一つの異動。"""
    return {
        "異動連番": sequence, "宛名番号": number, "異動年月日": FIRST + timedelta(day), "異動事由": reason,
        "氏名": "伊勢　太郎", "フリガナ": "イセ　タロウ", "性別": "1", "生年月日": date(1980, 5, 1), "住民状態": "1",
        "都道府県": "三重県", "市区郡町村名": "伊勢市", "町字": "岩渕", "番地号表記": "1-1", "世帯番号": "500",
        "続柄": "世帯主", "世帯主氏名": "伊勢　太郎",
    } | told  # fmt: skip


def cancel(sequence, target, number="1001", **told):
    return change(sequence, number) | {"取消": "1", "取消対象異動連番": target} | told


@pytest.fixture
def take(tmp_path):
    """Write a file and take it in."""

    def taken(*rows, sequence=None, numbers=False, **told):
        path = tmp_path / f"{next(files)}.csv"
        lines = write_lines(rows, file_sequence=sequence or next(numbered), business_on=FIRST, with_numbers=numbers)
        path.write_bytes(b"".join(lines))
        with clerk():
            return import_residents(path, **told)

    numbered = itertools.count(1)
    return taken


def told(result):
    return (result.rows_in, result.rows_posted, result.rows_held, result.rows_rejected)


def history(number="1001"):
    with clerk():
        return [(v.valid_from, v.valid_until, v.change_reason, v.facts) for v in queries.history(number)]


def test_a_life_in_the_register(take):
    result = take(
        change(1),
        change(2, reason="03", day=10, 町字="宮後", 番地号表記="2-2"),
        change(3, reason="06", day=20, 氏名="内宮　太郎"),
        change(4, reason="04", day=30, 住民状態="3", 転出年月日=FIRST + timedelta(30), 町字="転出先"),
    )
    assert told(result) == (4, 4, 0, 0)
    assert [(f.name, f.town, f.standing) for *_, f in history()] == [
        ("伊勢　太郎", "岩渕", "1"), ("伊勢　太郎", "宮後", "1"), ("内宮　太郎", "宮後", "1"), ("内宮　太郎", "転出先", "3"),
    ]  # fmt: skip


def test_files_in_any_order_with_cancellations_end_in_the_same_history(take, tmp_path):
    """日をまたぐ取消し、同じ日の異動、後から届く転入。どの順のファイルでも、同じ履歴になる。"""

    def days(number):
        base = int(number) * 100
        return [
            [change(base + 1, number)],
            [change(base + 2, number, "03", 5, 町字="宮後"), change(base + 3, number, "06", 5, 氏名="内宮　太郎")],
            [cancel(base + 4, base + 3, number), change(base + 5, number, "07", 8, 世帯番号="501")],
            [change(base + 6, number, "03", 5, 町字="浦口")],
            [cancel(base + 7, base + 6, number), change(base + 8, number, "05", 9, 住民状態="4")],
        ]  # fmt: skip

    orders = list(itertools.permutations(range(5)))
    chosen = [orders[0], orders[-1], *random.Random(1).sample(orders, 8)]
    histories = []
    for number, order in enumerate(chosen, 2001):
        for place in order:
            result = take(*days(str(number))[place])
            assert result.rows_rejected == 0
        histories.append(history(str(number)))
    assert all(each == histories[0] for each in histories)
    assert [(start, f.town, f.name, f.standing) for start, _, _, f in histories[0]] == [
        (FIRST, "岩渕", "伊勢　太郎", "1"),
        (FIRST + timedelta(5), "宮後", "伊勢　太郎", "1"),
        (FIRST + timedelta(8), "宮後", "伊勢　太郎", "1"),
        (FIRST + timedelta(9), "宮後", "伊勢　太郎", "4"),
    ]
    assert fetch_one("SELECT count(*) FROM held_cancellation WHERE released_at IS NULL") == (0,)


def test_the_same_file_and_the_same_rows_twice_change_nothing(take):
    take(change(1), sequence=1)
    before = history()
    assert take(change(1), sequence=1).already_received
    assert told(take(change(1), change(2, reason="03", day=3, 町字="宮後"), sequence=2)) == (2, 2, 0, 0)
    assert history()[0][3] == before[0][3]
    result = take(change(2, reason="03", day=3, 町字="浦口"), sequence=3)
    assert told(result) == (1, 0, 0, 1)
    assert "中身の違う" in result.problems[0][1]


def test_a_missing_day_is_told_and_waited_for_or_passed_over_with_a_note(take):
    take(change(1), sequence=10)
    refused = take(change(5, reason="03", day=5, 町字="宮後"), sequence=12)
    assert "通番11" in refused.refusal
    assert len(history()) == 1
    assert take(change(5, reason="03", day=5, 町字="宮後"), sequence=12, pass_over_gap="障害のため").rows_posted == 1
    with clerk():
        assert missing_files() == [11]
    assert take(change(3, reason="06", day=2, 氏名="内宮　太郎"), sequence=11).rows_posted == 1
    with clerk():
        assert missing_files() == []
    assert [(f.name, f.town) for *_, f in history()][-1] == ("内宮　太郎", "宮後")
    assert "別の中身" in take(change(9), sequence=11).refusal


def test_every_row_is_accounted_for(take):
    with clerk():
        register("9001", "3", name="株式会社納め", standing="6", born_on=None)
    result = take(
        change(1), change(1, "1002"), cancel(2, 77), change(3, "9001"), change(4, "1003", 異動事由="99"),
    )  # fmt: skip
    assert told(result) == (5, 1, 1, 3)
    assert fetch_one("SELECT count(*) FROM rejected_row") == (3,)
    assert [line for line, _ in result.problems] == [3, 5, 6]


def test_death_opens_the_succession_and_its_cancellation_ends_it(take):
    take(change(1), change(2, reason="05", day=3, 住民状態="4", 死亡年月日=FIRST + timedelta(3)))
    with clerk():
        assert queries.succession_of("1001") == "1"
    take(cancel(3, 2))
    with clerk():
        assert queries.succession_of("1001") == "9"
        assert queries.current("1001").facts.standing == "1"


def test_a_non_resident_becomes_a_resident_under_the_same_or_a_new_number(take):
    with clerk():
        register("7001")
        register("7002")
    take(change(1, "7001", day=30), change(2, "8002", day=30, 引継ぎ元宛名番号="7002"))
    assert fetch_all_as_clerk("SELECT addressee_number, kind, closed_on FROM addressee ORDER BY 1") == [
        ("7001", "1", None), ("7002", "2", FIRST + timedelta(30)), ("8002", "1", None),
    ]  # fmt: skip
    assert [reason for _, _, reason, _ in history("7001")] == ["01", "01"]
    take(change(3, "7001", "04", 60, 住民状態="3"), change(4, "7001", "01", 90, 町字="再転入"))
    assert history("7001")[-1][3].town == "再転入"
    assert told(take(change(5, "7002", day=99))) == (1, 0, 0, 1)  # 廃止した番号は使い回さない


def test_a_number_of_another_person_is_not_taken_over_and_a_cancelled_entry_gives_the_kind_back(take):
    with clerk():
        register("7001", name="別人　次郎", born_on=date(1950, 1, 1))
        register("7002", name="伊勢　太郎")
    assert "別人" not in (result := take(change(1, "7001", day=1), change(2, "7002", day=1))).problems[0][1]
    assert told(result) == (2, 1, 0, 1)
    kinds = "SELECT addressee_number, kind FROM addressee ORDER BY 1"
    assert fetch_all_as_clerk(kinds) == [("7001", "2"), ("7002", "1")]
    take(cancel(3, 2, "7002"))
    assert fetch_all_as_clerk(kinds) == [("7001", "2"), ("7002", "2")]


def fetch_all_as_clerk(statement):
    with clerk():
        return fetch_all(statement)


def test_the_protection_flag_is_in_force_at_once_and_leaves_no_trace_in_the_history(take):
    take(change(1), change(2, "1002"))
    take(
        change(3, reason="13", 支援措置区分="1", 支援措置開始年月日=FIRST, 支援措置終了年月日=date(2027, 3, 31)),
        change(4, "1003", reason="13", 支援措置区分="2"),
    )
    measures = fetch_all_as_clerk("SELECT addressee_number, kind, state FROM protection_measure ORDER BY 1")
    assert measures == [("1001", "1", "2"), ("1003", "2", "2")]
    assert [reason for _, _, reason, _ in history()] == ["01"]
    assert [reason for _, _, reason, _ in history("1003")] == ["00"]
    take(change(5, reason="13", 支援措置区分="0"))
    assert fetch_all_as_clerk("SELECT state FROM protection_measure ORDER BY addressee_number") == [("3",), ("2",)]


def test_the_individual_number_goes_sealed_to_the_outbox_and_is_nowhere_else(
    take, linkage_public_key, addressee_database
):
    result = take(
        change(1, 個人番号=NUMBER), change(2, "1002"), change(3, "1003", 異動事由="99", 個人番号=NUMBER),
        change(4, "1004", 個人番号=NUMBER[:-1] + str((int(NUMBER[-1]) + 1) % 10)), numbers=True,
    )  # fmt: skip
    assert told(result) == (4, 2, 0, 2)
    with clerk():
        (envelope,) = outbox.waiting()
        assert envelope.addressee_number == "1001"
        assert linkage_public_key(envelope.sealed, subject="1001") == NUMBER
        assert outbox.delivered([envelope.envelope_id]) == 1
        for (name,) in fetch_all("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            for (row,) in fetch_all_readable(name):
                assert NUMBER[:11] not in row, name
    assert NUMBER[:11] not in repr(result)


def test_envelopes_leave_the_outbox_only_when_they_were_received(take, linkage_public_key):
    take(*(change(n, f"100{n}", 個人番号=NUMBER) for n in (1, 2, 3)), numbers=True)
    orders = []

    class Linkage:
        def number(self, order):
            orders.append(order)
            if order.addressee_number == "1002":
                raise PeerRefused(status=409)
            return NumberingAnswer(order.request_number, "6" if order.addressee_number == "1003" else "1", "", False)

    with acting(Acting("operator", "addressee.residents.deliver", "number_linkage")):
        assert deliver(Linkage()) == Delivered(sent=2, refused=1, cut_off=False, held=1)
        assert deliver(Linkage()) == Delivered(sent=0, refused=1, cut_off=False)
        with patch.object(Linkage, "number", side_effect=PeerUnreachable):
            assert deliver(Linkage()).cut_off
        with patch.object(Linkage, "number", side_effect=PeerRefused(status=401)):  # 鍵の不備は、封筒のせいではない
            assert deliver(Linkage()) == Delivered(sent=0, refused=0, cut_off=True)
    assert orders[1] == orders[3]  # やり直しても、同じ依頼
    assert (orders[0].business_id, orders[0].facts.name, orders[0].standing) == ("001", "伊勢　太郎", "1")
    assert linkage_public_key(b64decode(orders[0].sealed), subject="1001") == NUMBER
    assert fetch_all_as_clerk("SELECT addressee_number FROM sealed_number_outbox") == [("1002",)]


def fetch_all_readable(table):
    if not fetch_one("SELECT has_table_privilege(%s, 'SELECT')", [table])[0]:
        return []
    rows = fetch_all(f"SELECT t::text FROM {table} t")
    if table == "rejected_row":  # 封を開いても、番号はない
        kept = fetch_all("SELECT intake_file_id, line_number, sealed_raw FROM rejected_row")
        rows += [(raw_lines.opened(file, line, bytes(raw)).decode(),) for file, line, raw in kept]
    return rows


@pytest.fixture
def linkage_public_key(tmp_path, monkeypatch):
    """A key pair of linkage; gives a function that opens an envelope."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    from osame.contracts.sealed import key_name, open_number

    private = X25519PrivateKey.generate()
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "linkage.pub").write_bytes(pem)
    monkeypatch.setenv("OSAME_KEYS", str(tmp_path))
    keys = {key_name(private.public_key()): private}
    return lambda sealed, subject: open_number(sealed, subject=subject, sender="addressee", keys=keys).digits()
