"""Every way by which a 個人番号 may come in, rightly or wrongly. Each path is fed canaries and swallows refusals.

    python -m tests.faults.canary_paths PATH URL   (canaries on standard input, one a line)

A path runs in a process of its own, as its system. To add one, write a function and list it in `PATHS`.
"""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from typing import Any

Numbers = Sequence[str]
OUTPUT: list[str] = []


@contextmanager
def refused() -> Iterator[None]:
    """What is refused is told, as a door would tell it, and looked at as well."""
    import traceback

    try:
        yield
    except Exception:
        OUTPUT.append(traceback.format_exc())


def typed(number: str, kind: int) -> str:
    """As people type it."""
    from tests.faults.canaries import wide

    grouped = (number[:4], number[4:8], number[8:])
    return (number, wide(number), "-".join(grouped), " ".join(map(wide, grouped)))[kind % 4]


def _client(url: str, **errand: str) -> Any:
    from osame.contracts.client import SystemClient
    from osame.contracts.linkage import LinkageClient
    from osame.contracts.signatures import Errand
    from osame.platform.exchanges import keys

    told = Errand(**{"officer": "山本", "purpose": "number_linkage", "function": "addressee.numbering.send", "case": "C-1",
                     "request": "r-1"} | errand)  # fmt: skip
    client = SystemClient(url, keys.signer(), "linkage")
    return LinkageClient(client, sender="addressee", errand=told), client, told


def _order(client: Any, number: str, place: int, kind: int) -> Any:
    from osame.contracts.linkage import BasicFacts, NumberingOrder

    addressee, request = f"{place:015d}", f"request-{place}"
    sealed = client.seal(typed(number, kind), subject=addressee, request_number=request)
    facts = BasicFacts(f"架空 {place}子", f"架空市{place}番地", "2", date(1980, 1, 1))
    return NumberingOrder(request, "local_tax", "001", "000", addressee, "1", facts, sealed)


def api(numbers: Numbers, url: str) -> None:
    """The doors of linkage, used as they are meant: numbering, search, change, conversion, reveal, deletion."""
    from osame.contracts.linkage import RevealOrder

    client, _, _ = _client(url)
    changed = numbers[-1]
    for place, number in enumerate(numbers[:-1], start=1):
        answer = client.number(_order(client, number, place, place))
        assert answer.outcome == "1", answer
        assert client.search(number, affair="local_tax", request_number=f"s{place}").unified_addressee_number
        if place <= 3:
            person = answer.unified_addressee_number
            ticket = client.ask_reveal(RevealOrder("local_tax", person, "R-1", "収納課", "C-1", "窓口で確かめる"))
            assert client.redeem(ticket, unified_addressee_number=person).digits() == number
            client.identity(person, affair="local_tax")
    client.change(_change(client, changed))
    client.number(_again(client, numbers[1]))  # 4情報の相違で保留
    client.erase(client.search(numbers[2], affair="local_tax", request_number="d").unified_addressee_number,
                  affair="local_tax", reason="誤り")  # fmt: skip


def _change(client: Any, number: str) -> Any:
    order = _order(client, number, 1, 0)
    sealed = client.seal(number, subject=order.addressee_number, request_number="change-1")
    return replace(order, request_number="change-1", sealed=sealed)


def _again(client: Any, number: str) -> Any:
    order = _order(client, number, 90_001, 0)
    return replace(order, facts=replace(order.facts, name="別人"))


def api_misused(numbers: Numbers, url: str) -> None:
    """The doors of linkage with a number in every field that could carry it, and in what is no field at all."""
    from osame.contracts import linkage as messages
    from osame.contracts.strict import plain

    client, raw, errand = _client(url)
    good = _order(client, numbers[0], 70_000, 0)
    bad = iter(list(numbers) * 10)
    orders = [replace(good, **{name: typed(next(bad), kind)}) for kind in (0, 1, 2)
              for name in ("request_number", "affair", "business_id", "scheme_id", "addressee_number", "standing", "sealed")]  # fmt: skip
    orders += [replace(good, facts=replace(good.facts, **{name: f"花子{typed(next(bad), kind)}"})) for kind in (0, 1, 2) for name in ("name", "address", "sex")]  # fmt: skip
    for order in orders:
        for door in (client.number, client.update, client.change):
            with refused():
                door(order)
    for number in numbers[:4]:
        person, text = "800000000000011", f"番号 {number}"
        reveal = messages.RevealOrder("local_tax", person, "R-1", "収納課", "C-1", "理由")
        asked: list[tuple[str, Any]] = [
            ("search", messages.SearchQuestion(number, "local_tax", number)), ("search", messages.SearchQuestion("q", number, "")),
            ("conversions", messages.ConversionQuestion("local_tax", "001", "000", True, (number, wide_of(number)))),
            ("conversions", messages.ConversionQuestion("local_tax", number, "000", False, (number,))),
            ("identities", messages.IdentityQuestion("local_tax", number)), ("identities", messages.IdentityQuestion(number, person)),
            ("deletions", messages.DeletionOrder("local_tax", number, "理由")), ("deletions", messages.DeletionOrder("local_tax", person, text)),
            *(("reveals", replace(reveal, **{name: number})) for name in ("affair", "unified_addressee_number", "number_right", "department", "case_number", "reason")),
            ("reveals/redeem", messages.RevealClaim(number, number, number)),
            ("notices/report", messages.NoticeReport(int(number), number)),
            ("numbering", {number: number}), ("numbering", [number]), ("numbering", plain(good) | {"number": number}), ("nowhere", number),
        ]  # fmt: skip
        for path, content in asked:
            with refused():
                raw.post(f"/internal/v1/{path}", content, messages.Done, errand=errand)
    _outside_the_messages(numbers, url)


