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
    plain = rb"[^\\()]*+(?:\\.[^\\()]*+)*+"
    return rb"(?:" + plain + rb"\(" + _nested(depth - 1) + rb"\))*+" + plain if depth else plain


_TOKENS = re.compile(rb"/(\w+) [\d.]+ Tf|<([0-9A-Fa-f\s]*)>|\((" + _nested(8) + rb")\)", re.DOTALL)
# 文字を示す所（BT … ET）。線画の長い列を、一字ずつ見ずに済む。
_TEXT_OBJECTS = re.compile(rb"BT\s((?:[^(E]++|\(" + _nested(8) + rb"\)|E(?!T\s))*+)", re.DOTALL)
_ESCAPES = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_OCTAL = {b"%03o" % code: bytes([code]) for code in range(256)}
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"\n": b"", b"\r": b"", b"\r\n": b""}
_SECTIONS = re.compile(r"begin(bfchar|bfrange)\s(.*?)end\1", re.DOTALL)
_HEX = re.compile(r"<([0-9A-Fa-f]+)>")


def opened(pdf: bytes) -> PdfReader:
    """読み返すために開いた PDF。いくつものことを確かめるとき、一度だけ開く。"""
    return PdfReader(io.BytesIO(pdf))


def page_texts(pdf: bytes | PdfReader) -> Iterator[str]:
    """各頁の文字を、空白を除いて、刷られた順に。"""
    reader = opened(pdf) if isinstance(pdf, bytes) else pdf
    fonts: dict[int, _Font] = {}
    readers: dict[tuple[tuple[str, int], ...], _Reader] = {}
    for page in reader.pages:
        named: Any = page["/Resources"]["/Font"]  # type: ignore[index]
        key = tuple((name, reference.idnum) for name, reference in named.items())
        for _, reference in named.items():
            if reference.idnum not in fonts:
                fonts[reference.idnum] = _Font(_to_unicode(reference.get_object()))
        if key not in readers:
            readers[key] = _Reader({name[1:].encode(): fonts[number] for name, number in key})
        contents = page.get_contents()
        yield "".join(readers[key].shown(contents.get_data() if contents is not None else b"").split())


class _Font:
    """一つの字体。"""

    def __init__(self, mapping: dict[int, str]) -> None:
        self._mapping = mapping

    def text(self, hexadecimal: bytes, literal: bytes) -> str:
        """表示された文字列を、この字体の表で読む。"""
        codes = bytes.fromhex(hexadecimal.decode()) if hexadecimal else _ESCAPES.sub(_unescape, literal)
        return "".join(
            self._mapping.get(codes[place] << 8 | codes[place + 1], "\N{REPLACEMENT CHARACTER}")
            for place in range(0, len(codes) - 1, 2)
        )


class _Reader:
    """同じ字体を使う頁の読み手。どの頁にも同じに載る文は、一度だけ解く。"""

    def __init__(self, fonts: dict[bytes, _Font]) -> None:
        self._fonts = fonts
        self._known: dict[bytes, tuple[str, _Font]] = {}

    def shown(self, content: bytes) -> str:
        """表示された文字。字体が切り替わるたびに、その字体の表で読む。"""
        current = _Font({})
        shown: list[str] = []
        for text_object in _TEXT_OBJECTS.findall(content):
            known = self._known.get(text_object)
            if known is None:
                known = self._read(text_object, current)
            text, current = known
            shown.append(text)
        return "".join(shown)

    def _read(self, text_object: bytes, current: _Font) -> tuple[str, _Font]:
        shown: list[str] = []
        tokens = _TOKENS.findall(text_object)
        for font, hexadecimal, literal in tokens:
            if font:
                current = self._fonts[font]
            else:
                shown.append(current.text(hexadecimal, literal))
        read = "".join(shown), current
        if tokens and tokens[0][0]:  # 自ら字体を選ぶものは、どの頁でも同じに読める
            self._known[text_object] = read
        return read


def _unescape(found: re.Match[bytes]) -> bytes:
    text = found[1]
    if (octal := _OCTAL.get(text)) is not None:
        return octal
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
