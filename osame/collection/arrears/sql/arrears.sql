-- 折衝経過と約束は追記だけ。直すときは、訂正する記録を名指した新しい記録を足す。
-- Append-only, for the owner too. Numbers come from one sequence, so that two officers never wait for each other.
CREATE SEQUENCE contact_number;
CREATE TRIGGER contact_record_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON contact_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER promise_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON promise
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- 一つの約束を延期できるのは、一度だけ。訂正された記録の延期は数えない。約束は、訂正しても変わらない初めの番号で名指す。
-- A unique index cannot tell which records have been corrected; the lock makes two officers at once take turns.
CREATE FUNCTION refuse_postponing_twice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(NEW.postpones);
    IF EXISTS (SELECT 1 FROM promise n WHERE n.addressee_number = NEW.addressee_number AND n.postpones = NEW.postpones
            AND NOT EXISTS (SELECT 1 FROM contact_record x WHERE x.addressee_number = n.addressee_number
                AND x.corrects = n.contact_id)) THEN
        RAISE EXCEPTION 'この約束は、既に延期されています。' USING ERRCODE = 'unique_violation', CONSTRAINT = 'promise_postponed_once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER promise_is_postponed_once BEFORE INSERT ON promise
    FOR EACH ROW WHEN (NEW.postpones IS NOT NULL) EXECUTE FUNCTION refuse_postponing_twice();
