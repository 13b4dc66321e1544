-- 元帳を守る規則。どの接続からも、SQL を直に打っても、破れない。
-- The five sentences of the ledger, enforced where the data lives.

ALTER TABLE balance SET (fillfactor = 80);  -- 残高の更新を同じページで済ませる (HOT)
CREATE SEQUENCE entry_number CACHE 1000;
CREATE SEQUENCE charge_number CACHE 1000;
CREATE INDEX entry_suspense ON entry (receipt_key) WHERE charge_id = 0;  -- 仮受の仕訳を入金から引く

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

-- 3. 仕訳と残高は、記帳の扉 post_entries からしか書けない。扉は同じ行から両方を書くので、食い違いようがない。
CREATE FUNCTION require_posting_door() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    call_stack text;
BEGIN
    GET DIAGNOSTICS call_stack = PG_CONTEXT;
    IF current_user <> 'osame_posting' OR call_stack NOT LIKE '%function post_entries(bigint)%' THEN
        RAISE EXCEPTION '% は記帳の扉 post_entries を通してだけ書けます。', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER entry_only_through_the_door BEFORE INSERT ON entry
    FOR EACH STATEMENT EXECUTE FUNCTION require_posting_door();
CREATE TRIGGER balance_only_through_the_door BEFORE INSERT OR UPDATE ON balance
    FOR EACH STATEMENT EXECUTE FUNCTION require_posting_door();
CREATE TRIGGER balance_is_never_deleted BEFORE DELETE OR TRUNCATE ON balance
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- 記帳の扉。一時表 posting に置かれた振替から、仕訳と残高を同じ取引の中で書く。
-- The posting door: entries and balances from the same staged rows, set-based, one group per charge.
CREATE FUNCTION post_entries(for_command bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_hashagg = off AS $$
DECLARE
    posted bigint;
BEGIN
    INSERT INTO entry (charge_id, entry_id, addressee_number, amount, debit, credit, kind,
                       effective_on, posted_on, receipt_key, reverses, command_id)
    SELECT charge_id, nextval('entry_number'), addressee_number, amount, debit, credit, kind,
           effective_on, posted_on, receipt_key, reverses, for_command
    FROM pg_temp.posting;
    GET DIAGNOSTICS posted = ROW_COUNT;

    MERGE INTO balance b USING (
        SELECT charge_id, addressee_number,
               sum(CASE WHEN credit = 1 THEN amount WHEN debit = 1 THEN -amount ELSE 0 END)::bigint AS determined,
               sum(CASE WHEN debit = 2 THEN amount WHEN credit = 2 THEN -amount ELSE 0 END)::bigint AS principal_tax,
               sum(CASE WHEN debit = 3 THEN amount WHEN credit = 3 THEN -amount ELSE 0 END)::bigint AS demand_fee,
               sum(CASE WHEN debit = 4 THEN amount WHEN credit = 4 THEN -amount ELSE 0 END)::bigint
                   AS delinquency_charge,
               sum(CASE WHEN debit = 5 THEN amount WHEN credit = 5 THEN -amount ELSE 0 END)::bigint
                   AS disposition_cost,
               sum(CASE WHEN debit = 6 THEN amount WHEN credit = 6 THEN -amount ELSE 0 END)::bigint
                   AS additional_charge,
               sum(CASE WHEN debit = 7 THEN amount WHEN credit = 7 THEN -amount ELSE 0 END)::bigint AS received,
               sum(CASE WHEN credit = 8 THEN amount WHEN debit = 8 THEN -amount ELSE 0 END)::bigint AS overpayment,
               sum(CASE WHEN credit = 9 THEN amount WHEN debit = 9 THEN -amount ELSE 0 END)::bigint AS suspense,
               sum(CASE WHEN debit = 10 THEN amount WHEN credit = 10 THEN -amount ELSE 0 END)::bigint AS written_off
        FROM pg_temp.posting
        GROUP BY charge_id, addressee_number
    ) d ON b.charge_id = d.charge_id AND b.addressee_number = d.addressee_number
    WHEN MATCHED THEN UPDATE SET
        determined = b.determined + d.determined,
        principal_tax = b.principal_tax + d.principal_tax,
        demand_fee = b.demand_fee + d.demand_fee,
        delinquency_charge = b.delinquency_charge + d.delinquency_charge,
        disposition_cost = b.disposition_cost + d.disposition_cost,
        additional_charge = b.additional_charge + d.additional_charge,
        received = b.received + d.received,
        overpayment = b.overpayment + d.overpayment,
        suspense = b.suspense + d.suspense,
        written_off = b.written_off + d.written_off
    WHEN NOT MATCHED THEN INSERT
        (charge_id, determined, principal_tax, demand_fee, delinquency_charge, disposition_cost, additional_charge,
         received, overpayment, suspense, written_off, addressee_number)
        VALUES (d.charge_id, d.determined, d.principal_tax, d.demand_fee, d.delinquency_charge, d.disposition_cost,
                d.additional_charge, d.received, d.overpayment, d.suspense, d.written_off, d.addressee_number);
    RETURN posted;
END $$;

ALTER FUNCTION post_entries(bigint) OWNER TO osame_posting;
REVOKE ALL ON FUNCTION post_entries(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION post_entries(bigint) TO osame_collection;
GRANT SELECT, INSERT ON entry TO osame_posting;
GRANT SELECT, INSERT, UPDATE ON balance TO osame_posting;
GRANT USAGE ON SEQUENCE entry_number TO osame_posting;
GRANT USAGE ON SEQUENCE charge_number TO osame_collection;
