"""承継の照会。一件の綴り、承継する者と割合、代表者、裁判所への照会。だれに、どの期別のいくらを請求できるか。

`obligors_of` and `obligations_of` are the doors for everybody else: they read the view `obligor_successions`, whose sum per charge
is what the ledger says is unpaid. Figures to the day, with the delinquency charge that is still running, are in `sharing.py`.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from osame.collection.successions.models import HeirRepresentative, Succession, SuccessionDecision, Successor
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all

HEADS = """
SELECT h.addressee_number, h.succession_id, h.kind, h.opened_on, h.evidence, h.officer, h.recorded_on, a.name,
       coalesce(d.edition, 0), coalesce(d.act, ''), d.decided_on, coalesce(v.latest, 0),
       coalesce(r.representative_number, ''), coalesce(p.name, ''), coalesce(r.basis, ''), r.effective_on
FROM succession h JOIN addressee a USING (addressee_number)
LEFT JOIN LATERAL (SELECT edition, act, decided_on FROM succession_decision d
    WHERE (d.addressee_number, d.succession_id) = (h.addressee_number, h.succession_id) ORDER BY decision_number DESC LIMIT 1) d ON true
LEFT JOIN LATERAL (SELECT max(edition) AS latest FROM succession_edition v
    WHERE (v.addressee_number, v.succession_id) = (h.addressee_number, h.succession_id)) v ON true
LEFT JOIN heir_representative_now r ON r.addressee_number = h.addressee_number
LEFT JOIN addressee p ON p.addressee_number = r.representative_number
WHERE {terms} ORDER BY h.succession_id DESC
"""
SUCCESSORS = """
SELECT s.edition, s.position, s.successor_number, s.name, s.kind, s.stem, s.is_half, s.acceptance, s.designated_numerator,
       s.designated_denominator, s.received, s.numerator, s.denominator, a.addressee_number IS NOT NULL, a.died_on,
       coalesce(a.protection_measure, false)
FROM successor s LEFT JOIN addressee a ON a.addressee_number = s.successor_number
WHERE s.addressee_number = %s AND s.succession_id = %s ORDER BY s.edition, s.position
"""
OBLIGORS = """
SELECT o.charge_id, o.addressee_number, o.kind, o.limit_yen, o.from_on, o.through_on, o.source, c.addressee_number, a.name
FROM obligor_successions o JOIN charge c USING (charge_id) JOIN addressee a ON a.addressee_number = c.addressee_number
WHERE {terms} ORDER BY o.charge_id, o.addressee_number, o.kind
"""
UNBEGUN = """
SELECT a.addressee_number, a.name, a.died_on, count(*),
       sum(c.principal_tax + c.demand_fee + c.delinquency_charge)::bigint
FROM addressee a JOIN charge c USING (addressee_number)
WHERE a.died_on IS NOT NULL AND c.principal_tax + c.demand_fee + c.delinquency_charge > 0
  AND NOT EXISTS (SELECT 1 FROM succession h WHERE h.addressee_number = a.addressee_number)
GROUP BY a.addressee_number, a.name, a.died_on ORDER BY a.died_on, a.addressee_number LIMIT 200
"""
STATES = {"": "調査中", "1": "決定", "2": "決定（変更）", "9": "取消し"}


class SuccessionUnknown(Refusal):
    """その番号の承継はありません。承継番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class SuccessionHead:
    """承継の見出し。 in_force: 効力を持つ版（0なら、ない）; latest: いちばん新しい版。"""

    addressee_number: str
    succession_id: int
    kind: Succession.Kind
    opened_on: date
    evidence: str
    officer: str
    recorded_on: date
    name: str
    in_force: int
    last_act: str
    decided_on: date | None
    latest: int
    representative_number: str
    representative_name: str
    representative_basis: str
    represented_from: date | None

    @property
    def key(self) -> tuple[str, int]:
        """（宛名番号、承継番号）。"""
        return self.addressee_number, self.succession_id

    @property
    def state(self) -> str:
        """いまの状態。"""
        told = STATES[self.last_act]
        return f"{told}、変更の調べがある" if self.in_force and self.latest > self.in_force else told


