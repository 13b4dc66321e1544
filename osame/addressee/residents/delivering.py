"""個人番号の封筒を、連携サーバーへ渡す。受け取ったと答えがあったものだけを、控えから消す。

Hand the sealed numbers over, one order each. An order carries the number of its envelope, so sending it again after an
answer was lost is done once at the other end. What is refused stays in the outbox and is counted. What linkage holds for people
to decide lies with linkage from then on, envelope and all; it is counted and told.
"""

from dataclasses import dataclass
from typing import Protocol

from django.db import transaction

from osame.addressee.people.facts import FACTS, Facts
from osame.addressee.residents import outbox
from osame.contracts.client import ExchangeFailed, PeerRefused
from osame.contracts.linkage import BasicFacts, NumberingAnswer, NumberingOrder, text_of
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all

AFFAIR, NO_SCHEME = "local_tax", "000"
OF_THIS_ENVELOPE = frozenset({400, 409, 413, 422})
"""この封筒が断られた答え。ほかの断り（鍵・権限・相手の不調）は、どの封筒も同じなので、そこで止める。"""


class Receiver(Protocol):
    """封筒の受け手。"""

    def number(self, order: NumberingOrder) -> NumberingAnswer:
        """付番を依頼する。"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """渡した結果。 held: 渡したうち、連携サーバーが預かり、人の決定を待つもの。"""

    sent: int
    refused: int
    cut_off: bool
    held: int = 0


def deliver(receiver: Receiver, *, limit: int = 10_000) -> Delivered:
    """封筒を順に渡す。つながらなくなれば、そこで止める。

    要件: F34-01
    """
    sent = refused = held = 0
    last = 0
    while sent + refused < limit:
        with transaction.atomic():
            waiting = outbox.waiting(1, after=last)
            if not waiting:
                break
            last = waiting[0].envelope_id
            try:
                answer = receiver.number(_order(waiting[0]))
            except PeerRefused as refusal:
                if refusal.status not in OF_THIS_ENVELOPE:
                    return Delivered(sent, refused, cut_off=True, held=held)
                refused += 1
                detail = {"封筒番号": last, "答え": refusal.status}
                record("個人番号の封筒を断られた", subjects=[waiting[0].addressee_number], detail=detail)
            except ExchangeFailed:
                return Delivered(sent, refused, cut_off=True, held=held)
            else:
                sent += outbox.delivered([last])
                held += answer.held
                detail = {"封筒番号": last, "保留": answer.held}
                record("個人番号の封筒を渡した", subjects=[waiting[0].addressee_number], detail=detail)
    return Delivered(sent, refused, cut_off=False, held=held)


def _order(envelope: outbox.Envelope) -> NumberingOrder:
    """付番の依頼。同じ封筒なら、いつ作っても同じ中身になるよう、封筒とともに告げられた異動の姿を添える。"""
    ((origin, standing, facts),) = [
        (row[0], row[1], Facts(*row[2:]))
        for row in fetch_all(
            f"SELECT a.origin, c.standing, {', '.join(f'c.{name}' for name in FACTS)} FROM addressee_change c "
            "JOIN addressee a USING (addressee_number) WHERE c.addressee_number = %s "
            "ORDER BY c.change_key = %s DESC, c.change_id LIMIT 1",
            [envelope.addressee_number, str(envelope.told_in)],
        )
    ]
    return NumberingOrder(
        request_number=f"addressee-{envelope.envelope_id}",
        affair=AFFAIR,
        business_id=origin,
        scheme_id=NO_SCHEME,
        addressee_number=envelope.addressee_number,
        standing=standing,
        facts=BasicFacts(facts.name, f"{facts.address}{facts.building}", facts.sex, facts.born_on),
        sealed=text_of(envelope.sealed),
    )
