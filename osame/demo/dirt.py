"""現実の汚れ。納付とファイルに、実務で起きる誤りを決まった数だけ混ぜ、真実として覚えておく。

The dirt of reality, in known quantity: every spoiled payment and file is written down by kind, so that what the system
found can be held against what was done.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from osame.demo.calendar import FILE_DAYS, LAST_DAY, MONTHS, file_day_after
from osame.demo.payments import BANK, DEBIT, ELTAX, STORES, WINDOW, Cashier, Payment
from osame.demo.people import Habit, Means, Taxpayer
from osame.demo.taxes import Charge, Correction
from osame.formats.slip_numbers import matter_key
from osame.law.due_date import shift_due_date

WRONG_SLIP = 9 * 10**9
"""打ち間違えた納付書番号のずれ。どの期別にも当たらない。"""
ARRIVAL_MONTH = (2025, 8)
CORRECTION_DAYS = tuple(shift_due_date(date(year, month, 20)) for year, month in MONTHS)


@dataclass(slots=True)
class Dirt:
    """混ぜた汚れ。種類 → 納付書番号（20桁）かファイル名。"""

    found: dict[str, list[str]] = field(default_factory=dict)

    def note(self, kind: str, subject: Payment | Charge | str) -> None:
        """汚れを一つ記録する。"""
        shown = subject if isinstance(subject, str) else matter_key(subject.slip_number)
        if isinstance(subject, Payment):
            shown = matter_key(subject.charge.slip_number)
        self.found.setdefault(kind, []).append(shown)


class Spoiler:
    """まだ手を付けていない納付から、汚す納付を選ぶ。"""

    def __init__(self, cashier: Cashier, random: Random, dirt: Dirt) -> None:
        self.cashier = cashier
        self.random = random
        self.dirt = dirt
        self.total = len(cashier.payments)
        self.pools: dict[str, list[Payment]] = {}
        for payment in cashier.payments:
            clean = (
                payment.is_money
                and not payment.charge.corrections
                and payment.charge.taxpayer.arrives_on is None
                and payment.charge.levy_year == 2025
                and payment.paid_on <= min(payment.charge.due_on, WINDOW - timedelta(days=40))
            )
            if clean:
                self.pools.setdefault(payment.profile, []).append(payment)
        for pool in self.pools.values():
            random.shuffle(pool)

    def spoil(self, kind: str, profile: str, share: float, change: Callable[[Payment], None]) -> None:
        """その様式の納付の一部を汚す。"""
        pool = self.pools.get(profile, [])
        for _ in range(min(len(pool), max(2, int(self.total * share)))):
            payment = pool.pop()
            change(payment)
            self.dirt.note(kind, payment)


def spoil_payments(cashier: Cashier, random: Random, dirt: Dirt) -> None:
    """納付を汚す。"""
    spoiler = Spoiler(cashier, random, dirt)
    store = STORES[0]
    spoiler.spoil("一円不足", BANK, 0.0004, lambda each: _set(each, amount=each.amount - 1))
    spoiler.spoil("過大納付", BANK, 0.0004, lambda each: _set(each, amount=each.amount + 1_000))
    spoiler.spoil("一部納付", BANK, 0.0008, lambda each: _set(each, amount=max(1, each.amount // 2)))
    spoiler.spoil("納付書番号のない済通", BANK, 0.002, lambda each: _set(each, by_reference=True))
    for profile in (BANK, ELTAX, store):
        spoiler.spoil("知らない納付書番号", profile, 0.0003, _mistype)
        spoiler.spoil("同じファイルの重複行", profile, 0.0002, lambda each: _set(each, repeats=1))
        spoiler.spoil("別のファイルの重複行", profile, 0.0003, _repeat_later)
    spoiler.spoil("速報だけで確報なし", store, 0.0005, lambda each: _set(each, final_on=None))
    spoiler.spoil("速報の取消", store, 0.0006, _cancel)
    spoiler.spoil("速報なしの確報", store, 0.002, lambda each: _set(each, told_on=None))
    spoiler.spoil("検査数字の誤り", store, 0.0003, lambda each: _set(each, broken_code=True))
    spoiler.spoil("二重納付", store, 0.001, lambda each: _pay_again(each, cashier))
    spoiler.spoil("二重納付", ELTAX, 0.0005, lambda each: _pay_again(each, cashier))
    for payment in cashier.payments:
        if payment.profile == DEBIT and payment.result_code != "0":
            dirt.note("口座振替の不能", payment)


def _set(payment: Payment, **facts: object) -> None:
    for name, value in facts.items():
        setattr(payment, name, value)


def _mistype(payment: Payment) -> None:
    payment.wrong_slip = payment.charge.slip_number + WRONG_SLIP


def _repeat_later(payment: Payment) -> None:
    assert payment.final_on is not None
    payment.repeated_on = file_day_after(payment.final_on)


def _cancel(payment: Payment) -> None:
    payment.cancelled_on = payment.final_on
    payment.final_on = None


def _pay_again(payment: Payment, cashier: Cashier) -> None:
    """同じ期別を、別の手段でもう一度納める。"""
    cashier.pay(payment.charge, Means.COUNTER, payment.paid_on + timedelta(days=9), payment.amount)


def spoil_after_decrease(cashier: Cashier, corrected: list[Charge], dirt: Dirt) -> None:
    """減額更正の後に、古い納付書で納める。先に納めていて過納になるものも記録する。"""
    wanted = set(map(id, corrected))
    payments = [each for each in cashier.payments if id(each.charge) in wanted and each.is_money]
    for payment in payments:
        charge = payment.charge
        last = charge.corrections[-1]
        if _is_after_decrease(payment) and payment.profile != DEBIT:
            payment.amount = charge.amount
            dirt.note("減額更正の後の納付", payment)
        elif last.amount_after < payment.amount and payment.paid_on < last.corrected_on:
            dirt.note("納付の後の減額更正", payment)
    if "減額更正の後の納付" not in dirt.found:
        _pay_with_old_slip(cashier, corrected, dirt)


def _is_after_decrease(payment: Payment) -> bool:
    """減額更正の後、納期限までの納付か。"""
    last = payment.charge.corrections[-1]
    return last.amount_after < payment.charge.amount and last.corrected_on <= payment.paid_on <= payment.charge.due_on


def _pay_with_old_slip(cashier: Cashier, corrected: list[Charge], dirt: Dirt) -> None:
    """小さな市で一件もないときは、更正の前の納付書で納める人を一人作る。"""
    for charge in corrected:
        last = charge.corrections[-1]
        if 0 < last.amount_after < charge.amount:
            paid = cashier.pay(charge, Means.COUNTER, last.corrected_on + timedelta(days=10), charge.amount)
            if paid is not None:
                dirt.note("減額更正の後の納付", paid)
                return


def withhold_addressees(people: list[Taxpayer], charges: list[Charge], random: Random, dirt: Dirt) -> None:
    """宛名より先に調定が届く人を選ぶ。宛名は八月の異動で届く。"""
    arrives_on = next(day for day in FILE_DAYS if (day.year, day.month) == ARRIVAL_MONTH)
    early = {id(charge.taxpayer) for charge in charges if charge.tax_item in {"06", "07"}}
    corrected = {id(charge.taxpayer) for charge in charges if charge.corrections}
    taxed: dict[int, list[Charge]] = {}
    for charge in charges:
        if charge.tax_item in {"01", "13"}:
            taxed.setdefault(id(charge.taxpayer), []).append(charge)
    chosen = [
        person
        for person in people
        if person.habit is Habit.PROMPT
        and id(person) in taxed
        and id(person) not in early
        and id(person) not in corrected
        and person.row.died_on is None
    ]
    for person in random.sample(chosen, max(1, min(len(chosen), len(people) // 1_000))):
        person.arrives_on = arrives_on
        for charge in taxed[id(person)]:
            dirt.note("宛名より先の調定", charge)


def deliver_corrections(corrected: list[Charge], dirt: Dirt) -> dict[date, list[tuple[Charge, Correction]]]:
    """異動を、月に一度の異動ファイルに載せる。いくつかは連番の順を逆に届ける。"""
    delivered: dict[date, list[tuple[Charge, Correction]]] = {}
    for charge in corrected:
        for each in charge.corrections:
            each.delivered_on = next((day for day in CORRECTION_DAYS if day >= each.corrected_on), LAST_DAY)
    twice = [
        charge
        for charge in corrected
        if charge.corrections[0].reason == "02" and charge.corrections[0].corrected_on < date(2025, 12, 1)
    ]
    for charge in twice[: max(1, len(corrected) // 40)]:
        first = charge.corrections[0]
        assert first.delivered_on is not None
        later = next(day for day in CORRECTION_DAYS if day > first.delivered_on)
        second = Correction(
            "03", first.corrected_on + timedelta(days=5), first.amount_after - 500, first.due_on, 2, first.delivered_on
        )
        first.delivered_on = later
        charge.corrections.append(second)
        dirt.note("順の逆な異動", charge)
    for charge in corrected:
        for each in charge.corrections:
            assert each.delivered_on is not None
            delivered.setdefault(each.delivered_on, []).append((charge, each))
    return delivered
