"""職員のセッション。誰がどの端末で使っているかは、データベースだけが知っている。

The cookie names a session; whether it still stands is asked of the database at every request, so an ending made in
another process works at once. Times are compared with the database's clock: hosts need not agree.
"""

import hashlib
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction

from osame.platform.database import fetch_all, run_sql
from osame.platform.staff.models import StaffAccount, StaffSession

Ending = StaffSession.Ending

STANDING = """
SELECT CASE WHEN seat.ended_at IS NOT NULL THEN seat.ending
            WHEN NOT account.is_active OR account.disable_on <= %(day)s THEN '7'
            WHEN seat.started_at < now() - %(longest)s::interval THEN '3'
            WHEN seat.seen_at < now() - %(idle)s::interval THEN '2'
            WHEN EXISTS (SELECT FROM department_assignment moved WHERE moved.staff_number = seat.staff_number
                         AND moved.valid_from <= %(day)s
                         AND moved.valid_from > (seat.started_at AT TIME ZONE 'Asia/Tokyo')::date) THEN '6'
            ELSE '' END,
       seat.seen_at < now() - interval '20 seconds',
       EXISTS (SELECT FROM mfa_authenticator WHERE user_id = seat.staff_number AND type IN ('totp', 'webauthn')),
       account.password_must_change
  FROM staff_session seat JOIN staff_account account USING (staff_number)
 WHERE seat.key_hash = %(key)s AND seat.staff_number = %(staff)s
"""


@dataclass(frozen=True, slots=True)
class Limits:
    """時間の限り（分）。 idle: 操作のないまま; longest: 使い始めから。"""

    idle: int
    longest: int


@dataclass(frozen=True, slots=True)
class Standing:
    """セッションのいま。 ending: 使えるなら OPEN; ended_now: いま終わらせたか; has_factor: 第二要素があるか。"""

    ending: StaffSession.Ending
    ended_now: bool = False
    has_factor: bool = False
    password_must_change: bool = False


def usual_limits() -> Limits:
    """このシステムの、時間の限り。"""
    return Limits(idle=settings.STAFF_IDLE_MINUTES, longest=settings.STAFF_SESSION_MINUTES)


def hash_of(session_key: str | None) -> str:
    """セッション鍵のハッシュ。鍵そのものは、台帳に書かない。"""
    return hashlib.sha256(f"session:{session_key}".encode()).hexdigest()


def open_session(
    account: StaffAccount, session_key: str | None, *, terminal: str, browser: str, factors: str
) -> tuple[str, ...]:
    """セッションを始める。別の端末で開いていたものは終わらせ、その端末を返す。

    要件: F29-01
    """
    with transaction.atomic():
        StaffAccount.objects.select_for_update().get(pk=account.pk)
        elsewhere = tuple(
            StaffSession.objects.filter(account=account, ended_at=None).values_list("terminal", flat=True)
        )
        end_sessions(account.staff_number, Ending.ELSEWHERE)
        StaffSession.objects.create(
            account=account, key_hash=hash_of(session_key), terminal=terminal, browser=browser[:200], factors=factors
        )
    return elsewhere


def end_sessions(staff_number: str, ending: StaffSession.Ending) -> int:
    """この職員の開いているセッションを、すべて終わらせる。次の操作から使えない。"""
    return run_sql(
        "UPDATE staff_session SET ended_at = now(), ending = %s WHERE staff_number = %s AND ended_at IS NULL",
        [ending.value, staff_number],
    )


def end_session(session_key: str | None, ending: StaffSession.Ending) -> bool:
    """一つのセッションを終わらせる。開いていたかを返す。"""
    return _end(hash_of(session_key), ending)


def _end(key_hash: str, ending: StaffSession.Ending) -> bool:
    return bool(
        run_sql(
            "UPDATE staff_session SET ended_at = now(), ending = %s WHERE key_hash = %s AND ended_at IS NULL",
            [ending.value, key_hash],
        )
    )


def rekey(old: str | None, new: str | None) -> None:
    """セッション鍵を替えた。台帳も替える。"""
    run_sql(
        "UPDATE staff_session SET key_hash = %s WHERE key_hash = %s AND ended_at IS NULL", [hash_of(new), hash_of(old)]
    )


def standing(
    staff_number: str, session_key: str | None, *, day: date, limits: Limits, at_work: bool = True
) -> Standing:
    """このセッションは、いまも使えるか。使えるなら最後の操作を記し（at_work のとき）、時間切れなどなら終わらせる。"""
    return standing_of(staff_number, hash_of(session_key), day=day, limits=limits, at_work=at_work)


def standing_of(staff_number: str, key_hash: str, *, day: date, limits: Limits, at_work: bool = True) -> Standing:
    """鍵のハッシュで示したセッションは、いまも使えるか。"""
    rows = fetch_all(
        STANDING,
        {
            "day": day,
            "staff": staff_number,
            "key": key_hash,
            "idle": f"{limits.idle} minutes",
            "longest": f"{limits.longest} minutes",
        },
    )
    if not rows:
        return Standing(Ending.BY_HAND)
    ending, stale, has_factor, must_change = rows[0]
    if ending == "" and stale and at_work:
        run_sql("UPDATE staff_session SET seen_at = now() WHERE key_hash = %s", [key_hash])
    ended_now = bool(ending) and _end(key_hash, Ending(ending))
    return Standing(Ending(ending), ended_now, has_factor, must_change)
