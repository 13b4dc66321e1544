"""期別ごとの手続の段階と期間。章ごとの事実を集めた一つの表を読む。

What stands on each charge on a day, in the shape that `law.dispositions.blocked_by` takes; an extinguished obligation is
among the stages, so that whoever asks is told.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from osame.collection.arrears.prescribing import ChargeKey, prescription_of
from osame.law.arrears_facts import Span
from osame.law.dispositions import Procedure, ProcedureStage
from osame.platform.database import fetch_all

Stages = dict[Procedure, set[ProcedureStage]]
Spans = dict[Procedure, tuple[Span, ...]]


def stages_of(addressee_number: str, *, as_of: date) -> dict[int, Stages]:
    """期別ごとの、その日の手続の段階。消滅した期別は、納税義務が「消滅」の段階にある。 `blocked_by` に渡す。

    要件: F13-06, F15-03, F20-03, F21-04
    """
    rows = fetch_all(
        "SELECT charge_id, procedure, stage FROM procedure_stage WHERE addressee_number = %(who)s "
        "AND first_on <= %(on)s AND (through_on IS NULL OR through_on >= %(on)s)",
        {"who": addressee_number, "on": as_of},
    )
    found: dict[int, Stages] = defaultdict(lambda: defaultdict(set))
    for charge_id, procedure, stage in rows:
        found[charge_id][Procedure[procedure]].add(ProcedureStage[stage])
    for charge_id, each in prescription_of(addressee_number, as_of=as_of).items():
        if each.is_extinct:
            found[charge_id][Procedure.OBLIGATION].add(ProcedureStage.EXTINGUISHED)
    return {charge_id: dict(held) for charge_id, held in found.items()}


def spans_of(addressee_number: str) -> dict[int, Spans]:
    """期別ごとの、効力のあった期間。差押えの条件の判定（`seizure_conditions`）に渡す。

    要件: F15-03, F20-03
    """
    return {charge_id: held for (_, charge_id), held in spans_among([addressee_number]).items()}


def spans_among(whose: Sequence[str]) -> dict[ChargeKey, Spans]:
    """多くの人の期別について、まとめて。読む文は一つ。

    要件: F15-03, F20-03
    """
    rows = fetch_all(
        "SELECT addressee_number, charge_id, procedure, first_on, through_on FROM procedure_stage "
        "WHERE addressee_number = ANY (%s) AND stage = 'IN_FORCE' ORDER BY first_on",
        [list(whose)],
    )
    found: dict[ChargeKey, Spans] = defaultdict(dict)
    for who, charge_id, procedure, first, through in rows:
        held = found[who, charge_id]
        held[Procedure[procedure]] = (*held.get(Procedure[procedure], ()), Span(first, through))
    return dict(found)
