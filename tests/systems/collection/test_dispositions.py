"""滞納処分。条件の判定、決裁、執行、送達、取立て、配当、解除、参加差押え、交付要求、破産。同じ財産の差押えは一つだけ。"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from osame.collection.arrears.prescribing import prescription_of
from osame.collection.arrears.stages import stages_of
from osame.collection.assets.actions import GivenParty, Holder, register_third_party, send_inquiries
from osame.collection.assets.bank_files import ask_by_file
from osame.collection.assets.identifying import SeizedAlready, withdraw_identification
from osame.collection.assets.models import AssetInterest, ThirdParty
from osame.collection.assets.queries import asset_numbered
from osame.collection.assets.registering import Interest, add_interest
from osame.collection.demands.batch import run_demands
from osame.collection.dispositions.bankruptcies import Opened, close_bankruptcy, open_bankruptcy
from osame.collection.dispositions.collecting import (
    ChangedSinceProposal,
    Money,
    NoEffectYet,
    collect,
    plan_distribution,
    propose_distribution,
    record_service,
)
from osame.collection.dispositions.creditors import Spent, record_cost
from osame.collection.dispositions.facts import case_of
from osame.collection.dispositions.models import DispositionCost
from osame.collection.dispositions.queries import disposition_file, dispositions_of
from osame.collection.dispositions.releasing import (
    NoGroundToRelease,
    ReleaseJudgement,
    cancel,
    finish,
    release,
)
from osame.collection.dispositions.seizing import (
    PerformByNeeded,
    RequestTerms,
    SeizureTerms,
    judge_seizure,
    propose_request,
    propose_seizure,
)
from osame.collection.dispositions.wages import NothingSeizableOfWages, OtherWagesNeeded, PaidWages, WagesNeeded
from osame.collection.inquiry.verification import verify_everything
from osame.collection.letters.printing import print_run
from osame.kernel.money import Yen
from osame.law.arrears_facts import AssetKind
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import Procedure, ProcedureStage, TransitionNotAllowed
from osame.law.distribution import CreditorKind
from osame.law.seizure_effect import SeizureService
from osame.law.wage_seizure import Wages
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import OFFICER, SATO, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy
from tests.systems.collection.seizure_cast import DAY, as_officer, asset_of, carried, party_of
from tests.systems.collection.test_letters import texts

Seize = Callable[..., tuple[str, int]]
LAW_CASES = Path(__file__).parents[2] / "law" / "cases"


def today() -> date:
    return date.fromisoformat(str(fetch_one("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")[0]))


@pytest.fixture
def owing(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """佐藤は第1期5万円を滞納し、督促されて十日を過ぎた。第2期3万円は督促されていない。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 50_000), determination(SATO, 2, 30_000, due_on=date(2025, 8, 31)))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    return tmp_path


