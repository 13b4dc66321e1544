"""関連資料の綴り。版ごとに封をして置き、種類と題と読み取った文字で探す。個人番号らしい数字の写り込みは断る。

Files of a case, sealed, one row per version, never rewritten. The words that can be read from the file are kept for searching; a
file in which a personal number can be read is refused.
"""

import hashlib
import io
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from django.db import transaction
from django.http import HttpResponse
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from osame.collection.arrears.queries import hidden_places
from osame.collection.cases.actions import open_case
from osame.collection.cases.models import CaseDocument
from osame.kernel.periods import years_after
from osame.kernel.personal_numbers import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind, EgressMedium
from osame.platform.secret_keys import seal_bytes, unseal_bytes

KEY = "case-document"
MOST_BYTES = 8 * 1024 * 1024
KEPT_YEARS = 5
LONGEST_WORDS = 20_000
OPENINGS = {
    b"%PDF-": ".pdf", b"\xff\xd8\xff": ".jpg", b"\x89PNG\r\n\x1a\n": ".png",
}  # fmt: skip


class DocumentTooLarge(Refusal):
    """ファイルが大きすぎます。8MBまでにしてください。写真は解像度を下げ、書類は頁を分けてください。"""


class DocumentKindRefused(Refusal):
    """受け付けられない形のファイルです。PDF、JPEG、PNG、または文字だけのファイル（UTF-8）にしてください。"""


class NumberInDocument(Refusal):
    """個人番号らしい数字が、ファイルの中に読み取れます。塗りつぶした写しに替えてから登録してください。"""


class PlaceInDocument(Refusal):
    """支援措置の対象者の居場所が、ファイルの中に読み取れます。伏せた写しに替えてから登録してください。"""


class DocumentUnknown(Refusal):
    """その資料はありません。台帳の画面を開き直してください。"""


class DocumentHidden(Refusal):
    """支援措置の対象者の資料です。居場所を見る権限のある職員に、開いてもらってください。"""


class DocumentNeedsTitle(Refusal):
    """資料の題がありません。後で探せる題を入力してください。"""


@dataclass(frozen=True, slots=True)
class NewDocument:
    """綴じる資料。 replaces: 前の版の資料番号（新しい資料なら None）。"""

    kind: CaseDocument.Kind
    title: str
    file_name: str
    content: bytes
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """資料の一つの版。"""

    document_id: int
    version: int
    kind: str
    title: str
    file_name: str
    size: int
    kept_through: date
    officer: str
    recorded_at: datetime
    latest: bool

    @property
    def kind_label(self) -> str:
        """種類の名。"""
        return str(CaseDocument.Kind(self.kind).label)


def documents_of(addressee_number: str, *, words: str = "") -> tuple[DocumentLine, ...]:
    """その人の資料。 words: 題・ファイル名・読み取った文字に含む語。

    要件: F13-09
    """
    rows = fetch_all(
        "SELECT document_id, version, kind, title, file_name, size, kept_through, officer, recorded_at, "
        "version = max(version) OVER (PARTITION BY document_id) FROM case_document WHERE addressee_number = %(who)s "
        "AND (%(words)s = '' OR strpos(title || ' ' || file_name || ' ' || words, %(words)s) > 0) "
        "ORDER BY document_id DESC, version DESC LIMIT 200",
        {"who": addressee_number, "words": words.strip()},
    )
    return tuple(DocumentLine(*row) for row in rows)


def keep_document(addressee_number: str, new: NewDocument, *, as_of: date, officer: str) -> int:
    """資料を綴じる。前の版があれば、次の版になる。資料番号を返す。

    要件: F13-09
    """
    if not new.title.strip():
        raise DocumentNeedsTitle
    words = _read(new.content)
    with transaction.atomic():
        open_case(addressee_number)
        if holds_personal_number(f"{words}\n{new.title}\n{new.file_name}"):
            raise NumberInDocument
        if hidden_places(addressee_number).owner_in(f"{words}\n{new.title}\n{new.file_name}"):
            raise PlaceInDocument
        digest = hashlib.sha256(new.content).hexdigest()
        number, version = _numbered(addressee_number, new.replaces)
        run_sql(
            "INSERT INTO case_document (addressee_number, document_id, version, kind, title, file_name, size, content_digest, "
            "sealed, words, kept_through, officer) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [addressee_number, number, version, new.kind, new.title.strip(), PurePath(new.file_name).name[:200], len(new.content),
             digest, seal_bytes(KEY, new.content, owner=f"{addressee_number}|{number}|{version}"), words[:LONGEST_WORDS],
             years_after(as_of, KEPT_YEARS), officer],
        )  # fmt: skip
        record("資料を綴じた", subjects=[addressee_number], detail={"資料番号": number, "版": version})
    return number


def open_document(addressee_number: str, document_id: int, version: int) -> HttpResponse:
    """資料を、出力の仲介を通して保存する。

    要件: F13-09, F29-06
    """
    rows = fetch_all(
        "SELECT sealed, file_name FROM case_document WHERE addressee_number = %s AND document_id = %s AND version = %s",
        [addressee_number, document_id, version],
    )
    if not rows:
        raise DocumentUnknown(str(document_id))
    content = unseal_bytes(KEY, bytes(rows[0][0]), owner=f"{addressee_number}|{document_id}|{version}")
    output = Output(EgressKind.LIST, (addressee_number,), medium=EgressMedium.SCREEN)
    return download(content, f"document{_suffix(content)}", output)


def _numbered(addressee_number: str, replaces: int | None) -> tuple[int, int]:
    if replaces is None:
        return int(fetch_one("SELECT nextval('case_document_number')")[0]), 1
    run_sql("SELECT pg_advisory_xact_lock(%s)", [replaces])
    rows = fetch_all(
        "SELECT max(version) FROM case_document WHERE addressee_number = %s AND document_id = %s",
        [addressee_number, replaces],
    )
    if rows[0][0] is None:
        raise DocumentUnknown(str(replaces))
    return replaces, int(rows[0][0]) + 1


def _suffix(content: bytes) -> str:
    return next((suffix for opening, suffix in OPENINGS.items() if content.startswith(opening)), ".txt")


def _read(content: bytes) -> str:
    """ファイルから読み取れる文字。写真からは読み取れない。"""
    if len(content) > MOST_BYTES:
        raise DocumentTooLarge(f"{len(content):,}バイト")
    suffix = _suffix(content)
    if suffix == ".pdf":
        try:
            return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        except (PyPdfError, ValueError) as broken:
            raise DocumentKindRefused("PDF が壊れています") from broken
    if suffix == ".txt":
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as binary:
            raise DocumentKindRefused from binary
    return ""
