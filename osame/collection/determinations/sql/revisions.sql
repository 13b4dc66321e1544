-- 調定異動は追記だけ。誤りは、次の連番の異動で正す。
-- Revisions are append-only, for the owner too.
CREATE TRIGGER determination_revision_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON determination_revision
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
