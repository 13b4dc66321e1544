-- 期別と納付書は追記だけ。告知した後は、責任の内容を書き換えられない。告知と取消しは、決裁された起案の番号がなければ記録できない。
CREATE TRIGGER liability_charge_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON liability_charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER liability_slip_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON liability_slip
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE liability_charge ADD CONSTRAINT liability_charge_of_a_charge
    FOREIGN KEY (addressee_number, charge_id) REFERENCES charge (addressee_number, charge_id);
CREATE FUNCTION guard_liability() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'stage' - 'reminded_on' - 'ended_on') <> (to_jsonb(OLD) - 'stage' - 'reminded_on' - 'ended_on')
       OR OLD.reminded_on IS NOT NULL AND NEW.reminded_on IS DISTINCT FROM OLD.reminded_on THEN
        RAISE EXCEPTION '告知した責任の内容は、書き換えられません。取り消して、改めて告知してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER liability_is_guarded BEFORE UPDATE ON liability FOR EACH ROW EXECUTE FUNCTION guard_liability();
CREATE FUNCTION liability_needs_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id AND p.act = 'liability'
            AND p.state IN ('3', '4') AND p.content ->> 'addressee_number' = NEW.addressee_number
            AND p.content ->> 'decision' = CASE NEW.act WHEN 'NOTIFY' THEN 'notify' ELSE 'cancel' END) THEN
        RAISE EXCEPTION '決裁された起案がありません。起案し、別の職員の照査と決裁を受けてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER liability_event_is_decided BEFORE INSERT ON liability_event
    FOR EACH ROW WHEN (NEW.act IN ('NOTIFY', 'CANCEL')) EXECUTE FUNCTION liability_needs_a_decision();
-- 責任を負う者が納めた額。その者のための納付書の収納のうち、取り消されていないもの。
CREATE VIEW liability_paid WITH (security_invoker = true) AS
SELECT s.addressee_number, s.liability_id, r.charge_id, r.receipt_key, r.amount, r.paid_on
FROM liability_slip s JOIN receipt r ON r.addressee_number = s.addressee_number AND r.slip_number = s.slip_number
WHERE NOT EXISTS (SELECT 1 FROM receipt_cancellation x WHERE x.addressee_number = r.addressee_number
    AND x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key);
-- だれが、どの期別について、いくらを限度に、いつから責めを負うか。 limit_yen は残る限度で、同じ source の行は一つの限度を分け合う（空なら全額）。
CREATE VIEW obligor_liabilities WITH (security_invoker = true) AS
SELECT c.charge_id, l.obligor_number::text AS addressee_number, l.procedure::text AS kind,
       CASE WHEN l.limit_yen IS NOT NULL THEN greatest(0, l.limit_yen - coalesce((SELECT sum(p.amount) FROM liability_paid p
           WHERE p.addressee_number = l.addressee_number AND p.liability_id = l.liability_id), 0))::bigint END AS limit_yen,
       l.notified_on AS from_on, l.ended_on AS through_on, 'liability:' || l.liability_id AS source
FROM liability l JOIN liability_charge c USING (addressee_number, liability_id)
WHERE l.stage IN ('OWED', 'SERVED', 'IN_FORCE');
-- 担保権付財産の譲渡。期別と納付書は追記だけ。通知した後は、交付要求の事実と終わりのほかに書き換えられない。
CREATE TRIGGER encumbered_transfer_charge_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON encumbered_transfer_charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER encumbered_transfer_slip_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON encumbered_transfer_slip
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE encumbered_transfer_charge ADD CONSTRAINT encumbered_transfer_charge_of_a_charge
    FOREIGN KEY (addressee_number, charge_id) REFERENCES charge (addressee_number, charge_id);
CREATE FUNCTION guard_encumbered_transfer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'stage' - 'body_id' - 'case_number' - 'requested_on' - 'ended_on')
            <> (to_jsonb(OLD) - 'stage' - 'body_id' - 'case_number' - 'requested_on' - 'ended_on')
       OR OLD.requested_on IS NOT NULL AND (NEW.body_id, NEW.case_number, NEW.requested_on)
            IS DISTINCT FROM (OLD.body_id, OLD.case_number, OLD.requested_on) THEN
        RAISE EXCEPTION '通知した徴収の内容は、書き換えられません。取り消して、改めて通知してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER encumbered_transfer_is_guarded BEFORE UPDATE ON encumbered_transfer
    FOR EACH ROW EXECUTE FUNCTION guard_encumbered_transfer();
CREATE FUNCTION encumbered_transfer_needs_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id AND p.act = 'liability'
            AND p.state IN ('3', '4') AND p.content ->> 'addressee_number' = NEW.addressee_number
            AND p.content ->> 'decision' = CASE NEW.act WHEN 'NOTIFY' THEN 'creditor_notify' WHEN 'APPLY' THEN 'creditor_request'
                ELSE 'creditor_cancel' END) THEN
        RAISE EXCEPTION '決裁された起案がありません。起案し、別の職員の照査と決裁を受けてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER encumbered_transfer_event_is_decided BEFORE INSERT ON encumbered_transfer_event
    FOR EACH ROW WHEN (NEW.act IN ('NOTIFY', 'APPLY', 'CANCEL')) EXECUTE FUNCTION encumbered_transfer_needs_a_decision();
-- 受けた配当。その納付書の収納のうち、取り消されていないもの。
CREATE VIEW encumbered_transfer_paid WITH (security_invoker = true) AS
SELECT s.addressee_number, s.encumbered_transfer_id, r.charge_id, r.receipt_key, r.amount, r.paid_on
FROM encumbered_transfer_slip s JOIN receipt r ON r.addressee_number = s.addressee_number AND r.slip_number = s.slip_number
WHERE NOT EXISTS (SELECT 1 FROM receipt_cancellation x WHERE x.addressee_number = r.addressee_number
    AND x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key);
-- 手続の段階は、責任を負う者の側に立つ。主たる納税者の期別の段階ではない。担保権者からの徴収は、譲渡した納税者の期別の段階である。
CREATE VIEW procedure_stage_liabilities WITH (security_invoker = true) AS
SELECT l.obligor_number AS addressee_number, c.charge_id, l.procedure::text AS procedure, l.stage::text AS stage,
       l.notified_on AS first_on, l.ended_on AS through_on, 'liability:' || l.liability_id AS source
FROM liability l JOIN liability_charge c USING (addressee_number, liability_id) WHERE l.stage NOT IN ('NONE', 'CANCELLED')
UNION ALL
SELECT t.addressee_number, c.charge_id, t.procedure::text, t.stage::text, t.notified_on, t.ended_on,
       'encumbered_transfer:' || t.encumbered_transfer_id
FROM encumbered_transfer t JOIN encumbered_transfer_charge c USING (addressee_number, encumbered_transfer_id)
WHERE t.stage NOT IN ('NONE', 'CANCELLED');
