"""計測。署名し記録する照会の速さを、同じ往復を署名も記録もせずに行うときと比べる。

    python -m tests.systems.gateway.measure

Registers inquiries (signed, checked, written with their steps, logged at both ends, audited) in rows of 1 and of 100, and
sends the same bytes to a bare application on the same server in the same run. Then lets all of them be answered, and tells
how many a second went the whole way: permit, inquiry, answer, record.
"""

import json
import os
import statistics
import subprocess
import sys
import time

os.environ.setdefault("OSAME_TEST_RUN", f"measure{os.getpid()}")

import httpx

import tests.conftest
from tests.systems.exchange_cast import ROOT, free_port, rows
from tests.systems.gateway.cast import Nation, order, person
from tests.systems.gateway.waiting import until

CODE, PEOPLE = "242039", 200


def timed(act, times: int) -> list[float]:
    taken = []
    for at in range(times):
        started = time.perf_counter()
        act(at)
        taken.append(time.perf_counter() - started)
    return taken


def told(taken: list[float], size: int) -> dict[str, float]:
    ordered = sorted(taken)
    return {
        "inquiries_per_second": round(size * len(taken) / sum(taken), 1),
        "p50_ms": round(statistics.median(ordered) * 1000, 2),
        "p95_ms": round(ordered[int(len(ordered) * 0.95) - 1] * 1000, 2),
    }


def orders(size: int, at: int) -> list[dict[str, str]]:
    return [order(f"m{size}-{at}-{n}", person((at * size + n) % PEOPLE)) for n in range(size)]


def main() -> None:
    nation, port = Nation([CODE], terms={"retry_seconds": 30, "give_up_seconds": 3600}), free_port()
    plain = subprocess.Popen(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--log-level", "warning", "--no-ws", "tests.systems.gateway.echo:application"],
        cwd=ROOT,
    )  # fmt: skip
    try:
        nation.make()
        nation.start_gateway()
        nation.start_pump()
        nation.register_people(CODE, [person(at) for at in range(PEOPLE)])
        until(lambda: rows(nation.prefix + CODE, "SELECT count(*) FROM symbol_link WHERE state <> '3'") == [(0,)], 120)
        nation.kill_pump()
        answer = {}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as bare:
            client = nation.client(CODE)
            for size, times in ((1, 300), (100, 30)):

                def send(at, size=size):
                    content = json.dumps({"rows": orders(size, at)}, ensure_ascii=False)
                    return bare.post("/", content=content.encode())

                def ask(at, size=size):
                    return client.call("IF_SKI_10111", orders(size, at))

                timed(send, 5)
                unsigned, signed = (
                    told(timed(send, times), size),
                    told(timed(lambda at, ask=ask: ask(at + 1), times), size),
                )
                ratio = round(signed["p95_ms"] / unsigned["p95_ms"], 2)
                answer[f"rows_{size}"] = {"signed_recorded": signed, "unsigned": unsigned, "p95_ratio": ratio}
        ((waiting,),) = rows(nation.prefix + CODE, "SELECT count(*) FROM information_inquiry WHERE state = '1'")
        started = time.perf_counter()
        nation.start_pump()
        until(
            lambda: rows(nation.prefix + CODE, "SELECT count(*) FROM information_inquiry WHERE state < '6'") == [(0,)],
            600,
        )
        seconds = time.perf_counter() - started
        answer["whole_way"] = {
            "inquiries": waiting,
            "seconds": round(seconds, 1),
            "per_second": round(waiting / seconds, 1),
        }
        answer["load_average"] = round(os.getloadavg()[0], 1)
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    finally:
        plain.terminate()
        plain.wait(10)
        nation.close()


if __name__ == "__main__":
    assert tests.conftest
    main()
