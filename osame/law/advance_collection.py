"""繰上徴収と保全差押え。納期限を待たずに徴収できるのは、どのようなときか。

Collecting before the due date: the grounds, the new deadline, the first day of seizure.

条文: 地方税法第13条の2、第16条の3、第16条の4、第331条第1項第2号・第3項。第16条の3の項番号は本文を確認していない。
含まないもの: 保全差押金額の算定、担保の評価。
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import day_after, months_after
from osame.law.arrears_facts import AssetFacts, Span
from osame.law.claim import NegativeAmount
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
    collection_graces: tuple[Span, ...] = ()
    extinguished_on: date | None = None
    is_pledge_kept: bool = False


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
        *_undisturbed(facts, as_of),
    )
    return Conditions("繰上徴収", as_of, items)


def _undisturbed(facts: AdvanceFacts, as_of: date) -> Iterator[Condition]:
    """徴収猶予の間は請求できない。取り消してから行う。履行中の誓約は、妨げないが、示す。"""
    grace = next((each for each in facts.collection_graces if each.covers(as_of)), None)
    fact = f"{format_wareki(grace.first)}から徴収猶予の期間" if grace else "ない"
    article = "地方税法第15条の2の3第1項、地方税法第15条の3第1項第1号"
    yield Condition("no_grace", "徴収猶予の期間でない（取り消してから行う）", fact, article, grace is None)
    gone = facts.extinguished_on
    fact = f"{format_wareki(gone)}に消滅" if gone else "消滅していない"
    article = "地方税法第18条第1項、地方税法第15条の7第4項・第5項"
    yield Condition("not_extinct", "納税義務が消滅していない", fact, article, gone is None or as_of < gone)
    fact = "履行中。繰り上げた期限が先に来る" if facts.is_pledge_kept else "ない"
    article = "地方税法第13条の2第1項"
    yield Condition("no_pledge", "履行中の納付誓約がない", fact, article, not facts.is_pledge_kept, is_binding=False)


def seizable_after_advance(deadline: date) -> date:
    """繰上徴収の告知で指定した期限の後、差し押さえることができる最初の日。督促は要らない。

    The first day of seizure after an advanced deadline; no demand is needed.

    根拠: 地方税法第331条第1項第2号
    例:
    >>> seizable_after_advance(date(2026, 7, 10))
    datetime.date(2026, 7, 11)
    """
    return day_after(deadline)


@dataclass(frozen=True, slots=True)
class PreservationFacts:
    """保全差押金額の決定、または保全担保の提供命令を判定するための事実。

    The facts that a preservation before the tax is fixed is judged on.

    `expected` は確定すると見込まれる額（担保の提供命令では、命ずることのできる限度）、`amount` は決定する額。
    `is_cause` は、保全差押えでは、不正に免れた嫌疑で差押え・領置・逮捕などを受けたこと、担保の提供命令では、その税を滞納したこと。

    根拠: 地方税法第16条の3第1項、第16条の4第1項
    """

    expected: Yen
    amount: Yen
    is_cause: bool
    is_endangered: bool
    is_fixed: bool = False

    def __post_init__(self) -> None:
        if min(self.expected, self.amount) < 0:
            raise NegativeAmount


def may_preserve(facts: PreservationFacts, *, as_of: date) -> Conditions:
    """保全差押金額を決定することができるかを、条件ごとに判定する。

    Whether an amount may be decided for a preservation seizure, before the tax is fixed.

    根拠: 地方税法第16条の4第1項
    例:
    >>> facts = PreservationFacts(Yen(900_000), Yen(900_000), is_cause=True, is_endangered=True)
    >>> may_preserve(facts, as_of=date(2026, 4, 1)).is_allowed
    True
    """
    article = "地方税法第16条の4第1項"
    caused = "受けた" if facts.is_cause else "受けていない"
    items = (
        Condition("cause", "不正に免れた嫌疑により、差押え・領置・逮捕などを受けた", caused, article, facts.is_cause),
        *_endangered(facts, article),
        Condition(
            "not_fixed", "納付すべき額が確定していない", "確定した" if facts.is_fixed else "未確定", article,
            not facts.is_fixed,
        ),
    )  # fmt: skip
    return Conditions("保全差押金額の決定", as_of, items)


def may_order_security(facts: PreservationFacts, *, as_of: date) -> Conditions:
    """保全担保の提供を命ずることができるかを、条件ごとに判定する。

    Whether a security may be ordered for taxes to come.

    根拠: 地方税法第16条の3第1項・第2項
    解釈: 額の限度は、国税徴収法第158条第2項と同じ考え方（前月分の3倍など）で、職員が求めて渡す。本文を確認していない。
    例:
    >>> facts = PreservationFacts(Yen(300_000), Yen(300_001), is_cause=True, is_endangered=True)
    >>> [each.key for each in may_order_security(facts, as_of=date(2026, 4, 1)).unmet]
    ['within']
    """
    article = "地方税法第16条の3第1項"
    caused = "滞納した" if facts.is_cause else "滞納していない"
    items = (
        Condition("cause", "その税の徴収金を滞納した", caused, article, facts.is_cause),
        *_endangered(facts, article),
    )
    return Conditions("保全担保の提供命令", as_of, items)


def _endangered(facts: PreservationFacts, article: str) -> Iterator[Condition]:
    fact = "確保できないと認められる" if facts.is_endangered else "確保できる"
    yield Condition("endangered", "後では徴収を確保できないと認められる", fact, article, facts.is_endangered)
    fact = f"決定する額{facts.amount:,}円、見込み・限度{facts.expected:,}円"
    is_within = 0 < facts.amount <= facts.expected
    yield Condition("within", "決定する額が、確定の見込み・限度の内である", fact, article, is_within)


@dataclass(frozen=True, slots=True)
class PreservationState:
    """保全差押金額の決定が、いまどうなっているか。 seized・secured: 既に差し押さえた財産と、提供された担保の価額。

    How a decision on preservation stands.

    根拠: 地方税法第16条の4第1項・第3項・第4項
    """

    notified_on: date | None
    ends_on: date
    amount: Yen
    seized: Yen
    secured: Yen
    is_fixed: bool = False


def may_seize_for_preservation(state: PreservationState, asset: AssetFacts, *, as_of: date) -> Conditions:
    """保全差押えをすることができるかを、条件ごとに判定する。督促は要らない。

    Whether an asset may be seized before the tax is fixed, within the decided amount.

    根拠: 地方税法第16条の4第1項から第4項まで、国税徴収法第48条第2項、国税徴収法第75条
    解釈: 分けることのできない財産一つで保全差押金額に達するときは、超えても差し押さえることができる。
    例:
    >>> from osame.law.arrears_facts import AssetKind
    >>> state = PreservationState(date(2026, 4, 1), date(2026, 10, 1), Yen(500_000), Yen(0), Yen(0))
    >>> deposit = AssetFacts(AssetKind.DEPOSIT, Yen(300_000))
    >>> may_seize_for_preservation(state, deposit, as_of=date(2026, 4, 2)).is_allowed
    True
    """
    article = "地方税法第16条の4"
    told = format_wareki(state.notified_on) if state.notified_on else "していない"
    is_told = state.notified_on is not None and state.notified_on <= as_of
    room = Yen(max(0, state.amount - state.seized))
    items = (
        Condition("notified", "保全差押金額を書面で通知した", told, f"{article}第2項", is_told),
        Condition(
            "within_period", "解除しなければならない期間の内である", f"{format_wareki(state.ends_on)}まで",
            f"{article}第4項第2号", as_of <= state.ends_on,
        ),
        Condition(
            "not_fixed", "納付すべき額が確定していない", "確定した" if state.is_fixed else "未確定", f"{article}第1項",
            not state.is_fixed,
        ),
        Condition(
            "not_secured", "保全差押金額に相当する担保の提供がない", f"担保{state.secured:,}円", f"{article}第3項",
            state.secured < state.amount,
        ),
        Condition(
            "within_amount", "差し押さえた財産が保全差押金額に達していない",
            f"差押え{state.seized:,}円、保全差押金額{state.amount:,}円", f"{article}第1項",
            room > 0 and (not asset.is_divisible or asset.net <= room),
        ),
        Condition(
            "owned", "その者の財産である", "帰属する" if asset.is_owned else "帰属しない", f"{article}第1項", asset.is_owned
        ),
        Condition(
            "not_exempt", "差押禁止財産でない", asset.exempt_article or "該当しない",
            asset.exempt_article or "国税徴収法第75条から第78条まで", asset.exempt_article is None,
        ),
        Condition(
            "not_useless", "無益な差押えでない", f"充てる見込み{asset.net:,}円", "国税徴収法第48条第2項", asset.net > 0
        ),
        Condition(
            "not_seized_twice", "同じ財産に続いている差押えがない", "ある" if asset.is_own_seizure_open else "ない",
            "国税徴収法第47条第1項", not asset.is_own_seizure_open,
        ),
    )  # fmt: skip
    return Conditions("保全差押え", as_of, items)


def must_release_preservation(state: PreservationState, *, as_of: date) -> Conditions:
    """保全差押えを解除しなければならないか。どちらか一つを満たせば、解除しなければならない。

    Whether a preservation seizure must be released: security given, or the period over without the tax being fixed.

    根拠: 地方税法第16条の4第4項第1号・第2号
    例:
    >>> state = PreservationState(date(2026, 4, 1), date(2026, 10, 1), Yen(500_000), Yen(500_000), Yen(0))
    >>> [[each.is_met for each in must_release_preservation(state, as_of=day).items] for day in (
    ...     date(2026, 10, 1), date(2026, 10, 2))]
    [[False, False], [False, True]]
    """
    article = "地方税法第16条の4第4項"
    is_secured = state.secured >= state.amount > 0
    is_over = not state.is_fixed and as_of > state.ends_on
    items = (
        Condition(
            "secured", "保全差押金額に相当する担保の提供があった", f"担保{state.secured:,}円", f"{article}第1号", is_secured
        ),
        Condition(
            "over", "期間を過ぎても、納付すべき額が確定していない", f"期間は{format_wareki(state.ends_on)}まで",
            f"{article}第2号", is_over,
        ),
    )  # fmt: skip
    return Conditions("保全差押えの解除", as_of, items)


def preservation_ends_on(notified_on: date, *, months: int = _PRESERVATION_MONTHS) -> date:
    """保全差押えの後、税額が確定しないときに解除しなければならなくなる期間の末日。

    The last day that a preservation seizure may stand while the tax is not fixed.

    根拠: 地方税法第16条の4第4項第2号
    解釈: 期間は6月とし、月数を渡せば変えられる。本文を確認していない（国税の期間は、改正で1年になった）ため、納税者に有利な
        短い方を既定とした。運用の前に e-Gov で確かめること。
    例:
    >>> preservation_ends_on(date(2026, 4, 1)), preservation_ends_on(date(2026, 4, 1), months=12)
    (datetime.date(2026, 10, 1), datetime.date(2027, 4, 1))
    """
    return months_after(notified_on, months)
