"""中間サーバーの計測。署名し記録する照会の速さを、同じ往復を署名も記録もせずに行うときと、同じ回に比べる。

A gateway, a stand-in of the network and the clerk of exchange, each in a process of its own over real sockets, on databases and keys of a
place of their own that is thrown away. Told are: one round trip that registers an inquiry (signed, verified, replay-proof, judged by the
list, written with its step, logged, audited: all durable before the answer) beside the floor (`gateway_floor`: the same server, one process,
the same number of hops, the same bytes, unsigned and unrecorded); and the whole way of many inquiries, from registration through permit,
inquiry, answer and record.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from osame.bench.national_people import person
from osame.contracts.client import SystemClient
from osame.contracts.gateway import (
    REFUND_AFFAIR,
    REFUND_PROCEDURE,
    UNIFIED_NUMBER,
    GatewayClient,
)
from osame.contracts.national import DIGITAL_AGENCY, PUBLIC_ACCOUNT
from osame.contracts.signatures import Errand
from osame.demo.serving import OUTSIDE, Office, free_first_port, introduce_outside, wait_for
from osame.platform.exchanges import keys

PEOPLE, BLOCK = 300, 20
ROUNDS = ((1, 1, 600), (4, 1, 200), (1, 100, 40))
"""同時に送る人数、一度に送る行の数、一人の往復の数。"""
ERRAND = Errand(officer="計測", purpose="refund_notice", function="collection.bench.run", request="")


def run_gateway_bench(*, inquiries: int, workers: int) -> dict[str, Any]:
    """計測を一度行う。 workers: 中間サーバーの処理の数（床も同じ）。"""
    with tempfile.TemporaryDirectory(prefix="osame-bench-") as place, _place(Path(place)):
        office = Office(Path(place), free_first_port(), date(2026, 4, 7))
        try:
            return _run(office, inquiries, workers)
        finally:
            office.stop()


@contextmanager
def _place(directory: Path) -> Iterator[None]:
    """この間、鍵もデータベースもこの場所のもの。"""
    before = {name: os.environ.pop(name, None) for name in ("OSAME_HOME", "OSAME_EMBEDDED_URL", "OSAME_DATABASE_NAME")}
    os.environ["OSAME_HOME"] = str(directory)
    try:
        yield
    finally:
        del os.environ["OSAME_HOME"]
        os.environ.update({name: value for name, value in before.items() if value is not None})


def _run(office: Office, inquiries: int, workers: int) -> dict[str, Any]:
    with ThreadPoolExecutor(len(OUTSIDE)) as clerks:
        list(clerks.map(lambda code: office.run(code, "-m", "osame.cli", "setup", "--system", code), OUTSIDE))
    introduce_outside(office)
    office.start("network", "web", "serve", "--port", str(office.ports["network"]))
    office.start("gateway", "web", "serve", "--port", str(office.ports["gateway"]), "--workers", str(workers))
    for code in OUTSIDE:
        wait_for(office, code)
    office.run("gateway", "-m", "osame.demo.national", "gateway", str(office.directory))
    for code in OUTSIDE:
        office.run(code, "-m", "osame.bench.national_people", code, str(PEOPLE))
    office.run("gateway", "-m", "osame.cli", "gateway", "exchange", "--once")
    told: dict[str, Any] = {"people": PEOPLE, "gateway_processes": workers, "cores": os.cpu_count()}
    with _floor(office, workers) as floor:
        told["round_trip"] = {
            f"clients_{clients}_rows_{size}": _round_trips(size, clients, times, office, floor)
            for clients, size, times in ROUNDS
        }
    told["whole_way"] = _whole_way(office, inquiries)
    told["load_average"] = round(os.getloadavg()[0], 1)
    return told


@contextmanager
def _floor(office: Office, workers: int) -> Iterator[str]:
    """床。中間サーバーと同じ作りの、署名も記録もしないサーバー。"""
    port = office.ports["addressee"]
    command = [
        sys.executable, "-W", "ignore", "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", str(workers), "--blocking-threads", "8", "--no-ws", "--log-level", "warning",
        "osame.bench.gateway_floor:application",
    ]  # fmt: skip
    with office.log("floor") as log:
        child = subprocess.Popen(command, env=office.environment("gateway", web=True), stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            for _ in range(300):
                try:
                    client.get("/")
                    break
                except httpx.ConnectError:
                    time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait(15)


@contextmanager
def _door(office: Office) -> Iterator[GatewayClient]:
    """収滞納の鍵で署名する、中間サーバーへの口。"""
    with SystemClient(office.address("gateway"), keys.signer(), "gateway") as client:
        yield GatewayClient(client, replace(ERRAND, request=uuid4().hex))


def _order(key: str, unified: str) -> dict[str, str]:
    return {
        "レコード識別番号": key, "番号体系": UNIFIED_NUMBER, "団体内統合宛名番号": unified, "受付番号": f"還付-{key}",
        "部署": "収納推進課", "職員": "計測", "事務コード": REFUND_AFFAIR, "事務手続コード": REFUND_PROCEDURE,
        "情報提供者機関コード": DIGITAL_AGENCY, "特定個人情報名コード": PUBLIC_ACCOUNT,
    }  # fmt: skip


def _orders(mark: str, size: int, at: int) -> list[dict[str, str]]:
    return [_order(f"{mark}-{size}-{at}-{n}", person((at * size + n) % PEOPLE)) for n in range(size)]


Act = Callable[[str, int, int], object]
"""一往復。目印、一度に送る行の数、何度目か。"""


def _round_trips(size: int, clients: int, times: int, office: Office, floor: str) -> dict[str, Any]:
    """同じ行を、署名も記録もない往復（床）、何もしない往復、中間サーバーに、代わるがわる送る。

    clients 人が同時に送る。三つのどれでも同じ人数で、同じ数だけ、BLOCK 往復ごとに代わる。
    """
    with ExitStack() as stack:
        bare = [stack.enter_context(httpx.Client(base_url=floor, trust_env=False)) for _ in range(clients)]
        doors = [stack.enter_context(_door(office)) for _ in range(clients)]
        clerks = stack.enter_context(ThreadPoolExecutor(clients))
        ways: dict[str, list[Act]] = {
            "floor": [partial(_send, each, "/asked/IF_SKI_10111") for each in bare],
            "bare_http": [partial(_send, each, "/bare/IF_SKI_10111") for each in bare],
            "signed_recorded": [partial(_ask, each) for each in doors],
        }
        taken: dict[str, list[float]] = {name: [] for name in ways}
        seconds = dict.fromkeys(ways, 0.0)
        for block in range(-1, times // BLOCK):
            for name, acts in ways.items():
                started = time.perf_counter()
                told = list(clerks.map(partial(_block, acts, f"{clients}x{size}", size, block), range(clients)))
                if block >= 0:  # 初めの一組は、温めるだけ
                    seconds[name] += time.perf_counter() - started
                    taken[name] += [each for one in told for each in one]
    figures = {name: _told(taken[name], seconds[name], size) for name in ways}
    signed = figures["signed_recorded"]
    ratios = {
        f"ratio_to_{name}": {each: round(signed[each] / figures[name][each], 2) for each in ("p50_ms", "p95_ms")}
        for name in ("floor", "bare_http")
    }
    return figures | ratios


def _block(acts: list[Act], mark: str, size: int, block: int, place: int) -> list[float]:
    """一人の、一組の往復。"""
    taken = []
    for at in range(BLOCK):
        started = time.perf_counter()
        acts[place](f"{mark}-{place}", size, block * BLOCK + at)
        taken.append(time.perf_counter() - started)
    return taken


def _send(client: httpx.Client, path: str, mark: str, size: int, at: int) -> None:
    text = json.dumps({"rows": _orders(mark, size, at)}, ensure_ascii=False, separators=(",", ":"))
    told = client.post(path, content=text.encode(), headers={"content-type": "application/json"})
    assert [each["処理結果"] for each in told.raise_for_status().json()["rows"]] == ["00"] * size


def _ask(door: GatewayClient, mark: str, size: int, at: int) -> None:
    assert [each["処理結果"] for each in door.call("IF_SKI_10111", _orders(mark, size, at))] == ["00"] * size


def _told(taken: list[float], seconds: float, size: int) -> dict[str, float]:
    ordered = sorted(taken)
    return {
        "inquiries_per_second": round(size * len(taken) / seconds, 1),
        "p50_ms": round(statistics.median(ordered) * 1000, 2),
        "p95_ms": round(ordered[int(len(ordered) * 0.95) - 1] * 1000, 2),
    }


def _whole_way(office: Office, inquiries: int) -> dict[str, Any]:
    """登録から、許可証・照会・回答・記録まで。登録を始めてから、最後の一件が終わるまで。"""
    office.run("gateway", "-m", "osame.cli", "gateway", "exchange", "--once")
    started = time.perf_counter()
    office.start("gateway", "exchange", "gateway", "exchange", "--pause", "0.05")
    names: list[str] = []
    with _door(office) as door:
        for at in range(inquiries // 100):
            rows = _orders("w", 100, at)
            door.call("IF_SKI_10111", rows)
            names += [each["レコード識別番号"] for each in rows]
        registered = time.perf_counter() - started
        open_ones = names
        while open_ones:
            told = door.call("IF_SKI_10712", [{"レコード識別番号": each} for each in open_ones[-200:]])
            ended = {each["レコード識別番号"] for each in told if each["終了日時"]}
            open_ones = [each for each in open_ones if each not in ended]
            if not ended:
                time.sleep(0.1)
        seconds = time.perf_counter() - started
        answered = _answered(door, names)
    return {
        "inquiries": len(names), "answered": answered, "registered_seconds": round(registered, 1),
        "seconds": round(seconds, 1), "inquiries_per_second": round(len(names) / seconds, 1),
    }  # fmt: skip


def _answered(door: GatewayClient, names: list[str]) -> int:
    told = [
        each
        for at in range(0, len(names), 200)
        for each in door.call(
            "IF_SKI_11112", [{"レコード識別番号": name, "受付番号": f"還付-{name}"} for name in names[at : at + 200]]
        )
    ]
    return sum(each.get("回答の区分") == "01" for each in told)
