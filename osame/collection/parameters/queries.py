"""基本設定の照会。値は `as_of` の日に効いているものを返す。"""

from dataclasses import dataclass
from datetime import date

from osame.collection.ledger.order import LEGAL_ORDER, AllocationOrder
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all

CHARGE_YEAR = """(CASE WHEN c.levy_year < 2019 THEN '平成' || (c.levy_year - 1988) WHEN c.levy_year = 2019 THEN '令和元'
    ELSE '令和' || (c.levy_year - 2018) END || '年度')"""
"""SQL の中での、期別の年度の呼び名。`fiscal_year_label` と同じ。"""
CHARGE_NAMES = """LEFT JOIN LATERAL (SELECT name FROM tax_item i WHERE i.tax_item = c.tax_item AND i.valid_from <= c.due_date
    ORDER BY i.valid_from DESC LIMIT 1) t ON true
LEFT JOIN installment_term n ON n.levy_year = c.levy_year AND n.tax_item = c.tax_item
    AND n.installment_term = c.installment_term"""
"""期別の行（c）に、納期限の日の税目の名（t.name）と、期の名（n.name）を添える結合。登録がなければ NULL。"""


class SettingMissing(Refusal):
    """業務パラメータが登録されていません。「osame parameters load」で登録してください。"""


@dataclass(frozen=True, slots=True)
class MunicipalityFacts:
    """その日の団体情報。"""

    municipality_code: str
    name: str
    mayor_title: str
    mayor_name: str
    office_name: str
    office_address: str
    office_telephone: str
    receiving_agency_number: str
    barcode_corporate_code: str


def municipality(*, as_of: date) -> MunicipalityFacts:
    """団体情報（F01-01）。"""
    rows = fetch_all(
        "SELECT municipality_code, name, mayor_title, mayor_name, office_name, office_address, office_telephone, "
        "receiving_agency_number, barcode_corporate_code FROM municipality WHERE valid_from <= %s "
        "ORDER BY valid_from DESC LIMIT 1",
        [as_of],
    )
    if not rows:
        raise SettingMissing("団体情報")
    return MunicipalityFacts(*rows[0])


def setting(name: str, *, as_of: date) -> str | None:
    """業務パラメータの値。なければ None。"""
    rows = fetch_all(
        "SELECT value FROM setting WHERE name = %s AND valid_from <= %s ORDER BY valid_from DESC LIMIT 1",
        [name, as_of],
    )
    return str(rows[0][0]) if rows else None


def allocation_order(*, as_of: date) -> AllocationOrder:
    """期別の中の充当順序（F01-07）。登録がなければ、法の順。"""
    value = setting("充当順序", as_of=as_of)
    return AllocationOrder.parse(value) if value else LEGAL_ORDER


@dataclass(frozen=True, slots=True)
class DemandPolicy:
    """督促の方針（F01-08）。"""

    minimum_amount: int
    designated_days: int


def demand_policy(*, as_of: date) -> DemandPolicy:
    """督促の少額の基準と、指定期限までの日数。"""
    minimum = setting("督促しない少額（円未満）", as_of=as_of)
    days = setting("督促の指定期限までの日数", as_of=as_of)
    if minimum is None or days is None:
        raise SettingMissing("督促しない少額（円未満）・督促の指定期限までの日数")
    return DemandPolicy(int(minimum), int(days))
