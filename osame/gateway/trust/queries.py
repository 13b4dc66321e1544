"""照会してよいか。照会できる事務と、照会許可用照合リストの、両方で確かめる。

Fail closed: without a list, or with one that has not been confirmed for some days, nothing may be inquired or provided.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Q

from osame.contracts.national import AllowList
from osame.contracts.strict import parsed
from osame.gateway.trust.models import InquiryRight, KnownCertificate
from osame.kernel.refusals import Refusal
from osame.platform.database import Question, at_once

STALE = timedelta(days=3)
"""照合リストを、これより長く確かめられなければ使わない。"""


class NoAllowList(Refusal):
    """照会許可用照合リストがないか、古くなっています。マスターを取り寄せてから、もう一度行ってください。"""


class InquiryNotAllowed(Refusal):
    """指定された特定個人情報の照会は許可されていません。事務、手続、提供者、項目を確かめてください。"""


class InquiryNotOurs(Refusal):
    """この業務システムには、この照会の権限がありません。照会できる事務の登録を確かめてください。"""


# いまの版、確かめた日時、照会できる事務を、一度に引く。
NOW = """
SELECT l.version, l.content::text, (SELECT confirmed_at FROM list_confirmation WHERE confirmation_id = 1),
       (SELECT coalesce(array_agg(ARRAY[system, affair, procedure, provider, item]), '{}') FROM inquiry_right
        WHERE valid_from <= %s AND (valid_until IS NULL OR valid_until > %s))
FROM (SELECT 1) one LEFT JOIN LATERAL (SELECT version, content FROM stored_allow_list ORDER BY version DESC LIMIT 1) l ON true
"""


@dataclass(frozen=True, slots=True)
class Allowed:
    """いまの照合リストと、照会できる事務。一度引けば、いくつの照会にも使える。"""

    version: int
    rows: frozenset[tuple[str, str, str, str]]
    rights: frozenset[tuple[str, str, str, str, str]]

    def refuse(self, system: str, affair: str, procedure: str, provider: str, item: str) -> None:
        """照会してよいかを確かめる。"""
        if (system, affair, procedure, provider, item) not in self.rights:
            raise InquiryNotOurs(item)
        self.refuse_unlisted(affair, procedure, provider, item)

    def refuse_unlisted(self, affair: str, procedure: str, provider: str, item: str) -> None:
        """照合リストにある組合せかを確かめる。"""
        if not {(affair, procedure, provider, item), (affair, procedure, "", item)} & self.rows:
            raise InquiryNotAllowed(item)


def allowed(*, at: datetime) -> Allowed:
    """いまの照合リストと、照会できる事務。古ければ断る。

    要件: F36-13, F35-09
    """
    (answer,) = at_once(what_is_allowed(at=at))
    if isinstance(answer, Refusal):
        raise answer
    assert isinstance(answer, Allowed)
    return answer


def what_is_allowed(*, at: datetime) -> Question[Allowed | Refusal]:
    """何を照会してよいか。照合リストがないか古ければ、その断りが答えである。

    要件: F36-13, F35-09
    """

    def told(rows: list[tuple[Any, ...]]) -> Allowed | Refusal:
        ((version, content, confirmed_at, held),) = rows
        if content is None or confirmed_at is None or at - confirmed_at > STALE:
            return NoAllowList()
        return Allowed(version, _listed(content), frozenset(tuple(each) for each in held))

    return Question(NOW, [at.date(), at.date()], told)


@lru_cache(maxsize=64)
def _listed(content: str) -> frozenset[tuple[str, str, str, str]]:
    """照合リストの中身の、許された組合せ。"""
    rows = parsed(AllowList, json.loads(content)).rows
    return frozenset((each.affair, each.procedure, each.provider, each.item) for each in rows)


def rights(*, on: date) -> list[InquiryRight]:
    """その日の、照会できる事務。"""
    rows = InquiryRight.objects.filter(Q(valid_until=None) | Q(valid_until__gt=on), valid_from__lte=on)
    return list(rows.order_by("right_id"))


def names_of(institutions: set[str]) -> dict[str, str]:
    """機関の名。"""
    rows = KnownCertificate.objects.filter(institution__in=institutions).order_by("valid_until")
    return {str(row.institution): str(row.name) for row in rows}
