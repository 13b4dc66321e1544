"""消込の一括処理。行ごとの問い合わせはしない。

Matching as a fixed number of SQL statements: staged reports → resolved to charges → receipts, held receipts and channel
reports → allocation → one posting. Rows in = posted + held + rejected, always.
"""

from dataclasses import dataclass
from datetime import date

from osame.collection.ledger.order import AllocationOrder
from osame.collection.ledger.posting import TOUCHED_COLUMNS, Claim, open_stage, post
from osame.collection.matching.allocation import reallocate
from osame.collection.matching.keys import SHARE_KEY
from osame.platform.database import copy_rows, fetch_all, fetch_one, run_sql
from osame.platform.imports import raw_lines

STAGE = """
CREATE TEMP TABLE staged_report (
    line_number integer NOT NULL,
    stage char(1) NOT NULL,
    receipt_key uuid NOT NULL,
    amount bigint NOT NULL,
    paid_on date NOT NULL,
    received_on date NOT NULL,
    slip_number bigint,
    tax_item varchar(2),
    levy_year smallint,
    notice_number varchar(20),
    installment_term smallint,
    outlet text NOT NULL,
    result_code varchar(1) NOT NULL,
    payer_kana text NOT NULL,
    raw bytea NOT NULL
) ON COMMIT DROP
"""
STAGE_COLUMNS = (
    "line_number", "stage", "receipt_key", "amount", "paid_on", "received_on", "slip_number", "tax_item", "levy_year",
    "notice_number", "installment_term", "outlet", "result_code", "payer_kana", "raw",
)  # fmt: skip

# 会計年度の所属 (law.fiscal_attribution) と同じ式。試験で、すべての日について一致を確かめる。
# 年と月の取り出しは遅いので、会計日（数日しかない）ごとに一度だけ計算し、賦課年度とは後で比べる。
ACCOUNTING_YEARS = """
SELECT accounted_on, extract(year FROM accounted_on)::int - CASE WHEN extract(month FROM accounted_on) <= 3 THEN 1 ELSE 0 END
       AS year, extract(month FROM accounted_on) IN (4, 5) AS in_closing_period
FROM (SELECT DISTINCT accounted_on FROM staged_receipt) days
"""
FISCAL_YEAR = "greatest(r.levy_year, y.year - CASE WHEN y.in_closing_period AND r.levy_year < y.year THEN 1 ELSE 0 END)"

# 納付書番号で引き、なければ期別の自然キーで引く。引いた期別は、番号順に鎖錠する。
REPORT_COLUMNS = (
    "s.line_number, s.receipt_key, s.amount, s.paid_on, s.received_on, s.slip_number, s.outlet, c.levy_year"
)
RESOLVE_BY_SLIP = f"""
CREATE TEMP TABLE resolved ON COMMIT DROP AS
SELECT {REPORT_COLUMNS}, {TOUCHED_COLUMNS}, 0::smallint AS position
FROM staged_report s JOIN charge c ON c.slip_number = s.slip_number
WHERE s.stage = '2' AND s.slip_number IS NOT NULL
ORDER BY c.charge_id FOR NO KEY UPDATE OF c
"""
RESOLVE_BY_REFERENCE = f"""
INSERT INTO resolved
SELECT {REPORT_COLUMNS}, {TOUCHED_COLUMNS}, 0
FROM staged_report s
JOIN charge c ON c.notice_number = s.notice_number AND c.installment_term = s.installment_term
    AND c.levy_year = s.levy_year AND c.tax_item = s.tax_item
WHERE s.stage = '2' AND s.slip_number IS NULL AND s.notice_number IS NOT NULL
ORDER BY c.charge_id FOR NO KEY UPDATE OF c
"""

