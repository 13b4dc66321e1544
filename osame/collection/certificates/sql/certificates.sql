-- 申請番号と証明番号は、それぞれ一つの連番から採る。時刻からは作らない。
CREATE SEQUENCE certificate_request_number;
CREATE SEQUENCE certificate_number;
CREATE SEQUENCE consented_inquiry_number;
-- 申請は、申請→本人確認→審査→発行／不発行／取下げ の順にだけ進む。本人確認の後は、誰の何の証明かを変えられない。
CREATE FUNCTION guard_certificate_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state || NEW.state) NOT IN ('12', '15', '19', '23', '25', '29', '34', '35', '39') THEN
        RAISE EXCEPTION '納税証明の申請は、この状態には進められません。申請の画面を開き直してください。' USING ERRCODE = 'OS409';
    END IF;
    IF (NEW.addressee_number, NEW.request_id, NEW.kind, NEW.tax_item, NEW.first_levy_year, NEW.last_levy_year,
        NEW.notice_number, NEW.plate_number, NEW.chassis_number, NEW.applicant_name, NEW.authority, NEW.use, NEW.submitted_to,
        NEW.applied_on, NEW.applied_by)
       IS DISTINCT FROM (OLD.addressee_number, OLD.request_id, OLD.kind, OLD.tax_item, OLD.first_levy_year, OLD.last_levy_year,
        OLD.notice_number, OLD.plate_number, OLD.chassis_number, OLD.applicant_name, OLD.authority, OLD.use, OLD.submitted_to,
        OLD.applied_on, OLD.applied_by)
       OR (OLD.identity_means <> '' AND (NEW.identity_means, NEW.identity_note, NEW.identified_by, NEW.identified_at,
        NEW.authority_document, NEW.authority_valid_through) IS DISTINCT FROM (OLD.identity_means, OLD.identity_note,
        OLD.identified_by, OLD.identified_at, OLD.authority_document, OLD.authority_valid_through)) THEN
        RAISE EXCEPTION '受け付けた申請の内容は、変えられません。取り下げて、申請し直してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_request_is_guarded BEFORE UPDATE ON certificate_request
    FOR EACH ROW EXECUTE FUNCTION guard_certificate_request();
CREATE TRIGGER certificate_request_is_kept BEFORE DELETE OR TRUNCATE ON certificate_request
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER certificate_evidence_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON certificate_evidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- 証明書は、本人確認と審査の済んだ、同じ人の、同じ種類の申請からだけ作れる。ハッシュは、凍らせた事実のものである。
CREATE FUNCTION guard_new_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    asked certificate_request;
BEGIN
    SELECT * INTO asked FROM certificate_request r
    WHERE r.addressee_number = NEW.addressee_number AND r.request_id = NEW.request_id AND r.kind = NEW.kind FOR SHARE;
    IF NOT FOUND OR asked.identity_means = '' OR asked.identified_by = ''
       OR NOT (asked.state = '3' AND NEW.reissue_of IS NULL OR asked.state = '4' AND NEW.reissue_of IS NOT NULL) THEN
        RAISE EXCEPTION '本人確認と審査の済んでいない申請から、証明書は作れません。申請の状態を確かめてください。'
            USING ERRCODE = 'OS409';
    END IF;
    IF NEW.facts_sha256 <> encode(sha256(convert_to(NEW.facts, 'UTF8')), 'hex')
       OR (NEW.facts::jsonb #>> '{subject,addressee_number}') IS DISTINCT FROM NEW.addressee_number THEN
        RAISE EXCEPTION '証明する事実が、申請した人のものではありません。証明書を作らずに、管理者に連絡してください。'
            USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_is_lawful BEFORE INSERT ON certificate
    FOR EACH ROW EXECUTE FUNCTION guard_new_certificate();
CREATE FUNCTION guard_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.addressee_number, NEW.certificate_number, NEW.request_id, NEW.kind, NEW.as_of, NEW.facts, NEW.facts_sha256,
        NEW.issued_by, NEW.issued_at, NEW.reissue_of)
       IS DISTINCT FROM (OLD.addressee_number, OLD.certificate_number, OLD.request_id, OLD.kind, OLD.as_of, OLD.facts,
        OLD.facts_sha256, OLD.issued_by, OLD.issued_at, OLD.reissue_of)
       OR OLD.voided_at IS NOT NULL
       OR (OLD.printed_at IS NOT NULL
           AND (NEW.pdf_sha256, NEW.payload, NEW.printed_at) IS DISTINCT FROM (OLD.pdf_sha256, OLD.payload, OLD.printed_at)) THEN
        RAISE EXCEPTION '発行した証明書は、書き換えられません。取り消して、再発行してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_is_frozen BEFORE UPDATE ON certificate
    FOR EACH ROW EXECUTE FUNCTION guard_certificate();
CREATE TRIGGER certificate_is_kept BEFORE DELETE OR TRUNCATE ON certificate
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER consented_inquiry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consented_inquiry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- 車両と連携は追記だけ。直すときは、車両のファイルを送り直してもらう。
CREATE TRIGGER vehicle_levy_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON vehicle_levy
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER jnks_extract_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON jnks_extract
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
