"""預かったファイル。画面に落とされたバイト列を、取り込むまで暗号にして置く。

Files dropped on a page wait here, sealed, because the worker that imports them may run on another host. The bytes are gone
with the transaction that imports them, and after a day in any case; what stays for a day is the line that says what came of
them.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from uuid import UUID, uuid4

from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.imports.registry import MAXIMUM_PAYMENT_BYTES, FileTooLarge
from osame.platform.secret_keys import seal_bytes, unseal_bytes

KEY = "upload"
MOST_FILES = 50
LONGEST_NAME = 200
KEPT_DAYS = 1
HEAD = 8192


class EmptyFile(Refusal):
    """空（0バイト）のファイルです。送信が途中で切れた可能性があります。送付元に再送を依頼してください。"""


class PackedFile(Refusal):
    """圧縮されたファイル（zip など）です。展開して、中のファイルを落としてください。"""


class UploadGone(Refusal):
    """預かったファイルが、もうありません。一日を過ぎたか、取込みを終えています。ファイルをもう一度落としてください。"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """預かったファイル一つ。 profile: 選ばれた様式（まだなら空）; head: 中身の初め（開いたときだけ）。"""

    upload_id: int
    file_name: str
    size: int
    content_digest: str
    profile: str
    medium: str
    intake_file_id: int | None
    already_received: bool


def check(name: str, data: bytes) -> None:
    """中身を見ずに断れるものを断る。空、圧縮、大きすぎるもの。"""
    if not data:
        raise EmptyFile(name)
    if len(data) > MAXIMUM_PAYMENT_BYTES:
        raise FileTooLarge(name)
    if data.startswith((b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")):
        raise PackedFile(name)


def keep(files: list[tuple[str, bytes, str]], *, staff_number: str) -> UUID:
    """ファイル（名、中身、見分けた様式）を預かり、組の番号を返す。一つでも断れば、一つも預からない。"""
    batch = uuid4()
    for name, data, _ in files:
        check(name, data)
    for name, data, profile in files:
        plain = PurePath(name.replace("\\", "/")).name[:LONGEST_NAME]
        digest = hashlib.sha256(data).hexdigest()
        run_sql(
            "INSERT INTO upload (batch, file_name, size, content_digest, profile, sealed, staff_number) "
            "VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [batch, plain, len(data), digest, profile, seal_bytes(KEY, data, owner=f"{batch}|{digest}"), staff_number],
        )
    return batch


def waiting(batch: UUID, *, staff_number: str) -> list[Waiting]:
    """自分の預けた組のファイル。"""
    rows = fetch_all(
        "SELECT upload_id, file_name, size, content_digest, profile, medium, intake_file_id, already_received FROM upload "
        "WHERE batch = %s AND staff_number = %s ORDER BY upload_id",
        [batch, staff_number],
    )
    if not rows:
        raise UploadGone
    return [Waiting(*row) for row in rows]


def choose(upload_id: int, *, profile: str, medium: str) -> None:
    """様式と媒体を決める。"""
    run_sql("UPDATE upload SET profile = %s, medium = %s WHERE upload_id = %s", [profile, medium, upload_id])


def discard(batch: UUID, *, staff_number: str) -> None:
    """預けた組を捨てる。"""
    run_sql("DELETE FROM upload WHERE batch = %s AND staff_number = %s", [batch, staff_number])


@contextmanager
def opened(upload_id: int) -> Iterator[Path]:
    """預かったファイルを、この処理だけが読める一時のファイルとして開く。終われば消す。"""
    rows = fetch_all(
        "SELECT batch, file_name, content_digest, sealed FROM upload WHERE upload_id = %s AND sealed <> ''", [upload_id]
    )
    if not rows:
        raise UploadGone(str(upload_id))
    batch, name, digest, sealed = rows[0]
    with tempfile.TemporaryDirectory(prefix="osame-") as private:  # 持ち主だけが読める
        path = Path(private) / (name if name not in {"", ".", ".."} else "file")
        path.write_bytes(unseal_bytes(KEY, bytes(sealed), owner=f"{batch}|{digest}"))
        yield path


def imported(upload_id: int, *, intake_file_id: int, already_received: bool) -> None:
    """取り込んだと記し、中身を消す。取込みと同じ取引で呼ぶ。"""
    run_sql(
        "UPDATE upload SET intake_file_id = %s, already_received = %s, sealed = '' WHERE upload_id = %s",
        [intake_file_id, already_received, upload_id],
    )


def prune() -> int:
    """一日を過ぎた預かりものを消し、その数を返す。"""
    return run_sql("DELETE FROM upload WHERE uploaded_at < now() - %s * interval '1 day'", [KEPT_DAYS])


def received_before(profile: str, content_digest: str) -> int | None:
    """同じ様式の同じ中身を、既に取り込んでいれば、その取込番号。"""
    told = hashlib.sha256(f"{profile}\n{content_digest}".encode()).hexdigest()
    (found,) = fetch_one(
        "SELECT (SELECT intake_file_id FROM intake_file WHERE content_hash = %s AND state = '1')", [told]
    )
    return found if found is None else int(found)
