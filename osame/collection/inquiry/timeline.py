"""一人に起きた出来事を、一つの並びに。収納、取消し、過誤納、調定、督促、返戻、折衝。

One list, newest first, paged in the database: a person with thousands of events costs the same as one with ten.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from osame.collection.arrears.models import ContactRecord
from osame.collection.arrears.procedures import act_name
from osame.collection.arrears.queries import PromiseFacts
from osame.collection.closing.queries import CHANNEL_NAMES
from osame.collection.letters.kinds import kind_of
from osame.collection.overpayments.models import Overpayment
from osame.collection.parameters.queries import CHARGE_NAMES
from osame.formats.reports import Channel
from osame.kernel.dates import fiscal_year_label
from osame.law.dispositions import Procedure, ProcedureAct
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all
from osame.platform.suppression.facts import MARKER
from osame.platform.suppression.hidden_values import HiddenValues


class EventKind(StrEnum):
    """出来事の種類。"""

    PAYMENT = "payment"
    DETERMINATION = "determination"
    DEMAND = "demand"
    CONTACT = "contact"
    ARREARS = "arrears"
    LETTER = "letter"

    @property
    def label(self) -> str:
        """画面での名。"""
        return {
            EventKind.PAYMENT: "収納・過誤納", EventKind.DETERMINATION: "調定・更正", EventKind.DEMAND: "督促・返戻",
            EventKind.CONTACT: "折衝", EventKind.ARREARS: "誓約・猶予・処分", EventKind.LETTER: "文書",
        }[self]  # fmt: skip


# 列: 種類、日、並び（同じ日の中）、期別番号、何、金額、符号、説明、詳細（折衝なら、その番号）
PARTS = {
    EventKind.PAYMENT: """
SELECT r.paid_on, 5, r.charge_id, CASE WHEN x.receipt_key IS NULL THEN '収納' ELSE '収納（取消済み）' END, r.amount, r.channel,
       r.outlet, coalesce(f.file_name, '') || '（取込番号' || r.intake_file_id || '）の' || r.line_number || '行', NULL::bigint,
       NULL::timestamptz, r.received_on
FROM own c JOIN receipt r USING (charge_id, addressee_number)
LEFT JOIN receipt_cancellation x USING (charge_id, receipt_key, addressee_number)
LEFT JOIN intake_file f ON f.intake_file_id = r.intake_file_id
UNION ALL
SELECT x.cancelled_on, 6, x.charge_id, '収納の取消し', r.amount, '', '', x.note, NULL::bigint, NULL::timestamptz, NULL::date
FROM own c JOIN receipt_cancellation x USING (charge_id, addressee_number)
JOIN receipt r USING (charge_id, receipt_key, addressee_number)
UNION ALL
SELECT o.arises_on, 4, o.charge_id, '過誤納', o.amount, '', '', o.cause, NULL::bigint, NULL::timestamptz, NULL::date
FROM own c JOIN overpayment o USING (charge_id, addressee_number)
UNION ALL
SELECT d.decided_on, 10, p.charge_id, CASE WHEN p.use = '1' THEN '還付の決議' ELSE '充当の決議' END
       || CASE d.state WHEN '9' THEN '（取消済み）' WHEN '2' THEN '（返納待ち）' ELSE '' END, p.amount, '', '',
       '決議番号' || d.decision_id || CASE WHEN p.interest > 0 THEN '、還付加算金' || p.interest || '円' ELSE '' END,
       NULL::bigint, NULL::timestamptz, NULL::date
FROM own c JOIN refund_part p USING (charge_id, addressee_number) JOIN refund_decision d USING (addressee_number, decision_id)
UNION ALL
SELECT y.paid_out_on, 11, n.charge_id, CASE y.state WHEN '2' THEN '還付金の支払' WHEN '3' THEN '還付金の支払（組戻し）'
       ELSE '還付金の支払（返納）' END, n.amount, '', '', '支払番号' || y.payment_id, NULL::bigint, NULL::timestamptz, NULL::date
