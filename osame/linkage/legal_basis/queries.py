"""番号利用の根拠の照会。個人番号に触れる行いは、どれもここを通る。

`live_basis` is the one check. What touches a 個人番号 takes the `Basis` it answers with, so no such act can be written
without asking.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from osame.kernel.refusals import Refusal
from osame.linkage.legal_basis.models import LegalBasis


class NoLegalBasis(Refusal):
    """この事務では個人番号を使えません。番号法の別表か条例にない事務です。事務の指定を確かめてください。"""


class BasisNotLive(Refusal):
    """この事務の根拠は、いまは効力がありません。根拠の期間を確かめ、改正があればデータを改めてください。"""


class PurposeOutsideBasis(Refusal):
    """個人番号は、本人特定と番号連携の目的にだけ使えます。目的を選び直すか、番号を使わない方法で行ってください。"""


class AffairOfAnother(Refusal):
    """この事務を、このシステムは名乗れません。事務の指定と、接続の台帳を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Basis:
    """確かめた根拠。"""

    affair: str
    peer: str
    purpose: str
    articles: tuple[str, ...]
    as_of: date


def live_basis(affair: str, *, purpose: str, peer: str, as_of: date) -> Basis:
    """その事務が、その日に、その目的で、個人番号を使ってよいかを確かめる。

    要件: F34-08
    """
    rows = list(LegalBasis.objects.filter(affair=affair))
    if not rows:
        raise NoLegalBasis
    live = [row for row in rows if row.valid_from <= as_of and (row.valid_until is None or as_of < row.valid_until)]
    if not live:
        raise BasisNotLive(affair)
    if not (claimed := [row for row in live if peer in row.peers]):
        raise AffairOfAnother(affair)
    if not (fitting := [row for row in claimed if purpose in row.purposes]):
        raise PurposeOutsideBasis
    return Basis(affair, peer, purpose, tuple(row.article for row in fitting), as_of)


def bases(*, as_of: date | None = None) -> list[LegalBasis]:
    """根拠の一覧。 `as_of` を言えば、その日に効力のあるものだけ。"""
    rows = LegalBasis.objects.order_by("affair", "valid_from", "article")
    if as_of:
        rows = rows.filter(Q(valid_until=None) | Q(valid_until__gt=as_of), valid_from__lte=as_of)
    return list(rows)
