"""システム間の求め: 正しく署名されたものだけが、一度だけ通り、両端の記録が合う。"""

import base64
import os
import re
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from http_message_signatures import HTTPMessageSigner
from http_message_signatures.algorithms import ED25519, HMAC_SHA256

from osame.contracts import signatures
from osame.contracts.client import BrokenAnswer, Limits, PeerRefused, PeerTimedOut, PeerUnreachable
from osame.contracts.signatures import COVERED, Errand, Message, Signer
from osame.platform import gate
from osame.platform.exchanges import calling, keys
from osame.platform.exchanges.models import ExchangeLog
from osame.platform.exchanges.peers import NotOnTheList
from tests.systems.conftest import fresh
from tests.systems.exchange_cast import CLERK, Server, free_port, introduce, rows, this_system

URLS = "tests.systems.exchange_application"
ERRAND = Errand(officer="山本", purpose="督促の作成", function="collection.demands.run", request="r1")


@pytest.fixture(scope="module")
def linkage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """linkage as a real process; its keys and ours in a home of this module."""
    with fresh("linkage") as name:
        pass_on = name
        home = os.environ["OSAME_HOME"]
        os.environ["OSAME_HOME"] = str(tmp_path_factory.mktemp("home"))
        try:
            introduce("collection", "linkage")
            with Server("linkage", pass_on, urls=URLS) as server:
                os.environ["OSAME_PEER_URL_LINKAGE"] = server.url
                os.environ["OSAME_HOME"], keys_home = home, os.environ["OSAME_HOME"]
                server.home = keys_home  # type: ignore[attr-defined]
                yield server
        finally:
            os.environ["OSAME_HOME"] = home
            os.environ.pop("OSAME_PEER_URL_LINKAGE", None)


