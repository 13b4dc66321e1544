"""保管と消去。年限の来たものだけが、決裁されたとおりに消え、証が残る。年限の内は、データベースも消させない。"""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from osame.platform.approvals.actions import check, decide, execute
from osame.platform.database import fetch_one, run_sql
from osame.platform.gate import Acting, acting
from osame.platform.privacy import refusals, retention
from osame.platform.privacy.models import ErasureRecord
from osame.platform.terminal import today
from tests.journeys.typist import Typist
from tests.systems.conftest import server
from tests.systems.platform.staff_cast import hire, sign_in, with_app

OLD = "2010-01-01"


def officer(number: str):
    return acting(Acting(number, "floor.retention.erase", "operation"))


@pytest.fixture(autouse=True)
def maker():
    with officer("A0001"):
        yield


@pytest.fixture
def kept(database: str) -> str:
    """Two trainings and one exchange long past their terms, and one of each that is young."""
    with server(database) as admin:
        for staff, on in (("A1", OLD), ("A2", OLD), ("A3", str(today() - timedelta(days=100)))):
            admin.execute(
                "INSERT INTO training_record (staff_number, kind, title, taken_on, recorded_by) VALUES (%s, '1', '研修', %s, 'x')",
                [staff, on],
            )
        for on in (OLD, str(today() - timedelta(days=365 * 6))):
            admin.execute(
                "INSERT INTO exchange_log (occurred_at, direction, peer, operation, request_number, nonce, key_id, officer, "
                "function_code, purpose, status, failure, bytes_sent, bytes_received, milliseconds) "
                "VALUES (%s, '1', 'linkage', 'x', 'r', 'n', 'k', 'o', 'f', 'p', 200, '', 1, 1, 1)",
                [on],
            )
    return database


def counts() -> tuple[int, int]:
    return fetch_one("SELECT (SELECT count(*) FROM training_record), (SELECT count(*) FROM exchange_log)")  # type: ignore[return-value]


def decided(proposal: int) -> int:
    with officer("B0001"):
        check(proposal)
    with officer("C0001"):
        decide(proposal)
    return proposal


def test_what_is_due_goes_by_decision_and_leaves_a_proof(kept: str) -> None:
    due = {each.kind.code: each.count for each in retention.due(as_of=today())}
    assert due == {"exchange_log": 1, "incident_person": 0, "privacy_request": 0, "training_record": 2}
    proposal = decided(retention.propose_erasure(as_of=today(), reason="保存年限の満了"))
    assert execute(proposal) == "やり取りの記録 1件、研修の受講 2件"
    assert counts() == (1, 1)
    proofs = {each.kind: each for each in ErasureRecord.objects.all()}
    assert {code: each.row_count for code, each in proofs.items()} == {"exchange_log": 1, "training_record": 2}
    assert {each.proposal_id for each in proofs.values()} == {proposal}
    with pytest.raises(refusals.NothingDue):
        retention.propose_erasure(as_of=today(), reason="もう一度")
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql("DELETE FROM erasure_record")


def test_nothing_goes_before_its_term_by_any_road(kept: str) -> None:
    with pytest.raises(refusals.ErasingInTheFuture):
        retention.propose_erasure(as_of=today() + timedelta(days=1), reason="先走り")
    for kind, day in (
        ("training_record", today() - timedelta(days=365 * 4)),
        ("exchange_log", today() - timedelta(days=365 * 6)),
    ):
        with pytest.raises(DatabaseError, match="保存年限の内"), transaction.atomic():
            run_sql("SELECT erase_kept_rows(%s, %s)", [kind, day])
    with pytest.raises(DatabaseError, match="消せる記録の種類ではありません"), transaction.atomic():
        run_sql("SELECT erase_kept_rows('audit_event', '2000-01-01')")
    for table in ("training_record", "exchange_log", "audit_event", "egress_record"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run_sql(f"DELETE FROM {table}")
    assert counts() == (3, 2)
    leap = retention.before("training_record", as_of=date(2028, 2, 29))
    assert leap == date(2023, 2, 28)
    with pytest.raises(refusals.NoRetentionTerm):
        retention.term_of("training_record", as_of=date(2000, 1, 1))


def test_what_changed_after_the_decision_is_not_erased(kept: str) -> None:
    proposal = decided(retention.propose_erasure(as_of=today(), reason="満了"))
    with server(kept) as admin:
        admin.execute("UPDATE training_record SET taken_on = '2026-01-01' WHERE staff_number = 'A1'")
        admin.execute(
            "INSERT INTO training_record (staff_number, kind, title, taken_on, recorded_by) VALUES ('A9', '1', '研修', %s, 'x')",
            [OLD],
        )
    with pytest.raises(refusals.DueChanged):
        execute(proposal)
    assert counts() == (4, 2)
    assert not ErasureRecord.objects.exists()


def test_a_hold_stops_every_road_and_another_officer_releases(kept: str) -> None:
    proposal = decided(retention.propose_erasure(as_of=today(), reason="満了"))
    retention.hold("training_record", reason="令和8年（行ウ）第7号", on=today())
    with pytest.raises(refusals.AlreadyHeld):
        retention.hold("training_record", reason="もう一度", on=today())
    with pytest.raises(refusals.ErasureHeld):
        execute(proposal)
    with pytest.raises(DatabaseError, match="止めている"), transaction.atomic():
        run_sql("SELECT erase_kept_rows('training_record', '2015-01-01')")
    with pytest.raises(refusals.ReleasedBySamePerson):
        retention.release("training_record", on=today())
    with officer("B0001"):
        retention.release("training_record", on=today())
        with pytest.raises(refusals.NotHeld):
            retention.release("training_record", on=today())
    execute(proposal)
    assert counts() == (1, 1)
    with pytest.raises(refusals.UnknownKind):
        retention.hold("audit_event", reason="消せない", on=today())


def test_the_terminal_and_the_page(kept: str) -> None:
    from osame.cli import build_app

    osame = Typist(build_app())
    listed = {row["kind"]: row["due"] for row in osame.json("retention", "list")}
    assert listed["training_record"] == 2
    assert "鎖でつながり" in osame.ok("retention", "list")
    osame.ok("retention", "hold", "exchange_log", "--reason", "監査の間")
    manager = sign_in("M0001", with_app(hire("M0001", "課長", "collection_manager")))
    page = manager.get("/retention/").content.decode()
    assert "監査の間" in page
    assert "消去を起案する" in page
    execute(decided(retention.propose_erasure(as_of=today(), reason="満了")))
    (row,) = osame.json("retention", "proofs")
    assert (row["name"], row["rows"]) == ("研修の受講", 2)
    assert "消去を起案する" not in manager.get("/retention/").content.decode()
