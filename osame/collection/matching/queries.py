"""調査すべき入金と、収納と、報告の照会。"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from osame.collection.ledger.models import Account, EntryKind
from osame.collection.ledger.queries import ChargeFacts
from osame.collection.matching.models import HeldReceipt, ReceiptCancellation
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all, fetch_one


class ReceiptUnknown(Refusal):
    """その入金はありません。一覧から開き直してください。"""


@dataclass(frozen=True, slots=True)
class HeldLine:
    """調査中の入金。"""

    receipt_key: UUID
    amount: int
    paid_on: date
    received_on: date
    channel: str
    slip_number: int | None
    payer_kana: str
    reason: str
    file_id: int = 0
    line_number: int = 0


HELD_COLUMNS = (
    "receipt_key, amount, paid_on, received_on, channel, slip_number, payer_kana, reason, intake_file_id, line_number"
)


def held_receipts() -> list[HeldLine]:
    """調査中の入金を、古い順に（F04-05）。"""
    return _held_lines("state = '1'", [])


@dataclass(frozen=True, slots=True)
class HeldFilter:
    """不明入金の絞り込み。空なら、絞らない。 text: 名義（半角カナ）か納付書番号。"""

    text: str = ""
    amount: int | None = None
    channel: str = ""
    reason: str = ""
    before: date | None = None

    def where(self) -> tuple[str, list[Any]]:
        """絞り込みの条件（SQL）と、その値。"""
        parts, values = ["state = '1'"], []
        for condition, value in (
            ("amount = %s", self.amount),
            ("channel = %s", self.channel or None),
            ("reason = %s", self.reason or None),
            ("received_on <= %s", self.before),
            ("payer_kana LIKE '%%' || %s || '%%' OR slip_number::text = %s", self.text or None),
        ):
            if value is not None:
                parts.append(f"({condition})")
                values += [value] * condition.count("%s")
        return " AND ".join(parts), values


@dataclass(frozen=True, slots=True)
class HeldTotals:
    """不明入金の件数と金額。 ledger: 元帳の仮受の残高。絞り込まない合計は、これに等しい。"""

    shown: int
    shown_amount: int
    count: int
    amount: int
    ledger: int

    @property
    def agrees(self) -> bool:
        """一覧の合計が、元帳の仮受に等しいか。"""
        return self.amount == self.ledger


def held_totals(wanted: HeldFilter) -> HeldTotals:
    """絞り込んだ合計、全体の合計、元帳の仮受（F04-05）。"""
    where, values = wanted.where()
    return HeldTotals(
        *fetch_one(
            f"SELECT count(*) FILTER (WHERE {where}), coalesce(sum(amount) FILTER (WHERE {where}), 0)::bigint, count(*), "
            "coalesce(sum(amount), 0)::bigint, (SELECT suspense FROM charge WHERE charge_id = 0 AND addressee_number = '') "
            "FROM held_receipt WHERE state = '1'",
            [*values, *values],
        )
    )


def held_page(wanted: HeldFilter, *, offset: int, size: int) -> list[HeldLine]:
    """不明入金の一ページ。古い順に（F04-05）。"""
    where, values = wanted.where()
    return _held_lines(where, values, f"OFFSET {int(offset)} LIMIT {int(size)}")


def _held_lines(where: str, values: Sequence[Any], page: str = "") -> list[HeldLine]:
    rows = fetch_all(
        f"SELECT {HELD_COLUMNS} FROM held_receipt WHERE {where} ORDER BY received_on, intake_file_id, line_number, receipt_key {page}",
        values,
    )
    return [HeldLine(*(*row[:7], HeldReceipt.Reason(row[7]).label, *row[8:])) for row in rows]


@dataclass(frozen=True, slots=True)
class Done:
    """入金に起きた行い。 who: 職員の名（記録になければ番号）。"""

    who: str
    at: datetime
    what: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class HeldFacts:
    """調査中の（または調査の済んだ）入金一件。"""

    receipt_key: UUID
    amount: int
    paid_on: date
    received_on: date
    accounted_on: date
    channel: str
    outlet: str
    slip_number: int | None
    tax_item: str
    levy_year: int | None
    notice_number: str
    installment_term: int | None
    payer_kana: str
    reason: str
    state: str
    investigation: str
    charge_id: int | None
    file_id: int
    file_name: str
    line_number: int
    matched: Done | None

    @property
    def is_open(self) -> bool:
        """まだ調査中か。"""
        return self.state == HeldReceipt.State.OPEN


WHO = (
    "coalesce((SELECT name FROM staff_account s WHERE s.staff_number = k.officer), k.officer), k.recorded_at, k.purpose"
)


def held_receipt(receipt_key: UUID) -> HeldFacts:
    """入金一件。消し込まれていれば、誰がいつ消し込んだか（F04-05）。"""
    rows = fetch_all(
        "SELECT h.receipt_key, h.amount, h.paid_on, h.received_on, h.accounted_on, h.channel, h.outlet, h.slip_number, "
        "h.tax_item, h.levy_year, h.notice_number, h.installment_term, h.payer_kana, h.reason, h.state, h.investigation, "
        f"h.charge_id, h.intake_file_id, coalesce(f.file_name, ''), h.line_number, {WHO} FROM held_receipt h "
        "LEFT JOIN intake_file f ON f.intake_file_id = h.intake_file_id "
        "LEFT JOIN entry e ON e.charge_id = 0 AND e.receipt_key = h.receipt_key AND e.reverses IS NOT NULL "
        "LEFT JOIN command k ON k.command_id = e.command_id WHERE h.receipt_key = %s LIMIT 1",
        [receipt_key],
    )
    if not rows:
        raise ReceiptUnknown
    *facts, who, at, what = rows[0]
    return HeldFacts(*(*facts, Done(who, at, what) if at else None))


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """収納一件。 cancelled: 取り消した理由（取り消していなければ空）。"""

    charge_id: int
    receipt_key: UUID
    addressee_number: str
    name: str
    tax_item_name: str
    notice_number: str
    installment_term: int
    amount: int
    paid_on: date
    received_on: date
    accounted_on: date
    channel: str
    outlet: str
    slip_number: int | None
    file_id: int
    file_name: str
    line_number: int
    cancelled: str


@dataclass(frozen=True, slots=True)
class ReceiptFilter:
    """収納の絞り込み。宛名番号、納付書番号、会計日のどれか一つは要る。"""

    addressee_number: str = ""
    slip_number: int | None = None
    accounted_on: date | None = None
    channel: str = ""
    amount: int | None = None

    @property
    def enough(self) -> bool:
        """探すのに足りるか。"""
        return bool(self.addressee_number or self.slip_number or self.accounted_on)


RECEIPTS = """
FROM receipt r
JOIN charge c USING (charge_id, addressee_number)
LEFT JOIN receipt_cancellation x USING (charge_id, receipt_key, addressee_number)
LEFT JOIN intake_file f ON f.intake_file_id = r.intake_file_id
LEFT JOIN addressee a ON a.addressee_number = r.addressee_number AND NOT a.withheld
LEFT JOIN LATERAL (SELECT name FROM tax_item t WHERE t.tax_item = c.tax_item AND t.valid_from <= c.due_date
    ORDER BY t.valid_from DESC LIMIT 1) i ON true
