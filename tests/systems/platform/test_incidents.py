"""漏えい等事故。範囲は監査の鎖と出力の記録から引かれ、期限は法のとおりに示され、日付の前後は守られる。"""

import hashlib
import re
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from osame.law.personal_information import ReportingGround
from osame.platform.audit.recording import record
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import emit
from osame.platform.egress.models import EgressKind, EgressRecord
from osame.platform.gate import Acting, acting
from osame.platform.privacy import incidents, refusals
from osame.platform.privacy.incidents import Detection
from osame.platform.privacy.models import Incident, IncidentPerson
from osame.platform.privacy.tracing import Scope
from osame.platform.terminal import JAPAN, now, today
from tests.journeys.typist import Typist
from tests.systems.platform.staff_cast import hire, sign_in, with_app

DAY = date(2026, 11, 2)
LEAKER = Acting("A0007", "collection.inquiry.show", "statutory", department="collection", terminal="10.0.0.7")
OTHER = Acting("A0008", "collection.inquiry.show", "statutory", department="collection", terminal="10.0.0.8")
HANDLER = Acting("B0001", "floor.incidents.trace", "statutory")


def people(*numbers: int) -> list[str]:
    return [f"{number:015d}" for number in numbers]


@pytest.fixture(autouse=True)
def handler():
    with acting(HANDLER):
        yield


@pytest.fixture
def world(database: str, tmp_path: Path) -> list[EgressRecord]:
    """A leaker looked at six people and took out four; a colleague looked at others."""
    with acting(LEAKER):
        for number in range(1, 7):
            record("納税者を開いた", subjects=people(number))
        record("納税者を開いた", subjects=people(3))
        made = [
            emit(b"1", tmp_path / "a.csv", Output(EgressKind.LIST, people(5, 6, 20))),
            emit(b"2", tmp_path / "b.csv", Output(EgressKind.LIST, people(21), receiver="収納推進課")),
        ]
    with acting(OTHER):
        record("納税者を開いた", subjects=people(40, 41))
        made.append(emit(b"3", tmp_path / "c.csv", Output(EgressKind.LIST, people(42))))
    return made


def registered(known_on: date = DAY, **changes: object) -> int:
    facts: dict[str, object] = {"kind": "1", "summary": "一覧の誤送付", "known_on": known_on, "number_included": True}
    return incidents.register(Detection(**{**facts, **changes}), as_of=max(known_on, DAY))  # type: ignore[arg-type]


def today_scope(**narrowed: object) -> Scope:
    moment = now()
    return Scope(since=moment - timedelta(days=1), until=moment + timedelta(days=1), **narrowed)  # type: ignore[arg-type]


def affected(number: int) -> dict[str, tuple[int, int]]:
    with transaction.atomic():
        rows = list(IncidentPerson.objects.filter(incident_id=number))
    return {each.addressee_number: (each.viewed, each.output) for each in rows}


def test_the_reach_of_one_officer_is_exact(world: list[EgressRecord]) -> None:
    number = registered()
    reach = incidents.trace(number, today_scope(officer="A0007"))
    expected = dict.fromkeys(people(1, 2, 4), (1, 0))
    expected |= {people(3)[0]: (2, 0), people(20)[0]: (0, 1), people(21)[0]: (0, 1)}
    expected |= dict.fromkeys(people(5, 6), (1, 1))
    assert affected(number) == expected
    assert reach.people == len(expected) == incidents.one(number).people
    assert reach.sha256 == hashlib.sha256("\n".join(sorted(expected)).encode()).hexdigest()
    assert [row[:5] for row in reach.traced["viewers"]] == [["A0007", "collection", "10.0.0.7", 7, 6]]
    assert [row[0] for row in reach.traced["outputs"]] == [each.serial for each in world[:2]]
    assert {(row[1], row[2], row[3]) for row in reach.traced["receivers"]} == {("庁内", 1, 3), ("収納推進課", 1, 1)}


def test_the_same_by_terminal_output_receiver_and_person(world: list[EgressRecord]) -> None:
    number = registered()
    incidents.trace(number, today_scope(terminal="10.0.0.8"))
    assert set(affected(number)) == set(people(40, 41, 42))
    incidents.trace(number, Scope(outputs=(world[0].serial,)))
    assert affected(number) == dict.fromkeys(people(5, 6, 20), (0, 1))  # 前の範囲は残らない
    incidents.trace(number, today_scope(receiver="収納推進課"))
    assert set(affected(number)) == set(people(21))
    incidents.trace(number, today_scope(person=people(5)[0]))
    assert affected(number) == {people(5)[0]: (1, 1)}
    for wide in (Scope(), today_scope(), Scope(officer="A0007")):
        with pytest.raises(refusals.ScopeTooWide):
            incidents.trace(number, wide)
    with pytest.raises(refusals.UnknownOutput):
        incidents.trace(number, Scope(outputs=("E999999999",)))
    assert set(affected(number)) == set(people(5))


def test_a_hundred_thousand_looks_are_drawn_at_once(database: str) -> None:
    """The size of a city: a bulk look at 20,000 people by 50 acts is drawn by a fixed number of statements."""
    with acting(LEAKER):
        for start in range(0, 20_000, 400):
            record("一覧を開いた", subjects=people(*range(start + 1, start + 401)))
    number = registered()
    before = datetime.now(JAPAN)
    assert incidents.trace(number, today_scope(officer="A0007")).people == 20_000
    assert datetime.now(JAPAN) - before < timedelta(seconds=10)
    assert ReportingGround.MANY in incidents.grounds_of(incidents.one(number))


