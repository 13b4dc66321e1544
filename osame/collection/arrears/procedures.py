"""手続の段階を、法の一つの表のとおりにだけ進める。移り方は行として残り、段階はその行が変える。

Transitions are rows. The table of the law (`law/dispositions.py`) is asked before a row is written, and the same table, put
into a trigger when the database is made, is asked again by PostgreSQL: no SQL can move a procedure any other way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

from osame.kernel.refusals import Refusal
from osame.law.dispositions import TRANSITIONS, Procedure, ProcedureAct, ProcedureStage, Transition, transition
from osame.platform.database import fetch_all, run_sql

STAGES = [(each.name, each.value) for each in ProcedureStage]
ACTS = [(each.name, each.value) for each in ProcedureAct]
STAGE_WORDS = {
    (Procedure.PLEDGE, ProcedureStage.APPLIED): "署名待ち", (Procedure.PLEDGE, ProcedureStage.IN_FORCE): "履行中",
    (Procedure.COLLECTION_GRACE, ProcedureStage.IN_FORCE): "猶予中",
    (Procedure.REALIZATION_GRACE, ProcedureStage.IN_FORCE): "猶予中",
    (Procedure.SEIZURE, ProcedureStage.IN_FORCE): "差押え中",
    (Procedure.PARTICIPATING_SEIZURE, ProcedureStage.IN_FORCE): "参加差押え中",
    (Procedure.DISTRIBUTION_REQUEST, ProcedureStage.IN_FORCE): "交付要求中",
    **{
        (each, stage): name
        for each in (Procedure.BANKRUPTCY, Procedure.REHABILITATION, Procedure.REORGANIZATION)
        for stage, name in ((ProcedureStage.APPLIED, "開始の申立て"), (ProcedureStage.IN_FORCE, "手続中"), (ProcedureStage.COMPLETED, "終結"))
    },
    (Procedure.BAN, ProcedureStage.IN_FORCE): "禁止中", (Procedure.HALT, ProcedureStage.IN_FORCE): "中止中",
    (Procedure.REALIZATION_DECISION, ProcedureStage.APPLIED): "催告・同意の求め",
    (Procedure.REALIZATION_DECISION, ProcedureStage.IN_FORCE): "決定済み",
    (Procedure.REALIZATION_DECISION, ProcedureStage.REFUSED): "同意がない",
    (Procedure.SUSPENSION, ProcedureStage.NONE): "調書（決定前）",
    (Procedure.SUSPENSION, ProcedureStage.IN_FORCE): "停止中",
    (Procedure.ADVANCE_COLLECTION, ProcedureStage.IN_FORCE): "告知済み",
    (Procedure.PRESERVATION, ProcedureStage.IN_FORCE): "通知済み", (Procedure.PRESERVATION, ProcedureStage.COMPLETED): "税額確定",
    (Procedure.PRESERVATION_SEIZURE, ProcedureStage.IN_FORCE): "保全差押え中",
    (Procedure.ENCUMBERED_TRANSFER, ProcedureStage.IN_FORCE): "通知済み",
    (Procedure.ENCUMBERED_TRANSFER, ProcedureStage.COLLECTING): "交付要求中",
    **{
        (each, stage): name
        for each in (
            Procedure.JOINT_LIABILITY, Procedure.SECONDARY_LIABILITY, Procedure.GUARANTEE, Procedure.SECURED_PROPERTY,
        )
        for stage, name in (
            (ProcedureStage.OWED, "告知済み"), (ProcedureStage.SERVED, "催告・督促済み"), (ProcedureStage.IN_FORCE, "差押え中"),
        )
    },
}  # fmt: skip
ACT_WORDS = {
    (Procedure.PLEDGE, ProcedureAct.APPLY): "誓約書を作る", (Procedure.PLEDGE, ProcedureAct.GRANT): "署名を受け取る",
    (Procedure.SUSPENSION, ProcedureAct.DECIDE): "停止する", (Procedure.DISTRIBUTION_REQUEST, ProcedureAct.APPLY): "交付要求をする",
    **{
        (each, act): name
        for each in (Procedure.BANKRUPTCY, Procedure.REHABILITATION, Procedure.REORGANIZATION)
        for act, name in ((ProcedureAct.APPLY, "開始の申立て"), (ProcedureAct.OPEN, "開始の決定"), (ProcedureAct.GRANT, "計画の認可"))
    },
    (Procedure.REALIZATION_DECISION, ProcedureAct.APPLY): "催告し、同意を求める",
    (Procedure.REALIZATION_DECISION, ProcedureAct.DECIDE): "決定する",
    (Procedure.REALIZATION_DECISION, ProcedureAct.REFUSE): "同意がない",
    (Procedure.ENCUMBERED_TRANSFER, ProcedureAct.NOTIFY): "通知する",
    (Procedure.ENCUMBERED_TRANSFER, ProcedureAct.APPLY): "交付要求する",
    (Procedure.ENCUMBERED_TRANSFER, ProcedureAct.DISTRIBUTE): "配当を受ける",
}  # fmt: skip
"""職員が使う言い方。法の表の言い方がそのまま通じる手続には、ない。"""


class ProcedureUnknown(Refusal):
    """その番号の手続はありません。番号を確かめてください。"""


def stage_name(procedure: Procedure, stage: ProcedureStage) -> str:
    """その手続の段階の、画面での名。"""
    return STAGE_WORDS.get((procedure, stage), stage.value)


def act_name(procedure: Procedure, act: ProcedureAct) -> str:
    """その手続の行いの、画面での名。"""
    return ACT_WORDS.get((procedure, act), act.value)


@dataclass(frozen=True, slots=True)
class EventLine:
    """移り方一つ。 procedure: どの手続の移り方か; proposal_id: 決裁の起案番号（決裁の要らない行いなら None）。"""

    procedure: Procedure
    act: ProcedureAct
    target: ProcedureStage
    article: str
    happened_on: date
    note: str
    proposal_id: int | None
    officer: str

    @property
    def act_name(self) -> str:
        """行いの、画面での名。"""
        return act_name(self.procedure, self.act)

    @property
    def target_name(self) -> str:
        """移った先の段階の、画面での名。"""
        return stage_name(self.procedure, self.target)


def events_of(table: str, key: tuple[str, int]) -> tuple[EventLine, ...]:
    """手続一件の移り方を、起きた順に。 key: （宛名番号、手続の番号）。

    要件: F13-06
    """
    rows = fetch_all(
        f"SELECT p.procedure, e.act, e.to_stage, e.article, e.happened_on, e.note, e.proposal_id, e.officer "
        f"FROM {table}_event e JOIN {table} p USING (addressee_number, {table}_id) "
        f"WHERE addressee_number = %s AND {table}_id = %s ORDER BY e.event_number",
        [*key],
    )
    return tuple(
        EventLine(Procedure[procedure], ProcedureAct[act], ProcedureStage[target], *rest)
        for procedure, act, target, *rest in rows
    )


@dataclass(frozen=True, slots=True)
class Moved:
    """段階を進める行いの、日・職員・説明。 proposal_id: 決裁の起案番号（決裁の要らない行いなら None）。"""

    on: date
    officer: str
    note: str = ""
    proposal_id: int | None = None


class Move(Protocol):
    """法の表の一行。 source・act・target: 前の段階、行い、後の段階。"""

    @property
    def source(self) -> Enum:
        """前の段階。"""

    @property
    def act(self) -> Enum:
        """行い。"""

    @property
    def target(self) -> Enum:
        """後の段階。"""

    @property
    def article(self) -> str:
        """条文。"""


def move(table: str, key: tuple[str, int], act: ProcedureAct, moved: Moved) -> Transition:
    """手続を一段進め、その行を残す。表にない移り方は断る。 key: （宛名番号、手続の番号）。取引の中で呼ぶ。

    要件: F13-06
    """
    rows = fetch_all(
        f"SELECT procedure, stage FROM {table} WHERE addressee_number = %s AND {table}_id = %s FOR UPDATE", [*key]
    )
    if not rows:
        raise ProcedureUnknown(str(key[1]))
    found = transition(Procedure[rows[0][0]], ProcedureStage[rows[0][1]], act)
    write_move(table, key, found, moved)
    return found


def move_all(table: str, keys: Sequence[tuple[str, int]], act: ProcedureAct, moved: Moved) -> None:
    """多くの手続を、同じ行いで一段進める。読む文も書く文も一つ。表にない移り方が一つでもあれば、すべて断る。取引の中で呼ぶ。

    要件: F13-06
    """
    whose, numbers = [who for who, _ in keys], [number for _, number in keys]
    rows = fetch_all(
        f"SELECT t.addressee_number, t.{table}_id, t.procedure, t.stage FROM {table} t JOIN unnest(%s::text[], %s::bigint[]) "
        f"k (who, at) ON t.addressee_number = k.who AND t.{table}_id = k.at ORDER BY t.{table}_id FOR UPDATE OF t",
        [whose, numbers],
    )
    if len(rows) != len(set(keys)):
        raise ProcedureUnknown("、".join(map(str, sorted(set(numbers) - {row[1] for row in rows}))))
    found = [transition(Procedure[procedure], ProcedureStage[stage], act) for _, _, procedure, stage in rows]
    run_sql(
        f"INSERT INTO {table}_event (addressee_number, {table}_id, event_number, act, from_stage, to_stage, article, happened_on, "
        f"note, proposal_id, officer) SELECT k.who, k.at, coalesce((SELECT max(e.event_number) FROM {table}_event e "
        f"WHERE e.addressee_number = k.who AND e.{table}_id = k.at), 0) + 1, k.act, k.source, k.target, k.article, %s, %s, %s, %s "
        f"FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[]) k (who, at, act, source, target, article)",
        [moved.on, moved.note, moved.proposal_id, moved.officer, [row[0] for row in rows], [row[1] for row in rows],
         [each.act.name for each in found], [each.source.name for each in found], [each.target.name for each in found],
         [each.article for each in found]],
    )  # fmt: skip


def write_move(table: str, key: tuple[str, int], found: Move, moved: Moved) -> None:
    """法の表の一行のとおりに、移り方を残す。段階は、その行が変える。"""
    run_sql(
        f"INSERT INTO {table}_event (addressee_number, {table}_id, event_number, act, from_stage, to_stage, article, happened_on, "
        f"note, proposal_id, officer) SELECT %s, %s, coalesce(max(event_number), 0) + 1, %s, %s, %s, %s, %s, %s, %s, %s "
        f"FROM {table}_event WHERE addressee_number = %s AND {table}_id = %s",
        [*key, found.act.name, found.source.name, found.target.name, found.article, moved.on, moved.note, moved.proposal_id,
         moved.officer, *key],
    )  # fmt: skip


def guarded_transitions(table: str, *procedures: Procedure) -> str:
    """段階を法の表のとおりにだけ進ませる、表のトリガーの SQL。移行の中で使う。"""
    return guarded_moves(table, ((each.procedure.name, each) for each in TRANSITIONS if each.procedure in procedures))


def guarded_moves(table: str, moves: Iterable[tuple[str, Move]]) -> str:
    """段階を、この移り方のとおりにだけ進ませる SQL。 moves: （手続の名、法の表の一行）。最初の段階は NONE。"""
    allowed = ", ".join(
        f"('{procedure}', '{each.source.name}', '{each.act.name}', '{each.target.name}')" for procedure, each in moves
    )
    return f"""
