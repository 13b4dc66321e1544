"""役割、機能の許可、事務取扱担当者、個人番号利用権限を、付け、取り消す。

Granting a role or a function is a high-risk act: it is proposed, checked, decided and executed by different officers.
Revoking is one person's act and works at once. A right to personal numbers passes three people of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from osame.kernel.dates import fiscal_year, format_wareki
from osame.platform import gate
from osame.platform.approvals.actions import executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.database import fetch_all
from osame.platform.functions.identity import CONTRACTOR_ROLES, GRANTABLE, Role
from osame.platform.privacy.training import require_trained
from osame.platform.staff import sessions
from osame.platform.staff.actions import found, told
from osame.platform.staff.models import (
    Department,
    FunctionPermission,
    HandlerRegistration,
    NumberRight,
    RoleAssignment,
    StaffAccount,
    StaffSession,
)
from osame.platform.staff.refusals import (
    AlreadyGranted,
    DatesOutOfOrder,
    ExpiresTooLate,
    NotAtThatStep,
    NotGranted,
    NotTheHead,
    NotTheProtectionManager,
    OnlyYourself,
    UnknownDepartment,
    UnknownRole,
    WrongKindOfStaff,
)

Ending = StaffSession.Ending


def propose_role(
    staff_number: str, role: str, *, valid_from: date, valid_until: date | None = None, reason: str
) -> int:
    """役割の付与を起案し、起案番号を返す。自分への付与は起案できない。

    要件: F29-02
    """
    if role not in GRANTABLE:
        raise UnknownRole(role)
    return _proposed(staff_number, {"role": str(role)}, valid_from, valid_until, reason)


def propose_function(staff_number: str, function_code: str, *, valid_from: date, valid_until: date, reason: str) -> int:
    """一つの機能だけを期限付きで許すことを起案し、起案番号を返す。

    要件: F29-02
    """
    return _proposed(staff_number, {"function": function_code}, valid_from, valid_until, reason)


def _proposed(
    staff_number: str, what: Mapping[str, str], valid_from: date, valid_until: date | None, reason: str
) -> int:
    if valid_until is not None and valid_until <= valid_from:
        raise DatesOutOfOrder(valid_until.isoformat())
    account = found(staff_number, locked=False)
    _suits(account, what.get("role"))
    if account.staff_number == gate.required().officer:
        raise OnlyYourself(staff_number)
    content = {
        "staff_number": account.staff_number,
        **what,
        "valid_from": valid_from.isoformat(),
        "valid_until": valid_until.isoformat() if valid_until else None,
    }
    return propose(HighRiskAct.ROLE_GRANT, content=content, reason=reason)


def _suits(account: StaffAccount, role: str | None) -> None:
    contractor = account.employment == StaffAccount.Employment.CONTRACTOR
    if role and contractor != (Role(role) in CONTRACTOR_ROLES):
        raise WrongKindOfStaff(Role(role).label)


@executes(HighRiskAct.ROLE_GRANT)
def grant(content: Mapping[str, Any]) -> None:
    """決裁された役割か機能を付与する。決裁の執行からだけ呼ばれる。

    要件: F29-02
    """
    account = found(content["staff_number"])
    officer = gate.required().officer
    if account.staff_number == officer:
        raise OnlyYourself(officer)
    facts: dict[str, Any] = {
        "account": account,
        "valid_from": date.fromisoformat(content["valid_from"]),
        "valid_until": date.fromisoformat(content["valid_until"]) if content["valid_until"] else None,
        "granted_by": officer,
    }
    if "role" in content:
        _suits(account, content["role"])
        live = RoleAssignment.objects.filter(account=account, role=content["role"], revoked_at=None)
        if live.filter(valid_until=None).exists() or live.filter(valid_from=facts["valid_from"]).exists():
            raise AlreadyGranted(Role(content["role"]).label)
        RoleAssignment.objects.create(role=content["role"], **facts)
        told("役割を付与した", account.staff_number, 役割=content["role"])
    else:
        FunctionPermission.objects.create(function_code=content["function"], **facts)
        told("機能を許可した", account.staff_number, 機能=content["function"])
    sessions.end_sessions(account.staff_number, Ending.RIGHTS_CHANGED)


@describes(HighRiskAct.ROLE_GRANT)
def granting_told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """役割か機能の付与の起案を、人が読める形にする。"""
    account = found(content["staff_number"], locked=False)
    until = content["valid_until"]
    what = ("役割", Role(content["role"]).label) if "role" in content else ("機能", content["function"])
    return [
        ("職員", f"{account.staff_number}　{account.name}"),
        what,
        ("開始日", format_wareki(date.fromisoformat(content["valid_from"]))),
        ("終了日", format_wareki(date.fromisoformat(until)) if until else "定めない"),
    ]


def revoke_role(staff_number: str, role: str) -> None:
    """役割を取り消す。次の操作から効かない。開いているセッションは終わる。

    要件: F29-02, F36-04
    """
    _revoke(RoleAssignment, staff_number, "役割を取り消した", role=role)


def revoke_function(staff_number: str, function_code: str) -> None:
    """機能の許可を取り消す。次の操作から効かない。

    要件: F29-02
    """
    _revoke(FunctionPermission, staff_number, "機能の許可を取り消した", function_code=function_code)


def _revoke(model: type[RoleAssignment] | type[FunctionPermission], staff_number: str, act: str, **what: str) -> None:
    with transaction.atomic():
        account = found(staff_number)
        live = model._default_manager.filter(account=account, revoked_at=None, **what)
        if not live.update(revoked_at=Now(), revoked_by=gate.required().officer):
            raise NotGranted(next(iter(what.values())))
        sessions.end_sessions(account.staff_number, Ending.RIGHTS_CHANGED)
        told(act, account.staff_number, 対象=next(iter(what.values())))


def register_handler(staff_number: str, *, department: str, valid_from: date) -> None:
    """事務取扱担当者に登録する。登録は所属ごと。自分は登録できない。

    要件: F29-02
    """
    with transaction.atomic():
        account = found(staff_number)
        officer = gate.required().officer
        if account.staff_number == officer:
            raise OnlyYourself(officer)
        if not Department.objects.filter(department_code=department).exists():
            raise UnknownDepartment(department)
        if HandlerRegistration.objects.filter(account=account, department_id=department, ended_at=None).exists():
            raise AlreadyGranted(department)
        HandlerRegistration.objects.create(
            account=account, department_id=department, valid_from=valid_from, registered_by=officer
        )
        told("事務取扱担当者に登録した", account.staff_number, 所属=department)


def deregister_handler(staff_number: str, *, department: str) -> None:
    """事務取扱担当者の登録を抹消する。次の操作から、人の情報を開けない。

    要件: F29-02, F36-04
    """
    with transaction.atomic():
        account = found(staff_number)
        live = HandlerRegistration.objects.filter(account=account, department_id=department, ended_at=None)
        if not live.update(ended_at=Now(), ended_by=gate.required().officer):
            raise NotGranted(department)
        sessions.end_sessions(account.staff_number, Ending.RIGHTS_CHANGED)
        told("事務取扱担当者の登録を抹消した", account.staff_number, 所属=department)


def apply_for_number_right(staff_number: str, *, purposes: Sequence[str], valid_from: date, expires_on: date) -> int:
    """個人番号利用権限を申請し、権限番号を返す。期限は、次の3月31日まで。

    要件: F29-02, F36-03
    """
    if expires_on > date(fiscal_year(valid_from) + 1, 3, 31):
        raise ExpiresTooLate(expires_on.isoformat())
    if expires_on < valid_from:
        raise DatesOutOfOrder(expires_on.isoformat())
    if not purposes:
        raise NotGranted("使用目的がありません")
    with transaction.atomic():
        right = NumberRight.objects.create(
            account=found(staff_number),
            purposes=list(purposes),
            valid_from=valid_from,
            expires_on=expires_on,
            applicant=gate.required().officer,
        )
        told("個人番号利用権限を申請した", right.account_id, 権限番号=right.number_right_id)
    return right.number_right_id


def endorse_number_right(number_right_id: int, *, today: date) -> None:
    """所属長が、申請を認める。

    要件: F29-02, F36-03
    """
    with transaction.atomic():
        right, head, _ = _right_and_its_keepers(number_right_id, today)
        officer = gate.required().officer
        if right.endorsed_at is not None:
            raise NotAtThatStep(str(number_right_id))
        if officer != head or officer in {right.account_id, right.applicant}:
            raise NotTheHead(officer)
        right.department_head, right.endorsed_at = officer, Now()
        right.save(update_fields=["department_head", "endorsed_at"])
        told("個人番号利用権限を認めた", right.account_id, 権限番号=number_right_id)


def issue_number_right(number_right_id: int, *, today: date) -> None:
    """保護管理者が、個人番号利用権限を発行する。この一年に研修を受けていない者には、発行しない。

    要件: F29-02, F36-03, F36-10
    """
    with transaction.atomic():
        right, _, manager = _right_and_its_keepers(number_right_id, today)
        officer = gate.required().officer
        if right.endorsed_at is None or right.issued_at is not None:
            raise NotAtThatStep(str(number_right_id))
        if officer != manager or officer in {right.account_id, right.applicant, right.department_head}:
            raise NotTheProtectionManager(officer)
        require_trained(right.account_id, as_of=today)
        right.protection_manager, right.issued_at = officer, Now()
        right.save(update_fields=["protection_manager", "issued_at"])
        told("個人番号利用権限を発行した", right.account_id, 権限番号=number_right_id)


def _right_and_its_keepers(number_right_id: int, today: date) -> tuple[NumberRight, str, str]:
    """申請と、その職員のいまの所属の所属長と保護管理者。"""
    right = NumberRight.objects.select_for_update().filter(pk=number_right_id, revoked_at=None).first()
    if right is None:
        raise NotGranted(str(number_right_id))
    rows = fetch_all(
        "SELECT head, protection_manager FROM department_assignment JOIN department USING (department_code) "
        "WHERE staff_number = %s AND department_assignment.valid_from <= %s "
        "ORDER BY department_assignment.valid_from DESC LIMIT 1",
        [right.account_id, today],
    )
    head, manager = rows[0] if rows else ("", "")
    return right, head, manager


def revoke_number_right(staff_number: str) -> int:
    """個人番号利用権限を、すべて取り消す。取り消した数を返す。次の操作から、個人番号を見られない。

    要件: F29-02, F36-03
    """
    with transaction.atomic():
        account = found(staff_number)
        live = NumberRight.objects.filter(Q(account=account), revoked_at=None)
        ended = live.update(revoked_at=Now(), revoked_by=gate.required().officer)
        if not ended:
            raise NotGranted(staff_number)
        sessions.end_sessions(account.staff_number, Ending.RIGHTS_CHANGED)
        told("個人番号利用権限を取り消した", account.staff_number, 件数=ended)
    return ended
