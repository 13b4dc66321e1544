-- 免除期間は追記だけ。取りやめは、期間を名指す取消しの行である。期間は、その人の期別にだけ付く。
CREATE SEQUENCE exemption_period_number;
ALTER TABLE exemption_period ADD CONSTRAINT exemption_period_of_a_charge
    FOREIGN KEY (addressee_number, charge_id) REFERENCES charge (addressee_number, charge_id);
ALTER TABLE exemption_cancellation ADD CONSTRAINT exemption_cancellation_of_a_period
    FOREIGN KEY (addressee_number, period_id) REFERENCES exemption_period (addressee_number, period_id);
CREATE TRIGGER exemption_period_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON exemption_period
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER exemption_cancellation_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON exemption_cancellation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
