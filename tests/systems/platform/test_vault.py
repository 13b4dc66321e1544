"""番号の金庫。暗号は一字も動かせず、番号はどこにも顔を出さず、鍵は包まれ、鍵管理が止まれば閉まる。"""

import copy
import json
import logging
import os
import pickle
import random
import threading
import traceback
from base64 import b64decode, b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from osame.contracts.personal_number import NeverWritten, NotAPersonalNumber, PersonalNumber, holds_personal_number
from osame.contracts.sealed import ENVELOPE_BYTES, SealDoesNotOpen, bound_text, key_name, open_number, seal_number
from osame.kernel.check_digits import individual_number_check_digit
from osame.kernel.refusals import Refusal
from osame.platform.vault.cipher import BlindIndexer, CiphertextRefused, NumberCipher, Place, UnknownKeyVersion
from osame.platform.vault.keyring import Keyring, KeyUse, new_key, rewrapped
from osame.platform.vault.transit import KeyServiceInClear, KeyServiceRefused, KeyServiceUnavailable, TokenNotKept
from osame.platform.vault.wrapping import (
    KeyDoesNotUnwrap,
    KeyFile,
    KeyFileMissing,
    KeyFileOpenToOthers,
    UnknownKeeper,
    key_wrapper,
)

MUTATIONS = int(os.environ.get("OSAME_MUTATIONS", "10000"))
NONCES = 100_000
TYPED = "983205673214"
HERE = Place("242039", "linkage", "800000000000011/00", "stored_number.ciphertext")


def wide(text: str) -> str:
    """全角で。"""
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


def some_number(seed: int) -> PersonalNumber:
    body = f"{seed:011d}"
    return PersonalNumber(body + individual_number_check_digit(body))


@pytest.fixture
def cipher() -> NumberCipher:
    return NumberCipher({1: AESGCM.generate_key(256), 2: AESGCM.generate_key(256)}, active=2)


# ── 番号の入れ物 ──


@pytest.mark.parametrize(
    "typed", [TYPED, wide(TYPED), "9832-0567-3214", " 9832 0567 3214 ", "9832\uff0d0567\uff0d3214"]
)
def test_a_number_is_read_however_it_is_typed(typed):
    assert PersonalNumber(typed).digits() == TYPED


@pytest.mark.parametrize(
    "typed", ["983205673215", "98320567321", "9832056732148", "", wide("123"), "abcdefghijkl", None, 983205673214]
)
def test_what_is_no_number_is_refused_without_being_repeated(typed):
    with pytest.raises(NotAPersonalNumber) as refused:
        PersonalNumber(typed)
    assert not typed or str(typed) not in "".join(traceback.format_exception(refused.value))


def test_a_number_shows_itself_to_nobody(caplog):
    number = PersonalNumber(TYPED)
    logging.getLogger("osame").warning("%s %r %s", number, number, {"number": [number]})
    said = [
        repr(number),
        str(number),
        f"{number}",
        f"{number:>20}",
        format(number, "12"),
        str([number]),
        caplog.text,
    ]
    assert not any(TYPED in each for each in said)
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(NeverWritten):
            write(number)
    with pytest.raises(TypeError):
        json.dumps(number)
    with pytest.raises(NeverWritten):
        number._PersonalNumber__digits = "0"
    assert number == PersonalNumber("9832 0567 3214")
    assert len({number, PersonalNumber(TYPED)}) == 1


@pytest.mark.parametrize("text", ["番号は983205673214です", wide("9832-0567-3214"), "9832 0567 3214", "x983205673214y"])
def test_a_number_in_a_text_is_found(text):
    assert holds_personal_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "983205673215",
        "000000000123456",
        "2025-11-23",
        "0596-23-1111",
        "a1bc983205673214def0",
        "12345678-1234-4abc-8def-983205673214",
        "架空町1-2-3",
        "",
    ],
)
def test_other_digits_are_not_taken_for_a_number(text):
    assert not holds_personal_number(text)


# ── 暗号と索引 ──


def test_every_change_to_a_ciphertext_is_refused(cipher):
    """RT-K4: 一字の変更、切詰め、継足し、版・行・欄・団体の移し替え。一つも開かない。"""
    rng, opened = random.Random(20261123), 0
    places = [
        Place(*(f"{tenant:06d}", "linkage", f"{subject:015d}/00", column))
        for tenant in range(3)
        for subject in range(5)
        for column in ("a", "b")
    ]
    kept = [(place, cipher.encrypt(some_number(index), place)) for index, place in enumerate(places)]
    for _ in range(MUTATIONS):
        (place, good), (other, stranger) = rng.sample(kept, 2)
        raw, kind = bytearray(good), rng.randrange(5)
        if kind == 0:
            raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del raw[rng.randrange(len(raw)) :]
        elif kind == 2:
            raw += rng.randbytes(rng.randrange(1, 4))
        elif kind == 3:
            raw[1:5] = rng.choice([b"\0\0\0\1", b"\0\0\0\3", b"\0\0\0\0"])  # 鍵の版
        else:
            place, raw = rng.choice([(other, raw), (place, bytearray(stranger)), (place, raw[:17] + stranger[17:])])
        try:
            cipher.decrypt(bytes(raw), place)
            opened += 1
        except (CiphertextRefused, UnknownKeyVersion):
            continue
    assert opened == 0
    assert all(cipher.decrypt(good, place) == some_number(index) for index, (place, good) in enumerate(kept))


