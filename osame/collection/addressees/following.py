"""宛名の受信。配信された事実で写しを新しくし、位置を同じ取引で書き、終えてから受信を確かめる。

Follows the addressee feed. One page, one transaction: staged by COPY, merged set-based, each addressee guarded by its position (a
page that comes twice, late or out of turn changes nothing), and the cursor moves with the facts. Only then is the page
acknowledged. Dying anywhere leaves the cursor at what is stored; the next run goes on from there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.addressees import index
from osame.contracts.addressee_feed import (
    ACKNOWLEDGEMENT_PATH,
    DIGEST_PATH,
    FIELDS,
    LARGEST_PAGE,
    LISTS,
    PATH,
    Acknowledgement,
    AddresseeFacts,
    Digest,
    Mailing,
    Page,
    differing,
    digest_of,
    facts_of,
)
from osame.contracts.client import BrokenAnswer, SystemClient
from osame.kernel.refusals import Refusal
from osame.platform.database import copy_rows, fetch_all, fetch_one, run_sql
from osame.platform.exchanges.calling import errand

DIGEST_SECONDS = 300
TABLES = {"mailings": "addressee_mailing", "agents": "addressee_agent", "contacts": "addressee_contact"}
DERIVED = ("mailing_postal_code", "mailing_address", "mailing_name")
RENAMED = {"protected": "protection_measure", "changed_on": "updated_on"}
PLAIN = tuple(name for name in FIELDS if name not in LISTS)
COLUMNS = tuple(RENAMED.get(name, name) for name in PLAIN)
WRITTEN = (*COLUMNS, *DERIVED, "feed_position")

STAGE = """
CREATE TEMP TABLE staged_fact (LIKE addressee INCLUDING DEFAULTS) ON COMMIT DROP;
CREATE TEMP TABLE staged_mailing (LIKE addressee_mailing) ON COMMIT DROP;
CREATE TEMP TABLE staged_agent (LIKE addressee_agent) ON COMMIT DROP;
CREATE TEMP TABLE staged_contact (LIKE addressee_contact) ON COMMIT DROP
"""
# 写しの位置より新しい事実だけを当てる。渡せない宛名は、持っていなければ持たない。
ACCEPTED = """
CREATE TEMP TABLE accepted_fact ON COMMIT DROP AS
SELECT s.addressee_number, a.addressee_number IS NULL AS is_new FROM staged_fact s LEFT JOIN addressee a USING (addressee_number)
WHERE a.feed_position < s.feed_position OR (a.addressee_number IS NULL AND NOT s.withheld)
"""
UPSERT = """
INSERT INTO addressee ({names})
SELECT {names} FROM staged_fact JOIN accepted_fact USING (addressee_number)
ON CONFLICT (addressee_number) DO UPDATE SET ({names}) = ROW ({new})
""".format(names=", ".join(WRITTEN), new=", ".join(f"excluded.{name}" for name in WRITTEN))


class MissingFields(Refusal):
    """配信に、徴収に要る項目がありません。宛名管理システムの配信先の台帳を確かめてください。"""


class NotSettled(Refusal):
    """照合の間に宛名が変わり続けました。しばらくしてから、もう一度照合してください。"""


@dataclass(frozen=True, slots=True)
class Followed:
    """受信の結果。 applied: 書いた宛名; new: 初めて届いた宛名; position: 受け取り終えた位置。"""

    pages: int = 0
    received: int = 0
    applied: int = 0
    new: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """照合の結果。 differing: 食い違う下二桁。"""

    position: int
    ours: int
    theirs: int
    differing: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """写しと元が等しいか。"""
        return not self.differing and self.ours == self.theirs


def cursor_position() -> int:
    """受け取り終えた位置。"""
    found = fetch_all("SELECT position FROM feed_cursor")
    return int(found[0][0]) if found else 0


def start_over() -> None:
    """初めから受け取り直す。写しは残り、届いた順に確かめられる。

    要件: F33-12
    """
    with transaction.atomic():
        run_sql("UPDATE feed_cursor SET position = 0")
        run_sql("UPDATE addressee SET feed_position = 0 WHERE feed_position > 0")


def follow_once(client: SystemClient, *, wait: int = 0, limit: int = LARGEST_PAGE) -> Followed:
    """一ページを受け取り、書き、受信を確かめる。

    要件: F33-12, F02-01
    """
    after = cursor_position()
    page = client.get(
        PATH,
        Page,
        errand=errand(),
        query={"after": after, "limit": limit, "wait": wait},
        read_seconds=client.limits.read_seconds + wait,
    )
    done = apply(page)
    acknowledge(client, done.position)
    return done


def follow(client: SystemClient, *, on_new: Callable[[int], None], limit: int = LARGEST_PAGE) -> Followed:
    """いまあるところまで受け取る。新しい宛名が届くたびに `on_new` を呼ぶ（保留の調定を試し直す）。

    要件: F33-12, F03-01
    """
    total = Followed(position=cursor_position())
    while True:
        done = follow_once(client, limit=limit)
        if done.new:
            on_new(done.position)
        total = Followed(
            total.pages + 1,
            total.received + done.received,
            total.applied + done.applied,
            total.new + done.new,
            done.position,
        )
        if not done.received:
            return total


def acknowledge(client: SystemClient, position: int) -> None:
    """書き終えた位置を、まだ告げていなければ告げる。"""
    (told,) = fetch_one("SELECT coalesce(max(acknowledged_position), 0) FROM feed_cursor")
    if told >= position:
        return
    client.post(
        ACKNOWLEDGEMENT_PATH,
        Acknowledgement(position=position),
        Acknowledgement,
        errand=errand(),
        idempotency_key=f"feed-{position}",
    )
    run_sql("UPDATE feed_cursor SET acknowledged_position = greatest(acknowledged_position, %s)", [position])


def apply(page: Page) -> Followed:
    """一ページの事実を、一つの取引で写しに当てる。

    The cursor moves only when the page begins at or before it: a page from further on never makes us skip what is between.

    要件: F33-12, F02-01, F02-08
    """
    if missing := set(FIELDS) - set(page.fields):
        raise MissingFields("、".join(sorted(missing)))
    try:
        told = facts_of(page)
    except ValueError as failure:
        raise BrokenAnswer(str(failure)) from failure
    with transaction.atomic():
        run_sql("INSERT INTO feed_cursor (cursor_id) VALUES (1) ON CONFLICT DO NOTHING")
        (cursor,) = fetch_one("SELECT position FROM feed_cursor FOR UPDATE")  # 二つの受信が並んでも、一つずつ
        applied, new = _written(told, page.as_of) if told else (0, 0)
        reached = max(cursor, page.next) if page.after <= cursor else cursor
        if reached > cursor:
            run_sql("UPDATE feed_cursor SET position = %s, moved_at = now()", [reached])
    return Followed(1, len(told), applied, new, reached)


def _written(told: Sequence[tuple[int, AddresseeFacts]], as_of: date) -> tuple[int, int]:
    run_sql(STAGE)
    copy_rows("staged_fact", WRITTEN, (_row(position, facts, as_of) for position, facts in told))
    run_sql("ANALYZE staged_fact")
    run_sql(ACCEPTED)
    run_sql(UPSERT)
    for name, table in TABLES.items():
        _replace_lists(name, table, [facts for _, facts in told])
    accepted = fetch_all("SELECT addressee_number, is_new FROM accepted_fact")
    index.refresh(number for number, _ in accepted)
    return len(accepted), sum(is_new for _, is_new in accepted)


def _replace_lists(name: str, table: str, told: Sequence[AddresseeFacts]) -> None:
    """受け入れた宛名の一覧（送付先など）を、まるごと替える。"""
    staged = table.replace("addressee_", "staged_")
    names = tuple(LISTS[name].__dataclass_fields__)
    columns = ("addressee_number", "line_number", *names)
    lines = [
        [facts.addressee_number, number, *(getattr(each, column) for column in names)]
        for facts in told
        for number, each in enumerate(getattr(facts, name))
    ]
    run_sql(
        f"DELETE FROM {table} t USING accepted_fact a WHERE a.addressee_number = t.addressee_number AND NOT a.is_new"
    )
    if lines:
        copy_rows(staged, columns, lines)
        listed = ", ".join(columns)
        run_sql(
            f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {staged} JOIN accepted_fact USING (addressee_number)"
        )


def _row(position: int, facts: AddresseeFacts, as_of: date) -> list[Any]:
    mailing = _mailing_for_all(facts, as_of)
    derived = [mailing.postal_code, mailing.address + mailing.address_detail, mailing.name] if mailing else ["", "", ""]
    values = [getattr(facts, name) for name in PLAIN]
    values[PLAIN.index("changed_on")] = facts.changed_on or as_of
    values[PLAIN.index("protected_from")] = list(facts.protected_from)
    return [*values, *derived, position]


def _mailing_for_all(facts: AddresseeFacts, as_of: date) -> Mailing | None:
    """どの税目・書類にも使う、いま有効な送付先。支援措置の間は、安全なものだけ。"""
    usable = [
        each
        for each in facts.mailings
        if not each.tax_item and not each.document and each.valid_from <= as_of
        if each.is_safe or not facts.protected
        if each.valid_until is None or each.valid_until > as_of
    ]
    return min(usable, key=lambda each: (not each.is_safe, each.priority), default=None)


def verify(client: SystemClient, *, tries: int = 3) -> Compared:
    """写しが元と等しいことを、双方の要約で確かめる。

    要件: F33-12
    """
    names = tuple(sorted(FIELDS))
    for _ in range(tries):
        done = follow(client, on_new=lambda _position: None)
        query = {"fields": ",".join(names)}
        theirs = client.get(DIGEST_PATH, Digest, errand=errand(), query=query, read_seconds=DIGEST_SECONDS)
        if theirs.settled and theirs.position == done.position:
            count, buckets = digest_of(stored_facts(), names)
            return Compared(done.position, count, theirs.count, tuple(differing(buckets, theirs.buckets)))
    raise NotSettled


def stored_facts() -> Iterator[AddresseeFacts]:
    """写しから組み立てた事実。配信で届いたものだけ。"""
    with transaction.atomic():  # 人の表は、目的を告げた取引でだけ開く
        lists = {name: _stored_lists(name, table) for name, table in TABLES.items()}
        rows = fetch_all(f"SELECT {', '.join(COLUMNS)} FROM addressee WHERE feed_position > 0 AND NOT withheld")
    for row in rows:
        facts = AddresseeFacts(**dict(zip(PLAIN, row, strict=True)))
        number = facts.addressee_number
        yield replace(
            facts,
            protected_from=tuple(facts.protected_from),
            mailings=tuple(lists["mailings"].get(number, ())),
            agents=tuple(lists["agents"].get(number, ())),
            contacts=tuple(lists["contacts"].get(number, ())),
        )


def _stored_lists(name: str, table: str) -> dict[str, list[Any]]:
    names = tuple(LISTS[name].__dataclass_fields__)
    found: dict[str, list[Any]] = {}
    for number, *values in fetch_all(
        f"SELECT addressee_number, {', '.join(names)} FROM {table} ORDER BY addressee_number, line_number"
    ):
        found.setdefault(number, []).append(LISTS[name](**dict(zip(names, values, strict=True))))
    return found
