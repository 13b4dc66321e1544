-- 同一人の候補を探す。何を数え、何を疑うかは rule.py が言う。
-- Pairs that may be one, with what agrees and what is doubtful. One statement each, for the whole city.
DROP TABLE IF EXISTS compared, compared_place, crowded_place, known_name, shared_name, pair, seen_pair;

CREATE TEMP TABLE compared ON COMMIT DROP AS
SELECT a.addressee_number, a.kind, a.numbered_at, a.closed_on, v.standing, v.sex, v.born_on, v.corporate_number,
       replace(replace(normalize(v.name, NFKC), ' ', ''), '　', '') AS name_key,
       replace(normalize(v.kana, NFKC), ' ', '') AS kana_key,
       replace(normalize(v.alias, NFKC), ' ', '') AS alias_key,
       CASE WHEN v.former_surname <> '' AND position('　' IN v.name) > 0
            THEN replace(normalize(v.former_surname || split_part(v.name, '　', 2), NFKC), ' ', '') ELSE '' END AS former_key,
       regexp_replace(replace(replace(normalize(v.previous_address, NFKC), ' ', ''), v.prefecture, ''),
                      '(丁目|番地|番|号)', '-', 'g') AS previous_key
FROM addressee a JOIN addressee_version v USING (addressee_number)
WHERE v.superseded_at IS NULL AND v.valid_until IS NULL AND a.kind IN ('1', '2', '3')
  AND (a.closed_on IS NULL OR EXISTS (SELECT 1 FROM number_inheritance i WHERE i.inherits_from = a.addressee_number));
CREATE INDEX ON compared (addressee_number);
ANALYZE compared;

CREATE TEMP TABLE compared_place ON COMMIT DROP AS
SELECT DISTINCT p.addressee_number, p.valid_from, p.valid_until, p.place,
       p.place || rtrim('/' || regexp_replace(p.room, '(号室|号)$', ''), '/') AS home, p.room
FROM (
    SELECT v.addressee_number, v.valid_from, v.valid_until, replace(normalize(v.building, NFKC), ' ', '') AS room,
           rtrim(regexp_replace(replace(normalize(v.municipality_name || v.town || v.block, NFKC), ' ', ''),
                                '(丁目|番地|番|号)', '-', 'g'), '-') AS place
    FROM addressee_version v JOIN compared c USING (addressee_number)
    WHERE v.superseded_at IS NULL AND c.kind IN ('1', '2') AND v.block <> ''
) p;
CREATE INDEX ON compared_place (addressee_number);
CREATE INDEX ON compared_place (home);
ANALYZE compared_place;

-- 集合住宅らしい番地。いま二つ以上の世帯がある
CREATE TEMP TABLE crowded_place ON COMMIT DROP AS
SELECT p.place FROM compared_place p
JOIN addressee_version v ON v.addressee_number = p.addressee_number AND v.superseded_at IS NULL AND v.valid_until IS NULL
WHERE p.valid_until IS NULL AND v.standing = '1'
GROUP BY p.place HAVING count(DISTINCT v.household_number) > 1;
ANALYZE crowded_place;

-- 名乗ったことのある名。いまの氏名、通称、旧氏の氏名、前の氏名
CREATE TEMP TABLE known_name ON COMMIT DROP AS
SELECT addressee_number, name_key AS key, born_on FROM compared WHERE name_key <> ''
UNION SELECT addressee_number, alias_key, born_on FROM compared WHERE alias_key <> ''
UNION SELECT addressee_number, former_key, born_on FROM compared WHERE former_key <> ''
UNION SELECT v.addressee_number, replace(replace(normalize(v.name, NFKC), ' ', ''), '　', ''), c.born_on
FROM addressee_version v JOIN compared c USING (addressee_number)
WHERE v.superseded_at IS NULL AND v.valid_until IS NOT NULL AND c.kind <> '3';
CREATE INDEX ON known_name (addressee_number);
ANALYZE known_name;

-- 三人以上が名乗る、同じ氏名と生年月日
CREATE TEMP TABLE shared_name ON COMMIT DROP AS
SELECT name_key, born_on FROM compared WHERE born_on IS NOT NULL GROUP BY name_key, born_on HAVING count(*) > 2;
ANALYZE shared_name;

