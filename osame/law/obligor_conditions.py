"""納税者のほかに納付の責めを負う者。いつ告知でき、いつ差し押さえられ、いつ換価できるか。連帯する者の一人に生じたことの効力。

Those who answer beside the taxpayer — joint, secondary, guarantor, holder of a security: when they may be notified, seized and sold
against, and whom an event of one joint obligor binds.

条文: 地方税法第10条、第10条の2、第11条、第14条の18、第16条の5、民法第436条から第441条まで。第14条の18の項番号は本文を確認していない。
含まないもの: 限度の計算（`secondary_liability.py`）、相続人の承継（`succession.py`）。
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import day_after
from osame.law.claim import NegativeAmount
from osame.law.conditions import Condition, Conditions
from osame.law.demand import seizable_from


class ObligorForm(Enum):
    """納税者のほかの者の責任の形。

    How somebody beside the taxpayer answers.

    根拠: 地方税法第10条の2、第11条、第14条の18、第16条の5
    """

    JOINT = "連帯納税義務"
    SECONDARY = "第二次納税義務"
    GUARANTEE = "保証人"
    TRANSFERRED_SECURITY = "譲渡担保権者"
    THIRD_PARTY_SECURITY = "物上保証人"


class JointEvent(Enum):
    """連帯する者の一人に生じたこと。

    What may happen to one of several joint obligors.

    根拠: 地方税法第10条、民法第436条から第441条まで
    """

    PAYMENT = "納付・納入"
    APPROPRIATION = "還付金の充当"
    DEMAND = "督促・請求"
    EXEMPTION = "免除"
    PRESCRIPTION = "時効の完成・更新"
    NULLITY = "賦課の無効・取消し"


@dataclass(frozen=True, slots=True)
class JointEffect:
    """一人に生じたことが、ほかの者にも効くか。

    Whether an event of one binds the others.

    根拠: 地方税法第10条、民法第437条、民法第439条、民法第441条
    """

    event: JointEvent
    is_absolute: bool
    article: str


JOINT_EFFECTS = (
    JointEffect(JointEvent.PAYMENT, True, "地方税法第10条、民法第436条"),
    JointEffect(JointEvent.APPROPRIATION, True, "地方税法第10条、民法第439条第1項"),
    JointEffect(JointEvent.DEMAND, False, "地方税法第10条、民法第441条"),
    JointEffect(JointEvent.EXEMPTION, False, "地方税法第10条、民法第441条"),
    JointEffect(JointEvent.PRESCRIPTION, False, "地方税法第10条、民法第441条"),
    JointEffect(JointEvent.NULLITY, False, "地方税法第10条、民法第437条"),
)
"""連帯する者の一人に生じたことの効力。納付と充当のほかは、その者にだけ効く（2020年4月1日以後の民法）。"""


@dataclass(frozen=True, slots=True)
class ObligorFacts:
    """告知をすることができるかを判定するための事実。

    What the notice to an obligor is judged on.

    `shortfall` は、主たる納税者の財産に滞納処分をしても、なお不足する見込みの額。 `within_lookback` は、無償の譲渡などが法定納期限の1年前の
    日以後か（問わない種類は None）。 `secured_on`・`statutory_due_date_etc` は譲渡担保の設定の日と法定納期限等。
    `is_defaulted` は、猶予の期限までに納付がない、または猶予が取り消されたこと。

    根拠: 地方税法第10条の2、第11条、第14条の18、第16条の5
    """

    unpaid: Yen
    is_overdue: bool
    is_established: bool
    shortfall: Yen
    extinguished_on: date | None = None
    within_lookback: bool | None = None
    secured_on: date | None = None
    statutory_due_date_etc: date | None = None
    is_defaulted: bool = False
    is_notified_already: bool = False

    def __post_init__(self) -> None:
        if min(self.unpaid, self.shortfall) < 0:
            raise NegativeAmount


_BASIS = {
    ObligorForm.JOINT: ("共有、共同使用、共同事業などにより連帯する", "地方税法第10条の2第1項"),
    ObligorForm.SECONDARY: ("第二次納税義務の要件に当たる", "地方税法第11条第1項"),
    ObligorForm.GUARANTEE: ("徴収金を保証している", "地方税法第16条の5第1項"),
    ObligorForm.TRANSFERRED_SECURITY: ("納税者の財産で、譲渡担保財産となっているものがある", "地方税法第14条の18第1項"),
    ObligorForm.THIRD_PARTY_SECURITY: ("徴収金のために担保財産を提供している", "地方税法第16条の5第1項"),
}


def may_notify_obligor(form: ObligorForm, facts: ObligorFacts, *, as_of: date) -> Conditions:
    """納税者のほかの者に、納付を告知することができるかを、条件ごとに判定する。

    Whether somebody beside the taxpayer may be notified.

    第二次納税義務者と譲渡担保権者には、主たる納税者の財産が不足すると認められるときに限る。連帯する者には、納税者と同じに請求できる。

    根拠: 地方税法第10条の2第1項、第11条第1項、第14条の18第1項、第16条の5第1項
    例:
    >>> facts = ObligorFacts(Yen(100_000), True, True, Yen(0))
    >>> [[each.key for each in may_notify_obligor(form, facts, as_of=date(2026, 4, 1)).unmet] for form in (
    ...     ObligorForm.JOINT, ObligorForm.SECONDARY)]
    [[], ['insufficient']]
    """
    text, article = _BASIS[form]
    gone = facts.extinguished_on
    items = [
        Condition(
            "unpaid", "主たる納税者の徴収金が完納していない", f"未納{facts.unpaid:,}円", article, facts.unpaid > 0
        ),
        Condition(
            "not_extinct", "納税義務が消滅していない", f"{format_wareki(gone)}に消滅" if gone else "消滅していない",
            "地方税法第18条第1項、地方税法第15条の7第4項・第5項", gone is None or as_of < gone,
        ),
        Condition("established", text, "認定した" if facts.is_established else "認定していない", article, facts.is_established),
        Condition(
            "not_twice", "同じ者に、同じ徴収金について告知していない", "告知している" if facts.is_notified_already else "ない",
            article, not facts.is_notified_already,
        ),
        *_by_form(form, facts, article),
    ]  # fmt: skip
    return Conditions(f"{form.value}の告知", as_of, tuple(items))


def _by_form(form: ObligorForm, facts: ObligorFacts, article: str) -> Iterator[Condition]:
    if form in {ObligorForm.SECONDARY, ObligorForm.TRANSFERRED_SECURITY}:
        fact = "納期限を過ぎている" if facts.is_overdue else "納期限の前"
        yield Condition("overdue", "主たる納税者が滞納している", fact, article, facts.is_overdue)
        fact = f"不足の見込み{facts.shortfall:,}円"
        words = "主たる納税者の財産に滞納処分をしても、なお不足すると認められる"
        yield Condition("insufficient", words, fact, article, facts.shortfall > 0)
    if facts.within_lookback is not None:
        fact = "1年前の日以後" if facts.within_lookback else "1年前の日より前"
        words = "譲渡などが、法定納期限の1年前の日以後にされた"
        yield Condition("lookback", words, fact, "地方税法第11条の7、地方税法第11条の8", facts.within_lookback)
    if form is ObligorForm.TRANSFERRED_SECURITY:
        made, due = facts.secured_on, facts.statutory_due_date_etc
        is_later = made is not None and due is not None and made > due
        fact = f"設定{format_wareki(made) if made else '不明'}、法定納期限等{format_wareki(due) if due else '不明'}"
        yield Condition(
            "later", "譲渡担保の設定が、法定納期限等より後である", fact, "地方税法第14条の18第1項", is_later
        )
    if form in {ObligorForm.GUARANTEE, ObligorForm.THIRD_PARTY_SECURITY}:
        fact = "履行がない" if facts.is_defaulted else "猶予が続いている"
        words = "猶予の期限までに納付がない、または猶予が取り消された"
        yield Condition("defaulted", words, fact, "地方税法第16条の5第1項", facts.is_defaulted)


def obligor_seizable_from(
    form: ObligorForm, notified_on: date, due_date: date, reminded_on: date | None = None
) -> date | None:
    """納税者のほかの者の財産を、差し押さえることができる最初の日。催告・督促がまだなら None。

    The first day of seizure against an obligor, None until reminded.

    根拠: 地方税法第11条第2項、第14条の18第3項、第16条の5第1項・第4項、第331条第1項第1号・第2項
    解釈: 連帯する者への督促と、第二次納税義務者・保証人への催告書の10日は、督促と同じに数える。譲渡担保権者には催告がなく、告知書を発した日から
        10日を経過した日までに完納されないときに処分できる。物上保証の担保財産は、告知した期限の翌日から処分できる。
    例:
    >>> obligor_seizable_from(ObligorForm.TRANSFERRED_SECURITY, date(2026, 4, 1), date(2026, 4, 11))
    datetime.date(2026, 4, 12)
    >>> obligor_seizable_from(ObligorForm.SECONDARY, date(2026, 4, 1), date(2026, 5, 1)) is None
    True
    """
    if form is ObligorForm.TRANSFERRED_SECURITY:
        return seizable_from(notified_on)
    if form is ObligorForm.THIRD_PARTY_SECURITY:
        return day_after(due_date)
    return seizable_from(reminded_on) if reminded_on else None


def may_sell_for_obligor(
    form: ObligorForm, *, principal_unsold: int, is_falling: bool = False, as_of: date
) -> Conditions:
    """納税者のほかの者の財産を換価できるか。主たる納税者の財産を換価に付した後でなければならない。

    Whether an obligor's property may be sold: only after the principal's has been put up for sale, save what loses its value.

    根拠: 地方税法第11条第3項、第14条の18第3項、第16条の5第2項
    例:
    >>> found = may_sell_for_obligor(ObligorForm.SECONDARY, principal_unsold=1, as_of=date(2026, 4, 1))
    >>> found.is_allowed, may_sell_for_obligor(ObligorForm.JOINT, principal_unsold=1, as_of=date(2026, 4, 1)).is_allowed
    (False, True)
    """
    fact = "ない" if principal_unsold == 0 else f"{principal_unsold}件"
    fact += "。価額が著しく減少するおそれがある" if is_falling else ""
    is_free = form is ObligorForm.JOINT or principal_unsold == 0 or is_falling
    item = Condition(
        "principal_first",
        "主たる納税者の財産で、まだ換価に付していないものがない",
        fact,
        "地方税法第11条第3項",
        is_free,
    )
    return Conditions(f"{form.value}の財産の換価", as_of, (item,))
