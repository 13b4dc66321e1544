-- 名寄せの紐付けは、解くことしかできない。環を作らせず、手動の紐付けには決裁された起案を求める。
-- A link only ends, once. No circle is closed, and a link made by hand rests on a decided proposal.
CREATE FUNCTION keep_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kept consolidation_link := OLD;
BEGIN
    kept.ended_at := NEW.ended_at;
    kept.ended_by := NEW.ended_by;
    kept.end_reason := NEW.end_reason;
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW IS DISTINCT FROM kept THEN
        RAISE EXCEPTION '名寄せの紐付けは、一度だけ解けます。ほかの書き換えはできません。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION link_stands_on_ground() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above varchar(15) := NEW.representative_number;
BEGIN
    PERFORM pg_advisory_xact_lock(7140011);
    WHILE above IS NOT NULL LOOP
        IF above = NEW.addressee_number THEN
            RAISE EXCEPTION '名寄せが環になります。' USING ERRCODE = 'restrict_violation';
        END IF;
        SELECT representative_number INTO above FROM consolidation_link
        WHERE addressee_number = above AND ended_at IS NULL;
    END LOOP;
    IF NEW.kind <> '1' AND NOT EXISTS (
        SELECT 1 FROM proposal WHERE proposal_id = NEW.proposal_id AND act = 'consolidation' AND state IN ('3', '4')
    ) THEN
        RAISE EXCEPTION '手動の名寄せには、決裁された起案が要ります。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_loss_of_links() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '名寄せの記録は消せません。' USING ERRCODE = 'restrict_violation';
END $$;

-- 代表である間は廃止しない。先に代表を替える。
CREATE FUNCTION representative_stays_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM consolidation_link WHERE representative_number = NEW.addressee_number AND ended_at IS NULL
    ) AND NOT EXISTS (
        SELECT 1 FROM consolidation_link WHERE addressee_number = NEW.addressee_number AND ended_at IS NULL
    ) THEN
        RAISE EXCEPTION '名寄せの代表である宛名は、代表を替えてから廃止します。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER link_ends_once BEFORE UPDATE ON consolidation_link FOR EACH ROW EXECUTE FUNCTION keep_link();
CREATE TRIGGER link_is_grounded BEFORE INSERT ON consolidation_link FOR EACH ROW EXECUTE FUNCTION link_stands_on_ground();
CREATE TRIGGER link_is_never_deleted BEFORE DELETE OR TRUNCATE ON consolidation_link
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_loss_of_links();
CREATE TRIGGER candidate_is_never_deleted BEFORE DELETE OR TRUNCATE ON identity_candidate
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_loss_of_links();
CREATE TRIGGER representative_is_not_closed BEFORE UPDATE ON addressee
    FOR EACH ROW WHEN (OLD.closed_on IS NULL AND NEW.closed_on IS NOT NULL) EXECUTE FUNCTION representative_stays_open();
