"""A seeded month of files about some two hundred charges: everything that may go wrong in a month, in any order.

First determinations, revisions that arrive before what they revise, cancelled taxation, moved due dates; payments on
time, late, partial, double and excessive through five profiles; preliminary and cancelling reports; the same payment told
twice; slips that nobody knows, or whose determination arrives later; addressees that move in while their tax is waiting.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from osame.formats import bank_notice, convenience_store, determination_csv, eltax, zengin_debit
from osame.formats.bank_notice import BankNotice
from osame.formats.convenience_store import StorePayment
from osame.formats.csv_batch import FileHeader
from osame.formats.determination_csv import DeterminationRow
from osame.formats.eltax import EltaxPayment
from osame.formats.gs1_128 import PaymentBarcode, encode
from osame.formats.reports import ChargeReference, ReportStage
from osame.formats.slip_numbers import gs1_free_field, matter_key
from osame.formats.zengin_debit import DebitInstruction
from osame.formats.zengin_records import ZenginBatch
from osame.kernel.money import Yen

AS_OF = date(2025, 11, 4)
FIRST, LAST = date(2025, 10, 1), date(2025, 10, 31)
DUE_DATES = (date(2024, 7, 1), date(2025, 6, 30), date(2025, 7, 31), date(2025, 9, 30), date(2025, 10, 31))
PEOPLE = [f"{number:015d}" for number in range(101, 148)]
NEWCOMERS = [f"{number:015d}" for number in range(901, 907)]
STRANGER_SLIP = 990_000_000_000


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens to the system: a file of a profile, or people who move in."""

    kind: str
    path: str


@dataclass(slots=True)
class Charge:
    """A charge as the generator knows it."""

    addressee: str
    term: int
    tax_item: str
    levy_year: int
    due_on: date
    amount: int
    slip: int
    last_change: int = 0

    def row(self, **changes: Any) -> DeterminationRow:
        facts: dict[str, Any] = {
            "change_sequence": self.last_change, "change_reason": "01", "levy_year": self.levy_year,
            "tax_year": self.levy_year, "tax_item": self.tax_item, "notice_number": f"{int(self.addressee):010d}",
            "installment_term": self.term, "addressee_number": self.addressee, "due_on": self.due_on,
            "determined_on": date(self.levy_year, 5, 1), "tax_amount": Yen(self.amount),
            "change_amount": Yen(self.amount), "municipality_code": "242039", "slip_number": self.slip,
        }  # fmt: skip
        return DeterminationRow(**(facts | changes))


@dataclass(slots=True)
class Files:
    """The rows of every file of the month, before they are written."""

    source: random.Random
    serial: Iterator[int] = field(default_factory=lambda: count(1))
    initial: list[list[DeterminationRow]] = field(default_factory=lambda: [[] for _ in range(4)])
    changes: list[list[DeterminationRow]] = field(default_factory=lambda: [[] for _ in range(5)])
    notices: list[list[BankNotice]] = field(default_factory=lambda: [[] for _ in range(4)])
    stores: list[list[StorePayment]] = field(default_factory=lambda: [[] for _ in range(4)])
    counters: list[list[EltaxPayment]] = field(default_factory=lambda: [[] for _ in range(2)])
    debits: list[list[DebitInstruction]] = field(default_factory=lambda: [[] for _ in range(2)])

    def number(self) -> int:
        return next(self.serial)

    def day(self) -> date:
        return FIRST + timedelta(days=self.source.randrange((LAST - FIRST).days + 1))


def write_month(directory: Path, *, seed: int = 20251001) -> list[Step]:
    """Write the files and `steps.json`; returns the steps in their natural order."""
    directory.mkdir(parents=True, exist_ok=True)
    files = Files(random.Random(seed))
    for charge in _charges(files.source):
        files.source.choice(files.initial).append(charge.row())
        _change(files, charge)
        _pay(files, charge)
    _pay_for_nobody(files)
    steps = _write(files, directory)
    (directory / "steps.json").write_text(json.dumps([asdict(step) for step in steps]), encoding="utf-8")
    return steps


def read_steps(directory: Path) -> list[Step]:
    """The steps of a month that was written before."""
    return [Step(**step) for step in json.loads((directory / "steps.json").read_text(encoding="utf-8"))]