@dataclass(frozen=True, slots=True)
class SuccessorLine:
    """承継する者一人。 share: 相続分（放棄・胎児なら0）; is_known: 宛名に登録されているか。"""

    edition: int
    position: int
    successor_number: str
    name: str
    kind: Successor.Kind
    stem: str
    is_half: bool
    answer: Successor.Answer
    designated: Fraction | None
    received: int | None
    share: Fraction
    is_known: bool
    died_on: date | None
    is_protected: bool

    @property
    def percent(self) -> int:
        """図の幅のための百分率（切り捨て）。"""
        return int(self.share * 100)


@dataclass(frozen=True, slots=True)
class EditionLine:
    """調べの一つの版。"""

    edition: int
    reason: str
    officer: str


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """決定の一行。"""

    decision_number: int
    act: SuccessionDecision.Act
    edition: int
    decided_on: date
    reason: str
    proposal_id: int
    officer: str


@dataclass(frozen=True, slots=True)
class CourtLine:
    """裁判所への照会一件。"""

    inquiry_number: int
    court: str
    asked_on: date
    reply_by: date
    run_id: int
    answered_on: date | None
    answer: str


@dataclass(frozen=True, slots=True)
class RepresentativeLine:
    """代表者の一行。"""

    line_number: int
    representative_number: str
    name: str
    basis: HeirRepresentative.Basis
    effective_on: date
    reason: str
    run_id: int | None


@dataclass(frozen=True, slots=True)
class SuccessionFile:
    """承継一件の綴り。"""

    head: SuccessionHead
    lines: tuple[SuccessorLine, ...]
    editions: tuple[EditionLine, ...]
    decisions: tuple[DecisionLine, ...]
    inquiries: tuple[CourtLine, ...]
    representatives: tuple[RepresentativeLine, ...]

    def of_edition(self, edition: int) -> tuple[SuccessorLine, ...]:
        """その版の、承継する者。"""
        return tuple(each for each in self.lines if each.edition == edition)

    @property
    def latest(self) -> tuple[SuccessorLine, ...]:
        """いちばん新しい版の、承継する者。"""
        return self.of_edition(self.head.latest)

    @property
    def in_force(self) -> tuple[SuccessorLine, ...]:
        """効力を持つ版の、承継する者。"""
        return self.of_edition(self.head.in_force)


@dataclass(frozen=True, slots=True)
class Obligation:
    """だれに、その期別のいくらを請求できるか。 limit: 元帳の残高のうち、その者に請求できる額（None なら全額）。"""

    charge_id: int
    addressee_number: str
    kind: str
    limit: int | None
    from_on: date
    through_on: date | None
    source: str
    origin_number: str
    origin_name: str


KINDS = {
    "HEIR": "相続人の承継額", "HEIR_LIMITED": "限定承認をした相続人の承継額", "HEIR_EXCESS": "得た財産が承継額を超える相続人の責任", "ESTATE": "相続財産法人", "MERGED": "合併による承継",
    "SPLIT": "分割による連帯納付責任",
}  # fmt: skip
ARTICLES = {
    "HEIR": "地方税法第9条第2項", "HEIR_LIMITED": "地方税法第9条第1項ただし書", "HEIR_EXCESS": "地方税法第9条第3項", "ESTATE": "地方税法第9条第1項", "MERGED": "地方税法第9条の3",
    "SPLIT": "地方税法第10条の4",
}  # fmt: skip


def successions(terms: str, values: dict[str, Any]) -> tuple[SuccessionHead, ...]:
    """条件に合う承継の見出し。"""
    return tuple(
        SuccessionHead(who, number, Succession.Kind(kind), *rest)
        for who, number, kind, *rest in fetch_all(HEADS.format(terms=terms), values)
    )


def successions_of(addressee_number: str) -> tuple[SuccessionHead, ...]:
    """その人（被相続人・法人）の承継を、新しい順に。

    要件: F24-01
    """
    return successions("h.addressee_number = %(who)s", {"who": addressee_number})


def succession_numbered(succession_id: int) -> SuccessionHead:
    """番号の承継。"""
    found = successions("h.succession_id = %(at)s", {"at": succession_id})
    if not found:
        raise SuccessionUnknown(str(succession_id))
    return found[0]


def open_successions() -> tuple[SuccessionHead, ...]:
    """取り消していない承継。

    要件: F24-01
    """
    return tuple(each for each in successions("true", {}) if each.last_act != SuccessionDecision.Act.CANCEL)


