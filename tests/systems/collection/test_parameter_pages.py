"""基本設定の画面。ある日の値を見て、新しい値と納期限を四つの目で変える。"""

import re
import time
from datetime import date

import pytest

from osame.collection.changes.due_dates import (
    AlreadyProposed,
    DueDateMoved,
    Ground,
    NotBroughtForward,
    UnknownTerm,
    move_of,
    propose_due_date,
)
from osame.collection.changes.effects import effect_of
from osame.collection.demands.batch import run_demands
from osame.collection.determinations.importing import import_determinations
from osame.collection.ledger.verification import verify_ledger
from osame.collection.matching.importing import import_receipts
from osame.collection.parameters.changing import MovedMeanwhile, ThatDayIsTaken, propose_change
from osame.collection.parameters.queries import municipality, setting
from osame.platform.approvals import actions
from osame.platform.approvals.models import Proposal
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.gate import Acting, acting
from tests.browser.console_cast import register_handler
from tests.systems.collection.cast import (
    AS_OF,
    KAKU,
    OFFICER,
    SATO,
    TANAKA,
    determination,
    found_city,
    notice,
    revision,
    write_determinations,
    write_notices,
)
from tests.systems.platform.staff_cast import acts, hire, sign_in, with_app

CLERK, CHIEF, MANAGER, AUDITOR = "A0001", "A0002", "A0003", "A0009"
LATER = date(2025, 9, 30)
SMALL = "督促しない少額（円未満）"


def officer(number: str = CLERK):
    return acting(Acting(number, "collection.changes.propose", "statutory"))


@pytest.fixture
def city(database, tmp_path):
    """Three taxpayers with a first term: one has not paid, one paid in time, one paid late with a delinquency charge."""
    with officer():
        found_city()
        run_sql(
            "INSERT INTO installment_term (levy_year, tax_item, installment_term, name, year_month, due_date, sort_order, "
            "occasional) VALUES (2025, '06', 1, '第1期', '2025-06', '2025-06-30', 1, false)"
        )
        rows = [determination(each, amount=600_000) for each in (SATO, TANAKA, KAKU)]
        import_determinations(write_determinations(tmp_path / "d.csv", *rows), as_of=AS_OF, officer=OFFICER)
        import_receipts(
            write_notices(
                tmp_path / "n.csv",
                notice(1, TANAKA, 600_000, date(2025, 6, 20)),
                notice(2, KAKU, 620_000, date(2025, 9, 5)),
            ),
            profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER,
        )  # fmt: skip
    return database


@pytest.fixture
def desks(city):
    people = {CLERK: "collection_clerk", CHIEF: "collection_chief", MANAGER: "collection_manager", AUDITOR: "auditor"}
    return {number: sign_in(number, with_app(hire(number, f"職員 {number}", role))) for number, role in people.items()}


def decided(number: int) -> int:
    with officer(CHIEF):
        actions.check(number)
    with officer(MANAGER):
        actions.decide(number)
    return number


def proposed(after: date = LATER) -> int:
    with officer():
        move = move_of(2025, "06", 1, after)
        return propose_due_date(move, ground=Ground.DISASTER, basis="架空市告示第31号", reason="台風のため")


def balances() -> dict[str, tuple[int, ...]]:
    rows = fetch_all(
        "SELECT addressee_number, principal_tax, delinquency_charge, overpayment FROM charge WHERE charge_id > 0"
    )
    return {row[0]: row[1:] for row in rows}  # fmt: skip


