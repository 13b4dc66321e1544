"""セキュリティ管理の行い。鍵と証明書、照会許可用照合リスト、照会できる事務。"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from osame.contracts.certificates import Certificate, KeyPair, verified
from osame.contracts.national import ListRefused, Masters, NetworkClient
from osame.contracts.strict import parsed, plain
from osame.gateway.trust import parties
from osame.gateway.trust.models import InquiryRight, KnownCertificate, ListConfirmation, StoredAllowList
from osame.kernel.refusals import Refusal
from osame.platform import bodies
from osame.platform.audit.recording import record


class NotOurCertificate(Refusal):
    """この団体の証明書ではありません。証明書番号を確かめてください。"""


class RightNotClear(Refusal):
    """照会できる事務には、業務システム、事務、手続、提供者、項目、根拠がすべて要ります。空の欄を埋めてください。"""


@dataclass(frozen=True, slots=True)
class Right:
    """照会できる事務の一つ。"""

    system: str
    affair: str
    procedure: str
    provider: str
    item: str


def enroll(network: NetworkClient) -> Certificate:
    """新しい鍵の組を作り、証明書を受ける。初めてなら、そのまま使い始める。

    A new pair is kept beside the old ones: envelopes sealed to an old key still open until its certificate is revoked.

    要件: F35-08
    """
    body = bodies.current()
    pair = KeyPair.make()
    request = pair.request(body.institution, body.name)
    pair.keep(parties.key_file(request.signing))
    made = verified(network.enroll(request), parties.anchor())
    if (made.institution, made.signing, made.sealing) != (body.institution, request.signing, request.sealing):
        raise NotOurCertificate(made.serial)
    with transaction.atomic():
        first = not KnownCertificate.objects.filter(own=True, in_use=True).exists()
        _keep(made, own=True, in_use=first)
        record("証明書を受けた", detail={"証明書": made.serial, "期限": made.valid_until.date().isoformat()})
    return made


def use_certificate(serial: str) -> None:
    """これからの署名に使う証明書を替える。

    要件: F35-08
    """
    with transaction.atomic():
        if not KnownCertificate.objects.filter(pk=serial, own=True, revoked=False).exists():
            raise NotOurCertificate(serial)
        KnownCertificate.objects.filter(own=True, in_use=True).update(in_use=False)
        KnownCertificate.objects.filter(pk=serial).update(in_use=True)
        record("署名に使う証明書を替えた", detail={"証明書": serial})


def refresh(network: NetworkClient, *, at: datetime) -> int:
    """マスター（証明書・失効・照合リスト）を取り寄せる。照合リストの版を返す。署名のないもの、古いものは入れない。

    要件: F35-08, F36-13
    """
    last = StoredAllowList.objects.order_by("-version").first()
    masters = network.masters(last.version if last else 0)
    return take_masters(masters, at=at)


def take_masters(masters: Masters, *, at: datetime) -> int:
    """届いたマスターを入れる。

    要件: F35-08, F36-13
    """
    masters.allow_list.refuse_unsigned(parties.anchor())
    with transaction.atomic():
        last = StoredAllowList.objects.order_by("-version").first()
        if last and masters.allow_list.version < last.version:
            raise ListRefused(f"{masters.allow_list.version} < {last.version}")
        if last is None or masters.allow_list.version > last.version:
            StoredAllowList.objects.create(
                version=masters.allow_list.version, issued_on=masters.allow_list.issued_on,
                content=plain(masters.allow_list),
            )  # fmt: skip
        own = bodies.current().institution
        for each in masters.certificates:
            if each.institution != own and parties.is_genuine(each):
                _keep(each, own=False, in_use=False)
        KnownCertificate.objects.filter(serial__in=masters.revoked).update(revoked=True, in_use=False)
        ListConfirmation.objects.update_or_create(
            confirmation_id=1, defaults={"version": masters.allow_list.version, "confirmed_at": at}
        )
        record("マスターを取り寄せた", detail={"版": masters.allow_list.version, "証明書": len(masters.certificates)})
    return masters.allow_list.version


def permit_inquiry(right: Right, *, basis: str, valid_from: date) -> None:
    """照会できる事務を登録する。

    要件: F35-09, F35-12
    """
    if not all((right.system, right.affair, right.procedure, right.provider, right.item, basis.strip())):
        raise RightNotClear
    with transaction.atomic():
        InquiryRight.objects.get_or_create(
            system=right.system, affair=right.affair, procedure=right.procedure, provider=right.provider,
            item=right.item, valid_from=valid_from, defaults={"basis": basis.strip()},
        )  # fmt: skip
        record("照会できる事務を登録した", detail={"事務": right.affair, "項目": right.item})


def end_right(right_id: int, *, on: date) -> None:
    """照会できる事務を終える。

    要件: F35-09
    """
    with transaction.atomic():
        InquiryRight.objects.filter(pk=right_id).update(valid_until=on)
        record("照会できる事務を終えた", detail={"権限番号": right_id})


def _keep(certificate: Certificate, *, own: bool, in_use: bool) -> None:
    KnownCertificate.objects.get_or_create(
        serial=certificate.serial,
        defaults={
            "institution": certificate.institution, "name": certificate.name, "content": plain(certificate),
            "valid_from": certificate.valid_from, "valid_until": certificate.valid_until, "own": own,
            "in_use": in_use,
        },
    )  # fmt: skip


SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Expiry:
    """期限の暦の一行。"""

    certificate: Certificate
    own: bool
    in_use: bool
    revoked: bool
    days_left: int

    @property
    def near(self) -> bool:
        """入れ替えを始める時期か。"""
        return not self.revoked and self.days_left <= SOON.days


def calendar(*, at: datetime) -> list[Expiry]:
    """証明書の期限の暦。早く切れるものから。

    要件: F35-08
    """
    rows = KnownCertificate.objects.order_by("-own", "valid_until")
    return [
        Expiry(
            parsed(Certificate, row.content), bool(row.own), bool(row.in_use), bool(row.revoked),
            (row.valid_until - at).days,
        )
        for row in rows
    ]  # fmt: skip
