"""ファイルのインターフェイス。受け、行ごとに行い、結果のファイルを置く。

A file is CSV in UTF-8 with a heading line; an inquiry file may also be the 18-column `.DAT` that is seen in the field
(docs/protocols/gateway.md). The whole file is one transaction; the same file of the same system is taken once.
"""

import base64
import csv
import hashlib
import io
from collections.abc import Sequence
from datetime import timedelta
from secrets import token_hex

from django.db import transaction

from osame.contracts.gateway import FileTicket, Upload
from osame.gateway.interfaces.catalogue import OPERATIONS, Interface
from osame.gateway.interfaces.models import InterfaceFile
from osame.gateway.interfaces.rows import DONE, KEY, Caller, Row
from osame.kernel.refusals import Refusal
from osame.platform import bodies
from osame.platform.audit.recording import record
from osame.platform.secret_keys import seal, unseal

SEALED = "gateway-file"
MOST_ROWS = 10_000
KEEP = timedelta(days=30)
DAT_COLUMNS = (
    "番号体系", "宛名番号", "団体内統合宛名番号", "照会依頼日時", "部署", "職員", "情報照会者機関コード", "照会側不開示",
    "事務コード", "事務手続コード", "委任元照会者", "委任元提供者", "情報提供者機関コード", "特定個人情報名コード", "照会条件区分",
    "照会年度区分", "照会開始日", "照会終了日",
)  # fmt: skip


class FileUnreadable(Refusal):
    """ファイルを読めません。見出しのある CSV（UTF-8）か、18列の照会ファイルで渡してください。"""


class FileAltered(Refusal):
    """ファイルの中身が、送り手の告げた要約と違います。もう一度送ってください。"""


class TooManyRows(Refusal):
    """一つのファイルに入れられるのは1万行までです。分けて送ってください。"""


class OtherBodysFile(Refusal):
    """ほかの団体の機関コードのあるファイルです。自分の団体のファイルを送ってください。"""


class NoSuchFile(Refusal):
    """その処理番号のファイルはありません。処理番号と、登録した業務システムを確かめてください。"""


def put(interface: Interface, upload: Upload, caller: Caller) -> FileTicket:
    """ファイルを受け、行う。

    要件: F35-04
    """
    try:
        raw = base64.b64decode(upload.content, validate=True)
    except ValueError as failure:
        raise FileUnreadable from failure
    digest = hashlib.sha256(raw).hexdigest()
    if digest != upload.sha256:
        raise FileAltered
    with transaction.atomic():
        known = InterfaceFile.objects.filter(system=caller.system, interface=interface.code, sha256=digest).first()
        if known:
            return FileTicket(str(known.processing_number), int(known.row_count), int(known.refused_count))
        return _carried_out(interface, upload.name, digest, read(raw, upload.name), caller)


def make(interface: Interface, rows: Sequence[Row], caller: Caller) -> FileTicket:
    """結果のファイルを作る。

    要件: F35-04
    """
    with transaction.atomic():
        return _carried_out(interface, interface.code, token_hex(32), list(rows), caller)


def _carried_out(interface: Interface, name: str, digest: str, rows: list[Row], caller: Caller) -> FileTicket:
    answers = OPERATIONS[interface.operation].act(rows, caller)
    refused = sum(each.get("処理結果") != DONE for each in answers)
    number = token_hex(16)
    InterfaceFile.objects.create(
        processing_number=number, interface=interface.code, operation=interface.operation, system=caller.system,
        name=name, sha256=digest, row_count=len(rows), refused_count=refused,
        result=seal(SEALED, written(answers), owner=number), keep_until=(caller.at + KEEP).date(),
    )  # fmt: skip
    record(
        "既存システムのファイルを処理した",
        detail={"番号": interface.code, "行数": len(rows), "断った行数": refused},
    )
    return FileTicket(number, len(rows), refused)


def get(interface: Interface, processing_number: str, caller: Caller) -> tuple[str, bytes]:
    """結果のファイルを渡す。登録した業務システムにだけ。

    要件: F35-04
    """
    with transaction.atomic():
        found = InterfaceFile.objects.filter(
            pk=processing_number, system=caller.system, operation__in=interface.operations
        ).first()
        if found is None:
            raise NoSuchFile
        InterfaceFile.objects.filter(pk=found.pk).update(fetched_at=caller.at)
        record("既存システムに結果のファイルを渡した", detail={"番号": interface.code, "処理番号": processing_number})
    text = unseal(SEALED, bytes(found.result), owner=str(found.processing_number))
    return f"{interface.code[3:].replace('_', '')}_{processing_number}.csv", text.encode()


def read(raw: bytes, name: str) -> list[Row]:
    """ファイルの行。"""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise FileUnreadable from failure
    lines = list(csv.reader(io.StringIO(text)))
    if not lines or any(len(each) != len(lines[0]) for each in lines):
        raise FileUnreadable
    if name.upper().endswith(".DAT"):
        rows = _dat(lines, name)
    else:
        rows = [dict(zip(lines[0], each, strict=True)) for each in lines[1:]]
    if len(rows) > MOST_ROWS:
        raise TooManyRows
    return rows


def _dat(lines: Sequence[Sequence[str]], name: str) -> list[Row]:
    """現場で使われている18列の照会ファイル。行ごとの番号は、ファイル名と行番号から作る。受付番号も、ファイル名とする。"""
    if len(lines[0]) != len(DAT_COLUMNS):
        raise FileUnreadable
    rows = [dict(zip(DAT_COLUMNS, map(str.strip, each), strict=True)) for each in lines]
    if any(each["情報照会者機関コード"] != bodies.current().institution for each in rows):
        raise OtherBodysFile
    stem = name.rsplit(".", 1)[0][-30:]
    return [{**each, KEY: f"{stem}-{at:05d}", "受付番号": stem} for at, each in enumerate(rows, 1)]


def written(rows: Sequence[Row]) -> str:
    """結果のファイルの中身。"""
    columns = list(dict.fromkeys(name for row in rows for name in row)) or ["処理結果"]
    out = io.StringIO()
    lines = csv.DictWriter(out, columns, restval="", lineterminator="\r\n")
    lines.writeheader()
    lines.writerows(rows)
    return out.getvalue()
