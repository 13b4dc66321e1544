"""口座振替依頼の照会。見本、件数表、結果との突合せ、不能、依頼の後に変わったもの。

What a request would be, what it is, what came back, and what has changed since — so that nobody is debited twice.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from osame.collection.debits.batch import NoSuchRequest
from osame.collection.debits.models import DebitExclusion, DebitRequest, DebitResult
from osame.collection.debits.rounds import ROUND_IS_PAID
from osame.collection.debits.selection import DebitOrder, select_debits
from osame.collection.demands.models import DemandStop
from osame.collection.parameters import banks
from osame.platform.database import fetch_all, fetch_one

LATEST = """
(SELECT r.code FROM debit_result r WHERE r.addressee_number = i.addressee_number AND r.charge_id = i.charge_id
 AND r.request_id = i.request_id ORDER BY r.code = '0' DESC, r.intake_file_id DESC LIMIT 1)
"""
TAX_NAME = "coalesce((SELECT name FROM tax_item t WHERE t.tax_item = {0}.tax_item ORDER BY valid_from DESC LIMIT 1), {0}.tax_item)"


@dataclass(frozen=True, slots=True)
class Sum:
    """件数と金額の一行。"""

    name: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class LeftOutLine:
    """引き落とさない期別と、その理由。"""

    reason_name: str
    addressee_number: str
    name: str
    tax_item_name: str
    levy_year: int
    installment_term: int
    unpaid: int


@dataclass(frozen=True, slots=True)
class DebitPreview:
    """引落しの見本。 by_bank・by_tax: 件数表; left_out: 理由ごと; lines: 除くもの。"""

    count: int
    amount: int
    by_bank: tuple[Sum, ...]
    by_tax: tuple[Sum, ...]
    left_out: tuple[Sum, ...]
    lines: tuple[LeftOutLine, ...]
    already: int | None


def preview(order: DebitOrder, *, as_of: date, shown: int = 200) -> DebitPreview:
    """依頼を作ったらどうなるかを示す。何も書かない。

    要件: F06-04, F06-06
    """
    with transaction.atomic():
        select_debits(order, as_of=as_of)
        count, amount = fetch_one(
            "SELECT count(*), coalesce(sum(amount), 0)::bigint FROM debit_candidate WHERE reason = ''"
        )
        sums = "count(*), coalesce(sum(amount), 0)::bigint FROM debit_candidate c"
        by_bank = fetch_all(f"SELECT through_bank_code, {sums} WHERE reason = '' GROUP BY 1 ORDER BY 1")
        by_tax = fetch_all(
            f"SELECT {TAX_NAME.format('c')}, {sums} WHERE reason = '' GROUP BY c.tax_item ORDER BY c.tax_item"
        )
        left_out = fetch_all(
            "SELECT reason, count(*), coalesce(sum(unpaid), 0)::bigint FROM debit_candidate WHERE reason <> '' "
            "GROUP BY 1 ORDER BY 1"
        )
        lines = fetch_all(
            "SELECT c.reason, c.stop_reason, c.addressee_number, coalesce(a.name, ''), "
            f"{TAX_NAME.format('c')}, c.levy_year, c.installment_term, c.unpaid FROM debit_candidate c "
            "LEFT JOIN addressee a USING (addressee_number) WHERE c.reason > '02' "
            "ORDER BY c.reason, c.addressee_number, c.charge_id LIMIT %s",
            [shown],
        )
        rows = fetch_all(
            "SELECT request_id FROM debit_request WHERE kind = %s AND due_date = %s AND debit_on = %s AND state <> '9'",
            [order.kind, order.due_date, order.debit_on],
        )
    return DebitPreview(
        int(count), int(amount), tuple(Sum(bank_name(code), *each) for code, *each in by_bank),
        tuple(Sum(*each) for each in by_tax), tuple(Sum(_reason(code), *each) for code, *each in left_out),
        tuple(LeftOutLine(_reason(row[0], row[1]), *row[2:]) for row in lines), int(rows[0][0]) if rows else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class RequestLine:
    """口座振替依頼と、その結果の数。 waiting: 結果の届いていない件数。"""

    request_id: int
    kind: str
    due_date: date
    debit_on: date
    generation: int
    expires_on: date
    source_request_id: int | None
    count: int
    amount: int
    left_out: int
    state: str
    officer: str
    made_at: datetime
    cancel_reason: str
    paid: int
    paid_amount: int
    failed: int
    failed_amount: int

    @property
    def waiting(self) -> int:
        """結果の届いていない件数。"""
        return self.count - self.paid - self.failed

    @property
    def waiting_amount(self) -> int:
        """結果の届いていない金額。"""
        return self.amount - self.paid_amount - self.failed_amount

    @property
    def kind_name(self) -> str:
        """区分。"""
        return str(DebitRequest.Kind(self.kind).label)

    @property
    def live(self) -> bool:
        """取り消していないか。"""
        return self.state != DebitRequest.State.CANCELLED

    @property
    def state_name(self) -> str:
        """状態。"""
        if self.state != DebitRequest.State.SENT:
            return str(DebitRequest.State(self.state).label)
        if not self.paid + self.failed:
            return "結果待ち"
        return f"結果待ち{self.waiting:,}件" if self.waiting else "結果がそろった"


REQUESTS = f"""
SELECT q.request_id, q.kind, q.due_date, q.debit_on, q.generation, q.expires_on, q.source_request_id, q.count, q.amount,
       q.left_out, q.state, q.officer, q.made_at, q.cancel_reason, s.paid, s.paid_amount, s.failed, s.failed_amount
