"""時効と、執行停止による消滅。章ごとの出来事を集めた一つの表から、期別ごとに、いつ消滅するかを法に尋ねる。

Every chapter states its events in a view of its own; `prescription_event` and `procedure_stage` gather them (made by the
migration of `writeoffs`). This low door reads them by name, so that any chapter may ask whether a charge is still alive.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.kernel.dates import format_wareki
from osame.kernel.periods import day_after
from osame.kernel.refusals import Refusal
from osame.law.prescription import Event, Prescription, PrescriptionEvent, prescription
from osame.law.suspension import Extinction, Suspension, SuspensionGround, extinction
from osame.platform.database import fetch_all

CHARGES = """
SELECT c.addressee_number, c.charge_id, c.statutory_due_date, c.principal_tax, coalesce(t.prescription_years, 5)
FROM charge c
LEFT JOIN LATERAL (SELECT prescription_years FROM tax_item i WHERE i.tax_item = c.tax_item AND i.valid_from <= c.due_date
    ORDER BY i.valid_from DESC LIMIT 1) t ON true
WHERE c.addressee_number = ANY (%(whose)s) AND c.charge_id > 0
"""
EVENTS = """
SELECT addressee_number, charge_id, kind, happened_on, through_on FROM prescription_event
WHERE addressee_number = ANY (%(whose)s) AND source <> ALL (%(without)s)
"""
SUSPENSIONS = """
SELECT addressee_number, charge_id, stage, first_on, through_on, source FROM procedure_stage
WHERE addressee_number = ANY (%(whose)s) AND procedure = 'SUSPENSION' ORDER BY first_on, stage
"""
ChargeKey = tuple[str, int]


class ObligationExtinguished(Refusal):
    """納税義務が消滅した期別があります。この期別には何もできません。納付書は無効にし、不納欠損の手続をしてください。"""


@dataclass(frozen=True, slots=True)
class Expiry:
    """期別一つが、いつ消滅するか。 prescription: 時効; extinction: 時効と執行停止のうち早い消滅（決まらなければ None）。"""

    charge_id: int
    as_of: date
    prescription: Prescription
    extinction: Extinction | None

    @property
    def completes_on(self) -> date | None:
        """時効の満了日。完成が猶予されている間は None。"""
        return self.prescription.completes_on

    @property
    def extinguished_on(self) -> date | None:
        """消滅した後の最初の日。決まらなければ None。"""
        return self.extinction.on if self.extinction else None

    @property
    def is_extinct(self) -> bool:
        """尋ねた日に、消滅しているか。"""
        return self.extinction is not None and self.extinction.on <= self.as_of

    @property
    def steps(self) -> tuple[str, ...]:
        """数え方。"""
        return (*self.prescription.steps, *(self.extinction.steps if self.extinction else ()))

    @property
    def basis(self) -> tuple[str, ...]:
        """根拠の条文。"""
        return tuple(dict.fromkeys((*self.prescription.basis, *(self.extinction.basis if self.extinction else ()))))


def prescription_of(addressee_number: str, *, as_of: date) -> dict[int, Expiry]:
    """その人の期別ごとに、時効の満了日と、消滅する日を、条文と数え方とともに。

    要件: F21-01, F21-02
    """
    found = prescriptions_of([addressee_number], as_of=as_of)
    return {charge_id: each for (_, charge_id), each in found.items()}


def prescriptions_of(whose: Sequence[str], *, as_of: date, without: Sequence[str] = ()) -> dict[ChargeKey, Expiry]:
    """多くの人の期別について、まとめて。読む文の数は、人の数によらない。 without: 数えない出来事（source）。

    要件: F21-01
    """
    keys = {"whose": list(whose), "without": list(without)}
    events, suspended = _events(fetch_all(EVENTS, keys)), suspensions_in(fetch_all(SUSPENSIONS, keys))
    found: dict[ChargeKey, Expiry] = {}
    for who, charge_id, due, principal, years in fetch_all(CHARGES, keys):
        key = (who, charge_id)
        told = prescription(due, events.get(key, ()), years=years, of_charge=principal == 0)
        gone = extinction(suspended.get(key, ()), told.extinguished_on)
        found[key] = Expiry(charge_id, as_of, told, gone)
    return found


def refuse_extinct(addressee_number: str, charges: Collection[int], *, as_of: date) -> None:
    """消滅した期別があれば断る。期別に何かをする行いは、すべてここを通る。

    要件: F21-04
    """
    refuse_extinct_among([(addressee_number, each) for each in charges], as_of=as_of)


def refuse_extinct_among(keys: Sequence[ChargeKey], *, as_of: date) -> None:
    """多くの人の期別のうち、消滅したものがあれば断る。読む文の数は、期別の数によらない。

    要件: F21-04
    """
    found = prescriptions_of(sorted({who for who, _ in keys}), as_of=as_of)
    told = [
        f"期別番号 {charge}は{format_wareki(ends.on)}に{ends.cause.value}"
        for (who, charge) in dict.fromkeys(keys)
        if (each := found.get((who, charge))) and each.is_extinct and (ends := each.extinction)
    ]
    if told:
        raise ObligationExtinguished("、".join(told))


def suspensions_in(rows: Iterable[tuple[Any, ...]]) -> dict[ChargeKey, tuple[Suspension, ...]]:
    """手続の段階の行から、執行停止を読む。 source は「suspension:番号:号」。即時の消滅は EXTINGUISHED の行。"""
    found: dict[ChargeKey, dict[str, Suspension]] = defaultdict(dict)
    for who, charge_id, stage, first, through, source in sorted(rows, key=lambda row: str(row[2]), reverse=True):
        held = found[who, charge_id]
        ground = list(SuspensionGround)[int(source.rpartition(":")[2]) - 1]
        if stage == "IN_FORCE":
            held[source] = Suspension(ground, first, day_after(through) if through else None)
        elif source in held:
            held[source] = Suspension(ground, held[source].on, held[source].cancelled_on, first)
    return {key: tuple(held.values()) for key, held in found.items()}


def _events(rows: Iterable[tuple[Any, ...]]) -> dict[ChargeKey, list[Event]]:
    found: dict[ChargeKey, list[Event]] = defaultdict(list)
    for who, charge_id, kind, on, through in rows:
        found[who, charge_id].append(Event(PrescriptionEvent(kind), on, through))
    return found
