"""期別を一つ決める。納付書番号、または 税目-賦課年度-通知書番号-期別 で。"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all

COLUMNS = (
    "c.charge_id, c.addressee_number, c.tax_item, c.levy_year, c.tax_year, c.notice_number, c.installment_term, c.due_date, "
    "c.statutory_due_date, c.slip_number, c.tax_amount, c.determined_on, c.principal_tax, c.demand_fee, "
    "c.delinquency_charge, c.received, c.overpayment, c.written_off"
)


class ChargeNotFound(Refusal):
    """該当する期別がありません。納付書番号、または「税目-賦課年度-通知書番号-期別」を確かめてください。"""


class ChargeNotUnique(Refusal):
    """該当する期別が二つ以上あります。納付書番号で指定してください。"""


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """期別の事実と残高（円）。"""

    charge_id: int
    addressee_number: str
    tax_item: str
    levy_year: int
    tax_year: int
    notice_number: str
    installment_term: int
    due_date: date
    statutory_due_date: date
    slip_number: int | None
    tax_amount: int
    determined_on: date
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    received: int
    overpayment: int
    written_off: int

    @property
    def label(self) -> str:
        """画面と帳票での呼び名。"""
        return f"{self.tax_item}-{self.levy_year}-{self.notice_number}-{self.installment_term}"


def decided_from(receipt_key: UUID, charge: ChargeFacts) -> int:
    """その収納の過誤納のうち、還付または充当を決めた額（円）。"""
    rows = fetch_all(
        "SELECT coalesce(sum(CASE WHEN debit = 8 THEN amount WHEN credit = 8 THEN -amount ELSE 0 END), 0)"
        "::bigint FROM entry WHERE charge_id = %s AND addressee_number = %s AND receipt_key = %s AND 7 NOT IN (debit, credit)",
        [charge.charge_id, charge.addressee_number, receipt_key],
    )
    return int(rows[0][0])


def find_charge(reference: str) -> ChargeFacts:
    """期別を一つ見つける。

    Find one charge by 納付書番号 (digits) or by `税目-賦課年度-通知書番号-期別`.
    """
    parts = reference.strip().split("-")
    if len(parts) == 1 and parts[0].isdigit():
        found = fetch_all(f"SELECT {COLUMNS} FROM charge c WHERE c.slip_number = %s", [int(parts[0])])
    elif len(parts) == 4 and parts[1].isdigit() and parts[3].isdigit():
        found = fetch_all(
            f"SELECT {COLUMNS} FROM charge c WHERE c.tax_item = %s AND c.levy_year = %s AND c.notice_number = %s "
            "AND c.installment_term = %s",
            [parts[0], int(parts[1]), parts[2], int(parts[3])],
        )
    else:
        found = []
    if not found:
        raise ChargeNotFound(reference)
    if len(found) > 1:
        raise ChargeNotUnique(reference)
    return ChargeFacts(*found[0])


def charge_numbered(charge_id: int) -> ChargeFacts:
    """期別番号の期別。仮受の口座（0）は期別ではない。"""
    found = fetch_all(f"SELECT {COLUMNS} FROM charge c WHERE c.charge_id = %s AND c.charge_id > 0", [charge_id])
    if not found:
        raise ChargeNotFound(f"期別番号 {charge_id}")
    return ChargeFacts(*found[0])


def charges_of(addressee_number: str) -> list[ChargeFacts]:
    """その宛名の期別を、納期限の順に。"""
    rows = fetch_all(
        f"SELECT {COLUMNS} FROM charge c WHERE c.addressee_number = %s ORDER BY c.due_date, c.tax_item, c.charge_id",
        [addressee_number],
    )
    return [ChargeFacts(*row) for row in rows]
