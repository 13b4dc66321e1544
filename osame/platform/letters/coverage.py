"""字形の有無。同梱の字体にない字（外字）を、刷る前に見つける。

Which characters the bundled fonts can draw, read from their `cmap` tables (formats 4, 12 and, for variation sequences,
14). What the text fonts lack is set in the fallback font; a letter with a character that no font has is held back: no box
is ever printed in place of a name.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FONTS = Path(__file__).parent / "fonts"
VARIATION_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
UNSEEN = frozenset("\n")  # 字形の要らない字


class UnreadableFontError(ValueError):
    """字体の cmap 表が読めない。"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """字体が持つ字と、異体字（字と選択子の組）。"""

    characters: frozenset[int]
    variations: frozenset[tuple[int, int]]

    def holds(self, text: str) -> bool:
        """どの字も持ち、異体字の選択子もないか。ほとんどの文書がそうである。"""
        return self.characters.issuperset(map(ord, set(text) - UNSEEN))

    def missing(self, text: str) -> tuple[str, ...]:
        """持っていない字。異体字は、選択子を付けた二字で一つ。"""
        if self.holds(text):
            return ()
        found: list[str] = []
        for index, character in enumerate(text):
            code = ord(character)
            following = ord(text[index + 1]) if index + 1 < len(text) else 0
            if _is_selector(code):
                if index == 0:
                    found.append(character)
            elif _is_selector(following):
                if (code, following) not in self.variations:
                    found.append(text[index : index + 2])
            elif code not in self.characters and character not in UNSEEN:
                found.append(character)
        return tuple(dict.fromkeys(found))


@cache
def text_coverage() -> Coverage:
    """本文の字体（BIZ UD）のどれにもある字。字体を替えても欠けないように、共通部分をとる。"""
    each = [read_coverage(path) for path in sorted(FONTS.glob("BIZUD*.ttf"))]
    return Coverage(
        frozenset.intersection(*(found.characters for found in each)),
        frozenset.intersection(*(found.variations for found in each)),
    )


@cache
def bundled_coverage() -> Coverage:
    """刷れる字。本文の字体になければ、外字の字体で刷る。"""
    text, gaiji = text_coverage(), read_coverage(FONTS / "OsameGaiji_400Regular.ttf")
    return Coverage(text.characters | gaiji.characters, text.variations | gaiji.variations)


def missing_in(value: Any) -> tuple[str, ...]:
    """文書の中の、刷れない字。入れ子の表と並びも見る。"""
    text = "\n".join(texts_in(value))
    return () if text_coverage().holds(text) else bundled_coverage().missing(text)


def gaiji_in(value: Any) -> tuple[str, ...]:
    """文書の中の、外字の字体で刷る字。異体字を先に（先に当てはめるため）。"""
    found = text_coverage().missing("\n".join(texts_in(value)))
    return tuple(sorted(found, key=len, reverse=True))


def read_coverage(path: Path) -> Coverage:
    """字体ファイルの cmap 表を読む。"""
    data = path.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    for index in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, 12 + 16 * index)
        if tag == b"cmap":
            return _read_cmap(data, offset)
    raise UnreadableFontError(path.name)


def texts_in(value: Any) -> Iterator[str]:
    """文書の中の文字。入れ子の表と並びも。"""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each)


def _is_selector(code: int) -> bool:
    return any(code in selectors for selectors in VARIATION_SELECTORS)


def _read_cmap(data: bytes, start: int) -> Coverage:
    characters: set[int] = set()
    variations: set[tuple[int, int]] = set()
    (count,) = struct.unpack_from(">H", data, start + 2)
    for index in range(count):
        platform, _, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * index)
        (form,) = struct.unpack_from(">H", data, start + offset)
        if platform not in {0, 3}:
            continue
        if form == 4:
            characters.update(_format_4(data, start + offset))
        elif form == 12:
            characters.update(_format_12(data, start + offset))
        elif form == 14:
            variations.update(_format_14(data, start + offset))
    return Coverage(frozenset(characters), frozenset(variations))


def _format_4(data: bytes, start: int) -> Iterator[int]:
    """基本多言語面。字形番号が0なら、その字はない。"""
    (doubled,) = struct.unpack_from(">H", data, start + 6)
    segments = doubled // 2
    ends = struct.unpack_from(f">{segments}H", data, start + 14)
    firsts = struct.unpack_from(f">{segments}H", data, start + 16 + doubled)
    deltas = struct.unpack_from(f">{segments}H", data, start + 16 + 2 * doubled)
    offsets_at = start + 16 + 3 * doubled
    offsets = struct.unpack_from(f">{segments}H", data, offsets_at)
    for index, (first, end, delta, offset) in enumerate(zip(firsts, ends, deltas, offsets, strict=True)):
        for code in range(first, end + 1):
            glyph = code
            if offset:
                (glyph,) = struct.unpack_from(">H", data, offsets_at + 2 * index + offset + 2 * (code - first))
                if not glyph:
                    continue
            if (glyph + delta) & 0xFFFF:
                yield code


def _format_12(data: bytes, start: int) -> Iterator[int]:
    """全ての面。"""
    (groups,) = struct.unpack_from(">I", data, start + 12)
    for index in range(groups):
        first, last, glyph = struct.unpack_from(">III", data, start + 16 + 12 * index)
        yield from (code for code in range(first, last + 1) if glyph + code - first)


def _format_14(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    """異体字。既定の字形のままのものと、別の字形を持つもの。"""
    (selectors,) = struct.unpack_from(">I", data, start + 6)
    for index in range(selectors):
        at = start + 10 + 11 * index
        selector = int.from_bytes(data[at : at + 3])
        default, other = struct.unpack_from(">II", data, at + 3)
        if default:
            (ranges,) = struct.unpack_from(">I", data, start + default)
            for each in range(ranges):
                place = start + default + 4 + 4 * each
                first = int.from_bytes(data[place : place + 3])
                yield from ((code, selector) for code in range(first, first + data[place + 3] + 1))
        if other:
            (mappings,) = struct.unpack_from(">I", data, start + other)
            for each in range(mappings):
                place = start + other + 4 + 5 * each
                yield int.from_bytes(data[place : place + 3]), selector
