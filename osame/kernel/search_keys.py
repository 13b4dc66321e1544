"""検索の鍵。氏名・カナ・住所・生年月日を、書き方の違いによらず突き合わせられる形にする。

Search keys: what an officer types and what is recorded become the same key when they mean the same. A `Key` has `words`
(each may be the start of a match) and `grams`, the small pieces an index can intersect; `pattern()` decides exactly.
Keys are for finding only: what is shown, printed or recorded is never taken from here.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from osame.kernel.dates import ERAS, UnreadableDate, parse_date, parse_month
from osame.kernel.refusals import Refusal

DEEPEST_NUMBER = 3  # 丁目・番・号
MOST_GRAMS = 8


class NothingToSearch(Refusal):
    """検索に使える文字がありません。氏名・カナ・住所・生年月日・電話番号のどれかを入力してください。"""


class Field(StrEnum):
    """鍵の種類。索引の中では一字の符号で表す。"""

    KANA = "k"
    NAME = "n"
    BORN = "b"
    ADDRESS = "a"
    TELEPHONE = "t"
    WORD = "w"  # 一つの欄に打たれた語。氏名でもカナでもよい
    PLACE = "p"  # 語から探せるように畳んだ住所。小片は語と同じ符号で置く


class Match(StrEnum):
    """突き合わせ方。"""

    EXACT = "exact"  # 全体が一致
    PREFIX = "prefix"  # 語の頭から一致
    INNER = "inner"  # どこかに含む


@dataclass(frozen=True, slots=True)
class Key:
    """一つの値の鍵。語の並び。"""

    field: Field
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """語をつないだもの。"""
        return "".join(self.words)

    @property
    def line(self) -> str:
        """索引に置く一行。語の頭に「|」が立つ。"""
        return self.field + "".join("|" + word for word in self.words)

    def grams(self) -> set[str]:
        """索引に置く小片。語の頭の一字、隣り合う二字、住所なら数字の並び。"""
        lettered = _letters(self.text) if self.numbered else self.text
        found = {self.mark + "|" + word[0] for word in self.words}
        found |= {self.mark + lettered[at : at + 2] for at in range(len(lettered) - 1)}
        if self.numbered:
            for word in self.words:
                found |= set(_number_grams(word, self.mark))
        return found

    @property
    def numbered(self) -> bool:
        """番地の数字を、途中で切らずに突き合わせるか。"""
        return self.field in {Field.ADDRESS, Field.PLACE}

    @property
    def mark(self) -> str:
        """小片の符号。"""
        return Field.WORD if self.field is Field.PLACE else self.field


def wanted_grams(key: Key, match: Match) -> list[str]:
    """探す側の小片。これをすべて持つ行だけが候補になる。"""
    text = key.text
    lettered = _letters_before_number(text) if key.numbered else text
    pairs = [key.mark + lettered[at : at + 2] for at in range(len(lettered) - 1)]
    grams = pairs[-MOST_GRAMS:]
    if match is not Match.INNER or not pairs:  # 一字だけなら、語の頭だけを探す
        grams = [key.mark + "|" + text[0], *grams]
    deepest = list(_number_grams(text, key.mark)) if key.numbered else []
    return grams + deepest[-1:]


def pattern(key: Key, match: Match) -> str:
    """行が本当に合うかを決める正規表現（PostgreSQL、行ごとの ^ と $）。数字は途中で切らない。"""
    middle = r"\|?".join(re.escape(char) for char in key.text)
    stop = r"(?![0-9])" if key.text[-1].isdigit() and key.numbered else ""
    if match is Match.EXACT:
        return rf"(?n)^{key.field}\|{middle}$"
    if match is Match.PREFIX or len(key.text) == 1:
        return rf"(?n)^{key.field}\|(.*\|)?{middle}{stop}"
    return rf"(?n)^{key.field}\|.*{middle}{stop}"


def kana_key(text: str) -> Key:
    """カナの鍵。清濁・拗音・促音・長音・ひらがな・半角の違いをなくす。

    >>> kana_key("ｻｲﾄｰ しょうじ").words == kana_key("サイドウ　シヨウジ").words
    True
    """
    return _key(Field.KANA, [_kana_word(word) for word in _split(unicodedata.normalize("NFKC", text))])


def name_key(text: str) -> Key:
    """氏名の鍵。異体字・旧字・IVS・繰返し符号・全角半角・ひらがなカタカナの違いをなくす。

    >>> name_key("渡邉　髙男").text, name_key("佐々木").text
    ('渡辺高男', '佐佐木')
    """
    return _key(Field.NAME, [_plain(word) for word in _split(unicodedata.normalize("NFKC", text))])


def address_key(*parts: str) -> Key:
    """住所の鍵。都道府県・市区町村・町字と番地・方書のどれからでも探せる。

    >>> address_key("三重県", "架空市", "岬町二丁目１番６号", "").words
    ('三重県', '架空市', '岬町2-1-6')
    """
    words: list[str] = []
    for word in filter(None, map(_address_word, parts)):
        split = words and words[-1][-1].isdigit() and word[0].isdigit()  # 番地の数字と部屋番号の数字をつなげない
        words.append("-" + word if split else word)
    return _key(Field.ADDRESS, words)


def word_key(text: str) -> Key:
    """一つの欄に打たれた語の鍵。氏名の漢字ともカナとも突き合わせられる。異体字と、仮名の書き方の違いをなくす。

    >>> word_key("渡邉　はな子").words, word_key("ﾜﾀﾅﾍﾞ").words
    (('渡辺', 'ハナ子'), ('ワタナヘ',))
    """
    return _key(Field.WORD, [_folded(_plain(word)) for word in _split(unicodedata.normalize("NFKC", text))])


def place_key(*parts: str) -> Key:
    """語から探せる住所の鍵。番地のほかは、 `word_key` と同じに畳む。

    >>> place_key("三重県架空市岬町二丁目１番６号", "コーポ桜201").words
    ('三重県架空市岬町2-1-6', 'コウホ桜201')
    """
    return Key(Field.PLACE, tuple(filter(None, (_placed(word) for word in address_key(*parts).words))))


def telephone_grams(text: str) -> list[str]:
    """電話番号の小片。全体と、下四桁。"""
    digits = "".join(char for char in unicodedata.normalize("NFKC", text) if char.isascii() and char.isdigit())
    if not digits:
        return []
    return [f"t{digits}", f"t…{digits[-4:]}"] if len(digits) > 4 else [f"t…{digits}"]


def birth_grams(born_on: date | None, *, unknown: bool = False) -> list[str]:
    """生年月日の小片。日・月・年のどこまで分かっていても探せる。"""
    found = ["b?"] if unknown else []
    if born_on is not None:
        found += [f"b{born_on:%Y%m%d}", f"b{born_on:%Y%m}", f"b{born_on:%Y}"]
    return found


_COMPACT = re.compile(r"(?P<era>[MTSHR1-5])(?P<year>\d{2})(?P<month>\d{2})(?P<day>\d{2})")
_YEAR_ONLY = re.compile(
    r"(?:(?P<western>\d{4})|(?P<era>明治|大正|昭和|平成|令和|[MTSHR])(?P<year>\d{1,2}|元))年?(?:頃|ころ|生)?"
)


def wanted_birth(text: str) -> str:
    """打たれた生年月日の小片。和暦・西暦、年月まで・年まで、「不詳」、元号を数字で打つ七桁も読む。

    >>> wanted_birth("S50.4.1"), wanted_birth("昭和50年4月"), wanted_birth("S50"), wanted_birth("3500401"), wanted_birth("不詳")
    ('b19750401', 'b197504', 'b1975', 'b19750401', 'b?')
    """
    plain = unicodedata.normalize("NFKC", text).strip().upper().rstrip("生頃")
    if plain in {"不詳", "不明", "?"}:
        return "b?"
    compact = _COMPACT.fullmatch(plain)
    if compact:
        mark = compact["era"]
        letter = "MTSHR"[int(mark) - 1] if mark.isdigit() else mark
        plain = f"{letter}{compact['year']}.{compact['month']}.{compact['day']}"
    year = _YEAR_ONLY.fullmatch(plain)
    if year:
        return f"b{_western(year)}"
    try:
        return f"b{parse_date(plain):%Y%m%d}"
    except UnreadableDate:
        try:
            return f"b{parse_month(plain):%Y%m}"
        except UnreadableDate:
            raise UnreadableDate(text) from None


def _western(found: re.Match[str]) -> str:
    if found["western"]:
        return found["western"]
    era = next(era for era in ERAS if found["era"] in {era.name, era.letter})
    return f"{era.first.year + (1 if found['year'] == '元' else int(found['year'])) - 1:04d}"


def _key(field: Field, words: list[str]) -> Key:
    return Key(field, tuple(word for word in words if word))


def _split(text: str) -> list[str]:
    return re.split(r"[\s・=,.、。]+", text.strip())


@cache
def variants() -> dict[int, str]:
    """異体字から、寄せる先の字へ。 The table of `kanji_variants.toml`, as `str.translate` wants it."""
    table = tomllib.loads(files("osame.kernel").joinpath("kanji_variants.toml").read_text(encoding="utf-8"))
    found: dict[int, str] = {}
    for source in table["source"]:
        for group in source["groups"].split():
            found |= {ord(char): group[0] for char in group[1:]}
    return found


_SELECTORS = dict.fromkeys([*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)])
_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―−ｰ－"), "-")  # noqa: RUF001
_KANJI = r"[\u3400-\u9fff\U00020000-\U0003ffff]"


def _plain(text: str) -> str:
    """漢字かな交じりの文を、異体字と仮名の種類によらない形にする。"""
    plain = unicodedata.normalize("NFKC", text).translate(_SELECTORS).translate(variants())
    plain = re.sub(rf"({_KANJI})々", r"\1\1", plain).translate(_TO_KATAKANA)
    plain = re.sub(rf"(?<={_KANJI})[ヶヵケガ](?={_KANJI})", "ケ", plain)
    return re.sub(r"[\s・|]", "", plain).translate(_HYPHENS).upper()


_SMALL = str.maketrans("ァィゥェォッャュョヮヵヶヰヱヲヂヅ", "アイウエオツヤユヨワカケイエオジズ")
_ROWS = {
    **dict.fromkeys("アカサタナハマヤラワ", "ア"),
    **dict.fromkeys("イキシチニヒミリエケセテネヘメレ", "イ"),  # 工列の長音は「イ」と書くことが多い
    **dict.fromkeys("ウクスツヌフムユルオコソトノホモヨロ", "ウ"),  # 才列の長音は「ウ」と書くことが多い
}


def _kana_word(text: str) -> str:
    """カナ一語。長音は「ウ」「イ」で書いたものに揃え、清濁を落とす。"""
    return re.sub(r"[^ァ-ヴA-Z0-9\u3400-\u9fff]", "", _long(text))


def _folded(text: str) -> str:
    """漢字かな交じりの一語を、カナ一語と同じに揃える。字でないものは落とす。"""
    return "".join(char for char in _long(text) if char.isalnum())


def _long(text: str) -> str:
    """仮名の清濁を落とし、長音を「ウ」「イ」に揃える。"""
    large = text.translate(_TO_KATAKANA).translate(_SMALL).translate(_HYPHENS)
    bare = "".join(char for char in unicodedata.normalize("NFD", large) if char not in "\u3099\u309a゛゜")
    out = ""
    for char in bare:
        if char in "ー-":
            char = _ROWS.get(out[-1:], "")
        elif char == "オ" and out[-1:] in tuple("オコソトノホモヨロ"):
            char = "ウ"
        elif char == "エ" and out[-1:] in tuple("エケセテネヘメレ"):
            char = "イ"
        out += char
    return out.upper()


_KANJI_DIGITS = {char: at for at, char in enumerate("〇一二三四五六七八九")}
_KANJI_NUMBER = re.compile(r"([〇一二三四五六七八九十百]+)(?=丁目|番|号|-|ノ[0-9一二三四五六七八九十])")


def _address_word(text: str) -> str:
    """住所の一部。丁目・番地・号・「の」を横棒に、漢数字を算用数字にする。"""
    plain = re.sub(r"(?<=[0-9])ー(?=[0-9])", "-", _plain(text))
    plain = _KANJI_NUMBER.sub(lambda found: str(_kanji_number(found[1])), plain)
    plain = re.sub(r"(?<=[0-9])(?:丁目|番地ノ|番地|番|号室|号|ノ(?=[0-9]))-?", "-", plain)
    plain = re.sub(r"-+", "-", plain)
    return re.sub(r"(?<=[0-9])-(?![0-9])", "", plain)


def _placed(word: str) -> str:
    """住所の一語。番地の数字はそのまま、ほかは畳む。"""
    parts = re.split(r"(-?[0-9]+(?:-[0-9]+)*)", word)
    return "".join(part if at % 2 else _folded(part) for at, part in enumerate(parts))


def _kanji_number(text: str) -> int:
    """百までの漢数字。

    >>> _kanji_number("二十三"), _kanji_number("一〇五")
    (23, 105)
    """
    if not set(text) & {"十", "百"}:
        return int("".join(str(_KANJI_DIGITS[char]) for char in text))
    total, digit = 0, 0
    for char in text:
        if char in "十百":
            total += max(digit, 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = _KANJI_DIGITS[char]
    return total + digit


def _letters(text: str) -> str:
    return re.sub(r"[0-9-]+", "", text)


def _letters_before_number(text: str) -> str:
    return re.split(r"[0-9]", text, maxsplit=1)[0].rstrip("-")


def _number_grams(text: str, mark: str) -> list[str]:
    found = re.search(r"[0-9]+(?:-[0-9]+)*", text)
    if not found:
        return []
    numbers = found[0].split("-")[:DEEPEST_NUMBER]
    return [f"{mark}#" + "-".join(numbers[: at + 1]) for at in range(len(numbers))]
