"""画面の計測の、職員の側。百人が考えては操作する。計測のプロセスとは別の、軽いプロセスで動く。

`python -m osame.bench.load PLAN.json` drives the console with asyncio and httpx and writes one JSON line. It knows pages only by their
addresses, follows their forms as a browser does (the hidden fields go back as they came) and knows no database.
"""

import asyncio
import json
import random
import re
import resource
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import httpx

MIX = {"search": 45, "person": 25, "posting": 10, "other": 20}
OTHERS = ("/", "/intake/", "/demands/", "/matching/", "/closing/", "/held/")
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')
FOUND = {200, 302, 303}


@dataclass(slots=True)
class Notes:
    """測ったこと。"""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    views: int = 0
    posted: int = 0

    def timed(self, kind: str, started: float) -> None:
        """一回の時間を記す。"""
        self.seconds.setdefault(kind, []).append(time.perf_counter() - started)


class Officer:
    """職員一人のブラウザ。"""

    def __init__(self, plan: dict[str, Any], cookie: str, seed: int, work: "Work") -> None:
        self.random = random.Random(seed)  # noqa: S311 - 操作を選ぶだけ
        self.plan, self.work, self.notes = plan, work, work.notes
        self.http = httpx.AsyncClient(
            base_url=plan["url"], cookies={plan["cookie"]: cookie}, timeout=30, trust_env=False,
            headers={"accept-encoding": "gzip"},
        )  # fmt: skip

    async def day(self, until: float) -> None:
        """考えては、操作する。"""
        acts: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
            "search": self.search, "person": self.person, "posting": self.posting, "other": self.other,
        }  # fmt: skip
        await asyncio.sleep(self.random.uniform(0, self.plan["think"]))
        while time.monotonic() < until:
            kind = self.random.choices(list(MIX), list(MIX.values()))[0]
            try:
                await acts[kind]()
            except httpx.HTTPError as failure:
                self.notes.errors.append(f"{kind}: {type(failure).__name__}")
            await asyncio.sleep(self.random.expovariate(1 / self.plan["think"]))
        await self.http.aclose()

    async def search(self) -> None:
        """語を打って探す。語は POST で送り、移った先で結果を見る。"""
        word = self.random.choice(self.plan["words"])
        token = await self._token()
        started = time.perf_counter()
        asked = await self.http.post("/people/", data={"q": word, "csrfmiddlewaretoken": token})
        place = asked.headers.get("location", "")
        answer = await self.http.get(place) if asked.status_code in {302, 303} else asked
        self.notes.timed("search", started)
        self._judge("search", answer)
        if answer.status_code in {302, 303}:
            await self._open(answer.headers["location"])

    async def person(self) -> None:
        """納税者の画面を開く。"""
        await self._open(f"/people/{self.random.choice(self.plan['people'])}/")

    async def _open(self, place: str) -> None:
        if not re.fullmatch(r"/people/\d{15}/", place):
            return
        started = time.perf_counter()
        answer = await self.http.get(place)
        self.notes.timed("person", started)
        self._judge("person", answer)
        self.notes.views += answer.status_code == httpx.codes.OK

    async def posting(self) -> None:
        """不明入金を一件、期別に消し込む。前と後を見てから、確かめる。"""
        if not self.work.held:
            await self.other()
            return
        place = self.work.held.pop()
        form = await self.http.get(place)
        self._judge("other", form)
        started = time.perf_counter()
        answer = await self.http.post(place, data=_hidden(form.text))
        self.notes.timed("posting", started)
        if answer.status_code not in {302, 303}:
            self.notes.errors.append(f"posting: {answer.status_code}")
        self.notes.posted += answer.status_code in {302, 303}

    async def other(self) -> None:
        """ほかの画面を開く。"""
        started = time.perf_counter()
        answer = await self.http.get(self.random.choice(OTHERS))
        self.notes.timed("other", started)
        self._judge("other", answer)

    async def _token(self) -> str:
        if not getattr(self, "_kept", ""):
            page = await self.http.get("/people/")
            self._kept = _hidden(page.text).get("csrfmiddlewaretoken", "")
        return self._kept

    def _judge(self, kind: str, answer: httpx.Response) -> None:
        if answer.status_code not in FOUND or "/sign-in/" in answer.headers.get("location", ""):
            self.notes.errors.append(f"{kind}: {answer.status_code} {answer.request.url.path}")


@dataclass(slots=True)
class Work:
    """皆で分ける仕事。"""

    held: list[str]
    notes: Notes


def _hidden(page: str) -> dict[str, str]:
    found = {}
    for each in HIDDEN.findall(page):
        told = dict(ATTRIBUTE.findall(each))
        if "name" in told:
            found[told["name"]] = unescape(told.get("value", ""))
    return found


def summary(seconds: list[float]) -> dict[str, float | int]:
    """回数と、分位（ミリ秒）。"""
    ordered = sorted(seconds)
    at = {
        f"p{share}_ms": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)] * 1000, 1)
        for share in (50, 95, 99)
    }
    return {"count": len(ordered), **at, "most_ms": round(ordered[-1] * 1000, 1)}


async def run(plan: dict[str, Any]) -> dict[str, Any]:
    """百人を動かし、測ったことを返す。"""
    work = Work(list(plan["held"]), Notes())
    until = time.monotonic() + plan["seconds"]
    officers = [Officer(plan, cookie, seed, work) for seed, cookie in enumerate(plan["cookies"])]
    await asyncio.gather(*(each.day(until) for each in officers))
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "kinds": {kind: summary(each) for kind, each in sorted(work.notes.seconds.items())},
        "errors": len(work.notes.errors),
        "first_errors": sorted(set(work.notes.errors))[:10],
        "views": work.notes.views,
        "posted": work.notes.posted,
        "driver_cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
    }


def main() -> None:
    """計画を読み、結果を一行で書く。"""
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write(json.dumps(asyncio.run(run(plan)), ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
