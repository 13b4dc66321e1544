"""督促と日締めの命令。表は人に、JSON は機械に、断りは一文と終了コード1で。"""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from osame.collection.closing.cli import app as closing
from osame.collection.closing.importing import BankTotal, write_bank_totals
from osame.collection.demands.cli import app as demand
from osame.collection.intake.cli import app as intake
from osame.formats.reports import Channel
from tests.systems.collection.cast import SATO, TANAKA, determination, notice
from tests.systems.collection.demand_cast import RECEIVED, expect, levy, pay

DATES = ["--as-of", "令和7年7月18日", "--cut-off", "2025-07-15"]


def call(app: object, *words: str) -> Result:
    return CliRunner().invoke(app, list(words))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def charges(city: str, tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO), determination(TANAKA))
    pay(tmp_path, notice(1, TANAKA, 20_000, RECEIVED))


def test_preview_run_and_gate() -> None:
    expect(profile="dsk_csv")
    closed = call(demand, "preview", *DATES)
    assert "門が閉じています" in closed.output
    assert call(demand, "run", *DATES).exit_code == 1
    assert call(demand, "gate", "--cut-off", "2025-07-15").exit_code == 1
    waived = call(
        demand, "waive", "dsk_csv:2025-07-10", "--reason", "休止日", "--cut-off", "R7.7.15", "--officer", "課長"
    )
    assert waived.exit_code == 0, waived.output
    shown = json.loads(call(demand, "preview", *DATES, "--json").stdout)
    done = json.loads(call(demand, "run", *DATES, "--json").stdout)
    assert (shown["charges"], shown["principal_tax"]) == (done["charges"], done["principal_tax"]) == (2, 80_000)
    assert "何も変えていません" in call(demand, "run", *DATES).output
    assert call(demand, "stop", SATO, "--kind", "02", "--reason", "罹災", "--as-of", "2025-08-01").exit_code == 0
    assert call(demand, "release", "1", "--as-of", "2025-08-02").exit_code == 0


def test_close_a_day(tmp_path: Path) -> None:
    path = tmp_path / "totals.csv"
    path.write_bytes(write_bank_totals((BankTotal(RECEIVED, Channel.BANK, 1, 20_000),)))
    assert call(closing, "day", "R7.7.10").exit_code == 1
    assert call(intake, "bank-totals", str(path)).exit_code == 0
    assert "差異はありません" in call(closing, "sheet", "R7.7.10").output
    assert json.loads(call(closing, "day", "R7.7.10", "--json").stdout)["closed"] is True
    assert json.loads(call(closing, "book", "2025-07", "--json").stdout)["lines"][0]["receipts"] == 20_000
    assert (
        call(closing, "reopen", "R7.7.10", "--approver", "課長", "--reason", "訂正", "--officer", "山本").exit_code == 0
    )
