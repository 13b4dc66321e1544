"""宛名の窓口。登録、送付先、代理人、支援措置、名寄せ、排他制御を、職員が打つとおりに。"""

import re

import pytest

from tests.journeys.counter import Counter
from tests.systems.platform.staff_cast import officer

AS_OF = ("--as-of", "2026-06-01")
FROM = ("--from", "2026-04-01")


@pytest.fixture
def counter(addressee_database, monkeypatch) -> Counter:
    from osame.cli import build_app
    from osame.platform.staff import granting
    from tests.systems.platform.staff_cast import APRIL

    counter = Counter(build_app(), monkeypatch)
    counter.hire("C1", "佐藤 花", "collection_clerk")
    counter.hire("C2", "鈴木 海", "collection_clerk")
    counter.hire("M1", "高橋 幸", "collection_manager")
    for number in ("C1", "C2", "M1"):
        with officer():
            granting.register_handler(number, department="collection", valid_from=APRIL)
    counter.ok("運用", "addressee", "numbering", "open", 90000000000001, 90000000009999)
    return counter


def number_in(said: str) -> str:
    return re.search(r"(\d+)\s*$", said.strip())[1]


def registered(counter: Counter, name: str, kana: str, *more: object) -> str:
    """A non-resident, registered at the counter."""
    place = ("--municipality", "架空市", "--town", "岬町", "--block", "2-1")
    said = counter.ok("C1", "addressee", "register", "--kind", 2, "--name", name, "--kana", kana, *place, *more, *AS_OF)
    return number_in(said)


def test_someone_is_registered_found_and_opened(counter):
    anna = registered(counter, "渡邉　杏奈", "ワタナベ　アンナ", "--born", "S50.4.1", "--sex", 2)
    found = counter.json("C2", "addressee", "find", "--name", "渡辺杏奈", *AS_OF, purpose="identification")
    assert [person["addressee_number"] for person in found["people"]] == [anna]
    by_birth = counter.json("C2", "addressee", "find", "--born", "昭和50年4月1日", *AS_OF, purpose="identification")
    assert len(by_birth["people"]) == 1
    shown = counter.json("C2", "addressee", "show", anna, *AS_OF, purpose="arrears_management")
    assert shown["facts"]["name"] == "渡邉　杏奈"
    counter.refused("C2", "addressee", "show", anna, *AS_OF)  # 目的を告げない
    twin = ("addressee", "register", "--kind", 2, "--name", "渡邉　杏奈", "--kana", "ワタナベ　アンナ", "--born", "S50.4.1",
            "--sex", 2, "--municipality", "架空市", "--town", "岬町", "--block", "2-1", *AS_OF)  # fmt: skip
    counter.refused("C1", *twin)  # 二重登録の警告
    counter.ok("C1", *twin, "--despite", "双子と確認した")
    who = counter.json("監査", "audit", "who", anna)
    assert {"C1", "C2"} <= {row["officer"] for row in who}


def test_letters_agents_and_contacts(counter):
    anna = registered(counter, "伊藤　杏", "イトウ　アン", "--born", "S50.4.1")
    agent = registered(counter, "中村　代", "ナカムラ　ダイ", "--born", "S40.1.1")
    place = ("--postal-code", "5160037", "--prefecture", "三重県", "--municipality", "架空市", "--town", "送付町")
    counter.ok("C1", "addressee", "mailing", "add", anna, "--reason", "入院", *place, "--document", "R-050", *FROM)
    assert "送付先" in counter.ok("C1", "addressee", "mailing", "choose", anna, "--document", "R-050", *AS_OF)
    assert "住所へ送ります" in counter.ok("C1", "addressee", "mailing", "choose", anna, "--document", "R-001", *AS_OF)
    counter.ok("C1", "addressee", "contact", "add", anna, "090-0000-0000", "--kind", 2, *FROM)
    by_telephone = ("addressee", "find", "--telephone", "0000", *AS_OF)
    assert len(counter.json("C2", *by_telephone, purpose="identification")["people"]) == 1
    said = counter.ok("C1", "addressee", "agent", "notify", anna, agent, "--kind", "01", *FROM)
    counter.ok("M1", "addressee", "agent", "approve", re.search(r"\d+", said)[0])
    counter.refused("C1", "addressee", "agent", "notify", anna, agent, "--kind", "01", *FROM)  # 期間が重なる
    counter.ok("C1", "addressee", "relation", "add", anna, agent, "--kind", "06", "--basis", "申出書", *FROM)


