"""滞納処分の照会。一件の綴り、続いている処分、見直しの一覧、人ごとの処分、破産。"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from osame.collection.arrears.obligors import obligations_of, within_limits
from osame.collection.arrears.procedures import EventLine, ProcedureUnknown, events_of, stage_name
from osame.collection.parameters.queries import CHARGE_NAMES
from osame.kernel.dates import fiscal_year_label
from osame.law.arrears_facts import AssetKind
from osame.law.dispositions import Procedure, ProcedureStage
from osame.law.distribution import CreditorKind
from osame.law.seizure_effect import SeizureService
from osame.platform.database import fetch_all

OPEN = (
    ProcedureStage.IN_FORCE,
    ProcedureStage.COLLECTING,
    ProcedureStage.SOLD,
    ProcedureStage.DISTRIBUTED,
)
HEADS = """
SELECT d.addressee_number, d.disposition_id, d.procedure, d.stage, d.numbered_year, d.year_number, d.asset_id, s.kind,
       coalesce(s.description, ''), s.third_party_id, d.body_id, coalesce(t.name, b.name, ''), d.case_number, d.scope, d.perform_by,
       ARRAY(SELECT jsonb_array_elements_text(d.wage_steps)), d.wage_shares::text, ARRAY(SELECT jsonb_array_elements_text(d.conditions)), d.done_on, d.place, d.possessed_on, d.third_party_served_on, d.taxpayer_served_on, d.registered_on,
       d.effect_on, d.review_on, d.policy, d.proposal_id, d.officer, a.name, coalesce(m.collected, 0)::bigint,
       coalesce(m.last_number, 0), coalesce(x.distributed, 0)::bigint, coalesce(x.through_collected, 0), d.registry_id, d.converted_from,
       (SELECT r.effect_on FROM realization_decision r WHERE r.addressee_number = d.addressee_number
           AND r.disposition_id = d.disposition_id AND r.stage = 'IN_FORCE')
FROM disposition d
JOIN addressee a USING (addressee_number)
LEFT JOIN asset s ON s.addressee_number = d.addressee_number AND s.asset_id = d.asset_id
LEFT JOIN third_party t ON t.third_party_id = s.third_party_id
LEFT JOIN third_party b ON b.third_party_id = d.body_id
LEFT JOIN LATERAL (SELECT sum(amount) AS collected, max(collected_number) AS last_number FROM collected_money m
    WHERE (m.addressee_number, m.disposition_id) = (d.addressee_number, d.disposition_id)) m ON true
LEFT JOIN LATERAL (SELECT sum(proceeds) AS distributed, max(through_collected) AS through_collected FROM distribution x
    WHERE (x.addressee_number, x.disposition_id) = (d.addressee_number, d.disposition_id)) x ON true
WHERE {terms} ORDER BY d.disposition_id DESC
"""
PARTS = f"""
SELECT c.charge_id, coalesce(t.name, c.tax_item), c.tax_item, c.levy_year, coalesce(n.name, c.installment_term || '期'), c.due_date,
       c.statutory_due_date_etc, q.principal_tax, q.demand_fee, q.delinquency_charge,
       c.principal_tax + c.demand_fee + c.delinquency_charge, q.owner_number, q.disposition_id
FROM disposition_charge q JOIN charge c ON c.addressee_number = q.owner_number AND c.charge_id = q.charge_id
{CHARGE_NAMES}
WHERE (q.addressee_number, q.disposition_id) IN (SELECT * FROM unnest(%s::text[], %s::bigint[])) ORDER BY c.due_date, c.charge_id
"""


@dataclass(frozen=True, slots=True)
class DispositionHead:
    """処分の見出し。 last_collected: 取立ての連番の最後; distributed_through: どの取立てまで配当したか; realizable_from: 換価執行決定の効力の日。"""

    addressee_number: str
    disposition_id: int
    procedure: Procedure
    stage: ProcedureStage
    numbered_year: int
    year_number: int
    asset_id: int | None
    asset_kind: AssetKind | None
    asset: str
    third_party_id: int | None
    body_id: int | None
    party: str
    case_number: str
    scope: str
    perform_by: date | None
    wage_steps: tuple[str, ...]
    wage_shares: tuple[dict[str, int], ...]
    conditions: tuple[str, ...]
    done_on: date
    place: str
    possessed_on: date | None
    third_party_served_on: date | None
    taxpayer_served_on: date | None
    registered_on: date | None
    effect_on: date | None
    review_on: date | None
    policy: str
    proposal_id: int
    officer: str
    name: str
    collected: int
    last_collected: int
    distributed: int
    distributed_through: int
    registry_id: int | None
    converted_from: int | None
    realizable_from: date | None

    @property
    def stage_name(self) -> str:
        """段階の、画面での名。"""
        return stage_name(self.procedure, self.stage)

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、処分管理番号）。"""
        return self.addressee_number, self.disposition_id

    @property
    def number(self) -> str:
        """処分の番号。"""
        return f"{fiscal_year_label(self.numbered_year)} {self.procedure.value} 第{self.year_number}号"

    @property
    def is_open(self) -> bool:
        """続いているか。"""
        return self.stage in OPEN

    @property
    def sellable_from(self) -> date | None:
        """公売に付すことができる最初の日。差押えは効力の日、参加差押えは、続いている換価執行決定の効力の日。"""
        return {Procedure.SEIZURE: self.effect_on, Procedure.PARTICIPATING_SEIZURE: self.realizable_from}.get(
            self.procedure
        )

    @property
    def undistributed(self) -> int:
        """まだ配当していない額。"""
        return self.collected - self.distributed

    @property
    def service(self) -> SeizureService:
        """送達などの日。"""
        return SeizureService(
            self.possessed_on, self.third_party_served_on, self.taxpayer_served_on, self.registered_on
        )


