"""売却代金の配当。公表された計算例、滞納処分費、申立書、異議、供託、残余。代金は、一円も増えも減りもしない。"""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from typer.testing import CliRunner

from osame.collection.arrears.prescribing import prescription_of
from osame.collection.assets.models import AssetInterest
from osame.collection.auctions.delivering import (
    Deposited,
    DepositNeedsDetail,
    DisputedGoesToDeposit,
    ObjectionLate,
    ObjectionPending,
    TooEarlyToDeliver,
    deliver,
    file_objection,
    settle_objection,
    statement_of,
)
from osame.collection.auctions.delivery_cli import app as delivery_app
from osame.collection.auctions.models import DistributionObjection
from osame.collection.auctions.paying import record_price
from osame.collection.demands.batch import run_demands
from osame.collection.dispositions.collecting import propose_distribution
from osame.collection.dispositions.cost_prescribing import cost_expiries
from osame.collection.dispositions.creditors import (
    CostRecovered,
    Disposed,
    Spent,
    costs_of,
    record_cost,
    record_disposal,
    state_claim,
    withdraw_cost,
)
from osame.collection.dispositions.models import DispositionCost
from osame.collection.dispositions.queries import disposition_file
from osame.collection.dispositions.releasing import ReleaseJudgement, finish, release
from osame.collection.inquiry.verification import verify_everything
from osame.collection.writeoffs.queries import candidates
from osame.kernel.periods import years_after
from osame.law.dispositions import ProcedureStage
from osame.law.distribution import CreditorKind
from osame.law.mortgage_disposal import MortgageDisposalKind
from osame.platform.database import fetch_one, run_sql
from tests.systems.collection.auction_cast import DECIDED, TERMS, Key, awarded, mortgaged, seized, sold
from tests.systems.collection.cast import OFFICER, SATO, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy
from tests.systems.collection.seizure_cast import as_officer, carried
from tests.systems.collection.test_auctions import papers

CASES = [
    case
    for line in (Path(__file__).parents[2] / "law" / "cases" / "published_cases.jsonl").read_text("utf-8").splitlines()
    if (case := json.loads(line))["kind"] == "distribution"
]
Outcome = DistributionObjection.Outcome
COURT = Deposited("津地方法務局", "令和8年度金第12号", "異議があり争っている（国税徴収法第133条第3項）")


STORED = Spent(DispositionCost.Kind.STORAGE, 8_000, date(2026, 4, 1), "架空倉庫 請求書第2号")


def now_in_japan() -> date:
    return date.fromisoformat(str(fetch_one("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")[0]))


@pytest.fixture(autouse=True)
def home(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))


def owing(tmp_path: Path, amount: int) -> None:
    levy(tmp_path, determination(SATO, 1, amount))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)


def paid(patch: pytest.MonkeyPatch, seizure: Key, price: int, market_value: int = 5_000_000) -> None:
    """公売し、代金を受け取る。"""
    key = sold(patch, awarded(patch, seizure, price=price, terms=replace(TERMS, market_value=market_value)))
    record_price(key, price, DECIDED, officer=OFFICER)


def distributed(seizure: Key) -> dict[str, int]:
    """配当を起案し、決裁を経て執行する。債権者ごとの額。"""
    with as_officer(OFFICER):
        number = propose_distribution(seizure, reason="計算のとおり", as_of=DECIDED)
    carried(number)
    return {each.creditor: each.amount for each in disposition_file(seizure).shares}


def spend(seizure: Key, amount: int) -> int:
    spent = Spent(DispositionCost.Kind.APPRAISAL, amount, DECIDED, "架空不動産鑑定 請求書第1号")
    return record_cost(seizure, spent, as_of=DECIDED, officer=OFFICER)


def costs_in_ledger() -> tuple[int, int]:
    """元帳の滞納処分費（勘定5）の残高と、収納になった額。"""
    balance, received = fetch_one(
        "SELECT (SELECT sum(disposition_cost) FROM charge)::bigint, (SELECT coalesce(sum(amount), 0) FROM entry WHERE debit = 7 AND credit = 5)::bigint"
    )
    return int(balance), int(received)


