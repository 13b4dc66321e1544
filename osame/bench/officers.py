"""画面の計測。十三万人の市で、百人の職員が同時に働く。

Prepares (or uses again) a city in a database of its own, hires the officers with real sessions, starts the real server on
two workers and drives it from a process of its own. Told: p50/p95/p99 of each kind, errors, where the CPU went, the floor
(an answer that asks the database one thing), and whether every view of a person is in the audit chain.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import httpx
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connections, transaction
from django.urls import reverse

from osame.bench.held import enough_held
from osame.bench.serving import served
from osame.demo.names import GIVEN_NAMES, SURNAMES
from osame.demo.run import run_demo
from osame.platform import database, gate, secret
from osame.platform.database import fetch_all, fetch_one
from osame.platform.functions.identity import Role
from osame.platform.functions.middleware import CHOSEN_PURPOSE
from osame.platform.staff import actions, sessions
from osame.platform.staff.actions import NewStaff
from osame.platform.staff.models import HandlerRegistration, RoleAssignment, StaffAccount

DATABASE = "osame_bench_officers"
THINK_SECONDS = 10.0
GOALS = {"search": 300, "person": 500, "posting": 700}
SINCE = date(2025, 4, 1)
TODAY = "2026-04-07"
PEOPLE, WORDS = 5_000, 400
WORKERS = 2


def run_officers(*, residents: int, seconds: int, officers: int, home: Path) -> dict[str, Any]:
    """計測を一度行う。"""
    _use_own_database()
    place = home / "bench-officers"
    place.mkdir(parents=True, exist_ok=True)
    secret.ensure(settings.SYSTEM.code)
    settings.SECRET_KEY = secret.read(settings.SYSTEM.code)
    database.prepare()
    with gate.acting(gate.Acting("計測", "collection.bench.run", "operation", role="operator")):
        if not _ready(residents):
            run_demo(residents, 1, place, lambda _line: None, print_letters=False)
        plan = _plan(officers, seconds)
    connections.close_all()
    with served({}, "--workers", str(WORKERS)) as (url, process):
        plan["url"] = url
        floor = _floor(url)
        before, marked = _cpu(process.pid), _last_event()
        connections.close_all()
        done = _driven(plan)
        cpu = {name: round(spent - before[name], 1) for name, spent in _cpu(process.pid).items()}
        audited = _audited(marked)
    facts = {"residents": residents, "seconds": seconds, "officers": officers}
    return _told(done, floor=floor, cpu=cpu, audited=audited, facts=facts)


def _told(
    done: dict[str, Any], *, floor: float, cpu: dict[str, float], audited: int, facts: dict[str, Any]
) -> dict[str, Any]:
    kinds = done["kinds"]
    for kind, figures in kinds.items():
        figures["floor_ratio"] = round(figures["p50_ms"] / floor, 1)
        if kind in GOALS:
            figures["goal_p95_ms"] = GOALS[kind]
            figures["met"] = figures["p95_ms"] <= GOALS[kind]
    cpu["driver"] = done.pop("driver_cpu_seconds")
    return {
        **facts,
        "think_seconds": THINK_SECONDS,
        "cpus": os.cpu_count(),
        **done,
        "audited_views": audited,
        "every_view_audited": audited == done["views"],
        "floor_ms": floor,
        "cpu_seconds": cpu,
    }


def _use_own_database() -> None:
    os.environ["OSAME_DATABASE_NAME"] = DATABASE
    os.environ["OSAME_TODAY"] = TODAY
    for alias in ("default", "owner"):
        settings.DATABASES[alias]["NAME"] = DATABASE
        connections[alias].settings_dict["NAME"] = DATABASE
        connections[alias].close()


def _ready(residents: int) -> bool:
    with transaction.atomic():
        return bool(fetch_one("SELECT count(*) FROM addressee")[0] >= residents)


def _plan(officers: int, seconds: int) -> dict[str, Any]:
    """職員のセッション、開く人、探す語、消し込む入金。"""
    random = Random()  # noqa: S311 - 開く人を選ぶだけ
    with transaction.atomic():
        people = [number for (number,) in fetch_all("SELECT DISTINCT addressee_number FROM charge")]
        slips = [str(slip) for (slip,) in fetch_all("SELECT slip_number FROM charge LIMIT 2000")]
    chosen = random.sample(people, min(PEOPLE, len(people)))
    words = [_word(random, chosen, slips) for _ in range(WORDS)]
    needed = max(20, officers * seconds // int(THINK_SECONDS) // 8)
    held = [reverse("identify", args=pair) for pair in enough_held(needed)]
    return {
        "cookie": settings.SESSION_COOKIE_NAME, "cookies": [_hired(at) for at in range(officers)], "people": chosen,
        "words": words, "held": held, "seconds": seconds, "think": THINK_SECONDS,
    }  # fmt: skip


def _word(random: Random, people: list[str], slips: list[str]) -> str:
    """窓口で打つ語。氏名のカナ、氏、宛名番号、納付書番号。"""
    surname, given = random.choice(SURNAMES), random.choice(GIVEN_NAMES)
    return random.choice(
        (
            f"{surname[1]} {given[1]}", f"{surname[0]} {given[0]}", surname[1], f"{surname[1]} {given[1][:1]}",
            random.choice(people), random.choice(slips),
        )
    )  # fmt: skip


def _hired(at: int) -> str:
    """職員を一人登録し（前に登録していれば使い）、セッションを開いて、その鍵を返す。"""
    number = f"B{at:04d}"
    with gate.acting(gate.Acting("計測", "floor.staff.register", "account", role="operator")), transaction.atomic():
        account = StaffAccount.objects.filter(pk=number).first() or _registered(number)
        session = SessionStore()
        session.update({
            SESSION_KEY: number,
            BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
            HASH_SESSION_KEY: account.get_session_auth_hash(),
            CHOSEN_PURPOSE: "statutory",
        })
        session.create()
        sessions.open_session(
            account, session.session_key, terminal="127.0.0.1", browser="計測", factors="password＋totp"
        )
    return str(session.session_key)


def _registered(number: str) -> StaffAccount:
    actions.register_department("collection", name="収納推進課", valid_from=SINCE)
    actions.register(NewStaff(number, f"計測 {number}", "collection", SINCE))
    StaffAccount.objects.filter(pk=number).update(password_must_change=False)
    account = StaffAccount.objects.get(pk=number)
    TOTP.activate(account, generate_totp_secret())
    RoleAssignment.objects.create(
        account=account, role=Role.COLLECTION_CLERK.value, valid_from=SINCE, granted_by="計測"
    )
    HandlerRegistration.objects.create(
        account=account, department_id="collection", valid_from=SINCE, registered_by="計測"
    )
    return account


def _floor(url: str) -> float:
    """床。データベースに一つ尋ねるだけの答えの、中央値（ミリ秒）。"""
    times = []
    with httpx.Client(base_url=url) as client:
        for _ in range(60):
            started = time.perf_counter()
            client.get("/healthz")
            times.append(time.perf_counter() - started)
    return round(sorted(times)[len(times) // 2] * 1000, 2)


def _driven(plan: dict[str, Any]) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(plan, file)
        file.flush()
        done = subprocess.run([sys.executable, "-m", "osame.bench.load", file.name], check=True, stdout=subprocess.PIPE)
    return dict(json.loads(done.stdout))


def _last_event() -> int:
    return int(fetch_one("SELECT coalesce(max(event_id), 0) FROM audit_event")[0])


def _audited(after: int) -> int:
    """監査の鎖にある、納税者の画面を開いた記録（対象の宛名番号があるもの）。"""
    return int(
        fetch_one(
            "SELECT count(*) FROM audit_event WHERE event_id > %s AND act = '納税者を開いた' AND cardinality(subjects) > 0",
            [after],
        )[0]
    )


def _cpu(server: int) -> dict[str, float]:
    """サーバーの処理とデータベースの処理が、これまでに使った CPU 秒。"""
    spent = {"server": 0.0, "database": 0.0}
    parents = {each: _stat(each) for each in _processes()}
    for pid, (parent, seconds, name) in parents.items():
        if server in {pid, parent}:
            spent["server"] += seconds
        elif name == "postgres" and _serves_us(pid):
            spent["database"] += seconds
    return spent


def _serves_us(pid: int) -> bool:
    """計測のデータベースの処理か。"""
    try:
        return DATABASE.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def _processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _stat(pid: int) -> tuple[int, float, str]:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0, 0.0, ""
    name, rest = text[text.index("(") + 1 : text.rindex(")")], text[text.rindex(")") + 2 :].split()
    ticks = sum(int(rest[at]) for at in (11, 12, 13, 14))  # 終わった子の分も
    return int(rest[1]), ticks / os.sysconf("SC_CLK_TCK"), name
