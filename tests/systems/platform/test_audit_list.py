"""監査記録の照会。見たことも記録に残り、記録に書かれた文字は端末に働きかけない。"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osame.platform import terminal
from osame.platform.audit.models import AuditEvent
from osame.platform.audit.recording import record
from osame.platform.audit.searching import LONGEST, Search, inert, search
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import emit
from osame.platform.egress.models import EgressKind
from osame.platform.gate import Acting, NoPurpose, acting
from tests.journeys.typist import Typist

CLERK = Acting("yamamoto", "collection.inquiry.show", "納税相談", department="収納課")
AUDITOR = Acting("kansa", "floor.audit.list", "監査")
HOSTILE = "名\r\n2025-01-01 偽の行\x1b[2J\x1b[31m\u202e[bold red]" + "長" * 5_000


def test_looking_at_the_log_is_recorded(database):
    with acting(CLERK):
        record("開いた", subjects=["000000000000007"])
    with pytest.raises(NoPurpose):
        search(Search())
    with acting(AUDITOR):
        found = search(Search(subject="000000000000007"))
    assert [(each.officer, each.act) for each in found] == [("yamamoto", "開いた")]
    looked = AuditEvent.objects.order_by("-event_id").first()
    assert (looked.officer, looked.subjects, looked.detail["件数"]) == ("kansa", ["000000000000007"], 1)


def test_searching_by_officer_function_and_time(database):
    with acting(CLERK):
        record("一")
    with acting(AUDITOR):
        record("二")
        moment = AuditEvent.objects.get(act="二").occurred_at
        assert [each.act for each in search(Search(officer="yamamoto"))] == ["一"]
        assert [each.act for each in search(Search(function="collection.inquiry.show"))] == ["一"]
        assert [each.act for each in search(Search(until=moment))] == ["一"]
        assert "一" not in [each.act for each in search(Search(since=moment))]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text())
def test_inert_text_has_no_control_character(text):
    shown = inert(text)
    assert all(each.isprintable() or each.isspace() for each in shown)
    assert not set(shown) & set("\r\n\x1b\x00\u202e\u2028\u2066")
    assert len(shown) <= LONGEST * 10 + 20


@pytest.fixture
def osame(database: str, monkeypatch) -> Typist:
    from osame.cli import build_app

    monkeypatch.setattr(terminal.console, "_width", 240)
    return Typist(build_app())


def test_the_commands_are_inert_and_speak_json(osame):
    with acting(Acting(HOSTILE, "f", HOSTILE)):
        record(HOSTILE, subjects=["000000000000007"], detail={HOSTILE: HOSTILE})
    listed = osame.ok("audit", "list", "--officer", "kansa")
    assert not {"\x1b", "\r", "\u202e"} & set(listed)
    assert len(listed) < 20_000
    told = osame.json("audit", "who", "000000000000007", "--officer", "kansa")
    assert "f" in {row["function"] for row in told}
    looked = AuditEvent.objects.filter(act="監査記録を見た")
    assert {each.officer for each in looked} == {"kansa"}
    assert looked.filter(subjects=["000000000000007"]).count() == 1


def test_a_checkpoint_and_its_verification_by_command(osame):
    assert osame.refused("audit", "verify", code=2)
    assert osame.json("audit", "checkpoint")["checkpoint"] >= 1
    assert osame.json("audit", "verify")["findings"] == []
    assert "BEGIN PUBLIC KEY" in osame.ok("audit", "key")
    with acting(CLERK):
        record("後")
    assert osame.json("audit", "verify", "--from", "1", "--through", "1", code=2)["events"] == 1


def test_outputs_are_listed_shown_and_revoked(osame, tmp_path):
    with acting(CLERK):
        made = emit(b"a", tmp_path / "[bold]=list\x1b.csv", Output(EgressKind.LIST, ["000000000000001"]))
    assert made.serial in osame.ok("egress", "list")
    assert "\x1b" not in osame.ok("egress", "show", made.serial)
    assert osame.json("egress", "show", made.serial)["officer"] == "yamamoto"
    assert osame.refused("egress", "revoke", made.serial, "--reason", " ")
    assert "消しました" in osame.ok("egress", "revoke", made.serial, "--reason", "誤り")
    assert osame.json("egress", "list")[0]["revocation_reason"] == "誤り"
