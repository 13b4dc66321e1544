"""osame staff … を、打つとおりに。"""

import json

import pytest
from typer.testing import CliRunner

from osame.platform.database import run_sql
from osame.platform.staff.models import StaffAccount
from tests.systems.platform.staff_cast import APRIL, PASSWORD, code, forget_codes, with_app

SINCE = ("--from", "2026-04-01")


@pytest.fixture
def typed(linkage_database, monkeypatch):
    from osame.cli import build_app

    monkeypatch.setattr("osame.platform.staff.cli.today", lambda: APRIL)
    app = build_app()

    secrets: dict[str, str] = {}

    def run(*words: str, by: str = "setup", fails: bool = False, proof: str | None = None) -> str:
        """Type a command. Officers whose secret is known give password and code when asked."""
        monkeypatch.setenv("OSAME_OFFICER", by)
        forget_codes()
        given = proof if proof is not None else f"{PASSWORD}\n{code(secrets[by])}\n" if by in secrets else ""
        answer = CliRunner().invoke(app, words, input=given)
        assert (answer.exit_code != 0) is fails, answer.output
        return answer.output

    run.secrets = secrets
    return run


def settle(typed, *numbers: str) -> None:
    """These officers have signed in once: a password of their own and an authenticator app."""
    for number in numbers:
        account = StaffAccount.objects.get(pk=number)
        account.set_password(PASSWORD)
        account.password_must_change = False
        account.save()
        typed.secrets[number] = with_app(account)


@pytest.fixture
def office(typed):
    """Two administrators and three officers without a role."""
    said = typed("staff", "first-administrator", "A0001", "--name", "伊藤 薫", "--department", "office", *SINCE)
    assert len(said.splitlines()[-1]) >= 15
    typed("staff", "first-administrator", "A0002", "--name", "高橋 幸", "--department", "office", *SINCE)
    typed("staff", "first-administrator", "A0003", "--name", "中村 昭", "--department", "office", fails=True)
    settle(typed, "A0001", "A0002")
    typed("staff", "department", "collection", "--name", "収納推進課", "--from", "令和8年4月1日", by="A0001")
    for number in ("C1", "C2", "C3"):
        typed("staff", "register", number, "--name", f"職員 {number}", "--department", "collection", *SINCE)
    return typed


def propose(typed, **how) -> str:
    words = ("staff", "grant-role", "C1", "collection_clerk", "--reason", "配属", *SINCE)
    return typed(*words, by="A0001", **how).split()[-1]


def test_an_office_is_set_up_by_typing(office):
    typed = office
    typed("staff", "register", "X1", "--name", "窓口 共用", "--department", "collection", fails=True)
    proposal = propose(typed)
    assert json.loads(typed("approval", "list", "--json"))[0]["maker"] == "A0001"
    assert "collection_clerk" in typed("approval", "show", proposal, by="A0002")
    typed("approval", "check", proposal, by="A0001", fails=True)  # 起案した者
    typed("approval", "check", proposal, by="A0002")
    typed("approval", "decide", proposal, by="A0002")
    typed("approval", "execute", proposal, by="A0001")
    typed("approval", "execute", proposal, by="A0001", fails=True)  # 一度だけ
    typed("staff", "register-handler", "C1", "--department", "collection", *SINCE)
    typed("staff", "disable", "C3", "--reason", "退職")
    rows = {row["staff_number"]: row for row in json.loads(typed("staff", "list", "--as-of", "2026-11-23", "--json"))}
    assert (rows["C1"]["roles"], rows["C1"]["on_register"]) == (["collection_clerk"], True)
    assert (rows["C3"]["usable"], rows["A0001"]["roles"]) == (False, ["system_administrator"])
    typed("staff", "list", by="C3", fails=True)  # 止めた職員は、命令も打てない
    typed("staff", "revoke-role", "C1", "collection_clerk")
    assert json.loads(typed("staff", "show", "C1", "--json"))["staff"]["roles"] == []


def test_nobody_types_for_two(office):
    """名のるだけでは、ほかの職員として起案も照査もできない。"""
    typed = office
    known = typed.secrets["A0002"]
    typed("approval", "check", "1", by="無名の者", fails=True)
    for proof in ("", f"{PASSWORD}x\n{code(known)}\n", f"{PASSWORD}\n000000\n"):
        assert "できません" in typed("staff", "grant-role", "C1", "collection_clerk", "--reason", "配属", by="A0002",
                                     proof=proof, fails=True) or not proof  # fmt: skip
    run_sql("DELETE FROM sign_in_guard")
    propose(typed)
    twice = f"{PASSWORD}\n{code(typed.secrets['A0001'])}\n"
    typed("approval", "list", by="A0001")
    assert typed("approval", "reject", "1", "--reason", "やめる", by="A0001", proof=twice)
    assert json.loads(typed("approval", "list", "--all", "--json"))[0]["state"] == "取下げ"


def test_a_guessed_password_locks_the_terminal_too(office):
    typed = office
    for _ in range(5):
        typed("approval", "check", "1", by="A0002", proof=f"wrong\n{code(typed.secrets['A0002'])}\n", fails=True)
    said = typed("approval", "check", "1", by="A0002", fails=True)
    assert "いまは受け付けません" in said.replace("\n", "")
