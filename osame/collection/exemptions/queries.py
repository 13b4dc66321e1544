"""免除期間の照会。延滞金を計算するすべての所が、同じ式で、取り消されていない期間を受け取る。

One fragment of SQL hands the standing periods of a charge to every statement that computes a delinquency charge, and one
function turns what it returns into the columns of the law. Nobody else reads these tables to compute.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from osame.collection.exemptions.models import ExemptionPeriod
from osame.law.claim import Exemption, Relief
from osame.law.population import PeriodColumns
from osame.platform.database import fetch_all

OPEN_END = date(2999, 12, 31)
"""終わりの決まっていない期間を、法に渡すときの末日。計算日より先は数えない。"""

STANDING = """NOT EXISTS (SELECT 1 FROM exemption_cancellation xx
    WHERE xx.addressee_number = ex.addressee_number AND xx.period_id = ex.period_id{known_cancelled})"""
COLUMNS = "exempt.firsts, exempt.throughs, exempt.reliefs, exempt.articles"
"""`LATERAL_PERIODS` を結んだ文が選ぶ列。`Periods` にまとめる。"""


def lateral_periods(charge: str, *, known: bool = False) -> str:
    """期別（SQL での表の名）の、生きている免除期間を結ぶ式。 known: `%(day)s` の日に知られていた姿で。"""
    recorded = " AND (%(day)s::date IS NULL OR ex.recorded_on <= %(day)s)" if known else ""
    standing = STANDING.format(
        known_cancelled=" AND (%(day)s::date IS NULL OR xx.recorded_on <= %(day)s)" if known else ""
    )
    return f"""LEFT JOIN LATERAL (
    SELECT array_agg(ex.first_on ORDER BY ex.period_id) AS firsts,
           array_agg(coalesce(ex.through_on, date '{OPEN_END}') ORDER BY ex.period_id) AS throughs,
           array_agg(ex.relief ORDER BY ex.period_id) AS reliefs, array_agg(ex.article ORDER BY ex.period_id) AS articles
    FROM exemption_period ex
    WHERE ex.addressee_number = {charge}.addressee_number AND ex.charge_id = {charge}.charge_id{recorded} AND {standing}
) exempt ON true"""


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """免除期間一つ。 cancelled_on: 取り消した日（生きていれば None）。"""

    period_id: int
    charge_id: int
    cause: ExemptionPeriod.Cause
    relief: Relief
    first_on: date
    through_on: date | None
    article: str
    origin: str
    document: str
    recorded_on: date
    officer: str
    cancelled_on: date | None
    cancel_reason: str


def exemptions_of(row: Sequence[list[date] | list[int] | list[str] | None]) -> tuple[Exemption, ...]:
    """`COLUMNS` の四列を、法に渡す免除期間にする。"""
    firsts, throughs, reliefs, articles = (each or () for each in row)
    return tuple(
        Exemption(Relief(relief), first, through, article)  # type: ignore[arg-type]
        for first, through, relief, article in zip(firsts, throughs, reliefs, articles, strict=True)
    )


def exemption_columns(rows: Sequence[tuple[Exemption, ...]]) -> PeriodColumns | None:
    """期別ごとの免除期間を、法の一括計算が受け取る列にする。一つもなければ None。"""
    flat = [each for row in rows for each in row]
    if not flat:
        return None
    return PeriodColumns(
        offsets=np.cumsum([0, *map(len, rows)], dtype=np.int64),
        first=np.array([each.first for each in flat], dtype="datetime64[D]"),
        through=np.array([each.through for each in flat], dtype="datetime64[D]"),
        relief=np.array([each.relief for each in flat], dtype=np.int64),
    )


def standing_exemptions(addressee_number: str, charge_id: int) -> tuple[Exemption, ...]:
    """期別一つの、生きている免除期間を、法に渡す形で。"""
    rows = fetch_all(
        f"SELECT {COLUMNS} FROM (SELECT %s::varchar AS addressee_number, %s::bigint AS charge_id) c {lateral_periods('c')}",
        [addressee_number, charge_id],
    )
    return exemptions_of(rows[0])


def periods_of(addressee_number: str, charge_id: int | None = None) -> tuple[PeriodLine, ...]:
    """その人（期別一つなら、その期別）の免除期間を、取り消したものも含めて、番号の順に。

    要件: F15-03
    """
    rows = fetch_all(
        "SELECT ex.period_id, ex.charge_id, ex.cause, ex.relief, ex.first_on, ex.through_on, ex.article, ex.origin, "
        "ex.document, ex.recorded_on, ex.officer, xx.recorded_on, coalesce(xx.reason, '') "
        "FROM exemption_period ex LEFT JOIN exemption_cancellation xx USING (addressee_number, period_id) "
        "WHERE ex.addressee_number = %s AND (%s::bigint IS NULL OR ex.charge_id = %s) ORDER BY ex.period_id",
        [addressee_number, charge_id, charge_id],
    )
    return tuple(
        PeriodLine(number, charge, ExemptionPeriod.Cause(cause), Relief(relief), *rest)
        for number, charge, cause, relief, *rest in rows
    )
