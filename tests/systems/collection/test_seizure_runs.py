"""差押予告から差押えの候補へ、一斉差押え、捜索、請求、訂正、競合、転換、履行の催告。"""

import json
from collections.abc import Iterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from typer.testing import CliRunner

from osame.collection.arrears.prescribing import prescription_of
from osame.collection.assets.actions import Holder, open_investigation
from osame.collection.assets.models import AssetInterest, CompetingEnforcement, ThirdParty
from osame.collection.assets.registering import Interest, add_interest
from osame.collection.assets.searching import (
    NightSearch,
    Search,
    Whose,
    Witness,
    WitnessNeeded,
    record_search,
    record_search_notice,
)
from osame.collection.demands.batch import run_demands
from osame.collection.dispositions import claims
from osame.collection.dispositions.bankruptcies import Opened, close_bankruptcy, open_bankruptcy
from osame.collection.dispositions.bulk import BulkTerms, NothingToSeizeTogether, bulk_choices, left_out, propose_bulk
from osame.collection.dispositions.candidates import Standing, warned_people
from osame.collection.dispositions.claims import GivenClaim, GivenEnforcement, SaleAskedTooLate
from osame.collection.dispositions.claims_cli import app
from osame.collection.dispositions.collecting import (
    EnforcementGoesFirst,
    Money,
    call_to_perform,
    collect,
    record_service,
)
from osame.collection.dispositions.facts import case_of
from osame.collection.dispositions.queries import disposition_file, dispositions_of
from osame.collection.dispositions.releasing import ReleaseJudgement, convert_participation, release
from osame.collection.dispositions.seizing import (
    RequestTerms,
    SeizureTerms,
    judge_seizure,
    propose_request,
    propose_seizure,
)
from osame.collection.dispositions.standing_claims import claims_of, to_dispose_again
from osame.collection.letters.printing import print_run
from osame.collection.pledges.actions import Signature, accept_pledge, make_pledge
from osame.collection.pledges.models import Acknowledgement
from osame.collection.pledges.planning import PledgeTerms
from osame.collection.reminders.actions import Order, remind
from osame.collection.reminders.models import ReminderExclusion, ReminderRun
from osame.collection.reminders.selection import Terms, select
from osame.kernel.money import Yen
from osame.law.arrears_facts import AssetKind
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import ProcedureStage
from osame.law.instalments import HouseholdBudget
from osame.law.seizure_effect import SeizureService
from osame.platform.approvals.actions import check, decide, execute
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA, determination, revision
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy, move_in, set_value
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.collection.seizure_cast import DAY, as_officer, asset_of, carried, party_of
from tests.systems.collection.suspension_cast import today
from tests.systems.collection.test_letters import texts
from tests.systems.collection.weighty import Weighty

ARREARS = "osame-purpose=arrears_management"


