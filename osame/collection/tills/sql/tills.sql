-- 番号は、それぞれ一つの連番から採る。領収番号は欠けも戻りもしない（書損も残る）。
CREATE SEQUENCE till_day_number;
CREATE SEQUENCE till_receipt_number;
CREATE TRIGGER till_day_is_kept BEFORE DELETE OR TRUNCATE ON till_day
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER till_receipt_is_kept BEFORE DELETE OR TRUNCATE ON till_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE FUNCTION guard_till_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.till_day_id, NEW.till_number, NEW.business_on, NEW.change_fund, NEW.opened_by) IS DISTINCT FROM
           (OLD.till_day_id, OLD.till_number, OLD.business_on, OLD.change_fund, OLD.opened_by)
       OR OLD.state = '3' OR NEW.state <> OLD.state AND (OLD.state || NEW.state) NOT IN ('12', '21', '23') THEN
        RAISE EXCEPTION 'レジの一日は、開く、締める、確かめるの順にだけ進み、確かめた後は変えられません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER till_day_is_guarded BEFORE UPDATE ON till_day FOR EACH ROW EXECUTE FUNCTION guard_till_day();
-- 領収は、開いているレジでだけ作り、取り消す。金額は変わらない。
CREATE FUNCTION guard_till_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM till_day d WHERE d.till_day_id = NEW.till_day_id AND d.state = '1') OR TG_OP = 'UPDATE' AND (
        (NEW.addressee_number, NEW.receipt_number, NEW.till_day_id, NEW.slip_number, NEW.receipt_key, NEW.amount, NEW.tendered,
         NEW.paid_on, NEW.officer) IS DISTINCT FROM (OLD.addressee_number, OLD.receipt_number, OLD.till_day_id, OLD.slip_number,
         OLD.receipt_key, OLD.amount, OLD.tendered, OLD.paid_on, OLD.officer) OR OLD.cancelled_on IS NOT NULL) THEN
        RAISE EXCEPTION '締めたレジの領収は、作ることも取り消すこともできません。収納の取消しによってください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER till_receipt_is_guarded BEFORE INSERT OR UPDATE ON till_receipt
    FOR EACH ROW EXECUTE FUNCTION guard_till_receipt();
