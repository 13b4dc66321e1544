-- 付番台は一つ。
INSERT INTO numbering_counter (counter_id, next_serial) VALUES (1, 1);

-- 削除した団体内統合宛名は、生き返らない。番号も移らない。
CREATE FUNCTION refuse_revival() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.unified_addressee_number <> OLD.unified_addressee_number OR OLD.state = '2' THEN
        RAISE EXCEPTION '削除した団体内統合宛名は変えられません。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse_revival BEFORE UPDATE ON unified_identity FOR EACH ROW EXECUTE FUNCTION refuse_revival();
