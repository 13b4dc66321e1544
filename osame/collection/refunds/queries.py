"""還付・充当の照会。決議、受取人、支払の実行、還付未済の一覧。"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from osame.collection.refunds.accounts import LABEL as LABEL_OF_ACCOUNT
from osame.collection.refunds.actions import PayeeNotFound
from osame.collection.refunds.models import (
    PaymentRun,
    RefundDecision,
    RefundEncumbrance,
    RefundPart,
    RefundPayee,
    RefundPayment,
)
from osame.collection.refunds.terms import TERM, term_name
from osame.platform.database import fetch_all, fetch_one

NEAR_DAYS = 180  # 時効間近とみる日数

DECISIONS = """
SELECT d.decision_id, d.addressee_number, coalesce(a.name, ''), d.decided_on, d.appropriated, d.payable, d.interest, d.state,
       d.noticed_on, d.cancelled_on, d.cancel_reason, d.proposal_id,
       coalesce((SELECT string_agg(DISTINCT p.state, '' ORDER BY p.state) FROM refund_payee p WHERE p.decision_id = d.decision_id
           AND p.addressee_number = d.addressee_number AND p.state <> '9'), '')
FROM refund_decision d LEFT JOIN addressee a USING (addressee_number)
"""
PARTS = f"""
SELECT p.part_number, p.use, {TERM}, p.charge_id, p.amount, p.interest, p.applied, p.cause, p.ground, p.starts_on, p.ends_on,
       p.steps, p.revenue_class, p.expires_on, p.appropriated_on,
       (SELECT {TERM} FROM charge c WHERE c.charge_id = p.target_charge_id AND c.addressee_number = p.addressee_number),
       p.target_charge_id
FROM refund_part p JOIN charge c USING (charge_id, addressee_number)
WHERE p.addressee_number = %s AND p.decision_id = %s ORDER BY p.part_number
"""
PAYEES = f"""
SELECT p.payee_number, p.kind, p.name, p.share, p.amount, p.state, p.claimed_on, p.reminded_on, p.note,
       coalesce({LABEL_OF_ACCOUNT}, ''), y.payment_id, y.run_id, y.paid_out_on
FROM refund_payee p
LEFT JOIN payee_account a ON a.addressee_number = p.addressee_number AND a.account_id = p.account_id
LEFT JOIN LATERAL (SELECT * FROM refund_payment y WHERE y.addressee_number = p.addressee_number AND y.decision_id = p.decision_id
    AND y.payee_number = p.payee_number ORDER BY y.payment_id DESC LIMIT 1) y ON true
WHERE p.addressee_number = %s AND p.decision_id = %s ORDER BY p.payee_number
"""
OUTSTANDING = """
SELECT p.decision_id, p.addressee_number, p.payee_number, p.name, p.amount, p.state, p.note, d.decided_on, d.noticed_on,
       p.reminded_on, x.expires_on, %(on)s::date - d.decided_on
FROM refund_payee p
JOIN refund_decision d USING (addressee_number, decision_id)
JOIN LATERAL (SELECT max(m.expires_on) AS expires_on FROM refund_part m WHERE m.addressee_number = p.addressee_number
    AND m.decision_id = p.decision_id) x ON true
