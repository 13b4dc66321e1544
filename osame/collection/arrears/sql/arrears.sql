-- 折衝経過と約束は追記だけ。直すときは、訂正する記録を名指した新しい記録を足す。
-- Append-only, for the owner too. Numbers come from one sequence, so that two officers never wait for each other.
CREATE SEQUENCE contact_number;
CREATE TRIGGER contact_record_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON contact_record
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER promise_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON promise
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
