"""住登外者宛名番号付番API・照会API の項目と、その検査。

The items of 共通機能標準仕様書 別紙7-2 (第2.0版) as data: name, Japanese name, type, length, required; and the check that
turns a request's JSON into plain strings or into the errors of the sheet's list (E0001–E0004). Pure: no database.

What the sheet leaves open is told in `docs/protocols/non-resident-numbering.md`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from osame.kernel.check_digits import individual_number_is_valid
from osame.kernel.personal_numbers import holds_personal_number

NUMBERING_CALL = "app_submit/v10/jutogaishaatenabangofuban"
INQUIRY_CALL = "app_submit/v10/jutogaishaatenakihonjohosyokai"
NUMBERING_SCOPE = f"031:{NUMBERING_CALL}:Create"
INQUIRY_SCOPE = f"031:{INQUIRY_CALL}:Read"
NUMBERING_TITLE = "住登外者宛名番号付番"
INQUIRY_TITLE = "住登外者宛名基本情報照会"
CONTENT_TYPE = "application/json;charset=UTF-8"
NO_ID = "000"


class Kind(StrEnum):
    """データ型。"""

    X = "X"  # 半角文字列
    N = "N"  # 全角文字列
    DATE = "DATE"
    TIME = "TIME"


@dataclass(frozen=True, slots=True)
class Item:
    """項目一つ。

    fixed: 桁数が決まっている; allowed: 指定文字（正規表現）とその言い方; unknown_day: 不詳日を許す。
    """

    name: str
    label: str
    kind: Kind
    length: int
    required: bool = False
    fixed: bool = False
    allowed: str = ""
    told: str = ""
    unknown_day: bool = False
    example: str = ""


@dataclass(frozen=True, slots=True)
class ItemError:
    """エラー一つ。エラーコード一覧のコードとメッセージ。"""

    code: str
    message: str


DIGITS, FLAG = ("[0-9]*", "半角数字"), ("[01]", "0または1")


def _digits(name: str, label: str, length: int, example: str, *, required: bool = False, fixed: bool = True) -> Item:
    return Item(name, label, Kind.X, length, required, fixed, *DIGITS, example=example)


def _code(name: str, label: str, length: int, example: str, *, fixed: bool = True, required: bool = False) -> Item:
    return Item(name, label, Kind.X, length, required, fixed, "[!-~]*", "半角文字", example=example)


def _flag(name: str, label: str, *, required: bool = False) -> Item:
    return Item(name, label, Kind.X, 1, required, True, *FLAG, example="0")


def _wide(name: str, label: str, length: int, example: str) -> Item:
    return Item(name, label, Kind.N, length, told="全角文字", example=example)


MUNICIPALITY = _digits("shikuchosonkodo", "市区町村コード", 6, "131016", required=True)
BUSINESS = (
    _code("gyomuid", "業務ID", 3, "001"),
    _code("dokujishisakushisutemutoid", "独自施策システム等ID", 3, "000"),
)
OPERATION = (
    _code("sosashaid", "操作者ID", 10, "123456", fixed=False, required=True),
    Item("sosanengappi", "操作年月日", Kind.DATE, 10, True, True, told="YYYY-MM-DD形式", example="2021-11-01"),
    Item("sosajikoku", "操作時刻", Kind.TIME, 8, True, True, told="HH:MM:SS形式", example="09:00:00"),
)
PERSON = (
    _wide("shimei", "氏名", 100, "佐藤　一郎"),
    _wide("uji_nihonjin", "氏_日本人", 50, "佐藤"),
    _wide("na_nihonjin", "名_日本人", 50, "一郎"),
    _wide("shimei_gaikokujinromaji", "氏名_外国人ローマ字", 100, "ＺＨＡＮＧ　ＹＵＬＩ"),  # noqa: RUF001
    _wide("shimei_gaikokujinkanji", "氏名_外国人漢字", 100, "張　玉蓮"),
    _wide("shimei_furigana", "氏名_フリガナ", 100, "サトウ　イチロウ"),
    _wide("uji_nihonjin_furigana", "氏_日本人_フリガナ", 50, "サトウ"),
    _wide("na_nihonjin_furigana", "名_日本人_フリガナ", 50, "イチロウ"),
    _wide("tsusho", "通称", 100, "田中　花子"),
    _wide("tsusho_furigana", "通称_フリガナ", 100, "タナカ　ハナコ"),
    _flag("tsusho_furiganakakuninjokyo", "通称_フリガナ確認状況"),
    Item("seibetsu", "性別", Kind.X, 1, False, True, "[012]", "0、1または2", example="1"),
    Item(
        "seinengappi", "生年月日", Kind.DATE, 10, False, True, told="YYYY-MM-DD形式", unknown_day=True,
        example="1964-07-01",
    ),
    _flag("seinengappi_fushofuragu", "生年月日_不詳フラグ"),
    _wide("seinengappi_fushohyoki", "生年月日_不詳表記", 72, "令和○年頃"),
)  # fmt: skip
ADDRESS = (
    _digits("jusho_shikuchosonkodo", "住所_市区町村コード", 6, "131016"),
    _digits("jusho_choazakodo", "住所_町字コード", 7, "0011001"),
    _code("shiteitoshi_gyoseikutokodo", "指定都市_行政区等コード", 12, "001", fixed=False),
    _wide("jusho_todofuken", "住所_都道府県", 4, "東京都"),
    _wide("jusho_shikugunchosonmei", "住所_市区郡町村名", 12, "千代田区"),
    _wide("jusho_choaza", "住所_町字", 120, "霞が関二丁目"),
    _wide("jusho_banchigohyoki", "住所_番地号表記", 50, "１番６号"),
    _wide("jusho_katagaki", "住所_方書", 300, "虎ノ門ハイツ１０１号"),
    _wide("jusho_katagaki_furigana", "住所_方書_フリガナ", 300, "トラノモンハイツ１０１ゴウ"),
    _digits("jusho_yubinbango", "住所_郵便番号", 7, "1000014"),
    _digits("jusho_kokumeikodo", "住所_国名コード", 3, "265"),
    _wide("jusho_kokumeito", "住所_国名等", 100, "米国"),
    _wide("jusho_kokugaijusho", "住所_国外住所", 300, "米国ワシントン州シアトル市"),
)
NUMBERING_ITEMS = (
    Item("shorikubun", "処理区分", Kind.X, 1, True, True, "[012]", "0、1または2", example="0"),
    MUNICIPALITY,
    _digits("atenabango", "宛名番号", 15, "123456789123456", fixed=False),
    _digits("kojinbango", "個人番号", 12, "345678901236"),
    *PERSON,
    *ADDRESS,
    *BUSINESS,
    _flag("nayosemotofuragu", "名寄せ元フラグ", required=True),
    _digits("nayosesakiatenabango", "名寄せ先宛名番号", 15, "123456789123456", fixed=False),
    _flag("tagyomusanshofukafuragu", "他業務参照不可フラグ", required=True),
    *OPERATION,
)
"""別紙7-2 の要求の項目。番号の付いた38項目に、処理区分と宛名番号を合わせた40行を、表の順に。"""

INQUIRY_ITEMS = (
    MUNICIPALITY,
    Item("kensakuhoho", "検索方法", Kind.X, 1, False, True, "[012]", "0、1または2", example="0"),
    _flag("rirekikensaku", "履歴検索"),
    _digits("atenabango", "宛名番号", 15, "123456789123456", fixed=False),
    *(each for each in PERSON if each.name in {"shimei", "shimei_furigana", "seibetsu", "seinengappi"}),
    *(
        each
        for each in ADDRESS
        if each.name
        in {"jusho_todofuken", "jusho_shikugunchosonmei", "jusho_choaza", "jusho_banchigohyoki", "jusho_katagaki"}
    ),
    *BUSINESS,
    *OPERATION,
)
"""照会の抽出条件。別紙7-1 は手元になく、標準仕様書 2.3.2 の本文と項目定義書から組み立てた。"""


def missing(item: Item) -> ItemError:
    """E0001 必須エラー。"""
    return ItemError("E0001", f"{item.label}が設定されていません。")


def wrong_characters(item: Item, told: str = "") -> ItemError:
    """E0002 指定文字エラー。"""
    return ItemError("E0002", f"{item.label}は{told or item.told}で設定してください。")


def wrong_length(item: Item) -> ItemError:
    """E0003 桁数エラー。可変の項目は「以内」と言う。"""
    return ItemError("E0003", f"{item.label}は{item.length}桁{'' if item.fixed else '以内'}で設定してください。")


def wrong_relation(given: Item, needed: Item) -> ItemError:
    """E0004 相関チェックエラー。"""
    return ItemError("E0004", f"{given.label}が設定されている場合、{needed.label}は設定必須です。")


NOT_AN_OBJECT = ItemError("E0002", "リクエストはJSON形式で設定してください。")


def length_of(text: str) -> int:
    """桁数。文字の数で、字形を選ぶだけの異体字セレクタは数えない。"""
    return sum(not (0xFE00 <= ord(char) <= 0xFE0F or 0xE0100 <= ord(char) <= 0xE01EF) for char in text)


def check_items(items: Iterable[Item], body: Mapping[str, Any]) -> tuple[dict[str, str], list[ItemError]]:
    """項目ごとの検査。値のある項目だけを文字列で返し、誤りは一項目に一つ、表の順に並べる。"""
    values: dict[str, str] = {}
    errors: list[ItemError] = []
    for item in items:
        given = body.get(item.name)
        if given is None or given == "":
            if item.required:
                errors.append(missing(item))
            continue
        error = _error_in(item, given)
        if error is None:
            values[item.name] = given
        else:
            errors.append(error)
    return values, errors


def _error_in(item: Item, given: Any) -> ItemError | None:
    if not isinstance(given, str) or any(unicodedata.category(char) in {"Cc", "Cs"} for char in given):
        return wrong_characters(item)
    if not CHECKS[item.kind](item, given):
        return wrong_characters(item)
    long = length_of(given)
    too_long = long != item.length if item.fixed else long > item.length
    if too_long and not (item.kind is Kind.TIME and long == len("HH:MM")):
        return wrong_length(item)
    if item.kind is Kind.DATE and not is_day(given, unknown_day=item.unknown_day):
        return wrong_characters(item)
    if item.kind is Kind.TIME and not is_time(given):
        return wrong_characters(item)
    if item.name == "kojinbango" and not individual_number_is_valid(given):
        return wrong_characters(item, "検査用数字の合う半角数字")
    if item.name != "kojinbango" and holds_personal_number(given):
        return wrong_characters(
            item, "個人番号を含まない値"
        )  # 12桁の宛名番号とは見分けられない。15桁に右詰めしてもらう
    return None


def _is_half(item: Item, text: str) -> bool:
    if item.fixed and item.length == 1 and len(text) != 1:
        return text.isascii() and text.isdigit()  # 桁数の誤りとして答える
    return re.fullmatch(item.allowed, text) is not None


def _is_wide(_item: Item, text: str) -> bool:
    return not any(unicodedata.east_asian_width(char) in {"H", "Na"} for char in text)


CHECKS: dict[Kind, Callable[[Item, str], bool]] = {
    Kind.X: _is_half,
    Kind.N: _is_wide,
    Kind.DATE: lambda _item, text: re.fullmatch("[0-9-]*", text) is not None,
    Kind.TIME: lambda _item, text: re.fullmatch("[0-9:]*", text) is not None,
}


def is_day(text: str, *, unknown_day: bool) -> bool:
    """YYYY-MM-DD の日付か。不詳を許す項目は、年・月・日の分からないところを0で埋めてよい。"""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
    if not found:
        return False
    year, month, day = map(int, found.groups())
    if unknown_day and 0 in {year, month, day}:
        return month <= 12 and day <= 31
    return day_of(text) is not None


def day_of(text: str) -> date | None:
    """日付。不詳の日なら None。"""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def is_time(text: str) -> bool:
    """HH:MM:SS か HH:MM の時刻か。"""
    return re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?", text) is not None


ITEM = {item.name: item for item in (*INQUIRY_ITEMS, *NUMBERING_ITEMS)}
NEEDED = (
    ("uji_nihonjin", "shimei"),
    ("uji_nihonjin", "na_nihonjin"),
    ("na_nihonjin", "uji_nihonjin"),
    ("shimei_gaikokujinromaji", "shimei"),
    ("shimei_gaikokujinkanji", "shimei"),
    ("tsusho_furigana", "tsusho"),
)
"""左が設定されていれば、右も要る。"""


def check_numbering(body: Mapping[str, Any]) -> tuple[dict[str, str], list[ItemError]]:
    """付番の要求の検査。項目ごとの誤りの後に、相関の誤りを並べる。"""
    values, errors = check_items(NUMBERING_ITEMS, body)
    if values.get("shorikubun") in {"1", "2"} and not body.get("atenabango"):
        errors.append(missing(ITEM["atenabango"]))
    pairs = [pair for pair in NEEDED if pair[0] in values]
    if values.get("tsusho_furiganakakuninjokyo") == "1":
        pairs.append(("tsusho_furiganakakuninjokyo", "tsusho_furigana"))
    birth_is_unknown = "seinengappi" in values and day_of(values["seinengappi"]) is None
    if birth_is_unknown and values.get("seinengappi_fushofuragu") != "1":
        pairs.append(("seinengappi", "seinengappi_fushofuragu"))
    if values.get("seinengappi_fushofuragu") == "1":
        pairs.append(("seinengappi_fushofuragu", "seinengappi_fushohyoki"))
    if values.get("jusho_choazakodo", "0000000") != "0000000":
        pairs.append(("jusho_choazakodo", "jusho_choaza"))
    if values.get("nayosemotofuragu") == "1":
        pairs.append(("nayosemotofuragu", "nayosesakiatenabango"))
    unset = [pair for pair in pairs if pair[1] == "seinengappi_fushofuragu" or not body.get(pair[1])]
    return values, errors + [wrong_relation(ITEM[given], ITEM[needed]) for given, needed in unset]


def check_inquiry(body: Mapping[str, Any]) -> tuple[dict[str, str], list[ItemError]]:
    """照会の要求の検査。基本4情報のどれか（か宛名番号）が要る。"""
    values, errors = check_items(INQUIRY_ITEMS, body)
    conditions = {"atenabango", "shimei", "shimei_furigana", "seinengappi", "jusho_choaza", "jusho_banchigohyoki"}
    if not errors and not conditions & set(values):
        errors.append(missing(ITEM["shimei"]))
    return values, errors
