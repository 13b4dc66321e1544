"""配信のページを読む。位置と事実は、一つの文で読むので食い違わない。

One SQL statement is one snapshot: an addressee whose change is committed but not yet published is left out of the page (it
comes with its new position), so one position always means one state of facts.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from osame.addressee.feed.subscribers import Subscriber, subscribers
from osame.contracts.addressee_feed import (
    ALWAYS,
    FIELDS,
    LARGEST_PAGE,
    LISTS,
    AddresseeFacts,
    Digest,
    Page,
    RawEntry,
    digest_of,
    facts_of,
)
from osame.contracts.strict import plain
from osame.platform.database import fetch_all, fetch_one

SQL = """
WITH page AS MATERIALIZED (
    SELECT e.addressee_number, e.position FROM feed_entry e
    WHERE e.position > %(after)s
      AND NOT EXISTS (SELECT 1 FROM feed_change c WHERE c.addressee_number = e.addressee_number)
    ORDER BY e.position LIMIT %(limit)s
)
SELECT p.position, p.addressee_number,
       v.name IS NULL OR (a.not_for_other_offices AND a.origin <> %(office)s) AS withheld,
       a.kind, a.closed_on, v.standing, v.name, v.kana, v.former_surname, v.alias, v.sex, v.born_on, v.birth_notation,
       v.postal_code,
       CASE WHEN v.foreign_address <> '' THEN concat_ws('　', nullif(v.country_name, ''), v.foreign_address)
            ELSE v.prefecture || v.municipality_name || v.town || v.block END AS address,
       v.building AS address_detail, v.household_number, v.relationship, v.household_head_name, v.moved_out_on, v.died_on,
       v.corporate_number, v.representative_name, coalesce((SELECT l.representative_number FROM consolidation_link l
                 WHERE l.addressee_number = p.addressee_number AND l.ended_at IS NULL), '') AS representative_number,
       m.through IS NOT NULL AS protected, m.through AS protected_through,
       coalesce((SELECT array_agg(DISTINCT r.other_number ORDER BY r.other_number) FROM protected_relation r
                 JOIN protection_measure i USING (measure_id)
                 WHERE r.addressee_number = p.addressee_number AND r.other_number <> '' AND i.state <> '9'), '{}')
           AS protected_from,
       v.changed_on,
       CASE WHEN %(sending)s THEN (
           SELECT jsonb_agg(jsonb_build_array(s.tax_item, s.document, s.priority, s.is_safe, s.name, s.postal_code,
               CASE WHEN s.foreign_address <> '' THEN concat_ws('　', nullif(s.country_name, ''), s.foreign_address)
                    ELSE s.prefecture || s.municipality_name || s.town || s.block END,
               s.building, s.valid_from, s.valid_until) ORDER BY s.tax_item, s.document, s.priority, s.mailing_address_id)
           FROM mailing_address s WHERE s.addressee_number = p.addressee_number AND s.superseded_at IS NULL
             AND (s.valid_until IS NULL OR s.valid_until > %(as_of)s) AND (NOT s.needs_approval OR s.approver <> ''))
       END AS mailings,
       CASE WHEN %(agents)s THEN (
           SELECT jsonb_agg(jsonb_build_array(g.kind, g.tax_item, g.agent_number, g.title, g.valid_from, g.valid_until)
               ORDER BY g.kind, g.tax_item, g.agent_id)
           FROM agent g WHERE g.addressee_number = p.addressee_number AND g.state = '2'
             AND (g.valid_until IS NULL OR g.valid_until > %(as_of)s))
       END AS agents,
       CASE WHEN %(sending)s THEN (
           SELECT jsonb_agg(jsonb_build_array(c.kind, c.priority, c.value) ORDER BY c.priority, c.contact_id)
           FROM contact c WHERE c.addressee_number = p.addressee_number AND c.superseded_at IS NULL
             AND c.valid_from <= %(as_of)s AND (c.valid_until IS NULL OR c.valid_until > %(as_of)s))
       END AS contacts
