"""徴収猶予と換価の猶予をすることができるか。期間、申請の期限、担保。

Whether a grace may be given: its ground, its length, the deadline of the application, and security.

条文: 地方税法第15条、第15条の2、第15条の5、第15条の6、第15条の6の2、第16条。
含まないもの: 延滞金の免除（`grace.py`）、納付能力（`instalments.py`）、申請書の記載の確認。
"""

from dataclasses import dataclass
from datetime import date

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import days_after, months_after, months_from, years_after
from osame.law.arrears_facts import ChargeFacts, Span
from osame.law.claim import NegativeAmount
from osame.law.conditions import Condition, Conditions, Grounds
from osame.law.grace import GraceGround

LONGEST_MONTHS, LONGEST_WITH_EXTENSION = 12, 24
SECURITY_AMOUNT = Yen(1_000_000)
SECURITY_MONTHS = 3
_CORRECTION_DAYS = 20
_APPLICATION_MONTHS = 6

REALIZATION_GROUNDS = frozenset((GraceGround.REALIZATION_EX_OFFICIO, GraceGround.REALIZATION_ON_APPLICATION))
"""換価の猶予の根拠。"""


@dataclass(frozen=True, slots=True)
class GraceFacts:
    """猶予を判定するための事実。

    The facts that a grace is judged on.

    `earlier_months` は同じ事由で既に猶予した月数。`applied_on` は申請の日（職権なら None）。
    `has_security` は担保の提供、`is_security_excused` は担保を徴することができない特別の事情。
    `has_other_arrears` は換価の猶予を申請する税のほかに滞納があるか、`is_sincere` は納付について誠実な意思があるか。

    根拠: 地方税法第15条、第15条の5、第15条の6、第16条
    """

    ground: GraceGround
    period: Span
    amount: Yen
    applied_on: date | None = None
    earlier_months: int = 0
    is_ground_proved: bool = True
    is_unable_at_once: bool = True
    has_security: bool = False
    is_security_excused: bool = False
    has_other_arrears: bool = False
    is_sincere: bool = True

    def __post_init__(self) -> None:
        if min(self.amount, self.earlier_months) < 0:
            raise NegativeAmount


def may_grant_grace(
    charge: ChargeFacts, facts: GraceFacts, *, as_of: date, application_months: int = _APPLICATION_MONTHS
) -> Conditions:
    """猶予をすることができるかを、条件ごとに判定する。

    Whether the grace may be given for this charge.

    期間は1年以内、延長と合わせて2年以内。猶予する額が100万円を超え、期間が3月を超えるときは担保を要する。
    申請による換価の猶予は、納期限から6月以内（条例で定める期間。`application_months`）の申請で、ほかに滞納がないことを要する。

    根拠: 地方税法第15条第1項・第2項・第4項、第15条の5第1項・第2項、第15条の6第1項、第16条第1項
    例:
    >>> charge = ChargeFacts("1期", date(2026, 6, 30), Yen(300_000))
    >>> year = Span(date(2026, 9, 1), date(2027, 8, 31))
    >>> facts = GraceFacts(GraceGround.REALIZATION_ON_APPLICATION, year, Yen(300_000), applied_on=date(2026, 8, 20))
    >>> may_grant_grace(charge, facts, as_of=date(2026, 9, 1)).is_allowed
    True
    """
    is_realization = facts.ground in REALIZATION_GROUNDS
    article = _article(facts.ground)
    is_free = charge.extinguished_on is None or as_of < charge.extinguished_on
    suspended = any(each.covers(as_of) for each in charge.suspensions)
    items = [
        Condition("unpaid", "完納していない", f"{charge.key} 未納{charge.unpaid:,}円", article, charge.unpaid > 0),
        Condition("not_extinct", "納税義務が消滅していない", charge.key, "地方税法第18条第1項", is_free),
        Condition("not_suspended", "執行停止の期間でない", "停止中" if suspended else "ない", article, not suspended),
        _yes("ground", "猶予の事由がある", facts.is_ground_proved, article),
        _yes("unable", "一時に納付することができない", facts.is_unable_at_once, article),
        *_length(facts, article),
        _security(facts),
    ]
    if is_realization:
        items.append(_yes("sincere", "納付について誠実な意思がある", facts.is_sincere, article))
    if facts.ground is GraceGround.REALIZATION_ON_APPLICATION:
        items += _application(charge, facts, application_months)
    return Conditions("換価の猶予" if is_realization else "徴収猶予", as_of, tuple(items))


def is_security_needed(amount: Yen, period: Span) -> bool:
    """担保を要するか。100万円以下、または期間が3月以内なら要らない。

    Whether security is needed: not for ¥1,000,000 or less, nor for three months or less.

    根拠: 地方税法第16条第1項
    例:
    >>> is_security_needed(Yen(1_000_001), Span(date(2026, 9, 1), date(2026, 12, 1)))
    True
    >>> is_security_needed(Yen(1_000_001), Span(date(2026, 9, 1), date(2026, 11, 30)))
    False
    """
    if amount <= SECURITY_AMOUNT:
        return False
    return period.through is None or period.through > months_from(period.first, SECURITY_MONTHS)


def correction_deadline(notified_on: date) -> date:
    """申請書の補正の期限。通知を受けた日の翌日から20日以内。過ぎれば申請を取り下げたものとみなす。

    The last day to correct an application; after it the application counts as withdrawn.

    根拠: 地方税法第15条の2第8項
    解釈: 補正の通知を受けた日から20日とする。本文を確認していないため、運用の前に e-Gov で確かめること。
    例:
    >>> correction_deadline(date(2026, 9, 1))
    datetime.date(2026, 9, 21)
    """
    return days_after(notified_on, _CORRECTION_DAYS)


