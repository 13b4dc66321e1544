"""宛名を変える画面。登録、訂正、送付先、代理人、名寄せ、支援措置、排他制御。"""

import re

import pytest

from osame.addressee.agents.queries import agents_of
from osame.addressee.consolidation.models import IdentityCandidate
from osame.addressee.locks.actions import take_lock
from osame.addressee.people.queries import current
from osame.addressee.protection.queries import measures_of
from osame.platform.approvals.models import Proposal
from tests.systems.addressee.page_cast import HER, HIM, Officer, settle
from tests.systems.addressee.protection_cast import TODAY
from tests.systems.addressee.protection_cast import officer as at_work
from tests.systems.conftest import server


@pytest.fixture
def clerk(addressee_database, monkeypatch) -> Officer:
    monkeypatch.setenv("OSAME_TODAY", TODAY.isoformat())
    settle(HER, "伊勢　花子")
    settle(HIM, "伊勢　太郎", sex="1")
    return Officer("A0001", "collection_clerk")


@pytest.fixture
def chief(clerk) -> Officer:
    return Officer("B0001", "collection_chief")


@pytest.fixture
def numbers(addressee_database) -> None:
    from osame.addressee.numbering.allocation import open_range

    with at_work("setup"):
        open_range(10_000, 20_000, scheme="0")


def name_now(number: str) -> str:
    with at_work():
        version = current(number)
    assert version
    return version.facts.name


# ── 新しい宛名 ──


def test_a_new_person_gets_a_number(clerk, numbers):
    answer = clerk.send("/people/new/", name="志摩　一郎", kana="シマ　イチロウ", born_on="S60.4.1", town="宮後")
    number = answer.headers["Location"].split("/")[2]
    assert name_now(number) == "志摩　一郎"


def test_candidates_are_shown_before_a_number_is_issued(clerk, numbers, addressee_database):
    told = {"name": "伊勢　花子", "sex": "2", "born_on": "S55.5.1"}
    page = clerk.send("/people/new/", status=422, **told).content.decode()
    assert "よく似た宛名があります（1件）" in page
    assert HER in page
    with server(addressee_database) as admin:
        assert admin.execute("SELECT count(*) FROM addressee").fetchone() == (2,)
    clerk.send("/people/new/", despite="住所と本籍を確かめ、別人だった", **told)
    with server(addressee_database) as admin:
        assert admin.execute("SELECT count(*) FROM addressee").fetchone() == (3,)


def test_a_person_needs_a_birth_or_its_absence(clerk, numbers):
    assert "不詳の欄に印を付けてください" in clerk.send("/people/new/", status=422, name="志摩　一郎").content.decode()
    clerk.send("/people/new/", name="志摩　一郎", birth_unknown="on", birth_notation="昭和20年頃")


def test_a_corporation_and_its_establishment(clerk, numbers):
    wrong = clerk.send("/people/new/?kind=3", status=422, name="架空商事", corporate_number="1234567890123")
    assert "検査用数字が合いません" in wrong.content.decode()
    made = clerk.send("/people/new/?kind=3", name="架空商事")
    number = made.headers["Location"].split("/")[2]
    clerk.send("/people/new/?kind=5", name="架空商事　宮後店", parent_number=number)
    assert "先に法人を登録し" in clerk.send("/people/new/?kind=5", status=422, name="どこかの店").content.decode()


def test_a_personal_number_is_never_taken(clerk, numbers):
    page = clerk.send("/people/new/", status=422, name="志摩　一郎", birth_unknown="on", building="983205673214")
    assert "個人番号らしい数字" in page.content.decode()


# ── 訂正、排他制御、食い違い ──


def test_facts_are_edited_and_the_lock_is_given_back(clerk):
    page = clerk.get(f"/people/{HER}/edit/")
    assert "あなたが編集中です" in page
    clerk.send(f"/people/{HER}/edit/", opened=page, name="伊勢　華子", changed_on="R7.6.1", reason="21")
    assert name_now(HER) == "伊勢　華子"
    assert "いま編集中の宛名はありません" in clerk.get("/locks/")


def test_the_same_facts_are_not_registered_again(clerk):
    page = clerk.send(f"/people/{HER}/edit/", status=422, changed_on="R7.6.1", reason="29").content.decode()
    assert "いまの事実と同じです" in page


def test_another_officer_looks_and_waits(clerk, chief, addressee_database):
    clerk.get(f"/people/{HER}/edit/")
    assert "職員 A0001さんが" in chief.get(f"/people/{HER}/edit/", status=409)
    assert "職員 A0001さんが編集しています" in chief.get(f"/people/{HER}/")
    assert "理由を入力してください" in chief.send(f"/locks/{HER}/force/", status=422).content.decode()
    chief.send(f"/locks/{HER}/force/", reason="外出して連絡が取れない")
    chief.get(f"/people/{HER}/edit/")
    with server(addressee_database) as admin:
        (found,) = admin.execute(
            "SELECT detail FROM audit_event WHERE act = 'ほかの職員の異動処理を解放した'"
        ).fetchall()
    assert found[0]["解放された職員"] == "A0001"


