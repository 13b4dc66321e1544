"""一つの欄に打たれた文字を、検索条件に読む。番号・電話・生年月日・カナ・住所・氏名のどれかは、書き方から分かる。

The header has one box. Words are told apart by how they are written; words of one kind are joined. Whoever needs more uses
the fields of the page itself.
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import asdict

from osame.addressee.search.queries import Criteria
from osame.kernel.dates import UnreadableDate, parse_date
from osame.kernel.search_keys import NothingToSearch, wanted_birth

LONGEST_NUMBER = 15
TERMS = ("number", "kana", "name", "born", "address", "telephone")
TELEPHONE = re.compile(r"0\d{9,10}")
TELEPHONE_HEAD = re.compile(r"0\d{1,4}-\d{1,4}-\d{3,4}")
KANA = re.compile(r"[ぁ-んァ-ヶー]+")
PLACE = re.compile(r"[市区町村郡]|丁目|番地|[^\d]\d")


def criteria_of(text: str) -> Criteria:
    """打たれた文字の検索条件。

    >>> criteria_of("ｲｾ ﾊﾅｺ S55.5.1")
    Criteria(number='', kana='イセ ハナコ', name='', born='S55.5.1', address='', telephone='', match=<Match.PREFIX: 'prefix'>)
    >>> criteria_of("123").number, criteria_of("090-0000-1111").telephone, criteria_of("伊勢市岩渕1-7").address
    ('000000000000123', '090-0000-1111', '伊勢市岩渕1-7')
    """
    found: dict[str, list[str]] = defaultdict(list)
    for word in unicodedata.normalize("NFKC", text).split():
        found[_kind_of(word)].append(word)
    told = {kind: " ".join(words) for kind, words in found.items()}
    if len(found) > 1 and "born" not in told and _is_birth(told.get("number", "")):  # ほかの語に添えた数字は、生年月日
        told["born"] = told.pop("number")
    if number := told.get("number"):
        told["number"] = number if number.startswith("0") else number.zfill(LONGEST_NUMBER)
    return restored(told)


def _kind_of(word: str) -> str:
    digits = word.replace("-", "")
    if TELEPHONE.fullmatch(digits) or TELEPHONE_HEAD.fullmatch(word):
        return "telephone"
    if word.isascii() and word.isdigit():
        return "number"
    if _is_birth(word):
        return "born"
    if KANA.fullmatch(word):
        return "kana"
    return "address" if PLACE.search(word) and len(word) > 2 else "name"


def _is_birth(word: str) -> bool:
    if not any(each.isdigit() for each in word):
        return False
    try:
        parse_date(word)
    except UnreadableDate:
        try:
            wanted_birth(word)
        except (NothingToSearch, UnreadableDate):
            return False
    return True


def kept(criteria: Criteria, *, text: str, history: bool) -> dict[str, str]:
    """セッションに置く形。アドレスには、検索した言葉を出さない。"""
    return {name: str(value) for name, value in asdict(criteria).items() if name != "match"} | {
        "text": text,
        "history": "1" if history else "",
    }


def restored(values: dict[str, str]) -> Criteria:
    """セッションに置いた条件。"""
    number, kana, name, born, address, telephone = (values.get(each, "") for each in TERMS)
    return Criteria(number, kana, name, born, address, telephone)
