"""調定の一括取込み。当初は期別を開き、異動は連番の順に当てる。

Determinations as set-based SQL: first determinations open charges, revisions apply in their own order whatever order
the files came in, and everything that cannot be applied yet is held and tried again by itself.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError, transaction

from osame.collection.closing.queries import first_open_day
from osame.collection.determinations.models import FIRST_OWN_REVISION
from osame.collection.ledger.posting import Claim, open_charges, touch_charges
from osame.platform.database import fetch_one, run_sql

NATURAL_KEY = (
    "notice_number, installment_term, levy_year, tax_item, tax_year, special_collector_number, declaration_number, "
    "business_year_number, child_addressee_number, addressee_number"
)

FACTS = (
    "per_capita_tax, corporate_tax_levy, land_house_tax, depreciable_asset_tax, city_planning_tax, medical_part, support_part, care_part, forest_environment_tax, "
    "declaration_class, declared_on, business_year_from, business_year_through"
)

PROBLEMS = """
CREATE TEMP TABLE determination_problem ON COMMIT DROP AS
SELECT line_number, verdict, reason FROM (
    SELECT s.line_number,
           CASE WHEN i.tax_item IS NULL OR NOT i.accepts_determination OR s.municipality_code <> %(municipality)s
                     OR s.corrected_on > %(latest)s
                THEN 'rejected' ELSE 'held' END AS verdict,
           CASE WHEN s.municipality_code <> %(municipality)s
                THEN '市区町村コード「' || s.municipality_code || '」は、この団体（' || %(municipality)s || '）のものではありません。'
                WHEN i.tax_item IS NULL
                THEN '税目「' || s.tax_item || '」は登録されていません。税目マスタを確かめてください。'
                WHEN NOT i.accepts_determination
                THEN '税目「' || s.tax_item || '」は廃止されています。新しい調定はできません。'
                WHEN s.corrected_on > %(latest)s
                THEN '課税更正日' || s.corrected_on || 'が、取込みの日より一年を超えて先です。年を確かめてください。'
                WHEN a.addressee_number IS NULL
                THEN '宛名「' || s.addressee_number || '」がまだ届いていません。宛名が届けば自動で取り込みます。'
           END AS reason
    FROM staged_determination s
    LEFT JOIN addressee a USING (addressee_number)
    LEFT JOIN (
        SELECT DISTINCT ON (tax_item) tax_item, accepts_determination FROM tax_item ORDER BY tax_item, valid_from DESC
    ) i USING (tax_item)
    WHERE s.record_kind = '1' AND (a.addressee_number IS NULL OR i.tax_item IS NULL OR NOT i.accepts_determination
                                   OR s.municipality_code <> %(municipality)s OR s.corrected_on > %(latest)s)
) found
"""

NO_PROBLEM = "NOT EXISTS (SELECT 1 FROM determination_problem p WHERE p.line_number = s.line_number)"

# 開くべき期別。取込みは一つずつなので、自然キーの重なりは、同じファイルの中か、前の取込みとの間にしかない。
OPENING = f"""
CREATE TEMP VIEW opening AS
SELECT {NATURAL_KEY}, charge_id, due_date, statutory_due_date, statutory_due_date_etc, corrected_on AS determined_on,
       greatest(corrected_on, '{{first_open_day}}'::date) AS accounted_on, levy_year AS fiscal_year, slip_number,
       0::smallint AS last_revision, amount_after AS tax_amount, amount_after AS highest_tax_amount,
       {{file}}::bigint AS intake_file_id, line_number, {FACTS}
FROM staged_determination s
WHERE record_kind = '1' AND revision = 0 AND {NO_PROBLEM}
"""

SAME_FILE_DUPLICATES = f"""
INSERT INTO determination_problem
SELECT line_number, 'rejected', '同じ期別の当初調定が、同じファイルの' || first_line || '行目にもあります。'
FROM (
    SELECT line_number, min(line_number) OVER (PARTITION BY {NATURAL_KEY}) AS first_line
    FROM staged_determination s WHERE record_kind = '1' AND revision = 0 AND {NO_PROBLEM}
) numbered
WHERE line_number > first_line
"""

DUPLICATES = f"""
INSERT INTO determination_problem
SELECT s.line_number, 'rejected',
       CASE WHEN c.slip_number = s.slip_number AND c.due_date = s.due_date
                 AND (c.tax_amount = s.amount_after OR c.last_revision > 0)
            THEN '受領済：同じ期別の当初調定は取込番号' || c.intake_file_id || 'の' || c.line_number || '行目で取り込んでいます。'
            ELSE '同じ期別が取込番号' || c.intake_file_id || 'の' || c.line_number
                 || '行目に、違う内容で調定されています。更正であれば異動連番を付けて送ってください。' END
