"""収納率。数えておいた調定額と収入額を、前年同日と並べる。割合は整数だけで求める。"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from osame.collection.today.batch import year_before
from osame.platform.console.charts import Bar, Chart
from osame.platform.database import fetch_all

RATES = """
SELECT r.tax_item, i.name, r.carried_over, r.determined, r.received, r.counted_at, b.determined, b.received
FROM collection_rate r
LEFT JOIN collection_rate b ON b.as_of = %(before)s AND b.tax_item = r.tax_item AND b.carried_over = r.carried_over
LEFT JOIN LATERAL (SELECT name FROM tax_item t WHERE t.tax_item = r.tax_item AND t.valid_from <= %(on)s
    ORDER BY t.valid_from DESC LIMIT 1) i ON true
WHERE r.as_of = %(on)s ORDER BY r.tax_item, r.carried_over
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """税目一つの、現年分か滞納繰越分の収納率。前年の額がなければ None。"""

    tax_item: str
    name: str
    carried_over: bool
    determined: int
    received: int
    counted_at: datetime
    determined_before: int | None
    received_before: int | None

    @property
    def now(self) -> int | None:
        """収納率（百分率の百倍、切捨て）。調定がなければ None。"""
        return hundredths(self.received, self.determined)

    @property
    def before(self) -> int | None:
        """前年同日の収納率。"""
        if self.determined_before is None or self.received_before is None:
            return None
        return hundredths(self.received_before, self.determined_before)

    @property
    def told(self) -> str:
        """収納率の書き方。"""
        return percent(self.now)

    @property
    def before_told(self) -> str:
        """前年同日の収納率の書き方。"""
        return percent(self.before)

    @property
    def difference(self) -> str:
        """前年同日との差（ポイント）。"""
        if self.now is None or self.before is None:
            return ""
        gap = self.now - self.before
        sign = "−" if gap < 0 else "+" if gap else "±"
        return f"{sign}{abs(gap) // 100}.{abs(gap) % 100:02d}"


@dataclass(frozen=True, slots=True)
class RateSheet:
    """ある基準日の収納率。"""

    as_of: date
    before: date
    counted_at: datetime
    current: tuple[Rate, ...]
    carried: tuple[Rate, ...]

    @property
    def groups(self) -> list[tuple[str, str, Chart, tuple[Rate, ...]]]:
        """図と表の組。組の名、部品の名、図、行。"""
        told = (("現年分", "current", self.current), ("滞納繰越分", "carried", self.carried))
        return [(name, code, _chart(name, rows), rows) for name, code, rows in told if rows]


def hundredths(part: int, whole: int) -> int | None:
    """百分率の百倍。小数第三位以下は切り捨てる。

    >>> hundredths(2, 3), hundredths(1, 0)
    (6666, None)
    """
    return part * 10_000 // whole if whole > 0 else None


def percent(rate: int | None) -> str:
    """小数第二位までの百分率。

    >>> percent(9805), percent(None)
    ('98.05%', '―')
    """
    return "―" if rate is None else f"{rate // 100}.{rate % 100:02d}%"


def rate_sheet(*, as_of: date) -> RateSheet | None:
    """その日までに数えた、いちばん新しい収納率。まだ数えていなければ None。

    要件: F23-01, F13-10
    """
    # 前年同日として数えた行は、その日の表ではない
    days = fetch_all("SELECT max(as_of) FROM near_deadline WHERE as_of <= %s", [as_of])
    on = days[0][0]
    if on is None:
        return None
    before = year_before(on)
    rows = [
        Rate(tax_item, name or tax_item, *rest)
        for tax_item, name, *rest in fetch_all(RATES, {"on": on, "before": before})
    ]
    if not rows:
        return None
    current = tuple(each for each in rows if not each.carried_over)
    return RateSheet(on, before, rows[0].counted_at, current, tuple(each for each in rows if each.carried_over))


def _chart(name: str, rows: Iterable[Rate]) -> Chart:
    return Chart(
        f"{name}の収納率（濃い棒は今年、薄い棒は前年同日）",
        [
            Bar(each.name, _share(each.now), each.told, None if each.before is None else _share(each.before), each.before_told)
            for each in rows
        ],
    )  # fmt: skip


def _share(rate: int | None) -> Fraction:
    return min(Fraction(1), max(Fraction(0), Fraction(rate or 0, 10_000)))
