"""夜の数え直し。事案を開き、終え、滞納明細・時効・進行段階・予定・優先度を、すべての事案について一度に求める。

A fixed number of statements and one pass of the law over distinct histories, whatever the number of cases. Run again for the same
day it gives the same figures; what officers wrote is never touched.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.arrears.prescribing import suspensions_in
from osame.collection.arrears.queries import STANDING
from osame.collection.cases import figures
from osame.collection.cases.models import CaseEvent, CaseTask
from osame.collection.parameters.queries import setting
from osame.kernel.periods import day_after
from osame.law.prescription import Event, PrescriptionEvent, prescription_completes_on
from osame.law.suspension import extinction
from osame.platform.audit.recording import record
from osame.platform.database import copy_rows, fetch_all, fetch_one, run_sql
from osame.platform.jobs.registry import Progress

ARREARS_DAYS = "滞納に取り込む納期限からの日数"
DEFAULT_DAYS = 20
"""督促状は納期限後20日以内に発する（地方税法第329条第1項ほか）。督促のない期別も、それを過ぎれば滞納として扱う。"""

REFRESH_LOCK = 7_140_131
NEAR_PRESCRIPTION = 180
STEPS = 6
TEMPORARY = ("arrears_charge", "active_procedure", "prescribed_charge", "reminded", "told_promise", "wanted_task")
MADE_BY_FACTS = "11"
"""これ以上の種類の予定は、事実から立つ。猶予は、半年ごとと、満了の30日前に審査する。"""

PROMISES = f"""
CREATE TEMP TABLE told_promise ON COMMIT DROP AS {
    STANDING.format(
        whose="p.promised_on > %(on)s::date - 730 AND p.addressee_number IN (SELECT addressee_number FROM case_charge)"
    )
}
"""
WANTED = """
CREATE TEMP TABLE wanted_task ON COMMIT DROP AS
SELECT k.addressee_number, k.case_id, w.kind, w.due_on, min(w.note) AS note FROM arrears_case k JOIN (
    SELECT p.addressee_number, '11' AS kind, p.promised_on AS due_on, to_char(p.amount, 'FM999,999,999,999') || '円の約束' AS note
    FROM told_promise p JOIN case_figure f USING (addressee_number)
    WHERE p.result = '1' OR p.result = '3' AND f.contacted_on <= p.promised_on
    UNION ALL
    SELECT addressee_number, '12', review_on, '処理方針の見直し' FROM arrears_case
    WHERE cleared_on IS NULL AND review_on IS NOT NULL
    UNION ALL
    SELECT addressee_number, '13', prescribed_on, '時効が完成する期別がある' FROM case_charge
    WHERE NOT suspended AND prescribed_on BETWEEN %(on)s AND %(on)s::date + %(near)s::int
    UNION ALL
    SELECT addressee_number, '14', first_on, '分割納付が履行されていない' FROM active_procedure
    WHERE procedure = 'PLEDGE' AND stage = 'DEFAULTED'
    UNION ALL
    SELECT addressee_number, '15', reply_due_on, '財産の照会の回答を待つ' FROM property_inquiry WHERE replied_on IS NULL
    UNION ALL
    SELECT g.addressee_number, '16', d.due_on, '猶予の期間中の資力、財産、分割の履行を調べる' FROM grace g
    CROSS JOIN LATERAL (
        SELECT greatest(g.first_on, g.through_on - 30) AS due_on
        UNION SELECT h.due_on FROM generate_series(1, 3) n
        CROSS JOIN LATERAL (SELECT (g.first_on + make_interval(months => 6 * n))::date AS due_on) h
        WHERE h.due_on < g.through_on - 30) d
    WHERE g.stage = 'IN_FORCE'
    UNION ALL
    SELECT addressee_number, '17', payable_on, '受託番号' || paper_id || 'の取立てまたは不渡りを記録する' FROM entrusted_paper
    WHERE state = '1'
    UNION ALL
    SELECT i.addressee_number, '18', max(i.happened_on), '届出（交付要求）をして、記録する' FROM insolvency_record i
    JOIN bankruptcy b USING (addressee_number, bankruptcy_id) WHERE i.kind = '1' AND b.closed_on IS NULL
      AND NOT EXISTS (SELECT 1 FROM insolvency_record x WHERE x.addressee_number = i.addressee_number
          AND x.bankruptcy_id = i.bankruptcy_id AND x.kind = '2')
    GROUP BY i.addressee_number, i.bankruptcy_id
    UNION ALL  -- 更生手続の届出は、期限を待たず、遅滞なくする（会社更生法第142条）
    SELECT b.addressee_number, '18', b.opened_on, '裁判所に債権を届け出て、記録する' FROM bankruptcy b
    WHERE b.procedure = 'REORGANIZATION' AND b.stage = 'IN_FORCE' AND b.approved_on IS NULL AND NOT EXISTS (
        SELECT 1 FROM insolvency_record x WHERE x.addressee_number = b.addressee_number AND x.bankruptcy_id = b.bankruptcy_id
          AND x.kind IN ('1', '2'))
) w USING (addressee_number)
WHERE k.cleared_on IS NULL GROUP BY 1, 2, 3, 4
"""
TASKS_GONE = """
UPDATE case_task t SET done_on = %(on)s, result = %(gone)s, result_note = '事実が変わり、要らなくなった'
WHERE t.done_on IS NULL AND (
    t.kind >= %(facts)s AND NOT EXISTS (SELECT 1 FROM wanted_task w WHERE w.addressee_number = t.addressee_number
        AND w.case_id = t.case_id AND w.kind = t.kind AND w.due_on = t.due_on)
    OR EXISTS (SELECT 1 FROM arrears_case k WHERE k.addressee_number = t.addressee_number AND k.case_id = t.case_id
        AND k.cleared_on IS NOT NULL))