FROM debit_request q CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE code = '0') AS paid, coalesce(sum(amount) FILTER (WHERE code = '0'), 0)::bigint AS paid_amount,
           count(*) FILTER (WHERE code > '0') AS failed,
           coalesce(sum(amount) FILTER (WHERE code > '0'), 0)::bigint AS failed_amount
    FROM (SELECT i.amount, {LATEST} AS code FROM debit_instruction i
          WHERE i.request_id = q.request_id AND EXISTS (SELECT 1 FROM debit_result x WHERE x.request_id = q.request_id)) t
) s
"""


def request_count() -> int:
    """依頼の数。"""
    return int(fetch_one("SELECT count(*) FROM debit_request")[0])


def requests(*, limit: int, offset: int = 0) -> tuple[RequestLine, ...]:
    """口座振替依頼。新しいものから。"""
    return tuple(
        RequestLine(*row)
        for row in fetch_all(f"{REQUESTS} ORDER BY q.request_id DESC LIMIT %s OFFSET %s", [limit, offset])
    )


def one_request(request_id: int) -> RequestLine:
    """一つの依頼。なければ断る。"""
    rows = fetch_all(f"{REQUESTS} WHERE q.request_id = %s", [request_id])
    if not rows:
        raise NoSuchRequest(str(request_id))
    return RequestLine(*rows[0])


@dataclass(frozen=True, slots=True)
class FileLine:
    """金融機関に渡すファイル。"""

    bank_code: str
    consignor_code: str
    file_name: str
    count: int
    amount: int
    sha256: str
    times_sent: int
    first_sent_at: datetime | None

    @property
    def bank_name(self) -> str:
        """金融機関の名。"""
        return bank_name(self.bank_code)


def files_of(request_id: int) -> tuple[FileLine, ...]:
    """依頼のファイル。"""
    rows = fetch_all(
        "SELECT bank_code, consignor_code, file_name, count, amount, sha256, times_sent, first_sent_at "
        "FROM debit_request_file WHERE request_id = %s ORDER BY bank_code",
        [request_id],
    )
    return tuple(FileLine(*row) for row in rows)


def exclusions_of(request_id: int) -> tuple[Sum, ...]:
    """依頼から除いた期別。理由ごと。"""
    rows = fetch_all(
        "SELECT reason, stop_reason, count(*), sum(unpaid)::bigint FROM debit_exclusion WHERE request_id = %s "
        "GROUP BY 1, 2 ORDER BY 1, 2",
        [request_id],
    )
    return tuple(Sum(_reason(row[0], row[1]), *row[2:]) for row in rows)


def results_of(request_id: int) -> tuple[Sum, ...]:
    """結果コードごとの件数と金額。届いていないものも一行にする（R-019）。

    要件: F06-05
    """
    rows = fetch_all(
        f"SELECT coalesce({LATEST}, ''), count(*), sum(i.amount)::bigint FROM debit_instruction i WHERE i.request_id = %s "
        "GROUP BY 1 ORDER BY 1",
        [request_id],
    )
    return tuple(Sum(result_name(code), *each) for code, *each in rows)


@dataclass(frozen=True, slots=True)
class DebitLine:
    """引落し一件と、その結果と、期別のいまの未納。"""

    charge_id: int
    addressee_number: str
    name: str
    tax_item: str
    tax_item_name: str
    levy_year: int
    installment_term: int
    due_date: date
    bank_code: str
    branch_code: str
    amount: int
    code: str
    unpaid: int

    @property
    def result(self) -> str:
        """結果。"""
        return result_name(self.code)

    @property
    def place(self) -> str:
        """金融機関の名。"""
        return bank_name(self.bank_code)

    @property
    def settled_since(self) -> bool:
        """不能の後に納められたか。"""
        return self.code > "0" and not self.unpaid


# 分納の回の残り。納まった回は0円。
ROUND_LEFT = f"""
CASE WHEN {ROUND_IS_PAID.format("i.slip_number", "i.addressee_number")} THEN 0 ELSE (
    SELECT sum(least(m.principal_tax, o.principal_tax) + m.demand_fee + m.delinquency_charge)::bigint FROM slip_share m
    JOIN charge o USING (addressee_number, charge_id) WHERE m.slip_number = i.slip_number) END
