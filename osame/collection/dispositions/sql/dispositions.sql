-- 処分は、決裁された起案のとおりにだけ始まる。財産は、取り消されていない同一人の認定を持つものに限る。
CREATE TRIGGER disposition_charge_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disposition_charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER collected_money_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON collected_money
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER distribution_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON distribution
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER distribution_part_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON distribution_part
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER creditor_claim_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON creditor_claim
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER interest_disposal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON interest_disposal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE disposition_cost ADD CONSTRAINT disposition_cost_of_a_disposition
    FOREIGN KEY (addressee_number, disposition_id) REFERENCES disposition (addressee_number, disposition_id);
ALTER TABLE creditor_claim ADD CONSTRAINT creditor_claim_of_an_interest
    FOREIGN KEY (addressee_number, asset_id, interest_number) REFERENCES asset_interest (addressee_number, asset_id, interest_number);
ALTER TABLE interest_disposal ADD CONSTRAINT interest_disposal_of_an_interest
    FOREIGN KEY (addressee_number, asset_id, interest_number) REFERENCES asset_interest (addressee_number, asset_id, interest_number);
-- 滞納処分費は、額を書き換えられない。誤りは、理由とともに起票を取り消す。
CREATE FUNCTION guard_disposition_cost() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_on IS NOT NULL OR (NEW.addressee_number, NEW.disposition_id, NEW.cost_number, NEW.kind, NEW.amount, NEW.spent_on,
            NEW.payee, NEW.officer) IS DISTINCT FROM (OLD.addressee_number, OLD.disposition_id, OLD.cost_number, OLD.kind, OLD.amount,
            OLD.spent_on, OLD.payee, OLD.officer) THEN
        RAISE EXCEPTION '滞納処分費は、書き換えられません。起票を取り消して、新しく起票してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disposition_cost_is_guarded BEFORE UPDATE ON disposition_cost
    FOR EACH ROW EXECUTE FUNCTION guard_disposition_cost();
CREATE TRIGGER disposition_correction_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON disposition_correction
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE seizure_claim ADD CONSTRAINT claim_about_a_disposition
    FOREIGN KEY (addressee_number, disposition_id) REFERENCES disposition (addressee_number, disposition_id);
ALTER TABLE disposition_correction ADD CONSTRAINT correction_of_a_disposition
    FOREIGN KEY (addressee_number, disposition_id) REFERENCES disposition (addressee_number, disposition_id);
ALTER TABLE disposition ADD CONSTRAINT disposition_of_an_asset
    FOREIGN KEY (addressee_number, asset_id) REFERENCES asset (addressee_number, asset_id);
ALTER TABLE disposition_charge ADD CONSTRAINT disposition_charge_of_a_disposition
    FOREIGN KEY (addressee_number, disposition_id) REFERENCES disposition (addressee_number, disposition_id);
ALTER TABLE disposition_charge ADD CONSTRAINT disposition_charge_of_a_charge
    FOREIGN KEY (owner_number, charge_id) REFERENCES charge (addressee_number, charge_id);
ALTER TABLE collected_money ADD CONSTRAINT collected_by_a_disposition
    FOREIGN KEY (addressee_number, disposition_id) REFERENCES disposition (addressee_number, disposition_id);
ALTER TABLE distribution ADD CONSTRAINT distribution_of_a_disposition
    FOREIGN KEY (addressee_number, disposition_id) REFERENCES disposition (addressee_number, disposition_id);

ALTER TABLE realization_decision ADD CONSTRAINT decision_of_a_participation
    FOREIGN KEY (addressee_number, disposition_id) REFERENCES disposition (addressee_number, disposition_id);