@pytest.fixture
def owing(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """佐藤・田中・架空商事は督促されて十日を過ぎた。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    rows = [determination(who, 1, amount) for who, amount in ((SATO, 120_000), (TANAKA, 60_000), (KAKU, 90_000))]
    levy(tmp_path, *rows)
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    return tmp_path


def seized(asset: int, who: str = SATO, **changes: object) -> tuple[str, int]:
    facts = {"asset_id": asset, "reason": "催告に応じない", "scope": "残高の全額", "charges": (charge_of(who),),
             "perform_by": date(2026, 12, 31)} | changes  # fmt: skip
    with as_officer(OFFICER):
        number = propose_seizure(SeizureTerms(**facts), as_of=DAY)  # type: ignore[arg-type]
    carried(number)
    return dispositions_of(who)[0].key


def land(**valued: object) -> tuple[int, int]:
    """佐藤の土地と、抵当権者。"""
    asset = asset_of(kind=AssetKind.REAL_ESTATE, amount=5_000_000, prior_claims=1_000_000, **valued)
    bank = party_of(ThirdParty.Kind.CREDITOR, "架空信用金庫")
    add_interest(asset, Interest(AssetInterest.Kind.MORTGAGE, bank, 1_000_000, date(2020, 4, 1), 1), officer=OFFICER)
    return asset, bank


def pages_of(subject: str) -> dict[str, str]:
    """書面を刷り、様式ごとに読む。"""
    runs = fetch_all(
        "SELECT DISTINCT run_id, form FROM letter JOIN letter_run USING (run_id) WHERE subject = %s ORDER BY 1",
        [subject],
    )
    found: dict[str, str] = {}
    for run, form in runs:
        found[form] = found.get(form, "") + "".join(texts(print_run(run).directory))
    return found


def test_a_warning_leads_to_seizure_until_something_happens(owing: Path) -> None:
    """差押予告の期限が過ぎて反応のない人だけが候補になり、納付や約束で自動に外れる。"""
    told = {who: standing(who, on=DAY) for who in (SATO, TANAKA, KAKU)}
    assert set(told.values()) == {None}
    run = remind(Order(ReminderRun.Kind.SEIZURE_WARNING, Terms(), DAY + timedelta(days=14)), as_of=DAY, officer=OFFICER)
    assert standing(SATO, on=DAY + timedelta(days=3)) is Standing.NOT_ARRIVED
    run_sql("UPDATE reminder SET arrived_on = %s WHERE run_id = %s", [DAY + timedelta(days=2), run])
    assert standing(SATO, on=DAY + timedelta(days=14)) is Standing.WAITING
    late = DAY + timedelta(days=15)
    assert {who: standing(who, on=late) for who in (SATO, TANAKA, KAKU)} == dict.fromkeys(
        (SATO, TANAKA, KAKU), Standing.CANDIDATE
    )
    run_sql(
        "INSERT INTO receipt (charge_id, receipt_key, addressee_number, amount, paid_on, received_on, accounted_on, fiscal_year, "
        "carried_over, channel, outlet, intake_file_id, line_number) SELECT %s, gen_random_uuid(), %s, 10000, %s, %s, %s, 2025, false, '01', "
        "'', intake_file_id, 1 FROM intake_file LIMIT 1",
        [charge_of(TANAKA), TANAKA, late, late, late],
    )
    assert standing(TANAKA, on=late) is Standing.PAID
    seized(asset_of())
    assert standing(SATO, on=late) is Standing.SEIZED
    (candidate,) = json.loads(call("candidates", "--as-of", late.isoformat(), "--json"))
    assert (candidate["addressee_number"], candidate["left"], candidate["ready"]) == (KAKU, 90_100, [])
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    budget = HouseholdBudget(Yen(280_000), Yen(57_000), 2, cash=Yen(0))
    plan = PledgeTerms(KAKU, (), late + timedelta(days=10), 30_000, budget, "分割で納めたい")
    key = KAKU, make_pledge(plan, as_of=late, officer=OFFICER)
    assert standing(KAKU, on=late) is Standing.CANDIDATE  # 署名するまでは、候補のまま
    accept_pledge(key, Signature(late, "架空商事", Acknowledgement.Authority.SELF, ()), as_of=late, officer=OFFICER)
    assert standing(KAKU, on=late) is Standing.STOPPED
    assert warned_people(as_of=late, who=KAKU)[0].reaction == "納付誓約"
    after = DAY + timedelta(days=60)  # 前の催告から、日が経っている
    found = select(ReminderRun.Kind.GENERAL, Terms(), as_of=after, deadline=after + timedelta(days=14), whose=[KAKU])
    assert (found.people, {each.reason for each in found.excluded}) == ((), {ReminderExclusion.Reason.PLEDGED})


def standing(who: str, *, on: date) -> Standing | None:
    found = warned_people(as_of=on, who=who)
    return found[0].standing if found else None


def test_one_decision_seizes_many_and_leaves_out_who_paid_meanwhile(owing: Path) -> None:
    """一つの決裁で多くを差し押さえる。額の小さいもの、条件を満たさないもの、起案の後に納めた人は、理由とともに外れる。"""
    mine, his, small = asset_of(), asset_of(TANAKA, amount=50_000), asset_of(KAKU, amount=4_000)
    judged = {each.asset.asset_id: each.why_not(10_000) for each in bulk_choices(as_of=DAY)}
    assert judged == {mine: "", his: "", small: "見込みの額4,000円が下限10,000円に満たない"}
    with as_officer(OFFICER):
        with pytest.raises(NothingToSeizeTogether):
            propose_bulk(BulkTerms((small,), "全額", date(2026, 12, 31), "調査で判明"), as_of=DAY)
        number = propose_bulk(BulkTerms((mine, his, small), "全額", date(2026, 12, 31), "調査で判明"), as_of=DAY)
    (content,) = fetch_one("SELECT content FROM proposal WHERE proposal_id = %s", [number])
    content = json.loads(content) if isinstance(content, str) else content
    assert [each["asset_id"] for each in content["items"]] == [mine, his]
    assert content["left"] == [[KAKU, small, "見込みの額4,000円が下限10,000円に満たない"]]
    assert all("法第" in line for line in content["items"][0]["conditions"])
    run_sql("UPDATE demand SET returned_on = %s WHERE addressee_number = %s", [DAY, TANAKA])
    assert carried(number).startswith("1件を差し押さえ、1件を外しました")
    (left,) = left_out(number)
    assert left[:2] == (TANAKA, his)
    assert "督促状が送達されていない" in left[2]
    assert [each.stage for each in dispositions_of(SATO)] == [ProcedureStage.IN_FORCE]
    assert dispositions_of(TANAKA) == ()
    assert "督促状が送達されていない" in call("left-out", str(number))
    assert fetch_all("SELECT form, requested FROM letter_run WHERE form IN ('R-090', 'R-091') ORDER BY form") == [
        ("R-090", 1),
        ("R-091", 1),
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql("DELETE FROM seizure_left_out")


def statements_of_a_bulk_seizure(people: list[str]) -> tuple[int, int, int]:
    """一斉差押えを、選ぶ、起案する、執行する。それぞれの文の数。"""
    chosen = tuple(asset_of(who, amount=50_000) for who in people)
    counts = []
    with CaptureQueriesContext(connection) as seen:
        judged = bulk_choices(as_of=DAY, whose=people)
    counts.append(len(seen))
    for each in judged:  # 一件の判定と、同じ答え
        case = case_of(each.asset.addressee_number, (), as_of=DAY, but=each.asset)
        assert (each.case, each.conditions) == (case, judge_seizure(each.asset, case, as_of=DAY))
    with as_officer(OFFICER), CaptureQueriesContext(connection) as seen:
        number = propose_bulk(BulkTerms(chosen, "全額", date(2026, 12, 31), "調査で判明"), as_of=DAY)
    counts.append(len(seen))
    for name, step in (("高橋", check), ("部長", decide)):
        with as_officer(name):
            step(number)
    with as_officer(OFFICER), CaptureQueriesContext(connection) as seen:
        told = execute(number)
    counts.append(len(seen))
    assert f"{len(people)}件を差し押さえ、0件を外しました" in told, [each.why_not(0) for each in judged]
    return counts[0], counts[1], counts[2]


def test_many_are_judged_and_seized_by_a_fixed_number_of_statements(owing: Path) -> None:
    """二人でも六人でも、判定、起案、執行の文の数は変わらない。判定は、一件ずつの判定と同じ答えになる。"""
    more = [f"{number:015d}" for number in range(101, 106)]
    for who in more:
        move_in(who, name=f"松阪 {who[-1]}", kana="マツサカ")
    levy(owing, *(determination(who, 1, 70_000) for who in more), name="more.csv")
    week = timedelta(days=7)
    run_demands(as_of=ISSUED + week, cut_off=CUT_OFF + week, officer=OFFICER)
    few, many = statements_of_a_bulk_seizure([SATO, TANAKA]), statements_of_a_bulk_seizure([KAKU, *more])
    assert few == many
    heads = [head for who in (SATO, TANAKA, KAKU, *more) for head in dispositions_of(who)]
    assert sorted(each.year_number for each in heads) == list(range(1, 9))
    assert {each.stage for each in heads} == {ProcedureStage.IN_FORCE}


def test_a_second_deposit_of_one_decision_counts_the_first(owing: Path) -> None:
    """一つの決裁に同じ人の預金が二つあれば、先の差押えで足りるとき、後のものは超過差押えとして外れる。"""
    chosen = (asset_of(amount=200_000), asset_of(amount=90_000))
    with as_officer(OFFICER):
        number = propose_bulk(BulkTerms(chosen, "全額", date(2026, 12, 31), "調査で判明"), as_of=DAY)
    assert carried(number).startswith("1件を差し押さえ、1件を外しました")
    assert [each[:2] for each in left_out(number)] == [(SATO, chosen[1])]
    assert "国税徴収法第48条第1項" in left_out(number)[0][2]


def searched(**changes: object) -> Search:
    facts = {
        "charges": (charge_of(SATO),), "place": "架空市岩渕1丁目7-29", "searched_on": date(2026, 3, 2), "began_at": time(10, 5),
        "ended_at": time(12, 30), "whose": Whose.TAXPAYER, "searched_name": "佐藤 花子", "witness": Witness.SEARCHED,
        "witness_names": ("佐藤 花子",), "officers": "山本 昇", "findings": "動産1点を発見した", "found": (("腕時計 一個", 50_000),),
    } | changes  # fmt: skip
    return Search(**facts)  # type: ignore[arg-type]


def test_a_search_is_recorded_renews_prescription_and_what_was_found_is_kept(owing: Path) -> None:
    """捜索調書。立会人と時刻を確かめ、着手した日に時効を更新する。見つかった動産は、占有して差し押さえる。"""
    plan = (
        SATO,
        open_investigation(SATO, [AssetKind.MOVABLE], reason="滞納", review_on=None, as_of=DAY, officer=OFFICER),
    )
    for wrong, refused in (({"witness": Witness.ADULTS}, WitnessNeeded), ({"began_at": time(5)}, NightSearch)):
        with pytest.raises(refused):
            record_search(plan, searched(**wrong), as_of=DAY, officer=OFFICER)
    number, _ = record_search(plan, searched(), as_of=DAY, officer=OFFICER)
    assert prescription_of(SATO, as_of=DAY)[charge_of(SATO)].completes_on == date(2031, 3, 2)
    paper = pages_of(f"search:{number}")["R-110"]
    for part in ("捜索調書（謄本）", "午前10時5分から午後0時30分まで", "腕時計一個", "50,000円", "国税徴収法第142条"):
        assert part in paper, part
    other, _ = record_search(
        plan,
        searched(searched_on=date(2026, 4, 1), whose=Whose.HOLDER, searched_name="田中 次郎", found=()),
        as_of=DAY,
        officer=OFFICER,
    )
    assert prescription_of(SATO, as_of=DAY)[charge_of(SATO)].completes_on == date(2031, 3, 2)  # 知らせるまでは効かない
    record_search_notice(other, notified_on=date(2026, 4, 3), officer=OFFICER)
    assert prescription_of(SATO, as_of=DAY)[charge_of(SATO)].completes_on == date(2031, 4, 3)
    with pytest.raises(DatabaseError, match="捜索調書は書き換えられません"), transaction.atomic():
        run_sql("UPDATE search_record SET place = 'x'")
    watch = movable()
    holder = party_of(ThirdParty.Kind.CUSTOMER, "架空倉庫")
    assert "印刷してください" in call(
        "order-delivery", str(watch), str(holder), "2026-03-20", "--as-of", DAY.isoformat(), "--officer", OFFICER
    )
    assert "架空倉庫御中" in pages_of(f"delivery_order:{watch}")["R-110"]
    key = seized(watch, perform_by=None)
    possessed = ("possess", str(key[1]), "架空市岩渕1丁目7-29", "佐藤 花子", "--left", "--on", today().isoformat())
    assert "印刷してください" in call(*possessed, "--officer", OFFICER)
    assert disposition_file(key).head.effect_on == today()
    papers = pages_of(f"disposition:{key[1]}")
    assert "差押財産占有調書" in papers["R-110"]
    assert "封印票" in papers["R-110"]


def movable(holder: Holder | None = None) -> int:
    """認定された動産。"""
    return asset_of(kind=AssetKind.MOVABLE, amount=50_000, holder=holder)


def test_a_mortgagee_may_ask_for_another_asset_in_time(owing: Path) -> None:
    """差押換えの請求。条件を満たさなければ相当と認められず、通知から起算して7日を経過した日までに換価を申し立てられる。"""
    asset, bank = land()
    registry = party_of(ThirdParty.Kind.REGISTRY, "津地方法務局")
    key = seized(asset, perform_by=None, scope="全部", registry_id=registry)
    papers = pages_of(f"disposition:{key[1]}")
    for part in ("差押登記（登録）嘱託書", "登記原因証明情報", "財産目録"):
        assert part in papers["R-094"], part
    claim = claims.receive_claim(
        key, GivenClaim(claims.Kind.SUBSTITUTION, bank, today(), "預金がある", None), officer=OFFICER
    )
    with pytest.raises(ConditionNotMet, match="全額を徴収できる"):
        claims.decide_claim(key, claim, is_accepted=True, reason="預金から", as_of=today(), officer=OFFICER)
    claims.decide_claim(
        key, claim, is_accepted=False, reason="代わりの財産が示されていない", as_of=today(), officer=OFFICER
    )
    assert "7日を経過した日" in pages_of(f"disposition:{key[1]}")["R-095"]
    last = claims.record_claim_notice(key, claim, notified_on=today(), officer=OFFICER)
    assert last == today() + timedelta(days=7)
    with pytest.raises(SaleAskedTooLate):
        claims.ask_sale(key, claim, asked_on=last + timedelta(days=1), officer=OFFICER)
    claims.ask_sale(key, claim, asked_on=last, officer=OFFICER)
    assert "までに、請求した財産を差し押さえて換価に付す" in claims_of(key)[0].due
    claims.correct_record(key, "scope", "持分2分の1", reason="持分の誤記", as_of=today(), officer=OFFICER)
    assert "差押調書等訂正通知書" in pages_of(f"disposition:{key[1]}")["R-095"]
    assert disposition_file(key).head.scope == "全部"  # 初めの記載は残る
    with pytest.raises(claims.NotReduced):
        claims.show_reduction(key, reason="減額", as_of=today(), officer=OFFICER)
    levy(owing, revision(SATO, 1, 40_000, -80_000), name="revised.csv", on=today())
    assert "印刷してください" in call("reduce", str(key[1]), "更正による減額", "--officer", OFFICER)
    told = pages_of(f"disposition:{key[1]}")["R-095"]
    assert "差押えに係る徴収金の額の変更通知書" in told
    assert "更正による減額" in told
    release(key, ReleaseJudgement("誤った差押え", is_unlawful=True), as_of=today(), officer=OFFICER)
    told = pages_of(f"disposition:{key[1]}")["R-096"]
    for part in ("差押解除通知書", "架空信用金庫御中", "差押登記（登録）抹消嘱託書", "津地方法務局御中"):
        assert part in told, part


def test_an_enforcement_that_began_first_goes_first(owing: Path) -> None:
    """強制執行が先なら、続行承認の決定まで取り立てられない。滞納処分が先なら、進めてよい。"""
    deposit = asset_of(amount=200_000)
    court = party_of(ThirdParty.Kind.COURT, "津地方裁判所")
    key = seized(deposit)
    record_service(key, SeizureService(third_party_served_on=today()), officer=OFFICER)
    given = GivenEnforcement(CompetingEnforcement.Kind.ENFORCEMENT, court, "令和8年(ル)第1号", date(2026, 1, 5))
    first = claims.record_enforcement(deposit, given, officer=OFFICER)
    with pytest.raises(EnforcementGoesFirst, match="令和8年"):
        collect(key, Money(1_000, today(), "架空銀行"), as_of=today(), officer=OFFICER)
    claims.settle_enforcement(deposit, first, continuation_on=today(), ended_on=None, officer=OFFICER)
    assert collect(key, Money(1_000, today(), "架空銀行"), as_of=today(), officer=OFFICER) == 1
    by = date(2027, 2, 1)
    with pytest.raises(ValueError, match="履行期限がまだ過ぎていない"):
        call_to_perform(key, by=by, as_of=today(), officer=OFFICER)
    late = ("--as-of", "2027-01-04", "--officer", OFFICER)
    assert "印刷してください" in call("call", str(key[1]), by.isoformat(), *late)
    assert "履行催告書" in pages_of(f"disposition:{key[1]}")["R-100"]


def test_a_participation_becomes_the_seizure_when_the_first_is_released(owing: Path) -> None:
    """参加差押えは、先の差押えの解除で差押えに転換し、効力は送達・登記の日にさかのぼる。交付要求の解除は取下書になる。"""
    office, registry = party_of(ThirdParty.Kind.OFFICE, "津税務署"), party_of(ThirdParty.Kind.REGISTRY, "津地方法務局")
    asset, _ = land(is_seized_by_other=True)
    terms = RequestTerms(
        SATO, "国税の差押えがある", office, "令和8年差押第5号", (charge_of(SATO),), asset, registry_id=registry
    )
    with as_officer(OFFICER):
        carried(propose_request(terms, as_of=DAY))
    key = dispositions_of(SATO)[0].key
    assert "参加差押登記（登録）嘱託書" in pages_of(f"disposition:{key[1]}")["R-094"]
    with pytest.raises(ValueError, match="参加差押えの通知の送達"):
        convert_participation(key, released_on=today(), as_of=today(), officer=OFFICER)
    record_service(key, SeizureService(taxpayer_served_on=today()), officer=OFFICER)
    converted = call("convert", str(key[1]), today().isoformat(), "--officer", OFFICER)
    made = dispositions_of(SATO)[0].key[1]
    assert f"処分管理番号{made}" in converted
    head = disposition_file((SATO, made)).head
    assert (head.stage, head.effect_on, head.converted_from) == (ProcedureStage.IN_FORCE, today(), key[1])
    assert disposition_file(key).head.stage is ProcedureStage.CONVERTED
    court = party_of(ThirdParty.Kind.COURT, "津地方裁判所")
    with as_officer(OFFICER):
        carried(propose_request(RequestTerms(TANAKA, "競売", court, "令和8年(ケ)第3号"), as_of=DAY))
    request = dispositions_of(TANAKA)[0].key
    release(request, ReleaseJudgement("競売の取下げ", is_unlawful=True), as_of=today(), officer=OFFICER)
    assert "交付要求取下書" in pages_of(f"disposition:{request[1]}")["R-098"]
    number = open_bankruptcy(
        Opened(KAKU, "津地方裁判所", "令和8年(フ)第1号", date(2026, 1, 5), "官報"), officer=OFFICER
    )
    close_bankruptcy(number, on=date(2026, 2, 5), was_cancelled=False, note="", officer=OFFICER)
    call("discharge", str(number), "2026-02-20", "--officer", OFFICER)
    again = {
        each.addressee_number: (each.what, each.left, each.discharged_on) for each in to_dispose_again(as_of=today())
    }
    assert again == {KAKU: ("破産手続", 90_100, date(2026, 2, 20)), TANAKA: ("交付要求", 60_100, None)}


def call(*words: str) -> str:
    answer = CliRunner().invoke(app, list(words))
    assert answer.exit_code == 0, answer.output
    return answer.stdout


@pytest.fixture
def desk(owing: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    with pages_on(today().isoformat(), monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def sent(desk: Client, place: str, /, **told: object) -> str:
    place = f"{place}?{ARREARS}"
    answer = desk.post(place, fields(desk.get(place)) | told)
    assert answer.status_code == 302, answer.context["form"].errors
    return str(answer.headers["Location"])


def test_the_pages_walk_from_the_candidates_to_the_answers(desk: Client) -> None:
    run_sql("UPDATE addressee SET born_on = '1975-04-01' WHERE addressee_number = %s", [SATO])
    plan = sent(desk, f"/people/{SATO}/investigations/new/", kinds=["MOVABLE"], reason="催告に応じない")
    day = today().isoformat()
    told = {"charges": [charge_of(SATO)], "searched_on": day, "began_at": "10:05", "ended_at": "12:30", "place": "架空市岩渕1丁目7-29",
            "whose": "1", "searched_name": "佐藤 花子", "officers": "山本 昇", "witness": "1", "witness_names": "佐藤 花子", "findings": "動産1点", "found": "腕時計 一個、50,000"}  # fmt: skip
    early = desk.post(
        f"{plan}search/?{ARREARS}", fields(desk.get(f"{plan}search/?{ARREARS}")) | told | {"began_at": "04:00"}
    )
    assert early.status_code == 422, early.context["form"].errors
    assert not set(early.context["form"].errors) - {"night_ground"}, early.context["form"].errors
    assert "日没後から日出前まで" in " ".join(early.context["form"].errors["night_ground"])
    sent(desk, f"{plan}search/", **told)
    assert "1点" in text(desk.get(f"{plan}?{ARREARS}"))
    deposit = asset_of()
    bulk = desk.get(f"/seizure-candidates/bulk/?{ARREARS}")
    assert "佐藤 花子" in text(bulk)
    assert "<legend>差し押さえる預金" in bulk.content.decode()  # 選択肢が一つでも、題のある組になる
    sent(desk, "/seizure-candidates/bulk/", assets=[deposit], least="10,000", scope="全額", perform_by="R8.12.28",
         reason="調査で判明")  # fmt: skip
    (number,) = fetch_one("SELECT proposal_id FROM proposal WHERE act = 'seizure'")
    carried(number)
    head = dispositions_of(SATO)[0]
    place = f"/dispositions/{head.disposition_id}/"
    sent(desk, f"{place}service/", third_party_served_on=day)
    bank = party_of(ThirdParty.Kind.CREDITOR, "架空信用金庫")
    sent(desk, f"{place}seizure-claims/new/", kind="3", party=bank, claimed_on=day, claim_text="預金は当金庫のもの")
    sent(desk, f"{place}seizure-claims/1/decide/", answer="no", reason="資料がない")
    sent(desk, f"{place}seizure-claims/1/days/", notified_on=day)
    sent(desk, f"{place}correct/", item="scope", after="残高の2分の1", reason="誤記")
    court = party_of(ThirdParty.Kind.COURT, "津地方裁判所")
    sent(
        desk,
        f"/assets/{deposit}/enforcements/new/",
        kind="1",
        party=court,
        case_number="令和8年(ル)第1号",
        begun_on="R8.1.5",
    )
    told_page = text(desk.get(f"/assets/{deposit}/enforcements/?{ARREARS}"))
    assert "滞納処分は待つ" in told_page
    assert "第36条の6" in told_page
    shown = text(desk.get(f"{place}?{ARREARS}"))
    for part in ("預金は当金庫のもの", "相当と認めない", "残高の2分の1"):
        assert part in shown, part
    sent(desk, f"/assets/{deposit}/enforcements/1/", ended_on=day)
    sheet = desk.post(f"{place}sheets/decision/?{ARREARS}", {"csrfmiddlewaretoken": "x"})
    assert (
        sheet.status_code,
        b"".join(sheet).startswith(b"%PDF") if sheet.streaming else sheet.content[:4] == b"%PDF",
    ) == (200, True)
    assert "候補は、ありません" in text(desk.get(f"/dispositions/again/?{ARREARS}"))
    assert "差押えの候補の人は、いません" in text(desk.get(f"/seizure-candidates/?{ARREARS}"))


def test_the_commands_type_the_same(owing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    asset_of()
    weighty = Weighty()
    told = weighty.types(app, "bulk", "R8.12.28", "調査で判明", "--as-of", "R8.3.2")
    carried(int(told.split()[-1]))
    (head,) = dispositions_of(SATO)
    number, bank, day = (
        str(head.disposition_id),
        str(party_of(ThirdParty.Kind.CREDITOR, "架空信用金庫")),
        today().isoformat(),
    )
    assert "請求 第1号" in call("claim", number, "3", bank, "預金は当金庫のもの")
    assert "印刷してください" in call("answer", number, "1", "資料がない")
    assert "換価の申立ては" in call("claim-days", number, "1", "--notified", day)
    assert "印刷してください" in call("correct", number, "scope", "残高の2分の1", "誤記")
    court = str(party_of(ThirdParty.Kind.COURT, "津地方裁判所"))
    assert "第1号" in call("compete", str(head.asset_id), "1", court, "令和8年(ル)第1号", "R8.1.5")
    assert "記録しました" in call("continue", str(head.asset_id), "1", "--ended", day)
    assert "再び処分する候補" in call("again")
