-- 章ごとの事実を集める。時効に関わる出来事と、手続の段階。章が増えたら、ここに一行を足す。
-- The facts of all chapters in two views, so that low chapters can ask without knowing who is above them.
CREATE VIEW prescription_event WITH (security_invoker = true) AS
SELECT * FROM prescription_event_receipts
UNION ALL SELECT * FROM prescription_event_determinations
UNION ALL SELECT * FROM prescription_event_demands
UNION ALL SELECT * FROM prescription_event_grace
UNION ALL SELECT * FROM prescription_event_pledges
UNION ALL SELECT * FROM prescription_event_advances
UNION ALL SELECT * FROM prescription_event_dispositions
UNION ALL SELECT * FROM prescription_event_reminders
UNION ALL SELECT * FROM prescription_event_suspensions;
CREATE VIEW procedure_stage WITH (security_invoker = true) AS
SELECT * FROM procedure_stage_demands
UNION ALL SELECT * FROM procedure_stage_grace
UNION ALL SELECT * FROM procedure_stage_pledges
UNION ALL SELECT * FROM procedure_stage_advances
UNION ALL SELECT * FROM procedure_stage_dispositions
UNION ALL SELECT * FROM procedure_stage_suspensions
UNION ALL SELECT * FROM procedure_stage_writeoffs;
