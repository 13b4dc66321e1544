"""一人の台帳（滞納整理票、R-140）に載るもの。滞納者、滞納状況と特記、明細、経過、予定、催告、名寄せの合算。

What is told of the debt comes from the ledger of this moment, not from last night: a payment of this morning is there. Letters and
payments are events of the timeline and appear without anybody's doing.
"""

from dataclasses import replace
from datetime import date
from typing import Any

from osame.collection.cases.consolidation import ConsolidationUnit, consolidated
from osame.collection.cases.models import CaseEvent
from osame.collection.cases.queries import care_of, case_of, events_of, tasks_of, terms_of
from osame.platform.suppression.decision import Reader
from osame.platform.suppression.facts import MARKER
from osame.platform.suppression.hidden_values import HiddenValues

MOST_EVENTS = 100
HIDDEN = f"{MARKER}（居場所の分かることを含むため、表示しません）"


def case_record(
    addressee_number: str, *, unit: str, reader: Reader, as_of: date, hidden: HiddenValues | None = None
) -> dict[str, Any]:
    """台帳に載るもの。 hidden があれば、支援措置になる前に書かれた文からも、居場所を伏せる。

    要件: F13-01, F13-02, F13-03, F27-01
    """

    def said(text: str) -> str:
        return HIDDEN if hidden is not None and hidden.owner_in(text) else text

    chosen = ConsolidationUnit(unit) if unit in ConsolidationUnit.values else ConsolidationUnit.PERSON
    members, owed = consolidated(addressee_number, chosen, reader=reader, as_of=as_of)
    care, no_visit, reason = care_of(addressee_number)
    events = [replace(each, content=said(each.content)) for each in events_of(addressee_number)]
    tasks = [
        replace(each, note=said(each.note), result_note=said(each.result_note)) for each in tasks_of(addressee_number)
    ]
    return {
        "line": case_of(addressee_number),
        "terms": terms_of(addressee_number),
        "tasks": tasks,
        "events": events[:MOST_EVENTS],
        "notes": [each for each in events if each.kind in {CaseEvent.Kind.NOTED, CaseEvent.Kind.REVIEWED}][:5],
        "care": said(care),
        "no_visit": no_visit,
        "policy_reason": said(reason),
        "units": ConsolidationUnit,
        "unit": chosen,
        "members": members,
        "members_owed": owed,
    }
