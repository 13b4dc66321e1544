"""返戻、所在調査、公示送達、送達記録簿の照会。"""

from dataclasses import dataclass
from datetime import date

from osame.collection.parameters.queries import setting
from osame.collection.returns.actions import ReturnUnknown
from osame.collection.returns.letters_sent import DEMAND_NAME, Paper, paper
from osame.collection.returns.models import ReturnedLetter, ServicePublication, ServiceRecord, WhereaboutsInquiry
from osame.law.demand import ten_days_passed_on
from osame.law.prescription import Event, PrescriptionEvent, prescription
from osame.law.serving import POSTAL_DAYS, Service, presumed_served_on, service_of
from osame.platform.database import fetch_all

DELIVERY = "普通郵便が通常到達する日数（配達日）"
RETURNS = """
SELECT r.return_id, r.addressee_number, CASE WHEN a.withheld THEN '' ELSE a.name END, r.run_id, r.letter_number, r.attempt,
       r.document_name, r.cause, r.stage, r.sent_on, r.returned_on, r.registered_on, r.registered_by, r.resent_on, r.closed_on,
       r.closing_note, a.protection_measure, (SELECT count(*) FROM whereabouts_inquiry i WHERE i.return_id = r.return_id),
       (SELECT max(p.posted_on) FROM service_publication p WHERE p.return_id = r.return_id AND p.state = '2')
FROM returned_letter r JOIN addressee a USING (addressee_number)
"""
INQUIRIES = """
SELECT inquiry_id, return_id, kind, asked_of, asked_on, asked_by, outcome, answered_on, reply, answered_by
FROM whereabouts_inquiry WHERE return_id = %s ORDER BY inquiry_id
"""
PUBLICATIONS = """
SELECT p.publication_id, p.return_id, p.addressee_number, p.ground, p.name, p.document_name, p.kept_at, p.reason, p.state,
       p.drafted_on, p.drafted_by, p.posted_on, p.posted_by, p.served_on, p.taken_down_on, p.cancel_reason, a.protection_measure
FROM service_publication p JOIN addressee a USING (addressee_number)
"""
# 督促状とほかの文書の、差し出した一通ずつ。戻ったもの（再発送していないもの）は、推定が失われている。
BOOK = """
WITH sent AS (
    SELECT DISTINCT d.addressee_number, d.run_id, d.letter_number::bigint AS letter_number, %(demand)s AS document, u.dispatched_on,
           coalesce(nullif(s.mailing_name, ''), r.name) AS receiver,
           CASE WHEN s.protected THEN '' ELSE s.postal_code || ' ' || s.address || s.address_detail END AS destination
    FROM demand d JOIN demand_run u USING (run_id) JOIN demand_destination s USING (run_id, letter_number, addressee_number)
    JOIN addressee r ON r.addressee_number = s.receiver_number
    WHERE u.dispatched_on BETWEEN %(first)s AND %(last)s AND d.withdrawn_on IS NULL
    UNION ALL
    SELECT l.addressee_number, l.run_id, l.letter_number, u.form, u.dispatched_on, l.to_name,
           CASE WHEN l.protected THEN '' ELSE l.postal_code || ' ' || l.address || l.address_detail END
    FROM letter l JOIN letter_run u USING (run_id)
    WHERE u.dispatched_on BETWEEN %(first)s AND %(last)s AND l.state <> '9'
)
SELECT s.addressee_number, s.run_id, s.letter_number, s.document, s.dispatched_on, s.receiver, s.destination,
       (SELECT max(r.returned_on) FROM returned_letter r WHERE r.addressee_number = s.addressee_number AND r.run_id = s.run_id
        AND r.letter_number = s.letter_number)
FROM sent s ORDER BY s.dispatched_on, s.run_id, s.letter_number LIMIT %(limit)s
"""
SERVICES = """
SELECT record_id, run_id, letter_number, document_name, method, tracking_number, delivered_on, place, received_by, note, officer
FROM service_record WHERE run_id = %s AND letter_number = %s ORDER BY record_id
"""


