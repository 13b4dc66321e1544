"""破産手続での、期別ごとの債権の区分（F13-12）。手続の登録は滞納処分の章、区分は法が決める。"""

from dataclasses import dataclass
from datetime import date

from osame.law.allocation import Component
from osame.law.bankruptcy import BankruptClaim, RankAnswer, bankruptcy_rank
from osame.platform.database import fetch_all

UNPAID = """
SELECT charge_id, due_date, determined_on, principal_tax, demand_fee + delinquency_charge, additional_charge FROM charge
WHERE addressee_number = %s AND charge_id > 0 AND principal_tax + demand_fee + delinquency_charge + additional_charge > 0
ORDER BY due_date, charge_id
"""


@dataclass(frozen=True, slots=True)
class RankedClaim:
    """期別の徴収金一つの、破産手続での区分。 what: 本税、延滞金など。"""

    charge_id: int
    due_date: date
    what: str
    owed: int
    answer: RankAnswer


def ranks_of(addressee_number: str, opened_on: date) -> tuple[RankedClaim, ...]:
    """開始決定の日の、徴収金ごとの区分。財団債権、優先的破産債権、劣後的破産債権、手続の外。

    要件: F13-12
    """
    found = []
    for charge_id, due, determined, principal, charges, additional in fetch_all(UNPAID, [addressee_number]):
        before = determined <= opened_on
        for what, component, owed in (
            ("本税", Component.PRINCIPAL_TAX, principal), ("延滞金・督促手数料", Component.DELINQUENCY_CHARGE, charges),
            ("加算金", Component.ADDITIONAL_CHARGE, additional),
        ):  # fmt: skip
            if owed:
                answer = bankruptcy_rank(BankruptClaim(component, due, arose_before=before), opened_on)
                found.append(RankedClaim(charge_id, due, what, owed, answer))
    return tuple(found)
