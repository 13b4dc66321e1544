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
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from osame.bench.national_people import person
from osame.contracts.client import SystemClient
from osame.contracts.gateway import (
    DIGITAL_AGENCY,
    PUBLIC_ACCOUNT,
    REFUND_AFFAIR,
    REFUND_PROCEDURE,
    UNIFIED_NUMBER,
    GatewayClient,
)
from osame.contracts.signatures import Errand
from osame.demo.serving import OUTSIDE, Office, free_first_port, introduce_outside, wait_for
from osame.platform.exchanges import keys

PEOPLE, SIZES = 300, ((1, 400), (100, 40))
CLIENTS = 4
ERRAND = Errand(officer="計測", purpose="refund_notice", function="collection.bench.run", request="")
PATH = "/internal/v1/interfaces/IF_SKI_10111"


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
    with _floor(office, workers) as bare, _door(office) as door:
        told["round_trip"] = {f"rows_{size}": _round_trips(size, times, bare, door) for size, times in SIZES}
        told["at_once"] = _at_once(office)
    told["whole_way"] = _whole_way(office, inquiries)
    told["load_average"] = round(os.getloadavg()[0], 1)
    return told


@contextmanager
def _floor(office: Office, workers: int) -> Iterator[httpx.Client]:
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
            yield client
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


def _round_trips(size: int, times: int, bare: httpx.Client, door: GatewayClient) -> dict[str, Any]:
    """同じ行を、床と中間サーバーに交互に送る。"""

    def send(at: int) -> None:
        text = json.dumps({"rows": _orders("r", size, at)}, ensure_ascii=False, separators=(",", ":"))
        bare.post(PATH, content=text.encode(), headers={"content-type": "application/json"}).raise_for_status()

    def ask(at: int) -> None:
        assert all(each["処理結果"] == "00" for each in door.call("IF_SKI_10111", _orders("r", size, at)))

    for at in range(-10, 0):
        send(at)
        ask(at)
    floor, signed = [], []
    for at in range(times):
        floor.append(_timed(send, at))
        signed.append(_timed(ask, at))
    ratio = {name: round(_told(signed, size)[name] / _told(floor, size)[name], 2) for name in ("p50_ms", "p95_ms")}
    return {"signed_recorded": _told(signed, size), "floor": _told(floor, size), "ratio": ratio}


def _timed(act: Callable[[int], object], at: int) -> float:
    started = time.perf_counter()
    act(at)
    return time.perf_counter() - started


def _told(taken: list[float], size: int) -> dict[str, float]:
    ordered = sorted(taken)
    return {
        "inquiries_per_second": round(size * len(taken) / sum(taken), 1),
        "p50_ms": round(statistics.median(ordered) * 1000, 2),
        "p95_ms": round(ordered[int(len(ordered) * 0.95) - 1] * 1000, 2),
    }


def _at_once(office: Office, times: int = 100) -> dict[str, Any]:
    """何人かが同時に、一件ずつ登録する。"""

    def clerk(place: int) -> list[float]:
        with _door(office) as door:
            return [
                _timed(lambda at: door.call("IF_SKI_10111", _orders(f"c{place}", 1, at)), at) for at in range(times)
            ]

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clerks:
        taken = [each for one in clerks.map(clerk, range(CLIENTS)) for each in one]
    seconds = time.perf_counter() - started
    return {
        "clients": CLIENTS,
        "inquiries_per_second": round(len(taken) / seconds, 1),
        "p95_ms": _told(taken, 1)["p95_ms"],
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