-- 比べる組。ここに挙がらない組は、似ていない
CREATE TEMP TABLE pair ON COMMIT DROP AS
SELECT a.addressee_number AS one, b.addressee_number AS other FROM known_name a JOIN known_name b USING (key, born_on)
WHERE a.addressee_number < b.addressee_number
UNION
SELECT a.addressee_number, b.addressee_number
FROM compared a JOIN compared b USING (kana_key, born_on)
WHERE a.addressee_number < b.addressee_number AND a.kana_key <> '' AND EXISTS (
    SELECT 1 FROM compared_place p JOIN compared_place q USING (home)
    WHERE p.addressee_number = a.addressee_number AND q.addressee_number = b.addressee_number)
UNION
SELECT p.addressee_number, q.addressee_number
FROM compared a JOIN compared b USING (name_key)
JOIN compared_place p ON p.addressee_number = a.addressee_number
JOIN compared_place q ON q.addressee_number = b.addressee_number AND q.home = p.home
WHERE a.kind <> '3' AND b.kind <> '3' AND (a.born_on IS NULL OR b.born_on IS NULL)
  AND a.addressee_number < b.addressee_number
UNION
SELECT least(i.addressee_number, i.inherits_from), greatest(i.addressee_number, i.inherits_from)
FROM number_inheritance i
UNION
SELECT a.addressee_number, b.addressee_number FROM compared a JOIN compared b USING (corporate_number)
WHERE a.kind = '3' AND b.kind = '3' AND corporate_number <> '' AND a.addressee_number < b.addressee_number;
ANALYZE pair;

CREATE TEMP TABLE seen_pair ON COMMIT DROP AS
SELECT p.one, p.other, a.kind AS kind_one, b.kind AS kind_other, a.standing AS standing_one, b.standing AS standing_other,
       a.numbered_at AS numbered_one, b.numbered_at AS numbered_other,
       a.closed_on IS NOT NULL AS closed_one, b.closed_on IS NOT NULL AS closed_other,
       a.kind = '3' AS corporation, a.name_key = b.name_key AS same_name,
       a.name_key <> b.name_key AND EXISTS (
           SELECT 1 FROM known_name x JOIN known_name y USING (key)
           WHERE x.addressee_number = p.one AND y.addressee_number = p.other) AS same_former_name,
       a.born_on IS NOT NULL AND a.born_on = b.born_on AS same_birth,
       a.sex IN ('1', '2') AND a.sex = b.sex AS same_sex,
       a.corporate_number <> '' AND a.corporate_number = b.corporate_number AS same_corporate_number,
       a.kana_key <> '' AND b.kana_key <> '' AND a.kana_key <> b.kana_key AS kana_differs,
       a.standing IN ('4', '5') OR b.standing IN ('4', '5') AS gone,
       EXISTS (SELECT 1 FROM number_inheritance i WHERE (i.addressee_number, i.inherits_from) IN ((p.one, p.other), (p.other, p.one)))
           AS inherits,
       EXISTS (SELECT 1 FROM shared_name n WHERE n.name_key = a.name_key AND n.born_on = a.born_on) AS more,
       coalesce(h.met, false) OR (a.previous_key <> '' AND EXISTS (
           SELECT 1 FROM compared_place q WHERE q.addressee_number = b.addressee_number
           AND replace(q.home, '/', '') = a.previous_key)) OR (b.previous_key <> '' AND EXISTS (
           SELECT 1 FROM compared_place q WHERE q.addressee_number = a.addressee_number
           AND replace(q.home, '/', '') = b.previous_key)) AS same_address,
       coalesce(h.room_unknown, false) AS room_unknown
FROM pair p JOIN compared a ON a.addressee_number = p.one JOIN compared b ON b.addressee_number = p.other
LEFT JOIN LATERAL (
    SELECT bool_or(daterange(x.valid_from, x.valid_until) && daterange(y.valid_from, y.valid_until)) AS met,
           bool_and(x.room = '' AND EXISTS (SELECT 1 FROM crowded_place c WHERE c.place = x.place)) AS room_unknown
    FROM compared_place x JOIN compared_place y USING (home)
    WHERE x.addressee_number = p.one AND y.addressee_number = p.other
) h ON true
WHERE NOT (a.standing = '1' AND b.standing = '1')
  AND NOT (a.sex IN ('1', '2') AND b.sex IN ('1', '2') AND a.sex <> b.sex)
  AND (a.kind = '3') = (b.kind = '3')
  AND NOT (a.kind = '3' AND a.corporate_number <> '' AND b.corporate_number <> '' AND a.corporate_number <> b.corporate_number)