CREATE SEQUENCE {table}_number;
CREATE FUNCTION move_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held {table};
BEGIN
    SELECT * INTO held FROM {table} t
    WHERE t.addressee_number = NEW.addressee_number AND t.{table}_id = NEW.{table}_id FOR UPDATE;
    IF NOT FOUND OR held.stage <> NEW.from_stage
       OR (held.procedure, NEW.from_stage, NEW.act, NEW.to_stage) NOT IN (VALUES {allowed}) THEN
        RAISE EXCEPTION 'いまの段階から、その行いはできません。手続の段階を確かめてください。' USING ERRCODE = 'OS409';
    END IF;
    UPDATE {table} t SET stage = NEW.to_stage
    WHERE t.addressee_number = NEW.addressee_number AND t.{table}_id = NEW.{table}_id;
    RETURN NEW;
END $$;
CREATE TRIGGER {table}_moves_by_law AFTER INSERT ON {table}_event FOR EACH ROW EXECUTE FUNCTION move_{table}();
CREATE TRIGGER {table}_event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE FUNCTION guard_{table}_stage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (TG_OP = 'INSERT' AND NEW.stage <> 'NONE')
       OR (TG_OP = 'UPDATE' AND NEW.stage <> OLD.stage AND pg_trigger_depth() < 2) THEN
        RAISE EXCEPTION '段階は、手続の行いの記録だけが変えます。行いの画面から進めてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {table}_stage_follows_its_events BEFORE INSERT OR UPDATE ON {table}
    FOR EACH ROW EXECUTE FUNCTION guard_{table}_stage();
"""
