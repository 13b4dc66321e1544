"""APIの項目と、宛名の事実との間の言い換え。"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from osame.addressee.people.facts import Facts
from osame.formats.non_resident_api import day_of

UNNAMED = "（氏名未定）"
TEXTS = {
    "shimei": "name",
    "shimei_furigana": "kana",
    "shimei_gaikokujinromaji": "roman_name",
    "shimei_gaikokujinkanji": "foreign_kanji_name",
    "tsusho": "alias",
    "tsusho_furigana": "alias_kana",
    "seibetsu": "sex",
    "seinengappi_fushohyoki": "birth_notation",
    "jusho_shikuchosonkodo": "municipality_code",
    "jusho_choazakodo": "town_code",
    "shiteitoshi_gyoseikutokodo": "ward_code",
    "jusho_todofuken": "prefecture",
    "jusho_shikugunchosonmei": "municipality_name",
    "jusho_choaza": "town",
    "jusho_banchigohyoki": "block",
    "jusho_katagaki": "building",
    "jusho_katagaki_furigana": "building_kana",
    "jusho_yubinbango": "postal_code",
    "jusho_kokumeikodo": "country_code",
    "jusho_kokumeito": "country_name",
    "jusho_kokugaijusho": "foreign_address",
}


def facts_from(values: Mapping[str, str], before: Facts | None = None) -> Facts:
    """要求の項目から事実を作る。言われなかった項目は、前のままにする。"""
    known = before or Facts(name=UNNAMED)
    told: dict[str, str | bool | date | None] = {fact: values[item] for item, fact in TEXTS.items() if item in values}
    if "shimei_furigana" not in values and {"uji_nihonjin_furigana", "na_nihonjin_furigana"} <= set(values):
        told["kana"] = f"{values['uji_nihonjin_furigana']}　{values['na_nihonjin_furigana']}"
    if "tsusho_furiganakakuninjokyo" in values:
        told["alias_kana_confirmed"] = values["tsusho_furiganakakuninjokyo"] == "1"
    if "seinengappi" in values or "seinengappi_fushofuragu" in values:
        unknown = values.get("seinengappi_fushofuragu") == "1"
        told["birth_unknown"] = unknown
        if "seinengappi" in values:
            told["born_on"] = day_of(values["seinengappi"])
        if not unknown:
            told["birth_notation"] = ""
    return replace(known, **told)  # type: ignore[arg-type]


def items_of(facts: Facts) -> dict[str, str | None]:
    """事実を、応答の項目にする。値のない項目は null。"""
    found: dict[str, str | None] = {item: getattr(facts, fact) or None for item, fact in TEXTS.items()}
    japanese = not facts.roman_name and not facts.foreign_kanji_name
    for whole, parts in (("shimei", ("uji_nihonjin", "na_nihonjin")),
                         ("shimei_furigana", ("uji_nihonjin_furigana", "na_nihonjin_furigana"))):  # fmt: skip
        words = (found[whole] or "").split("　")
        found |= dict(zip(parts, words, strict=True)) if japanese and len(words) == 2 else dict.fromkeys(parts)
    found["tsusho_furiganakakuninjokyo"] = str(int(facts.alias_kana_confirmed)) if facts.alias else None
    found["seinengappi"] = facts.born_on.isoformat() if facts.born_on else None
    found["seinengappi_fushofuragu"] = str(int(facts.birth_unknown))
    return found
