"""データベースの用意と、まとめて動かすための道具。

`prepare()` makes the database and its roles, then migrates. `copy_rows` and `run_sql` are the two verbs of every batch.
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Any

import psycopg
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

POSTING_ROLE = "osame_posting"


def prepare(*, verbosity: int = 0) -> None:
    """データベース・役割・表を用意する。何度実行してもよい。

    Create database and roles when missing, then migrate as the owner.
    """
    _create_database()
    call_command("migrate", database="owner", verbosity=verbosity, interactive=False)
    _describe_and_grant()


APPEND_ONLY_TABLES = ("command", "receipt", "receipt_cancellation", "determination_revision")
DOOR_ONLY_TABLES = ("entry",)
CHARGE_FACTS = (
    "due_date, last_revision, tax_amount, highest_tax_amount, per_capita_tax, corporate_tax_levy, land_house_tax, "
    "depreciable_asset_tax, city_planning_tax, medical_part, support_part, care_part, forest_environment_tax, "
    "declaration_class, declared_on, business_year_from, business_year_through"
)


def _describe_and_grant() -> None:
    """列に日本語の説明を付け、アプリケーションの役割に要る権限だけを与える。"""
    role = sql.Identifier(settings.APPLICATION_ROLE)
    with connections["owner"].cursor() as cursor:
        for model in apps.get_models():
            table = sql.Identifier(model._meta.db_table)
            rights = "SELECT, INSERT, UPDATE, DELETE"
            if model._meta.db_table in APPEND_ONLY_TABLES:
                rights = "SELECT, INSERT"
            elif model._meta.db_table in DOOR_ONLY_TABLES:
                rights = "SELECT"
            elif model._meta.db_table == "charge":
                rights = f"SELECT, UPDATE ({CHARGE_FACTS})"  # 金額の列は、記帳の扉だけが書く
            cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(table, role))
            cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), table, role))
            for column in model._meta.local_concrete_fields:
                cursor.execute(
                    sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(
                        table, sql.Identifier(str(column.column)), sql.Literal(str(column.verbose_name))
                    )
                )
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
        for role, login in ((POSTING_ROLE, "NOLOGIN"), (settings.APPLICATION_ROLE, "LOGIN")):
            if not server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                server.execute(
                    sql.SQL("CREATE ROLE {} {} NOSUPERUSER NOCREATEDB NOCREATEROLE").format(
                        sql.Identifier(role),
                        sql.SQL(login),
                    )
                )
        name = str(owner["NAME"])
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(
                sql.SQL(
                    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"  # 並びは符号順。どの機械でも同じ
                ).format(sql.Identifier(name))
            )


def run_sql(statement: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> int:
    """SQL を一つ実行し、影響した行数を返す。"""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def fetch_all(statement: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
    """SQL を一つ実行し、すべての行を返す。"""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())


def fetch_one(statement: str, parameters: Mapping[str, Any] | Sequence[Any] | None = None) -> tuple[Any, ...]:
    """SQL を一つ実行し、ただ一つの行を返す。行がなければ LookupError。"""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    if row is None:
        raise LookupError(statement)
    return tuple(row)


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """行を COPY で流し込む。 Stream rows into a table with COPY."""
    target = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(target) as copy:
        for row in rows:
            copy.write_row(row)


def sql_text(package: str, name: str) -> str:
    """パッケージに添えた .sql ファイルの中身。"""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def close_all() -> None:
    """この process の接続をすべて閉じる。"""
    connections.close_all()
