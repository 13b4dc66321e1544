"""4情報の受信。宛名管理から配信された事実で、統合宛名の4情報を新しくする。

Follows the addressee feed for the four facts of people who have a link. A page is one transaction. Which of them differ from what
is believed is found set-based; those few go through the one door of facts, `identities.actions.learn`, so that the rule
of whose facts count stands in one place. Facts of a registered resident come from the resident register.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from osame.contracts.addressee_feed import (
    ACKNOWLEDGEMENT_PATH,
    LARGEST_PAGE,
    PATH,
    Acknowledgement,
    AddresseeFacts,
    Page,
    facts_of,
)
from osame.contracts.client import BrokenAnswer, SystemClient
from osame.contracts.linkage import BasicFacts, NumberingOrder
from osame.linkage.identities.actions import RESIDENT_REGISTER, learn
from osame.linkage.identities.models import Standing
from osame.platform.database import copy_rows, fetch_all, fetch_one, run_sql
from osame.platform.exchanges.calling import errand

STAGE = """
CREATE TEMP TABLE staged_fact (
    addressee_number varchar(15) PRIMARY KEY, position bigint NOT NULL, standing varchar(1) NOT NULL, name text NOT NULL,
    address text NOT NULL, sex varchar(1) NOT NULL, born_on date
) ON COMMIT DROP
"""
COLUMNS = ("addressee_number", "position", "standing", "name", "address", "sex", "born_on")
# 紐付けのある宛名のうち、まだ当てていない位置のもの。
NEWER = """
CREATE TEMP TABLE newer_fact ON COMMIT DROP AS
SELECT s.* FROM staged_fact s LEFT JOIN feed_received r USING (addressee_number)
WHERE coalesce(r.position, 0) < s.position
  AND EXISTS (SELECT 1 FROM identity_link l WHERE l.addressee_number = s.addressee_number AND l.unlinked_at IS NULL)
"""
DIFFERING = """
SELECT DISTINCT ON (l.unified_addressee_number)
       l.unified_addressee_number, l.business_id, l.scheme_id, n.addressee_number, n.standing, n.name, n.address, n.sex, n.born_on
FROM newer_fact n
JOIN identity_link l ON l.addressee_number = n.addressee_number AND l.unlinked_at IS NULL
LEFT JOIN identity_fact f ON f.unified_addressee_number = l.unified_addressee_number AND f.superseded_at IS NULL
WHERE (f.name, f.address, f.sex, f.born_on, l.standing) IS DISTINCT FROM (n.name, n.address, n.sex, n.born_on, n.standing)
ORDER BY l.unified_addressee_number, l.business_id <> %s, n.position DESC
"""
# 紐付けのない宛名でも覚える。付番が後から来ても、初めから伏せる。支援措置のあったことのない宛名は、覚えない。
SUPPRESSED = """
INSERT INTO suppressed_addressee AS known (addressee_number, suppressed, position)
SELECT * FROM unnest(%s::text[], %s::boolean[], %s::bigint[]) AS told(number, flag, position)
WHERE flag OR EXISTS (SELECT 1 FROM suppressed_addressee s WHERE s.addressee_number = told.number)
ON CONFLICT (addressee_number) DO UPDATE SET suppressed = excluded.suppressed, position = excluded.position
WHERE known.position < excluded.position
"""
RECEIVED = """
INSERT INTO feed_received (addressee_number, position) SELECT addressee_number, position FROM newer_fact
ON CONFLICT (addressee_number) DO UPDATE SET position = excluded.position
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """受信の結果。 learnt: 4情報の変わった人; position: 受け取り終えた位置。"""

    received: int = 0
    learnt: int = 0
    position: int = 0


def cursor_position() -> int:
    """受け取り終えた位置。"""
    found = fetch_all("SELECT position FROM feed_cursor")
    return int(found[0][0]) if found else 0


def follow_once(client: SystemClient, *, wait: int = 0, limit: int = LARGEST_PAGE) -> Followed:
    """一ページを受け取り、当て、受信を確かめる。

    要件: F33-12, F34-02
    """
    query = {"after": cursor_position(), "limit": limit, "wait": wait}
    page = client.get(PATH, Page, errand=errand(), query=query, read_seconds=client.limits.read_seconds + wait)
    done = apply(page)
    acknowledge(client, done.position)
    return done


def follow(client: SystemClient, *, limit: int = LARGEST_PAGE) -> Followed:
    """いまあるところまで受け取る。

    要件: F33-12, F34-02
    """
    total = Followed(position=cursor_position())
    while True:
        done = follow_once(client, limit=limit)
        total = Followed(total.received + done.received, total.learnt + done.learnt, done.position)
        if not done.received:
            return total


def acknowledge(client: SystemClient, position: int) -> None:
    """当て終えた位置を、まだ告げていなければ告げる。"""
    (told,) = fetch_one("SELECT coalesce(max(acknowledged_position), 0) FROM feed_cursor")
    if told < position:
        message = Acknowledgement(position=position)
        key = f"feed-{position}"
        client.post(ACKNOWLEDGEMENT_PATH, message, Acknowledgement, errand=errand(), idempotency_key=key)
        run_sql("UPDATE feed_cursor SET acknowledged_position = greatest(acknowledged_position, %s)", [position])


def apply(page: Page) -> Followed:
    """一ページの事実を、一つの取引で当てる。

    要件: F33-12, F34-02
    """
    try:
        told = facts_of(page)
    except ValueError as failure:
        raise BrokenAnswer(str(failure)) from failure
    with transaction.atomic():
        run_sql("INSERT INTO feed_cursor (cursor_id) VALUES (1) ON CONFLICT DO NOTHING")
        (cursor,) = fetch_one("SELECT position FROM feed_cursor FOR UPDATE")
        learnt = _learnt(told)
        reached = max(cursor, page.next) if page.after <= cursor else cursor
        if reached > cursor:
            run_sql("UPDATE feed_cursor SET position = %s, moved_at = now()", [reached])
    return Followed(len(told), learnt, reached)


def _suppress(told: Sequence[tuple[int, AddresseeFacts]]) -> None:
    """伏せる旗を、4情報より先に覚える。渡されなくなった宛名も、前に覚えた住所があるので伏せる。"""
    flags = [(f.addressee_number, f.protected or f.withheld, position) for position, f in told]
    run_sql(SUPPRESSED, [list(column) for column in zip(*flags, strict=True)] or [[], [], []])


def _learnt(told: Sequence[tuple[int, AddresseeFacts]]) -> int:
    _suppress(told)
    run_sql(STAGE)
    people = [(position, facts) for position, facts in told if not facts.withheld and facts.standing in Standing.values]
    rows = (
        [f.addressee_number, position, f.standing, f.name, f.address + f.address_detail, f.sex, f.born_on]
        for position, f in people
    )
    copy_rows("staged_fact", COLUMNS, rows)
    run_sql("ANALYZE staged_fact")
    run_sql(NEWER)
    differing = fetch_all(DIFFERING, [RESIDENT_REGISTER])
    for person, business, scheme, number, standing, *facts in differing:
        resident = standing == Standing.REGISTERED
        order = NumberingOrder(
            request_number="",
            affair="",
            business_id=RESIDENT_REGISTER if resident else business,
            scheme_id="000" if resident else scheme,
            addressee_number=number,
            standing=standing,
            facts=BasicFacts(*facts),
            sealed="",
        )
        learn(person, order.facts, order)
    run_sql(RECEIVED)
    return len(differing)
