"""電子納付の照会。指定納付受託者に委託された日と資金化の日、申告と納付の突合せ。

Payments through a designated agent count from the day the payer entrusted them, not from the day the money arrives; both days stand on
every receipt. Declared taxes are compared with what was paid for them, and payments whose declaration has not come are told.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from osame.collection.parameters.queries import CHARGE_NAMES
from osame.platform.database import fetch_all

LATELY = 31
MOST = 200
# 速報で委託を受けた日が分かり、まだ資金になっていないもの。取り消されたものは除く。
WAITING = """
SELECT p.receipt_key, p.channel, p.slip_number, p.amount, p.paid_on, coalesce(c.addressee_number, m.addressee_number, ''),
       coalesce(a.name, '')
FROM channel_report p
LEFT JOIN charge c ON c.slip_number = p.slip_number
LEFT JOIN LATERAL (SELECT addressee_number FROM slip_share s WHERE s.slip_number = p.slip_number LIMIT 1) m ON true
LEFT JOIN addressee a ON a.addressee_number = coalesce(c.addressee_number, m.addressee_number)
WHERE p.stage = '1' AND p.paid_on <= %(as_of)s
  AND NOT EXISTS (SELECT 1 FROM channel_report x WHERE x.receipt_key = p.receipt_key AND x.stage = '3')
  AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.receipt_key = p.receipt_key)
  AND NOT EXISTS (SELECT 1 FROM held_receipt h WHERE h.receipt_key = p.receipt_key)
ORDER BY p.paid_on, p.receipt_key LIMIT %(most)s
"""
FUNDED = """
SELECT r.addressee_number, coalesce(a.name, ''), r.channel, r.amount, r.paid_on, r.received_on
FROM receipt r LEFT JOIN addressee a USING (addressee_number)
WHERE r.channel IN ('04', '05') AND r.received_on BETWEEN %(since)s AND %(as_of)s AND r.received_on > r.paid_on
ORDER BY r.received_on DESC, r.paid_on, r.addressee_number LIMIT %(most)s
"""
# 申告か特別徴収の期別と、その納付。取り消した収納は数えない。
DECLARED = f"""
SELECT c.addressee_number, coalesce(a.name, ''), coalesce(t.name, c.tax_item), c.levy_year, coalesce(n.name, c.installment_term || '期'),
       c.business_year_from, c.business_year_through, c.special_collector_number, c.declared_on, c.due_date, c.tax_amount,
       coalesce(p.paid, 0)::bigint, p.last_on
FROM charge c LEFT JOIN addressee a USING (addressee_number)
{CHARGE_NAMES}
LEFT JOIN LATERAL (
    SELECT sum(r.amount) AS paid, max(r.paid_on) AS last_on FROM receipt r WHERE r.charge_id = c.charge_id
      AND r.addressee_number = c.addressee_number AND NOT EXISTS (
        SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key
          AND x.addressee_number = r.addressee_number)) p ON true
WHERE c.levy_year = %(year)s AND c.charge_id > 0
  AND (c.declaration_number <> '' OR c.declaration_class <> '' OR c.special_collector_number <> '')
ORDER BY coalesce(p.paid, 0) = c.tax_amount, c.due_date, c.addressee_number LIMIT %(most)s
"""
UNDECLARED = """
SELECT h.receipt_key, h.amount, h.paid_on, h.received_on, h.slip_number, h.payer_kana
FROM held_receipt h WHERE h.channel = '05' AND h.state = '1' ORDER BY h.paid_on, h.receipt_key LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Entrusted:
    """委託を受け、まだ資金になっていない納付。"""

    receipt_key: UUID
    channel: str
    slip_number: int | None
    amount: int
    paid_on: date
    addressee_number: str
    name: str


@dataclass(frozen=True, slots=True)
class Funded:
    """資金になった納付。 paid_on: 委託を受けた日（納付の日）; received_on: 資金化の日。"""

    addressee_number: str
    name: str
    channel: str
    amount: int
    paid_on: date
    received_on: date

    @property
    def days(self) -> int:
        """委託から資金化までの日数。"""
        return (self.received_on - self.paid_on).days


@dataclass(frozen=True, slots=True)
class Declared:
    """申告（または納入）一件と、その納付。"""

    addressee_number: str
    name: str
    tax_name: str
    levy_year: int
    term_name: str
    business_year_from: date | None
    business_year_through: date | None
    special_collector_number: str
    declared_on: date | None
    due_date: date
    declared: int
    paid: int
    paid_on: date | None

    @property
    def difference(self) -> int:
        """納付した額から申告した額を引いた差。"""
        return self.paid - self.declared

    @property
    def verdict(self) -> str:
        """突合せの結果。"""
        if self.difference == 0:
            return "一致"
        if self.paid == 0:
            return "申告だけ（納付がない）"
        return "納付が多い" if self.difference > 0 else "納付が足りない"


@dataclass(frozen=True, slots=True)
class Undeclared:
    """申告（調定）の届いていない、共通納税の納付。"""

    receipt_key: UUID
    amount: int
    paid_on: date
    received_on: date
    slip_number: int | None
    payer_kana: str


def entrusted(*, as_of: date) -> tuple[Entrusted, ...]:
    """指定納付受託者などに委託され、まだ資金になっていない納付。納付の日は、委託を受けた日である。

    根拠: 地方自治法第231条の2の2、第231条の2の5第3項

    要件: F07-05
    """
    return tuple(Entrusted(*row) for row in fetch_all(WAITING, {"as_of": as_of, "most": MOST}))


def funded_lately(*, as_of: date) -> tuple[Funded, ...]:
    """この一か月に資金になった納付。納付の日と資金化の日。

    要件: F07-05
    """
    keys = {"since": as_of - timedelta(days=LATELY), "as_of": as_of, "most": MOST}
    return tuple(Funded(*row) for row in fetch_all(FUNDED, keys))


def declared_taxes(levy_year: int) -> tuple[Declared, ...]:
    """申告・納入の額と、納付の額の突合せ。違うものから。

    要件: F07-06
    """
    return tuple(Declared(*row) for row in fetch_all(DECLARED, {"year": levy_year, "most": MOST}))


def undeclared_payments() -> tuple[Undeclared, ...]:
    """申告の届いていない共通納税の納付。申告の調定が届けば、自動で消し込む。

    要件: F07-06
    """
    return tuple(Undeclared(*row) for row in fetch_all(UNDECLARED, {"most": MOST}))