"""
LINES = f"""
SELECT * FROM (
    SELECT i.charge_id, i.addressee_number, coalesce(a.name, ''), i.tax_item, {TAX_NAME.format("i")}, c.levy_year, c.installment_term,
           c.due_date, i.bank_code, i.branch_code, i.amount, coalesce({LATEST}, '') AS code,
           CASE WHEN q.kind = '3' THEN {ROUND_LEFT} ELSE c.principal_tax END AS unpaid
    FROM debit_instruction i JOIN debit_request q USING (request_id)
    JOIN charge c USING (addressee_number, charge_id) LEFT JOIN addressee a USING (addressee_number)
    WHERE i.request_id = %(request)s
) l
"""


def failures_of(request_id: int, *, limit: int | None = None, offset: int = 0) -> tuple[DebitLine, ...]:
    """振り替えられなかったもの。理由ごとに。

    要件: F06-05, F06-07
    """
    rows = fetch_all(
        f"{LINES} WHERE code > '0' ORDER BY code, addressee_number, charge_id LIMIT %(limit)s OFFSET %(offset)s",
        {"request": request_id, "limit": limit, "offset": offset},
    )
    return tuple(DebitLine(*row) for row in rows)


def waiting_of(request_id: int, *, limit: int = 200) -> tuple[DebitLine, ...]:
    """結果の届いていないもの（一部の金融機関の遅れ、結果の欠け）。

    要件: F06-05
    """
    rows = fetch_all(
        f"{LINES} WHERE code = '' ORDER BY bank_code, addressee_number, charge_id LIMIT %(limit)s",
        {"request": request_id, "limit": limit},
    )
    return tuple(DebitLine(*row) for row in rows)


def changed_since(request_id: int) -> tuple[DebitLine, ...]:
    """依頼の後に、更正や窓口の納付で未納が引落しの額より少なくなったもの。二重に引き落とさないよう、金融機関に止めてもらう。

    要件: F06-04
    """
    rows = fetch_all(
        f"{LINES} WHERE code = '' AND unpaid < amount ORDER BY bank_code, addressee_number, charge_id",
        {"request": request_id},
    )
    return tuple(DebitLine(*row) for row in rows)


def result_name(code: str) -> str:
    """結果コードの名。"""
    return str(DebitResult.Code(code).label) if code else "結果待ち"


def bank_name(code: str) -> str:
    """金融機関の名。"""
    found = banks.bank(code)
    return f"{code} {found.name}" if found else code or "（渡す先なし）"


def _reason(reason: str, stop_reason: str = "") -> str:
    label = str(DebitExclusion.Reason(reason).label)
    return f"{label}（{DemandStop.Reason(stop_reason).label}）" if stop_reason else label
