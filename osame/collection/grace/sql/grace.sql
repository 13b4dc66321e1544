-- 猶予の対象の期別と計画は追記だけ。担保は、解除のほかに書き換えられない。期間は、生きている猶予どうしで同じ期別に重ならない。
CREATE SEQUENCE grace_security_number;
CREATE TRIGGER grace_charge_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON grace_charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grace_instalment_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON grace_instalment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE grace_charge ADD CONSTRAINT grace_charge_of_a_grace
    FOREIGN KEY (addressee_number, grace_id) REFERENCES grace (addressee_number, grace_id);
ALTER TABLE grace_charge ADD CONSTRAINT grace_charge_of_a_charge
    FOREIGN KEY (addressee_number, charge_id) REFERENCES charge (addressee_number, charge_id);
CREATE FUNCTION guard_grace_security() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.released_on IS NOT NULL OR (NEW.addressee_number, NEW.security_id, NEW.grace_id, NEW.kind, NEW.description,
            NEW.value, NEW.given_on, NEW.officer) IS DISTINCT FROM (OLD.addressee_number, OLD.security_id, OLD.grace_id,
            OLD.kind, OLD.description, OLD.value, OLD.given_on, OLD.officer) THEN
        RAISE EXCEPTION '登録した担保は、解除のほかに書き換えられません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grace_security_is_guarded BEFORE UPDATE ON grace_security
    FOR EACH ROW EXECUTE FUNCTION guard_grace_security();
-- 担保についての行いと、証券の対象の期別は追記だけ。受け取った証券は、再委託と、一度だけの取立て・不渡り・返還のほかに書き換えられない。
CREATE SEQUENCE entrusted_paper_number;
CREATE TRIGGER security_act_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON security_act
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER entrusted_charge_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entrusted_charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE security_act ADD CONSTRAINT security_act_of_a_security
    FOREIGN KEY (addressee_number, security_id) REFERENCES grace_security (addressee_number, security_id);
ALTER TABLE entrusted_charge ADD CONSTRAINT entrusted_charge_of_a_paper
    FOREIGN KEY (addressee_number, paper_id) REFERENCES entrusted_paper (addressee_number, paper_id);
ALTER TABLE entrusted_charge ADD CONSTRAINT entrusted_charge_of_a_charge
    FOREIGN KEY (addressee_number, charge_id) REFERENCES charge (addressee_number, charge_id);
CREATE FUNCTION guard_entrusted_paper() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> '1' OR (to_jsonb(NEW) - 'bank' - 'state' - 'settled_on' - 'settled_note')
            <> (to_jsonb(OLD) - 'bank' - 'state' - 'settled_on' - 'settled_note') THEN
        RAISE EXCEPTION '受け取った証券は、再委託・取立て・不渡り・返還のほかに書き換えられません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER entrusted_paper_is_guarded BEFORE UPDATE ON entrusted_paper
    FOR EACH ROW EXECUTE FUNCTION guard_entrusted_paper();
-- 猶予が、時効と手続について言うこと。申請は承認（申請書を出した日）、許可した期間は進行しない。
CREATE VIEW prescription_event_grace WITH (security_invoker = true) AS
SELECT c.addressee_number, c.charge_id, '承認' AS kind, g.applied_on AS happened_on, NULL::date AS through_on,
       'grace:' || g.grace_id AS source
FROM grace g JOIN grace_charge c USING (addressee_number, grace_id) WHERE g.applied_on IS NOT NULL
UNION ALL
SELECT c.addressee_number, c.charge_id, '猶予', g.granted_first_on, g.through_on, 'grace:' || g.grace_id
FROM grace g JOIN grace_charge c USING (addressee_number, grace_id) WHERE g.granted_first_on <= g.through_on;
CREATE VIEW procedure_stage_grace WITH (security_invoker = true) AS
SELECT c.addressee_number, c.charge_id, g.procedure, 'APPLIED' AS stage, g.applied_on AS first_on, NULL::date AS through_on,
       'grace:' || g.grace_id AS source
FROM grace g JOIN grace_charge c USING (addressee_number, grace_id) WHERE g.stage = 'APPLIED'
UNION ALL
SELECT c.addressee_number, c.charge_id, g.procedure, 'IN_FORCE', g.granted_first_on, g.through_on, 'grace:' || g.grace_id
FROM grace g JOIN grace_charge c USING (addressee_number, grace_id) WHERE g.granted_first_on <= g.through_on;
