-- 猶予の対象の期別と計画は追記だけ。担保は、解除のほかに書き換えられない。期間は、生きている猶予どうしで同じ期別に重ならない。
CREATE SEQUENCE grace_security_number;
CREATE TRIGGER grace_charge_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON grace_charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER grace_instalment_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON grace_instalment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
ALTER TABLE grace_charge ADD CONSTRAINT grace_charge_of_a_grace
    FOREIGN KEY (addressee_number, grace_id) REFERENCES grace (addressee_number, grace_id);
ALTER TABLE grace_charge ADD CONSTRAINT grace_charge_of_a_charge
    FOREIGN KEY (addressee_number, charge_id) REFERENCES charge (addressee_number, charge_id);
CREATE FUNCTION guard_grace_security() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.released_on IS NOT NULL OR (NEW.addressee_number, NEW.security_id, NEW.grace_id, NEW.kind, NEW.description,
            NEW.value, NEW.given_on, NEW.officer) IS DISTINCT FROM (OLD.addressee_number, OLD.security_id, OLD.grace_id,
            OLD.kind, OLD.description, OLD.value, OLD.given_on, OLD.officer) THEN
        RAISE EXCEPTION '登録した担保は、解除のほかに書き換えられません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER grace_security_is_guarded BEFORE UPDATE ON grace_security
    FOR EACH ROW EXECUTE FUNCTION guard_grace_security();
