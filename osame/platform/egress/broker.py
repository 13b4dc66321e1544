"""出力の仲介。PDF・CSV・印刷・媒体は、すべてここを通って出る。

The only way out. The finished bytes lie under a hidden name; who gets them, why and about whom is recorded and
committed; only then does the file take its name. A crash in between leaves a record without a file, never a file
without a record.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpResponse

from osame.platform import gate
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.egress import authority as rules
from osame.platform.egress.authority import NONE, TO_CITIZENS, Authority, CopyNeedsReason, Output
from osame.platform.egress.models import EgressKind, EgressRecord
from osame.platform.egress.sealing import receiver_key, sealed
from osame.platform.egress.watermark import watermarked

DAYS: dict[str, int] = {EgressKind.REPORT: 30, EgressKind.LIST: 90, EgressKind.PRINT_DATA: 30, EgressKind.PROVISION: 30}
"""種類ごとの、手元に置いてよい日数。ないものは期限を定めない。"""
EGRESS_LOCK = 7_140_071  # 職員ごとの人数を、同時の出力で超えさせない


@dataclass(frozen=True, slots=True)
class _Finished:
    """出すばかりの一つ。"""

    number: int
    output: Output
    place: str
    sha256: str
    content_sha256: str
    size: int


def emit(content: bytes | Path, target: Path, output: Output, authority: Authority = NONE) -> EgressRecord:
    """一つのファイルを出す。出力番号などを記録してから、`target` の名で見えるようにする。

    Emit one finished file (`content` is its bytes, or the path where they lie, which is removed). Internal reports get a
    visible watermark; what needs a receiver's key is sealed to it.

    要件: F29-06
    """
    target = target.resolve()
    body = content if isinstance(content, bytes) else content.read_bytes()
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
    try:
        with transaction.atomic():
            (number,) = _numbers(1)
            closed = _closed(body, number, output, authority)
            partial.parent.mkdir(parents=True, exist_ok=True)
            _write(partial, closed)
            (made,) = _recorded([_finished(number, output, str(target), (body, closed))], authority)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    _sync_folder(target.parent)
    if isinstance(content, Path):
        content.unlink()
    return _released([made])[0]


def hand_over(
    working: Path, target: Path, outputs: Mapping[str, Output], authority: Authority = NONE
) -> list[EgressRecord]:
    """`working` に仕上がったファイルの一揃いを、記録してから `target` の名で一度に見えるようにする。

    Every file of the folder must be named in `outputs`. One record per file, one audit event for all.

    要件: F29-06
    """
    names = sorted(path.name for path in working.iterdir())
    unnamed = set(names) ^ outputs.keys()
    assert not unnamed, f"files and outputs differ: {sorted(unnamed)}"
    with transaction.atomic():
        finished = []
        for number, name in zip(_numbers(len(names)), names, strict=True):
            body = (working / name).read_bytes()
            closed = _closed(body, number, outputs[name], authority)
            if closed is not body:
                _write(working / name, closed)
            finished.append(_finished(number, outputs[name], str(target / name), (body, closed)))
            _sync(working / name)
        made = _recorded(finished, authority)
    working.rename(target)
    _sync_folder(target.parent)
    return _released(made)


def download(content: bytes, name: str, output: Output, authority: Authority = NONE) -> HttpResponse:
    """画面からの保存として出す応答。この仲介の印がない添付は、画面から出られない。

    要件: F29-06
    """
    with transaction.atomic():
        (number,) = _numbers(1)
        closed = _closed(content, number, output, authority)
        (made,) = _recorded([_finished(number, output, f"download:{name}", (content, closed))], authority)
    response = HttpResponse(closed, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{made.serial}{Path(name).suffix}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    setattr(response, SIGNED, made.sha256)
    _release([made])
    return response


SIGNED = "osame_egress_sha256"


def _numbers(count: int) -> list[int]:
    """出力番号。透かしに要るので、記録より先に取る。"""
    rows = fetch_all(
        "SELECT nextval(pg_get_serial_sequence('egress_record', 'egress_id')) FROM generate_series(1, %s)", [count]
    )
    return [number for (number,) in rows]


def _closed(body: bytes, number: int, output: Output, authority: Authority) -> bytes:
    """透かしと封を済ませた中身。どちらも要らなければ、そのまま。"""
    if output.kind == EgressKind.REPORT and body.startswith(b"%PDF"):
        (moment,) = fetch_one("SELECT to_char(now() AT TIME ZONE 'Asia/Tokyo', 'YYYY-MM-DD HH24:MI')")
        body = watermarked(body, f"{gate.required().officer}　{moment}　E{number:09d}")
    if authority.receiver_key is not None:
        body = sealed(body, receiver_key(authority.receiver_key), output.receiver)
    return body


def _finished(number: int, output: Output, place: str, bodies: tuple[bytes, bytes]) -> _Finished:
    before, after = bodies
    digest = hashlib.sha256(after).hexdigest()
    original = digest if after is before else hashlib.sha256(before).hexdigest()
    return _Finished(number, output, place, digest, original, len(after))


def _recorded(files: Sequence[_Finished], authority: Authority) -> list[EgressRecord]:
    """出してよいことを確かめ、一つずつ記録し、まとめて監査記録を書く。"""
    run_sql("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [EGRESS_LOCK, gate.required().officer])
    subjects = sorted({each for file in files for each in file.output.subjects})
    # 一揃いに添える管理票は、それが数える物とともに決裁されている
    judged = [file for file in files if file.output.kind != EgressKind.CONTROL_SHEET] or files
    for output in {id(file.output): file.output for file in judged}.values():
        rules.require(output, len(subjects), authority)
    before = _copies_before(files, authority)
    made = EgressRecord.objects.bulk_create([
        _row(file, authority, before.get((str(file.output.kind), file.content_sha256), 0)) for file in files
    ])
    record(
        "出力した",
        subjects=subjects,
        detail={
            "出力番号": made[0].serial if len(made) == 1 else f"{made[0].serial}～{made[-1].serial}",
            "ファイル": len(made),
            "人数": len(subjects),
            "種類": "・".join(sorted({str(file.output.kind) for file in files})),
            "渡す相手": "・".join(sorted({file.output.receiver for file in files})),
            "ハッシュ": _digest_of(files),
        },
    )
    return made


def _digest_of(files: Sequence[_Finished]) -> str:
    """ファイルのハッシュ。二つ以上なら、並べたもののハッシュ。監査の鎖が、出した中身まで守る。"""
    if len(files) == 1:
        return files[0].sha256
    return hashlib.sha256("\n".join(file.sha256 for file in files).encode()).hexdigest()


def _row(file: _Finished, authority: Authority, copies_before: int) -> EgressRecord:
    output = file.output
    days = authority.days if authority.days is not None else DAYS.get(output.kind)
    subjects = sorted(set(output.subjects))
    return EgressRecord(
        egress_id=file.number,
        kind=output.kind,
        place=file.place,
        sha256=file.sha256,
        content_sha256=file.content_sha256,
        size=file.size,
        subjects=subjects,
        subject_count=len(subjects),
        number_included=output.number_included,
        receiver_class=output.receiver_class,
        receiver=output.receiver,
        medium=output.medium,
        proposal_id=authority.proposal_id,
        bulk_by_law=authority.bulk_by_law,
        copy_number=1 + copies_before,
        reason=authority.reason,
        expires_at=None if days is None else Now() + timedelta(days=days),
    )


def _copies_before(files: Sequence[_Finished], authority: Authority) -> dict[tuple[str, str], int]:
    """住民に渡すものを、前に何回出したか。二度出すには、理由が要る。"""
    hashes = [file.content_sha256 for file in files if file.output.kind in TO_CITIZENS]
    rows = fetch_all(
        "SELECT kind, content_sha256, count(*) FROM egress_record "
        "WHERE content_sha256 = ANY(%s) AND kind = ANY(%s) AND released_at IS NOT NULL GROUP BY 1, 2",
        [hashes, sorted(TO_CITIZENS)],
    )
    before = {(kind, digest): int(copies) for kind, digest, copies in rows}
    if before and not authority.reason.strip():
        raise CopyNeedsReason(f"{max(before.values())}回")
    return before


def _release(made: list[EgressRecord]) -> list[int]:
    """見えるようになったことを記す。"""
    numbers = [each.egress_id for each in made]
    run_sql("UPDATE egress_record SET released_at = statement_timestamp() WHERE egress_id = ANY(%s)", [numbers])
    return numbers


def _released(made: list[EgressRecord]) -> list[EgressRecord]:
    """見えるようになったことを記し、記したとおりに返す。"""
    return list(EgressRecord.objects.filter(egress_id__in=_release(made)).order_by("egress_id"))


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