@dataclass(frozen=True, slots=True)
class Returned:
    """返戻一つ。"""

    return_id: int
    addressee_number: str
    name: str
    run_id: int
    letter_number: int
    attempt: int
    document_name: str
    cause: str
    stage: str
    sent_on: date | None
    returned_on: date
    registered_on: date
    registered_by: str
    resent_on: date | None
    closed_on: date | None
    closing_note: str
    protected: bool
    inquiries: int
    posted_on: date | None

    @property
    def cause_label(self) -> str:
        """返戻の事由。"""
        return ReturnedLetter.Cause(self.cause).label

    @property
    def stage_label(self) -> str:
        """いまの段階。"""
        return ReturnedLetter.Stage(self.stage).label

    @property
    def searching(self) -> bool:
        """調査中か。"""
        return self.stage == ReturnedLetter.Stage.SEARCHING


@dataclass(frozen=True, slots=True)
class Inquired:
    """所在調査一つ。"""

    inquiry_id: int
    return_id: int
    kind: str
    asked_of: str
    asked_on: date
    asked_by: str
    outcome: str
    answered_on: date | None
    reply: str
    answered_by: str

    @property
    def kind_label(self) -> str:
        """調査の種類。"""
        return WhereaboutsInquiry.Kind(self.kind).label

    @property
    def by_letter(self) -> bool:
        """文書で尋ねる調査か。実態調査と居住確認は、職員が現地で行う。"""
        return self.kind not in {WhereaboutsInquiry.Kind.ON_SITE, WhereaboutsInquiry.Kind.DWELLING}

    @property
    def outcome_label(self) -> str:
        """調査の結果。"""
        return WhereaboutsInquiry.Outcome(self.outcome).label if self.outcome else "回答待ち"


@dataclass(frozen=True, slots=True)
class Published:
    """公示送達一つ。"""

    publication_id: int
    return_id: int
    addressee_number: str
    ground: str
    name: str
    document_name: str
    kept_at: str
    reason: str
    state: str
    drafted_on: date
    drafted_by: str
    posted_on: date | None
    posted_by: str
    served_on: date | None
    taken_down_on: date | None
    cancel_reason: str
    protected: bool

    @property
    def state_label(self) -> str:
        """いまの状態。"""
        if self.taken_down_on:
            return "送達（掲示を外した）"
        return ServicePublication.State(self.state).label

    @property
    def ground_label(self) -> str:
        """事由。"""
        return ServicePublication.Ground(self.ground).label


@dataclass(frozen=True, slots=True)
class Served:
    """書留・交付などの送達一つ。"""

    record_id: int
    run_id: int
    letter_number: int
    document_name: str
    method: str
    tracking_number: str
    delivered_on: date
    place: str
    received_by: str
    note: str
    officer: str

    @property
    def method_label(self) -> str:
        """送達の方法。"""
        return ServiceRecord.Method(self.method).label


@dataclass(frozen=True, slots=True)
class BookLine:
    """送達記録簿の一行（R-056）。 presumed_on: 通常到達すべき日（戻ったなら None）。"""

    addressee_number: str
    run_id: int
    letter_number: int
    document: str
    dispatched_on: date
    receiver: str
    destination: str
    returned_on: date | None
    presumed_on: date | None


@dataclass(frozen=True, slots=True)
class Effect:
    """その返戻の、送達と督促への効き目。 prescription: 時効の満了日（督促だけを見たもの）。"""

    service: Service
    seizable_from: date | None
    paid_by: date | None
    prescription: date | None


def returned_letters(*, stage: str = "", code: tuple[int, int] | None = None, limit: int = 300) -> tuple[Returned, ...]:
    """返戻を、新しいものから。

    要件: F09-01
    """
    terms = {"stage": stage, "run": code[0] if code else None, "letter": code[1] if code else None, "limit": limit}
    rows = fetch_all(
        f"{RETURNS} WHERE (%(stage)s = '' OR r.stage = %(stage)s) AND (%(run)s::bigint IS NULL OR "
        "(r.run_id, r.letter_number) = (%(run)s::bigint, %(letter)s::bigint)) ORDER BY r.return_id DESC LIMIT %(limit)s",
        terms,
    )
    return tuple(Returned(*row) for row in rows)


