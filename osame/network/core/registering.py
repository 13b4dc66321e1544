"""機関の登録と、マスターの配布。模擬のコアシステムを用意する。"""

from datetime import date, datetime

from django.db import transaction

from osame.contracts.certificates import Certificate, Request, refuse_unproved
from osame.contracts.gateway import REFUND_AFFAIR, REFUND_PROCEDURE
from osame.contracts.national import (
    CORE,
    DIGITAL_AGENCY,
    PUBLIC_ACCOUNT,
    RESIDENTS,
    AllowList,
    AllowRow,
    Masters,
)
from osame.contracts.portal import MY_PORTAL
from osame.contracts.strict import parsed, plain
from osame.kernel.refusals import Refusal
from osame.network.core import keys
from osame.network.core.models import Behaviour, Institution, InstitutionCertificate, ListVersion
from osame.platform.audit.recording import record

OTHERS = (
    (CORE, "情報提供ネットワークシステム コアシステム（模擬）"),
    (RESIDENTS, "住民基本台帳ネットワークシステム（模擬）"),
    (MY_PORTAL, "マイナポータル（模擬）"),
    (DIGITAL_AGENCY, "デジタル庁（模擬）"),
    ("0220100000001700", "架空県（模擬）"),
    ("0220100001001700", "隣町（模擬）"),
    ("0220100002001700", "港町（模擬）"),
)
"""模擬の機関。"""
FIRST_LIST = (
    AllowRow(REFUND_AFFAIR, REFUND_PROCEDURE, DIGITAL_AGENCY, PUBLIC_ACCOUNT),
    AllowRow("JM01000000024000", "JT01010000000214", "", "TM00000000000002"),
)


class NotThatInstitution(Refusal):
    """この鍵では、その機関の証明書を受けられません。登録した機関の鍵で求めてください。"""


def prepare(*, at: datetime) -> None:
    """模擬の機関と最初の照合リストを用意する。何度行ってもよい。

    要件: F35-07
    """
    with transaction.atomic():
        Behaviour.objects.get_or_create(behaviour_id=1)
        for institution, name in OTHERS:
            _, made = Institution.objects.get_or_create(
                institution=institution, defaults={"name": name, "simulated": True}
            )
            if made:
                keys.create_own(institution, name, at=at)
        if not ListVersion.objects.exists():
            publish(FIRST_LIST, issued_on=at.date())
        record("国の側の模擬を用意した", detail={"機関": len(OTHERS)})


def publish(rows: tuple[AllowRow, ...], *, issued_on: date) -> AllowList:
    """新しい版の照合リストに署名して出す。

    要件: F35-02, F36-13
    """
    with transaction.atomic():
        last = ListVersion.objects.order_by("-version").first()
        made = AllowList(last.version + 1 if last else 1, issued_on, rows).signed(keys.authority())
        ListVersion.objects.create(version=made.version, content=plain(made))
    return made


def admit(institution: str, name: str, exchange_key: str) -> None:
    """機関（団体の中間サーバー）を登録する。求めに署名する鍵に結び付ける。

    要件: F35-08
    """
    with transaction.atomic():
        Institution.objects.update_or_create(
            institution=institution, defaults={"name": name, "simulated": False, "exchange_key": exchange_key}
        )
        record("機関を登録した", detail={"機関": institution})


def institution_of(exchange_key: str) -> str:
    """求めに署名した鍵の機関。登録がなければ断る。"""
    row = Institution.objects.filter(exchange_key=exchange_key).exclude(exchange_key="").first()
    if row is None:
        raise NotThatInstitution
    return str(row.institution)


def certify(request: Request, institution: str, *, at: datetime) -> Certificate:
    """証明書を発行する。鍵を持つことの証が要る。

    要件: F35-08
    """
    if request.institution != institution:
        raise NotThatInstitution(request.institution)
    refuse_unproved(request)
    with transaction.atomic():
        record("機関の証明書を発行した", detail={"機関": institution})
        return keys.issue(request, at=at)


def revoke(serial: str, *, at: datetime) -> None:
    """証明書を失効させる。

    要件: F35-08
    """
    with transaction.atomic():
        InstitutionCertificate.objects.filter(serial=serial, revoked_at=None).update(revoked_at=at)
        record("証明書を失効させた", detail={"証明書": serial})


def masters() -> Masters:
    """いまのマスター。"""
    rows = list(InstitutionCertificate.objects.all())
    last = ListVersion.objects.order_by("-version").first()
    assert last
    return Masters(
        tuple(parsed(Certificate, row.content) for row in rows if row.revoked_at is None),
        tuple(row.serial for row in rows if row.revoked_at),
        parsed(AllowList, last.content),
        stand_in=True,
    )
