"""分割納付の履行。計画と、納まった額を比べる。誓約の章と猶予の章が、同じ比べ方をする。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.parameters.queries import setting
from osame.kernel.money import Yen
from osame.law.instalments import Instalment, is_kept

PAYMENTS = """
SELECT r.paid_on, r.channel, r.amount, false AS waiting FROM receipt r
WHERE r.addressee_number = {who} AND r.charge_id = ANY ({charges}) AND r.paid_on >= {since}
  AND NOT EXISTS (SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key
      AND x.addressee_number = r.addressee_number)
UNION ALL
SELECT e.paid_on, e.channel, e.amount, true FROM channel_report e
WHERE e.stage = '1' AND e.paid_on >= {since} AND e.slip_number IN (
    SELECT s.slip_number FROM slip_share s WHERE s.addressee_number = {who} AND s.charge_id = ANY ({charges})
    UNION SELECT c.slip_number FROM charge c WHERE c.addressee_number = {who} AND c.charge_id = ANY ({charges}))
  AND NOT EXISTS (SELECT 1 FROM channel_report x WHERE x.receipt_key = e.receipt_key AND x.stage = '3')
  AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.receipt_key = e.receipt_key)
  AND NOT EXISTS (SELECT 1 FROM held_receipt h WHERE h.receipt_key = e.receipt_key)
"""
"""その日から、対象の期別に納まったもの。速報だけで、まだ資金になっていない納付（waiting）も、納付の日に納めたものと数える。"""
CHANNEL_DELAY = "納付の知らせを待つ日数"
DEFAULT_DELAY = 7


@dataclass(frozen=True, slots=True)
class Standing:
    """計画の履行。 due: 待つ日数を過ぎて、納まっているはずの額; paid: 納まった額; missed: 足りない回の数; next_on: 次の期日。"""

    due: int
    paid: int
    missed: int
    kept: bool
    next_on: date | None

    @property
    def short(self) -> int:
        """足りない額。"""
        return max(0, self.due - self.paid)


def standing_of(instalments: Sequence[Instalment], paid: int, *, as_of: date, delay_days: int) -> Standing:
    """納まった額と計画を比べる。多く納めた分は、先の回に充てたものとする。

    要件: F14-03
    """
    waits = as_of.toordinal() - delay_days
    fallen = [each for each in instalments if each.on.toordinal() < waits]
    due, missed, left = sum(each.amount for each in fallen), 0, paid
    for each in fallen:
        missed += left < each.amount
        left = max(0, left - each.amount)
    kept = is_kept(instalments, Yen(paid), as_of=as_of, delay_days=delay_days)
    return Standing(due, paid, missed, kept, next((each.on for each in instalments if each.on >= as_of), None))


def channel_delay(*, as_of: date) -> int:
    """収納の知らせを待つ日数。登録がなければ7日。"""
    return int(setting(CHANNEL_DELAY, as_of=as_of) or DEFAULT_DELAY)
