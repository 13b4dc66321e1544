CREATE SEQUENCE voucher_run_number;
CREATE TRIGGER voucher_line_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON voucher_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER voucher_run_is_kept BEFORE DELETE OR TRUNCATE ON voucher_run
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER voucher_part_is_kept BEFORE DELETE OR TRUNCATE ON voucher_part
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- 束の中身は変わらない。進むのは、照合と取下げだけ。
CREATE FUNCTION guard_voucher_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.run_id, NEW.through_on, NEW.lines, NEW.paid, NEW.returned, NEW.digest, NEW.made_on, NEW.made_by, NEW.made_at)
       IS DISTINCT FROM (OLD.run_id, OLD.through_on, OLD.lines, OLD.paid, OLD.returned, OLD.digest, OLD.made_on, OLD.made_by,
           OLD.made_at)
       OR OLD.state || NEW.state NOT IN ('12', '19', '29') THEN
        RAISE EXCEPTION '財務伝票の束は、書き換えられません。取り下げて、作り直してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voucher_run_is_frozen BEFORE UPDATE ON voucher_run FOR EACH ROW EXECUTE FUNCTION guard_voucher_run();
-- 支払の内訳は、取り下げた束のものだけが外れる。
CREATE FUNCTION guard_voucher_part() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'withdrawn') <> (to_jsonb(OLD) - 'withdrawn') OR NOT NEW.withdrawn
       OR NOT EXISTS (SELECT 1 FROM voucher_run u WHERE u.run_id = NEW.run_id AND u.state = '9') THEN
        RAISE EXCEPTION '財務伝票に入れた支払は、束を取り下げたときだけ外れます。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER voucher_part_is_frozen BEFORE UPDATE ON voucher_part FOR EACH ROW EXECUTE FUNCTION guard_voucher_part();
