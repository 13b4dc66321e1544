"""行を直す前に、どうなるかを見る。同じ扉で取り込んでみて、元に戻す。

The preview of a correction does what the correction would do, in a transaction that is then undone: what it shows is what the
same door answers, not a second opinion.
"""

from dataclasses import dataclass

from django.db import transaction

from osame.collection.intake.actions import Correction, correct_row
from osame.collection.matching.actions import Act
from osame.platform.database import fetch_all
from osame.platform.imports.registry import ImportResult

CHARGES = """
SELECT c.tax_item || '-' || c.levy_year || '-' || c.notice_number || '-' || c.installment_term, c.addressee_number,
       c.principal_tax, c.demand_fee, c.delinquency_charge, c.overpayment
FROM charge c WHERE c.charge_id > 0 AND c.charge_id IN (
    SELECT charge_id FROM receipt WHERE intake_file_id = %(file)s
    UNION SELECT charge_id FROM charge WHERE intake_file_id = %(file)s
    UNION SELECT charge_id FROM determination_revision WHERE intake_file_id = %(file)s)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """直した行を取り込んだ後の期別。金額は、取り込んだ後の残高（円）。"""

    label: str
    addressee_number: str
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    overpayment: int


@dataclass(frozen=True, slots=True)
class Preview:
    """行を直すと、どうなるか。"""

    result: ImportResult
    charges: list[Outcome]

    @property
    def held(self) -> bool:
        """期別が見つからず、保留の入金になるか。"""
        return self.result.rows_held > 0


def preview_correction(correction: Correction, *, act: Act) -> Preview:
    """直した行を取り込むと、どうなるか。何も残さない（F30-04）。"""
    with transaction.atomic():
        result = correct_row(correction, act=act)
        rows = fetch_all(CHARGES, {"file": result.intake_file_id})
        transaction.set_rollback(True)
    return Preview(result, [Outcome(*row) for row in rows])
