-- 収納と収納の取消しは追記だけ。誤りは、取消しを加えて正す。
-- Receipts and their cancellations are append-only, for the owner too.
CREATE TRIGGER receipt_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER receipt_cancellation_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt_cancellation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- 収納が、時効について言うこと。自分で納めた一部納付は承認である。充当・配当・取立ては承認でない。組替えは、誤消込を正した同じ人のものに限る。
-- What receipts tell whoever counts prescription: paying is acknowledging; being appropriated or seized from is not.
CREATE VIEW prescription_event_receipts WITH (security_invoker = true) AS
SELECT r.addressee_number, r.charge_id, '一部納付' AS kind, r.paid_on AS happened_on, NULL::date AS through_on,
       'receipt:' || r.receipt_key AS source
FROM receipt r
WHERE NOT EXISTS (SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key
        AND x.addressee_number = r.addressee_number)
  AND (r.channel NOT IN ('14', '15', '16', '18', '19')
    OR r.channel = '18' AND EXISTS (SELECT 1 FROM receipt_cancellation x WHERE x.addressee_number = r.addressee_number
        AND x.moved_to_charge_id = r.charge_id AND x.moved_to_key = r.receipt_key AND x.reason = '1'))
UNION ALL
SELECT c.addressee_number, c.charge_id, '本税の完納', max(e.effective_on), NULL, 'charge:' || c.charge_id
FROM charge c JOIN entry e USING (addressee_number, charge_id)
WHERE c.principal_tax = 0 AND c.charge_id > 0 AND e.debit = 7 AND e.credit = 2 AND e.reverses IS NULL
  AND NOT EXISTS (SELECT 1 FROM entry v WHERE v.addressee_number = e.addressee_number AND v.charge_id = e.charge_id
        AND v.reverses = e.entry_id)
GROUP BY c.addressee_number, c.charge_id;
