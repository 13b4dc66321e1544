"""期別一つの説明。どの数字も、並べた仕訳の合計であり、延滞金は法の計算の過程である。

Every figure answers for itself: each balance with the entries it is the sum of, each receipt with how the law's order split
it, and the delinquency charge with the very steps that `osame law calc` answers for the same facts.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.inquiry.charges import ChargeLine, View, charge_lines
from osame.collection.ledger.models import Account, EntryKind
from osame.collection.matching.accrual import rule_for
from osame.collection.parameters.queries import allocation_order
from osame.law.allocation import VOLUNTARY_ORDER
from osame.law.delinquency_charge import ChargeBreakdown, Segment, delinquency_charge
from osame.law.steps import percent
from osame.platform.database import fetch_all

COMPONENTS = {
    "tax_amount": ("調定額", Account.DETERMINED),
    "received": ("収納済", Account.RECEIVED),
    "principal_tax": ("未納本税", Account.PRINCIPAL_TAX),
    "demand_fee": ("督促手数料", Account.DEMAND_FEE),
    "delinquency_charge": ("延滞金", Account.DELINQUENCY_CHARGE),
    "overpayment": ("過誤納金", Account.OVERPAYMENT),
}
"""説明できる数字の名（`?of=`）、その呼び名、勘定。"""
TAX_KINDS = (EntryKind.DETERMINATION, EntryKind.INCREASE, EntryKind.DECREASE)
WORDS = {
    EntryKind.DETERMINATION: "当初調定",
    EntryKind.INCREASE: "増額更正",
    EntryKind.DECREASE: "減額更正",
    EntryKind.DEMAND_FEE: "督促手数料の発生",
    EntryKind.DELINQUENCY_CHARGE: "延滞金の確定",
    EntryKind.WRITE_OFF: "不納欠損",
    EntryKind.DISPOSITION_COST: "滞納処分費",
    EntryKind.APPROPRIATION: "充当",
}


@dataclass(frozen=True, slots=True)
class EntryWords:
    """仕訳一行と、その読み方。 reversed_by: これを取り消した仕訳。"""

    entry_id: int
    effective_on: date
    posted_on: date
    kind: EntryKind
    debit: Account
    credit: Account
    amount: int
    receipt_key: str
    reverses: int | None
    reversed_by: int | None
    officer: str

    @property
    def words(self) -> str:
        """仕訳を言葉にする。"""
        if self.reverses:
            return f"仕訳{self.reverses}の取消し"
        if self.debit == Account.RECEIVED:
            return (
                "収納を、余り（過誤納金）とした"
                if self.credit == Account.OVERPAYMENT
                else f"収納を、{self.credit.label}に充てた"
            )
        return WORDS.get(self.kind, str(self.kind.label))

    @property
    def sides(self) -> str:
        """借方と貸方。"""
        return f"{self.debit.label}／{self.credit.label}"

    def on(self, account: Account) -> int:
        """その勘定の残高を、いくら動かすか。増えれば正。"""
        sign = -1 if account in {Account.DETERMINED, Account.OVERPAYMENT} else 1
        return sign * self.amount * ((self.debit == account) - (self.credit == account))


@dataclass(frozen=True, slots=True)
class Figure:
    """数字一つと、その合計になる仕訳。 running: 仕訳ではなく、法の計算で進んでいる額か。"""

    name: str
    label: str
    amount: int
    moves: tuple[tuple[EntryWords, int], ...]
    adjusted: int
    running: bool

    @property
    def summed(self) -> int:
        """並べた仕訳の合計。"""
        return sum(amount for _, amount in self.moves)


@dataclass(frozen=True, slots=True)
class Split:
    """収納一件の分け方。 parts: 充てた先と額、順に。"""

    paid_on: date
    amount: int
    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """延滞金計算書（R-070）の一行。"""

    first: date
    through: date
    days: int
    rate: str
    remaining: int
    base: int
    amount: int
    exempted: int


@dataclass(frozen=True, slots=True)
class Explanation:
    """期別一つの説明。 computed_to: 延滞金を数えた終わりの日。"""

    line: ChargeLine
    entries: tuple[EntryWords, ...]
    figures: tuple[Figure, ...]
    splits: tuple[Split, ...]
    order: str
    order_basis: str
    breakdown: ChargeBreakdown | None
    statement: tuple[StatementLine, ...]
    computed_to: date

    @property
    def steps(self) -> tuple[str, ...]:
        """計算の過程。「osame law calc」が答える文と同じ。"""
        return self.breakdown.steps if self.breakdown else ()


def explain(charge: tuple[str, int], *, as_of: date, today: date, view: View = View.EFFECTIVE) -> Explanation | None:
    """期別（宛名番号、期別番号）を、`as_of` の日の姿で説明する。その日にまだなければ None。

    要件: F28-02, F11-06, F11-07
    """
    addressee_number, charge_id = charge
    lines = charge_lines(addressee_number, as_of=as_of, today=today, view=view, charge_id=charge_id)
    if not lines:
        return None
    line = lines[0]
    entries = entries_in_words(charge, day=as_of if as_of < today else None, view=view)
    breakdown = _breakdown(line, as_of)
    order = allocation_order(as_of=as_of)
    return Explanation(
        line,
        entries,
        tuple(_figure(name, line, entries) for name in COMPONENTS),
        _splits(entries),
        "、".join(str(each.label) for each in order.accounts),
        VOLUNTARY_ORDER.basis,
        breakdown,
        tuple(_statement_line(each, line) for each in breakdown.segments) if breakdown else (),
        breakdown.as_of if breakdown else as_of,
    )


def entries_in_words(charge: tuple[str, int], *, day: date | None, view: View) -> tuple[EntryWords, ...]:
    """期別の仕訳を、記帳の順に、言葉にして。"""
    rows = fetch_all(
        "SELECT e.entry_id, e.effective_on, e.posted_on, e.kind, e.debit, e.credit, e.amount, coalesce(e.receipt_key::text, ''), "
        "e.reverses, r.entry_id, k.officer "
        "FROM entry e JOIN command k USING (command_id) LEFT JOIN entry r ON r.charge_id = e.charge_id "
        f"AND r.addressee_number = e.addressee_number AND r.reverses = e.entry_id AND (%(day)s::date IS NULL OR r.{view.column} <= %(day)s) "
        f"WHERE e.charge_id = %(charge)s AND e.addressee_number = %(addressee)s AND (%(day)s::date IS NULL OR e.{view.column} <= %(day)s) "
        "ORDER BY k.command_id, e.reverses NULLS LAST, e.entry_id",
        {"addressee": charge[0], "charge": charge[1], "day": day},
    )
    return tuple(
        EntryWords(number, effective, posted, EntryKind(kind), Account(debit), Account(credit), *rest)
        for number, effective, posted, kind, debit, credit, *rest in rows
    )


def _figure(name: str, line: ChargeLine, entries: Sequence[EntryWords]) -> Figure:
    label, account = COMPONENTS[name]
    counted = [each for each in entries if name != "tax_amount" or each.kind in TAX_KINDS]
    moves = tuple((each, each.on(account)) for each in counted if each.on(account))
    running = name == "delinquency_charge" and not line.fixed
    amount = int(getattr(line, name))
    summed = sum(each for _, each in moves)
    return Figure(name, label, amount, moves, 0 if running else amount - summed, running)


def _splits(entries: Sequence[EntryWords]) -> tuple[Split, ...]:
    """生きている収納の仕訳を、収納ごとにまとめる。"""
    found: dict[str, list[EntryWords]] = defaultdict(list)
    for each in entries:
        if each.receipt_key and each.debit == Account.RECEIVED and not each.reverses and not each.reversed_by:
            found[each.receipt_key].append(each)
    splits = [
        Split(
            rows[0].effective_on,
            sum(each.amount for each in rows),
            tuple((str(each.credit.label), each.amount) for each in sorted(rows, key=lambda each: each.credit)),
        )
        for rows in found.values()
    ]
    return tuple(sorted(splits, key=lambda each: each.paid_on))


def _breakdown(line: ChargeLine, as_of: date) -> ChargeBreakdown | None:
    """延滞金の計算の過程。本税が残らなければ、納め終えた日まで。"""
    if line.months is None or line.tax_amount == 0:
        return None
    until = as_of if not line.fixed else max((each.on for each in line.payments), default=as_of)
    if until <= line.due_date:
        return None
    return delinquency_charge(line.claim, as_of=until, rule=rule_for(line.months))


def _statement_line(segment: Segment, line: ChargeLine) -> StatementLine:
    paid = sum(each.amount for each in line.payments if each.on < segment.first)
    return StatementLine(
        segment.first, segment.through, segment.days, percent(segment.rate), max(0, line.tax_amount - paid), segment.base,
        segment.amount, segment.exempted,
    )  # fmt: skip
