"""元帳ダイジェスト。財政状態の全体を、一つのハッシュにする。

One hash over the whole financial state: charges, their balances, the net allocation of every receipt, what is held, what
is overpaid, what was demanded. Serial numbers, clocks and the order of work are left out on purpose, so two ledgers that
say the same thing have the same digest however they came about.
"""

import hashlib
from datetime import date

from django.db import connection

KEY = (
    "c.tax_item, c.levy_year, c.tax_year, c.notice_number, c.special_collector_number, c.installment_term, "
    "c.declaration_number, c.business_year_number, c.child_addressee_number, c.addressee_number"
)

SECTIONS: dict[str, str] = {
    "期別と残高": f"""
        SELECT {KEY}, c.due_date, c.statutory_due_date, c.statutory_due_date_etc, c.tax_amount, c.last_revision,
               c.slip_number, c.determined, c.principal_tax, c.demand_fee, c.delinquency_charge, c.disposition_cost,
               c.additional_charge, c.received, c.overpayment, c.suspense, c.written_off,
               c.refund_payable, c.paid_out, c.refund_interest
        FROM charge c ORDER BY {KEY}""",
    "収納": f"""
        SELECT {KEY}, r.receipt_key, r.amount, r.paid_on, r.received_on, r.fiscal_year, r.carried_over, r.channel,
               x.reason
        FROM receipt r JOIN charge c USING (charge_id, addressee_number)
        LEFT JOIN receipt_cancellation x USING (charge_id, receipt_key, addressee_number)
        ORDER BY {KEY}, r.receipt_key""",
    "割付け": f"""
        SELECT {KEY}, n.receipt_key, n.account, n.amount FROM (
            SELECT charge_id, addressee_number, receipt_key, account, sum(amount)::bigint AS amount FROM (
                SELECT charge_id, addressee_number, receipt_key, credit AS account, amount FROM entry
                WHERE debit = 7 AND charge_id <> 0
                UNION ALL
                SELECT charge_id, addressee_number, receipt_key, debit, -amount FROM entry
                WHERE credit = 7 AND charge_id <> 0
            ) moves GROUP BY charge_id, addressee_number, receipt_key, account HAVING sum(amount) <> 0
        ) n JOIN charge c USING (charge_id, addressee_number) ORDER BY {KEY}, n.receipt_key, n.account""",
    "過誤納": f"""
        SELECT {KEY}, o.receipt_key, o.amount, o.cause, o.arises_on
        FROM overpayment o JOIN charge c USING (charge_id, addressee_number) ORDER BY {KEY}, o.receipt_key""",
    "保留した入金": "SELECT receipt_key, amount, paid_on, received_on, channel, reason FROM held_receipt "
    "WHERE state = '1' ORDER BY receipt_key",
    "報告": "SELECT receipt_key, stage, amount, paid_on, channel, result_code FROM channel_report "
    "ORDER BY receipt_key, stage",
    "督促": f"""
        SELECT {KEY}, d.issued_on, d.seizable_from, d.principal_tax, d.demand_fee, d.cancelled_on
        FROM demand d JOIN charge c USING (charge_id, addressee_number) ORDER BY {KEY}, d.issued_on, d.cancelled_on""",
    "保留した調定": "SELECT raw FROM held_determination WHERE released_by_file_id IS NULL ORDER BY raw",
}


def ledger_digest() -> str:
    """元帳ダイジェスト（SHA-256、16進64桁）を返す。"""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for title, query in SECTIONS.items():
            digest.update(f"# {title}\n".encode())
            with cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
                for block in copy:
                    digest.update(block)
    return digest.hexdigest()


def seal_journal(previous: str, *, after: date, through: date) -> str:
    """会計日 `after` の翌日から `through` までの仕訳を、前の封印につなげて封じる。

    Seal the entries of the days since the previous closing onto the previous seal. Whoever changes an entry of a closed
    day breaks this seal and every later one.
    """
    digest = hashlib.sha256(previous.encode())
    query = (
        "COPY (SELECT charge_id, addressee_number, entry_id, amount, debit, credit, kind, effective_on, posted_on, "
        f"receipt_key, reverses FROM entry WHERE posted_on > date '{after.isoformat()}' "
        f"AND posted_on <= date '{through.isoformat()}' ORDER BY charge_id, entry_id) TO STDOUT"
    )
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for block in copy:
            digest.update(block)
    return digest.hexdigest()