-- 決定は、決裁された起案のとおりにだけする。同意と決定の事実は、一度書いたら変えられない。
CREATE FUNCTION guard_realization_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - ARRAY['stage', 'consented_on', 'consent_text', 'request_rank', 'decided_on', 'effect_on', 'ended_on',
            'conditions', 'proposal_id']) <> (to_jsonb(OLD) - ARRAY['stage', 'consented_on', 'consent_text', 'request_rank',
            'decided_on', 'effect_on', 'ended_on', 'conditions', 'proposal_id'])
       OR OLD.decided_on IS NOT NULL AND (NEW.consented_on, NEW.consent_text, NEW.request_rank, NEW.decided_on, NEW.conditions,
            NEW.proposal_id) IS DISTINCT FROM (OLD.consented_on, OLD.consent_text, OLD.request_rank, OLD.decided_on, OLD.conditions,
            OLD.proposal_id)
       OR NEW.decided_on IS NOT NULL AND OLD.decided_on IS NULL AND NOT EXISTS (
            SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id AND p.act = 'seizure' AND p.state IN ('3', '4')
              AND p.content ->> 'act' = 'realize'
              AND (p.content ->> 'realization_decision_id')::bigint = NEW.realization_decision_id) THEN
        RAISE EXCEPTION '換価執行決定は、決裁された起案のとおりにだけします。起案からやり直してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER realization_decision_is_guarded BEFORE UPDATE ON realization_decision
    FOR EACH ROW EXECUTE FUNCTION guard_realization_decision();
CREATE FUNCTION realization_needs_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id AND p.act = 'seizure' AND p.state IN ('3', '4')
            AND p.content ->> 'act' = 'realize' AND (p.content ->> 'realization_decision_id')::bigint = NEW.realization_decision_id) THEN
        RAISE EXCEPTION '決裁された起案がありません。起案し、別の職員の照査と決裁を受けてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER realization_decision_event_is_decided BEFORE INSERT ON realization_decision_event
    FOR EACH ROW WHEN (NEW.act = 'DECIDE') EXECUTE FUNCTION realization_needs_a_decision();

CREATE FUNCTION guard_disposition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id AND p.act = 'seizure' AND p.state IN ('3', '4')
                AND (p.content ->> 'addressee_number' = NEW.addressee_number AND (p.content ->> 'asset_id')::bigint IS NOT DISTINCT FROM NEW.asset_id
                        AND (p.content ->> 'procedure' = NEW.procedure OR NEW.procedure = 'SEIZURE' AND EXISTS (  -- 保全差押えからの切替え
                            SELECT 1 FROM disposition x WHERE x.addressee_number = NEW.addressee_number AND x.proposal_id = NEW.proposal_id
                              AND x.procedure = 'PRESERVATION_SEIZURE' AND x.stage = 'CONVERTED'))
                    OR p.content ->> 'act' = 'bulk' AND NEW.procedure = 'SEIZURE' AND EXISTS (  -- 一斉差押え
                        SELECT 1 FROM jsonb_array_elements(p.content -> 'items') i
                        WHERE i ->> 'addressee_number' = NEW.addressee_number AND (i ->> 'asset_id')::bigint = NEW.asset_id)))
           AND NOT EXISTS (SELECT 1 FROM disposition d WHERE d.addressee_number = NEW.addressee_number  -- 参加差押えからの転換
                AND d.disposition_id = NEW.converted_from AND d.procedure = 'PARTICIPATING_SEIZURE' AND d.stage = 'CONVERTED'
                AND d.asset_id = NEW.asset_id AND d.proposal_id = NEW.proposal_id AND NEW.procedure = 'SEIZURE') THEN
            RAISE EXCEPTION '決裁された起案がありません。起案からやり直してください。' USING ERRCODE = 'OS409';
        END IF;
        IF NEW.asset_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM asset s JOIN holder_identification i USING (addressee_number, reply_id)
                WHERE s.addressee_number = NEW.addressee_number AND s.asset_id = NEW.asset_id AND i.withdrawn_on IS NULL
                  AND s.gone_on IS NULL) THEN
            RAISE EXCEPTION '同一人と認定された財産ではありません。認定を確かめてください。' USING ERRCODE = 'OS409';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.addressee_number, NEW.disposition_id, NEW.procedure, NEW.numbered_year, NEW.year_number, NEW.asset_id, NEW.body_id,
        NEW.case_number, NEW.scope, NEW.converted_from, NEW.registry_id, NEW.wage_steps, NEW.wage_shares, NEW.conditions, NEW.done_on, NEW.proposal_id)
       IS DISTINCT FROM (OLD.addressee_number, OLD.disposition_id, OLD.procedure, OLD.numbered_year, OLD.year_number, OLD.asset_id,
        OLD.body_id, OLD.case_number, OLD.scope, OLD.converted_from, OLD.registry_id, OLD.wage_steps, OLD.wage_shares, OLD.conditions, OLD.done_on, OLD.proposal_id) THEN
        RAISE EXCEPTION '処分の内容と条件の判定は、書き換えられません。取り消して、新しく起案してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER disposition_is_guarded BEFORE INSERT OR UPDATE ON disposition
    FOR EACH ROW EXECUTE FUNCTION guard_disposition();

