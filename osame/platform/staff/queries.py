"""職員を見る。いま誰に何が許されているかは、毎回データベースに尋ねる。"""

from datetime import date, datetime

from django.utils.timezone import get_default_timezone

from osame.platform.database import fetch_all
from osame.platform.functions.identity import ANONYMOUS, CONTRACTOR_ROLES, Identity, Kind, Role
from osame.platform.staff.models import StaffAccount

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
    contractors' roles only, and an employee none of them.
    """
    rows = fetch_all(IDENTITY, {"staff": account.staff_number, "day": day_of(at)})
    if not rows:
        return ANONYMOUS
    department, contractor, roles, functions, on_register, purposes = rows[0]
    held = frozenset(Role(role) for role in roles)
    return Identity(
        kind=Kind.OFFICER,
        officer=account.staff_number,
        department=department,
        roles=held & CONTRACTOR_ROLES if contractor else held - CONTRACTOR_ROLES,
        functions=frozenset(functions),
        on_register=on_register,
        number_purposes=frozenset(purposes),
        contractor=contractor,
    )
