"""繰上徴収と保全差押え。納期限を待たずに徴収できるのは、どのようなときか。

Collecting before the due date: the grounds, the new deadline, the first day of seizure.

条文: 地方税法第13条の2、第16条の3、第16条の4、第331条第1項第2号・第3項。
含まないもの: 保全差押金額の算定、担保の評価。
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import day_after, months_after
from osame.law.conditions import Condition, Conditions

_PRESERVATION_MONTHS = 6


class AdvanceGround(Enum):
    """繰上徴収の事由。

    The grounds of advance collection.

    根拠: 地方税法第13条の2第1項第1号から第6号まで
    """

    ENFORCEMENT = "財産につき強制換価手続が開始された"
    LIMITED_SUCCESSION = "死亡し、相続人が限定承認をした"
    DISSOLUTION = "法人が解散した"
    TRUST_ENDED = "信託財産に係る信託が終了した"
    NO_AGENT = "納税管理人を定めずに区域内に住所を有しないこととなる"
    EVASION = "偽りその他不正の行為により徴収を免れようとした"


@dataclass(frozen=True, slots=True)
class AdvanceFacts:
    """繰上徴収を判定するための事実。

    The facts that advance collection is judged on.

    根拠: 地方税法第13条の2第1項
    """

    due_date: date
    amount: Yen
    is_fixed: bool
    grounds: tuple[AdvanceGround, ...] = ()
    is_collectable_by_due_date: bool = True


def may_advance(facts: AdvanceFacts, *, as_of: date) -> Conditions:
    """繰上徴収をすることができるかを、条件ごとに判定する。

    Whether the tax may be collected before its due date.

    根拠: 地方税法第13条の2第1項
    例:
    >>> facts = AdvanceFacts(date(2026, 8, 31), Yen(60_000), True, (AdvanceGround.DISSOLUTION,), False)
    >>> may_advance(facts, as_of=date(2026, 7, 1)).is_allowed
    True
    """
    said = "、".join(each.value for each in facts.grounds) or "ない"
    hope = "できる" if facts.is_collectable_by_due_date else "できないと認められる"
    article = "地方税法第13条の2第1項"
    items = (
        Condition(
            "fixed", "納付すべき額が確定している", "確定" if facts.is_fixed else "未確定", article, facts.is_fixed
        ),
        Condition("unpaid", "完納していない", f"{facts.amount:,}円", article, facts.amount > 0),
        Condition("early", "納期限の前である", format_wareki(facts.due_date), article, as_of <= facts.due_date),
        Condition("ground", "繰上徴収の事由がある", said, article, bool(facts.grounds)),
        Condition(
            "uncollectable",
            "納期限までに全額を徴収できないと認められる",
            hope,
            article,
            not facts.is_collectable_by_due_date,
        ),
    )
    return Conditions("繰上徴収", as_of, items)


def seizable_after_advance(deadline: date) -> date:
    """繰上徴収の告知で指定した期限の後、差し押さえることができる最初の日。督促は要らない。

    The first day of seizure after an advanced deadline; no demand is needed.

    根拠: 地方税法第331条第1項第2号
    例:
    >>> seizable_after_advance(date(2026, 7, 10))
    datetime.date(2026, 7, 11)
    """
    return day_after(deadline)


def preservation_ends_on(notified_on: date) -> date:
    """保全差押えの後、税額が確定しないときに解除しなければならなくなる期間の末日。

    The last day that a preservation seizure may stand while the tax is not fixed.

    根拠: 地方税法第16条の4第4項第2号
    解釈: 期間を6月とする。本文を確認していないため、運用の前に e-Gov で確かめること。
    例:
    >>> preservation_ends_on(date(2026, 4, 1))
    datetime.date(2026, 10, 1)
    """
    return months_after(notified_on, _PRESERVATION_MONTHS)
