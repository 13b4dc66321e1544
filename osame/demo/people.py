"""架空市の納税者。世帯、法人、共有者、住登外者、事業所。

The people of the fictional city. No 個人番号 exists anywhere; a 法人番号 always carries a wrong check digit, so that it
can be no real company's number.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum
from random import Random
from typing import TypeVar

from osame.collection.addressees.addressee_csv import AddresseeRow
from osame.demo import names, places
from osame.demo.calendar import FILE_DAYS, OPENING_DAY
from osame.kernel.check_digits import corporate_number_check_digit


class Habit(Enum):
    """納め方。"""

    PROMPT = "期限までに納める"
    CARELESS = "ときどき遅れる"
    NEVER = "納めない"


class Means(Enum):
    """納める手段。"""

    DIRECT_DEBIT = "口座振替"
    STORE = "コンビニ"
    COUNTER = "金融機関窓口"
    ELTAX = "eLTAX・eL-QR"


@dataclass(slots=True)
class Taxpayer:
    """納税者一人。`arrives_on` があれば、その日の宛名異動で初めて届く。"""

    row: AddresseeRow
    habit: Habit
    means: Means
    age: int = 0
    employees: int = 0
    account: places.Account | None = None
    arrives_on: date | None = None

    @property
    def number(self) -> str:
        """宛名番号。"""
        return self.row.addressee_number


HABITS = ((Habit.PROMPT, 0.90), (Habit.CARELESS, 0.08), (Habit.NEVER, 0.02))
HOUSEHOLD_MEANS = ((Means.DIRECT_DEBIT, 0.37), (Means.STORE, 0.30), (Means.COUNTER, 0.13), (Means.ELTAX, 0.20))
LOOSE_MEANS = ((Means.DIRECT_DEBIT, 0.15), (Means.STORE, 0.50), (Means.COUNTER, 0.20), (Means.ELTAX, 0.15))
COMPANY_MEANS = ((Means.DIRECT_DEBIT, 0.10), (Means.STORE, 0.05), (Means.COUNTER, 0.45), (Means.ELTAX, 0.40))
RARE_NAME_SHARE = 0.01
PROTECTED_EVERY = 100
T = TypeVar("T")


def populate(residents: int, random: Random) -> list[Taxpayer]:
    """住民`residents`人と、その市に税を納める法人・共有者・住登外者・事業所。"""
    people = list(_residents(residents, random))
    count = len(people)
    for index in random.sample(range(count), max(1, count // PROTECTED_EVERY)):
        people[index].row = replace(people[index].row, protection_measure=True)
    for make, share in ((_company, 60), (_non_resident, 40), (_co_owners, 80), (_establishment, 300)):
        for _ in range(max(2, residents // share)):
            people.append(make(len(people) + 1, random))
    return people


def _pick(options: tuple[tuple[T, float], ...], random: Random) -> T:
    rest = random.random()
    for option, share in options:
        rest -= share
        if rest < 0:
            return option
    return options[-1][0]


def _taxpayer(row: AddresseeRow, random: Random, *, company: bool = False, age: int = 0) -> Taxpayer:
    habit = _pick(HABITS, random)
    options = COMPANY_MEANS if company else HOUSEHOLD_MEANS if habit is Habit.PROMPT else LOOSE_MEANS
    means = _pick(options, random)
    account = places.account(random) if means is Means.DIRECT_DEBIT else None
    return Taxpayer(row, habit, means, age=age, account=account)


def _surname(random: Random) -> names.Name:
    pool = names.RARE_SURNAMES if random.random() < RARE_NAME_SHARE else names.SURNAMES
    return pool[random.randrange(len(pool))]


def _person_name(surname: names.Name, random: Random) -> names.Name:
    given = names.GIVEN_NAMES[random.randrange(len(names.GIVEN_NAMES))]
    return f"{surname[0]} {given[0]}", f"{surname[1]} {given[1]}"


def _residents(count: int, random: Random) -> Iterator[Taxpayer]:
    """世帯ごとに住民を作る。"""
    made = household = 0
    towns = places.towns()
    while made < count:
        household += 1
        surname = _surname(random)
        place = towns[random.randrange(len(towns))]
        address = places.address_in(place, random)
        detail = f"{random.randint(1, 9)}0{random.randint(1, 8)}号室" if random.random() < 0.2 else ""
        head_age = random.randint(24, 90)
        for member in range(min(1 + random.choice((0, 1, 1, 2, 2, 3)), count - made)):
            made += 1
            age = head_age if member < 2 else random.randint(0, 30)
            yield _taxpayer(
                _resident_row(made, household, surname, (place, address, detail), age, random), random, age=age
            )


def _resident_row(
    number: int, household: int, surname: names.Name, home: tuple[places.Place, str, str], age: int, random: Random
) -> AddresseeRow:
    place, address, detail = home
    name, kana = _person_name(surname, random)
    row = AddresseeRow(
        addressee_number=f"{number:015d}",
        kind="1",
        name=name,
        kana=kana,
        born_on=date(2025 - age, 1, 1) + timedelta(days=random.randrange(365)) if age else date(2024, 6, 1),
        postal_code=place.postal_code,
        address=address,
        address_detail=detail,
        household_number=f"{household:010d}",
        updated_on=date(2015, 4, 1) + timedelta(days=random.randrange(3400)),
    )
    chance = random.random()
    if chance < 0.008:
        return replace(row, died_on=OPENING_DAY - timedelta(days=random.randint(10, 300)))
    if chance < 0.028:
        moved_on = OPENING_DAY - timedelta(days=random.randint(10, 700))
        return replace(_mailed_elsewhere(row, random), moved_out_on=moved_on)
    if chance < 0.048:
        return _mailed_elsewhere(row, random)
    return row


def _mailed_elsewhere(row: AddresseeRow, random: Random) -> AddresseeRow:
    """市の外に送付先を持つ。"""
    towns = places.distant_towns()
    place = towns[random.randrange(len(towns))]
    return replace(
        row,
        mailing_postal_code=place.postal_code,
        mailing_address=places.address_in(place, random),
        mailing_name=row.name,
    )


def _company_name(random: Random) -> names.Name:
    word = names.COMPANY_WORDS[random.randrange(len(names.COMPANY_WORDS))]
    trade = names.COMPANY_TRADES[random.randrange(len(names.COMPANY_TRADES))]
    form = names.COMPANY_FORMS[random.randrange(len(names.COMPANY_FORMS))]
    return f"{form[0]}{word[0]}{trade[0]}", f"{word[1]}{trade[1]}"


def false_corporate_number(random: Random) -> str:
    """検査用数字の合わない法人番号。実在の法人の番号にはならない。"""
    body = f"{random.randrange(10**12):012d}"
    return f"{int(corporate_number_check_digit(body)) % 9 + 1}{body}"


def _company(number: int, random: Random) -> Taxpayer:
    name, kana = _company_name(random)
    towns = places.towns()
    place = towns[random.randrange(len(towns))]
    row = AddresseeRow(
        addressee_number=f"{number:015d}",
        kind="3",
        name=name,
        kana=kana,
        postal_code=place.postal_code,
        address=places.address_in(place, random),
        corporate_number=false_corporate_number(random),
        representative_name=_person_name(_surname(random), random)[0],
        updated_on=date(2020, 4, 1),
    )
    company = _taxpayer(row, random, company=True)
    company.employees = min(400, int(random.lognormvariate(2.0, 1.0)))
    return company


def _non_resident(number: int, random: Random) -> Taxpayer:
    name, kana = _person_name(_surname(random), random)
    towns = places.distant_towns()
    place = towns[random.randrange(len(towns))]
    row = AddresseeRow(
        addressee_number=f"{number:015d}",
        kind="2",
        name=name,
        kana=kana,
        born_on=date(1940, 1, 1) + timedelta(days=random.randrange(18000)),
        postal_code=place.postal_code,
        address=places.address_in(place, random),
        updated_on=date(2018, 4, 1),
    )
    return _taxpayer(row, random, age=60)


def _co_owners(number: int, random: Random) -> Taxpayer:
    name, kana = _person_name(_surname(random), random)
    towns = places.towns()
    place = towns[random.randrange(len(towns))]
    row = AddresseeRow(
        addressee_number=f"{number:015d}",
        kind="4",
        name=f"{name} 外{random.randint(1, 4)}名",
        kana=kana,
        postal_code=place.postal_code,
        address=places.address_in(place, random),
        representative_name=name,
        updated_on=date(2019, 4, 1),
    )
    return _taxpayer(row, random)


def _establishment(number: int, random: Random) -> Taxpayer:
    company = _company(number, random)
    company.row = replace(
        company.row, kind="5", name=f"{company.row.name} 架空営業所", kana=f"{company.row.kana} カクウエイギョウショ"
    )
    return company


def changes(people: list[Taxpayer], random: Random) -> dict[date, list[AddresseeRow]]:
    """月ごとの宛名異動（死亡、転出、氏名変更、支援措置の開始、遅れて届く人）。月の最初のファイル日に届く。"""
    found: dict[date, list[AddresseeRow]] = {}
    residents = [person for person in people if person.row.kind == "1" and person.arrives_on is None]
    for month in range(5, 16):
        day = next(each for each in FILE_DAYS if (each.year - 2025) * 12 + each.month >= month)
        happened = day - timedelta(days=random.randint(3, 25))
        rows = []
        for at, person in enumerate(random.sample(residents, max(4, len(residents) // 300))):
            row = replace(person.row, updated_on=max(happened, person.row.updated_on))
            if at % 4 == 0 and row.died_on is None:
                row = replace(row, died_on=happened)
            elif at % 4 == 1:
                row = replace(_mailed_elsewhere(row, random), moved_out_on=happened)
            elif at % 4 == 2:
                row = replace(row, name=_person_name(_surname(random), random)[0])
            elif at % 20 == 3 and month % 4 == 0:
                row = replace(row, protection_measure=True)
            person.row = row
            rows.append(row)
        rows += [person.row for person in people if person.arrives_on == day]
        found[day] = rows
    return found
