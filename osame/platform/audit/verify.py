"""監査の鎖の検証。Django なしで、読むだけの役割で、データベースの計算を信じずに動く。

    python -m osame.platform.audit.verify --database-url postgresql://osame_auditor@…/osame_collection \
        --anchors collection.jsonl --public-key audit-collection.pub

Every hash and link is computed again here. Exit code 0: all parts checked, nothing wrong; 1: something is wrong; 2:
nothing wrong was found, but a part — or everything — was not checked. Rows stream; memory stays flat.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from osame.platform.audit import anchors
from osame.platform.audit.anchors import Signed
from osame.platform.audit.canonical import EVENT_COLUMNS, GENESIS, Checkpoint, Event, chain_hash, content_hash

CHUNK = 2_000
COLUMNS = ", ".join(f"e.{each}::text" if each == "occurred_at" else f"e.{each}" for each in EVENT_COLUMNS)
SEALS = f"""
SELECT s.sequence, s.event_id, s.previous_hash, s.chain_hash, e.content_hash, {COLUMNS}
FROM audit_seal s LEFT JOIN audit_event e ON e.event_id = s.event_id
WHERE s.sequence >= %s AND s.sequence <= %s ORDER BY s.sequence
"""
UNSEALED = """
SELECT e.event_id FROM audit_event e WHERE NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.event_id = e.event_id)
ORDER BY e.event_id
"""
CHECKPOINTS = """
SELECT checkpoint_number, sequence, chain_hash, events, made_at, key_id, signature
FROM audit_checkpoint ORDER BY checkpoint_number
"""
ENDLESS = 2**62


@dataclass(frozen=True, slots=True)
class Finding:
    """誤り一つ。どの連番（または監査番号・検査点番号）の、何が合わないか。"""

    kind: str
    sentence: str
    sequence: int | None = None
    through: int | None = None
    event_id: int | None = None
    checkpoint: int | None = None


@dataclass(slots=True)
class Report:
    """検証の結果。数えたもの、見つけた誤り、調べなかった部分。"""

    events: int = 0
    seals: int = 0
    links: int = 0
    checkpoints: int = 0
    anchors: int = 0
    after_last_checkpoint: int = 0
    last_sequence: int = 0
    findings: list[Finding] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 すべて確かめて誤りなし、1 誤りあり、2 調べていない部分がある。"""
        return 1 if self.findings else 2 if self.unchecked or not self.events else 0

    def found(self, kind: str, sentence: str, **where: int | None) -> None:
        """誤りを加える。"""
        self.findings.append(Finding(kind, sentence, **where))


@dataclass(frozen=True, slots=True)
class Scope:
    """何をどこまで調べるか。 `anchors` と `key` は、外から持ってきたもの。"""

    system: str
    anchors: Path | None = None
    key: Ed25519PublicKey | None = None
    first: int = 1
    through: int | None = None

    @property
    def is_whole(self) -> bool:
        """鎖の全体か。"""
        return self.first <= 1 and self.through is None


def verify(connection: psycopg.Connection[Any], scope: Scope) -> Report:
    """鎖・封印・検査点・アンカーを確かめる。"""
    report = Report()
    connection.execute("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'")
    signed = _checkpoints(connection, scope, report)
    _walk(connection, scope, report, {each.sequence: each for each in signed})
    _tail(scope, report, signed)
    if scope.is_whole:
        for (event_id,) in _stream(connection, UNSEALED):
            report.found("unsealed_event", "封印のない記録がある", event_id=event_id)
    else:
        report.unchecked.append("封印のない記録（範囲を指定したため）")
    if not report.events:
        report.unchecked.insert(0, "すべて（この範囲に記録が一つもない）")
    return report


