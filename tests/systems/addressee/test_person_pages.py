"""宛名を探し、開き、履歴を見る画面。"""

import pytest

from osame.addressee.mailing.actions import MailingRequest, Place, register_mailing_address
from osame.addressee.people.recording import Change, record_version
from tests.systems.addressee.page_cast import HER, HIM, SINCE, Officer, settle
from tests.systems.addressee.people_cast import facts
from tests.systems.addressee.protection_cast import TODAY, protect_her
from tests.systems.addressee.protection_cast import officer as at_work
from tests.systems.conftest import server


@pytest.fixture
def clerk(addressee_database, monkeypatch) -> Officer:
    monkeypatch.setenv("OSAME_TODAY", TODAY.isoformat())
    settle(HER, "伊勢　花子")
    settle(HIM, "伊勢　太郎", sex="1")
    return Officer("A0001", "collection_clerk")


def protect() -> None:
    with at_work("setup"):
        protect_her()


def search(officer: Officer, **told: str) -> str:
    answer = officer.client.post("/people/", told)
    assert "花子" not in answer.headers["Location"]
    return officer.client.get(answer.headers["Location"], follow=True).content.decode()


@pytest.mark.parametrize("text", ["伊勢花子", "いせ はなこ", "花子 S55.5.1", "岩渕1-7-29", "イセ 1980"])
def test_one_box_finds_by_anything(clerk, text):
    assert HER in search(clerk, q=text)


def test_fields_find_what_the_box_cannot_tell(clerk):
    assert HER in search(clerk, name="花子", born="1980")
    assert "見つかりません" in search(clerk, name="三郎")
    assert "検索に使える文字がありません" in search(clerk, name="・")


def test_a_whole_number_leads_to_the_person(clerk):
    assert "<h1>伊勢　花子" in search(clerk, q=HER)


def test_the_page_tells_everything_of_a_person(clerk, addressee_database):
    with at_work():
        place = Place(prefecture="三重県", municipality_name="松阪市", town="殿町", block="1-1")
        register_mailing_address(MailingRequest(HER, place, "届出", SINCE, tax_item="06", priority=1))
    page = clerk.get(f"/people/{HER}/")
    for text in (
        "伊勢　花子",
        "昭和55年5月1日",
        "岩渕",
        "松阪市殿町1-1",
        "固定資産税・都市計画税・すべての書類",
        "優先順位1",
    ):
        assert text in page
    assert "この税目・書類に使う送付先がないので、住所へ送ります。" in page
    with server(addressee_database) as admin:
        (opened,) = admin.execute(
            "SELECT fields FROM audit_event WHERE act = '宛名を開いた' AND %s = ANY (subjects)", [HER]
        ).fetchall()
    assert "block" in opened[0]


def test_characters_outside_the_fonts_are_told_with_their_reduced_form(clerk):
    settle("000000000000021", "髙橋　𠮷郎")
    assert "縮退 高橋　吉郎" in clerk.get("/people/000000000000021/")


def test_an_unknown_birth_and_an_address_abroad_are_told(clerk):
    abroad = dict.fromkeys(("postal_code", "prefecture", "municipality_name", "town", "block"), "")
    settle(
        "000000000000022", "Smith", born_on=None, birth_unknown=True, birth_notation="昭和20年頃",
        country_name="アメリカ合衆国", foreign_address="1 Main Street", **abroad,
    )  # fmt: skip
    page = clerk.get("/people/000000000000022/")
    assert all(text in page for text in ("不詳", "昭和20年頃", "アメリカ合衆国", "1 Main Street"))


def test_residents_are_explained_and_not_edited(clerk):
    settle("000000000000023", "志摩　次郎", kind="1", source="001", standing="1")
    assert "住民記録の異動が届いて変わります" in clerk.get("/people/000000000000023/")
    assert "/edit/" not in clerk.get("/people/000000000000023/")
    assert "住民の事実は、手では変えられません" in clerk.get("/people/000000000000023/edit/", status=409)


def test_nobody_there(clerk):
    assert "見つかりません" in clerk.get("/people/999999999999999/", status=409)


def test_the_two_axes_of_history(clerk):
    with at_work():
        record_version(Change(HER, SINCE.replace(year=2024), "22", facts(name="伊勢　花子", town="宮後")))
    page = clerk.get(f"/people/{HER}/history/")
    assert page.count("<li") > 2
    assert "住所の変更" in page
    assert "宮後" not in clerk.get(f"/people/{HER}/history/?valid_on=R3.1.1").split("移り変わり")[0]
    assert "宮後" in clerk.get(f"/people/{HER}/history/?valid_on=R7.1.1").split("移り変わり")[0]
    assert "その日、その時に知っていた姿はありません" in clerk.get(
        f"/people/{HER}/history/?valid_on=R3.1.1&known_on=R3.1.1"
    )
    assert "日付" in clerk.get(f"/people/{HER}/history/?valid_on=abc")


def test_a_protected_person_is_shown_without_a_place(clerk):
    before = clerk.get(f"/people/{HER}/")
    protect()
    page = clerk.get(f"/people/{HER}/")
    assert "岩渕" in before
    assert "岩渕" not in page
    assert "伊勢市" not in page
    assert "支援措置" in page
    assert "履歴は、権限のある職員だけが開けます" in clerk.get(f"/people/{HER}/history/")
    assert "見つかりません" in search(clerk, q="岩渕1-7-29 花子")
    assert "岩渕" not in search(clerk, q="花子")


def test_a_chief_with_a_purpose_sees_the_place(clerk):
    protect()
    chief = Officer("B0001", "collection_chief")
    page = chief.get(f"/people/{HER}/")
    assert "岩渕" in page
    assert "伊勢警察署" in page
    assert "送付を止める" in page


def test_who_has_no_role_finds_nothing(clerk):
    stranger = Officer("C0001", "system_administrator")
    stranger.get("/people/", status=403)
    stranger.get(f"/people/{HER}/", status=403)
