"""配信先の受信確認。"""

from django.db import transaction

from osame.addressee.feed.subscribers import Subscriber
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_one, run_sql


class NotYetPublished(Refusal):
    """まだ配っていない位置の受信確認です。配信先の位置の記録を確かめ、初めから受け取り直してください。"""


def asked(subscriber: Subscriber) -> None:
    """配信先が求めに来たことを残す。

    要件: F33-12
    """
    run_sql(
        "INSERT INTO feed_subscriber (code, asked_at) VALUES (%s, now()) "
        "ON CONFLICT (code) DO UPDATE SET asked_at = excluded.asked_at",
        [subscriber.code],
    )


def acknowledge(subscriber: Subscriber, position: int) -> int:
    """受信確認を受ける。確かめた位置は、戻らない。

    Monotonic: a late or repeated acknowledgement changes nothing. Returns the confirmed position.

    要件: F33-12
    """
    with transaction.atomic():
        (last,) = fetch_one("SELECT coalesce(max(position), 0) FROM feed_entry")
        if position > last or position < 0:
            raise NotYetPublished(str(position))
        (confirmed,) = fetch_one(
            "INSERT INTO feed_subscriber (code, confirmed_position, confirmed_at) VALUES (%s, %s, now()) "
            "ON CONFLICT (code) DO UPDATE SET confirmed_at = now(), "
            "confirmed_position = greatest(feed_subscriber.confirmed_position, excluded.confirmed_position) "
            "RETURNING confirmed_position",
            [subscriber.code, position],
        )
    return int(confirmed)
