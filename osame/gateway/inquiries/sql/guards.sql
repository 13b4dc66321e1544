-- 照会は、決まった順にだけ進み、一度終われば変わらない（取得済になることだけを除く）。一段ごとに残す。
CREATE FUNCTION inquiry_moves_by_the_rules() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.state <> OLD.state AND NOT (
        (OLD.state = '1' AND NEW.state IN ('2', '8', '9', 'E')) OR
        (OLD.state = '2' AND NEW.state IN ('3', '8', '9', 'E')) OR
        (OLD.state = '3' AND NEW.state IN ('2', '4', '8', '9', 'E')) OR
        (OLD.state = '4' AND NEW.state IN ('5', '6', '8', '9', 'E')) OR
        (OLD.state = '5' AND NEW.state IN ('6', '8', '9', 'E')) OR
        (OLD.state = '6' AND NEW.state = '7')
    ) THEN
        RAISE EXCEPTION '照会の状態は、% から % へは変えられません。', OLD.state, NEW.state USING ERRCODE = 'OS409';
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state IN ('6', '7', '8', '9', 'E') AND (
        NEW.outcome <> OLD.outcome OR NEW.reason <> OLD.reason OR NEW.unified_addressee_number <> OLD.unified_addressee_number
        OR (NEW.answer IS DISTINCT FROM OLD.answer AND NEW.answer IS NOT NULL)
    ) THEN
        RAISE EXCEPTION '終わった照会は、変えられません。' USING ERRCODE = 'OS409';
    END IF;
    IF TG_OP = 'INSERT' OR NEW.state <> OLD.state THEN
        INSERT INTO inquiry_step (inquiry_number, state, reason) VALUES (NEW.inquiry_number, NEW.state, NEW.reason);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inquiry_guard BEFORE INSERT OR UPDATE ON information_inquiry
    FOR EACH ROW EXECUTE FUNCTION inquiry_moves_by_the_rules();
