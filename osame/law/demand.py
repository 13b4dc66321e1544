"""督促をいつまでに発し、いつから差し押さえられるか。

When a demand must go out, when service by publication takes effect, and from when property can be seized.

条文: 地方税法第329条・第331条ほか各税目の規定、地方税法第20条の2。
含まないもの: 条例で督促の期間を別に定める団体の特例（`days` を渡す）、インターネットによる公示の施行日（未確認）。
"""

from dataclasses import dataclass
from datetime import date

from osame.kernel.dates import format_wareki
from osame.kernel.periods import day_after, days_after, days_from

DEMAND_DAYS = 20
SEIZURE_WAIT_DAYS = 10
PUBLICATION_DAYS = 7


@dataclass(frozen=True, slots=True)
class SeizureTiming:
    """差し押さえることができる最初の日と、その説明。

    The first day of seizure, with its steps.

    根拠: 地方税法第331条第1項第1号
    """

    date: date
    steps: tuple[str, ...]
    basis: tuple[str, ...]


def demand_deadline(due_date: date, *, days: int = DEMAND_DAYS) -> date:
    """督促状を発すべき最後の日。納期限後20日以内。

    The last day to issue a demand: within 20 days after the due date.

    根拠: 地方税法第329条第1項、地方税法第371条第1項
    解釈: 期間の末日が休日でも延びないものとして扱う。条例で異なる期間を定める団体は `days` を渡す。
    例:
    >>> demand_deadline(date(2026, 6, 30))
    datetime.date(2026, 7, 20)
    """
    return days_after(due_date, days)


def seizable_from(issued_on: date) -> date:
    """督促状を発した日から、差し押さえることができる最初の日を求める。

    The first day property can be seized: 10 days counted from (and including) the day of issue must have passed.

    発した日を1日目として10日目の翌日が「10日を経過した日」、その日までに完納しないときにその翌日から差し押さえられる。

    根拠: 地方税法第331条第1項第1号、地方税法第373条第1項第1号
    例:
    >>> seizable_from(date(2026, 7, 17))
    datetime.date(2026, 7, 28)
    """
    return day_after(ten_days_passed_on(issued_on))


def ten_days_passed_on(issued_on: date) -> date:
    """督促状を発した日から起算して10日を経過した日。

    The day on which ten days from issue have passed; payment on this day is still in time.

    根拠: 地方税法第331条第1項第1号
    例:
    >>> ten_days_passed_on(date(2020, 7, 20))
    datetime.date(2020, 7, 30)
    """
    return day_after(days_from(issued_on, SEIZURE_WAIT_DAYS))


def served_by_publication_on(posted_on: date) -> date:
    """公示送達の効力が生じる日。

    The day service by publication takes effect: seven days counted from (and including) the posting have passed.

    根拠: 地方税法第20条の2第3項
    解釈: 掲示した日を1日目として7日目の満了で送達があったものとみなす。効力の日はその翌日。
    例:
    >>> served_by_publication_on(date(2026, 7, 1))
    datetime.date(2026, 7, 8)
    """
    return day_after(days_from(posted_on, PUBLICATION_DAYS))


def seizable_after_publication(posted_on: date) -> date:
    """公示送達した督促状により、差し押さえることができる最初の日を求める。

    The first day of seizure when the demand was served by publication: the ten days count from the posting.

    根拠: 地方税法第331条第1項第1号、国税徴収法基本通達第47条関係11
    例:
    >>> seizable_after_publication(date(2026, 7, 1))
    datetime.date(2026, 7, 12)
    """
    return seizable_from(posted_on)


def explain_seizable_from(issued_on: date, *, by_publication: bool = False) -> SeizureTiming:
    """差押可能日を、数え方とともに説明する。

    The first day of seizure with its counting.

    根拠: 地方税法第331条第1項第1号
    """
    opened = "公示送達の掲示を始めた日" if by_publication else "督促状を発した日"
    passed = ten_days_passed_on(issued_on)
    steps = (
        f"{opened} {format_wareki(issued_on)}（1日目）",
        f"10日目 {format_wareki(days_from(issued_on, SEIZURE_WAIT_DAYS))}",
        f"10日を経過した日 {format_wareki(passed)}までに完納しないとき",
        f"差し押さえることができる日 {format_wareki(seizable_from(issued_on))}から",
    )
    basis = ("地方税法第331条第1項第1号", "地方税法第373条第1項第1号")
    return SeizureTiming(
        seizable_from(issued_on), steps, (*basis, "国税徴収法基本通達第47条関係11") if by_publication else basis
    )
