-- 保存年限の過ぎた行だけを消す扉。年限の内にある日では、データベースが断る。行を名指すことはできない。
CREATE FUNCTION erase_kept_rows(kind text, before date) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public AS $$
DECLARE
    gone bigint;
    least integer := CASE kind WHEN 'exchange_log' THEN 7 ELSE 5 END;
BEGIN
    IF before > ((now() AT TIME ZONE 'Asia/Tokyo')::date - make_interval(years => least))::date THEN
        RAISE EXCEPTION '保存年限の内にあるものは消せません。基準日を確かめてください。' USING ERRCODE = 'OS409';
    END IF;
    IF EXISTS (SELECT FROM retention_hold h WHERE h.kind = erase_kept_rows.kind AND h.released_on IS NULL) THEN
        RAISE EXCEPTION '消去を止めている種類です。止めた理由を確かめてください。' USING ERRCODE = 'OS409';
    END IF;
    IF kind = 'exchange_log' THEN
        DELETE FROM exchange_log WHERE occurred_at < before::timestamp AT TIME ZONE 'Asia/Tokyo';
        GET DIAGNOSTICS gone = ROW_COUNT;
    ELSIF kind = 'training_record' THEN
        DELETE FROM training_record WHERE taken_on < before;
        GET DIAGNOSTICS gone = ROW_COUNT;
    ELSIF kind = 'incident_person' THEN
        DELETE FROM incident_person p USING incident i WHERE i.incident_id = p.incident_id AND i.closed_on < before;
        GET DIAGNOSTICS gone = ROW_COUNT;
    ELSIF kind = 'privacy_request' THEN
        CREATE TEMPORARY TABLE going ON COMMIT DROP AS SELECT request_id FROM privacy_request
        WHERE (state = '5' AND carried_out_on < before) OR (state = '9' AND requested_on < before);
        DELETE FROM privacy_measure m USING going g WHERE m.request_id = g.request_id;
        DELETE FROM privacy_request_item i USING going g WHERE i.request_id = g.request_id;
        DELETE FROM privacy_request_history h USING going g WHERE h.request_id = g.request_id;
        DELETE FROM privacy_request r USING going g WHERE r.request_id = g.request_id;
        GET DIAGNOSTICS gone = ROW_COUNT;
        DROP TABLE going;
    ELSE
        RAISE EXCEPTION '消せる記録の種類ではありません。種類を確かめてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN gone;
END $$;
REVOKE ALL ON FUNCTION erase_kept_rows(text, date) FROM PUBLIC;
