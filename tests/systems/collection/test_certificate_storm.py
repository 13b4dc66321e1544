"""証明書の嵐。たくさんの窓口が同時に刷り、組版が止まり、遅れ、殺されても、ほかの人の紙は一枚も出ない。

The certificate storm: clients at the real page, each with certificates of one person. Meanwhile presses are stopped for a
random time (SIGSTOP, SIGCONT: their late answers come), and killed. Every paper that leaves is read by a library that is not
ours and compared with who asked. The real-world faults behind two published incidents are put back as mutants: the release
gate has to catch them, and without the gate they do mix people up (so the gate is what caught them).

`OSAME_STORM=5000` sets the requests, `OSAME_STORM_CLIENTS` the clients.
"""

import os
import random
import secrets
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from django.db import connections
from django.db.models import Model
from django.test import Client

from osame.collection.certificates import printing
from osame.collection.certificates.models import Certificate, CertificateRequest
from osame.collection.certificates.statement import certificate_name
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.letters import press
from osame.platform.letters.press import Presses, PressTimedOut, presses
from tests.letters.paper import texts
from tests.systems.collection.cast import determination
from tests.systems.collection.certificate_cast import DUE, TODAY, issued, set_value
from tests.systems.collection.demand_cast import levy, move_in
from tests.systems.collection.pages_cast import officer_at_desk, pages_on

CLIENTS = int(os.environ.get("OSAME_STORM_CLIENTS", "64"))
REQUESTS = int(os.environ.get("OSAME_STORM", "192"))
MUTANT_REQUESTS = 128
PRESSES = 6  # 止められるのは一度に二つほど。残りが刷り続けるので、嵐が待ち時間だけで終わらない
PER_OFFICER = 800  # 一人の職員が一日に決裁なしで出せる人数より少なく
SHIFT = 10  # 続けて刷ったら、次の職員に代わる
TRIES = 100
OTHERWISE = "一致しないため、出力を止めました"
CLEAN = ("この印刷を取りやめました", "組版が止まりました", OTHERWISE)
_reader = threading.Lock()  # 読み返す道具は、一度に一人しか使えない


