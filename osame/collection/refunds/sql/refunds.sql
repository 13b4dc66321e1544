-- 番号は、それぞれ一つの連番から採る。
CREATE SEQUENCE overpayment_finding_number;
CREATE SEQUENCE refund_decision_number;
CREATE SEQUENCE payee_account_number;
CREATE SEQUENCE payment_run_number;
CREATE SEQUENCE refund_payment_number;
CREATE SEQUENCE refund_encumbrance_number;

CREATE TRIGGER finding_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON overpayment_finding
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER refund_part_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON refund_part
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER payment_line_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON refund_payment_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- 決議の明細は、鎖錠した過誤納金の残りを超えられない。
CREATE FUNCTION guard_refund_part() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    standing bigint;
    taken bigint;
BEGIN
    IF NEW.use = '3' THEN
        RETURN NEW;
    END IF;
    SELECT amount INTO standing FROM overpayment o
    WHERE o.charge_id = NEW.charge_id AND o.receipt_key = NEW.receipt_key AND o.addressee_number = NEW.addressee_number
    FOR UPDATE;
    SELECT coalesce(sum(amount), 0) INTO taken FROM refund_part p
    WHERE p.addressee_number = NEW.addressee_number AND p.decision_id = NEW.decision_id AND p.charge_id = NEW.charge_id
      AND p.receipt_key = NEW.receipt_key AND p.use <> '3';
    IF standing IS NULL OR taken + NEW.amount > standing THEN
        RAISE EXCEPTION '過誤納金の残りを超える還付・充当は決議できません。過誤納金の一覧を開き直してください。'
            USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refund_part_within_overpayment BEFORE INSERT ON refund_part
    FOR EACH ROW EXECUTE FUNCTION guard_refund_part();

-- 決議の額は変わらない。変わるのは、通知日と、取消しだけ。
CREATE FUNCTION guard_refund_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.addressee_number, NEW.decision_id, NEW.proposal_id, NEW.decided_on, NEW.appropriated, NEW.payable, NEW.interest,
        NEW.command_id)
       IS DISTINCT FROM (OLD.addressee_number, OLD.decision_id, OLD.proposal_id, OLD.decided_on, OLD.appropriated, OLD.payable,
        OLD.interest, OLD.command_id)
       OR OLD.state = '9' OR (OLD.state = '2' AND NEW.state = '1') THEN
        RAISE EXCEPTION '還付充当の決議は、書き換えられません。取り消して、決議し直してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refund_decision_is_frozen BEFORE UPDATE ON refund_decision
    FOR EACH ROW EXECUTE FUNCTION guard_refund_decision();
CREATE TRIGGER refund_decision_is_kept BEFORE DELETE OR TRUNCATE ON refund_decision
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- 受取額の合計は、決議の還付の額に等しい。取引の終わりに確かめる。
CREATE FUNCTION payees_share_the_decision() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    shared bigint;
    decided bigint;
BEGIN
    SELECT coalesce(sum(amount), 0) INTO shared FROM refund_payee p
    WHERE p.addressee_number = NEW.addressee_number AND p.decision_id = NEW.decision_id AND p.state <> '9';
    SELECT payable INTO decided FROM refund_decision d
    WHERE d.addressee_number = NEW.addressee_number AND d.decision_id = NEW.decision_id AND d.state = '1';
    IF NOT FOUND THEN
        RETURN NULL;  -- 取り消した決議
    END IF;
    IF shared IS DISTINCT FROM decided THEN
        RAISE EXCEPTION '受取額の合計が、決議の還付の額と違います。持分と額を確かめてください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER refund_payees_share_the_decision AFTER INSERT OR UPDATE OF amount, state ON refund_payee
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payees_share_the_decision();

-- 払った後・払う途中の受取人の額と口座は、変えられない。
CREATE FUNCTION guard_refund_payee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.addressee_number, NEW.decision_id, NEW.payee_number, NEW.kind) IS DISTINCT FROM
       (OLD.addressee_number, OLD.decision_id, OLD.payee_number, OLD.kind)
       OR (OLD.state IN ('4', '5', '8', '9') AND (NEW.amount, NEW.account_id) IS DISTINCT FROM (OLD.amount, OLD.account_id))
       OR (OLD.state IN ('8', '9') AND NEW.state <> OLD.state) THEN
        RAISE EXCEPTION 'この受取人は、もう変えられません。支払を取り下げるか、決議を取り消してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refund_payee_is_guarded BEFORE UPDATE ON refund_payee
    FOR EACH ROW EXECUTE FUNCTION guard_refund_payee();
CREATE TRIGGER refund_payee_is_kept BEFORE DELETE OR TRUNCATE ON refund_payee
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- 支払は、依頼→支払済→（組戻し・返納）、または 依頼→取下げ の順にだけ進む。額も口座も変えられない。
CREATE FUNCTION guard_refund_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.addressee_number, NEW.payment_id, NEW.decision_id, NEW.payee_number, NEW.amount, NEW.method, NEW.run_id,
        NEW.account_id, NEW.paid_out_on)
       IS DISTINCT FROM (OLD.addressee_number, OLD.payment_id, OLD.decision_id, OLD.payee_number, OLD.amount, OLD.method,
        OLD.run_id, OLD.account_id, OLD.paid_out_on)
       OR (NEW.state <> OLD.state AND OLD.state || NEW.state NOT IN ('12', '19', '23', '24')) THEN
        RAISE EXCEPTION '支払は、書き換えられません。組戻しか返納として記録してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refund_payment_is_guarded BEFORE UPDATE ON refund_payment
    FOR EACH ROW EXECUTE FUNCTION guard_refund_payment();
CREATE TRIGGER refund_payment_is_kept BEFORE DELETE OR TRUNCATE ON refund_payment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- 支払の実行は、一度だけ指図になる。指図した後は、ファイルを消すほかに、何も変えられない。
CREATE FUNCTION guard_payment_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = '2' AND NEW.sealed_file IS NULL AND (to_jsonb(NEW) - 'sealed_file') = (to_jsonb(OLD) - 'sealed_file') THEN
        RETURN NEW;  -- 保存の期限が来たファイルは、消してよい
    END IF;
    IF OLD.state <> '1'
       OR (NEW.run_id, NEW.transfer_on, NEW.payments, NEW.total, NEW.digest) IS DISTINCT FROM
          (OLD.run_id, OLD.transfer_on, OLD.payments, OLD.total, OLD.digest)
       OR (OLD.proposal_id IS NOT NULL AND NEW.proposal_id IS DISTINCT FROM OLD.proposal_id) THEN
        RAISE EXCEPTION 'この支払の実行は、もう変えられません。新しい支払の実行を起案してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_run_is_guarded BEFORE UPDATE ON payment_run
    FOR EACH ROW EXECUTE FUNCTION guard_payment_run();
CREATE TRIGGER payment_run_is_kept BEFORE DELETE OR TRUNCATE ON payment_run
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
