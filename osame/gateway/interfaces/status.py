"""稼動状態のインターフェイス（IF_SYM_20212）。"""

from collections.abc import Sequence
from datetime import timedelta

from osame.gateway.interfaces.rows import Caller, Row, done, moment
from osame.gateway.messaging.models import MailboxCursor, OutboundEnvelope
from osame.gateway.trust.models import KnownCertificate

SLOW = timedelta(minutes=10)


def system_status(_rows: Sequence[Row], caller: Caller) -> list[Row]:
    """稼動状態。待っている伝文、最後に受けた時刻、証明書の期限。

    要件: F35-10
    """
    waiting = OutboundEnvelope.objects.filter(state="1")
    oldest = waiting.order_by("written_at").first()
    cursor = MailboxCursor.objects.filter(pk=1).first()
    own = KnownCertificate.objects.filter(own=True, in_use=True).first()
    late = bool(oldest and caller.at - oldest.written_at > SLOW)
    expired = own is None or own.valid_until <= caller.at
    return [
        done(
            稼動状態="停止" if expired else "遅れ" if late else "正常", 送信待ち=str(waiting.count()),
            受信位置=str(cursor.position if cursor else 0), 最終受信=moment(cursor.moved_at if cursor else None),
            証明書の期限=moment(own.valid_until if own else None),
        )
    ]  # fmt: skip
