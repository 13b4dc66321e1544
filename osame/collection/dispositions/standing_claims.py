"""差押えについての請求、訂正、競合、再び処分する候補の照会。"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.arrears.obligors import SHARED, Obligor, obligors_of, within_limits
from osame.collection.assets.models import CompetingEnforcement
from osame.collection.dispositions.models import DispositionCorrection, SeizureClaim
from osame.collection.dispositions.queries import DispositionHead
from osame.law.arrears_facts import AssetKind
from osame.law.enforcement_coordination import Competition, CompetitionAnswer, EnforcementKind, who_goes_on
from osame.law.seizure_claims import sale_request_due, seize_other_by
from osame.platform.database import fetch_all, fetch_one

KINDS = {
    CompetingEnforcement.Kind.ENFORCEMENT: EnforcementKind.ENFORCEMENT,
    CompetingEnforcement.Kind.PROVISIONAL: EnforcementKind.PROVISIONAL,
    CompetingEnforcement.Kind.SECURITY: EnforcementKind.SECURITY,
}

NAMES = {
    "DISTRIBUTION_REQUEST": "交付要求", "PARTICIPATING_SEIZURE": "参加差押え", "BANKRUPTCY": "破産手続", "REHABILITATION": "再生手続",
    "REORGANIZATION": "更生手続",
}  # fmt: skip
# 終わった手続の期別ごとの、いま残る額。本人の期別と、責めを負う期別（期別番号 → 残る額）を分けて読む。
ENDED = """
WITH ended AS (
    SELECT d.addressee_number, d.procedure, max(e.happened_on) AS ended_on, NULL::date AS discharged_on,
           array_agg(DISTINCT q.charge_id) AS charges
    FROM disposition d JOIN disposition_event e USING (addressee_number, disposition_id)
    JOIN disposition_charge q USING (addressee_number, disposition_id)
    WHERE d.procedure IN ('DISTRIBUTION_REQUEST', 'PARTICIPATING_SEIZURE') AND d.stage IN ('RELEASED', 'COMPLETED')
    GROUP BY d.addressee_number, d.procedure
    UNION ALL
    SELECT b.addressee_number, b.procedure, max(b.closed_on), max(b.discharged_on), array_agg(DISTINCT k.charge_id)
    FROM bankruptcy b CROSS JOIN LATERAL (
        SELECT c.charge_id FROM charge c WHERE c.addressee_number = b.addressee_number AND c.charge_id > 0 AND c.due_date <= b.closed_on
        UNION SELECT o.charge_id FROM obligor o WHERE o.addressee_number = b.addressee_number AND o.from_on <= b.closed_on) k
    WHERE b.stage IN ('COMPLETED', 'CANCELLED') GROUP BY b.addressee_number, b.procedure
)
SELECT n.addressee_number, a.name, a.died_on, n.procedure, n.ended_on, n.discharged_on, x.own::text, x.others::text
FROM ended n JOIN addressee a USING (addressee_number)
CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_object_agg(c.charge_id, c.left_now) FILTER (WHERE c.is_own), '{}') AS own,
           coalesce(jsonb_object_agg(c.charge_id, c.left_now) FILTER (WHERE NOT c.is_own), '{}') AS others
    FROM (SELECT c.charge_id, c.addressee_number = n.addressee_number AS is_own,
                 c.principal_tax + c.demand_fee + c.delinquency_charge AS left_now
          FROM charge c WHERE c.charge_id = ANY (n.charges) AND c.principal_tax + c.demand_fee + c.delinquency_charge > 0
            AND NOT EXISTS (SELECT 1 FROM charge_extinction z WHERE z.addressee_number = c.addressee_number
                            AND z.charge_id = c.charge_id AND z.withdrawn_on IS NULL)) c) x
