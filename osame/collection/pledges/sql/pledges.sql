-- 計画も承認も追記だけ。承認できるのは、その版の計画に載る期別に限る。
CREATE TRIGGER pledge_plan_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pledge_plan
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER pledge_instalment_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pledge_instalment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER pledge_part_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON pledge_part
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER acknowledgement_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON acknowledgement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE pledge_part ADD CONSTRAINT pledge_part_of_a_charge
    FOREIGN KEY (addressee_number, charge_id) REFERENCES charge (addressee_number, charge_id);
CREATE FUNCTION guard_acknowledgement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM pledge_part p WHERE p.addressee_number = NEW.addressee_number
            AND p.pledge_id = NEW.pledge_id AND p.plan_number = NEW.plan_number AND p.charge_id = NEW.charge_id) THEN
        RAISE EXCEPTION '誓約書に載らない期別は、承認できません。対象の期別を確かめてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER acknowledgement_of_what_was_signed BEFORE INSERT ON acknowledgement
    FOR EACH ROW EXECUTE FUNCTION guard_acknowledgement();
-- 申出は、届いたままを残す。書けるのは、一度きりの答えだけ。
CREATE SEQUENCE instalment_offer_number;
CREATE FUNCTION guard_instalment_offer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> '1' OR (to_jsonb(NEW) - 'state' - 'answered_on' - 'answer_text' - 'pledge_id')
            <> (to_jsonb(OLD) - 'state' - 'answered_on' - 'answer_text' - 'pledge_id') THEN
        RAISE EXCEPTION '届いた申出は、一度だけの答えのほかに書き換えられません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER instalment_offer_is_guarded BEFORE UPDATE ON instalment_offer
    FOR EACH ROW EXECUTE FUNCTION guard_instalment_offer();
-- 決めた回数を超える計画は、その人の長い計画として決裁された起案を名指す。どの道から書いても同じ。
CREATE FUNCTION guard_pledge_length() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    plan pledge_plan;
BEGIN
    SELECT * INTO plan FROM pledge_plan l WHERE l.addressee_number = NEW.addressee_number AND l.pledge_id = NEW.pledge_id
        AND l.plan_number = NEW.plan_number;
    IF NEW.instalment_number > coalesce((SELECT s.value::int FROM setting s WHERE s.name = '分納の最長の回数'
            AND s.valid_from <= plan.made_on ORDER BY s.valid_from DESC LIMIT 1), 12)
       AND NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = plan.proposal_id AND p.act = 'pledge'
            AND p.state IN ('3', '4') AND p.subjects ? NEW.addressee_number) THEN
        RAISE EXCEPTION '決めた回数を超える計画には、決裁が要ります。長い計画として起案してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pledge_length_is_decided BEFORE INSERT ON pledge_instalment
    FOR EACH ROW EXECUTE FUNCTION guard_pledge_length();
-- 誓約が、時効と手続について言うこと。署名した書面に載る期別だけが、承認した日に更新される。
CREATE VIEW prescription_event_pledges WITH (security_invoker = true) AS
SELECT k.addressee_number, k.charge_id, '承認' AS kind, k.acknowledged_on AS happened_on, NULL::date AS through_on,
       'pledge:' || k.pledge_id || ':' || k.plan_number AS source
FROM acknowledgement k;
CREATE VIEW procedure_stage_pledges WITH (security_invoker = true) AS
SELECT DISTINCT p.addressee_number, q.charge_id, 'PLEDGE' AS procedure, p.stage, l.made_on AS first_on, NULL::date AS through_on,
       'pledge:' || p.pledge_id AS source
FROM pledge p JOIN pledge_plan l USING (addressee_number, pledge_id, plan_number)
JOIN pledge_part q USING (addressee_number, pledge_id, plan_number)
WHERE p.stage IN ('APPLIED', 'IN_FORCE', 'DEFAULTED');
