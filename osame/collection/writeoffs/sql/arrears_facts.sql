-- 章ごとの事実を集める。時効に関わる出来事と、手続の段階。章が増えたら、ここに一行を足す。
-- The facts of all chapters in two views, so that low chapters can ask without knowing who is above them.
-- 承継した者の財産への差押えは、その者の分の時効を止める。期別は、生きている分がある間は生きている（人ごとの時効は `successions/prescribing.py`）。
CREATE VIEW prescription_event_successions WITH (security_invoker = true) AS
SELECT c.addressee_number, e.charge_id, e.kind, e.happened_on, e.through_on, e.source
FROM prescription_event_dispositions e
JOIN succession_portion p ON p.successor_number = e.addressee_number AND p.numerator > 0
JOIN charge c ON c.addressee_number = p.addressee_number AND c.charge_id = e.charge_id;
-- 確かめられた偽りその他不正の行為は、起算を2年後にする（地方税法第18条の2第3項）。
CREATE VIEW prescription_event_writeoffs WITH (security_invoker = true) AS
SELECT f.addressee_number, f.charge_id, '偽りその他不正の行為' AS kind, c.statutory_due_date AS happened_on, NULL::date AS through_on,
       'fraud:' || f.finding_id AS source
FROM fraud_finding f JOIN charge c USING (addressee_number, charge_id)
WHERE f.confirmed_on IS NOT NULL AND f.withdrawn_on IS NULL;
CREATE VIEW prescription_event WITH (security_invoker = true) AS
SELECT * FROM prescription_event_receipts
UNION ALL SELECT * FROM prescription_event_determinations
UNION ALL SELECT * FROM prescription_event_demands
UNION ALL SELECT * FROM prescription_event_grace
UNION ALL SELECT * FROM prescription_event_pledges
UNION ALL SELECT * FROM prescription_event_advances
UNION ALL SELECT * FROM prescription_event_assets
UNION ALL SELECT * FROM prescription_event_dispositions
UNION ALL SELECT * FROM prescription_event_successions
UNION ALL SELECT * FROM prescription_event_reminders
UNION ALL SELECT * FROM prescription_event_suspensions
UNION ALL SELECT * FROM prescription_event_writeoffs;
CREATE VIEW procedure_stage WITH (security_invoker = true) AS
SELECT * FROM procedure_stage_demands
UNION ALL SELECT * FROM procedure_stage_grace
UNION ALL SELECT * FROM procedure_stage_pledges
UNION ALL SELECT * FROM procedure_stage_advances
UNION ALL SELECT * FROM procedure_stage_liabilities
UNION ALL SELECT * FROM procedure_stage_dispositions
UNION ALL SELECT * FROM procedure_stage_suspensions
UNION ALL SELECT * FROM procedure_stage_writeoffs;
-- 納税者のほかに責めを負う者（承継、連帯、第二次、保証、担保）。章が増えたら、ここに一行を足す。
CREATE VIEW obligor WITH (security_invoker = true) AS
SELECT * FROM obligor_liabilities
UNION ALL SELECT * FROM obligor_successions;