@dataclass(frozen=True, slots=True)
class DispositionPart:
    """処分の対象の期別。金額は処分の日のもの。 left: いま残る額（進んでいる延滞金を除く）。"""

    charge_id: int
    tax_name: str
    tax_item: str
    levy_year: int
    term_name: str
    due_date: date
    statutory_due_date_etc: date
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    left: int
    owner_number: str

    @property
    def label(self) -> str:
        """期別の呼び名。"""
        return f"{self.tax_name} {fiscal_year_label(self.levy_year)} {self.term_name}"

    @property
    def amount(self) -> int:
        """処分の日の額。"""
        return self.principal_tax + self.demand_fee + self.delinquency_charge


@dataclass(frozen=True, slots=True)
class CollectedLine:
    """取立て一回。"""

    collected_number: int
    collected_on: date
    amount: int
    from_whom: str


@dataclass(frozen=True, slots=True)
class SharedLine:
    """配当を受けた債権一つ。"""

    distribution_number: int
    done_on: date
    creditor: str
    kind: CreditorKind
    claimed: int
    amount: int


@dataclass(frozen=True, slots=True)
class DispositionFile:
    """処分一件の綴り。"""

    head: DispositionHead
    parts: tuple[DispositionPart, ...]
    collected: tuple[CollectedLine, ...]
    shares: tuple[SharedLine, ...]
    events: tuple[EventLine, ...]

    @property
    def total(self) -> int:
        """処分の日の額の計。"""
        return sum(each.amount for each in self.parts)


