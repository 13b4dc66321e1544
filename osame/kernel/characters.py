"""文字の縮退。行政事務標準文字（MJ）の氏名・住所を、古い機器の文字表に収める。

What is recorded keeps every character as it came, supplementary planes and variation sequences (IVS) included. Only for a
device that knows no more than JIS X 0213 or JIS X 0208 is a text reduced: a variation selector is dropped, a variant
becomes its common form, and what has no counterpart becomes 〓 — each told in the answer, none silently lost.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from importlib.resources import files
from unicodedata import normalize

from osame.kernel.search_keys import variants

GETA = "〓"
"""対応する字のないことを示す字。"""


class CharacterSet(Enum):
    """機器の文字表。値は、その表を含む符号化の名。"""

    JIS_X_0213 = "euc_jis_2004"
    JIS_X_0208 = "euc_jp"


@dataclass(frozen=True, slots=True)
class Reduced:
    """縮退した文。 replaced: 置き換えた（元の字, 後の字）; unmapped: 対応のない字。どちらも文の中の順。"""

    text: str
    replaced: tuple[tuple[str, str], ...]
    unmapped: tuple[str, ...]


def reduce(text: str, characters: CharacterSet) -> Reduced:
    """文を、その文字表にある字だけにする。

    >>> reduce("髙橋　𠮷郎", CharacterSet.JIS_X_0208)
    Reduced(text='高橋　吉郎', replaced=(('髙', '高'), ('𠮷', '吉')), unmapped=())
    >>> reduce("𠀋田", CharacterSet.JIS_X_0208).unmapped
    ('𠀋',)
    """
    letters: list[str] = []
    replaced: list[tuple[str, str]] = []
    unmapped: list[str] = []
    for cluster in clusters(text):
        letter = _reduced(cluster, characters)
        if letter is None:
            unmapped.append(cluster)
        elif letter != cluster:
            replaced.append((cluster, letter))
        letters.append(GETA if letter is None else letter)
    return Reduced("".join(letters), tuple(replaced), tuple(unmapped))


def clusters(text: str) -> Iterator[str]:
    """字を順に。異体字は、選択子を付けた二字で一つ。

    >>> [len(each) for each in clusters("辻" + chr(0xE0100) + "元")]
    [2, 1]
    """
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not is_selector(text[end]):
            yield text[start:end]
            start = end


def is_selector(letter: str) -> bool:
    """異体字セレクタか。"""
    return "\ufe00" <= letter <= "\ufe0f" or "\U000e0100" <= letter <= "\U000e01ef"


@lru_cache(maxsize=8192)
def _reduced(cluster: str, characters: CharacterSet) -> str | None:
    """置き換える字。そのままでよければ同じ字、対応がなければ None。"""
    base = "".join(letter for letter in cluster if not is_selector(letter))
    candidates = (base, _pairs().get(base, ""), base.translate(variants()), normalize("NFKC", base))
    return next((each for each in candidates if each and all(_is_in(letter, characters) for letter in each)), None)


def _is_in(letter: str, characters: CharacterSet) -> bool:
    """その文字表にある字か。"""
    try:
        code = letter.encode(characters.value)
    except UnicodeEncodeError:
        return False
    if characters is CharacterSet.JIS_X_0208:
        return len(code) == 1 or (len(code) == 2 and code[0] != 0x8E)  # 三バイトは補助漢字、8E は半角カナ
    return True


@cache
def _pairs() -> dict[str, str]:
    found = tomllib.loads(files("osame.kernel").joinpath("characters.toml").read_text(encoding="utf-8"))
    return dict(found["pairs"])
