"""調定。誰に、どの税を、いくら、いつまでに。

What each taxpayer owes: the charges of the demo year, corrections to some of them, and what earlier years left unpaid.
Amounts are drawn to look like a real levy; they are not computed from income or land.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from osame.demo.calendar import (
    FIRST_YEAR,
    LAST_DAY,
    LEVY_YEAR,
    OPENING_DAY,
    TERMS,
    determined_on,
    due_date,
    file_day_from,
)
from osame.demo.people import Habit, Means, Taxpayer
from osame.law.due_date import shift_due_date

LIGHT_VEHICLE_TAX = (2_000, 2_400, 3_600, 5_000, 6_900, 10_800, 10_800, 10_800, 12_900)
CORPORATE_PER_CAPITA = (50_000, 50_000, 50_000, 120_000, 130_000, 150_000, 160_000, 400_000)
FOREST_ENVIRONMENT_TAX = 1_000
CARRIED_OVER_CHANCE = {2021: 0.03, 2022: 0.05, 2023: 0.07, 2024: 0.15}
"""期限に納めない人の期別が、何年度分、どれだけ残っているか。"""
CORRECTED_SHARE = 0.004


@dataclass(slots=True)
class Correction:
    """更正・取消・減免・納期変更一つ。"""

    reason: str
    corrected_on: date
    amount_after: int
    due_on: date
    sequence: int = 1
    delivered_on: date | None = None  # 異動の載るファイル日


@dataclass(slots=True, eq=False)
class Charge:
    """期別調定一件。"""

    taxpayer: Taxpayer
    tax_item: str
    levy_year: int
    term: int
    notice_number: str
    slip_number: int
    due_on: date
    determined_on: date
    amount: int
    first_term: bool = False
    declared: tuple[date, date, date] | None = None  # 申告日、事業年度の始めと終わり
    corrections: list[Correction] = field(default_factory=list)

    def amount_on(self, day: date) -> int:
        """その日に納めるべき本税。"""
        amount = self.amount
        for each in self.corrections:
            if each.corrected_on <= day:
                amount = each.amount_after
        return amount

    @property
    def is_debited(self) -> bool:
        """口座振替をしている期別か。"""
        return self.taxpayer.means is Means.DIRECT_DEBIT and self.tax_item in {"01", "06", "07", "13"}


class Numbers:
    """通知書番号と納付書番号。同じ番号は二度使わない。"""

    def __init__(self) -> None:
        self.notices = 0
        self.slips = 0

    def notice(self, tax_item: str) -> str:
        """通知書番号10桁。"""
        self.notices += 1
        return f"{tax_item}{self.notices:08d}"

    def slip(self, levy_year: int) -> int:
        """納付書番号14桁。"""
        self.slips += 1
        return levy_year * 10**10 + self.slips


def levy(people: list[Taxpayer], numbers: Numbers, random: Random) -> list[Charge]:
    """当年度の期別をすべて作る。"""
    charges: list[Charge] = []
    for person in people:
        kind = person.row.kind
        if kind in {"3", "5"}:
            charges += _company_charges(person, numbers, random)
        elif kind in {"2", "4"}:
            charges += _terms(person, "06", _spread(random, 11.2, 0.6), numbers)
        else:
            charges += _resident_charges(person, numbers, random)
    charges += _bathing_tax(people, numbers, random)
    return charges


def _spread(random: Random, middle: float, width: float) -> int:
    """山が左に寄った、100円単位の年税額。"""
    return max(3_000, int(random.lognormvariate(middle, width)) // 100 * 100)


def _resident_charges(person: Taxpayer, numbers: Numbers, random: Random) -> Iterator[Charge]:
    if person.age < 18:
        return
    if person.age >= 25 and random.random() < 0.45:
        yield from _terms(person, "06", _spread(random, 11.3, 0.6), numbers)
    if random.random() < 0.40:
        yield from _terms(person, "01", _spread(random, 11.7, 0.5) + FOREST_ENVIRONMENT_TAX, numbers)
    if random.random() < 0.35:
        yield from _terms(person, "07", random.choice(LIGHT_VEHICLE_TAX), numbers)
    if person.age >= 25 and random.random() < 0.20:
        yield from _terms(person, "13", _spread(random, 11.9, 0.5), numbers)


def _company_charges(person: Taxpayer, numbers: Numbers, random: Random) -> Iterator[Charge]:
    if person.row.kind == "3":
        if random.random() < 0.6:
            yield from _terms(person, "06", _spread(random, 12.8, 0.9), numbers)
        if person.employees:
            yield from _monthly(person, "02", person.employees * random.randint(90, 180) * 100, numbers)
    for month in (3, 9) if random.random() < 0.1 else (random.choice((3, 3, 3, 6, 9, 12)),):
        yield _declared(person, "05", month, random.choice(CORPORATE_PER_CAPITA), numbers, random)
    if person.employees > 100:
        yield _declared(person, "12", 3, person.employees * 3_000, numbers, random)


def _terms(person: Taxpayer, tax_item: str, year_amount: int, numbers: Numbers) -> Iterator[Charge]:
    """年税額を期別に分ける。千円未満の端数は第1期に寄せる。"""
    count = len(TERMS[tax_item])
    each = year_amount // count // 1_000 * 1_000
    notice = numbers.notice(tax_item)
    for term in range(1, count + 1):
        amount = year_amount - each * (count - 1) if term == 1 else each
        if amount:
            yield _charge(person, tax_item, LEVY_YEAR, term, (notice, numbers.slip(LEVY_YEAR)), amount)


def _monthly(person: Taxpayer, tax_item: str, amount: int, numbers: Numbers) -> Iterator[Charge]:
    notice = numbers.notice(tax_item)
    for term in range(1, len(TERMS[tax_item]) + 1):
        yield _charge(person, tax_item, LEVY_YEAR, term, (notice, numbers.slip(LEVY_YEAR)), amount)


def _charge(person: Taxpayer, tax_item: str, levy_year: int, term: int, keys: tuple[str, int], amount: int) -> Charge:
    due_on = due_date(tax_item, levy_year, term)
    known_on = determined_on(tax_item, levy_year)
    return Charge(person, tax_item, levy_year, term, *keys, due_on, known_on, amount, first_term=term == 1)


def _declared(person: Taxpayer, tax_item: str, month: int, base: int, numbers: Numbers, random: Random) -> Charge:
    """申告税目の期別。事業年度の終わりから二月後が申告と納付の期限。"""
    ends_on = date(2025 if month < 12 else 2024, month + 1 if month < 12 else 1, 1) - timedelta(days=1)
    ends_on = date(2024, 12, 31) if month == 12 else ends_on
    began_on = date(ends_on.year - 1, ends_on.month, 1) + timedelta(days=31)
    began_on = began_on.replace(day=1)
    due_on = shift_due_date(
        date(ends_on.year + (ends_on.month + 3 > 12), (ends_on.month + 2) % 12 + 1, 1) - timedelta(days=1)
    )
    if due_on <= OPENING_DAY:
        due_on, ends_on, began_on = shift_due_date(date(2026, 2, 28)), date(2025, 12, 31), date(2025, 1, 1)
    declared_on = due_on - timedelta(days=random.randint(1, 20))
    amount = base + (_spread(random, 11.5, 1.2) if tax_item == "05" and random.random() < 0.5 else 0)
    return Charge(
        person, tax_item, LEVY_YEAR, 1, numbers.notice(tax_item), numbers.slip(LEVY_YEAR), due_on, declared_on, amount,
        first_term=True, declared=(declared_on, began_on, ends_on),
    )  # fmt: skip


def _bathing_tax(people: list[Taxpayer], numbers: Numbers, random: Random) -> Iterator[Charge]:
    """入湯税。少数の特別徴収義務者が月ごとに申告して納める。"""
    companies = [person for person in people if person.row.kind == "3"]
    for person in companies[: max(1, len(companies) // 40)]:
        notice = numbers.notice("09")
        for term in range(1, len(TERMS["09"]) + 1):
            due_on = due_date("09", LEVY_YEAR, term)
            declared_on = due_on - timedelta(days=random.randint(1, 8))
            charge = Charge(
                person, "09", LEVY_YEAR, term, notice, numbers.slip(LEVY_YEAR), due_on, declared_on,
                150 * random.randint(200, 4_000), first_term=term == 1,
                declared=(declared_on, due_on.replace(day=1), due_on),
            )  # fmt: skip
            yield charge


def carry_over(charges: list[Charge], numbers: Numbers, random: Random) -> list[Charge]:
    """前の四年度の未納。期限に納めない人の、今年と似た期別が残っている。"""
    left: list[Charge] = []
    for charge in charges:
        if charge.taxpayer.habit is Habit.PROMPT or charge.tax_item not in {"01", "06", "07", "13"}:
            continue
        for year in range(FIRST_YEAR, LEVY_YEAR):
            if random.random() >= CARRIED_OVER_CHANCE[year]:
                continue
            amount = max(1_000, charge.amount * random.randint(80, 110) // 100 // 100 * 100)
            keys = (numbers.notice(charge.tax_item), numbers.slip(year))
            left.append(_charge(charge.taxpayer, charge.tax_item, year, charge.term, keys, amount))
    return [charge for charge in left if charge.due_on <= OPENING_DAY]


def correct(charges: list[Charge], random: Random) -> list[Charge]:
    """期別の一部に、更正・取消・減免・納期変更を起こす。起きた期別を返す。"""
    eligible = [charge for charge in charges if charge.declared is None and charge.tax_item != "02"]
    chosen = random.sample(eligible, max(12, int(len(eligible) * CORRECTED_SHARE)))
    corrected = []
    for at, charge in enumerate(chosen):
        earliest = charge.determined_on + timedelta(days=25)
        latest = LAST_DAY - timedelta(days=40)
        corrected_on = earliest + timedelta(days=random.randrange(max(1, (latest - earliest).days)))
        reason = ("03", "02", "03", "06", "03", "02", "05", "03", "10", "03")[at % 10]
        if reason == "10" and corrected_on >= charge.due_on - timedelta(days=10):
            reason = "03"
        charge.corrections.append(_correction(charge, reason, corrected_on, random))
        corrected.append(charge)
    return corrected


def _correction(charge: Charge, reason: str, corrected_on: date, random: Random) -> Correction:
    if reason == "10":
        later = file_day_from(charge.due_on + timedelta(days=30)) or charge.due_on
        return Correction(reason, corrected_on, charge.amount, shift_due_date(later))
    if reason == "06":
        return Correction(reason, corrected_on, 0, charge.due_on)
    if reason == "02":
        return Correction(reason, corrected_on, charge.amount + random.randint(1, 30) * 1_000, charge.due_on)
    cut = max(100, charge.amount * random.randint(10, 60) // 100 // 100 * 100)
    return Correction(reason, corrected_on, max(0, charge.amount - cut), charge.due_on)