FROM page p
JOIN addressee a USING (addressee_number)
LEFT JOIN LATERAL (  -- いま信じている、その日の履歴。なければ、最も近い先のもの
    SELECT * FROM addressee_version v WHERE v.addressee_number = p.addressee_number AND v.superseded_at IS NULL
    ORDER BY v.valid_from <= %(as_of)s DESC, abs(v.valid_from - %(as_of)s) LIMIT 1
) v ON true
LEFT JOIN LATERAL (
    SELECT max(through) AS through FROM protection_measure i
    WHERE i.addressee_number = p.addressee_number AND i.state <> '9'
) m ON true
ORDER BY p.position
"""
COLUMNS = ("position", *FIELDS)


@dataclass(frozen=True, slots=True)
class SubscriberState:
    """配信先の受信の状況。 behind: まだ確かめていない宛名の数。"""

    subscriber: Subscriber
    confirmed_position: int
    confirmed_at: datetime | None
    asked_at: datetime | None
    behind: int


def publish(*, as_of: date) -> int:
    """確定した変更に位置を付け、最後の位置を返す。"""
    with transaction.atomic():
        (position,) = fetch_one("SELECT feed_publish(%s)", [as_of])
    return int(position)


def page_after(subscriber: Subscriber, after: int, *, limit: int, published: int, as_of: date) -> Page:
    """その位置より後の一ページ。"""
    rows = _rows(subscriber, after, limit, as_of)
    entries = tuple(RawEntry(position=row["position"], facts=_given(subscriber, row)) for row in rows)
    return Page(
        after=after,
        next=entries[-1].position if entries else after,
        published=published,
        more=len(entries) == limit,
        as_of=as_of,
        fields=subscriber.fields,
        entries=entries,
    )


def _rows(subscriber: Subscriber, after: int, limit: int, as_of: date) -> Iterator[dict[str, Any]]:
    parameters: dict[str, str | int | date] = {
        "after": after,
        "limit": limit,
        "office": subscriber.office or "-",
        "as_of": as_of,
        "sending": "mailings" in subscriber.fields,
        "agents": "agents" in subscriber.fields,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SQL, parameters)
        return iter([dict(zip(COLUMNS, row, strict=True)) for row in cursor.fetchall()])


def _given(subscriber: Subscriber, row: Mapping[str, Any]) -> dict[str, Any]:
    """その配信先に渡す項目だけ。渡せない宛名と、支援措置の旗を受け取らない配信先への対象者は、番号と区分だけ。"""
    if row["withheld"] or (row["protected"] and "protected" not in subscriber.fields):
        return {name: row[name] for name in ALWAYS} | {"withheld": True}
    return {name: _value(name, row[name]) for name in subscriber.fields}


def _value(name: str, value: Any) -> Any:
    if name in LISTS:
        names = tuple(LISTS[name].__dataclass_fields__)
        return [dict(zip(names, each, strict=True)) for each in json.loads(value or "[]")]
    return plain(value)


def digest(subscriber: Subscriber, names: tuple[str, ...], *, as_of: date) -> Digest:
    """照合のための要約。読む間に何かが変われば、落ち着いていないと答える。"""
    published = publish(as_of=as_of)

    def everything() -> Iterator[AddresseeFacts]:
        after, more = 0, True
        while more:
            page = page_after(subscriber, after, limit=LARGEST_PAGE, published=published, as_of=as_of)
            yield from (facts for _, facts in facts_of(page))
            after, more = page.next, page.more

    count, buckets = digest_of(everything(), names)
    return Digest(
        position=published,
        settled=publish(as_of=as_of) == published,
        count=count,
        fields=names,
        buckets=buckets,
    )


def states() -> list[SubscriberState]:
    """配信先ごとの、受信確認と遅れ。"""
    told = {
        row[0]: row[1:]
        for row in fetch_all(
            "SELECT code, confirmed_position, confirmed_at, asked_at, "
            "(SELECT count(*) FROM feed_entry e WHERE e.position > s.confirmed_position) FROM feed_subscriber s"
        )
    }
    (everybody,) = fetch_one("SELECT count(*) FROM feed_entry")
    return [SubscriberState(each, *told.get(code, (0, None, None, everybody))) for code, each in subscribers().items()]
