"""執行停止の照会。一件の綴り、一覧、年ごとの見直し、解除すべき差押え、号別・年度別の集計。"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.arrears.procedures import EventLine, ProcedureUnknown, events_of, stage_name
from osame.collection.parameters.queries import CHARGE_NAMES, CHARGE_YEAR
from osame.collection.suspensions.models import Suspension, SuspensionFinding, SuspensionReview
from osame.law.dispositions import Procedure, ProcedureStage
from osame.law.suspension import Suspension as LawSuspension
from osame.law.suspension import SuspensionFacts, SuspensionGround, review_due_on
from osame.platform.database import fetch_all, fetch_one

Kind = SuspensionFinding.Kind
ASSETS = (Kind.DEPOSIT, Kind.WAGE, Kind.REAL_ESTATE, Kind.VEHICLE, Kind.INSURANCE, Kind.RECEIVABLE, Kind.MOVABLE)
"""財産の調査の項目。"""
NEEDED = {
    SuspensionGround.NO_ASSETS: ((*ASSETS, Kind.OTHER_OFFICE), (Kind.OBLIGOR,)),
    SuspensionGround.HARDSHIP: ((Kind.LIVELIHOOD, Kind.ASSISTANCE), (Kind.OBLIGOR,)),
    SuspensionGround.UNKNOWN: ((*ASSETS, Kind.OTHER_OFFICE), (Kind.RESIDENCE,), (Kind.OBLIGOR,)),
}
"""号ごとに、終えていなければならない調査。組ごとに一つ。"""
HEAD = """
SELECT s.addressee_number, s.suspension_id, s.stage, s.ground, s.circumstances, s.suspended_on, s.through_on, s.ended_on,
       s.extinguished_on, s.officer, s.recorded_on, a.name,
       (SELECT count(*) FROM suspension_review r WHERE r.addressee_number = s.addressee_number
            AND r.suspension_id = s.suspension_id),
       (SELECT coalesce(sum(c.principal_tax + c.demand_fee + c.delinquency_charge), 0)::bigint FROM suspension_charge x
            JOIN charge c USING (addressee_number, charge_id) WHERE x.addressee_number = s.addressee_number
            AND x.suspension_id = s.suspension_id)
FROM suspension s JOIN addressee a USING (addressee_number) WHERE {terms} ORDER BY s.suspension_id DESC
"""
SEIZURES = """
SELECT DISTINCT s.addressee_number, s.suspension_id, a.name, s.suspended_on, p.source, p.first_on
FROM suspension s JOIN suspension_charge c USING (addressee_number, suspension_id)
JOIN addressee a USING (addressee_number)
JOIN procedure_stage p ON p.addressee_number = c.addressee_number AND p.charge_id = c.charge_id
WHERE s.stage = 'IN_FORCE' AND s.ground = '2' AND p.procedure = 'SEIZURE' AND p.stage IN ('IN_FORCE', 'COLLECTING')
  AND (p.through_on IS NULL OR p.through_on >= %s) ORDER BY s.suspended_on, s.suspension_id
"""
TOTALS = """
SELECT s.ground, CASE WHEN extract(month FROM s.suspended_on) >= 4 THEN 0 ELSE -1 END
       + extract(year FROM s.suspended_on)::int AS fiscal_year, s.stage, count(DISTINCT (s.addressee_number, s.suspension_id)),
       count(*), sum(x.principal_tax)::bigint, min(s.through_on)
FROM suspension s JOIN suspension_charge x USING (addressee_number, suspension_id)
WHERE s.suspended_on <= %s GROUP BY 1, 2, 3 ORDER BY 2 DESC, 1, 3
"""


@dataclass(frozen=True, slots=True)
class SuspensionHead:
    """執行停止の見出し。 reviews: 見直した回数; left: いま残る額（進んでいる延滞金を除く）。"""

    addressee_number: str
    suspension_id: int
    stage: ProcedureStage
    ground: SuspensionGround
    circumstances: str
    suspended_on: date | None
    through_on: date | None
    ended_on: date | None
    extinguished_on: date | None
    officer: str
    recorded_on: date
    name: str
    reviews: int
    left: int

    @property
    def stage_name(self) -> str:
        """段階の、画面での名。"""
        return stage_name(Procedure.SUSPENSION, self.stage)

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、執行停止番号）。"""
        return self.addressee_number, self.suspension_id

    @property
    def next_review_on(self) -> date | None:
        """次の見直しの期限。停止が続いていなければ None。"""
        if self.suspended_on is None or self.stage is not ProcedureStage.IN_FORCE:
            return None
        return review_due_on(self.suspended_on, self.reviews + 1)

    @property
    def law(self) -> LawSuspension | None:
        """法に渡す停止。"""
        if self.suspended_on is None:
            return None
        return LawSuspension(self.ground, self.suspended_on, self.ended_on, self.extinguished_on)