def wide_of(number: str) -> str:
    """Full-width."""
    return typed(number, 1)


def _outside_the_messages(numbers: Numbers, url: str) -> None:
    """In the address, in headers, in a body that is no message, in the errand."""
    import httpx

    from osame.contracts import linkage as messages

    for number in numbers[:3]:
        for request in (
            httpx.Request("POST", f"{url}/internal/v1/numbering", content=number.encode()),
            httpx.Request("POST", f"{url}/internal/v1/numbering?number={number}", headers={"X-Number": number}),
            httpx.Request("POST", f"{url}/internal/v1/{number}", content=b"{}"),
            httpx.Request(
                "GET", f"{url}/{number}?n={number}", headers={"User-Agent": number, "Referer": f"{url}/{number}"}
            ),
        ):
            with refused(), httpx.Client(trust_env=False) as http:
                OUTPUT.append(http.send(request).text)
        for name in ("officer", "case", "request", "function", "purpose"):
            _, raw, errand = _client(url, **{name: f"x{number}"})
            with refused():
                raw.post("/internal/v1/notices", messages.NoticesQuestion(1), messages.GatewayNotices, errand=errand)
        with refused():
            _client(url)[1].post(f"/internal/v1/{number}", {}, messages.Done, errand=_client(url)[2])


def _command(*arguments: str, typed_in: str, purpose: str = "number_linkage") -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "osame.cli", *arguments], input=typed_in, text=True, capture_output=True,
        env=os.environ | {"OSAME_PURPOSE": purpose, "OSAME_SYSTEM": "linkage"}, timeout=120, check=False,
    )  # fmt: skip
    OUTPUT.append(f"{arguments[:2]} {done.returncode}\n{done.stdout}\n{done.stderr}")


def command_line(numbers: Numbers, url: str) -> None:
    """The commands of linkage: a number typed in, a number typed where it does not belong, a list of existing people."""
    del url
    facts = ("--name", "架空 端末", "--address", "架空市1", "--born-on", "1980-01-01", "--sex", "2")
    _command("linkage", "number", "000000000080001", *facts, typed_in=numbers[0] + "\n")
    assert "付番した" in OUTPUT[-1], OUTPUT[-1]
    _command("linkage", "search", typed_in=wide_of(numbers[0]) + "\n")
    _command("linkage", "search", typed_in=f"番号は{numbers[1]}9\n")
    from osame.linkage.identities.importing import COLUMNS

    rows = [",".join(COLUMNS)]
    rows += [
        f",{typed(number, place)},001,,{81_000 + place},1,移行 {place}子,架空市{place},1,1970-01-01"
        for place, number in enumerate(numbers)
    ]
    rows += [
        f"{number},{number},{number},{number},{number},{number},{number},{number},{number},{number}"
        for number in numbers[:3]
    ]
    rows += [
        f",{numbers[0]}0,001,,1,1,x,y,1,1970-01-01",
        numbers[1],
        f",{numbers[2]},001,,9,1,名 {numbers[2]},y,1,1970-01-01",
    ]
    _command("linkage", "load", typed_in="\n".join(rows) + "\n")
    assert f"付番 {len(numbers) - 1:,}" in OUTPUT[-1], OUTPUT[-1]
    _command("linkage", "load", typed_in=f"{numbers[0]},x\n")
    for use in ("numbers", "index"):
        _command("linkage", "rotate-keys", "--use", use, typed_in="", purpose="operation")
        _command("linkage", "retire-key", "1", "--use", use, typed_in="", purpose="operation")
        assert "廃止しました" in OUTPUT[-1], OUTPUT[-1]


def inside(numbers: Numbers, url: str) -> None:
    """Inside linkage: constraints broken on purpose, transactions that fail half-way, logs of what is held."""
    del url
    import logging

    from django.db import transaction

    from osame.contracts.personal_number import PersonalNumber
    from osame.linkage.calling import Caller
    from osame.linkage.numbers import actions as vault
    from osame.platform import gate

    with gate.acting(gate.Acting("山本", "linkage.identities.number", "number_linkage")):
        basis = Caller("linkage", date(2025, 11, 20)).basis("local_tax")
        for place, number in enumerate(numbers):
            held = PersonalNumber(number)
            logging.getLogger("django.request").error("failed %s %r", held, [held])
            person = f"70000000000{place:04d}"
            vault.store([(person, held)], basis)
            for wrong in (
                [(person, held)],
                [(f"7{place:014d}", held)],
                [(person, held)] * 2,
                [(None, held)],
                [("x" * 99, held)],
            ):
                with refused(), transaction.atomic():
                    vault.store(wrong, basis)
            with refused(), transaction.atomic():
                vault.change(person, held, basis, kind=vault.Kind.CHANGED, changed_on=basis.as_of)
            with refused(), transaction.atomic():
                vault.find([held], basis)
                raise RuntimeError(held)


PATHS: dict[str, tuple[str, Callable[[Numbers, str], None]]] = {
    "api": ("addressee", api),
    "api misused": ("addressee", api_misused),
    "command line": ("linkage", command_line),
    "inside": ("linkage", inside),
}
"""名 → （どのシステムとして、道）。"""


def main() -> None:
    """Feed one path."""
    name, url = sys.argv[1:]
    numbers = sys.stdin.read().split()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import django

        django.setup()
        PATHS[name][1](numbers, url)
    with suppress(BrokenPipeError):
        sys.stdout.write(json.dumps({"told": len(OUTPUT)}) + "\n" + "\n".join(OUTPUT))


if __name__ == "__main__":
    main()
