"""鍵管理サービス（OpenBao / Vault の transit）で鍵を包む。

Each call is one HTTPS request on a connection of its own: after an outage the next call simply works, nothing has to be
restarted. Whatever goes wrong, the answer is a refusal, never a key.
"""

import base64
import binascii
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import httpx

from osame.kernel.refusals import Refusal

SECONDS = 5


class KeyServiceUnavailable(Refusal):
    """鍵管理サービスが応じません。番号の金庫は開けません。サービスと通信を確かめ、もう一度行ってください。"""


class KeyServiceRefused(Refusal):
    """鍵管理サービスに断られました。鍵の名、権限、包んだときの鍵を確かめてください。"""


class KeyServiceInClear(Refusal):
    """鍵管理サービスとの通信が暗号になっていません。https のアドレスを指定してください。"""


class TokenNotKept(Refusal):
    """鍵管理サービスの合言葉のファイルがないか、ほかの利用者も読める状態です。所有者だけが読めるファイルに置いてください。"""


class Transit:
    """transit の鍵で包む。 `address` は https://host/mount/key。"""

    def __init__(self, address: str, *, token_file: Path) -> None:
        parts = urlparse(address)
        if parts.scheme != "https" and not _is_this_machine(parts.hostname or ""):
            raise KeyServiceInClear(parts.hostname or "")
        self._mount, self._key = parts.path.strip("/").split("/")
        self._server = f"{parts.scheme}://{parts.netloc}"
        self._token_file = token_file

    @property
    def name(self) -> str:
        """置き場所の名。"""
        return f"transit:{self._mount}/{self._key}"

    def wrap(self, key: bytes, *, context: bytes) -> bytes:
        """包む。"""
        answer = self._ask("encrypt", {"plaintext": _text(key), "associated_data": _text(context)})
        wrapped = answer.get("ciphertext")
        if not isinstance(wrapped, str) or not wrapped:
            raise KeyServiceRefused(self.name)
        return wrapped.encode()

    def unwrap(self, wrapped: bytes, *, context: bytes) -> bytes:
        """開く。"""
        ciphertext = wrapped.decode("ascii", "replace")
        answer = self._ask("decrypt", {"ciphertext": ciphertext, "associated_data": _text(context)})
        try:
            key = base64.b64decode(answer.get("plaintext") or "", validate=True)
        except (binascii.Error, TypeError) as failure:
            raise KeyServiceRefused(self.name) from failure
        if not key:
            raise KeyServiceRefused(self.name)
        return key

    def _ask(self, act: str, content: dict[str, str]) -> dict[str, Any]:
        url, headers = f"{self._server}/v1/{self._mount}/{act}/{self._key}", {"X-Vault-Token": self._token()}
        try:
            answer = httpx.post(url, json=content, headers=headers, timeout=SECONDS, trust_env=False)
            found = answer.json().get("data") if answer.status_code == httpx.codes.OK else None
        except (httpx.HTTPError, ValueError, AttributeError) as failure:
            raise KeyServiceUnavailable(self.name) from failure
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:  # 封じられた（sealed）、止まっている
            raise KeyServiceUnavailable(f"{self.name} {answer.status_code}")
        if not isinstance(found, dict):
            raise KeyServiceRefused(f"{self.name} {answer.status_code}")
        return found

    def _token(self) -> str:
        try:
            mode, token = self._token_file.stat().st_mode, self._token_file.read_text().strip()
        except OSError as failure:
            raise TokenNotKept(str(self._token_file)) from failure
        if mode & 0o077 or not token:
            raise TokenNotKept(str(self._token_file))
        return token


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
