"""架空市の一年。ファイルの届く日、期別と納期限、督促の日。

The year of the fictional city: April 2025 to March 2026. Files come on the 5th, 10th, 15th, 20th, 25th and last day of
each month, moved to an open day.
"""

from datetime import date, timedelta
from functools import cache

from osame.law.due_date import shift_due_date

LEVY_YEAR = 2025
FIRST_YEAR = 2021
OPENING_DAY = date(2025, 3, 31)
"""移行の基準日。これより前の年度の未納を、この日の残高として受け入れる。"""
MONTHS = tuple((2025 + (month - 1) // 12, (month - 1) % 12 + 1) for month in range(4, 16))

# 税目 → 期別の（年度からの年のずれ, 月, 日）。日の 0 は月の末日。
TERMS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "01": ((0, 6, 0), (0, 8, 0), (0, 10, 0), (1, 1, 0)),
    "02": tuple((0, month, 10) if month <= 12 else (1, month - 12, 10) for month in range(7, 19)),
    "06": ((0, 4, 0), (0, 7, 0), (0, 12, 0), (1, 2, 0)),
    "07": ((0, 5, 0),),
    "09": tuple((0, month, 15) if month <= 12 else (1, month - 12, 15) for month in range(5, 16)),
    "13": tuple((0, month, 0) if month <= 12 else (1, month - 12, 0) for month in range(7, 15)),
}
DETERMINED_ON: dict[str, tuple[int, int]] = {"01": (6, 10), "02": (5, 15), "06": (4, 1), "07": (5, 7), "13": (7, 10)}


def month_end(year: int, month: int) -> date:
    """月の末日。"""
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


@cache
def due_date(tax_item: str, levy_year: int, term: int) -> date:
    """納期限。閉庁日なら次の開庁日。"""
    shift, month, day = TERMS[tax_item][term - 1]
    year = levy_year + shift
    return shift_due_date(date(year, month, day) if day else month_end(year, month))


@cache
def determined_on(tax_item: str, levy_year: int) -> date:
    """当初の調定日。"""
    month, day = DETERMINED_ON[tax_item]
    return shift_due_date(date(levy_year, month, day))


def _file_days() -> tuple[date, ...]:
    days = {
        shift_due_date(date(year, month, day) if day else month_end(year, month))
        for year, month in MONTHS
        for day in (5, 10, 15, 20, 25, 0)
    }
    return tuple(sorted(days))


FILE_DAYS = _file_days()
HALF_MONTHLY = tuple(
    sorted({
        shift_due_date(date(year, month, day) if day else month_end(year, month))
        for year, month in MONTHS
        for day in (15, 0)
    })
)
"""月に二度しか届かない様式のファイル日。"""
LAST_DAY = FILE_DAYS[-1]
NEXT_FILE_DAYS = tuple(shift_due_date(date(2026, 4, day)) for day in (5, 10, 15))
"""架空市の一年の後に、届くはずの日。"""


@cache
def file_day_from(day: date, *, half_monthly: bool = False) -> date | None:
    """その日以後の最初のファイル日。年度の終わりを過ぎれば None。"""
    return next((each for each in (HALF_MONTHLY if half_monthly else FILE_DAYS) if each >= day), None)


@cache
def file_day_after(day: date, *, half_monthly: bool = False) -> date | None:
    """その日より後の最初のファイル日。"""
    return file_day_from(day + timedelta(days=1), half_monthly=half_monthly)


def next_business_day(day: date) -> date:
    """翌開庁日。"""
    return shift_due_date(day + timedelta(days=1))


def demand_days() -> tuple[date, ...]:
    """督促を実行する日。月末の納期限には15日、10日・15日の納期限には25日。どちらも納期限後20日以内。"""
    return tuple(
        sorted({shift_due_date(date(year, month, day)) for year, month in MONTHS for day in (15, 25)} & set(FILE_DAYS))
    )
