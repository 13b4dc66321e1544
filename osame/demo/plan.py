"""架空市の筋書き。いつ、どのファイルが届き、どの日を締め、いつ督促するか。

`build` draws the city from its seed and writes every file that the outside world would send; the plan lists what an
office does with them, in order. Same residents and seed, same bytes.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from pathlib import Path
from random import Random

from osame.collection.closing.importing import BankTotal, write_bank_totals
from osame.demo import dirt, files, names, people, registers, settings, taxes
from osame.demo.calendar import (
    DETERMINED_ON,
    FILE_DAYS,
    LAST_DAY,
    LEVY_YEAR,
    NEXT_FILE_DAYS,
    OPENING_DAY,
    demand_days,
    determined_on,
    file_day_from,
    next_business_day,
)
from osame.demo.payments import BANK, CHANNELS, ELTAX, STORES, Cashier, behave, pay_arrears
from osame.demo.people import Taxpayer
from osame.demo.taxes import Charge
from osame.demo.truth import COMPARED_CHANNELS, DayTotal, FileTruth, Truth
from osame.kernel.refusals import Refusal

FEWEST_RESIDENTS = 20
TRUNCATED = (BANK, STORES[0])
"""一度だけ途中で切れて届く様式。"""
SENT_TWICE = ((ELTAX, 10), (STORES[0], 20), (BANK, 31))


class TooFewResidents(Refusal):
    """架空市の住民が少なすぎて、混ぜる汚れを選べません。20人以上にしてください。"""


class Kind(IntEnum):
    """仕事の種類。同じ日には、この順に行う。"""

    PARAMETERS = 0
    INSTALLMENT_TERMS = 1
    ADDRESSEES = 2
    DETERMINATIONS = 3
    RECEIPTS = 4
    BANK_TOTALS = 5
    CLOSING = 6
    DEMAND = 7


@dataclass(frozen=True, slots=True, order=True)
class Step:
    """筋書きの一歩。"""

    on: date
    kind: Kind
    path: str = ""  # 受け取るファイル（筋書きの場所から）
    profile: str = ""
    day: date | None = None  # 締める日、督促の収納締切日


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """筋書き。"""

    directory: Path
    steps: tuple[Step, ...]
    truth: Truth
    hashes: dict[str, str]  # ファイル → SHA-256


def build(residents: int, seed: int, directory: Path) -> DemoPlan:
    """架空市を作り、すべてのファイルと truth.json を書く。

    Draw the city and write its files under `directory`.
    """
    if residents < FEWEST_RESIDENTS:
        raise TooFewResidents(f"{residents}人")
    office = PostOffice(directory, Truth(residents, seed))
    city = _draw(residents, seed, office.truth)
    _send_registers(city, office)
    _send_payments(city, office)
    _close_and_demand(office)
    steps = tuple(sorted(office.steps))
    office.truth.write(directory / "truth.json")
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(office.hashes.items()))
    (directory / "SHA256SUMS").write_text(listed, encoding="utf-8")
    return DemoPlan(directory, steps, office.truth, office.hashes)


class PostOffice:
    """ファイルを置き、筋書きに加え、真実を記録する。"""

    def __init__(self, directory: Path, truth: Truth) -> None:
        self.directory = directory
        self.truth = truth
        self.steps: list[Step] = []
        self.hashes: dict[str, str] = {}
        self.expected: dict[str, list[date]] = {}

    def send(
        self, on: date, kind: Kind, path: str, chunks: Iterable[bytes], truth: FileTruth, profile: str = ""
    ) -> None:
        """ファイルを置く。"""
        target = self.directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with target.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
                digest.update(chunk)
        self.hashes[path] = digest.hexdigest()
        self.truth.files[path] = truth
        self.steps.append(Step(on, kind, path, profile))


@dataclass(slots=True)
class City:
    """一年分の架空市。"""

    people: list[Taxpayer]
    charges: list[Charge]
    left: list[Charge]
    corrected: list[Charge]
    cashier: Cashier
    random: Random


def _draw(residents: int, seed: int, truth: Truth) -> City:
    """人、調定、更正、納付、汚れの順に作る。順も乱数の種も決まっている。"""

    def stream(name: str) -> Random:
        return Random(f"{seed}:{residents}:{name}")  # noqa: S311 -- 架空市のための乱数

    everyone = people.populate(residents, stream("people"))
    numbers = taxes.Numbers()
    charges = taxes.levy(everyone, numbers, stream("levy"))
    left = taxes.carry_over(charges, numbers, stream("carry-over"))
    corrected = taxes.correct(charges, stream("correct"))
    dirt.withhold_addressees(everyone, charges, stream("withhold"), truth.dirt)
    cashier = Cashier(stream("payments"))
    behave(charges, cashier)
    pay_arrears(left, cashier)
    dirt.spoil_after_decrease(cashier, corrected, truth.dirt)
    dirt.spoil_payments(cashier, stream("dirt"), truth.dirt)
    truth.count_money(cashier.payments)
    truth.addressees = len(everyone)
    truth.protected = sum(person.row.protection_measure for person in everyone)
    rare = {surname for surname, _ in names.RARE_SURNAMES}
    truth.rare_names = sum(person.row.name.split(" ")[0] in rare for person in everyone)
    truth.charges = len(charges) + len(left)
    truth.carried_over = len(left)
    truth.determined = sum(charge.amount for charge in (*charges, *left))
    return City(everyone, charges, left, corrected, cashier, stream("changes"))


def _send_registers(city: City, office: PostOffice) -> None:
    """宛名、期別マスタ、調定、異動。"""
    opening = OPENING_DAY
    office.send(
        opening, Kind.INSTALLMENT_TERMS, "inbox/opening/installment_terms.csv", [settings.installment_file()],
        FileTruth(rows=len(settings.terms(LEVY_YEAR)), posted=len(settings.terms(LEVY_YEAR))),
    )  # fmt: skip
    known = [person.row for person in city.people if person.arrives_on is None]
    office.send(opening, Kind.ADDRESSEES, "inbox/opening/addressees.csv", *registers.addressee_file(known))
    for day, rows in people.changes(city.people, city.random).items():
        office.send(
            day, Kind.ADDRESSEES, f"inbox/{day:%Y-%m}/addressees_{day:%Y%m%d}.csv", *registers.addressee_file(rows)
        )
    chunks, truth = registers.determination_file(city.left, opening)
    office.send(opening, Kind.DETERMINATIONS, "inbox/opening/determinations_carried_over.csv", chunks, truth)
    for on, name, charges in _determinations(city.charges):
        office.send(on, Kind.DETERMINATIONS, f"inbox/{on:%Y-%m}/{name}.csv", *registers.determination_file(charges, on))
    _send_corrections(city, office)


def _determinations(charges: list[Charge]) -> list[tuple[date, str, list[Charge]]]:
    """税目ごとの当初調定と、申告による調定。"""
    found: dict[tuple[date, str], list[Charge]] = {}
    for charge in charges:
        if charge.tax_item in DETERMINED_ON:
            on = determined_on(charge.tax_item, LEVY_YEAR)
            found.setdefault((on, f"determinations_{charge.tax_item}_{LEVY_YEAR}"), []).append(charge)
        elif (on_file := file_day_from(charge.determined_on)) is not None:
            found.setdefault((on_file, f"determinations_declared_{on_file:%Y%m%d}"), []).append(charge)
    return [(on, name, listed) for (on, name), listed in sorted(found.items(), key=lambda item: item[0])]


def _send_corrections(city: City, office: PostOffice) -> None:
    """月ごとの異動。一つは文字コードを誤って届き、一つにはよその団体の行が混じる。"""
    delivered = sorted(dirt.deliver_corrections(city.corrected, office.truth.dirt).items(), key=lambda item: item[0])
    stray_on, wrong_encoding_on = delivered[0][0], delivered[len(delivered) // 2][0]
    for day, corrections in delivered:
        stray = city.charges[0] if day == stray_on else None
        if stray is not None:
            office.truth.dirt.note("よその団体の行", stray)
        chunks, truth = registers.correction_file(corrections, stray)
        data = b"".join(chunks)
        name = f"corrections_{day:%Y%m%d}.csv"
        if day == wrong_encoding_on:
            path, wrong = f"inbox/{day:%Y-%m}/{name}", data.decode("utf-8").encode("cp932")
            office.send(day, Kind.DETERMINATIONS, path, [wrong], FileTruth(refused=True))
            office.truth.dirt.note("文字コードの誤り", path)
            day = next_business_day(day)
            office.send(day, Kind.DETERMINATIONS, f"inbox/{day:%Y-%m}/resent/{name}", [data], truth)
        else:
            office.send(day, Kind.DETERMINATIONS, f"inbox/{day:%Y-%m}/{name}", [data], truth)


def _send_payments(city: City, office: PostOffice) -> None:
    """収納ファイル。切れたファイルは翌開庁日に送り直され、二度届くファイルもある。"""
    sorted_out = sorted(files.sort_out(city.cashier.payments).items(), key=lambda item: item[0])
    truncated = {_to_truncate(profile, sorted_out) for profile in TRUNCATED}
    twice = {(profile, FILE_DAYS[at]) for profile, at in SENT_TWICE}
    for (profile, day), sightings in sorted_out:
        made = files.make_file(profile, day, sightings)
        _expect(office, made, sightings)
        folder = f"inbox/{day:%Y-%m}"
        path = f"{folder}/{made.name}"
        if (profile, day) in truncated:
            cut = made.data[: max(60, len(made.data) * 3 // 5)]
            office.send(day, Kind.RECEIPTS, path, [cut], FileTruth(refused=True), profile)
            office.truth.dirt.note("途中で切れたファイル", path)
            later = next_business_day(day)
            office.send(later, Kind.RECEIPTS, f"{folder}/resent/{made.name}", [made.data], made.truth, profile)
            continue
        office.send(day, Kind.RECEIPTS, path, [made.data], made.truth, profile)
        if (profile, day) in twice:
            again = FileTruth(made.truth.rows, made.truth.posted, made.truth.held, made.truth.rejected, False, True)
            office.send(
                next_business_day(day), Kind.RECEIPTS, f"{folder}/resent/again_{made.name}", [made.data], again, profile
            )
            office.truth.dirt.note("二度届いたファイル", path)
        if amended := files.broken(sightings):
            _amend(office, profile, day, amended)


def _to_truncate(profile: str, sorted_out: list[tuple[tuple[str, date], list[files.Sighting]]]) -> tuple[str, date]:
    """途中で切るファイル。督促の日と訂正のある日を避け、いちばん行の多いもの。"""
    usable = [
        (len(sightings), key)
        for key, sightings in sorted_out
        if key[0] == profile and FILE_DAYS[3] < key[1] < FILE_DAYS[-3]
        and key[1] not in demand_days() and not files.broken(sightings)
    ]  # fmt: skip
    return max(usable)[1]


def _amend(office: PostOffice, profile: str, day: date, sightings: list[files.Sighting]) -> None:
    """検査数字の誤りを正した訂正ファイルが、翌開庁日に届く。"""
    on = next_business_day(day)
    made = files.make_amendment(profile, on, sightings)
    office.send(on, Kind.RECEIPTS, f"inbox/{day:%Y-%m}/amended/{made.name}", [made.data], made.truth, profile)


def _expect(office: PostOffice, made: files.PaymentFile, sightings: list[files.Sighting]) -> None:
    """届くはずのファイルの一覧に加える。口座振替は引落日の分として届く。"""
    if CHANNELS[made.profile] == CHANNELS["zengin_91"]:
        office.expected.setdefault(made.profile, []).append(sightings[0].payment.received_on)
    elif made.profile != "dsk_csv":
        office.expected.setdefault(made.profile, []).append(made.file_on)


def _close_and_demand(office: PostOffice) -> None:
    """公金日計、日締め、督促。締めは次のファイル日に、前のファイル日の分を行う。"""
    days = (OPENING_DAY, *FILE_DAYS)
    for day, later in zip(days, (*FILE_DAYS, next_business_day(LAST_DAY)), strict=True):
        totals = office.truth.days.get(day, {})
        rows = tuple(
            BankTotal(day, channel, total.receipts, total.amount)
            for channel in COMPARED_CHANNELS
            for total in [totals.get(channel, DayTotal())]
        )
        office.send(
            later, Kind.BANK_TOTALS, f"inbox/{day:%Y-%m}/bank_totals_{day:%Y%m%d}.csv", [write_bank_totals(rows)],
            FileTruth(rows=len(rows), posted=len(rows)),
        )  # fmt: skip
        office.steps.append(Step(later, Kind.CLOSING, day=day))
    office.steps += [Step(day, Kind.DEMAND, day=day) for day in demand_days() if day > FILE_DAYS[5]]
    office.steps.append(Step(FILE_DAYS[2], Kind.DEMAND, day=FILE_DAYS[2]))
    for profile in files.EVERY_FILE_DAY:
        office.expected[profile] += NEXT_FILE_DAYS  # まだ届いていない。次の督促の門は、これを待つ
    text = settings.parameters_toml(office.expected).encode("utf-8")
    office.send(OPENING_DAY - timedelta(days=1), Kind.PARAMETERS, "parameters.toml", [text], FileTruth())