WHERE d.state = '1' AND d.decided_on <= %(on)s AND p.state = ANY(%(states)s) AND x.expires_on <= %(until)s
ORDER BY x.expires_on, p.decision_id, p.payee_number
"""
# 基準日の還付未済。いまの状態ではなく、その日までの仕訳から。
BALANCE = """
SELECT c.tax_item, c.levy_year, sum(CASE WHEN e.credit = 11 THEN e.amount ELSE -e.amount END)::bigint
FROM entry e JOIN charge c USING (charge_id, addressee_number)
WHERE 11 IN (e.debit, e.credit) AND e.posted_on <= %s
GROUP BY c.tax_item, c.levy_year HAVING sum(CASE WHEN e.credit = 11 THEN e.amount ELSE -e.amount END) <> 0
ORDER BY c.tax_item, c.levy_year
"""
# 支払った額を、払い出す科目と会計日で。組戻し・返納は引く。還付加算金はすべて歳出。
BY_REVENUE_CLASS = """
SELECT n.revenue_class, count(DISTINCT n.payment_id), sum(n.amount)::bigint
FROM refund_payment y JOIN refund_payment_line n USING (addressee_number, payment_id)
WHERE y.state = '2' AND y.paid_out_on BETWEEN %s AND %s GROUP BY n.revenue_class ORDER BY 1
"""


class Wanted(StrEnum):
    """還付未済の一覧の種類。"""

    ALL = "all"
    UNCLAIMED = "unclaimed"
    HELD = "held"
    UNPAID = "unpaid"
    EXPIRING = "expiring"

    @property
    def label(self) -> str:
        """画面での名。"""
        return {
            Wanted.ALL: "還付未済", Wanted.UNCLAIMED: "未請求", Wanted.HELD: "保留・不備", Wanted.UNPAID: "支払待ち",
            Wanted.EXPIRING: f"時効まで{NEAR_DAYS}日以内",
        }[self]  # fmt: skip


State = RefundPayee.State
STATES = {
    Wanted.ALL: (State.AWAITING_CLAIM, State.READY, State.DEFECTIVE, State.ORDERED, State.RETURNED, State.HELD),
    Wanted.UNCLAIMED: (State.AWAITING_CLAIM,),
    Wanted.HELD: (State.HELD, State.DEFECTIVE, State.RETURNED),
    Wanted.UNPAID: (State.READY, State.ORDERED),
    Wanted.EXPIRING: (State.AWAITING_CLAIM, State.DEFECTIVE, State.RETURNED, State.HELD),
}


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """決議一つ。"""

    decision_id: int
    addressee_number: str
    name: str
    decided_on: date
    appropriated: int
    payable: int
    interest: int
    state: str
    noticed_on: date | None
    cancelled_on: date | None
    cancel_reason: str
    proposal_id: int | None
    payee_states: str

    @property
    def standing(self) -> str:
        """画面で言う状態。還付があれば、受取人の状態。"""
        if self.state != RefundDecision.State.DECIDED:
            return str(RefundDecision.State(self.state).label)
        if not self.payee_states:
            return "充当済"
        return "・".join(str(State(each).label) for each in self.payee_states)


@dataclass(frozen=True, slots=True)
class PartLine:
    """明細一つ。"""

    part_number: int
    use: str
    label: str
    charge_id: int
    amount: int
    interest: int
    applied: int
    cause: str
    ground: str
    starts_on: date
    ends_on: date
    steps: list[str]
    revenue_class: str
    expires_on: date
    appropriated_on: date | None
    target: str | None
    target_charge_id: int | None


@dataclass(frozen=True, slots=True)
class PayeeLine:
    """受取人一人。 account: 末尾三桁だけの口座。"""

    payee_number: int
    kind: str
    name: str
    share: str
    amount: int
    state: str
    claimed_on: date | None
    reminded_on: date | None
    note: str
    account: str
    payment_id: int | None
    run_id: int | None
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class DecisionSheet:
    """決議一つのすべて（R-036）。"""

    decision: DecisionLine
    parts: tuple[PartLine, ...]
    payees: tuple[PayeeLine, ...]


@dataclass(frozen=True, slots=True)
class OutstandingLine:
    """還付未済の一行（R-039）。 days: 決議からの日数。"""

    decision_id: int
    addressee_number: str
    payee_number: int
    name: str
    amount: int
    state: str
    note: str
    decided_on: date
    noticed_on: date | None
    reminded_on: date | None
    expires_on: date
    days: int

    @property
    def state_label(self) -> str:
        """還付状態の名。"""
        return str(State(self.state).label)


def decisions(*, page: tuple[int, int], addressee_number: str = "", state: str = "") -> tuple[DecisionLine, ...]:
    """決議を、新しい順に。 page: （行数、飛ばす行数）。

    要件: F05-02, F05-15
    """
    size, offset = page
    rows = fetch_all(
        f"{DECISIONS} WHERE (%(who)s = '' OR d.addressee_number = %(who)s) AND (%(state)s = '' OR d.state = %(state)s) "
        "ORDER BY d.decision_id DESC OFFSET %(offset)s LIMIT %(size)s",
        {"who": addressee_number, "state": state, "offset": offset, "size": size},
    )
    return tuple(DecisionLine(*row) for row in rows)


def decision_count(*, addressee_number: str = "", state: str = "") -> int:
    """決議の数。"""
    (count,) = fetch_one(
        "SELECT count(*) FROM refund_decision d WHERE (%(who)s = '' OR d.addressee_number = %(who)s) "
        "AND (%(state)s = '' OR d.state = %(state)s)",
        {"who": addressee_number, "state": state},
    )
    return int(count)


def decision_sheet(decision_id: int) -> DecisionSheet:
    """決議一つ。明細、計算の過程、受取人とともに。

    要件: F05-02, F05-10
    """
    rows = fetch_all(f"{DECISIONS} WHERE d.decision_id = %s", [decision_id])
    if not rows:
        raise PayeeNotFound(f"決議番号 {decision_id}")
    found = DecisionLine(*rows[0])
    keys = [found.addressee_number, decision_id]
    return DecisionSheet(
        found,
        tuple(_part(row) for row in fetch_all(PARTS, keys)),
        tuple(PayeeLine(*row) for row in fetch_all(PAYEES, keys)),
    )


@dataclass(frozen=True, slots=True)
class Encumbrance:
    """還付請求権の差押え・譲渡一つ。 amount: None なら全額。"""

    encumbrance_id: int
    kind: str
    creditor_name: str
    amount: int | None
    served_at: datetime
    document: str
    released_on: date | None
    release_reason: str


def _part(row: tuple[Any, ...]) -> PartLine:
    values = list(row)
    values[2], values[15] = term_name(row[2]), term_name(row[15]) if row[15] else None
    values[11] = json.loads(row[11]) if isinstance(row[11], str) else row[11]
    return PartLine(*values)


def encumbrances_of(addressee_number: str) -> tuple[Encumbrance, ...]:
    """その人の還付請求権の差押え・譲渡。送達の早い順に、解除したものも。

    要件: F05-12
    """
    rows = fetch_all(
        "SELECT encumbrance_id, kind, creditor_name, amount, served_at, document, released_on, release_reason "
        "FROM refund_encumbrance WHERE addressee_number = %s ORDER BY served_at, encumbrance_id",
        [addressee_number],
    )
    return tuple(Encumbrance(row[0], str(RefundEncumbrance.Kind(row[1]).label), *row[2:]) for row in rows)


def outstanding(wanted: Wanted, *, as_of: date) -> tuple[OutstandingLine, ...]:
    """還付未済を、時効の早い順に。

    要件: F05-07, F05-15
    """
    until = date.fromordinal(as_of.toordinal() + NEAR_DAYS) if wanted is Wanted.EXPIRING else date.max
    rows = fetch_all(OUTSTANDING, {"on": as_of, "states": [str(each) for each in STATES[wanted]], "until": until})
    return tuple(OutstandingLine(*row) for row in rows)


def payable_balance(*, as_of: date) -> tuple[tuple[str, int, int], ...]:
    """基準日の還付未済額。（税目、賦課年度、額）。その日までの仕訳から数える。

    要件: F05-15
    """
    return tuple((row[0], row[1], row[2]) for row in fetch_all(BALANCE, [as_of]))


def paid_by_class(first: date, through: date) -> tuple[tuple[str, int, int], ...]:
    """期間に払った額。（払い出す科目、件数、額）。

    要件: F05-09
    """
    rows = fetch_all(BY_REVENUE_CLASS, [first, through])
    return tuple((str(RefundPart.RevenueClass(row[0]).label), row[1], row[2]) for row in rows)


def runs(*, page: tuple[int, int]) -> list[PaymentRun]:
    """支払の実行を、新しい順に。"""
    size, offset = page
    return list(PaymentRun.objects.defer("sealed_file").order_by("-run_id")[offset : offset + size])


def payments_of(run_id: int) -> list[dict[str, Any]]:
    """支払の実行の支払（R-038）。"""
    rows = fetch_all(
        "SELECT y.payment_id, y.addressee_number, y.decision_id, y.payee_number, p.name, y.amount, "
        f"coalesce({LABEL_OF_ACCOUNT}, ''), y.state, y.returned_on, y.return_reason "
        "FROM refund_payment y JOIN refund_payee p USING (addressee_number, decision_id, payee_number) "
        "LEFT JOIN payee_account a ON a.addressee_number = y.addressee_number AND a.account_id = y.account_id "
        "WHERE y.run_id = %s ORDER BY y.payment_id",
        [run_id],
    )
    names = ("payment_id", "addressee_number", "decision_id", "payee_number", "name", "amount", "account", "state",
             "returned_on", "return_reason")  # fmt: skip
    return [
        {**dict(zip(names, row, strict=True)), "state_label": str(RefundPayment.State(row[7]).label)} for row in rows
    ]
