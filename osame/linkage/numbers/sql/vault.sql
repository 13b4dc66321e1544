-- 番号の金庫の扉。アプリケーションの役割は、番号の表を見ることも書くこともできず、ここにある狭い関数だけを呼ぶ。
-- 扉の持ち主は osame_vault（ログインできない役割）。どの扉も、目的を告げない取引には何も見せない（行の門）。

-- 預ける。いまの版の鍵で作られた暗号と、生きているすべての版の索引でなければ断る（鍵の入替えと競っても、漏れがない）。
CREATE FUNCTION vault_store(numbers uuid[], people text[], ciphertexts bytea[], data_version int,
                            index_versions int[], indexes bytea[])
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    width int := cardinality(index_versions);
    stored int;
BEGIN
    PERFORM 1 FROM vault_key WHERE use IN ('1', '2') ORDER BY key_id FOR SHARE;
    IF NOT EXISTS (SELECT 1 FROM vault_key WHERE use = '1' AND state = '1' AND version = data_version)
       OR ARRAY(SELECT version FROM vault_key WHERE use = '2' AND state <> '3' ORDER BY version) <> index_versions
       OR cardinality(indexes) <> cardinality(numbers) * width THEN
        RAISE EXCEPTION 'OSAME stale keys' USING ERRCODE = 'OS001';
    END IF;
    INSERT INTO stored_number (number_id, unified_addressee_number, state, ciphertext, key_version)
    SELECT n, p, '1', c, data_version FROM unnest(numbers, people, ciphertexts) AS given(n, p, c);
    GET DIAGNOSTICS stored = ROW_COUNT;
    INSERT INTO number_index (number_id, index_version, blind_index)
    SELECT numbers[(i - 1) / width + 1], index_versions[(i - 1) % width + 1], given
    FROM unnest(indexes) WITH ORDINALITY AS each(given, i);
    RETURN stored;
END $$;

-- 番号で探す。索引の値だけを受け、だれの番号かと、いまの番号かどうかを答える。
CREATE FUNCTION vault_find(versions int[], indexes bytea[])
RETURNS TABLE (place bigint, unified_addressee_number text, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT (given.i - 1) / cardinality(versions), n.unified_addressee_number::text, n.state::text
    FROM unnest(indexes) WITH ORDINALITY AS given(value, i)
    JOIN number_index x ON x.index_version = versions[(given.i - 1) % cardinality(versions) + 1]
                       AND x.blind_index = given.value
    JOIN stored_number n ON n.number_id = x.number_id
$$;

-- いまの番号を終える。変更前（2）の番号は索引に残り、ほかの人に付かない。訂正前（3）の番号は離れる。
CREATE FUNCTION vault_end(person text, ending text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    ended uuid;
BEGIN
    UPDATE stored_number SET state = ending, ended_at = now()
    WHERE unified_addressee_number = person AND state = '1' RETURNING number_id INTO ended;
    IF ending = '3' THEN
        DELETE FROM number_index WHERE number_id = ended;
    END IF;
    RETURN ended;
END $$;

-- 消す。その人の番号の暗号と索引を、変わる前のものも含めて消す。
CREATE FUNCTION vault_erase(person text)
RETURNS int LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    erased int;
BEGIN
    DELETE FROM number_index WHERE number_id IN (SELECT number_id FROM stored_number WHERE unified_addressee_number = person);
    DELETE FROM stored_number WHERE unified_addressee_number = person;
    GET DIAGNOSTICS erased = ROW_COUNT;
    RETURN erased;
END $$;

-- いまの番号があるか。
CREATE FUNCTION vault_holds(person text)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (SELECT 1 FROM stored_number WHERE unified_addressee_number = person AND state = '1')
$$;

-- 引き換える。引換券は、求めた職員とシステムが、期限のうちに、その人について、一度だけ使える。
CREATE FUNCTION vault_redeem(ticket text, by_peer text, by_officer text, person text)
RETURNS TABLE (number_id uuid, ciphertext bytea) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE reveal SET redeemed_at = clock_timestamp()
    WHERE token_hash = ticket AND redeemed_at IS NULL AND expires_at > clock_timestamp()
      AND peer = by_peer AND officer = by_officer AND unified_addressee_number = person;
    IF FOUND THEN
        RETURN QUERY SELECT n.number_id, n.ciphertext FROM stored_number n
                     WHERE n.unified_addressee_number = person AND n.state = '1';
    END IF;
END $$;

-- 開示は30秒を超えず、一度だけ。
ALTER TABLE reveal ADD CONSTRAINT reveal_lasts_thirty_seconds CHECK (expires_at <= requested_at + interval '30 seconds');
ALTER TABLE reveal ADD CONSTRAINT reveal_is_asked_for_with_reason CHECK (
    officer <> '' AND affair <> '' AND purpose <> '' AND case_number <> '' AND reason <> '' AND number_right <> '');

CREATE FUNCTION refuse_second_reveal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.redeemed_at IS NOT NULL OR to_jsonb(NEW) - 'redeemed_at' <> to_jsonb(OLD) - 'redeemed_at' THEN
        RAISE EXCEPTION '開示の引換えは一度だけです。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_second_reveal BEFORE UPDATE ON reveal FOR EACH ROW EXECUTE FUNCTION refuse_second_reveal();

ALTER FUNCTION vault_store(uuid[], text[], bytea[], int, int[], bytea[]) OWNER TO osame_vault;
ALTER FUNCTION vault_find(int[], bytea[]) OWNER TO osame_vault;
ALTER FUNCTION vault_end(text, text) OWNER TO osame_vault;
ALTER FUNCTION vault_erase(text) OWNER TO osame_vault;
ALTER FUNCTION vault_holds(text) OWNER TO osame_vault;
ALTER FUNCTION vault_redeem(text, text, text, text) OWNER TO osame_vault;
REVOKE ALL ON FUNCTION vault_store(uuid[], text[], bytea[], int, int[], bytea[]), vault_find(int[], bytea[]),
    vault_end(text, text), vault_erase(text), vault_holds(text), vault_redeem(text, text, text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vault_store(uuid[], text[], bytea[], int, int[], bytea[]), vault_find(int[], bytea[]),
    vault_end(text, text), vault_erase(text), vault_holds(text), vault_redeem(text, text, text, text) TO osame_linkage;
GRANT SELECT, INSERT, UPDATE, DELETE ON stored_number, number_index TO osame_vault;
GRANT SELECT, UPDATE ON reveal TO osame_vault;
GRANT SELECT, UPDATE (retired_at) ON vault_key TO osame_vault; -- 行を共有の錠で押さえるため
