"""Search: found by any fact and any combination, told apart, protected, audited, and fast enough for the size."""

import json
from datetime import date

import pytest

from osame.addressee.mailing.actions import ContactRequest, end_contact, register_contact
from osame.addressee.mailing.models import Contact
from osame.addressee.people.recording import Change, record_version
from osame.addressee.search.batch import refresh
from osame.addressee.search.queries import Answer, Criteria, find, term_digest
from osame.kernel.dates import UnreadableDate
from osame.kernel.search_keys import Match, NothingToSearch
from osame.platform.database import fetch_all, run_sql
from osame.platform.gate import NoPurpose
from osame.platform.suppression.decision import Reader, ReaderKind
from tests.systems.addressee.people_cast import clerk, facts, register
from tests.systems.conftest import server

AS_OF = date(2026, 4, 1)


@pytest.fixture(autouse=True)
def people(addressee_database, tmp_path, monkeypatch):
    """花子、同じ氏名の花子、髙橋、会社、転居した渡邉（旧姓 斎藤）。"""
    monkeypatch.setenv("OSAME_KEYS", str(tmp_path))
    with clerk():
        register("1001")
        register("1002", born_on=date(1991, 2, 3), sex="1", town="宮後", block="２丁目３番４号")
        register(
            "1003",
            name="髙橋　𠮷男",
            kana="タカハシ　ヨシオ",
            born_on=None,
            birth_unknown=True,
            birth_notation="昭和10年頃",
        )
        register(
            "2001", "3", name="青波水産株式会社", kana="アオナミスイサンカブシキガイシャ", born_on=None, standing="6"
        )
        register("1004", name="斎藤　幸子", kana="サイトウ　サチコ", town="吹上")
        record_version(
            Change(
                "1004",
                date(2025, 5, 1),
                "10",
                facts(
                    name="渡邉　幸子",
                    kana="ワタナベ　サチコ",
                    former_surname="斎藤",
                    former_surname_kana="サイトウ",
                    town="小俣町",
                ),
            )
        )


def found(history: bool = False, **terms: object) -> list[str]:
    return [each.addressee_number for each in ask(history=history, **terms).people]


def ask(history: bool = False, **terms: object) -> Answer:
    with clerk():
        return find(Criteria(**terms), as_of=AS_OF, history=history)


@pytest.mark.parametrize(
    ("terms", "numbers"),
    [
        ({"number": "1001"}, ["1001"]),
        ({"number": "100"}, ["1001", "1002", "1003", "1004"]),
        ({"kana": "ｲｾ"}, ["1001", "1002"]),
        ({"kana": "イ"}, ["1001", "1002"]),
        ({"kana": "はなこ"}, ["1001", "1002"]),
        ({"kana": "ナコ", "match": Match.INNER}, ["1001", "1002"]),
        ({"kana": "イセハナコ", "match": Match.EXACT}, ["1001", "1002"]),
        ({"kana": "イセハナ", "match": Match.EXACT}, []),
        ({"name": "高橋"}, ["1003"]),
        ({"name": "吉男"}, ["1003"]),
        ({"name": "渡辺"}, ["1004"]),
        ({"kana": "サイトー"}, ["1004"]),  # 旧氏
        ({"name": "斉藤幸子"}, ["1004"]),  # 旧氏に名を続けて
        ({"name": "青波"}, ["2001"]),
        ({"kana": "スイサン", "match": Match.INNER}, ["2001"]),
        ({"born": "S55.5.1"}, ["1001", "1004"]),
        ({"born": "S55"}, ["1001", "1004"]),
        ({"born": "不詳"}, ["1003"]),
        ({"address": "三重県伊勢市宮後2-3"}, ["1002"]),
        ({"address": "宮後二丁目３番"}, ["1002"]),
        ({"address": "宮後2-34"}, []),
        ({"kana": "イセ", "born": "H3.2.3"}, ["1002"]),
        ({"kana": "イセ", "address": "岩渕", "born": "1980-05"}, ["1001"]),
        ({"kana": "イセ", "address": "吹上"}, []),
        ({"number": "1002", "name": "高橋"}, []),
    ],
)
def test_people_are_found_by_any_fact(terms, numbers):
    assert sorted(found(**terms)) == numbers


def test_what_was_true_before_is_found_when_asked_for():
    assert found(address="吹上") == []
    (person,) = ask(address="吹上", history=True).people
    assert person.addressee_number == "1004"
    assert person.former
    assert "小俣町" in person.address  # いまの住所を示す
    assert found(name="斎藤幸子", history=True) == ["1004"]


def test_people_of_one_name_can_be_told_apart():
    first, second = ask(name="伊勢花子").people
    assert first.born != second.born
    assert first.sex != second.sex
    assert first.address != second.address
    assert {first.born, second.born} == {"昭和55年5月1日", "平成3年2月3日"}
    assert ask(name="高橋").people[0].born == "昭和10年頃"


