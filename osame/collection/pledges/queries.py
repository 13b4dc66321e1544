"""納付誓約の照会。一件の綴り、履行の状況、処分と催告と時効のための事実。

`kept_charges` tells dispositions and reminders which charges are under a pledge that is being kept; acknowledgements reach
whoever counts prescription through `arrears.prescribing` (the views of `sql/pledges.sql`). How a pledge stands is never stored: it follows from the receipts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.arrears.procedures import EventLine, ProcedureUnknown, events_of, stage_name
from osame.collection.arrears.standing import PAYMENTS, Standing, channel_delay, standing_of
from osame.collection.parameters.queries import CHARGE_NAMES
from osame.kernel.dates import fiscal_year_label
from osame.kernel.money import Yen
from osame.law.dispositions import Procedure, ProcedureStage
from osame.law.instalments import Instalment
from osame.platform.database import fetch_all

OWN_PAYMENTS = PAYMENTS.format(who="%(who)s", charges="%(charges)s", since="%(since)s")
PLAN_PAYMENTS = PAYMENTS.format(who="p.addressee_number", charges="q.charges", since="l.made_on")
HEADS = """
SELECT p.addressee_number, p.pledge_id, p.stage, p.plan_number, p.cure_through, l.made_on, l.first_on, l.monthly_amount, l.ability,
       l.reason, l.officer, a.name, i.days, i.amounts, r.paid, q.charges, q.owed, f.failed_on
FROM pledge p
JOIN pledge_plan l USING (addressee_number, pledge_id, plan_number)
JOIN addressee a USING (addressee_number)
LEFT JOIN LATERAL (
    SELECT array_agg(due_on ORDER BY instalment_number) AS days, array_agg(amount ORDER BY instalment_number) AS amounts
    FROM pledge_instalment i WHERE (i.addressee_number, i.pledge_id, i.plan_number) = (p.addressee_number, p.pledge_id, p.plan_number)
) i ON true
LEFT JOIN LATERAL (
    SELECT array_agg(x.charge_id ORDER BY x.charge_id) AS charges,
           coalesce(sum(c.principal_tax + c.demand_fee + c.delinquency_charge), 0)::bigint AS owed
    FROM (SELECT DISTINCT charge_id FROM pledge_part q WHERE (q.addressee_number, q.pledge_id, q.plan_number)
            = (p.addressee_number, p.pledge_id, p.plan_number)) x
    JOIN charge c ON c.addressee_number = p.addressee_number AND c.charge_id = x.charge_id
) q ON true
LEFT JOIN LATERAL (
    SELECT coalesce(sum(z.amount), 0)::bigint AS paid
    FROM ({payments}) z
) r ON true
LEFT JOIN LATERAL (
    SELECT max(x.due_date) AS failed_on FROM debit_instruction d JOIN debit_request x USING (request_id)
    JOIN debit_result z USING (addressee_number, charge_id, request_id)
    WHERE d.addressee_number = p.addressee_number AND d.charge_id = ANY (q.charges) AND x.kind = '3' AND z.code <> '0'
      AND x.due_date >= l.made_on
) f ON true
WHERE {terms} ORDER BY p.pledge_id DESC
"""


@dataclass(frozen=True, slots=True)
class PledgeHead:
    """納付誓約の見出しと、いまの履行。 owed: いま残る額（まだ進んでいる延滞金を除く）。"""

    addressee_number: str
    pledge_id: int
    stage: ProcedureStage
    plan_number: int
    cure_through: date | None
    made_on: date
    first_on: date
    monthly_amount: int
    ability: int | None
    reason: str
    officer: str
    name: str
    instalments: tuple[Instalment, ...]
    charges: tuple[int, ...]
    owed: int
    standing: Standing

    @property
    def stage_name(self) -> str:
        """段階の、画面での名。"""
        return stage_name(Procedure.PLEDGE, self.stage)

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、分割納付管理番号）。"""
        return self.addressee_number, self.pledge_id

    @property
    def total(self) -> int:
        """計画の合計。"""
        return sum(each.amount for each in self.instalments)


@dataclass(frozen=True, slots=True)
class PartLine:
    """期別一つへの配賦の合計と、承認した日。"""

    charge_id: int
    tax_name: str
    levy_year: int
    term_name: str
    due_date: date
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    acknowledged_on: date | None
    signed_by: str

    @property
    def label(self) -> str:
        """期別の呼び名。"""
        return f"{self.tax_name} {fiscal_year_label(self.levy_year)} {self.term_name}"

    @property
    def amount(self) -> int:
        """計画で納める額。"""
        return self.principal_tax + self.demand_fee + self.delinquency_charge


@dataclass(frozen=True, slots=True)
class Payment:
    """一日に、一つの経路で納まった額。 waiting: 速報だけで、まだ資金になっていない。"""

    paid_on: date
    channel: str
    amount: int
    waiting: bool


@dataclass(frozen=True, slots=True)
class PledgeFile:
    """納付誓約一件の綴り。 versions: 計画の版ごとの（版、作成日、毎回の額、理由、職員）。"""

    head: PledgeHead
    parts: tuple[PartLine, ...]
    events: tuple[EventLine, ...]
    versions: tuple[tuple[int, date, int, str, str], ...]


