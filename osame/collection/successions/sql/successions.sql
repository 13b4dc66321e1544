-- 承継の記録は追記だけ。決定は、決裁された起案のとおりにだけ記録できる。
CREATE SEQUENCE succession_number;
CREATE TRIGGER succession_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON succession
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER succession_edition_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON succession_edition
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER successor_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON successor
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER succession_decision_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON succession_decision
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER noticed_share_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON noticed_share
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER heir_representative_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON heir_representative
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER share_slip_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON share_slip
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE FUNCTION succession_needs_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id AND p.act = 'succession'
            AND p.state IN ('3', '4') AND p.content ->> 'addressee_number' = NEW.addressee_number
            AND (p.content ->> 'succession_id')::bigint = NEW.succession_id AND p.content ->> 'act' = NEW.act
            AND (p.content ->> 'edition')::int = NEW.edition) THEN
        RAISE EXCEPTION '決裁された起案がありません。起案し、別の職員の照査と決裁を受けてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER succession_decision_is_decided BEFORE INSERT ON succession_decision
    FOR EACH ROW EXECUTE FUNCTION succession_needs_a_decision();
-- 決定の行があるのは、効力を持つ版だけ。割合の表は、決定の写しである（`osame succession verify` が作り直して比べる）。
ALTER TABLE succession_portion ADD CONSTRAINT succession_portion_of_a_succession
    FOREIGN KEY (addressee_number, succession_id) REFERENCES succession (addressee_number, succession_id);
ALTER TABLE successor ADD CONSTRAINT successor_of_a_edition
    FOREIGN KEY (addressee_number, succession_id, edition)
    REFERENCES succession_edition (addressee_number, succession_id, edition);

-- 期別ごと・承継した者ごとの、承継額（part）、納めた額（paid）、いま残る額（owed）。進んでいる延滞金を除く、元帳の残高で数える。
-- owed の合計は、いつも期別の残高である。割り方は `osame/law/succession.py` の owed_by_each と同じ。
CREATE VIEW succession_part WITH (security_invoker = true) AS
WITH share AS (
    SELECT p.*, h.opened_on FROM succession_portion p JOIN succession h USING (addressee_number, succession_id)
    WHERE p.numerator > 0
), gross AS (
    SELECT p.addressee_number, p.succession_id, c.charge_id, p.position, p.successor_number, p.kind, p.numerator, p.denominator,
           p.is_limited, p.received, p.from_on, c.principal_tax + c.demand_fee + c.delinquency_charge AS unpaid,
           coalesce(r.own, 0) AS paid, coalesce(w.whole, 0) AS whole
    FROM share p JOIN charge c ON c.addressee_number = p.addressee_number AND c.charge_id > 0
    LEFT JOIN LATERAL (
        SELECT sum(x.amount) AS own FROM receipt x JOIN share_slip s ON s.addressee_number = x.addressee_number
            AND s.slip_number = x.slip_number AND s.successor_number = p.successor_number
        WHERE x.addressee_number = c.addressee_number AND x.charge_id = c.charge_id AND x.paid_on > p.opened_on
          AND NOT EXISTS (SELECT 1 FROM receipt_cancellation k WHERE k.addressee_number = x.addressee_number
                          AND k.charge_id = x.charge_id AND k.receipt_key = x.receipt_key)) r ON true
    LEFT JOIN LATERAL (
        SELECT sum(x.amount) AS whole FROM receipt x
        WHERE x.addressee_number = c.addressee_number AND x.charge_id = c.charge_id AND x.paid_on > p.opened_on
          AND NOT EXISTS (SELECT 1 FROM receipt_cancellation k WHERE k.addressee_number = x.addressee_number
                          AND k.charge_id = x.charge_id AND k.receipt_key = x.receipt_key)) w ON true
), whole AS (
    SELECT *, (unpaid + whole)::numeric AS amount FROM gross
), floored AS (
    SELECT *, floor(amount * numerator / denominator) AS low,
           row_number() OVER (PARTITION BY addressee_number, succession_id, charge_id
                              ORDER BY mod(amount * numerator, denominator) DESC, position) AS turn
    FROM whole
), parted AS (
    SELECT *, low + CASE WHEN turn <= amount - sum(low) OVER of_charge THEN 1 ELSE 0 END AS part
    FROM floored WINDOW of_charge AS (PARTITION BY addressee_number, succession_id, charge_id)
), weighed AS (
    SELECT *, greatest(0, part - paid) AS own_left,
           CASE WHEN sum(greatest(0, part - paid)) OVER of_charge > 0 THEN greatest(0, part - paid) ELSE numerator END AS weight
    FROM parted WINDOW of_charge AS (PARTITION BY addressee_number, succession_id, charge_id)
), shared AS (
    SELECT *, sum(weight) OVER (PARTITION BY addressee_number, succession_id, charge_id) AS weights FROM weighed
), scaled AS (
    SELECT *, floor(unpaid * weight / weights) AS least,
           row_number() OVER (PARTITION BY addressee_number, succession_id, charge_id
                              ORDER BY mod(unpaid * weight, weights) DESC, position) AS place
    FROM shared
)
SELECT addressee_number, succession_id, charge_id, position, successor_number, kind, numerator, denominator, is_limited, received,
       from_on, part::bigint AS part, paid::bigint AS paid,
       (least + CASE WHEN place <= unpaid - sum(least) OVER (PARTITION BY addressee_number, succession_id, charge_id)
                THEN 1 ELSE 0 END)::bigint AS owed, unpaid