def test_the_terms_and_the_order_of_steps(world: list[EgressRecord]) -> None:
    number = registered()
    row = incidents.one(number)
    assert incidents.next_due(row) == ("速報", date(2026, 11, 6))
    with pytest.raises(refusals.WrongOrderOfDates):
        incidents.report(number, final=False, on=date(2026, 11, 1), as_of=DAY)
    incidents.report(number, final=False, on=DAY, as_of=DAY)
    assert incidents.next_due(incidents.one(number)) == ("確報", date(2026, 12, 1))
    with pytest.raises(refusals.IncidentStageWrong):
        incidents.report(number, final=True, on=DAY, as_of=DAY)
    incidents.trace(number, today_scope(officer="A0007"))
    assert incidents.contain(number, on=DAY, as_of=DAY) == 2
    assert {each.revoked_at is not None for each in EgressRecord.objects.filter(officer="A0007")} == {True}
    assert EgressRecord.objects.get(officer="A0008").revoked_at is None
    with pytest.raises(refusals.ReportIncomplete):
        incidents.report(number, final=True, on=DAY, as_of=DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=number).update(final_reported_on=DAY)
    with pytest.raises(refusals.ReportIncomplete):
        incidents.close(registered_contained(), on=DAY, as_of=DAY)
    incidents.describe(number, {"cause": "宛先の取違え", "prevention": "二人で確かめる"})
    with pytest.raises(refusals.IncidentStageWrong):
        incidents.close(number, on=DAY, as_of=DAY)  # 報告が要るのに、まだ
    incidents.report(number, final=True, on=DAY, as_of=DAY)
    incidents.tell_people(number, on=DAY, as_of=DAY)
    incidents.close(number, on=DAY, as_of=DAY)
    assert incidents.next_due(incidents.one(number)) is None
    assert incidents.listed(open_only=True)
    assert number not in [each.incident_id for each in incidents.listed(open_only=True)]


def registered_contained() -> int:
    number = registered(number_included=False)
    incidents.contain(number, on=DAY, as_of=DAY)
    incidents.trace(number, Scope(outputs=(EgressRecord.objects.latest("egress_id").serial,)))
    return number


def test_the_pages_show_the_terms_and_the_paper(world: list[EgressRecord]) -> None:
    manager = sign_in("M0001", with_app(hire("M0001", "課長", "collection_manager")))
    auditor = sign_in("U0001", with_app(hire("U0001", "監査", "auditor")))
    for each in ("M0001", "U0001"):
        on_register(each)
    form = manager.get("/incidents/new/").content.decode()
    key = re.search(r'name="submission" value="([^"]+)"', form)[1]  # type: ignore[index]
    sent = {
        "submission": key,
        "kind": "1",
        "summary": "誤送付",
        "known_on": today().isoformat(),
        "number_included": "on",
        "in_affair_system": "on",
    }
    made = manager.post("/incidents/new/", sent)
    here = made.headers["Location"]
    assert "速報の期限は" in manager.get(here).content.decode()
    key = re.search(r'name="submission" value="([^"]+)"', manager.get(f"{here}trace/").content.decode())[1]  # type: ignore[index]
    traced = {"submission": key, "since": today().isoformat(), "through": today().isoformat(), "officer": "A0007"}
    assert manager.post(f"{here}trace/", traced).status_code == 302
    page = manager.get(here).content.decode()
    assert "8人" in page
    assert world[0].serial in page
    assert "速報" in auditor.get("/incidents/").content.decode()
    assert auditor.get(f"{here}contain/").status_code == 403
    assert manager.post(f"{here}paper/").headers["Content-Disposition"].startswith("attachment")


def on_register(number: str) -> None:
    from osame.platform.staff.models import HandlerRegistration
    from tests.systems.platform.staff_cast import APRIL, officer

    with officer():
        HandlerRegistration.objects.create(
            account_id=number, department_id="collection", valid_from=APRIL, registered_by="setup"
        )


def test_the_terminal_goes_the_same_way(world: list[EgressRecord], tmp_path: Path) -> None:
    from osame.cli import build_app

    osame = Typist(build_app())
    said = osame.ok("incident", "register", "--kind", "漏えい", "--summary", "一覧の誤送付", "--number")
    number = re.search(r"漏えい等事故番号 (\d+)", said)[1]  # type: ignore[index]
    told = osame.json("incident", "trace", number, "--output", world[0].serial)
    assert (told["people"], [row[0] for row in told["outputs"]]) == (3, [world[0].serial])
    osame.refused("incident", "report", number, "--final")
    assert "1件を取り消しました" in osame.ok("incident", "contain", number)
    osame.ok("incident", "describe", number, "--cause", "宛先の取違え", "--prevention", "二人で確かめる")
    osame.ok("incident", "report", number)
    osame.ok("incident", "report", number, "--final")
    osame.ok("incident", "tell", number)
    osame.ok("incident", "print", number, "--out", tmp_path / "report.pdf")
    osame.ok("incident", "close", number)
    assert osame.json("incident", "list") == []
    (row,) = osame.json("incident", "list", "--all")
    assert row["state"] == "再発防止まで済"
    paper = "".join(each.extract_text() for each in PdfReader(tmp_path / "report.pdf").pages)
    assert "宛先の取違え" in paper
    assert "二人で確かめる" in paper
