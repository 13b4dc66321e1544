"""繰上徴収の夜の見回り。完納した、または差し押さえた繰上徴収を終える。"""

from datetime import date

from django.db import transaction

from osame.collection.advances.deciding import end_advance
from osame.collection.advances.queries import AdvanceFile, advance_file, advances
from osame.collection.arrears.procedures import Moved, move
from osame.collection.arrears.stages import stages_of
from osame.law.dispositions import Procedure, ProcedureAct


def refresh_advances(*, as_of: date, officer: str) -> tuple[int, int]:
    """対象がすべて完納した繰上徴収と、すべて差し押さえた繰上徴収を終える。（完納、差押え）の数を返す。

    要件: F25-01
    """
    paid = seized = 0
    with transaction.atomic():
        for head in advances("v.stage = 'IN_FORCE'", {}):
            file = advance_file(head.advance_collection_id, lock=True)
            if not any(each.left for each in file.charges):
                moved = Moved(as_of, officer, "対象の期別が完納した")
                move("advance_collection", head.key, ProcedureAct.PAY, moved)
                end_advance(head.key, moved)
                paid += 1
            elif _is_seized(file, as_of):
                move(
                    "advance_collection",
                    head.key,
                    ProcedureAct.SEIZE,
                    Moved(as_of, officer, "対象の期別のために差し押さえた"),
                )
                seized += 1
    return paid, seized


def _is_seized(file: AdvanceFile, as_of: date) -> bool:
    """残る期別のすべてに、差押えがあるか。"""
    stages = stages_of(file.head.addressee_number, as_of=as_of)
    return all(Procedure.SEIZURE in stages.get(each.charge_id, {}) for each in file.charges if each.left)