@dataclass(frozen=True, slots=True)
class SuspendedCharge:
    """対象の期別。 left: いま残る額。"""

    charge_id: int
    label: str
    due_date: date
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    left: int

    @property
    def total(self) -> int:
        """登録した日に納めるべきだった額。"""
        return self.principal_tax + self.demand_fee + self.delinquency_charge


@dataclass(frozen=True, slots=True)
class FindingLine:
    """調査一件。"""

    number: int
    kind: SuspensionFinding.Kind
    is_found: bool
    result: str
    answered_on: date
    officer: str


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """見直し一回。"""

    number: int
    reviewed_on: date
    outcome: SuspensionReview.Outcome
    note: str
    officer: str


@dataclass(frozen=True, slots=True)
class SuspensionFile:
    """執行停止一件の綴り（執行停止調書）。 seized: 続いている差押えの数。"""

    head: SuspensionHead
    charges: tuple[SuspendedCharge, ...]
    findings: tuple[FindingLine, ...]
    reviews: tuple[ReviewLine, ...]
    events: tuple[EventLine, ...]
    seized: int

    @property
    def amount(self) -> int:
        """登録した日の、対象の合計。"""
        return sum(each.total for each in self.charges)

    @property
    def latest(self) -> dict[SuspensionFinding.Kind, FindingLine]:
        """項目ごとの、いちばん新しい調査。"""
        return {each.kind: each for each in sorted(self.findings, key=lambda found: (found.answered_on, found.number))}

    @property
    def missing(self) -> tuple[str, ...]:
        """号に要るのに、まだない調査。"""
        known = self.latest
        return tuple(
            "・".join(str(each.label) for each in group)
            for group in NEEDED[self.head.ground]
            if not any(each in known for each in group)
        )

    @property
    def facts(self) -> SuspensionFacts:
        """調査から読める、法の事実。"""
        known = self.latest
        found = {kind for kind, line in known.items() if line.is_found}
        has_assets = any(each in found for each in ASSETS)
        return SuspensionFacts(
            max(line.answered_on for line in known.values()) if known and not self.missing else None,
            has_seizable_assets=has_assets,
            seized_assets=self.seized,
            is_on_public_assistance=Kind.ASSISTANCE in found,
            is_living_endangered=Kind.LIVELIHOOD in found,
            is_residence_known=Kind.RESIDENCE not in known or Kind.RESIDENCE in found,
            are_assets_known=has_assets,
            has_other_obligors=Kind.OBLIGOR in found,
            is_limited_succession=Kind.LIMITED in found,
            is_hopeless=Kind.HOPELESS in found,
        )


def suspension_file(key: tuple[str, int], *, as_of: date, lock: bool = False) -> SuspensionFile:
    """執行停止一件の綴り。

    要件: F20-01
    """
    if lock:
        fetch_all("SELECT 1 FROM suspension WHERE addressee_number = %s AND suspension_id = %s FOR UPDATE", [*key])
    heads = suspensions("s.addressee_number = %(who)s AND s.suspension_id = %(of)s", {"who": key[0], "of": key[1]})
    if not heads:
        raise ProcedureUnknown(str(key[1]))
    findings = fetch_all(
        "SELECT finding_number, kind, is_found, result, answered_on, officer FROM suspension_finding "
        "WHERE addressee_number = %s AND suspension_id = %s ORDER BY kind, finding_number",
        [*key],
    )
    reviews = fetch_all(
        "SELECT review_number, reviewed_on, outcome, note, officer FROM suspension_review "
        "WHERE addressee_number = %s AND suspension_id = %s ORDER BY review_number",
        [*key],
    )
    return SuspensionFile(
        heads[0],
        _charges(key),
        tuple(FindingLine(number, Kind(kind), *rest) for number, kind, *rest in findings),
        tuple(ReviewLine(at, on, SuspensionReview.Outcome(outcome), *rest) for at, on, outcome, *rest in reviews),
        events_of("suspension", key),
        _seized(key[0], as_of),
    )


