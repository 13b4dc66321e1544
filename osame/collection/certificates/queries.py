"""納税証明の申請の照会。申請が求める証明と、添えた領収書確認。"""

from osame.collection.certificates.certified import Asked, Evidence
from osame.collection.certificates.models import CertificateEvidence, CertificateRequest
from osame.kernel.refusals import Refusal


class RequestNotFound(Refusal):
    """その申請はありません。申請番号を確かめてください。"""


def locked_request(request_id: int) -> CertificateRequest:
    """申請を、この取引の間、ほかの職員に動かさせない。"""
    found = CertificateRequest.objects.select_for_update().filter(request_id=request_id).first()
    if found is None:
        raise RequestNotFound(str(request_id))
    return found


def asked_of(request: CertificateRequest) -> Asked:
    """申請が求める証明。"""
    return Asked(
        request.addressee_number, request.kind, request.tax_item, request.first_levy_year, request.last_levy_year,
        request.notice_number, request.plate_number, request.chassis_number, request.authority,
    )  # fmt: skip


def evidence_of(request_id: int) -> tuple[Evidence, ...]:
    """申請に添えた領収書確認。"""
    rows = CertificateEvidence.objects.filter(request_id=request_id).order_by("charge_id")
    return tuple(Evidence(each.charge_id, each.paid_on, each.amount, each.seen) for each in rows)
