"""引落しの抽出。口座のある期別を、引き落とすものと、理由を付けて除くものとに分ける。

Two steps, as for demands: `debit_due` lists the charges of a due date whose taxpayer has an account (a run locks them in the
same scan), then `debit_candidate` gives each an amount or exactly one reason. Preview and run execute the same text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from osame.collection.debits.models import DebitAccount, DebitExclusion, DebitRequest
from osame.collection.debits.rounds import LOCK, ROUNDS, LastRound, recount_last
from osame.collection.demands.selection import list_in_flight, list_unidentified
from osame.collection.parameters import banks
from osame.kernel.refusals import Refusal
from osame.platform.database import copy_rows, fetch_all, run_sql

Reason = DebitExclusion.Reason
TABLES = ("debit_account_now", "debit_due", "debit_in_flight", "debit_unidentified", "debit_place", "debit_candidate")

# 引落日に効いている口座。履歴番号の大きい行が勝つ。終わった口座は初めからない。
ACCOUNTS = """
CREATE TEMP TABLE debit_account_now ON COMMIT DROP AS
SELECT * FROM (
    SELECT DISTINCT ON (addressee_number, tax_item) addressee_number, tax_item, debit_class, history_number, state, method,
           bank_code, branch_code, number_digest
    FROM debit_account WHERE debit_class = %(debit_class)s AND valid_from <= %(debit_on)s
    ORDER BY addressee_number, tax_item, history_number DESC
) latest WHERE state IN ('1', '2')
"""
DUE_COLUMNS = (
    "c.charge_id, c.addressee_number, c.tax_item, c.levy_year, c.installment_term, c.slip_number, c.tax_amount, "
    "c.principal_tax AS unpaid, a.debit_class, a.history_number, a.state, a.bank_code, a.branch_code, a.number_digest, "
    "false AS less"
)
# その納期の期別。全期前納の口座は、最初の納期に、その年度の後の期も引き落とす（振り替えられなければ、後の納期に一期ずつ）。
DUE = f"""
SELECT {DUE_COLUMNS} FROM charge c JOIN debit_account_now a USING (addressee_number, tax_item)
WHERE c.due_date = %(due_date)s
   OR (a.method = '2' AND c.due_date > %(due_date)s AND EXISTS (
       SELECT 1 FROM debit_first_term f WHERE f.tax_item = c.tax_item AND f.levy_year = c.levy_year))
ORDER BY c.charge_id
"""
FIRST_TERMS = """
CREATE TEMP TABLE debit_first_term ON COMMIT DROP AS
SELECT tax_item, levy_year FROM installment_term WHERE NOT occasional GROUP BY 1, 2 HAVING min(due_date) = %(due_date)s
"""
# 再振替：もとの依頼が資金不足で、まだ納められていないもの。
AGAIN = f"""
SELECT {DUE_COLUMNS} FROM charge c JOIN debit_account_now a USING (addressee_number, tax_item)
JOIN debit_instruction i ON i.addressee_number = c.addressee_number AND i.charge_id = c.charge_id
    AND i.request_id = %(source)s
WHERE (SELECT r.code FROM debit_result r WHERE r.addressee_number = i.addressee_number AND r.charge_id = i.charge_id
       AND r.request_id = i.request_id ORDER BY r.intake_file_id DESC LIMIT 1) = '1'
ORDER BY c.charge_id
"""
PLACES = "CREATE TEMP TABLE debit_place (bank_code text, branch_code text, to_bank text, to_branch text, known boolean) ON COMMIT DROP"
# 委託者：その金融機関の委託者があればそこへ、なければ、ほかの分も受ける金融機関へ。
CANDIDATES = """
CREATE TEMP TABLE debit_candidate ON COMMIT DROP AS
WITH consignor AS (
    SELECT * FROM (
        SELECT DISTINCT ON (bank_code) bank_code, consignor_code, takes_others FROM debit_consignor
        WHERE valid_from <= %(debit_on)s ORDER BY bank_code, valid_from DESC
    ) latest
), stopped AS (
    SELECT c.charge_id, min(p.reason) AS reason
    FROM debit_due c JOIN demand_stop p ON p.addressee_number = c.addressee_number
    WHERE p.starts_on <= %(debit_on)s AND (p.ends_through IS NULL OR p.ends_through >= %(debit_on)s)
      AND (p.released_on IS NULL OR p.released_on > %(as_of)s)
      AND (p.charge_id IS NULL OR p.charge_id = c.charge_id) AND (p.tax_item = '' OR p.tax_item = c.tax_item)
      AND NOT (%(plan)s AND p.reason = '10')
    GROUP BY c.charge_id
), waiting AS (
    SELECT DISTINCT i.charge_id FROM debit_due c
    JOIN debit_instruction i ON i.addressee_number = c.addressee_number AND i.charge_id = c.charge_id
    JOIN debit_request q ON q.request_id = i.request_id AND q.state <> '9'
    WHERE NOT EXISTS (SELECT 1 FROM debit_result r WHERE r.addressee_number = i.addressee_number
        AND r.charge_id = i.charge_id AND r.request_id = i.request_id)
)
SELECT charge_id, addressee_number, tax_item, levy_year, installment_term, slip_number, debit_class, history_number,
       to_bank AS bank_code, to_branch AS branch_code, through_bank_code, unpaid, unpaid - in_flight AS amount, stop_reason,
       number_digest, reason
