-- 出力の記録。誰が何のために出したかは、取引が運ぶ値から取る。書いた後に変わるのは、見えた・取り消した・消したことだけ。
CREATE FUNCTION egress_record_is_written() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.officer := audit_told('officer');
    NEW.department := audit_told('department');
    NEW.function_code := audit_told('function');
    NEW.purpose := audit_told('purpose');
    NEW.request_number := audit_told('request');
    NEW.emitted_at := clock_timestamp();
    IF NEW.officer = '' OR NEW.purpose = '' THEN
        RAISE EXCEPTION '誰が何のために出すのかが告げられていないので、出力できません。' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER egress_record_is_written BEFORE INSERT ON egress_record
    FOR EACH ROW EXECUTE FUNCTION egress_record_is_written();

CREATE FUNCTION egress_record_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changing text[] := ARRAY['released_at', 'revoked_at', 'revocation_reason', 'erased_at'];
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION '出力の記録は消せません。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF to_jsonb(NEW) - changing IS DISTINCT FROM to_jsonb(OLD) - changing
       OR (OLD.released_at IS NOT NULL AND NEW.released_at IS DISTINCT FROM OLD.released_at)
       OR (OLD.revoked_at IS NOT NULL
           AND (NEW.revoked_at, NEW.revocation_reason) IS DISTINCT FROM (OLD.revoked_at, OLD.revocation_reason))
       OR (OLD.erased_at IS NOT NULL AND NEW.erased_at IS DISTINCT FROM OLD.erased_at) THEN
        RAISE EXCEPTION '出力の記録は書き換えられません。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER egress_record_is_kept BEFORE UPDATE OR DELETE ON egress_record
    FOR EACH ROW EXECUTE FUNCTION egress_record_is_kept();
CREATE FUNCTION egress_is_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '出力の記録は消せません。' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER egress_is_never_emptied BEFORE TRUNCATE ON egress_record
    FOR EACH STATEMENT EXECUTE FUNCTION egress_is_never_emptied();
