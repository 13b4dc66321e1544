-- 収納と収納の取消しは追記だけ。誤りは、取消しを加えて正す。
-- Receipts and their cancellations are append-only, for the owner too.
CREATE TRIGGER receipt_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER receipt_cancellation_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt_cancellation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
