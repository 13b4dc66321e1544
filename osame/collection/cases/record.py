"""一人の台帳（滞納整理票、R-140）に載るもの。滞納者、滞納状況と特記、明細、経過、予定、催告、名寄せの合算。

What is told of the debt comes from the ledger of this moment, not from last night: a payment of this morning is there. Letters and
payments are events of the timeline and appear without anybody's doing.
"""

from datetime import date
from typing import Any

from osame.collection.cases.consolidation import ConsolidationUnit, consolidated
from osame.collection.cases.models import CaseEvent
from osame.collection.cases.queries import care_of, case_of, events_of, tasks_of, terms_of
from osame.platform.suppression.decision import Reader

MOST_EVENTS = 100


def case_record(addressee_number: str, *, unit: str, reader: Reader, as_of: date) -> dict[str, Any]:
    """台帳に載るもの。

    要件: F13-01, F13-02, F13-03
    """
    chosen = ConsolidationUnit(unit) if unit in ConsolidationUnit.values else ConsolidationUnit.PERSON
    members, owed = consolidated(addressee_number, chosen, reader=reader, as_of=as_of)
    care, no_visit, reason = care_of(addressee_number)
    events = events_of(addressee_number)
    return {
        "line": case_of(addressee_number),
        "terms": terms_of(addressee_number),
        "tasks": tasks_of(addressee_number),
        "events": events[:MOST_EVENTS],
        "notes": [each for each in events if each.kind in {CaseEvent.Kind.NOTED, CaseEvent.Kind.REVIEWED}][:5],
        "care": care,
        "no_visit": no_visit,
        "policy_reason": reason,
        "units": ConsolidationUnit,
        "unit": chosen,
        "members": members,
        "members_owed": owed,
    }
