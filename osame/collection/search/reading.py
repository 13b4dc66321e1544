"""検索の欄に打たれたものを読み取る。番号、バーコード、氏名、カナ、住所、生年月日、電話のどれか、または組合せ。

What an officer typed or a scanner sent, made into what the index and the ledger can be asked. Pure: no database.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from osame.formats import el_qr, gs1_128
from osame.formats.slip_numbers import slip_number_of_free_field, slip_number_of_matter_key
from osame.kernel.dates import UnreadableDate
from osame.kernel.refusals import Refusal
from osame.kernel.search_keys import NothingToSearch, place_key, telephone_grams, wanted_birth, word_key

LONGEST = 400
BARCODE, EL_QR, EL_NUMBER = 44, el_qr.LENGTH, 34  # 桁数
MATTER_KEY = slice(5, 25)  # eL番号の中の案件特定キー
FIRST_YEAR, LAST_YEAR = 1850, 2100
_SCANNED = re.compile(r"^\][A-Za-z][0-9]")  # 読取機が頭に付ける、符号の種類
_DAY = re.compile(r"(?:明治|大正|昭和|平成|令和|[MTSHR])(?:\d|元)|(?:18|19|20)\d\d[-/.年]|不詳|不明")
_WESTERN_DOTS = re.compile(r"(\d{4})\.(\d{1,2})(?:\.(\d{1,2}))?")
_TELEPHONE = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}")
_LABEL = re.compile(r"\d{2}-\d{4}-(\d{4,20})-\d{1,2}")  # 税目-賦課年度-通知書番号-期別
_DIGITS = re.compile(r"\d+(?:-\d+)*")


class UnreadableCode(Refusal):
    """バーコードを正しく読めませんでした。もう一度読み取るか、納付書の番号を入力してください。"""


@dataclass(frozen=True, slots=True)
class Asked:
    """読み取ったもの。

    digits: 番号（宛名番号・通知書番号・納付書番号・法人番号のどれか）; slip_number: バーコードや eL-QR にある納付書番号;
    words: 氏名かカナか町字; places: 番地のある住所; born, telephones: 生年月日・電話の小片。
    """

    digits: str = ""
    slip_number: int | None = None
    words: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    born: tuple[str, ...] = ()
    telephones: tuple[str, ...] = ()

    @property
    def described(self) -> bool:
        """番号のほかの手掛かりがあるか。"""
        return bool(self.words or self.places or self.born or self.telephones)

    def terms(self) -> list[tuple[str, str]]:
        """語の種類と、書き方の違いをなくした語。"""
        numbers = [self.digits] if self.digits else []
        slips = [str(self.slip_number)] if self.slip_number else []
        kinds = {
            "番号": numbers,
            "納付書": slips,
            "語": [word_key(word).text for word in self.words],
            "住所": [place_key(place).text for place in self.places],
            "生年月日": self.born,
            "電話": self.telephones,
        }
        return [(kind, term) for kind, terms in kinds.items() for term in terms]


def read(text: str) -> Asked:
    """打たれたもの、読取機が送ったものを読み取る。使えるものが一つもなければ断る。

    >>> read("ｻﾄｳ S50.4.1").born, read("佐藤 岩渕1-7").places
    (('b19750401',), ('岩渕1-7',))
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    if slip := _scanned(plain):
        return Asked(slip_number=slip)
    told = _told(_tokens(plain))
    if not told.digits and not told.described:
        raise NothingToSearch
    return told


def _scanned(plain: str) -> int | None:
    """バーコード・eL-QR・eL番号なら、その納付書番号。"""
    sent = re.sub(r"[()\-]|\s", "", _SCANNED.sub("", plain.strip("\x1d \t\r\n")).replace("\x1d", ""))
    if not (sent.isascii() and sent.isdigit()) or len(sent) not in {BARCODE, EL_QR, EL_NUMBER}:
        return None
    try:
        if len(sent) == BARCODE:
            slip = slip_number_of_free_field(gs1_128.decode(sent).free_field)
        else:
            key = el_qr.decode(sent).lower.matter_key if len(sent) == EL_QR else sent[MATTER_KEY]
            slip = slip_number_of_matter_key(key)
    except (gs1_128.BarcodeError, el_qr.ElQrError) as failure:
        raise UnreadableCode from failure
    if slip is None:
        raise UnreadableCode
    return slip


def _tokens(plain: str) -> list[str]:
    """語に分ける。日付の中の空白では分けない。字でない符号は捨てる。"""
    seen = "".join(char if char.isprintable() else " " for char in plain)
    return re.sub(r"(?<=[年月])\s+(?=\d)", "", seen).split()


def _told(tokens: list[str]) -> Asked:
    """語の一つずつを、何であるかに分ける。"""
    digits = ""
    found: dict[str, list[str]] = {"words": [], "places": [], "born": [], "telephones": []}
    last = ""  # 直前の語が文字なら、続く番地をつなげる先
    for token in tokens:
        if day := _day(token):
            found["born"].append(day)
        elif _TELEPHONE.fullmatch(token):
            found["telephones"].append(telephone_grams(token)[0])
        elif label := _LABEL.fullmatch(token):
            digits = label[1]
        elif not _DIGITS.fullmatch(token):
            last = "places" if any(char.isdigit() for char in place_key(token).text) else "words"
            if word_key(token).words:
                found[last].append(token)
            continue
        elif last and found[last] and _is_block(token):
            found["places"].append(found[last].pop() + token)
        elif guesses := _guesses(token) if found["words"] or found["places"] else {}:
            kind, gram = next(iter(guesses.items()))
            found[kind].append(gram)
        else:
            digits = token.replace("-", "")
        last = ""
    if digits:  # 番号は、ほかの語がなくても一人を言い当てる
        return Asked(digits=digits)
    return _asked(found)


def _asked(found: Mapping[str, Iterable[str]]) -> Asked:
    words, places, born, telephones = (
        tuple(dict.fromkeys(found.get(kind, ()))) for kind in ("words", "places", "born", "telephones")
    )
    return Asked(words=words, places=places, born=born, telephones=telephones)


def _is_block(token: str) -> bool:
    """文字の語に続く番地か。四桁だけなら電話の下四桁とみる。"""
    return len(token) <= 3 or ("-" in token and len(token) <= 11 and not token.startswith("0"))


def _guesses(digits: str) -> dict[str, str]:
    """数字だけの語の、番号でない読み方。"""
    found = {}
    bare = digits.replace("-", "")
    if len(bare) in {7, 8} and (day := _year_checked(bare)):
        found["born"] = day
    if len(bare) == 4 or (bare.startswith("0") and 9 <= len(bare) <= 11):
        found["telephones"] = telephone_grams(bare)[0]
    return found


def also_read_as(digits: str) -> tuple[Asked, ...]:
    """番号として打たれた数字の、ほかの読み方。電話、続けて打った生年月日。"""
    return tuple(_asked({kind: [gram]}) for kind, gram in _guesses(digits).items())


def _day(token: str) -> str:
    """生年月日なら、その小片。"""
    upper = token.upper()
    return _year_checked(_WESTERN_DOTS.sub(_slashed, upper)) if _DAY.match(upper) else ""


def _slashed(found: re.Match[str]) -> str:
    return "/".join(filter(None, found.groups()))


def _year_checked(text: str) -> str:
    try:
        gram = wanted_birth(text)
    except (UnreadableDate, ValueError):
        return ""
    return gram if gram == "b?" or FIRST_YEAR <= int(gram[1:5]) <= LAST_YEAR else ""
