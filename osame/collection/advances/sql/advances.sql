-- 期別は追記だけ。告知した後は、事由・期限・額を書き換えられない。告知と取消しは、決裁された起案の番号がなければ記録できない。
CREATE TRIGGER advance_collection_charge_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON advance_collection_charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER preservation_charge_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON preservation_charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE advance_collection_charge ADD CONSTRAINT advance_collection_charge_of_a_charge
    FOREIGN KEY (addressee_number, charge_id) REFERENCES charge (addressee_number, charge_id);
ALTER TABLE preservation_charge ADD CONSTRAINT preservation_charge_of_a_charge
    FOREIGN KEY (addressee_number, charge_id) REFERENCES charge (addressee_number, charge_id);

CREATE FUNCTION guard_advance_collection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.ground, NEW.evidence, NEW.deadline, NEW.notified_on, NEW.conditions, NEW.proposal_id) IS DISTINCT FROM
            (OLD.ground, OLD.evidence, OLD.deadline, OLD.notified_on, OLD.conditions, OLD.proposal_id) THEN
        RAISE EXCEPTION '告知した繰上徴収の内容は、書き換えられません。取り消して、改めて告知してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER advance_collection_is_guarded BEFORE UPDATE ON advance_collection
    FOR EACH ROW EXECUTE FUNCTION guard_advance_collection();
CREATE FUNCTION guard_preservation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.kind, NEW.tax, NEW.facts, NEW.amount, NEW.deadline, NEW.notified_on, NEW.ends_on, NEW.conditions, NEW.proposal_id)
       IS DISTINCT FROM (OLD.kind, OLD.tax, OLD.facts, OLD.amount, OLD.deadline, OLD.notified_on, OLD.ends_on, OLD.conditions,
        OLD.proposal_id) THEN
        RAISE EXCEPTION '通知した保全の決定の内容は、書き換えられません。取り消して、改めて通知してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER preservation_is_guarded BEFORE UPDATE ON preservation
    FOR EACH ROW EXECUTE FUNCTION guard_preservation();

CREATE FUNCTION advance_needs_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id AND p.act = 'advance'
            AND p.state IN ('3', '4') AND p.content ->> 'addressee_number' = NEW.addressee_number
            AND p.content ->> 'decision' = CASE WHEN TG_TABLE_NAME = 'preservation_event' THEN 'preserve'
                WHEN NEW.act = 'NOTIFY' THEN 'advance' ELSE 'cancel' END) THEN
        RAISE EXCEPTION '決裁された起案がありません。起案し、別の職員の照査と決裁を受けてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER advance_collection_event_is_decided BEFORE INSERT ON advance_collection_event
    FOR EACH ROW WHEN (NEW.act IN ('NOTIFY', 'CANCEL')) EXECUTE FUNCTION advance_needs_a_decision();
CREATE TRIGGER preservation_event_is_decided BEFORE INSERT ON preservation_event
    FOR EACH ROW WHEN (NEW.act = 'NOTIFY') EXECUTE FUNCTION advance_needs_a_decision();

-- 繰上徴収が、時効と手続について言うこと。時効がまだ進んでいない期別には、告知による更新はない。 source の最後は、変更後の納期限。
CREATE VIEW prescription_event_advances WITH (security_invoker = true) AS
SELECT x.addressee_number, x.charge_id, '納付の告知' AS kind, a.notified_on AS happened_on, a.deadline AS through_on,
       'advance:' || a.advance_collection_id AS source
FROM advance_collection a JOIN advance_collection_charge x USING (addressee_number, advance_collection_id)
JOIN charge c USING (addressee_number, charge_id)
WHERE a.stage NOT IN ('NONE', 'CANCELLED') AND a.deadline > c.statutory_due_date;
CREATE VIEW procedure_stage_advances WITH (security_invoker = true) AS
SELECT x.addressee_number, x.charge_id, 'ADVANCE_COLLECTION' AS procedure, a.stage::text AS stage, a.notified_on AS first_on,
       a.ended_on AS through_on, 'advance:' || a.advance_collection_id || ':' || a.deadline AS source
FROM advance_collection a JOIN advance_collection_charge x USING (addressee_number, advance_collection_id)
WHERE a.stage IN ('IN_FORCE', 'COMPLETED')
UNION ALL
SELECT x.addressee_number, x.charge_id, 'PRESERVATION', p.stage::text, p.notified_on, p.ended_on,
       'preservation:' || p.preservation_id
FROM preservation p JOIN preservation_charge x USING (addressee_number, preservation_id) WHERE p.stage = 'COMPLETED';
