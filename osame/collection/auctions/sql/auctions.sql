-- 公売の目的・入札・交付は追記だけ。
CREATE TRIGGER auction_object_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON auction_object
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER auction_bid_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON auction_bid
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER distribution_delivery_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON distribution_delivery
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE auction_object ADD CONSTRAINT auction_object_of_an_auction
    FOREIGN KEY (addressee_number, auction_id) REFERENCES auction (addressee_number, auction_id);
ALTER TABLE auction_object ADD CONSTRAINT auction_object_of_a_disposition
    FOREIGN KEY (addressee_number, disposition_id) REFERENCES disposition (addressee_number, disposition_id);
ALTER TABLE auction_bidder ADD CONSTRAINT auction_bidder_of_an_auction
    FOREIGN KEY (addressee_number, auction_id) REFERENCES auction (addressee_number, auction_id);
ALTER TABLE auction_bid ADD CONSTRAINT auction_bid_of_a_bidder
    FOREIGN KEY (addressee_number, auction_id, bidder_number) REFERENCES auction_bidder (addressee_number, auction_id, bidder_number);
ALTER TABLE distribution_objection ADD CONSTRAINT objection_to_a_distribution
    FOREIGN KEY (addressee_number, disposition_id, distribution_number)
    REFERENCES distribution (addressee_number, disposition_id, distribution_number);
ALTER TABLE distribution_delivery ADD CONSTRAINT delivery_of_a_distribution
    FOREIGN KEY (addressee_number, disposition_id, distribution_number)
    REFERENCES distribution (addressee_number, disposition_id, distribution_number);

-- 一つの差押えを、同時に二つの公売に付さない。
CREATE FUNCTION guard_auction_object() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM disposition d WHERE d.addressee_number = NEW.addressee_number AND d.disposition_id = NEW.disposition_id
        AND d.stage = 'IN_FORCE' AND d.asset_id IS NOT NULL
        AND (d.procedure = 'SEIZURE' OR d.procedure = 'PARTICIPATING_SEIZURE' AND EXISTS (  -- 換価執行決定
            SELECT 1 FROM realization_decision r WHERE r.addressee_number = d.addressee_number AND r.disposition_id = d.disposition_id
              AND r.stage = 'IN_FORCE' AND r.effect_on IS NOT NULL)) FOR UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION '効力のある差押えではありません。公売に付すことができるのは、続いている差押えの財産だけです。' USING ERRCODE = 'OS409';
    END IF;
    IF EXISTS (SELECT 1 FROM auction_object o JOIN auction a USING (addressee_number, auction_id)
            WHERE o.addressee_number = NEW.addressee_number AND o.disposition_id = NEW.disposition_id
              AND a.stage NOT IN ('UNSOLD', 'STOPPED')) THEN
        RAISE EXCEPTION 'この差押えの財産は、ほかの公売に付されています。その公売を終えてから付してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER auction_object_is_guarded BEFORE INSERT ON auction_object FOR EACH ROW EXECUTE FUNCTION guard_auction_object();

-- 申込者の氏名・住所と、行き先の決まった公売保証金は、書き換えられない。
CREATE FUNCTION guard_auction_bidder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.addressee_number, NEW.auction_id, NEW.bidder_number, NEW.name, NEW.address, NEW.registered_on)
       IS DISTINCT FROM (OLD.addressee_number, OLD.auction_id, OLD.bidder_number, OLD.name, OLD.address, OLD.registered_on)
       OR (OLD.deposit_state <> '1' AND (NEW.deposit, NEW.deposit_state) IS DISTINCT FROM (OLD.deposit, OLD.deposit_state)) THEN
        RAISE EXCEPTION '申込者と、行き先の決まった公売保証金は、書き換えられません。申込書を確かめてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER auction_bidder_is_guarded BEFORE UPDATE ON auction_bidder
    FOR EACH ROW EXECUTE FUNCTION guard_auction_bidder();

