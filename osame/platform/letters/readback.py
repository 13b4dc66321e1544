"""刷り上がりを読み返す。頁に実際に刷られた文字を、PDF から取り出す。

Read a finished PDF back: the text that the page really shows, decoded through the fonts embedded in the file itself.
Only what the release gate needs (show-text operators and ToUnicode maps), so a hundred pages take a fraction of a
second.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader


def _nested(depth: int) -> bytes:
    """文字列の中身。釣り合った括弧は、そのまま入れ子になってよい（ISO 32000-1 7.3.4.2）。"""
    inner = rb"[^\\()]|\\."
    return rb"(?:" + inner + (rb"|\(" + _nested(depth - 1) + rb"\)" if depth else b"") + rb")*"


_TOKENS = re.compile(rb"/(\w+) [\d.]+ Tf|<([0-9A-Fa-f\s]*)>|\((" + _nested(8) + rb")\)", re.DOTALL)
_ESCAPES = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
_SECTIONS = re.compile(r"begin(bfchar|bfrange)\s(.*?)end\1", re.DOTALL)
_HEX = re.compile(r"<([0-9A-Fa-f]+)>")


def page_texts(pdf: bytes) -> Iterator[str]:
    """各頁の文字を、空白を除いて、刷られた順に。"""
    maps: dict[int, dict[int, str]] = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        fonts: dict[bytes, dict[int, str]] = {}
        resources: Any = page["/Resources"]
        for name, reference in resources["/Font"].items():
            number = reference.idnum
            if number not in maps:
                maps[number] = _to_unicode(reference.get_object())
            fonts[name.removeprefix("/").encode()] = maps[number]
        contents = page.get_contents()
        yield "".join(_shown(contents.get_data() if contents is not None else b"", fonts).split())


def _shown(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    """表示された文字。字体が切り替わるたびに、その字体の表で読む。"""
    current: dict[int, str] = {}
    shown: list[str] = []
    for token in _TOKENS.finditer(content):
        font, hexadecimal, literal = token.groups()
        if font is not None:
            current = fonts[font]
            continue
        codes = bytes.fromhex(hexadecimal.decode()) if hexadecimal is not None else _ESCAPES.sub(_unescape, literal)
        shown += [
            current.get(codes[place] << 8 | codes[place + 1], "\N{REPLACEMENT CHARACTER}")
            for place in range(0, len(codes) - 1, 2)
        ]
    return "".join(shown)


def _unescape(found: re.Match[bytes]) -> bytes:
    text = found[1]
    if text[:1].isdigit():
        return bytes([int(text, 8) & 0xFF])
    return _NAMED.get(text, text)


def _to_unicode(font: Any) -> dict[int, str]:
    """字形番号から文字への表。"""
    text = font["/ToUnicode"].get_object().get_data().decode("latin-1")
    mapping: dict[int, str] = {}
    for kind, body in _SECTIONS.findall(text):
        codes = _HEX.findall(body)
        if kind == "bfchar":
            for code, value in zip(codes[::2], codes[1::2], strict=True):
                mapping[int(code, 16)] = _utf16(value)
        else:
            for first, last, value in zip(codes[::3], codes[1::3], codes[2::3], strict=True):
                for offset in range(int(last, 16) - int(first, 16) + 1):
                    start = _utf16(value)
                    mapping[int(first, 16) + offset] = start[:-1] + chr(ord(start[-1]) + offset)
    return mapping


def _utf16(value: str) -> str:
    return bytes.fromhex(value).decode("utf-16-be")
