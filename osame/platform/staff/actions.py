"""職員を登録し、異動させ、止める。どの行いも、同じ取引の中で監査記録に残る。

Accounts of named persons. What ends a right ends the session at once; the next request of that person is refused.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models.functions import Now

from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql
from osame.platform.functions.identity import Role
from osame.platform.staff import guard, sessions
from osame.platform.staff.models import (
    ContractorAccount,
    Department,
    DepartmentAssignment,
    HandlerRegistration,
    NumberRight,
    RoleAssignment,
    StaffAccount,
    StaffSession,
)
from osame.platform.staff.passwords import temporary_password
from osame.platform.staff.refusals import (
    AdministratorExists,
    AlreadyRegistered,
    ContractEndsEarlier,
    DatesOutOfOrder,
    NotAPerson,
    OnlyYourself,
    UnknownDepartment,
    UnknownStaff,
)

Ending = StaffSession.Ending
FIRST_ADMINISTRATORS = 2  # 付与には二人が要る
FIRST_ADMINISTRATOR_LOCK = 7_140_040
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{1,19}")
SHARED = re.compile(r"共用|共有|係用|課用|窓口|テスト|test|admin|shared|guest|root", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Contract:
    """委託契約。 expires_on: アカウントの最後の日（省けば契約の最後の日）。"""

    contractor: str
    number: str
    ends_on: date
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewStaff:
    """登録する職員。委託先の者なら、契約を添える。"""

    staff_number: str
    name: str
    department: str
    valid_from: date
    email: str = ""
    contract: Contract | None = None


def found(staff_number: str, *, locked: bool = True) -> StaffAccount:
    """職員番号からアカウントを引く。なければ断る。"""
    accounts = StaffAccount.objects.select_for_update() if locked else StaffAccount.objects
    account = accounts.filter(staff_number=guard.normal(staff_number)).first()
    if account is None:
        raise UnknownStaff(staff_number)
    return account


def told(act: str, staff_number: str, **detail: str | int) -> None:
    """職員についての行いを記録する。対象は職員番号で示す。"""
    record(act, detail={"対象の職員": staff_number, **detail})


def register_department(code: str, *, name: str, valid_from: date, valid_until: date | None = None) -> None:
    """所属を登録する。すでにあれば、名と終期を改める。

    要件: F29-02
    """
    if valid_until is not None and valid_until <= valid_from:
        raise DatesOutOfOrder(code)
    with transaction.atomic():
        Department.objects.update_or_create(
            department_code=code,
            defaults={"name": name, "valid_until": valid_until},
            create_defaults={"name": name, "valid_from": valid_from, "valid_until": valid_until},
        )
        record("所属を登録した", detail={"所属": code})


def appoint(code: str, *, head: str, protection_manager: str) -> None:
    """所属長と保護管理者を定める。二人は別の職員でなければならない。

    要件: F29-02
    """
    with transaction.atomic():
        if found(head) == found(protection_manager):
            raise NotAPerson(f"{head}を所属長と保護管理者の両方にはできません")
        if not Department.objects.filter(department_code=code).update(head=head, protection_manager=protection_manager):
            raise UnknownDepartment(code)
        record("所属長と保護管理者を定めた", detail={"所属": code, "所属長": head, "保護管理者": protection_manager})


def register(new: NewStaff) -> str:
    """職員を登録し、最初の一度だけ使うパスワードを返す。一人に一つ。

    要件: F29-01, F36-08
    """
    number, contract = guard.normal(new.staff_number), new.contract
    if not NUMBER.fullmatch(number) or not new.name.strip() or SHARED.search(f"{number} {new.name}"):
        raise NotAPerson(new.staff_number)
    if contract and (contract.expires_on or contract.ends_on) > contract.ends_on:
        raise ContractEndsEarlier(str(contract.expires_on))
    password = temporary_password()
    with transaction.atomic():
        if StaffAccount.objects.filter(staff_number__iexact=number).exists():
            raise AlreadyRegistered(number)
        account = StaffAccount(
            staff_number=number,
            name=new.name.strip(),
            email=new.email,
            employment=StaffAccount.Employment.CONTRACTOR if contract else StaffAccount.Employment.EMPLOYEE,
            registered_by=gate.required().officer,
        )
        account.set_password(password)
        account.save(force_insert=True)
        if contract:
            ContractorAccount.objects.create(
                account=account,
                contractor=contract.contractor,
                contract_number=contract.number,
                contract_ends_on=contract.ends_on,
                expires_on=contract.expires_on or contract.ends_on,
            )
        _assign(account, new.department, new.valid_from)
        told("職員を登録した", number, 所属=new.department, 区分=str(account.get_employment_display()))
    return password


def _assign(account: StaffAccount, department: str, day: date) -> None:
    place = Department.objects.filter(department_code=department, valid_from__lte=day).exclude(valid_until__lte=day)
    if not place.exists():
        raise UnknownDepartment(department)
    DepartmentAssignment.objects.update_or_create(
        account=account,
        valid_from=day,
        defaults={"department_id": department, "assigned_by": gate.required().officer},
    )


def disable(staff_number: str, *, reason: str, on: date | None = None) -> int:
    """アカウントを止める。終わらせたセッションの数を返す。日を指定すると、その日の0時に止まる。

    要件: F29-01, F36-04
    """
    with transaction.atomic():
        account = found(staff_number)
        if on is not None:
            account.disable_on, account.disabled_reason = on, ""
            account.save(update_fields=["disable_on", "disabled_reason"])
            told("停止の日を定めた", account.staff_number, 日=on.isoformat(), 理由=reason)
            return 0
        if account.is_active:
            account.is_active, account.disabled_at, account.disabled_reason = False, Now(), reason or "停止"
            account.save(update_fields=["is_active", "disabled_at", "disabled_reason"])
        ended = sessions.end_sessions(account.staff_number, Ending.DISABLED)
        told("職員を停止した", account.staff_number, 理由=reason, 終わらせたセッション=ended)
    return ended


def enable(staff_number: str) -> None:
    """止めたアカウントを、また使えるようにする。役割は、止める前のまま。自分のものはできない。

    要件: F29-01
    """
    with transaction.atomic():
        account = found(staff_number)
        if account.staff_number == gate.required().officer:
            raise OnlyYourself(staff_number)
        account.is_active, account.disabled_at, account.disabled_reason, account.disable_on = True, None, "", None
        account.save(update_fields=["is_active", "disabled_at", "disabled_reason", "disable_on"])
        told("停止を解いた", account.staff_number)


def unlock(staff_number: str) -> None:
    """続けて失敗して受け付けなくなったサインインを、また受け付ける。

    要件: F29-01
    """
    with transaction.atomic():
        account = found(staff_number)
        guard.forget("password", account.staff_number)
        guard.forget("code", account.staff_number)
        told("サインインの制限を解いた", account.staff_number)


def reset_password(staff_number: str) -> str:
    """パスワードを忘れた職員に、一度だけ使うパスワードを出す。本人を対面で確かめてから行う。

    要件: F29-01
    """
    password = temporary_password()
    with transaction.atomic():
        account = found(staff_number)
        if account.staff_number == gate.required().officer:
            raise OnlyYourself(staff_number)
        account.set_password(password)
        account.password_must_change = True
        account.save(update_fields=["password", "password_must_change"])
        sessions.end_sessions(account.staff_number, Ending.PASSWORD_CHANGED)
        told("パスワードを出し直した", account.staff_number)
    return password


def reset_second_factor(staff_number: str) -> None:
    """第二要素をなくした職員の、第二要素を外す。次のサインインで登録し直させる。本人を対面で確かめてから行う。

    要件: F29-01
    """
    with transaction.atomic():
        account = found(staff_number)
        if account.staff_number == gate.required().officer:
            raise OnlyYourself(staff_number)
        run_sql("DELETE FROM mfa_authenticator WHERE user_id = %s", [account.staff_number])
        sessions.end_sessions(account.staff_number, Ending.PASSWORD_CHANGED)
        told("第二要素を外した", account.staff_number)


def transfer(staff_number: str, *, department: str, on: date, today: date) -> None:
    """異動させる。その日の0時から新しい所属になり、前の所属での役割・登録・権限は切れる。

    Rights of the former post end at 0:00 of the day by their own dates, so nothing has to run at midnight. A transfer of
    today or earlier ends the session now; a later one is noticed by the first request of that day.

    要件: F29-01, F36-04
    """
    with transaction.atomic():
        account = found(staff_number)
        _assign(account, department, on)
        officer = gate.required().officer
        for rights in (RoleAssignment, HandlerRegistration, NumberRight):
            _close(rights._meta.db_table, account.staff_number, on, today, officer)
        if on <= today:
            sessions.end_sessions(account.staff_number, Ending.TRANSFERRED)
        told("異動させた", account.staff_number, 所属=department, 日=on.isoformat())


CLOSING = {
    "role_assignment": (
        "UPDATE role_assignment SET valid_until = %(on)s WHERE staff_number = %(staff)s AND revoked_at IS NULL "
        "AND valid_from < %(on)s AND (valid_until IS NULL OR valid_until > %(on)s)",
    ),
    "number_right": (
        "UPDATE number_right SET revoked_at = now(), revoked_by = %(officer)s WHERE staff_number = %(staff)s "
        "AND revoked_at IS NULL AND valid_from < %(on)s AND (%(on)s <= %(today)s OR issued_at IS NULL)",
        "UPDATE number_right SET expires_on = %(last)s WHERE staff_number = %(staff)s "
        "AND revoked_at IS NULL AND valid_from < %(on)s AND expires_on > %(last)s",
    ),
    "handler_registration": (  # 登録は所属ごと。所属が変われば効かないので、当日までの異動だけ抹消を記す
        "UPDATE handler_registration SET ended_at = now(), ended_by = %(officer)s WHERE staff_number = %(staff)s "
        "AND ended_at IS NULL AND valid_from < %(on)s AND %(on)s <= %(today)s",
    ),
}


def _close(table: str, staff: str, on: date, today: date, officer: str) -> None:
    facts = {"staff": staff, "on": on, "last": on - timedelta(days=1), "today": today, "officer": officer}
    for statement in CLOSING[table]:
        run_sql(statement, facts)


def first_administrator(new: NewStaff) -> str:
    """最初のシステム管理者を登録する。システム管理者が二人そろうまでの間だけ使える。

    Two, because granting a role takes two people: from then on every role is proposed by one and decided by another.

    要件: F29-02
    """
    with transaction.atomic():
        fetch_one("SELECT pg_advisory_xact_lock(%s)", [FIRST_ADMINISTRATOR_LOCK])
        if RoleAssignment.objects.filter(role=Role.SYSTEM_ADMINISTRATOR).count() >= FIRST_ADMINISTRATORS:
            raise AdministratorExists
        if not Department.objects.filter(department_code=new.department).exists():
            register_department(new.department, name=new.department, valid_from=new.valid_from)
        password = register(new)
        RoleAssignment.objects.create(
            account_id=guard.normal(new.staff_number),
            role=Role.SYSTEM_ADMINISTRATOR,
            valid_from=new.valid_from,
            granted_by="最初の設定",
        )
        told("最初のシステム管理者を登録した", guard.normal(new.staff_number))
    return password
