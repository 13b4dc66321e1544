"""宛名の事実の言い方。項目の名、不詳の日、外字の縮退、異動事由。

How facts are told to officers: labels come from the table itself, an unknown date keeps its notation, and a text with
characters that fonts and printers may lack is told together with its reduced form.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.addressee.people.facts import FACTS, GROUPS, FactGroup, Sex, Standing
from osame.addressee.people.models import AddresseeVersion
from osame.addressee.people.recording import RESIDENT_REGISTER
from osame.formats.resident_csv import profile
from osame.kernel.characters import CharacterSet, reduce
from osame.kernel.dates import format_wareki
from osame.platform.suppression.facts import MARKER

LABELS: dict[str, str] = {
    each.name: str(each.verbose_name) for each in AddresseeVersion._meta.fields if each.name in FACTS
}
LOOKED_UP: dict[str, dict[str, str]] = {"sex": dict(Sex.choices), "standing": dict(Standing.choices)}
WRITTEN_BY_HAND = (
    "name",
    "kana",
    "former_surname",
    "alias",
    "roman_name",
    "foreign_kanji_name",
    "building",
    "block",
    "town",
)
"""文字のまま届く項目。外字がありうる。"""
REASONS = {
    "01": "新規登録", "21": "氏名・名称の変更", "22": "住所の変更", "23": "性別・生年月日の訂正", "24": "法人の事項の変更",
    "29": "その他の訂正", "31": "住登外者への移行", "41": "本店移転", "42": "商号変更", "43": "合併", "44": "分割",
    "45": "解散", "46": "清算結了", "47": "休業", "48": "再開",
}  # fmt: skip
"""手で登録した異動の事由。住民記録の事由は、届いた様式が言う。"""
NOT_A_LINE = {
    "birth_unknown", "alias_kana_confirmed", "prefecture", "municipality_name", "town", "block", "building",
    "building_kana", "country_code", "country_name", "foreign_address",
}  # fmt: skip
"""一行にまとめて言うので、項目としては並べないもの。"""
CHOSEN_BY_HAND = ("21", "22", "23", "24", "29")


@dataclass(frozen=True, slots=True)
class Told:
    """一つの事実の言い方。 reduced: 外字があるときの、縮退した形（なければ空）。"""

    name: str
    label: str
    text: str
    reduced: str = ""


def told(name: str, value: Any) -> Told:
    """一つの事実を言う。伏せた印は、そのまま。"""
    text = LOOKED_UP[name].get(value, str(value)) if name in LOOKED_UP else _text(value)
    return Told(name, LABELS[name], text, reduced_form(text) if name in WRITTEN_BY_HAND else "")


def told_facts(facts: Mapping[str, Any]) -> list[tuple[str, list[Told]]]:
    """事実を、組ごとに言う。空の項目は出さない。生年月日が不詳なら、その表記を言う。"""
    found = []
    for group, names in GROUPS.items():
        lines = [told(name, facts.get(name)) for name in names if name not in NOT_A_LINE]
        if group is FactGroup.ADDRESS and (address := _address(facts)):
            lines.insert(0, Told("address", "住所", address, reduced_form(address)))
        shown = [each for each in lines if each.text and each.text != MARKER]
        if not shown and any(each.text == MARKER for each in lines):  # 伏せた組は、一行だけで言う
            shown = [Told("", group.label, MARKER)]
        if group is FactGroup.PERSON and facts.get("birth_unknown") is True:
            shown.append(Told("birth_unknown", "生年月日", "不詳"))
        if shown:
            found.append((group.label, shown))
    return found


def _address(facts: Mapping[str, Any]) -> str:
    """一行の住所。伏せた印は、一つだけ。"""
    parts = [str(facts.get(name) or "") for name in ("address", "building")]
    return MARKER if MARKER in parts else "　".join(each for each in parts if each)


def reason_label(source: str, code: str) -> str:
    """異動事由の名。住民記録の事由は、その様式の名で言う。"""
    if source == RESIDENT_REGISTER:
        return str(profile().reasons.get(code, {}).get("name", code))
    return REASONS.get(code, code)


def reduced_form(text: str) -> str:
    """外字を縮退した形。外字がなければ空。

    >>> reduced_form("髙橋　一郎"), reduced_form("高橋　一郎")
    ('高橋　一郎', '')
    """
    reduced = reduce(text, CharacterSet.JIS_X_0213)
    return reduced.text if reduced.replaced or reduced.unmapped else ""


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "はい" if value else ""
    return format_wareki(value) if isinstance(value, date) else str(value or "")
