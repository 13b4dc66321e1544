"""封筒の控え。連携サーバーへ渡す順に取り出し、渡せば消す。"""

from typing import NamedTuple

from osame.platform.database import fetch_all, run_sql


class Envelope(NamedTuple):
    """渡す封筒。"""

    envelope_id: int
    addressee_number: str
    sealed: bytes
    told_in: int


def waiting(limit: int = 1000, *, after: int = 0) -> list[Envelope]:
    """渡していない封筒を、封をした順に。取り出した取引の間、ほかの者には見えない。"""
    rows = fetch_all(
        "SELECT envelope_id, addressee_number, sealed, told_in FROM sealed_number_outbox WHERE envelope_id > %s "
        "ORDER BY envelope_id LIMIT %s FOR UPDATE SKIP LOCKED",
        [after, limit],
    )
    return [Envelope(number, addressee, bytes(sealed), told_in) for number, addressee, sealed, told_in in rows]


def delivered(envelope_ids: list[int]) -> int:
    """渡した封筒を消す。連携サーバーが受け取ったと答えてから呼ぶ。"""
    return run_sql("DELETE FROM sealed_number_outbox WHERE envelope_id = ANY(%s)", [envelope_ids])