-- 決裁された見積価額と日程は書き換えられない。売却決定の日と納付の期限は、次順位の者に移るときだけ動く。
CREATE FUNCTION guard_auction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.addressee_number, NEW.auction_id, NEW.kind, NEW.description, NEW.numbered_year, NEW.year_number, NEW.survey,
        NEW.surveyed_on, NEW.surveyors, NEW.falling, NEW.needs_license, NEW.procedure)
       IS DISTINCT FROM (OLD.addressee_number, OLD.auction_id, OLD.kind, OLD.description, OLD.numbered_year, OLD.year_number,
        OLD.survey, OLD.surveyed_on, OLD.surveyors, OLD.falling, OLD.needs_license, OLD.procedure) THEN
        RAISE EXCEPTION '公売財産と現況調査は、書き換えられません。中止して、新しく準備してください。' USING ERRCODE = 'OS409';
    END IF;
    IF OLD.stage <> 'NONE' AND (NEW.method, NEW.market_value, NEW.reduction_percent, NEW.estimate, NEW.deposit, NEW.estimate_reason,
        NEW.announced_on, NEW.opens_on, NEW.closes_on, NEW.opening_on, NEW.conditions)
       IS DISTINCT FROM (OLD.method, OLD.market_value, OLD.reduction_percent, OLD.estimate, OLD.deposit, OLD.estimate_reason,
        OLD.announced_on, OLD.opens_on, OLD.closes_on, OLD.opening_on, OLD.conditions) THEN
        RAISE EXCEPTION '決裁された見積価額と日程は、書き換えられません。中止して、公売をやり直してください。' USING ERRCODE = 'OS409';
    END IF;
    IF OLD.stage NOT IN ('NONE', 'ESTIMATED', 'ANNOUNCED', 'AWARDED', 'SALE_DECIDED')
       AND (NEW.buyer_number, NEW.price, NEW.decision_on, NEW.pay_by, NEW.decided_on, NEW.price_paid_on)
       IS DISTINCT FROM (OLD.buyer_number, OLD.price, OLD.decision_on, OLD.pay_by, OLD.decided_on, OLD.price_paid_on) THEN
        RAISE EXCEPTION '代金を納めた後、または終わった公売の記録は、書き換えられません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER auction_is_guarded BEFORE UPDATE ON auction FOR EACH ROW EXECUTE FUNCTION guard_auction();

-- 公売が進むときに、日、見積価額、買受人、完納、決裁を、データベースも確かめる。
CREATE FUNCTION guard_auction_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held auction;
    buyer auction_bidder;
    owed bigint;
BEGIN
    SELECT * INTO held FROM auction a WHERE a.addressee_number = NEW.addressee_number AND a.auction_id = NEW.auction_id FOR UPDATE;
    IF (NEW.act IN ('ESTIMATE', 'DECIDE_SALE', 'DEFAULT') OR NEW.act = 'TO_NEXT' AND NEW.from_stage = 'SALE_DECIDED')
       AND NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id AND p.act = 'auction' AND p.state IN ('3', '4')
            AND (p.content ->> 'auction_id')::bigint = NEW.auction_id
            AND p.content ->> 'decision' = CASE NEW.act WHEN 'ESTIMATE' THEN 'hold' WHEN 'DECIDE_SALE' THEN 'sell' ELSE 'default' END) THEN
        RAISE EXCEPTION '決裁された起案がありません。起案し、別の職員の照査と決裁を受けてください。' USING ERRCODE = 'OS409';
    END IF;
    IF NEW.act = 'ANNOUNCE' AND held.opens_on <= NEW.happened_on + 10 THEN
        RAISE EXCEPTION '公売の日は、公告の日の翌日から10日を置いた日からです。日程を決め直してください。' USING ERRCODE = 'OS409';
    END IF;
    IF NEW.act IN ('AWARD', 'NO_BID') AND NEW.from_stage = 'ANNOUNCED' AND NEW.happened_on < held.opening_on THEN
        RAISE EXCEPTION '開札の日になっていません。開札の日に行ってください。' USING ERRCODE = 'OS409';
    END IF;
    IF NEW.act IN ('AWARD', 'DECIDE_SALE', 'PAY_PRICE') THEN
        SELECT * INTO buyer FROM auction_bidder b WHERE b.addressee_number = NEW.addressee_number AND b.auction_id = NEW.auction_id
            AND b.bidder_number = held.buyer_number;
        IF NOT FOUND OR held.price IS NULL OR held.price < held.estimate OR (NEW.act = 'AWARD' AND NOT EXISTS (
                SELECT 1 FROM auction_bid b WHERE b.addressee_number = NEW.addressee_number AND b.auction_id = NEW.auction_id
                  AND b.bidder_number = held.buyer_number AND b.amount = held.price)) THEN
            RAISE EXCEPTION '見積価額以上の入札をした者がいません。開札をやり直してください。' USING ERRCODE = 'OS409';
        END IF;
        IF buyer.is_taxpayer OR buyer.is_tax_officer OR buyer.police = 'BARRED'
           OR (NEW.act <> 'AWARD' AND held.kind = 'REAL_ESTATE' AND (buyer.stated_on IS NULL OR buyer.police NOT IN ('CLEAR', 'LICENSED')))
           OR (held.needs_license AND buyer.license_number = '') THEN
            RAISE EXCEPTION '買い受けることのできない者です。買受けの制限と調査の結果を確かめてください。' USING ERRCODE = 'OS409';
        END IF;
    END IF;
    IF NEW.act = 'DECIDE_SALE' AND NEW.happened_on < held.decision_on THEN
        RAISE EXCEPTION '売却決定の日になっていません。その日に行ってください。' USING ERRCODE = 'OS409';
    END IF;
    IF NEW.act IN ('DECIDE_SALE', 'PAY_PRICE') THEN
        SELECT coalesce(sum(c.principal_tax + c.demand_fee + c.delinquency_charge), 0) INTO owed
        FROM auction_object o JOIN disposition_charge q USING (addressee_number, disposition_id)
        JOIN charge c ON c.addressee_number = q.addressee_number AND c.charge_id = q.charge_id
        WHERE o.addressee_number = NEW.addressee_number AND o.auction_id = NEW.auction_id;
        IF EXISTS (SELECT 1 FROM auction_object o JOIN disposition d USING (addressee_number, disposition_id)
                WHERE o.addressee_number = NEW.addressee_number AND o.auction_id = NEW.auction_id AND d.stage <> 'IN_FORCE') THEN
            RAISE EXCEPTION '差押えが続いていません。公売を中止してください。' USING ERRCODE = 'OS409';
        END IF;
        IF owed = 0 THEN
            RAISE EXCEPTION '徴収金が完納されています。公売を中止してください（国税徴収法第117条）。' USING ERRCODE = 'OS409';
        END IF;
    END IF;
    IF NEW.act = 'PAY_PRICE' AND NEW.happened_on > held.pay_by THEN
        RAISE EXCEPTION '代金の納付の期限を過ぎています。売却決定の取消しを起案してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER auction_event_is_guarded BEFORE INSERT ON auction_event FOR EACH ROW EXECUTE FUNCTION guard_auction_event();