def test_the_binding_is_injective():
    parts = ("ab", "c")
    assert bound_text(*parts) not in {bound_text("a", "bc"), bound_text("abc", ""), bound_text("abc")}
    assert HERE.bound_to(1) != HERE.bound_to(2)
    assert Place("1", "23", "4", "5").bound_to(1) != Place("12", "3", "4", "5").bound_to(1)


def test_no_nonce_comes_twice(cipher):
    number = some_number(1)
    nonces = {cipher.encrypt(number, HERE)[5:17] for _ in range(NONCES)}
    assert len(nonces) == NONCES


def test_an_index_finds_the_same_number_and_only_with_its_key():
    first, second = AESGCM.generate_key(256), AESGCM.generate_key(256)
    index = BlindIndexer({1: first, 2: second})
    assert index.index(some_number(7), 1) == BlindIndexer({1: first}).index(PersonalNumber(some_number(7).digits()), 1)
    assert index.index(some_number(7), 1) != index.index(some_number(7), 2)
    assert index.index(some_number(7), 1) != index.index(some_number(8), 1)
    assert len(index.indexes(some_number(7))) == 2


# ── 封筒 ──


def test_an_envelope_opens_only_for_its_own_subject_sender_and_request():
    key = X25519PrivateKey.generate()
    keys = {key_name(key.public_key()): key}
    told = {"subject": "000000000000123", "sender": "addressee", "request": "r-1"}
    envelope = seal_number(wide("9832") + "-0567-3214", key=key.public_key(), **told)
    assert open_number(envelope, keys=keys, **told).digits() == TYPED
    assert len(envelope) == ENVELOPE_BYTES
    assert TYPED.encode() not in envelope
    for changed in ({"subject": "000000000000124"}, {"sender": "collection"}, {"request": "r-2"}, {"request": ""}):
        with pytest.raises(SealDoesNotOpen):
            open_number(envelope, keys=keys, **{**told, **changed})
    rng = random.Random(7)
    for _ in range(300):
        raw = bytearray(envelope)
        raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        with pytest.raises(SealDoesNotOpen):
            open_number(bytes(raw), keys=keys, **told)
    stranger = X25519PrivateKey.generate()
    with pytest.raises(SealDoesNotOpen):
        open_number(envelope, keys={key_name(stranger.public_key()): stranger}, **told)
    with pytest.raises(NotAPersonalNumber):
        seal_number("983205673215", key=key.public_key(), **told)


# ── 鍵のファイル ──


def test_a_key_file_is_its_owners_alone(tmp_path):
    file = KeyFile(tmp_path / "keys" / "linkage.kek")
    with pytest.raises(KeyFileMissing):
        file.wrap(b"k" * 32, context=b"c")
    assert file.create()
    assert not file.create()
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert list(file.path.parent.iterdir()) == [file.path]
    wrapped = file.wrap(b"k" * 32, context=b"c")
    assert file.unwrap(wrapped, context=b"c") == b"k" * 32
    with pytest.raises(KeyDoesNotUnwrap):
        file.unwrap(wrapped, context=b"d")
    for mode in (0o640, 0o604, 0o660):
        file.path.chmod(mode)
        with pytest.raises(KeyFileOpenToOthers):
            file.unwrap(wrapped, context=b"c")
    file.path.chmod(0o600)
    file.path.write_bytes(b"short")
    with pytest.raises(KeyDoesNotUnwrap):
        file.unwrap(wrapped, context=b"c")