FROM staged_determination s JOIN charge c USING ({NATURAL_KEY})
WHERE s.record_kind = '1' AND s.revision = 0 AND {NO_PROBLEM}
"""

REVISED = (
    "SELECT c.charge_id, c.addressee_number FROM staged_determination s "
    f"JOIN charge c USING ({NATURAL_KEY}) WHERE s.record_kind = '1' AND s.revision > 0"
)

REVISIONS = f"""
CREATE TEMP TABLE revision_row ON COMMIT DROP AS
SELECT s.line_number, s.revision, s.reason_code, s.reason, s.corrected_on, s.notified_on, s.amount_after, s.difference,
       s.due_date, s.addressee_number, {", ".join("s." + name for name in FACTS.split(", "))}, c.charge_id,
       c.last_revision,
       dense_rank() OVER charge_order AS position,  -- 取込済みの連番は数えない
       count(*) OVER (PARTITION BY c.charge_id, s.revision) AS same_revision,
       coalesce(lag(s.amount_after) OVER charge_order, c.tax_amount) AS amount_before
FROM staged_determination s
LEFT JOIN charge c USING ({NATURAL_KEY})
WHERE s.record_kind = '1' AND s.revision > 0 AND {NO_PROBLEM}
WINDOW charge_order AS (PARTITION BY c.charge_id, s.revision > c.last_revision ORDER BY s.revision)
"""

REVISION_PROBLEMS = """
INSERT INTO determination_problem
SELECT line_number, verdict, reason FROM (
    SELECT line_number,
           CASE WHEN charge_id IS NULL OR revision > last_revision + position THEN 'held' ELSE 'rejected' END AS verdict,
           CASE WHEN charge_id IS NULL THEN '当初調定がまだ届いていません。届けば自動で取り込みます。'
                WHEN revision <= last_revision THEN '受領済：異動連番' || revision || 'は取り込んでいます。'
                WHEN same_revision > 1 THEN '異動連番' || revision || 'が同じファイルに二つあります。'
                WHEN revision > last_revision + position
                THEN '異動連番' || (revision - 1) || 'がまだ届いていません。届けば自動で取り込みます。'
                WHEN amount_after <> amount_before + difference
                THEN '税額' || amount_after || '円が、前の税額' || amount_before || '円と異動額' || difference
                     || '円の和と一致しません。'
           END AS reason
    FROM revision_row
) judged
WHERE reason IS NOT NULL
"""

# 断られた異動より後の連番は、前が抜けるので待つ。
BROKEN_CHAINS = """
INSERT INTO determination_problem
SELECT r.line_number, 'held', '前の異動連番が受け付けられていません。正しい異動が届けば自動で取り込みます。'
FROM revision_row r
WHERE NOT EXISTS (SELECT 1 FROM determination_problem p WHERE p.line_number = r.line_number)
  AND EXISTS (
    SELECT 1 FROM revision_row earlier JOIN determination_problem p USING (line_number)
    WHERE earlier.charge_id = r.charge_id AND earlier.revision < r.revision
      AND earlier.revision > earlier.last_revision)
"""

APPLICABLE = """
CREATE TEMP TABLE applicable_revision ON COMMIT DROP AS
SELECT * FROM revision_row r
WHERE NOT EXISTS (SELECT 1 FROM determination_problem p WHERE p.line_number = r.line_number)
"""

APPLY_REVISIONS = f"""
UPDATE charge c SET last_revision = a.revision, tax_amount = a.amount_after,
       due_date = greatest(a.due_date, (  -- 収納の側で延ばした納期限は、それを知らない異動では縮まない
           SELECT max(v.due_date) FROM determination_revision v
           WHERE v.addressee_number = a.addressee_number AND v.charge_id = a.charge_id AND v.revision >= {FIRST_OWN_REVISION})),
       highest_tax_amount = greatest(c.highest_tax_amount, a.highest),
       {", ".join(f"{name} = a.{name}" for name in FACTS.split(", "))}