def test_a_clerk_does_not_force(clerk):
    with at_work("Z0001"):
        take_lock(HER)
    assert "解放する" not in clerk.get("/locks/")
    clerk.get(f"/locks/{HER}/force/", status=403)


def test_one_may_give_the_edit_back(clerk):
    clerk.get(f"/people/{HER}/edit/")
    assert "終える" in clerk.get("/locks/")
    assert clerk.client.post(f"/locks/{HER}/release/").status_code == 302
    assert "いま編集中の宛名はありません" in clerk.get("/locks/")


def test_what_another_changed_meanwhile_is_shown_side_by_side(clerk, chief):
    mine = clerk.get(f"/people/{HER}/edit/")
    chief.send(f"/locks/{HER}/force/", reason="外出している")
    chief.send(f"/people/{HER}/edit/", town="宮後", changed_on="R7.6.1", reason="22")
    told = {"town": "本町", "changed_on": "R7.6.2", "reason": "22"}
    page = clerk.send(f"/people/{HER}/edit/", status=422, opened=mine, **told).content.decode()
    row = re.search(r'<th scope="row">町字</th><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>', page)
    assert row
    assert row.groups() == ("岩渕", "宮後", "本町")
    clerk.send(f"/people/{HER}/edit/", opened=page, **told)
    with at_work():
        version = current(HER)
    assert version
    assert version.facts.town == "本町"


def test_a_closed_addressee_stays_as_it_is(clerk, chief):
    clerk.get(f"/people/{HIM}/close/", status=403)
    chief.send(f"/people/{HIM}/close/", reason="重ねて登録した")
    assert "廃止" in chief.get(f"/people/{HIM}/")
    assert "廃止されています" in chief.get(f"/people/{HIM}/edit/", status=409)


# ── 送付先・連絡先 ──


def test_mailing_addresses_are_registered_changed_and_ended(clerk):
    start = {"municipality_name": "松阪市", "town": "殿町", "block": "1-1", "reason": "届出", "valid_from": "R7.6.1"}
    assert (
        "送付先の住所がありません"
        in clerk.send(f"/people/{HER}/mailing/new/", status=422, reason="届出").content.decode()
    )
    clerk.send(f"/people/{HER}/mailing/new/", **start)
    page = clerk.get(f"/people/{HER}/")
    assert "松阪市殿町1-1" in page
    change = re.search(rf"/people/{HER}/mailing/\d+/change/", page)
    assert change
    clerk.send(change[0], block="2-2", reason="届出", valid_from="R7.7.1")
    page = clerk.get(f"/people/{HER}/")
    assert "2-2" in page
    assert "松阪市殿町1-1" not in page
    end = re.search(rf"/people/{HER}/mailing/\d+/end/", page)
    assert end
    clerk.send(end[0], valid_until="R7.7.1")
    assert "松阪市" not in clerk.get(f"/people/{HER}/")


def test_a_mailing_address_abroad(clerk):
    clerk.send(
        f"/people/{HER}/mailing/new/",
        country_name="フランス",
        foreign_address="2 Rue Noire",
        reason="届出",
        name="伊勢　次郎",
    )
    assert "2 Rue Noire" in clerk.get(f"/people/{HER}/")


def test_contacts(clerk):
    assert "市外局番から" in clerk.send(f"/people/{HER}/contacts/new/", status=422, value="123").content.decode()
    clerk.send(f"/people/{HER}/contacts/new/", value="0596-22-1111", note="平日の夜だけ")
    page = clerk.get(f"/people/{HER}/")
    assert "0596-22-1111" in page
    end = re.search(rf"/people/{HER}/contacts/\d+/end/", page)
    assert end
    clerk.send(end[0])
    assert "0596-22-1111" not in clerk.get(f"/people/{HER}/")


# ── 代理人・関係人 ──


def test_an_agent_counts_after_another_has_approved(clerk, chief):
    clerk.send(f"/people/{HER}/agents/new/", kind="01", agent_number=HIM)
    assert "届出（未承認）" in clerk.get(f"/people/{HER}/")
    with at_work():
        (agent,) = agents_of(HER, on=TODAY)
    path = f"/people/{HER}/agents/{agent.agent_id}/decide/"
    assert "この代理人はありません" in chief.get(path.replace(HER, HIM), status=409)
    assert "伊勢　太郎" in chief.get(path)
    assert "承認しない理由" in chief.send(path, status=422, decision="refuse").content.decode()
    paper = path.replace("decide", "paper")
    undecided = clerk.send(paper, status=422, issuer="架空市長 架空 太郎").content.decode()
    assert "判断が、まだありません" in undecided
    chief.send(path, decision="approve")
    page = clerk.get(f"/people/{HER}/")
    assert "届出（未承認）" not in page
    assert f'href="{paper}"' in page
    assert clerk.send(paper, status=200, issuer="架空市長 架空 太郎").content.startswith(b"%PDF")
    clerk.send(f"/people/{HER}/agents/{agent.agent_id}/end/", valid_until="R7.8.1", reason="辞任")


