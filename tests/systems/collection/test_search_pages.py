"""検索の欄。どう打っても読み取り、会うべき人に会い、会うべきでない人には決して会わない。"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osame.collection.addressees import index
from osame.collection.ledger.queries import find_charge
from osame.collection.search.queries import Answer, find
from osame.collection.search.reading import UnreadableCode, read
from osame.kernel.refusals import Refusal
from osame.kernel.search_keys import NothingToSearch
from osame.platform.database import fetch_all, run_sql
from osame.platform.search.auditing import term_digest
from tests.systems.collection.cast import AS_OF, KAKU, SATO, SUZUKI, TANAKA, slip
from tests.systems.collection.pages_cast import officer_at_desk, pages_on, text
from tests.systems.collection.search_cast import COMPANY, HIDDEN, TWIN, WATANABE, barcode, found_people, owe


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with pages_on("2025-09-10", monkeypatch):
        yield


@pytest.fixture
def people(city: str, tmp_path: Path) -> None:
    found_people()
    owe(tmp_path)


@pytest.fixture
def clerk(people: None) -> Client:
    return at_desk("A0001", "山本 昇")


def at_desk(number: str, name: str) -> Client:
    client = officer_at_desk(number, name, "collection_clerk")
    client.post("/console/purpose/", {"purpose": "statutory", "next": "/"})
    return client


def found(typed: str, *, wide: bool = False) -> list[str]:
    return sorted(each.addressee_number for each in ask(typed, wide=wide).people)


def ask(typed: str, *, wide: bool = False) -> Answer:
    return find(read(typed), as_of=AS_OF, wide=wide)


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("1", [SATO]),
        ("000000000000001", [SATO]),
        ("\uff10\uff11", [SATO]),
        ("0000000002", [TANAKA]),  # 通知書番号
        (str(slip(SATO, 2)), [SATO]),
        ("06-2025-0000000002-1", [TANAKA]),
        ("7000012050002", [COMPANY]),  # 法人番号
        ("さとう", [SATO, TWIN]),
        ("ｻﾄｰ ﾊﾅｺ", [SATO, TWIN]),
        ("佐藤花子", [SATO, TWIN]),
        ("渡辺", [WATANABE]),
        ("渡邉高男", [WATANABE]),
        ("斉藤", [WATANABE]),  # 旧氏
        ("S50.4.1", [SATO, TWIN]),
        ("昭和50年 4月 1日", [SATO, TWIN]),
        ("1975-04-01", [SATO, TWIN]),
        ("1975.4", [SATO, TWIN]),
        ("3500401", [SATO, TWIN]),
        ("19501203", [WATANABE]),
        ("サトウ S50.4", [SATO, TWIN]),
        ("佐藤 宮後", [TWIN]),
        ("佐藤 宮後2-3", [TWIN]),
        ("佐藤 宮後 2-3", [TWIN]),
        ("宮後2-34", []),
        ("岬町", [WATANABE]),
        ("0596-22-1111", [WATANABE]),
        ("0596221111", [WATANABE]),
        ("1111", [WATANABE]),
        ("渡辺 1111", [WATANABE]),
        ("サトウ 1111", []),
        ("青波", [COMPANY]),  # 名の途中
        ("21世紀", [COMPANY]),
        ("アオナミ", [COMPANY]),
        ("伊勢", [HIDDEN]),
        ("イセ H2.7.7", [HIDDEN]),
        ("田中", [TANAKA]),
        ("ヌヌヌヌ", []),
    ],
)
def test_whatever_an_officer_types_is_understood(people: None, typed: str, numbers: list[str]) -> None:
    assert found(typed) == sorted(numbers)


@pytest.mark.parametrize(
    "typed", ["隠里", "伊勢 隠里", "隠里5-6", "架空市隠里", "0596-99-8888", "8888", "伊勢 8888", "松"]
)
def test_a_protected_person_is_never_found_by_a_place(people: None, typed: str) -> None:
    assert found(typed) == found(typed, wide=True) == []


def test_whoever_becomes_protected_leaves_the_index_at_once(people: None) -> None:
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [WATANABE])
    index.refresh([WATANABE])
    assert found("岬町") == found("1111") == []
    assert found("渡辺") == [WATANABE]


class TestCodesOfASlip:
    @pytest.mark.parametrize("sent", ["{}", "]C1{}", "\x1d{}", "]C1\x1d{}\r\n", "({0[0]}{0[1]}){1}"])
    def test_the_barcode_leads_to_the_charge(self, people: None, sent: str) -> None:
        digits = barcode(SATO, 2)
        typed = sent.format(digits) if "0[" not in sent else f"(91){digits[2:]}"
        answer = ask(typed)
        assert answer.only == SATO
        assert answer.charge_id == find_charge(str(slip(SATO, 2))).charge_id

    def test_the_el_number_leads_to_the_charge(self, people: None) -> None:
        typed = f"24203 {slip(TANAKA):020d} 123456 006"
        assert ask(typed).only == TANAKA

    def test_a_misread_barcode_is_told(self) -> None:
        digits = barcode(SATO)
        with pytest.raises(UnreadableCode):
            read(digits[:-1] + str((int(digits[-1]) + 1) % 10))

    @pytest.mark.parametrize("typed", ["", "  ", "。", "🙂", "\x00", "7-29"])
    def test_nothing_to_search_is_told(self, typed: str) -> None:
        if typed == "7-29":  # 番地だけは、番号とみる
            assert read(typed).digits == "729"
            return
        with pytest.raises(NothingToSearch):
            read(typed)


class TestTheBox:
    def test_a_name_leads_to_a_list_that_tells_namesakes_apart(self, clerk: Client) -> None:
        page = text(search(clerk, "佐藤 花子"))
        for told in ("2人見つかりました", "同姓同名・同生年月日", "昭和50年4月1日", "架空市岩渕1丁目7-29", "架空市宮後二丁目３番４号",
                     "佐藤　二郎", "50,000", "1年度分", "なし"):  # fmt: skip
            assert told in page, told

    def test_nothing_personal_is_in_an_address(self, clerk: Client) -> None:
        moved = clerk.post("/people/", {"q": "佐藤 花子"})
        assert moved.status_code == 303
        assert re.fullmatch(r"/people/\?s=[\w-]{12}", moved.headers["Location"])
        assert moved.headers["Cache-Control"]

    def test_one_hit_goes_straight_to_the_person(self, clerk: Client) -> None:
        moved = clerk.get(clerk.post("/people/", {"q": "渡辺"}).headers["Location"])
        assert (moved.status_code, moved.headers["Location"]) == (303, f"/people/{WATANABE}/")

    def test_a_slip_goes_straight_to_the_charge(self, clerk: Client) -> None:
        moved = clerk.get(clerk.post("/people/", {"q": barcode(SATO)}).headers["Location"])
        assert moved.headers["Location"] == f"/charges/{find_charge(str(slip(SATO))).charge_id}/"

    def test_a_protected_person_shows_no_place(self, clerk: Client) -> None:
        run_sql("UPDATE addressee SET kana = 'サトウ　サクラ' WHERE addressee_number = %s", [HIDDEN])
        index.refresh([HIDDEN])
        page = text(search(clerk, "サトウ"))
        assert "支援措置" in page
        assert "＊＊＊" in page
        assert "隠里" not in page
        assert "伊勢　松" not in page

    def test_too_many_are_not_shown(self, clerk: Client) -> None:
        run_sql(
            "INSERT INTO addressee (addressee_number, kind, name, kana, postal_code, address, updated_on, address_detail, "
            "corporate_number, representative_name, household_number, mailing_postal_code, mailing_address, mailing_name, "
            "protection_measure) SELECT '9' || lpad(i::text, 14, '0'), '1', '多田 ' || i, 'タダ', '', '', '2025-01-01', '', "
            "'', '', '', '', '', '', false FROM generate_series(1, 101) i"
        )
        index.rebuild()
        page = text(search(clerk, "タダ"))
        assert "100人より多く見つかりました" in page
        assert "多田" not in page

    def test_nobody_found_is_one_answer(self, clerk: Client) -> None:
        pages = {without_the_word(search(clerk, typed)) for typed in ("ヌヌヌヌ", "隠里", "999999")}
        assert len(pages) == 1
        assert "該当する納税者は見つかりません" in pages.pop()

    def test_a_token_of_another_session_finds_nothing(self, clerk: Client) -> None:
        place = clerk.post("/people/", {"q": "渡辺"}).headers["Location"]
        other = at_desk("A0002", "別の 者")
        assert "もう残っていません" in text(other.get(place))

    def test_every_search_is_audited_without_the_words(self, clerk: Client) -> None:
        search(clerk, "佐藤 S50.4.1")
        (subjects, fields, detail), = fetch_all(
            "SELECT subjects, fields, detail FROM audit_event WHERE act = '納税者を検索した'"
        )  # fmt: skip
        assert sorted(subjects) == [SATO, TWIN]
        assert fields == ["生年月日", "語"]
        assert term_digest("語", "佐藤") in json.loads(detail).values()
        assert "佐藤" not in str(detail)

    def test_who_may_not_search_has_no_box(self, people: None) -> None:
        auditor = officer_at_desk("X0001", "監査 人", "auditor")
        assert 'role="search"' not in text(auditor.get("/"))
        assert auditor.post("/people/", {"q": "佐藤"}).status_code == 403


def search(client: Client, typed: str):
    return client.get(client.post("/people/", {"q": typed}).headers["Location"])


def without_the_word(answer) -> str:
    return re.sub(
        r'name="q" value="[^"]*"|name="csrfmiddlewaretoken" value="\w+"|X-CSRFToken": "\w+"|\?s=[\w-]+',
        "",
        text(answer),
    )


HOSTILE = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("'\"%_\\\x00\x1d]C1()|^$.*+?{}[]🙂‮א\u3099佐藤サトウ隠里S50.4-18")),
    max_size=200,
)  # fmt: skip
PLACES = ("隠里", "カクレ", "8888", "05969")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=HOSTILE)
def test_no_text_breaks_the_search_or_finds_a_stranger(people: None, typed: str) -> None:
    """Either told why not, or people each of whom has every word that was understood."""
    try:
        asked = read(typed)
        answer = find(asked, as_of=AS_OF, wide=True)
    except Refusal:
        return
    everybody = {SATO, TANAKA, KAKU, SUZUKI, TWIN, WATANABE, HIDDEN, COMPANY}
    assert {each.addressee_number for each in answer.people} <= everybody
    for person in answer.people:
        lines = all_lines(person.addressee_number)
        for _, term in asked.terms():
            assert any(term in line for line in lines) or term.startswith(("b", "t")) or term.isdigit(), (typed, term)
        assert person.addressee_number != HIDDEN or person.address == "＊＊＊"


def all_lines(number: str) -> list[str]:
    (row,) = fetch_all(index.FACTS + "a.addressee_number = %s", [number])
    return [key.text for key in index.keys_of(index.Copied(*row))]
