"""宛名の命令。本物のプロセスで、打ったとおりに。"""

import json
import os
import subprocess
import sys
from datetime import date

import pytest

from osame.formats.resident_writing import write_lines
from tests.systems.addressee.people_cast import clerk, register
from tests.systems.addressee.test_residents_importing import change

pytestmark = pytest.mark.usefixtures("addressee_database")


def osame(*arguments, purpose="identification"):
    return subprocess.run(
        [sys.executable, "-m", "osame.cli", "addressee", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OSAME_PURPOSE": purpose},
    )


def test_import_show_history_and_candidates(tmp_path):
    path = tmp_path / "residents.csv"
    rows = [change(1), change(2, reason="03", day=5, 町字="宮後")]
    path.write_bytes(b"".join(write_lines(rows, file_sequence=1, business_on=date(2026, 4, 1))))
    taken = osame("import", "residents", str(path), "--json", purpose="")
    assert json.loads(taken.stdout)["rows_posted"] == 2, taken.stderr
    shown = osame("show", "1001", "--as-of", "2026-04-10", "--json")
    assert json.loads(shown.stdout)["facts"]["town"] == "宮後", shown.stderr
    history = osame("history", "1001", "--json")
    assert [row["異動事由"] for row in json.loads(history.stdout)] == ["01", "03"], history.stderr
    with clerk():
        register("7001", name="伊勢　太郎", kana="イセ　タロウ", sex="1", town="遠い町")
    assert "性別・氏名・生年月日" in osame("candidates", "--find", purpose="").stdout


def test_nobody_is_shown_without_a_purpose_and_nobody_unknown():
    assert osame("show", "1001", purpose="").returncode == 1
    unknown = osame("show", "1001")
    assert unknown.returncode == 1
    assert "できません" in unknown.stderr
