"""出力の記録の照会、取消し、期限の切れたものの消去。"""

import hashlib
from pathlib import Path

from django.db import transaction
from django.db.models.functions import Now

from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.egress.models import EgressRecord


class UnknownEgress(Refusal):
    """その出力番号の記録はありません。番号を確かめてください。"""


class AlreadyRevoked(Refusal):
    """その出力は、既に取り消しています。記録を確かめてください。"""


class RevokingNeedsReason(Refusal):
    """取り消す理由がありません。理由を入力してください。"""


def listed(*, officer: str = "", kind: str = "", limit: int = 200) -> list[EgressRecord]:
    """出力の記録を、新しいものから。"""
    terms = {name: value for name, value in {"officer": officer, "kind": kind}.items() if value}
    return list(EgressRecord.objects.filter(**terms).order_by("-egress_id")[:limit])


def found(serial: str) -> EgressRecord:
    """出力番号（E000000012 でも 12 でもよい）から。"""
    number = serial.upper().removeprefix("E")
    row = EgressRecord.objects.filter(pk=int(number)).first() if number.isdecimal() and len(number) < 18 else None
    if row is None:
        raise UnknownEgress(serial)
    return row


def revoke(serial: str, *, reason: str) -> bool:
    """出力を取り消す。庁内にまだあるファイルは消す。消したかどうかを返す。

    要件: F29-06
    """
    if not reason.strip():
        raise RevokingNeedsReason
    with transaction.atomic():
        row = EgressRecord.objects.select_for_update().get(pk=found(serial).egress_id)
        if row.revoked_at is not None:
            raise AlreadyRevoked(row.serial)
        EgressRecord.objects.filter(pk=row.pk).update(revoked_at=Now(), revocation_reason=reason.strip())
        erased = _erase(row)
        record("出力を取り消した", subjects=row.subjects, detail={"出力番号": row.serial, "消去": int(erased)})
    return erased


def erase_expired() -> int:
    """期限の切れた出力のうち、庁内にまだあるファイルを消す。消した数を返す。

    要件: F29-06
    """
    with transaction.atomic():
        due = EgressRecord.objects.select_for_update().filter(expires_at__lt=Now(), erased_at=None)
        erased = [row.serial for row in due if _erase(row)]
        if erased:
            record("期限の切れた出力を消した", detail={"数": len(erased), "出力番号": "・".join(erased[:50])})
    return len(erased)


def _erase(row: EgressRecord) -> bool:
    """出したときのままのファイルだけを消す。同じ名でも中身が違えば、それはこの出力ではない。"""
    path = Path(row.place)
    if row.erased_at is not None or not path.is_absolute():
        return False
    if path.is_file():
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != row.sha256:
                return False
        path.unlink()
    EgressRecord.objects.filter(pk=row.pk).update(erased_at=Now())
    return True
