"""滞納処分の執行停止。要件、3年の継続による消滅、即時の消滅、取消し。

Suspension of disposition: its three grounds, the three years, immediate extinction, cancellation.

条文: 地方税法第15条の7、第15条の8、国税徴収法基本通達第153条関係。
含まないもの: 停止の期間の延滞金の免除（`grace.py`）、時効の進行（`prescription.py`。停止は時効を止めない）。
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.kernel.periods import day_after, years_after
from osame.law.arrears_facts import ChargeFacts
from osame.law.conditions import Condition, Conditions

SUSPENSION_YEARS = 3


class SuspensionGround(Enum):
    """執行停止の事由。

    The three grounds of suspension.

    根拠: 地方税法第15条の7第1項第1号から第3号まで
    """

    NO_ASSETS = "滞納処分をすることができる財産がない"
    HARDSHIP = "滞納処分をすると生活を著しく窮迫させるおそれがある"
    UNKNOWN = "所在と財産がともに不明である"

    @property
    def article(self) -> str:
        """号までの条文。"""
        return f"地方税法第15条の7第1項第{list(SuspensionGround).index(self) + 1}号"


class ExtinctionCause(Enum):
    """納税義務が消滅した事由。

    What extinguished an obligation.

    根拠: 地方税法第18条第1項、地方税法第15条の7第4項・第5項
    """

    PRESCRIPTION = "消滅時効"
    THREE_YEARS = "執行停止の3年の継続"
    IMMEDIATE = "執行停止と即時の消滅"


_ARTICLES = {
    ExtinctionCause.PRESCRIPTION: "地方税法第18条第1項",
    ExtinctionCause.THREE_YEARS: "地方税法第15条の7第4項",
    ExtinctionCause.IMMEDIATE: "地方税法第15条の7第5項",
}


@dataclass(frozen=True, slots=True)
class SuspensionFacts:
    """執行停止を判定するための事実。

    What was found by investigation. `investigated_on` is the day the last inquiry was answered.

    根拠: 地方税法第15条の7第1項
    """

    investigated_on: date | None
    has_seizable_assets: bool = False
    seized_assets: int = 0
    is_on_public_assistance: bool = False
    is_living_endangered: bool = False
    is_residence_known: bool = True
    are_assets_known: bool = True
    has_other_obligors: bool = False
    is_limited_succession: bool = False
    is_hopeless: bool = False


@dataclass(frozen=True, slots=True)
class Suspension:
    """執行停止一つ。取り消したときは `cancelled_on`。

    One suspension. The right of the day of cancellation itself is no longer suspended.

    根拠: 地方税法第15条の7第1項、地方税法第15条の8第1項
    """

    ground: SuspensionGround
    on: date
    cancelled_on: date | None = None
    extinguished_at_once_on: date | None = None


@dataclass(frozen=True, slots=True)
class Extinction:
    """納税義務の消滅。`on` は消滅した後の最初の日（その日の午前0時に消滅している）。

    When and why an obligation is extinguished.

    根拠: 地方税法第15条の7第4項・第5項、地方税法第18条第1項
    """

    on: date
    cause: ExtinctionCause
    steps: tuple[str, ...]
    basis: tuple[str, ...]


def extinguished_by_suspension_on(suspended_on: date) -> date:
    """執行停止が3年続いたとき、納税義務が消滅する日。

    The day the tax is extinguished when a suspension has lasted three years from the day after it.

    根拠: 地方税法第15条の7第4項、国税徴収法基本通達第153条関係15
    例:
    >>> extinguished_by_suspension_on(date(2023, 4, 10))
    datetime.date(2026, 4, 11)
    """
    return day_after(years_after(suspended_on, SUSPENSION_YEARS))


def extinction(suspensions: Iterable[Suspension], prescription_extinguished_on: date | None) -> Extinction | None:
    """納税義務の消滅を求める。3年の継続、即時の消滅、時効のうち最も早いもの。消滅する日が決まらなければ None。

    The earliest of the three years, the immediate extinction and prescription.

    3年が満ちる前（満了の日を含む）に取り消した停止は、消滅を生じない。時効は停止の間も進むので、早い方で消滅する。

    根拠: 地方税法第15条の7第4項・第5項、地方税法第15条の8第1項、地方税法第18条第1項
    例:
    >>> stop = Suspension(SuspensionGround.NO_ASSETS, date(2023, 4, 10))
    >>> found = extinction([stop], date(2027, 8, 1))
    >>> found.on, found.cause.value
    (datetime.date(2026, 4, 11), '執行停止の3年の継続')
    >>> extinction([stop], date(2025, 8, 1)).cause.value
    '消滅時効'
    """
    found: list[tuple[date, ExtinctionCause, str]] = []
    for each in suspensions:
        through = years_after(each.on, SUSPENSION_YEARS)
        if each.extinguished_at_once_on is not None:
            said = f"停止 {format_wareki(each.on)}、即時の消滅 {format_wareki(each.extinguished_at_once_on)}"
            found.append((each.extinguished_at_once_on, ExtinctionCause.IMMEDIATE, said))
        if each.cancelled_on is None or each.cancelled_on > through:
            said = f"停止 {format_wareki(each.on)}の翌日から3年、満了 {format_wareki(through)}"
            found.append((day_after(through), ExtinctionCause.THREE_YEARS, said))
    if prescription_extinguished_on is not None:
        said = f"時効による消滅 {format_wareki(prescription_extinguished_on)}"
        found.append((prescription_extinguished_on, ExtinctionCause.PRESCRIPTION, said))
    if not found:
        return None
    found.sort(key=lambda each: each[0])
    on, cause, _ = found[0]
    steps = (*(said for _, _, said in found), f"最も早い {format_wareki(on)}に{cause.value}により消滅")
    return Extinction(on, cause, steps, (_ARTICLES[cause],))


def may_suspend(charge: ChargeFacts, ground: SuspensionGround, facts: SuspensionFacts, *, as_of: date) -> Conditions:
    """執行停止をすることができるかを、条件ごとに判定する。

    Whether the disposition may be suspended on this ground.

    根拠: 地方税法第15条の7第1項、国税徴収法基本通達第153条関係1から4まで
    解釈: 一部の期別だけの停止は、その期別に充てる財産がないことが明らかなときに限る。ここでは期別ごとに判定する。
    例:
    >>> from osame.kernel.money import Yen
    >>> charge = ChargeFacts("1期", date(2022, 6, 30), Yen(50_000))
    >>> facts = SuspensionFacts(date(2026, 8, 1), has_seizable_assets=True)
    >>> [each.key for each in may_suspend(charge, SuspensionGround.NO_ASSETS, facts, as_of=date(2026, 9, 1)).unmet]
    ['no_assets']
    """
    is_free = charge.extinguished_on is None or as_of < charge.extinguished_on
    suspended = any(each.covers(as_of) for each in charge.suspensions)
    graces = (*charge.collection_graces, *charge.realization_graces)
    in_grace = any(each.covers(as_of) for each in graces)
    done = facts.investigated_on is not None and facts.investigated_on <= as_of
    asked = format_wareki(facts.investigated_on) if facts.investigated_on else "調査が終わっていない"
    article = "地方税法第15条の7第1項"
    items = [
        Condition("unpaid", "完納していない", f"{charge.key} 未納{charge.unpaid:,}円", article, charge.unpaid > 0),
        Condition("not_extinct", "納税義務が消滅していない", charge.key, "地方税法第18条第1項", is_free),
        Condition("not_suspended", "既に停止していない", "停止中" if suspended else "ない", article, not suspended),
        Condition("not_in_grace", "猶予の期間でない", "猶予中" if in_grace else "ない", article, not in_grace),
        Condition("investigated", "財産と生活の調査を終えた", asked, "国税徴収法第141条", done),
        *_ground_conditions(ground, facts),
    ]
    others = "いる。その者から徴収できないことを確かめる" if facts.has_other_obligors else "いない"
    items.append(
        Condition("no_other_obligor", "保証人・第二次納税義務者がいない", others, article, not facts.has_other_obligors)
    )
    return Conditions(f"執行停止（{ground.value}）", as_of, tuple(items))


def _ground_conditions(ground: SuspensionGround, facts: SuspensionFacts) -> tuple[Condition, ...]:
    article = ground.article
    match ground:
        case SuspensionGround.NO_ASSETS:
            has = facts.has_seizable_assets
            fact = "差し押さえることができる財産がある" if has else "財産がない"
            kept = f"{facts.seized_assets}件の差押えが続いている" if facts.seized_assets else "ない"
            return (
                Condition("no_assets", "差し押さえることができる財産がない", fact, article, not has),
                Condition("no_seizure", "続いている差押えがない", kept, article, facts.seized_assets == 0),
            )
        case SuspensionGround.HARDSHIP:
            poor = facts.is_on_public_assistance or facts.is_living_endangered
            fact = (
                "生活保護を受けている" if facts.is_on_public_assistance else "おそれがある" if poor else "認められない"
            )
            kept = f"{facts.seized_assets}件。停止とともに解除する" if facts.seized_assets else "ない"
            words = "解除すべき差押えがない"
            return (
                Condition("hardship", "生活を著しく窮迫させるおそれがある", fact, article, poor),
                Condition(
                    "seizures", words, kept, "地方税法第15条の7第3項", facts.seized_assets == 0, is_binding=False
                ),
            )
        case SuspensionGround.UNKNOWN:
            where = "判明" if facts.is_residence_known else "不明"
            what = "判明" if facts.are_assets_known else "不明"
            return (
                Condition("residence", "所在が不明である", where, article, not facts.is_residence_known),
                Condition("assets", "財産が不明である", what, article, not facts.are_assets_known),
            )


def may_extinguish_at_once(suspension: Suspension, facts: SuspensionFacts, *, as_of: date) -> Conditions:
    """停止した徴収金の納税義務を、直ちに消滅させることができるかを判定する。

    Whether the suspended obligation may be extinguished at once.

    根拠: 地方税法第15条の7第5項
    例:
    >>> stop = Suspension(SuspensionGround.NO_ASSETS, date(2026, 4, 10))
    >>> facts = SuspensionFacts(date(2026, 4, 1), is_limited_succession=True)
    >>> may_extinguish_at_once(stop, facts, as_of=date(2026, 4, 10)).is_allowed
    True
    """
    is_open = suspension.on <= as_of and (suspension.cancelled_on is None or as_of < suspension.cancelled_on)
    first = suspension.ground is SuspensionGround.NO_ASSETS
    sure = facts.is_limited_succession or facts.is_hopeless
    fact = "限定承認" if facts.is_limited_succession else "徴収できないことが明らか" if sure else "認められない"
    others = "いる" if facts.has_other_obligors else "いない"
    article = "地方税法第15条の7第5項"
    items = (
        Condition("suspended", "執行停止が続いている", format_wareki(suspension.on), article, is_open),
        Condition("no_assets", "財産がないことによる停止である", suspension.ground.value, article, first),
        Condition("hopeless", "限定承認その他、徴収できないことが明らかである", fact, article, sure),
        Condition(
            "no_other_obligor", "保証人・第二次納税義務者がいない", others, article, not facts.has_other_obligors
        ),
    )
    return Conditions("即時の消滅", as_of, items)


def must_cancel(suspension: Suspension, facts: SuspensionFacts, *, as_of: date) -> Conditions:
    """執行停止を取り消さなければならないかを判定する。すべて当てはまれば取り消す。

    Whether the suspension has to be cancelled: its ground is gone, within three years.

    根拠: 地方税法第15条の8第1項
    例:
    >>> stop = Suspension(SuspensionGround.NO_ASSETS, date(2024, 4, 10))
    >>> must_cancel(stop, SuspensionFacts(None, has_seizable_assets=True), as_of=date(2026, 5, 1)).is_allowed
    True
    """
    through = years_after(suspension.on, SUSPENSION_YEARS)
    is_open = suspension.on <= as_of <= through and suspension.cancelled_on is None
    still = all(each.is_met for each in _ground_conditions(suspension.ground, facts) if each.is_binding)
    fact = "停止の事由が続いている" if still else "停止の事由がなくなった"
    article = "地方税法第15条の8第1項"
    until = f"{format_wareki(suspension.on)}停止、{format_wareki(through)}満了"
    items = (
        Condition("within", "停止から3年以内である", until, article, is_open),
        Condition("ground_gone", "停止の事由に当たる事実がなくなった", fact, article, not still),
    )
    return Conditions("執行停止の取消し", as_of, items)


def review_due_on(suspended_on: date, number: int) -> date:
    """停止した後の資力の調査をする期限。停止の日から1年ごと。

    The last day of the yearly review after a suspension.

    根拠: 地方税法第15条の8第1項
    解釈: 調査の間隔は法に定めがない。少なくとも年に1回とする。
    例:
    >>> review_due_on(date(2026, 4, 10), 1)
    datetime.date(2027, 4, 10)
    """
    return years_after(suspended_on, number)