def _walk(connection: psycopg.Connection[Any], scope: Scope, report: Report, signed: dict[int, Checkpoint]) -> None:
    """連番の順に、記録のハッシュ、鎖のつながり、欠番を確かめる。"""
    expected = max(scope.first, 1)
    before = GENESIS if expected == 1 else _hash_before(connection, expected, report)
    first = -ENDLESS if expected == 1 else expected
    last = ENDLESS if scope.through is None else scope.through
    for sequence, event_id, previous, chained, stored, *facts in _stream(connection, SEALS, (first, last)):
        report.seals += 1
        if sequence > expected:
            report.found("gap", "連番が欠けている", sequence=expected, through=sequence - 1)
            before = None
        elif sequence < expected:
            report.found("fork", "同じ連番か、ありえない連番がある", sequence=sequence, event_id=event_id)
        if before is not None:
            report.links += 1
            if bytes(previous) != before:
                report.found("link", "前の封印とつながらない", sequence=sequence, event_id=event_id)
        _check_row(report, (sequence, event_id, bytes(previous), bytes(chained)), stored, facts)
        known = signed.get(sequence)
        if known and known.chain_hash != bytes(chained):
            report.found(
                "replaced", "署名した検査点と鎖が違う。ここより前が作り替えられている",
                sequence=sequence, checkpoint=known.checkpoint_number,
            )  # fmt: skip
        before, expected = bytes(chained), sequence + 1
        report.last_sequence = sequence
    if scope.through is not None and report.seals and report.last_sequence < scope.through:
        report.found("gap", "範囲の終わりまで連番がない", sequence=report.last_sequence + 1, through=scope.through)


def _check_row(report: Report, seal: tuple[int, int, bytes, bytes], stored: Any, facts: Sequence[Any]) -> None:
    """一つの記録の中身と、その封印。"""
    sequence, event_id, previous, chained = seal
    if facts[0] is None:
        report.found("missing_event", "封印された記録がない", sequence=sequence, event_id=event_id)
        return
    report.events += 1
    computed = _content_hash(facts)
    if computed is None or computed != bytes(stored or b""):
        report.found("content", "記録の中身が、書かれたときと違う", sequence=sequence, event_id=event_id)
    elif chain_hash(sequence, event_id, previous, computed) != chained:
        report.found("seal", "封印が記録と合わない", sequence=sequence, event_id=event_id)


def _content_hash(facts: Sequence[Any]) -> bytes | None:
    """中身のハッシュ。ありえない値（時刻でない、入れ子の並びなど）は None。"""
    try:
        event_id, occurred_at, *rest = facts
        return content_hash(Event(event_id, datetime.fromisoformat(occurred_at).astimezone(UTC), *rest))
    except (TypeError, AttributeError, ValueError, OverflowError):
        return None


def _hash_before(connection: psycopg.Connection[Any], first: int, report: Report) -> bytes | None:
    row = connection.execute("SELECT chain_hash FROM audit_seal WHERE sequence = %s", [first - 1]).fetchone()
    if row is None:
        report.found("gap", "連番が欠けている", sequence=first - 1, through=first - 1)
        return None
    return bytes(row[0])


def _checkpoints(connection: psycopg.Connection[Any], scope: Scope, report: Report) -> list[Checkpoint]:
    """検査点の表とアンカーを突き合わせ、署名を確かめ、信じてよいものを返す。"""
    kept = {
        number: Signed(
            Checkpoint(scope.system, number, sequence, bytes(hashed), events, made_at, key), bytes(signature)
        )
        for number, sequence, hashed, events, made_at, key, signature in connection.execute(CHECKPOINTS)
    }
    outside = _anchored(scope, report)
    trusted: dict[int, Checkpoint] = {}
    for number in sorted(kept.keys() | outside.keys()):
        inside, anchor = kept.get(number), outside.get(number)
        if inside is None:
            report.found(
                "lost_checkpoint", "外にある検査点が、表にない（古い状態に戻されたか、消された）", checkpoint=number
            )
        elif anchor is None and scope.anchors:
            report.found("unanchored", "検査点が、外に置かれていない", checkpoint=number)
        elif anchor and inside != anchor:
            report.found("checkpoint", "検査点が、外に置いたものと違う", checkpoint=number)
        good = [each for each in (anchor, inside) if each and _is_signed(each, scope)]
        if good:
            trusted[number] = good[0].checkpoint
        elif scope.key:
            report.found("signature", "検査点の署名が合わない", checkpoint=number)
    report.checkpoints, report.anchors = len(kept), len(outside)
    _check_order(trusted, report)
    if scope.key is None:
        report.unchecked.append("検査点の署名（公開鍵がない）")
    if not trusted:
        report.unchecked.append("鎖の末尾（検査点がない）")
    return list(trusted.values())