def form_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(submission|previewed)" value="([^"]+)"', page))


def test_the_effect_is_counted_before_anything_is_written(city):
    with officer():
        effect = effect_of(move_of(2025, "06", 1, LATER), as_of=AS_OF)
    assert (effect.charges, effect.unpaid, effect.unpaid_tax, effect.due_for_demand) == (3, 1, 600_000, 1)
    assert effect.before > 0
    assert effect.after == 0
    assert effect.difference == -effect.before


def test_a_due_date_changed_with_four_eyes_reaches_every_charge(city):
    """The late payer's delinquency charge turns into an overpayment; the ledger still verifies; the history names the proposal."""
    before = balances()
    number = decided(proposed())
    with officer():
        told = actions.execute(number)
    assert "3件の調定の納期限を令和7年9月30日に変えました" in told
    assert fetch_all("SELECT DISTINCT due_date FROM charge WHERE charge_id > 0") == [(LATER,)]
    assert fetch_one("SELECT due_date FROM installment_term") == (LATER,)
    after = balances()
    assert before[KAKU][2] < after[KAKU][2] == 20_000
    assert after[SATO] == before[SATO]
    rows = fetch_all("SELECT revision, reason_code, difference, reason FROM determination_revision")
    assert {row[:3] for row in rows} == {(1001, "10", 0)}
    assert all(f"起案番号 {number}" in row[3] and "第20条の5の2" in row[3] for row in rows)
    with officer():
        assert verify_ledger().findings == ()
    with officer(), pytest.raises(actions.NotAtThatStage):
        actions.execute(number)


def test_a_demand_before_the_new_due_date_is_taken_back(city):
    with officer():
        assert run_demands(as_of=AS_OF, cut_off=date(2025, 9, 5), officer=OFFICER).charges == 1
        before = fetch_one("SELECT demand_fee FROM charge WHERE addressee_number = %s", [SATO])
        told = actions.execute(decided(proposed()))
    assert before == (100,)
    assert "納期限の前に発したことになった督促1件を取り消しました" in told
    assert fetch_one("SELECT demand_fee FROM charge WHERE addressee_number = %s", [SATO]) == (0,)
    ((reason, seizable),) = fetch_all("SELECT cancel_reason, seizable_from FROM demand")
    assert "架空市告示第31号" in reason
    assert seizable is None
    with officer():
        assert verify_ledger().findings == ()


def test_a_later_revision_of_the_tax_office_does_not_undo_it(city, tmp_path):
    with officer():
        actions.execute(decided(proposed()))
        file = write_determinations(tmp_path / "r.csv", revision(SATO, 1, 500_000, -100_000))
        assert import_determinations(file, as_of=AS_OF, officer=OFFICER).rows_posted == 1
    assert fetch_one("SELECT tax_amount, due_date, last_revision FROM charge WHERE addressee_number = %s", [SATO]) == (
        500_000, LATER, 1,
    )  # fmt: skip
    with officer():
        assert verify_ledger().findings == ()


def test_a_second_change_follows_the_first(city):
    with officer():
        actions.execute(decided(proposed()))
        actions.execute(decided(proposed(date(2025, 10, 31))))
    assert fetch_all("SELECT DISTINCT revision FROM determination_revision ORDER BY 1") == [(1001,), (1002,)]


def test_what_cannot_be_proposed(city):
    with officer():
        with pytest.raises(NotBroughtForward):
            move_of(2025, "06", 1, date(2025, 6, 27))
        with pytest.raises(UnknownTerm):
            move_of(2025, "06", 9, LATER)
        proposed()
        with pytest.raises(AlreadyProposed):
            proposed(date(2025, 10, 1))


def test_a_due_date_that_moved_meanwhile_stops_the_execution(city):
    number = decided(proposed())
    run_sql("UPDATE installment_term SET due_date = '2025-07-31'")
    with officer(), pytest.raises(DueDateMoved):
        actions.execute(number)


def test_the_pages_of_the_journey(desks, city):
    """The clerk sees the effect first, proposes, and finds the term waiting; nobody may propose it twice."""
    at = "/parameters/terms/2025/06/1/due-date/"
    clerk = desks[CLERK]
    assert at in clerk.get("/parameters/?kind=installment_term&year=2025").content.decode()
    page = clerk.get(at).content.decode()
    typed = {
        "due_date": "R7.9.30",
        "ground": "disaster",
        "basis": "告示第31号",
        "reason": "台風のため",
        **form_of(page),
    }
    direct = clerk.post(at, {**typed, "go": "propose"})
    assert direct.status_code == 200
    assert not Proposal.objects.exists()
    seen = clerk.post(at, {**typed, "go": "preview"}).content.decode()
    assert "納期限の変わる調定" in seen
    changed = {**typed, **form_of(seen), "due_date": "R7.10.1", "go": "propose"}
    assert clerk.post(at, changed).status_code == 200
    assert not Proposal.objects.exists()
    answers = [clerk.post(at, {**typed, **form_of(seen), "go": "propose"}) for _ in range(2)]
    assert [each.status_code for each in answers] == [302, 302]
    assert Proposal.objects.count() == 1
    number = Proposal.objects.get().proposal_id
    assert f"起案 {number} が決裁待ち" in clerk.get("/parameters/?kind=installment_term&year=2025").content.decode()
    assert f"起案 {number}" in clerk.get(at).content.decode()
    told = clerk.get(f"/approvals/{number}/").content.decode()
    assert "令和7年6月30日" in told
    assert "令和7年9月30日" in told


def test_the_taxpayers_history_names_the_proposal(desks):
    register_handler(CLERK, "collection")
    number = decided(proposed())
    with officer():
        actions.execute(number)
    page = desks[CLERK].get(f"/people/{KAKU}/", headers={"Osame-Purpose": "statutory"})
    assert page.status_code == 200
    assert f"起案番号 {number}" in page.content.decode()


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("R7.6.27", "早められません"),
        ("R7.9.28", "閉庁日"),
        ("R7.6.30", "同じ日"),
        ("明日", "日付"),
        ("", "入力してください"),
    ],
)
def test_what_is_wrong_is_told_beside_the_field(desks, day, says):
    at = "/parameters/terms/2025/06/1/due-date/"
    typed = {"due_date": day, "ground": "disaster", "basis": "告示第31号", "reason": "台風のため", "go": "preview"}
    answer = desks[CLERK].post(at, typed | form_of(desks[CLERK].get(at).content.decode()))
    assert answer.status_code == 422
    assert re.search(rf'id="id_due_date_error">[^<]*{says}', answer.content.decode())


