"""宛名を探す。氏名・カナ・生年月日・住所・電話・番号のどれからでも、組み合わせても。

`find` is the one way to search. Every search is audited: which kinds of terms were used, a keyed digest of each term (so
that an auditor who holds a guess can test it, and nobody else can read it) and the addressees that were shown.

A protected person is found by name, kana, birth or number, and shown without anything that tells a place; a search that
narrows by address or telephone does not find them at all, because being found would tell.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from osame.addressee.people.models import Addressee, AddresseeVersion
from osame.addressee.protection.queries import subjects_of
from osame.kernel.dates import format_wareki
from osame.kernel.search_keys import (
    Key,
    Match,
    NothingToSearch,
    address_key,
    kana_key,
    name_key,
    pattern,
    telephone_grams,
    wanted_birth,
    wanted_grams,
)
from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all
from osame.platform.search import auditing
from osame.platform.suppression.decision import Decision, FactClass, Reader, ReaderKind, decision
from osame.platform.suppression.facts import MARKER

MOST = 1_000
PAGE = 50
TELLS_A_PLACE = {"address": FactClass.ADDRESS, "telephone": FactClass.TELEPHONE}


@dataclass(frozen=True, slots=True)
class Criteria:
    """検索条件。空でないものすべてに合う者を探す。 number は番号の頭から、ほかは `match` のとおりに。"""

    number: str = ""
    kana: str = ""
    name: str = ""
    born: str = ""
    address: str = ""
    telephone: str = ""
    match: Match = Match.PREFIX

    def given(self) -> dict[str, str]:
        """打たれた条件。"""
        return {
            each.name: value
            for each in fields(self)
            if each.name != "match" and (value := getattr(self, each.name).strip())
        }


@dataclass(frozen=True, slots=True)
class Found:
    """見つかった一人。同じ氏名の者を見分けられるだけの事実。 former: 過去の氏名・住所で見つかった。"""

    addressee_number: str
    kind: str
    name: str
    kana: str
    former_surname: str
    alias: str
    sex: str
    born: str
    address: str
    standing: str
    mark: str  # 廃止・死亡・転出など、いまの事務に使う前に確かめること
    protected: bool
    former: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """検索の答え。 total は数え終えた件数、more ならそれより多い。"""

    people: tuple[Found, ...]
    total: int
    more: bool

    @property
    def told(self) -> str:
        """件数の言い方。"""
        if not self.more:
            return f"{self.total:,}件"
        return f"{self.total:,}件以上。条件を足してください。"


def find(
    criteria: Criteria, *, as_of: date, history: bool = False, limit: int = PAGE, reader: Reader | None = None
) -> Answer:
    """宛名を探す。

    `history` also matches what was true before (旧姓, 旧住所) and what is not yet true. At most `limit` people are
    returned in the order of their kana; up to 1,000 are counted. Refused when nothing to search with is left.

    要件: F33-03, F02-01, F29-03
    """
    purpose = gate.required().purpose
    given = criteria.given()
    wanted, patterns, number = _conditions(criteria, given)
    rows = fetch_all(
        "SELECT DISTINCT ON (kana_order, addressee_number) addressee_number, version_id "
        "FROM search_entry_matches(%s, %s, %s, %s, %s, %s) ORDER BY kana_order, addressee_number, version_id DESC",
        [wanted, patterns, number, as_of, history, MOST + 1],
    )
    hits: dict[str, int] = {}
    for found, version in rows:
        hits.setdefault(found, version)
    who = reader or Reader(ReaderKind.OFFICER, purpose=purpose)
    decisions = _decisions(hits, who, as_of)
    shown = [each for each in hits if not _would_tell(decisions[each], given)]
    page = {each: hits[each] for each in shown[:limit]}
    people = _people(page, decisions, as_of)
    record(
        "宛名を検索した",
        subjects=[each.addressee_number for each in people],
        fields=sorted(given),
        detail={
            "件数": len(shown),
            "合わせ方": criteria.match.value,
            "履歴": int(history),
            **_digests(given),
        },
    )
    return Answer(people, min(len(shown), MOST), len(rows) > MOST)


def summaries(addressee_numbers: Iterable[str], *, as_of: date, reader: Reader | None = None) -> dict[str, Found]:
    """この番号の者の、見分けられるだけの要点。支援措置の対象者の居場所は、権限がなければ伏せる。見たことを監査に記す。

    要件: F02-05, F29-03
    """
    numbers = sorted({each for each in addressee_numbers if each})
    if not numbers:
        return {}
    who = reader or Reader(ReaderKind.OFFICER, purpose=gate.required().purpose)
    people = _people(dict.fromkeys(numbers, 0), _decisions(numbers, who, as_of), as_of)
    record(
        "宛名の要点を見た", subjects=[each.addressee_number for each in people], fields=["name", "born_on", "address"]
    )
    return {each.addressee_number: replace(each, former=False) for each in people}


def term_digest(kind: str, text: str) -> str:
    """検索語の要約。監査人が、ある語で検索されたかを確かめるときに使う。"""
    return auditing.term_digest(kind, _normal(kind, text))


def _digests(given: dict[str, str]) -> dict[str, str]:
    return {f"語の要約.{kind}": term_digest(kind, text) for kind, text in given.items()}


def _normal(kind: str, text: str) -> str:
    if kind in KEYS:
        return KEYS[kind](text).text
    return wanted_birth(text) if kind == "born" else text.strip()


KEYS: dict[str, Callable[[str], Key]] = {"kana": kana_key, "name": name_key, "address": address_key}


def _conditions(criteria: Criteria, given: dict[str, str]) -> tuple[list[str], list[str], str]:
    """索引に渡す小片と正規表現と、番号の頭。"""
    wanted: list[str] = []
    patterns: list[str] = []
    for kind, text in given.items():
        if kind in KEYS:
            key = KEYS[kind](text)
            if not key.words:
                raise NothingToSearch(text)
            match = Match.PREFIX if kind == "address" and criteria.match is Match.EXACT else criteria.match
            wanted += wanted_grams(key, match)
            patterns.append(pattern(key, match))
        elif kind == "born":
            wanted.append(wanted_birth(text))
        elif kind == "telephone":
            grams = telephone_grams(text)
            if not grams:
                raise NothingToSearch(text)
            wanted.append(grams[0])
    number = given.get("number", "")
    if number and not (number.isascii() and number.isdigit()):
        raise NothingToSearch(number)
    if not wanted and not number:
        raise NothingToSearch
    return wanted, patterns, number


def _decisions(numbers: Iterable[str], reader: Reader, as_of: date) -> dict[str, Decision]:
    return {number: decision(reader, subject) for number, subject in subjects_of(list(numbers), on=as_of).items()}


def _would_tell(choice: Decision, given: dict[str, str]) -> bool:
    """見つかること自体が、伏せるべき事実を知らせるか。"""
    return any(kind in given and not choice.shows(fact) for kind, fact in TELLS_A_PLACE.items())


SHOWN = """
SELECT m.version_id, a.addressee_number, a.kind, a.closed_on, v.version_id, v.name, v.kana, v.former_surname, v.alias,
       v.sex, v.born_on, v.birth_unknown, v.birth_notation,
       v.prefecture || v.municipality_name || v.town || v.block
           || CASE WHEN v.building <> '' THEN '　' || v.building ELSE '' END || v.country_name || v.foreign_address,
       v.standing, v.died_on, v.moved_out_on
