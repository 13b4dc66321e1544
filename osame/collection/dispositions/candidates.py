"""差押えの候補。差押予告の期限が過ぎ、何の反応もない人。納付・誓約・猶予・停止・約束があれば、候補から自動に外れる。

Who is to be seized from next: warned, the day has passed, nothing happened. Everything is derived from the facts of the other
chapters at the moment of asking, so a payment or a pledge takes a person off the list by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from osame.platform.database import fetch_all

WARNINGS = ("12", "13")
# 人ごとの、いちばん新しい差押予告（最終催告を含む）。そのときの期別に、いま残る額と、予告の後の反応。
WARNED = """
WITH warned AS (
    SELECT DISTINCT ON (r.addressee_number) r.addressee_number, r.run_id, r.amount, r.reminded_on, r.arrived_on,
           u.designated_due_date AS deadline
    FROM reminder r JOIN reminder_run u USING (run_id)
    WHERE u.kind = ANY (%(kinds)s) AND r.cancelled_on IS NULL AND r.reminded_on <= %(on)s
      AND (%(who)s = '' OR r.addressee_number = %(who)s)
    ORDER BY r.addressee_number, r.reminded_on DESC, r.run_id DESC
), told AS (
    SELECT w.addressee_number, array_agg(c.charge_id) AS charges, sum(c.principal_tax + c.demand_fee + c.delinquency_charge)::bigint AS left_now
    FROM warned w JOIN reminder_charge q USING (addressee_number, run_id)
    JOIN charge c ON c.addressee_number = w.addressee_number AND c.charge_id = q.charge_id GROUP BY 1
)
SELECT w.addressee_number, a.name, w.reminded_on, w.deadline, w.arrived_on, w.amount, t.left_now,
       p.paid_on, coalesce(p.paid, 0)::bigint, s.procedures, m.promised_on, k.contacted_on,
       coalesce(x.ready, '{}'), coalesce(x.seized, 0)::int, i.investigation_id, a.died_on
FROM warned w
JOIN addressee a USING (addressee_number)
JOIN told t USING (addressee_number)
LEFT JOIN LATERAL (
    SELECT max(v.paid_on) AS paid_on, sum(v.amount) AS paid FROM receipt v
    WHERE v.addressee_number = w.addressee_number AND v.charge_id = ANY (t.charges) AND v.paid_on >= w.reminded_on) p ON true
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT g.procedure) AS procedures FROM procedure_stage g
    WHERE g.addressee_number = w.addressee_number AND g.charge_id = ANY (t.charges) AND g.first_on <= %(on)s
      AND (g.through_on IS NULL OR g.through_on >= %(on)s) AND g.stage = 'IN_FORCE'
      AND g.procedure IN ('PLEDGE', 'COLLECTION_GRACE', 'REALIZATION_GRACE', 'SUSPENSION', 'BANKRUPTCY', 'BAN')) s ON true
LEFT JOIN LATERAL (
    SELECT max(o.promised_on) AS promised_on FROM promise o
    WHERE o.addressee_number = w.addressee_number AND o.promised_on >= %(on)s) m ON true
LEFT JOIN LATERAL (
    SELECT max(o.contacted_at AT TIME ZONE 'Asia/Tokyo')::date AS contacted_on FROM contact_record o
    WHERE o.addressee_number = w.addressee_number AND (o.contacted_at AT TIME ZONE 'Asia/Tokyo')::date >= w.reminded_on) k ON true
LEFT JOIN LATERAL (
    SELECT array_agg(z.asset_id ORDER BY z.value DESC) FILTER (WHERE NOT z.is_seized AND NOT z.is_seized_by_other) AS ready, count(*) FILTER (WHERE z.is_seized) AS seized
    FROM asset z JOIN holder_identification h USING (addressee_number, reply_id)
    WHERE z.addressee_number = w.addressee_number AND z.gone_on IS NULL AND h.withdrawn_on IS NULL AND z.exempt_article = '') x ON true
