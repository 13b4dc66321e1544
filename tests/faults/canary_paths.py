"""Every way by which a 個人番号 may come in, rightly or wrongly. Each path is fed canaries and swallows refusals.

    python -m tests.faults.canary_paths PATH URL   (canaries on standard input, one a line)

A path runs in a process of its own, as its system. To add one, write a function and list it in `PATHS`.
"""

import io
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import replace
from datetime import date
from itertools import cycle, product
from pathlib import Path
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
    bad = cycle(numbers)
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


def _command(*arguments: str, typed_in: str = "", purpose: str = "number_linkage") -> None:
    """A command, in this process: the same tree of commands behind the same gate, without the cost of a start."""
    from osame.cli import build_app

    said, stdin = io.StringIO(), sys.stdin
    os.environ["OSAME_PURPOSE"], sys.stdin = purpose, io.StringIO(typed_in)
    code: object = 0
    try:
        with redirect_stdout(said), redirect_stderr(said), refused():
            build_app()(args=list(arguments))
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdin = stdin
    OUTPUT.append(f"{arguments[:2]} {code}\n{said.getvalue()}")


def _process(*arguments: str, typed_in: str) -> None:
    """A command in a process of its own, as an officer would start it."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "osame.cli", *arguments], input=typed_in, text=True, capture_output=True,
        env=os.environ | {"OSAME_PURPOSE": "number_linkage"}, timeout=120, check=False,
    )  # fmt: skip
    OUTPUT.append(f"{arguments[:2]} {done.returncode}\n{done.stdout}\n{done.stderr}")


def command_line(numbers: Numbers, url: str) -> None:
    """The commands of linkage: a number typed in, a number typed where it does not belong, a list of existing people."""
    del url
    facts = ("--name", "架空 端末", "--address", "架空市1", "--born-on", "1980-01-01", "--sex", "2")
    _command("linkage", "number", "000000000080001", *facts, typed_in=numbers[0] + "\n")
    assert "付番した" in OUTPUT[-1], OUTPUT[-1]
    _process("linkage", "search", typed_in=wide_of(numbers[0]) + "\n")
    assert " 0\n" in OUTPUT[-1], OUTPUT[-1]
    _command("linkage", "number", "000000000080002", "--name", f"架空{numbers[1]}", "--address", wide_of(numbers[2]))
    _command("linkage", "convert", numbers[1], wide_of(numbers[2]))
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


def numbering_api(numbers: Numbers, url: str) -> None:
    """付番API。業務システムとして、個人番号を正しい項目に、また、ほかのあらゆる所に入れる。"""
    import httpx

    from osame.formats.non_resident_api import INQUIRY_CALL, INQUIRY_ITEMS, NUMBERING_CALL, NUMBERING_ITEMS
    from tests.systems.addressee.business_cast import REQUEST, assertion, registered, token_form

    who = registered("010")
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as web:
        form = token_form(who, signed=assertion(who, audience=f"{url}/oauth/token"))
        head = {"Authorization": f"Bearer {web.post('/oauth/token', data=form).json()['access_token']}"}

        def ask(body: dict[str, Any], call: str = NUMBERING_CALL) -> int:
            answer = web.post(f"/{call}", json=body, headers=head)
            OUTPUT.append(answer.text)
            return answer.status_code

        for place, number in enumerate(numbers[:-1]):
            body = REQUEST | {"sosajikoku": f"09:00:{place:02d}", "kojinbango": number}
            assert [ask(body), ask(body)] == [200, 200], OUTPUT[-1]
        bad = cycle(numbers)
        asked = {name: REQUEST[name] for name in ("shikuchosonkodo", "sosashaid", "sosanengappi", "sosajikoku")}
        ways = [("", 0), ("", 1), ("伊勢", 3)]
        for place, (item, (before, kind)) in enumerate(product(NUMBERING_ITEMS, ways), start=1):
            later = {
                "sosajikoku": f"10:{place // 60:02d}:{place % 60:02d}",
                "shorikubun": "1",
                "atenabango": f"{place}",
            }
            ask(REQUEST | later | {item.name: before + typed(next(bad), kind)})
        for item, (before, kind) in product(INQUIRY_ITEMS, ways):
            ask(asked | {item.name: before + typed(next(bad), kind)}, INQUIRY_CALL)
        _around_the_numbering_api(numbers, web, head, form)


def _around_the_numbering_api(numbers: Numbers, web: Any, head: dict[str, str], form: dict[str, str]) -> None:
    """In the address, in headers, in the token request, in names of items, in a body that is no JSON."""
    from osame.formats.non_resident_api import NUMBERING_CALL
    from tests.systems.addressee.business_cast import REQUEST

    door = f"/{NUMBERING_CALL}"
    for number in numbers[:3]:
        tries: list[tuple[str, str, dict[str, Any]]] = [
            ("POST", f"{door}?kojinbango={number}", {"json": REQUEST | {"kojinbango": number}, "headers": head}),
            ("POST", f"{door}/{number}", {"json": {}, "headers": head}),
            ("GET", f"{door}?kojinbango={number}", {"headers": head | {"User-Agent": number, "Referer": number}}),
            ("POST", door, {"json": REQUEST | {number: number}, "headers": {"Authorization": f"Bearer {number}"}}),
            ("POST", door, {"json": REQUEST | {number: number, "kojinbango": int(number)}, "headers": head | {"X-Number": number}}),
            ("POST", door, {"json": REQUEST | {"shimei": [number]}, "headers": head}),
            ("POST", door, {"content": number.encode(), "headers": head | {"Content-Type": "application/json"}}),
            ("POST", door, {"content": f"kojinbango={number}".encode(), "headers": head | {"Content-Type": number}}),
            ("POST", door, {"content": f"{{\"kojinbango\": \"{number}".encode(), "headers": head | {"Content-Type": "application/json"}}),
            ("GET", f"/{number}", {}),
            *(("POST", "/oauth/token", {"data": form | {name: number}}) for name in (*form, "client_id", "client_secret", number)),
            ("POST", f"/oauth/token?{number}", {"auth": (number, number), "data": {"grant_type": "client_credentials"}}),
            ("POST", "/oauth/revoke", {"data": form | {"token": number}}),
            ("POST", "/oauth/introspect", {"data": form | {"token": number}}),
            ("POST", "/internal/v1/numbering", {"content": number.encode(), "headers": {"X-Request": number}}),
        ]  # fmt: skip
        for method, path, told in tries:
            with refused():
                OUTPUT.append(web.request(method, path, **told).text)


def residents(numbers: Numbers, url: str) -> None:
    """住民異動の取込み。良い行、断られる行、壊れた行、番号が別の列にある行、取り違えたファイル。"""
    del url
    from osame.formats.resident_csv import SEQUENCES, profile
    from osame.formats.resident_writing import write_lines
    from tests.systems.addressee.test_residents_importing import FIRST, change

    column = profile().sealed_column

    def take(name: str, content: bytes, *more: str) -> str:
        path = Path(os.environ["TMPDIR"]).parent.parent / name  # 調べる所の外。受け取ったファイルそのものは、職員が消す
        path.write_bytes(content)
        try:
            _command(
                "addressee", "import", "residents", str(path), "--pass-over-gap", "試験", *more, purpose="statutory"
            )
        finally:
            path.unlink()
        return OUTPUT[-1]

    def lines(rows: list[dict[str, Any]], sequence: int, *, sealed: bool = True) -> list[bytes]:
        return list(write_lines(rows, file_sequence=sequence, business_on=FIRST, with_numbers=sealed))

    good = [change(place, f"{5000 + place}", **{column: number}) for place, number in enumerate(numbers, start=1)]
    said = take("good.csv", b"".join(lines(good, 1)), "--json")
    assert f'"rows_posted": {len(numbers)}' in said, said
    refused_rows = [
        change(100 + place, f"{6000 + place}", 異動事由="99", **{column: number})
        for place, number in enumerate(numbers)
    ]
    refused_rows += [
        change(200 + place, f"{6100 + place}", **{column: typed(number, 1 + place)})
        for place, number in enumerate(numbers)
    ]
    bad = cycle(numbers)
    misplaced = [
        change(300 + place, f"{6500 + place}") | {name: text}
        for place, (name, text) in enumerate(
            (name, f"{before}{typed(next(bad), kind)}")
            for kind in range(4) for before in ("", "伊勢") for name in profile().heading if name not in SEQUENCES
        )
    ]  # fmt: skip
    take("refused.csv", b"".join(lines(refused_rows, 2)), "--json")
    take("misplaced.csv", b"".join(lines(misplaced, 3, sealed=False)))
    both = [row | {column: next(bad)} for row in misplaced]
    take("both.csv", b"".join(lines([row | {"異動連番": row["異動連番"] + 9000} for row in both], 4)))
    heading, *rows, trailer = lines(good[:9], 5)
    raw = numbers[0].encode()
    broken = [
        rows[0].replace(b",", b";"), rows[1].replace(raw, b'"' + raw), rows[2][:-20], rows[3] + raw, rows[4].rstrip() + b"," + raw + b"\r\n",
        raw + b"\r\n", b"\xff" + rows[5], rows[6].replace(b",", b"\0"), rows[7].replace(b",", b"", 30), b"1," + wide_of(numbers[1]).encode() + b"\r\n",
    ]  # fmt: skip
    take("broken.csv", b"".join([heading, *broken, trailer.replace(b"9,5,9", b"9,5,10")]))
    for place, content in enumerate((
        b"".join([heading, *rows]), b"".join([*rows, trailer]), b"".join([raw + b"\r\n", *rows, trailer]),
        b"".join([heading, *rows, trailer, *rows]), b"".join([heading, *rows, trailer.replace(b"9,5,", b"9," + raw + b",")]),
        b"".join([heading, *rows, trailer.replace(b",", b"," + raw)]), raw, wide_of(numbers[0]).encode("utf-16"), b"",
    )):  # fmt: skip
        take(f"wrong{place}.csv", content)


def addressee_commands(numbers: Numbers, url: str) -> None:
    """宛名の命令に、番号を打ち間違える。"""
    del url
    bad = cycle(numbers)
    for kind in range(4):
        for option in ("--kana", "--name", "--born", "--address", "--telephone", "--number"):
            _command("addressee", "find", option, typed(next(bad), kind), purpose="identification")
        for act in ("show", "history"):
            _command("addressee", act, typed(next(bad), kind), purpose="identification")
        _command("addressee", "close", "5001", "--reason", f"番号 {typed(next(bad), kind)}", purpose="statutory")
        for option in ("--kana", "--born", "--municipality", "--town", "--block", "--building", "--corporate-number", "--parent", "--despite"):  # fmt: skip
            _command("addressee", "register", "--kind", "2", "--name", "伊勢　太郎", option, typed(next(bad), kind), purpose="statutory")  # fmt: skip
        _command("addressee", "register", "--kind", "2", "--name", f"伊勢{typed(next(bad), kind)}", purpose="statutory")
        _command(
            "addressee", "clients", "register", typed(next(bad), kind), typed(next(bad), kind), purpose="operation"
        )


PATHS: dict[str, tuple[str, str, Callable[[Numbers, str], None]]] = {
    "api": ("addressee", "linkage", api),
    "api misused": ("addressee", "linkage", api_misused),
    "command line": ("linkage", "linkage", command_line),
    "inside": ("linkage", "linkage", inside),
    "numbering api": ("addressee", "addressee", numbering_api),
    "residents": ("addressee", "addressee", residents),
    "addressee commands": ("addressee", "addressee", addressee_commands),
}
"""名 → （どのシステムとして、どのシステムの入口へ、道）。"""


def main() -> None:
    """Feed one path."""
    name, url = sys.argv[1:]
    numbers = sys.stdin.read().split()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import django

        django.setup()
        PATHS[name][2](numbers, url)
    with suppress(BrokenPipeError):
        sys.stdout.write(json.dumps({"told": len(OUTPUT)}) + "\n" + "\n".join(OUTPUT))


if __name__ == "__main__":
    main()
