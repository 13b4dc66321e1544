"""宛名の事実。何を知っているか、その一組。

The facts about an addressee, once for both tables that hold them (changes and versions), and the groups that a change
settles: a 転居 says where somebody lives, not what the name is. A group is what a cancelled change gives back.
"""

from dataclasses import dataclass, fields
from datetime import date

from django.db import models


class FactGroup(models.TextChoices):
    """事実の組。一つの異動が定めるのは、その幾つかである。"""

    NAME = "N", "氏名"
    PERSON = "P", "性別と生年月日"
    ADDRESS = "A", "住所"
    HOUSEHOLD = "H", "世帯"
    STANDING = "S", "住民状態"
    CORPORATION = "C", "法人"


GROUPS: dict[FactGroup, tuple[str, ...]] = {
    FactGroup.NAME: (
        "name", "kana", "former_surname", "former_surname_kana", "alias", "alias_kana", "alias_kana_confirmed",
        "roman_name", "foreign_kanji_name",
    ),
    FactGroup.PERSON: ("sex", "born_on", "birth_unknown", "birth_notation"),
    FactGroup.ADDRESS: (
        "postal_code", "municipality_code", "ward_code", "town_code", "prefecture", "municipality_name", "town", "block",
        "building", "building_kana", "country_code", "country_name", "foreign_address", "previous_address",
    ),
    FactGroup.HOUSEHOLD: ("household_number", "relationship", "household_head_name"),
    FactGroup.STANDING: ("standing", "moved_in_on", "moved_out_on", "died_on", "death_notation"),
    FactGroup.CORPORATION: ("corporate_number", "representative_name", "parent_number"),
}  # fmt: skip
FACTS: tuple[str, ...] = tuple(name for names in GROUPS.values() for name in names)
EVERY_GROUP = "".join(group.value for group in FactGroup)


class Standing(models.TextChoices):
    """住民状態。"""

    REGISTERED = "1", "住登者"
    UNREGISTERED = "2", "住登外者"
    MOVED_OUT = "3", "転出者"
    DEAD = "4", "死亡者"
    REMOVED = "5", "消除者"
    ACTIVE = "6", "存続"  # 法人・共有者・事業所
    DISSOLVED = "7", "消滅"  # 合併・清算結了・廃業
    LIQUIDATING = "8", "清算中"
    DORMANT = "9", "休業"


class Sex(models.TextChoices):
    """性別。"""

    UNKNOWN = "0", "不明"
    MALE = "1", "男"
    FEMALE = "2", "女"


@dataclass(frozen=True, slots=True)
class Facts:
    """宛名の事実の一組。 What is true of an addressee at one time; dates that are not known are None."""

    name: str = ""
    kana: str = ""
    former_surname: str = ""
    former_surname_kana: str = ""
    alias: str = ""
    alias_kana: str = ""
    alias_kana_confirmed: bool = False
    roman_name: str = ""
    foreign_kanji_name: str = ""
    sex: str = Sex.UNKNOWN.value
    born_on: date | None = None
    birth_unknown: bool = False
    birth_notation: str = ""
    postal_code: str = ""
    municipality_code: str = ""
    ward_code: str = ""
    town_code: str = ""
    prefecture: str = ""
    municipality_name: str = ""
    town: str = ""
    block: str = ""
    building: str = ""
    building_kana: str = ""
    country_code: str = ""
    country_name: str = ""
    foreign_address: str = ""
    previous_address: str = ""
    household_number: str = ""
    relationship: str = ""
    household_head_name: str = ""
    standing: str = Standing.UNREGISTERED.value
    moved_in_on: date | None = None
    moved_out_on: date | None = None
    died_on: date | None = None
    death_notation: str = ""
    corporate_number: str = ""
    representative_name: str = ""
    parent_number: str = ""

    @property
    def address(self) -> str:
        """一行に書いた住所（方書を除く）。国外ならその住所。"""
        inside = f"{self.prefecture}{self.municipality_name}{self.town}{self.block}"
        return inside or f"{self.country_name}{self.foreign_address}"


def differing_groups(before: Facts, after: Facts) -> str:
    """違いのある事実の組。"""
    return "".join(
        group.value
        for group, names in GROUPS.items()
        if any(getattr(before, name) != getattr(after, name) for name in names)
    )


assert tuple(field.name for field in fields(Facts)) == FACTS
