"""返還金と前納報奨金。候補から、四つの目の決定、口座、一度だけの振込、組戻し、減額の後の返納まで。画面と命令の入口から。"""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from osame.collection.inquiry.verification import verify_everything
from osame.collection.letters.printing import print_run
from osame.collection.outlays.deciding import OutlayChanged
from osame.collection.outlays.recovering import CancelInstead, NothingToRecover, demand_return
from osame.collection.outlays.restitutions import PaidTwiceOver, checked_parts, read_parts
from osame.collection.outlays.rewards import DIED, OWES, candidates
from osame.collection.outlays.shortfalls import Shortfall, plan_shortfall
from osame.formats import zengin_transfer
from osame.platform.approvals.models import Proposal
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import OFFICER, SATO, SUZUKI, TANAKA, determination, notice, revision
from tests.systems.collection.debit_cast import account as debit_account
from tests.systems.collection.debit_cast import consignors, terms
from tests.systems.collection.demand_cast import levy, pay, set_value
from tests.systems.collection.pages_cast import pages_on, text
from tests.systems.collection.refund_cast import approve, settle_consignor
from tests.systems.collection.test_letters import texts

DAYS = (date(2025, 4, 30), date(2025, 7, 31), date(2025, 12, 25), date(2026, 2, 27))
ON = date(2025, 5, 20)
HERE = "/outlays/"
OLD = "2012、1、H24.5.31、H24.5.28、50,000、12,000、平成24年度 収納簿\n2013、1、H25.5.31、H25.5.28、60,000、10,000、実地調査、推計"


