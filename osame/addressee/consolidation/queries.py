"""名寄せを読む。代表は誰か、誰が束ねられているか、何を確かめるのを待っているか。"""

from dataclasses import dataclass

from osame.platform.database import fetch_all

UP = """
WITH RECURSIVE above(number, depth) AS (
    SELECT %s::varchar(15), 0
    UNION ALL
    SELECT l.representative_number, a.depth + 1 FROM above a JOIN consolidation_link l
    ON l.addressee_number = a.number AND l.ended_at IS NULL
) SELECT number FROM above ORDER BY depth DESC LIMIT 1
"""
DOWN = """
WITH RECURSIVE below(number) AS (
    SELECT %s::varchar(15)
    UNION ALL
    SELECT l.addressee_number FROM below b JOIN consolidation_link l
    ON l.representative_number = b.number AND l.ended_at IS NULL
) SELECT number FROM below ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """確かめを待つ組。"""

    candidate_id: int
    addressee_number: str
    representative_number: str
    evidence: str
    doubts: str
    score: int


@dataclass(frozen=True, slots=True)
class Link:
    """名寄せの紐付け。いまのものも、解いたものも。"""

    link_id: int
    addressee_number: str
    representative_number: str
    kind: str
    evidence: str
    ended: bool


def representative_of(addressee_number: str) -> str:
    """最後の代表。束ねられていなければ、その番号。多段でも一人に行き着く。"""
    return str(fetch_all(UP, [addressee_number])[0][0])


def group_of(addressee_number: str) -> tuple[str, ...]:
    """同じ代表に束ねられた宛名。代表も本人も含む。"""
    return tuple(number for (number,) in fetch_all(DOWN, [representative_of(addressee_number)]))


def waiting(limit: int = 100) -> tuple[Candidate, ...]:
    """確かめを待つ組。一致した属性の多いものから。

    要件: F02-06
    """
    rows = fetch_all(
        "SELECT candidate_id, addressee_number, representative_number, evidence, doubts, score FROM identity_candidate "
        "WHERE state = '1' ORDER BY score DESC, candidate_id LIMIT %s",
        [limit],
    )
    return tuple(Candidate(*row) for row in rows)


def candidate_of(candidate_id: int) -> Candidate | None:
    """確かめを待つ組の一つ。もう確かめられていれば None。"""
    rows = fetch_all(
        "SELECT candidate_id, addressee_number, representative_number, evidence, doubts, score FROM identity_candidate "
        "WHERE candidate_id = %s AND state = '1'",
        [candidate_id],
    )
    return Candidate(*rows[0]) if rows else None


def links_of(addressee_number: str) -> tuple[Link, ...]:
    """その宛名の名寄せの履歴。

    要件: F33-04
    """
    rows = fetch_all(
        "SELECT link_id, addressee_number, representative_number, kind, evidence, ended_at IS NOT NULL "
        "FROM consolidation_link WHERE %s IN (addressee_number, representative_number) ORDER BY link_id",
        [addressee_number],
    )
    return tuple(Link(*row) for row in rows)
