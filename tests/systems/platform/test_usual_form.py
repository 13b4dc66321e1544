"""署名のいつもの形: 道具と同じものを作り、道具が断るものは必ず断る。"""

import random
import string
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from osame.contracts import signatures, usual_form
from osame.contracts.signatures import IDEMPOTENCY, BadSignature, Errand, Message, Signed, Signer, verify

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY_ID = "collection:0123456789abcdef"
ERRAND = Errand(
    officer="山本 花子", purpose="refund_notice", function="collection.refunds.pay", case="還付-1", request="r1"
)
SOUP = string.ascii_letters + string.digits + '/?&=:;,"()@ \t-_.%+' + "é"


def trusted(key_id: str) -> Ed25519PublicKey | None:
    return KEY.public_key() if key_id == KEY_ID else None


def sign(target: str = "/internal/v1/interfaces/IF_SKI_10111", *, age: int = 0, key: bool = False) -> Message:
    headers = {IDEMPOTENCY: "a1b2c3"} if key else {}
    message = Message("POST", target, headers, '{"rows":[{"氏名":"架空"}]}'.encode())
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=age)
    Signer(KEY_ID, KEY).sign(message, receiver="gateway", errand=ERRAND, now=now)
    return message


def by_library(message: Message) -> Signed | str:
    """What the library alone says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signatures, "_verified_as_usual", lambda *_: None)
        return said(message)


def said(message: Message) -> Signed | str:
    try:
        return verify(message, trusted=trusted)
    except BadSignature as refusal:
        return str(refusal)


@pytest.mark.parametrize("key", [False, True])
def test_the_library_reads_what_we_write_and_we_read_what_it_writes(key: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """いつもの形で作った署名を道具が確かめ、道具が作った署名をいつもの形で確かめる。どちらも同じ答えになる。"""
    ours = sign(key=key)
    assert isinstance(by_library(ours), Signed)
    assert by_library(ours) == said(ours)
    monkeypatch.setattr(usual_form, "signed", lambda *_: None)
    theirs = sign(key=key)
    told = signatures._verified_as_usual(theirs, trusted, time.time())
    assert told is not None
    assert told == by_library(theirs)
    assert set(theirs.headers) == set(ours.headers)


@pytest.mark.parametrize("target", ["/internal/v1/feed?after=3", "/internal/v1/%E5", "//x", "internal", "/"])
def test_an_unusual_address_goes_to_the_library(target: str) -> None:
    """問い合わせや記号のある宛先は、道具に任せる。"""
    assert usual_form.signed(KEY, ("POST", target), {}, (), "") is None
    message = sign(target) if target.startswith("/internal") else sign()
    assert isinstance(said(message), Signed)


@pytest.mark.parametrize("age", [-30, -4, 0, 64, 66, 70, 3_600])
def test_the_clock_decides_alike(age: int) -> None:
    """早すぎる署名、古い署名を、道具と同じに扱う。"""
    message = sign(age=age)
    assert isinstance(said(message), Signed) == isinstance(by_library(message), Signed) == (-5 <= age <= 65)


def test_nothing_passes_that_the_library_refuses() -> None:
    """見出し・方法・宛先・本文を一か所ずつ変えた千の求めは、道具が断れば、必ず断られる。"""
    chance, refused = random.Random(7), 0
    for _ in range(1_000):
        message = sign(key=chance.random() < 0.5)
        altered = changed(message, chance)
        if isinstance(by_library(altered), str):
            refused += 1
            assert isinstance(said(altered), str), altered
    assert refused > 900


def changed(message: Message, chance: random.Random) -> Message:
    """The same request with one thing changed."""
    what = chance.choice(["header", "header", "header", "drop", "more", "body", "method", "target"])
    headers, name = dict(message.headers), chance.choice(sorted(message.headers))
    if what == "header":
        headers[name] = spoiled(headers[name], chance)
    elif what == "drop":
        del headers[name]
    elif what == "more":
        headers[chance.choice([IDEMPOTENCY, "osame-more", "signature"])] = "x"
    body = message.body[:-1] + b" " if what == "body" else message.body
    return Message(
        "PUT" if what == "method" else message.method,
        message.target + "x" if what == "target" else message.target, headers, body,
    )  # fmt: skip


def spoiled(text: str, chance: random.Random) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + chance.choice(SOUP) + text[at + chance.randrange(2) :]
