"""業務システムの照会に答える。候補者の宛名基本情報だけを、見せてよい範囲で。

Who may see what: a record marked 他業務参照不可 is seen only by the business that registered it, and to all others it does
not exist; a protected person's address is never told. 個人番号 is never told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.addressee.numbering.translation import items_of
from osame.addressee.people.facts import FACTS, Facts
from osame.addressee.protection.queries import protections_of
from osame.formats.non_resident_api import ADDRESS, INQUIRY_ITEMS, NO_ID, PERSON
from osame.kernel.search_keys import Key, Match, address_key, birth_grams, kana_key, name_key, pattern, wanted_grams
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all

MOST_CANDIDATES = 100
MOST_SEARCHED = 1_000
MOST_SAME = 10
MATCHES = {"0": Match.EXACT, "1": Match.INNER, "2": Match.PREFIX}
SENT = tuple(item.name for item in (*PERSON, *ADDRESS))
PLACE = tuple(item.name for item in ADDRESS)


@dataclass(frozen=True, slots=True)
class Client:
    """認証された業務システム。"""

    system_id: str
    is_own_policy: bool = False

    @property
    def key(self) -> str:
        """業務IDと独自施策システム等IDを取り違えない名。"""
        return f"{'独自' if self.is_own_policy else '業務'}{self.system_id}"

    @property
    def origin(self) -> str:
        """登録業務。独自施策システム等は業務IDを持たない。"""
        return NO_ID if self.is_own_policy else self.system_id


@dataclass(frozen=True, slots=True)
class Candidates:
    """候補。 more: 上限より多い。"""

    people: tuple[dict[str, Any], ...]
    more: bool


VISIBLE = """
SELECT a.addressee_number FROM addressee a WHERE a.addressee_number = ANY(%(numbers)s)
  AND (NOT a.not_for_other_offices OR (a.origin = %(origin)s AND a.origin <> '000') OR EXISTS (
      SELECT 1 FROM numbering_request r WHERE r.addressee_number = a.addressee_number AND r.system_id = %(system)s
      AND r.is_own_policy = %(own)s))