FROM (
    SELECT c.*, p.to_bank, p.to_branch, coalesce(f.amount, 0) AS in_flight, coalesce(s.reason, '') AS stop_reason,
           coalesce(own.bank_code, others.bank_code, '') AS through_bank_code,
           CASE WHEN c.unpaid = 0 AND c.tax_amount > 0 THEN '01'
                WHEN c.unpaid = 0 THEN '02'
                WHEN coalesce(f.amount, 0) >= c.unpaid OR (%(plan)s AND f.amount > 0) THEN '03'
                WHEN u.charge_id IS NOT NULL THEN '04'
                WHEN w.charge_id IS NOT NULL THEN '05'
                WHEN c.state = '2' THEN '06'
                WHEN d.died_on IS NOT NULL THEN '07'
                WHEN s.reason IS NOT NULL THEN '08'
                WHEN c.slip_number IS NULL THEN '09'
                WHEN own.bank_code IS NULL AND others.bank_code IS NULL THEN '10'
                WHEN NOT p.known THEN '11'
                WHEN c.less THEN '12'
                ELSE '' END AS reason
    FROM debit_due c
    JOIN debit_place p USING (bank_code, branch_code)
    LEFT JOIN addressee d USING (addressee_number)
    LEFT JOIN debit_in_flight f ON f.charge_id = c.charge_id
    LEFT JOIN debit_unidentified u ON u.charge_id = c.charge_id AND u.addressee_number = c.addressee_number
    LEFT JOIN waiting w ON w.charge_id = c.charge_id
    LEFT JOIN stopped s ON s.charge_id = c.charge_id
    LEFT JOIN consignor own ON own.bank_code = p.to_bank
    LEFT JOIN LATERAL (SELECT bank_code FROM consignor WHERE takes_others ORDER BY bank_code LIMIT 1) others ON true
) judged
"""


class NoAgainForPlans(Refusal):
    """分納の振替は、再振替しません。振り替えられなかった回は、納付誓約の不履行として扱います。誓約の画面を開いてください。"""


@dataclass(frozen=True, slots=True)
class DebitOrder:
    """口座振替の依頼の注文。 source: 再振替なら、もとの依頼; seen: 見本で見た（件数、金額）; plan: 分納の回を引き落とす。"""

    due_date: date
    debit_on: date
    source: int | None = None
    seen: tuple[int, int] | None = None
    plan: bool = False

    @property
    def kind(self) -> DebitRequest.Kind:
        """依頼の区分。"""
        if self.plan:
            return DebitRequest.Kind.PLAN
        return DebitRequest.Kind.AGAIN if self.source else DebitRequest.Kind.TERM


def select_debits(order: DebitOrder, *, as_of: date, lock: bool = False) -> tuple[LastRound, ...]:
    """口座のある期別（分納なら、計画の回）を判じ、一時表 debit_candidate に置く。 lock: 期別を番号順に鎖錠する。

    Judge every charge of the due date whose taxpayer has an account; `reason` is empty for a debit. Of a plan, the last rounds
    whose amount differs from the plan are answered: their slips must be issued anew.

    要件: F06-04, F06-06, F06-08, F06-09
    """
    terms = {
        "due_date": order.due_date, "debit_on": order.debit_on, "source": order.source, "as_of": as_of, "plan": order.plan,
        "debit_class": DebitAccount.Class.INSTALLMENT_PLAN if order.plan else DebitAccount.Class.TERMS,
    }  # fmt: skip
    if order.source:
        _refuse_plan_again(order.source)
    for table in (*TABLES, "debit_first_term"):
        run_sql(f"DROP TABLE IF EXISTS pg_temp.{table}")
    run_sql(ACCOUNTS, terms)
    run_sql("ANALYZE debit_account_now")
    run_sql(FIRST_TERMS, terms)
    if order.plan and lock:
        run_sql(LOCK, terms)
    held = "FOR NO KEY UPDATE OF c" if lock and not order.plan else ""
    due = ROUNDS if order.plan else AGAIN if order.source else DUE
    run_sql(f"CREATE TEMP TABLE debit_due ON COMMIT DROP AS {due} {held}", terms)
    run_sql("ANALYZE debit_due")
    list_in_flight("debit_due", into="debit_in_flight", as_of=as_of)
    list_unidentified(into="debit_unidentified")
    _place(fetch_all("SELECT DISTINCT bank_code, branch_code FROM debit_due"), order.debit_on)
    run_sql(CANDIDATES, terms)
    run_sql("ANALYZE debit_candidate")
    if not order.plan:
        return ()
    return recount_last(order.debit_on, less=Reason.LESS_OWED, paid=Reason.PAID, as_of=as_of)


def _refuse_plan_again(source: int) -> None:
    if fetch_all("SELECT 1 FROM debit_request WHERE request_id = %s AND kind = '3'", [source]):
        raise NoAgainForPlans(str(source))


def _place(places: Iterable[tuple[str, str]], on: date) -> None:
    """店舗を、引落日の承継先に読み替え、一覧にあるかを確かめる。店舗の数だけで済む。"""
    run_sql(PLACES)
    onward = banks.successors(places, as_of=on)
    copy_rows(
        "debit_place",
        ("bank_code", "branch_code", "to_bank", "to_branch", "known"),
        ((*old, *new, banks.branch(*new) is not None) for old, new in onward.items()),
    )
