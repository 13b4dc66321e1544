"""納税証明の行い。申請、本人確認、領収書確認、発行、不発行、取下げ、再発行、取消し。

Issuing freezes what is certified under a number of one serial; it prints nothing. Printing (`printing`) takes the number and
nothing else, so that what is printed can only be what was decided for that request.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from osame.collection.certificates.certified import Asked, Certified, Evidence, certified, subject_of
from osame.collection.certificates.freshness import require_fresh
from osame.collection.certificates.models import Certificate, CertificateEvidence, CertificateRequest
from osame.collection.certificates.queries import asked_of, evidence_of, locked_request
from osame.collection.parameters.queries import setting
from osame.kernel.dates import format_wareki
from osame.kernel.personal_numbers import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one

FEE, FEE_YEN = "納税証明の手数料（円）", 300
State, Kind, Authority = CertificateRequest.State, CertificateRequest.Kind, CertificateRequest.Authority


class ApplicationIncomplete(Refusal):
    """申請に足りないものがあります。申請者、使用目的、提出先、年度を入力してください。"""


class VehicleUnnamed(Refusal):
    """継続検査用の証明には、車両が要ります。標識番号か車台番号を入力してください。"""


class FeeUnexplained(Refusal):
    """手数料を0円にする理由がありません。免除の理由を入力してください。"""


class NumberInRequest(Refusal):
    """個人番号らしい数字があります。納税証明の申請に個人番号は書けません。消してください。"""


class NotIdentified(Refusal):
    """本人確認が記録されていません。書類を確かめ、本人確認を登録してから発行してください。"""


class AuthorityUnproven(Refusal):
    """請求の資格を示す書面がありません。委任状・戸籍・職務上の請求書などを確かめ、その内容を入力してください。"""


class AuthorityExpired(Refusal):
    """委任状の期限が切れています。新しい委任状を求めてください。"""


class WrongStep(Refusal):
    """この申請は、いまその手続きができません。申請の画面を開き直して、状態を確かめてください。"""


class ReasonNeeded(Refusal):
    """理由がありません。不発行・取下げ・取消し・再発行の理由を入力してください。"""


class EvidenceWrong(Refusal):
    """領収書確認を登録できません。この人の期別と、納付日、額、領収書の内容を確かめてください。"""


class CertificateNotFound(Refusal):
    """その証明書はありません。証明番号を確かめてください。"""


class AlreadyVoid(Refusal):
    """この証明書は、既に取り消されています。再発行したときは、新しい番号の証明書を使ってください。"""


@dataclass(frozen=True, slots=True)
class Application:
    """申請の内容。 fee: None なら団体の手数料。"""

    asked: Asked
    applicant_name: str
    use: str
    submitted_to: str
    fee: int | None = None
    fee_exemption: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """本人確認と、請求の資格を示す書面。"""

    means: CertificateRequest.IdentityMeans
    note: str = ""
    authority_document: str = ""
    authority_valid_through: date | None = None


def apply(application: Application, *, as_of: date, officer: str) -> int:
    """証明を申請し、申請番号を返す。

    要件: F12-01, F12-03
    """
    asked = application.asked
    fee = int(setting(FEE, as_of=as_of) or FEE_YEN) if application.fee is None else application.fee
    _refuse_incomplete(application, fee)
    with transaction.atomic():
        subject_of(asked)
        (number,) = fetch_one("SELECT nextval('certificate_request_number')")
        CertificateRequest.objects.create(
            addressee_number=asked.addressee_number, request_id=number, kind=asked.kind, tax_item=asked.tax_item,
            first_levy_year=asked.first_levy_year, last_levy_year=asked.last_levy_year, notice_number=asked.notice_number,
            plate_number=asked.plate_number.strip(), chassis_number=asked.chassis_number.strip(), authority=asked.authority,
            applicant_name=application.applicant_name.strip(), use=application.use.strip(),
            submitted_to=application.submitted_to.strip(), fee=fee, fee_exemption=application.fee_exemption.strip(),
            state=State.APPLIED, applied_on=as_of, applied_by=officer,
        )  # fmt: skip
        _told("納税証明の申請を受けた", asked.addressee_number, 申請番号=int(number), 種類=Kind(asked.kind).label)
    return int(number)


def identify(request_id: int, identity: Identity, *, as_of: date, officer: str) -> None:
    """本人確認と請求の資格を記録する。これがなければ、刷れない。

    要件: F12-03
    """
    with transaction.atomic():
        request = locked_request(request_id)
        if request.state != State.APPLIED:
            raise WrongStep(State(request.state).label)
        if request.authority != Authority.SELF and not identity.authority_document.strip():
            raise AuthorityUnproven
        if identity.authority_valid_through and identity.authority_valid_through < as_of:
            raise AuthorityExpired(format_wareki(identity.authority_valid_through))
        if holds_personal_number(f"{identity.note}\n{identity.authority_document}"):
            raise NumberInRequest
        CertificateRequest.objects.filter(request_id=request_id).update(
            state=State.IDENTIFIED, identity_means=identity.means, identity_note=identity.note.strip(),
            authority_document=identity.authority_document.strip(), identified_by=officer, identified_at=Now(),
            authority_valid_through=identity.authority_valid_through,
        )  # fmt: skip
        _told("納税証明の本人確認をした", request.addressee_number, 申請番号=request_id)


def record_evidence(request_id: int, evidence: Evidence, *, as_of: date, officer: str) -> None:
    """まだ消し込まれていない納付を、示された領収書で確かめたことを記録する。証明書の備考に書かれる。

    要件: F12-01
    """
    with transaction.atomic():
        request = locked_request(request_id)
        if request.state not in {State.APPLIED, State.IDENTIFIED}:
            raise WrongStep(State(request.state).label)
        owned = fetch_all(
            "SELECT 1 FROM charge WHERE addressee_number = %s AND charge_id = %s",
            [request.addressee_number, evidence.charge_id],
        )
        if not owned or evidence.amount <= 0 or evidence.paid_on > as_of or not evidence.seen.strip():
            raise EvidenceWrong
        if CertificateEvidence.objects.filter(request_id=request_id, charge_id=evidence.charge_id).exists():
            raise EvidenceWrong("この期別の領収書は、既に登録しています")
        CertificateEvidence.objects.create(
            addressee_number=request.addressee_number, request_id=request_id, charge_id=evidence.charge_id,
            paid_on=evidence.paid_on, amount=evidence.amount, seen=evidence.seen.strip(), officer=officer,
        )  # fmt: skip
        _told("領収書を確認した", request.addressee_number, 申請番号=request_id, 額=evidence.amount)


def issue(request_id: int, *, as_of: date, officer: str) -> int:
    """審査し、証明することを凍らせ、証明番号を返す。滞納や取込みの遅れがあれば断る。刷るのは `print_certificate`。

    要件: F12-01, F12-05
    """
    with transaction.atomic():
        request = locked_request(request_id)
        if request.state == State.APPLIED:
            raise NotIdentified
        if request.state not in {State.IDENTIFIED, State.REVIEWED}:
            raise WrongStep(State(request.state).label)
        told = preview(request, as_of=as_of)
        told.require_issuable()
        if request.state == State.IDENTIFIED:
            CertificateRequest.objects.filter(request_id=request_id).update(
                state=State.REVIEWED, reviewed_by=officer, reviewed_at=Now()
            )
        number = _frozen(request, told, as_of=as_of, officer=officer)
        CertificateRequest.objects.filter(request_id=request_id).update(state=State.ISSUED)
        _told("納税証明書を発行した", request.addressee_number, 申請番号=request_id, 証明番号=number)
    return number


def review(request_id: int, *, as_of: date) -> Certified:
    """審査の前に、いま発行したら証明することを見る。何も書かない。

    要件: F12-01
    """
    with transaction.atomic():
        return preview(locked_request(request_id), as_of=as_of)


def preview(request: CertificateRequest, *, as_of: date) -> Certified:
    """いま発行したら証明すること。取込みが遅れていれば断る。

    要件: F12-01
    """
    require_fresh(as_of=as_of)
    if request.authority_valid_through and request.authority_valid_through < as_of:
        raise AuthorityExpired(format_wareki(request.authority_valid_through))
    return certified(asked_of(request), evidence_of(request.request_id), as_of=as_of)


def refuse(request_id: int, *, reason: str, officer: str) -> None:
    """不発行にする。

    要件: F12-01, F12-03
    """
    _close(request_id, State.NOT_ISSUED, reason, "納税証明書を不発行にした", officer)


def withdraw(request_id: int, *, reason: str, officer: str) -> None:
    """申請を取り下げる。

    要件: F12-03
    """
    _close(request_id, State.WITHDRAWN, reason, "納税証明の申請を取り下げた", officer)


def cancel(certificate_number: int, *, reason: str, officer: str) -> None:
    """証明書を取り消す。取り消した番号は、二度と使わない。

    要件: F12-05
    """
    with transaction.atomic():
        found = _locked_certificate(certificate_number)
        _void(found, reason, officer)
        _told("納税証明書を取り消した", found.addressee_number, 証明番号=certificate_number)


def reissue(certificate_number: int, *, reason: str, as_of: date, officer: str) -> int:
    """新しい番号で再発行する。証明することは、今日の元帳から言い直す。元の証明書は、取り消す。

    要件: F12-05
    """
    with transaction.atomic():
        old = _locked_certificate(certificate_number)
        _void(old, reason, officer)
        request = locked_request(old.request_id)
        told = preview(request, as_of=as_of)
        told.require_issuable()
        number = _frozen(request, told, as_of=as_of, officer=officer, reissue_of=certificate_number)
        _told("納税証明書を再発行した", old.addressee_number, 証明番号=number, 元の証明番号=certificate_number)
    return number


def _refuse_incomplete(application: Application, fee: int) -> None:
    asked = application.asked
    texts = (application.applicant_name, application.use, application.submitted_to)
    if not all(each.strip() for each in texts) or asked.first_levy_year > asked.last_levy_year:
        raise ApplicationIncomplete
    if asked.kind == Kind.VEHICLE and not (asked.plate_number.strip() or asked.chassis_number.strip()):
        raise VehicleUnnamed
    if (fee == 0) != bool(application.fee_exemption.strip()) or fee < 0:
        raise FeeUnexplained
    if holds_personal_number("\n".join((*texts, application.fee_exemption))):
        raise NumberInRequest


def _frozen(
    request: CertificateRequest, told: Certified, *, as_of: date, officer: str, reissue_of: int | None = None
) -> int:
    """証明することを、新しい番号の行に凍らせる。"""
    (number,) = fetch_one("SELECT nextval('certificate_number')")
    Certificate.objects.create(
        addressee_number=request.addressee_number, certificate_number=number, request_id=request.request_id,
        kind=request.kind, as_of=as_of, facts=told.text, facts_sha256=told.sha256, issued_by=officer,
        reissue_of=reissue_of,
    )  # fmt: skip
    return int(number)


def _locked_certificate(certificate_number: int) -> Certificate:
    found = Certificate.objects.select_for_update().filter(certificate_number=certificate_number).first()
    if found is None:
        raise CertificateNotFound(str(certificate_number))
    if found.voided_at is not None:
        raise AlreadyVoid(found.void_reason)
    return found


def _void(found: Certificate, reason: str, officer: str) -> None:
    if not reason.strip():
        raise ReasonNeeded
    Certificate.objects.filter(certificate_number=found.certificate_number).update(
        voided_at=Now(), voided_by=officer, void_reason=reason.strip()
    )


def _close(request_id: int, state: CertificateRequest.State, reason: str, told: str, officer: str) -> None:
    with transaction.atomic():
        request = locked_request(request_id)
        if request.state not in {State.APPLIED, State.IDENTIFIED, State.REVIEWED}:
            raise WrongStep(State(request.state).label)
        if not reason.strip():
            raise ReasonNeeded
        CertificateRequest.objects.filter(request_id=request_id).update(
            state=state, closing_reason=f"{reason.strip()}（{officer}）"
        )
        _told(told, request.addressee_number, 申請番号=request_id)


def _told(act: str, addressee_number: str, **detail: Any) -> None:
    record(act, subjects=[addressee_number], fields=["氏名", "期別", "証明した事実"], detail=detail)