FROM scaled;

-- だれに、その期別のいくらを請求できるか。相続人・存続法人の分（承継額の残り）、法第9条第3項の責任（得た財産が承継額を超える分）、
-- 分割の連帯納付責任（承継した財産の価額まで）。限定承認は、得た財産の価額まで。一人の限度は、古い期別から使うので、行の額を足してよい。
CREATE VIEW obligor_successions WITH (security_invoker = true) AS
WITH sums AS (
    SELECT *, unpaid - owed AS others, sum(part) OVER whole AS whole_part, sum(paid) OVER whole AS whole_paid,
           coalesce(sum(owed) OVER earlier, 0) AS owed_before, coalesce(sum(unpaid - owed) OVER earlier, 0) AS others_before
    FROM succession_part
    WINDOW whole AS (PARTITION BY addressee_number, succession_id, position),
           earlier AS (PARTITION BY addressee_number, succession_id, position ORDER BY charge_id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), split AS (
    SELECT p.*, c.charge_id, c.principal_tax + c.demand_fee + c.delinquency_charge AS unpaid,
           coalesce(sum(c.principal_tax + c.demand_fee + c.delinquency_charge) OVER (
               PARTITION BY p.addressee_number, p.succession_id, p.position ORDER BY c.charge_id
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS unpaid_before
    FROM succession_portion p JOIN charge c USING (addressee_number)
    WHERE p.kind = '12' AND c.charge_id > 0 AND c.statutory_due_date_etc <= p.from_on
)
SELECT charge_id, successor_number::text AS addressee_number,
       CASE WHEN is_limited THEN 'HEIR_LIMITED' WHEN kind = '11' THEN 'MERGED' WHEN kind = '06' THEN 'ESTATE' ELSE 'HEIR' END AS kind,
       (CASE WHEN is_limited THEN greatest(0, least(owed, coalesce(received, 0) - whole_paid - owed_before)) ELSE owed END)::bigint
           AS limit_yen,
       from_on, NULL::date AS through_on, 'succession:' || succession_id AS source
FROM sums
UNION ALL
SELECT charge_id, successor_number, 'HEIR_EXCESS',
       least(others, received - greatest(whole_part, whole_paid) - others_before)::bigint, from_on, NULL, 'succession:' || succession_id
FROM sums WHERE NOT is_limited AND others > 0 AND received - greatest(whole_part, whole_paid) - others_before > 0
UNION ALL
SELECT charge_id, successor_number, 'SPLIT', greatest(0, least(unpaid, received - unpaid_before))::bigint, from_on, NULL,
       'succession:' || succession_id
FROM split;

-- 送達を受ける代理人。宛名管理から届いた代理人に、この市が届出を受け、または指定した相続人代表者を足す（地方税法第9条の2）。
CREATE VIEW heir_representative_now WITH (security_invoker = true) AS
SELECT DISTINCT ON (addressee_number) addressee_number, representative_number, effective_on, basis
FROM heir_representative ORDER BY addressee_number, line_number DESC;
-- 低い章（宛名の写し）は、この名で尋ねる。
CREATE VIEW acting_agent WITH (security_invoker = true) AS
SELECT addressee_number, line_number, kind, tax_item, agent_number, title, valid_from, valid_until FROM addressee_agent
UNION ALL
SELECT addressee_number, 0, '04', '', representative_number, '', effective_on, NULL FROM heir_representative_now
WHERE representative_number <> '';
