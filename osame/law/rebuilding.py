"""再生手続と更生手続で、地方税はどう扱われるか。滞納処分が禁止され、中止される期間はいつまでか。

How local tax stands in civil rehabilitation and corporate reorganization, and for how long enforcement may not be begun or goes no further.

条文: 民事再生法第39条、第119条、第121条、第122条、会社更生法第24条、第25条、第50条、第129条、第132条、第142条、第169条、第204条、
破産法第25条。
含まないもの: 更生計画・再生計画の内容、更生担保権、裁判所による取消命令と続行命令の要件（命令があった日を渡す）。会社更生法第142条・第169条・第204条の本文は確認していない。
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.kernel.periods import months_after, years_after
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import ChargeFacts, Span
from osame.law.bankruptcy import RankAnswer
from osame.law.conditions import Condition, Conditions

_ORDER_MONTHS, _STAY_YEARS, _PLAN_YEARS = 2, 1, 3


class NotLonger(Refusal):
    """終わりの日が、始まりの日やいまの終わりの日より後ではありません。決定書の日付を確かめてください。

    根拠: 会社更生法第50条第3項、会社更生法第169条第1項
    """


class RebuildingRank(Enum):
    """再生手続・更生手続での債権の区分。

    How a tax claim ranks in rehabilitation and reorganization.

    根拠: 民事再生法第119条、民事再生法第122条、会社更生法第2条第8項・第15項、会社更生法第127条、会社更生法第129条
    """

    COMMON_BENEFIT = "共益債権"
    GENERAL_PRIORITY = "一般優先債権"
    REORGANIZATION = "優先権のある更生債権"


class StayKind(Enum):
    """滞納処分の禁止・中止の種類。

    What stops enforcement.

    根拠: 会社更生法第24条第2項、会社更生法第25条第1項、会社更生法第50条第2項・第3項、会社更生法第169条第1項
    """

    COMPREHENSIVE = "包括的禁止命令"
    HALTING = "滞納処分の中止命令"
    OPENING = "更生手続開始の決定"
    EXTENSION = "期間の伸長"
    PLAN = "更生計画による納税の猶予"


@dataclass(frozen=True, slots=True)
class Stay:
    """禁止・中止の期間一つ。 needs_consent: 徴収の権限を有する者の同意が要るか。

    One span in which enforcement may not be begun (`bans`) and goes no further.

    根拠: 会社更生法第50条第2項
    """

    kind: StayKind
    span: Span
    article: str
    steps: tuple[str, ...]
    needs_consent: bool = False

    @property
    def bans(self) -> bool:
        """新たな差押えも禁じるか。中止命令は、既にされている滞納処分を止めるだけである。"""
        return self.kind is not StayKind.HALTING


def comprehensive_stay(on: date, *, is_bankruptcy: bool = False) -> Stay:
    """包括的禁止命令の期間。更生手続では命令の日から2月、破産手続では開始の申立てについての決定までで、終わりの日は決まらない。

    The span of a comprehensive prohibition order.

    根拠: 会社更生法第25条第1項・第3項第2号、破産法第25条第1項・第3項
    解釈: 更生手続の2月は、既にされている滞納処分の中止についての定めだが、滞納処分の禁止も同じ期間と読む。命令の日は算入しない。
    例:
    >>> comprehensive_stay(date(2026, 1, 31)).span.through
    datetime.date(2026, 3, 31)
    """
    if is_bankruptcy:
        said = f"命令 {format_wareki(on)}、開始の申立てについての決定まで"
        return Stay(StayKind.COMPREHENSIVE, Span(on), "破産法第25条第1項", (said,))
    through = months_after(on, _ORDER_MONTHS)
    said = f"命令 {format_wareki(on)}、2月の満了 {format_wareki(through)}"
    return Stay(StayKind.COMPREHENSIVE, Span(on, through), "会社更生法第25条第1項・第3項", (said,))


def halting_stay(on: date) -> Stay:
    """滞納処分の中止命令の期間。命令の日から2月。新たな差押えは禁じない。

    The span of an order that halts an enforcement already begun: two months.

    根拠: 会社更生法第24条第2項・第3項
    例:
    >>> halting_stay(date(2026, 1, 10)).bans
    False
    """
    through = months_after(on, _ORDER_MONTHS)
    said = f"命令 {format_wareki(on)}、2月の満了 {format_wareki(through)}"
    return Stay(StayKind.HALTING, Span(on, through), "会社更生法第24条第2項・第3項", (said,))


def opening_stay(opened_on: date) -> Stay:
    """更生手続開始の決定による禁止・中止の期間。決定の日から1年。それまでに計画が認可され、または手続が終われば、その時まで。

    One year from the order to open reorganization; shorter when the plan is approved or the procedure ends.

    根拠: 会社更生法第50条第2項
    解釈: 1年は初日を算入しない。決定・認可・終了の日は、時刻によらず、その日の終わりまで滞納処分をしない。
    例:
    >>> opening_stay(date(2026, 4, 1)).span.through
    datetime.date(2027, 4, 1)
    """
    through = years_after(opened_on, _STAY_YEARS)
    said = f"開始の決定 {format_wareki(opened_on)}、1年の満了 {format_wareki(through)}"
    return Stay(StayKind.OPENING, Span(opened_on, through), "会社更生法第50条第2項", (said,))


def extended_stay(before: date, through: date) -> Stay:
    """伸長された期間。いまの終わりの日の翌日から。徴収の権限を有する者の同意がなければ伸長されない。

    The extension that a court may order only with the collector's prior consent.

    根拠: 会社更生法第50条第3項・第4項
    例:
    >>> extended_stay(date(2027, 4, 1), date(2027, 9, 30)).span.first
    datetime.date(2027, 4, 2)
    """
    if through <= before:
        raise NotLonger(format_wareki(through))
    first = date.fromordinal(before.toordinal() + 1)
    said = f"いまの満了 {format_wareki(before)}、伸長 {format_wareki(through)}まで"
    return Stay(StayKind.EXTENSION, Span(first, through), "会社更生法第50条第3項", (said,), needs_consent=True)


def plan_stay(approved_on: date, through: date) -> Stay:
    """認可された更生計画の定める納税の猶予・換価の猶予の期間。3年以下なら意見を聴けば足り、超えるなら同意が要る。

    The grace that an approved plan gives; beyond three years it needs the collector's consent.

    根拠: 会社更生法第169条第1項
    解釈: 3年は、認可の日の翌日から数える。猶予の間、時効は進行しない（地方税法第18条の2第4項）。
    例:
    >>> plan_stay(date(2027, 2, 1), date(2030, 2, 1)).needs_consent, plan_stay(date(2027, 2, 1), date(2030, 2, 2)).needs_consent
    (False, True)
    """
    if through <= approved_on:
        raise NotLonger(format_wareki(through))
    limit = years_after(approved_on, _PLAN_YEARS)
    said = f"認可 {format_wareki(approved_on)}、猶予 {format_wareki(through)}まで、3年の満了 {format_wareki(limit)}"
    span = Span(approved_on, through)
    return Stay(StayKind.PLAN, span, "会社更生法第169条第1項", (said,), needs_consent=through > limit)


def rehabilitation_rank(*, arose_before: bool) -> RankAnswer:
    """再生手続での区分。開始前のものは一般優先債権、開始後の業務・財産の管理から生じるものは共益債権。どちらも随時弁済を受ける。

    The rank in civil rehabilitation: paid as they fall due, outside the plan.

    根拠: 民事再生法第119条第2号、民事再生法第121条第1項、民事再生法第122条第1項・第2項
    例:
    >>> rehabilitation_rank(arose_before=True).rank.value
    '一般優先債権'
    """
    if arose_before:
        basis = ("民事再生法第122条第1項・第2項", "地方税法第14条")
        return RankAnswer(RebuildingRank.GENERAL_PRIORITY, ("開始前の原因に基づく。随時弁済を受ける",), basis)
    basis = ("民事再生法第119条第2号", "民事再生法第121条第1項")
    return RankAnswer(RebuildingRank.COMMON_BENEFIT, ("開始後の原因に基づく。随時弁済を受ける",), basis)


def reorganization_rank(
    due_date: date, opened_on: date, *, arose_before: bool, is_withheld: bool = False
) -> RankAnswer:
    """更生手続での区分。開始前の原因に基づく租税は更生債権、開始後のものと、特別徴収で納期限の来ていないものは共益債権。

    The rank in reorganization: claims from before the order go through the plan, later ones are paid as they fall due.

    根拠: 会社更生法第2条第8項・第15項、会社更生法第127条第2号、会社更生法第129条、会社更生法第132条第1項
    解釈: 開始後の不履行による延滞金も、開始前の本税に係るものは更生債権とする（会社更生法第2条第8項第2号）。
    例:
    >>> reorganization_rank(date(2026, 4, 10), date(2026, 4, 1), arose_before=True, is_withheld=True).rank.value
    '共益債権'
    """
    if not arose_before:
        basis = ("会社更生法第127条第2号", "会社更生法第132条第1項")
        return RankAnswer(RebuildingRank.COMMON_BENEFIT, ("開始後の原因に基づく。随時弁済を受ける",), basis)
    if is_withheld and due_date >= opened_on:
        said = f"特別徴収、納期限{format_wareki(due_date)}が開始の時に来ていない。随時弁済を受ける"
        return RankAnswer(RebuildingRank.COMMON_BENEFIT, (said,), ("会社更生法第129条", "会社更生法第132条第1項"))
    articles = ("会社更生法第2条第8項・第15項", "会社更生法第142条", "会社更生法第168条第1項")
    return RankAnswer(RebuildingRank.REORGANIZATION, ("開始前の原因に基づく。届け出て、計画による",), articles)


def may_file_claim(
    charges: Sequence[ChargeFacts], *, opened_on: date | None, common_benefit: Sequence[str] = (), as_of: date
) -> Conditions:
    """更生手続で、租税等の請求権を届け出ることができるかを、条件ごとに判定する。 common_benefit: 共益債権にあたる期別。

    Whether the claim may be filed with the reorganization court: after the order, for what is no common-benefit claim.

    届け出は遅滞なくする。届け出ない請求権は、計画が認可されると責めを免れる。

    根拠: 会社更生法第142条、会社更生法第204条第1項、会社更生法第132条第1項
    例:
    >>> may_file_claim([], opened_on=None, as_of=date(2026, 4, 1)).is_allowed
    False
    """
    is_open = opened_on is not None and opened_on <= as_of
    fact = f"開始 {format_wareki(opened_on)}" if opened_on else "開始の決定がない"
    items = [Condition("procedure", "更生手続が開始されている", fact, "会社更生法第142条", is_open)]
    for each in charges:
        is_own = each.key not in common_benefit
        claim = "更生債権" if is_own else "共益債権。届け出ないで、随時弁済を受ける"
        gone = each.extinguished_on
        items += [
            Condition("claim", "更生債権である", f"{each.key} {claim}", "会社更生法第132条第1項", is_own),
            Condition("unpaid", "完納していない", f"{each.key} 未納{each.unpaid:,}円", "会社更生法第142条", each.unpaid > 0),
            Condition(
                "not_extinct", "納税義務が消滅していない", f"{each.key} {format_wareki(gone) + 'に消滅' if gone else '消滅していない'}",
                "地方税法第18条", gone is None or as_of < gone,
            ),
        ]  # fmt: skip
    return Conditions("債権の届出", as_of, tuple(items))


def effects_of_rehabilitation(opened_on: date | None, *, as_of: date) -> Conditions:
    """再生手続の中で、徴収と滞納処分がどうなるかを並べる。租税は手続の外で、随時弁済を受ける。

    What rehabilitation leaves possible: everything, for tax stands outside it.

    根拠: 民事再生法第26条、民事再生法第27条、民事再生法第39条第1項、民事再生法第122条第2項
    解釈: 中止命令・包括的禁止命令・開始の決定が止めるのは再生債権に基づく手続であり、租税の滞納処分には及ばないと読む。
    例:
    >>> all(each.is_met for each in effects_of_rehabilitation(date(2026, 4, 1), as_of=date(2026, 5, 1)).items)
    True
    """
    fact = f"開始 {format_wareki(opened_on)}" if opened_on else "開始の決定がない"
    tax = "租税は再生債権でない"
    items = (
        _noted("new_seizure", "新たに差し押さえる", tax, "民事再生法第39条第1項", is_met=True),
        _noted("continue", "開始前の滞納処分を続ける", tax, "民事再生法第26条第1項、民事再生法第27条第1項", is_met=True),
        _noted("payment", "再生計画によらず、随時弁済を受ける", fact, "民事再生法第122条第2項、民事再生法第121条第1項", is_met=True),
        _noted("no_filing", "債権の届出をしないで徴収する", tax, "民事再生法第122条第2項", is_met=True),
    )  # fmt: skip
    return Conditions("再生手続の中でできること", as_of, items)


def effects_of_reorganization(
    opened_on: date | None, *, bans: Sequence[Span], halts: Sequence[Span], approved_on: date | None, as_of: date
) -> Conditions:
    """更生手続の中で、更生債権である租税の徴収と滞納処分がどうなるかを並べる。

    What reorganization leaves possible for a tax claim from before the order.

    根拠: 会社更生法第50条第2項・第3項、会社更生法第132条第1項、会社更生法第142条、会社更生法第204条第1項
    例:
    >>> stays = [opening_stay(date(2026, 4, 1)).span]
    >>> found = effects_of_reorganization(date(2026, 4, 1), bans=stays, halts=stays, approved_on=None, as_of=date(2026, 5, 1))
    >>> [each.key for each in found.items if each.is_met]
    ['file', 'common']
    """
    ban = next((each for each in bans if each.covers(as_of)), None)
    halt = next((each for each in halts if each.covers(as_of)), None)
    is_open = opened_on is not None and opened_on <= as_of
    opened = f"開始 {format_wareki(opened_on)}" if opened_on else "開始の決定がない"
    plan = (
        f"計画の認可 {format_wareki(approved_on)}"
        if approved_on
        else "計画の認可がない。届け出なければ、認可で責めを免れる"
    )
    stayed = "会社更生法第50条第2項・第3項、会社更生法第25条第1項、会社更生法第169条第1項"
    items = (
        _noted("new_seizure", "更生債権のために、新たに差し押さえる", said_of(ban), stayed, is_met=ban is None),
        _noted("continue", "更生債権のための滞納処分を続ける", said_of(halt), f"{stayed}、会社更生法第24条第2項", is_met=halt is None),
        _noted("file", "裁判所に、遅滞なく債権を届け出る", f"{opened}、{plan}", "会社更生法第142条、会社更生法第204条第1項",
               is_met=is_open and approved_on is None),
        _noted("common", "共益債権を、随時徴収する", opened, "会社更生法第132条第1項、会社更生法第129条", is_met=is_open),
    )  # fmt: skip
    return Conditions("更生手続の中でできること", as_of, items)


def said_of(span: Span | None) -> str:
    """禁止・中止の期間の言い方。

    The span in words.

    根拠: 会社更生法第50条第2項
    例:
    >>> said_of(None)
    '禁止・中止の期間でない'
    """
    if span is None:
        return "禁止・中止の期間でない"
    ending = f"{format_wareki(span.through)}まで" if span.through else "続いている"
    return f"{format_wareki(span.first)}から{ending}"


def _noted(key: str, text: str, fact: str, article: str, *, is_met: bool) -> Condition:
    return Condition(key, text, fact, article, is_met, is_binding=False)