@pytest.mark.parametrize("case", CASES, ids=[each["id"] for each in CASES])
def test_the_published_cases_come_out_of_a_sale(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """単位は1円とし（延滞金の付かない額になる）、日は順を変えずに、この団体の税の法定納期限等（令和7年6月30日）に合わせる。"""
    given, expected = case["inputs"], case["expected"]
    owing(tmp_path, 400)  # 督促手数料100円と合わせて500円
    seizure = seized(amount=2_000)
    if "claims" in given:
        spend_on_sale, names = given["disposition_cost"], claims(seizure, given["claims"])
    else:
        spend_on_sale, names = 0, mortgages(seizure, given)
    paid(monkeypatch, seizure, given["proceeds"], market_value=1_000)
    if spend_on_sale:
        spend(seizure, spend_on_sale)
    found = distributed(seizure)
    assert {name: found[recorded] for name, recorded in names.items() if found[recorded]} == expected
    assert sum(found.values()) == given["proceeds"]


def claims(seizure: Key, told: list[dict[str, Any]]) -> dict[str, str]:
    names = {"滞納処分費": "滞納処分費"}
    for each in told:
        on = date.fromisoformat(each["date"])
        on = on.replace(year=on.year + 19, month=on.month - 2, day=min(on.day, 28))
        if each.get("seq") == 1:
            names[each["name"]] = "この団体の徴収金"
            continue
        kind = AssetInterest.Kind.TAX if each["type"] == "tax" else AssetInterest.Kind.MORTGAGE
        mortgaged(seizure, each["amount"], on, each.get("seq", 1), each["name"], kind=kind)
        names[each["name"]] = f"{each['name']}（{kind.label}）"
    return names


def mortgages(seizure: Key, told: dict[str, Any]) -> dict[str, str]:
    names, numbers = {}, {}
    for rank, (name, amount) in enumerate(told["mortgages"], start=1):
        numbers[name] = mortgaged(seizure, amount, date(2020, rank, 1), rank, name)
        names[name] = f"{name}（抵当権）"
    kind, by, to = told["case"].replace("→", " ").split()
    asset = (seizure[0], disposition_file(seizure).head.asset_id or 0)
    unsecured = dict(told["unsecured"])
    if to in unsecured:
        names[to] = to
        disposed = Disposed(MortgageDisposalKind(kind), to_name=to, to_amount=unsecured[to])
    else:
        disposed = Disposed(MortgageDisposalKind(kind), to_interest=numbers[to])
    record_disposal(asset, numbers[by], disposed, officer=OFFICER)
    return names


def test_costs_and_stated_claims_come_first_and_nothing_is_paid_before_the_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owing(tmp_path, 500_000)
    seizure = seized()
    interest = mortgaged(seizure, 1_000_000, date(2020, 4, 1))
    wrong = spend(seizure, 10_000)
    withdraw_cost(seizure, wrong, reason="二重の起票", as_of=DECIDED, officer=OFFICER)
    cost = spend(seizure, 120_000)
    assert costs_in_ledger() == (120_000, 0)  # 起票で勘定5に立つ。取り消した起票は、名指して取り消されている
    (held,) = cost_expiries(seizure).values()
    assert (held.cost_number, held.left, held.prescription.completes_on) == (
        cost,
        120_000,
        None,
    )  # 差押えが続く間は完成しない
    asset = (SATO, disposition_file(seizure).head.asset_id or 0)
    state_claim(asset, interest, (900_000, "残高証明書"), as_of=DECIDED - timedelta(days=1), officer=OFFICER)
    paid(monkeypatch, seizure, 4_500_000)
    found = distributed(seizure)
    assert (found["滞納処分費"], found["架空信用金庫（抵当権）"]) == (120_000, 900_000)
    with pytest.raises(CostRecovered):
        withdraw_cost(seizure, cost, reason="誤り", as_of=DECIDED, officer=OFFICER)
    assert (costs_of(seizure).spent, costs_of(seizure).recovered, costs_of(seizure).left) == (120_000, 120_000, 0)
    ours = found["この団体の徴収金"]
    statement = statement_of(seizure, 1)
    assert statement.surplus == 4_500_000 - 120_000 - 900_000 - ours
    assert fetch_one("SELECT principal_tax FROM charge WHERE addressee_number = %s", [SATO]) == (
        500_000,
    )  # まだ充てない
    assert costs_in_ledger() == (120_000, 0)
    day = statement.delivery_on or DECIDED
    with pytest.raises(TooEarlyToDeliver):
        deliver(seizure, 1, {}, as_of=day - timedelta(days=1), officer=OFFICER)
    with pytest.raises(DatabaseError, match="交付が終わっていません"), transaction.atomic():
        finish(seizure, as_of=day, officer=OFFICER)
    assert deliver(seizure, 1, {}, as_of=day, officer=OFFICER) == 4
    assert deliver(seizure, 1, {}, as_of=day, officer=OFFICER) == 0
    assert fetch_one(
        "SELECT principal_tax + demand_fee + delinquency_charge FROM charge WHERE addressee_number = %s", [SATO]
    ) == (0,)
    assert fetch_one("SELECT sum(amount)::bigint FROM distribution_delivery") == (4_500_000,)
    assert costs_in_ledger() == (0, 120_000)  # 交付とともに、収納になる
    assert "残余金交付通知書" in papers(seizure, "disposition")
    finish(seizure, as_of=day, officer=OFFICER)
    assert disposition_file(seizure).head.stage is ProcedureStage.COMPLETED
    assert verify_everything().sound
    assert (cost_expiries(seizure)[cost].left, cost_expiries(seizure)[cost].is_alive(day)) == (0, False)


def test_a_cost_lapses_by_its_own_clock_and_holds_the_write_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owing(tmp_path, 50_000)
    seizure = seized()
    ended = now_in_japan()
    release(seizure, ReleaseJudgement("換価の見込みがない", is_unlawful=True), as_of=ended, officer=OFFICER)
    early = record_cost(seizure, replace(STORED, spent_on=ended), as_of=ended, officer=OFFICER)
    spent_on = ended + timedelta(days=40)
    late = record_cost(seizure, replace(STORED, spent_on=spent_on), as_of=spent_on, officer=OFFICER)
    found = cost_expiries(seizure)
    assert found[early].prescription.completes_on == years_after(ended, 5)
    assert found[late].prescription.completes_on == years_after(spent_on, 5)
    assert "起算日" in found[late].prescription.steps[0]
    gone = prescription_of(SATO, as_of=ended)[charge_of(SATO)].extinguished_on
    assert gone == years_after(ended, 5) + timedelta(days=1)
    (tax,) = candidates(as_of=gone)
    assert [each.key for each in tax.judge(as_of=gone).unmet] == ["costs"]
    assert f"費用{late} 残り8,000円" in tax.judge(as_of=gone).unmet[0].fact
    done = years_after(spent_on, 5) + timedelta(days=1)
    (tax,) = candidates(as_of=done)
    assert (tax.disposition_cost, tax.judge(as_of=done).is_allowed) == (16_000, True)
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    told = CliRunner().invoke(delivery_app, ["costs", str(seizure[1])])
    assert f"時効（番号{late}） 起算日" in told.output, told.output


def test_objections_are_told_by_the_day_and_what_stays_disputed_is_deposited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owing(tmp_path, 500_000)
    seizure = seized()
    mortgaged(seizure, 1_000_000, date(2020, 4, 1))
    paid(monkeypatch, seizure, 4_500_000)
    distributed(seizure)
    statement = statement_of(seizure, 1)
    part = next(each.part_number for each in statement.parts if each.kind is CreditorKind.SECURED)
    day = statement.delivery_on or DECIDED
    told = (part, "架空商事", "抵当権の被担保債権は弁済されている")
    with pytest.raises(ObjectionLate):
        file_objection(seizure, 1, told, as_of=day + timedelta(days=1), officer=OFFICER)
    number = file_objection(seizure, 1, told, as_of=day, officer=OFFICER)
    assert file_objection(seizure, 1, told, as_of=day, officer=OFFICER) == number
    with pytest.raises(ObjectionPending):
        deliver(seizure, 1, {}, as_of=day, officer=OFFICER)
    settle_objection(seizure, (1, number), (Outcome.DISPUTED, "配当異議の訴えが提起された"), as_of=day, officer=OFFICER)
    with pytest.raises(DisputedGoesToDeposit):
        deliver(seizure, 1, {}, as_of=day, officer=OFFICER)
    with pytest.raises(DepositNeedsDetail):
        deliver(seizure, 1, {part: replace(COURT, number="")}, as_of=day, officer=OFFICER)
    assert deliver(seizure, 1, {part: COURT}, as_of=day, officer=OFFICER) == 3
    after = {
        each.part_number: (each.how.label if each.how else "", each.amount) for each in statement_of(seizure, 1).parts
    }
    assert after[part] == ("供託した", 1_000_000)
    assert sum(amount for _, amount in after.values()) == 4_500_000
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql("UPDATE distribution_delivery SET amount = 1")
