-- 元帳を守る規則。どの接続からも、SQL を直に打っても、破れない。
-- The five sentences of the ledger, enforced where the data lives.

ALTER TABLE charge SET (fillfactor = 70);  -- 残高の更新を同じページで済ませる (HOT)
CREATE SEQUENCE entry_number CACHE 1000;
CREATE SEQUENCE charge_number CACHE 1000;
CREATE INDEX entry_suspense ON entry (receipt_key) WHERE charge_id = 0;  -- 仮受の仕訳を入金から引く

-- 円の合計。標準の sum(bigint) は numeric を経由して遅い。こちらは桁あふれを検出する整数の足し算。
CREATE AGGREGATE yen_sum(bigint) (SFUNC = int8pl, STYPE = bigint, INITCOND = '0', COMBINEFUNC = int8pl,
                                  PARALLEL = SAFE);

-- 1. 仕訳は追記だけ。命令も。収納も。
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% は書き換えも削除もできません。誤りは、取り消す仕訳を新しく記帳して正してください。', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER command_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON command
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER slip_share_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON slip_share
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- 消滅の記録は、取り下げるほかに変えられない。
CREATE SEQUENCE charge_extinction_number;
CREATE FUNCTION guard_charge_extinction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.withdrawn_on IS NOT NULL OR (to_jsonb(NEW) - 'withdrawn_on' - 'withdraw_reason')
            <> (to_jsonb(OLD) - 'withdrawn_on' - 'withdraw_reason') THEN
        RAISE EXCEPTION '消滅の記録は、取り下げるほかに書き換えられません。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER charge_extinction_is_guarded BEFORE UPDATE OR DELETE ON charge_extinction
    FOR EACH ROW EXECUTE FUNCTION guard_charge_extinction();

-- 3. 仕訳と残高は、記帳の扉 open_charges と post_entries からしか書けない。扉は同じ行から両方を書くので、食い違いようがない。
CREATE FUNCTION require_posting_door() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    call_stack text;
BEGIN
    GET DIAGNOSTICS call_stack = PG_CONTEXT;
    -- 呼出しの跡は内側から並ぶ。最も外側が扉でなければ通さない。扉の名を文や注釈に書いて語っても、外側にはならない。
    IF current_user <> 'osame_posting'
       OR call_stack !~ E'\nPL/pgSQL function (post_entries|open_charges)\\(bigint\\) line \\d+ at SQL statement$' THEN
        RAISE EXCEPTION '% の金額は、記帳の扉 post_entries と open_charges を通してだけ書けます。', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entry_only_through_the_door BEFORE INSERT ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION require_posting_door();
CREATE TRIGGER charge_opened_only_through_the_door BEFORE INSERT ON charge
    FOR EACH STATEMENT EXECUTE FUNCTION require_posting_door();
CREATE TRIGGER balance_only_through_the_door BEFORE UPDATE OF
    determined, principal_tax, demand_fee, delinquency_charge, disposition_cost, additional_charge, received, overpayment, suspense, written_off, refund_payable, paid_out,
    refund_interest ON charge
    FOR EACH STATEMENT EXECUTE FUNCTION require_posting_door();
