"""サインインの見張り。続けて失敗した職員番号と端末を、しばらく受け付けない。

An attempt is counted before it is judged, in the database, with one statement: attempts in many processes at once are
counted one by one. A number that belongs to nobody is counted and locked exactly like one that does.
"""

import hashlib
import unicodedata
from dataclasses import dataclass

from osame.platform.database import fetch_all, run_sql

ATTEMPTS = 5
LOCK_MINUTES = 15
ATTEMPTS_OF_A_TERMINAL = 50

TAKE = """
INSERT INTO sign_in_guard AS guard (key_hash, failures, failed_at, locked_until) VALUES (%(key)s, 1, now(), NULL)
ON CONFLICT (key_hash) DO UPDATE SET
  failures = CASE WHEN %(decays)s AND guard.failed_at < now() - %(lock)s::interval THEN 1 ELSE guard.failures + 1 END,
  failed_at = now(),
  locked_until = CASE WHEN guard.failures + 1 >= %(limit)s
                       AND NOT (%(decays)s AND guard.failed_at < now() - %(lock)s::interval)
                      THEN now() + %(lock)s::interval END
WHERE guard.locked_until IS NULL OR guard.locked_until <= now()
RETURNING locked_until IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """一回の試み。 allowed: 受け付けるか; last: これに失敗すると受け付けなくなるか。"""

    allowed: bool
    last: bool = False


def normal(staff_number: str) -> str:
    """打ち込まれた職員番号を、そろえた形にする。全角で打っても同じ。"""
    return unicodedata.normalize("NFKC", staff_number).strip()


def _key(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind}:{normal(name).casefold()}".encode()).hexdigest()


def take(kind: str, name: str) -> Attempt:
    """試みを一回、数える。数え過ぎていれば受け付けない。

    kind: `password`（職員番号ごと）、`code`（第二要素、職員ごと）、`terminal`（端末ごと。時がたてば忘れる）。
    """
    of_a_terminal = kind == "terminal"
    rows = fetch_all(
        TAKE,
        {
            "key": _key(kind, name),
            "limit": ATTEMPTS_OF_A_TERMINAL if of_a_terminal else ATTEMPTS,
            "lock": f"{LOCK_MINUTES} minutes",
            "decays": of_a_terminal,
        },
    )
    return Attempt(True, last=rows[0][0]) if rows else Attempt(False)


def forget(kind: str, name: str) -> None:
    """うまくいったので、失敗の数を忘れる。"""
    run_sql("DELETE FROM sign_in_guard WHERE key_hash = %s", [_key(kind, name)])


def give_back(kind: str, name: str) -> None:
    """うまくいった一回だけを、数から戻す。ほかの失敗は忘れない。"""
    run_sql(
        "UPDATE sign_in_guard SET failures = failures - 1, locked_until = NULL WHERE key_hash = %s AND failures > 0",
        [_key(kind, name)],
    )


def locked_now() -> frozenset[str]:
    """いま受け付けない名の、ハッシュの集まり。"""
    return frozenset(key for (key,) in fetch_all("SELECT key_hash FROM sign_in_guard WHERE locked_until > now()"))


def locked(staff_number: str, closed: frozenset[str]) -> bool:
    """この職員番号は、いま受け付けられないか。"""
    return bool({_key("password", staff_number), _key("code", staff_number)} & closed)