@pytest.fixture
def heavy(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """佐藤は500万円を滞納している。給与をいくつ差し押さえても、超過差押えにならない。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(tmp_path, determination(SATO, 1, 5_000_000))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)


def proposed(asset: int, **changes: object) -> int:
    facts = {"asset_id": asset, "reason": "催告に応じない", "scope": "差押えの時の残高の全額", "charges": (charge_of(SATO),),
             "perform_by": date(2026, 12, 31)}  # fmt: skip
    with as_officer(OFFICER):
        return propose_seizure(SeizureTerms(**(facts | changes)), as_of=DAY)  # type: ignore[arg-type]


def seized(asset: int, **changes: object) -> tuple[str, int]:
    carried(proposed(asset, **changes))
    return dispositions_of(SATO)[0].key


def served(key: tuple[str, int], **days: date) -> date | None:
    return record_service(key, SeizureService(**(days or {"third_party_served_on": today()})), officer=OFFICER)


def pages_of(key: tuple[str, int]) -> dict[str, str]:
    """処分の書面を刷り、様式ごとに読む。"""
    runs = fetch_all(
        "SELECT DISTINCT run_id, form FROM letter JOIN letter_run USING (run_id) WHERE subject = %s",
        [f"disposition:{key[1]}"],
    )
    return {form: "".join(texts(print_run(run).directory)) for run, form in runs}


@pytest.mark.usefixtures("owing")
class TestConditions:
    def test_every_condition_is_told_with_its_fact_and_article_and_frozen(self) -> None:
        asset = asset_of()
        number = proposed(asset)
        (content,) = fetch_one("SELECT content FROM proposal WHERE proposal_id = %s", [number])
        lines = (json.loads(content) if isinstance(content, str) else content)["conditions"]
        for part in ("督促状を発した日から起算して10日を経過した", "差押禁止財産でない", "無益な差押えでない", "超過差押えでない",
                     "滞納者の財産である", "徴収猶予の期間でない", "執行停止の期間でない", "納税義務が消滅していない"):  # fmt: skip
            assert any(part in line and "法第" in line for line in lines), part
        key = seized(asset)
        assert list(disposition_file(key).head.conditions) == lines

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ("UPDATE demand SET returned_on = '2025-08-01'", "督促状が送達されていない"),
            (
                "UPDATE addressee SET died_on = '2026-01-01' WHERE addressee_number = '000000000000001'",
                "死亡した者への処分",
            ),
        ],
    )
    def test_no_seizure_without_a_served_demand_or_of_the_dead(self, change: str, told: str) -> None:
        asset = asset_of()
        run_sql(change)
        with pytest.raises(ConditionNotMet, match=told):
            proposed(asset)

    def test_no_seizure_before_the_permitted_day(self) -> None:
        asset = asset_numbered(asset_of())
        for on, allowed in (
            (date(2025, 7, 28), False),
            (date(2025, 7, 29), True),
        ):  # 7/18 に発し、十日を経過した日の翌日
            case = case_of(SATO, [charge_of(SATO)], as_of=on)
            assert judge_seizure(asset, case, as_of=on).is_allowed is allowed

    def test_a_term_that_was_not_demanded_is_refused(self) -> None:
        with pytest.raises(ConditionNotMet, match="督促状を発していない"):
            proposed(asset_of(), charges=(charge_of(SATO), charge_of(SATO, 2)))

    def test_useless_banned_and_others_assets_are_refused(self) -> None:
        for valued, told in (
            ({"prior_claims": 80_000}, "無益な差押え"), ({"exempt_article": "国税徴収法第75条第1項第1号"}, "差押えが禁止されている"),
        ):  # fmt: skip
            with pytest.raises(ConditionNotMet, match=told):
                proposed(asset_of(**valued))  # type: ignore[arg-type]

    def test_bankruptcy_blocks_until_it_ends(self) -> None:
        asset = asset_of()
        opened = Opened(SATO, "津地方裁判所", "令和8年(フ)第12号", date(2026, 2, 1), "官報 令和8年2月10日")
        number = open_bankruptcy(opened, officer=OFFICER)
        with pytest.raises(ConditionNotMet, match="破産"):
            proposed(asset)
        close_bankruptcy(number, on=date(2026, 2, 20), was_cancelled=False, note="", officer=OFFICER)
        assert proposed(asset)

    def test_conditions_are_judged_again_on_the_day_of_execution(self) -> None:
        number = proposed(asset_of())
        opened = Opened(SATO, "津地方裁判所", "令和8年(フ)第12号", date(2026, 3, 3), "官報")
        open_bankruptcy(opened, officer=OFFICER)
        with pytest.raises(ConditionNotMet, match="破産"):
            carried(number)
        assert dispositions_of(SATO) == ()

    def test_an_extinct_term_is_refused(self, owing: Path) -> None:
        old = determination(
            SATO, 3, 40_000, levy_year=2019, tax_year=2019, due_on=date(2019, 6, 30), determined_on=date(2019, 5, 1),
            notice_number="9000000001",
        )  # fmt: skip
        levy(owing, old, name="old.csv")
        assert prescription_of(SATO, as_of=DAY)[charge_of(SATO, 3)].is_extinct
        with pytest.raises(ConditionNotMet, match="に消滅"):
            proposed(asset_of(), charges=(charge_of(SATO, 3),))


@pytest.mark.usefixtures("owing")
class TestDeposit:
    def test_goes_from_service_through_collection_and_distribution_to_the_end(self) -> None:
        asset = asset_of(amount=200_000)
        key = seized(asset)
        assert asset_numbered(asset).is_seized
        with pytest.raises(NoEffectYet):
            collect(key, Money(50_000, today(), "架空銀行"), as_of=today(), officer=OFFICER)
        assert served(key) == today()
        collect(key, Money(20_000, today(), "架空銀行"), as_of=today(), officer=OFFICER)
        planned = plan_distribution(disposition_file(key), as_of=today())
        assert (planned.ours, planned.needs_statement) == (20_000, False)
        with as_officer(OFFICER):
            number = propose_distribution(key, reason="計算のとおり", as_of=today())
        assert "20,000円を期別に充てました" in carried(number)
        assert fetch_one("SELECT principal_tax FROM charge WHERE charge_id = %s", [charge_of(SATO)]) == (30_000,)
        assert fetch_all("SELECT channel, amount FROM receipt WHERE addressee_number = %s", [SATO]) == [("15", 20_000)]
        owed = case_of(SATO, [charge_of(SATO)], as_of=today()).total
        collect(key, Money(owed, today(), "架空銀行"), as_of=today(), officer=OFFICER)
        with as_officer(OFFICER):
            carried(propose_distribution(key, reason="計算のとおり", as_of=today()))
        file = disposition_file(key)
        assert [each.left for each in file.parts] == [0]
        finish(key, as_of=today(), officer=OFFICER)
        assert [each.target for each in disposition_file(key).events] == [
            ProcedureStage.IN_FORCE, ProcedureStage.COLLECTING, ProcedureStage.DISTRIBUTED, ProcedureStage.COLLECTING,
            ProcedureStage.DISTRIBUTED, ProcedureStage.COMPLETED,
        ]  # fmt: skip
        assert not asset_numbered(asset).is_seized
        assert verify_everything().sound

    def test_the_papers_name_the_asset_the_amounts_and_what_third_parties_may_not_do(self) -> None:
        key = seized(asset_of())
        papers = pages_of(key)
        assert set(papers) == {"R-090", "R-091"}
        for part in ("差押調書（謄本）", "架空銀行預貯金番号1234567", "徴税吏員", "処分の禁止", "審査請求"):
            assert part in papers["R-090"], part
        for part in ("架空銀行御中", "債権差押通知書", "滞納者の氏名", "佐藤花子", "供託", "令和8年12月31日"):
            assert part in papers["R-091"], part

    def test_only_one_open_seizure_stands_on_an_asset(self) -> None:
        asset = asset_of(amount=200_000)
        seized(asset)
        with pytest.raises(ConditionNotMet, match="差押えが続いている"):
            proposed(asset)
        proposal = fetch_one("SELECT max(proposal_id) FROM proposal")[0]
        run_sql(
            "INSERT INTO disposition (addressee_number, disposition_id, procedure, stage, numbered_year, year_number, asset_id, case_number, "
            "scope, wage_steps, conditions, done_on, place, policy, proposal_id, officer) SELECT addressee_number, 999, procedure, 'NONE', "
            "numbered_year, 999, asset_id, '', scope, '[]', '[]', done_on, '', '', %s, 'x' FROM disposition",
            [proposal],
        )
        with pytest.raises(IntegrityError, match="disposition_one_open_seizure"):
            run_sql(
                "INSERT INTO disposition_event (addressee_number, disposition_id, event_number, act, from_stage, to_stage, article, "
                "happened_on, note, officer) VALUES (%s, 999, 1, 'SEIZE', 'NONE', 'IN_FORCE', 'x', %s, '', 'x')",
                [SATO, DAY],
            )

    def test_no_sql_seizes_without_a_decision_or_moves_a_stage(self) -> None:
        asset = asset_of()
        number = proposed(asset)
        insert = (
            "INSERT INTO disposition (addressee_number, disposition_id, procedure, stage, numbered_year, year_number, asset_id, "
            "case_number, scope, wage_steps, conditions, done_on, place, policy, proposal_id, officer) VALUES "
            "(%s, 999, 'SEIZURE', 'NONE', 2026, 1, %s, '', 'x', '[]', '[]', %s, '', '', %s, 'x')"
        )
        with pytest.raises(DatabaseError, match="決裁された起案がありません"), transaction.atomic():
            run_sql(insert, [SATO, asset, DAY, number])
        key = seized(asset)
        for statement in (
            "UPDATE disposition SET stage = 'RELEASED'",
            "UPDATE disposition SET conditions = '[]'",
            "UPDATE asset SET is_seized = false",
            "DELETE FROM disposition_event",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                run_sql(statement)
        assert disposition_file(key).head.stage is ProcedureStage.IN_FORCE
        with pytest.raises(SeizedAlready):
            withdraw_identification(asset_numbered(asset).reply_id, reason="別人", as_of=today(), officer=OFFICER)


PUBLISHED = {
    case["id"]: case
    for case in map(json.loads, (LAW_CASES / "published_cases.jsonl").read_text(encoding="utf-8").splitlines())
    if case["kind"].startswith("wage_seizure_exemption")
}


def wages_of(told: dict[str, int], dependants: int) -> Wages:
    """公表された計算例の給料等。1号から3号までが合計だけで与えられるものは、一つの控除とする。"""
    names = ("items123", "deductions", "income_tax", "resident_tax", "social_insurance")
    return Wages(Yen(told["gross"]), tuple(Yen(told[each]) for each in names if each in told), dependants)


@pytest.mark.usefixtures("heavy")
class TestWages:
    PAY = wages_of(PUBLISHED["pub-078"]["inputs"], PUBLISHED["pub-078"]["inputs"]["dependants"])

    def test_need_the_computation_and_carry_it_to_the_employer(self) -> None:
        asset = asset_of(kind=AssetKind.WAGE, amount=300_000)
        with pytest.raises(WagesNeeded):
            proposed(asset)
        with pytest.raises(NothingSeizableOfWages):
            proposed(asset, wages=PaidWages(Wages(Yen(150_000), (Yen(0),), 2)))
        with pytest.raises(PerformByNeeded):
            proposed(asset, wages=PaidWages(self.PAY), perform_by=None)
        key = seized(asset, wages=PaidWages(self.PAY), scope="毎月の給料等のうち、差押可能額")
        papers = pages_of(key)
        assert set(papers) == {"R-090", "R-091", "R-092"}
        assert "差押可能額27,000円" in papers["R-092"]
        assert "国税徴収法第76条" in papers["R-092"]

    @pytest.mark.parametrize(
        "case", [each for each in PUBLISHED.values() if "A" not in each["inputs"]], ids=lambda c: c["id"]
    )
    def test_a_published_case_is_recorded_to_the_yen(self, case: dict[str, dict[str, int]]) -> None:
        """tests/law/cases/published_cases.jsonl の計算例のとおりに、処分に記録される。"""
        wages = wages_of(case["inputs"], case["inputs"]["dependants"])
        key = seized(asset_of(kind=AssetKind.WAGE, amount=300_000), wages=PaidWages(wages))
        (share,) = disposition_file(key).head.wage_shares
        assert {name: share[name] for name in case["expected"]} == case["expected"]
        assert share["seizable"] == 27_000 if case["id"] == "pub-078" else 12_000

    def test_the_published_case_of_two_employers_shares_one_exempt_amount(self) -> None:
        """国税徴収法基本通達第76条関係9の例（pub-075）。二か所の差押えを、どちらの順で起案しても、記録は公表の額に一致する。"""
        told = PUBLISHED["pub-075"]
        first, second = (wages_of(told["inputs"][each], told["inputs"]["relatives"]) for each in ("A", "B"))
        large, small = (asset_of(kind=AssetKind.WAGE, amount=each.gross) for each in (first, second))
        with pytest.raises(OtherWagesNeeded, match="架空製作所"):
            proposed(large, wages=PaidWages(first))
        one = seized(large, wages=PaidWages(first, {small: second}))
        two = seized(small, wages=PaidWages(second, {large: first}))
        expected = {large: ("A4", "A5"), small: ("B4", "B5")}
        for key in (one, two):
            head = disposition_file(key).head
            found = {each["asset_id"]: (each["item4"], each["item5"]) for each in head.wage_shares}
            assert found == {at: tuple(told["expected"][name] for name in names) for at, names in expected.items()}
        seizable = {
            each["asset_id"]: each["seizable"] for each in disposition_file(two).head.wage_shares
        }  # 300,000－50,000－235,000－3,000、50,000－5,000－9,000
        assert seizable == {large: 12_000, small: 36_000}
        papers = pages_of(two)
        assert "差押可能額36,000円" in papers["R-092"]
        assert "差押可能額36,000円" in papers["R-090"]
        assert not any(
            hidden in papers["R-092"] for hidden in ("300,000円", "235,000円", "12,000円")
        )  # 支払者に、ほかの支払者の額は示さない

    def test_what_an_employer_was_told_stays_when_a_larger_wage_is_found_later(self) -> None:
        """先に差し押さえた支払者の禁止額は、後の差押えで変わらない。月に支払のない支払者は0円とする。"""
        small = asset_of(kind=AssetKind.WAGE, amount=250_000)
        seized(small, wages=PaidWages(Wages(Yen(250_000), (Yen(20_000),), 1)))
        large = asset_of(kind=AssetKind.WAGE, amount=400_000)
        key = seized(
            large,
            wages=PaidWages(Wages(Yen(400_000), (Yen(50_000),), 1), {small: Wages(Yen(250_000), (Yen(20_000),), 1)}),
        )
        found = {each["asset_id"]: (each["item4"], each["item5"]) for each in disposition_file(key).head.wage_shares}
        assert found == {small: (145_000, 17_000), large: (0, 70_000)}
        other = Wages(Yen(0), (), 1)
        number = proposed_alone(asset_of(kind=AssetKind.WAGE, amount=1), {small: other, large: other})
        assert [each["gross"] for each in number] == [300_000]

    def test_retirement_pay_is_computed_by_its_own_rule(self) -> None:
        pay = PaidWages(Wages(Yen(10_000_000), (Yen(150_000), Yen(100_000)), 1), service_years=20)
        key = seized(asset_of(kind=AssetKind.WAGE, amount=10_000_000), wages=pay)
        (share,) = disposition_file(key).head.wage_shares
        assert (share["items123"], share["item4"], share["seizable"]) == (250_000 + 435_000, 1_305_000, 8_010_000)


def proposed_alone(asset: int, others: dict[int, Wages]) -> list[dict[str, int]]:
    """支払のないほかの支払者を0円として起案した、支払者ごとの記録。"""
    number = proposed(asset, wages=PaidWages(Wages(Yen(300_000), (Yen(50_000),), 3), others))
    (content,) = fetch_one("SELECT content FROM proposal WHERE proposal_id = %s", [number])
    return list((json.loads(content) if isinstance(content, str) else content)["wage_shares"])


@pytest.mark.usefixtures("owing")
class TestRealEstate:
    def land(self) -> int:
        asset = asset_of(kind=AssetKind.REAL_ESTATE, amount=5_000_000, prior_claims=1_000_000, disposition_cost=100_000)
        bank = party_of(ThirdParty.Kind.CREDITOR, "架空信用金庫")
        add_interest(
            asset, Interest(AssetInterest.Kind.MORTGAGE, bank, 1_000_000, date(2020, 4, 1), 1), officer=OFFICER
        )
        return asset

    def test_takes_effect_by_service_or_registration_and_tells_the_mortgagee(self) -> None:
        registry = party_of(ThirdParty.Kind.REGISTRY, "津地方法務局")
        key = seized(self.land(), perform_by=None, registry_id=registry, scope="全部")
        assert served(key, third_party_served_on=today()) is None
        assert served(key, registered_on=today()) == today()
        papers = pages_of(key)
        assert {"R-093", "R-094", "R-095"} <= set(papers)
        assert "架空信用金庫御中" in papers["R-095"]
        assert "登記の目的" in papers["R-094"]

    def test_others_come_first_and_the_rest_goes_back(self) -> None:
        key = seized(self.land(), perform_by=None, scope="全部")
        served(key, taxpayer_served_on=today())
        spent = Spent(DispositionCost.Kind.APPRAISAL, 100_000, today(), "架空不動産鑑定")
        record_cost(key, spent, as_of=today(), officer=OFFICER)
        collect(key, Money(1_500_000, today(), "買受人"), as_of=today(), officer=OFFICER)
        planned = plan_distribution(disposition_file(key), as_of=today())
        paid = {each.kind: each.amount for each in planned.answer.shares}
        owed = case_of(SATO, [charge_of(SATO)], as_of=today()).total
        assert paid == {
            CreditorKind.DISPOSITION_COST: 100_000,
            CreditorKind.SEIZING_TAX: owed,
            CreditorKind.SECURED: 1_000_000,
        }
        assert planned.answer.left == 400_000 - owed
        with as_officer(OFFICER):
            carried(propose_distribution(key, reason="計算のとおり", as_of=today()))
        statement = pages_of(key)["R-104"]
        for part in (
            "配当計算書（謄本）",
            "残余の金額",
            f"{400_000 - owed:,}円",
            "架空信用金庫（抵当権）",
            "異議の申出",
        ):
            assert part in statement, part
        assert verify_everything().sound


@pytest.mark.usefixtures("owing")
class TestRelease:
    def test_needs_a_ground_of_the_law_and_tells_everybody_at_once(self) -> None:
        asset = asset_of()
        key = seized(asset)
        with pytest.raises(NoGroundToRelease):
            release(key, ReleaseJudgement("頼まれた"), as_of=today(), officer=OFFICER)
        runs = release(
            key, ReleaseJudgement("別人の口座と分かった", is_third_partys=True), as_of=today(), officer=OFFICER
        )
        told = "".join(texts(print_run(runs[0]).directory))
        for part in ("佐藤花子様", "架空銀行御中", "差押解除通知書", "滞納者の財産でなかった"):
            assert part in told, part
        assert not asset_numbered(asset).is_seized
        with pytest.raises(TransitionNotAllowed):
            release(key, ReleaseJudgement("もう一度", is_unlawful=True), as_of=today(), officer=OFFICER)
        assert seized(asset_of(amount=90_000))  # 新しい財産は、また差し押さえられる

    def test_a_cancelled_seizure_only_holds_prescription_back(self) -> None:
        key = seized(asset_of())
        before = prescription_of(SATO, as_of=today())[charge_of(SATO)]
        assert before.completes_on is None
        cancel(key, reason="督促の瑕疵", as_of=today(), officer=OFFICER)
        kinds = fetch_all("SELECT kind FROM prescription_event_dispositions")
        assert kinds == [("差押えの取消し",)]
        assert prescription_of(SATO, as_of=today())[charge_of(SATO)].completes_on is not None

    def test_a_plan_changed_after_its_proposal_is_not_carried_out(self) -> None:
        key = seized(asset_of())
        served(key)
        collect(key, Money(10_000, today(), "架空銀行"), as_of=today(), officer=OFFICER)
        with as_officer(OFFICER):
            number = propose_distribution(key, reason="計算のとおり", as_of=today())
        collect(key, Money(5_000, today(), "架空銀行"), as_of=today(), officer=OFFICER)
        with pytest.raises(ChangedSinceProposal):
            carried(number)
        assert fetch_all("SELECT count(*) FROM receipt") == [(0,)]


@pytest.mark.usefixtures("owing")
class TestOthersProcedures:
    def test_a_request_needs_no_demand_and_its_share_is_received(self) -> None:
        court = party_of(ThirdParty.Kind.COURT, "津地方裁判所")
        with as_officer(OFFICER):
            number = propose_request(
                RequestTerms(SATO, "競売が始まった", court, "令和8年(ケ)第3号", (charge_of(SATO, 2),)), as_of=DAY
            )
        assert "交付要求" in carried(number)
        key = dispositions_of(SATO)[0].key
        papers = pages_of(key)["R-097"]
        for part in ("津地方裁判所御中", "交付要求書", "交付要求通知書", "令和8年(ケ)第3号"):
            assert part in papers, part
        collect(key, Money(30_000, today(), "津地方裁判所"), as_of=today(), officer=OFFICER)
        with as_officer(OFFICER):
            carried(propose_distribution(key, reason="配当を受けた", as_of=today()))
        assert fetch_one("SELECT principal_tax FROM charge WHERE charge_id = %s", [charge_of(SATO, 2)]) == (0,)
        assert disposition_file(key).head.stage is ProcedureStage.DISTRIBUTED

    def test_a_participation_needs_an_earlier_seizure(self) -> None:
        office = party_of(ThirdParty.Kind.OFFICE, "津税務署")
        land = asset_of(kind=AssetKind.REAL_ESTATE, amount=5_000_000)
        terms = RequestTerms(SATO, "国税の差押えがある", office, "令和8年差押第5号", (charge_of(SATO),), land)
        with as_officer(OFFICER), pytest.raises(ConditionNotMet, match="先の差押えがない"):
            propose_request(terms, as_of=DAY)
        run_sql("UPDATE asset SET is_seized_by_other = true")
        with pytest.raises(ConditionNotMet, match="参加差押えによる"):
            proposed(land, perform_by=None)
        with as_officer(OFFICER):
            number = propose_request(terms, as_of=DAY)
        assert "参加差押え" in carried(number)
        stages = stages_of(SATO, as_of=today())[charge_of(SATO)]
        assert stages[Procedure.PARTICIPATING_SEIZURE] == {ProcedureStage.IN_FORCE}


def test_a_protected_address_changes_nothing_that_third_parties_receive(owing: Path) -> None:
    """支援措置の対象者の住所を入れ替えても、銀行・勤務先・保険会社・抵当権者・裁判所が受け取るものは、一字も変わらない。"""
    told = [_received(place, owing) for place in ("架空市秘密町1番地", "架空市隠谷99番地の9")]
    assert told[0] == told[1]
    assert {form for form, *_ in told[0]} == {
        "R-091",
        "R-092",
        "R-094",
        "R-095",
        "R-096",
        "R-097",
        "R-100",
        "R-114",
        "R-115",
        "file",
    }
    assert not any("秘密町" in text or "隠谷" in text for row in told[0] for text in row)


def _received(place: str, folder: Path) -> list[tuple[str, ...]]:
    """その住所のとき、第三者が受け取るすべてのもの。番号だけは除く。"""
    run_sql("DELETE FROM addressee_mailing WHERE addressee_number = %s", [SATO])
    run_sql(
        "UPDATE addressee SET address = %s, protection_measure = true, born_on = %s WHERE addressee_number = %s",
        [place, date(1975, 4, 1), SATO],
    )
    run_sql("UPDATE asset SET gone_on = %s", [DAY])
    (since,) = fetch_one("SELECT coalesce(max(run_id), 0) FROM letter_run")
    holder = Holder("佐藤 花子", "サトウ ハナコ", date(1975, 4, 1), "0", place)
    wage = seized(asset_of(kind=AssetKind.WAGE, amount=300_000, holder=holder), wages=PaidWages(TestWages.PAY))
    (plan,) = fetch_one("SELECT max(investigation_id) FROM asset_investigation")
    kinds = (ThirdParty.Kind.BANK, ThirdParty.Kind.EMPLOYER, ThirdParty.Kind.INSURER, ThirdParty.Kind.OFFICE)
    parties = [party_of(kind, f"照会先{at}") for at, kind in enumerate(kinds)]
    send_inquiries((SATO, plan), parties, reply_by=date(2026, 12, 28), as_of=DAY, officer=OFFICER)
    bank = register_third_party(
        GivenParty(ThirdParty.Kind.BANK, "電子銀行", "", "架空市", "", "", True), officer=OFFICER
    )
    asked = ask_by_file(bank, [SATO], folder / f"{place}.csv", reply_by=date(2026, 12, 28), as_of=DAY, officer=OFFICER)
    cells = Path(asked.egress.place).read_text(encoding="utf-8").splitlines()[1].split(",")[1:]
    served(wage)
    collect(wage, Money(10_000, today(), "勤務先"), as_of=today(), officer=OFFICER)
    release(wage, ReleaseJudgement("試験", is_third_partys=True), as_of=today(), officer=OFFICER)
    land = asset_of(kind=AssetKind.REAL_ESTATE, amount=5_000_000, prior_claims=1_000_000, holder=holder)
    creditor = party_of(ThirdParty.Kind.CREDITOR, "架空信用金庫")
    add_interest(land, Interest(AssetInterest.Kind.MORTGAGE, creditor, 1_000_000, date(2020, 4, 1), 1), officer=OFFICER)
    key = seized(land, perform_by=None, scope="全部", registry_id=party_of(ThirdParty.Kind.REGISTRY, "法務局"))
    release(key, ReleaseJudgement("試験", is_third_partys=True), as_of=today(), officer=OFFICER)
    court = party_of(ThirdParty.Kind.COURT, "津地方裁判所")
    with as_officer(OFFICER):
        carried(propose_request(RequestTerms(SATO, "競売", court, "令和8年(ケ)第3号"), as_of=DAY))
    rows = fetch_all(
        "SELECT form, context::text, to_name, address, care_of FROM letter JOIN letter_run USING (run_id) "
        "WHERE receiver_number = '' AND run_id > %s ORDER BY run_id, letter_number",
        [since],
    )
    return [*(_plain(row) for row in rows), ("file", *cells)]


def _plain(row: tuple[str, ...]) -> tuple[str, ...]:
    """番号のほかの内容。"""
    form, context, *rest = row
    body = json.loads(context)
    body.pop("inquiry_number", None)
    body["facts"] = [
        fact
        for fact in body.get("facts", ())
        if fact[0] not in {"処分の番号", "原因", "原因となる処分", "抹消する登記"}
    ]
    return (form, json.dumps(body, ensure_ascii=False, sort_keys=True), *rest)
