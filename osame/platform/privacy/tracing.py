"""事故の範囲を、監査の鎖と出力の記録から一度に引く。誰の情報を、誰が見て、何を出し、誰に渡したか。

The reach of an incident, drawn at once from the audit chain and the records of outputs: affected people, viewers, outputs and
receivers, by period, officer, terminal, output, receiver or person. Three statements, whatever the size.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.egress.models import EgressKind, ReceiverClass
from osame.platform.egress.records import UnknownEgress, found
from osame.platform.privacy import refusals
from osame.platform.terminal import JAPAN

EVENTS = """
SELECT officer, department, terminal, subjects, event_id FROM audit_event
WHERE %(events)s AND occurred_at >= %(since)s AND occurred_at < %(until)s AND outcome = '1'
  AND cardinality(subjects) > 0 AND act <> '出力した' AND function_code NOT LIKE ALL (ARRAY['floor.audit.%%', 'floor.incidents.%%'])
  AND (%(officer)s = '' OR officer = %(officer)s) AND (%(terminal)s = '' OR terminal = %(terminal)s)
  AND (%(person)s = '' OR subjects @> ARRAY[%(person)s]::varchar[])
"""
OUTPUTS = """
SELECT r.* FROM egress_record r
WHERE r.released_at IS NOT NULL AND CASE WHEN cardinality(%(outputs)s::bigint[]) > 0 THEN r.egress_id = ANY(%(outputs)s) ELSE
      r.emitted_at >= %(since)s AND r.emitted_at < %(until)s
  AND (%(officer)s = '' OR r.officer = %(officer)s) AND (%(receiver)s = '' OR r.receiver = %(receiver)s)
  AND (%(person)s = '' OR r.subjects @> ARRAY[%(person)s]::varchar[])
  AND (%(terminal)s = '' OR EXISTS (SELECT 1 FROM audit_event a WHERE a.terminal = %(terminal)s
       AND a.request_number = r.request_number)) END
"""
PEOPLE = f"""
INSERT INTO incident_person (addressee_number, incident_id, viewed, output)
SELECT subject, %(incident)s, sum(viewed)::int, sum(output)::int FROM (
    SELECT unnest(e.subjects) AS subject, 1 AS viewed, 0 AS output FROM ({EVENTS}) e
    UNION ALL SELECT unnest(o.subjects), 0, 1 FROM ({OUTPUTS}) o) each
WHERE subject <> '' AND (%(person)s = '' OR subject = %(person)s) GROUP BY subject
"""
VIEWERS = f"""
SELECT officer, department, terminal, count(*), count(DISTINCT subject) FROM ({EVENTS}) e, unnest(e.subjects) subject
GROUP BY officer, department, terminal ORDER BY 5 DESC, 1, 3 LIMIT 500
"""
GIVEN = f"""
SELECT egress_id, emitted_at, officer, kind, receiver_class, receiver, subject_count, number_included, revoked_at IS NOT NULL
FROM ({OUTPUTS}) o ORDER BY egress_id LIMIT 500
"""
DIGEST = """
SELECT count(*), string_agg(addressee_number, E'\\n' ORDER BY addressee_number) FROM incident_person WHERE incident_id = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """範囲の条件。空は問わない。 outputs: 出力番号（あれば、期間などより先に効く）。"""

    since: datetime | None = None
    until: datetime | None = None
    officer: str = ""
    terminal: str = ""
    receiver: str = ""
    person: str = ""
    outputs: tuple[str, ...] = ()

    def kept(self) -> dict[str, Any]:
        """事故に残す形。"""
        return {
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "officer": self.officer,
            "terminal": self.terminal,
            "receiver": self.receiver,
            "person": self.person,
            "outputs": list(self.outputs),
        }

    def terms(self) -> dict[str, Any]:
        """SQL に渡す形。条件がなければ断る。渡した相手や出力で引くときは、見ただけの記録を含めない。"""
        narrowed = any((self.officer, self.terminal, self.receiver, self.person))
        if not self.outputs and not (self.since and self.until and self.since < self.until and narrowed):
            raise refusals.ScopeTooWide
        far = datetime(1, 1, 1, tzinfo=JAPAN)
        try:
            numbers = [found(each).egress_id for each in self.outputs]
        except UnknownEgress as unknown:
            raise refusals.UnknownOutput(str(unknown)) from unknown
        return {
            "since": self.since or far, "until": self.until or far, "officer": self.officer, "terminal": self.terminal,
            "receiver": self.receiver, "person": self.person, "outputs": numbers,
            "events": not self.outputs and not self.receiver,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reach:
    """範囲。 people: 対象者の数; sha256: 対象者の一覧のハッシュ; traced: 見た者・出力・渡した相手。"""

    people: int
    sha256: str
    traced: Mapping[str, Any]


def drawn(incident_id: int, scope: Scope) -> Reach:
    """範囲を引き、対象者を事故に結び付ける。引き直せば、入れ替わる。

    要件: F36-11
    """
    terms = {**scope.terms(), "incident": incident_id}
    run_sql("DELETE FROM incident_person WHERE incident_id = %s", [incident_id])
    run_sql(PEOPLE, terms)
    people, numbers = fetch_one(DIGEST, [incident_id])
    outputs = fetch_all(GIVEN, terms)
    receivers: dict[tuple[str, str], list[int]] = {}
    for row in outputs:
        count = receivers.setdefault((row[4], row[5]), [0, 0])
        count[0] += 1
        count[1] += row[6]
    traced = {
        "viewers": [list(row) for row in fetch_all(VIEWERS, terms)],
        "outputs": [
            [f"E{number:09d}", at.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M"), officer, EgressKind(kind).label,
             receiver, count, included, revoked]
            for number, at, officer, kind, _, receiver, count, included, revoked in outputs
        ],
        "receivers": [
            [ReceiverClass(kind).label, receiver, count, people_given]
            for (kind, receiver), (count, people_given) in sorted(receivers.items())
        ],
    }  # fmt: skip
    return Reach(int(people), hashlib.sha256((numbers or "").encode()).hexdigest() if people else "", traced)
