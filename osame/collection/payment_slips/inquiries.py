"""収納機関からの照会に答える。納められるか、いくらか、いつまでか。

Answered for many at once, from the slip, its receipts and reports, and what is left of its terms. Whoever does not know all four
numbers learns nothing: a wrong confirmation number is answered like a slip that does not exist.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.db import models

from osame.formats.reports import LineProblem
from osame.formats.slip_inquiry_csv import SlipAnswer, SlipInquiry, read_lines, write_answers
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import emit
from osame.platform.egress.models import EgressKind, EgressRecord, ReceiverClass

MOST = 100_000
SHOWN = 5
# 入金（確報）か速報が届いているか、期別に納める額が残っていなければ、納付済。
ANSWERS = """
SELECT w.place, s.addressee_number,
       CASE WHEN s.slip_number IS NULL THEN '0'
            WHEN p.paid OR NOT p.owed THEN '2'
            WHEN s.void_on IS NOT NULL THEN '9'
            WHEN s.payable_through < %(on)s THEN '3'
            ELSE '1' END,
       s.amount, s.payable_through, s.replaced_by
FROM unnest(%(numbers)s::bigint[], %(agencies)s::text[], %(confirmations)s::text[], %(classes)s::text[])
    WITH ORDINALITY w(slip_number, agency_number, confirmation_number, payment_class, place)
LEFT JOIN payment_slip s ON s.slip_number = w.slip_number AND s.agency_number = w.agency_number
    AND s.confirmation_number = w.confirmation_number AND s.payment_class = w.payment_class
LEFT JOIN LATERAL (
    SELECT bool_or(EXISTS (SELECT 1 FROM receipt r WHERE r.charge_id = m.charge_id AND r.addressee_number = m.addressee_number
               AND r.slip_number = m.slip_number AND NOT EXISTS (SELECT 1 FROM receipt_cancellation x
                   WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key AND x.addressee_number = r.addressee_number)))
           OR EXISTS (SELECT 1 FROM channel_report n WHERE n.slip_number = s.slip_number AND n.stage = '1'
               AND NOT EXISTS (SELECT 1 FROM channel_report c WHERE c.receipt_key = n.receipt_key AND c.stage = '3')) AS paid,
           bool_or(c.principal_tax + c.demand_fee + c.delinquency_charge > 0) AS owed
    FROM slip_share m JOIN charge c ON c.charge_id = m.charge_id AND c.addressee_number = m.addressee_number
    WHERE m.slip_number = s.slip_number) p ON true
ORDER BY w.place
"""


class SlipStanding(models.TextChoices):
    """照会への答え。"""

    UNKNOWN = "0", "該当なし"
    PAYABLE = "1", "納付できる"
    PAID = "2", "納付済"
    EXPIRED = "3", "期限切れ"
    VOID = "9", "無効"


class InquiryUnreadable(Refusal):
    """照会のファイルを読めません。一件も答えていません。示した行を直して、送り直してもらってください。"""


class TooManyInquiries(Refusal):
    """一度に答えられる照会は10万件までです。分けて送ってもらってください。"""


def answers_to(inquiries: Sequence[SlipInquiry], *, as_of: date) -> tuple[SlipAnswer, ...]:
    """照会に、同じ順で答える。何件でも、一つの SQL で。

    要件: F07-04
    """
    return tuple(answer for answer, _ in _answered(inquiries, as_of))


def answer_file(source: Path, target: Path, *, receiver: str, as_of: date) -> tuple[EgressRecord, dict[str, int]]:
    """照会のファイルに、回答のファイルで答える。一行でも読めなければ、一件も答えない。（出力の記録、状態ごとの件数）を返す。

    要件: F07-04, F29-06
    """
    with source.open("rb") as stream:
        read = list(read_lines(stream))
    if problems := [each for each in read if isinstance(each, LineProblem)]:
        raise InquiryUnreadable("；".join(each.reason for each in problems[:SHOWN]))
    if len(read) > MOST:
        raise TooManyInquiries(f"{len(read):,}件")
    told = _answered([each for each in read if isinstance(each, SlipInquiry)], as_of)
    subjects = sorted({who for _, who in told if who})
    counts = {str(each.label): 0 for each in SlipStanding}
    for answer, _ in told:
        counts[str(SlipStanding(answer.state).label)] += 1
    record(
        "収納機関の照会に答えた",
        subjects=subjects,
        fields=["納付書の状態", "金額"],
        detail={"収納機関": receiver, **counts},
    )
    content = write_answers(answer for answer, _ in told)
    return emit(content, target, Output(EgressKind.PROVISION, subjects, ReceiverClass.BANK, receiver)), counts


def _answered(inquiries: Sequence[SlipInquiry], as_of: date) -> list[tuple[SlipAnswer, str]]:
    """（回答、納付書の宛名番号。該当がなければ空）。"""
    rows = fetch_all(
        ANSWERS,
        {
            "numbers": [each.slip_number for each in inquiries],
            "agencies": [each.agency_number for each in inquiries],
            "confirmations": [each.confirmation_number for each in inquiries],
            "classes": [each.payment_class for each in inquiries],
            "on": as_of,
        },
    )
    answers = []
    for place, who, state, amount, through, later in rows:
        payable = state == SlipStanding.PAYABLE
        told = SlipAnswer(
            inquiries[place - 1], state, amount if payable else None, through if payable else None,
            later if state == SlipStanding.VOID else None,
        )  # fmt: skip
        answers.append((told, str(who or "")))
    return answers
