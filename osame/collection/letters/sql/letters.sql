-- 文書の束と督促の実行は、一つの連番から番号を採る。だから、紙の下の番号は、全体で一枚だけを名指す。
CREATE SEQUENCE letter_run_number;
CREATE SEQUENCE enclosure_need_number;
CREATE TRIGGER enclosure_need_is_kept BEFORE DELETE OR TRUNCATE ON enclosure_need
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- 凍った文書の宛先と内容は、変えられない。状態だけが進む。
CREATE FUNCTION guard_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.run_id, NEW.letter_number, NEW.addressee_number, NEW.subject, NEW.tax_item, NEW.receiver_number, NEW.agent_kind,
        NEW.postal_code, NEW.address, NEW.address_detail, NEW.to_name, NEW.honorific, NEW.care_of, NEW.shared, NEW.protected,
        NEW.context, NEW.marks, NEW.pages, NEW.enclosures)
       IS DISTINCT FROM (OLD.run_id, OLD.letter_number, OLD.addressee_number, OLD.subject, OLD.tax_item, OLD.receiver_number,
        OLD.agent_kind, OLD.postal_code, OLD.address, OLD.address_detail, OLD.to_name, OLD.honorific, OLD.care_of, OLD.shared,
        OLD.protected, OLD.context, OLD.marks, OLD.pages, OLD.enclosures) THEN
        RAISE EXCEPTION '作った文書の宛先と内容は、変えられません。引き抜いて、作り直してください。' USING ERRCODE = 'OS409';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state || NEW.state) NOT IN ('12', '13', '19', '23', '29', '42', '43', '49', '39') THEN
        RAISE EXCEPTION '文書は、この状態には進められません。束の画面を開き直してください。' USING ERRCODE = 'OS409';
    END IF;
    IF OLD.generated AND NOT NEW.generated AND NEW.state <> '9' THEN
        RAISE EXCEPTION '印刷データにした文書を、していないことにはできません。引き抜いてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER letter_is_frozen BEFORE UPDATE ON letter FOR EACH ROW EXECUTE FUNCTION guard_letter();
CREATE FUNCTION guard_letter_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.run_id, NEW.form, NEW.issued_on, NEW.document_number, NEW.officer, NEW.requested)
       IS DISTINCT FROM (OLD.run_id, OLD.form, OLD.issued_on, OLD.document_number, OLD.officer, OLD.requested)
       OR (OLD.dispatched_on IS NOT NULL AND NEW.dispatched_on IS DISTINCT FROM OLD.dispatched_on) THEN
        RAISE EXCEPTION '文書の束の記録は、変えられません。記録を確かめてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER letter_run_is_frozen BEFORE UPDATE ON letter_run FOR EACH ROW EXECUTE FUNCTION guard_letter_run();
