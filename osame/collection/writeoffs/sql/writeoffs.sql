-- 不納欠損は、決裁された起案があり、消滅が記録され、残高が勘定10へ移った期別にだけ書ける。書いた後は、戻すほかに変えられない。
CREATE SEQUENCE write_off_number;
CREATE FUNCTION write_off_needs_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id AND p.act = 'write_off'
            AND p.state IN ('3', '4') AND p.content ->> 'decision' = 'write_off'
            AND p.content -> 'charges' @> jsonb_build_array(jsonb_build_object('addressee_number', NEW.addressee_number,
                'charge_id', NEW.charge_id))) THEN
        RAISE EXCEPTION '決裁された起案がありません。起案し、別の職員の照査と決裁を受けてください。' USING ERRCODE = 'OS409';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM charge_extinction x WHERE x.addressee_number = NEW.addressee_number
            AND x.charge_id = NEW.charge_id AND x.withdrawn_on IS NULL AND x.extinguished_on = NEW.extinguished_on) THEN
        RAISE EXCEPTION '納税義務が消滅していない期別は、不納欠損にできません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER write_off_is_decided BEFORE INSERT ON write_off FOR EACH ROW EXECUTE FUNCTION write_off_needs_a_decision();
CREATE FUNCTION guard_write_off() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.reversed_on IS NOT NULL OR (to_jsonb(NEW) - 'reversed_on' - 'reverse_reason' - 'reverse_proposal_id')
            <> (to_jsonb(OLD) - 'reversed_on' - 'reverse_reason' - 'reverse_proposal_id') THEN
        RAISE EXCEPTION '不納欠損の記録は、戻すほかに書き換えられません。' USING ERRCODE = 'OS409';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.reverse_proposal_id AND p.act = 'write_off'
            AND p.state IN ('3', '4') AND p.content ->> 'decision' = 'reverse'
            AND p.content -> 'charges' @> jsonb_build_array(jsonb_build_object('addressee_number', NEW.addressee_number,
                'charge_id', NEW.charge_id))) THEN
        RAISE EXCEPTION '決裁された起案がありません。起案し、別の職員の照査と決裁を受けてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER write_off_is_guarded BEFORE UPDATE ON write_off FOR EACH ROW EXECUTE FUNCTION guard_write_off();
CREATE TRIGGER write_off_is_never_deleted BEFORE DELETE OR TRUNCATE ON write_off
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- 消滅した期別には、何も始められない。 Nothing may be begun on an extinguished charge, whoever writes the SQL.
CREATE FUNCTION refuse_extinct_charge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM charge_extinction x WHERE x.addressee_number = NEW.addressee_number
            AND x.charge_id = NEW.charge_id AND x.withdrawn_on IS NULL) THEN
        RAISE EXCEPTION '納税義務が消滅した期別です。この期別には何もできません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER demand_of_what_is_owed BEFORE INSERT ON demand FOR EACH ROW EXECUTE FUNCTION refuse_extinct_charge();
CREATE TRIGGER slip_share_of_what_is_owed BEFORE INSERT ON slip_share FOR EACH ROW EXECUTE FUNCTION refuse_extinct_charge();
CREATE TRIGGER grace_charge_of_what_is_owed BEFORE INSERT ON grace_charge FOR EACH ROW EXECUTE FUNCTION refuse_extinct_charge();
CREATE TRIGGER pledge_part_of_what_is_owed BEFORE INSERT ON pledge_part FOR EACH ROW EXECUTE FUNCTION refuse_extinct_charge();
CREATE TRIGGER suspension_charge_of_what_is_owed BEFORE INSERT ON suspension_charge
    FOR EACH ROW EXECUTE FUNCTION refuse_extinct_charge();
CREATE TRIGGER advance_collection_charge_of_what_is_owed BEFORE INSERT ON advance_collection_charge
    FOR EACH ROW EXECUTE FUNCTION refuse_extinct_charge();
CREATE TRIGGER liability_charge_of_what_is_owed BEFORE INSERT ON liability_charge
    FOR EACH ROW EXECUTE FUNCTION refuse_extinct_charge();
CREATE TRIGGER encumbered_transfer_charge_of_what_is_owed BEFORE INSERT ON encumbered_transfer_charge
    FOR EACH ROW EXECUTE FUNCTION refuse_extinct_charge();
CREATE TRIGGER disposition_charge_of_what_is_owed BEFORE INSERT ON disposition_charge
    FOR EACH ROW EXECUTE FUNCTION refuse_extinct_charge();
CREATE TRIGGER entrusted_charge_of_what_is_owed BEFORE INSERT ON entrusted_charge
    FOR EACH ROW EXECUTE FUNCTION refuse_extinct_charge();
-- 認定は、別の職員の確かめと、取消しのほかに書き換えられない。
CREATE SEQUENCE fraud_finding_number;
ALTER TABLE fraud_finding ADD CONSTRAINT fraud_finding_of_a_charge
    FOREIGN KEY (addressee_number, charge_id) REFERENCES charge (addressee_number, charge_id);
CREATE FUNCTION guard_fraud_finding() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_on IS NOT NULL OR (to_jsonb(NEW) - 'confirmed_on' - 'confirmed_by' - 'withdrawn_on' - 'withdraw_reason')
            <> (to_jsonb(OLD) - 'confirmed_on' - 'confirmed_by' - 'withdrawn_on' - 'withdraw_reason') THEN
        RAISE EXCEPTION '認定は、確かめと取消しのほかに書き換えられません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fraud_finding_is_guarded BEFORE UPDATE ON fraud_finding FOR EACH ROW EXECUTE FUNCTION guard_fraud_finding();
CREATE VIEW procedure_stage_writeoffs WITH (security_invoker = true) AS
SELECT w.addressee_number, w.charge_id, 'OBLIGATION' AS procedure, 'WRITTEN_OFF' AS stage, w.written_off_on AS first_on,
       NULL::date AS through_on, 'write_off:' || w.write_off_id AS source
FROM write_off w WHERE w.reversed_on IS NULL;
