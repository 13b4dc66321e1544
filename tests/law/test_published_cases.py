"""自治体と国税庁が公表した計算例に、1円まで一致する。"""

import json
from pathlib import Path

import pytest

from osame.law.calc import KINDS, answer

LINES = (Path(__file__).parent / "cases" / "published_cases.jsonl").read_text(encoding="utf-8").splitlines()
CASES = [case for case in map(json.loads, LINES) if case["kind"] in KINDS]


def test_there_are_published_cases_of_the_kinds_we_answer():
    assert len(CASES) == len(LINES) == 16


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_published_case(case):
    told = json.loads(answer(json.dumps(case, ensure_ascii=False)))
    assert told["id"] == case["id"]
    result = dict(told["result"])
    if "segments" in result:
        result["segments"] = [each["amount"] for each in result["segments"]]
    assert {name: result[name] for name in case["expected"]} == case["expected"]
    assert told["steps"]
    assert told["basis"]
