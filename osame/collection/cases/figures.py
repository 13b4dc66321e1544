"""滞納明細と事案の指標を数える SQL。どの文も、すべての事案を一度に扱う。

The stage of a case follows from the union of all chapters' procedures (`procedure_stage`) and, where no procedure speaks, from
the officer's policy; a chapter that adds its part to the union is counted without a change here.
"""

from osame.collection.cases.models import ArrearsCase, CaseStage
from osame.collection.cases.scoring import points_formula, score_formula
from osame.law.dispositions import Procedure, ProcedureStage

# 手続の段階 → 進行段階。上にあるものが勝つ。執行停止は、すべての期別が停止されたときだけ事案の段階になる。
RANKED: tuple[tuple[Procedure, ProcedureStage, CaseStage], ...] = (
    (Procedure.BANKRUPTCY, ProcedureStage.IN_FORCE, CaseStage.INSOLVENCY),
    (Procedure.REORGANIZATION, ProcedureStage.IN_FORCE, CaseStage.INSOLVENCY),
    (Procedure.REHABILITATION, ProcedureStage.IN_FORCE, CaseStage.INSOLVENCY),
    (Procedure.SEIZURE, ProcedureStage.COLLECTING, CaseStage.DISPOSITION),
    (Procedure.SEIZURE, ProcedureStage.SOLD, CaseStage.DISPOSITION),
    (Procedure.SEIZURE, ProcedureStage.IN_FORCE, CaseStage.DISPOSITION),
    (Procedure.PRESERVATION_SEIZURE, ProcedureStage.IN_FORCE, CaseStage.DISPOSITION),
    (Procedure.PARTICIPATING_SEIZURE, ProcedureStage.IN_FORCE, CaseStage.DISPOSITION),
    (Procedure.DISTRIBUTION_REQUEST, ProcedureStage.IN_FORCE, CaseStage.DISPOSITION),
    (Procedure.COLLECTION_GRACE, ProcedureStage.IN_FORCE, CaseStage.GRACE),
    (Procedure.REALIZATION_GRACE, ProcedureStage.IN_FORCE, CaseStage.GRACE),
    (Procedure.PLEDGE, ProcedureStage.DEFAULTED, CaseStage.PLEDGE),
    (Procedure.PLEDGE, ProcedureStage.IN_FORCE, CaseStage.PLEDGE),
)
FLAGS = {
    "pledged": (Procedure.PLEDGE,),
    "graced": (Procedure.COLLECTION_GRACE, Procedure.REALIZATION_GRACE),
    "seized": (
        Procedure.SEIZURE, Procedure.PRESERVATION_SEIZURE, Procedure.PARTICIPATING_SEIZURE, Procedure.DISTRIBUTION_REQUEST,
    ),
    "suspended": (Procedure.SUSPENSION,),
    "insolvent": (Procedure.BANKRUPTCY, Procedure.REORGANIZATION, Procedure.REHABILITATION),
}  # fmt: skip
"""期別ごとの手続の有無。"""

ALIVE = (ProcedureStage.IN_FORCE, ProcedureStage.DEFAULTED, ProcedureStage.COLLECTING, ProcedureStage.SOLD)
POLICY_STAGES = {
    ArrearsCase.Policy.WRITE_OFF: CaseStage.WRITE_OFF_PLANNED,
    ArrearsCase.Policy.SUSPEND: CaseStage.SUSPENSION_STUDY,
    ArrearsCase.Policy.INVESTIGATE: CaseStage.INVESTIGATION,
    ArrearsCase.Policy.DISPOSE: CaseStage.INVESTIGATION,
}
"""手続のまだない事案の段階は、方針が言う。"""


def _listed(*values: str) -> str:
    return ", ".join(f"'{each}'" for each in values)