"""


def visible_to(client: Client, number: str) -> bool:
    """その宛名を、その業務に見せてよいか。ないものは見せられない。"""
    return bool(_visible(client, [number]))


def _visible(client: Client, numbers: list[str]) -> set[str]:
    asked = {"numbers": numbers, "origin": client.origin, "system": client.system_id, "own": client.is_own_policy}
    return {number for (number,) in fetch_all(VISIBLE, asked)}


def same_people(facts: Facts, *, on: date) -> list[str]:
    """同じ基本4情報（氏名・性別・生年月日・住所）の宛名番号。履歴も含めて探す。"""
    keys = [name_key(facts.name), address_key(facts.prefecture, facts.municipality_name, facts.town + facts.block)]
    if facts.born_on is None or not all(key.words for key in keys):
        return []
    hits = _matching(
        [(keys[0], Match.EXACT), (keys[1], Match.PREFIX)], birth_grams(facts.born_on)[:1], on=on, history=True
    )
    rows = fetch_all(
        "SELECT DISTINCT addressee_number FROM addressee_version WHERE version_id = ANY(%s) AND sex IN (%s, '0') "
        "ORDER BY 1 LIMIT %s",
        [[version for _, version in hits], facts.sex, MOST_SAME],
    )
    return [number for (number,) in rows]


def candidates(values: Mapping[str, str], client: Client, *, on: date) -> Candidates:
    """抽出条件に合う住登外者の候補。履歴（氏名・住所の移り変わり）も含めて探す。

    要件: F33-03, F33-07, F33-09
    """
    numbers = _asked_for(values, on)
    shown = _visible(client, numbers)
    if "seibetsu" in values:
        shown &= _of_sex(shown, values["seibetsu"])
    shown &= _non_residents(shown)
    kept = [number for number in numbers if number in shown]
    protected = {number for number, each in protections_of(kept).items() if each.active}
    if set(values) & set(PLACE):
        kept = [number for number in kept if number not in protected]  # 住所で見つかること自体が、住所を知らせる
    page = kept[:MOST_CANDIDATES]
    record(
        "住登外者の照会に答えた",
        subjects=page,
        fields=sorted(set(values) & {item.name for item in INQUIRY_ITEMS}),
        detail={"件数": len(kept)},
    )
    return Candidates(tuple(_told(page, protected)), len(kept) > MOST_CANDIDATES)


def _asked_for(values: Mapping[str, str], on: date) -> list[str]:
    match = MATCHES[values.get("kensakuhoho", "0")]
    keys: list[tuple[Key, Match]] = []
    if "shimei" in values:
        keys.append((name_key(values["shimei"]), match))
    if "shimei_furigana" in values:
        keys.append((kana_key(values["shimei_furigana"]), match))
    place = address_key("".join(values.get(name, "") for name in PLACE))
    if place.words:
        keys.append((place, Match.PREFIX if match is Match.EXACT else match))
    born = _born(values.get("seinengappi", ""))
    if "atenabango" in values and not keys and not born:
        return [values["atenabango"]]
    if any(not key.words for key, _ in keys) or not (keys or born):
        return []
    history = values.get("rirekikensaku", "1") == "1"
    hits = _matching(keys, born, on=on, history=history)
    found = list(dict.fromkeys(number for number, _ in hits))
    return [number for number in found if number == values.get("atenabango", number)]


def _born(text: str) -> list[str]:
    """生年月日の小片。月や日が不詳なら、分かるところまで。"""
    if not text:
        return []
    year, month, day = text.split("-")
    if year == "0000":
        return ["b?"]
    return [f"b{year}" + (month if month != "00" else "") + (day if "00" not in {month, day} else "")]


def _matching(keys: list[tuple[Key, Match]], grams: list[str], *, on: date, history: bool) -> list[tuple[str, int]]:
    wanted = [gram for key, match in keys for gram in wanted_grams(key, match)] + grams
    rows = fetch_all(
        "SELECT addressee_number, version_id FROM search_entry_matches(%s, %s, '', %s, %s, %s) "
        "ORDER BY kana_order, addressee_number, version_id",
        [wanted, [pattern(key, match) for key, match in keys], on, history, MOST_SEARCHED],
    )
    return [(str(number), int(version)) for number, version in rows]


def _of_sex(numbers: set[str], sex: str) -> set[str]:
    rows = fetch_all(
        "SELECT DISTINCT addressee_number FROM addressee_version WHERE addressee_number = ANY(%s) "
        "AND superseded_at IS NULL AND valid_until IS NULL AND sex IN (%s, '0')",
        [list(numbers), sex],
    )
    return {number for (number,) in rows}


def _non_residents(numbers: set[str]) -> set[str]:
    rows = fetch_all(
        "SELECT addressee_number FROM addressee WHERE addressee_number = ANY(%s) AND kind = '2' AND closed_on IS NULL",
        [list(numbers)],
    )
    return {number for (number,) in rows}


CURRENT = f"""
SELECT v.addressee_number,
       (SELECT count(*) FROM addressee_change c WHERE c.addressee_number = v.addressee_number), {", ".join(FACTS)}
FROM unnest(%s::text[]) WITH ORDINALITY AS n (addressee_number, place)
JOIN addressee_version v ON v.addressee_number = n.addressee_number AND v.superseded_at IS NULL
    AND v.valid_until IS NULL
ORDER BY n.place
"""


def _told(numbers: list[str], hidden: set[str]) -> Iterator[dict[str, Any]]:
    """候補者宛名基本情報。"""
    for number, changes, *facts in fetch_all(CURRENT, [numbers]):
        items = items_of(Facts(*facts))
        told = {name: None if number in hidden and name in PLACE else items.get(name) for name in SENT}
        changes = 1 if number in hidden else changes  # 何度移ったかも、居場所の手がかりになる
        yield {"atenabango": number, "rirekibango": int(changes), **told}


def duplicates() -> list[tuple[str, str, str]]:
    """付番のとき、同じ基本4情報の宛名があったもの。（付けた番号, 先にあった番号, 依頼した業務）"""
    rows = fetch_all(
        "SELECT r.addressee_number, c.number, r.system_id FROM numbering_request r, "
        "jsonb_array_elements_text(r.candidates) AS c (number) ORDER BY r.request_id, c.number"
    )
    return [(str(number), str(other), str(system)) for number, other, system in rows]
