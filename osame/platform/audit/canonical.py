"""監査の記録の正規形。何をどの並びでハッシュし、何に署名するか。

The same form as `sql/chain.sql`, said a second time in Python so that the verifier need not believe the database. Every
value is preceded by its length, so no two different records have the same bytes. Pure: no Django, no database.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

GENESIS = bytes(32)  # 鎖の始まりの「前のハッシュ」
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EVENT_COLUMNS = (
    "event_id", "occurred_at", "transaction_number", "act", "outcome", "officer", "department", "role", "terminal",
    "function_code", "purpose", "case_number", "request_number", "subjects::text[]", "fields", "detail::text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """監査記録の中身。列の並びは EVENT_COLUMNS と同じ。"""

    event_id: int
    occurred_at: datetime
    transaction_number: int
    act: str
    outcome: str
    officer: str
    department: str
    role: str
    terminal: str
    function_code: str
    purpose: str
    case_number: str
    request_number: str
    subjects: Sequence[str]
    fields: Sequence[str]
    detail: str


def content_hash(event: Event) -> bytes:
    """記録の中身のハッシュ。"""
    return hashlib.sha256(content(event)).digest()


def content(event: Event) -> bytes:
    """記録の中身のバイト列。"""
    texts = (
        event.act, event.outcome, event.officer, event.department, event.role, event.terminal, event.function_code,
        event.purpose, event.case_number, event.request_number,
    )  # fmt: skip
    return b"".join((
        b"osame-audit-event-1",
        number(event.event_id),
        number(microseconds(event.occurred_at)),
        number(event.transaction_number),
        *map(part, texts),
        parts(event.subjects),
        parts(event.fields),
        part(event.detail),
    ))


def chain_hash(sequence: int, event_id: int, previous: bytes, content: bytes) -> bytes:
    """封印一つのハッシュ。"""
    return hashlib.sha256(b"osame-audit-chain-1" + number(sequence) + number(event_id) + previous + content).digest()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """検査点。ここまでの鎖を、この時刻に、この鍵で認めた。"""

    system: str
    checkpoint_number: int
    sequence: int
    chain_hash: bytes
    events: int
    made_at: datetime
    key_id: str

    def content(self) -> bytes:
        """署名するバイト列。"""
        return b"".join((
            b"osame-audit-checkpoint-1",
            part(self.system),
            number(self.checkpoint_number),
            number(self.sequence),
            self.chain_hash,
            number(self.events),
            number(microseconds(self.made_at)),
            part(self.key_id),
        ))


def microseconds(moment: datetime) -> int:
    """1970年からのマイクロ秒。整数で数えるので、時間帯にも端数の表し方にもよらない。

    >>> microseconds(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC))
    1000005
    """
    return (moment - EPOCH) // timedelta(microseconds=1)


def number(value: int) -> bytes:
    """整数を8バイトで。"""
    return value.to_bytes(8, "big", signed=True)


def part(text: str) -> bytes:
    """文字列を、長さを前に置いて。正規化はしない（書かれたままのバイト）。"""
    encoded = text.encode("utf-8", "surrogatepass")
    return len(encoded).to_bytes(4, "big") + encoded


def parts(texts: Sequence[str]) -> bytes:
    """文字列の並びを、数を前に置いて。"""
    return len(texts).to_bytes(4, "big") + b"".join(map(part, texts))
