"""元の収納から決まる、新しい収納の鍵。二度作っても同じ。"""

import hashlib
import uuid

SHARE_KEY = (
    "CASE WHEN p.position = 1 THEN s.receipt_key ELSE encode(substr(sha256(convert_to("
    "s.receipt_key::text || '>納付書' || p.position, 'UTF8')), 1, 16), 'hex')::uuid END"
)
"""合算した納付書の入金を期別に分けたときの鍵（SQL の式）。最初の期別は、入金そのものの鍵。"""


def moved_key(receipt_key: uuid.UUID, target: str) -> uuid.UUID:
    """組替え先での鍵。 target: 組替え先の期別の呼び名。"""
    return _derived(receipt_key, target)


def held_again_key(receipt_key: uuid.UUID) -> uuid.UUID:
    """誤消込を取り消して、調査中の入金に戻したときの鍵。"""
    return _derived(receipt_key, "保留")


def _derived(receipt_key: uuid.UUID, purpose: str) -> uuid.UUID:
    return uuid.UUID(bytes=hashlib.sha256(f"{receipt_key}>{purpose}".encode()).digest()[:16])