def test_a_protected_person_disappears_from_every_screen_until_two_people_say_otherwise(counter):
    she = registered(counter, "加藤　静", "カトウ　シズカ", "--born", "S60.5.5", "--building", "ひみつ荘101")
    he = registered(counter, "加藤　剛", "カトウ　ゴウ", "--born", "S58.3.3")
    seen = counter.ok("C2", "addressee", "show", she, *AS_OF, purpose="arrears_management")
    assert "ひみつ荘" in seen
    said = counter.ok(
        "C1", "addressee", "protect", "add", she, "--kind", 1, "--office", "架空警察署", "--other", he, *FROM
    )
    measure = re.search(r"支援措置 (\d+)", said)[1]
    hidden = counter.ok("C2", "addressee", "show", she, *AS_OF, purpose="arrears_management")
    assert "ひみつ荘" not in hidden
    assert "岬町" not in hidden
    assert "相手方" in counter.ok("C1", "addressee", "agent", "notify", she, he, "--kind", "01", *FROM)
    counter.ok("M1", "addressee", "protect", "decide", measure, "--on", "2026-04-05")
    counter.refused("無名の者", "addressee", "protect", "propose-release", measure, "--reason", "申出")
    proposal = re.search(r"\d+", counter.ok(
        "C1", "addressee", "protect", "propose-release", measure, "--reason", "本人の申出", "--on", "2026-06-01"
    ))[0]  # fmt: skip
    assert "ひみつ荘" not in counter.ok("C2", "addressee", "show", she, *AS_OF, purpose="arrears_management")
    counter.decided(proposal, maker="C1", judge="M1")
    assert "ひみつ荘" in counter.ok("C2", "addressee", "show", she, *AS_OF, purpose="arrears_management")


def test_one_person_under_two_numbers_is_linked_and_parted_by_two_officers(counter):
    first = registered(counter, "山本　一", "ヤマモト　ハジメ", "--born", "S45.2.2")
    second = registered(
        counter, "山元　一", "ヤマモト　ハジメ", "--born", "S45.2.2", "--despite", "窓口で別の届出として受けた"
    )
    for act in (("link", second, first), ("unlink", second)):
        said = counter.ok("C1", "addressee", "consolidate", *act, "--reason", "本人に確かめた")
        counter.decided(number_in(said), maker="C1", judge="M1")
        said = counter.ok("C1", "addressee", "consolidate", "show", second)
        assert (f"代表 {first}" in said) == (act[0] == "link")


def test_one_edits_and_some_are_not_for_others(counter):
    anna = registered(counter, "小林　杏", "コバヤシ　アン", "--born", "S51.4.1")
    counter.ok("C1", "addressee", "lock", "take", anna)
    assert "C1" in counter.refused("C2", "addressee", "lock", "take", anna)
    said = counter.refused("C2", "addressee", "contact", "add", anna, "0596-00-0000", "--kind", 1)
    assert "C1" in said
    assert "閲覧だけ" in said
    counter.ok("C1", "addressee", "contact", "add", anna, "0596-00-0000", "--kind", 1)
    counter.ok("C1", "addressee", "lock", "release", anna)
    counter.ok("C2", "addressee", "lock", "take", anna)
    counter.ok("M1", "addressee", "lock", "restrict", anna, "--office", "001", "--reason", "住基ネットの情報")
    counter.ok("M1", "addressee", "lock", "open", anna, "--office", "001", "--reason", "本人の届出で確かめた")


def test_a_business_system_is_let_in_and_put_out(counter):
    said = counter.ok("運用", "addressee", "clients", "register", "010", "国民健康保険")
    client = re.search(r"クライアントID\s*(\S+)", said)[1]
    secret = re.search(r"クライアントシークレット\s*(\S+)", said)[1]
    listed = counter.ok("運用", "addressee", "clients", "list")
    assert "国民健康保険" in listed
    assert secret not in listed
    counter.ok("運用", "addressee", "clients", "disable", client)
    assert "0" in counter.ok("運用", "addressee", "numbering", "status")
    assert "collection" in counter.ok("運用", "addressee", "feed", "status")