def suspensions(terms: str, values: dict[str, Any]) -> tuple[SuspensionHead, ...]:
    """条件に合う執行停止の見出し。"""
    return tuple(
        SuspensionHead(who, number, ProcedureStage[stage], list(SuspensionGround)[int(ground) - 1], *rest)
        for who, number, stage, ground, *rest in fetch_all(HEAD.format(terms=terms), values)
    )


def suspensions_of(addressee_number: str) -> tuple[SuspensionHead, ...]:
    """その人の執行停止を、新しい順に。

    要件: F20-01
    """
    return suspensions("s.addressee_number = %(who)s", {"who": addressee_number})


def suspension_numbered(suspension_id: int) -> SuspensionHead:
    """番号の執行停止。"""
    found = suspensions("s.suspension_id = %(of)s", {"of": suspension_id})
    if not found:
        raise ProcedureUnknown(str(suspension_id))
    return found[0]


def open_suspensions() -> tuple[SuspensionHead, ...]:
    """調書を作っているものと、停止中のもの。

    要件: F20-08
    """
    return suspensions("s.stage IN ('NONE', 'IN_FORCE')", {})


def reviews_due(*, as_of: date) -> tuple[SuspensionHead, ...]:
    """見直しの期限が来た停止。古い順に。

    要件: F20-07
    """
    found = [each for each in suspensions("s.stage = 'IN_FORCE'", {}) if (due := each.next_review_on) and due <= as_of]
    return tuple(sorted(found, key=lambda each: (each.next_review_on or as_of, each.suspension_id)))


def seizures_to_release(*, as_of: date) -> tuple[tuple[Any, ...], ...]:
    """生活の窮迫による停止をしたのに、続いている差押え（地方税法第15条の7第3項）。

    要件: F20-03
    """
    return tuple(fetch_all(SEIZURES, [as_of]))


def totals(*, as_of: date) -> tuple[tuple[Any, ...], ...]:
    """号別・停止した年度別・段階別の、件数、期別の数、停止した本税、いちばん早い満了日。

    要件: F20-08
    """
    return tuple(
        (list(SuspensionGround)[int(ground) - 1], year, ProcedureStage[stage], *rest)
        for ground, year, stage, *rest in fetch_all(TOTALS, [as_of])
    )


def _charges(key: tuple[str, int]) -> tuple[SuspendedCharge, ...]:
    rows = fetch_all(
        "SELECT c.charge_id, coalesce(t.name, c.tax_item) || ' ' || "
        f"{CHARGE_YEAR} || ' ' || coalesce(n.name, c.installment_term || '期'), c.due_date, x.principal_tax, x.demand_fee, x.delinquency_charge, "
        "c.principal_tax + c.demand_fee + c.delinquency_charge "
        "FROM suspension_charge x JOIN charge c USING (addressee_number, charge_id) "
        f"{CHARGE_NAMES} "
        "WHERE x.addressee_number = %s AND x.suspension_id = %s ORDER BY c.due_date, c.charge_id",
        [*key],
    )
    return tuple(SuspendedCharge(*row) for row in rows)


def _seized(addressee_number: str, as_of: date) -> int:
    """続いている差押えの数。"""
    (count,) = fetch_one(
        "SELECT count(DISTINCT source) FROM procedure_stage WHERE addressee_number = %s AND procedure = 'SEIZURE' "
        "AND stage IN ('IN_FORCE', 'COLLECTING') AND first_on <= %s AND (through_on IS NULL OR through_on >= %s)",
        [addressee_number, as_of, as_of],
    )
    return int(count)


GROUNDS = {each: Suspension.Ground(str(at)) for at, each in enumerate(SuspensionGround, start=1)}
"""法の事由と、記録の号。"""
