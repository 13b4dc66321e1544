"""研修と点検。期限の過ぎた者が分かり、個人番号の権限が止まり、点検には監査の証が付く。"""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from osame.platform.audit.checkpoints import make_checkpoint
from osame.platform.database import run_sql
from osame.platform.gate import Acting, acting
from osame.platform.privacy import refusals, training
from osame.platform.privacy.models import InspectionRecord
from osame.platform.staff.models import HandlerRegistration, NumberRight
from osame.platform.terminal import today
from tests.journeys.typist import Typist
from tests.systems.platform.staff_cast import APRIL, hire, officer, sign_in, with_app

DAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def handler():
    with acting(Acting("M0001", "floor.training.record", "account")):
        yield


@pytest.fixture
def office(database: str) -> str:
    """Two handlers with a right to numbers, one clerk who is no handler."""
    for number in ("A1", "A2", "A3"):
        account = hire(number, f"職員 {number}", "collection_clerk")
        with officer():
            if number != "A3":
                HandlerRegistration.objects.create(
                    account=account, department_id="collection", valid_from=APRIL, registered_by="setup"
                )
                NumberRight.objects.create(
                    account=account, purposes=["arrears_management"], valid_from=APRIL, expires_on=date(2027, 3, 31),
                    applicant="C1", department_head="H1", endorsed_at="2026-04-01T00:00+09:00", protection_manager="M1",
                    issued_at="2026-04-01T00:00+09:00",
                )  # fmt: skip
    return database


def test_who_is_overdue_and_what_is_taken_away(office: str) -> None:
    assert [(each.staff_number, each.overdue) for each in training.standings(as_of=DAY)] == [("A1", True), ("A2", True)]
    training.take("A1", "1", title="安全管理の研修", taken_on=DAY - timedelta(days=365), as_of=DAY)
    late = {each.staff_number: each.overdue for each in training.standings(as_of=DAY)}
    assert late == {"A1": False, "A2": True}
    assert {each.staff_number: each.overdue for each in training.standings(as_of=DAY + timedelta(days=1))}["A1"]
    assert training.suspend_overdue(as_of=DAY) == 1
    assert list(NumberRight.objects.filter(revoked_at=None).values_list("account_id", flat=True)) == ["A1"]
    assert training.suspend_overdue(as_of=DAY) == 0
    training.require_trained("A1", as_of=DAY)
    with pytest.raises(refusals.NotTrained):
        training.require_trained("A2", as_of=DAY)


def test_a_record_of_training_is_anothers_and_stays(office: str) -> None:
    with pytest.raises(refusals.OwnTraining):
        training.take("M0001", "1", title="研修", taken_on=DAY, as_of=DAY)
    with pytest.raises(refusals.TrainingInTheFuture):
        training.take("A1", "1", title="研修", taken_on=DAY + timedelta(days=1), as_of=DAY)
    training.take("A1", "1", title="研修", taken_on=DAY, as_of=DAY)
    with pytest.raises(refusals.AlreadyRecorded):
        training.take("A1", "1", title="研修", taken_on=DAY, as_of=DAY)
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        run_sql("UPDATE training_record SET taken_on = taken_on + 1")


def test_an_inspection_carries_the_checkpoint_and_is_improved_once(office: str) -> None:
    with acting(Acting("U1", "floor.audit.checkpoint", "audit")):
        point = make_checkpoint()
    facts = {"kind": "2", "department": "収納推進課", "checked_items": "権限の棚卸し", "outcome": "2", "finding": ""}
    with pytest.raises(refusals.InspectionIncomplete):
        training.inspect(facts, on=DAY, as_of=DAY)
    number = training.inspect({**facts, "finding": "異動した者の権限が残る"}, on=DAY, as_of=DAY)
    row = InspectionRecord.objects.get(pk=number)
    assert row.proof.startswith(f"監査の検査点 {point.checkpoint_number}（")
    with pytest.raises(refusals.WrongOrderOfDates):
        training.improve(number, what="取り消した", on=DAY - timedelta(days=1), as_of=DAY)
    training.improve(number, what="取り消した", on=DAY, as_of=DAY)
    with pytest.raises(refusals.NothingToImprove):
        training.improve(number, what="もう一度", on=DAY, as_of=DAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        InspectionRecord.objects.filter(pk=number).update(finding="")
    assert training.held_within_a_year(as_of=DAY) == {"自己点検": None, "内部監査": DAY, "外部監査": None}


def test_the_terminal_and_the_page(office: str) -> None:
    from osame.cli import build_app

    osame = Typist(build_app())
    assert [row["staff_number"] for row in osame.json("training", "list", "--overdue")] == ["A1", "A2"]
    osame.ok("training", "take", "A1", "--title", "安全管理の研修")
    assert [row["staff_number"] for row in osame.json("training", "list", "--overdue")] == ["A2"]
    osame.ok(
        "training",
        "inspect",
        "--kind",
        "自己点検",
        "--department",
        "収納推進課",
        "--checked",
        "施錠",
        "--finding",
        "鍵の貸出簿がない",
    )
    osame.ok("training", "improve", "1", "--what", "貸出簿を置いた")
    assert osame.json("training", "inspections")[0]["improved_on"] == today().isoformat()
    chief = sign_in("B0001", with_app(hire("B0001", "係長", "collection_chief")))
    page = chief.get("/trainings/").content.decode()
    assert "期限の過ぎた者 1人" in page
    assert "貸出簿を置いた" in page
    assert "1件を取り消しました" in osame.ok("training", "suspend-overdue")
    assert chief.get("/trainings/new/?staff=A2").status_code == 200
