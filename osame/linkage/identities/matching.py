"""4情報の照合。別の人の番号を結ばないための、最後の見張り。

Before a number is linked to a person whose facts we hold, name, address, sex and birth date must all agree with one state
of affairs that we have believed, now or earlier (people move). Fewer than four is a person's decision, never ours.
"""

import re
import unicodedata
from collections.abc import Iterable

from osame.contracts.linkage import BasicFacts

ALL_FOUR = 4
UNKNOWN_SEX = "0"


def plain(text: str) -> str:
    """表記の揺れ（全角・半角、空白、横棒の形）を除く。"""
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\u2010-\u2015\u2212\u30fc]", "-", re.sub(r"\s", "", folded)).upper()


def matching_facts(given: BasicFacts, known: BasicFacts) -> int:
    """一致した情報の数（0～4）。不明は一致と見ない。"""
    return sum((
        bool(given.name) and plain(given.name) == plain(known.name),
        bool(given.address) and plain(given.address) == plain(known.address),
        given.sex != UNKNOWN_SEX and given.sex == known.sex,
        given.born_on is not None and given.born_on == known.born_on,
    ))


def best_match(given: BasicFacts, history: Iterable[BasicFacts]) -> int | None:
    """信じたことのある4情報のうち、最もよく合うものとの一致の数。一つもなければ None。"""
    return max((matching_facts(given, known) for known in history), default=None)