def test_the_dead_the_gone_and_the_closed_are_marked():
    with clerk():
        register("3001", name="転出　太郎", kana="テンシュツ　タロウ", standing="3", moved_out_on=date(2025, 1, 1))
        register("3002", name="死亡　太郎", kana="シボウ　タロウ", standing="4", died_on=date(2025, 1, 1))
        run_sql("UPDATE addressee SET closed_on = '2025-01-01' WHERE addressee_number = '1003'")
    assert [each.mark for each in ask(kana="タロウ").people] == ["死亡", "転出"]
    assert ask(name="高橋").people[0].mark == "廃止"


def test_a_changed_fact_is_found_at_once_and_the_old_one_no_more():
    with clerk():
        record_version(Change("1001", date(2026, 1, 1), "10", facts(name="志摩　花子", kana="シマ　ハナコ")))
    assert found(name="志摩") == ["1001"]
    assert found(name="伊勢") == ["1002"]
    assert found(name="伊勢", history=True) != []


def test_telephones_are_found_by_all_digits_or_the_last_four():
    with clerk():
        contact = register_contact(ContactRequest("1001", Contact.Kind.HOME, "0596-22-1111", date(2020, 1, 1)))
    assert found(telephone="0596-22-1111") == ["1001"]
    assert found(telephone="１１１１") == ["1001"]
    assert found(telephone="1112") == []
    with clerk():
        end_contact(contact, valid_until=date(2026, 1, 1))
    assert found(telephone="0596-22-1111") == []


def protect(number: str) -> None:
    run_sql(
        "INSERT INTO protection_measure (addressee_number, kind, state, source, source_key, requesting_office, "
        "starts_on, through, officer) VALUES (%s, '1', '2', '2', 'k1', '警察署', '2026-01-01', '2026-12-31', '田中')",
        [number],
    )


def test_a_protected_person_is_found_by_name_but_never_by_place():
    with clerk():
        protect("1002")
    protected = next(each for each in ask(name="伊勢花子").people if each.addressee_number == "1002")
    assert protected.protected
    assert "宮後" not in str(protected)
    assert protected.standing == protected.address
    nobody = ask(address="宮後")
    assert (nobody.people, nobody.total) == ((), 0)
    with clerk():
        trusted = Reader(ReaderKind.OFFICER, right=True, purpose="本人特定")
        seen = find(Criteria(address="宮後"), as_of=AS_OF, reader=trusted)
    assert "宮後" in seen.people[0].address


def test_nothing_is_shown_without_a_purpose():
    with pytest.raises(NoPurpose):
        find(Criteria(kana="イセ"), as_of=AS_OF)
    everything = "SELECT * FROM search_entry_matches('{}', '{}', '', '2026-04-01', true, 10)"
    assert fetch_all(everything) == []
    with clerk():
        assert len(fetch_all(everything)) > 0


def test_the_application_cannot_read_the_index_by_another_door(addressee_database):
    with server(addressee_database) as admin:
        admin.execute("SET ROLE osame_addressee")
        with pytest.raises(Exception, match="permission denied"):
            admin.execute("SELECT lines FROM search_entry")


def test_every_search_is_audited_with_kinds_and_subjects_but_not_the_terms():
    ask(kana="イセ", born="H3.2.3")
    ((fields, subjects, detail),) = fetch_all(
        "SELECT fields, subjects, detail FROM audit_event WHERE act = '宛名を検索した'"
    )
    told = [json.loads(each) if isinstance(each, str) else each for each in (fields, subjects, detail)]
    assert told[0] == ["born", "kana"]
    assert told[1] == ["1002"]
    assert "イセ" not in str(told)
    assert told[2]["語の要約.kana"] == term_digest("kana", "いせ")  # 監査人は、推測した語を確かめられる
    assert told[2]["語の要約.kana"] != term_digest("kana", "シマ")


@pytest.mark.parametrize("terms", [{}, {"kana": " "}, {"name": "・"}, {"number": "1 OR"}, {"telephone": "なし"}])
def test_a_search_for_nothing_is_refused(terms):
    with pytest.raises(NothingToSearch):
        ask(**terms)


def test_what_is_typed_is_never_a_pattern():
    assert found(name=".*") == []
    assert found(name="(伊勢") == []
    assert found(address="[宮]") == []
    with pytest.raises(UnreadableDate):
        ask(born="';--")


def test_many_are_counted_up_to_a_limit_and_a_page_is_shown():
    with clerk():
        run_sql(
            "INSERT INTO addressee_version (addressee_number, valid_from, change_id, change_reason, changed_on, source, "
            "officer, standing, name, kana) SELECT lpad(n::text, 9, '0'), '2020-01-01', n, '01', '2020-01-01', '001', "
            "'計測', '1', '架空　太郎', 'カクウ　タロウ' FROM generate_series(1, 1200) n"
        )
        run_sql(
            "INSERT INTO addressee (addressee_number, kind, origin) SELECT addressee_number, '1', '001' "
            "FROM addressee_version WHERE officer = '計測'"
        )
        assert refresh() == 1206
    answer = ask(kana="カクウ")
    assert (answer.total, answer.more, len(answer.people)) == (1000, True, 50)
    assert answer.told == "1,000件以上。条件を足してください。"
    assert ask(kana="イセ").told == "2件"
