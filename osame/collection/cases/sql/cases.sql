-- 事案の記録、引き継ぐ事案、資料は追記だけ。終わった事案は開かない。終えた予定は書き換えない。
CREATE SEQUENCE case_number;
CREATE SEQUENCE case_event_number;
CREATE SEQUENCE case_task_number;
CREATE SEQUENCE case_document_number;
CREATE TRIGGER case_event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON case_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER handover_line_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON handover_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER case_document_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON case_document
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER insolvency_record_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON insolvency_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE insolvency_record ADD CONSTRAINT insolvency_record_of_a_bankruptcy
    FOREIGN KEY (addressee_number, bankruptcy_id) REFERENCES bankruptcy (addressee_number, bankruptcy_id);
CREATE FUNCTION guard_ended_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '完結した事案は、書き換えられません。新しい滞納は、新しい事案になります。' USING ERRCODE = 'OS409';
END $$;
CREATE TRIGGER ended_case_stays BEFORE UPDATE ON arrears_case
    FOR EACH ROW WHEN (OLD.cleared_on IS NOT NULL) EXECUTE FUNCTION guard_ended_case();
CREATE FUNCTION guard_ended_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '終わった予定は、書き換えられません。新しい予定を立ててください。' USING ERRCODE = 'OS409';
END $$;
CREATE TRIGGER ended_task_stays BEFORE UPDATE ON case_task
    FOR EACH ROW WHEN (OLD.done_on IS NOT NULL) EXECUTE FUNCTION guard_ended_task();
CREATE FUNCTION guard_settled_handover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '済んだ引継ぎは、書き換えられません。新しい引継ぎを起案してください。' USING ERRCODE = 'OS409';
END $$;
CREATE TRIGGER settled_handover_stays BEFORE UPDATE OR DELETE ON case_handover
    FOR EACH ROW WHEN (OLD.state <> '1') EXECUTE FUNCTION guard_settled_handover();
