-- 起案の中身は、起案のときに固まる。段階は前にしか進まない。
CREATE FUNCTION proposal_stays_as_proposed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.act, NEW.content, NEW.content_hash, NEW.reason, NEW.purpose, NEW.subjects, NEW.maker, NEW.proposed_at)
       IS DISTINCT FROM (OLD.act, OLD.content, OLD.content_hash, OLD.reason, OLD.purpose, OLD.subjects, OLD.maker, OLD.proposed_at) THEN
        RAISE EXCEPTION '起案の中身は変えられません。取り下げて、新しく起案してください。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <= OLD.state OR OLD.state >= '4'
       OR (NEW.state = '2' AND OLD.state <> '1') OR (NEW.state = '3' AND OLD.state <> '2')
       OR (NEW.state = '4' AND OLD.state <> '3') THEN
        RAISE EXCEPTION '決裁の段階は、起案・照査・決裁・執行の順にしか進みません。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.checker <> '' AND NEW.checker <> OLD.checker) OR (OLD.decider <> '' AND NEW.decider <> OLD.decider) THEN
        RAISE EXCEPTION '照査者と決裁者は、後から変えられません。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.checker <> OLD.checker AND NEW.checker <> coalesce(current_setting('osame.officer', true), ''))
       OR (NEW.decider <> OLD.decider AND NEW.decider <> coalesce(current_setting('osame.officer', true), '')) THEN
        RAISE EXCEPTION '照査と決裁は、本人が行います。ほかの職員の名では行えません。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposal_stays_as_proposed BEFORE UPDATE ON proposal
    FOR EACH ROW EXECUTE FUNCTION proposal_stays_as_proposed();
-- 決裁の済んだ起案を、初めから書き込むことはできない。
CREATE FUNCTION proposal_begins_undecided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> '1' OR (NEW.checker, NEW.decider, NEW.executor) <> ('', '', '') THEN
        RAISE EXCEPTION '起案は、照査も決裁もされていないところから始まります。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER proposal_begins_undecided BEFORE INSERT ON proposal
    FOR EACH ROW EXECUTE FUNCTION proposal_begins_undecided();
