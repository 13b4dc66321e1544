"""歳出からの支払の照会。一覧と、一件の綴り。"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.outlays.deciding import OutlayUnknown
from osame.collection.outlays.models import Outlay, OutlayPart, OutlayRecovery
from osame.collection.refunds.accounts import LABEL
from osame.platform.database import fetch_all, fetch_one

COLUMNS = f"""
SELECT o.addressee_number, o.outlay_id, coalesce(d.name, ''), o.kind, coalesce(t.name, o.tax_item), o.levy_year, o.amount, o.settled, o.interest,
       o.basis, o.reason, o.decided_on, o.proposal_id, o.state, o.run_id, o.paid_out_on, o.note,
       CASE WHEN a.account_id IS NULL THEN '' ELSE {LABEL} END
FROM outlay o LEFT JOIN addressee d USING (addressee_number)
LEFT JOIN payee_account a ON a.addressee_number = o.addressee_number AND a.account_id = o.account_id
LEFT JOIN LATERAL (SELECT name FROM tax_item i WHERE i.tax_item = o.tax_item ORDER BY i.valid_from DESC LIMIT 1) t ON true
"""


@dataclass(frozen=True, slots=True)
class OutlayLine:
    """支払一件。 account: 末尾三桁だけの口座（まだなら空）。"""

    addressee_number: str
    outlay_id: int
    name: str
    kind: str
    tax_name: str
    levy_year: int
    amount: int
    settled: int
    interest: int
    basis: str
    reason: str
    decided_on: date
    proposal_id: int
    state: str
    run_id: int | None
    paid_out_on: date | None
    note: str
    account: str

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、支払決定番号）。"""
        return self.addressee_number, self.outlay_id

    @property
    def total(self) -> int:
        """支払う額。"""
        return self.amount + self.interest

    @property
    def kind_name(self) -> str:
        """種類。"""
        return str(Outlay.Kind(self.kind).label)

    @property
    def state_name(self) -> str:
        """状態。"""
        return str(Outlay.State(self.state).label)


@dataclass(frozen=True, slots=True)
class OutlayFile:
    """支払一件の綴り。"""

    line: OutlayLine
    parts: tuple[OutlayPart, ...]
    recoveries: tuple[OutlayRecovery, ...]


def outlay_count() -> int:
    """支払の数。"""
    return int(fetch_one("SELECT count(*) FROM outlay")[0])


def outlays(*, size: int, offset: int = 0) -> tuple[OutlayLine, ...]:
    """支払を、新しい順に。

    要件: F05-13, F06-08
    """
    return _lines("ORDER BY o.outlay_id DESC LIMIT %s OFFSET %s", [size, offset])


def outlay_numbered(outlay_id: int) -> OutlayLine:
    """番号の支払。なければ断る。"""
    found = _lines("WHERE o.outlay_id = %s", [outlay_id])
    if not found:
        raise OutlayUnknown(str(outlay_id))
    return found[0]


def outlay_file(outlay_id: int) -> OutlayFile:
    """支払一件の、内訳と返納。

    要件: F05-13, F06-08
    """
    line = outlay_numbered(outlay_id)
    own: dict[str, Any] = {"addressee_number": line.addressee_number, "outlay_id": outlay_id}
    with transaction.atomic():
        parts = tuple(OutlayPart.objects.filter(**own).order_by("part_number"))
        recoveries = tuple(OutlayRecovery.objects.filter(**own).order_by("recovery_number"))
    return OutlayFile(line, parts, recoveries)


def _lines(terms: str, values: list[Any]) -> tuple[OutlayLine, ...]:
    return tuple(OutlayLine(*row) for row in fetch_all(f"{COLUMNS} {terms}", values))