@pytest.fixture(autouse=True)
def may(monkeypatch: pytest.MonkeyPatch, city: str, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    settle_consignor()
    set_value("前納報奨金:06", "率:1/200,限度:50000,端数:100,数え方:納期の初日")
    set_value("返還金", "利息:5/100,年数:20")
    terms(*DAYS)
    with pages_on(ON.isoformat(), monkeypatch):
        yield
    found = verify_everything()
    assert found.sound or (found.entries, found.findings) == (0, ())


@pytest.fixture
def ahead(tmp_path: Path) -> None:
    """佐藤は四期すべて、田中は第2期まで、鈴木は四期すべて（ほかの税目に未納）を、4月30日に納めた。"""
    levy(
        tmp_path,
        *(determination(who, n, 50_000, due_on=day) for who in (SATO, TANAKA, SUZUKI) for n, day in enumerate(DAYS, 1)),
    )
    levy(
        tmp_path, determination(SUZUKI, 1, 9_000, tax_item="01", slip_number=990_002, due_on=DAYS[0]), name="other.csv"
    )
    paid = [(who, term) for who, most in ((SATO, 4), (TANAKA, 2), (SUZUKI, 4)) for term in range(1, most + 1)]
    pay(
        tmp_path,
        *(notice(at, who, 50_000, DAYS[0], term) for at, (who, term) in enumerate(paid, 1)),
        on=date(2025, 5, 2),
    )


def pressed(client: Client, path: str, form: str = "form", **typed: object) -> str:
    """その画面の書式を埋めて送る。"""
    page = client.get(path)
    hidden = {field.html_name: str(field.value() or "") for field in page.context[form].hidden_fields()}
    return text(client.post(path, {**hidden, **typed}, follow=True))


def settled(client: Client, number: int, what: str, form: str = "act", **typed: object) -> str:
    page = client.get(f"{HERE}{number}/")
    hidden = {field.html_name: str(field.value() or "") for field in page.context[form].hidden_fields()}
    return text(client.post(f"{HERE}{number}/{what}/", {**hidden, **typed}, follow=True))


def granted(client: Client) -> dict[str, int]:
    """二人に交付する。宛名番号 → 支払決定番号。"""
    assert "起案しました" in pressed(client, f"{HERE}rewards/?tax_item=06&levy_year=2025", "propose", reason="前納分")
    approve(Proposal.objects.latest("proposal_id").proposal_id)
    return {str(who): int(number) for who, number in fetch_all("SELECT addressee_number, outlay_id FROM outlay")}


def paid_out(client: Client) -> bytes:
    """支払を起案し、決裁を受け、ファイルを受け取る。"""
    assert "起案しました" in pressed(client, f"{HERE}runs/", transfer_on="R7.5.30", reason="支払")
    approve(Proposal.objects.latest("proposal_id").proposal_id)
    (run,) = fetch_one("SELECT max(run_id) FROM outlay_run")
    content = client.post(f"{HERE}runs/{run}/file/").content
    assert "もう渡しています" in text(client.post(f"{HERE}runs/{run}/file/"))
    return bytes(content)


@pytest.mark.usefixtures("ahead")
def test_who_paid_ahead_is_rewarded_by_the_ordinance(chief: Client) -> None:
    found = {each.addressee_number: each for each in candidates("06", 2025, as_of=ON)}
    assert [(found[who].amount, found[who].barred) for who in (SATO, TANAKA)] == [(4_500, ""), (500, "")]
    assert found[SUZUKI].barred == OWES
    assert found[SATO].reward.months == (2, 7, 9)
    page = text(chief.get(f"{HERE}rewards/", {"tax_item": "06", "levy_year": "2025"}))
    assert "2人 5,000円の交付を起案する" in page
    assert "前納報奨金の定めが、基本設定にありません" in text(
        chief.get(f"{HERE}rewards/", {"tax_item": "01", "levy_year": "2025"})
    )
    run_sql("UPDATE addressee SET died_on = '2025-05-01' WHERE addressee_number = %s", [TANAKA])
    assert {each.addressee_number: each.barred for each in candidates("06", 2025, as_of=ON)}[TANAKA] == DIED


@pytest.mark.usefixtures("ahead")
def test_from_the_grant_to_the_transfer_and_the_return_after_a_decrease(chief: Client, tmp_path: Path) -> None:
    consignors()
    debit_account(SATO, "7391586")
    made = granted(chief)
    assert set(made) == {SATO, TANAKA}
    assert [each for each in candidates("06", 2025, as_of=ON) if not each.barred] == []
    sato = made[SATO]
    typed = {"bank_code": "0155", "branch_code": "701", "account_type": "1", "account_number": "2"}
    assert "受取人と違います" in pressed(chief, f"{HERE}{sato}/", **typed, holder_kana="タナカ イチロウ")
    assert "****586" in settled(chief, sato, "debit-account", "plain")
    assert fetch_one("SELECT purpose, case_number FROM debit_account_use") == ("2", f"支払決定{sato}")
    assert "口座を登録しました" in pressed(
        chief, f"{HERE}{made[TANAKA]}/", bank_code="0155", branch_code="701", account_type="1", account_number="2",
        holder_kana="タナカ イチロウ",
    )  # fmt: skip
    assert "通知を作りました" in settled(chief, sato, "letter", "plain")
    content = paid_out(chief)
    ((_, transfers),) = zengin_transfer.read(content, business_year=2025).batches
    assert sorted((each.account_number, each.amount) for each in transfers) == [("0000002", 500), ("7391586", 4_500)]
    with pytest.raises(NothingToRecover):
        demand_return((SATO, sato), reason="減額", as_of=ON, officer=OFFICER)
    levy(tmp_path, revision(SATO, 1, 10_000, -40_000, 4, due_on=DAYS[3]), name="less.csv", on=date(2025, 6, 1))
    listed = text(chief.get(HERE))
    assert "返してもらう報奨金" in listed
    assert "1,800" in listed  # 40,000円 × 0.5% × 9月
    assert "記録しました" in settled(chief, sato, "recover", reason="家屋の滅失による減額")
    assert fetch_one("SELECT amount FROM outlay_recovery") == (1_800,)
    ((run_id,),) = fetch_all("SELECT run_id FROM letter_run WHERE form = 'R-009-3'")
    (letter,) = texts(print_run(run_id).directory)
    for part in ("前納報奨金返納通知書", "佐藤花子様", "1,800円", "家屋の滅失による減額"):
        assert part in letter, part
    assert "返してもらう報奨金" not in text(chief.get(HERE))  # 二度は求めない
    settled(chief, sato, "returned-1", "back", returned_on="R7.5.20")
    assert fetch_one("SELECT returned_on FROM outlay_recovery") == (ON,)
    back = settled(chief, made[TANAKA], "turned-back", reason="口座なし")
    assert "支払待ち" in back
    assert re.search("組戻し（令和7年[0-9]+月[0-9]+日の支払、回[0-9]+）：口座なし", back)  # いつ支払ったかは残る
    with pytest.raises(CancelInstead):
        demand_return((TANAKA, made[TANAKA]), reason="減額", as_of=ON, officer=OFFICER)
    assert "取消" in settled(chief, made[TANAKA], "cancel", reason="本人の辞退")


@pytest.mark.usefixtures("ahead")
def test_a_grant_is_refused_when_the_money_changed_and_by_sql_without_a_decision(chief: Client, tmp_path: Path) -> None:
    assert "起案しました" in pressed(chief, f"{HERE}rewards/?tax_item=06&levy_year=2025", "propose", reason="前納分")
    assert "もう起案しています" in pressed(
        chief, f"{HERE}rewards/?tax_item=06&levy_year=2025", "propose", reason="前納分"
    )
    levy(tmp_path, revision(SATO, 1, 10_000, -40_000, 4, due_on=DAYS[3]), name="less.csv", on=date(2025, 6, 1))
    number = Proposal.objects.latest("proposal_id").proposal_id
    with pytest.raises(OutlayChanged):
        approve(number)
    with pytest.raises(DatabaseError, match="決裁された起案がありません"), transaction.atomic():
        run_sql(
            "INSERT INTO outlay (addressee_number, outlay_id, kind, tax_item, levy_year, amount, interest, basis, reason, "
            "decided_on, proposal_id, state, note) VALUES (%s, 1, '2', '06', 2025, 9999, 0, '条例', '前納', %s, %s, '1', '')",
            [SATO, ON, number],
        )


def test_restitution_is_decided_paid_once_and_never_twice(chief: Client, tmp_path: Path) -> None:
    where = f"/people/{SATO}/restitutions/new/"
    refused = pressed(
        chief, where, tax_item="06", parts="2024、1、R6.5.31、R6.5.28、50,000、12,000、収納簿", reason="特例の漏れ"
    )
    assert "まだ還付できる期間です" in refused
    assert "内訳を読めません" in pressed(chief, where, tax_item="06", parts="2012、1", reason="特例の漏れ")
    assert "起案しました" in pressed(chief, where, tax_item="06", parts=OLD, reason="住宅用地の特例の漏れ")
    approve(Proposal.objects.latest("proposal_id").proposal_id)
    number, amount, interest = fetch_one("SELECT outlay_id, amount, interest FROM outlay")
    days = ((ON - date(2012, 5, 28)).days, (ON - date(2013, 5, 28)).days)
    assert (amount, interest) == (22_000, 12_000 * 5 * days[0] // 36_500 + 10_000 * 5 * days[1] // 36_500)
    page = text(chief.get(f"{HERE}{number}/"))
    assert "（推計）" in page
    assert "平成24年5月29日から" in page
    pressed(
        chief, f"{HERE}{number}/", bank_code="0155", branch_code="701", account_type="1", account_number="1234567",
        holder_kana="サトウ ハナコ",
    )  # fmt: skip
    ((_, (transfer,)),) = zengin_transfer.read(paid_out(chief), business_year=2025).batches
    assert transfer.amount == amount + interest
    with pytest.raises(PaidTwiceOver):
        checked_parts(SATO, "06", read_parts("2012、1、H24.5.31、H24.5.28、50,000、38,001、収納簿"), decided_on=ON)
    assert (
        len(checked_parts(SATO, "06", read_parts("2012、1、H24.5.31、H24.5.28、50,000、38,000、収納簿"), decided_on=ON))
        == 1
    )
    settled(chief, int(number), "letter", "plain")
    ((run_id,),) = fetch_all("SELECT run_id FROM letter_run WHERE form = 'R-030-2'")
    (letter,) = texts(print_run(run_id).directory)
    for part in ("返還金支払決定通知書", "佐藤花子様", f"{amount + interest:,}円", "住宅用地の特例の漏れ"):
        assert part in letter, part


def test_what_was_refunded_is_not_restituted(tmp_path: Path) -> None:
    """帳簿にある年度は、収納の記録と還付の決議に照らす。"""
    old = date(2012, 5, 31)
    levy(
        tmp_path,
        determination(SATO, 1, 50_000, levy_year=2012, tax_year=2012, due_on=old, slip_number=120_600_000_001),
        name="old.csv",
    )
    pay(tmp_path, notice(1, SATO, 50_000, date(2012, 5, 28), slip_number=120_600_000_001), on=date(2025, 5, 2))
    (part,) = checked_parts(
        SATO, "06", read_parts("2012、1、H24.5.31、H24.5.28、50,000、12,000、収納簿"), decided_on=ON
    )
    assert part.charge_id == fetch_one("SELECT charge_id FROM charge WHERE levy_year = 2012")[0]
    with pytest.raises(Exception, match="納付した額が、収納の記録と違います"):
        checked_parts(SATO, "06", read_parts("2012、1、H24.5.31、H24.5.28、60,000、12,000、収納簿"), decided_on=ON)


def test_a_shortfall_settles_its_year_then_what_is_overdue_and_the_rest_is_refunded(
    chief: Client, tmp_path: Path
) -> None:
    """当年度の個人住民税は納期限の前でも充て、申出により納期限を過ぎた固定資産税に充て、残りを還付する。"""
    levy(
        tmp_path,
        determination(SATO, 1, 30_000, tax_item="01", slip_number=990_101, due_on=date(2025, 6, 30)),
        determination(SATO, 2, 20_000, tax_item="01", slip_number=990_102, due_on=date(2025, 8, 31)),
        determination(SATO, 1, 9_000, due_on=DAYS[0]),
        determination(SATO, 2, 9_000, due_on=DAYS[1]),
    )
    only_year = Shortfall(SATO, 2025, 70_000, ON, wished=False, reason="確定申告")
    assert plan_shortfall(only_year, as_of=ON)[1] == 20_000
    where = f"/people/{SATO}/shortfalls/new/"
    typed = {
        "levy_year": "2025",
        "amount": "70,000",
        "applied_on": "R7.5.19",
        "wished": "on",
        "reason": "令和6年分の確定申告",
    }
    assert "起案しました" in pressed(chief, where, **typed)
    approve(Proposal.objects.latest("proposal_id").proposal_id)
    assert fetch_all("SELECT tax_item, installment_term, principal_tax FROM charge WHERE charge_id > 0 ORDER BY 1, 2") == [
        ("01", 1, 0), ("01", 2, 0), ("06", 1, 0), ("06", 2, 9_000),
    ]  # fmt: skip
    assert fetch_one("SELECT sum(amount)::bigint, min(channel), min(paid_on) FROM receipt") == (59_000, "19", ON)
    number, amount, settled_amount = fetch_one("SELECT outlay_id, amount, settled FROM outlay")
    assert (amount, settled_amount) == (11_000, 59_000)
    assert "もう決定しています" in pressed(chief, where, **typed)
    assert "未納に充てた額 59,000円" in text(chief.get(f"{HERE}{number}/"))
    settled(chief, int(number), "letter", "plain")
    ((run_id,),) = fetch_all("SELECT run_id FROM letter_run WHERE form = 'R-032-2'")
    (letter,) = texts(print_run(run_id).directory)
    for part in ("控除不足額充当（委託納付）・還付通知書", "佐藤花子様", "59,000", "11,000円"):
        assert part in letter, part
