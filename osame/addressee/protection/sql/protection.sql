-- 支援措置は、決裁を経た起案がなければ解除できない。解除は終わりであり、戻らない。本人と出どころは変わらない。
-- A measure is released only by a decided proposal that names it, whatever program or person writes the row.
CREATE FUNCTION keep_protection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.addressee_number <> OLD.addressee_number OR NEW.source <> OLD.source OR NEW.source_key <> OLD.source_key THEN
        RAISE EXCEPTION '支援措置の本人と出どころは変えられません。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = '9' THEN
        RAISE EXCEPTION '解除した支援措置は変えられません。新しく登録してください。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION release_needs_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM proposal p
        WHERE p.proposal_id = NEW.release_proposal AND p.act = 'protection_release' AND p.state IN ('3', '4')
          AND (p.content ->> 'measure_id')::bigint = NEW.measure_id
    ) THEN
        RAISE EXCEPTION '支援措置の解除には、決裁された起案が要ります。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION keep_other_party() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '支援措置と相手方は、消すことも差し替えることもできません。' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER protection_keeps_its_person BEFORE UPDATE ON protection_measure
    FOR EACH ROW EXECUTE FUNCTION keep_protection();
CREATE TRIGGER protection_is_released_by_decision BEFORE INSERT OR UPDATE ON protection_measure
    FOR EACH ROW WHEN (NEW.state = '9') EXECUTE FUNCTION release_needs_a_decision();
CREATE TRIGGER protection_is_never_deleted BEFORE DELETE OR TRUNCATE ON protection_measure
    FOR EACH STATEMENT EXECUTE FUNCTION keep_other_party();
CREATE TRIGGER other_party_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON protected_relation
    FOR EACH STATEMENT EXECUTE FUNCTION keep_other_party();
