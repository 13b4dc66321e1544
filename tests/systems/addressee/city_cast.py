"""名寄せを試す架空の市。同姓同名同生年月日、双子、入れ替わり、そして本当に同じ人。

A deterministic city whose truth is known: `same` is the set of pairs that are one person. Everything else is a trap.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from osame.addressee.people.facts import EVERY_GROUP, FACTS, Facts
from osame.addressee.people.recording import COLUMNS, number_addressees, record_versions, stage_changes
from osame.platform.database import copy_rows

SURNAMES = [
    (f"{first}{second}", f"{kana}{other}")
    for first, kana in (("伊", "イ"), ("宮", "ミヤ"), ("浜", "ハマ"), ("山", "ヤマ"), ("川", "カワ"), ("松", "マツ"))
    for second, other in (("田", "タ"), ("本", "モト"), ("崎", "サキ"), ("野", "ノ"), ("口", "グチ"), ("上", "ウエ"))
]
GIVEN = [
    (f"{first}{second}", f"{kana}{other}")
    for first, kana in (("太", "タ"), ("花", "ハナ"), ("健", "ケン"), ("美", "ミ"), ("直", "ナオ"), ("和", "カズ"))
    for second, other in (("郎", "ロウ"), ("子", "コ"), ("一", "イチ"), ("代", "ヨ"), ("樹", "キ"), ("恵", "エ"))
]
TOWNS = [f"{name}{part}丁目" for name in ("岩渕", "宮後", "浦口", "大湊", "神久") for part in "一二三四五六"]


@dataclass
class City:
    """人々と、同じ人の組。"""

    seed: int
    people: dict[str, tuple[str, Facts]] = field(default_factory=dict)  # 番号 → （区分, 姿）
    same: set[frozenset[str]] = field(default_factory=set)
    dice: random.Random = field(init=False)

    def __post_init__(self):
        self.dice = random.Random(self.seed)

    def add(self, kind, **told):
        number = f"{len(self.people) + 1:08d}"
        standing = told.pop("standing", {"1": "1", "2": "2"}[kind])
        self.people[number] = (kind, Facts(municipality_name="伊勢市", standing=standing, **told))
        return number

    def anybody(self, **told):
        surname, given = self.dice.choice(SURNAMES), self.dice.choice(GIVEN)
        return {
            "name": f"{surname[0]}　{given[0]}",
            "kana": f"{surname[1]}　{given[1]}",
            "sex": self.dice.choice("12"),
            "born_on": date(1930, 1, 1) + timedelta(self.dice.randrange(33000)),
        } | told

    def home(self, *, room=False):
        number = len(self.people)
        return {
            "town": self.dice.choice(TOWNS),
            "block": f"{number // 7}-{number % 7 + 1}",
            "building": f"納め荘{self.dice.randrange(101, 999)}号室" if room else "",
            "household_number": f"{number}",
        }


def built(residents, *, pairs=300, twins=60, swaps=60, duplicates=60, seed=7):
    """市を作る。同姓同名同生年月日の `pairs` 組は、住民どうし・住民と住登外者・隣人・同じ集合住宅などである。"""
    city = City(seed)
    while len(city.people) < residents:
        home = city.home()
        for _ in range(city.dice.randrange(1, 5)):
            city.add("1", **city.anybody(), **home)
    for index in range(pairs):
        strangers(city, index)
    for _ in range(twins):
        twin_family(city)
    for _ in range(swaps):
        swapped_family(city)
    for index in range(duplicates):
        really_the_same(city, index)
    return city


def strangers(city, index):
    """同姓同名同生年月日の別人。六通りの暮らし方。"""
    who = city.anybody()
    first, second = city.home(), city.home(room=True)
    neighbour = first | {"block": first["block"] + "0", "household_number": first["household_number"] + "9"}
    flat = {"town": "大湊九丁目", "block": f"9-{index + 1}"}
    case = index % 6
    if case in (0, 1):  # 住民どうし（隣どうしのこともある）
        city.add("1", **who, **first)
        city.add("1", **who, **(neighbour if case else second))
    elif case == 2:  # 住民と、隣の番地の住登外者
        city.add("1", **who, **first)
        city.add("2", **who, **(neighbour | {"household_number": ""}))
    elif case == 3:  # 同じ集合住宅の別の部屋
        city.add("1", **who, **flat, building="101号室", household_number="a")
        city.add("2", **who, **flat, building="102号室")
        city.add("1", **city.anybody(), **flat, building="103号室", household_number="b")
    elif case == 4:  # 同じ集合住宅で、方書が分からない
        for household in "ab":
            city.add("1", **(city.anybody() if household == "b" else who), **flat, household_number=household)
        city.add("2", **who, **flat)
    else:  # 住登外者どうし
        city.add("2", **who, **(first | {"household_number": ""}))
        city.add("2", **who, **(second | {"household_number": ""}))


def twin_family(city):
    """双子。生年月日・住所・性別・姓が同じで、名だけが違う。一人は住登外にも登録がある。"""
    home, born = city.home(), date(2000, 1, 1) + timedelta(city.dice.randrange(5000))
    surname = city.dice.choice(SURNAMES)
    first, second = city.dice.sample(GIVEN, 2)
    twins = [
        {"name": f"{surname[0]}　{given[0]}", "kana": f"{surname[1]}　{given[1]}", "sex": "1", "born_on": born}
        for given in (first, second)
    ]
    elder = city.add("1", **twins[0], **home)
    city.add("1", **twins[1], **home)
    again = city.add("2", **twins[0], **(home | {"household_number": ""}))
    city.same.add(frozenset((elder, again)))


def swapped_family(city):
    """家族の入れ替わり。親の氏名に子の生年月日、子の氏名に親の生年月日で、住登外に登録されている。"""
    home = city.home()
    parent, child = city.anybody(sex="1"), city.anybody(sex="1")
    city.add("1", **parent, **home)
    city.add("1", **child, **home)
    away = home | {"household_number": ""}
    city.add("2", **(parent | {"born_on": child["born_on"]}), **away)
    city.add("2", **(child | {"born_on": parent["born_on"]}), **away)


def really_the_same(city, index):
    """本当に同じ人。自動で束ねてよいものと、職員が確かめるもの。"""
    who, home = city.anybody(), city.home(room=True)
    one = city.add("1", **who, **home)
    doubtful = [
        {},  # 四情報がそろう
        {"name": who["name"].replace("　", " ")},  # 空白だけが違う
        {"kana": "チガウ　ヨミ"},
        {"sex": "0"},
        home | {"building": "", "household_number": ""},
    ]
    other = city.add("2", **(who | home | {"household_number": ""} | doubtful[index % 5]))
    city.same.add(frozenset((one, other)))


def settle(city):
    """市の人々を、宛名の扉から記録する。"""
    number_addressees([(number, kind, "001" if kind == "1" else "031") for number, (kind, _) in city.people.items()])
    stage_changes("staged_city")
    copy_rows(
        "staged_city",
        COLUMNS,
        (
            (
                number, date(2020, 4, 1), 1, "001" if kind == "1" else "031", number, "00", EVERY_GROUP, "demo",
                *(getattr(facts, name) for name in FACTS),
            )
            for number, (kind, facts) in city.people.items()
        ),
    )  # fmt: skip
    return record_versions("staged_city")
