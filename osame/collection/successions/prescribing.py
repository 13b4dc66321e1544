"""承継した者ごとの時効。一人に生じたことは、その者の分にだけ効く。

The prescription of one successor's part. What was done before the succession, to the representative or for all counts for everybody;
a payment of another's part and a seizure of another's property do not.
"""

from datetime import date

from osame.collection.arrears.prescribing import Expiry, ObligationExtinguished, prescriptions_of
from osame.kernel.dates import format_wareki
from osame.platform.database import fetch_all

OF_OTHERS = """
SELECT 'receipt:' || r.receipt_key FROM share_slip s JOIN receipt r USING (addressee_number, slip_number)
WHERE s.addressee_number = %(origin)s AND s.successor_number <> %(who)s
UNION
SELECT e.source FROM prescription_event_dispositions e JOIN charge c ON c.addressee_number = %(origin)s AND c.charge_id = e.charge_id
WHERE e.addressee_number NOT IN (%(origin)s, %(who)s)
"""


def share_prescriptions(origin_number: str, successor_number: str, *, as_of: date) -> dict[int, Expiry]:
    """承継した者の分の時効を、期別ごとに、条文と数え方とともに。

    要件: F24-01, F21-01
    根拠: 地方税法第9条の2第1項、地方税法第18条、民法第153条
    解釈: 承継は分割された別々の義務なので、一部納付（承認）と差押えは、した者・された者の分にだけ効く。相続の前のこと、納めた者の
    分からない納付、代表者に送達した督促は、全員の分に効く。
    """
    rows = fetch_all(OF_OTHERS, {"origin": origin_number, "who": successor_number})
    found = prescriptions_of([origin_number], as_of=as_of, without=[str(row[0]) for row in rows])
    return {charge_id: each for (_, charge_id), each in found.items()}


def refuse_extinct_share(origin_number: str, successor_number: str, charges: list[int], *, as_of: date) -> None:
    """その者の分が消滅した期別があれば断る。

    要件: F24-01, F21-04
    """
    found = share_prescriptions(origin_number, successor_number, as_of=as_of)
    told = [
        f"期別番号 {charge}は{format_wareki(each.extinction.on)}に{each.extinction.cause.value}"
        for charge in charges
        if (each := found.get(charge)) and each.is_extinct and each.extinction
    ]
    if told:
        raise ObligationExtinguished("、".join(told))