def _anchored(scope: Scope, report: Report) -> dict[int, Signed]:
    """アンカーの検査点。番号ごと。"""
    if scope.anchors is None or not scope.anchors.exists():
        report.unchecked.append("外に置いた検査点との突合（アンカーがない）")
        return {}
    outside: dict[int, Signed] = {}
    for line, signed in anchors.read(scope.anchors):
        if signed is None:
            report.found("anchor", f"アンカーの{line}行目が読めない")
        elif signed.checkpoint.system != scope.system:
            report.found("anchor", f"アンカーの{line}行目は、ほかのシステムのもの")
        elif outside.setdefault(signed.checkpoint.checkpoint_number, signed) != signed:
            report.found(
                "anchor", f"アンカーの{line}行目が、前の行と食い違う", checkpoint=signed.checkpoint.checkpoint_number
            )
    return outside


def _is_signed(signed: Signed, scope: Scope) -> bool:
    return scope.key is None or signed.is_signed_by(scope.key)


def _check_order(trusted: dict[int, Checkpoint], report: Report) -> None:
    """検査点の番号に欠けがなく、後の検査点ほど先まで封じている。"""
    for number, made in trusted.items():
        before = trusted.get(number - 1)
        if before is None and number > 1:
            report.found("checkpoint", "前の検査点がない", checkpoint=number)
        if before and (made.sequence <= before.sequence or made.made_at < before.made_at):
            report.found("checkpoint", "検査点の順が逆になっている", checkpoint=number)
        if made.events != made.sequence:
            report.found("checkpoint", "検査点の記録の数が、連番と合わない", checkpoint=number)


def _tail(scope: Scope, report: Report, signed: list[Checkpoint]) -> None:
    """検査点が認めた末尾まで、鎖があるか。"""
    furthest = max(signed, key=lambda each: each.sequence, default=None)
    if scope.through is not None or furthest is None:
        return
    report.after_last_checkpoint = max(0, report.last_sequence - furthest.sequence)
    if furthest.sequence > report.last_sequence:
        report.found(
            "truncated", "鎖の末尾が失われている", sequence=report.last_sequence + 1, through=furthest.sequence,
            checkpoint=furthest.checkpoint_number,
        )  # fmt: skip


def _stream(
    connection: psycopg.Connection[Any], statement: str, terms: Sequence[Any] = ()
) -> Iterator[tuple[Any, ...]]:
    with connection.cursor(name="osame_audit_verify") as cursor:
        cursor.itersize = CHUNK
        cursor.execute(statement, terms)
        yield from cursor


def read_only(url: str) -> psycopg.Connection[Any]:
    """読むだけの接続。一つの時点を見て、何も書かない。"""
    connection = psycopg.connect(url)
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


def public_key(path: Path) -> Ed25519PublicKey:
    """公開鍵を読む。"""
    key = load_pem_public_key(path.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{path} は Ed25519 の公開鍵ではありません。")
    return key


def sentences(report: Report) -> Iterator[str]:
    """結果を言う文。"""
    yield (
        f"記録{report.events:,}件、封印{report.seals:,}件、つながり{report.links:,}か所、"
        f"検査点{report.checkpoints:,}件、アンカー{report.anchors:,}行を確かめました。"
    )
    for each in report.findings:
        where = (
            ("連番", each.sequence),
            ("～", each.through),
            ("監査番号", each.event_id),
            ("検査点番号", each.checkpoint),
        )
        yield f"誤り：{each.sentence}（{'、'.join(f'{name}{at}' for name, at in where if at is not None)}）"
    for part in report.unchecked:
        yield f"調べていません：{part}"
    if report.exit_code == 0:
        yield f"誤りはありません。最後の検査点の後の記録は{report.after_last_checkpoint:,}件です。"


def main(arguments: Sequence[str] | None = None) -> int:
    """命令として動く。"""
    parser = argparse.ArgumentParser(description="監査の鎖を検証する")
    parser.add_argument("--database-url", required=True)
    parser.add_argument("--system", default="collection")
    parser.add_argument("--anchors", type=Path)
    parser.add_argument("--public-key", type=Path)
    parser.add_argument("--from", dest="first", type=int, default=1)
    parser.add_argument("--through", type=int)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    key = public_key(asked.public_key) if asked.public_key else None
    with read_only(asked.database_url) as connection:
        report = verify(connection, Scope(asked.system, asked.anchors, key, asked.first, asked.through))
    if asked.json:
        sys.stdout.write(json.dumps({**asdict(report), "exit_code": report.exit_code}, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(sentences(report)) + "\n")
    return report.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
