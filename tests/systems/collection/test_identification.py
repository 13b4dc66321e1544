"""同一人の認定。同姓同名同生年月日の二人が暮らす市で、別人の財産は、一つも認定されず、差し押さえられない。

The rule stands in the database. Every door is tried: action, batch of replies, page, command, plain SQL, with and without the
second officer.
"""

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from osame.collection.assets.actions import (
    Found,
    GivenParty,
    Holder,
    Told,
    add_earlier_address,
    open_investigation,
    record_reply,
    register_third_party,
)
from osame.collection.assets.bank_files import ask_by_file, import_replies
from osame.collection.assets.identifying import (
    NotTheSamePerson,
    identify,
    identify_one,
    propose_identification,
    withdraw_identification,
)
from osame.collection.assets.models import PropertyReply, ThirdParty
from osame.collection.assets.queries import asset_numbered, replies, reply_numbered
from osame.collection.assets.registering import NotIdentified, Valuation, register_asset
from osame.formats.bank_inquiry_csv import ReplyLine, write_replies
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetKind
from osame.platform.approvals.actions import SamePerson, check, decide, execute
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.gate import Acting, acting
from tests.systems.collection.cast import OFFICER, SATO, determination
from tests.systems.collection.demand_cast import levy, move_in
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text

DAY = date(2026, 3, 2)
BORN = date(1975, 4, 1)
TWIN = "000000000000901"  # 佐藤と、氏名も生年月日も同じ別人
PAIRS = int(os.environ.get("OSAME_IDENTITY_PAIRS", "40"))
ARREARS = "osame-purpose=arrears_management"


def as_officer(name: str) -> object:
    return acting(Acting(name, "collection.assets.propose_identification", "arrears_management", role="operator"))


def holder(**changes: object) -> Holder:
    facts = {"name": "佐藤 花子", "kana": "ｻﾄｳ ﾊﾅｺ", "born_on": BORN, "address": "三重県架空市岩渕一丁目７番２９号"}
    return Holder(**(facts | changes))  # type: ignore[arg-type]


