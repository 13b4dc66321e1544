-- 催告した期別と除外は追記だけ。催告した額と日は、あとから変わらない。
CREATE SEQUENCE reminder_run_number;
CREATE SEQUENCE contact_opt_out_number;
CREATE TRIGGER reminder_charge_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reminder_charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER reminder_exclusion_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reminder_exclusion
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE reminder_charge ADD CONSTRAINT reminder_charge_of_a_charge
    FOREIGN KEY (addressee_number, charge_id) REFERENCES charge (addressee_number, charge_id);
ALTER TABLE reminder_charge ADD CONSTRAINT reminder_charge_of_a_reminder
    FOREIGN KEY (addressee_number, run_id) REFERENCES reminder (addressee_number, run_id);
CREATE FUNCTION guard_reminder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.addressee_number, NEW.run_id, NEW.line_number, NEW.amount, NEW.reminded_on, NEW.telephone) IS DISTINCT FROM
       (OLD.addressee_number, OLD.run_id, OLD.line_number, OLD.amount, OLD.reminded_on, OLD.telephone)
       OR OLD.outcome <> '' AND NEW.outcome <> OLD.outcome OR OLD.cancelled_on IS NOT NULL THEN
        RAISE EXCEPTION '催告は、到達・取消し・結果のほかに書き換えられません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reminder_is_guarded BEFORE UPDATE ON reminder FOR EACH ROW EXECUTE FUNCTION guard_reminder();

-- 催告が、時効について言うこと。到達した文書の催告だけが、到達の日から6月、完成を猶予する（民法第150条）。再度の催告の働きは法が決める。
-- 来庁のお願い（16）と不在連絡票（17）は、何も請求しないので、催告ではない。
-- What reminders tell whoever counts prescription: only letters that arrived. Spoken reminders leave no proof and are not counted.
CREATE VIEW prescription_event_reminders WITH (security_invoker = true) AS
SELECT c.addressee_number, c.charge_id, '催告' AS kind, r.arrived_on AS happened_on, NULL::date AS through_on,
       'reminder:' || r.run_id AS source
FROM reminder r JOIN reminder_charge c USING (addressee_number, run_id) JOIN reminder_run u USING (run_id)
WHERE r.arrived_on IS NOT NULL AND r.cancelled_on IS NULL AND u.kind NOT IN ('16', '17');
