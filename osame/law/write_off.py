"""不納欠損にすることができるか。消滅した後にだけ、証拠とともに。

Whether an obligation may be written off: only after it is extinguished, with its evidence.

条文: 地方税法第15条の7第4項・第5項、第18条第1項。欠損の手続は団体の財務規則による。
含まないもの: 条例による債権の放棄（税には使わない）、欠損の後の入金の処理。
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.law.conditions import Condition, Conditions
from osame.law.suspension import Extinction, ExtinctionCause

_EVIDENCE = {
    ExtinctionCause.PRESCRIPTION: "時効の起算と更新の記録",
    ExtinctionCause.THREE_YEARS: "執行停止の決議書、調査の記録、通知の記録",
    ExtinctionCause.IMMEDIATE: "執行停止の決議書、徴収できないことが明らかな資料",
}


@dataclass(frozen=True, slots=True)
class WriteOffFacts:
    """不納欠損を判定するための事実。

    The facts that a write-off is judged on. `open_procedures` are seizures and requests not yet cleared up.

    `costs_alive` は、その期別に立つ滞納処分費のうち、自分の時効がまだ完成していないもの（時効による消滅のときに問う）。
    `others_extinguished` は、連帯納税義務者・保証人・第二次納税義務者ごとの、義務が消滅した日（消滅していなければ None）。

    根拠: 地方税法第15条の7第4項・第5項
    """

    amount: Yen
    extinction: Extinction | None
    open_procedures: tuple[str, ...] = ()
    others_extinguished: Sequence[date | None] = ()
    is_written_off: bool = False
    costs_alive: tuple[str, ...] = ()


def may_write_off(facts: WriteOffFacts, *, as_of: date) -> Conditions:
    """不納欠損にすることができるかを、条件ごとに判定する。

    Whether the amount may be written off as of a day.

    根拠: 地方税法第18条第1項、地方税法第15条の7第4項・第5項
    解釈: 税の不納欠損は消滅した債権を整理する会計上の行いであり、消滅する前にはできない。
    例:
    >>> from osame.law.suspension import Suspension, SuspensionGround, extinction
    >>> gone = extinction([Suspension(SuspensionGround.NO_ASSETS, date(2023, 4, 10))], None)
    >>> facts = WriteOffFacts(Yen(50_000), gone)
    >>> may_write_off(facts, as_of=date(2026, 4, 10)).is_allowed, may_write_off(facts, as_of=date(2026, 4, 11)).is_allowed
    (False, True)
    """
    gone = facts.extinction
    is_gone = gone is not None and gone.on <= as_of
    article = gone.basis[0] if gone else "地方税法第18条第1項、地方税法第15条の7第4項・第5項"
    fact = f"{format_wareki(gone.on)}に{gone.cause.value}により消滅" if gone else "消滅する日が決まっていない"
    chargeable = sum(day is None or day > as_of for day in facts.others_extinguished)
    left = f"{chargeable}人から徴収できる" if chargeable else "いない"
    kept = "、".join(facts.open_procedures) or "ない"
    accounts = "地方自治法第231条"
    lapses = gone is not None and gone.cause is ExtinctionCause.PRESCRIPTION
    alive = "、".join(facts.costs_alive) if lapses and facts.costs_alive else "生きている費用はない"
    items = (
        Condition("extinct", "納税義務が消滅している", fact, article, is_gone),
        Condition("amount", "未納の額がある", f"{facts.amount:,}円", accounts, facts.amount > 0),
        Condition(
            "once",
            "まだ不納欠損にしていない",
            "済み" if facts.is_written_off else "まだ",
            accounts,
            not facts.is_written_off,
        ),
        Condition(
            "cleared", "続いている差押え・交付要求がない", kept, "国税徴収法第79条第1項第1号", not facts.open_procedures
        ),
        Condition(
            "costs", "滞納処分費の時効も完成している", alive, "地方税法第18条第1項", alive == "生きている費用はない"
        ),
        Condition(
            "no_other_obligor",
            "ほかに徴収できる義務者がいない",
            left,
            "地方税法第10条、地方税法第11条",
            chargeable == 0,
        ),
    )
    return Conditions("不納欠損", as_of, items)


def evidence_for(cause: ExtinctionCause) -> str:
    """不納欠損の調書に付ける資料。

    The papers that a write-off is decided on.

    根拠: 地方税法第15条の7第2項・第4項・第5項、地方税法第18条第1項
    例:
    >>> evidence_for(ExtinctionCause.PRESCRIPTION)
    '時効の起算と更新の記録'
    """
    return _EVIDENCE[cause]