# 滞納は、督促状を発したか、納期限から定めた日数を過ぎた、未納のある期別。
OWED = """
CREATE TEMP TABLE arrears_charge ON COMMIT DROP AS
SELECT c.addressee_number, c.charge_id, c.tax_item, c.due_date, c.statutory_due_date, c.principal_tax,
       c.demand_fee + c.delinquency_charge + c.disposition_cost + c.additional_charge AS other_amounts,
       d.issued_on AS demanded_on, coalesce(t.prescription_years, 5) AS years
FROM charge c
LEFT JOIN demand d ON d.charge_id = c.charge_id AND d.addressee_number = c.addressee_number AND d.cancelled_on IS NULL
LEFT JOIN LATERAL (SELECT prescription_years FROM tax_item i WHERE i.tax_item = c.tax_item AND i.valid_from <= c.due_date
    ORDER BY i.valid_from DESC LIMIT 1) t ON true
WHERE c.charge_id > 0 AND c.due_date < %(on)s
  AND c.principal_tax + c.demand_fee + c.delinquency_charge + c.disposition_cost + c.additional_charge > 0
  AND (d.charge_id IS NOT NULL OR c.due_date + %(days)s::int < %(on)s)
"""
ACTIVE = f"""
CREATE TEMP TABLE active_procedure ON COMMIT DROP AS
SELECT p.addressee_number, p.charge_id, p.procedure, p.stage, p.first_on
FROM procedure_stage p JOIN arrears_charge c USING (addressee_number, charge_id)
WHERE p.stage IN ({_listed(*(each.name for each in ALIVE))}) AND p.first_on <= %(on)s
  AND (p.through_on IS NULL OR p.through_on >= %(on)s)
"""
# 同じ出来事をたどった期別は、まとめて一度だけ法に問う。
HISTORIES = """
SELECT statutory_due_date, years, is_charge, kinds, days, ends, array_agg(charge_id) FROM (
    SELECT c.charge_id, c.statutory_due_date, c.years, c.principal_tax = 0 AS is_charge, array_agg(e.kind ORDER BY e.happened_on, e.kind) AS kinds,
           array_agg(e.happened_on ORDER BY e.happened_on, e.kind) AS days,
           array_agg(e.through_on ORDER BY e.happened_on, e.kind) AS ends
    FROM arrears_charge c LEFT JOIN prescription_event e
      ON e.addressee_number = c.addressee_number AND e.charge_id = c.charge_id AND e.happened_on <= %(on)s
    GROUP BY c.charge_id, c.statutory_due_date, c.years, c.principal_tax) told
GROUP BY statutory_due_date, years, is_charge, kinds, days, ends
"""
SUSPENDED = """
SELECT p.addressee_number, p.charge_id, p.stage, p.first_on, p.through_on, p.source
FROM procedure_stage p JOIN arrears_charge c USING (addressee_number, charge_id) WHERE p.procedure = 'SUSPENSION'
"""
PRESCRIBED = """
CREATE TEMP TABLE prescribed_charge (charge_id bigint, prescribed_on date, extinguished_on date) ON COMMIT DROP
"""
_FLAG_COLUMNS = ", ".join(
    f"coalesce(bool_or(procedure IN ({_listed(*(each.name for each in held))})), false) AS {name}"
    for name, held in FLAGS.items()
)
TERMS = f"""
INSERT INTO case_charge (addressee_number, charge_id, tax_item, due_date, principal_tax, other_amounts, demanded_on,
    {", ".join(FLAGS)}, prescribed_on, extinguished_on)
SELECT c.addressee_number, c.charge_id, c.tax_item, c.due_date, c.principal_tax, c.other_amounts, c.demanded_on,
       {", ".join(f"coalesce(p.{name}, false)" for name in FLAGS)}, x.prescribed_on, x.extinguished_on
FROM arrears_charge c
LEFT JOIN (SELECT addressee_number, charge_id, {_FLAG_COLUMNS} FROM active_procedure GROUP BY addressee_number, charge_id) p
    USING (addressee_number, charge_id)
LEFT JOIN prescribed_charge x ON x.charge_id = c.charge_id
"""
OPENED = """
INSERT INTO arrears_case (addressee_number, case_id, opened_on)
SELECT o.addressee_number, nextval('case_number'), %(on)s
FROM (SELECT DISTINCT addressee_number FROM arrears_charge) o
WHERE NOT EXISTS (SELECT 1 FROM arrears_case k WHERE k.addressee_number = o.addressee_number AND k.cleared_on IS NULL)
RETURNING addressee_number, case_id
"""
CLEARED = """
UPDATE arrears_case k SET cleared_on = %(on)s
WHERE k.cleared_on IS NULL AND NOT EXISTS (SELECT 1 FROM arrears_charge c WHERE c.addressee_number = k.addressee_number)
RETURNING addressee_number, case_id
"""
EVENTS = """
INSERT INTO case_event (addressee_number, event_id, case_id, kind, happened_on, content, officer)
SELECT moved.addressee_number, nextval('case_event_number'), moved.case_id, %(kind)s, %(on)s, %(content)s, %(officer)s
FROM ({moved}) moved
"""
_RANKS = ", ".join(
    f"({place}, '{procedure.name}', '{stage.name}', '{case.value}')"
    for place, (procedure, stage, case) in enumerate(RANKED)
)
_POLICIES = " ".join(f"WHEN '{policy.value}' THEN '{stage.value}'" for policy, stage in POLICY_STAGES.items())
# 手続の段階、無ければ方針、無ければ財産調査、無ければ催告、無ければ初動。入った日は、それぞれの事実の日。
STAGES = f"""
WITH ranked (place, procedure, stage, case_stage) AS (VALUES {_RANKS}),
reached AS (
    SELECT DISTINCT ON (p.addressee_number) p.addressee_number, r.case_stage, p.first_on
    FROM active_procedure p JOIN ranked r USING (procedure, stage) ORDER BY p.addressee_number, r.place, p.first_on
), stopped AS (
    SELECT c.addressee_number, max(p.first_on) AS first_on FROM case_charge c
    LEFT JOIN active_procedure p ON p.addressee_number = c.addressee_number AND p.charge_id = c.charge_id
        AND p.procedure = 'SUSPENSION'
    GROUP BY c.addressee_number HAVING bool_and(c.suspended)
)
SELECT k.addressee_number, k.case_id,
       CASE WHEN r.case_stage = '{CaseStage.INSOLVENCY.value}' THEN r.case_stage
            WHEN s.addressee_number IS NOT NULL THEN '{CaseStage.SUSPENSION.value}'
            ELSE coalesce(r.case_stage, CASE k.policy {_POLICIES} END,
                CASE WHEN v.opened_on IS NOT NULL THEN '{CaseStage.INVESTIGATION.value}' END,
                CASE WHEN m.reminded_on >= k.opened_on THEN '{CaseStage.REMINDER.value}' END, '{CaseStage.INITIAL.value}')
       END AS stage,
       CASE WHEN r.case_stage = '{CaseStage.INSOLVENCY.value}' THEN r.first_on
            WHEN s.addressee_number IS NOT NULL THEN s.first_on
            WHEN r.case_stage IS NOT NULL THEN r.first_on
            WHEN k.policy IN ({_listed(*(each.value for each in POLICY_STAGES))}) THEN k.decided_on
            WHEN v.opened_on IS NOT NULL THEN v.opened_on
            WHEN m.reminded_on >= k.opened_on THEN m.reminded_on ELSE k.opened_on END AS stage_since
FROM arrears_case k
LEFT JOIN reached r USING (addressee_number)
LEFT JOIN stopped s USING (addressee_number)
LEFT JOIN reminded m USING (addressee_number)
LEFT JOIN (SELECT addressee_number, min(opened_on) AS opened_on FROM asset_investigation
    WHERE opened_on <= %(on)s AND (closed_on IS NULL OR closed_on > %(on)s) GROUP BY addressee_number) v USING (addressee_number)
WHERE k.cleared_on IS NULL
"""
REMINDED = """
CREATE TEMP TABLE reminded ON COMMIT DROP AS
SELECT r.addressee_number, max(r.reminded_on) AS reminded_on,
       count(*) FILTER (WHERE r.reminded_on > %(on)s::date - 365)::int AS reminders
FROM reminder r WHERE r.cancelled_on IS NULL AND r.reminded_on <= %(on)s GROUP BY r.addressee_number
"""
FIGURES = f"""
INSERT INTO case_figure (addressee_number, as_of, stage, stage_since, charges, principal_tax, other_amounts, total,
    oldest_due_on, prescribed_on, contacted_on, reminded_on, reminders, paid_on, promised_on, broken_promises, seizable, score, points)
SELECT f.*, {score_formula()}, {points_formula()}
FROM (
    SELECT s.addressee_number, %(on)s::date AS as_of, s.stage, s.stage_since, c.charges, c.principal_tax, c.other_amounts,
           c.principal_tax + c.other_amounts AS total, c.oldest_due_on, c.prescribed_on, k.contacted_on, m.reminded_on,
           coalesce(m.reminders, 0) AS reminders, p.paid_on, q.promised_on, coalesce(q.broken, 0) AS broken_promises,
           coalesce(w.seizable, 0) AS seizable
    FROM ({STAGES}) s
    JOIN (SELECT addressee_number, count(*)::int AS charges, sum(principal_tax)::bigint AS principal_tax,
                 sum(other_amounts)::bigint AS other_amounts, min(due_date) AS oldest_due_on,
                 min(prescribed_on) FILTER (WHERE NOT suspended) AS prescribed_on
          FROM case_charge GROUP BY addressee_number) c USING (addressee_number)
    LEFT JOIN (SELECT addressee_number, (max(contacted_at) AT TIME ZONE 'Asia/Tokyo')::date AS contacted_on
               FROM contact_record WHERE contacted_at < (%(on)s::date + 1)::timestamp AT TIME ZONE 'Asia/Tokyo'
               GROUP BY addressee_number) k USING (addressee_number)
    LEFT JOIN reminded m USING (addressee_number)
    LEFT JOIN (SELECT r.addressee_number, max(r.paid_on) AS paid_on FROM receipt r
               WHERE r.paid_on <= %(on)s AND NOT EXISTS (SELECT 1 FROM receipt_cancellation x
                   WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key
                     AND x.addressee_number = r.addressee_number)
               GROUP BY r.addressee_number) p USING (addressee_number)
    LEFT JOIN (SELECT addressee_number, min(promised_on) FILTER (WHERE result = '1') AS promised_on,
                      count(*) FILTER (WHERE result = '3' AND promised_on > %(on)s::date - 365)::int AS broken
               FROM told_promise GROUP BY addressee_number) q USING (addressee_number)
    LEFT JOIN (SELECT addressee_number, sum(greatest(0, value - prior_claims - disposition_cost))::bigint AS seizable
               FROM asset WHERE gone_on IS NULL AND NOT is_seized AND exempt_article = '' AND recorded_on <= %(on)s
               GROUP BY addressee_number) w USING (addressee_number)
) f
"""
