"""納税者の画面と、期別の説明。どの数字も、元帳と法に1円まで等しい。"""

import json
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osame.collection.inquiry.charges import ChargeLine, Totals, View, charge_lines
from osame.collection.inquiry.explanation import explain
from osame.collection.inquiry.queries import quote
from osame.collection.ledger.queries import charge_numbered, charges_of
from osame.collection.matching.actions import Act, cancel_receipt
from osame.collection.matching.models import ReceiptCancellation
from osame.law.calc import answer
from osame.law.delinquency_charge import delinquency_charge
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import OFFICER, SATO, TANAKA
from tests.systems.collection.demand_cast import charge_of
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.collection.person_cast import (
    DEAD,
    MANY,
    NOBODY_OWES,
    PLACE,
    PROTECTED,
    SPOUSE,
    TELEPHONE,
    TODAY,
    constructed,
    levy_neighbours,
    many,
    neighbours,
)
from tests.systems.conftest import server

STATUTORY = "osame-purpose=statutory"
DAYS = st.integers(0, 420).map(lambda days: date(2024, 4, 1) + timedelta(days=days * 7 // 5))


@pytest.fixture
def town(city, tmp_path):
    neighbours()
    constructed(tmp_path)
    levy_neighbours(tmp_path)
    return city


@pytest.fixture
def desk(town, monkeypatch):
    with pages_on(TODAY.isoformat(), monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def opened(desk, number: str = SATO, query: str = "", *, status: int = 200):
    page = desk.get(f"/people/{number}/?{STATUTORY}{query}")
    assert page.status_code == status, text(page)[:2000]
    return page


def shown(page) -> dict[int, ChargeLine]:
    return {each.charge_id: each for tax in page.context["groups"] for year in tax.years for each in year.lines}


def lines(as_of: date, view: View = View.EFFECTIVE, number: str = SATO) -> list[ChargeLine]:
    return charge_lines(number, as_of=as_of, today=TODAY, view=view)


def test_every_figure_is_the_ledgers_and_the_laws(desk):
    page = opened(desk, query="&show=all")
    told = shown(page)
    facts = charges_of(SATO)
    assert set(told) == {each.charge_id for each in facts}
    for each in facts:
        line, law = told[each.charge_id], quote(each, as_of=TODAY)
        assert (line.tax_amount, line.received, line.principal_tax, line.demand_fee, line.overpayment) == (
            each.tax_amount, each.received, each.principal_tax, each.demand_fee, each.overpayment,
        )  # fmt: skip
        assert (line.delinquency_charge, line.total, line.fixed) == (law.delinquency_charge, law.total, law.fixed)
        for number in (line.tax_amount, line.principal_tax, line.delinquency_charge, line.total):
            assert f"{number:,}" in text(page)
    assert page.context["all"] == Totals.of(told.values())
    assert Counter(line.state.value for line in told.values()) == {"督促済": 5, "延滞金のみ": 1, "過誤納": 1}


def test_only_what_is_open_is_listed_unless_everything_is_wanted(desk):
    assert len(shown(opened(desk))) == 7
    assert set(shown(opened(desk, query="&tax=01"))) == {charge_of(SATO, 6)}
    assert set(shown(opened(desk, query="&year=2024"))) == {charge_of(SATO, 7)}
    page = opened(desk, query="&tax=01&year=2024")
    assert shown(page) == {}
    assert page.context["all"].total > 0
    assert page.context["listed"].total == 0


def naive(as_of: date, column: str) -> dict[int, Counter[int]]:
    """The journal, played entry by entry."""
    balances: dict[int, Counter[int]] = defaultdict(Counter)
    entries = fetch_all(
        f"SELECT charge_id, amount, debit, credit, kind, {column} FROM entry WHERE charge_id > 0 ORDER BY entry_id"
    )
    for charge_id, amount, debit, credit, kind, on in entries:
        if on <= as_of:
            balances[charge_id][debit] += amount
            balances[charge_id][credit] -= amount
            if kind in {1, 2, 3}:
                balances[charge_id][0] += amount if credit == 1 else -amount
    return balances


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(as_of=DAYS, view=st.sampled_from(View))
def test_a_past_day_is_the_journal_of_that_day(town, as_of, view):
    played = naive(as_of, view.column)
    told = {each.charge_id: each for each in lines(as_of, view)}
    mine = {each.charge_id for each in charges_of(SATO)}
    assert {key for key in told if told[key].tax_amount or told[key].received} == {key for key in played if key in mine}
    for key, line in told.items():
        books = played[key]
        assert (line.tax_amount, line.received) == (books[0], books[7])
        fixed = line.delinquency_charge if line.fixed else 0
        assert (
            line.principal_tax + line.demand_fee + fixed - line.overpayment == books[2] + books[3] + books[4] + books[8]
        )
        assert min(line.principal_tax, line.demand_fee, line.delinquency_charge, line.overpayment) >= 0
        assert line.overpayment == 0 or line.principal_tax + line.demand_fee + fixed == 0
        if not line.fixed:
            assert line.delinquency_charge == delinquency_charge(line.claim, as_of=as_of).final


def test_what_was_known_differs_from_what_was_in_force(town):
    """第2期の納付は7月10日、帳簿には後で載った。督促は7月18日。"""
    charge_id = charge_of(SATO, 3)
    before = date(2025, 9, 3)
    in_force = {each.charge_id: each.principal_tax for each in lines(before)}
    known = {each.charge_id: each.principal_tax for each in lines(before, View.KNOWN)}
    booked = fetch_all("SELECT min(posted_on) FROM entry WHERE charge_id = %s AND kind = 4", [charge_id])[0][0]
    assert in_force[charge_id] == 0
    assert known[charge_id] == (0 if booked <= before else 300_000)


def test_today_a_cancelled_receipt_is_owed_again(town):
    (key,) = fetch_all("SELECT receipt_key FROM receipt WHERE charge_id = %s", [charge_of(SATO, 2)])[0]
    before = {each.charge_id: each for each in lines(TODAY)}[charge_of(SATO, 2)]
    charge = charge_numbered(charge_of(SATO, 2))
    cancel_receipt(
        key, charge, reason=ReceiptCancellation.Reason.DISHONOUR, note="不渡り", act=Act(as_of=TODAY, officer=OFFICER)
    )
    after = {each.charge_id: each for each in lines(TODAY)}[charge_of(SATO, 2)]
    assert (before.principal_tax, after.principal_tax, after.received) == (179_500, 300_000, 0)
    assert after.delinquency_charge == quote(charge_numbered(after.charge_id), as_of=TODAY).delinquency_charge
    told = explain((SATO, after.charge_id), as_of=TODAY, today=TODAY)
    assert [each.words for each in told.entries if each.reverses] == [
        f"仕訳{each.entry_id}の取消し" for each in told.entries if each.reversed_by
    ]


@pytest.mark.parametrize("term", range(1, 8))
@pytest.mark.parametrize("as_of", [TODAY, date(2025, 7, 15), date(2025, 12, 26)])
def test_every_figure_is_the_sum_of_the_entries_beside_it(town, term, as_of):
    told = explain((SATO, charge_of(SATO, term)), as_of=as_of, today=TODAY)
    assert told is not None
    for figure in told.figures:
        assert figure.running or figure.summed + figure.adjusted == figure.amount
        assert as_of != TODAY or figure.adjusted == 0
    assert sum(each.amount for each in told.splits) == told.line.received
    for each in told.splits:
        assert sum(amount for _, amount in each.parts) == each.amount
    if told.breakdown:
        assert sum(each.amount for each in told.statement) == told.breakdown.total
        assert told.line.fixed or told.breakdown.final == told.line.delinquency_charge


def test_the_steps_on_the_page_are_the_answer_of_the_law(desk):
    page = desk.get(f"/charges/{charge_of(SATO, 2)}/?{STATUTORY}&of=delinquency_charge")
    asked = {"principal": 300_000, "due_date": "2025-06-30", "as_of": "2025-11-04",
             "payments": [{"on": "2025-07-10", "amount": 120_500}]}  # fmt: skip
    law = json.loads(answer(json.dumps({"id": "x", "kind": "delinquency_charge", "inputs": asked})))
    assert list(page.context["told"].steps) == law["steps"]
    assert all(step in text(page) for step in law["steps"])
    assert all(article in text(page) for article in law["basis"])
    assert 'id="delinquency_charge" class="panel chosen"' in text(page)


def test_a_charge_that_did_not_exist_yet_and_one_that_never_did(desk):
    page = desk.get(f"/charges/{charge_of(SATO, 1)}/?{STATUTORY}&as_of=R6.1.1")
    assert "まだありません" in text(page)
    assert desk.get(f"/charges/999999/?{STATUTORY}").status_code == 404
    assert opened(desk, "999999999999999", status=404)


def test_a_day_that_cannot_be_computed_is_told_beside_the_field(desk):
    for query, words in (("&as_of=R77.99.1", "id_as_of_error"), ("&as_of=R20.1.1", "まだ計算できません")):
        page = opened(desk, query=query)
        assert words in text(page)
        assert page.context["ask"].day == TODAY
    assert "令和7年11月30日に納めるとしたとき" in text(opened(desk, query="&as_of=R7.11.30"))


def test_the_people_beside_are_led_to(desk):
    page = text(opened(desk))
    assert f'<a href="/people/{SPOUSE}/">佐藤 健</a>（夫）' in page
    assert f'納税管理人 <a href="/people/{TANAKA}/">田中 一郎</a>' in page
    assert "納税管理人へ 〒5160037 架空市曽祢2丁目3-4" in page
    assert "期別がありません" in text(opened(desk, NOBODY_OWES))


def test_warnings_stand_in_order(desk):
    kinds = [each.text for each in opened(desk, DEAD).context["warnings"]]
    assert kinds == ["死亡", "納税義務が消滅した期別"]
    run_sql("UPDATE addressee SET representative_number = %s WHERE addressee_number IN (%s, %s)", [SATO, SATO, DEAD])
    run_sql("UPDATE demand SET returned_on = '2025-07-25' WHERE addressee_number = %s", [SATO])
    kinds = [each.text for each in opened(desk).context["warnings"]]
    assert kinds == ["返戻", "名寄せ別番号あり", "代理人あり"]


def test_a_protected_person_has_no_place_for_a_clerk(desk, monkeypatch):
    run_sql("UPDATE demand SET returned_on = '2025-07-25' WHERE addressee_number = %s", [PROTECTED])
    run_sql(
        "UPDATE addressee SET household_number = 'H1', relationship = '母' WHERE addressee_number = %s", [PROTECTED]
    )
    page = opened(desk, PROTECTED)
    assert page.context["warnings"][0].text == "支援措置"
    for hidden in (PLACE, "5169876", TELEPHONE, "督促状の返戻", "佐藤 健"):
        assert hidden not in text(page), hidden
    assert "中川 葵" not in text(opened(desk, SPOUSE))
    chief = officer_at_desk("B0001", "高橋 悟", "collection_chief")
    assert PLACE in text(opened(chief, PROTECTED))
    assert "中川 葵" in text(opened(chief, SPOUSE))
    run_sql("UPDATE addressee SET protected_from = ARRAY[%s] WHERE addressee_number = %s", [SPOUSE, PROTECTED])
    assert "中川 葵" not in text(opened(chief, SPOUSE))  # 相手方の画面には、誰が見ても並べない
    assert "佐藤 健" not in text(opened(chief, PROTECTED))


def test_opening_is_audited_and_only_for_those_who_may(desk, town):
    opened(desk)
    with server(town) as admin:
        told = admin.execute(
            "SELECT subjects, fields, officer FROM audit_event WHERE act = '納税者を開いた'"
        ).fetchall()
    assert [(each[0], each[2]) for each in told] == [([SATO], "A0001")]
    assert {"name", "address", "contacts", "household"} <= set(told[0][1])
    auditor = officer_at_desk("D0001", "三浦 監", "auditor")
    assert auditor.get(f"/people/{SATO}/?{STATUTORY}").status_code == 403
    assert desk.get(f"/people/{SATO}/").status_code == 403  # 目的が告げられていない
    branch = officer_at_desk("C0001", "石井 支", "branch")
    page = opened(branch)
    assert "折衝を記録する" not in text(page)
    assert [kind.value for kind in page.context["kinds"]] == ["payment", "determination", "demand"]


def test_the_timeline_filters_and_pages(desk):
    page = opened(desk)
    assert page.context["timeline"].total == 19
    found = opened(desk, query="&kind=payment").context["timeline"].events
    assert [each.what for each in found] == ["収納", "収納", "収納", "過誤納"]
    assert "金融機関窓口 0155701" in found[0].note
    assert "2行" in found[0].note
    assert len(opened(desk, query="&page=2").context["timeline"].events) == 0 or page.context["pager"].pages > 1


def written(page, **changes: str) -> dict[str, str]:
    return fields(page) | {
        "contacted_on": "R7.11.4", "contacted_time": "0:05", "means": "03", "relationship": "01", "identification": "03",
        "counterpart": "", "content": "来月に納めるとのこと。", "promised_on": "", "amount": "",
    } | changes  # fmt: skip


def test_a_contact_is_recorded_once_and_corrected_side_by_side(desk):
    address = f"/people/{SATO}/contacts/?{STATUTORY}"
    sent = written(opened(desk), promised_on="R7.11.10", amount="５万円")
    page = desk.post(address, sent)
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["amount"])
    sent["amount"] = "50,000円"
    first, again = desk.post(address, sent), desk.post(address, sent)
    assert first.status_code == again.status_code == 302
    assert fetch_all("SELECT count(*) FROM contact_record") == [(1,)]
    contact_id = int(first.headers["Location"].split("#contact-")[1])
    page = text(opened(desk))
    assert "来月に納めるとのこと。" in page
    assert "R7.11.10までに50,000円" in page
    change = f"/people/{SATO}/contacts/{contact_id}/correct/?{STATUTORY}"
    mine, theirs = desk.get(change), desk.get(change)
    assert desk.post(change, written(theirs, content="今月に納める", reason="聞き違い")).status_code == 302
    conflict = desk.post(change, written(mine, content="再来月に納める", reason="聞き違い"))
    assert conflict.status_code == 422
    assert "今月に納める" in text(conflict)
    assert desk.post(change, written(conflict, content="再来月に納める", reason="見比べた")).status_code == 302
    assert [row[0] for row in fetch_all("SELECT content FROM contact_record ORDER BY contact_id")] == [
        "来月に納めるとのこと。", "今月に納める", "再来月に納める",
    ]  # fmt: skip


def test_a_postponement_is_kept_by_a_correction_and_refused_beside_its_field(desk):
    address = f"/people/{SATO}/contacts/?{STATUTORY}"
    answer = desk.post(address, written(opened(desk), promised_on="R7.11.10", amount="50000"))
    first = answer.headers["Location"].split("#contact-")[1]
    later = {"promised_on": "R7.11.20", "amount": "50000", "postpones": first}
    mine, theirs = written(opened(desk), **later), written(opened(desk), **later)
    answer = desk.post(address, theirs)
    change = f"/people/{SATO}/contacts/{answer.headers['Location'].split('#contact-')[1]}/correct/?{STATUTORY}"
    refused = desk.post(address, mine)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["postpones"])
    assert "延期した後の約束日は令和7年11月20日" in text(refused)
    page = desk.get(change)
    kept = str(page.context["form"]["postpones"].value())
    assert kept == first
    assert f'<option value="{first}" selected>' in text(page)
    sent = written(page, **later | {"postpones": kept}, content="20日に納める", reason="聞き違い")
    assert desk.post(change, sent).status_code == 302
    assert "約束 延期" in text(opened(desk))
    assert fetch_all("SELECT postpones FROM promise ORDER BY contact_id") == [(None,), (int(first),), (int(first),)]


def test_three_hundred_charges_take_a_fixed_number_of_statements(desk, tmp_path):
    many(tmp_path)
    opened(desk, MANY)
    counts = {}
    for number in (SATO, MANY):
        with CaptureQueriesContext(connection) as statements:
            page = opened(desk, number, "&show=all")
        counts[number] = [
            each["sql"]
            for each in statements
            if not each["sql"].startswith(("SAVEPOINT", "RELEASE", "SELECT set_config"))
        ]
    assert len(shown(page)) == 300
    assert len(counts[MANY]) == len(counts[SATO])
    assert len([each for each in counts[MANY] if "addressee" in each or "charge" in each]) <= 15


def test_the_page_of_an_ordinary_person_is_small(desk):
    assert len(opened(desk).content) < 30_000
