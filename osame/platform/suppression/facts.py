"""事実を伏せる。伏せた後の形は、伏せた値によらない。

Applies a decision to a record. A hidden scalar becomes one fixed marker whether or not there was a value, a hidden list
becomes empty: neither length nor presence tells anything. A field that nobody has classified counts as hidden.
"""

from collections.abc import Collection, Mapping
from typing import Any

from osame.platform.suppression.decision import Decision, FactClass

MARKER = "＊＊＊"
"""伏せた値の代わり。長さは、いつも同じ。"""

_PLACE = ("postal_code", "municipality_code", "town_code", "ward_code", "branch_office", "area_code", "map_link")
_ADDRESS = (
    "address", "address_detail", "prefecture", "municipality_name", "town", "block", "building", "building_kana",
    "country_code", "country_name", "foreign_address",
)  # fmt: skip
CLASS_OF: dict[str, FactClass] = {
    **dict.fromkeys(_ADDRESS, FactClass.ADDRESS),
    **dict.fromkeys(_PLACE, FactClass.LOCALITY),
    **{f"mailing_{name}": FactClass.MAILING_ADDRESS for name in (*_ADDRESS, *_PLACE, "name", "kana", "addresses")},
    **{f"former_{name}": FactClass.FORMER_ADDRESS for name in (*_ADDRESS, *_PLACE, "addresses")},
    **{f"destination_{name}": FactClass.DESTINATION for name in (*_ADDRESS, *_PLACE)},
    "previous_address": FactClass.FORMER_ADDRESS,
    "mailings": FactClass.MAILING_ADDRESS,
    **dict.fromkeys(("destination", "moved_out_on"), FactClass.DESTINATION),
    **dict.fromkeys(("telephone", "telephones", "email", "contacts", "facsimile"), FactClass.TELEPHONE),
    **dict.fromkeys(
        ("household_number", "household_head_name", "relationship", "household", "household_members"),
        FactClass.HOUSEHOLD,
    ),
    **dict.fromkeys(("relations", "agents", "parent_number", "protected_from"), FactClass.RELATIONS),
    **dict.fromkeys(("workplace", "workplaces", "employer", "employer_number"), FactClass.WORKPLACE),
    **dict.fromkeys(("school", "schools"), FactClass.SCHOOL),
    **dict.fromkeys(("bank_branch", "branch_code", "branch_name", "accounts"), FactClass.BANK_BRANCH),
    **dict.fromkeys(("returned_reason", "returned_on", "returned_mail"), FactClass.RETURNED_MAIL),
    **dict.fromkeys(
        (
            "moved_in_on", "changed_on", "change_reason", "valid_from", "valid_until", "recorded_at", "standing",
            "versions", "updated_on", "source", "change_id", "death_notation", "superseded_at", "version_id",
        ),
        FactClass.MOVES,
    ),
}  # fmt: skip
OPEN = frozenset({
    "addressee_number", "kind", "kind_name", "name", "kana", "former_surname", "former_surname_kana", "alias",
    "alias_kana", "alias_kana_confirmed", "roman_name", "foreign_kanji_name", "sex", "born_on", "birth_unknown", "birth_notation", "died_on",
    "corporate_number", "representative_name", "closed_on", "origin", "protected", "protection", "hidden",
    "not_for_other_offices", "editing", "withheld", "representative_number", "protected_through",
})  # fmt: skip
"""居場所が知れない事実。見せてよい。"""


def hides(field: str, decision: Decision) -> bool:
    """その項目を伏せるか。分類のない項目は、何かを伏せるときはすべて伏せる。"""
    if decision.opens_everything or field in OPEN:
        return False
    known = CLASS_OF.get(field)
    return known is None or known in decision.hidden


def suppressed(
    facts: Mapping[str, Any], decision: Decision, *, also_open: Collection[str] = (), marker: str = MARKER
) -> dict[str, Any]:
    """判断に従って伏せた事実。伏せた項目は、値があってもなくても同じ印になる。

    The record with every hidden field replaced. `also_open` names fields of the caller's own that tell no place.
    """
    return {
        name: (() if isinstance(value, list | tuple) else marker)
        if name not in also_open and hides(name, decision)
        else value
        for name, value in facts.items()
    }
