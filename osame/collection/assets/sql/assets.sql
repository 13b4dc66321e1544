-- 回答は追記だけ。財産は、取り消されていない認定のある回答からだけ作れる。差押えの有無は、処分の章のトリガーだけが書く。
CREATE TRIGGER property_reply_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON property_reply
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER asset_interest_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON asset_interest
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER earlier_address_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON earlier_address
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE holder_identification ADD CONSTRAINT identification_of_a_reply
    FOREIGN KEY (addressee_number, reply_id) REFERENCES property_reply (addressee_number, reply_id);
ALTER TABLE asset ADD CONSTRAINT asset_of_an_identification
    FOREIGN KEY (addressee_number, reply_id) REFERENCES holder_identification (addressee_number, reply_id);
ALTER TABLE asset_interest ADD CONSTRAINT interest_in_an_asset
    FOREIGN KEY (addressee_number, asset_id) REFERENCES asset (addressee_number, asset_id);
ALTER TABLE property_inquiry ADD CONSTRAINT inquiry_of_an_investigation
    FOREIGN KEY (addressee_number, investigation_id) REFERENCES asset_investigation (addressee_number, investigation_id);
ALTER TABLE search_record ADD CONSTRAINT search_of_an_investigation
    FOREIGN KEY (addressee_number, investigation_id) REFERENCES asset_investigation (addressee_number, investigation_id);
ALTER TABLE property_reply ADD CONSTRAINT reply_of_a_search
    FOREIGN KEY (addressee_number, search_id) REFERENCES search_record (addressee_number, search_id);
ALTER TABLE property_reply ADD CONSTRAINT reply_to_an_inquiry
    FOREIGN KEY (addressee_number, inquiry_id) REFERENCES property_inquiry (addressee_number, inquiry_id);

CREATE FUNCTION guard_asset() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT EXISTS (SELECT 1 FROM holder_identification i JOIN property_reply r USING (addressee_number, reply_id)
                WHERE i.addressee_number = NEW.addressee_number AND i.reply_id = NEW.reply_id AND i.withdrawn_on IS NULL
                  AND r.kind = NEW.kind AND r.third_party_id IS NOT DISTINCT FROM NEW.third_party_id
                  AND r.description = NEW.description) THEN
            RAISE EXCEPTION '同一人と認定された回答の財産ではありません。回答を確かめてから登録してください。'
                USING ERRCODE = 'OS409';
        END IF;
        NEW.is_seized := false;
        RETURN NEW;
    END IF;
    IF (NEW.addressee_number, NEW.asset_id, NEW.reply_id, NEW.kind, NEW.third_party_id, NEW.description, NEW.recorded_on)
       IS DISTINCT FROM (OLD.addressee_number, OLD.asset_id, OLD.reply_id, OLD.kind, OLD.third_party_id, OLD.description,
       OLD.recorded_on) THEN
        RAISE EXCEPTION '財産の表示は書き換えられません。回答から登録し直してください。' USING ERRCODE = 'OS409';
    END IF;
    IF NEW.is_seized <> OLD.is_seized AND pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION '差押えの有無は、差押えと解除の行いだけが変えます。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER asset_is_guarded BEFORE INSERT OR UPDATE ON asset FOR EACH ROW EXECUTE FUNCTION guard_asset();

-- 宛名の写しの住所が変わったら、前の住所を残す。名義人の古い住所が、同じ人の証しになる。
CREATE FUNCTION keep_earlier_address() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO earlier_address (addressee_number, line_number, address, through_on, evidence, officer)
    SELECT OLD.addressee_number, coalesce(max(line_number), 0) + 1, OLD.address || ' ' || OLD.address_detail,
           NEW.updated_on, '宛名の写しの住所の変更', '（自動）'
    FROM earlier_address WHERE addressee_number = OLD.addressee_number;
    RETURN NULL;
END $$;
CREATE TRIGGER addressee_keeps_earlier_address AFTER UPDATE OF address, address_detail ON addressee
    FOR EACH ROW WHEN (OLD.address <> '' AND (OLD.address, OLD.address_detail) IS DISTINCT FROM (NEW.address, NEW.address_detail))
    EXECUTE FUNCTION keep_earlier_address();

CREATE TRIGGER seizure_left_out_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seizure_left_out
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE competing_enforcement ADD CONSTRAINT competing_for_an_asset
    FOREIGN KEY (addressee_number, asset_id) REFERENCES asset (addressee_number, asset_id);

-- 捜索調書の内容は、滞納者に知らせた日のほか、書き換えられない。
CREATE FUNCTION guard_search_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - 'notified_on' IS DISTINCT FROM to_jsonb(OLD) - 'notified_on'
       OR OLD.notified_on IS NOT NULL AND NEW.notified_on IS DISTINCT FROM OLD.notified_on THEN
        RAISE EXCEPTION '捜索調書は書き換えられません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER search_record_is_guarded BEFORE UPDATE ON search_record
    FOR EACH ROW EXECUTE FUNCTION guard_search_record();

-- 時効に関わる出来事。捜索に着手した日。滞納者でない者のところでの捜索は、滞納者に知らせた日から効く。
CREATE VIEW prescription_event_assets WITH (security_invoker = true) AS
SELECT s.addressee_number, c.charge_id, '捜索' AS kind,
       CASE WHEN s.whose = '1' THEN s.searched_on ELSE greatest(s.searched_on, s.notified_on) END AS happened_on,
       NULL::date AS through_on, 'search:' || s.search_id AS source
FROM search_record s CROSS JOIN LATERAL unnest(s.charges) AS c (charge_id)
WHERE s.whose = '1' OR s.notified_on IS NOT NULL;