FROM own c JOIN refund_payment_line n USING (charge_id, addressee_number)
JOIN refund_payment y USING (addressee_number, payment_id) WHERE y.state IN ('2', '3', '4')""",
    EventKind.DETERMINATION: """
SELECT c.determined_on, 1, c.charge_id, '調定', c.tax_amount - coalesce(v.changed, 0), '', '', '', NULL::bigint, NULL::timestamptz, NULL::date
FROM own c LEFT JOIN LATERAL (SELECT sum(difference)::bigint AS changed FROM determination_revision v
    WHERE v.charge_id = c.charge_id AND v.addressee_number = c.addressee_number) v ON true
UNION ALL
SELECT v.corrected_on, 2, v.charge_id, CASE WHEN v.difference > 0 THEN '増額更正' WHEN v.difference < 0 THEN '減額更正' ELSE '納期変更' END,
       v.difference, '', '', v.reason, NULL::bigint, NULL::timestamptz, NULL::date
FROM own c JOIN determination_revision v USING (charge_id, addressee_number)
UNION ALL
SELECT o.entered_on, 3, o.charge_id, '延滞金の強制入力', o.amount, '', '', o.reason, NULL::bigint, NULL::timestamptz, NULL::date
FROM own c JOIN charge_override o USING (charge_id, addressee_number)""",
    EventKind.DEMAND: """
SELECT d.issued_on, 7, d.charge_id, CASE WHEN d.cancelled_on IS NULL THEN '督促状' ELSE '督促状（取消済み）' END, d.principal_tax, '', '',
       '実行' || d.run_id || 'の' || d.letter_number || '通目', NULL::bigint, NULL::timestamptz, NULL::date
FROM own c JOIN demand d USING (charge_id, addressee_number)
UNION ALL
SELECT x.on_day, 8, d.charge_id, x.what, NULL::bigint, '', '', x.note, NULL::bigint, NULL::timestamptz, NULL::date
FROM own c JOIN demand d USING (charge_id, addressee_number)
CROSS JOIN LATERAL (VALUES (d.returned_on, '督促状の返戻', '', true), (d.published_on, '督促状の公示送達', '', true),
    (d.cancelled_on, '督促の取消し', d.cancel_reason, false)) x (on_day, what, note, tells_place)
WHERE x.on_day IS NOT NULL AND NOT (x.tells_place AND %(hides)s)""",
    EventKind.ARREARS: """
SELECT e.happened_on, 20 + e.event_number, NULL::bigint, CASE g.procedure WHEN 'COLLECTION_GRACE' THEN '徴収猶予' ELSE '換価の猶予' END
       || '（猶予管理番号' || g.grace_id || '）', NULL::bigint, g.procedure || ':' || e.act, '', e.note, NULL::bigint, NULL::timestamptz, NULL::date
FROM grace g JOIN grace_event e USING (addressee_number, grace_id) WHERE g.addressee_number = %(addressee)s
UNION ALL
SELECT e.happened_on, 20 + e.event_number, NULL::bigint, '納付誓約（' || e.pledge_id || '）', NULL::bigint, 'PLEDGE:' || e.act, '', e.note, NULL::bigint,
       NULL::timestamptz, NULL::date
FROM pledge_event e WHERE e.addressee_number = %(addressee)s
UNION ALL
SELECT e.happened_on, 20 + e.event_number, NULL::bigint, '執行停止（' || e.suspension_id || '）', NULL::bigint, 'SUSPENSION:' || e.act, '', e.note,
       NULL::bigint, NULL::timestamptz, NULL::date
FROM suspension_event e WHERE e.addressee_number = %(addressee)s
UNION ALL
SELECT x.extinguished_on, 13, x.charge_id, '納税義務の消滅', NULL::bigint, '', '', CASE x.cause WHEN '1' THEN '消滅時効'
       WHEN '2' THEN '執行停止の3年の継続' ELSE '執行停止と即時の消滅' END, NULL::bigint, NULL::timestamptz, NULL::date
