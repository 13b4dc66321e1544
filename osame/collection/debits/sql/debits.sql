-- 口座の履歴・引落指図・結果・利用の記録は追記だけ。直すときは、新しい行を足す。
CREATE SEQUENCE debit_application_number;
CREATE SEQUENCE debit_account_use_number;
CREATE TRIGGER debit_account_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON debit_account
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER debit_instruction_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON debit_instruction
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER debit_exclusion_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON debit_exclusion
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER debit_result_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON debit_result
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER debit_account_use_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON debit_account_use
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- 渡すファイルの中身は、作った後に差し替えられない。変わるのは、渡した日時と回数だけ。
CREATE FUNCTION guard_debit_request_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.request_id, NEW.bank_code, NEW.consignor_code, NEW.file_name, NEW.count, NEW.amount, NEW.sealed_content, NEW.sha256)
       IS DISTINCT FROM (OLD.request_id, OLD.bank_code, OLD.consignor_code, OLD.file_name, OLD.count, OLD.amount,
        OLD.sealed_content, OLD.sha256) OR NEW.times_sent < OLD.times_sent THEN
        RAISE EXCEPTION '依頼ファイルの中身は、作った後に変えられません。依頼を取り消して、作り直してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER debit_request_file_is_frozen BEFORE UPDATE ON debit_request_file
    FOR EACH ROW EXECUTE FUNCTION guard_debit_request_file();
CREATE TRIGGER debit_request_file_is_kept BEFORE DELETE OR TRUNCATE ON debit_request_file
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- 依頼は、作成→渡した→（取消）の順にだけ進む。取り消した依頼は戻らない。
CREATE FUNCTION guard_debit_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = '9' OR (NEW.state <> OLD.state AND (OLD.state || NEW.state) NOT IN ('12', '19', '29'))
       OR (NEW.kind, NEW.due_date, NEW.debit_on, NEW.generation, NEW.expires_on, NEW.count, NEW.amount, NEW.left_out)
       IS DISTINCT FROM (OLD.kind, OLD.due_date, OLD.debit_on, OLD.generation, OLD.expires_on, OLD.count, OLD.amount, OLD.left_out)
    THEN
        RAISE EXCEPTION '口座振替の依頼は、作った後に変えられません。取り消して、作り直してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER debit_request_is_guarded BEFORE UPDATE ON debit_request
    FOR EACH ROW EXECUTE FUNCTION guard_debit_request();