def succession_file(key: tuple[str, int], *, lock: bool = False) -> SuccessionFile:
    """承継一件の綴り。

    要件: F24-01, F24-02, F24-03
    """
    if lock:
        fetch_all("SELECT 1 FROM addressee WHERE addressee_number = %s FOR NO KEY UPDATE", [key[0]])
    heads = successions("h.addressee_number = %(who)s AND h.succession_id = %(at)s", {"who": key[0], "at": key[1]})
    if not heads:
        raise SuccessionUnknown(str(key[1]))
    terms = "WHERE addressee_number = %s AND succession_id = %s"
    editions = fetch_all(f"SELECT edition, reason, officer FROM succession_edition {terms} ORDER BY 1", [*key])
    decisions = fetch_all(
        f"SELECT decision_number, act, edition, decided_on, reason, proposal_id, officer FROM succession_decision {terms} ORDER BY 1",
        [*key],
    )
    courts = fetch_all(
        "SELECT q.inquiry_number, t.name, q.asked_on, q.reply_by, q.run_id, q.answered_on, q.reply FROM court_inquiry q "
        "JOIN third_party t USING (third_party_id) WHERE q.addressee_number = %s AND q.succession_id = %s ORDER BY 1",
        [*key],
    )
    people = fetch_all(
        "SELECT r.line_number, r.representative_number, coalesce(a.name, ''), r.basis, r.effective_on, r.reason, r.run_id "
        "FROM heir_representative r LEFT JOIN addressee a ON a.addressee_number = r.representative_number "
        "WHERE r.addressee_number = %s AND r.succession_id = %s ORDER BY 1",
        [*key],
    )
    return SuccessionFile(
        heads[0], tuple(_line(row) for row in fetch_all(SUCCESSORS, [*key])), tuple(EditionLine(*row) for row in editions),
        tuple(DecisionLine(number, SuccessionDecision.Act(act), *rest) for number, act, *rest in decisions),
        tuple(CourtLine(*row) for row in courts),
        tuple(RepresentativeLine(at, who, name, HeirRepresentative.Basis(basis), *rest) for at, who, name, basis, *rest in people),
    )  # fmt: skip


def deaths_without_succession() -> tuple[tuple[str, str, date, int, int], ...]:
    """死亡した人で、未納があるのに、承継の調べを始めていない人（宛名番号、氏名、死亡日、期別の数、残高）。

    要件: F24-01
    """
    return tuple(
        (str(who), str(name), on, int(count), int(amount)) for who, name, on, count, amount in fetch_all(UNBEGUN)
    )


def unanswered(*, as_of: date) -> tuple[tuple[int, str, date], ...]:
    """回答の期限を過ぎた、裁判所への照会（承継番号、裁判所、期限）。

    要件: F24-03
    """
    rows = fetch_all(
        "SELECT q.succession_id, t.name, q.reply_by FROM court_inquiry q JOIN third_party t USING (third_party_id) "
        "WHERE q.answered_on IS NULL AND q.reply_by < %s ORDER BY q.reply_by, q.succession_id",
        [as_of],
    )
    return tuple((int(number), str(court), on) for number, court, on in rows)


def obligors_of(charge_id: int) -> tuple[Obligation, ...]:
    """その期別を請求できる者と、その額。

    要件: F24-01, F24-04
    """
    return _obligations("o.charge_id = %(at)s", {"at": charge_id})


def obligations_of(addressee_number: str) -> tuple[Obligation, ...]:
    """その者が、承継によって請求を受ける期別と、その額。

    要件: F24-01, F24-04
    """
    return _obligations("o.addressee_number = %(who)s", {"who": addressee_number})


def _obligations(terms: str, values: dict[str, Any]) -> tuple[Obligation, ...]:
    return tuple(Obligation(*row) for row in fetch_all(OBLIGORS.format(terms=terms), values))


def _line(row: tuple[Any, ...]) -> SuccessorLine:
    edition, position, number, name, kind, stem, half, answer, top, bottom, received, numerator, denominator, *rest = (
        row
    )
    return SuccessorLine(
        edition, position, number, name, Successor.Kind(kind), stem, half, Successor.Answer(answer),
        Fraction(top, bottom) if bottom else None, received, Fraction(numerator, denominator), *rest,
    )  # fmt: skip
