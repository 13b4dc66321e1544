"""差押財産管理台帳（R-111）。続いている処分の台帳、見直しの近い換価の予定、長く続いている差押え。"""

from datetime import date, timedelta

from osame.collection.dispositions.queries import DispositionHead, open_dispositions
from osame.collection.letters.reports import Grid, Report, report_pdf
from osame.kernel.dates import format_wareki
from osame.kernel.periods import months_after
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all

NEAR_MONTHS, LONG_YEARS = 3, 3
YEAR = timedelta(days=365)
HEADING = (
    "番号",
    "滞納者",
    "財産・事件",
    "処分の日",
    "効力の日",
    "評価額（円）",
    "優先債権（円）",
    "滞納額（円）",
    "取立て（円）",
    "方針",
    "見直し",
)
WIDTHS, ALIGNED = (26, 24, 44, 13, 13, 20, 20, 20, 18, 30, 13), "lllllrrrrll"
# 財産の評価と、処分の対象の期別にいま残る額。
FIGURES = """
SELECT d.disposition_id, coalesce(a.value, 0), coalesce(a.prior_claims, 0),
       coalesce((SELECT sum(c.principal_tax + c.demand_fee + c.delinquency_charge) FROM disposition_charge x
                 JOIN charge c USING (addressee_number, charge_id)
                 WHERE x.addressee_number = d.addressee_number AND x.disposition_id = d.disposition_id), 0)
FROM disposition d LEFT JOIN asset a USING (addressee_number, asset_id)
WHERE d.disposition_id = ANY (%s)
"""


def register_report(*, as_of: date) -> tuple[bytes, list[str]]:
    """差押財産管理台帳と、三か月のうちに見直す処分、三年を超えて続く処分。（PDF、対象の宛名番号）。

    要件: F17-15, F17-16
    """
    heads = open_dispositions()
    figures = {row[0]: row[1:] for row in fetch_all(FIGURES, [[each.disposition_id for each in heads]])}
    near = [each for each in heads if each.review_on and each.review_on <= months_after(as_of, NEAR_MONTHS)]
    long = [each for each in heads if each.done_on < as_of - LONG_YEARS * YEAR]
    parts = (
        ("差押財産管理台帳", heads), (f"換価・見直しの予定（{NEAR_MONTHS}か月のうち）", sorted(near, key=_review)),
        (f"長く続いている処分（{LONG_YEARS}年を超える）", sorted(long, key=lambda each: each.done_on)),
    )  # fmt: skip
    facts = (
        ("基準日", format_wareki(as_of)), ("続いている処分", f"{len(heads):,}件"), ("見直しの近いもの", f"{len(near):,}件"),
        ("長く続いているもの", f"{len(long):,}件"), ("評価額の計", f"{sum(each[0] for each in figures.values()):,}円"),
        ("見直しの日を過ぎたもの", f"{sum(bool(x.review_on and x.review_on < as_of) for x in heads):,}件"),
    )  # fmt: skip
    grids = tuple(
        Grid(f"{title}（{len(chosen):,}件）", HEADING, WIDTHS, ALIGNED, tuple(_row(each, figures) for each in chosen))
        for title, chosen in parts
        if chosen
    )
    sheet = Report("R-111", "差押財産管理台帳", facts, grids, wide=True)
    return report_pdf([sheet], as_of), sorted({each.addressee_number for each in heads})


def _review(each: DispositionHead) -> date:
    return each.review_on or date.max


def _row(each: DispositionHead, figures: dict[int, tuple[int, ...]]) -> tuple[str, ...]:
    value, prior, owed = figures[each.disposition_id]
    return (
        each.number, each.name, each.asset or each.case_number, short_wareki(each.done_on),
        short_wareki(each.effect_on) if each.effect_on else "送達待ち", f"{value:,}", f"{prior:,}", f"{owed:,}", f"{each.collected:,}",
        each.policy or "—", short_wareki(each.review_on) if each.review_on else "—",
    )  # fmt: skip