LEFT JOIN LATERAL (
    SELECT max(investigation_id) AS investigation_id FROM asset_investigation j
    WHERE j.addressee_number = w.addressee_number AND j.closed_on IS NULL) i ON true
ORDER BY t.left_now DESC, w.addressee_number
"""
LABELS = {
    "PLEDGE": "納付誓約",
    "COLLECTION_GRACE": "徴収猶予",
    "REALIZATION_GRACE": "換価の猶予",
    "SUSPENSION": "執行停止",
    "BANKRUPTCY": "破産手続",
    "BAN": "更生手続などによる滞納処分の禁止",
}


class Standing(Enum):
    """差押予告の後の立場。CANDIDATE だけが、差押えへ誘導される。"""

    SETTLED = "完納"
    STOPPED = "手続あり"
    PROMISED = "納付の約束あり"
    PAID = "納付あり"
    SEIZED = "差押え中"
    NOT_ARRIVED = "到達を待つ"
    WAITING = "期限前"
    DIED = "死亡"
    CANDIDATE = "差押えの候補"


@dataclass(frozen=True, slots=True)
class Warned:
    """差押予告を受けた人一人。 ready: 差し押さえられる財産の番号（評価の高い順）; investigation_id: 続いている調査; died_on: 死亡の日（承継した者に請求する）。"""

    addressee_number: str
    name: str
    reminded_on: date
    deadline: date
    arrived_on: date | None
    amount: int
    left: int
    paid_on: date | None
    paid: int
    procedures: tuple[str, ...]
    promised_on: date | None
    contacted_on: date | None
    ready: tuple[int, ...]
    seized: int
    investigation_id: int | None
    died_on: date | None
    as_of: date

    @property
    def standing(self) -> Standing:
        """いまの立場。上の理由が先に立つ。"""
        reasons = (
            (self.left == 0, Standing.SETTLED), (self.died_on is not None, Standing.DIED), (bool(self.procedures), Standing.STOPPED),
            (self.promised_on is not None, Standing.PROMISED), (self.paid > 0, Standing.PAID), (self.seized > 0, Standing.SEIZED),
            (self.arrived_on is None, Standing.NOT_ARRIVED), (self.deadline >= self.as_of, Standing.WAITING),
        )  # fmt: skip
        return next((standing for holds, standing in reasons if holds), Standing.CANDIDATE)

    @property
    def reaction(self) -> str:
        """予告の後の反応。"""
        told = [
            f"{self.paid_on.isoformat()}までに{self.paid:,}円の納付" if self.paid_on else "",
            "、".join(LABELS[each] for each in self.procedures),
            f"{self.promised_on.isoformat()}の納付の約束" if self.promised_on else "",
            f"{self.contacted_on.isoformat()}に折衝" if self.contacted_on else "",
        ]
        return "、".join(each for each in told if each) or "なし"


def warned_people(*, as_of: date, who: str = "") -> tuple[Warned, ...]:
    """差押予告を受けた人のすべて（または一人）の、いまの立場。読む文は一つ。

    要件: F17-17
    """
    found: list[Warned] = []
    for row in fetch_all(WARNED, {"kinds": list(WARNINGS), "on": as_of, "who": who}):
        told: list[Any] = list(row)
        told[9], told[12] = tuple(told[9] or ()), tuple(told[12] or ())
        found.append(Warned(*[*told, as_of]))
    return tuple(found)


def seizure_candidates(*, as_of: date) -> tuple[Warned, ...]:
    """差押予告の期限が過ぎ、反応のない人。残る額の多い順。

    要件: F17-17
    """
    return tuple(each for each in warned_people(as_of=as_of) if each.standing is Standing.CANDIDATE)


def standings(people: Sequence[Warned]) -> dict[Standing, int]:
    """立場ごとの人数。候補が先。"""
    found = dict.fromkeys((Standing.CANDIDATE, *Standing), 0)
    for each in people:
        found[each.standing] += 1
    return found