# 発行した納付書の番号で引く。入金を、割り振りの順に、割り振りの額まで分ける。余りは最後の期別に足す。
# Shares are filled in their order up to their amounts; what is left over goes to the last, where it becomes an overpayment.
SHARES = """
SELECT p.slip_number, p.position, p.addressee_number, p.charge_id, p.amount,
       sum(p.amount) OVER (PARTITION BY p.slip_number ORDER BY p.position)::bigint - p.amount AS before,
       p.position = count(*) OVER (PARTITION BY p.slip_number) AS is_last
FROM slip_share p JOIN (SELECT DISTINCT slip_number FROM staged_report WHERE stage = '2') n USING (slip_number)
"""
RESOLVE_BY_SHARE = f"""
INSERT INTO resolved
SELECT s.line_number, {SHARE_KEY}, CASE WHEN p.is_last THEN s.amount - p.before ELSE least(s.amount - p.before, p.amount) END,
       s.paid_on, s.received_on, s.slip_number, s.outlet, c.levy_year, {TOUCHED_COLUMNS}, p.position
FROM staged_report s
JOIN ({SHARES}) p USING (slip_number)
JOIN charge c ON c.charge_id = p.charge_id AND c.addressee_number = p.addressee_number
WHERE s.stage = '2' AND s.amount > p.before
ORDER BY c.charge_id FOR NO KEY UPDATE OF c
"""

# 引き方が二つ以上あるときは、どの引き方で引く期別も、まとめて番号順に鎖錠しておく。
HAS_OTHER_WAYS = """
SELECT EXISTS (SELECT 1 FROM staged_report WHERE stage = '2' AND slip_number IS NULL AND notice_number IS NOT NULL)
    OR EXISTS (SELECT 1 FROM staged_report s JOIN slip_share p USING (slip_number) WHERE s.stage = '2')
"""
LOCK_IN_ONE_ORDER = """
SELECT 1 FROM charge c JOIN (
    SELECT c.addressee_number, c.charge_id FROM staged_report s JOIN charge c ON c.slip_number = s.slip_number
    WHERE s.stage = '2'
    UNION
    SELECT c.addressee_number, c.charge_id FROM staged_report s
    JOIN charge c ON c.notice_number = s.notice_number AND c.installment_term = s.installment_term
        AND c.levy_year = s.levy_year AND c.tax_item = s.tax_item
    WHERE s.stage = '2' AND s.slip_number IS NULL
    UNION
    SELECT p.addressee_number, p.charge_id FROM staged_report s JOIN slip_share p USING (slip_number)
    WHERE s.stage = '2'
) k USING (addressee_number, charge_id)
ORDER BY c.charge_id FOR NO KEY UPDATE OF c
"""

# 同じ報告が先に届いているか。同じファイルの中では、先の行だけを生かす。
DUPLICATES = """
CREATE TEMP TABLE duplicate_line ON COMMIT DROP AS
SELECT line_number, '受領済：同じファイルの' || first_line || '行目と同じ入金です。処理は不要です。' AS reason
FROM (
    SELECT line_number, min(line_number) OVER (PARTITION BY receipt_key, stage) AS first_line FROM staged_report
) numbered
WHERE line_number > first_line
UNION ALL
SELECT s.line_number, '受領済：取込番号' || r.intake_file_id || 'で消込済みの入金です。処理は不要です。'
FROM resolved s
JOIN receipt r USING (charge_id, receipt_key, addressee_number)
WHERE s.has_history
UNION ALL
SELECT s.line_number, '受領済：取込番号' || h.intake_file_id || 'で受け付けた入金です。処理は不要です。'
FROM staged_report s JOIN held_receipt h USING (receipt_key)
WHERE s.stage = '2'
UNION ALL
SELECT s.line_number, '受領済：取込番号' || r.intake_file_id || 'で受け付けた報告です。処理は不要です。'
FROM staged_report s JOIN channel_report r ON r.receipt_key = s.receipt_key AND r.stage = s.stage
WHERE s.stage <> '2'
"""