def pledge_file(key: tuple[str, int], *, as_of: date, lock: bool = False) -> PledgeFile:
    """納付誓約一件の綴り。

    要件: F14-01, F14-05
    """
    if lock:
        fetch_all("SELECT 1 FROM pledge WHERE addressee_number = %s AND pledge_id = %s FOR UPDATE", [*key])
    heads = pledges(
        "p.addressee_number = %(who)s AND p.pledge_id = %(pledge)s", {"who": key[0], "pledge": key[1]}, as_of=as_of
    )
    if not heads:
        raise ProcedureUnknown(str(key[1]))
    versions = fetch_all(
        "SELECT plan_number, made_on, monthly_amount, reason, officer FROM pledge_plan WHERE addressee_number = %s "
        "AND pledge_id = %s ORDER BY plan_number",
        [*key],
    )
    return PledgeFile(heads[0], _parts(heads[0]), events_of("pledge", key), tuple(versions))


def pledges(terms: str, values: dict[str, Any], *, as_of: date) -> tuple[PledgeHead, ...]:
    """条件に合う納付誓約を、その日の履行とともに。一つの文で読む。"""
    delay, found = channel_delay(as_of=as_of), []
    for row in fetch_all(HEADS.format(terms=terms, payments=PLAN_PAYMENTS), values):
        who, number, stage, *facts, days, amounts, paid, charges, owed, failed_on = row
        instalments = tuple(
            Instalment(at, on, Yen(amount), ())
            for at, (on, amount) in enumerate(zip(days or (), amounts or (), strict=True), 1)
        )
        waits = min(delay, _after(failed_on, as_of)) if failed_on else delay
        standing = standing_of(instalments, int(paid), as_of=as_of, delay_days=waits)
        rest = (instalments, tuple(charges or ()), owed, standing)
        found.append(PledgeHead(*[who, number, ProcedureStage[stage], *facts, *rest]))
    return tuple(found)


def _after(failed_on: date, as_of: date) -> int:
    """振り替えられなかった回の期日まで、収納の知らせを待たない日数。不能と分かった回は、もう遅れではない（F06-09）。"""
    return max(0, as_of.toordinal() - failed_on.toordinal() - 1)


def pledges_of(addressee_number: str, *, as_of: date) -> tuple[PledgeHead, ...]:
    """その人の納付誓約を、新しい順に。

    要件: F14-03
    """
    return pledges("p.addressee_number = %(who)s", {"who": addressee_number}, as_of=as_of)


def payments_of(head: PledgeHead) -> tuple[Payment, ...]:
    """計画を作ってから、対象の期別に納まったもの。納付書、口座振替、Web の納付を、みな同じに数える。

    要件: F14-03, F14-06
    """
    rows = fetch_all(
        f"SELECT paid_on, channel, sum(amount)::bigint, waiting FROM ({OWN_PAYMENTS}) z GROUP BY 1, 2, 4 ORDER BY 1, 2, 4",
        {"who": head.addressee_number, "charges": list(head.charges), "since": head.made_on},
    )
    return tuple(Payment(*row) for row in rows)


def pledge_numbered(pledge_id: int, *, as_of: date) -> PledgeHead:
    """番号の納付誓約。"""
    found = pledges("p.pledge_id = %(pledge)s", {"pledge": pledge_id}, as_of=as_of)
    if not found:
        raise ProcedureUnknown(str(pledge_id))
    return found[0]


def open_pledges(*, as_of: date) -> tuple[PledgeHead, ...]:
    """申請中・履行中・不履行の納付誓約（R-077 分納履行状況表）。

    要件: F14-03
    """
    return pledges("p.stage IN ('APPLIED', 'IN_FORCE', 'DEFAULTED')", {}, as_of=as_of)


def kept_charges(addressee_number: str, *, as_of: date) -> frozenset[int]:
    """履行されている納付誓約に載る期別。催告と処分の候補から外し、差押えの条件では注意になる。

    要件: F14-04
    """
    return frozenset(charge for _, charge in kept_among([addressee_number], as_of=as_of))


def kept_among(whose: Sequence[str], *, as_of: date) -> frozenset[tuple[str, int]]:
    """多くの人について、まとめて。（宛名番号、期別番号）。読む文の数は、人の数によらない。

    要件: F14-04
    """
    found = pledges(
        "p.addressee_number = ANY (%(whose)s) AND p.stage = 'IN_FORCE'", {"whose": list(whose)}, as_of=as_of
    )
    return frozenset((each.addressee_number, charge) for each in found if each.standing.kept for charge in each.charges)


def _parts(head: PledgeHead) -> tuple[PartLine, ...]:
    rows = fetch_all(
        "SELECT c.charge_id, coalesce(t.name, c.tax_item), c.levy_year, coalesce(n.name, c.installment_term || '期'), c.due_date, "
        "q.principal_tax, q.demand_fee, q.delinquency_charge, k.acknowledged_on, coalesce(k.signed_by, '') "
        "FROM (SELECT charge_id, sum(principal_tax)::bigint AS principal_tax, sum(demand_fee)::bigint AS demand_fee, "
        "sum(delinquency_charge)::bigint AS delinquency_charge FROM pledge_part WHERE addressee_number = %(who)s "
        "AND pledge_id = %(pledge)s AND plan_number = %(plan_number)s GROUP BY charge_id) q "
        "JOIN charge c ON c.addressee_number = %(who)s AND c.charge_id = q.charge_id "
        "LEFT JOIN acknowledgement k ON k.addressee_number = %(who)s AND k.pledge_id = %(pledge)s "
        "AND k.plan_number = %(plan_number)s AND k.charge_id = q.charge_id "
        f"{CHARGE_NAMES} ORDER BY c.due_date, c.charge_id",
        {"who": head.addressee_number, "pledge": head.pledge_id, "plan_number": head.plan_number},
    )
    return tuple(PartLine(*row) for row in rows)
