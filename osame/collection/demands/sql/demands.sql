-- 督促が、時効と手続について言うこと。時効は、発した（出し直した、掲示を始めた）日から起算する。差押可能日はその日から数えた日である。
-- What demands tell whoever counts prescription and stages. A demand that came back and was not resent renews nothing.
CREATE VIEW prescription_event_demands WITH (security_invoker = true) AS
SELECT d.addressee_number, d.charge_id, '督促' AS kind, d.seizable_from - 11 AS happened_on, NULL::date AS through_on,
       'demand:' || d.run_id AS source
FROM demand d WHERE d.cancelled_on IS NULL AND d.seizable_from IS NOT NULL;
CREATE VIEW procedure_stage_demands WITH (security_invoker = true) AS
SELECT d.addressee_number, d.charge_id, 'DEMAND' AS procedure,
       CASE WHEN d.published_on IS NOT NULL THEN 'SERVED' WHEN d.returned_on IS NOT NULL THEN 'RETURNED' ELSE 'IN_FORCE'
       END AS stage,
       d.issued_on AS first_on, NULL::date AS through_on, 'demand:' || d.run_id AS source
FROM demand d WHERE d.cancelled_on IS NULL;
