"""計測は、自分のデータベースだけに書く。使っている市のデータベースには、何も残さない。"""

import json
import os
import subprocess
import sys

from tests.systems.conftest import fresh
from tests.systems.exchange_cast import ROOT, rows


def run(name: str, *words: str) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "osame.cli", "--system", "addressee", "addressee", *words],
        cwd=ROOT, env=os.environ | {"OSAME_DATABASE_NAME": name}, text=True, capture_output=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_searches_are_measured_without_touching_the_city() -> None:
    with fresh("addressee") as city:
        searched = run(city, "bench-search", "--people", "1000")
        assert rows(city, "SELECT count(*) FROM addressee") == [(0,)]
        assert rows(city, "SELECT count(*) FROM search_entry") == [(0,)]
    assert searched["people"] == 1000