def returned_letter(return_id: int) -> Returned:
    """返戻一つ。"""
    rows = fetch_all(f"{RETURNS} WHERE r.return_id = %s", [return_id])
    if not rows:
        raise ReturnUnknown(f"返戻番号 {return_id}")
    return Returned(*rows[0])


def inquiries_of(return_id: int) -> tuple[Inquired, ...]:
    """返戻の所在調査。"""
    return tuple(Inquired(*row) for row in fetch_all(INQUIRIES, [return_id]))


def publications(*, return_id: int | None = None, limit: int = 200) -> tuple[Published, ...]:
    """公示送達を、新しいものから。"""
    rows = fetch_all(
        f"{PUBLICATIONS} WHERE %s::bigint IS NULL OR p.return_id = %s ORDER BY p.publication_id DESC LIMIT %s",
        [return_id, return_id, limit],
    )
    return tuple(Published(*row) for row in rows)


def publication(publication_id: int) -> Published:
    """公示送達一つ。"""
    rows = fetch_all(f"{PUBLICATIONS} WHERE p.publication_id = %s", [publication_id])
    if not rows:
        raise ReturnUnknown(f"公示番号 {publication_id}")
    return Published(*rows[0])


def services_of(run_id: int, letter_number: int) -> tuple[Served, ...]:
    """文書の、書留・交付などの送達。"""
    return tuple(Served(*row) for row in fetch_all(SERVICES, [run_id, letter_number]))


def sending_book(*, first: date, last: date, limit: int = 5_000) -> tuple[BookLine, ...]:
    """送達記録簿。差し出した日が期間にある文書。戻ったものには、推定の日がない。

    根拠: 地方税法第20条第4項・第5項
    要件: F09-04
    """
    days = _postal_days(last)
    rows = fetch_all(BOOK, {"first": first, "last": last, "limit": limit, "demand": DEMAND_NAME})
    presumed = (None if row[7] else presumed_served_on(row[4], postal_days=days) for row in rows)
    return tuple(BookLine(*(*row, arrives)) for row, arrives in zip(rows, presumed, strict=True))


def effect_of(found: Returned, *, as_of: date) -> Effect:
    """返戻・再発送・公示送達が、送達の日、差押可能日、時効にどう効くか。

    要件: F09-03, F08-04
    """
    sent = paper(found.run_id, found.letter_number)
    back = None if found.stage in {ReturnedLetter.Stage.RESENT, ReturnedLetter.Stage.SERVED} else found.returned_on
    service = service_of(
        found.resent_on or found.sent_on, returned_on=back, posted_on=found.posted_on, postal_days=_postal_days(as_of)
    )
    if not (sent.is_demand and sent.live):
        return Effect(service, None, None, None)
    return _of_demand(sent, service, found.posted_on or found.resent_on)


def _of_demand(sent: Paper, service: Service, begun_on: date | None) -> Effect:
    seizable, statutory = fetch_all(
        "SELECT min(d.seizable_from), min(c.statutory_due_date) FROM demand d JOIN charge c USING (charge_id, addressee_number) "
        "WHERE d.run_id = %s AND d.letter_number = %s AND d.cancelled_on IS NULL",
        [sent.run_id, sent.letter_number],
    )[0]
    events = [Event(PrescriptionEvent.DEMAND, begun_on or sent.sent_on)] if seizable else []
    paid_by = ten_days_passed_on(begun_on or sent.sent_on) if seizable else None
    return Effect(service, seizable, paid_by, prescription(statutory, events).completes_on if statutory else None)


def _postal_days(on: date) -> int:
    return int(setting(DELIVERY, as_of=on) or POSTAL_DAYS)
