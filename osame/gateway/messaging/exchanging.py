"""伝文のやり取り。出すべきものを書き、送り、届いたものを受ける。どこで止まっても、続きから行う。

One round: what is due is written as envelopes in the transaction that moves its state; what is written is sent until it is taken;
what has arrived is opened, judged and applied, with the position of the mailbox, in one transaction. A process that dies between
any two of these leaves nothing half done: an envelope may travel twice, and is applied once.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from json import dumps

from django.db import transaction

from osame.contracts.envelopes import Envelope, EnvelopeRefused, Replayed
from osame.contracts.national import PARCEL, Delivered, NetworkClient
from osame.contracts.strict import parsed, plain
from osame.gateway.messaging.models import MailboxCursor, OutboundEnvelope
from osame.gateway.messaging.registry import HANDLERS, SENDERS, Letter, Outcome, Verdict, refused
from osame.gateway.trust import parties
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import copy_rows, fetch_all, run_sql

ONE_ROUND = 1_000
"""一度に書く封筒の数。"""


def write_due(*, at: datetime) -> int:
    """出すべき伝文に封をして書く。

    要件: F35-07
    """
    count = 0
    with transaction.atomic():
        me = parties.party()
        for producer in SENDERS:
            rows = [(each, me.write(each.kind, each.body, each.to, now=at)) for each in producer(at, ONE_ROUND)]
            copy_rows("outbound_envelope", ("message_id", "kind", "receiver", "about", "envelope"), (
                (envelope.message_id, each.kind, each.to.institution, each.about, dumps(plain(envelope)))
                for each, envelope in rows
            ))  # fmt: skip
            count += len(rows)
        if count:
            record("伝文を書いた", detail={"件数": count})
    return count


def send_written(network: NetworkClient, *, now: Callable[[], datetime]) -> int:
    """書いた封筒を、受け取られるまで送る。

    要件: F35-07
    """
    sent = 0
    while True:
        with transaction.atomic():
            rows = list(OutboundEnvelope.objects.filter(state="1").order_by("outbound_id")[:PARCEL])
        if not rows:
            return sent
        taken = network.send([parsed(Envelope, row.envelope) for row in rows])
        with transaction.atomic():
            moved = run_sql(
                "UPDATE outbound_envelope SET state = '2', taken_at = %s WHERE message_id = ANY(%s) AND state = '1'",
                [now(), list(taken)],
            )
        sent += moved
        if not moved:
            return sent


def receive(network: NetworkClient, *, now: Callable[[], datetime]) -> int:
    """届いた封筒を、位置の順に受ける。

    要件: F35-07
    """
    received = 0
    while True:
        with transaction.atomic():
            cursor, _ = MailboxCursor.objects.get_or_create(cursor_id=1)
        mailbox = network.collect(cursor.position)
        if not mailbox.entries:
            return received
        received += take(mailbox.entries, cursor.position, at=now())


def take(entries: Sequence[Delivered], after: int, *, at: datetime) -> int:
    """封筒を開け、確かめ、章に渡し、位置を進める。一つの取引で終える。

    要件: F35-07, F35-08
    """
    with transaction.atomic():
        moved = run_sql(
            "UPDATE mailbox_cursor SET position = %s, moved_at = %s WHERE cursor_id = 1 AND position = %s",
            [entries[-1].position, at, after],
        )
        if not moved:  # ほかの処理が先に受けた
            return 0
        verdicts = _judged(entries, at)
        copy_rows("inbound_envelope", ("position", "message_id", "kind", "sender", "outcome", "reason"), (
            (each.position, each.envelope.message_id, each.envelope.kind, each.envelope.sender, str(verdict.outcome),
             verdict.reason[:200])
            for each, verdict in zip(entries, verdicts, strict=True)
        ))  # fmt: skip
        turned_away = sum(each.outcome == Outcome.REFUSED for each in verdicts)
        record("伝文を受けた", detail={"件数": len(entries), "断った件数": turned_away})
    return len(entries)


def _judged(entries: Sequence[Delivered], at: datetime) -> list[Verdict]:
    me, find = parties.party(), parties.finder()
    seen = {
        row[0]
        for row in fetch_all(
            "SELECT message_id FROM inbound_envelope WHERE outcome = '1' AND message_id = ANY(%s)",
            [[each.envelope.message_id for each in entries]],
        )
    }
    verdicts: dict[int, Verdict] = {}
    letters: dict[str, list[tuple[int, Letter]]] = {}
    for at_index, each in enumerate(entries):
        try:
            if each.envelope.message_id in seen:
                raise Replayed
            body = me.open(each.envelope, find, now=at)
            if each.envelope.kind not in HANDLERS:
                raise EnvelopeRefused(each.envelope.kind)
            seen.add(each.envelope.message_id)
            letters.setdefault(each.envelope.kind, []).append((at_index, Letter(each.envelope, body)))
        except Replayed as replayed:
            verdicts[at_index] = Verdict(Outcome.KNOWN, str(replayed))
        except Refusal as refusal:
            verdicts[at_index] = refused(str(refusal))
    for kind, found in letters.items():
        answered = HANDLERS[kind]([letter for _, letter in found], at)
        verdicts.update(zip((at_index for at_index, _ in found), answered, strict=True))
    return [verdicts[at_index] for at_index in range(len(entries))]
