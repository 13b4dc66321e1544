"""Canary numbers, every form they may take, and the search for them in everything that a machine keeps.

Canaries share their first digits, so that each form has an anchor that is quick to find; an anchor counts only when the whole
canary stands there.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from osame.kernel.check_digits import individual_number_check_digit

SHARED = "864213"
SHORTEST_ANCHOR = 5


def canaries(count: int) -> list[str]:
    """Fictional numbers whose check digits fit."""
    bodies = (f"{SHARED}{10_007 + 397 * n:05d}" for n in range(count))
    return [body + individual_number_check_digit(body) for body in bodies]


def wide(number: str) -> str:
    """In full-width digits."""
    return "".join(chr(ord(digit) + 0xFEE0) for digit in number)


def _base64_at(number: str, offset: int) -> bytes:
    """The characters of a base64 text that depend on nothing but the number, wherever it stands in the bytes."""
    encoded = b64encode(b"\0" * offset + number.encode() + b"\0" * 3)
    return encoded[-(-offset * 8 // 6) : (offset + 12) * 8 // 6]


def forms(number: str) -> dict[str, bytes]:
    """Every form."""
    grouped = [number[:4], number[4:8], number[8:]]
    return {
        "plain": number.encode(),
        "hyphenated": "-".join(grouped).encode(),
        "spaced": " ".join(grouped).encode(),
        "reversed": number[::-1].encode(),
        "wide": wide(number).encode(),
        "wide hyphenated": "\uff0d".join(map(wide, grouped)).encode(),
        "wide sjis": wide(number).encode("cp932"),
        "wide euc": wide(number).encode("euc_jp"),
        "wide escaped": wide(number).encode("unicode_escape"),
        "hex": number.encode().hex().encode(),
        "wide hex": wide(number).encode().hex().encode(),
        "utf-16le": number.encode("utf-16le"),
        "utf-16be": number.encode("utf-16be"),
        "wide utf-16le": wide(number).encode("utf-16le"),
        "base64 0": _base64_at(number, 0),
        "base64 1": _base64_at(number, 1),
        "base64 2": _base64_at(number, 2),
        "int64 le": int(number).to_bytes(8, "little"),
        "int64 be": int(number).to_bytes(8, "big"),
    }


@dataclass(frozen=True, slots=True)
class Hit:
    """A canary found where none may be."""

    where: str
    form: str
    number: str


@cache
def _patterns(numbers: tuple[str, ...]) -> dict[str, tuple[bytes, int, dict[bytes, str]]]:
    """For each form: the anchor, where it stands in the pattern, and the patterns."""
    found = {}
    for form in forms(numbers[0]):
        patterns = {forms(number)[form]: number for number in numbers}
        front = _shared(list(patterns))
        back = _shared([each[::-1] for each in patterns])[::-1]
        anchor, place = (front, 0) if len(front) >= len(back) else (back, len(next(iter(patterns))) - len(back))
        assert len(anchor) >= (2 if form.startswith("int64") else SHORTEST_ANCHOR), (form, anchor)
        found[form] = (anchor, place, patterns)
    return found


def _shared(patterns: list[bytes]) -> bytes:
    """What they all begin with."""
    first, last = min(patterns), max(patterns)
    length = next((place for place, (a, b) in enumerate(zip(first, last, strict=True)) if a != b), len(first))
    return first[:length]


def search(numbers: Iterable[str], where: str, content: bytes) -> Iterator[Hit]:
    """Canaries in these bytes."""
    for form, (anchor, place, patterns) in _patterns(tuple(numbers)).items():
        length, start = len(next(iter(patterns))), content.find(anchor)
        while start >= 0:
            begin = start - place
            if begin >= 0 and (number := patterns.get(content[begin : begin + length])):
                yield Hit(where, form, number)
            start = content.find(anchor, start + 1)


def search_below(numbers: Iterable[str], directory: Path) -> tuple[list[Hit], int, int]:
    """Canaries in every file below a directory: what was found, how many files and how many bytes were read."""
    hits, files, size = [], 0, 0
    for path in sorted(directory.rglob("*")):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes()
            files, size = files + 1, size + len(content)
            hits += search(numbers, str(path.relative_to(directory)), content)
    return hits, files, size
