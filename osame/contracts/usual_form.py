"""当方どうしの署名の、いつもの形。同じ形のものは、構文の木を作らずに、作り、確かめる。

Our systems always sign the same components in the same order with the same parameters, so the signature base (RFC 9421, 2.5) of such a
message is a handful of lines. This module writes those lines. What looks different in any way is not judged here: `verified` answers None
and the library decides. Whatever is accepted here is accepted by the library too (tests/contracts/test_usual_form.py tries to tell them apart).
"""

import base64
import hashlib
import re
from binascii import Error
from collections.abc import Callable, Mapping, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LABEL = "osame"
VALUE = re.compile(r"[!-~](?:[ -~]*[!-~])?|")
PATH = re.compile(r"(?:/[A-Za-z0-9_.~-]+)+/?")
PARAMETERS = re.compile(
    r';created=([1-9][0-9]{9});keyid="([a-z_]+:[0-9a-f]{16})";alg="ed25519";expires=([1-9][0-9]{9})'
    r';nonce="([A-Za-z0-9_-]{16,64})";tag="osame"'
)
SIGNATURE = re.compile(r"osame=:([A-Za-z0-9+/]{86}==):")
DIGEST = "content-digest"

Found = tuple[str, int, int, str]
"""鍵の番号、作られた時刻、期限、一回限りの値。"""


def digest(body: bytes) -> str:
    """本文の要約の見出し（RFC 9530）。"""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


def _lines(method: str, path: str, headers: Mapping[str, str], covered: Sequence[str]) -> str:
    """署名の基。最後の一行（署名の属性）を除く。"""
    derived = {"@method": method, "@path": path, "@query": "?"}
    return "".join(f'"{name}": {derived[name] if name in derived else headers[name]}\n' for name in covered)


def listed(covered: Sequence[str]) -> str:
    """署名に含む項目の並び。"""
    return "(" + " ".join(f'"{name}"' for name in covered) + ")"


def signed(
    key: Ed25519PrivateKey, target: tuple[str, str], headers: Mapping[str, str], covered: Sequence[str], parameters: str
) -> dict[str, str] | None:
    """署名の見出し。いつもの形でなければ None。 target: 方法と経路; headers: 小文字の見出し（要約を含む）。"""
    if not _usual(target, headers, covered) or not PARAMETERS.fullmatch(parameters):
        return None
    told = listed(covered) + parameters
    raw = key.sign(f'{_lines(*target, headers, covered)}"@signature-params": {told}'.encode("ascii"))
    return {"Signature-Input": f"{LABEL}={told}", "Signature": f"{LABEL}=:{base64.b64encode(raw).decode('ascii')}:"}


def verified(
    target: tuple[str, str],
    headers: Mapping[str, str],
    covered: Sequence[str],
    body: bytes,
    trusted: Callable[[str], Ed25519PublicKey | None],
) -> Found | None:
    """いつもの形で、署名と本文の要約が正しければ、その属性。ほかは None（道具が判断する）。時刻は、呼ぶ側が確かめる。"""
    start, told = f"{LABEL}={listed(covered)}", headers.get("signature-input", "")
    found = PARAMETERS.fullmatch(told, len(start)) if told.startswith(start) else None
    given = SIGNATURE.fullmatch(headers.get("signature", ""))
    if not found or not given or not _usual(target, headers, covered) or headers[DIGEST] != digest(body):
        return None
    key = trusted(found[2])
    if key is None:
        return None
    base = f'{_lines(*target, headers, covered)}"@signature-params": {told[len(LABEL) + 1 :]}'
    try:
        key.verify(base64.b64decode(given[1], validate=True), base.encode("ascii"))
    except (InvalidSignature, Error):
        return None
    return found[2], int(found[1]), int(found[3]), found[4]


def _usual(target: tuple[str, str], headers: Mapping[str, str], covered: Sequence[str]) -> bool:
    method, path = target
    return (
        method in {"GET", "POST"}
        and PATH.fullmatch(path) is not None
        and all(name in headers and VALUE.fullmatch(headers[name]) for name in covered if name[0] != "@")
    )
