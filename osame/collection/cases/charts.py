"""台帳の図と表。担当者ごと、段階ごと、古さごと。図の下に、同じ数の表を置く。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from osame.collection.cases.models import CaseStage
from osame.platform.console.charts import Bar, Chart
from osame.platform.database import fetch_all

AGES = ((180, "半年以内"), (365, "1年以内"), (730, "2年以内"), (1461, "4年以内"), (None, "4年を超える"))
BY_STAGE = """
SELECT f.stage, count(*), sum(f.total)::bigint, count(*) FILTER (WHERE f.stage_since <= %(on)s::date - 90)
FROM case_figure f JOIN arrears_case k USING (addressee_number)
WHERE k.cleared_on IS NULL AND %(officer)s IN ('', k.officer) GROUP BY 1 ORDER BY 1
"""
BY_AGE = """
SELECT CASE WHEN d.due_date > %(on)s::date - 180 THEN 0 WHEN d.due_date > %(on)s::date - 365 THEN 1
            WHEN d.due_date > %(on)s::date - 730 THEN 2 WHEN d.due_date > %(on)s::date - 1461 THEN 3 ELSE 4 END AS band,
       count(*), sum(d.principal_tax + d.other_amounts)::bigint, count(DISTINCT d.addressee_number)
FROM case_charge d JOIN arrears_case k USING (addressee_number)
WHERE k.cleared_on IS NULL AND %(officer)s IN ('', k.officer) GROUP BY 1 ORDER BY 1
"""
BY_OFFICER = """
SELECT k.officer, count(*), coalesce(sum(f.total), 0)::bigint, count(*) FILTER (WHERE f.stage = '06'),
       count(*) FILTER (WHERE f.stage_since <= %(on)s::date - 90), count(*) FILTER (WHERE f.broken_promises > 0),
       count(*) FILTER (WHERE f.task_on < %(on)s), count(*) FILTER (WHERE k.review_on < %(on)s),
       count(*) FILTER (WHERE k.reviewed_on IS NULL OR k.reviewed_on < %(on)s::date - 365),
       count(*) FILTER (WHERE f.prescribed_on BETWEEN %(on)s AND %(on)s::date + 180)
FROM arrears_case k LEFT JOIN case_figure f USING (addressee_number)
WHERE k.cleared_on IS NULL GROUP BY 1 ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Band:
    """図の棒一本の数。"""

    code: str
    name: str
    count: int
    total: int
    more: int


@dataclass(frozen=True, slots=True)
class OfficerFigures:
    """担当者一人の数。 stalled: 同じ段階に90日以上; near: 180日以内に時効。"""

    officer: str
    cases: int
    total: int
    dispositions: int
    stalled: int
    broken: int
    tasks_over: int
    reviews_over: int
    unreviewed: int
    near: int


def by_stage(*, officer: str = "", as_of: date) -> tuple[Band, ...]:
    """進行段階ごとの件数と未納の計、90日以上動かない件数。

    要件: F13-06, F13-10
    """
    rows = fetch_all(BY_STAGE, {"on": as_of, "officer": officer})
    return tuple(Band(code, str(CaseStage(code).label), *rest) for code, *rest in rows)


def by_age(*, officer: str = "", as_of: date) -> tuple[Band, ...]:
    """納期限からの古さごとの期別の数と額と人数（年齢調べ）。

    要件: F13-10, F13-11
    """
    rows = fetch_all(BY_AGE, {"on": as_of, "officer": officer})
    return tuple(Band(str(band), AGES[band][1], *rest) for band, *rest in rows)


def by_officer(*, as_of: date) -> tuple[OfficerFigures, ...]:
    """担当者ごとの、滞納額・件数・処分・滞留・約束の不履行。

    要件: F13-10
    """
    return tuple(OfficerFigures(*row) for row in fetch_all(BY_OFFICER, {"on": as_of}))


def chart(title: str, bands: Sequence[Band]) -> Chart:
    """件数の横棒の図。"""
    most = max((each.count for each in bands), default=1)
    return Chart(title, [Bar(each.name, Fraction(each.count, most), f"{each.count:,}件") for each in bands])
