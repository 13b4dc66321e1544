-- 調定異動は追記だけ。誤りは、次の連番の異動で正す。
-- Revisions are append-only, for the owner too.
CREATE TRIGGER determination_revision_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON determination_revision
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- 納付の告知が、時効について言うこと。告知で指定した期限が法定納期限より後なら、時効はその期限の翌日から新たに進行する。
-- What notices of payment tell whoever counts prescription.
CREATE VIEW prescription_event_determinations WITH (security_invoker = true) AS
SELECT c.addressee_number, c.charge_id, '納付の告知' AS kind, c.determined_on AS happened_on, c.due_date AS through_on,
       'charge:' || c.charge_id AS source
FROM charge c WHERE c.charge_id > 0 AND c.due_date > c.statutory_due_date AND c.determined_on <= c.due_date;
