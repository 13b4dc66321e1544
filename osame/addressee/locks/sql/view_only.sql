-- ほかの職員が異動処理をしている宛名は、閲覧だけができる。どの行いからも、書く所で断る。
-- 住民記録（001）と、宛名によらない一括の処理は、待たせない。
CREATE FUNCTION refuse_while_another_edits() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    other text;
BEGIN
    SELECT officer INTO other FROM edit_lock
    WHERE addressee_number = NEW.addressee_number AND expires_at > clock_timestamp()
      AND officer <> coalesce(current_setting('osame.officer', true), '');
    IF other IS NOT NULL THEN
        RAISE EXCEPTION 'ほかの職員（%）が異動処理をしています。いまは閲覧だけができます。終わるのを待つか、その職員に連絡してください。', other
            USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER change_waits_for_the_editor BEFORE INSERT OR UPDATE ON addressee_change
    FOR EACH ROW WHEN (NEW.source <> '001') EXECUTE FUNCTION refuse_while_another_edits();
CREATE TRIGGER mailing_waits_for_the_editor BEFORE INSERT OR UPDATE ON mailing_address
    FOR EACH ROW EXECUTE FUNCTION refuse_while_another_edits();
CREATE TRIGGER contact_waits_for_the_editor BEFORE INSERT OR UPDATE ON contact
    FOR EACH ROW EXECUTE FUNCTION refuse_while_another_edits();
CREATE TRIGGER agent_waits_for_the_editor BEFORE INSERT OR UPDATE ON agent
    FOR EACH ROW EXECUTE FUNCTION refuse_while_another_edits();
CREATE TRIGGER relation_waits_for_the_editor BEFORE INSERT OR UPDATE ON addressee_relation
    FOR EACH ROW EXECUTE FUNCTION refuse_while_another_edits();
