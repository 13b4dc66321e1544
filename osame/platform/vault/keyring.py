"""鍵の束。包まれた鍵の行から、番号の暗号・索引・封筒の鍵を開く。

The keyring knows nothing of tables: it is given wrapped keys and a wrapper. Keys are made here, whole or not at all: a new
key is wrapped and unwrapped again before anybody sees it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from osame.contracts.sealed import bound_text, key_name
from osame.platform.vault.cipher import BlindIndexer, NumberCipher
from osame.platform.vault.wrapping import KeyDoesNotUnwrap, KeyWrapper

LABEL = "osame vault key 1"


class KeyUse(StrEnum):
    """鍵の用途。"""

    DATA = "1"
    INDEX = "2"
    SEALING = "3"


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """包まれた鍵。団体・用途・版と、包まれた姿。`active` は新しく書くときに使う版。"""

    tenant: str
    use: KeyUse
    version: int
    wrapped: bytes
    active: bool

    @property
    def context(self) -> bytes:
        """包みに結び付ける、鍵の身元。"""
        return bound_text(LABEL, self.tenant, self.use.value, self.version.to_bytes(4, "big"))


def new_key(tenant: str, use: KeyUse, version: int, wrapper: KeyWrapper) -> WrappedKey:
    """新しい鍵を作り、包む。包んだものが開けることを確かめてから返す。"""
    raw = X25519PrivateKey.generate().private_bytes_raw() if use is KeyUse.SEALING else AESGCM.generate_key(256)
    return _wrapped(raw, tenant, use, version, wrapper)


def rewrapped(key: WrappedKey, *, old: KeyWrapper, new: KeyWrapper) -> WrappedKey:
    """同じ鍵を、別の鍵で包み直す。"""
    fresh = _wrapped(old.unwrap(key.wrapped, context=key.context), key.tenant, key.use, key.version, new)
    return WrappedKey(key.tenant, key.use, key.version, fresh.wrapped, key.active)


def _wrapped(raw: bytes, tenant: str, use: KeyUse, version: int, wrapper: KeyWrapper) -> WrappedKey:
    bare = WrappedKey(tenant, use, version, b"", active=True)
    made = WrappedKey(tenant, use, version, wrapper.wrap(raw, context=bare.context), active=True)
    if wrapper.unwrap(made.wrapped, context=made.context) != raw:
        raise KeyDoesNotUnwrap(wrapper.name)
    return made


class Keyring:
    """開いた鍵の束。プロセスの記憶にだけある。"""

    def __init__(self, keys: Iterable[WrappedKey], wrapper: KeyWrapper) -> None:
        found: dict[KeyUse, dict[int, bytes]] = {use: {} for use in KeyUse}
        active: dict[KeyUse, int] = {}
        tenants = set()
        for key in keys:
            found[key.use][key.version] = wrapper.unwrap(key.wrapped, context=key.context)
            tenants.add(key.tenant)
            if key.active:
                active[key.use] = key.version
        if len(tenants) != 1 or set(active) != set(KeyUse):
            raise KeyDoesNotUnwrap
        (self.tenant,) = tenants
        self.cipher = NumberCipher(found[KeyUse.DATA], active=active[KeyUse.DATA])
        self.indexer = BlindIndexer(found[KeyUse.INDEX])
        raws = found[KeyUse.SEALING]
        self.sealing = {version: X25519PrivateKey.from_private_bytes(raw) for version, raw in raws.items()}
        self.sealing_keys = {key_name(key.public_key()): key for key in self.sealing.values()}
        self.public_key = self.sealing[active[KeyUse.SEALING]].public_key()
        self.versions = {use: frozenset(found[use]) for use in KeyUse}

    def __repr__(self) -> str:
        return f"<Keyring {self.tenant}>"
