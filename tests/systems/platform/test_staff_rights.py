"""職員の権利。付けるには人が要り、取り消せばすぐ効き、データベースそのものが抜け道を断る。"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from osame.platform.approvals.actions import SamePerson, check, decide, execute
from osame.platform.audit.models import AuditEvent
from osame.platform.database import fetch_all
from osame.platform.functions.identity import ANONYMOUS, Role
from osame.platform.privacy import training
from osame.platform.privacy.refusals import NotTrained
from osame.platform.staff import actions, granting
from osame.platform.staff.actions import Contract, NewStaff
from osame.platform.staff.importing import import_feed
from osame.platform.staff.models import StaffAccount
from osame.platform.staff.queries import identity_of, staff_list
from osame.platform.staff.refusals import (
    AdministratorExists,
    AlreadyRegistered,
    ContractEndsEarlier,
    ExpiresTooLate,
    NotAPerson,
    NotTheHead,
    NotTheProtectionManager,
    OnlyYourself,
    WrongKindOfStaff,
)
from tests.systems.conftest import server
from tests.systems.platform.staff_cast import APRIL, hire, officer

NOON = datetime(2026, 11, 23, 3, tzinfo=UTC)
DAY = date(2026, 11, 23)


def who(number: str, at: datetime = NOON):
    return identity_of(StaffAccount.objects.get(pk=number), at=at)


def hired(*numbers: str) -> None:
    for number in numbers:
        hire(number, f"職員 {number}")


def test_the_first_two_administrators_are_made_once(linkage_database):
    with officer():
        first = NewStaff("A0001", "伊藤 薫", "office", APRIL)
        assert len(actions.first_administrator(first)) >= 15
        assert len(actions.first_administrator(NewStaff("A0002", "高橋 幸", "office", APRIL))) >= 15
        with pytest.raises(AdministratorExists):
            actions.first_administrator(NewStaff("A0003", "中村 昭", "office", APRIL))
    assert who("A0001").roles == {Role.SYSTEM_ADMINISTRATOR}
    granting_acts = AuditEvent.objects.filter(act="最初のシステム管理者を登録した")
    assert granting_acts.count() == 2


def test_a_role_takes_three_officers(linkage_database):
    hired("A1", "A2", "A3", "A4", "A5")
    with officer("A2"):
        proposal = granting.propose_role("A1", "collection_clerk", valid_from=DAY, reason="収納推進課への配属")
        with pytest.raises(SamePerson):
            check(proposal)
    with officer("A3"):
        check(proposal)
    with officer("A4"):
        decide(proposal)
    assert who("A1").roles == ANONYMOUS.roles
    with officer("A3"), pytest.raises(SamePerson):
        execute(proposal)
    with officer("A1"), pytest.raises(OnlyYourself):  # 付与される本人は、執行できない
        execute(proposal)
    with officer("A2"):
        execute(proposal)
    assert who("A1").roles == {Role.COLLECTION_CLERK}
    assert who("A1", datetime(2026, 11, 22, 14, 59, tzinfo=UTC)).roles == ANONYMOUS.roles  # 始期の前の日
    with officer("A5"):
        granting.revoke_role("A1", "collection_clerk")
    assert who("A1").roles == ANONYMOUS.roles
    history = fetch_all("SELECT pgh_label, changed_by, revoked_by FROM role_assignment_history ORDER BY pgh_id")
    assert history == [("insert", "A2", ""), ("update", "A5", "A5")]


def test_nobody_proposes_for_themselves(linkage_database):
    hired("A1")
    with officer("A1"), pytest.raises(OnlyYourself):
        granting.propose_role("A1", "system_administrator", valid_from=DAY, reason="要るため")


def test_a_function_is_permitted_for_a_time(linkage_database):
    hired("A1", "A2", "A3", "A4")
    with officer("A2"):
        proposal = granting.propose_function(
            "A1", "collection.refunds.show", valid_from=DAY, valid_until=date(2026, 12, 1), reason="応援"
        )
    for number, step in (("A3", check), ("A4", decide), ("A2", execute)):
        with officer(number):
            step(proposal)
    assert who("A1").functions == {"collection.refunds.show"}
    assert who("A1", datetime(2026, 11, 30, 15, tzinfo=UTC)).functions == frozenset()  # 12月1日0時（日本）


def test_the_register_is_by_department(linkage_database):
    hired("A1", "A2")
    with officer("A2"):
        granting.register_handler("A1", department="collection", valid_from=DAY)
        with pytest.raises(OnlyYourself):
            granting.register_handler("A2", department="collection", valid_from=DAY)
        assert who("A1").on_register
        actions.register_department("welfare", name="福祉課", valid_from=DAY)
        actions.transfer("A1", department="welfare", on=date(2026, 12, 1), today=DAY)
    assert who("A1").on_register
    after = who("A1", datetime(2026, 11, 30, 15, tzinfo=UTC))
    assert (after.department, after.on_register) == ("welfare", False)


def number_right(expires_on: date = date(2027, 3, 31)) -> int:
    hired("A1", "H1", "M1", "C1")
    with officer():
        actions.appoint("collection", head="H1", protection_manager="M1")
    with officer("C1"):
        return granting.apply_for_number_right(
            "A1", purposes=["arrears_management"], valid_from=DAY, expires_on=expires_on
        )


def test_a_right_to_numbers_passes_three_people_and_dies_in_march(linkage_database):
    right = number_right()
    with officer("M1"), pytest.raises(NotTheHead):
        granting.endorse_number_right(right, today=DAY)
    with officer("H1"):
        granting.endorse_number_right(right, today=DAY)
        with pytest.raises(NotTheProtectionManager):
            granting.issue_number_right(right, today=DAY)
    assert who("A1").number_purposes == frozenset()
    with officer("M1"):
        with pytest.raises(NotTrained):
            granting.issue_number_right(right, today=DAY)
        training.take("A1", "1", title="安全管理の研修", taken_on=DAY - timedelta(days=365), as_of=DAY)
        granting.issue_number_right(right, today=DAY)
    assert who("A1").number_purposes == {"arrears_management"}
    assert who("A1", datetime(2027, 3, 31, 14, 59, tzinfo=UTC)).number_purposes == {"arrears_management"}
    assert who("A1", datetime(2027, 3, 31, 15, tzinfo=UTC)).number_purposes == frozenset()
    with officer("C1"):
        assert granting.revoke_number_right("A1") == 1
    assert who("A1").number_purposes == frozenset()


def test_a_right_to_numbers_cannot_outlive_the_fiscal_year(linkage_database):
    with pytest.raises(ExpiresTooLate):
        number_right(date(2027, 4, 1))


def test_a_transfer_ends_every_right_of_the_former_post_at_midnight(linkage_database):
    right = number_right()
    with officer("M1"):
        training.take("A1", "2", title="新規担当者の研修", taken_on=DAY, as_of=DAY)
    for number, step in (("H1", granting.endorse_number_right), ("M1", granting.issue_number_right)):
        with officer(number):
            step(right, today=DAY)
    hire("B1", "職員 B1", "collection_clerk", "auditor")
    with officer("C1"):
        actions.register_department("welfare", name="福祉課", valid_from=DAY)
        for number in ("A1", "B1"):
            actions.transfer(number, department="welfare", on=date(2026, 12, 1), today=DAY)
    late, midnight = (datetime(2026, 11, 30, *time, tzinfo=UTC) for time in ((14, 59), (15, 0)))
    assert who("A1", late).number_purposes == {"arrears_management"}
    assert who("A1", midnight).number_purposes == frozenset()
    assert who("B1", late).roles == {Role.COLLECTION_CLERK, Role.AUDITOR}
    assert who("B1", midnight).roles == ANONYMOUS.roles


def test_a_contractor_ends_with_the_contract(linkage_database):
    hired("A1", "A2", "A3", "A4")
    contract = Contract("架空システム保守", "R8-委-12", date(2027, 3, 31), date(2026, 12, 31))
    late = Contract("架空システム保守", "R8-委-12", date(2026, 12, 31), date(2027, 1, 1))
    with officer("A2"):
        with pytest.raises(ContractEndsEarlier):
            actions.register(NewStaff("K8", "外部 次郎", "collection", APRIL, contract=late))
        actions.register(NewStaff("K1", "外部 太郎", "collection", APRIL, contract=contract))
        with pytest.raises(WrongKindOfStaff):
            granting.propose_role("K1", "collection_clerk", valid_from=DAY, reason="保守")
        with pytest.raises(WrongKindOfStaff):
            granting.propose_role("A1", "maintenance_contractor", valid_from=DAY, reason="保守")
        proposal = granting.propose_role("K1", "maintenance_contractor", valid_from=DAY, reason="保守")
    for number, step in (("A3", check), ("A4", decide), ("A2", execute)):
        with officer(number):
            step(proposal)
    assert who("K1").contractor
    assert who("K1").roles == {Role.MAINTENANCE_CONTRACTOR}
    assert who("K1", datetime(2026, 12, 31, 15, tzinfo=UTC)) == ANONYMOUS


@pytest.mark.parametrize(
    ("number", "name"), [("A1", ""), ("", "山本"), ("A1", "収納課 共用"), ("guest", "山本"), ("A 1", "窓口 1")]
)
def test_an_account_is_one_named_person(linkage_database, number, name):
    with officer(), pytest.raises(NotAPerson):
        actions.register(NewStaff(number, name, "collection", APRIL))


def test_a_number_is_registered_once_whatever_its_case(linkage_database):
    hired("A1")
    with officer(), pytest.raises(AlreadyRegistered):
        actions.register(NewStaff("a1", "別人", "collection", APRIL))


RIGHT = "INSERT INTO number_right (staff_number, purposes, valid_from, expires_on, applicant, department_head, "
RIGHT += "endorsed_at, protection_manager, issued_at, revoked_by) VALUES ('A1', '{x}', '2026-11-23', "
ROLE = (
    "INSERT INTO role_assignment (staff_number, role, valid_from, valid_until, granted_by, revoked_by) VALUES ('A1', "
)


@pytest.mark.parametrize(
    "statement",
    [
        RIGHT + "'2027-04-01', 'C1', 'H1', now(), 'M1', now(), '')",  # 3月31日を越える
        RIGHT + "'2027-03-31', 'C1', 'A1', now(), 'M1', now(), '')",  # 本人が認める
        RIGHT + "'2027-03-31', 'C1', 'H1', now(), 'A1', now(), '')",  # 本人が発行する
        RIGHT + "'2027-03-31', 'C1', 'C1', now(), 'M1', now(), '')",  # 申請者が認める
        RIGHT + "'2027-03-31', 'C1', 'H1', now(), 'H1', now(), '')",  # 認めた者が発行する
        RIGHT + "'2027-03-31', 'C1', '', NULL, 'M1', now(), '')",  # 認める者を飛ばす
        ROLE + "'collection_clerk', '2026-11-23', NULL, 'A1', '')",  # 自分に付与する
        ROLE + "'emperor', '2026-11-23', NULL, 'C1', '')",  # 知らない役割
        ROLE + "'collection_clerk', '2026-11-23', '2026-11-23', 'C1', '')",  # 一日もない
        "INSERT INTO handler_registration (staff_number, department_code, valid_from, registered_by, ended_by) "
        "VALUES ('A1', 'collection', '2026-11-23', 'A1', '')",
        "INSERT INTO contractor_account VALUES ('A1', '架空', 'R8-1', '2026-12-31', '2027-01-01')",
        "UPDATE staff_account SET is_active = false",  # いつ、なぜ止めたかがない
        "UPDATE department SET head = 'A1', protection_manager = 'A1'",
        "DELETE FROM role_assignment",  # 役割の名では消せない
        "UPDATE staff_account_history SET name = ''",
    ],
)
def test_the_database_itself_refuses(linkage_database, statement):
    hired("A1")
    login = {"dbname": linkage_database, "user": "osame_linkage", "autocommit": True}
    with server() as admin:
        host = str(admin.info.host)
    with (
        psycopg.connect(host=host, **login) as connection,
        pytest.raises((psycopg.errors.CheckViolation, psycopg.errors.InsufficientPrivilege)),
    ):
        connection.execute(statement)


def test_what_was_ended_does_not_come_back(linkage_database):
    hire("A1", "職員 A1", "collection_clerk")
    with officer("A2"):
        granting.revoke_role("A1", "collection_clerk")
    with server(linkage_database) as admin:
        for statement in (
            "UPDATE role_assignment SET revoked_at = NULL, revoked_by = ''",
            "UPDATE role_assignment SET role = 'system_administrator'",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation):
                admin.execute(statement)


def test_the_personnel_feed_moves_and_ends(linkage_database, tmp_path: Path):
    hired("A1", "A2", "A3")
    with officer("A9"):
        actions.register_department("welfare", name="福祉課", valid_from=DAY)
        feed = tmp_path / "jinji.csv"
        feed.write_text(
            "職員番号,区分,所属コード,日\nA1,異動,welfare,2026-11-23\nA2,退職,,令和8年11月30日\nA3,退職,,2026-11-23\n"
            "X9,異動,welfare,2026-11-23\nA3,休職,,2026-11-23\n",
            encoding="utf-8",
        )
        result = import_feed(feed, officer="A9", today=DAY)
        assert (result.rows_in, result.rows_posted, result.rows_rejected) == (5, 3, 2)
        assert [line for line, _ in result.problems] == [5, 6]
        assert import_feed(feed, officer="A9", today=DAY).already_received
        feed.write_text("番号,区分\n", encoding="utf-8")
        assert "見出し" in import_feed(feed, officer="A9", today=DAY).refusal
    assert who("A1").department == "welfare"
    assert who("A2").officer == "A2"
    assert who("A2", datetime(2026, 11, 29, 15, tzinfo=UTC)) == ANONYMOUS  # 30日0時
    assert who("A3") == ANONYMOUS
    assert {row.staff_number: row.usable for row in staff_list(as_of=DAY)} == {"A1": True, "A2": True, "A3": False}
