-- 発行連番は二度と使わない。発行した納付書は、無効にすることのほか、書き換えられない。
-- The serial never comes back; an issued slip is frozen, for the owner too, except that it can be made void once.
CREATE SEQUENCE slip_serial NO CYCLE;
CREATE SEQUENCE slip_registration_number NO CYCLE;

CREATE TRIGGER payment_slip_is_frozen BEFORE UPDATE OF
    slip_number, addressee_number, kind, issue_count, issued_on, issued_by, amount, payable_through, barcode_through,
    electronic_through, agency_number, confirmation_number, payment_class, barcode, upper_line, lower_line, el_qr, plan,
    cautions, reason, pledge_key, round_number ON payment_slip
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER payment_slip_is_never_deleted BEFORE DELETE OR TRUNCATE ON payment_slip
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER slip_registration_is_never_deleted BEFORE DELETE OR TRUNCATE ON slip_registration
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
