"""納付。誰が、どの手段で、いつ、いくら納め、それがいつのファイルに載るか。

Payment behaviour, and the way a payment travels to the city: which profile carries it, on which file day it is first
told (速報), on which the money comes (確報).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from osame.demo.calendar import LAST_DAY, OPENING_DAY, file_day_after, file_day_from, next_business_day
from osame.demo.people import Habit, Means
from osame.demo.taxes import Charge
from osame.formats.gs1_128 import is_printable
from osame.formats.reports import Channel
from osame.kernel.holidays import is_closed_day
from osame.kernel.money import Yen

BANK, DEBIT, ELTAX = "bank_notice_v0", "zengin_91", "eltax_keshikomi_v0"
STORES = ("mizuho_factor_120", "mufg_factor_120", "dsk_csv")
CHANNELS: dict[str, Channel] = {
    BANK: Channel.BANK,
    DEBIT: Channel.DIRECT_DEBIT,
    ELTAX: Channel.ELTAX,
    **dict.fromkeys(STORES, Channel.CONVENIENCE_STORE),
}
DEBIT_FAILURES = ("1", "1", "1", "1", "1", "1", "2", "3", "4", "8", "9")
LATE_CHANCE = {Habit.PROMPT: 0.004, Habit.CARELESS: 0.42, Habit.NEVER: 0.05}
NEVER_CHANCE = {Habit.PROMPT: 0.0, Habit.CARELESS: 0.15, Habit.NEVER: 0.90}
DEMAND_FEE = 100
WINDOW = LAST_DAY - timedelta(days=12)
"""これより後の納付は、翌年度のファイルに載るので作らない。"""


@dataclass(slots=True, eq=False)
class Payment:
    """納付一件。"""

    charge: Charge
    profile: str
    paid_on: date
    minute: int
    amount: int
    serial: int
    told_on: date | None  # 速報の載るファイル日
    final_on: date | None  # 確報の載るファイル日
    received_on: date  # 収入日
    cancelled_on: date | None = None  # 速報取消の載るファイル日
    result_code: str = "0"
    wrong_slip: int | None = None  # 打ち間違えた納付書番号
    by_reference: bool = False  # 納付書番号のない済通
    repeats: int = 0  # 同じファイルに余計に載る回数
    repeated_on: date | None = None  # もう一度載る別のファイル日
    broken_code: bool = False  # バーコードの検査数字が壊れて届く

    @property
    def slip_number(self) -> int:
        """納付書番号。"""
        return self.wrong_slip or self.charge.slip_number

    @property
    def is_money(self) -> bool:
        """金が動くか。"""
        return self.final_on is not None and self.result_code == "0"


class Cashier:
    """納付を作る。通し番号は納付ごとに違う。"""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.payments: list[Payment] = []

    def pay(self, charge: Charge, means: Means, paid_on: date, amount: int) -> Payment | None:
        """その手段で納める。ファイルが年度のうちに届かない納付は作らない。"""
        if paid_on > WINDOW or amount <= 0:
            return None
        profile = self.profile_for(means, amount)
        told_on: date | None = None
        final_on: date | None
        if profile in STORES:
            half = profile != STORES[0]
            told_on = file_day_from(paid_on, half_monthly=half)
            final_on = file_day_after(told_on, half_monthly=half) if told_on else None
        else:
            if profile == BANK:
                while is_closed_day(paid_on):
                    paid_on += timedelta(days=1)
            final_on = file_day_from(paid_on + timedelta(days=2))
        if final_on is None:
            return None
        return self._add(charge, profile, paid_on, amount, (told_on, final_on, final_on))

    def debit(self, charge: Charge, amount: int, result_code: str) -> Payment | None:
        """口座振替。引落日は納期限、結果は次のファイル日に届く。"""
        final_on = file_day_after(charge.due_on)
        if final_on is None or amount <= 0:
            return None
        payment = self._add(charge, DEBIT, charge.due_on, amount, (None, final_on, charge.due_on))
        payment.result_code = result_code
        return payment

    def before_opening(self, charge: Charge, paid_on: date, amount: int) -> Payment:
        """移行前の納付。移行の基準日の収入として受け入れる。"""
        while is_closed_day(paid_on):
            paid_on += timedelta(days=1)
        return self._add(charge, BANK, paid_on, amount, (None, OPENING_DAY, OPENING_DAY))

    def profile_for(self, means: Means, amount: int) -> str:
        """手段に合う様式。コンビニで扱えない金額は窓口へ。"""
        if means is Means.ELTAX:
            return ELTAX
        if means is Means.STORE and is_printable(Yen(amount)):
            chance = self.random.random()
            return STORES[0] if chance < 0.85 else STORES[1] if chance < 0.93 else STORES[2]
        return BANK

    def _add(
        self, charge: Charge, profile: str, paid_on: date, amount: int, days: tuple[date | None, date, date]
    ) -> Payment:
        payment = Payment(
            charge, profile, paid_on, self.random.randrange(8 * 60, 21 * 60), amount, len(self.payments) + 1, *days
        )
        self.payments.append(payment)
        return payment


def behave(charges: list[Charge], cashier: Cashier) -> None:
    """期別ごとに、期限に、遅れて、または納めない。"""
    random = cashier.random
    for charge in charges:
        if charge.due_on > LAST_DAY:
            continue
        chance = random.random()
        habit = charge.taxpayer.habit
        if chance < NEVER_CHANCE[habit]:
            _fail_debit(charge, cashier)
        elif chance < NEVER_CHANCE[habit] + LATE_CHANCE[habit]:
            _fail_debit(charge, cashier)
            _pay_late(charge, cashier)
        elif charge.is_debited:
            cashier.debit(charge, charge.amount_on(charge.due_on - timedelta(days=12)), "0")
        else:
            _pay_in_time(charge, cashier)


def _means(charge: Charge) -> Means:
    means = charge.taxpayer.means
    return Means.STORE if means is Means.DIRECT_DEBIT else means


def _fail_debit(charge: Charge, cashier: Cashier) -> None:
    if charge.is_debited:
        cashier.debit(
            charge, charge.amount_on(charge.due_on - timedelta(days=12)), cashier.random.choice(DEBIT_FAILURES)
        )


def _pay_in_time(charge: Charge, cashier: Cashier) -> None:
    """期限までに納める。期限の近くが多い。"""
    earliest = max(charge.determined_on + timedelta(days=3), charge.due_on - timedelta(days=28))
    days = max(1, (charge.due_on - earliest).days)
    early = int(days * cashier.random.random() ** 2)
    paid_on = charge.due_on - timedelta(days=early)
    if is_closed_day(paid_on) and _means(charge) is Means.COUNTER:
        paid_on = charge.due_on
    cashier.pay(charge, _means(charge), paid_on, charge.amount_on(paid_on))


def _pay_late(charge: Charge, cashier: Cashier) -> None:
    """遅れて納める。半分は督促の前、半分は督促の後に手数料を添えて。"""
    random = cashier.random
    if random.random() < 0.5:
        paid_on, fee = charge.due_on + timedelta(days=random.randint(1, 10)), 0
    else:
        paid_on, fee = charge.due_on + timedelta(days=random.randint(22, 120)), DEMAND_FEE
    amount = charge.amount_on(paid_on)
    cashier.pay(charge, _means(charge), paid_on, amount + fee if amount else 0)


def pay_arrears(left: list[Charge], cashier: Cashier) -> tuple[list[Payment], list[Payment]]:
    """繰り越した期別の、移行前の一部納付と、当年度の納付。"""
    random = cashier.random
    before: list[Payment] = []
    during: list[Payment] = []
    for charge in left:
        if random.random() < 0.2 and charge.amount >= 2_000:
            paid_on = charge.due_on + timedelta(days=random.randint(10, 300))
            part = charge.amount * random.randint(20, 80) // 100 // 100 * 100
            if next_business_day(paid_on) < OPENING_DAY:
                before.append(cashier.before_opening(charge, paid_on, part))
        elif random.random() < 0.2:
            paid_on = date(2025, 5, 20) + timedelta(days=random.randrange(290))
            paid = cashier.pay(charge, _means(charge), paid_on, charge.amount + DEMAND_FEE)
            if paid is not None:
                during.append(paid)
    return before, during
