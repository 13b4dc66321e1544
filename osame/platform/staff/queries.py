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


@dataclass(frozen=True, slots=True)
class HeldRight:
    """職員が持つ、または持っていた権限の一つ。 kind: 何の権限か; state: いまの状態; by: 付けた者。"""

    kind: str
    name: str
    code: str
    valid_from: date
    through: date | None
    state: str
    by: str


HELD = """
SELECT '役割', role, valid_from, valid_until - 1, granted_by, revoked_at IS NOT NULL,
       valid_until IS NOT NULL AND valid_until <= %(day)s, valid_from > %(day)s
  FROM role_assignment WHERE staff_number = %(staff)s
UNION ALL
SELECT '機能の許可', function_code, valid_from, valid_until - 1, granted_by, revoked_at IS NOT NULL,
       valid_until <= %(day)s, valid_from > %(day)s
  FROM function_permission WHERE staff_number = %(staff)s
UNION ALL
SELECT '事務取扱担当者', department_code, valid_from, NULL, registered_by, ended_at IS NOT NULL, false, valid_from > %(day)s
  FROM handler_registration WHERE staff_number = %(staff)s
UNION ALL
SELECT '所属', department_code, valid_from, NULL, assigned_by, false, EXISTS (
           SELECT FROM department_assignment later WHERE later.staff_number = held.staff_number
           AND later.valid_from > held.valid_from AND later.valid_from <= %(day)s), valid_from > %(day)s
  FROM department_assignment held WHERE staff_number = %(staff)s
ORDER BY 1, 3 DESC, 2
"""


def rights_of(staff_number: str, *, as_of: date) -> list[HeldRight]:
    """一人の職員の所属・役割・機能の許可・担当者の登録を、終わったものも含めて並べる。

    要件: F29-08
    """
    return [
        HeldRight(
            kind, Role(code).label if kind == "役割" else code, code, start, through,
            "取消" if revoked else "終了" if over else "これから" if coming else "有効", by,
        )
        for kind, code, start, through, by, revoked, over, coming in fetch_all(HELD, {"staff": staff_number, "day": as_of})
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class NumberRightRow:
    """個人番号利用権限の一つ。 mine: いまの職員が次に行うこと（認める・発行する。なければ空）。"""

    number_right_id: int
    staff_number: str
    name: str
    purposes: tuple[str, ...]
    valid_from: date
    expires_on: date
    applicant: str
    department_head: str
    protection_manager: str
    state: str
    mine: str


NUMBER_RIGHTS = """
SELECT held.number_right_id, held.staff_number, account.name, held.purposes, held.valid_from, held.expires_on,
       held.applicant, held.department_head, held.protection_manager,
       CASE WHEN held.revoked_at IS NOT NULL THEN '取消' WHEN held.issued_at IS NULL AND held.endorsed_at IS NULL THEN '申請中'
            WHEN held.issued_at IS NULL THEN '所属長が認めた' WHEN held.expires_on < %(day)s THEN '期限切れ' ELSE '有効' END,
       CASE WHEN held.revoked_at IS NOT NULL OR held.issued_at IS NOT NULL THEN ''
            WHEN held.endorsed_at IS NULL AND office.head = %(me)s AND %(me)s NOT IN (held.staff_number, held.applicant)
            THEN 'endorse'
            WHEN held.endorsed_at IS NOT NULL AND office.protection_manager = %(me)s
                 AND %(me)s NOT IN (held.staff_number, held.applicant, held.department_head) THEN 'issue' ELSE '' END
  FROM number_right held
  JOIN staff_account account USING (staff_number)
  LEFT JOIN LATERAL (SELECT department_code FROM department_assignment assigned
                      WHERE assigned.staff_number = held.staff_number AND assigned.valid_from <= %(day)s
                      ORDER BY assigned.valid_from DESC LIMIT 1) post ON true
  LEFT JOIN department office ON office.department_code = post.department_code
 WHERE (%(staff)s = '' OR held.staff_number = %(staff)s)
   AND (%(every)s OR %(me)s IN (held.staff_number, held.applicant, office.head, office.protection_manager))
 ORDER BY held.number_right_id DESC LIMIT 200
"""


def number_rights(*, me: str, as_of: date, staff_number: str = "", every: bool = False) -> list[NumberRightRow]:
    """個人番号利用権限の申請と発行。 `every` でなければ、自分が関わるものだけ。

    要件: F29-02, F36-03
    """
    terms = {"me": me, "day": as_of, "staff": staff_number, "every": every}
    return [
        NumberRightRow(row[0], row[1], row[2], tuple(row[3]), *row[4:])
        for row in fetch_all(NUMBER_RIGHTS, terms)
    ]  # fmt: skip


def departments() -> list[Department]:
    """所属の一覧。"""
    return list(Department.objects.order_by("department_code"))