FROM charge_extinction x WHERE x.addressee_number = %(addressee)s AND x.withdrawn_on IS NULL
UNION ALL
SELECT w.written_off_on, 14, w.charge_id, CASE WHEN w.reversed_on IS NULL THEN '不納欠損' ELSE '不納欠損（戻した）' END,
       w.principal_tax + w.demand_fee + w.delinquency_charge + w.disposition_cost + w.additional_charge, '', '',
       '不納欠損番号' || w.write_off_id, NULL::bigint, NULL::timestamptz, NULL::date
FROM write_off w WHERE w.addressee_number = %(addressee)s
UNION ALL
SELECT e.happened_on, 20 + e.event_number, NULL::bigint, CASE d.procedure WHEN 'SEIZURE' THEN '差押え' WHEN 'DISTRIBUTION_REQUEST'
       THEN '交付要求' ELSE '参加差押え' END || '（処分管理番号' || d.disposition_id || '）', NULL::bigint, d.procedure || ':' || e.act, '', e.note, NULL::bigint,
       NULL::timestamptz, NULL::date
FROM disposition d JOIN disposition_event e USING (addressee_number, disposition_id) WHERE d.addressee_number = %(addressee)s
UNION ALL
SELECT v.opened_on, 19, NULL::bigint, '財産調査（調査番号' || v.investigation_id || '）', NULL::bigint, '', '', v.reason, NULL::bigint,
       NULL::timestamptz, NULL::date
FROM asset_investigation v WHERE v.addressee_number = %(addressee)s
UNION ALL
SELECT ex.recorded_on, 12, ex.charge_id, '延滞金の免除期間', NULL::bigint, '', '',
       ex.first_on || '～' || coalesce(ex.through_on::text, '') || '（' || ex.article || '、' || ex.document || '）', NULL::bigint,
       NULL::timestamptz, NULL::date
FROM exemption_period ex WHERE ex.addressee_number = %(addressee)s""",
    EventKind.LETTER: """
SELECT u.issued_on, 13, NULL::bigint, u.form, NULL::bigint, '', '', '束' || u.run_id || 'の' || l.letter_number || '通目'
       || CASE WHEN l.state = '9' THEN '（引抜き）' WHEN l.state = '3' THEN '（手作業）'
          ELSE coalesce('、' || to_char(u.dispatched_on, 'YYYY-MM-DD') || '差出し', '') END,
       NULL::bigint, NULL::timestamptz, NULL::date
FROM letter l JOIN letter_run u USING (run_id) WHERE l.addressee_number = %(addressee)s""",
    EventKind.CONTACT: """
SELECT (k.contacted_at AT TIME ZONE 'Asia/Tokyo')::date, 9, NULL::bigint, k.means, NULL::bigint, k.relationship, k.counterpart,
       k.content, k.contact_id, k.contacted_at, NULL::date
FROM contact_record k WHERE k.addressee_number = %(addressee)s""",
}
TIMELINE = """
WITH own AS (SELECT * FROM charge WHERE addressee_number = %(addressee)s AND charge_id > 0),
listed AS ({parts})
SELECT l.*, count(*) OVER (), c.tax_item, c.levy_year, coalesce(n.name, c.installment_term || '期'), coalesce(t.name, ''),
       k.identification, k.officer, k.recorded_at, k.corrects, k.correction_reason, x.contact_id
