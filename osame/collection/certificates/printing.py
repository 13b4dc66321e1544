"""証明書を刷る。受け取るのは証明番号だけで、刷り上がりを読み返し、その番号の証明書のものでなければ渡さない。

Printing takes the number and nothing else. The page is set by a press (`letters.press`), read back, and compared with the
row of that number read again from the database: sheet codes, number, name, every amount, the signed statement. Only then
does it leave through the egress broker, and the row keeps the hash of what left.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.http import HttpResponse
from pypdf.errors import PyPdfError

from osame.collection.certificates.actions import AlreadyVoid, CertificateNotFound
from osame.collection.certificates.letters import codes_of, paper_of
from osame.collection.certificates.models import Certificate, CertificateRequest
from osame.collection.certificates.statement import (
    AMOUNTS,
    amounts_text,
    certificate_name,
    payload_of,
    read_payload,
    signing_key,
)
from osame.collection.letters.protected import hidden_values
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord, ReceiverClass
from osame.platform.letters.batches import PrintedOtherwise, Sheets
from osame.platform.letters.coverage import missing_in
from osame.platform.letters.engine import SHEET_CODE
from osame.platform.letters.press import presses
from osame.platform.letters.readback import opened, page_texts
from osame.platform.suppression.hidden_values import HiddenValueShown


class AlreadyPrinted(Refusal):
    """この証明書は、既に刷っています。刷り損じたときは、理由を添えて再発行してください（番号が新しくなります）。"""


class UncoveredName(Refusal):
    """字体にない字（外字）があるため、刷れません。手作業の様式で発行し、この番号は書損として取り消してください。"""


@dataclass(frozen=True, slots=True)
class Printed:
    """読み返して、依頼どおりであることを確かめた証明書。"""

    certificate_number: int
    addressee_number: str
    pdf: bytes
    payload: str

    @property
    def sha256(self) -> str:
        """刷り上がりのハッシュ。"""
        return hashlib.sha256(self.pdf).hexdigest()


@dataclass(frozen=True, slots=True)
class ReadBack:
    """刷り上がりから読み返した、各頁の文字と、署名した内容。"""

    pages: tuple[str, ...]
    payload: str


def printed_certificate(certificate_number: int) -> Printed:
    """証明書を組み、読み返して確かめる。まだ渡さない。何も書かない。

    要件: F12-01, F12-05
    """
    with transaction.atomic():
        found = _printable(certificate_number)
        paper = paper_of(found)
        hidden = hidden_values()
    if missing := missing_in(paper.letter.context):
        raise UncoveredName("・".join(f"U+{ord(each[0]):04X}" for each in missing))
    pdf = presses().printed(paper.template, paper.run, paper.letter)
    sheets = Sheets(paper.template, paper.run, hidden)
    try:
        back = read_back(pdf)
        if any(sheets.tells(text, paper.letter) for text in back.pages):
            raise HiddenValueShown(paper.letter.codes()[0])
        with transaction.atomic():
            require_as_asked(back, _printable(certificate_number))
    except (PyPdfError, KeyError) as failure:
        raise PrintedOtherwise(f"{certificate_name(certificate_number)} の刷り上がりを読めない") from failure
    return Printed(certificate_number, found.addressee_number, pdf, paper.payload)


def save_certificate(certificate_number: int) -> HttpResponse:
    """画面から刷る。記録と、渡すことを、一つの取引で。

    要件: F12-01, F12-05, F29-06
    """
    made = printed_certificate(certificate_number)
    with transaction.atomic():
        _mark(made)
        return download(made.pdf, "certificate.pdf", _output(made, EgressMedium.SCREEN))


def print_certificate(certificate_number: int, folder: Path) -> tuple[Path, EgressRecord]:
    """命令から刷る。ファイルの名は、出力のたびに違う。

    要件: F12-01, F12-05, F29-06
    """
    made = printed_certificate(certificate_number)
    target = folder / f"certificate-{certificate_number:08d}-{made.sha256[:16]}.pdf"
    emitted = emit(made.pdf, target, _output(made, EgressMedium.FILE))
    with transaction.atomic():
        _mark(made)
    return target, emitted


def read_back(pdf: bytes) -> ReadBack:
    """刷り上がりを、一度だけ開いて読み返す。"""
    reader = opened(pdf)
    return ReadBack(tuple(page_texts(reader)), payload_of(reader))


def require_as_asked(back: ReadBack, found: Certificate) -> None:
    """刷り上がりが、その番号の証明書のものであることを確かめる。依頼の内容は見ず、表の行とだけ突き合わせる。

    要件: F12-05
    """
    facts = json.loads(found.facts)
    for text, code in zip(back.pages, codes_of(found, len(back.pages)), strict=True):
        if [each.group() for each in SHEET_CODE.finditer(text)] != [code]:
            raise PrintedOtherwise(f"{certificate_name(found.certificate_number)} の紙の通し番号が違う")
    whole = "".join(back.pages)
    for mark in _marks(found, facts):
        if "".join(mark.split()) not in whole:
            raise PrintedOtherwise(f"{certificate_name(found.certificate_number)} に、あるはずの文字がない")
    signed = read_payload(back.payload, [signing_key().public_key()])
    if (signed.number, signed.name) != (certificate_name(found.certificate_number), facts["subject"]["name"]):
        raise PrintedOtherwise(f"{certificate_name(found.certificate_number)} の署名した内容が違う")


def _marks(found: Certificate, facts: dict[str, Any]) -> list[str]:
    """その証明書の紙にあるはずの文字。番号、氏名、住所、すべての行の額、車両。"""
    marks = [certificate_name(found.certificate_number), facts["subject"]["name"], facts["subject"]["address"]]
    if vehicle := facts.get("vehicle"):
        return [*marks, vehicle["plate_number"], vehicle["chassis_number"], vehicle["valid_through"]]
    if found.kind == CertificateRequest.Kind.GENERAL:
        marks += [
            amounts_text(line["year_label"], (line[name] for name in AMOUNTS))
            for line in facts["lines"]
        ]  # fmt: skip
    return [*marks, *facts["remarks"]]


def _printable(certificate_number: int) -> Certificate:
    found = Certificate.objects.filter(certificate_number=certificate_number).first()
    if found is None:
        raise CertificateNotFound(str(certificate_number))
    if found.voided_at is not None:
        raise AlreadyVoid(found.void_reason)
    if found.printed_at is not None:
        raise AlreadyPrinted(certificate_name(certificate_number))
    return found


def _mark(made: Printed) -> None:
    """刷ったものを、行に残す。同時に刷った者がいれば、後の者は断られる。"""
    taken = Certificate.objects.filter(
        certificate_number=made.certificate_number, printed_at__isnull=True, voided_at__isnull=True
    ).update(pdf_sha256=made.sha256, payload=made.payload, printed_at=Now())
    if not taken:
        _printable(made.certificate_number)
    record(
        "納税証明書を刷った", subjects=[made.addressee_number], fields=["氏名", "証明した事実"],
        detail={"証明番号": made.certificate_number, "ハッシュ": made.sha256},
    )  # fmt: skip


def _output(made: Printed, medium: EgressMedium) -> Output:
    return Output(
        EgressKind.CERTIFICATE, (made.addressee_number,), ReceiverClass.CITIZEN, "証明書の申請者", medium=medium
    )
