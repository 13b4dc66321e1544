"""`osame demo run` を、打つとおりに別のプロセスで二度。同じ元帳ダイジェストが示される。"""

import os
import re
import subprocess
import sys
from pathlib import Path


def test_the_year_runs_twice_and_ends_alike(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OSAME_")}
    home = {**kept, "OSAME_HOME": str(tmp_path / "home"), "COLUMNS": "200"}
    digests = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "osame.cli", "demo", "run", "--residents", "300"],
            env=home, capture_output=True, timeout=300, check=False,
        )  # fmt: skip
        told = done.stdout.decode("utf-8")
        assert done.returncode == 0, done.stderr.decode("utf-8")
        assert "Traceback" not in done.stderr.decode("utf-8")
        assert "異常なし" in told
        digests.append(re.findall(r"\b[0-9a-f]{64}\b", told))
    assert digests[0]
    assert digests[0] == digests[1]
