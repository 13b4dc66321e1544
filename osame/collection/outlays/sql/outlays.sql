-- 番号は、それぞれ一つの連番から採る。
CREATE SEQUENCE outlay_number;
CREATE SEQUENCE outlay_run_number;
CREATE TRIGGER outlay_part_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON outlay_part
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER outlay_is_kept BEFORE DELETE OR TRUNCATE ON outlay
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER outlay_run_is_kept BEFORE DELETE OR TRUNCATE ON outlay_run
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- 支払は、決裁された起案からだけ生まれる。 Four eyes hold in SQL, too.
CREATE FUNCTION outlay_needs_a_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> '1' OR NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id AND p.act = 'outlay'
            AND p.state IN ('3', '4') AND EXISTS (SELECT 1 FROM jsonb_array_elements(p.content -> 'outlays') e
                WHERE (e ->> 'outlay')::bigint = NEW.outlay_id AND e ->> 'addressee' = NEW.addressee_number
                  AND (e ->> 'amount')::bigint = NEW.amount + NEW.settled)) THEN
        RAISE EXCEPTION '決裁された起案がありません。起案し、別の職員の照査と決裁を受けてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outlay_is_decided BEFORE INSERT ON outlay FOR EACH ROW EXECUTE FUNCTION outlay_needs_a_decision();
-- 決めた額と受取人は変わらない。状態は、決まった順にだけ進む。
CREATE FUNCTION guard_outlay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.addressee_number, NEW.outlay_id, NEW.kind, NEW.tax_item, NEW.levy_year, NEW.amount, NEW.settled, NEW.interest, NEW.basis, NEW.reason,
        NEW.decided_on, NEW.proposal_id) IS DISTINCT FROM (OLD.addressee_number, OLD.outlay_id, OLD.kind, OLD.tax_item, OLD.levy_year,
        OLD.amount, OLD.settled, OLD.interest, OLD.basis, OLD.reason, OLD.decided_on, OLD.proposal_id)
       OR NEW.state <> OLD.state AND (OLD.state || NEW.state) NOT IN ('12', '19', '21', '23', '31')
       OR NEW.account_id IS DISTINCT FROM OLD.account_id AND OLD.state <> '1' AND NEW.state <> '1' THEN
        RAISE EXCEPTION '支払の決定は、書き換えられません。取り消して、起案し直してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outlay_is_frozen BEFORE UPDATE ON outlay FOR EACH ROW EXECUTE FUNCTION guard_outlay();
-- 支払の回は、決裁された起案からだけ指図になり、指図は一度だけ。
CREATE FUNCTION guard_outlay_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.run_id, NEW.transfer_on, NEW.payments, NEW.total, NEW.digest) IS DISTINCT FROM
           (OLD.run_id, OLD.transfer_on, OLD.payments, OLD.total, OLD.digest)
       OR OLD.state = '9' OR OLD.state = '2' AND NEW.state <> '2'
       OR OLD.state = '2' AND NEW.file_sha256 <> OLD.file_sha256
       OR NEW.state = '2' AND OLD.state = '1' AND NOT EXISTS (SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id
            AND p.act = 'outlay_payment' AND p.state IN ('3', '4') AND (p.content ->> 'run')::bigint = NEW.run_id) THEN
        RAISE EXCEPTION '支払の回は、決裁された起案から一度だけ指図になり、書き換えられません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outlay_run_is_frozen BEFORE UPDATE ON outlay_run FOR EACH ROW EXECUTE FUNCTION guard_outlay_run();
-- 返納を求めた額は変わらない。変わるのは、返納された日だけ。支払った額より多くは求められない。
CREATE FUNCTION guard_outlay_recovery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND ((NEW.amount, NEW.reason, NEW.demanded_on, NEW.payable_through) IS DISTINCT FROM
            (OLD.amount, OLD.reason, OLD.demanded_on, OLD.payable_through) OR OLD.returned_on IS NOT NULL)
       OR NEW.amount + (SELECT coalesce(sum(r.amount), 0) FROM outlay_recovery r WHERE r.addressee_number = NEW.addressee_number
            AND r.outlay_id = NEW.outlay_id AND r.recovery_number <> NEW.recovery_number) >
          (SELECT o.amount FROM outlay o WHERE o.addressee_number = NEW.addressee_number AND o.outlay_id = NEW.outlay_id) THEN
        RAISE EXCEPTION '返納の額は、支払った額を超えられず、書き換えられません。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER outlay_recovery_is_guarded BEFORE INSERT OR UPDATE ON outlay_recovery
    FOR EACH ROW EXECUTE FUNCTION guard_outlay_recovery();
CREATE TRIGGER outlay_recovery_is_kept BEFORE DELETE OR TRUNCATE ON outlay_recovery
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
