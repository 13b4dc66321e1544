"""初めての人に、まず開いてみる納税者を勧める。"""

from dataclasses import dataclass

from django.db import transaction

from osame.demo.accounts import OFFICER
from osame.platform import gate
from osame.platform.database import fetch_all

# 納期限の早い、督促した未納の市県民税・固定資産税・軽自動車税。延滞金が計算中で、税額の大きい者から。
IN_ARREARS = """
SELECT a.addressee_number, a.name FROM charge c JOIN addressee a USING (addressee_number)
 WHERE c.principal_tax >= 10000 AND c.demand_fee > 0 AND c.due_date < '2025-10-01' AND c.tax_item IN ('01', '06', '07')
   AND a.kind = '1' AND NOT a.protection_measure AND a.died_on IS NULL
 ORDER BY c.principal_tax DESC, a.addressee_number LIMIT 1
"""
PROTECTED = """
SELECT a.addressee_number, a.name FROM addressee a JOIN charge c USING (addressee_number)
 WHERE a.protection_measure ORDER BY c.principal_tax DESC, a.addressee_number LIMIT 1
"""
OVERPAID = """
SELECT a.addressee_number, a.name FROM addressee a JOIN charge c USING (addressee_number)
 WHERE c.overpayment > 0 AND NOT a.protection_measure ORDER BY c.overpayment DESC, a.addressee_number LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """勧める納税者。 why: 何が見られるか。"""

    why: str
    addressee_number: str
    name: str


def suggestions() -> list[Suggestion]:
    """延滞金の計算中の者、支援措置の対象者、納め過ぎた者を一人ずつ。"""
    found = []
    with gate.acting(gate.Acting(OFFICER, "collection.demo.run", "operation", role="operator")), transaction.atomic():
        for why, question in (
            ("延滞金を計算中", IN_ARREARS),
            ("支援措置の対象", PROTECTED),
            ("納め過ぎがある", OVERPAID),
        ):
            found += [Suggestion(why, number, name) for number, name in fetch_all(question)]
    return found
