"""監査記録の照会。見たことも記録に残り、記録に書かれた文字は端末に働きかけない。"""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osame.platform.audit.models import AuditEvent
from osame.platform.audit.recording import record
from osame.platform.audit.searching import LONGEST, Search, inert, search
from osame.platform.gate import Acting, NoPurpose, acting

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


@given(st.text())
def test_inert_text_has_no_control_character(text):
    shown = inert(text)
    assert all(each.isprintable() or each.isspace() for each in shown)
    assert not set(shown) & set("\r\n\x1b\x00\u202e\u2028\u2066")
    assert len(shown) <= LONGEST * 10 + 20


def osame(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "osame.cli", *arguments], capture_output=True, text=True, check=False, env=os.environ
    )


def test_the_commands_are_inert_and_speak_json(database):
    with acting(Acting(HOSTILE, "f", HOSTILE)):
        record(HOSTILE, subjects=["000000000000007"], detail={HOSTILE: HOSTILE})
    listed = osame("audit", "list", "--officer", "kansa")
    assert listed.returncode == 0, listed.stderr
    assert not {"\x1b", "\r", "\u202e"} & set(listed.stdout)
    assert len(listed.stdout) < 20_000
    told = osame("audit", "who", "000000000000007", "--json", "--officer", "kansa")
    assert told.returncode == 0, told.stderr
    assert {"f"} <= {row["function"] for row in json.loads(told.stdout)}
    assert osame("audit", "checkpoint").returncode == 0
    verified = osame("audit", "verify", "--json")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert json.loads(verified.stdout)["events"] >= 3
