"""送達記録書（R-056-2）。持って行く前は空の欄で、送達を記録した後は記録のとおりに刷る。

The record of a delivery by hand: printed before it goes out with blank fields to be signed at the door, or afterwards as recorded.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from django.http import HttpResponse

from osame.collection.letters.issuer import issuer_on
from osame.collection.returns.letters_sent import Paper, paper
from osame.collection.returns.models import ServiceRecord
from osame.collection.returns.queries import Served, services_of
from osame.kernel.dates import format_wareki
from osame.platform.egress.authority import Authority, Output
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord, ReceiverClass
from osame.platform.letters.batches import PrintedOtherwise
from osame.platform.letters.engine import Letter, Template
from osame.platform.letters.press import presses
from osame.platform.letters.readback import page_texts

SOURCE = "collection/returns/typst/service_sheet.typ"
AT_THE_DOOR = Authority(reason="送達の記録")
Method = ServiceRecord.Method
METHODS = {Method.IN_PERSON: "交付", Method.SUBSTITUTE: "補充（同居者・使用人への交付）", Method.LEFT: "差置"}


@dataclass(frozen=True, slots=True)
class ServiceSheet:
    """送達記録書の内容。空の欄は、送達のときに書く。 methods: 方法の名と、それか。"""

    number: str
    document_name: str
    name: str
    delivered_on: str
    place: str
    methods: tuple[tuple[str, bool], ...]
    received_by: str
    note: str
    officer: str


def service_sheet(code: tuple[int, int], *, as_of: date) -> tuple[bytes, Output]:
    """送達記録書を組み、読み返す。（PDF、出力）。

    根拠: 地方税法第20条第1項から第3項まで
    要件: F09-05
    """
    found = paper(*code)
    issuer = asdict(issuer_on(as_of))
    handed = [each for each in services_of(*code) if each.method in METHODS]
    sheet = _sheet(found, handed[-1] if handed else None)
    stamp = int(datetime.combine(as_of, time(), UTC).timestamp())
    pdf = presses().printed(Template(SOURCE, stamp), issuer, Letter(0, 0, found.addressee_number, 1, asdict(sheet)))
    (text, *more) = page_texts(pdf)
    if more or not all("".join(each.split()) in text for each in (sheet.number, sheet.name, sheet.document_name)):
        raise PrintedOtherwise(sheet.number)
    return pdf, Output(EgressKind.LETTER, (found.addressee_number,), ReceiverClass.CITIZEN, "送達を受けた者")


def save_service_sheet(code: tuple[int, int], *, as_of: date) -> HttpResponse:
    """送達記録書を、画面から保存する。

    要件: F09-05, F29-06
    """
    pdf, made = service_sheet(code, as_of=as_of)
    on_screen = Output(made.kind, made.subjects, made.receiver_class, made.receiver, medium=EgressMedium.SCREEN)
    return download(pdf, "service-sheet.pdf", on_screen, AT_THE_DOOR)


def write_service_sheet(code: tuple[int, int], target: Path, *, as_of: date) -> EgressRecord:
    """送達記録書を、ファイルにする。

    要件: F09-05, F29-06
    """
    pdf, made = service_sheet(code, as_of=as_of)
    return emit(pdf, target, made, AT_THE_DOOR)


def _sheet(found: Paper, done: Served | None) -> ServiceSheet:
    """支援措置の対象者の送付先は、空の欄のままにする。"""
    place = done.place if done else "" if found.protected else found.destination
    return ServiceSheet(
        f"{found.run_id}-{found.letter_number}", found.document_name, found.receiver,
        format_wareki(done.delivered_on) if done else "", place,
        tuple((name, bool(done and done.method == method)) for method, name in METHODS.items()),
        done.received_by if done else "", done.note if done else "", done.officer if done else "",
    )  # fmt: skip
