CREATE SEQUENCE return_number;
CREATE SEQUENCE whereabouts_inquiry_number;
CREATE SEQUENCE service_publication_number;
CREATE SEQUENCE service_record_number;
-- 公示送達は、その返戻の所在調査が、住所等が明らかでない（または国外）と答えたときだけ起案できる。
CREATE FUNCTION guard_new_publication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> '1' OR NOT EXISTS (
        SELECT 1 FROM whereabouts_inquiry i JOIN returned_letter r USING (addressee_number, return_id)
        WHERE i.addressee_number = NEW.addressee_number AND i.return_id = NEW.return_id AND r.stage = '1'
          AND i.outcome = CASE NEW.ground WHEN '1' THEN '2' ELSE '3' END
    ) OR EXISTS (
        SELECT 1 FROM whereabouts_inquiry i WHERE i.addressee_number = NEW.addressee_number AND i.return_id = NEW.return_id
          AND (i.outcome = '1' OR i.outcome = '')
    ) THEN
        RAISE EXCEPTION '所在調査の記録がない公示送達は、起案できません。調査の結果をすべて記録してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publication_is_investigated BEFORE INSERT ON service_publication
    FOR EACH ROW EXECUTE FUNCTION guard_new_publication();
CREATE FUNCTION guard_publication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.addressee_number, NEW.publication_id, NEW.return_id, NEW.ground, NEW.name, NEW.document_name, NEW.kept_at, NEW.reason,
        NEW.drafted_on, NEW.drafted_by) IS DISTINCT FROM (OLD.addressee_number, OLD.publication_id, OLD.return_id, OLD.ground,
        OLD.name, OLD.document_name, OLD.kept_at, OLD.reason, OLD.drafted_on, OLD.drafted_by)
       OR (OLD.state <> NEW.state AND OLD.state <> '1')
       OR (OLD.state = '2' AND (NEW.posted_on, NEW.posted_by, NEW.served_on)
           IS DISTINCT FROM (OLD.posted_on, OLD.posted_by, OLD.served_on)) THEN
        RAISE EXCEPTION '起案した公示送達は、書き換えられません。取りやめて、起案し直してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER publication_is_guarded BEFORE UPDATE ON service_publication
    FOR EACH ROW EXECUTE FUNCTION guard_publication();
CREATE TRIGGER publication_is_kept BEFORE DELETE OR TRUNCATE ON service_publication
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER returned_letter_is_kept BEFORE DELETE OR TRUNCATE ON returned_letter
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER whereabouts_inquiry_is_kept BEFORE DELETE OR TRUNCATE ON whereabouts_inquiry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER service_record_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON service_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- 答えた調査は、書き換えられない。
CREATE FUNCTION guard_whereabouts_inquiry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome <> '' OR (NEW.addressee_number, NEW.inquiry_id, NEW.return_id, NEW.kind, NEW.asked_of, NEW.asked_on, NEW.asked_by)
       IS DISTINCT FROM (OLD.addressee_number, OLD.inquiry_id, OLD.return_id, OLD.kind, OLD.asked_of, OLD.asked_on, OLD.asked_by) THEN
        RAISE EXCEPTION '答えた所在調査は、書き換えられません。新しい調査を登録してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER whereabouts_inquiry_is_guarded BEFORE UPDATE ON whereabouts_inquiry
    FOR EACH ROW EXECUTE FUNCTION guard_whereabouts_inquiry();
-- 戻った納税通知書は、知らされた状況だけが変わる。済んだものは、書き換えられない。
CREATE SEQUENCE notice_return_number;
CREATE FUNCTION guard_returned_notice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> '1' OR (NEW.addressee_number, NEW.notice_return_id, NEW.tax_item, NEW.levy_year, NEW.notice_number, NEW.sent_on,
        NEW.returned_on, NEW.cause) IS DISTINCT FROM (OLD.addressee_number, OLD.notice_return_id, OLD.tax_item, OLD.levy_year,
        OLD.notice_number, OLD.sent_on, OLD.returned_on, OLD.cause) THEN
        RAISE EXCEPTION '済んだ納税通知書の返戻は、書き換えられません。課税の側に確かめてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER returned_notice_is_guarded BEFORE UPDATE ON returned_notice
    FOR EACH ROW EXECUTE FUNCTION guard_returned_notice();
CREATE TRIGGER returned_notice_is_kept BEFORE DELETE OR TRUNCATE ON returned_notice
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
