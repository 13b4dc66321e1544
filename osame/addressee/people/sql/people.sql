-- 宛名の異動と履歴は、書き換えない。異動は取り消すだけ、履歴は上書きの日時を入れるだけ、どちらも一度だけ。
-- Changes and versions are never rewritten, by the owner neither: a change is cancelled once, a version superseded once.
CREATE FUNCTION refuse_rewriting_of_addressees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%は書き換えも削除もできません。異動を加えるか、取り消してください。', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION keep_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kept addressee_change := OLD;
BEGIN
    kept.cancelled_at := NEW.cancelled_at;
    kept.cancelled_by := NEW.cancelled_by;
    kept.cancellation_reason := NEW.cancellation_reason;
    IF OLD.cancelled_at IS NOT NULL OR NEW.cancelled_at IS NULL OR NEW IS DISTINCT FROM kept THEN
        RAISE EXCEPTION '宛名の異動は、一度だけ取り消せます。ほかの書き換えはできません。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION keep_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kept addressee_version := OLD;
BEGIN
    kept.superseded_at := NEW.superseded_at;
    IF OLD.superseded_at IS NOT NULL OR NEW.superseded_at IS NULL OR NEW IS DISTINCT FROM kept THEN
        RAISE EXCEPTION '宛名の履歴は、一度だけ上書きの日時を入れられます。ほかの書き換えはできません。'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- 住民の事実は住民記録だけが変える。ほかの業務の異動は、住民でない宛名にだけ書ける。
-- Facts of residents come from the resident register alone (source 001).
CREATE FUNCTION residents_change_only_in_their_register() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM addressee WHERE addressee_number = NEW.addressee_number AND kind = '1') THEN
        RAISE EXCEPTION '住民の事実は、住民記録の異動でだけ変えられます。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- 番号は変えない。住民が住登外者になるのは、転出か消除の後と、転入が取り消されて住登外に戻ったときだけ。
CREATE FUNCTION keep_addressee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.addressee_number <> OLD.addressee_number OR NEW.numbered_at <> OLD.numbered_at THEN
        RAISE EXCEPTION '宛名番号は変えられません。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.kind = '1' AND NEW.kind <> '1' AND EXISTS (
        SELECT 1 FROM addressee_version
        WHERE addressee_number = OLD.addressee_number AND superseded_at IS NULL AND valid_until IS NULL
          AND standing NOT IN ('2', '3', '5')
    ) THEN
        RAISE EXCEPTION '住民である間は、住登外者にできません。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.kind <> OLD.kind AND (OLD.kind NOT IN ('1', '2') OR NEW.kind NOT IN ('1', '2')) THEN
        RAISE EXCEPTION '宛名区分は、住民と住登外者の間でだけ移ります。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER addressee_keeps_its_number BEFORE UPDATE ON addressee
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION keep_addressee();
CREATE TRIGGER addressee_is_never_deleted BEFORE DELETE OR TRUNCATE ON addressee
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_of_addressees();
CREATE TRIGGER change_is_cancelled_once BEFORE UPDATE ON addressee_change FOR EACH ROW EXECUTE FUNCTION keep_change();
CREATE TRIGGER change_is_never_deleted BEFORE DELETE OR TRUNCATE ON addressee_change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_of_addressees();
CREATE TRIGGER resident_changes_in_the_register BEFORE INSERT ON addressee_change
    FOR EACH ROW WHEN (NEW.source <> '001') EXECUTE FUNCTION residents_change_only_in_their_register();
CREATE TRIGGER version_is_superseded_once BEFORE UPDATE ON addressee_version
    FOR EACH ROW EXECUTE FUNCTION keep_version();
CREATE TRIGGER version_is_never_deleted BEFORE DELETE OR TRUNCATE ON addressee_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_of_addressees();
CREATE TRIGGER succession_step_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON succession_step
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_of_addressees();
CREATE TRIGGER corporate_event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON corporate_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_of_addressees();
CREATE TRIGGER share_is_never_deleted BEFORE DELETE OR TRUNCATE ON co_owner_share
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting_of_addressees();