CREATE TRIGGER charge_keeps_its_identity BEFORE UPDATE OF
    addressee_number, charge_id, tax_item, levy_year, tax_year, notice_number, special_collector_number, installment_term,
    declaration_number, business_year_number, child_addressee_number, determined_on, fiscal_year ON charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER charge_is_never_deleted BEFORE DELETE OR TRUNCATE ON charge
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- 期別を開く扉。一時ビュー opening の行から、期別・残高・当初調定の仕訳を書く。
-- The opening door: charges, their first balances and their first entries from the same staged rows.
CREATE FUNCTION open_charges(for_command bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    opened bigint;
BEGIN
    INSERT INTO charge (addressee_number, charge_id, tax_item, levy_year, tax_year, notice_number, special_collector_number, installment_term,
        declaration_number, business_year_number, child_addressee_number, due_date, statutory_due_date,
        statutory_due_date_etc, determined_on, fiscal_year, slip_number, last_revision, tax_amount, highest_tax_amount,
        intake_file_id, line_number, per_capita_tax, corporate_tax_levy, land_house_tax, depreciable_asset_tax,
        city_planning_tax, medical_part, support_part, care_part, forest_environment_tax, declaration_class, declared_on,
        business_year_from, business_year_through,
        determined, principal_tax, demand_fee, delinquency_charge, disposition_cost, additional_charge, received, overpayment, suspense, written_off, refund_payable, paid_out,
        refund_interest)
    SELECT addressee_number, charge_id, tax_item, levy_year, tax_year, notice_number, special_collector_number, installment_term,
        declaration_number, business_year_number, child_addressee_number, due_date, statutory_due_date,
        statutory_due_date_etc, determined_on, fiscal_year, slip_number, last_revision, tax_amount, highest_tax_amount,
        intake_file_id, line_number, per_capita_tax, corporate_tax_levy, land_house_tax, depreciable_asset_tax,
        city_planning_tax, medical_part, support_part, care_part, forest_environment_tax, declaration_class, declared_on,
        business_year_from, business_year_through,
        tax_amount, tax_amount, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM pg_temp.opening;
    GET DIAGNOSTICS opened = ROW_COUNT;

    INSERT INTO entry (charge_id, entry_id, addressee_number, amount, debit, credit, kind, effective_on, posted_on,
                       command_id)
    SELECT charge_id, nextval('entry_number'), addressee_number, tax_amount, 2, 1, 1, determined_on, accounted_on,
           for_command
    FROM pg_temp.opening WHERE tax_amount > 0;
    RETURN opened;
END $$;

-- 記帳の扉。一時表 posting に置かれた振替から、仕訳と残高を同じ取引の中で書く。
-- The posting door: entries and balances from the same staged rows, set-based, one group per charge.
CREATE FUNCTION post_entries(for_command bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    posted bigint;
    charges bigint;
    updated bigint;
BEGIN
    INSERT INTO entry (charge_id, entry_id, addressee_number, amount, debit, credit, kind,
                       effective_on, posted_on, receipt_key, reverses, command_id)
    SELECT charge_id, nextval('entry_number'), addressee_number, amount, debit, credit, kind,
           effective_on, posted_on, receipt_key, reverses, for_command
    FROM pg_temp.posting;
    GET DIAGNOSTICS posted = ROW_COUNT;

    CREATE TEMP TABLE posting_sum ON COMMIT DROP AS
    SELECT charge_id, addressee_number,
           yen_sum(CASE WHEN credit = 1 THEN amount WHEN debit = 1 THEN -amount ELSE 0 END) AS determined,
           yen_sum(CASE WHEN debit = 2 THEN amount WHEN credit = 2 THEN -amount ELSE 0 END) AS principal_tax,
           yen_sum(CASE WHEN debit = 3 THEN amount WHEN credit = 3 THEN -amount ELSE 0 END) AS demand_fee,
           yen_sum(CASE WHEN debit = 4 THEN amount WHEN credit = 4 THEN -amount ELSE 0 END) AS delinquency_charge,
           yen_sum(CASE WHEN debit = 5 THEN amount WHEN credit = 5 THEN -amount ELSE 0 END) AS disposition_cost,
           yen_sum(CASE WHEN debit = 6 THEN amount WHEN credit = 6 THEN -amount ELSE 0 END) AS additional_charge,
           yen_sum(CASE WHEN debit = 7 THEN amount WHEN credit = 7 THEN -amount ELSE 0 END) AS received,
           yen_sum(CASE WHEN credit = 8 THEN amount WHEN debit = 8 THEN -amount ELSE 0 END) AS overpayment,
           yen_sum(CASE WHEN credit = 9 THEN amount WHEN debit = 9 THEN -amount ELSE 0 END) AS suspense,
           yen_sum(CASE WHEN debit = 10 THEN amount WHEN credit = 10 THEN -amount ELSE 0 END) AS written_off,
           yen_sum(CASE WHEN credit = 11 THEN amount WHEN debit = 11 THEN -amount ELSE 0 END) AS refund_payable,
           yen_sum(CASE WHEN credit = 12 THEN amount WHEN debit = 12 THEN -amount ELSE 0 END) AS paid_out,
           yen_sum(CASE WHEN debit = 13 THEN amount WHEN credit = 13 THEN -amount ELSE 0 END) AS refund_interest
    FROM pg_temp.posting GROUP BY charge_id, addressee_number;
    GET DIAGNOSTICS charges = ROW_COUNT;
    ANALYZE posting_sum;

    UPDATE charge c SET
        determined = c.determined + d.determined,
        principal_tax = c.principal_tax + d.principal_tax,
        demand_fee = c.demand_fee + d.demand_fee,
        delinquency_charge = c.delinquency_charge + d.delinquency_charge,
        disposition_cost = c.disposition_cost + d.disposition_cost,
        additional_charge = c.additional_charge + d.additional_charge,
        received = c.received + d.received,
        overpayment = c.overpayment + d.overpayment,
        suspense = c.suspense + d.suspense,
        written_off = c.written_off + d.written_off,
        refund_payable = c.refund_payable + d.refund_payable,
        paid_out = c.paid_out + d.paid_out,
        refund_interest = c.refund_interest + d.refund_interest
    FROM posting_sum d
    WHERE c.charge_id = d.charge_id AND c.addressee_number = d.addressee_number;
    GET DIAGNOSTICS updated = ROW_COUNT;
    DROP TABLE posting_sum;
    IF updated <> charges THEN
        RAISE EXCEPTION '記帳先の期別がありません（%件中%件）。', charges, charges - updated
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN posted;
END $$;

-- 仮受の口座（期別番号0）。
ALTER TABLE charge DISABLE TRIGGER USER;
INSERT INTO charge (addressee_number, charge_id, tax_item, levy_year, tax_year, notice_number, special_collector_number, installment_term,
        declaration_number, business_year_number, child_addressee_number, due_date, statutory_due_date,
        statutory_due_date_etc, determined_on, fiscal_year, slip_number, last_revision, tax_amount, highest_tax_amount,
        intake_file_id, line_number, per_capita_tax, corporate_tax_levy, land_house_tax, depreciable_asset_tax,
        city_planning_tax, medical_part, support_part, care_part, forest_environment_tax, declaration_class, declared_on,
        business_year_from, business_year_through,
    determined, principal_tax, demand_fee, delinquency_charge, disposition_cost, additional_charge, received, overpayment, suspense, written_off, refund_payable, paid_out,
        refund_interest)
VALUES ('', 0, '', 0, 0, '', '', 0, '', '', '', '1900-01-01', '1900-01-01', '1900-01-01', '1900-01-01', 0, NULL, 0, 0, 0, 0, 0,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '', NULL, NULL, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
ALTER TABLE charge ENABLE TRIGGER USER;

ALTER FUNCTION open_charges(bigint) OWNER TO osame_posting;
ALTER FUNCTION post_entries(bigint) OWNER TO osame_posting;
REVOKE ALL ON FUNCTION open_charges(bigint), post_entries(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_charges(bigint), post_entries(bigint) TO osame_collection;
GRANT SELECT, INSERT ON entry TO osame_posting;
GRANT SELECT, INSERT, UPDATE ON charge TO osame_posting;
GRANT USAGE ON SEQUENCE entry_number TO osame_posting;
GRANT USAGE ON SEQUENCE charge_number TO osame_collection;
