-- 公金受取口座は、還付のためにだけ、照会した受取人にだけ、一度だけ使える。ほかの目的の取引には、一行も見せない。
CREATE SEQUENCE public_benefit_account_inquiry_number;
ALTER TABLE public_benefit_account_inquiry ADD CONSTRAINT account_inquiry_of_a_payee
    FOREIGN KEY (addressee_number, decision_id, payee_number)
    REFERENCES refund_payee (addressee_number, decision_id, payee_number);

CREATE POLICY public_money_is_for_refunds ON payee_account AS RESTRICTIVE
    USING (source <> '3' OR coalesce(current_setting('osame.purpose', true), '') = 'refund_notice');
CREATE POLICY account_inquiry_is_for_refunds ON public_benefit_account_inquiry AS RESTRICTIVE
    USING (coalesce(current_setting('osame.purpose', true), '') = 'refund_notice');

-- 公金受取口座は、次の還付に使う同意のない、名義を封じた本人の口座である。消した口座には、何も残らない。
ALTER TABLE payee_account ADD CONSTRAINT public_money_is_sealed
    CHECK (source <> '3' OR (own AND NOT consented AND holder_kana = ''));
ALTER TABLE payee_account ADD CONSTRAINT erased_account_is_empty
    CHECK (erased_on IS NULL OR (sealed_number = '' AND holder_kana = '' AND last_digits = '' AND bank_code = ''
           AND branch_code = '' AND ended_on IS NOT NULL));

-- 照会は、希望→照会→取得→利用→消去の順にだけ進む。
CREATE FUNCTION guard_account_inquiry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.addressee_number, NEW.inquiry_id, NEW.decision_id, NEW.payee_number, NEW.request_key, NEW.wished_on,
        NEW.wish_source, NEW.wish_officer, NEW.reason) IS DISTINCT FROM
       (OLD.addressee_number, OLD.inquiry_id, OLD.decision_id, OLD.payee_number, OLD.request_key, OLD.wished_on,
        OLD.wish_source, OLD.wish_officer, OLD.reason)
       OR (OLD.account_id IS NOT NULL AND NEW.account_id IS DISTINCT FROM OLD.account_id)
       OR (NEW.state <> OLD.state AND OLD.state || NEW.state NOT IN ('12', '19', '23', '26', '27', '29', '34', '35', '45')) THEN
        RAISE EXCEPTION '公金受取口座の照会は、書き換えられません。画面を開き直してください。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER account_inquiry_is_guarded BEFORE UPDATE ON public_benefit_account_inquiry
    FOR EACH ROW EXECUTE FUNCTION guard_account_inquiry();
CREATE TRIGGER account_inquiry_is_kept BEFORE DELETE OR TRUNCATE ON public_benefit_account_inquiry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- 受取人にも支払にも、照会した受取人の、まだ使っていない口座だけを付けられる。
CREATE FUNCTION public_money_stays_on_its_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found_source text;
BEGIN
    IF NEW.account_id IS NULL OR (TG_OP = 'UPDATE' AND NEW.account_id IS NOT DISTINCT FROM OLD.account_id) THEN
        RETURN NEW;
    END IF;
    SELECT source INTO found_source FROM payee_account a
    WHERE a.addressee_number = NEW.addressee_number AND a.account_id = NEW.account_id AND a.erased_on IS NULL;
    IF found_source IS NULL THEN
        RAISE EXCEPTION 'この口座は、もうないか、還付のほかの目的では使えません。' USING ERRCODE = 'OS409';
    END IF;
    IF found_source = '3' AND NOT EXISTS (
        SELECT 1 FROM public_benefit_account_inquiry i
        WHERE i.addressee_number = NEW.addressee_number AND i.decision_id = NEW.decision_id
          AND i.payee_number = NEW.payee_number AND i.account_id = NEW.account_id AND i.state = '3') THEN
        RAISE EXCEPTION '公金受取口座は、照会した還付の受取人への支払に、一度だけ使えます。' USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payee_has_its_own_public_account BEFORE INSERT OR UPDATE ON refund_payee
    FOR EACH ROW EXECUTE FUNCTION public_money_stays_on_its_case();
CREATE TRIGGER payment_has_its_own_public_account BEFORE INSERT ON refund_payment
    FOR EACH ROW EXECUTE FUNCTION public_money_stays_on_its_case();

-- 支払の指図になったとき、その口座は使われた。二度目はない。
CREATE FUNCTION public_money_is_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE public_benefit_account_inquiry i SET state = '4', used_on = NEW.paid_out_on
    WHERE i.addressee_number = NEW.addressee_number AND i.account_id = NEW.account_id AND i.state = '3';
    RETURN NULL;
END $$;
CREATE TRIGGER payment_uses_public_account AFTER UPDATE OF state ON refund_payment
    FOR EACH ROW WHEN (OLD.state = '1' AND NEW.state = '2' AND NEW.account_id IS NOT NULL)
    EXECUTE FUNCTION public_money_is_used();