WHERE n.ended_on <= %(on)s AND (x.own <> '{}' OR x.others <> '{}')
"""


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """請求一つ。 has_interest: 請求した者に、その財産についての登録された権利があるか。"""

    claim_number: int
    kind: SeizureClaim.Kind
    third_party_id: int
    party: str
    claimed_on: date
    claim_text: str
    other_asset_id: int | None
    decided_on: date | None
    is_accepted: bool | None
    decision_reason: str
    notified_on: date | None
    sale_asked_on: date | None
    has_interest: bool

    @property
    def due(self) -> str:
        """次の期限。"""
        if self.sale_asked_on:
            return f"{seize_other_by(self.sale_asked_on).isoformat()}までに、請求した財産を差し押さえて換価に付す（過ぎれば解除する）"
        if self.notified_on and self.is_accepted is False and self.kind is SeizureClaim.Kind.SUBSTITUTION:
            return f"換価の申立ては{sale_request_due(self.notified_on).isoformat()}まで"
        return "答えを決める" if self.decided_on is None else ""


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """訂正一つ。"""

    correction_number: int
    kind: DispositionCorrection.Kind
    item: str
    before: str
    after: str
    reason: str
    corrected_on: date


@dataclass(frozen=True, slots=True)
class CompetitionLine:
    """競合一つと、法の答え。"""

    competition_number: int
    kind: CompetingEnforcement.Kind
    court: str
    case_number: str
    begun_on: date
    noticed_on: date | None
    deposited: int | None
    continuation_on: date | None
    ended_on: date | None
    note: str
    answer: CompetitionAnswer


@dataclass(frozen=True, slots=True)
class Ended:
    """終わった手続一つ。 own・others: 本人の期別と、責めを負う期別の、いま残る額。"""

    addressee_number: str
    name: str
    died_on: date | None
    what: str
    ended_on: date
    discharged_on: date | None
    own: dict[int, int]
    others: dict[int, int]


@dataclass(frozen=True, slots=True)
class AgainLine:
    """再び処分する候補。手続の終わった後に残る期別。"""

    addressee_number: str
    name: str
    what: str
    ended_on: date
    left: int
    discharged_on: date | None


def claims_of(key: tuple[str, int]) -> tuple[ClaimLine, ...]:
    """処分についての請求。

    要件: F17-11
    """
    rows = fetch_all(
        "SELECT c.claim_number, c.kind, c.third_party_id, t.name, c.claimed_on, c.claim_text, c.other_asset_id, c.decided_on, c.is_accepted, "
        "c.decision_reason, c.notified_on, c.sale_asked_on, EXISTS (SELECT 1 FROM asset_interest n WHERE n.addressee_number = d.addressee_number "
        "AND n.asset_id = d.asset_id AND n.third_party_id = c.third_party_id AND (n.set_on IS NULL OR n.set_on < d.done_on)) "
        "FROM seizure_claim c JOIN disposition d USING (addressee_number, disposition_id) JOIN third_party t USING (third_party_id) "
        "WHERE c.addressee_number = %s AND c.disposition_id = %s ORDER BY c.claim_number",
        [*key],
    )
    return tuple(ClaimLine(at, SeizureClaim.Kind(kind), *rest) for at, kind, *rest in rows)


def correction_lines(key: tuple[str, int]) -> tuple[CorrectionLine, ...]:
    """処分の訂正。

    要件: F17-12
    """
    rows = fetch_all(
        "SELECT correction_number, kind, item, before, after, reason, corrected_on FROM disposition_correction "
        "WHERE addressee_number = %s AND disposition_id = %s ORDER BY correction_number",
        [*key],
    )
    return tuple(CorrectionLine(at, DispositionCorrection.Kind(kind), *rest) for at, kind, *rest in rows)


def competitions_of(key: tuple[str, int], kind: AssetKind, seized_on: date | None) -> tuple[CompetitionLine, ...]:
    """財産に競合する強制執行などと、どちらが先に進むか。 key: （宛名番号、財産番号）; seized_on: 差押えの効力の日。

    要件: F17-13
    """
    rows = fetch_all(
        "SELECT c.competition_number, c.kind, t.name, c.case_number, c.begun_on, c.noticed_on, c.deposited, c.continuation_on, c.ended_on, "
        "c.note FROM competing_enforcement c JOIN third_party t ON t.third_party_id = c.court_id "
        "WHERE c.addressee_number = %s AND c.asset_id = %s ORDER BY c.competition_number",
        [*key],
    )
    found = []
    for at, what, *rest in rows:
        told = CompetingEnforcement.Kind(what)
        facts = Competition(kind, KINDS[told], seized_on, rest[2], rest[5])
        found.append(CompetitionLine(*[at, told, *rest, who_goes_on(facts)]))
    return tuple(found)


def enforcement_first(head: DispositionHead) -> str:
    """取立て・換価を止めている、先に進む執行。なければ空。

    要件: F17-13
    """
    if head.asset_id is None or head.asset_kind is None:
        return ""
    found = competitions_of((head.addressee_number, head.asset_id), head.asset_kind, head.effect_on)
    stops = [each for each in found if each.ended_on is None and not each.answer.may_realise]
    return "、".join(f"{each.kind.label} {each.case_number}" for each in stops)


def to_dispose_again(*, as_of: date) -> tuple[AgainLine, ...]:
    """再び処分する候補。交付要求や参加差押えの手続が終わり、または倒産手続が終わって、まだ残る期別のある人。免責の確定も示す。

    ほかの納税者の期別について責めを負う者（連帯、第二次、保証、承継）なら、残る額は、その責めの残る限度の内である。
    死亡した人の期別は、承継した者の一人一人が、その承継した額について候補になる。
    免責は、租税の納付の義務に及ばない（破産法第253条第1項第1号）。

    要件: F18-05, F24-06, F24-08
    """
    rows = [Ended(*row[:-2], *(_lefts(each) for each in row[-2:])) for row in fetch_all(ENDED, {"on": as_of})]
    numbers = {number for each in rows for number in each.others}
    numbers |= {number for each in rows if each.died_on for number in each.own}
    held: dict[str, list[Obligor]] = defaultdict(list)
    for each in obligors_of(sorted(numbers), as_of=as_of) if numbers else ():
        held[each.addressee_number].append(each)
    found = [line for each in rows for line in _again(each, held)]
    busy = _busy_since(sorted({each.addressee_number for each in found}))
    free = [each for each in found if busy.get(each.addressee_number, date.min) < each.ended_on]
    return tuple(sorted(free, key=lambda each: (-each.left, each.addressee_number)))


def _again(ended: Ended, held: Mapping[str, Sequence[Obligor]]) -> Iterator[AgainLine]:
    """終わった手続一つについて、本人（死亡していれば、承継した者）が、いま残して負う額。"""
    told = ended.what, ended.ended_on
    heirs = {
        who: mine
        for who, each in held.items()
        if ended.died_on
        and (mine := [one for one in each if one.charge_id in ended.own and not one.source.startswith(SHARED)])
    }
    for who, mine in heirs.items():
        if left := sum(within_limits(ended.own, mine).values()):
            yield AgainLine(who, _name(who), NAMES[told[0]], told[1], left, ended.discharged_on)
    mine = [each for each in held.get(ended.addressee_number, ()) if each.charge_id in ended.others]
    bound = sum(within_limits(ended.others, mine).values())
    if left := bound + (0 if heirs else sum(ended.own.values())):
        yield AgainLine(ended.addressee_number, ended.name, NAMES[told[0]], told[1], left, ended.discharged_on)


def _lefts(text: str) -> dict[int, int]:
    return {int(number): int(left) for number, left in json.loads(text).items()}


def _name(addressee_number: str) -> str:
    (name,) = fetch_one("SELECT name FROM addressee WHERE addressee_number = %s", [addressee_number])
    return str(name)


def _busy_since(whose: Sequence[str]) -> dict[str, date]:
    """続いている処分のうち、いちばん新しいものの日。"""
    rows = fetch_all(
        "SELECT addressee_number, max(done_on) FROM disposition WHERE addressee_number = ANY (%s) "
        "AND stage IN ('IN_FORCE', 'COLLECTING', 'SOLD', 'DISTRIBUTED') GROUP BY addressee_number",
        [list(whose)],
    )
    return dict(rows)
