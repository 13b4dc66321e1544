"""質権・抵当権の付いた財産が譲渡されたとき、質権者・抵当権者の受ける配当から、いくら徴収できるか。

When a taxpayer gave away property encumbered after the statutory due date: what may be collected out of the mortgagee's share.

財産が譲渡されると、納税者の地方税は、その換価代金から配当を受けられない。譲渡がなければ地方税に後れたはずの質権者・抵当権者の得た分だけを、
その配当から徴収する。限度は、実際に配当を受ける額から、財産を納税者のものとみなして配当を受ける額を引いた額である。

条文: 地方税法第14条の16、第14条の11、第14条の20。
含まないもの: 質権者・抵当権者に代わる担保権の実行の申立て（第3項）、事実の認定。
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.law.claim import NegativeAmount
from osame.law.conditions import Condition, Conditions
from osame.law.distribution import Creditor, CreditorKind, distribute

_ARTICLE = "地方税法第14条の16第1項"
_PUBLIC = frozenset((CreditorKind.SEIZING_TAX, CreditorKind.REQUESTING_TAX, CreditorKind.PUBLIC_CHARGE))


@dataclass(frozen=True, slots=True)
class TransferFacts:
    """質権者・抵当権者からの徴収を判定するための事実。

    What a collection from a mortgagee is judged on.

    `latest_due_date_etc` は、徴収する地方税の法定納期限等のうち最も遅い日。 `was_without_other` は、譲渡の時に、その財産のほかに
    十分な財産がなかったこと。 `shortfall` は、いま滞納処分をしてもなお不足する見込みの額。

    根拠: 地方税法第14条の16第1項
    """

    unpaid: Yen
    is_overdue: bool
    shortfall: Yen
    registered_on: date
    transferred_on: date
    latest_due_date_etc: date
    was_without_other: bool
    extinguished_on: date | None = None
    is_notified_already: bool = False

    def __post_init__(self) -> None:
        if min(self.unpaid, self.shortfall) < 0:
            raise NegativeAmount


@dataclass(frozen=True, slots=True)
class CreditorLimit:
    """徴収することができる額の限度と、その計算。

    The limit: what the creditor receives, less what it would receive had the property stayed the taxpayer's.

    根拠: 地方税法第14条の16第2項
    """

    actual: Yen
    assumed: Yen
    limit: Yen
    steps: tuple[str, ...]
    basis: tuple[str, ...] = ("地方税法第14条の16第2項",)


def may_collect_from_creditor(facts: TransferFacts, *, as_of: date) -> Conditions:
    """質権者・抵当権者から徴収することができるかを、条件ごとに判定する。

    Whether tax may be collected out of the share of a pledgee or mortgagee.

    根拠: 地方税法第14条の16第1項、第18条第1項、第15条の7第4項・第5項
    解釈: 国税徴収法基本通達第22条関係による。質権・抵当権は登記したものに限り、その日は登記の日による。ほかに十分な財産がないことは譲渡の時、不足する
        ことは通知を発する時の現況で判定する。譲受人がさらに譲渡した財産にも適用がある。
    例:
    >>> facts = TransferFacts(Yen(800_000), True, Yen(800_000), date(2025, 9, 1), date(2026, 1, 15), date(2025, 6, 30), True)
    >>> may_collect_from_creditor(facts, as_of=date(2026, 4, 1)).is_allowed
    True
    >>> [each.key for each in may_collect_from_creditor(replace(facts, registered_on=date(2025, 6, 30)), as_of=date(2026, 4, 1)).unmet]
    ['later']
    """
    gone = facts.extinguished_on
    items = (
        Condition("unpaid", "徴収金が完納していない", f"未納{facts.unpaid:,}円", _ARTICLE, facts.unpaid > 0),
        Condition(
            "not_extinct", "納税義務が消滅していない", f"{format_wareki(gone)}に消滅" if gone else "消滅していない",
            "地方税法第18条第1項、地方税法第15条の7第4項・第5項", gone is None or as_of < gone,
        ),
        Condition(
            "overdue", "納税者が滞納している", "納期限を過ぎている" if facts.is_overdue else "納期限の前", _ARTICLE, facts.is_overdue
        ),
        Condition(
            "later", "質権・抵当権の登記が、法定納期限等より後である",
            f"登記{format_wareki(facts.registered_on)}、法定納期限等{format_wareki(facts.latest_due_date_etc)}", _ARTICLE,
            facts.registered_on > facts.latest_due_date_etc,
        ),
        Condition(
            "transferred", "質権・抵当権を設定した後に、財産を譲渡した",
            f"譲渡{format_wareki(facts.transferred_on)}、登記{format_wareki(facts.registered_on)}", _ARTICLE,
            facts.registered_on <= facts.transferred_on <= as_of,
        ),
        Condition(
            "without_other", "譲渡の時に、ほかに徴収金に充てるべき十分な財産がなかった",
            "なかったと認定した" if facts.was_without_other else "認定していない", _ARTICLE, facts.was_without_other,
        ),
        Condition(
            "insufficient", "納税者の財産に滞納処分をしても、なお不足すると認められる", f"不足の見込み{facts.shortfall:,}円", _ARTICLE,
            facts.shortfall > 0,
        ),
        Condition(
            "not_twice", "同じ者に、同じ徴収金について通知していない", "通知している" if facts.is_notified_already else "ない",
            "地方税法第14条の16第4項", not facts.is_notified_already,
        ),
    )  # fmt: skip
    return Conditions("質権者・抵当権者からの徴収", as_of, items)


def limit_from_creditor(
    proceeds: Yen, security: Creditor, others: Sequence[Creditor], taxes: Sequence[Creditor], *, transferred_on: date
) -> CreditorLimit:
    """徴収することができる額の限度を求める。

    The limit of what may be collected: the creditor's actual share less its share with the tax present.

    換価代金を二度配当する。一度は実際のとおり（納税者の地方税はない）、一度は財産を納税者のものとみなし、地方税の交付要求があったものとして。
    質権・抵当権の被担保債権の受ける額の差が限度で、負にはならない。

    根拠: 地方税法第14条の16第2項、第14条の11第1項、第14条の20
    解釈: 譲受人の租税・公課とほかの担保権は、みなした場合にも同じ額で配当に加わるものとする。譲受人の租税・公課は、譲渡の前に設定された質権・抵当権に
        後れるので（第14条の11）、法定納期限等が譲渡の前でも、譲渡の日のものとして数える。
    例:
    >>> mortgage = Creditor("架空銀行", CreditorKind.SECURED, Yen(8_000_000), date(2025, 9, 1))
    >>> tax = Creditor("市税", CreditorKind.REQUESTING_TAX, Yen(3_000_000), date(2025, 6, 30))
    >>> found = limit_from_creditor(Yen(10_000_000), mortgage, [], [tax], transferred_on=date(2026, 1, 15))
    >>> found.actual, found.assumed, found.limit
    (8000000, 7000000, 1000000)
    """
    known = [
        replace(each, on=max(each.on, transferred_on)) if each.kind in _PUBLIC and each.on else each for each in others
    ]
    present = distribute(proceeds, [security, *known])
    imagined = distribute(proceeds, [security, *known, *taxes])
    actual, assumed = present.shares[0].amount, imagined.shares[0].amount
    limit = Yen(max(0, actual - assumed))
    steps = (
        *(f"実際の配当: {line}" for line in present.steps),
        *(f"納税者の財産とみなした配当: {line}" for line in imagined.steps),
        f"限度 {actual:,}円−{assumed:,}円＝{limit:,}円",
    )
    return CreditorLimit(actual, assumed, limit, steps)
