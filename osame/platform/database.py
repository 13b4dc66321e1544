"""データベースの用意と、まとめて動かすための道具。

`prepare()` makes the database and its roles, then migrates. `copy_rows` and `run_sql` are the two verbs of every batch.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any, Generic, TypeVar

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from psycopg import sql

from osame.platform import gate, rights, systems
from osame.platform.terminal import set_day

T = TypeVar("T")


def prepare(*, verbosity: int = 0) -> None:
    """データベース・役割・表を用意する。何度実行してもよい。

    Create database and roles when missing, then migrate as the owner.
    """
    _create_database()
    call_command("migrate", database="owner", verbosity=verbosity, interactive=False)
    _describe_and_grant()


def _describe_and_grant() -> None:
    """列に日本語の説明を付け、アプリケーションの役割に要る権限だけを与える。"""
    role = sql.Identifier(systems.current().role)
    router = systems.SystemRouter()
    with connections["owner"].cursor() as cursor:
        made = connections["owner"].introspection.table_names(cursor)
        for model in apps.get_models():
            if model._meta.db_table not in made or not router.allow_migrate("owner", model._meta.app_label):
                continue
            table = sql.Identifier(model._meta.db_table)
            granted = getattr(model, "rights", rights.WRITE)
            cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(table, role))
            if granted:
                cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(granted), table, role))
            for column in model._meta.local_concrete_fields:
                cursor.execute(
                    sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(
                        table, sql.Identifier(str(column.column)), sql.Literal(str(column.verbose_name))
                    )
                )
        cursor.execute("SELECT viewname FROM pg_views WHERE schemaname = 'public'")
        for (view,) in cursor.fetchall():
            cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(sql.Identifier(view), role))
        cursor.execute(sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))


def _create_database() -> None:
    owner = settings.DATABASES["owner"]
    with psycopg.connect(
        host=owner["HOST"],
        port=owner["PORT"] or None,
        user=owner["USER"],
        password=owner["PASSWORD"] or None,
        dbname="postgres",
        autocommit=True,
    ) as server:
        doors = (systems.POSTING_ROLE, systems.SEALING_ROLE, systems.VAULT_ROLE)
        roles = {**dict.fromkeys(doors, "NOLOGIN"), systems.AUDITOR_ROLE: "LOGIN"}
        ours, login_role = systems.current().role, systems.current().login
        kinds = {**roles, ours: "LOGIN" if ours == login_role else "NOLOGIN", login_role: "LOGIN"}
        for role, login in kinds.items():
            if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                server.execute(
                    sql.SQL("CREATE ROLE {} {} NOSUPERUSER NOCREATEDB NOCREATEROLE").format(
                        sql.Identifier(role),
                        sql.SQL(login),
                    )
                )
        if ours != login_role:  # 団体の役割は、表の権限を受け継ぐが、自分のデータベースにしかつながらない
            server.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(ours), sql.Identifier(login_role)))
        name = str(owner["NAME"])
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(
                sql.SQL(
                    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"  # 並びは符号順。どの機械でも同じ
                ).format(sql.Identifier(name))
            )
        server.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        for role in (login_role, systems.AUDITOR_ROLE):  # ほかのシステムの役割では、つながらない
            server.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(role))
            )


def day_of_transaction() -> date:
    """いまの取引の日。決裁された行いを執行する日。データベースの時計で読み、検証環境で今日を置いているときは、その日とする。"""
    return set_day() or day_of_clock()


def day_of_clock() -> date:
    """データベースの時計での、いまの取引の日（日本時間）。"""
    (day,) = fetch_one("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")
    assert isinstance(day, date)
    return day


def run_sql(statement: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> int:
    """SQL を一つ実行し、影響した行数を返す。"""
    with _telling(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def fetch_all(statement: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    """SQL を一つ実行し、すべての行を返す。"""
    with _telling(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def fetch_one(statement: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> tuple[Any, ...]:
    """SQL を一つ実行し、ただ一つの行を返す。行がなければ LookupError。"""
    with _telling(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    if row is None:
        raise LookupError(statement)
    return tuple(row)


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """問い。SQL と、答えの行の読み方。 A statement that can travel with others; see `at_once`."""

    statement: str
    parameters: Sequence[Any] = ()
    read: Callable[[list[tuple[Any, ...]]], T] = list  # type: ignore[assignment]


def at_once(*questions: Question[Any]) -> list[Any]:
    """いくつもの SQL を、一度の往復で送り、答えを順に返す。取引の中で使う。

    まだ告げていないこと（`gate.told_with_the_statement`）があれば、先に立てて一緒に送る。
    """
    raw = connection.connection
    told = gate.untold()
    with connection.wrap_database_errors, raw.cursor() as cursor:
        texts = [cursor.mogrify(*told)] if told else []
        texts += [cursor.mogrify(each.statement, each.parameters) for each in questions]
        cursor.execute(";\n".join(texts))
        if told:
            cursor.nextset()
        answers = []
        for each in questions:
            answers.append(each.read(cursor.fetchall() if cursor.description else []))
            cursor.nextset()
    return answers


def _telling() -> AbstractContextManager[Any]:
    """目的は取引とともに運ばれる。だから、目的を告げた者の SQL は、一つだけでも取引の中で実行する。"""
    alone = gate.acting_now() is not None and not connection.in_atomic_block
    return transaction.atomic() if alone else nullcontext()


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """行を COPY で流し込む。 Stream rows into a table with COPY."""
    target = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    gate.settle()
    with connection.cursor() as cursor, cursor.copy(target) as copy:
        for row in rows:
            copy.write_row(row)


def sql_text(package: str, name: str) -> str:
    """パッケージに添えた .sql ファイルの中身。"""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def close_all() -> None:
    """この process の接続をすべて閉じる。"""
    connections.close_all()