def test_an_agent_is_not_the_person(clerk):
    page = clerk.send(f"/people/{HER}/agents/new/", status=422, kind="01", agent_number=HER).content.decode()
    assert "代理人が本人になっています" in page


def test_relations(clerk):
    clerk.send(f"/people/{HER}/relations/new/", kind="06", related_number=HIM, basis="保証書")
    page = clerk.get(f"/people/{HER}/")
    assert "保証人" in page
    end = re.search(rf"/people/{HER}/relations/\d+/end/", page)
    assert end
    clerk.send(end[0])
    assert "保証書" not in clerk.get(f"/people/{HER}/")


# ── 名寄せ ──


def test_a_link_is_proposed_after_comparing(clerk, chief):
    settle("000000000000031", "伊勢　花子")
    assert "見つかりません" in clerk.get(f"/people/{HER}/link/?other=999999999999999", status=422)
    page = clerk.get(f"/people/{HER}/link/?other=000000000000031")
    assert "次の2件が一人" in page
    clerk.send(f"/people/{HER}/link/?other=000000000000031", representative="000000000000031", reason="本人に確かめた")
    proposal = Proposal.objects.get()
    assert (proposal.content["member"], proposal.content["representative"]) == (HER, "000000000000031")


def test_a_candidate_is_another_person(clerk, chief):
    settle("000000000000031", "伊勢　花子")
    with at_work():
        candidate = IdentityCandidate.objects.create(
            addressee_number=HER, representative_number="000000000000031", evidence="氏名・生年月日", score=2
        )
    assert "氏名・生年月日" in clerk.get("/consolidation/")
    path = f"/consolidation/{candidate.candidate_id}/"
    assert "別人とする" not in clerk.get(path)
    chief.send(f"{path}dismiss/", opened=chief.get(path))
    assert "確かめを待つ候補はありません" in chief.get("/consolidation/")
    assert "もう確かめられています" in chief.get(path, status=409)


# ── 支援措置 ──


def test_protection_from_registration_to_the_proposal_of_release(clerk, chief):
    path = f"/people/{HER}/protection/new/"
    assert "申出を受けた機関を入力してください" in clerk.send(path, status=422).content.decode()
    clerk.send(path, kind="1", requesting_office="伊勢警察署", starts_on="R7.7.1", other_number=HIM)
    page = clerk.get(f"/people/{HER}/")
    assert "岩渕" not in page
    assert "伊勢警察署" not in page
    with at_work():
        (measure,) = measures_of(HER)
    assert "仮支援" in clerk.get("/protection/")
    assert "伊勢警察署" not in clerk.get("/protection/")
    assert "伊勢警察署" in chief.get("/protection/")
    assert "期限の近い支援措置はありません" in clerk.get("/protection/?near=1")
    one = f"/protection/{measure.measure_id}/"
    clerk.send(f"{one}decide/")
    assert "末日より後ではありません" in clerk.send(f"{one}extend/", status=422, through="R7.7.2").content.decode()
    clerk.send(f"{one}extend/", through="R9.6.30")
    clerk.send(f"{one}other/", other_name="伊勢　次郎")
    clerk.send(f"{one}release/", reason="本人の申出")
    assert Proposal.objects.get().act == "protection_release"
    assert "岩渕" not in clerk.get(f"/people/{HER}/")


def test_a_clerk_cannot_edit_what_is_hidden(clerk, chief):
    clerk.send(f"/people/{HER}/protection/new/", kind="1", requesting_office="伊勢警察署")
    assert "住所を見る権限のある職員だけ" in clerk.get(f"/people/{HER}/edit/", status=409)
    chief.get(f"/people/{HER}/edit/")


def test_a_mailing_address_of_a_protected_person_waits_for_another(clerk, chief):
    clerk.send(f"/people/{HER}/protection/new/", kind="1", requesting_office="伊勢警察署")
    chief.send(f"/people/{HER}/mailing/new/", town="殿町", reason="届出", is_safe="on")
    approve = re.search(rf"/people/{HER}/mailing/\d+/approve/", chief.get(f"/people/{HER}/"))
    assert approve
    assert "登録した職員は、承認できません" in chief.client.post(approve[0]).content.decode()
    other = Officer("B0002", "collection_manager")
    assert other.client.post(approve[0]).status_code == 302
    assert "支援措置の安全な送付先だからです" in other.get(f"/people/{HER}/")
