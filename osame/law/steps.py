"""計算の過程を文にする。

The steps of a computation in words, the same on the screen, in a letter and in an appeal file.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from osame.kernel.dates import format_wareki
from osame.law.claim import Relief

if TYPE_CHECKING:
    from datetime import date

    from osame.law.claim import Exemption
    from osame.law.delinquency_charge import ChargeBreakdown, Segment

_RELIEF_WORDS = {
    Relief.FULL: "全額免除",
    Relief.GRACE: "猶予の割合を超える部分を免除",
    Relief.HALF_OF_AFTER: "2分の1を免除",
}


def percent(rate: Fraction) -> str:
    """割合を百分率で書く。

    A rate in percent, exactly.

    根拠: 地方税法附則第3条の2第1項
    例:
    >>> percent(Fraction("0.0865"))
    '8.65%'
    """
    return f"{decimal_text(rate * 100)}%"


def decimal_text(value: Fraction) -> str:
    """分数を小数の文字で書く。割り切れなければ分数のまま書く。

    A fraction as decimal text without any float; a repeating one stays a fraction.

    根拠: 地方税法附則第3条の2第1項
    例:
    >>> decimal_text(Fraction("0.028")), decimal_text(Fraction(1, 3))
    ('0.028', '1/3')
    """
    for places in range(13):
        scaled = value * 10**places
        if scaled.denominator == 1:
            whole, part = divmod(scaled.numerator, 10**places)
            return f"{whole}.{part:0{places}d}" if places else str(whole)
    return str(value)


def charge_steps(answer: ChargeBreakdown) -> tuple[str, ...]:
    """延滞金の計算の過程を文にする。

    The steps of a delinquency charge.

    根拠: 地方税法第20条の4の2第2項・第5項
    """
    claim, rule = answer.claim, answer.rule
    early_through = claim.early_through(rule.first_period_months)
    opening = f"{rule.name}。税額{claim.principal:,}円、納期限{format_wareki(claim.effective_due_date)}"
    lines = [f"{opening}、計算日{format_wareki(answer.as_of)}"]
    if claim.extended_to:
        lines.append(f"納期限を{format_wareki(claim.due_date)}から{format_wareki(claim.effective_due_date)}へ延長")
    if rule.first_period_months:
        lines.append(
            f"低い割合は{format_wareki(early_through)}まで（翌日から{rule.first_period_months}月を経過する日）"
        )
    lines += [_exemption_step(each, answer.as_of) for each in claim.exemptions if each.first <= answer.as_of]
    lines += [f"控除する期間 {each.first.isoformat()}～{each.through.isoformat()}" for each in claim.exclusions]
    lines += [_segment_step(each) for each in answer.segments] or ["計算の基礎となる税額または期間がない"]
    lines.append(f"合計 {answer.total:,}円")
    if answer.exempted:
        lines.append(f"免除・減免 {answer.exempted:,}円")
    cut = f"{rule.charge_minimum:,}円未満は0円、{rule.charge_unit:,}円未満の端数を切捨て"
    lines.append(f"{cut} → {answer.computed:,}円")
    if answer.override:
        by = f"{answer.override.decided_by}、{format_wareki(answer.override.decided_on)}"
        lines.append(f"手で定めた額 {answer.override.amount:,}円（{answer.override.reason}。{by}）")
    return tuple(lines)


def _exemption_step(each: Exemption, as_of: date) -> str:
    through = f"{each.through.isoformat()}まで" if each.through <= as_of else "続いている"
    return f"{_RELIEF_WORDS[each.relief]}（{each.first.isoformat()}から{through}、{each.basis}）"


def _segment_step(each: Segment) -> str:
    span = f"{each.first.isoformat()}～{each.through.isoformat()} {each.days}日"
    line = f"{span}: {each.base:,}円 × {percent(each.rate)} × {each.days} ÷ 365 = {each.amount:,}円"
    if not each.exempted:
        return line
    words = "・".join(word for relief, word in _RELIEF_WORDS.items() if each.reliefs & relief)
    return f"{line}（{words} {each.exempted:,}円）"