def test_who_may_look_and_who_may_propose(desks):
    assert desks[AUDITOR].get("/parameters/").status_code == 200
    assert "起案する" not in desks[AUDITOR].get("/parameters/").content.decode()
    assert desks[AUDITOR].get("/parameters/change/setting/").status_code == 403
    assert desks[CLERK].get("/parameters/change/installment_term/").status_code == 404
    assert desks[CLERK].get("/parameters/terms/2025/06/9/due-date/").status_code == 404


@pytest.mark.parametrize(
    "kind",
    ["municipality", "tax_item", "installment_term", "setting", "office_closure", "bank_succession", "standard_text", "law",
     "assignment_rule", "marker", "expected_file"],
)  # fmt: skip
def test_every_kind_has_its_page(desks, kind):
    assert desks[AUDITOR].get(f"/parameters/?kind={kind}&as_of=R8.4.1").status_code == 200


def test_the_rates_of_the_law_are_there_with_their_articles(desks):
    page = desks[CLERK].get("/parameters/?kind=law&as_of=2026-04-01").content.decode()
    assert "年9.1%" in page
    assert "地方税法附則第3条の2" in page
    assert "新しい値を起案する" not in page


def test_a_day_that_cannot_be_read_is_told(desks):
    answer = desks[CLERK].get("/parameters/?kind=setting&as_of=R99")
    assert answer.status_code == 422
    assert "as_of_error" in answer.content.decode()


