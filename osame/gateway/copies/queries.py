"""副本の照会。一覧、詳細、フラグ、いま公開している写し。"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from osame.gateway.copies.models import CopyRecord, PersonFlag, PublicationEnd


@dataclass(frozen=True, slots=True)
class Flags:
    """フラグ。人ごとと特定個人情報ごとの、どちらかが立っていれば立つ。"""

    automatic: bool
    hidden: bool


def current(unified: str = "", item: str = "", *, limit: int = 1000) -> list[CopyRecord]:
    """いまの版。空の欄は問わない。

    要件: F35-06
    """
    rows = CopyRecord.objects.filter(current=True)
    if unified:
        rows = rows.filter(unified_addressee_number=unified)
    if item:
        rows = rows.filter(item=item)
    return list(rows.order_by("unified_addressee_number", "item", "data_key")[:limit])


def published(unified: str, item: str, *, on: date) -> list[CopyRecord]:
    """その日に公開している写し。"""
    rows = CopyRecord.objects.filter(
        Q(published_until=None) | Q(published_until__gte=on), unified_addressee_number=unified, item=item,
        current=True, published_on__lte=on,
    )  # fmt: skip
    return list(rows.order_by("data_key"))


def person_flags(unified: str) -> Flags:
    """人ごとのフラグ。"""
    row = PersonFlag.objects.filter(pk=unified).first()
    return Flags(bool(row.automatic_answer), bool(row.non_disclosure)) if row else Flags(True, False)


def flags_for(unified: str, rows: list[CopyRecord]) -> Flags:
    """答えてよいかを決める、合わせたフラグ。"""
    person = person_flags(unified)
    return Flags(
        person.automatic and all(each.automatic_answer for each in rows),
        person.hidden or any(each.non_disclosure for each in rows),
    )


def setting(setting_id: int) -> PublicationEnd | None:
    """公開終了日の一括設定。"""
    return PublicationEnd.objects.filter(pk=setting_id).first()
