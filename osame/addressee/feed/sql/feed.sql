-- 宛名の変更を知らせる。文ごとに一度、変わった番号だけを書く。
CREATE FUNCTION feed_announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO feed_change (addressee_number) SELECT DISTINCT %I FROM touched', TG_ARGV[0]);
    PERFORM pg_notify('addressee_feed', '');
    RETURN NULL;
END $$;

-- 表を一つ、見張りに加える。number は宛名番号の列の名。
CREATE FUNCTION feed_watch(watched regclass, number text DEFAULT 'addressee_number') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TRIGGER feed_announces_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS touched '
                   'FOR EACH STATEMENT EXECUTE FUNCTION feed_announce(%L)', watched, number);
    EXECUTE format('CREATE TRIGGER feed_announces_update AFTER UPDATE ON %s REFERENCING NEW TABLE AS touched '
                   'FOR EACH STATEMENT EXECUTE FUNCTION feed_announce(%L)', watched, number);
    EXECUTE format('CREATE TRIGGER feed_announces_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS touched '
                   'FOR EACH STATEMENT EXECUTE FUNCTION feed_announce(%L)', watched, number);
END $$;

CREATE SEQUENCE feed_position;
INSERT INTO feed_day VALUES (1, '-infinity');

-- その日に効き始めた、または終わった事実。
CREATE FUNCTION feed_due(since date, as_of date) RETURNS SETOF varchar LANGUAGE sql STABLE AS $$
    SELECT addressee_number FROM addressee_version
    WHERE superseded_at IS NULL AND (valid_from > since AND valid_from <= as_of OR valid_until > since AND valid_until <= as_of)
    UNION
    SELECT addressee_number FROM mailing_address
    WHERE superseded_at IS NULL AND (valid_from > since AND valid_from <= as_of OR valid_until > since AND valid_until <= as_of)
    UNION
    SELECT addressee_number FROM contact
    WHERE superseded_at IS NULL AND (valid_from > since AND valid_from <= as_of OR valid_until > since AND valid_until <= as_of)
$$;

-- 確定した変更に位置を付ける。鎖錠は、位置が見えるようになるまで放されない。最後の位置を返す。
CREATE FUNCTION feed_publish(as_of date) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    since date;
BEGIN
    SELECT announced_on INTO since FROM feed_day;
    IF since < as_of OR EXISTS (SELECT 1 FROM feed_change) THEN
        PERFORM pg_advisory_xact_lock(hashtext('addressee_feed'));
        SELECT announced_on INTO since FROM feed_day;
        IF since < as_of THEN
            IF since > '-infinity' THEN  -- 初めての日は、変更がすべて並んでいる
                INSERT INTO feed_change (addressee_number) SELECT * FROM feed_due(since, as_of);
            END IF;
            UPDATE feed_day SET announced_on = as_of;
        END IF;
        WITH taken AS (DELETE FROM feed_change RETURNING addressee_number),
             each AS (SELECT addressee_number FROM taken GROUP BY addressee_number ORDER BY addressee_number)
        INSERT INTO feed_entry (addressee_number, position) SELECT addressee_number, nextval('feed_position') FROM each
        ON CONFLICT (addressee_number) DO UPDATE SET position = excluded.position;
    END IF;
    RETURN coalesce((SELECT max(position) FROM feed_entry), 0);
END $$;

-- 見張る表。加えるときは、ここに一行。
SELECT feed_watch('addressee');
SELECT feed_watch('addressee_version');
SELECT feed_watch('mailing_address');
SELECT feed_watch('contact');
SELECT feed_watch('agent');
SELECT feed_watch('protection_measure');
SELECT feed_watch('protected_relation');
SELECT feed_watch('consolidation_link');
