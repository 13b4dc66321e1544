"""画面の部品（様式・動き）。中身の要約をアドレスに添え、端末に長く持たせる。"""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

KINDS = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".png": "image/png",
}
COMPRESSED = {".css", ".js", ".svg"}


@dataclass(frozen=True, slots=True)
class Asset:
    """部品一つ。 squeezed は gzip した中身（縮まない種類なら空）; version は中身の要約。"""

    kind: str
    body: bytes
    squeezed: bytes
    version: str


@cache
def find(path: str) -> Asset | None:
    """部品を読む。なければ None。一度読んだものは、プロセスが終わるまで持つ。"""
    found = finders.find(path)
    suffix = Path(path).suffix
    if not isinstance(found, str) or suffix not in KINDS:
        return None
    body = Path(found).read_bytes()
    squeezed = gzip.compress(body, mtime=0) if suffix in COMPRESSED else b""
    return Asset(KINDS[suffix], body, squeezed, hashlib.sha256(body).hexdigest()[:12])


def address(path: str) -> str:
    """部品のアドレス。"""
    found = find(path)
    return f"{settings.STATIC_URL}{path}" + (f"?v={found.version}" if found else "")
