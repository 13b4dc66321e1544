"""取消しなどの効き目。行う前に、行ったらどうなるかを見る。

What an act would change, found by carrying it out in a transaction that is rolled back: what is shown is what will be done.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import transaction

from osame.collection.demands.runs import DemandLine
from osame.law.prescription import Event, PrescriptionEvent, prescription

Answer = TypeVar("Answer")


def rehearsed(act: Callable[[], Answer]) -> Answer:
    """行いを試し、すべて元に戻して、その答えだけを返す。"""
    with transaction.atomic():
        answer = act()
        transaction.set_rollback(True)
    return answer


@dataclass(frozen=True, slots=True)
class PrescriptionEffect:
    """督促だけを見た、時効の満了日。ほかの更新・完成猶予は含まない。"""

    with_demand: date | None
    without_demand: date | None


def prescription_effect(demand: DemandLine) -> PrescriptionEffect:
    """督促の取消しで、時効の満了日がどう戻るか。

    要件: F08-06
    """
    renewed = Event(PrescriptionEvent.DEMAND, demand.dispatched_on or demand.issued_on)
    return PrescriptionEffect(
        prescription(demand.statutory_due_date, [renewed]).completes_on,
        prescription(demand.statutory_due_date).completes_on,
    )


def version_of(*facts: Any) -> str:
    """見た効き目の版。同じものを見たのでなければ、行わずに見せ直す。"""
    told = json.dumps([asdict(each) if hasattr(each, "__dataclass_fields__") else each for each in facts], default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:32]
