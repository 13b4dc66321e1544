-- 個人番号利用権限は、年度末（次の3月31日）までに必ず切れる。
ALTER TABLE number_right ADD CONSTRAINT number_right_ends_by_the_end_of_the_fiscal_year
    CHECK (expires_on <= make_date(
        (extract(year FROM valid_from) + CASE WHEN extract(month FROM valid_from) >= 4 THEN 1 ELSE 0 END)::int, 3, 31));

-- 申請の中身は、後から変えられない。変えるときは、取り消して申請し直す。
CREATE FUNCTION number_right_stays_as_applied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.staff_number, NEW.purposes, NEW.valid_from, NEW.applicant, NEW.applied_at)
       IS DISTINCT FROM (OLD.staff_number, OLD.purposes, OLD.valid_from, OLD.applicant, OLD.applied_at)
       OR NEW.expires_on > OLD.expires_on THEN
        RAISE EXCEPTION '個人番号利用権限の中身は変えられません。取り消して、申請し直してください。' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (OLD.department_head <> '' AND NEW.department_head <> OLD.department_head)
       OR (OLD.protection_manager <> '' AND NEW.protection_manager <> OLD.protection_manager)
       OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at) THEN
        RAISE EXCEPTION '認めた者と発行した者は、後から変えられません。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER number_right_stays_as_applied BEFORE UPDATE ON number_right
    FOR EACH ROW EXECUTE FUNCTION number_right_stays_as_applied();

-- 取り消した役割と許可は、生き返らない。付与し直すときは、新しい行にする。
CREATE FUNCTION grant_stays_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL AND NEW IS DISTINCT FROM OLD
       OR (NEW.staff_number, NEW.granted_by, NEW.valid_from) IS DISTINCT FROM (OLD.staff_number, OLD.granted_by, OLD.valid_from)
       OR NEW.valid_until IS DISTINCT FROM OLD.valid_until AND (NEW.valid_until IS NULL OR NEW.valid_until > OLD.valid_until) THEN
        RAISE EXCEPTION '付与は、終えることだけができます。付け直すときは、起案からやり直してください。' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER role_stays_ended BEFORE UPDATE ON role_assignment FOR EACH ROW EXECUTE FUNCTION grant_stays_ended();
CREATE TRIGGER permission_stays_ended BEFORE UPDATE ON function_permission FOR EACH ROW EXECUTE FUNCTION grant_stays_ended();

-- 役割の中身（どの役割か）は変えられない。
CREATE FUNCTION role_stays_the_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '付与した役割は変えられません。取り消して、起案からやり直してください。' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER role_stays_the_role BEFORE UPDATE OF role ON role_assignment
    FOR EACH ROW WHEN (NEW.role IS DISTINCT FROM OLD.role) EXECUTE FUNCTION role_stays_the_role();
