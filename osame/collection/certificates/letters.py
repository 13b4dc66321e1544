"""証明書の紙面（R-124・R-125・R-126）。凍らせた事実から、型のついた内容を作る。

The page is made from the frozen facts alone, never from the ledger of today.
"""

import json
import math
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from typing import Any

from osame.collection.certificates.models import Certificate, CertificateRequest
from osame.collection.certificates.statement import AMOUNTS, certificate_name, signed_payload
from osame.collection.letters.issuer import issuer_on, site_watermark
from osame.collection.parameters.queries import municipality
from osame.kernel.dates import format_wareki
from osame.platform.letters.codes import qr_modules, qr_png
from osame.platform.letters.engine import Letter, Template, sheet_code
from osame.platform.letters.window import width

SOURCE = "collection/certificates/typst/certificate.typ"
FIRST_PAGE_ROWS, NEXT_PAGE_ROWS = 9, 14
LAST_PAGE_LINES = 12  # 終わりの頁に、行と備考を合わせて置ける数
FIRST_RUN = 900_000  # 証明書の紙の通し番号は、発送する文書の実行番号と重ならない
PER_RUN = 1_000_000
QR_MM, LARGEST_CELL_MM = 44.0, 0.5
NAME_MM, NAME_POINTS = 50.0, 8.6
AMOUNT_MM, AMOUNT_POINTS = 17.4, 8.6
CLOSING = "上のとおり相違ないことを証明します。"
NO_ARREARS = "証明日において、納期限の到来した市税について、滞納のないことを証明します。"
VEHICLE_CLOSING = (
    "道路運送車両法第97条の2の規定による継続検査のため、軽自動車税（種別割）の滞納がないことを証明します。"
)
STARRED_CLOSING = "上のとおり証明します。"
PURPOSES = {
    CertificateRequest.Kind.GENERAL: "地方税法第20条の10の規定による証明",
    CertificateRequest.Kind.NO_ARREARS: "市税の滞納のないことの証明",
    CertificateRequest.Kind.VEHICLE: "継続検査用",
}


@dataclass(frozen=True, slots=True)
class SheetRow:
    """表の一行。"""

    name: str
    name_size: float
    year: str
    statutory_due: str
    tax: int
    paid: int
    unpaid: int
    not_due: int
    late: int


@dataclass(frozen=True, slots=True)
class CertificateSheet:
    """証明書一通の内容。"""

    number: str
    title: str
    purpose: str
    name: str
    address: str
    scope: str
    issued_on: str
    statement: str
    closing: str
    pages: tuple[tuple[SheetRow, ...], ...]
    total: dict[str, int] | None
    amount_size: float
    vehicle: dict[str, Any] | None
    remarks: tuple[str, ...]
    codes: tuple[str, ...]
    payload: str
    modules: int
    cell: float


@dataclass(frozen=True, slots=True)
class Paper:
    """刷る証明書。"""

    template: Template
    run: dict[str, Any]
    letter: Letter
    payload: str


def paper_of(found: Certificate) -> Paper:
    """凍らせた事実から、刷る紙面を作る。

    要件: F12-01, F12-02, F12-05
    """
    city = municipality(as_of=found.as_of)
    payload = signed_payload(
        found.certificate_number, json.loads(found.facts), found.facts_sha256, city.municipality_code
    )
    run = {**asdict(issuer_on(found.as_of)), "watermark": site_watermark()}
    return Paper(template_of(found), run, letter_of(found, payload), payload)


def template_of(found: Certificate) -> Template:
    """証明日に作った形の、組版のひな型。"""
    return Template(SOURCE, int(datetime.combine(found.as_of, time(), UTC).timestamp()))


def letter_of(found: Certificate, payload: str) -> Letter:
    """凍らせた事実と署名した内容から、刷る一通。"""
    qr = qr_png(payload)
    sheet = _sheet(found, json.loads(found.facts), payload, qr_modules(qr))
    run, number = divmod(found.certificate_number, PER_RUN)
    return Letter(
        FIRST_RUN + run, number, found.addressee_number, len(sheet.pages), asdict(sheet), (sheet.name, sheet.number),
        own=(sheet.address,), drawn={"qr": qr},
    )  # fmt: skip


def _sheet(found: Certificate, facts: dict[str, Any], payload: str, modules: int) -> CertificateSheet:
    kind = CertificateRequest.Kind(found.kind)
    rows = [_row(each) for each in facts["lines"]] if kind is CertificateRequest.Kind.GENERAL else []
    pages = _pages(rows, len(facts["remarks"]))
    total = {name: sum(getattr(row, name) for row in rows) for name in AMOUNTS}
    vehicle = facts.get("vehicle")
    return CertificateSheet(
        number=certificate_name(found.certificate_number), title=kind.label, purpose=PURPOSES[kind],
        name=facts["subject"]["name"], address=facts["subject"]["address"], scope=facts["scope"],
        issued_on=format_wareki(found.as_of), statement=NO_ARREARS if kind is CertificateRequest.Kind.NO_ARREARS else "",
        closing=_closing(kind, vehicle), pages=pages,
        total=total if len(rows) > 1 else None, amount_size=_amount_size(max(total.values())),
        vehicle=vehicle, remarks=tuple(facts["remarks"]), codes=codes_of(found, len(pages)), payload=payload,
        modules=modules, cell=min(LARGEST_CELL_MM, math.floor(QR_MM / modules * 1000) / 1000),
    )  # fmt: skip


def codes_of(found: Certificate, pages: int) -> tuple[str, ...]:
    """各頁の下に刷る、紙を名指す通し番号。"""
    run, number = divmod(found.certificate_number, PER_RUN)
    return tuple(
        sheet_code(FIRST_RUN + run, number, found.addressee_number, (page, pages)) for page in range(1, pages + 1)
    )


def _closing(kind: CertificateRequest.Kind, vehicle: dict[str, Any] | None) -> str:
    if vehicle is None:
        return CLOSING if kind is CertificateRequest.Kind.GENERAL else ""
    return STARRED_CLOSING if vehicle["starred"] else VEHICLE_CLOSING


def _row(line: dict[str, Any]) -> SheetRow:
    size = min(NAME_POINTS, round(NAME_MM / max(width(line["tax_name"]), 1.0) / 0.3528, 1))
    return SheetRow(
        line["tax_name"], size, line["year_label"], line["statutory_due"], *(line[name] for name in AMOUNTS)
    )


def _amount_size(largest: int) -> float:
    """額の欄に収まる字の大きさ（ポイント）。"""
    return min(AMOUNT_POINTS, math.floor(AMOUNT_MM / width(f"{largest:,}") / 0.3528 * 10) / 10)


def _pages(rows: list[SheetRow], remarks: int) -> tuple[tuple[SheetRow, ...], ...]:
    """最初の頁に9行、続きの頁に14行。備考が収まらなければ、備考のための頁を加える。"""
    rest = rows[FIRST_PAGE_ROWS:]
    more = (tuple(rest[at : at + NEXT_PAGE_ROWS]) for at in range(0, len(rest), NEXT_PAGE_ROWS))
    pages = (tuple(rows[:FIRST_PAGE_ROWS]), *more)
    return (*pages, ()) if len(pages[-1]) + remarks > LAST_PAGE_LINES + 4 * (len(pages) > 1) else pages