-- 財産の「生きている差押えがあるか」は、差押えの段階に従う。
CREATE FUNCTION mark_seized_asset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE asset s SET is_seized = EXISTS (
        SELECT 1 FROM disposition d WHERE d.addressee_number = NEW.addressee_number AND d.asset_id = NEW.asset_id
          AND d.procedure IN ('SEIZURE', 'PRESERVATION_SEIZURE')
          AND d.stage IN ('IN_FORCE', 'COLLECTING', 'SOLD', 'DISTRIBUTED'))
    WHERE s.addressee_number = NEW.addressee_number AND s.asset_id = NEW.asset_id;
    RETURN NULL;
END $$;
CREATE TRIGGER disposition_marks_its_asset AFTER UPDATE OF stage ON disposition
    FOR EACH ROW WHEN (NEW.asset_id IS NOT NULL AND NEW.stage <> OLD.stage) EXECUTE FUNCTION mark_seized_asset();

-- 税の納付の義務が成立した日。賦課期日（固定資産税・住民税は1月1日、軽自動車税種別割は4月1日）、法人は事業年度の終わり、いずれも調定の日より後にはならない。
CREATE FUNCTION arose_on(c charge) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT least(c.determined_on, coalesce(c.business_year_through, make_date(c.tax_year, CASE c.tax_item WHEN '07' THEN 4 ELSE 1 END, 1)))
$$;
-- 更生手続の共益債権か。開始後の原因に基づくもの（会社更生法第127条）と、特別徴収で開始の時に納期限の来ていないもの（同法第129条）。
CREATE FUNCTION is_common_benefit(c charge, opened_on date) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT opened_on IS NOT NULL AND (arose_on(c) > opened_on OR c.special_collector_number <> '' AND c.due_date >= opened_on)
$$;
ALTER TABLE insolvency_stay ADD CONSTRAINT insolvency_stay_of_a_procedure
    FOREIGN KEY (addressee_number, bankruptcy_id) REFERENCES bankruptcy (addressee_number, bankruptcy_id);
CREATE FUNCTION guard_insolvency_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.lifted_on IS NOT NULL OR (NEW.addressee_number, NEW.bankruptcy_id, NEW.stay_number, NEW.kind, NEW.first_on, NEW.through_on,
            NEW.article, NEW.consented_on, NEW.note, NEW.officer) IS DISTINCT FROM (OLD.addressee_number, OLD.bankruptcy_id,
            OLD.stay_number, OLD.kind, OLD.first_on, OLD.through_on, OLD.article, OLD.consented_on, OLD.note, OLD.officer) THEN
        RAISE EXCEPTION '禁止・中止の期間は、書き換えられません。効力を失った日を記録して、新しく登録してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER insolvency_stay_is_guarded BEFORE UPDATE ON insolvency_stay
    FOR EACH ROW EXECUTE FUNCTION guard_insolvency_stay();
-- 禁止・中止の、実際の終わりの日。命令は開始の決定で、開始による禁止は計画の認可と手続の終わりで終わる。計画による猶予は、計画に従う。
CREATE VIEW lasting_stay WITH (security_invoker = true) AS
SELECT s.addressee_number, s.bankruptcy_id, s.stay_number, s.kind, s.first_on, b.opened_on,
       least(s.through_on, s.lifted_on, CASE WHEN s.kind IN ('COMPREHENSIVE', 'HALTING') THEN least(b.opened_on, b.closed_on)
                                             WHEN s.kind IN ('OPENING', 'EXTENSION') THEN least(b.approved_on, b.closed_on) END) AS ends_on