@pytest.fixture
def ours(linkage: Server, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """This process is collection, and 山本 acts."""
    monkeypatch.setenv("OSAME_HOME", linkage.home)  # type: ignore[attr-defined]
    with gate.acting(CLERK):
        yield database


@dataclass(frozen=True)
class Echo:
    officer: str
    purpose: str
    terminal: str
    size: int


@dataclass(frozen=True)
class Answer:
    answer: int


def test_the_errand_travels_and_both_ends_agree(linkage: Server, ours: str) -> None:
    """職員と目的は相手の門に届き、両端は同じやり取りを同じように記録する。"""
    with calling.client("linkage") as client:
        answer = client.post("/internal/v1/echo", {"氏名": "架空 太郎"}, Echo, errand=calling.errand())
        again = client.get("/internal/v1/echo", Echo, errand=calling.errand(), query={"q": "空 白", "r": 1})
    assert (answer.officer, answer.purpose, answer.terminal) == ("山本", "督促の作成", "system:collection")
    assert again.size == 0
    columns = "peer, operation, request_number, nonce, key_id, officer, function_code, purpose, status"
    ours_told = rows(ours, f"SELECT {columns} FROM exchange_log ORDER BY nonce")
    theirs = rows(linkage.database, f"SELECT {columns} FROM exchange_log WHERE status = 200 ORDER BY nonce")
    assert [row[1:] for row in ours_told] == [row[1:] for row in theirs if row[2] == CLERK.request]
    assert len(ours_told) == 2
    assert {row[0] for row in ours_told} == {"linkage"}
    audited = rows(linkage.database, "SELECT officer, purpose, terminal, request_number FROM audit_event")
    assert ("山本", "督促の作成", "system:collection", CLERK.request) in audited


def signed(
    method: str = "POST", target: str = "/internal/v1/echo?a=1", body: bytes = b'{"a":1}', **how: object
) -> Message:
    """A correctly signed message, unless told otherwise."""
    message = Message(method, target, {}, body)
    signer = how.get("signer") or keys.signer()
    assert isinstance(signer, Signer)
    now = datetime.now(UTC).replace(microsecond=0) + how.get("late", timedelta())  # type: ignore[operator]
    signer.sign(message, receiver=str(how.get("receiver", "linkage")), errand=how.get("errand", ERRAND), now=now)  # type: ignore[arg-type]
    return message


def send(linkage: Server, message: Message) -> int:
    """Over a bare socket, exactly as it is."""
    connection = HTTPConnection("127.0.0.1", linkage.port, timeout=20)
    connection.request(message.method, message.target, body=message.body or None, headers=message.headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def re_signed(message: Message, **changed: object) -> Message:
    """The same message, signed by the library with other parameters."""
    known: dict[str, object] = {
        "key_id": keys.signer().key_id, "created": datetime.now(UTC), "expires": datetime.now(UTC) + timedelta(seconds=30),
        "nonce": "n" * 24, "tag": "osame", "label": "osame", "covered_component_ids": COVERED, "use_existing_digest": True,
    }  # fmt: skip
    algorithm = changed.pop("algorithm", ED25519)
    resolver = signatures._Keys(own=keys.signer())
    if algorithm is HMAC_SHA256:
        resolver.resolve_private_key = lambda key_id: b"secret"  # type: ignore[method-assign,assignment,return-value]
    HTTPMessageSigner(signature_algorithm=algorithm, key_resolver=resolver).sign(message, **known | changed)  # type: ignore[arg-type]
    return message


def stranger() -> Signer:
    """Signs with the number of a key that linkage trusts, but with another key."""
    return Signer(keys.signer().key_id, Ed25519PrivateKey.generate())


def changed(message: Message, **parts: object) -> Message:
    return Message(**{"method": message.method, "target": message.target, "headers": message.headers,
                      "body": message.body} | parts)  # type: ignore[arg-type]  # fmt: skip


def with_header(message: Message, name: str, value: str | None) -> Message:
    headers = dict(message.headers)
    if value is None:
        del headers[name]
    else:
        headers[name] = value
    return changed(message, headers=headers)


FORGERIES = {
    "body": lambda: changed(signed(), body=b'{"a":2}'),
    "body and digest": lambda: with_header(
        changed(signed(), body=b'{"a":2}'), "Content-Digest", signed(body=b'{"a":2}').headers["Content-Digest"]
    ),
    "no digest": lambda: with_header(signed(), "Content-Digest", None),
    "path": lambda: changed(signed(), target="/internal/v1/second-time?a=1"),
    "query": lambda: changed(signed(), target="/internal/v1/echo?a=2"),
    "query added": lambda: changed(signed(), target="/internal/v1/echo?a=1&b=1"),
    "method": lambda: changed(signed(method="PUT"), method="POST"),
    "content type": lambda: with_header(signed(), "content-type", "text/plain"),
    **{
        f"header {name}": lambda name=name: with_header(signed(), name, "x")
        for name in ("osame-officer", "osame-purpose", "osame-function", "osame-case", "osame-request", "osame-to")
    },
    "header missing": lambda: with_header(signed(), "osame-purpose", None),
    "idempotency key added": lambda: with_header(signed(), "idempotency-key", "k"),
    "another key": lambda: signed(signer=stranger()),
    "unknown key": lambda: signed(signer=Signer("collection:0123456789abcdef", Ed25519PrivateKey.generate())),
    "key id with a path": lambda: signed(signer=Signer("../../own:x", Ed25519PrivateKey.generate())),
    "expired": lambda: signed(late=timedelta(seconds=-70)),
    "future": lambda: signed(late=timedelta(seconds=30)),
    "lives too long": lambda: re_signed(signed(), expires=datetime.now(UTC) + timedelta(hours=1)),
    "no expiry": lambda: re_signed(signed(), expires=None),
    "no nonce": lambda: re_signed(signed(), nonce=None),
    "no algorithm named": lambda: re_signed(signed(), include_alg=False),
    "another tag": lambda: re_signed(signed(), tag="other"),
    "query not covered": lambda: re_signed(
        signed(), covered_component_ids=[name for name in COVERED if name != "@query"]
    ),
    "another algorithm": lambda: re_signed(signed(), algorithm=HMAC_SHA256),
    "algorithm renamed": lambda: with_header(
        (made := signed()), "Signature-Input", made.headers["Signature-Input"].replace("ed25519", "hmac-sha256")
    ),
    "two signatures": lambda: re_signed(signed(), label="second", append_if_signature_exists=True),
    "garbage": lambda: with_header(signed(), "Signature", "osame=:AAAA:"),
    "no signature input": lambda: with_header(signed(), "Signature-Input", None),
    "no signature": lambda: Message("POST", "/internal/v1/echo", {"content-type": "application/json"}, b"{}"),
    "for another system": lambda: signed(receiver="addressee"),
    "no purpose": lambda: signed(errand=Errand(officer="山本", purpose="", function="f", request="r")),
}  # fmt: skip


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forgery_is_refused(how: str, linkage: Server, ours: str) -> None:
    assert send(linkage, signed()) == 200
    assert send(linkage, FORGERIES[how]()) == (403 if how in {"for another system", "no purpose"} else 401)


def test_a_peer_that_is_not_on_the_list_is_refused(linkage: Server, ours: str) -> None:
    """鍵が正しくても、接続の台帳になければ断る。こちらからも呼ばない。"""
    key = Ed25519PrivateKey.generate()
    with this_system("linkage"):
        key_id = keys.trust("pension", base64.b64encode(key.public_key().public_bytes_raw()).decode())
    assert send(linkage, signed(signer=Signer(key_id, key))) == 403
    with pytest.raises(NotOnTheList):
        calling.client("pension")


def test_of_twenty_copies_at_once_one_passes(linkage: Server, ours: str) -> None:
    message = signed()
    ready = threading.Barrier(20)
    answers: list[int] = []

    def copy() -> None:
        ready.wait()
        answers.append(send(linkage, message))

    threads = [threading.Thread(target=copy) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(answers) == {200: 1, 403: 19}
    assert send(linkage, message) == 403


def test_a_key_is_replaced_without_a_pause(linkage: Server, ours: str) -> None:
    """新しい鍵を信じてから替え、古い鍵を外す。その間、どちらの鍵も通る。"""
    old = keys.signer()
    made = keys.create()
    text = next(text for key_id, text, _ in keys.own() if key_id == made)
    assert keys.signer().key_id == old.key_id
    with this_system("linkage"):
        keys.trust("collection", text)
    assert send(linkage, signed(signer=old)) == 200
    keys.use(made)
    assert send(linkage, signed()) == 200
    with this_system("linkage"):
        keys.distrust(old.key_id)
    assert send(linkage, signed(signer=old)) == 401
    assert send(linkage, signed()) == 200


def test_a_private_key_is_for_its_owner_alone(linkage: Server, ours: str) -> None:
    (path,) = [
        each for each in (keys.directory() / "own").glob("*.pem") if keys.signer().key_id.replace(":", ".") in each.name
    ]
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(keys.LooseKey):
        keys.signer()
    path.chmod(0o600)


QUICK = Limits(connect_seconds=0.5, read_seconds=0.5, largest_answer=10_000, pauses=(0.01, 0.01))


def test_each_failure_has_its_name(linkage: Server, ours: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """つながらない、答えない、断られた、答えが壊れている。どれかによって、次にすることが違う。"""
    with calling.client("linkage", limits=QUICK) as client:
        for kind in ("text", "more", "long"):
            with pytest.raises(BrokenAnswer):
                client.get("/internal/v1/broken", Answer, errand=ERRAND, query={"kind": kind})
        with pytest.raises(PeerTimedOut):
            client.post("/internal/v1/broken?kind=slow", {}, Answer, errand=ERRAND)
        with pytest.raises(PeerRefused, match="linkage、404"):
            client.get("/internal/v1/nothing", Answer, errand=ERRAND)
    monkeypatch.setenv("OSAME_PEER_URL_LINKAGE", f"http://127.0.0.1:{free_port()}")
    with calling.client("linkage", limits=QUICK) as client, pytest.raises(PeerUnreachable):
        client.get("/internal/v1/echo", Echo, errand=ERRAND)
    assert ExchangeLog.objects.filter(failure="PeerUnreachable", status=0).count() == 3


def test_only_what_is_harmless_twice_is_tried_again(linkage: Server, ours: str) -> None:
    with calling.client("linkage", limits=QUICK) as client:
        assert client.get("/internal/v1/second-time", Answer, errand=ERRAND).answer == 2
        with pytest.raises(PeerRefused):
            client.post("/internal/v1/second-time", {}, Answer, errand=ERRAND)
        client.get("/internal/v1/second-time", Answer, errand=ERRAND)
        assert client.post("/internal/v1/second-time", {}, Answer, errand=ERRAND, idempotency_key="k").answer == 6


def test_what_was_asked_stays_in_the_log_when_our_transaction_does_not(linkage: Server, ours: str) -> None:
    with calling.client("linkage") as client, transaction.atomic():
        client.get("/internal/v1/echo", Echo, errand=calling.errand())
        transaction.set_rollback(True)
    assert ExchangeLog.objects.count() == 1


def test_contracts_know_no_framework() -> None:
    """契約は Django も床も知らない。"""
    sources = Path(signatures.__file__).parent.glob("*.py")
    assert not [
        each.name for each in sources if re.search(r"^(from|import) (django|osame\.platform)", each.read_text(), re.M)
    ]


def test_expired_nonces_are_forgotten(ours: str) -> None:
    from osame.platform.database import run_sql
    from osame.platform.exchanges.receiving import prune_nonces

    run_sql(
        "INSERT INTO exchange_nonce VALUES ('a:1', 'old', now() - interval '1 hour'), ('a:1', 'new', now() + interval '50 s')"
    )
    assert prune_nonces() == 1


def test_three_systems_on_one_machine_are_introduced_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """用意のときに鍵を作り、互いに登録する。二度目は何もせず、外した鍵を黙って戻さない。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path))
    accepts = {"collection": ["addressee"], "addressee": ["collection"]}
    assert keys.introduce(accepts) == 4
    assert keys.introduce(accepts) == 0
    with this_system("addressee"):
        (known,) = keys.trusted()
        assert known.peer == "collection"
        keys.distrust(known.key_id)
    assert keys.introduce(accepts) == 0
    with this_system("addressee"):
        assert keys.trusted() == []
