-- 監査の鎖。記録は書くときにハッシュされ、取引が確定するときに一本の鎖に封じられる。
-- The audit chain: hashed at insert, sealed into one chain at commit. `canonical.py` says the same form in Python.

-- 一行の式であるものは、名前を定義のときに結ぶ形で書く。探索経路の影響を受けず、呼ぶ式の中に展開される。

-- 目的の門が告げた値。取引の外に残らない。
CREATE FUNCTION audit_told(name text) RETURNS text LANGUAGE sql STABLE
RETURN coalesce(current_setting('osame.' || name, true), '');

-- 長さを前に置く。どこで値が終わるかを、値の中身からは変えられない。
CREATE FUNCTION audit_part(value text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT
RETURN int4send(octet_length(convert_to(value, 'UTF8'))) || convert_to(value, 'UTF8');

CREATE FUNCTION audit_parts(value_list text[]) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT
RETURN (SELECT int4send(cardinality(value_list)) || coalesce(string_agg(audit_part(each), ''::bytea ORDER BY place), ''::bytea)
        FROM unnest(value_list) WITH ORDINALITY AS listed (each, place));

CREATE FUNCTION audit_content_hash(event audit_event) RETURNS bytea LANGUAGE sql STABLE
RETURN sha256(
    'osame-audit-event-1'::bytea || int8send(event.event_id)
    || int8send((extract(epoch FROM event.occurred_at) * 1000000)::bigint) || int8send(event.transaction_number)
    || audit_part(event.act) || audit_part(event.outcome) || audit_part(event.officer) || audit_part(event.department)
    || audit_part(event.role) || audit_part(event.terminal) || audit_part(event.function_code)
    || audit_part(event.purpose) || audit_part(event.case_number) || audit_part(event.request_number)
    || audit_parts(event.subjects::text[]) || audit_parts(event.fields) || audit_part(event.detail::text)
);

-- 書くとき：誰が何のためにしたかは、書いた者の言い分ではなく、取引が運ぶ値から取る。
CREATE FUNCTION audit_event_is_written() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.officer := audit_told('officer');
    NEW.department := audit_told('department');
    NEW.role := audit_told('role');
    NEW.terminal := audit_told('terminal');
    NEW.function_code := audit_told('function');
    NEW.purpose := audit_told('purpose');
    NEW.case_number := audit_told('case');
    NEW.request_number := audit_told('request');
    IF NEW.officer = '' OR NEW.function_code = '' OR NEW.purpose = '' THEN
        RAISE EXCEPTION '誰が何のために行うのかが告げられていないので、監査の記録を書けません。'
            USING ERRCODE = 'check_violation';
    END IF;
    NEW.occurred_at := clock_timestamp();
    NEW.transaction_number := pg_current_xact_id()::text::bigint;
    NEW.content_hash := audit_content_hash(NEW);
    RETURN NEW;
END $$;
CREATE TRIGGER audit_event_is_written BEFORE INSERT ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_is_written();

ALTER TABLE audit_event
    ADD CONSTRAINT audit_event_lists_are_flat CHECK (
        coalesce(array_ndims(subjects), 1) = 1 AND coalesce(array_ndims(fields), 1) = 1
        AND array_position(subjects, NULL) IS NULL AND array_position(fields, NULL) IS NULL);
CREATE INDEX audit_event_by_subject ON audit_event USING gin (subjects);

-- 封印の順番待ち。一つの取引に一行だけ立ち、同じ取引のうちに消える。
CREATE UNLOGGED TABLE audit_turn (
    transaction_number bigint PRIMARY KEY,
    first_event_id bigint NOT NULL
);
COMMENT ON TABLE audit_turn IS '監査の封印の順番待ち（取引の間だけ）';

-- 確定のとき、一巡目：順番待ちに立つだけ。封印は二巡目に回るので、ほかの遅延制約（外部キー）がすべて済んでから
-- 鎖の鎖錠を取る。鎖錠を取った後に、ほかの取引を待つことがない。
CREATE FUNCTION audit_event_takes_its_turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO audit_turn AS turn VALUES (NEW.transaction_number, NEW.event_id)
    ON CONFLICT (transaction_number) DO UPDATE SET first_event_id = EXCLUDED.first_event_id
    WHERE turn.first_event_id > EXCLUDED.first_event_id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_event_takes_its_turn AFTER INSERT ON audit_event
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_event_takes_its_turn();

-- 二巡目：この取引の記録をまとめて、鎖の先につなぐ。連番に欠けはなく、前のハッシュは一意なので枝分かれしない。
-- 読むのはいつも、表の終わりの数行。統計が古くても全件を読まないよう、順次走査を選ばせない。
CREATE FUNCTION audit_seal_events() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
DECLARE
    event_ids bigint[];
    contents bytea[];
    numbers bigint[] := '{}';
    before bytea[] := '{}';
    after bytea[] := '{}';
    last bigint;
    link bytea;
    first_of_turn bigint;
BEGIN
    DELETE FROM audit_turn WHERE transaction_number = NEW.transaction_number RETURNING first_event_id INTO first_of_turn;
    SELECT array_agg(event_id ORDER BY event_id), array_agg(content_hash ORDER BY event_id) INTO event_ids, contents
    FROM audit_event e
    WHERE event_id >= first_of_turn AND transaction_number = NEW.transaction_number
      AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.event_id = e.event_id);
    PERFORM pg_advisory_xact_lock(7140041);
    SELECT sequence, chain_hash INTO last, link FROM audit_seal ORDER BY sequence DESC LIMIT 1;
    last := coalesce(last, 0);
    link := coalesce(link, decode(repeat('00', 32), 'hex'));
    FOR place IN 1 .. coalesce(cardinality(event_ids), 0) LOOP
        numbers := numbers || (last + place);
        before := array_append(before, link);
        link := sha256('osame-audit-chain-1'::bytea || int8send(last + place) || int8send(event_ids[place]) || link
                       || contents[place]);
        after := array_append(after, link);
    END LOOP;
    INSERT INTO audit_seal (sequence, event_id, previous_hash, chain_hash)
    SELECT * FROM unnest(numbers, event_ids, before, after);
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_seal_events AFTER INSERT ON audit_turn
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_seal_events();

-- 書き換え、消去、空にすることは、誰にもさせない。
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '監査の記録は、書き換えることも消すこともできません（%）。', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_seal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seal
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_checkpoint_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

GRANT SELECT ON audit_event TO osame_sealing;
GRANT SELECT, INSERT ON audit_seal TO osame_sealing;
GRANT SELECT, INSERT, UPDATE, DELETE ON audit_turn TO osame_sealing;
GRANT SELECT ON audit_event, audit_seal, audit_checkpoint TO osame_auditor;
ALTER FUNCTION audit_event_takes_its_turn() OWNER TO osame_sealing;
ALTER FUNCTION audit_seal_events() OWNER TO osame_sealing;
REVOKE ALL ON FUNCTION audit_event_takes_its_turn(), audit_seal_events() FROM PUBLIC;
