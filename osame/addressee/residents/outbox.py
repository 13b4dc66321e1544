"""封筒の控え。連携サーバーへ渡す順に取り出し、渡せば消す。"""

from typing import NamedTuple

from osame.platform.database import fetch_all, run_sql


class Envelope(NamedTuple):
    """渡す封筒。"""

    envelope_id: int
    addressee_number: str
    sealed: bytes


def waiting(limit: int = 1000) -> list[Envelope]:
    """渡していない封筒を、封をした順に。取り出した取引の間、ほかの者には見えない。"""
    rows = fetch_all(
        "SELECT envelope_id, addressee_number, sealed FROM sealed_number_outbox ORDER BY envelope_id LIMIT %s "
        "FOR UPDATE SKIP LOCKED",
        [limit],
    )
    return [Envelope(number, addressee, bytes(sealed)) for number, addressee, sealed in rows]


def delivered(envelope_ids: list[int]) -> int:
    """渡した封筒を消す。連携サーバーが受け取ったと答えてから呼ぶ。"""
    return run_sql("DELETE FROM sealed_number_outbox WHERE envelope_id = ANY(%s)", [envelope_ids])