FROM insolvency_stay s JOIN bankruptcy b USING (addressee_number, bankruptcy_id)
WHERE coalesce(s.first_on <= least(s.lifted_on, CASE WHEN s.kind IN ('OPENING', 'EXTENSION') THEN least(b.approved_on, b.closed_on) END), true);

-- 期別ごとの、処分の段階。ほかの章は、この見え方で尋ねる。効力が生じる前の差押えも、段階は「効力がある」（手続が始まっている）。
CREATE VIEW procedure_stage_dispositions WITH (security_invoker = true) AS
SELECT d.addressee_number, c.charge_id, d.procedure::text AS procedure, d.stage::text AS stage, d.done_on AS first_on,
       CASE WHEN d.stage IN ('RELEASED', 'CANCELLED', 'COMPLETED', 'CONVERTED') THEN (
           SELECT max(e.happened_on) FROM disposition_event e
           WHERE e.addressee_number = d.addressee_number AND e.disposition_id = d.disposition_id) END AS through_on,
       'disposition:' || d.disposition_id AS source
FROM disposition d JOIN disposition_charge c USING (addressee_number, disposition_id) WHERE d.stage <> 'NONE'
UNION ALL
SELECT b.addressee_number, c.charge_id, b.procedure::text, b.stage::text, coalesce(b.opened_on, b.applied_on), b.closed_on,
       'bankruptcy:' || b.bankruptcy_id
FROM bankruptcy b JOIN charge c USING (addressee_number) WHERE b.stage <> 'NONE' AND c.charge_id > 0
UNION ALL
SELECT s.addressee_number, c.charge_id, p.procedure, 'IN_FORCE', s.first_on, s.ends_on, 'insolvency_stay:' || s.bankruptcy_id || ':' || s.stay_number
FROM lasting_stay s JOIN charge c ON c.addressee_number = s.addressee_number AND c.charge_id > 0 AND NOT is_common_benefit(c, s.opened_on)
CROSS JOIN (VALUES ('BAN'), ('HALT')) p (procedure) WHERE p.procedure = 'HALT' OR s.kind <> 'HALTING';
-- 時効に関わる出来事。差押えと交付要求（参加差押えを含む）は、始まった日から解除・終了の日まで。取り消した差押えは、完成の猶予だけになる。
CREATE VIEW prescription_event_dispositions WITH (security_invoker = true) AS
SELECT d.addressee_number, c.charge_id, CASE WHEN d.procedure <> 'SEIZURE' THEN '交付要求' WHEN d.stage = 'CANCELLED' THEN '差押えの取消し' ELSE '差押え' END AS kind,
       coalesce(d.effect_on, d.done_on) AS happened_on,
       CASE WHEN d.stage IN ('RELEASED', 'CANCELLED', 'COMPLETED', 'CONVERTED') THEN (
           SELECT max(e.happened_on) FROM disposition_event e
           WHERE e.addressee_number = d.addressee_number AND e.disposition_id = d.disposition_id) END AS through_on,
       'disposition:' || d.disposition_id AS source
FROM disposition d JOIN disposition_charge c USING (addressee_number, disposition_id) WHERE d.stage <> 'NONE'
UNION ALL  -- 包括的禁止命令の間は完成しない。計画による納税の猶予の間は進行しない
SELECT s.addressee_number, c.charge_id, CASE s.kind WHEN 'PLAN' THEN '猶予' ELSE '包括的禁止命令' END, s.first_on, s.ends_on,
       'insolvency_stay:' || s.bankruptcy_id || ':' || s.stay_number
FROM lasting_stay s JOIN charge c ON c.addressee_number = s.addressee_number AND c.charge_id > 0 AND NOT is_common_benefit(c, s.opened_on)
WHERE s.kind IN ('COMPREHENSIVE', 'PLAN');
