"""破産手続で、地方税はどの債権として扱われるか。処分は何ができるか。

How local tax ranks in bankruptcy, and what of a disposition is still possible.

条文: 破産法第43条、第97条から第100条まで、第148条、第253条、地方税法第331条第4項。
含まないもの: 再生手続・更生手続（`rebuilding.py`）、破産管財人の報酬。
"""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.kernel.periods import days_inclusive, years_after
from osame.law.allocation import Component
from osame.law.arrears_facts import Span
from osame.law.conditions import Condition, Conditions


class BankruptcyRank(Enum):
    """破産手続での債権の区分。

    How a claim ranks in bankruptcy.

    根拠: 破産法第148条第1項第3号、破産法第98条第1項、破産法第99条第1項
    """

    ESTATE = "財団債権"
    PREFERRED = "優先的破産債権"
    SUBORDINATE = "劣後的破産債権"
    OUTSIDE = "手続の外の債権"


@dataclass(frozen=True, slots=True)
class RankAnswer:
    """区分と、その説明。再生手続・更生手続の区分も同じ形で答える。

    The rank with its reasons, in whichever procedure.

    根拠: 破産法第148条第1項
    """

    rank: Enum
    steps: tuple[str, ...]
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BankruptClaim:
    """区分を問う徴収金。

    A claim to be ranked. `due_date` is the actual due date of the tax, also for its charges.

    `arose_before` は開始前の原因に基づくか、`accrued_after` は延滞金のうち開始の日の後に生じる部分か。
    `is_estate_cost` は開始後の破産財団の管理の費用（財団に属する不動産の固定資産税など）か。

    根拠: 破産法第148条第1項第2号・第3号
    """

    component: Component
    due_date: date
    arose_before: bool = True
    accrued_after: bool = False
    is_estate_cost: bool = False


def bankruptcy_rank(claim: BankruptClaim, opened_on: date, *, stay: Span | None = None) -> RankAnswer:
    """徴収金の、破産手続での区分を求める。

    The rank of a claim when bankruptcy was opened on a day.

    本税は、開始の時に納期限が来ていないか、納期限から1年を経過していなければ財団債権、そうでなければ優先的破産債権。
    包括的禁止命令で滞納処分ができなかった期間は、その1年に数えない。延滞金は本税に従い、開始の後に生じるものは、
    財団債権の本税に係るものを除いて劣後する。加算金は劣後する。

    根拠: 破産法第148条第1項第2号・第3号、第97条第3号・第5号、第98条第1項、第99条第1項第1号
    例:
    >>> tax = BankruptClaim(Component.PRINCIPAL_TAX, date(2025, 9, 1))
    >>> bankruptcy_rank(tax, date(2026, 9, 1)).rank.value, bankruptcy_rank(tax, date(2026, 9, 2)).rank.value
    ('財団債権', '優先的破産債権')
    """
    if not claim.arose_before:
        if claim.is_estate_cost:
            said = "開始後の原因に基づく、破産財団の管理の費用"
            return RankAnswer(BankruptcyRank.ESTATE, (said,), ("破産法第148条第1項第2号",))
        said = "開始後の原因に基づく。破産者の自由財産から徴収する"
        return RankAnswer(BankruptcyRank.OUTSIDE, (said,), ("破産法第43条第1項",))
    if claim.component is Component.ADDITIONAL_CHARGE:
        return RankAnswer(BankruptcyRank.SUBORDINATE, ("加算金",), ("破産法第97条第5号", "破産法第99条第1項第1号"))
    limit = years_after(claim.due_date, 1)
    if stay is not None and stay.through is not None:
        limit = date.fromordinal(
            limit.toordinal() + days_inclusive(max(stay.first, claim.due_date), min(stay.through, opened_on))
        )
    is_recent = opened_on <= limit
    counted = f"納期限{format_wareki(claim.due_date)}、1年の満了{format_wareki(limit)}、開始{format_wareki(opened_on)}"
    if is_recent:
        return RankAnswer(BankruptcyRank.ESTATE, (counted, "1年を経過していない"), ("破産法第148条第1項第3号",))
    if claim.accrued_after:
        steps = (counted, "優先的破産債権の本税に係る、開始の後に生じる延滞金")
        return RankAnswer(BankruptcyRank.SUBORDINATE, steps, ("破産法第97条第3号", "破産法第99条第1項第1号"))
    return RankAnswer(BankruptcyRank.PREFERRED, (counted, "1年を経過している"), ("破産法第98条第1項",))


def effects_of_bankruptcy(opened_on: date, *, seized_on: date | None, as_of: date) -> Conditions:
    """破産手続開始の決定の後、滞納処分がどうなるかを並べる。

    What bankruptcy leaves possible: no new seizure of the estate, an earlier one goes on, the tax survives discharge.

    根拠: 破産法第43条第1項・第2項、第253条第1項第1号、地方税法第331条第4項
    例:
    >>> found = effects_of_bankruptcy(date(2026, 4, 1), seized_on=date(2026, 3, 1), as_of=date(2026, 5, 1))
    >>> [each.key for each in found.items if each.is_met]
    ['continue', 'request', 'survive']
    """
    is_earlier = seized_on is not None and seized_on < opened_on
    fact = f"開始 {format_wareki(opened_on)}"
    before = format_wareki(seized_on) if seized_on else "差押えはない"
    is_open = opened_on <= as_of
    items = (
        Condition(
            "new_seizure",
            "破産財団に属する財産を新たに差し押さえる",
            fact,
            "破産法第43条第1項",
            not is_open,
            is_binding=False,
        ),
        Condition("continue", "開始前の滞納処分を続ける", before, "破産法第43条第2項", is_earlier, is_binding=False),
        Condition("request", "破産管財人に交付要求をする", fact, "地方税法第331条第4項", is_open, is_binding=False),
        Condition(
            "survive",
            "免責の後も徴収する",
            "租税は免責されない",
            "破産法第253条第1項第1号",
            is_met=True,
            is_binding=False,
        ),
    )
    return Conditions("破産手続の中でできること", as_of, items)
