"""`osame law calc` を、打つとおりに別のプロセスで。データベースには触れない。"""

import json
import os
import subprocess
import sys
from pathlib import Path

from osame.law.calc import KINDS

LINES = Path(__file__).parents[1].joinpath("law", "cases", "published_cases.jsonl").read_text("utf-8").splitlines()
CASES = [line for line in LINES if json.loads(line)["kind"] in KINDS]
BAD = ["{", "[]", "7", '{"id": "何", "kind": "magic", "inputs": {}}', '{"kind": "due_date"}', "\udcff"]


def test_every_published_case_is_answered_with_bad_lines_in_between(tmp_path: Path) -> None:
    """公表された計算例のすべてに1円まで合い、悪い行はその行だけが誤りになり、続く行は答えられる。"""
    lines = [each for index, case in enumerate(CASES) for each in (case, BAD[index % len(BAD)])]
    home = tmp_path / "home"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("OSAME_")},
        "OSAME_HOME": str(home),
        "OSAME_DATABASE_URL": "postgresql://nobody@192.0.2.1:1/nowhere",
    }
    done = subprocess.run(
        [sys.executable, "-m", "osame.cli", "law", "calc"],
        input="\n".join(lines).encode("utf-8", "surrogateescape") + b"\n\n",
        env=environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    answers = [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()]
    assert len(answers) == len(lines)
    assert not home.exists()
    assert all("error" in answer and "result" not in answer for answer in answers[1::2])
    for case, answer in zip(map(json.loads, CASES), answers[::2], strict=True):
        result = dict(answer["result"])
        if "segments" in result:
            result["segments"] = [each["amount"] for each in result["segments"]]
        assert answer["id"] == case["id"]
        assert {name: result[name] for name in case["expected"]} == case["expected"], case["id"]
        assert answer["steps"]
        assert answer["basis"]
