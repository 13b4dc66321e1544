"""財産調査と滞納処分の画面と命令。職員は、調査を始め、照会し、回答を認定し、条件を見て差押えを起案する。"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from typer.testing import CliRunner

from osame.collection.assets.actions import GivenParty, register_third_party
from osame.collection.assets.bank_files import ask_by_file
from osame.collection.assets.cli import app as asset_app
from osame.collection.assets.models import ThirdParty
from osame.collection.assets.reports import statement_of
from osame.collection.demands.batch import run_demands
from osame.collection.dispositions.cli import app as disposition_app
from osame.collection.dispositions.queries import dispositions_of
from osame.collection.letters.printing import print_run
from osame.collection.pledges.actions import make_pledge
from osame.collection.pledges.planning import PledgeTerms
from osame.formats.bank_inquiry_csv import ReplyLine, write_replies
from osame.kernel.money import Yen
from osame.law.arrears_facts import AssetKind
from osame.law.instalments import HouseholdBudget
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.egress.models import EgressRecord
from tests.letters.paper import texts as read
from tests.systems.collection.cast import OFFICER, SATO, TANAKA, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.collection.seizure_cast import BORN, asset_of, carried
from tests.systems.collection.test_intake_pages import take
from tests.systems.collection.test_letters import texts
from tests.systems.collection.weighty import Weighty

ARREARS = "osame-purpose=arrears_management"


@pytest.fixture
def owing(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 50_000))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    run_sql("UPDATE addressee SET born_on = %s WHERE addressee_number = %s", [BORN, SATO])
    return SATO


@pytest.fixture
def desk(owing: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    today = str(fetch_one("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")[0])
    with pages_on(today, monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def sent(desk: Client, place: str, /, **told: object) -> str:
    """書式を開き、打って送り、移った先のアドレスを返す。"""
    place = f"{place}?{ARREARS}"
    answer = desk.post(place, fields(desk.get(place)) | told)
    assert answer.status_code == 302, answer.context["form"].errors
    return str(answer.headers["Location"])


def statement_is_whole(desk: Client, plan: str) -> None:
    """財産収支状況書。財産、納めるもの、聞き取った収支と、法の数え方での納付可能額。"""
    day = date.fromisoformat(str(fetch_one("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")[0]))
    budget = HouseholdBudget(Yen(200_000), Yen(30_000), 1)
    make_pledge(PledgeTerms(SATO, (), day, 5_000, budget, "分割で納めたい"), as_of=day, officer=OFFICER)
    (number,) = (part for part in plan.split("/") if part.isdigit())
    told = statement_of((SATO, int(number)), as_of=day)
    assert [each.title for each in told.tables] == ["財産", "納めるもの", "1月の収入と支出"]
    assert told.tables[0].rows[0][1:3] == ("預貯金", "架空銀行 架空銀行 本店 普通 口座番号1234567")
    assert ("収入", "200,000円") in told.tables[2].rows
    assert any("国税徴収法第76条" in each for each in told.notes)
    paper = desk.post(f"{plan}statement/?{ARREARS}")
    assert paper.content.startswith(b"%PDF")


def test_the_answers_of_a_bank_are_dropped_at_the_desk(desk: Client, tmp_path: Path) -> None:
    """預貯金の電子照会の回答を、取込みの画面に落とす。規則で足りる回答は認定され、ほかは職員を待つ。"""
    day = date.fromisoformat(str(fetch_one("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")[0]))
    plan = sent(desk, f"/people/{SATO}/investigations/new/", kinds=["DEPOSIT"], reason="催告に応じない")
    given = GivenParty(ThirdParty.Kind.BANK, "架空銀行", "5160037", "架空市本町1-1", "事務センター", "0999", True)
    bank = register_third_party(given, officer=OFFICER)
    ask_by_file(bank, [SATO], tmp_path, reply_by=day, as_of=day, officer=OFFICER)
    (inquiry,) = fetch_one("SELECT inquiry_id FROM property_inquiry")
    facts = {"inquiry_id": inquiry, "found": True, "kana": "サトウ ハナコ", "born_on": BORN, "branch_code": "001", "branch_name": "本店",
             "account_type": "普通", "counted_on": day}  # fmt: skip
    mine = ReplyLine(**facts, address="架空市岩渕1丁目7-29", account_number="1234567", balance=80_000)
    hers = ReplyLine(**facts, address="架空市浜町2-3", account_number="7654321", balance=90_000)
    take(desk, ("replies.csv", write_replies([mine, hers])))
    assert fetch_all("SELECT amount, i.reply_id IS NOT NULL FROM property_reply LEFT JOIN holder_identification i "
                     "USING (addressee_number, reply_id) ORDER BY amount") == [(80_000, True), (90_000, False)]  # fmt: skip
    assert "90,000" in text(desk.get(f"{plan}?{ARREARS}"))


def test_an_officer_makes_the_request_file_of_a_bank(desk: Client, tmp_path: Path) -> None:
    """金融機関を選び、人数と根拠を確かめて、依頼ファイルを保存する。二度は照会されず、同じ依頼をもう一度保存できる。"""
    here = "/bank-files/"
    levy(tmp_path, determination(TANAKA, 1, 20_000), name="tanaka.csv")
    assert "電子照会を受け付ける金融機関が、まだありません" in text(desk.get(f"{here}?{ARREARS}"))
    given = GivenParty(ThirdParty.Kind.BANK, "架空銀行", "5160037", "架空市本町1-1", "事務センター", "0999", True)
    bank = register_third_party(given, officer=OFFICER)
    chosen = f"{here}?bank={bank}&whose=all&numbers=&{ARREARS}"
    assert "照会する人はいません" in text(desk.get(chosen))
    sent(desk, f"/people/{SATO}/investigations/new/", kinds=["DEPOSIT"], reason="催告に応じない")
    sent(desk, f"/people/{TANAKA}/investigations/new/", kinds=["DEPOSIT"], reason="催告に応じない")
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [TANAKA])
    only = f"{here}?bank={bank}&whose=own&numbers=2&{ARREARS}"
    assert "1人" in text(desk.get(only))
    shown = desk.get(chosen)
    for part in ("2人", "支援措置の対象 1人", "国税徴収法第141条", "佐藤 花子"):
        assert part in text(shown), part
    told = fields(shown) | {"reply_by": "R8.12.28"}
    assert desk.post(chosen, told).status_code == 422  # 確かめた印がない
    changed = desk.post(chosen, told | {"sure": "on", "count": "1"})
    assert "照会する人が変わりました" in text(changed)
    assert fetch_one("SELECT count(*) FROM property_inquiry") == (0,)
    made = desk.post(chosen, told | {"sure": "on"})
    lines = made.content.decode("utf-8-sig").splitlines()
    asked = {line.split(",")[3]: line for line in lines[1:]}
    assert sorted(asked) == ["佐藤 花子", "田中 一郎"]
    assert "架空市岩渕1丁目7-29" in asked["佐藤 花子"]
    assert "架空市" not in asked["田中 一郎"]  # 守られた人の住所は、書かない
    assert EgressRecord.objects.filter(receiver="架空銀行", subject_count=2).count() == 1
    assert "回答を待っている 2人" in text(desk.get(chosen))
    (on,) = fetch_one("SELECT DISTINCT sent_on FROM property_inquiry")
    again = desk.post(f"{here}{bank}/{on.isoformat()}/?{ARREARS}")
    assert again.content == made.content
    assert fetch_one("SELECT count(*) FROM property_inquiry") == (2,)
    gone = desk.post(f"{here}{bank}/2020-01-01/?{ARREARS}")
    assert "回答を待つ依頼はありません" in text(gone)


def test_an_officer_investigates_asks_identifies_and_seizes(desk: Client) -> None:
    sent(
        desk,
        "/third-parties/",
        kind="01",
        name="架空銀行",
        postal_code="5160037",
        address="架空市本町1-1",
        section="事務センター",
    )
    (bank,) = fetch_one("SELECT third_party_id FROM third_party")
    plan = sent(desk, f"/people/{SATO}/investigations/new/", kinds=["DEPOSIT", "WAGE"], reason="催告に応じない")
    sent(desk, f"{plan}ask/", third_parties=[bank], reply_by="R8.12.28")
    told = text(desk.get(f"{plan}?{ARREARS}"))
    assert "国税徴収法第141条" in told
    (run_id, inquiry) = fetch_one(
        "SELECT run_id, substr(subject, 18)::int FROM letter WHERE subject LIKE 'property_inquiry:%%'", []
    )
    pages = texts(print_run(run_id).directory)
    for part in ("架空銀行御中", "佐藤花子", "昭和50年4月1日", "架空市岩渕1丁目7-29", "同姓同名の別人"):
        assert part in pages[0], part
    assert "回答書" in pages[1]
    assert "固定資産税" not in "".join(pages)  # 税目も税額も、第三者には知らせない
    reply = sent(
        desk, f"{plan}reply/", source="1", inquiry=str(inquiry), arrived_on="R8.11.28", holder_name="佐藤 花子", holder_sex="0",
        holder_born_on="S50.4.1", holder_address="架空市岩渕一丁目7番29号", kind="DEPOSIT",
        description="架空銀行 本店 普通 口座番号1234567", amount="80,000",
    )  # fmt: skip
    sent(desk, f"{reply}identify/")
    asset = sent(desk, f"{reply}register/", value="80,000", valued_on="R8.11.28")
    assert "給与・年金・児童手当" in text(desk.get(f"{asset}?{ARREARS}"))
    statement_is_whole(desk, plan)
    seize = text(desk.get(f"{asset}seize/?{ARREARS}"))
    for part in ("督促状を発した日から起算して10日を経過した", "地方税法第331条第1項第1号", "無益な差押えでない"):
        assert part in seize, part
    answer = desk.post(f"{asset}seize/?{ARREARS}", fields(desk.get(f"{asset}seize/?{ARREARS}"))
                       | {"charges": [charge_of(SATO)], "scope": "残高の全額", "reason": "催告に応じない"})  # fmt: skip
    assert answer.status_code == 422
    assert "債権の差押えには、履行期限が要ります" in " ".join(answer.context["form"].errors["perform_by"])
    sent(
        desk,
        f"{asset}seize/",
        charges=[charge_of(SATO)],
        scope="差押えの時の残高の全額",
        perform_by="R8.12.28",
        reason="催告に応じない",
    )
    (number,) = fetch_one("SELECT proposal_id FROM proposal WHERE act = 'seizure'")
    carried(number)
    key = dispositions_of(SATO)[0].key
    place = f"/dispositions/{key[1]}/"
    assert "送達などを待っています" in text(desk.get(f"{place}?{ARREARS}"))
    register = "".join(read(desk.post(f"/dispositions/register/?{ARREARS}").content))
    for part in ("差押財産管理台帳", "架空銀行", "送達待ち", "80,000"):
        assert part in register, part
    early = desk.post(f"{place}collect/?{ARREARS}", fields(desk.get(f"{place}collect/?{ARREARS}"))
                      | {"amount": "10,000", "collected_on": "R8.11.28", "from_whom": "架空銀行"})  # fmt: skip
    assert early.status_code == 422
    assert "効力が、まだ生じていません" in text(early)
    day = str(fetch_one("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")[0])
    sent(desk, f"{place}service/", third_party_served_on=day)
    sent(desk, f"{place}collect/", amount="10,000", collected_on=day, from_whom="架空銀行")
    assert "配当計算書は要りません" in text(desk.get(f"{place}?{ARREARS}"))
    sent(desk, f"{place}distribute/", reason="計算のとおり")
    refused = desk.post(
        f"{place}release/?{ARREARS}", fields(desk.get(f"{place}release/?{ARREARS}")) | {"reason": "頼まれた"}
    )
    assert refused.status_code == 422
    sent(desk, f"{place}policy/", policy="満期に取り立てる", review_on="R9.3.31")
    assert "満期に取り立てる" in text(desk.get(f"/dispositions/?{ARREARS}"))
    sent(desk, f"{place}release/", reason="別人の口座", third_partys="on")
    assert "滞納者の財産でなかった" in text(desk.get(f"{place}?{ARREARS}"))


def test_the_page_asks_for_the_wages_of_every_payer_of_the_month(desk: Client) -> None:
    """給与の差押えの画面は、ほかの支払者の給料等を同じ月について尋ね、分け合った額を示す。"""
    large, small = (asset_of(kind=AssetKind.WAGE, amount=each) for each in (30_000, 20_000))
    place = f"/assets/{large}/seize/?{ARREARS}"
    told = {"charges": [charge_of(SATO)], "scope": "毎月の給料等のうち、差押可能額", "perform_by": "R8.12.28", "gross": "300,000",
            "income_tax": "50,000", "dependants": "3", "reason": "催告に応じない"}  # fmt: skip
    answer = desk.post(place, fields(desk.get(place)) | told)
    assert answer.status_code == 422
    assert "ほかの支払者からも給料等を受けています" in " ".join(answer.context["form"].errors["gross"])
    assert "架空製作所株式会社の給料等の額（同じ月）" in text(desk.get(place))
    sent(desk, f"/assets/{large}/seize/", **told, **{f"gross_{small}": "50,000", f"insurance_{small}": "5,000"})
    (number,) = fetch_one("SELECT proposal_id FROM proposal WHERE act = 'seizure'")
    carried(number)
    head = dispositions_of(SATO)[0]
    assert [(each["item4"], each["item5"]) for each in head.wage_shares] == [(235_000, 3_000), (0, 9_000)]
    assert "この差押え（1か所目） 差押可能額 12,000円" in text(
        desk.get(f"/dispositions/{head.disposition_id}/?{ARREARS}")
    )


def test_requests_and_bankruptcies_are_entered(desk: Client) -> None:
    sent(desk, "/third-parties/", kind="12", name="津地方裁判所", address="津市中央3-1")
    (court,) = fetch_one("SELECT third_party_id FROM third_party")
    sent(desk, f"/people/{SATO}/distribution-request/", charges=[charge_of(SATO)], body=court, case_number="令和8年(ケ)第3号",
         reason="競売が始まった")  # fmt: skip
    (number,) = fetch_one("SELECT proposal_id FROM proposal WHERE act = 'seizure'")
    assert "交付要求" in carried(number)
    sent(
        desk,
        f"/people/{SATO}/bankruptcy/",
        procedure="BANKRUPTCY",
        court="津地方裁判所",
        case_number="令和8年(フ)第1号",
        opened_on="R8.11.1",
        applied_on="",
        evidence="官報",
    )
    (bankruptcy,) = fetch_one("SELECT bankruptcy_id FROM bankruptcy")
    sent(desk, f"/bankruptcies/{bankruptcy}/end/", on="R8.11.20")
    assert fetch_all("SELECT stage FROM bankruptcy") == [("COMPLETED",)]


def call(app: object, *words: str) -> str:
    answer = CliRunner().invoke(app, list(words))  # type: ignore[arg-type]
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_the_commands_check_compute_and_carry(owing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    call(asset_app, "party", "01", "架空銀行", "架空市本町1-1", "--bank-code", "0999", "--takes-files")
    assert "財産調査 1 を始めました" in call(asset_app, "investigate", SATO, "催告に応じない", "--as-of", "R8.3.2")
    (party,) = fetch_one("SELECT third_party_id FROM third_party")
    assert "1人の依頼ファイル" in call(
        asset_app, "ask-file", str(party), str(tmp_path), "--reply-by", "R8.4.1", "--as-of", "R8.3.2"
    )
    told = call(
        asset_app,
        "reply",
        SATO,
        "DEPOSIT",
        "架空銀行 普通1",
        "80000",
        "--holder",
        "佐藤 花子,,S50.4.1,架空市岩渕1丁目7-29",
    )
    assert "一致 氏名、生年月日、住所" in told
    (reply,) = fetch_one("SELECT reply_id FROM property_reply")
    call(asset_app, "identify", str(reply))
    call(asset_app, "register", str(reply))
    (asset,) = fetch_one("SELECT asset_id FROM asset")
    assert "督促状を発した日から起算して10日を経過した" in call(
        disposition_app, "check", str(asset), "--as-of", "R8.3.2"
    )
    assert "差押可能額 27,000円" in call(disposition_app, "wages", "282078,4280,4700,47680,2", "--as-of", "R8.3.2")
    several = call(disposition_app, "wages", "300000,50000,3", "50000,5000", "--as-of", "R8.3.2")
    assert "2か所目 給料等50,000円、1～3号5,000円、4号0円、5号9,000円、差押可能額36,000円" in several
    refused = CliRunner().invoke(disposition_app, ["wages", "三十万"])
    assert (refused.exit_code, "コンマで区切って" in refused.output) == (1, True)
    assert [each["value"] for each in json.loads(call(asset_app, "list", SATO, "--json"))] == [80_000]
    bank = asset_of(amount=120_000)
    weighty = Weighty()
    told = weighty.types(
        disposition_app,
        "seize",
        str(bank),
        "残高の全額",
        "催告に応じない",
        "--perform-by",
        "R8.12.28",
        "--as-of",
        "R8.3.2",
    )
    carried(int(told.split()[-1]))
    (head,) = json.loads(call(disposition_app, "list", "--json"))
    number, day = str(head["disposition_id"]), str(fetch_one("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")[0])
    assert day in call(disposition_app, "served", number, "--third-party", day)
    call(disposition_app, "register", str(tmp_path / "register.pdf"))
    assert "送達待ち" not in "".join(texts(tmp_path))
    assert "差押財産管理台帳" in "".join(texts(tmp_path))
    call(disposition_app, "collect", number, "10000", day, "架空銀行")
    assert "残余 0円" in call(disposition_app, "plan-distribution", number)
    carried(int(weighty.types(disposition_app, "distribute", number).split()[-1]))
    assert "配当済み" in call(disposition_app, "show", number)
    assert "解除しました" in call(disposition_app, "release", number, "違法であった", "--unlawful")
