-- 同一人の規則。ここだけにあり、画面も命令もまとめての処理も SQL も、同じ関数に尋ねる。
--
-- 数える項目は、互いに独立したものだけである。住所（いまの住所か、前の住所）を含む三つ以上がそろい、疑いが一つもないときだけ、
-- 同じ人とする。フリガナは氏名と独立でなく、性別は一致しても数えない（違えば疑いになる）。電話番号は、この人だけのものを数える。
CREATE SEQUENCE investigation_number;
CREATE SEQUENCE property_inquiry_number;
CREATE SEQUENCE property_reply_number;
CREATE SEQUENCE asset_number;
CREATE SEQUENCE search_number;

CREATE FUNCTION identity_text(told text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT upper(regexp_replace(normalize(coalesce(told, ''), NFKC), '[[:space:]・.,、。･]', '', 'g'))
$$;
-- カナ。半角、小書き、長音の書き方の違いをなくす。
CREATE FUNCTION identity_kana(told text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT translate(public.identity_text(told), 'ァィゥェォッャュョヮヲー－‐−', 'アイウエオツヤユヨワオ----')
$$;
-- 住所。都道府県を除き、丁目・番地・号を横棒に、一桁の漢数字の丁目を算用数字に揃える。方書まで同じでなければ、同じとしない。
CREATE FUNCTION identity_address(told text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    t text := upper(normalize(coalesce(told, ''), NFKC));
BEGIN
    t := regexp_replace(t, '(?<=[0-9])[[:space:]]+(?=[0-9])', '-', 'g');
    t := regexp_replace(t, '[[:space:]、，,]', '', 'g');
    t := regexp_replace(t, '^(東京都|北海道|京都府|大阪府|.{2,3}県)', '');
    FOR digit IN 1..9 LOOP
        t := replace(t, substr('一二三四五六七八九', digit, 1) || '丁目', digit || '丁目');
    END LOOP;
    t := regexp_replace(t, '(?<=[0-9])(丁目|番地の|番地ノ|番地|番|号室|号|の(?=[0-9])|ノ(?=[0-9])|[‐‑–—―−ー－-])', '-', 'g');
    t := regexp_replace(t, '-+', '-', 'g');
    RETURN regexp_replace(t, '(?<=[0-9])-(?![0-9])', '', 'g');
END $$;

CREATE INDEX addressee_identity_name ON addressee (identity_text(name));
CREATE INDEX addressee_identity_kana ON addressee (identity_kana(kana));

-- 回答の名義人と、ある宛名の、一致した項目と疑い。
CREATE FUNCTION identity_agreement(who varchar, r property_reply, OUT agreed text[], OUT doubts text[])
LANGUAGE sql STABLE AS $$
    WITH person AS (
        SELECT a.*, identity_text(a.name) AS full_name,
               identity_text(a.former_surname || regexp_replace(a.name, '^[^[:space:]]+', '')) AS former_name,
               identity_address(a.address || ' ' || a.address_detail) AS lives_at
        FROM addressee a WHERE a.addressee_number = who
    ), told AS (
        SELECT identity_text(r.holder_name) AS name, identity_kana(r.holder_kana) AS kana,
               identity_address(r.holder_address) AS address, regexp_replace(r.holder_telephone, '[^0-9]', '', 'g') AS phone
    ), facts AS (
        SELECT CASE WHEN t.name <> '' THEN t.name = p.full_name OR (p.alias <> '' AND t.name = identity_text(p.alias))
                         OR (p.former_surname <> '' AND t.name = p.former_name)
                    ELSE t.kana <> '' AND t.kana = identity_kana(p.kana) END AS name_agrees,
               coalesce(r.holder_born_on = p.born_on, false) AS birth_agrees,
               t.address <> '' AND (t.address = p.lives_at OR EXISTS (
                   SELECT 1 FROM earlier_address e
                   WHERE e.addressee_number = who AND identity_address(e.address) = t.address)) AS address_agrees,
               length(t.phone) >= 10 AND EXISTS (
                   SELECT 1 FROM addressee_contact c WHERE c.addressee_number = who
                     AND regexp_replace(c.value, '[^0-9]', '', 'g') = t.phone)
               AND NOT EXISTS (
                   SELECT 1 FROM addressee_contact c WHERE c.addressee_number <> who
                     AND regexp_replace(c.value, '[^0-9]', '', 'g') = t.phone) AS phone_agrees,
               r.holder_corporate_number <> '' AND r.holder_corporate_number = p.corporate_number AS number_agrees,
               r.source = '4' AND r.kind IN ('REAL_ESTATE', 'VEHICLE') AND r.holder_record_number = who AS record_agrees,
               p.born_on IS NOT NULL AND r.holder_born_on <> p.born_on AS birth_differs,
               p.sex IN ('1', '2') AND r.holder_sex IN ('1', '2') AND r.holder_sex <> p.sex AS sex_differs,
               r.holder_corporate_number <> '' AND p.corporate_number <> ''
                   AND r.holder_corporate_number <> p.corporate_number AS number_differs,
               r.holder_record_number NOT IN ('', who) AS record_differs,
               t.name <> '' AND t.kana <> '' AND p.kana <> '' AND t.kana <> identity_kana(p.kana) AS kana_differs,
               EXISTS (
                   SELECT 1 FROM addressee o
                   WHERE o.addressee_number <> who
                     AND CASE WHEN t.name <> '' THEN identity_text(o.name) = t.name ELSE identity_kana(o.kana) = t.kana END
                     AND (r.holder_born_on IS NULL OR o.born_on IS NULL OR o.born_on = r.holder_born_on)
                     AND (identity_address(o.address || ' ' || o.address_detail) = t.address OR EXISTS (
                         SELECT 1 FROM earlier_address e WHERE e.addressee_number = o.addressee_number
                           AND identity_address(e.address) = t.address))) AS another_agrees
        FROM person p CROSS JOIN told t
    )
    SELECT array_remove(ARRAY[
               CASE WHEN name_agrees THEN '氏名' END, CASE WHEN birth_agrees THEN '生年月日' END,
               CASE WHEN address_agrees THEN '住所' END, CASE WHEN phone_agrees THEN '電話番号' END,
               CASE WHEN number_agrees THEN '法人番号' END, CASE WHEN record_agrees THEN '課税台帳の番号' END], NULL),
           array_remove(ARRAY[
               CASE WHEN NOT name_agrees THEN '氏名が違う' END, CASE WHEN birth_differs THEN '生年月日が違う' END,
               CASE WHEN sex_differs THEN '性別が違う' END, CASE WHEN number_differs THEN '法人番号が違う' END,
               CASE WHEN record_differs THEN '課税台帳の番号が違う' END, CASE WHEN kana_differs THEN 'フリガナが違う' END,
               CASE WHEN another_agrees THEN '同じ氏名と住所の宛名がほかにもある' END], NULL)
    FROM facts
$$;
CREATE FUNCTION identity_is_enough(agreed text[], doubts text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT cardinality(agreed) >= 3 AND '住所' = ANY (agreed) AND cardinality(doubts) = 0
$$;

-- 認定。数はここで数え直す。足りなければ、起案・照査・決裁を経た「同一人の認定」のほかに道はない。
CREATE FUNCTION guard_identification() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told property_reply;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.withdrawn_on IS NOT NULL OR NEW.withdrawn_on IS NULL OR (NEW.addressee_number, NEW.reply_id, NEW.agreed, NEW.doubts,
            NEW.proposal_id, NEW.reason, NEW.identified_on, NEW.officer) IS DISTINCT FROM (OLD.addressee_number, OLD.reply_id,
            OLD.agreed, OLD.doubts, OLD.proposal_id, OLD.reason, OLD.identified_on, OLD.officer) THEN
            RAISE EXCEPTION '同一人の認定は、取消しのほかに書き換えられません。' USING ERRCODE = 'OS409';
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO told FROM property_reply r WHERE r.addressee_number = NEW.addressee_number AND r.reply_id = NEW.reply_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'その番号の回答はありません。' USING ERRCODE = 'OS409';
    END IF;
    SELECT g.agreed, g.doubts INTO NEW.agreed, NEW.doubts FROM identity_agreement(NEW.addressee_number, told) g;
    IF NEW.agreed IS NULL THEN
        RAISE EXCEPTION '宛名にない人の回答です。宛名番号を確かめてください。' USING ERRCODE = 'OS409';
    END IF;
    IF identity_is_enough(NEW.agreed, NEW.doubts) THEN
        RETURN NEW;
    END IF;
    IF NEW.proposal_id IS NULL OR NOT EXISTS (
        SELECT 1 FROM proposal p WHERE p.proposal_id = NEW.proposal_id AND p.act = 'identification' AND p.state IN ('3', '4')
          AND p.maker <> p.checker AND p.maker <> p.decider AND p.reason <> ''
          AND p.content ->> 'addressee_number' = NEW.addressee_number
          AND (p.content ->> 'reply_id')::bigint = NEW.reply_id) THEN
        RAISE EXCEPTION '住所を含む三つ以上の項目が一致していないか、疑いがあります。別の職員の決裁を受けた認定が要ります。'
            USING ERRCODE = 'OS409';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER identification_is_by_the_rule BEFORE INSERT OR UPDATE ON holder_identification
    FOR EACH ROW EXECUTE FUNCTION guard_identification();
