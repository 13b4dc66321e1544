"""宛名の変更の配信。宛名管理から、収滞納・連携サーバー・ほかの業務へ。

The page is state, not events: an entry names an addressee, its position, and what is true of it at the time of reading.
So a page may arrive twice, late or out of turn: for each addressee the highest position wins. A subscriber receives the fields
that its business may have (`fields` of the page) and no other. There is no field for a 個人番号.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache
from json import dumps
from typing import Any, get_type_hints

from osame.contracts.strict import Read, UnexpectedMessageError, plain, reader

PATH = "/internal/v1/feed"
ACKNOWLEDGEMENT_PATH = "/internal/v1/feed/acknowledgement"
DIGEST_PATH = "/internal/v1/feed/digest"
LARGEST_PAGE = 5_000
LONGEST_WAIT = 20  # 秒
ALWAYS = ("addressee_number", "withheld", "kind")
"""どの業務にも渡す項目。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """送付先。税目・書類が空なら、すべてに使う。`valid_until` はその翌日。"""

    tax_item: str
    document: str
    priority: int
    is_safe: bool
    name: str
    postal_code: str
    address: str
    address_detail: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """代理人。"""

    kind: str
    tax_item: str
    agent_number: str
    title: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """連絡先。"""

    kind: str
    priority: int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddresseeFacts:
    """宛名の、いまの事実。渡されない項目は、ここに書かれた値のままである。

    withheld: 他業務参照不可などで渡せない宛名（番号と区分だけ）; standing: 住民状態;
    representative_number: 名寄せの代表; protected: 支援措置が解除されていない; protected_from: 相手方の宛名番号。
    """

    addressee_number: str
    withheld: bool
    kind: str
    closed_on: date | None = None
    standing: str = ""
    name: str = ""
    kana: str = ""
    former_surname: str = ""
    alias: str = ""
    sex: str = "0"
    born_on: date | None = None
    birth_notation: str = ""
    postal_code: str = ""
    address: str = ""
    address_detail: str = ""
    household_number: str = ""
    relationship: str = ""
    household_head_name: str = ""
    moved_out_on: date | None = None
    died_on: date | None = None
    corporate_number: str = ""
    representative_name: str = ""
    representative_number: str = ""
    protected: bool = False
    protected_through: date | None = None
    protected_from: tuple[str, ...] = ()
    changed_on: date | None = None
    mailings: tuple[Mailing, ...] = ()
    agents: tuple[Agent, ...] = ()
    contacts: tuple[Contact, ...] = ()


FIELDS = tuple(each.name for each in fields(AddresseeFacts))
OPTIONAL = tuple(each.name for each in fields(AddresseeFacts) if each.default is not MISSING)
LISTS: dict[str, type[Any]] = {"mailings": Mailing, "agents": Agent, "contacts": Contact}


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEntry:
    """ページの一件。事実は、まだ読んでいない。"""

    position: int
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """配信の一ページ。 `next` を次の `after` にする。 `more` なら、待たずに続きがある。"""

    after: int
    next: int
    published: int
    more: bool
    as_of: date
    fields: tuple[str, ...]
    entries: tuple[RawEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """受信確認。ここまでの事実を、自分の取引で書き終えた。"""

    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """照合。宛名番号の下二桁ごとの、事実の要約の和。 `settled` でなければ、途中で変わったので当てにしない。"""

    position: int
    settled: bool
    count: int
    fields: tuple[str, ...]
    buckets: dict[str, str]


@cache
def _readers() -> dict[str, Read]:
    return {name: reader(hint) for name, hint in get_type_hints(AddresseeFacts).items()}


def facts_of(page: Page) -> list[tuple[int, AddresseeFacts]]:
    """ページの事実を読む。約束した項目と違えば断る。"""
    promised = set(page.fields)
    if not promised >= set(ALWAYS) or not promised <= set(FIELDS):
        raise UnexpectedMessageError(f"項目が違います: {sorted(promised ^ set(FIELDS))}")
    readers = {name: _readers()[name] for name in page.fields}
    found = []
    for entry in page.entries:
        given = entry.facts
        if given.keys() != promised and not (given.get("withheld") is True and given.keys() == set(ALWAYS)):
            raise UnexpectedMessageError(f"項目が違います: {sorted(given.keys() ^ promised)}")
        found.append((entry.position, AddresseeFacts(**{name: readers[name](value) for name, value in given.items()})))
    return found


def digest_of(facts: Iterable[AddresseeFacts], names: Sequence[str]) -> tuple[int, dict[str, str]]:
    """事実の要約。並びによらない。渡せない宛名は数えない。"""
    sums: dict[str, int] = {}
    count = 0
    ordered = sorted(names)
    for each in facts:
        if each.withheld:
            continue
        line = dumps([plain(getattr(each, name)) for name in ordered], ensure_ascii=False, separators=(",", ":"))
        value = int.from_bytes(hashlib.sha256(line.encode()).digest())
        bucket = each.addressee_number[-2:]
        sums[bucket] = (sums.get(bucket, 0) + value) % 2**256
        count += 1
    return count, {bucket: f"{value:064x}" for bucket, value in sorted(sums.items())}


def differing(ours: Mapping[str, str], theirs: Mapping[str, str]) -> list[str]:
    """要約の違う下二桁。"""
    return sorted(bucket for bucket in ours.keys() | theirs.keys() if ours.get(bucket) != theirs.get(bucket))
