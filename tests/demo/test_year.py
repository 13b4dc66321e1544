"""架空市の一年。真実と、仕組みが見つけたものを突き合わせる。"""

import json
from pathlib import Path

import pytest

from osame.collection.ledger.digest import ledger_digest
from osame.demo.outcome import Outcome
from osame.demo.plan import DemoPlan, Kind, build
from osame.demo.run import AnotherCity, perform, run_demo
from osame.demo.truth import FileTruth
from osame.platform.database import fetch_all, fetch_one

RESIDENTS, SEED = 300, 7


@pytest.fixture
def year(database: str, tmp_path: Path) -> tuple[DemoPlan, Outcome]:
    plan = build(RESIDENTS, SEED, tmp_path)
    return plan, perform(plan, show=False, print_letters=False)


def slips(plan: DemoPlan, kind: str) -> list[int]:
    return [int(slip) for slip in plan.truth.dirt.found[kind]]


def test_truth_and_system_agree(year: tuple[DemoPlan, Outcome]) -> None:
    plan, outcome = year
    assert outcome.verification is not None
    assert outcome.verification.findings == ()
    compare_files(plan, outcome)
    compare_days(plan, outcome)
    compare_dirt(plan)
    (protected,) = fetch_one("SELECT count(*) FROM addressee WHERE protection_measure")
    assert RESIDENTS // 100 <= protected <= RESIDENTS // 100 + 6
    assert outcome.letters > 0
    digest = outcome.digest
    again = perform(plan, show=False, print_letters=False)  # 二度目は何も変えない
    assert again.digest == digest == ledger_digest()
    assert again.tallies[Kind.RECEIPTS].rows_in == 0
    assert (again.letters, again.demanded_amount) == (outcome.letters, outcome.demanded_amount)


def compare_files(plan: DemoPlan, outcome: Outcome) -> None:
    """すべてのファイルで、取込・保留・不受理の行数が真実どおり。"""
    wrong = {}
    for path, result in outcome.results.items():
        assert result.rows_in == result.rows_posted + result.rows_held + result.rows_rejected, path
        truth = plan.truth.files[path]
        found = FileTruth(
            result.rows_in, result.rows_posted, result.rows_held, result.rows_rejected, bool(result.refusal),
            result.already_received,
        )  # fmt: skip
        if found != truth:
            wrong[path] = (found, truth, result.problems[:2], result.refusal)
    assert wrong == {}


def compare_days(plan: DemoPlan, outcome: Outcome) -> None:
    """締めた日ごとの入金の合計が、真実どおり。"""
    rows = fetch_all("SELECT business_on, receipts, amount FROM daily_closing")
    closed = {day: (count, amount) for day, count, amount in rows}
    for day, channels in plan.truth.days.items():
        told = (sum(each.receipts for each in channels.values()), sum(each.amount for each in channels.values()))
        assert closed[day] == told, day
    assert outcome.days_closed == len(closed) == 72
    money = sum(each.amount for channels in plan.truth.days.values() for each in channels.values())
    (received,) = fetch_one("SELECT coalesce(sum(amount), 0)::bigint FROM receipt")
    (held,) = fetch_one("SELECT coalesce(sum(amount), 0)::bigint FROM held_receipt WHERE state = '1'")
    assert received + held == money
    unmatched = sum(
        result.amount_held for result in {each.intake_file_id: each for each in outcome.results.values()}.values()
    )
    assert outcome.amount_matched + unmatched == money


def compare_dirt(plan: DemoPlan) -> None:
    """混ぜた汚れが、一つ残らず、あるべきところにある。"""
    unpaid = open_amounts([slip for kind in ("一円不足", "一部納付") for slip in slips(plan, kind)])
    assert [unpaid[slip] for slip in slips(plan, "一円不足")] == [1] * len(slips(plan, "一円不足"))
    assert all(unpaid[slip] > 1 for slip in slips(plan, "一部納付"))
    over = overpaid()
    for kind in ("過大納付", "二重納付", "納付の後の減額更正", "減額更正の後の納付"):
        assert set(slips(plan, kind)) <= set(over), kind
    assert all(over[slip][1] == "02" for slip in slips(plan, "二重納付"))
    stages = reports()
    assert all("1" in stages[slip] for slip in slips(plan, "速報だけで確報なし"))
    assert all(stages[slip] == {"1", "3"} for slip in slips(plan, "速報の取消"))
    assert all(slip not in stages for slip in slips(plan, "速報なしの確報"))
    assert all("9" in stages[slip] for slip in slips(plan, "口座振替の不能"))
    (held,) = fetch_one("SELECT count(*) FROM held_receipt WHERE state = '1'")
    assert held == len(slips(plan, "知らない納付書番号"))
    assert fetch_one("SELECT count(*) FROM held_determination WHERE released_by_file_id IS NULL") == (0,)
    assert fetch_one("SELECT count(*) FROM held_determination")[0] == len(slips(plan, "宛名より先の調定")) + len(
        slips(plan, "順の逆な異動")
    )
    (refused,) = fetch_one("SELECT count(*) FROM intake_file WHERE state = '9'")
    broken_files = plan.truth.dirt.found["途中で切れたファイル"] + plan.truth.dirt.found["文字コードの誤り"]
    assert refused == len(broken_files)


def open_amounts(wanted: list[int]) -> dict[int, int]:
    from osame.collection.ledger.models import Account

    return dict(
        fetch_all(
            "SELECT c.slip_number, sum(CASE WHEN e.debit = %s THEN e.amount ELSE -e.amount END)::bigint "
            "FROM charge c JOIN entry e USING (charge_id, addressee_number) "
            "WHERE c.slip_number = ANY(%s) AND %s IN (e.debit, e.credit) GROUP BY 1",
            [Account(2), wanted, Account(2)],
        )
    )


def overpaid() -> dict[int, tuple[int, str]]:
    return {
        slip: (amount, cause)
        for slip, amount, cause in fetch_all(
            "SELECT c.slip_number, o.amount, o.cause FROM overpayment o "
            "JOIN charge c USING (charge_id, addressee_number)"
        )
    }


def reports() -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for slip, stage in fetch_all("SELECT slip_number, stage FROM channel_report ORDER BY 1, 2"):
        found.setdefault(slip, set()).add(stage)
    return found


def test_another_city_is_not_laid_over_this_one(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "city.txt").write_text("住民300人 種1\n", encoding="utf-8")
    with pytest.raises(AnotherCity, match="別の場所"):
        run_demo(300, 2, tmp_path, print)


def test_truth_is_complete(tmp_path: Path) -> None:
    plan = build(RESIDENTS, SEED, tmp_path)
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert sorted(truth["dirt"]) == sorted(plan.truth.dirt.found)
    assert {
        "一円不足", "一部納付", "過大納付", "二重納付", "知らない納付書番号", "納付書番号のない済通",
        "同じファイルの重複行", "別のファイルの重複行", "速報だけで確報なし", "速報なしの確報", "速報の取消",
        "検査数字の誤り",
        "口座振替の不能", "減額更正の後の納付", "納付の後の減額更正", "途中で切れたファイル", "二度届いたファイル",
        "文字コードの誤り",
        "宛名より先の調定", "順の逆な異動", "よその団体の行",
    } <= set(truth["dirt"])  # fmt: skip
