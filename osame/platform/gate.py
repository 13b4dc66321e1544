"""目的の門。誰が、どの機能で、何のために人の情報を開くかを、取引とともに運ぶ。

The purpose gate. `acting()` states who acts, with which function and for which purpose; from then on every transaction
of this task carries it (see `osame.platform.postgresql`), the audit chain records it, and the tables about people show
no row to a transaction that carries no purpose.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from typing import Any
from uuid import uuid4

from django.db import connection
from psycopg.pq import TransactionStatus

from osame.kernel.refusals import Refusal


class NoPurpose(Refusal):
    """誰が何のために開くのかが告げられていません。機能と目的を選んでから、もう一度開いてください。"""


@dataclass(frozen=True, slots=True)
class Acting:
    """いま行っている者と、その目的。

    officer: 職員の識別名（システム間なら相手の名）; department: 所属; role: 役割; function: 機能コード; purpose: 使用目的;
    case: 受付番号など; terminal: 端末（アドレス）; request: 一回の操作を貫く番号。
    """

    officer: str
    function: str
    purpose: str
    department: str = ""
    role: str = ""
    case: str = ""
    terminal: str = ""
    request: str = field(default_factory=lambda: uuid4().hex)


_acting: ContextVar[Acting | None] = ContextVar("osame_acting", default=None)
NAMES = tuple(each.name for each in fields(Acting))
TELL = "SELECT " + ", ".join(f"set_config('osame.{name}', %s, true)" for name in NAMES)


def acting_now() -> Acting | None:
    """いま行っている者。告げられていなければ None。"""
    return _acting.get()


def required() -> Acting:
    """いま行っている者。告げられていなければ断る。"""
    now = _acting.get()
    if now is None:
        raise NoPurpose
    return now


@contextmanager
def acting(now: Acting) -> Iterator[Acting]:
    """この間の取引はすべて、この者がこの目的で行う。

    Nested use replaces the outer one until it ends. Opened inside a transaction, it tells the transaction at once.
    """
    if not now.officer or not now.function or not now.purpose:
        raise NoPurpose
    before = _acting.set(now)
    try:
        _retell()
        yield now
    finally:
        _acting.reset(before)
        _retell()


def _retell() -> None:
    """開いている取引があれば、告げ直す。壊れた取引は取り消されるだけなので、もとの失敗を隠さないよう、触らない。"""
    raw = connection.connection
    if raw is None or not connection.in_atomic_block or connection.needs_rollback:
        return
    late = _late.get()
    if late is not None:
        late.untold = True
    elif raw.info.transaction_status != TransactionStatus.INERROR:
        tell(raw)


class _Late:
    """まだ告げていないことがあるか。"""

    untold = False

    def together(self, execute: Callable[..., Any], *statement: Any) -> Any:
        """告げていなければ、告げることと文とを、一度の往復で送る。"""
        if not self.untold:
            return execute(*statement)
        with connection.wrap_database_errors, connection.connection.pipeline():
            settle()
            return execute(*statement)


_late: ContextVar[_Late | None] = ContextVar("osame_late", default=None)


@contextmanager
def told_with_the_statement() -> Iterator[None]:
    """この間は、者が替わっても、次の文を送るときに一緒に告げる。告げるだけの往復をしない。

    For one thread and its present connection. A statement that goes past Django's cursor (COPY) settles first.
    """
    late = _Late()
    before = _late.set(late)
    try:
        with connection.execute_wrapper(late.together):
            yield
    finally:
        _late.reset(before)


def tell_again() -> None:
    """いまの者を、次の文と一緒に告げ直す。"""
    late = _late.get()
    if late is not None:
        late.untold = True


def untold() -> tuple[str, list[str]] | None:
    """まだ告げていないことがあれば、告げる文と値。受け取った者が送る。"""
    late = _late.get()
    if late is None or not late.untold:
        return None
    late.untold = False
    now = _acting.get()
    return TELL, [getattr(now, name) if now else "" for name in NAMES]


def settle() -> None:
    """まだ告げていないことがあれば、いま告げる。"""
    if told := untold():
        connection.connection.execute(*told)


def tell(raw: Any) -> None:
    """開いている取引に告げる。誰も告げていなければ、空を告げる（人の表は何も見せない）。"""
    now = _acting.get()
    if now is None and raw.info.transaction_status == TransactionStatus.IDLE:
        return  # 始まったばかりの取引には、前の目的は残っていない
    raw.execute(TELL, [getattr(now, name) if now else "" for name in NAMES])


def guarded(table: str) -> str:
    """人の表を門の内に置く SQL。目的を告げない取引には、一行も見せない（書かせない）。

    For a migration: row-level security, forced on the table's owner too. A transaction without a purpose sees no row.
    """
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY; "
        f"CREATE POLICY purpose_is_stated ON {table} "
        "USING ((SELECT coalesce(current_setting('osame.purpose', true), '') <> ''));"
    )
