"""元帳の検証。仕訳からすべてを計算し直し、一円の違いも見つける。

Recompute everything from the journal. Each check is one query that returns the offending rows; no rows means sound. A
verification that checked nothing fails.
"""

from dataclasses import dataclass

from osame.platform.database import fetch_all, fetch_one

COLUMNS = (
    ("determined", 1, "credit"),
    ("principal_tax", 2, "debit"),
    ("demand_fee", 3, "debit"),
    ("delinquency_charge", 4, "debit"),
    ("disposition_cost", 5, "debit"),
    ("additional_charge", 6, "debit"),
    ("received", 7, "debit"),
    ("overpayment", 8, "credit"),
    ("suspense", 9, "credit"),
    ("written_off", 10, "debit"),
    ("refund_payable", 11, "credit"),
    ("paid_out", 12, "credit"),
    ("refund_interest", 13, "debit"),
)


def _sum(account: int, side: str) -> str:
    other = "credit" if side == "debit" else "debit"
    return (
        f"coalesce(sum(CASE WHEN {side} = {account} THEN amount WHEN {other} = {account} THEN -amount END), 0)::bigint"
    )


_RECOMPUTED = ", ".join(f"{_sum(account, side)} AS {name}" for name, account, side in COLUMNS)
_NAMES = ", ".join(name for name, _, _ in COLUMNS)
_LIVE = (
    "e.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM entry r WHERE r.charge_id = e.charge_id "
    "AND r.addressee_number = e.addressee_number AND r.reverses = e.entry_id)"
)

