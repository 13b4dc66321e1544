"""修正申告・更正のとき、どの期間を延滞金の計算から控除し、低い割合はいつまでか。

Days left out, and the anchor of the low rate, for returns filed late, amended or corrected.

条文: 地方税法第326条第1項・第2項、第321条の12、第368条（項番号の一部は未確認）。
含まないもの: 法人の申告期限の延長期間の割合。
"""

from datetime import date

from osame.kernel.money import Yen
from osame.kernel.periods import day_after, years_after
from osame.law.claim import Exclusion


def first_period_anchor(due_date: date, *, filed_on: date | None = None, notice_due_on: date | None = None) -> date:
    """低い割合の期間を数え始める日。

    The day whose next day starts the low-rate month: the later of the due date, the filing and the notice's due date.

    納期限後に提出した申告書・修正申告書はその提出した日まで、更正・決定の不足税額はその通知の納期限までが低い割合で、
    さらにその翌日から1月が低い割合になる。

    根拠: 地方税法第326条第1項、地方税法第321条の12第2項
    例:
    >>> first_period_anchor(date(2025, 5, 31), filed_on=date(2025, 9, 10))
    datetime.date(2025, 9, 10)
    """
    return max(day for day in (due_date, filed_on, notice_due_on) if day is not None)


def exclusion_for_amendment(
    filed_on: date, filing_due_on: date, settled_on: date, *, is_fraudulent: bool = False
) -> Exclusion | None:
    """申告から1年を過ぎた後の修正申告・更正で、控除する期間。なければ None。

    The days after one year from filing until the amended return or the notice of correction.

    `settled_on` は修正申告書を提出した日、または更正の通知をした日。
    偽りその他不正の行為により、更正を予知してされた修正申告には当てない。

    根拠: 地方税法第326条第2項、地方税法第72条の45第2項
    解釈: 1年は、申告書を提出した日（提出期限前の提出なら提出期限）の翌日から数える。
    例:
    >>> exclusion_for_amendment(date(2023, 5, 31), date(2023, 5, 31), date(2025, 3, 10)).first
    datetime.date(2024, 6, 1)
    """
    first = day_after(years_after(max(filed_on, filing_due_on), 1))
    if is_fraudulent or settled_on < first:
        return None
    return Exclusion(first, settled_on, "地方税法第326条第2項")


def exclusions_after_reduction(
    paid_on: date, reduced_on: date, settled_on: date, *, portion: Yen, on_request: bool = False
) -> tuple[Exclusion, ...]:
    """減額更正の後に増額したとき、当初の税額に達するまでの部分について控除する期間。

    The days a taxpayer could not have known of the tax: from payment to the reduction, and from it to the increase.

    更正の請求による減額のときは、減額更正の通知の日の翌日から1年を経過する日の翌日から控除する。

    根拠: 地方税法第326条第3項、国税通則法第61条第2項
    解釈: 控除は、当初の税額に達するまでの部分（`portion`）に限る。
    適用: 平成29年1月1日以後に納期限が到来する税
    """
    basis = "地方税法第326条第3項"
    pairs = ((day_after(paid_on), reduced_on), (day_after(_waited(reduced_on, on_request)), settled_on))
    return tuple(Exclusion(first, through, basis, portion) for first, through in pairs if first <= through)


def _waited(reduced_on: date, on_request: bool) -> date:
    return years_after(reduced_on, 1) if on_request else reduced_on
