"""引抜きの一覧。督促を作った後、差し出す前に、入金のあったもの。

Letters that must not be mailed as they are: since the run the money arrived, wholly or in part, or a preliminary report says
it is on its way. The same way of looking at money in flight as the selection.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.demands.actions import CancelledDemand, withdraw
from osame.collection.demands.runs import one_run
from osame.collection.demands.selection import TEMPORARY_TABLES, list_in_flight
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all, run_sql

PAID_SINCE = "納付を確認したため引抜き"
LIVE = """
CREATE TEMP TABLE demand_due ON COMMIT DROP AS
SELECT d.charge_id, d.addressee_number, d.letter_number, d.principal_tax AS demanded, d.demand_fee, d.designated_due_date,
       c.tax_item, c.levy_year, c.installment_term, c.notice_number, c.slip_number, c.principal_tax AS unpaid
FROM demand d JOIN charge c USING (charge_id, addressee_number)
WHERE d.run_id = %(run)s AND d.cancelled_on IS NULL
"""
PAID = """
SELECT d.letter_number, d.charge_id, d.addressee_number, a.name, coalesce(i.name, d.tax_item), d.levy_year,
       d.installment_term, d.notice_number, d.demanded, d.demand_fee, d.unpaid, coalesce(f.amount, 0)::bigint,
       p.last_received,
       count(*) OVER (PARTITION BY d.letter_number)
         = (SELECT count(*) FROM demand_due o WHERE o.letter_number = d.letter_number)
FROM demand_due d
JOIN addressee a USING (addressee_number)
LEFT JOIN demand_in_flight f ON f.charge_id = d.charge_id
LEFT JOIN LATERAL (
    SELECT max(r.received_on) AS last_received FROM receipt r
    WHERE r.charge_id = d.charge_id AND r.addressee_number = d.addressee_number) p ON true
LEFT JOIN LATERAL (
    SELECT name FROM tax_item i WHERE i.tax_item = d.tax_item AND i.valid_from <= %(as_of)s
    ORDER BY i.valid_from DESC LIMIT 1) i ON true
WHERE d.unpaid - coalesce(f.amount, 0) < d.demanded
ORDER BY d.letter_number, d.charge_id
"""


class NothingToPull(Refusal):
    """引き抜く督促を選んでいません。入金のあった督促を選んでから、引き抜いてください。"""


class NotPaidSince(Refusal):
    """選んだ督促に、入金を確かめられないものがあります。一覧を開き直してください。誤りなら、督促の取消しをしてください。"""


@dataclass(frozen=True, slots=True)
class PaidSince:
    """作った後に入金のあった督促。 whole_letter: 封筒の中身がすべて、この一覧にある。"""

    letter_number: int
    charge_id: int
    addressee_number: str
    name: str
    tax_item_name: str
    levy_year: int
    installment_term: int
    notice_number: str
    demanded: int
    demand_fee: int
    unpaid: int
    in_flight: int
    received_on: date | None
    whole_letter: bool

    @property
    def rest(self) -> int:
        """入金と速報を差し引いた、残りの本税。"""
        return max(self.unpaid - self.in_flight, 0)

    @property
    def paid_in_full(self) -> bool:
        """残りがないか。"""
        return self.rest == 0


def paid_since(run_id: int, *, as_of: date) -> tuple[PaidSince, ...]:
    """この実行の督促のうち、作った後に入金のあったもの。

    要件: F08-01
    """
    with transaction.atomic():
        one_run(run_id)
        for table in TEMPORARY_TABLES:
            run_sql(f"DROP TABLE IF EXISTS pg_temp.{table}")
        run_sql(LIVE, {"run": run_id})
        list_in_flight("demand_due", into="demand_in_flight", as_of=as_of)
        return tuple(PaidSince(*row) for row in fetch_all(PAID, {"as_of": as_of}))


def pull(run_id: int, charges: Sequence[int], *, as_of: date, officer: str) -> tuple[CancelledDemand, ...]:
    """入金のあった督促を、まとめて引き抜く。一つでも入金を確かめられなければ、どれも引き抜かない。

    Pull what has been paid since the run. Whatever was pulled before stays as it is.

    要件: F08-01, F08-03
    """
    if not charges:
        raise NothingToPull(f"実行番号 {run_id}")
    with transaction.atomic():
        run_sql("SELECT 1 FROM demand_run WHERE run_id = %s FOR UPDATE", [run_id])
        paid = {each.charge_id: each.addressee_number for each in paid_since(run_id, as_of=as_of)}
        if unknown := sorted(set(charges) - paid.keys()):
            raise NotPaidSince("、".join(f"期別番号{each}" for each in unknown[:5]))
        return tuple(
            withdraw(paid[each], each, as_of=as_of, reason=PAID_SINCE, officer=officer) for each in sorted(set(charges))
        )
