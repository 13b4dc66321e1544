"""署名の鍵。秘密鍵は自分のものだけ、公開鍵は信じた相手のものだけを、データベースの外に置く。

`OSAME_HOME/keys/<system>/` holds this system's Ed25519 keys (`own/`, mode 0600), the name of the one in use (`current`)
and the public keys of peers (`trusted/<peer>/`). A key's id is the system's name and the beginning of the key's SHA-256, so an
id cannot point at another key. Rotation: make a new key, let every peer trust it, use it, let peers distrust the old one;
meanwhile both are trusted. The directory is read at each use: a key that is distrusted is refused with the next request.
"""

import base64
import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from osame.contracts.signatures import Signer
from osame.kernel.refusals import Refusal
from osame.platform import bodies, systems
from osame.platform.embedded import home
from osame.platform.unchanged import until_changed


class NoKey(Refusal):
    """このシステムの署名の鍵がありません。「osame exchange keys create」で作り、相手システムに公開鍵を登録してください。"""


class UnreadableKey(Refusal):
    """公開鍵として読めません。「osame exchange keys show」の一行をそのまま渡してください。"""


class LooseKey(Refusal):
    """秘密鍵をほかの利用者が読めます。ファイルの権限を 600 に直し、鍵を作り直してください。"""


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """信じている鍵。"""

    peer: str
    key_id: str


def directory(system: str = "") -> Path:
    """鍵を置く所。団体ごとに分かれたシステムでは、いまの団体の所。"""
    named = systems.named(system) if system in systems.SYSTEMS else systems.current() if not system else None
    folder = home() / "keys" / (system or systems.current().code)
    return folder / (bodies.chosen() or "none") if named and named.per_body else folder


def create(system: str = "") -> str:
    """鍵を一つ作り、番号を返す。初めての鍵なら、そのまま使い始める。"""
    key = Ed25519PrivateKey.generate()
    made = identify(system or systems.current().code, key.public_key())
    own = directory(system) / "own"
    own.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(_file(own, made), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    if not (directory(system) / "current").exists():
        use(made, system)
    return made


def use(key_id: str, system: str = "") -> None:
    """これからの署名に、この鍵を使う。"""
    if not _file(directory(system) / "own", key_id).exists():
        raise NoKey(key_id)
    aside = directory(system) / "current.new"
    aside.write_text(key_id, encoding="utf-8")
    aside.replace(directory(system) / "current")


def signer() -> Signer:
    """いま使う鍵で署名する者。"""
    current = directory() / "current"
    if not current.exists():
        raise NoKey(systems.current().name)
    key_id = current.read_text(encoding="utf-8").strip()
    return Signer(key_id, _private(key_id))


def _private(key_id: str, system: str = "") -> Ed25519PrivateKey:
    path = _file(directory(system) / "own", key_id)
    if path.stat().st_mode & 0o077:
        raise LooseKey(str(path))
    return _loaded(path)


@until_changed(64)
def _loaded(path: Path) -> Ed25519PrivateKey:
    """秘密鍵のファイル。"""
    key = load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


def own() -> list[tuple[str, str, bool]]:
    """自分の鍵。番号、公開鍵（base64）、いま使っているか。"""
    current = signer().key_id
    ids = sorted(_id(path) for path in (directory() / "own").glob("*.pem"))
    return [(key_id, _text(_private(key_id).public_key()), key_id == current) for key_id in ids]


def introduce(accepts: Mapping[str, Iterable[str]]) -> int:
    """一台の機械にあるシステムどうしを引き合わせる。鍵を作った数と、信じ始めた相手の数の和を返す。

    Only for one machine, where setup stands for every operator. What has been decided stays: a system that has a key keeps it,
    and a peer that was trusted before, or was and is no longer, is left as it is.
    """
    done = 0
    for system in accepts:
        if not (directory(system) / "current").exists():
            create(system)
            done += 1
    for system, peers in accepts.items():
        for peer in peers:
            if not (directory(system) / "trusted" / peer).exists():
                current = (directory(peer) / "current").read_text(encoding="utf-8").strip()
                key = _private(current, peer).public_key()
                trust(peer, _text(key), system)
                done += 1
    return done


def trust(peer: str, public_key: str, system: str = "") -> str:
    """相手の公開鍵を信じる。前の鍵も、外すまでは信じたままである。"""
    key = _public(public_key)
    key_id = identify(peer, key)
    place = directory(system) / "trusted" / peer
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    _file(place, key_id).write_text(_text(key), encoding="utf-8")
    return key_id


def distrust(key_id: str) -> None:
    """相手の鍵を信じるのをやめる。次の求めから断る。"""
    path = _file(directory() / "trusted" / key_id.split(":")[0], key_id)
    if not path.exists():
        raise NoKey(key_id)
    path.unlink()


def trusted() -> list[TrustedKey]:
    """信じている鍵のすべて。"""
    paths = (directory() / "trusted").glob("*/*.pem")
    return sorted((TrustedKey(path.parent.name, _id(path)) for path in paths), key=lambda each: each.key_id)


def public_key_of(key_id: str) -> Ed25519PublicKey | None:
    """信じている鍵なら、その公開鍵。番号が中身と違う鍵は信じない。"""
    peer, _, fingerprint = key_id.partition(":")
    if not (peer.replace("_", "").isalnum() and fingerprint.isalnum() and key_id.isascii()):
        return None
    path = _file(directory() / "trusted" / peer, key_id)
    try:
        key = _trusted(path)  # 外した鍵のファイルは、もうない
    except (FileNotFoundError, UnreadableKey):
        return None
    return key if identify(peer, key) == key_id else None


@until_changed(1024)
def _trusted(path: Path) -> Ed25519PublicKey:
    """相手の公開鍵のファイル。"""
    return _public(path.read_text(encoding="utf-8"))


def identify(system: str, key: Ed25519PublicKey) -> str:
    """鍵の番号。"""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return f"{system}:{hashlib.sha256(raw).hexdigest()[:16]}"


def _file(place: Path, key_id: str) -> Path:
    return place / f"{key_id.replace(':', '.')}.pem"


def _id(path: Path) -> str:
    return path.stem.replace(".", ":")


def _text(key: Ed25519PublicKey) -> str:
    return base64.b64encode(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def _public(text: str) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(text.strip(), validate=True))
    except ValueError as failure:
        raise UnreadableKey from failure
