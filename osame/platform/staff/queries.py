"""職員を見る。いま誰に何が許されているかは、毎回データベースに尋ねる。"""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.timezone import get_default_timezone

from osame.platform.database import fetch_all
from osame.platform.functions.identity import ANONYMOUS, CONTRACTOR_ROLES, Identity, Kind, Role
from osame.platform.staff import guard
from osame.platform.staff.models import Department, StaffAccount, StaffSession

IDENTITY = """
SELECT coalesce(post.department_code, ''), account.employment = '2',
       ARRAY(SELECT DISTINCT role FROM role_assignment held WHERE held.staff_number = account.staff_number
             AND revoked_at IS NULL AND valid_from <= %(day)s AND (valid_until IS NULL OR valid_until > %(day)s)),
       ARRAY(SELECT DISTINCT function_code FROM function_permission given WHERE given.staff_number = account.staff_number
             AND revoked_at IS NULL AND valid_from <= %(day)s AND valid_until > %(day)s),
       EXISTS (SELECT FROM handler_registration registered WHERE registered.staff_number = account.staff_number
               AND registered.department_code = post.department_code
               AND ended_at IS NULL AND registered.valid_from <= %(day)s),
       ARRAY(SELECT DISTINCT unnest(purposes) FROM number_right allowed
             WHERE allowed.staff_number = account.staff_number AND issued_at IS NOT NULL AND revoked_at IS NULL
             AND allowed.valid_from <= %(day)s AND allowed.expires_on >= %(day)s)
  FROM staff_account account
  LEFT JOIN contractor_account contract USING (staff_number)
  LEFT JOIN LATERAL (SELECT department_code FROM department_assignment assigned
                      WHERE assigned.staff_number = account.staff_number AND assigned.valid_from <= %(day)s
                      ORDER BY assigned.valid_from DESC LIMIT 1) post ON true
 WHERE account.staff_number = %(staff)s AND account.is_active
   AND (account.disable_on IS NULL OR account.disable_on > %(day)s)
   AND (account.employment = '1' OR contract.expires_on >= %(day)s)
"""


def day_of(at: datetime) -> date:
    """その時刻の、日本の日付。"""
    return at.astimezone(get_default_timezone()).date()


def identity_of(account: StaffAccount, *, at: datetime) -> Identity:
    """この職員に、この時刻に許されていること。使えないアカウントなら、誰とも分からない者として扱う。

    One query, never cached: a right revoked in another process is gone when this is asked next. A contractor holds
    contractors' roles only, and an employee none of them. Whoever has no role may do what anybody may: sign in and out.
    """
    rows = fetch_all(IDENTITY, {"staff": account.staff_number, "day": day_of(at)})
    if not rows:
        return ANONYMOUS
    department, contractor, roles, functions, on_register, purposes = rows[0]
    granted = frozenset(Role(role) for role in roles)
    held = granted & CONTRACTOR_ROLES if contractor else granted - CONTRACTOR_ROLES
    return Identity(
        kind=Kind.OFFICER,
        officer=account.staff_number,
        department=department,
        roles=held or ANONYMOUS.roles,
        functions=frozenset(functions),
        on_register=on_register,
        number_purposes=frozenset(purposes),
        contractor=contractor,
    )


@dataclass(frozen=True, slots=True)
class SessionRow:
    """これまでのセッションの一行。"""

    terminal: str
    browser: str
    factors: str
    started_at: datetime
    seen_at: datetime
    ending: str


def recent_sessions(staff_number: str, *, count: int = 20) -> list[SessionRow]:
    """最近のセッション。新しいものから。"""
    rows = StaffSession.objects.filter(account_id=staff_number).order_by("-session_id")[:count]
    return [
        SessionRow(
            row.terminal,
            row.browser,
            row.factors,
            row.started_at,
            row.seen_at,
            str(StaffSession.Ending(row.ending).label),
        )
        for row in rows
    ]


def department_name(code: str) -> str:
    """所属の名。なければコードのまま。"""
    return Department.objects.filter(department_code=code).values_list("name", flat=True).first() or code


@dataclass(frozen=True, slots=True)
class StaffRow:
    """職員の一覧の一行。"""

    staff_number: str
    name: str
    department: str
    roles: tuple[str, ...]
    on_register: bool
    number_purposes: tuple[str, ...]
    contractor: bool
    usable: bool
    locked: bool
    second_factors: int
    expires_on: date | None


LISTED = """
SELECT account.staff_number, account.name, coalesce(post.department_code, ''),
       ARRAY(SELECT DISTINCT role FROM role_assignment held WHERE held.staff_number = account.staff_number
             AND revoked_at IS NULL AND valid_from <= %(day)s AND (valid_until IS NULL OR valid_until > %(day)s) ORDER BY 1),
       EXISTS (SELECT FROM handler_registration registered WHERE registered.staff_number = account.staff_number
               AND registered.department_code = post.department_code
               AND ended_at IS NULL AND registered.valid_from <= %(day)s),
       ARRAY(SELECT DISTINCT unnest(purposes) FROM number_right allowed
             WHERE allowed.staff_number = account.staff_number AND issued_at IS NOT NULL AND revoked_at IS NULL
             AND allowed.valid_from <= %(day)s AND allowed.expires_on >= %(day)s ORDER BY 1),
       account.employment = '2',
       account.is_active AND (account.disable_on IS NULL OR account.disable_on > %(day)s)
         AND (account.employment = '1' OR coalesce(contract.expires_on >= %(day)s, false)),
       (SELECT count(*) FROM mfa_authenticator factor
         WHERE factor.user_id = account.staff_number AND factor.type IN ('totp', 'webauthn')),
       contract.expires_on
  FROM staff_account account
  LEFT JOIN contractor_account contract USING (staff_number)
  LEFT JOIN LATERAL (SELECT department_code FROM department_assignment assigned
                      WHERE assigned.staff_number = account.staff_number AND assigned.valid_from <= %(day)s
                      ORDER BY assigned.valid_from DESC LIMIT 1) post ON true
 WHERE %(staff)s = '' OR account.staff_number = %(staff)s
 ORDER BY account.staff_number
"""


def staff_list(*, as_of: date, staff_number: str = "") -> list[StaffRow]:
    """職員の一覧（権限の棚卸しに使う）。職員番号を添えれば、その職員だけ。"""
    closed = guard.locked_now()
    return [
        StaffRow(
            staff_number=number, name=name, department=department, roles=tuple(roles), on_register=on_register,
            number_purposes=tuple(purposes), contractor=contractor, usable=usable, locked=guard.locked(number, closed),
            second_factors=factors, expires_on=expires_on,
        )
        for number, name, department, roles, on_register, purposes, contractor, usable, factors, expires_on in fetch_all(
            LISTED, {"day": as_of, "staff": staff_number}
        )
    ]  # fmt: skip


def live_number_right(staff_number: str, *, purpose: str, day: date) -> int | None:
    """その目的に使える、いま有効な個人番号利用権限の番号。なければ None。"""
    rows = fetch_all(
        "SELECT number_right_id FROM number_right WHERE staff_number = %s AND issued_at IS NOT NULL "
        "AND revoked_at IS NULL AND valid_from <= %s AND expires_on >= %s AND %s = ANY (purposes) "
        "ORDER BY expires_on DESC LIMIT 1",
        [staff_number, day, day, purpose],
    )
    return int(rows[0][0]) if rows else None