STAGED_RECEIPTS = """
CREATE TEMP VIEW staged_receipt AS
SELECT t.charge_id, t.addressee_number, t.levy_year, t.receipt_key, t.amount, t.paid_on, t.received_on,
       greatest(t.received_on, '{first_open_day}'::date) AS accounted_on, t.outlet, t.slip_number, t.line_number,
       {file}::bigint AS intake_file_id, '{channel}'::varchar(2) AS channel
FROM resolved t
"""

# 仮受に置く行。原文は、封をしてから移す。
HELD_LINES = """
SELECT s.line_number, s.raw FROM staged_report s
WHERE s.stage = '2'
  AND NOT EXISTS (SELECT 1 FROM duplicate_line d WHERE d.line_number = s.line_number)
  AND (NOT EXISTS (SELECT 1 FROM resolved t WHERE t.line_number = s.line_number)
       OR EXISTS (SELECT 1 FROM ambiguous_line a WHERE a.line_number = s.line_number))
"""
HOLD = """
INSERT INTO held_receipt (receipt_key, amount, paid_on, received_on, accounted_on, channel, outlet, slip_number,
    tax_item, levy_year, notice_number, installment_term, payer_kana, reason, state, investigation, sealed_raw,
    intake_file_id, line_number)
SELECT s.receipt_key, s.amount, s.paid_on, s.received_on, greatest(s.received_on, %(first_open_day)s::date),
       %(channel)s, s.outlet, s.slip_number, coalesce(s.tax_item, ''), s.levy_year, coalesce(s.notice_number, ''),
       s.installment_term, s.payer_kana,
       CASE WHEN EXISTS (SELECT 1 FROM ambiguous_line a WHERE a.line_number = s.line_number) THEN '2' ELSE '1' END,
       '1', '', h.sealed_raw, %(file)s, s.line_number
FROM staged_report s JOIN held_line h USING (line_number)
"""


@dataclass(frozen=True, slots=True)
class MatchingResult:
    """消込の結果。件数と金額は、どれも漏れなく足し合わされる。"""

    posted: int
    held: int
    reported: int
    rejected: list[tuple[int, str, bytes, int]]  # 行, 理由, 原文, 金額
    amount_matched: int
    amount_held: int
    amount_reported: int


@dataclass(frozen=True, slots=True)
class MatchingTerms:
    """消込の条件。充当順序と、記帳できる最初の会計日。"""

    order: AllocationOrder
    first_open_day: date
    correction_on: date


def open_report_stage() -> None:
    """収納データの行を置く一時表を開く。"""
    run_sql(STAGE)


def match_staged(command: Claim, *, file_id: int, channel: str, terms: MatchingTerms) -> MatchingResult:
    """置かれた収納データを消し込み、記帳する。

    Match everything in `staged_report` and post it. Set-based: the number of statements does not depend on the rows.

    要件: F04-01, F04-02, F04-03, F04-05, F04-06
    """
    keys = {"file": file_id, "channel": channel, "first_open_day": terms.first_open_day}
    run_sql("ANALYZE staged_report (line_number, stage, slip_number, receipt_key)")
    if fetch_one(HAS_OTHER_WAYS)[0]:
        run_sql(LOCK_IN_ONE_ORDER)
    run_sql(RESOLVE_BY_SLIP)  # 鎖錠してから、既にあるものを見る
    run_sql(RESOLVE_BY_REFERENCE)
    run_sql(RESOLVE_BY_SHARE)
    run_sql(
        "CREATE TEMP TABLE ambiguous_line ON COMMIT DROP AS "
        "SELECT line_number FROM resolved GROUP BY line_number "
        "HAVING count(*) FILTER (WHERE position = 0) + bool_or(position > 0)::int > 1"
    )
    run_sql(
        "CREATE TEMP TABLE touched ON COMMIT DROP AS SELECT DISTINCT charge_id, addressee_number, has_history, tax_item, "
        "due_date, principal, highest, fee FROM resolved"
    )
    run_sql("ANALYZE touched (charge_id, has_history)")
    run_sql("ANALYZE resolved (line_number, charge_id, has_history)")
    run_sql(DUPLICATES)
    run_sql("DELETE FROM resolved r USING duplicate_line d WHERE d.line_number = r.line_number")
    run_sql("DELETE FROM resolved r USING ambiguous_line a WHERE a.line_number = r.line_number")
    run_sql(STAGED_RECEIPTS.format(**keys))
    open_stage()
    insert_staged_receipts()
    held, amount_held = _hold(keys)
    reported, amount_reported = _report(keys)
    reallocate(order=terms.order, correction_on=terms.correction_on)
    post(command)
    posted, matched = fetch_one(
        "SELECT count(DISTINCT line_number), coalesce(sum(amount), 0)::bigint FROM staged_receipt"
    )
    rejected = fetch_all(
        "SELECT DISTINCT ON (s.line_number) s.line_number, d.reason, s.raw, s.amount "
        "FROM duplicate_line d JOIN staged_report s USING (line_number) ORDER BY s.line_number, d.reason"
    )
    return MatchingResult(
        posted, held, reported,
        [(line, reason, bytes(raw), amount) for line, reason, raw, amount in rejected],
        matched, amount_held, amount_reported,
    )  # fmt: skip


