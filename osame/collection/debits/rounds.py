"""分納の引落し。納付誓約の回ごとに発行した納付書を、分納の口座から引き落とす。最後の回は、引落日までの延滞金を含めて数え直す。

One debit per round of a plan, under the number of the slip that was issued for it, so that its result is posted to the shares of
that slip. The last round is counted anew on the day of the debit: its charge for late payment was only a forecast.
"""

from dataclasses import dataclass
from datetime import date

from osame.collection.payment_slips.actions import issue_carried_slip, void_slip
from osame.collection.payment_slips.planning import NothingUnpaid, SlipRequest, plan_slip
from osame.platform.database import fetch_all, run_sql

ROUND_IS_PAID = """
EXISTS (SELECT 1 FROM receipt r JOIN slip_share p USING (slip_number, addressee_number, charge_id)
    WHERE p.slip_number = {0} AND p.addressee_number = {1} AND NOT EXISTS (
        SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key
          AND x.addressee_number = r.addressee_number))
"""
# その日が納付予定日の回。計画の税目のうち、分納の口座のある、初めの期別の口座から引き落とす。
ROUNDS = f"""
SELECT DISTINCT ON (s.slip_number) c.charge_id, c.addressee_number, c.tax_item, c.levy_year, c.installment_term, s.slip_number,
       s.amount AS tax_amount, CASE WHEN {ROUND_IS_PAID.format("s.slip_number", "s.addressee_number")} THEN 0 ELSE s.amount END
       AS unpaid, a.debit_class, a.history_number, a.state, a.bank_code, a.branch_code, a.number_digest,
       EXISTS (SELECT 1 FROM slip_share p JOIN charge o USING (addressee_number, charge_id)
           WHERE p.slip_number = s.slip_number AND p.principal_tax > o.principal_tax) AS less
FROM payment_slip s JOIN slip_share m USING (slip_number, addressee_number)
JOIN charge c ON c.addressee_number = m.addressee_number AND c.charge_id = m.charge_id
JOIN debit_account_now a ON a.addressee_number = c.addressee_number AND a.tax_item = c.tax_item
WHERE s.kind = '3' AND s.void_on IS NULL AND s.payable_through = %(due_date)s
ORDER BY s.slip_number, m.position
"""
LOCK = """
SELECT 1 FROM charge c WHERE (c.addressee_number, c.charge_id) IN (
    SELECT m.addressee_number, m.charge_id FROM slip_share m JOIN payment_slip s USING (slip_number, addressee_number)
    WHERE s.kind = '3' AND s.void_on IS NULL AND s.payable_through = %(due_date)s)
ORDER BY c.charge_id FOR NO KEY UPDATE OF c
"""
# 最後の回で、前の回がすべて納まっているもの。前の回が残っていれば、計画の額のまま引き落とす（残りは不履行として扱う）。
LAST = f"""
SELECT d.addressee_number, d.charge_id, d.slip_number, s.amount, array(
    SELECT DISTINCT m.charge_id FROM payment_slip o JOIN slip_share m USING (slip_number, addressee_number)
    JOIN charge c USING (addressee_number, charge_id)
    WHERE o.pledge_key = s.pledge_key AND o.addressee_number = s.addressee_number
      AND c.principal_tax + c.demand_fee + c.delinquency_charge > 0 ORDER BY 1)
FROM debit_candidate d JOIN payment_slip s USING (slip_number, addressee_number)
WHERE d.reason IN ('', '{{less}}') AND NOT EXISTS (
    SELECT 1 FROM payment_slip o WHERE o.pledge_key = s.pledge_key AND o.addressee_number = s.addressee_number
      AND o.slip_number <> s.slip_number AND o.void_on IS NULL
      AND (o.round_number > s.round_number OR NOT {ROUND_IS_PAID.format("o.slip_number", "o.addressee_number")}))
ORDER BY d.slip_number
"""
REASON = "分納の最後の回を、引落日までの延滞金とともに引き落とす"


@dataclass(frozen=True, slots=True)
class LastRound:
    """数え直した最後の回。 request: 引落日に納める額の納付書。"""

    slip_number: int
    request: SlipRequest


def recount_last(debit_on: date, *, less: str, paid: str, as_of: date) -> tuple[LastRound, ...]:
    """最後の回の額を、引落日の未納の額に直す。計画の額と違うものを返す。 less・paid: 除く理由の符号。"""
    recounted = []
    for who, charge, slip, planned, charges in fetch_all(LAST.format(less=less)):
        request = SlipRequest(str(who), tuple(charges), debit_on, reason=REASON)
        try:
            amount = plan_slip(request, as_of=as_of).amount
        except NothingUnpaid:
            amount = 0
        except_for = paid if not amount else ""
        run_sql(
            "UPDATE debit_candidate SET amount = %s, unpaid = %s, reason = %s WHERE addressee_number = %s AND charge_id = %s",
            [amount, amount, except_for, who, charge],
        )
        if amount and amount != planned:
            recounted.append(LastRound(int(slip), request))
    return tuple(recounted)


def reissue_last(recounted: tuple[LastRound, ...], *, as_of: date, officer: str) -> None:
    """数え直した回の納付書を発行し直し、その番号で引き落とす。紙は要らない。"""
    for each in recounted:
        void_slip(each.slip_number, reason=REASON, as_of=as_of, officer=officer)
        slip = issue_carried_slip(each.request, as_of=as_of, officer=officer).slip
        run_sql(
            "UPDATE debit_candidate SET slip_number = %s, amount = %s WHERE slip_number = %s",
            [slip.slip_number, slip.amount, each.slip_number],
        )
