"""公示送達書（R-057）を刷る。氏名と書類名だけを載せ、住所も金額も番号も載せない。

What hangs on the board names the addressee, the document and where it is kept, and nothing else. It is set by a press, read back,
and held against the row: an amount, an address or an addressee number on it stops the output.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from pathlib import Path

from django.db import transaction
from django.http import HttpResponse

from osame.collection.letters.issuer import issuer_on
from osame.collection.returns.queries import Published, publication
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_one
from osame.platform.egress.authority import Authority, Output
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressMedium, ReceiverClass
from osame.platform.letters.batches import PrintedOtherwise
from osame.platform.letters.coverage import missing_in
from osame.platform.letters.engine import Letter, Template
from osame.platform.letters.press import presses
from osame.platform.letters.readback import page_texts

SOURCE = "collection/returns/typst/publication.typ"
ON_THE_BOARD = Authority(reason="掲示場に掲げる")
AMOUNT = re.compile(r"[\d,]+円|\d{10,}")


class NotForTheBoard(Refusal):
    """公示送達書に刷れない字（外字）があるか、取りやめた公示送達です。公示送達の画面を確かめてください。"""


@dataclass(frozen=True, slots=True)
class PublicationSheet:
    """公示送達書の内容。載せてよいものは、これがすべて。"""

    number: str
    name: str
    document_name: str
    kept_at: str
    posted_on: str


def printed_publication(publication_id: int) -> bytes:
    """公示送達書を組み、読み返して確かめる。

    要件: F09-03
    """
    with transaction.atomic():
        found = publication(publication_id)
        issuer = issuer_on(found.posted_on or found.drafted_on)
        places = fetch_one(
            "SELECT postal_code, address, address_detail FROM addressee WHERE addressee_number = %s",
            [found.addressee_number],
        )
    sheet = PublicationSheet(
        f"公示第{found.publication_id}号", found.name, found.document_name, found.kept_at,
        format_wareki(found.posted_on) if found.posted_on else "　　年　　月　　日",
    )  # fmt: skip
    if found.state == "9" or missing_in(json.loads(json.dumps(asdict(sheet)))):
        raise NotForTheBoard(sheet.number)
    moment = int(datetime.combine(found.posted_on or found.drafted_on, time(), UTC).timestamp())
    pdf = presses().printed(
        Template(SOURCE, moment), asdict(issuer), Letter(0, 0, found.addressee_number, 1, asdict(sheet))
    )
    _require_only_what_may_hang(pdf, found, sheet, [str(each) for each in places if each])
    return pdf


def save_publication(publication_id: int) -> HttpResponse:
    """公示送達書を、画面から保存する。

    要件: F09-03, F29-06
    """
    pdf = printed_publication(publication_id)
    return download(pdf, "publication.pdf", _output(publication_id, EgressMedium.SCREEN), ON_THE_BOARD)


def print_publication(publication_id: int, folder: Path) -> Path:
    """公示送達書を、命令から刷る。

    要件: F09-03, F29-06
    """
    pdf = printed_publication(publication_id)
    target = folder / f"publication-{publication_id}-{hashlib.sha256(pdf).hexdigest()[:16]}.pdf"
    emit(pdf, target, _output(publication_id, EgressMedium.FILE), ON_THE_BOARD)
    return target


def _output(publication_id: int, medium: EgressMedium) -> Output:
    subject = publication(publication_id).addressee_number
    return Output(EgressKind.LETTER, (subject,), ReceiverClass.CITIZEN, "掲示場", medium=medium)


def _require_only_what_may_hang(pdf: bytes, found: Published, sheet: PublicationSheet, places: list[str]) -> None:
    (text, *more) = page_texts(pdf)
    wanted = (sheet.number, sheet.name, sheet.document_name, sheet.kept_at)
    if more or not all("".join(each.split()) in text for each in wanted):
        raise PrintedOtherwise(sheet.number)
    rest = text.replace("".join(sheet.kept_at.split()), "")
    hidden = (*places, found.addressee_number)
    if AMOUNT.search(rest) or any("".join(each.split()) in rest for each in hidden):
        raise PrintedOtherwise(f"{sheet.number} に、載せてはならない事柄がある")
