"""osame staff … を、打つとおりに。"""

import json

import pytest
from typer.testing import CliRunner

from tests.systems.platform.staff_cast import APRIL, cheap_hashes


@pytest.fixture
def typed(linkage_database, monkeypatch):
    from osame.cli import build_app

    cheap_hashes(monkeypatch)
    monkeypatch.setattr("osame.platform.staff.cli.today", lambda: APRIL)
    app = build_app()

    def run(*words: str, by: str = "setup", fails: bool = False) -> str:
        monkeypatch.setenv("OSAME_OFFICER", by)
        answer = CliRunner().invoke(app, ["staff", *words])
        assert (answer.exit_code != 0) is fails, answer.output
        return answer.output

    return run


def test_an_office_is_set_up_by_typing(typed):
    said = typed("first-administrator", "A0001", "--name", "伊藤 薫", "--department", "office", "--from", "2026-04-01")
    assert len(said.splitlines()[-1]) >= 15
    typed("first-administrator", "A0002", "--name", "高橋 幸", "--department", "office", fails=True)
    typed("department", "collection", "--name", "収納推進課", "--from", "令和8年4月1日", by="A0001")
    for number in ("C1", "C2", "C3"):
        typed("register", number, "--name", f"職員 {number}", "--department", "collection", "--from", "2026-04-01")
    typed("register", "X1", "--name", "窓口 共用", "--department", "collection", fails=True)
    proposal = typed("grant-role", "C1", "collection_clerk", "--reason", "配属", "--from", "2026-04-01").split()[-1]
    typed("check-grant", proposal, fails=True)  # 起案した者
    typed("check-grant", proposal, by="上司")
    typed("decide-grant", proposal, by="部長")
    typed("execute-grant", proposal)
    typed("register-handler", "C1", "--department", "collection", "--from", "2026-04-01")
    typed("disable", "C3", "--reason", "退職")
    rows = {row["staff_number"]: row for row in json.loads(typed("list", "--as-of", "2026-11-23", "--json"))}
    assert (rows["C1"]["roles"], rows["C1"]["on_register"]) == (["collection_clerk"], True)
    assert (rows["C3"]["usable"], rows["A0001"]["roles"]) == (False, ["system_administrator"])
    typed("list", by="C3", fails=True)  # 止めた職員は、命令も打てない
    typed("revoke-role", "C1", "collection_clerk")
    assert json.loads(typed("show", "C1", "--json"))["staff"]["roles"] == []