@pytest.fixture(autouse=True)
def today(city: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("OSAME_PRESS_SECONDS", "3")
    monkeypatch.setenv("OSAME_PRESSES", str(PRESSES))
    presses.cache_clear()
    with pages_on(TODAY.isoformat(), monkeypatch):
        yield
    presses().close()
    presses.cache_clear()


class Storm:
    """窓口の列と、一枚ずつの結末。"""

    def __init__(self, folder: Path, requests: int, clients: int = CLIENTS) -> None:
        """clients 人の名も額も違う人と、その証明書を用意する。"""
        set_value("納税証明の取込みの遅れの許容（日）", "3650")
        self.people = {
            f"{100 + each:015d}": (f"嵐山 第{each:03d}子", 100_000 + 1_000 * each) for each in range(clients)
        }
        for number, (name, _) in self.people.items():
            move_in(number, name=name, kana="アラシヤマ")
        levy(folder, *(determination(number, 1, amount, due_on=DUE) for number, (_, amount) in self.people.items()))
        self.waiting = issued_to_each(list(self.people), requests)
        random.Random(7).shuffle(self.waiting)
        desks = [officer_at_desk(f"S{at:04d}", "嵐", "collection_clerk") for at in range(requests // PER_OFFICER + 2)]
        self.desks = [
            (desks * clients)[at::clients][: len(desks)] for at in range(clients)
        ]  # 窓口ごとに、職員が交代する
        self.told: Counter[str] = Counter()
        self.lock = threading.Lock()

    def blow(self, *, tries: int = TRIES) -> Counter[str]:
        """すべての証明書を、すべての窓口で刷る。"""
        clients = [threading.Thread(target=self._client, args=(desk, tries)) for desk in self.desks]
        for each in clients:
            each.start()
        for each in clients:
            each.join()
        return self.told

    def _client(self, desks: list[Client], tries: int) -> None:
        client = Client(raise_request_exception=False)
        try:
            for turn in count():
                client.cookies.update(desks[turn // SHIFT % len(desks)].cookies)
                with self.lock:
                    if not self.waiting:
                        return
                    number, addressee = self.waiting.pop()
                self._count(self._printed(client, number, addressee, tries))
        finally:
            connections.close_all()

    def _printed(self, client: Client, number: int, addressee: str, tries: int) -> str:
        for _ in range(tries):
            answer = client.post(f"/certificates/{number}/print/")
            if answer.status_code == 200:
                return "right" if self._is_right(answer.content, number, addressee) else "mixed"
            page = answer.content.decode()
            if answer.status_code != 422 or not any(each in page for each in CLEAN):
                return f"unclean {answer.status_code}"
            self._count("refused as other" if OTHERWISE in page else "refused cleanly")
        return "given up"

    def _is_right(self, pdf: bytes, number: int, addressee: str) -> bool:
        name, amount = self.people[addressee]
        with _reader:
            page = "".join(texts(pdf))
        others = (other for key, (other, _) in self.people.items() if key != addressee)
        wanted = ("".join(name.split()), certificate_name(number), f"{amount:,}", f"A{addressee}-P01/01")
        return all(each in page for each in wanted) and not any("".join(each.split()) in page for each in others)

    def _count(self, what: str) -> None:
        with self.lock:
            self.told[what] += 1


def issued_to_each(people: list[str], requests: int) -> list[tuple[int, str]]:
    """証明書を requests 通。一人の一通目は窓口から発行し、あとはその申請と証明書を写して、番号だけを新しくする。"""
    made = [(issued(number), number) for number in people]
    asked = _columns(CertificateRequest, "request_id", "state")
    frozen = _columns(Certificate, "request_id", "certificate_number")
    more, rest = divmod(requests - len(people), len(people))
    copied = run_sql(
        f"INSERT INTO certificate_request (request_id, state, {asked}) "
        f"SELECT nextval('certificate_request_number'), '3', {asked} FROM (SELECT *, row_number() OVER (ORDER BY "
        "addressee_number) AS place FROM certificate_request) r, generate_series(1, %s + (place <= %s)::integer)",
        [more, rest],
    )
    assert copied == requests - len(people)
    run_sql(
        f"INSERT INTO certificate (certificate_number, request_id, {frozen}) "
        f"SELECT nextval('certificate_number'), r.request_id, {frozen} "
        "FROM certificate c JOIN (SELECT request_id, addressee_number AS one FROM certificate_request WHERE state = '3') r "
        "ON r.one = c.addressee_number"
    )
    run_sql("UPDATE certificate_request SET state = '4' WHERE state = '3'")
    return made + fetch_all(
        "SELECT certificate_number, addressee_number FROM certificate WHERE NOT certificate_number = ANY(%s)",
        [[number for number, _ in made]],
    )


def _columns(model: type[Model], *apart: str) -> str:
    return ", ".join(each.column for each in model._meta.local_concrete_fields if each.column not in apart)


@contextmanager
def trouble(seed: int = 1) -> Iterator[Counter[str]]:
    """組版の process を、でたらめに止めては動かし、殺す。"""
    told: Counter[str] = Counter()
    over, chance = threading.Event(), random.Random(seed)

    def go() -> None:
        while not over.wait(chance.uniform(0.2, 1.5)):
            alive = [pid for pid in _press_ids() if pid]
            if not alive:
                continue
            pid = chance.choice(alive)
            if chance.random() < 0.25:
                told["killed"] += _signalled(pid, signal.SIGKILL)
            elif _signalled(pid, signal.SIGSTOP):
                told["stalled"] += 1
                threading.Timer(chance.uniform(0, 5), _signalled, (pid, signal.SIGCONT)).start()

    troubling = threading.Thread(target=go)
    troubling.start()
    try:
        yield told
    finally:
        over.set()
        troubling.join()


def _press_ids() -> list[int]:
    """この process の子のうち、組版のもの。"""
    children = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    ids = [int(each) for path in children for each in path.read_text().split()]
    return [each for each in ids if b"osame.platform.letters.press" in _command(each)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _signalled(pid: int, what: signal.Signals) -> int:
    try:
        os.kill(pid, what)
    except ProcessLookupError:
        return 0
    return 1


def test_a_storm_mixes_nobody_up(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    storm = Storm(tmp_path, REQUESTS)
    began = time.monotonic()
    with trouble() as troubled:
        told = storm.blow()
    record_property("storm", f"{dict(told)} {dict(troubled)} {time.monotonic() - began:.0f}s")  # --junitxml で読む
    assert told["right"] == REQUESTS
    assert set(told) <= {"right", "refused cleanly"}
    assert fetch_one("SELECT count(*) FROM certificate WHERE printed_at IS NULL")[0] == 0
    assert fetch_one("SELECT count(DISTINCT pdf_sha256) FROM certificate")[0] == REQUESTS
    twice = fetch_all(
        "SELECT content_sha256 FROM egress_record WHERE kind = 'certificate' GROUP BY 1 HAVING count(*) > 1"
    )
    assert twice == []


class ReleasesOnlyTheLock(Presses):
    """INC-01（2023年、コンビニ交付）：時間切れのとき、順番待ちの鍵だけを放し、依頼を取りやめない。次の人が、前の人の紙を読む。"""

    def __init__(self, count: int, seconds: float) -> None:
        super().__init__(count, seconds)
        self.owing: set[int] = set()

    def _printed(self, request: bytes, until: float) -> bytes:
        borrowed = self._borrow()
        ticket = secrets.token_bytes(press.TICKET_BYTES)
        try:
            borrowed.ask(ticket, request, until=until)
            assert borrowed.process.stdout is not None
            if id(borrowed) not in self.owing and random.random() < 0.1:  # 待ち切れなかった。答えは、管に残る
                self.owing.add(id(borrowed))
                raise PressTimedOut
            return press._read(borrowed.process.stdout, until)[press.TICKET_BYTES :]
        finally:
            self._give_back(borrowed)


def names_by_the_second(folder: Path) -> Callable[..., bytes]:
    """INC-02（2023年、戸籍の交付）：刷り上がりを、秒までの時刻を名にしたファイルに置く。同じ秒の後の人が、前の人を上書きする。"""
    rightly = Presses.printed

    def printed(self: Presses, *asked: object) -> bytes:
        shared = folder / time.strftime("%Y%m%d%H%M%S.pdf")
        shared.write_bytes(rightly(self, *asked))  # type: ignore[arg-type]
        time.sleep(random.uniform(0, 0.05))
        return shared.read_bytes()

    return printed


@contextmanager
def put_back(incident: str, patch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    mutant = ReleasesOnlyTheLock(2, 30)
    if incident == "INC-01":
        patch.setattr(printing, "presses", lambda: mutant)
    else:
        patch.setattr(Presses, "printed", names_by_the_second(folder))
    yield
    mutant.close()


@pytest.mark.parametrize("incident", ["INC-01", "INC-02"])
def test_the_release_gate_catches_what_happened_elsewhere(
    incident: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storm = Storm(tmp_path, MUTANT_REQUESTS, clients=16)
    with put_back(incident, monkeypatch, tmp_path):
        gated = storm.blow(tries=1)
        assert gated["refused as other"] > 0  # 二百件のうちに見つける
        assert gated["mixed"] == 0
        waiting = fetch_all("SELECT certificate_number, addressee_number FROM certificate WHERE printed_at IS NULL")
        monkeypatch.setattr(printing, "require_as_asked", lambda *_: None)  # 門がなければ、本当に取り違える
        storm.waiting, storm.told = waiting, Counter()
        ungated = storm.blow(tries=1)
        assert ungated["mixed"] > 0, (gated, ungated)
