"""納付の委託（先日付の小切手などの取立てを委ねる納付）を受けることができるか。

Whether a paper that falls due later may be taken, to be collected and paid to the tax.

条文: 地方税法第16条の2。
含まないもの: 証券の取立てが確実かどうかの調査（呼ぶ側が事実を渡す）、再委託を受けた金融機関の遅れによる免除（第20条の9の5第2項第1号）。
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.law.claim import NegativeAmount
from osame.law.conditions import Condition, Conditions

_ARTICLE = "地方税法第16条の2第1項"


class EntrustmentGround(Enum):
    """納付の委託を受けることができる徴収金。

    What a paper may be entrusted for: taxes under grace, taxes falling due on or after its day, arrears of a sincere payer.

    根拠: 地方税法第16条の2第1項第1号から第3号まで
    """

    GRACE = "徴収猶予・換価の猶予に係る徴収金"
    LATER_DUE = "証券の支払期日以後に納期限の来る徴収金"
    SINCERE = "滞納に係る徴収金で、誠実な意思があり、徴収上有利なもの"


@dataclass(frozen=True, slots=True)
class EntrustedFacts:
    """納付の委託を判定するための事実。

    The facts that taking a paper is judged on.

    `owed` は対象の徴収金の額、`earliest_due` は対象のうち最も早い納期限、`grace_through` は猶予の末日（猶予がなければ None）。
    `is_certain` は最近において確実に取り立てられるか、`is_cost_given` は取立ての費用を併せて提供したか（費用が要らなければ真）。

    根拠: 地方税法第16条の2第1項
    """

    ground: EntrustmentGround
    amount: Yen
    payable_on: date
    owed: Yen
    earliest_due: date
    grace_through: date | None = None
    is_certain: bool = False
    is_cost_given: bool = True

    def __post_init__(self) -> None:
        if min(self.amount, self.owed) < 0:
            raise NegativeAmount


def may_entrust(facts: EntrustedFacts, *, as_of: date) -> Conditions:
    """納付の委託を受けることができるかを、条件ごとに判定する。

    Whether the paper may be taken.

    根拠: 地方税法第16条の2第1項
    解釈: 証券の額は、対象の徴収金の額を超えないものとする。猶予に係るときは、支払期日を猶予の末日までとする。本文を確認していないため、
        運用の前に e-Gov で確かめること。
    例:
    >>> facts = EntrustedFacts(EntrustmentGround.SINCERE, Yen(50_000), date(2026, 9, 30), Yen(60_000), date(2026, 6, 30), is_certain=True)
    >>> may_entrust(facts, as_of=date(2026, 9, 1)).is_allowed
    True
    """
    day, through = format_wareki(facts.payable_on), facts.grace_through
    items = [
        Condition("owed", "証券の額が徴収金の額を超えない", f"証券{facts.amount:,}円、徴収金{facts.owed:,}円", _ARTICLE,
                  0 < facts.amount <= facts.owed),
        Condition("later", "支払期日が、受け取る日より後である", day, _ARTICLE, facts.payable_on > as_of),
        Condition("certain", "最近において確実に取り立てられる", "認められる" if facts.is_certain else "認められない", _ARTICLE,
                  facts.is_certain),
        Condition("cost", "取立ての費用を併せて提供した", "提供した・要らない" if facts.is_cost_given else "提供していない", _ARTICLE,
                  facts.is_cost_given),
    ]  # fmt: skip
    match facts.ground:
        case EntrustmentGround.GRACE:
            told = f"支払期日{day}、猶予の末日{format_wareki(through)}" if through else "猶予の期間中でない"
            met = through is not None and facts.payable_on <= through
            items.append(Condition("grace", "支払期日が、猶予の期間内である", told, f"{_ARTICLE}第1号", met))
        case EntrustmentGround.LATER_DUE:
            told = f"支払期日{day}、納期限{format_wareki(facts.earliest_due)}"
            met = facts.payable_on <= facts.earliest_due
            items.append(Condition("due", "納期限が、支払期日以後に来る", told, f"{_ARTICLE}第2号", met))
        case EntrustmentGround.SINCERE:
            told = f"納期限{format_wareki(facts.earliest_due)}"
            items.append(
                Condition("overdue", "滞納に係る徴収金である", told, f"{_ARTICLE}第3号", facts.earliest_due < as_of)
            )
    return Conditions("納付の委託", as_of, tuple(items))