@pytest.fixture
def sato(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """佐藤花子は滞納している。市には、氏名も生年月日も同じ別人がいる。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 50_000))
    run_sql("UPDATE addressee SET born_on = %s, sex = '2' WHERE addressee_number = %s", [BORN, SATO])
    move_in(TWIN, name="佐藤 花子", kana="サトウ ハナコ", born_on=BORN, sex="2", address="架空市浜町2丁目3-4")
    return SATO


def replied(who: str = SATO, told: Holder | None = None, kind: AssetKind = AssetKind.DEPOSIT, source: str = "1") -> int:
    found = Found(kind, "架空銀行 本店 普通 口座番号1234567", 80_000)
    return record_reply(who, told or holder(), found, Told(PropertyReply.Source(source), DAY), officer=OFFICER)


@pytest.mark.usefixtures("sato")
class TestRule:
    def test_three_with_the_address_are_enough_however_a_bank_writes_them(self) -> None:
        number = replied()
        reply = reply_numbered(number)
        assert (reply.agreed, reply.doubts, reply.enough) == (("氏名", "生年月日", "住所"), (), True)
        identify_one(number, as_of=DAY, officer=OFFICER)
        assert reply_numbered(number).is_identified

    def test_name_and_birthday_at_another_address_are_not(self) -> None:
        number = replied(told=holder(address="架空市浜町2丁目3-4"))
        reply = reply_numbered(number)
        assert (reply.agreed, reply.enough) == (("氏名", "生年月日"), False)
        with pytest.raises(NotTheSamePerson, match="一致した項目: 氏名、生年月日"):
            identify_one(number, as_of=DAY, officer=OFFICER)

    def test_an_earlier_address_counts_once_it_is_known(self) -> None:
        number = replied(told=holder(address="架空市旭町5番地の2 旭荘 3号室"))
        assert not reply_numbered(number).enough
        add_earlier_address(SATO, "架空市旭町５－２　旭荘３号", evidence="戸籍の附票", through_on=None, officer=OFFICER)
        assert reply_numbered(number).enough

    def test_the_copy_of_the_addressees_keeps_where_a_person_lived(self) -> None:
        run_sql("UPDATE addressee SET address = '架空市新町9-9' WHERE addressee_number = %s", [SATO])
        assert reply_numbered(replied()).agreed == ("氏名", "生年月日", "住所")
        assert reply_numbered(replied(told=holder(address="架空市新町9番9号"))).enough

    @pytest.mark.parametrize(
        ("told", "doubt"),
        [
            ({"sex": "1"}, "性別が違う"),
            ({"born_on": date(1975, 4, 2)}, "生年月日が違う"),
            ({"kana": "サトウ カコ"}, "フリガナが違う"),
            ({"name": "佐藤 華子"}, "氏名が違う"),
            ({"corporate_number": "1234567890128", "record_number": TWIN}, "課税台帳の番号が違う"),
        ],
    )
    def test_one_doubt_is_enough_to_stop(self, told: dict[str, object], doubt: str) -> None:
        reply = reply_numbered(replied(told=holder(**told)))
        assert doubt in reply.doubts
        assert not reply.enough

    def test_another_of_the_same_name_at_the_same_address_is_a_doubt(self) -> None:
        move_in("000000000000902", name="佐藤　花子", kana="サトウ ハナコ", born_on=BORN)
        assert reply_numbered(replied()).doubts == ("同じ氏名と住所の宛名がほかにもある",)

    def test_a_telephone_that_others_have_too_does_not_count(self) -> None:
        run_sql("INSERT INTO addressee_contact VALUES (%s, 1, '1', 1, '090-1111-2222')", [SATO])
        told = holder(born_on=None, telephone="09011112222")
        assert reply_numbered(replied(told=told)).agreed == ("氏名", "住所", "電話番号")
        run_sql("INSERT INTO addressee_contact VALUES (%s, 1, '1', 1, '09011112222')", [TWIN])
        assert reply_numbered(replied(told=told)).agreed == ("氏名", "住所")

    def test_a_withdrawn_identification_takes_the_asset_off_the_register(self) -> None:
        number = replied()
        identify_one(number, as_of=DAY, officer=OFFICER)
        asset = register_asset(number, Valuation(80_000, DAY), as_of=DAY, officer=OFFICER)
        withdraw_identification(number, reason="別人と分かった", as_of=DAY, officer=OFFICER)
        assert not asset_numbered(asset).facts(0).is_owned


def decided(number: int, *officers: str) -> str:
    for name, step in zip(officers, (check, decide), strict=False):
        with as_officer(name):
            step(number)
    with as_officer(OFFICER):
        return str(execute(number))


@pytest.mark.usefixtures("sato")
class TestSecondOfficer:
    def test_another_officer_may_decide_with_a_reason(self) -> None:
        number = replied(told=holder(address=""))
        with as_officer(OFFICER):
            proposal = propose_identification(number, reason="届出印の照合と、勤務先の一致を電話で確かめた")
            with pytest.raises(SamePerson):
                check(proposal)
        assert "同じ人と認定しました" in decided(proposal, "高橋", "部長")
        assert fetch_all("SELECT agreed, proposal_id FROM holder_identification") == [(["氏名", "生年月日"], proposal)]

    def test_nothing_but_that_proposal_opens_the_door_in_sql(self) -> None:
        number, other = replied(told=holder(address="")), replied(told=holder(address="", name="佐藤 華子"))
        insert = (
            "INSERT INTO holder_identification (addressee_number, reply_id, agreed, doubts, proposal_id, reason, identified_on, officer, "
            "withdrawal_reason) VALUES (%s, %s, '{氏名,生年月日,住所}', '{}', %s, 'よい', %s, %s, '')"
        )
        with as_officer(OFFICER):
            proposal = propose_identification(other, reason="旧姓の読み")
        tries = [
            (insert, [SATO, number, None, DAY, OFFICER]),  # 数を書き込んでも、数え直される
            (insert, [SATO, number, proposal, DAY, OFFICER]),  # ほかの回答の、決裁されていない起案
            (insert, [TWIN, number, None, DAY, OFFICER]),  # ほかの人の回答として
            ("INSERT INTO asset (addressee_number, asset_id, reply_id, kind, description, value, prior_claims, disposition_cost, "
             "exempt_article, is_divisible, is_seized_by_other, is_seized, valued_on, note, recorded_on, officer) VALUES "
             "(%s, 1, %s, 'DEPOSIT', '架空銀行 本店 普通 口座番号1234567', 1, 0, 0, '', false, false, false, %s, '', %s, 'x')",
             [SATO, number, DAY, DAY]),
            ("UPDATE property_reply SET holder_address = '架空市岩渕1丁目7-29' WHERE reply_id = %s", [number]),
            ("UPDATE proposal SET state = '2', checker = '高橋' WHERE proposal_id = %s", [proposal]),
            ("INSERT INTO proposal (act, content, content_hash, reason, purpose, subjects, state, maker, checker, decider, executor, "
             "rejection_reason) VALUES ('identification', jsonb_build_object('addressee_number', %s::text, 'reply_id', %s::int), 'x', "
             "'よい', 'statutory', '[]', '3', 'a', 'b', 'c', '', '')", [SATO, number]),
        ]  # fmt: skip
        for statement, values in tries:
            with as_officer(OFFICER), pytest.raises(DatabaseError), transaction.atomic():
                run_sql(statement, values)
        decided(proposal, "高橋", "部長")
        with pytest.raises(DatabaseError, match="別の職員の決裁"), transaction.atomic():
            run_sql(insert, [SATO, number, proposal, DAY, OFFICER])  # 決裁された起案でも、ほかの回答には使えない
        assert fetch_one("SELECT count(*) FROM holder_identification WHERE reply_id = %s", [number]) == (0,)

    def test_a_reply_without_identification_is_no_asset(self) -> None:
        with pytest.raises(NotIdentified):
            register_asset(replied(), Valuation(1, DAY), as_of=DAY, officer=OFFICER)


@pytest.fixture
def desk(sato: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    with pages_on(DAY.isoformat(), monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def test_the_pages_offer_and_accept_only_the_rule(desk: Client) -> None:
    number = replied(told=holder(address="架空市浜町2丁目3-4"))
    place = f"/replies/{number}/"
    told = text(desk.get(f"{place}?{ARREARS}"))
    assert "同じ氏名と住所の宛名がほかにもある" in told
    assert f"{TWIN} は生年月日も同じ" in told
    assert "同一人と認定する" not in told
    sent = fields(desk.get(f"{place}identify/?{ARREARS}"))
    answer = desk.post(f"{place}identify/?{ARREARS}", sent)
    assert answer.status_code == 422
    assert "住所を含む三つ以上の項目が一致していない" in text(answer)
    assert desk.post(f"{place}register/?{ARREARS}", fields(desk.get(f"{place}register/?{ARREARS}"))
                     | {"value": "80,000", "valued_on": "R8.3.2"}).status_code == 422  # fmt: skip
    sent = fields(desk.get(f"{place}propose/?{ARREARS}"))
    assert desk.post(f"{place}propose/?{ARREARS}", sent | {"reason": ""}).status_code == 422
    assert desk.post(f"{place}propose/?{ARREARS}", sent | {"reason": "窓口で本人確認書類を見た"}).status_code == 302
    assert fetch_all("SELECT act, state FROM proposal") == [("identification", "1")]
    assert fetch_all("SELECT count(*) FROM holder_identification") == [(0,)]


def test_a_city_of_namesakes_and_a_bank_file_identifies_nobody_else(sato: str, tmp_path: Path) -> None:
    """滞納者と同姓同名同生年月日の別人の組。銀行は、氏名と生年月日だけで探して、二人分の口座を答えてくる。"""
    rng, pairs = Random(7), []
    for at in range(PAIRS):
        one, two, born = (
            f"{10_000 + 2 * at:015d}",
            f"{10_001 + 2 * at:015d}",
            date(1950 + at % 50, 1 + at % 12, 1 + at % 28),
        )
        name, kana = f"山田 {'一二三四五六七八九十'[at % 10]}郎{at}", f"ヤマダ ロウ{at}"
        same = rng.random() < 0.2  # 同じ集合住宅の、部屋だけ違う二人
        places = (f"架空市岩渕{at}番地の1", f"架空市岩渕{at}番地の1" if same else f"架空市浜町{at}-2")
        details = ("101", "102") if same else ("", "")
        for who, place, detail in zip((one, two), places, details, strict=True):
            move_in(who, name=name, kana=kana, born_on=born, sex="1", address=place, address_detail=detail)
        pairs.append((one, two, name, kana, born, places, details))
    levy(tmp_path, *(determination(each[0], 1, 40_000) for each in pairs), name="pairs.csv")
    bank = register_third_party(
        GivenParty(ThirdParty.Kind.BANK, "架空銀行", "5160037", "架空市本町1-1", "事務センター", "0999", True),
        officer=OFFICER,
    )
    for each in pairs:
        open_investigation(each[0], [AssetKind.DEPOSIT], reason="滞納", review_on=None, as_of=DAY, officer=OFFICER)
    asked = ask_by_file(
        bank, [each[0] for each in pairs], tmp_path, reply_by=date(2026, 4, 1), as_of=DAY, officer=OFFICER
    )
    assert asked.asked == PAIRS
    numbers = dict(fetch_all("SELECT addressee_number, inquiry_id FROM property_inquiry"))
    lines = []
    for one, _, _name, kana, born, places, details in pairs:
        for at, balance in ((0, 70_000), (1, 90_000)):  # 本人の口座と、別人の口座
            lines.append(ReplyLine(
                inquiry_id=numbers[one], found=True, kana=kana, born_on=born, sex="1", address=f"三重県{places[at]} {details[at]}",
                branch_code="001", branch_name="本店", account_type="普通", account_number=f"{at}{one[-6:]}", balance=balance,
                counted_on=DAY,
            ))  # fmt: skip
    file = tmp_path / "replies.csv"
    file.write_bytes(write_replies(lines))
    result = import_replies(file, as_of=DAY, officer=OFFICER)
    assert (result.rows_in, result.rows_posted, result.rows_held, result.rows_rejected) == (2 * PAIRS, PAIRS, PAIRS, 0)
    found = replies("i.reply_id IS NOT NULL", {})
    assert {each.amount for each in found} == {70_000}  # 別人の口座は 0
    strangers = [each.reply_id for each in replies("i.reply_id IS NULL", {})]
    assert identify(strangers, as_of=DAY, officer=OFFICER)[0] == ()
    for number in strangers:
        with pytest.raises(Refusal):
            register_asset(number, Valuation(90_000, DAY), as_of=DAY, officer=OFFICER)
    assert import_replies(file, as_of=DAY, officer=OFFICER).already_received