def test_a_new_value_is_added_and_the_old_one_stays(desks, city):
    """A new threshold from next April: previewed, proposed, decided, executed; each day keeps its own value."""
    clerk, at = desks[CLERK], f"/parameters/change/setting/?name={SMALL}"
    page = clerk.get(at).content.decode()
    typed = {
        "valid_from": "R9.4.1",
        "value": "1000",
        "basis": "市税条例第19条",
        "reason": "改正のため",
        **form_of(page),
    }
    seen = clerk.post(at, {**typed, "go": "preview"}).content.decode()
    assert "<ins>1000</ins>" in seen
    answer = clerk.post(at, {**typed, **form_of(seen), "go": "propose"})
    number = int(answer.headers["Location"].split("/")[-2])
    decided(number)
    with officer():
        actions.execute(number)
    assert setting(SMALL, as_of=date(2027, 3, 31)) == "0"
    assert setting(SMALL, as_of=date(2027, 4, 1)) == "1000"
    page = clerk.get("/parameters/?kind=setting&as_of=R9.4.1").content.decode()
    assert f"起案 {number}" in page
    assert "市税条例第19条" in page


def test_a_day_that_has_a_value_is_not_overwritten(city):
    with officer(), pytest.raises(ThatDayIsTaken):
        propose_change(
            "setting",
            {"name": SMALL, "valid_from": date(2000, 1, 1), "value": "5", "basis": "条例"},
            basis="条例",
            reason="r",
        )


def test_what_moved_meanwhile_is_not_executed(city):
    row = {"name": SMALL, "valid_from": date(2027, 4, 1), "value": "5", "basis": "条例"}
    with officer():
        number = propose_change("setting", row, basis="条例", reason="改正")
    decided(number)
    run_sql("INSERT INTO setting (name, valid_from, value, basis) VALUES (%s, '2027-03-01', '7', 'x')", [SMALL])
    with officer(), pytest.raises(MovedMeanwhile):
        actions.execute(number)


def test_a_new_mayor_keeps_the_seal(city):
    run_sql("UPDATE municipality SET seal_image = '\\x0102'")
    columns = ("municipality_code, name, mayor_title, mayor_name, office_name, office_address, office_telephone, "
               "receiving_agency_number, barcode_corporate_code")  # fmt: skip
    now = dict(zip(columns.split(", "), fetch_one(f"SELECT {columns} FROM municipality"), strict=True))
    with officer():
        number = propose_change(
            "municipality",
            {**now, "valid_from": date(2027, 1, 1), "mayor_name": "新田 二郎"},
            basis="選挙",
            reason="交代",
        )
        actions.execute(decided(number))
    assert municipality(as_of=date(2027, 1, 1)).mayor_name == "新田 二郎"
    assert municipality(as_of=date(2026, 12, 31)).mayor_name == "架空 太郎"
    assert [bytes(each) for (each,) in fetch_all("SELECT seal_image FROM municipality")] == [b"\x01\x02"] * 2


def test_a_closure_on_a_due_date_names_the_term(desks):
    at = "/parameters/change/office_closure/"
    page = desks[CLERK].get(at).content.decode()
    typed = {"closed_on": "R7.6.30", "kind": "1", "basis": "告示", "go": "preview", **form_of(page)}
    answer = desks[CLERK].post(at, typed | {"reason": "臨時休庁"})
    assert "令和7年度 税目06 第1期" in answer.content.decode()


def test_the_whole_set_is_saved_through_the_broker(desks, city):
    answer = desks[CLERK].post("/parameters/export/")
    assert answer.status_code == 200
    assert "[[municipality]]" in answer.content.decode()
    assert fetch_one("SELECT count(*) FROM egress_record") == (1,)


def test_the_form_asks_for_the_person_before_anything_is_typed(desks, city):
    session = desks[CLERK].session
    for each in session["account_authentication_methods"]:
        each["at"] = time.time() - 16 * 60
    session.save()
    at = "/parameters/terms/2025/06/1/due-date/"
    assert desks[CLERK].get(at).headers["Location"].startswith("/account/again/")
    assert "本人の確認を求めた" in acts(city)
