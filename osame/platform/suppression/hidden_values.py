"""二度目の抑止。出来上がった記録や頁に、伏せるべき値が残っていないかを確かめる。

The renderer's own pass, which trusts no query: it knows the hidden values of the protected people and refuses a
finished page, file or answer that contains one. Values are compared without width, spaces, hyphens and 丁目・番・号, so
that 「１丁目２番３号」 is found as 「1-2-3」. The reader's own facts and the office's are taken out of the page first.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from osame.kernel.refusals import Refusal

KEY = 4  # これより短い値は、どの頁にもありうるので探さない
_DASHES = re.compile("[-\u2010-\u2015\u2212\u2500\uff0d\uff70]")
_BLOCK_WORDS = re.compile(r"(?<=\d)(?:丁目|番地の?|番|号室|号|の|ノ)")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ー()](?=\d)")
_PREFECTURE = re.compile("^(?:東京都|北海道|京都府|大阪府|.{2,3}県)")
_MUNICIPALITY = re.compile("^.{1,6}?[市区町村]")
_DIGIT = re.compile(r"[0-9０-９一二三四五六七八九]")  # noqa: RUF001
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_KANJI_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")
_KANJI_BLOCK = re.compile(r"[〇一二三四五六七八九](?=丁目|番|号)")


class HiddenValueShown(Refusal):
    """支援措置により伏せるべき事実が、出力に含まれていたため、止めました。何も渡していません。管理者に連絡してください。"""


def plain(text: str) -> str:
    """比べる形。幅・空白・つなぎ・異体字の選択子・丁目や番の書き方によらない。

    >>> plain("岩渕一丁目７番２９号 コーポ桜 201")
    '岩渕1729コーポ桜201'
    """
    # 字ごとの後ろに付く選択子は、字形だけの違い
    one = _SELECTORS.sub("", unicodedata.normalize("NFKC", text))
    one = _KANJI_BLOCK.sub(lambda found: found.group().translate(_KANJI_DIGITS), "".join(one.split()))
    one = _BLOCK_WORDS.sub("", _BETWEEN_DIGITS.sub("", one))
    return _DASHES.sub("", one).casefold()


class HiddenValues:
    """伏せる値の索引。持ち主ごとに、探す形にして持つ。"""

    def __init__(self, values: Iterable[tuple[str, str]] = ()) -> None:
        """`values` は（持ち主の宛名番号、伏せる値）。"""
        index: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for owner, value in values:
            text = plain(value)
            if len(text) >= KEY:
                index[text[:KEY]].add((text, owner))
        self._index = {key: tuple(sorted(found)) for key, found in index.items()}

    def __bool__(self) -> bool:
        return bool(self._index)

    def owner_in(self, text: str, *, own: Iterable[str] = (), reader: str = "") -> str:
        """伏せる値が文字の中にあれば、その持ち主の宛名番号。なければ空。

        `own` are texts that may stand on the page (the reader's own address, the office's); `reader` is the addressee
        number whose own values are allowed.
        """
        if not self._index:
            return ""
        page = plain(text)
        for each in sorted({_own(one) for one in own}, key=len, reverse=True):
            if len(each) >= KEY:
                page = page.replace(each, "\x00")
        get = self._index.get
        for place in range(len(page) - KEY + 1):
            for value, owner in get(page[place : place + KEY], ()):
                if owner != reader and page.startswith(value, place) and _whole(page, place, value):
                    return owner
        return ""

    def refuse_in(self, text: str, *, own: Iterable[str] = (), reader: str = "") -> None:
        """伏せる値があれば断る。断りの文にも、伏せる値は書かない。"""
        if owner := self.owner_in(text, own=own, reader=reader):
            raise HiddenValueShown(f"対象者の宛名番号 {owner}")


def texts_of(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """一組の事実から、頁に現れてはならない文字を作る。住所は、まとまりと部分の両方。

    Composite and partial texts of one address record: the whole, town with block, building, postal code, telephone,
    foreign address. A town alone or a lone block number is too common to look for.
    """

    def of(name: str) -> str:
        return str(facts.get(name) or "")

    town, block = of("town"), of("block")
    inside = "".join((of("prefecture"), of("municipality_name"), town, block))
    wholes = [each for each in (of("address") or inside, of("mailing_address")) if each]
    candidates = (
        *wholes,
        *(part for each in wholes for part in _shorter(each)),
        town + block if town and block else "",
        of("building"),
        of("address_detail"),
        of("foreign_address"),
        of("postal_code"),
        of("mailing_postal_code"),
        of("telephone"),
        of("value"),
    )
    return tuple(dict.fromkeys(each for each in candidates if each))


@lru_cache(maxsize=4_096)
def _own(text: str) -> str:
    """役所の文は、どの頁でも同じなので覚えておく。"""
    return plain(text)


def _shorter(address: str) -> tuple[str, ...]:
    """都道府県や市区町村を省いて書いた住所。番地のない短いものは、ありふれているので探さない。"""
    parts = (_PREFECTURE.sub("", address), _MUNICIPALITY.sub("", _PREFECTURE.sub("", address)))
    return tuple(each for each in parts if _DIGIT.search(each))


def _whole(page: str, place: int, value: str) -> bool:
    """数字だけの値（郵便番号・電話）は、もっと長い数の一部なら別のもの。"""
    if not value.isdigit():
        return True
    before = page[place - 1 : place]
    after = page[place + len(value) : place + len(value) + 1]
    return not before.isdigit() and not after.isdigit()
