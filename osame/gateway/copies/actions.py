"""副本の行い。登録・更新、フラグ、公開終了日の一括設定と取消し。"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from osame.gateway.copies.models import CopyRecord, PersonFlag, PublicationEnd
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import run_sql
from osame.platform.secret_keys import seal, unseal

KEY = "gateway-copy"


class CopyKeyUsed(Refusal):
    """「レコード識別番号」が既に存在しています。新しい版には、別の番号を付けてください。"""


class NoSuchCopy(Refusal):
    """その副本はありません。番号と特定個人情報名コードを確かめてください。"""


class NoSuchSetting(Refusal):
    """その一括設定はないか、もう取り消されています。設定番号を確かめてください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """登録する副本。"""

    unified: str
    item: str
    data_key: str = ""
    record_key: str
    content: str
    published_on: date
    published_until: date | None = None


def write(copies: Sequence[Copy]) -> list[tuple[str, str]]:
    """副本を登録する。前の版は残り、新しい版がいまの版になる。（レコード識別番号、断るわけ）を返す。

    要件: F35-06
    """
    told = []
    with transaction.atomic():
        used = set(
            CopyRecord.objects.filter(record_key__in=[each.record_key for each in copies]).values_list(
                "record_key", flat=True
            )
        )
        for each in copies:
            if each.record_key in used:
                told.append((each.record_key, CopyKeyUsed.message()))
                continue
            used.add(each.record_key)
            _write(each)
            told.append((each.record_key, ""))
        record("副本を登録した", subjects=[each.unified for each in copies][:1000], detail={"件数": len(copies)})
    return told


def _write(copy: Copy) -> None:
    place = {"unified_addressee_number": copy.unified, "item": copy.item, "data_key": copy.data_key}
    last = CopyRecord.objects.select_for_update().filter(**place, current=True).first()
    if last:
        CopyRecord.objects.filter(pk=last.pk).update(current=False)
    CopyRecord.objects.create(
        **place, record_key=copy.record_key, version=last.version + 1 if last else 1,
        content=seal(KEY, copy.content, owner=copy.unified), checksum=hashlib.sha256(copy.content.encode()).hexdigest(),
        published_on=copy.published_on, published_until=copy.published_until,
        automatic_answer=last.automatic_answer if last else True, non_disclosure=last.non_disclosure if last else False,
    )  # fmt: skip


def opened(row: CopyRecord) -> str:
    """副本の中身。"""
    return unseal(KEY, bytes(row.content), owner=str(row.unified_addressee_number))


def flag_item(unified: str, item: str, **flags: bool) -> int:
    """特定個人情報ごとに、自動応答不可・不開示該当を設定する。

    要件: F35-06, F36-13
    """
    with transaction.atomic():
        changed = CopyRecord.objects.filter(unified_addressee_number=unified, item=item, current=True).update(**flags)
        if not changed:
            raise NoSuchCopy(item)
        record("特定個人情報のフラグを設定した", subjects=[unified], detail={"項目": item, **_told(flags)})
    return changed


def flag_person(unified: str, **flags: bool) -> None:
    """団体内統合宛名番号ごとに、自動応答不可・不開示該当を設定する。

    要件: F35-06, F36-13
    """
    with transaction.atomic():
        PersonFlag.objects.update_or_create(unified_addressee_number=unified, defaults={**flags, "set_at": Now()})
        record("人のフラグを設定した", subjects=[unified], detail=_told(flags))


def _told(flags: dict[str, bool]) -> dict[str, str | int]:
    return {name: str(value) for name, value in flags.items()}


def end_publication(item: str, *, until: date) -> PublicationEnd:
    """公開終了日を、まとめて設定する。

    要件: F35-06
    """
    with transaction.atomic():
        made = PublicationEnd.objects.create(item=item, published_until=until)
        run_sql(
            "INSERT INTO publication_end_before (setting_id, copy_id, published_until) "
            "SELECT %s, copy_id, published_until FROM copy_record WHERE item = %s AND current",
            [made.pk, item],
        )
        made.changed = run_sql("UPDATE copy_record SET published_until = %s WHERE item = %s AND current", [until, item])
        PublicationEnd.objects.filter(pk=made.pk).update(changed=made.changed)
        record("公開終了日をまとめて設定した", detail={"項目": item, "件数": made.changed})
    return made


def cancel_end(setting_id: int) -> int:
    """公開終了日の一括設定を取り消し、前の日に戻す。

    要件: F35-06
    """
    with transaction.atomic():
        found = PublicationEnd.objects.filter(pk=setting_id, cancelled_at=None).update(cancelled_at=Now())
        if not found:
            raise NoSuchSetting(str(setting_id))
        back = run_sql(
            "UPDATE copy_record c SET published_until = b.published_until FROM publication_end_before b "
            "WHERE b.setting_id = %s AND c.copy_id = b.copy_id",
            [setting_id],
        )
        record("公開終了日の一括設定を取り消した", detail={"設定番号": setting_id, "件数": back})
    return back