FROM (
    SELECT DISTINCT ON (charge_id) charge_id, addressee_number, revision, amount_after, due_date, {FACTS},
           max(amount_after) OVER (PARTITION BY charge_id) AS highest
    FROM applicable_revision ORDER BY charge_id, revision DESC
) a
WHERE c.charge_id = a.charge_id AND c.addressee_number = a.addressee_number
"""


@dataclass(frozen=True, slots=True)
class Applied:
    """当てた結果。`held` と `rejected` の行は一時表 determination_problem にある。"""

    opened: int
    revised: int
    held: int
    rejected: int


def apply_staged(command: Claim, *, file_id: int, municipality_code: str, as_of: date) -> Applied:
    """置かれた調定を当て、記帳と割付けの準備をする。

    Apply everything in `staged_determination`: open charges, apply revisions in their order, and stage postings.
    The caller allocates and posts.

    要件: F03-01, F03-02, F03-03
    """
    keys = {"file": file_id, "municipality": municipality_code, "latest": as_of + timedelta(days=366)}
    run_sql("ANALYZE staged_determination (line_number, record_kind, revision, addressee_number)")
    run_sql(PROBLEMS, keys)
    opened = _open_charges(command, file_id)
    revised = _apply_revisions(keys)
    held, rejected = fetch_one(
        "SELECT count(*) FILTER (WHERE verdict = 'held'), count(*) FILTER (WHERE verdict = 'rejected') "
        "FROM determination_problem"
    )
    return Applied(opened, revised, held, rejected)


def may_be_applied() -> bool:
    """置かれた行の中に、いま当てられそうなものがあるか。宛名の届いた当初か、次の連番の異動。"""
    (ripe,) = fetch_one(
        "SELECT EXISTS (SELECT 1 FROM staged_determination s JOIN addressee a USING (addressee_number) "
        f"WHERE s.revision = 0) OR EXISTS (SELECT 1 FROM staged_determination s JOIN charge c USING ({NATURAL_KEY}) "
        "WHERE s.revision BETWEEN 1 AND c.last_revision + 1)"
    )
    return bool(ripe)


def _open_charges(command: Claim, file_id: int) -> int:
    """当初の期別を開く。まず重なりがないものとして開き、あれば重なりを除いてから開く。"""
    run_sql(OPENING.format(file=file_id, first_open_day=first_open_day()))
    run_sql("GRANT SELECT ON opening TO osame_posting")
    try:
        with transaction.atomic():
            return open_charges(command)
    except IntegrityError:
        run_sql(SAME_FILE_DUPLICATES)
        run_sql(DUPLICATES)
        return open_charges(command)


def _apply_revisions(keys: dict[str, object]) -> int:
    """異動を連番の順に当てる。"""
    if not fetch_one("SELECT EXISTS (SELECT 1 FROM staged_determination WHERE record_kind = '1' AND revision > 0)")[0]:
        return 0
    touch_charges(REVISED)
    run_sql(REVISIONS)
    run_sql(REVISION_PROBLEMS)
    run_sql(BROKEN_CHAINS)
    run_sql(APPLICABLE)
    run_sql(
        "INSERT INTO determination_revision (addressee_number, charge_id, revision, reason_code, reason, corrected_on, "
        "notified_on, amount_after, difference, due_date, intake_file_id, line_number) "
        "SELECT addressee_number, charge_id, revision, reason_code, reason, corrected_on, notified_on, amount_after, "
        "difference, due_date, %(file)s, line_number FROM applicable_revision",
        keys,
    )
    run_sql(
        "INSERT INTO posting SELECT charge_id, addressee_number, abs(difference), CASE WHEN difference > 0 THEN 2 ELSE 1 "
        "END, CASE WHEN difference > 0 THEN 1 ELSE 2 END, CASE WHEN difference > 0 THEN 2 ELSE 3 END, corrected_on, "
        "greatest(corrected_on, %s), NULL, NULL FROM applicable_revision WHERE difference <> 0",
        [first_open_day()],
    )
    run_sql(APPLY_REVISIONS)
    return int(fetch_one("SELECT count(*) FROM applicable_revision")[0])