"""
TASKS_MADE = """
INSERT INTO case_task (addressee_number, task_id, case_id, kind, due_on, note, officer, made_on, result, result_note)
SELECT w.addressee_number, nextval('case_task_number'), w.case_id, w.kind, w.due_on, w.note, %(officer)s, %(on)s, '', ''
FROM wanted_task w WHERE NOT EXISTS (
    SELECT 1 FROM case_task t WHERE t.addressee_number = w.addressee_number AND t.case_id = w.case_id AND t.kind = w.kind
      AND t.due_on = w.due_on AND t.result <> %(gone)s)
"""
NEXT_TASK = """
UPDATE case_figure f SET task_on = t.due_on FROM (
    SELECT addressee_number, min(due_on) AS due_on FROM case_task WHERE done_on IS NULL GROUP BY addressee_number) t
WHERE t.addressee_number = f.addressee_number
"""
# 担当のない事案に、割当ての規則（F01-11）の初めに当たるものの職員を付ける。
ASSIGNED = """
UPDATE arrears_case k SET officer = chosen.officer, assigned_on = %(on)s
FROM (
    SELECT DISTINCT ON (f.addressee_number) f.addressee_number, r.officer
    FROM case_figure f
    JOIN addressee a USING (addressee_number)
    JOIN assignment_rule r ON r.valid_from <= %(on)s AND (r.valid_until IS NULL OR r.valid_until > %(on)s)
        AND starts_with(a.postal_code, r.postal_code_prefix) AND f.total >= r.minimum_amount
        AND (r.kana_from = '' OR a.kana >= r.kana_from) AND (r.kana_through = '' OR left(a.kana, length(r.kana_through)) <= r.kana_through)
    ORDER BY f.addressee_number, r.priority, r.rule_number
) chosen
WHERE chosen.addressee_number = k.addressee_number AND k.cleared_on IS NULL AND k.officer = ''
RETURNING k.addressee_number, k.case_id
"""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """数え直しの結果。"""

    as_of: date
    cases: int
    charges: int
    opened: int
    cleared: int
    assigned: int
    tasks_made: int
    tasks_gone: int


def _silent(done: int, total: int = 0) -> None:
    """進み具合を、どこにも知らせない。"""


def refresh_cases(*, as_of: date, officer: str, progress: Progress = _silent) -> Refreshed:
    """元帳から事案を開き、終え、明細・時効・段階・予定・優先度を数え直す。何度行っても同じになる。

    Open and clear cases from the ledger and count every figure again, set-based, in one transaction.

    要件: F13-02, F13-05, F13-06, F13-08
    """
    terms: dict[str, Any] = {"on": as_of, "days": int(setting(ARREARS_DAYS, as_of=as_of) or DEFAULT_DAYS)}
    with transaction.atomic():
        fetch_one("SELECT pg_advisory_xact_lock(%s)", [REFRESH_LOCK])
        for table in TEMPORARY:
            run_sql(f"DROP TABLE IF EXISTS pg_temp.{table}")
        run_sql("SET LOCAL jit = off")
        charges = run_sql(figures.OWED, terms)
        _analyze("arrears_charge")
        run_sql(figures.ACTIVE, terms)
        _analyze("active_procedure")
        progress(1, STEPS)
        _prescribe(terms)
        progress(2, STEPS)
        run_sql("DELETE FROM case_charge")
        run_sql(figures.TERMS, terms)
        opened = _moved(figures.OPENED, CaseEvent.Kind.OPENED, "滞納を取り込んだ", terms, officer)
        cleared = _moved(figures.CLEARED, CaseEvent.Kind.CLEARED, "未納がなくなった", terms, officer)
        progress(3, STEPS)
        run_sql(figures.REMINDED, terms)
        run_sql(PROMISES, terms)
        run_sql("DELETE FROM case_figure")
        cases = run_sql(figures.FIGURES, terms)
        progress(4, STEPS)
        assigned = _moved(ASSIGNED, CaseEvent.Kind.ASSIGNED, "割当ての規則による", terms, officer)
        made, gone = _tasks(as_of, officer)
        progress(STEPS, STEPS)
        done = Refreshed(as_of, cases, charges, opened, cleared, assigned, made, gone)
        record("滞納整理の台帳を数え直した", detail={"事案": cases, "開いた": opened, "終えた": cleared})
        return done


def _analyze(table: str) -> None:
    """一時表の大きさを、計画に知らせる。"""
    run_sql(f"ANALYZE pg_temp.{table}")


def _prescribe(terms: dict[str, Any]) -> None:
    """時効の満了日と消滅する日を、法に問う。同じ出来事をたどった期別は、一度だけ。"""
    run_sql(figures.PRESCRIBED)
    copy_rows("prescribed_charge", ("charge_id", "prescribed_on", "extinguished_on"), list(_prescribed(terms)))
    _analyze("prescribed_charge")


def _prescribed(terms: dict[str, Any]) -> Iterator[tuple[int, date | None, date | None]]:
    kinds = {each.value: each for each in PrescriptionEvent}
    suspended = {key[1]: held for key, held in suspensions_in(fetch_all(figures.SUSPENDED)).items()}
    for due, years, is_charge, names, days, ends, charges in fetch_all(figures.HISTORIES, terms):
        events = [
            Event(kinds[name], on, through)
            for name, on, through in zip(names, days, ends, strict=True)
            if name is not None
        ]
        completes_on = prescription_completes_on(due, events, years=years, of_charge=is_charge)
        gone = day_after(completes_on) if completes_on else None
        for charge_id in charges:
            ended = extinction(suspended[charge_id], gone) if charge_id in suspended else None
            yield charge_id, completes_on, ended.on if ended else gone


def _moved(statement: str, kind: CaseEvent.Kind, content: str, terms: dict[str, Any], officer: str) -> int:
    """事案を動かし、その記録を残す。一つの文で。"""
    told = {"kind": kind, "content": content, "officer": officer}
    moving = f"WITH moved AS ({statement}) " + figures.EVENTS.format(moved="SELECT * FROM moved")
    return run_sql(moving, terms | told)


def _tasks(as_of: date, officer: str) -> tuple[int, int]:
    terms = {
        "on": as_of, "near": NEAR_PRESCRIPTION, "gone": CaseTask.Result.GONE, "facts": MADE_BY_FACTS, "officer": officer,
    }  # fmt: skip
    run_sql(WANTED, terms)
    _analyze("wanted_task")
    gone = run_sql(TASKS_GONE, terms)
    made = run_sql(TASKS_MADE, terms)
    run_sql(NEXT_TASK)
    return made, gone
