"""一行の問いに一行の答え。悪い問いはその行だけが誤りになる。"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.law.calc import KINDS, answer

GOOD = {
    "principal": 56_400,
    "due_date": "2026-02-02",
    "payments": [{"on": "2026-05-29", "amount": 56_400}],
    "as_of": "2026-05-29",
    "first_period_months": 1,
}


def ask(kind, inputs, key="q"):
    return json.loads(answer(json.dumps({"id": key, "kind": kind, "inputs": inputs})))


def test_a_charge_is_told_with_its_segments():
    told = ask("delinquency_charge", GOOD)
    assert told["result"] == {
        "segments": [
            {"from": "2026-02-03", "through": "2026-03-02", "days": 28, "rate": "0.028", "base": 56_000, "amount": 120},
            {
                "from": "2026-03-03",
                "through": "2026-05-29",
                "days": 88,
                "rate": "0.091",
                "base": 56_000,
                "amount": 1_228,
            },
        ],
        "total": 1_348,
        "final": 1_300,
    }
    assert told["basis"][0].startswith("地方税法")


def test_other_kinds():
    interest = ask("refund_interest", {"amount": 300_000, "first_day": "2025-07-01", "last_day": "2026-06-30"})
    assert (interest["result"]["total"], interest["result"]["final"]) == (3_294, 3_200)
    wage = {"gross": 282_078, "income_tax": 4_280, "resident_tax": 4_700, "social_insurance": 47_680, "dependants": 2}
    expected = {"item4": 190_000, "item5": 7_000, "exempt": 255_000, "seizable": 27_000}
    assert ask("wage_seizure_exemption", {**wage, "on": "2026-04-24"})["result"] == expected
    assert ask("period_end", {"start_after": "2026-01-31", "months": 1})["result"] == {"date": "2026-02-28"}
    assert ask("due_date", {"date": "2019-04-30"})["result"] == {"date": "2019-05-07"}


def test_arrears_kinds():
    events = [{"kind": "DEMAND", "on": "2020-07-20"}]
    lapsed = ask("prescription", {"statutory_due_date": "2020-06-30", "events": events})["result"]
    assert lapsed == {"date": "2025-07-30", "extinguished_on": "2025-07-31"}
    assert ask("seizable_from", {"issued_on": "2026-07-17"})["result"] == {"date": "2026-07-28"}
    company = {"assets": 30_000_000, "liabilities": 18_000_000, "shares_held": 3, "shares_total": 10}
    limited = ask("secondary_liability", {"liability": "FAMILY_COMPANY", "shortfall": 5_000_000, **company})["result"]
    assert limited == {"limit": 3_600_000, "amount": 3_600_000}
    heirs = [{"name": "妻", "kind": "SPOUSE"}, {"name": "長男", "kind": "CHILD"}, {"name": "長女", "kind": "CHILD"}]
    shares = ask("succession", {"amount": 100_001, "heirs": heirs})["result"]["shares"]
    assert [each["amount"] for each in shares] == [50_001, 25_000, 25_000]
    both = {"A": {"gross": 300_000, "items123": 50_000}, "B": {"gross": 50_000, "items123": 5_000}, "relatives": 3}
    spread = ask("wage_seizure_exemption_multiple", {**both, "on": "2026-04-24", "method": "PROPORTION"})["result"]
    assert (spread["A4"], spread["B4"]) == (202_000, 34_000)


@pytest.mark.parametrize(
    ("kind", "inputs", "says"),
    [
        ("distribution", {"proceeds": 1, "disposition_cost": 0, "claims": [{"type": "lien"}]}, "claims[0].type"),
        ("distribution", {"proceeds": 1, "mortgages": [["甲"]]}, "mortgages"),
        ("distribution", {"proceeds": 1, "mortgages": [["甲", 1]], "case": "売買 甲→乙"}, "case"),
        ("distribution", {"proceeds": 1, "mortgages": [["甲", 1]], "case": "譲渡 甲→乙"}, "甲から乙へ"),
        ("prescription", {"statutory_due_date": "2020-06-30", "events": [{"kind": "EARTHQUAKE"}]}, "kind"),
        ("succession", {"amount": 1, "heirs": [{"name": "", "kind": "CHILD"}]}, "heirs[0].name"),
        ("wage_seizure_exemption_multiple", {"relatives": 0, "on": "2026-04-24", "A": 1}, "A"),
        ("wage_seizure_exemption_multiple", {"relatives": 0, "on": "2026-04-24"}, "期間"),
    ],
)
def test_a_bad_question_of_arrears_is_named(kind, inputs, says):
    assert says in ask(kind, inputs)["error"]


def test_what_was_not_used_is_said():
    assert "payment" in ask("delinquency_charge", {**GOOD, "payment": []})["steps"][-1]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"principal": 56_400.0}, "principal"),
        ({"principal": "56400"}, "principal"),
        ({"principal": -1}, "principal"),
        ({"principal": float("nan")}, "principal"),
        ({"principal": True}, "principal"),
        ({"principal": None}, "principal"),
        ({"principal": 10**30}, "principal"),
        ({"due_date": "2026-02-30"}, "due_date"),
        ({"due_date": 20260202}, "due_date"),
        ({"as_of": "2026/05/29"}, "as_of"),
        ({"payments": {}}, "payments"),
        ({"payments": [1]}, "payments"),
        ({"payments": [{"on": "2026-05-29"}]}, "payments[0].amount"),
        ({"payments": [{"on": "2026-05-29", "amount": -1}]}, "payments[0].amount"),
        ({"payments": [], "as_of": "2027-01-01"}, "2027-01-01"),
        ({"first_period_months": 1.5}, "first_period_months"),
        ({"flat_rate": 0.03}, "flat_rate"),
        ({"flat_rate": "-0.03"}, "flat_rate"),
        ({"flat_rate": "NaN"}, "flat_rate"),
        ({"due_date": "1950-01-01"}, "1950-01-02"),
    ],
)
def test_a_bad_value_is_named(change, says):
    told = ask("delinquency_charge", {**GOOD, **change})
    assert set(told) == {"id", "error"}
    assert says in told["error"]


@pytest.mark.parametrize("name", ["principal", "due_date", "as_of"])
def test_a_missing_name_is_named(name):
    told = ask("delinquency_charge", {key: value for key, value in GOOD.items() if key != name})
    assert told["error"].startswith("計算に要る項目がありません")
    assert name in told["error"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "null",
        '"a"',
        '{"kind": "due_date", "inputs": {"date": "2026-11-03"}}',
        '{"id": null, "kind": "due_date", "inputs": {}}',
        '{"id": "\\ud800", "kind": "due_date", "inputs": {}}',
        '{"id": "a", "id": "b", "kind": "due_date", "inputs": {}}',
        "[" * 100_000,
        '{"id": 1, "kind": "period_end", "inputs": {"start_after": "2026-01-01", "months": ' + "9" * 5_000 + "}}",
    ],
)
def test_an_unreadable_line_has_no_id(line):
    told = json.loads(answer(line))
    assert told["id"] is None
    assert told["error"]


def test_unknown_kinds_and_far_dates():
    assert "attachment" in ask("attachment", {})["error"]
    assert "disposition_cost" in ask("distribution", {})["error"]
    assert ask([], {})["id"] == "q"
    assert ask("due_date", [])["error"]
    assert ask("due_date", {"date": "9999-12-31"})["error"]
    assert ask("period_end", {"start_after": "9999-12-31", "months": 1})["error"]
    assert ask("wage_seizure_exemption", {"gross": 1, "deductions": 0, "dependants": 0})["error"]


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just("2026-02-02")
json_values = st.recursive(
    values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner)
)


@given(
    st.sampled_from(KINDS),
    st.dictionaries(st.sampled_from([*GOOD, "date", "amount", "first_day", "gross", "months"]), json_values),
)
def test_any_inputs_are_answered_on_one_line(kind, inputs):
    told = answer(json.dumps({"id": "q", "kind": kind, "inputs": inputs}))
    assert "\n" not in told
    assert json.loads(told)["id"] == "q"
    assert told.encode()


@given(st.text())
def test_any_text_is_answered(text):
    assert "error" in json.loads(answer(text))