# 検査の名 → 食い違いを返す問い合わせ（先頭の列が説明）
CHECKS: dict[str, str] = {
    "仕訳は異なる勘定の間の正の振替である": """
        SELECT '仕訳' || entry_id FROM entry WHERE amount <= 0 OR debit = credit OR debit NOT BETWEEN 1 AND 13
            OR credit NOT BETWEEN 1 AND 13""",
    "残高は仕訳の合計に等しい": f"""
        SELECT '期別' || coalesce(b.charge_id, s.charge_id) FROM charge b
        FULL JOIN (SELECT charge_id, addressee_number, {_RECOMPUTED} FROM entry GROUP BY charge_id, addressee_number) s
            USING (charge_id, addressee_number)
        WHERE ({", ".join(f"coalesce(b.{n}, 0)" for n, _, _ in COLUMNS)})
            IS DISTINCT FROM ({", ".join(f"coalesce(s.{n}, 0)" for n, _, _ in COLUMNS)})""",
    "残高は負にならない": f"SELECT '期別' || charge_id FROM charge WHERE least({_NAMES}) < 0",
    "借方と貸方は釣り合う": """
        SELECT '差額' || difference FROM (
            SELECT sum(principal_tax + demand_fee + delinquency_charge + disposition_cost + additional_charge + received
                       + written_off + refund_interest)
                - sum(determined + overpayment + suspense + refund_payable + paid_out) AS difference FROM charge) t
        WHERE difference <> 0""",
    "取消しの仕訳は、元の仕訳を裏返した一度きりのものである": """
        SELECT '仕訳' || r.entry_id FROM entry r
        LEFT JOIN entry e ON e.charge_id = r.charge_id AND e.addressee_number = r.addressee_number
            AND e.entry_id = r.reverses
        WHERE r.reverses IS NOT NULL AND (e.entry_id IS NULL OR e.amount <> r.amount OR e.debit <> r.credit
            OR e.credit <> r.debit OR e.receipt_key IS DISTINCT FROM r.receipt_key)
        UNION ALL
        SELECT '仕訳' || min(entry_id) FROM entry WHERE reverses IS NOT NULL GROUP BY charge_id, reverses
        HAVING count(*) > 1""",
    "仕訳の期別が存在する": """
        SELECT '仕訳' || e.entry_id FROM entry e LEFT JOIN charge c USING (charge_id, addressee_number)
        WHERE c.charge_id IS NULL""",
    "調定の仕訳は期別の税額に等しい": """
        SELECT '期別' || c.charge_id FROM charge c LEFT JOIN (
            SELECT charge_id, addressee_number, sum(CASE WHEN credit = 1 THEN amount ELSE -amount END)::bigint AS tax
            FROM entry WHERE kind IN (1, 2, 3) GROUP BY charge_id, addressee_number) e
            USING (charge_id, addressee_number)
        WHERE c.tax_amount <> coalesce(e.tax, 0)""",
    "異動の積上げは期別の税額に等しい": """
        SELECT '期別' || c.charge_id FROM charge c JOIN (
            SELECT charge_id, addressee_number, max(revision) AS revision,
                   (array_agg(amount_after ORDER BY revision DESC))[1] AS amount_after, count(*) AS revisions
            FROM determination_revision WHERE revision <= 1000  -- その先は、収納の側で納期限を変えた記録
            GROUP BY charge_id, addressee_number) v USING (charge_id, addressee_number)
        WHERE c.tax_amount <> v.amount_after OR c.last_revision <> v.revision OR v.revisions <> v.revision""",
    "増減額の仕訳は、異動の増減額に等しい": """
        SELECT '期別' || coalesce(v.charge_id, e.charge_id) FROM (
            SELECT charge_id, addressee_number, sum(difference)::bigint AS difference FROM determination_revision
            GROUP BY charge_id, addressee_number) v
        FULL JOIN (
            SELECT charge_id, addressee_number, sum(CASE WHEN credit = 1 THEN amount ELSE -amount END)::bigint AS difference
            FROM entry WHERE kind IN (2, 3) GROUP BY charge_id, addressee_number) e USING (charge_id, addressee_number)
        WHERE coalesce(v.difference, 0) <> coalesce(e.difference, 0)""",
    "税額の最高は、当初と異動後の税額の最高に等しい": """
        SELECT '期別' || c.charge_id FROM charge c
        LEFT JOIN (SELECT charge_id, addressee_number, sum(amount)::bigint AS first FROM entry WHERE kind = 1
                   GROUP BY charge_id, addressee_number) e USING (charge_id, addressee_number)
        LEFT JOIN (SELECT charge_id, addressee_number, max(amount_after) AS highest FROM determination_revision
                   GROUP BY charge_id, addressee_number) v USING (charge_id, addressee_number)
        WHERE c.highest_tax_amount <> greatest(coalesce(e.first, 0), coalesce(v.highest, 0))""",
    "仕訳の命令が記録されている": """
        SELECT '仕訳' || e.entry_id FROM entry e LEFT JOIN command d USING (command_id) WHERE d.command_id IS NULL""",
    "収納は、残らず一度だけ割り付けられている": f"""
        SELECT '収納' || coalesce(r.receipt_key, l.receipt_key) FROM (
            SELECT r.charge_id, r.addressee_number, r.receipt_key, r.amount FROM receipt r
            WHERE NOT EXISTS (SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id
                AND x.receipt_key = r.receipt_key AND x.addressee_number = r.addressee_number)) r
        FULL JOIN (
            SELECT charge_id, addressee_number, receipt_key, sum(amount)::bigint AS amount FROM entry e
            WHERE e.debit = 7 AND e.credit <> 5 AND e.charge_id <> 0 AND {_LIVE} GROUP BY charge_id, addressee_number, receipt_key) l
            USING (charge_id, addressee_number, receipt_key)
        WHERE r.amount IS DISTINCT FROM l.amount""",
    "仮受の残高は、調査中の入金に等しい": f"""
        SELECT '入金' || coalesce(h.receipt_key, l.receipt_key)
        FROM (SELECT receipt_key, amount FROM held_receipt WHERE state = '1') h
        FULL JOIN (SELECT receipt_key, amount FROM entry e WHERE e.charge_id = 0 AND {_LIVE}) l USING (receipt_key)
        WHERE h.amount IS DISTINCT FROM l.amount""",
    "入金を置いた仮受の仕訳は、その入金の額である": """
        SELECT '入金' || h.receipt_key FROM held_receipt h WHERE NOT EXISTS (
            SELECT 1 FROM entry e WHERE e.charge_id = 0 AND e.receipt_key = h.receipt_key AND e.kind = 8
                AND e.reverses IS NULL AND e.amount = h.amount)""",
    "過誤納は、未納を残して生まれない": """
        SELECT '期別' || charge_id FROM charge
        WHERE overpayment > 0 AND principal_tax + demand_fee + delinquency_charge > 0""",
    "延滞金は、本税が完納してから確定し、納付される": """
        SELECT '期別' || c.charge_id FROM charge c
        WHERE c.charge_id > 0 AND c.principal_tax > 0 AND (c.delinquency_charge > 0 OR EXISTS (
            SELECT 1 FROM entry e WHERE e.charge_id = c.charge_id AND e.addressee_number = c.addressee_number
                AND e.kind = 7 AND e.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM entry r
                    WHERE r.charge_id = e.charge_id AND r.addressee_number = e.addressee_number
                        AND r.reverses = e.entry_id)))""",
    "法の順なら、手数料は本税が完納してから納付される": f"""
        SELECT '期別' || c.charge_id FROM charge c JOIN (
            SELECT charge_id, addressee_number FROM entry e WHERE e.credit = 3 AND e.debit = 7 AND {_LIVE}
            GROUP BY charge_id, addressee_number) paid USING (charge_id, addressee_number)
        WHERE c.principal_tax > 0
            AND NOT EXISTS (SELECT 1 FROM setting WHERE name = '充当順序' AND value NOT LIKE '本税%%')""",
    "過誤納金の表は、過誤納の残高に等しい": """
        SELECT '期別' || coalesce(b.charge_id, o.charge_id)
        FROM (SELECT charge_id, addressee_number, overpayment FROM charge WHERE overpayment > 0) b
        FULL JOIN (SELECT charge_id, addressee_number, sum(amount)::bigint AS amount FROM overpayment
                   GROUP BY charge_id, addressee_number) o USING (charge_id, addressee_number)
        WHERE b.overpayment IS DISTINCT FROM o.amount""",
    "還付・充当の仕訳は、生きている決議の明細に等しい": f"""
        SELECT '期別' || coalesce(p.charge_id, l.charge_id) FROM (
            SELECT m.charge_id, m.addressee_number, m.receipt_key,
                   sum(CASE WHEN use = '1' THEN m.amount ELSE 0 END)::bigint AS refunded,
                   sum(CASE WHEN use = '2' THEN m.amount ELSE 0 END)::bigint AS appropriated,
                   sum(m.interest - m.applied)::bigint AS interest,
                   sum(CASE WHEN use = '3' THEN m.amount ELSE 0 END)::bigint AS applied
            FROM refund_part m JOIN refund_decision d USING (addressee_number, decision_id) WHERE d.state <> '9'
            GROUP BY m.charge_id, m.addressee_number, m.receipt_key) p
        FULL JOIN (
            SELECT charge_id, addressee_number, receipt_key,
                   coalesce(sum(amount) FILTER (WHERE debit = 8 AND credit = 11), 0)::bigint AS refunded,
                   coalesce(sum(amount) FILTER (WHERE debit = 8 AND credit = 12), 0)::bigint AS appropriated,
                   coalesce(sum(amount) FILTER (WHERE debit = 13 AND credit = 11), 0)::bigint AS interest,
                   coalesce(sum(amount) FILTER (WHERE debit = 13 AND credit = 12), 0)::bigint AS applied
            FROM entry e WHERE debit IN (8, 13) AND {_LIVE} GROUP BY charge_id, addressee_number, receipt_key) l
            USING (charge_id, addressee_number, receipt_key)
        WHERE (p.refunded, p.appropriated, p.interest, p.applied)
            IS DISTINCT FROM (l.refunded, l.appropriated, l.interest, l.applied)""",
    "充当した額は、充てた先の収納に等しい": """
        SELECT '決議' || coalesce(p.decision_id::text, '') || '収納' || coalesce(p.target_receipt_key, r.receipt_key)
        FROM (SELECT m.* FROM refund_part m JOIN refund_decision d USING (addressee_number, decision_id)
              WHERE d.state <> '9' AND m.target_charge_id IS NOT NULL) p
        FULL JOIN (SELECT r.* FROM receipt r WHERE r.channel = '14' AND NOT EXISTS (
            SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key
                AND x.addressee_number = r.addressee_number)) r
            ON r.charge_id = p.target_charge_id AND r.addressee_number = p.addressee_number
            AND r.receipt_key = p.target_receipt_key
        WHERE (p.amount, p.appropriated_on) IS DISTINCT FROM (r.amount, r.paid_on)""",
    "還付金の支払と時効の仕訳は、その内訳に等しい": f"""
        SELECT '期別' || coalesce(n.charge_id, l.charge_id) FROM (
            SELECT n.charge_id, n.addressee_number, n.receipt_key, sum(n.amount)::bigint AS amount
            FROM refund_payment_line n LEFT JOIN refund_payment y USING (addressee_number, payment_id)
            WHERE coalesce(y.state, '2') = '2' GROUP BY n.charge_id, n.addressee_number, n.receipt_key) n
        FULL JOIN (
            SELECT charge_id, addressee_number, receipt_key, sum(amount)::bigint AS amount FROM entry e
            WHERE debit = 11 AND credit <> 8 AND kind IN (12, 13) AND {_LIVE}
            GROUP BY charge_id, addressee_number, receipt_key) l USING (charge_id, addressee_number, receipt_key)
        WHERE n.amount IS DISTINCT FROM l.amount""",
    "還付未済の残高は、まだ払っていない受取額に等しい": """
        SELECT '宛名' || coalesce(c.addressee_number, p.addressee_number)
        FROM (SELECT addressee_number, sum(refund_payable)::bigint AS amount FROM charge WHERE refund_payable > 0
              GROUP BY addressee_number) c
        FULL JOIN (SELECT p.addressee_number, sum(p.amount)::bigint AS amount FROM refund_payee p
                   JOIN refund_decision d USING (addressee_number, decision_id)
                   WHERE d.state <> '9' AND p.state NOT IN ('5', '8', '9') GROUP BY p.addressee_number) p
            USING (addressee_number)
        WHERE c.amount IS DISTINCT FROM p.amount AND NOT EXISTS (
            SELECT 1 FROM refund_decision d WHERE d.state = '2'
              AND d.addressee_number = coalesce(c.addressee_number, p.addressee_number))""",
    "支払の実行の件数と合計は、その支払に等しい": """
        SELECT '支払の実行' || r.run_id FROM payment_run r LEFT JOIN (
            SELECT run_id, count(*) AS payments, sum(amount)::bigint AS total FROM refund_payment
            WHERE state <> '9' GROUP BY run_id) y USING (run_id)
        WHERE r.state = '2' AND (r.payments, r.total) IS DISTINCT FROM (y.payments, y.total)""",
    "督促手数料の仕訳は、督促の記録に等しい": f"""
        SELECT '期別' || coalesce(d.charge_id, l.charge_id)
        FROM (SELECT charge_id, addressee_number, sum(demand_fee)::bigint AS fee FROM demand
              WHERE cancelled_on IS NULL AND demand_fee > 0 GROUP BY charge_id, addressee_number) d
        FULL JOIN (SELECT charge_id, addressee_number, sum(amount)::bigint AS fee FROM entry e
                   WHERE e.kind = 6 AND {_LIVE} GROUP BY charge_id, addressee_number) l
            USING (charge_id, addressee_number)
        WHERE d.fee IS DISTINCT FROM l.fee""",
    # 起票は、処分の期別のうち最も早く納期限の来たものに立つ。徴収は、配当による（配当計算書を作ったなら、交付してから）。
    "滞納処分費の仕訳は、起票と配当の記録に等しい": f"""
        SELECT '期別' || coalesce(t.charge_id, l.charge_id) FROM (
            SELECT q.owner_number AS addressee_number, q.charge_id, sum(k.spent)::bigint AS spent, sum(k.recovered)::bigint AS recovered
            FROM (SELECT DISTINCT ON (q.disposition_id) q.* FROM disposition_charge q JOIN charge c
                  ON c.addressee_number = q.owner_number AND c.charge_id = q.charge_id
                  ORDER BY q.disposition_id, c.due_date, c.charge_id) q
            JOIN (SELECT disposition_id, amount AS spent, 0 AS recovered FROM disposition_cost WHERE withdrawn_on IS NULL
                  UNION ALL SELECT p.disposition_id, 0, p.amount FROM distribution_part p
                  JOIN distribution x USING (addressee_number, disposition_id, distribution_number)
                  WHERE p.kind = 'DISPOSITION_COST' AND p.amount > 0 AND (NOT x.is_statement_made OR EXISTS (
                      SELECT 1 FROM distribution_delivery y WHERE (y.addressee_number, y.disposition_id, y.distribution_number,
                          y.part_number) = (p.addressee_number, p.disposition_id, p.distribution_number, p.part_number)
                        AND y.deposit_number = ''))) k USING (disposition_id)
            GROUP BY q.owner_number, q.charge_id) t
        FULL JOIN (
            SELECT addressee_number, charge_id, coalesce(sum(amount) FILTER (WHERE debit = 5), 0)::bigint AS spent,
                   coalesce(sum(amount) FILTER (WHERE credit = 5), 0)::bigint AS recovered
            FROM entry e WHERE e.kind = 14 AND {_LIVE} GROUP BY addressee_number, charge_id) l USING (addressee_number, charge_id)
        WHERE (t.spent, t.recovered) IS DISTINCT FROM (l.spent, l.recovered)""",
    "督促の実行の合計は、督促の記録に等しい": """
        SELECT '督促' || run_id FROM demand_run r FULL JOIN (
            SELECT run_id, count(*) AS charges, sum(principal_tax) AS principal, sum(demand_fee) AS fee
            FROM demand GROUP BY run_id) d USING (run_id)
        WHERE (r.charges, r.amount, r.demand_fee) IS DISTINCT FROM
            (coalesce(d.charges, 0), coalesce(d.principal, 0), coalesce(d.fee, 0))""",
    # 金額の読めない行があれば、送付元の合計はその分だけ大きい
    "取込みの金額は、送付元の合計に等しい": """
        SELECT '取込番号' || f.intake_file_id FROM intake_file f
        CROSS JOIN LATERAL (
            SELECT f.declared_total - f.amount_matched - f.amount_held - f.amount_rejected - f.amount_reported) d (short)
        WHERE f.state = '1' AND f.channel <> '' AND d.short <> 0 AND (d.short < 0 OR NOT EXISTS (
            SELECT 1 FROM rejected_row r WHERE r.intake_file_id = f.intake_file_id AND r.amount IS NULL))""",
    "不受理と報告の件数と金額は、残した行に等しい": """
        SELECT '取込番号' || f.intake_file_id FROM intake_file f
        LEFT JOIN (SELECT intake_file_id, count(*) AS count, coalesce(sum(amount), 0) AS amount FROM rejected_row
                   GROUP BY intake_file_id) r USING (intake_file_id)
        LEFT JOIN (SELECT intake_file_id, sum(amount) AS amount FROM channel_report
                   GROUP BY intake_file_id) c USING (intake_file_id)
        WHERE f.state = '1' AND f.channel <> '' AND (f.rows_rejected, f.amount_rejected, f.amount_reported)
            IS DISTINCT FROM (coalesce(r.count, 0), coalesce(r.amount, 0), coalesce(c.amount, 0))""",
    "断ったファイルからは、一行も取り込んでいない": """
        SELECT '取込番号' || f.intake_file_id FROM intake_file f
        WHERE f.state = '9' AND (f.rows_in > 0 OR EXISTS (SELECT 1 FROM receipt r WHERE r.intake_file_id = f.intake_file_id)
            OR EXISTS (SELECT 1 FROM held_receipt h WHERE h.intake_file_id = f.intake_file_id)
            OR EXISTS (SELECT 1 FROM channel_report c WHERE c.intake_file_id = f.intake_file_id)
            OR EXISTS (SELECT 1 FROM charge c WHERE c.intake_file_id = f.intake_file_id))""",
    "取り込んだ入金は、収納か仮受のどちらかに残らずある": """
        SELECT '取込番号' || f.intake_file_id FROM intake_file f
        LEFT JOIN (
            SELECT intake_file_id, sum(amount)::bigint AS amount FROM (
                SELECT intake_file_id, amount FROM receipt WHERE channel <> '18'
                UNION ALL SELECT intake_file_id, amount FROM held_receipt WHERE state <> '2') t
            GROUP BY intake_file_id) m USING (intake_file_id)
        WHERE f.state = '1' AND f.channel <> '' AND f.amount_matched + f.amount_held <> coalesce(m.amount, 0)""",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """食い違い。どの検査で、何が、いくつ。"""

    check: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """検証の結果。"""

    entries: int
    charges: int
    checks: int
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """何かを検証し、食い違いがなかった。"""
        return self.entries > 0 and not self.findings


def verify_ledger() -> Verification:
    """元帳を検証する。

    Run every check and report what does not hold, with up to five examples each.

    要件: F04-10, F03-10
    """
    findings = []
    for check, query in CHECKS.items():
        rows = fetch_all(f"SELECT count(*) OVER (), * FROM ({query}) AS found (what) LIMIT 5")
        if rows:
            findings.append(Finding(check, int(rows[0][0]), tuple(str(row[1]) for row in rows)))
    entries, charges = fetch_one(
        "SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM charge WHERE charge_id > 0)"
    )
    return Verification(int(entries), int(charges), len(CHECKS), tuple(findings))
