"""担当の引継ぎ。まとめて起案し、別の職員が承認すると、すべての事案の担当が替わる。"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.cases.actions import NoteNeedsContent, OfficerUnknown
from osame.collection.cases.models import CaseEvent, CaseHandover
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql


class NothingToHandOver(Refusal):
    """引き継ぐ事案がありません。旧担当の職員番号を確かめてください。"""


class HandsOverToSelf(Refusal):
    """旧担当と新担当が同じです。別の職員を選んでください。"""


class HandoverUnknown(Refusal):
    """その番号の引継ぎはありません。引継ぎの一覧で確かめてください。"""


class HandoverSettled(Refusal):
    """この引継ぎは、もう済んだか、取りやめています。要るなら、新しく起案してください。"""


class ApprovesOwnHandover(Refusal):
    """自分の起案した引継ぎは、承認できません。別の職員に承認を頼んでください。"""


class HandsOverTwice(Refusal):
    """この担当の引継ぎが、もう起案されています。先の引継ぎを承認するか、取りやめてください。"""


@dataclass(frozen=True, slots=True)
class Handover:
    """引継ぎ一つ。 cases: 事案の数; urgent: そのうち、引継日までに期限の来る予定のある数。"""

    handover_id: int
    from_officer: str
    to_officer: str
    hand_over_on: date
    reason: str
    state: str
    planned_by: str
    planned_on: date
    approved_by: str
    approved_on: date | None
    cases: int
    urgent: int

    @property
    def state_label(self) -> str:
        """状態の名。"""
        return str(CaseHandover.State(self.state).label)


@dataclass(frozen=True, slots=True)
class NewHandover:
    """起案する引継ぎ。"""

    from_officer: str
    to_officer: str
    hand_over_on: date
    reason: str


HANDOVERS = """
SELECT h.handover_id, h.from_officer, h.to_officer, h.hand_over_on, h.reason, h.state, h.planned_by, h.planned_on, h.approved_by,
       h.approved_on, count(l.case_id), count(l.case_id) FILTER (WHERE f.task_on <= h.hand_over_on)
FROM case_handover h LEFT JOIN handover_line l USING (handover_id) LEFT JOIN case_figure f USING (addressee_number)
WHERE {terms} GROUP BY h.handover_id ORDER BY h.handover_id DESC LIMIT 100
"""


def handovers() -> tuple[Handover, ...]:
    """引継ぎ。新しいものから。

    要件: F13-07
    """
    return tuple(Handover(*row) for row in fetch_all(HANDOVERS.format(terms="true")))


def handover(handover_id: int) -> Handover:
    """一つの引継ぎ。なければ断る。"""
    rows = fetch_all(HANDOVERS.format(terms="h.handover_id = %s"), [handover_id])
    if not rows:
        raise HandoverUnknown(str(handover_id))
    return Handover(*rows[0])


def handover_cases(handover_id: int) -> tuple[str, ...]:
    """引き継ぐ宛名番号。期限の近い順に。"""
    rows = fetch_all(
        "SELECT l.addressee_number FROM handover_line l LEFT JOIN case_figure f USING (addressee_number) WHERE l.handover_id = %s "
        "ORDER BY f.task_on NULLS LAST, f.score DESC, l.addressee_number",
        [handover_id],
    )
    return tuple(row[0] for row in rows)


def plan_handover(new: NewHandover, *, as_of: date, officer: str) -> int:
    """旧担当の生きている事案のすべてを、新担当へ渡すことを起案する。引継番号を返す。

    要件: F13-07
    """
    if not new.reason.strip():
        raise NoteNeedsContent
    if new.from_officer == new.to_officer:
        raise HandsOverToSelf(new.to_officer)
    with transaction.atomic():
        if not fetch_all("SELECT 1 FROM staff_account WHERE staff_number = %s AND is_active", [new.to_officer]):
            raise OfficerUnknown(new.to_officer)
        if fetch_all("SELECT 1 FROM case_handover WHERE from_officer = %s AND state = '1'", [new.from_officer]):
            raise HandsOverTwice(new.from_officer)
        (handover_id,) = fetch_one(
            "INSERT INTO case_handover (from_officer, to_officer, hand_over_on, reason, state, planned_by, planned_on, approved_by) "
            "VALUES (%s, %s, %s, %s, '1', %s, %s, '') RETURNING handover_id",
            [new.from_officer, new.to_officer, new.hand_over_on, new.reason.strip(), officer, as_of],
        )
        moved = run_sql(
            "INSERT INTO handover_line (addressee_number, handover_id, case_id) SELECT addressee_number, %s, case_id FROM arrears_case "
            "WHERE officer = %s AND cleared_on IS NULL",
            [handover_id, new.from_officer],
        )
        if not moved:
            raise NothingToHandOver(new.from_officer)
        record("引継ぎを起案した", detail={"引継番号": int(handover_id), "件数": moved})
    return int(handover_id)


def approve_handover(handover_id: int, *, as_of: date, officer: str) -> int:
    """引継ぎを承認し、担当を替える。起案した職員は承認できない。替えた件数を返す。

    要件: F13-07
    """
    with transaction.atomic():
        found = _planned(handover_id)
        if found.planned_by == officer:
            raise ApprovesOwnHandover(officer)
        run_sql(
            "UPDATE case_handover SET state = '2', approved_by = %s, approved_on = %s WHERE handover_id = %s",
            [officer, as_of, handover_id],
        )
        moved = run_sql(
            "WITH moved AS (UPDATE arrears_case k SET officer = %(to)s, assigned_on = %(on)s FROM handover_line l "
            "WHERE l.handover_id = %(handover)s AND l.addressee_number = k.addressee_number AND l.case_id = k.case_id "
            "AND k.cleared_on IS NULL RETURNING k.addressee_number, k.case_id) "
            "INSERT INTO case_event (addressee_number, event_id, case_id, kind, happened_on, content, officer) "
            "SELECT addressee_number, nextval('case_event_number'), case_id, %(kind)s, %(on)s, %(content)s, %(officer)s FROM moved",
            {
                "to": found.to_officer, "on": as_of, "handover": handover_id, "kind": CaseEvent.Kind.HANDED_OVER, "officer": officer,
                "content": f"{found.from_officer}から{found.to_officer}へ引き継いだ（引継番号{handover_id}）",
            },
        )  # fmt: skip
        record("引継ぎを承認した", detail={"引継番号": handover_id, "件数": moved})
    return moved


def withdraw_handover(handover_id: int, *, officer: str) -> None:
    """引継ぎを取りやめる。

    要件: F13-07
    """
    with transaction.atomic():
        _planned(handover_id)
        run_sql("UPDATE case_handover SET state = '9' WHERE handover_id = %s", [handover_id])
        record("引継ぎを取りやめた", detail={"引継番号": handover_id, "職員": officer})


def _planned(handover_id: int) -> Handover:
    fetch_all("SELECT 1 FROM case_handover WHERE handover_id = %s FOR UPDATE", [handover_id])
    found = handover(handover_id)
    if found.state != CaseHandover.State.PLANNED:
        raise HandoverSettled(found.state_label)
    return found