"""
RECEIPT_COLUMNS = (
    "r.charge_id, r.receipt_key, r.addressee_number, coalesce(a.name, ''), coalesce(i.name, c.tax_item), "
    "c.notice_number, c.installment_term, r.amount, r.paid_on, r.received_on, r.accounted_on, r.channel, r.outlet, "
    "r.slip_number, r.intake_file_id, coalesce(f.file_name, ''), r.line_number, coalesce(x.reason, '')"
)


def receipts(wanted: ReceiptFilter, *, offset: int, size: int) -> tuple[list[ReceiptLine], int, int]:
    """収納の一ページと、全体の件数・金額（取り消した収納も並べる）（F04-14）。"""
    parts, values = ["true"], []
    for condition, value in (
        ("r.addressee_number = %s", wanted.addressee_number or None),
        ("c.slip_number = %s", wanted.slip_number),
        ("r.accounted_on = %s", wanted.accounted_on),
        ("r.channel = %s", wanted.channel or None),
        ("r.amount = %s", wanted.amount),
    ):
        if value is not None:
            parts.append(condition)
            values.append(value)
    where = " AND ".join(parts)
    count, amount = fetch_one(
        "SELECT count(*), coalesce(sum(r.amount), 0)::bigint FROM receipt r "
        f"JOIN charge c USING (charge_id, addressee_number) WHERE {where}",
        values,
    )
    rows = fetch_all(
        f"SELECT {RECEIPT_COLUMNS} {RECEIPTS} WHERE {where} ORDER BY r.accounted_on DESC, r.paid_on DESC, r.receipt_key "
        f"OFFSET {int(offset)} LIMIT {int(size)}",
        values,
    )
    return [_receipt_line(row) for row in rows], int(count), int(amount)


def _receipt_line(row: tuple[Any, ...]) -> ReceiptLine:
    return ReceiptLine(*(*row[:-1], ReceiptCancellation.Reason(row[-1]).label if row[-1] else ""))


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """収納の仕訳一行。"""

    entry_id: int
    posted_on: date
    effective_on: date
    kind: str
    debit: str
    credit: str
    amount: int
    reverses: int | None
    done: Done


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """収納一件のすべて。 moved_to: 組替え先の（期別番号、収納）; moved_from: 組替え元の（期別番号、収納）。"""

    line: ReceiptLine
    entries: tuple[EntryFacts, ...]
    cancellation: Done | None
    moved_to: tuple[int, UUID] | None
    moved_from: tuple[int, UUID] | None


def receipt(charge_id: int, receipt_key: UUID) -> ReceiptFacts:
    """収納一件。仕訳と、取り消されていれば、誰がいつなぜ取り消したか（F04-07、F04-14）。"""
    rows = fetch_all(
        f"SELECT {RECEIPT_COLUMNS}, x.note, x.moved_to_charge_id, x.moved_to_key, {WHO} {RECEIPTS} "
        "LEFT JOIN command k ON k.command_id = x.command_id WHERE r.charge_id = %s AND r.receipt_key = %s",
        [charge_id, receipt_key],
    )
    if not rows:
        raise ReceiptUnknown
    *line, note, to_charge, to_key, who, at, what = rows[0]
    origin = fetch_all(
        "SELECT charge_id, receipt_key FROM receipt_cancellation WHERE moved_to_charge_id = %s AND moved_to_key = %s",
        [charge_id, receipt_key],
    )
    return ReceiptFacts(
        _receipt_line(tuple(line)),
        _entries(charge_id, receipt_key),
        Done(who, at, what, note) if at else None,
        (to_charge, to_key) if to_key else None,
        (origin[0][0], origin[0][1]) if origin else None,
    )


def _entries(charge_id: int, receipt_key: UUID) -> tuple[EntryFacts, ...]:
    rows = fetch_all(
        f"SELECT e.entry_id, e.posted_on, e.effective_on, e.kind, e.debit, e.credit, e.amount, e.reverses, {WHO} "
        "FROM entry e JOIN command k USING (command_id) WHERE e.charge_id = %s AND e.receipt_key = %s "
        "ORDER BY k.command_id, e.reverses NULLS LAST, e.entry_id",
        [charge_id, receipt_key],
    )
    return tuple(
        EntryFacts(number, posted, effective, EntryKind(kind).label, Account(debit).label, Account(credit).label,
                   amount, reverses, Done(*done))
        for number, posted, effective, kind, debit, credit, amount, reverses, *done in rows
    )  # fmt: skip


def last_done(charge: ChargeFacts) -> Done:
    """この期別を最後に動かした行い。"""
    return Done(
        *fetch_one(
            f"SELECT {WHO} FROM entry e JOIN command k USING (command_id) WHERE e.charge_id = %s "
            "AND e.addressee_number = %s ORDER BY e.command_id DESC LIMIT 1",
            [charge.charge_id, charge.addressee_number],
        )
    )


@dataclass(frozen=True, slots=True)
class ReportLine:
    """調べるべき報告。"""

    receipt_key: UUID
    paid_on: date
    amount: int
    slip_number: int | None
    problem: str


def stale_reports(*, as_of: date, days: int) -> list[ReportLine]:
    """確報の来ない速報と、確報の後に届いた取消し（F04-02）。"""
    rows = fetch_all(
        """
        SELECT p.receipt_key, p.paid_on, p.amount, p.slip_number,
               CASE WHEN final.receipt_key IS NOT NULL THEN '確報の後に取消しが届いています'
                    ELSE '速報から日が過ぎても確報が来ません' END
        FROM channel_report p
        LEFT JOIN (SELECT receipt_key FROM receipt UNION SELECT receipt_key FROM held_receipt) final USING (receipt_key)
        WHERE (p.stage = '3' AND final.receipt_key IS NOT NULL)
           OR (p.stage = '1' AND final.receipt_key IS NULL AND p.paid_on < %(as_of)s::date - %(days)s::int AND NOT EXISTS (
                SELECT 1 FROM channel_report x WHERE x.receipt_key = p.receipt_key AND x.stage = '3'))
        ORDER BY p.paid_on, p.receipt_key
        """,
        {"as_of": as_of, "days": days},
    )
    return [ReportLine(*row) for row in rows]
