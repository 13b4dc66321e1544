"""データベースの役割は、表ごとに言った権限だけを持ち、ほかのシステムのデータベースにも、サーバーのファイルにも届かない。"""

import re

import psycopg
import pytest
from django.apps import apps
from django.conf import settings

from osame.platform import rights, systems
from tests.systems.conftest import server

ROLES = [system.role for system in systems.SYSTEMS.values()]


@pytest.fixture(params=list(systems.SYSTEMS))
def system(request: pytest.FixtureRequest) -> systems.System:
    request.getfixturevalue("database" if request.param == "collection" else f"{request.param}_database")
    return systems.named(request.param)


def as_role(role: str, dbname: str) -> psycopg.Connection:
    owner = settings.DATABASES["owner"]
    return psycopg.connect(host=str(owner["HOST"]), user=role, dbname=dbname, autocommit=True)


def here(system: systems.System) -> psycopg.Connection:
    from django.db import connections

    return server(str(connections["owner"].settings_dict["NAME"]))


def test_no_role_may_more_than_it_must(system):
    with here(system) as admin:
        powers = admin.execute(
            "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls FROM pg_roles "
            "WHERE rolname LIKE 'osame%'"
        ).fetchall()
        members = admin.execute(
            "SELECT r.rolname, m.rolname FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.roleid "
            "JOIN pg_roles m ON m.oid = a.member WHERE m.rolname = ANY(%s)",
            [ROLES],
        ).fetchall()
    assert [row for row in powers if any(row[1:])] == []
    assert members == []
    assert system.role in {row[0] for row in powers}


def test_tables_grant_what_their_models_say(system):
    router = systems.SystemRouter()
    wrong = []
    with here(system) as admin:
        for model in apps.get_models():
            if not model._meta.managed or not router.allow_migrate("owner", model._meta.app_label):
                continue
            table = model._meta.db_table
            if not admin.execute("SELECT to_regclass(%s)", [f'public."{table}"']).fetchone()[0]:
                continue  # 表を持たない、読むだけのモデル
            said = re.sub(r"\w+ \([^)]*\)", "", getattr(model, "rights", rights.WRITE))  # 列ごとの権限は除く
            expected = {word.strip() for word in said.split(",") if word.strip()}
            held = {
                right
                for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
                if admin.execute(
                    "SELECT has_table_privilege(%s, %s, %s)", [system.role, f'public."{table}"', right]
                ).fetchone()[0]
            }
            if held != expected:
                wrong.append((table, held ^ expected))
    assert wrong == []


def test_the_public_may_nothing(system):
    with here(system) as admin:
        open_tables = admin.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') "
            "AND has_table_privilege('public', oid, 'SELECT, INSERT, UPDATE, DELETE')"
        ).fetchall()
        creates = admin.execute("SELECT has_schema_privilege(%s, 'public', 'CREATE')", [system.role]).fetchone()
    assert open_tables == []
    assert creates == (False,)


def test_every_door_fixes_its_search_path(system):
    """扉（SECURITY DEFINER の関数）は、呼ぶ人の search_path に騙されない。"""
    with here(system) as admin:
        doors = admin.execute(
            "SELECT proname, proconfig, pg_get_userbyid(proowner) FROM pg_proc "
            "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        ).fetchall()
    assert [name for name, config, _ in doors if not any("search_path" in each for each in config or [])] == []


def test_tables_behind_the_gate_force_it(system):
    with here(system) as admin:
        loose = admin.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
        ).fetchall()
    assert loose == []


def test_no_other_system_can_connect(system):
    from django.db import connections

    name = str(connections["owner"].settings_dict["NAME"])
    strangers = [each.role for each in systems.SYSTEMS.values() if each is not system]
    with server() as admin:
        for role in strangers:
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                admin.execute(f"CREATE ROLE {role} LOGIN")
    for role in strangers:
        with pytest.raises(psycopg.OperationalError, match=r"permission denied|not permitted to log in"):
            as_role(role, name)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT pg_read_file('postgresql.conf')",
        "SELECT pg_ls_dir('.')",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "COPY (SELECT 1) TO '/tmp/osame-copy'",
        "SELECT lo_import('/etc/hostname')",
        "SELECT lo_export(1, '/tmp/osame-lo')",
        "SET ROLE osame_posting",
        "SET ROLE osame_sealing",
        "SET SESSION AUTHORIZATION postgres",
        "CREATE EXTENSION plpgsql",
        "SELECT * FROM pg_authid",
        "ALTER SYSTEM SET log_statement = 'none'",
        "CREATE TABLE public.copied (number text)",
    ],
)
def test_the_role_cannot_leave_its_tables(database, statement):
    with as_role("osame_collection", database) as role, pytest.raises(psycopg.Error):
        role.execute(statement)
