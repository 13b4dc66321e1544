"""申請と証明書の照会（R-127・R-128）。その日の一覧、申請一つ、手数料の計。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from osame.collection.certificates.models import CertificateRequest
from osame.collection.certificates.queries import RequestNotFound
from osame.collection.certificates.statement import certificate_name
from osame.platform.database import fetch_all

SHOWN = """
SELECT r.request_id, r.addressee_number, CASE WHEN a.withheld THEN '' ELSE a.name END, r.kind, r.tax_item, r.first_levy_year,
       r.last_levy_year, r.applicant_name, r.authority, r.use, r.submitted_to, r.fee, r.fee_exemption, r.state, r.applied_on,
       r.applied_by, r.identity_means, r.identity_note, r.identified_by, r.authority_document, r.authority_valid_through,
       r.closing_reason, r.plate_number, r.chassis_number
FROM certificate_request r JOIN addressee a USING (addressee_number)
"""
ISSUED = """
SELECT c.certificate_number, c.request_id, c.as_of, c.issued_by, c.issued_at, c.printed_at, c.voided_at, c.voided_by, c.void_reason,
       c.reissue_of, c.pdf_sha256
FROM certificate c WHERE c.request_id = ANY(%s) ORDER BY c.certificate_number
"""


@dataclass(frozen=True, slots=True)
class Issued:
    """証明書一通の経過。"""

    certificate_number: int
    request_id: int
    as_of: date
    issued_by: str
    issued_at: datetime
    printed_at: datetime | None
    voided_at: datetime | None
    voided_by: str
    void_reason: str
    reissue_of: int | None
    pdf_sha256: str

    @property
    def name(self) -> str:
        """証明番号の書き方。"""
        return certificate_name(self.certificate_number)

    @property
    def state(self) -> str:
        """いまの姿。"""
        if self.voided_at:
            return "取消し"
        return "印刷済み" if self.printed_at else "印刷待ち"


@dataclass(frozen=True, slots=True)
class Asking:
    """申請一つ。"""

    request_id: int
    addressee_number: str
    name: str
    kind: str
    tax_item: str
    first_levy_year: int
    last_levy_year: int
    applicant_name: str
    authority: str
    use: str
    submitted_to: str
    fee: int
    fee_exemption: str
    state: str
    applied_on: date
    applied_by: str
    identity_means: str
    identity_note: str
    identified_by: str
    authority_document: str
    authority_valid_through: date | None
    closing_reason: str
    plate_number: str
    chassis_number: str
    issued: tuple[Issued, ...]

    @property
    def kind_label(self) -> str:
        """証明の種類。"""
        return CertificateRequest.Kind(self.kind).label

    @property
    def state_label(self) -> str:
        """申請の状態。"""
        return CertificateRequest.State(self.state).label

    @property
    def authority_label(self) -> str:
        """請求の資格。"""
        return CertificateRequest.Authority(self.authority).label

    @property
    def identity_label(self) -> str:
        """本人確認の書類。"""
        return CertificateRequest.IdentityMeans(self.identity_means).label if self.identity_means else ""

    @property
    def is_open(self) -> bool:
        """まだ決めていない。"""
        return self.state in {"1", "2", "3"}

    @property
    def standing(self) -> Issued | None:
        """取り消していない証明書。"""
        return next((each for each in self.issued if each.voided_at is None), None)


@dataclass(frozen=True, slots=True)
class Day:
    """一日の発行簿。 fees: 発行した申請の手数料の計; exempt: 免除した件数。"""

    on: date
    requests: tuple[Asking, ...]
    fees: int
    paid: int
    exempt: int


def request_of(request_id: int) -> Asking:
    """申請一つと、その証明書。"""
    found = _requests("WHERE r.request_id = %s", [request_id])
    if not found:
        raise RequestNotFound(str(request_id))
    return found[0]


def requests_of(addressee_number: str) -> tuple[Asking, ...]:
    """一人の申請を、新しいものから。

    要件: F12-05
    """
    return _requests("WHERE r.addressee_number = %s ORDER BY r.request_id DESC LIMIT 200", [addressee_number])


def day_of(on: date) -> Day:
    """その日の発行簿。手数料は、発行した申請ごとに一度だけ数える（再発行は取らない）。

    要件: F12-03, F12-05
    """
    found = _requests("WHERE r.applied_on = %s ORDER BY r.request_id", [on])
    charged = [each for each in found if each.state == CertificateRequest.State.ISSUED]
    return Day(
        on, found, sum(each.fee for each in charged), sum(1 for each in charged if each.fee),
        sum(1 for each in charged if not each.fee),
    )  # fmt: skip


def _requests(terms: str, values: Sequence[Any]) -> tuple[Asking, ...]:
    rows = fetch_all(f"{SHOWN} {terms}", list(values))
    issued: dict[int, list[Issued]] = {}
    for row in fetch_all(ISSUED, [[row[0] for row in rows]]):
        issued.setdefault(row[1], []).append(Issued(*row))
    return tuple(Asking(*(*row, tuple(issued.get(row[0], ())))) for row in rows)


@dataclass(frozen=True, slots=True)
class Arrival:
    """オンライン・郵送の申請一件と、その送付先。"""

    request_id: int
    addressee_number: str
    name: str
    channel: str
    outer_number: str
    kind: str
    state: str
    settlement_number: str
    settled_on: date | None
    post_code: str
    post_address: str
    post_name: str

    @property
    def channel_name(self) -> str:
        """経路。"""
        return CertificateRequest.Channel(self.channel).label

    @property
    def kind_name(self) -> str:
        """証明の種類。"""
        return CertificateRequest.Kind(self.kind).label

    @property
    def state_name(self) -> str:
        """申請の状態。"""
        return CertificateRequest.State(self.state).label


def arrivals() -> tuple[Arrival, ...]:
    """まだ送付していない、オンライン・郵送の申請。古い順に。

    要件: F12-04
    """
    rows = fetch_all(
        "SELECT r.request_id, r.addressee_number, CASE WHEN a.withheld THEN '' ELSE a.name END, r.reception, r.outer_number, r.kind, "
        "r.state, r.settlement_number, r.settled_on, r.post_code, r.post_address, r.post_name FROM certificate_request r "
        "JOIN addressee a USING (addressee_number) WHERE r.reception <> '1' AND r.posted_on IS NULL AND r.state IN ('1', '2', '3', '4') "
        "ORDER BY r.request_id LIMIT 500"
    )
    return tuple(Arrival(*row) for row in rows)