def test_two_makers_of_a_key_file_make_one_key(tmp_path):
    file, made = KeyFile(tmp_path / "linkage.kek"), []
    threads = [threading.Thread(target=lambda: made.append(file.create())) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(made) == [False] * 15 + [True]


def test_a_keyring_opens_what_it_wrapped_and_nothing_swapped(tmp_path):
    wrapper = KeyFile(tmp_path / "a.kek")
    wrapper.create()
    keys = [new_key("242039", use, 1, wrapper) for use in KeyUse]
    ring = Keyring(keys, wrapper)
    assert ring.cipher.decrypt(ring.cipher.encrypt(some_number(3), HERE), HERE) == some_number(3)
    swapped = [
        type(key)(key.tenant, key.use, key.version, keys[index - 1].wrapped, True) for index, key in enumerate(keys)
    ]
    moved = [type(key)("131121", key.use, key.version, key.wrapped, True) for key in keys]
    for wrong in (swapped, moved, keys[:2]):
        with pytest.raises(KeyDoesNotUnwrap):
            Keyring(wrong, wrapper)
    other = KeyFile(tmp_path / "b.kek")
    other.create()
    with pytest.raises(KeyDoesNotUnwrap):
        Keyring(keys, other)
    moved_over = [rewrapped(key, old=wrapper, new=other) for key in keys]
    sealed = ring.cipher.encrypt(some_number(4), HERE)
    assert Keyring(moved_over, other).cipher.decrypt(sealed, HERE) == some_number(4)


# ── 鍵管理（transit の形だけを真似た、試験の替え玉。本物の OpenBao / Vault ではない） ──


class TransitStandIn(BaseHTTPRequestHandler):
    """A stand-in for the transit engine of OpenBao/Vault: the shape of its two operations, over a real socket."""

    key = AESGCM(AESGCM.generate_key(256))
    mood = "well"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        context = b64decode(asked["associated_data"])
        if self.headers["X-Vault-Token"] != "let-me-in":
            self._answer(403, {"errors": ["permission denied"]})
        elif self.mood == "sealed":
            self._answer(503, {"errors": ["Vault is sealed"]})
        elif self.mood == "garbage":
            self._answer(200, ["?"])
        elif self.mood == "empty":
            self._answer(200, {"data": {"ciphertext": "", "plaintext": ""}})
        elif self.mood == "other key":
            self._answer(200, {"data": {"ciphertext": "vault:v1:AAAA", "plaintext": b64encode(b"x" * 32).decode()}})
        elif self.path.startswith("/v1/transit/encrypt/linkage"):
            nonce = os.urandom(12)
            sealed = b64encode(nonce + self.key.encrypt(nonce, b64decode(asked["plaintext"]), context)).decode()
            self._answer(200, {"data": {"ciphertext": f"vault:v1:{sealed}"}})
        else:
            raw = b64decode(asked["ciphertext"].removeprefix("vault:v1:"))
            try:
                plain = self.key.decrypt(raw[:12], raw[12:], context)
            except InvalidTag:
                self._answer(400, {"errors": ["cipher: message authentication failed"]})
            else:
                self._answer(200, {"data": {"plaintext": b64encode(plain).decode()}})

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class StandInServer:
    """Up and down again on the same port."""

    def __init__(self) -> None:
        self.port = 0
        self.start()

    def start(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), TransitStandIn)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandInServer]:
    token = tmp_path / "kms.token"
    token.write_text("let-me-in\n")
    token.chmod(0o600)
    monkeypatch.setenv("OSAME_KMS_TOKEN_FILE", str(token))
    monkeypatch.setattr(TransitStandIn, "mood", "well")
    server = StandInServer()
    monkeypatch.setenv("OSAME_KEY_KEEPER", f"transit:http://127.0.0.1:{server.port}/transit/linkage")
    yield server
    server.stop()


def test_a_key_service_wraps_and_unwraps(stand_in):
    wrapper = key_wrapper()
    key = new_key("242039", KeyUse.DATA, 1, wrapper)
    assert key.wrapped.startswith(b"vault:v1:")
    assert len(wrapper.unwrap(key.wrapped, context=key.context)) == 32
    with pytest.raises(KeyServiceRefused):
        wrapper.unwrap(key.wrapped, context=b"another")
    assert "127.0.0.1" not in wrapper.name


@pytest.mark.parametrize("mood", ["sealed", "garbage", "empty", "other key"])
def test_a_key_service_in_trouble_gives_no_key(stand_in, monkeypatch, mood):
    """RT-K7: 半端な鍵は生まれない。包んだものが開けなければ、鍵はなかったことになる。"""
    monkeypatch.setattr(TransitStandIn, "mood", mood)
    with pytest.raises(Refusal):
        new_key("242039", KeyUse.DATA, 1, key_wrapper())


def test_a_key_service_comes_back_without_a_restart(stand_in):
    wrapper = key_wrapper()
    key = new_key("242039", KeyUse.DATA, 1, wrapper)
    stand_in.stop()
    with pytest.raises(KeyServiceUnavailable):
        wrapper.unwrap(key.wrapped, context=key.context)
    stand_in.start()
    assert len(wrapper.unwrap(key.wrapped, context=key.context)) == 32


def test_the_token_and_the_road_are_guarded(stand_in, tmp_path, monkeypatch):
    (tmp_path / "kms.token").chmod(0o640)
    with pytest.raises(TokenNotKept):
        key_wrapper().wrap(b"k" * 32, context=b"c")
    with pytest.raises(KeyServiceInClear):
        key_wrapper("transit:http://kms.example/transit/linkage")
    for wrong in ("file:", "transit:https://kms.example/linkage", "vault:x", "linkage.kek"):
        with pytest.raises(UnknownKeeper):
            key_wrapper(wrong)
