-- 索引を引く、ただ一つの扉。目的を告げない取引には何も返さない。
-- wanted をすべて持つ行を候補とし、patterns のすべてに合うものを、most 行まで。番号の頭で絞るときは主キーで引く。
CREATE FUNCTION search_entry_matches(
    wanted text[], patterns text[], number_head text, on_day date, with_history boolean, most integer
) RETURNS TABLE (addressee_number varchar, version_id bigint, kana_order text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET enable_seqscan = off
SET plan_cache_mode = force_custom_plan
AS $$
BEGIN
    IF coalesce(current_setting('osame.purpose', true), '') = '' THEN
        RETURN;
    END IF;
    IF number_head <> '' THEN
        RETURN QUERY
        SELECT e.addressee_number, e.version_id, e.kana_order FROM search_entry e
        WHERE e.addressee_number >= number_head AND e.addressee_number < number_head || ':'
          AND e.grams @> wanted AND e.lines ~ ALL (patterns)
          AND (with_history OR (e.valid_from <= on_day AND (e.valid_until IS NULL OR e.valid_until > on_day)))
        LIMIT most;
    ELSE
        RETURN QUERY
        SELECT e.addressee_number, e.version_id, e.kana_order FROM search_entry e
        WHERE e.grams @> wanted AND e.lines ~ ALL (patterns)
          AND (with_history OR (e.valid_from <= on_day AND (e.valid_until IS NULL OR e.valid_until > on_day)))
        LIMIT most;
    END IF;
END
$$;

COMMENT ON FUNCTION search_entry_matches(text[], text[], text, date, boolean, integer) IS '宛名検索の索引を引く扉';
