"""同一人の候補を、まとめて探す。十分な根拠があれば束ね、疑わしければ職員に尋ねる。

Find who may be one, for the whole city in a fixed number of statements. What is counted, and when it is enough, is
`rule`'s to say; here the evidence is gathered. Nothing but links and candidates is written: no number and no fact changes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import transaction

from osame.addressee.consolidation.rule import Attribute, Doubt, is_same
from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import copy_rows, fetch_all, fetch_one, run_sql, sql_text

GATHERING = sql_text("osame.addressee.consolidation", "sql/candidates.sql")
ATTRIBUTES = {
    "same_birth": Attribute.BIRTH,
    "same_sex": Attribute.SEX,
    "same_address": Attribute.ADDRESS,
    "inherits": Attribute.INHERITANCE,
    "same_name": Attribute.NAME,
    "same_former_name": Attribute.FORMER_NAME,
}
DOUBTS = {
    "more": Doubt.MORE_THAN_TWO,
    "room_unknown": Doubt.ROOM_UNKNOWN,
    "kana_differs": Doubt.KANA_DIFFERS,
    "gone": Doubt.GONE,
}
COLUMNS = (
    "one", "other", "kind_one", "kind_other", "standing_one", "standing_other", "numbered_one", "numbered_other",
    "closed_one", "closed_other", "corporation", "same_corporate_number",
    *ATTRIBUTES, *DOUBTS,
)  # fmt: skip


class Pair(NamedTuple):
    """根拠を数えた一組。"""

    member: str
    representative: str
    attributes: frozenset[Attribute]
    doubts: frozenset[Doubt]


@dataclass(frozen=True, slots=True)
class Found:
    """探した結果。"""

    people: int
    linked: int
    waiting: int


def find_candidates() -> Found:
    """同一人の候補を探し、根拠が十分な組は束ね、ほかは職員の確かめを待たせる。

    要件: F02-06, F33-04
    """
    with transaction.atomic():
        for statement in GATHERING.split(";\n"):
            run_sql(statement)
        pairs = [pair for pair in _pairs() if pair.attributes]
        _keep(pairs)
        linked = _link([pair for pair in pairs if is_same(pair.attributes, pair.doubts)])
        (waiting,) = fetch_one("SELECT count(*) FROM identity_candidate WHERE state = '1'")
        (people,) = fetch_one("SELECT count(*) FROM compared")
        record("同一人の候補を探した", detail={"宛名の数": people, "自動の名寄せ": linked, "確かめ待ち": waiting})
    return Found(int(people), linked, int(waiting))


def _pairs() -> Iterator[Pair]:
    for row in fetch_all(f"SELECT {', '.join(COLUMNS)} FROM seen_pair ORDER BY one, other"):
        told = dict(zip(COLUMNS, row, strict=True))
        attributes = {attribute for name, attribute in ATTRIBUTES.items() if told[name]}
        if told["corporation"]:
            attributes = {Attribute.CORPORATE_NUMBER} if told["same_corporate_number"] else set()
            attributes |= {Attribute.COMPANY_NAME} if told["same_name"] else set()
        doubts = {doubt for name, doubt in DOUBTS.items() if told[name]} - (
            {Doubt.ROOM_UNKNOWN} if not told["same_address"] else set()
        )
        member, representative = _ranked(told)
        yield Pair(member, representative, frozenset(attributes), frozenset(doubts))


def _ranked(told: dict[str, Any]) -> tuple[str, str]:
    """（名寄せ元, 代表）。廃止していない者、住登者、住民、先に付番された者の順に、代表とする。"""

    def rank(which: str) -> tuple[Any, ...]:
        return (
            told[f"closed_{which}"],
            told[f"standing_{which}"] != "1",
            told[f"kind_{which}"] != "1",
            told[f"numbered_{which}"],
            told["one" if which == "one" else "other"],
        )

    if rank("one") <= rank("other"):
        return told["other"], told["one"]
    return told["one"], told["other"]


def _keep(pairs: list[Pair]) -> None:
    """候補を残す。職員が確かめた組、いま束ねてある組は、二度と問わない。"""
    run_sql("DROP TABLE IF EXISTS found_pair")
    run_sql(
        "CREATE TEMP TABLE found_pair (member text, representative text, evidence text, doubts text, score int) ON COMMIT DROP"
    )
    copy_rows(
        "found_pair",
        ("member", "representative", "evidence", "doubts", "score"),
        (
            (
                pair.member,
                pair.representative,
                "・".join(sorted(pair.attributes)),
                "・".join(sorted(pair.doubts)),
                len(pair.attributes),
            )
            for pair in pairs
        ),
    )
    run_sql(
        "DELETE FROM found_pair f USING identity_candidate c WHERE (c.addressee_number, c.representative_number) IN "
        "((f.member, f.representative), (f.representative, f.member)) AND c.state <> '1'"
    )
    run_sql(
        "INSERT INTO identity_candidate (addressee_number, representative_number, evidence, doubts, score, state) "
        "SELECT member, representative, evidence, doubts, score, '1' FROM found_pair ORDER BY member, representative "
        "ON CONFLICT (addressee_number, representative_number) DO UPDATE "
        "SET (evidence, doubts, score) = (excluded.evidence, excluded.doubts, excluded.score)"
    )


def _link(pairs: list[Pair]) -> int:
    """根拠が十分な組を束ねる。もう束ねてある者は、そのままにする。"""
    run_sql("DROP TABLE IF EXISTS same_pair")
    run_sql("CREATE TEMP TABLE same_pair (member text, representative text) ON COMMIT DROP")
    copy_rows("same_pair", ("member", "representative"), [(pair.member, pair.representative) for pair in pairs])
    officer = gate.required().officer
    linked = run_sql(
        "INSERT INTO consolidation_link (addressee_number, representative_number, kind, evidence, linked_by) "
        "SELECT DISTINCT ON (s.member) s.member, s.representative, '1', f.evidence, %s FROM same_pair s "
        "JOIN found_pair f USING (member, representative) WHERE NOT EXISTS (SELECT 1 FROM consolidation_link l "
        "WHERE l.ended_at IS NULL AND l.addressee_number IN (s.member, s.representative)) ORDER BY s.member",
        [officer],
    )
    run_sql(
        "UPDATE identity_candidate c SET state = '2', settled_at = now(), settled_by = %s FROM consolidation_link l "
        "WHERE c.state = '1' AND l.ended_at IS NULL AND l.addressee_number = c.addressee_number "
        "AND l.representative_number = c.representative_number",
        [officer],
    )
    return linked