-- 交付と供託の和は、配当の額を超えない。
CREATE FUNCTION guard_distribution_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    planned bigint;
BEGIN
    SELECT CASE WHEN NEW.part_number = 0 THEN x.surplus ELSE p.amount END INTO planned
    FROM distribution x LEFT JOIN distribution_part p ON p.addressee_number = x.addressee_number
        AND p.disposition_id = x.disposition_id AND p.distribution_number = x.distribution_number AND p.part_number = NEW.part_number
    WHERE x.addressee_number = NEW.addressee_number AND x.disposition_id = NEW.disposition_id
      AND x.distribution_number = NEW.distribution_number AND x.delivery_on <= NEW.delivered_on;
    IF planned IS DISTINCT FROM NEW.amount THEN
        RAISE EXCEPTION '交付期日に、配当計算書の額のとおりに交付または供託してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER distribution_delivery_is_guarded BEFORE INSERT ON distribution_delivery
    FOR EACH ROW EXECUTE FUNCTION guard_distribution_delivery();
-- 配当計算書の交付が終わるまで、次の配当もせず、処分も終えない。
CREATE FUNCTION is_statement_pending(who text, at bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM distribution x
        JOIN LATERAL (
            SELECT p.part_number, p.amount FROM distribution_part p WHERE (p.addressee_number, p.disposition_id, p.distribution_number)
                = (x.addressee_number, x.disposition_id, x.distribution_number)
            UNION ALL SELECT 0, x.surplus) p ON p.amount > 0
        WHERE x.addressee_number = who AND x.disposition_id = at AND x.is_statement_made
          AND NOT EXISTS (SELECT 1 FROM distribution_delivery d
              WHERE (d.addressee_number, d.disposition_id, d.distribution_number, d.part_number)
                = (x.addressee_number, x.disposition_id, x.distribution_number, p.part_number)))
$$;
CREATE FUNCTION await_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF is_statement_pending(NEW.addressee_number, NEW.disposition_id) THEN
        RAISE EXCEPTION '配当計算書の交付が終わっていません。交付期日に、換価代金等を交付または供託してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER distribution_awaits_delivery BEFORE INSERT ON distribution FOR EACH ROW EXECUTE FUNCTION await_delivery();
CREATE TRIGGER disposition_end_awaits_delivery BEFORE INSERT ON disposition_event
    FOR EACH ROW WHEN (NEW.act = 'END') EXECUTE FUNCTION await_delivery();