def _charges(source: random.Random) -> list[Charge]:
    charges = []
    for addressee in PEOPLE + NEWCOMERS:
        for term in range(1, source.randint(3, 5) + 1):
            due_on = source.choice(DUE_DATES)
            charges.append(
                Charge(
                    addressee, term, source.choice(("01", "06")), 2024 if due_on.year == 2024 else 2025, due_on,
                    source.choice((900, 4_300, 12_000, 38_700, 50_000, 99_900, 250_000)),
                    250_600_000_000 + int(addressee) * 10 + term,
                )
            )  # fmt: skip
    return charges


def _change(files: Files, charge: Charge) -> None:
    """Up to three revisions, each in a file of its own: a later one may well arrive first."""
    amount = charge.amount
    for sequence in range(1, files.source.choice((0, 0, 0, 1, 1, 2, 3)) + 1):
        kind = files.source.choice(("02", "03", "05", "06", "10"))
        difference = {"02": 20_000, "03": -(amount // 3), "05": -(amount // 2), "06": -amount, "10": 0}[kind]
        amount += difference
        changes: dict[str, Any] = {"due_on": LAST + timedelta(days=30)} if kind == "10" else {}
        row = charge.row(
            change_sequence=sequence, change_reason=kind, tax_amount=Yen(amount), change_amount=Yen(difference),
            determined_on=FIRST, **changes,
        )  # fmt: skip
        files.source.choice(files.changes).append(row)


def _pay(files: Files, charge: Charge) -> None:
    """What becomes of a charge: unpaid, paid, paid in parts, paid twice, paid too much."""
    plan = files.source.choices(
        ("nothing", "all", "late and more", "parts", "twice", "too much", "told twice"), (3, 8, 5, 5, 3, 2, 3)
    )[0]
    if plan == "nothing":
        return
    if plan == "parts":
        first = charge.amount // 3
        for amount in (first, first, charge.amount - 2 * first):
            _through(files, charge, amount)
        return
    amount = {"late and more": charge.amount + 3_700, "too much": charge.amount * 2}.get(plan, charge.amount)
    _through(files, charge, amount)
    if plan == "twice":
        _through(files, charge, amount)
    if plan == "told twice":
        notice = _notice(files, charge, amount)
        files.notices[0].append(notice)
        files.notices[1].append(notice)


def _through(files: Files, charge: Charge, amount: int) -> None:
    """Pay through some channel."""
    channels: tuple[Callable[[Files, Charge, int], None], ...] = (_at_a_bank, _at_a_store, _by_eltax, _by_debit)
    files.source.choices(channels, (4, 4, 3, 2))[0](files, charge, amount)


def _notice(files: Files, charge: Charge, amount: int) -> BankNotice:
    paid_on = files.day()
    reference = ChargeReference(charge.tax_item, charge.levy_year, f"{int(charge.addressee):010d}", charge.term)
    old = files.source.random() < 0.25  # 納付書番号のない古い済通
    return BankNotice(
        notice_id=f"{files.number():020d}", bank_code="0155", branch_code="701", paid_on=paid_on,
        received_on=paid_on + timedelta(days=2), amount=Yen(amount), slip_number=None if old else charge.slip,
        charge_reference=reference if old else None,
    )  # fmt: skip


def _at_a_bank(files: Files, charge: Charge, amount: int) -> None:
    files.source.choice(files.notices).append(_notice(files, charge, amount))


def _at_a_store(files: Files, charge: Charge, amount: int) -> None:
    """A preliminary report in one file, the final one in another; sometimes it is cancelled and never final."""
    if amount > 300_000:
        _at_a_bank(files, charge, amount)
        return
    paid_on, number = files.day(), files.number()
    barcode = encode(
        PaymentBarcode(
            agency_code="959919", free_field=gs1_free_field(charge.slip, "24203"), amount=Yen(amount),
            payable_through=date(2026, 3, 31),
        )
    )  # fmt: skip
    chain = files.source.randrange(2)  # 0, 1: 電算CSV。2, 3: みずほファクター
    for kind in files.source.choices((("01", "02"), ("02",), ("01", "03")), (5, 3, 2))[0]:
        payment = StorePayment(
            kind=kind, paid_on=paid_on, paid_at=f"{number // 60 % 24:02d}{number % 60:02d}", barcode=barcode,
            store_code=f"{number:07d}", chain_code="C001", captured_on=paid_on,
            payout_on=paid_on + timedelta(days=10) if kind == "02" else None, chain_name="架空マート",
        )  # fmt: skip
        files.stores[2 * chain + (kind == "02")].append(payment)


def _by_eltax(files: Files, charge: Charge, amount: int) -> None:
    paid_on = files.day()
    for stage in files.source.choice(((ReportStage.PRELIMINARY, ReportStage.FINAL), (ReportStage.FINAL,))):
        payment = EltaxPayment(
            agency_number="24203", matter_key=matter_key(charge.slip), confirmation_number="778284",
            tax_fee_number="001", levy_year=charge.levy_year, tax_year=charge.levy_year, installment_term=charge.term,
            amount=Yen(amount), paid_at=datetime(paid_on.year, paid_on.month, paid_on.day, 12, 15, 30),  # noqa: DTZ001
            collected_on=paid_on, payout_on=paid_on + timedelta(days=3) if stage is ReportStage.FINAL else None,
            stage=stage, transaction_id=f"T{files.number():012d}",
        )  # fmt: skip
        files.counters[stage is ReportStage.FINAL].append(payment)


def _by_debit(files: Files, charge: Charge, amount: int) -> None:
    number = files.number()
    files.source.choice(files.debits).append(
        DebitInstruction(
            bank_code="0155", bank_name="ﾋﾔｸｺﾞ", branch_code="701", branch_name="ｲｾ", account_type="1",
            account_number=f"{number:07d}", holder_kana="ﾔﾏﾀﾞ ﾊﾅｺ", amount=Yen(amount),
            customer_number=matter_key(charge.slip), result_code=files.source.choice("0000012489"),
        )
    )  # fmt: skip


def _pay_for_nobody(files: Files) -> None:
    """Slips that nobody will ever know."""
    for number in range(8):
        stranger = Charge("000000000000999", 1, "06", 2025, DUE_DATES[1], 777 + number, STRANGER_SLIP + number)
        _through(files, stranger, stranger.amount)


def _write(files: Files, directory: Path) -> list[Step]:
    content: list[tuple[str, bytes]] = []
    for rows in (*files.initial, *files.changes):
        content.append(("determinations", determination_csv.write(rows)))
    for index, notices in enumerate(files.notices):
        header = FileHeader(sender_code="0155", business_on=LAST, sequence=index + 1)
        data = bank_notice.write(notices, header=header)
        content.append(("bank_notice_v0", data if index else _with_a_bad_row(data)))
    for index, payments in enumerate(files.stores):
        profile = "dsk_csv" if index < 2 else "mizuho_factor_120"
        data = convenience_store.write(payments, profile=profile, made_on=LAST, corporate_code="24203")
        content.append((profile, data))
    for index, counted in enumerate(files.counters):
        header = FileHeader(sender_code="24203", business_on=LAST, sequence=index + 1)
        content.append(("eltax_keshikomi_v0", eltax.write(counted, header=header)))
    for index, debits in enumerate(files.debits):
        batch = ZenginBatch(
            consignor_code="0000123456", consignor_name="ｶｸｳｼ", business_on=date(2025, 10, 27 + index),
            bank_code="0155", bank_name="ﾋﾔｸｺﾞ", branch_code="701", branch_name="ｲｾ", account_number="1234567",
        )  # fmt: skip
        content.append(("zengin_91", zengin_debit.write_result(batch, debits)))
    content.append(("bank_notice_v0", content[-1][1]))  # 様式を取り違えたファイル
    people = (NEWCOMERS[:3], NEWCOMERS[3:])
    content += [("addressees", "\n".join(newcomers).encode()) for newcomers in people]
    steps = []
    for number, (kind, data) in enumerate(content):
        path = f"{number:02d}-{kind}.dat"
        (directory / path).write_bytes(data)
        steps.append(Step(kind, path))
    return steps


def _with_a_bad_row(data: bytes) -> bytes:
    """One row pays on a day that does not exist; the totals still hold."""
    lines = data.split(b"\r\n")
    cells = lines[1].split(b",")
    place = next(index for index, cell in enumerate(cells) if cell.startswith(b"202510") and len(cell) == 8)
    cells[place] = b"20251032"
    lines[1] = b",".join(cells)
    return b"\r\n".join(lines)