FROM (SELECT * FROM listed) l (kind, on_day, rank, charge_id, what, amount, code, place, note, contact_id, at, received_on)
LEFT JOIN own c ON c.charge_id = l.charge_id
{names}
LEFT JOIN contact_record k ON k.addressee_number = %(addressee)s AND k.contact_id = l.contact_id
LEFT JOIN contact_record x ON x.addressee_number = %(addressee)s AND x.corrects = l.contact_id
ORDER BY l.on_day DESC, coalesce(l.at, l.on_day::timestamptz) DESC, l.rank DESC, l.charge_id, l.contact_id DESC
OFFSET %(offset)s LIMIT %(size)s
"""


@dataclass(frozen=True, slots=True)
class Talk:
    """出来事が折衝なら、その詳しいところ。 corrected_by: これを訂正した折衝。"""

    contact_id: int
    at: Any
    means: str
    relationship: str
    counterpart: str
    identification: str
    officer: str
    recorded_at: Any
    corrects: int | None
    correction_reason: str
    corrected_by: int | None
    promise: PromiseFacts | None


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """出来事一つ。"""

    kind: EventKind
    on: date
    what: str
    charge_id: int | None
    charge_label: str
    amount: int | None
    note: str
    talk: Talk | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """出来事の一ページと、全体の件数。"""

    events: tuple[TimelineEvent, ...]
    total: int


def timeline_of(
    addressee_number: str,
    *,
    kinds: tuple[EventKind, ...] = tuple(EventKind),
    offset: int,
    size: int,
    hidden: HiddenValues | None = None,
    promises: tuple[PromiseFacts, ...] = (),
) -> Timeline:
    """その人に起きたことを、新しい順に。 hidden があれば、居場所の分かる出来事を省き、文から伏せる。

    要件: F13-01, F13-04, F28-02
    """
    parts = " UNION ALL ".join(
        f"SELECT '{kind.value}', {kind.value}_part.* FROM ({PARTS[kind]}) {kind.value}_part" for kind in kinds
    )
    rows = fetch_all(
        TIMELINE.format(parts=parts, names=CHARGE_NAMES),
        {"addressee": addressee_number, "hides": hidden is not None, "offset": offset, "size": size},
    )
    promised = {each.contact_id: each for each in promises}
    return Timeline(tuple(_event(row, hidden, promised) for row in rows), int(rows[0][12]) if rows else 0)


def _event(row: tuple[Any, ...], hidden: HiddenValues | None, promised: dict[int, PromiseFacts]) -> TimelineEvent:
    kind, on, _, charge_id, what, amount, code, place, note, contact_id, at, received_on = row[:12]
    tax_item, levy_year, term, tax_name = row[13:17]
    label = f"{tax_name or tax_item} {fiscal_year_label(levy_year)} {term}" if charge_id else ""
    if hidden is not None and hidden.owner_in(f"{note} {place}"):
        note, place = f"{MARKER}（居場所の分かることを含むため、表示しません）", MARKER
    if kind == EventKind.CONTACT:
        identification, officer, recorded_at, corrects, reason, corrected_by = row[17:]
        means = str(ContactRecord.Means(what).label)
        talk = Talk(
            contact_id, at, means, str(ContactRecord.Relationship(code).label), place,
            str(ContactRecord.Identification(identification).label), officer, recorded_at, corrects, reason, corrected_by,
            promised.get(contact_id),
        )  # fmt: skip
        return TimelineEvent(EventKind.CONTACT, on, means, None, "", None, note, talk)
    if kind == EventKind.ARREARS and code:
        procedure, _, act = code.partition(":")
        what = f"{what} {act_name(Procedure[procedure], ProcedureAct[act])}"
    if kind == EventKind.LETTER:
        what = kind_of(what).name
    if what == "過誤納":
        note = str(Overpayment.Cause(note).label)
    if what.startswith("収納") and code == Channel.APPROPRIATION:
        note = f"充当（{place}）"
    elif what.startswith("収納") and code:
        store = f" {place}" if place else ""
        note = f"{CHANNEL_NAMES[Channel(code)]}{store}、収入日 {short_wareki(received_on)}、{note}"
    return TimelineEvent(EventKind(kind), on, what, charge_id, label, amount, note)
