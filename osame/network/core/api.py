"""情報提供ネットワークシステム（模擬）の入口。中間サーバーだけが呼ぶ。"""

from dataclasses import dataclass
from datetime import datetime

from osame.contracts import national
from osame.contracts.certificates import Certificate, Request
from osame.network.core import carriage, registering
from osame.network.core.answering import answering
from osame.platform.exchanges.message_doors import MessageDoors
from osame.platform.exchanges.receiving import Peer
from osame.platform.terminal import now as right_now


@dataclass(frozen=True, slots=True)
class Asker:
    """呼んだ機関と、受けた時刻。"""

    institution: str
    at: datetime


def _asker(peer: Peer) -> Asker:
    return Asker(registering.institution_of(peer.key_id), right_now())


doors = MessageDoors("情報提供ネットワークシステム（模擬）", "network", _asker, refuse_numbers=False)
api = doors.api


@doors.door("parcels", national.Parcel, national.Receipt, "network.core.carry")
def parcels(parcel: national.Parcel, asker: Asker) -> national.Receipt:
    """封筒を受けて運ぶ。"""
    return national.Receipt(carriage.take(parcel.envelopes, asker.institution, answering, now=asker.at))


@doors.door("mailbox", national.MailboxQuestion, national.Mailbox, "network.core.carry")
def mailbox(question: national.MailboxQuestion, asker: Asker) -> national.Mailbox:
    """自分あての封筒を渡す。"""
    return carriage.mailbox(asker.institution, question.after, question.limit, now=asker.at)


@doors.door("masters", national.MastersQuestion, national.Masters, "network.core.carry")
def masters(_question: national.MastersQuestion, _asker: Asker) -> national.Masters:
    """マスターを渡す。"""
    return registering.masters()


@doors.door("certificates", Request, Certificate, "network.core.carry")
def certificates(request: Request, asker: Asker) -> Certificate:
    """証明書を発行する。"""
    return registering.certify(request, asker.institution, at=asker.at)
