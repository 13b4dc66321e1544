"""The staff of the tests: named officers of an office, their second factors, and their browsers."""

import re
import time
from contextlib import contextmanager
from datetime import date
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.core.cache import cache
from django.test import Client

from osame.platform import gate
from osame.platform.database import run_sql
from osame.platform.staff import actions
from osame.platform.staff.actions import NewStaff
from osame.platform.staff.models import RoleAssignment, StaffAccount
from tests.systems.conftest import server

PASSWORD = "ふたつの川と 九つの橋を渡る朝"
SIGN_IN = "/account/sign-in/"
APRIL = date(2026, 4, 1)


@contextmanager
def officer(number: str = "setup"):
    with gate.acting(gate.Acting(number, "floor.staff.register", "account", terminal="10.0.0.9")):
        yield


COST = {name: getattr(Argon2PasswordHasher, name) for name in ("time_cost", "memory_cost", "parallelism")}
Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 64, 1
# The same hash with less work in the processes of the tests: two hashes an officer are a fifth of a second.


def costly_hashes(patch: Any) -> None:
    """The work that the product does, where the work is what a test is about."""
    for name, cost in COST.items():
        patch.setattr(Argon2PasswordHasher, name, cost)


def hire(number: str, name: str, *roles: str, department: str = "collection") -> StaffAccount:
    """A registered officer who has chosen a password; roles are given as if long decided."""
    with officer():
        actions.register_department(department, name=department, valid_from=APRIL)
        actions.register(NewStaff(number, name, department, APRIL))
        StaffAccount.objects.filter(pk=number).update(password=make_password(PASSWORD), password_must_change=False)
        account = StaffAccount.objects.get(pk=number)
        for role in roles:
            RoleAssignment.objects.create(account=account, role=role, valid_from=APRIL, granted_by="setup")
    return account


def with_app(account: StaffAccount) -> str:
    """The officer's authenticator application; returns its secret."""
    secret = generate_totp_secret()
    TOTP.activate(account, secret)
    return secret


def code(secret: str, *, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def forget_codes() -> None:
    """As if time had passed: the codes used so far no longer stand in the way."""
    run_sql("UPDATE used_code SET last_step = 0")
    cache.clear()


def browser(**environ: str) -> Client:
    return Client(SERVER_NAME="localhost", **environ)


def sign_in(number: str, secret: str, client: Client | None = None) -> Client:
    client = client or browser()
    answer = client.post(SIGN_IN, {"login": number, "password": PASSWORD})
    assert answer.headers["Location"] == "/account/factors/sign-in/", answer.content.decode()
    forget_codes()
    answer = client.post("/account/factors/sign-in/", {"code": code(secret)})
    assert answer.headers["Location"] == "/", answer.content.decode()
    return client


def inside(client: Client) -> bool:
    """Does this browser still reach the officer's own page?"""
    return client.get("/account/").status_code == 200


def cookie(client: Client) -> str:
    kept = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return kept.value if kept else ""


def copy_of(client: Client) -> Client:
    """Somebody who has stolen the cookie."""
    thief = browser()
    thief.cookies[settings.SESSION_COOKIE_NAME] = cookie(client)
    return thief


def audit(database: str) -> list[tuple[str, str, str, dict[str, Any]]]:
    with server(database) as admin:
        return admin.execute("SELECT officer, act, outcome, detail FROM audit_event ORDER BY event_id").fetchall()


def acts(database: str) -> list[str]:
    return [act for _, act, _, _ in audit(database)]


def without_token(page: bytes) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page.decode())


def form_token(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found, page
    return found[1]