@dataclass(frozen=True, slots=True)
class BankruptcyLine:
    """倒産手続一つ。 opened_on: 開始の決定の日（申立てだけなら None）; approved_on: 計画の認可の日。"""

    addressee_number: str
    bankruptcy_id: int
    name: str
    procedure: Procedure
    stage: ProcedureStage
    court: str
    case_number: str
    trustee_id: int | None
    applied_on: date | None
    opened_on: date | None
    approved_on: date | None
    closed_on: date | None
    discharged_on: date | None
    evidence: str

    @property
    def stage_name(self) -> str:
        """段階の、画面での名。"""
        return stage_name(self.procedure, self.stage)

    @property
    def since(self) -> date:
        """開始の決定の日、なければ申立ての日。"""
        begun = self.opened_on or self.applied_on
        assert begun is not None, "bankruptcy_begins"
        return begun

    @property
    def is_asked_by_court(self) -> bool:
        """裁判所に債権を届け出る手続か（破産手続は、破産管財人への交付要求による）。"""
        return self.procedure is Procedure.REORGANIZATION

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、破産管理番号）。"""
        return self.addressee_number, self.bankruptcy_id


def dispositions(terms: str, values: dict[str, Any]) -> tuple[DispositionHead, ...]:
    """条件に合う処分。"""
    found = []
    for row in fetch_all(HEADS.format(terms=terms), values):
        who, number, procedure, stage, year, at, asset, kind, *rest = row
        rest[7], rest[8], rest[9] = tuple(rest[7]), tuple(json.loads(rest[8])), tuple(rest[9])
        known = AssetKind[kind] if kind else None
        found.append(
            DispositionHead(who, number, Procedure[procedure], ProcedureStage[stage], year, at, asset, known, *rest)
        )
    return tuple(found)


def disposition_file(key: tuple[str, int], *, lock: bool = False) -> DispositionFile:
    """処分一件の綴り。

    要件: F17-02, F17-15
    """
    if lock:
        fetch_all("SELECT 1 FROM disposition WHERE addressee_number = %s AND disposition_id = %s FOR UPDATE", [*key])
    heads = dispositions("d.addressee_number = %(who)s AND d.disposition_id = %(at)s", {"who": key[0], "at": key[1]})
    if not heads:
        raise ProcedureUnknown(str(key[1]))
    collected = fetch_all(
        "SELECT collected_number, collected_on, amount, from_whom FROM collected_money WHERE addressee_number = %s "
        "AND disposition_id = %s ORDER BY 1",
        [*key],
    )
    return DispositionFile(
        heads[0], _parts(key),
        tuple(CollectedLine(*row) for row in collected), _shares(key), events_of("disposition", key),
    )  # fmt: skip


def begun_files(keys: Sequence[tuple[str, int]]) -> tuple[DispositionFile, ...]:
    """始まったばかりの、本人の期別のための処分の綴り（取立ても配当も、まだない）。処分の順。読む文の数は、処分の数によらない。

    要件: F17-16
    """
    whose, numbers = [who for who, _ in keys], [number for _, number in keys]
    parts: dict[int, tuple[DispositionPart, ...]] = {}
    for row in fetch_all(PARTS, [whose, numbers]):
        parts[row[-1]] = (*parts.get(row[-1], ()), DispositionPart(*row[:-1]))
    terms = "(d.addressee_number, d.disposition_id) IN (SELECT * FROM unnest(%(whose)s::text[], %(numbers)s::bigint[]))"
    heads = {each.disposition_id: each for each in dispositions(terms, {"whose": whose, "numbers": numbers})}
    return tuple(DispositionFile(heads[number], parts[number], (), (), ()) for number in numbers)


def _parts(key: tuple[str, int]) -> tuple[DispositionPart, ...]:
    """対象の期別。責めを負う者への処分なら、残る額は、残る限度の内の額。"""
    parts = tuple(DispositionPart(*row[:-1]) for row in fetch_all(PARTS, [[key[0]], [key[1]]]))
    if all(each.owner_number == key[0] for each in parts):
        return parts
    numbers = {each.charge_id for each in parts}
    held = [each for each in obligations_of(key[0], as_of=date.max) if each.charge_id in numbers]
    lefts = within_limits({each.charge_id: each.left for each in parts}, held)
    return tuple(replace(each, left=lefts.get(each.charge_id, 0)) for each in parts)


def disposition_numbered(disposition_id: int) -> DispositionHead:
    """番号の処分。"""
    found = dispositions("d.disposition_id = %(at)s", {"at": disposition_id})
    if not found:
        raise ProcedureUnknown(str(disposition_id))
    return found[0]


def dispositions_of(addressee_number: str) -> tuple[DispositionHead, ...]:
    """その人の処分を、新しい順に。

    要件: F17-15
    """
    return dispositions("d.addressee_number = %(who)s", {"who": addressee_number})


def open_dispositions() -> tuple[DispositionHead, ...]:
    """続いている処分（R-111）。

    要件: F17-09
    """
    return dispositions("d.stage IN ('IN_FORCE', 'COLLECTING', 'SOLD', 'DISTRIBUTED')", {})


def bankruptcies_of(addressee_number: str) -> tuple[BankruptcyLine, ...]:
    """その人の倒産手続（破産、再生、更生）。

    要件: F13-12, F16-09
    """
    return _bankruptcies("b.addressee_number = %s", addressee_number)


def bankruptcy_numbered(bankruptcy_id: int) -> BankruptcyLine:
    """番号の倒産手続。

    要件: F13-12
    """
    found = _bankruptcies("b.bankruptcy_id = %s", bankruptcy_id)
    if not found:
        raise ProcedureUnknown(str(bankruptcy_id))
    return found[0]


def _bankruptcies(terms: str, value: str | int) -> tuple[BankruptcyLine, ...]:
    rows = fetch_all(
        "SELECT b.addressee_number, b.bankruptcy_id, a.name, b.procedure, b.stage, b.court, b.case_number, b.trustee_id, b.applied_on, "
        "b.opened_on, b.approved_on, b.closed_on, b.discharged_on, b.evidence FROM bankruptcy b JOIN addressee a USING (addressee_number) "
        f"WHERE {terms} ORDER BY coalesce(b.opened_on, b.applied_on), b.bankruptcy_id",
        [value],
    )
    return tuple(BankruptcyLine(*[*row[:3], Procedure[row[3]], ProcedureStage[row[4]], *row[5:]]) for row in rows)


def _shares(key: tuple[str, int]) -> tuple[SharedLine, ...]:
    rows = fetch_all(
        "SELECT p.distribution_number, x.done_on, p.creditor_name, p.kind, p.claimed, p.amount FROM distribution_part p "
        "JOIN distribution x USING (addressee_number, disposition_id, distribution_number) "
        "WHERE p.addressee_number = %s AND p.disposition_id = %s ORDER BY p.distribution_number, p.part_number",
        [*key],
    )
    return tuple(
        SharedLine(at, on, who, CreditorKind[kind], claimed, paid) for at, on, who, kind, claimed, paid in rows
    )
