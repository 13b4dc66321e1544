"""分割納付の履行。計画と、納まった額を比べる。誓約の章と猶予の章が、同じ比べ方をする。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.parameters.queries import setting
from osame.kernel.money import Yen
from osame.law.instalments import Instalment, is_kept

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