FROM unnest(%s::text[], %s::bigint[]) WITH ORDINALITY AS m (addressee_number, version_id, place)
JOIN addressee a ON a.addressee_number = m.addressee_number
CROSS JOIN LATERAL (
    SELECT * FROM addressee_version w WHERE w.addressee_number = m.addressee_number AND w.superseded_at IS NULL
    ORDER BY (w.valid_from <= %s) DESC, w.valid_from DESC LIMIT 1
) v
ORDER BY m.place
"""


def _people(page: dict[str, int], decisions: dict[str, Decision], as_of: date) -> tuple[Found, ...]:
    if not page:
        return ()
    rows = fetch_all(SHOWN, [list(page), list(page.values()), as_of])
    return tuple(_hidden(_found(row), decisions[row[1]]) for row in rows)


def _found(row: tuple[Any, ...]) -> Found:
    matched, number, kind, closed_on, version, name, kana, former, alias, sex, born, unknown, notation, *rest = row
    address, standing, died_on, moved_out_on = rest
    return Found(
        addressee_number=number,
        kind=Addressee.Kind(kind).label,
        name=name,
        kana=kana,
        former_surname=former,
        alias=alias,
        sex=AddresseeVersion.Sex(sex).label,
        born=(notation or "不詳") if unknown or born is None else format_wareki(born),
        address=address,
        standing=AddresseeVersion.Standing(standing).label,
        mark=_mark(closed_on, standing, died_on, moved_out_on),
        protected=False,
        former=matched != version,
    )


def _mark(closed_on: date | None, standing: str, died_on: date | None, moved_out_on: date | None) -> str:
    marks = []
    if closed_on:
        marks.append("廃止")
    if died_on or standing == AddresseeVersion.Standing.DEAD:
        marks.append("死亡")
    elif moved_out_on or standing == AddresseeVersion.Standing.MOVED_OUT:
        marks.append("転出")
    elif standing in {AddresseeVersion.Standing.REMOVED, AddresseeVersion.Standing.DISSOLVED}:
        marks.append(AddresseeVersion.Standing(standing).label)
    return "・".join(marks)


def _hidden(found: Found, choice: Decision) -> Found:
    if choice.opens_everything:
        return found
    mark = "・".join(each for each in found.mark.split("・") if each in {"廃止", "死亡"})
    return replace(found, address=MARKER, standing=MARKER, mark=mark, protected=True, former=False)