def insert_staged_receipts() -> None:
    """`staged_receipt` の収納を、会計年度の所属を決めて記録する。"""
    run_sql(
        "INSERT INTO receipt (charge_id, receipt_key, addressee_number, amount, paid_on, received_on, accounted_on, "
        "fiscal_year, carried_over, channel, outlet, slip_number, intake_file_id, line_number) "
        f"SELECT charge_id, receipt_key, addressee_number, amount, paid_on, received_on, accounted_on, {FISCAL_YEAR}, "
        f"r.levy_year < {FISCAL_YEAR}, channel, outlet, slip_number, intake_file_id, line_number "
        f"FROM staged_receipt r JOIN ({ACCOUNTING_YEARS}) y USING (accounted_on)"
    )


def _hold(keys: dict[str, object]) -> tuple[int, int]:
    """相手の分からない入金を仮受に置く。"""
    lines = [(line, bytes(raw)) for line, raw in fetch_all(HELD_LINES)]
    run_sql("CREATE TEMP TABLE held_line (line_number integer, sealed_raw bytea) ON COMMIT DROP")
    closed = raw_lines.sealed(int(str(keys["file"])), lines)
    copy_rows("held_line", ("line_number", "sealed_raw"), zip((line for line, _ in lines), closed, strict=True))
    held = run_sql(HOLD, keys)
    run_sql(
        "INSERT INTO posting SELECT 0, '', h.amount, 7, 9, 8, h.paid_on, h.accounted_on, h.receipt_key, NULL "
        "FROM held_receipt h WHERE h.intake_file_id = %(file)s",
        keys,
    )
    (amount,) = fetch_one("SELECT coalesce(sum(amount), 0)::bigint FROM posting WHERE credit = 9")
    return held, int(amount)


def _report(keys: dict[str, object]) -> tuple[int, int]:
    """速報・取消・振替不能を記録する。金はまだ動いていない。"""
    reported = run_sql(
        "INSERT INTO channel_report (receipt_key, stage, slip_number, amount, paid_on, channel, result_code, "
        "intake_file_id, line_number) SELECT s.receipt_key, s.stage, s.slip_number, s.amount, s.paid_on, %(channel)s, "
        "s.result_code, %(file)s, s.line_number FROM staged_report s WHERE s.stage <> '2' "
        "AND NOT EXISTS (SELECT 1 FROM duplicate_line d WHERE d.line_number = s.line_number)",
        keys,
    )
    (amount,) = fetch_one(
        "SELECT coalesce(sum(amount), 0)::bigint FROM staged_report s WHERE stage <> '2' "
        "AND NOT EXISTS (SELECT 1 FROM duplicate_line d WHERE d.line_number = s.line_number)"
    )
    return reported, int(amount)
