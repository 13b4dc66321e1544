"""封筒を運ぶ。受け、宛先へ届け、コアシステムと模擬の機関あてのものには答える。命じられれば、失い、遅らせ、二重にし、変える。

The stand-in's routing. What is addressed to a real body is put into its mailbox unread; what is addressed to the core or to a
simulated institution is opened by that institution's key and answered. Misbehaviour on command happens here and nowhere else.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db import transaction

from osame.contracts.certificates import Certificate
from osame.contracts.envelopes import Envelope, EnvelopeRefused, Party, WrongCertificate
from osame.contracts.national import PARCEL, Delivered, Mailbox
from osame.contracts.strict import parsed, plain
from osame.kernel.refusals import Refusal
from osame.network.core import keys
from osame.network.core.models import Behaviour, CarriedEnvelope, Institution, InstitutionCertificate
from osame.platform.database import copy_rows, fetch_all, run_sql

Letter = tuple[Envelope, dict[str, Any]]
"""開けた封筒。"""
Answering = Callable[[str, Sequence[Letter], datetime], list[tuple[str, str, Any]]]
"""模擬の機関の答え方。（あて先の機関、伝文の種別、本文）を返す。"""
THOUSAND = 1_000
PLACE = """
WITH waiting AS (
    SELECT entry_id, row_number() OVER (ORDER BY {order}) AS n FROM mailbox_entry
    WHERE receiver = %(me)s AND position IS NULL AND due_at <= %(now)s
), base AS (SELECT coalesce(max(position), 0) AS last FROM mailbox_entry WHERE receiver = %(me)s)
UPDATE mailbox_entry m SET position = base.last + waiting.n FROM waiting, base WHERE m.entry_id = waiting.entry_id
"""


class NetworkDown(Refusal):
    """情報提供ネットワークシステム（模擬）は、いま止まっています。時間をおいて、もう一度送ってください。"""

    http_status = 503


class NetworkFaulty(Refusal):
    """情報提供ネットワークシステム（模擬）が誤りを返しました。時間をおいて、もう一度送ってください。"""

    http_status = 502


def behaviour(now: datetime) -> Behaviour:
    """いまの振舞い。止まっていれば断る。"""
    found = Behaviour.objects.get(pk=1)
    if found.down_until and now < found.down_until:
        raise NetworkDown
    if found.error and random.randrange(THOUSAND) < found.error:  # noqa: S311 - 振舞いの偶然
        raise NetworkFaulty
    return found


def take(envelopes: Sequence[Envelope], sender: str, answering: Answering, *, now: datetime) -> tuple[str, ...]:
    """封筒を受け、運ぶ。受けた番号を返す。同じ封筒は、何度受けても一度だけ運ぶ。

    要件: F35-07
    """
    habits = behaviour(now)
    kept = [each for each in envelopes if not _chance(habits.drop)]  # 失われたものも、受けたと答える
    with transaction.atomic():
        new = _first_time(kept, sender)
        simulated = set(Institution.objects.filter(simulated=True).values_list("institution", flat=True))
        for receiver in sorted(
            {each.receiver for each in new} & simulated, reverse=True
        ):  # 住基側を、コアシステムより先に
            letters = _opened(receiver, [each for each in new if each.receiver == receiver], now=now)
            _post(receiver, answering(receiver, letters, now), habits, now=now)
        _deliver([each for each in new if each.receiver not in simulated], habits, now=now)
    return tuple(each.message_id for each in envelopes)


def _first_time(envelopes: Sequence[Envelope], sender: str) -> list[Envelope]:
    """初めての封筒だけ。送り手を偽ったものは運ばない。"""
    unique = {each.message_id: each for each in envelopes}
    fresh = {
        row[0]
        for row in fetch_all(
            "INSERT INTO carried_envelope (message_id, sender, receiver, kind, outcome) "
            "SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) "
            "ON CONFLICT DO NOTHING RETURNING message_id",
            [
                list(unique), [each.sender for each in unique.values()], [each.receiver for each in unique.values()],
                [each.kind for each in unique.values()],
                ["運んだ" if each.sender == sender else "送り手が違う" for each in unique.values()],
            ],
        )
    }  # fmt: skip
    return [each for each in unique.values() if each.message_id in fresh and each.sender == sender]


@cache
def _known(serial: str) -> Certificate:
    row = InstitutionCertificate.objects.filter(serial=serial).first()
    if row is None:
        raise WrongCertificate(serial)
    return parsed(Certificate, row.content)


def _standing(serial: str) -> Certificate:
    """失効していない証明書。"""
    if InstitutionCertificate.objects.filter(serial=serial).exclude(revoked_at=None).exists():
        raise WrongCertificate(serial)
    return _known(serial)


def _opened(receiver: str, envelopes: Sequence[Envelope], *, now: datetime) -> list[Letter]:
    """開けられた封筒。開かないものは、そのわけを残す。"""
    me = keys.party(receiver)
    standing = {serial: _tried(_standing, serial) for serial in {each.serial for each in envelopes}}

    def find(serial: str) -> Certificate:
        if (found := standing[serial]) is None:
            raise WrongCertificate(serial)
        return found

    letters: list[Letter] = []
    for each in envelopes:
        try:
            letters.append((each, me.open(each, find, now=now)))
        except Refusal as refusal:
            CarriedEnvelope.objects.filter(pk=each.message_id).update(outcome=type(refusal).__name__)
    return letters


def _tried(find: Callable[[str], Certificate], serial: str) -> Certificate | None:
    try:
        return find(serial)
    except EnvelopeRefused:
        return None


def certificate_of(institution: str) -> Certificate | None:
    """機関の、いちばん新しい証明書。"""
    row = InstitutionCertificate.objects.filter(institution=institution, revoked_at=None).order_by("-valid_until").first()  # fmt: skip
    return parsed(Certificate, row.content) if row else None


def _post(sender: str, answers: Sequence[tuple[str, str, Any]], habits: Behaviour, *, now: datetime) -> None:
    """模擬の機関の答えに封をし、届ける。模擬の機関どうしの伝文は、ここでは起きない。"""
    me: Party = keys.party(sender)
    to = {each: certificate_of(each) for each in {receiver for receiver, _, _ in answers}}
    written = [me.write(kind, body, found, now=now) for receiver, kind, body in answers if (found := to[receiver])]
    _deliver(written, habits, now=now)


def send_from(sender: str, receiver: str, kind: str, body: Any, *, now: datetime) -> None:
    """模擬の機関から、団体に伝文を送る。

    要件: F35-03
    """
    with transaction.atomic():
        _post(sender, [(receiver, kind, body)], behaviour(now), now=now)


def _deliver(envelopes: Sequence[Envelope], habits: Behaviour, *, now: datetime) -> None:
    """届ける。命じられた割合で、失い、変え、二重にし、遅らせる。"""
    entries = []
    for each in envelopes:
        if _chance(habits.drop):
            continue
        copies = 2 if _chance(habits.duplicate) else 1
        for _ in range(copies):
            entries.append(_entry(each, habits, now))
        if _chance(habits.alter):
            entries.append(_entry(_altered(each), habits, now))
        if _chance(habits.hostile):
            entries.append(_entry(_forged(each), habits, now))
    copy_rows("mailbox_entry", ("receiver", "envelope", "due_at"), entries)


def _entry(envelope: Envelope, habits: Behaviour, now: datetime) -> tuple[str, str, datetime]:
    late = random.randrange(habits.delay_milliseconds + 1) if _chance(habits.delay) else 0  # noqa: S311
    return envelope.receiver, json.dumps(plain(envelope)), now + timedelta(milliseconds=late)


def _altered(envelope: Envelope) -> Envelope:
    """本文の一字を変えた、別の番号の封筒。"""
    at = len(envelope.sealed) // 2
    other = "A" if envelope.sealed[at] != "A" else "B"
    return replace(envelope, sealed=envelope.sealed[:at] + other + envelope.sealed[at + 1 :])


def _forged(envelope: Envelope) -> Envelope:
    """送り手を偽った封筒。"""
    return replace(envelope, message_id=envelope.message_id[::-1], sender="0220100002001700")


def mailbox(receiver: str, after: int, limit: int, *, now: datetime) -> Mailbox:
    """自分あての封筒を、位置の順に渡す。位置は、届けてよくなったときに決まり、後から変わらない。

    要件: F35-07
    """
    habits = behaviour(now)
    order = "random()" if _chance(habits.reorder) else "entry_id"
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(hashtext(%s))", [receiver])
        run_sql(PLACE.format(order=order), {"me": receiver, "now": now})
        rows = fetch_all(
            "SELECT position, envelope FROM mailbox_entry WHERE receiver = %s AND position > %s ORDER BY position LIMIT %s",
            [receiver, after, max(1, min(limit, PARCEL))],
        )
    entries = tuple(Delivered(position, parsed(Envelope, _json(content))) for position, content in rows)
    return Mailbox(entries, entries[-1].position if entries else after)


def _json(content: Any) -> Any:
    return json.loads(content) if isinstance(content, str) else content


def _chance(in_a_thousand: int) -> bool:
    return in_a_thousand > 0 and random.randrange(THOUSAND) < in_a_thousand  # noqa: S311
