"""オンライン・郵送の申請。受け取り、電子の本人確認と決済を記録し、発行した証明書を送る。

Applications that arrive as a file go the same way as those at the counter: applied, identified, reviewed, issued. What was verified
electronically is identified at once; whatever was not waits for an officer. A fee that does not match is sent back.
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

from django.db import transaction

from osame.collection.certificates import actions
from osame.collection.certificates.actions import FEE, FEE_YEN, Application, Identity
from osame.collection.certificates.certified import Asked
from osame.collection.certificates.models import CertificateRequest
from osame.collection.certificates.queries import locked_request
from osame.collection.ledger.posting import claim_command
from osame.collection.parameters.queries import setting
from osame.formats import certificate_application_csv
from osame.formats.certificate_application_csv import PROFILE, CertificateApplicationRow
from osame.formats.reports import LineProblem
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all
from osame.platform.imports import registry
from osame.platform.imports.registry import ImportResult
from osame.platform.imports.whole_files import receive_each, settle_rows, take_whole

Channel, State, Kind = CertificateRequest.Channel, CertificateRequest.State, CertificateRequest.Kind
ELECTRONIC = "電子署名の検証済み（受付番号 {}）"


class FeeNotSettled(Refusal):
    """決済の額が、証明手数料と違います。決済の記録を確かめ、申請者に差し戻してください。"""


class AlreadyAsked(Refusal):
    """この受付番号の申請は、もう受け付けています。申請の一覧で確かめてください。"""


class NowhereToPost(Refusal):
    """送付先がありません。送付先の郵便番号・住所・氏名を確かめてください。"""


class UnknownKind(Refusal):
    """その種類の証明は、ありません。01（納税証明）、02（滞納なし）、03（継続検査用）のどれかにしてください。"""


class NotPostable(Refusal):
    """送付は、発行して印刷した、オンライン・郵送の申請だけに記録できます。申請の画面で、状態を確かめてください。"""


def import_applications(path: Path, *, as_of: date, officer: str) -> ImportResult:
    """申請データを取り込む。一件ずつ、窓口と同じ扉から受け付ける。

    要件: F12-03, F12-04
    """
    arrival = registry.arrive(path, profile=PROFILE, officer=officer)

    def take(read: list[CertificateApplicationRow | LineProblem]) -> ImportResult:
        file_id = registry.register(arrival, business_on=as_of)
        claim_command(
            f"import:{arrival.content_hash}", kind="import_applications", content=[PROFILE], purpose="納税証明の申請",
            officer=officer,
        )  # fmt: skip
        rejected = receive_each(read, lambda row: receive(row, as_of=as_of, officer=officer))
        return settle_rows(file_id, arrival, len(read), rejected)

    return take_whole(arrival, path, certificate_application_csv.read_lines, take)


def receive(row: CertificateApplicationRow, *, as_of: date, officer: str) -> int:
    """オンライン・郵送の申請一件を受け付ける。電子署名を検証したものは、本人確認まで記録する。申請番号を返す。

    要件: F12-03, F12-04
    """
    if row.kind not in Kind.values:
        raise UnknownKind(row.kind)
    if not (row.postal_code and row.address and row.name):
        raise NowhereToPost(row.outer_number)
    if fetch_all(
        "SELECT 1 FROM certificate_request WHERE reception = %s AND outer_number = %s", [row.channel, row.outer_number]
    ):
        raise AlreadyAsked(row.outer_number)
    fee = int(setting(FEE, as_of=as_of) or FEE_YEN)
    free = row.kind == Kind.VEHICLE  # 継続検査用は、手数料を取らない
    if not free and (row.settled != fee or not row.settlement_number or row.settled_on is None):
        raise FeeNotSettled(f"手数料{fee:,}円、決済{row.settled:,}円")
    asked = Asked(
        row.addressee_number.zfill(15), row.kind, row.tax_item, row.first_levy_year, row.last_levy_year, "", row.plate_number,
        row.chassis_number,
    )  # fmt: skip
    application = Application(asked, row.applicant_name, row.use, row.submitted_to, fee)
    if free:
        application = replace(application, fee=0, fee_exemption="継続検査用のため")
    with transaction.atomic():
        number = actions.apply(application, as_of=as_of, officer=officer)
        CertificateRequest.objects.filter(request_id=number).update(
            reception=row.channel, outer_number=row.outer_number, settlement_number=row.settlement_number,
            settled_on=row.settled_on, post_code=row.postal_code, post_address=row.address, post_name=row.name,
        )  # fmt: skip
        if row.verified:
            identity = Identity(CertificateRequest.IdentityMeans.ELECTRONIC, ELECTRONIC.format(row.outer_number))
            actions.identify(number, identity, as_of=as_of, officer=officer)
    return number


def mark_posted(request_id: int, *, tracking: str, as_of: date, officer: str) -> None:
    """証明書を送付したことを記録する。印刷していないものは、送付できない。

    要件: F12-04
    """
    with transaction.atomic():
        request = locked_request(request_id)
        if request.reception == Channel.COUNTER or request.state != State.ISSUED or request.posted_on is not None:
            raise NotPostable(State(request.state).label)
        if not fetch_all(
            "SELECT 1 FROM certificate WHERE request_id = %s AND voided_at IS NULL AND printed_at IS NOT NULL",
            [request_id],
        ):
            raise NotPostable("まだ印刷していません")
        CertificateRequest.objects.filter(request_id=request_id).update(
            posted_on=as_of, tracking_number=tracking.strip(), posted_by=officer
        )
        record("納税証明書を送付した", subjects=[request.addressee_number], detail={"申請番号": request_id})
