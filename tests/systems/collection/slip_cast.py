"""What the tests of payment slips add to the cast: the numbers that codes need, and charges to choose from."""

from datetime import date
from pathlib import Path

from osame.collection.payment_slips.actions import Issued, issue_slip
from osame.collection.payment_slips.planning import SlipRequest
from osame.platform.database import fetch_all
from tests.systems.collection.cast import OFFICER, SATO, determination
from tests.systems.collection.demand_cast import levy, set_value

ISSUED = date(2025, 9, 10)
THROUGH = date(2025, 9, 30)


def ready(tmp_path: Path, *amounts: int, addressee: str = SATO) -> list[int]:
    """Parameters for codes, and one overdue charge for each amount (terms 1, 2, …). Returns their numbers."""
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    rows = [
        determination(addressee, term, amount, due_on=date(2025, 6, 30) if term < 3 else date(2025, 7, 31))
        for term, amount in enumerate(amounts, start=1)
    ]
    levy(tmp_path, *rows, name=f"slips-{addressee}.csv")
    found = fetch_all("SELECT charge_id FROM charge WHERE addressee_number = %s ORDER BY installment_term", [addressee])
    return [int(row[0]) for row in found]


def issue(
    *charges: int, through: date = THROUGH, addressee: str = SATO, on: date = ISSUED, **choices: object
) -> Issued:
    """One slip over the charges."""
    request = SlipRequest(addressee, charges, through, **choices)  # type: ignore[arg-type]
    return issue_slip(request, as_of=on, officer=OFFICER)


def unpaid(*charges: int) -> dict[int, tuple[int, int, int, int]]:
    """Principal, fee, delinquency charge and overpayment of each charge."""
    rows = fetch_all(
        "SELECT charge_id, principal_tax, demand_fee, delinquency_charge, overpayment FROM charge WHERE charge_id = ANY(%s)",
        [list(charges)],
    )
    return {row[0]: tuple(row[1:]) for row in rows}  # type: ignore[misc]
