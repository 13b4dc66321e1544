-- 住民異動の行を判じる。断る行に理由を付け、待つ取消しを分ける。一行ずつではなく、ファイル全体に一度ずつ問う。
-- Judge the staged rows: `refusal` for what is rejected, `waits` for cancellations whose change has not arrived.
UPDATE staged_resident s SET refusal = '同じ異動連番の行が' || d.first_line || '行目にもあります。送付元に、異動連番を確かめてください。'
FROM (SELECT sequence, min(line_number) AS first_line FROM staged_resident GROUP BY sequence HAVING count(*) > 1) d
WHERE d.sequence = s.sequence AND s.line_number <> d.first_line;

UPDATE staged_resident s SET refusal = CASE
        WHEN a.kind NOT IN ('1', '2') THEN '宛名「' || s.addressee_number || '」は住民の番号ではありません。番号の付け違いがないか、送付元に確かめてください。'
        ELSE '宛名「' || s.addressee_number || '」は' || a.closed_on || 'に廃止されています。番号は使い回しません。送付元に、番号を確かめてください。'
    END
FROM addressee a
WHERE a.addressee_number = s.addressee_number AND s.refusal = '' AND (a.kind NOT IN ('1', '2') OR a.closed_on IS NOT NULL);

-- 住登外者の番号で届いた住民は、引き継いだ本人でなければならない。
UPDATE staged_resident s SET refusal = '宛名「' || s.addressee_number
    || '」は、氏名も生年月日も違う住登外者の番号です。番号の付け違いがないか、送付元に確かめてください。'
FROM addressee a JOIN addressee_version v USING (addressee_number)
WHERE a.addressee_number = s.addressee_number AND a.kind = '2' AND s.cancels IS NULL AND s.refusal = ''
  AND v.superseded_at IS NULL AND v.valid_until IS NULL AND v.born_on IS NOT NULL
  AND v.born_on <> s.born_on AND replace(v.name, '　', '') <> replace(s.name, '　', '');

UPDATE staged_resident s SET refusal = '異動連番' || s.sequence || 'は、宛名「' || c.addressee_number
    || '」の中身の違う異動として取込み済みです。送付元に、異動連番と中身を確かめてください。'
FROM addressee_change c
WHERE c.addressee_number = s.addressee_number AND c.source = '001' AND c.change_key = s.sequence::text
  AND s.cancels IS NULL AND s.refusal = '' AND ({told}) IS DISTINCT FROM ({known});

-- 支援措置だけの行は事実を変えない。ただし初めての宛名なら、添えられた姿を記録する。
UPDATE staged_resident s SET records = s.cancels IS NULL AND (s.reason <> '13' OR NOT EXISTS (
    SELECT 1 FROM addressee a WHERE a.addressee_number = s.addressee_number))
WHERE s.refusal = '';
UPDATE staged_resident SET reason = '00', asserts = 'NPAHSC' WHERE records AND reason = '13';

UPDATE staged_resident s SET waits = true
WHERE s.cancels IS NOT NULL AND s.refusal = '' AND s.reason <> '13'
  AND NOT EXISTS (
    SELECT 1 FROM addressee_change c WHERE c.addressee_number = s.addressee_number AND c.source = '001'
    AND c.change_key = s.cancels::text)
  AND NOT EXISTS (
    SELECT 1 FROM staged_resident t WHERE t.addressee_number = s.addressee_number AND t.sequence = s.cancels
    AND t.records AND t.refusal = '');
