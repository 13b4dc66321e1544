"""職員を待っているものの数と、いちばん古い日。小さな表だけを、一つの文で数える。"""

from dataclasses import dataclass
from datetime import date

from osame.platform.database import fetch_all
from osame.platform.jobs.models import JobRequest, JobRun

RECENT_DAYS = 14

COUNTS = """
SELECT 'held_receipt', count(*), min(accounted_on) FROM held_receipt WHERE state = '1'
UNION ALL
SELECT 'held_determination', count(*), min((f.received_at AT TIME ZONE 'Asia/Tokyo')::date)
FROM held_determination h JOIN intake_file f USING (intake_file_id) WHERE h.released_by_file_id IS NULL
UNION ALL
SELECT 'refused_file', count(*), min((f.received_at AT TIME ZONE 'Asia/Tokyo')::date) FROM intake_file f
WHERE f.state <> '1' AND (f.received_at AT TIME ZONE 'Asia/Tokyo')::date > %(on)s::date - %(recent)s::int
  AND NOT EXISTS (SELECT 1 FROM intake_file n WHERE n.state = '1' AND n.profile = f.profile AND n.file_name = f.file_name
      AND n.intake_file_id > f.intake_file_id)
  AND NOT EXISTS (SELECT 1 FROM gate_waiver w WHERE w.cause = '2' AND w.subject = 'intake_file:' || f.intake_file_id)
UNION ALL
SELECT 'missing_file', count(*), min(e.business_on) FROM expected_file e
WHERE e.business_on <= %(on)s AND (e.waived_by = '' OR e.waived_reason = '')
  AND NOT EXISTS (SELECT 1 FROM intake_file f WHERE f.profile = e.profile AND f.business_on = e.business_on AND f.state = '1')
  AND NOT EXISTS (SELECT 1 FROM gate_waiver w WHERE w.cause = '1' AND w.subject = e.profile || ':' || e.business_on)
UNION ALL
SELECT 'overpayment', count(*), min(arises_on) FROM overpayment
UNION ALL
SELECT 'refund_claim', count(*), min(m.expires_on) FROM refund_payee p
JOIN LATERAL (SELECT max(expires_on) AS expires_on FROM refund_part m WHERE m.addressee_number = p.addressee_number
    AND m.decision_id = p.decision_id) m ON m.expires_on <= %(on)s::date + 180
WHERE p.state IN ('1', '3', '6', '7')
UNION ALL
SELECT 'returned', count(DISTINCT (run_id, letter_number)), min(returned_on) FROM demand
WHERE returned_on IS NOT NULL AND published_on IS NULL AND cancelled_on IS NULL
UNION ALL
SELECT 'undispatched', count(*), min(r.issued_on) FROM demand_run r
WHERE r.dispatched_on IS NULL AND EXISTS (SELECT 1 FROM demand d WHERE d.run_id = r.run_id AND d.cancelled_on IS NULL)
UNION ALL
SELECT 'debit_application', count(*), min(applied_on) FROM debit_application WHERE state = '1'
UNION ALL
SELECT 'instalment_offer', count(*), min(offered_on) FROM instalment_offer WHERE state = '1'
UNION ALL
SELECT 'debit_unsent', count(*), min(q.expires_on) FROM debit_request q JOIN debit_request_file f USING (request_id)
WHERE q.state <> '9' AND f.times_sent = 0 AND q.expires_on >= %(on)s
UNION ALL
SELECT 'case_task', count(*), min(t.due_on) FROM case_task t JOIN arrears_case k USING (addressee_number, case_id)
WHERE t.done_on IS NULL AND t.due_on <= %(on)s AND k.officer = %(officer)s
UNION ALL
SELECT 'nearing_case', count(DISTINCT c.addressee_number), min(c.extinguished_on) FROM case_charge c
JOIN arrears_case k ON k.addressee_number = c.addressee_number AND k.cleared_on IS NULL
WHERE c.extinguished_on > %(on)s AND c.extinguished_on <= %(on)s::date + interval '6 months'
  AND NOT EXISTS (SELECT 1 FROM case_event e WHERE e.addressee_number = k.addressee_number AND e.case_id = k.case_id
      AND e.kind = '09' AND e.happened_on > %(on)s::date - 183)
UNION ALL
SELECT 'unclosed', count(*), min(b.business_on) FROM (
    SELECT DISTINCT business_on FROM bank_day_total WHERE business_on < %(on)s
    EXCEPT SELECT business_on FROM daily_closing WHERE state = '2') b
UNION ALL
SELECT 'difference', count(*), min(business_on) FROM daily_closing WHERE state = '1' AND difference <> 0
UNION ALL
SELECT 'failed_job', count(*), min((j.started_at AT TIME ZONE 'Asia/Tokyo')::date) FROM (
    SELECT DISTINCT ON (name) outcome, started_at FROM job_run WHERE outcome <> %(skipped)s ORDER BY name, run_id DESC) j
WHERE j.outcome = %(failed)s
UNION ALL
SELECT 'failed_request', count(*), min((asked_at AT TIME ZONE 'Asia/Tokyo')::date) FROM job_request
WHERE asked_by = %(officer)s AND state = %(request_failed)s
  AND (asked_at AT TIME ZONE 'Asia/Tokyo')::date > %(on)s::date - %(recent)s::int
UNION ALL
SELECT CASE kind WHEN '1' THEN 'prescription' ELSE 'protection' END, count, earliest FROM near_deadline
WHERE as_of = (SELECT max(as_of) FROM near_deadline WHERE as_of <= %(on)s)
"""


@dataclass(frozen=True, slots=True)
class Count:
    """待っているものの数と、いちばん古い日。"""

    count: int
    oldest: date | None


def counts(*, officer: str, as_of: date) -> dict[str, Count]:
    """待っているもの。種類 → 数と、いちばん古い（期限なら、いちばん早い）日。

    要件: F13-05, F28-05
    """
    terms = {
        "on": as_of,
        "officer": officer,
        "recent": RECENT_DAYS,
        "skipped": JobRun.Outcome.SKIPPED.value,
        "failed": JobRun.Outcome.FAILED.value,
        "request_failed": JobRequest.State.FAILED.value,
    }
    return {kind: Count(int(count), oldest) for kind, count, oldest in fetch_all(COUNTS, terms)}
