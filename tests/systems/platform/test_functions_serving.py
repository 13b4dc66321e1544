"""システムを開く。秘密鍵がなければ開かず、開けば答え、SIGTERM で静かに終わる。命令は、誰が行ったかを残す。"""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import typer
from django.db.models.functions import Now
from typer.testing import CliRunner

from osame.platform import gate, secret, serving, systems
from osame.platform.audit.models import AuditEvent
from osame.platform.functions.binding import bound
from osame.platform.functions.commands import GATED, gate_commands
from osame.platform.staff.models import StaffAccount
from osame.platform.terminal import refusals_told


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path))
    monkeypatch.delenv("OSAME_SECRET_KEY", raising=False)
    return tmp_path


def osame(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "osame.cli", *words], text=True, env=dict(os.environ),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def test_a_system_is_served_and_stops_on_sigterm(database: str, home: Path) -> None:
    secret.ensure("collection")
    port = free_port()
    process = osame("serve", "--port", str(port))
    try:
        for _ in range(240):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
                    assert answer.status == 200
                    break
            except OSError:
                assert process.poll() is None, process.communicate()[0]
                time.sleep(0.25)
        else:
            pytest.fail("開きません")
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=40)
    finally:
        process.kill()
    assert process.returncode == 0, said
    assert [(event.act, event.outcome, event.function_code) for event in AuditEvent.objects.order_by("event_id")] == [
        ("命令を始めた", "1", "floor.serving.serve"),
        ("命令を終えた", "1", "floor.serving.serve"),
    ]


def test_without_a_secret_key_nothing_is_served(home: Path) -> None:
    with pytest.raises(secret.NoSecretKey, match="osame setup"):
        serving.serve(host="127.0.0.1", port=free_port(), workers=1)


def test_the_secret_key_is_the_owners_alone_and_made_once(home: Path) -> None:
    made = secret.ensure("linkage")
    kept = made.read_text()
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert len(kept) >= 50
    assert secret.ensure("linkage").read_text() == kept == secret.read("linkage")
    assert secret.read("addressee") == ""
    made.chmod(0o644)
    with pytest.raises(secret.SecretKeyExposed):
        secret.require("linkage")


class TestCommands:
    """Commands in process, behind the one gate."""

    @pytest.fixture
    def app(self, database: str) -> typer.Typer:
        app = typer.Typer()

        @app.command()
        @bound("collection.closing.sheet")
        @refusals_told
        def look(who: str | None = typer.Option(None, "--officer"), code: int = 0) -> None:
            now = gate.required()
            typer.echo(f"{now.officer} {now.role} {now.function} {now.purpose}")
            if code:
                raise SystemExit(code)

        @app.command()
        @bound("collection.closing.reopen")
        @refusals_told
        def other(who: str | None = typer.Option(None, "--officer")) -> None:
            typer.echo("行った")

        return gate_commands(app)

    def events(self) -> list[tuple[str, str, str]]:
        return [(e.act, e.outcome, e.officer) for e in AuditEvent.objects.order_by("event_id")]

    def test_act_for_the_operator_and_are_recorded(self, app: typer.Typer) -> None:
        said = CliRunner().invoke(app, ["look", "--officer", "山本"])
        assert said.output.split() == ["山本", "operator", "collection.closing.sheet", "statutory"]
        assert self.events() == [("命令を始めた", "1", "山本"), ("命令を終えた", "1", "山本")]
        assert gate.acting_now() is None

    def test_that_refuse_are_recorded_as_refused(self, app: typer.Typer) -> None:
        assert CliRunner().invoke(app, ["look", "--code", "1"]).exit_code == 1
        assert [outcome for _, outcome, _ in self.events()] == ["1", "2"]

    def test_check_the_account_of_an_officer_who_has_one(self, app: typer.Typer) -> None:
        account = StaffAccount.objects.create(staff_number="1001", name="架空 一郎", password="!", registered_by="試験")
        said = CliRunner().invoke(app, ["other", "--officer", "1001"])
        assert said.exit_code == 1
        assert "行った" not in said.output
        assert [(act, outcome) for act, outcome, _ in self.events()] == [("命令を断った", "2")]
        StaffAccount.objects.filter(pk=account.pk).update(is_active=False, disabled_at=Now(), disabled_reason="退職")
        said = CliRunner().invoke(app, ["other", "--officer", "1001"])
        assert said.exit_code == 1
        assert "アカウントは、いま使えません" in said.stderr

    def test_are_all_behind_the_gate(self) -> None:
        from osame.cli import build_app
        from osame.platform.functions import doors

        listed = list(doors.commands(build_app()))
        assert all(hasattr(command.callback, GATED) for _, command in listed)
        assert len(listed) > 60
        assert systems.present() == list(systems.SYSTEMS)
