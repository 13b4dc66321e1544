-- 情報提供等記録は、追記だけができる。保存の最終日を過ぎた行だけが、消す扉から消える。
CREATE FUNCTION exchange_record_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.kept_through < (now() AT TIME ZONE 'Asia/Tokyo')::date
       AND current_setting('osame.erasing', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '情報提供等記録は、変えることも、保存期間の内に消すこともできません。'
        USING ERRCODE = 'OS409';
END $$;
CREATE TRIGGER exchange_record_guard BEFORE UPDATE OR DELETE ON exchange_record
    FOR EACH ROW EXECUTE FUNCTION exchange_record_is_kept();
CREATE FUNCTION exchange_record_is_not_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '情報提供等記録は、空にできません。' USING ERRCODE = 'OS409';
END $$;
CREATE TRIGGER exchange_record_truncate BEFORE TRUNCATE ON exchange_record
    FOR EACH STATEMENT EXECUTE FUNCTION exchange_record_is_not_emptied();
-- 消す扉。訂正の行は、元の記録より先に消す。
CREATE FUNCTION erase_expired_records(as_of date) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE gone bigint; more bigint;
BEGIN
    IF as_of > (now() AT TIME ZONE 'Asia/Tokyo')::date THEN
        RAISE EXCEPTION '今日より先の日では消せません。' USING ERRCODE = 'OS409';
    END IF;
    PERFORM set_config('osame.erasing', 'on', true);
    DELETE FROM exchange_record WHERE kept_through < as_of AND corrects_id IS NOT NULL;
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM exchange_record r WHERE kept_through < as_of
        AND NOT EXISTS (SELECT 1 FROM exchange_record c WHERE c.corrects_id = r.record_id);
    GET DIAGNOSTICS more = ROW_COUNT;
    PERFORM set_config('osame.erasing', '', true);
    RETURN gone + more;
END $$;
REVOKE ALL ON FUNCTION erase_expired_records(date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_expired_records(date) TO osame_gateway;