def application_deadline(due_date: date, *, months: int = _APPLICATION_MONTHS) -> date:
    """申請による換価の猶予の、申請の期限。納期限から6月以内（条例で定める期間）。

    The last day to apply for a grace of realization.

    根拠: 地方税法第15条の6第1項
    例:
    >>> application_deadline(date(2026, 8, 31))
    datetime.date(2027, 2, 28)
    """
    return months_after(due_date, months)


def may_ground_late_assessment(statutory_due_date: date, fixed_on: date) -> bool:
    """法定納期限から1年を経過した後に額が確定した税の猶予（第15条第2項）に当たるか。

    Whether the tax was fixed more than a year after its statutory due date.

    根拠: 地方税法第15条第2項
    例:
    >>> may_ground_late_assessment(date(2025, 6, 30), date(2026, 7, 1))
    True
    """
    return fixed_on > years_after(statutory_due_date, 1)


def _article(ground: GraceGround) -> str:
    match ground:
        case GraceGround.REALIZATION_EX_OFFICIO:
            return "地方税法第15条の5第1項"
        case GraceGround.REALIZATION_ON_APPLICATION:
            return "地方税法第15条の6第1項"
        case GraceGround.LATE_ASSESSMENT:
            return "地方税法第15条第2項"
        case _:
            return "地方税法第15条第1項"


def _length(facts: GraceFacts, article: str) -> tuple[Condition, ...]:
    first, through = facts.period.first, facts.period.through
    if through is None:
        return (Condition("period", "期間が1年以内である", "終わりの日がない", article, is_met=False),)
    said = f"{format_wareki(first)}から{format_wareki(through)}まで"
    is_year = through <= months_from(first, LONGEST_MONTHS)
    left = LONGEST_WITH_EXTENSION - facts.earlier_months
    in_all = left > 0 and through <= months_from(first, left)
    both = (
        "地方税法第15条第4項" if facts.ground not in REALIZATION_GROUNDS else "地方税法第15条の5第2項、第15条の6第3項"
    )
    earlier = f"既に{facts.earlier_months}月"
    return (
        Condition("period", "期間が1年以内である", said, article, is_year),
        Condition("extension", "延長と合わせて2年以内である", f"{earlier}、{said}", both, in_all),
    )


def _security(facts: GraceFacts) -> Condition:
    needed = is_security_needed(facts.amount, facts.period)
    is_met = not needed or facts.has_security or facts.is_security_excused
    given = "提供あり" if facts.has_security else "特別の事情" if facts.is_security_excused else "なし"
    fact = f"猶予する額{facts.amount:,}円、担保は{'要る' if needed else '要らない'}、{given}"
    return Condition("security", "担保を徴した、または要らない", fact, "地方税法第16条第1項", is_met)


def _application(charge: ChargeFacts, facts: GraceFacts, months: int) -> tuple[Condition, ...]:
    article = "地方税法第15条の6第1項"
    last = application_deadline(charge.due_date, months=months)
    applied = facts.applied_on
    fact = f"申請{format_wareki(applied) if applied else 'がない'}、期限{format_wareki(last)}。過ぎたら職権による猶予を考える"
    return (
        Condition("applied", "期限までに申請がある", fact, article, applied is not None and applied <= last),
        _yes("no_other_arrears", "ほかに滞納がない", not facts.has_other_arrears, "地方税法第15条の6第2項"),
    )


def _yes(key: str, text: str, has: bool, article: str) -> Condition:
    return Condition(key, text, "認められる" if has else "認められない", article, has)


@dataclass(frozen=True, slots=True)
class GraceCancelFacts:
    """猶予の取消しを判定するための事実。

    The facts that cancelling a grace is judged on.

    `missed` は計画どおりに納付していない回の数（やむを得ない理由のある回を除く）。

    根拠: 地方税法第15条の3第1項
    """

    missed: int = 0
    is_advance_ground: bool = False
    is_security_refused: bool = False
    has_new_arrears: bool = False
    is_application_false: bool = False
    has_recovered: bool = False


def grounds_to_cancel_grace(facts: GraceCancelFacts, *, as_of: date) -> Grounds:
    """猶予を取り消すことができる事由を、一つずつ判定する。

    The grounds on which a grace may be cancelled, or shortened.

    繰上徴収の事由があるときのほかは、あらかじめ弁明を聴く。

    根拠: 地方税法第15条の3第1項・第2項、第15条の5の3第2項、第15条の6の3第2項
    解釈: 号の割り振りは国税通則法第49条第1項にならう。本文を確認していない。
    例:
    >>> grounds_to_cancel_grace(GraceCancelFacts(missed=1), as_of=date(2026, 9, 1)).basis
    ('地方税法第15条の3第1項第2号',)
    """
    cases = (
        ("advance", "繰上徴収の事由があり、期間内に完納できないと認められる", facts.is_advance_ground),
        ("missed", "分割した額を期限までに納付しない", facts.missed > 0),
        ("security", "担保の変更・増担保の求めに応じない", facts.is_security_refused),
        ("new_arrears", "猶予した税のほかに新たに滞納した", facts.has_new_arrears),
        ("false", "偽りその他不正な手段により申請した", facts.is_application_false),
        ("recovered", "財産の状況その他の事情の変化により、猶予が適当でない", facts.has_recovered),
    )
    items = tuple(
        Condition(
            key,
            text,
            f"{facts.missed}回" if key == "missed" else "該当する" if has else "該当しない",
            f"地方税法第15条の3第1項第{number}号",
            has,
            is_binding=False,
        )
        for number, (key, text, has) in enumerate(cases, 1)
    )
    return Grounds("猶予の取消し", as_of, items)
