-- 対象の期別・調査・見直しは追記だけ。停止した日と号は、停止した後に書き換えられない。停止は、決裁された移り方と同じ取引でだけ始まる。
CREATE TRIGGER suspension_charge_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON suspension_charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER suspension_finding_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON suspension_finding
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER suspension_review_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON suspension_review
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE suspension_charge ADD CONSTRAINT suspension_charge_of_a_charge
    FOREIGN KEY (addressee_number, charge_id) REFERENCES charge (addressee_number, charge_id);
CREATE FUNCTION guard_suspension() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.suspended_on IS NOT NULL AND (NEW.suspended_on, NEW.through_on, NEW.ground) IS DISTINCT FROM
            (OLD.suspended_on, OLD.through_on, OLD.ground) THEN
        RAISE EXCEPTION '停止した後は、停止日と号を書き換えられません。取り消して、改めて停止してください。' USING ERRCODE = 'OS409';
    END IF;
    IF NEW.suspended_on IS NOT NULL AND NEW.stage = 'NONE'
       OR NEW.ended_on IS NOT NULL AND NEW.stage NOT IN ('CANCELLED', 'COMPLETED')
       OR NEW.extinguished_on IS NOT NULL AND NEW.stage <> 'EXTINGUISHED' THEN
        RAISE EXCEPTION '執行停止の日は、手続の行いの記録だけが変えます。行いの画面から進めてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER suspension_is_guarded BEFORE INSERT OR UPDATE ON suspension
    FOR EACH ROW WHEN (NEW.suspended_on IS NOT NULL OR NEW.ended_on IS NOT NULL OR NEW.extinguished_on IS NOT NULL)
    EXECUTE FUNCTION guard_suspension();
-- 停止・取消し・即時の消滅は、決裁された起案の番号がなければ記録できない。 Four eyes hold in SQL, too.
CREATE FUNCTION suspension_needs_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id AND p.act = 'suspension'
            AND p.state IN ('3', '4') AND (p.content ->> 'suspension_id')::bigint = NEW.suspension_id
            AND p.content ->> 'decision' = CASE NEW.act WHEN 'DECIDE' THEN 'suspend' WHEN 'CANCEL' THEN 'cancel'
                ELSE 'extinguish' END) THEN
        RAISE EXCEPTION '決裁された起案がありません。起案し、別の職員の照査と決裁を受けてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER suspension_event_is_decided BEFORE INSERT ON suspension_event
    FOR EACH ROW WHEN (NEW.act IN ('DECIDE', 'CANCEL') OR NEW.act = 'EXTINGUISH' AND NEW.proposal_id IS NOT NULL)
    EXECUTE FUNCTION suspension_needs_a_decision();
-- 執行停止が、時効と手続について言うこと。停止は時効を止めない。 source の最後は号。
CREATE VIEW prescription_event_suspensions WITH (security_invoker = true) AS
SELECT c.addressee_number, c.charge_id, '執行停止' AS kind, s.suspended_on AS happened_on, NULL::date AS through_on,
       'suspension:' || s.suspension_id AS source
FROM suspension s JOIN suspension_charge c USING (addressee_number, suspension_id) WHERE s.suspended_on IS NOT NULL;
CREATE VIEW procedure_stage_suspensions WITH (security_invoker = true) AS
SELECT c.addressee_number, c.charge_id, 'SUSPENSION' AS procedure, 'IN_FORCE' AS stage, s.suspended_on AS first_on,
       s.ended_on - 1 AS through_on, 'suspension:' || s.suspension_id || ':' || s.ground AS source
FROM suspension s JOIN suspension_charge c USING (addressee_number, suspension_id)
WHERE s.suspended_on IS NOT NULL AND (s.ended_on IS NULL OR s.ended_on > s.suspended_on)
UNION ALL
SELECT c.addressee_number, c.charge_id, 'SUSPENSION', 'EXTINGUISHED', s.extinguished_on, NULL,
       'suspension:' || s.suspension_id || ':' || s.ground
FROM suspension s JOIN suspension_charge c USING (addressee_number, suspension_id) WHERE s.extinguished_on IS NOT NULL;
