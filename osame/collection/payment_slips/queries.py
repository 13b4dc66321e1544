"""納付書の照会。使われたか、期限が切れたかは、元帳の収納と日付から決まる。"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.numbering import OVER_LIMIT, el_number
from osame.collection.payment_slips.owed import Share
from osame.formats import gs1_128
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all

COLUMNS = (
    "slip_number", "addressee_number", "kind", "issue_count", "issued_on", "issued_by", "amount", "payable_through",
    "agency_number", "confirmation_number", "payment_class", "barcode", "upper_line", "lower_line", "el_qr", "plan",
    "cautions", "reason", "pledge_key", "round_number", "void_on", "void_reason", "replaced_by", "paid", "paid_on",
)  # fmt: skip
SLIPS = """
SELECT s.slip_number, s.addressee_number, s.kind, s.issue_count, s.issued_on, s.issued_by, s.amount, s.payable_through,
       s.agency_number, s.confirmation_number, s.payment_class, s.barcode, s.upper_line, s.lower_line, s.el_qr, s.plan,
       s.cautions, s.reason, s.pledge_key, s.round_number, s.void_on, s.void_reason, s.replaced_by, p.paid, p.paid_on,
       g.acts, g.answers
FROM payment_slip s
LEFT JOIN LATERAL (
    SELECT coalesce(sum(r.amount), 0)::bigint AS paid, max(r.paid_on) AS paid_on
    FROM slip_share m JOIN receipt r ON r.charge_id = m.charge_id AND r.addressee_number = m.addressee_number
        AND r.slip_number = m.slip_number
    WHERE m.slip_number = s.slip_number AND NOT EXISTS (
        SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key
          AND x.addressee_number = r.addressee_number)) p ON true
LEFT JOIN LATERAL (
    SELECT array_agg(act ORDER BY act) AS acts, array_agg(result_code ORDER BY act) AS answers
    FROM slip_registration x WHERE x.slip_number = s.slip_number) g ON true
"""


class SlipNotFound(Refusal):
    """この番号の納付書は、この仕組みで発行していません。番号を確かめてください。"""


class State(models.TextChoices):
    """納付書の状態。"""

    UNUSED = "1", "未使用"
    USED = "2", "使用済"
    EXPIRED = "3", "期限切れ"
    VOID = "9", "無効"


class Registration(models.TextChoices):
    """eLTAX への登録の状態（F07-03）。"""

    NONE = "0", "未依頼"
    REQUESTED = "1", "登録依頼"
    REGISTERED = "2", "登録済"
    REFUSED = "3", "登録不能"
    PAID = "4", "納付済"
    WITHDRAWN = "9", "無効化"


KINDS = {State.UNUSED: "info", State.USED: "success", State.EXPIRED: "warning", State.VOID: ""}


@dataclass(frozen=True, slots=True)
class Slip:
    """発行した納付書一枚。 paid: この番号で届いた入金のうち、取り消していない額。"""

    slip_number: int
    addressee_number: str
    kind: PaymentSlip.Kind
    issue_count: int
    issued_on: date
    issued_by: str
    amount: int
    payable_through: date
    agency_number: str
    confirmation_number: str
    payment_class: str
    barcode: str
    upper_line: str
    lower_line: str
    el_qr: str
    shares: tuple[Share, ...]
    cautions: tuple[str, ...]
    reason: str
    pledge_key: str
    round_number: int | None
    void_on: date | None
    void_reason: str
    replaced_by: int | None
    paid: int
    paid_on: date | None
    registration: Registration

    @property
    def el_number(self) -> str:
        """eL番号。"""
        return el_number(self.agency_number, self.slip_number, self.confirmation_number, self.payment_class)

    @property
    def barcode_text(self) -> str:
        """バーコードの下の文字。"""
        return gs1_128.human_readable(self.barcode) if self.barcode else ""

    @property
    def barcode_omitted(self) -> str:
        """バーコードを刷らない理由。刷るなら空。"""
        return "" if self.barcode else OVER_LIMIT

    @property
    def terms(self) -> str:
        """どの期別の納付書か。"""
        return "、".join(each.label for each in self.shares)

    def state(self, on: date) -> State:
        """その日の状態。"""
        if self.paid:
            return State.USED
        if self.void_on:
            return State.VOID
        return State.EXPIRED if self.payable_through < on else State.UNUSED


def slip_numbered(slip_number: int, *, lock: bool = False) -> Slip:
    """番号の納付書。なければ断る。"""
    held = "FOR NO KEY UPDATE OF s" if lock else ""
    rows = fetch_all(f"{SLIPS} WHERE s.slip_number = %s {held}", [slip_number])
    if not rows:
        raise SlipNotFound(str(slip_number))
    return _slip(rows[0])


def slips_of(addressee_number: str) -> tuple[Slip, ...]:
    """一人の納付書を、新しい順に。

    要件: F07-09
    """
    return tuple(
        _slip(row)
        for row in fetch_all(f"{SLIPS} WHERE s.addressee_number = %s ORDER BY s.slip_number DESC", [addressee_number])
    )


def slips_numbered(numbers: Sequence[int]) -> tuple[Slip, ...]:
    """番号の納付書を、番号の順に。"""
    return tuple(
        _slip(row)
        for row in fetch_all(f"{SLIPS} WHERE s.slip_number = ANY(%s) ORDER BY s.slip_number", [list(numbers)])
    )


def unused_slips(addressees: Sequence[str], charges: Sequence[int], *, as_of: date) -> tuple[Slip, ...]:
    """その期別を含む、まだ使われていない納付書。期限の切れたものも、納める人の手元にはある。

    要件: F07-09
    """
    rows = fetch_all(
        f"{SLIPS} WHERE s.addressee_number = ANY(%s) AND s.void_on IS NULL AND s.slip_number IN ("
        "SELECT slip_number FROM slip_share WHERE charge_id = ANY(%s)) ORDER BY s.slip_number",
        [list(addressees), list(charges)],
    )
    return tuple(slip for slip in map(_slip, rows) if slip.state(as_of) in {State.UNUSED, State.EXPIRED})


def _slip(row: tuple[Any, ...]) -> Slip:
    known = dict(zip(COLUMNS, row[:25], strict=True))
    shares = (Share(**{**each, "steps": tuple(each["steps"])}) for each in json.loads(known.pop("plan")))
    told = known | {
        "kind": PaymentSlip.Kind(known["kind"]),
        "cautions": tuple(each for each in known["cautions"].split("\n") if each),
        "shares": tuple(shares),
        "registration": _registration(known["paid"], dict(zip(row[25] or (), row[26] or (), strict=True))),
    }
    return Slip(**told)


def _registration(paid: int, acts: dict[str, str]) -> Registration:
    """依頼と回答から決まる、登録の状態。 acts: 依頼の区分 → 結果コード。"""
    if "1" not in acts:
        return Registration.NONE
    if paid:
        return Registration.PAID
    if "9" in acts:
        return Registration.WITHDRAWN
    return {"": Registration.REQUESTED, "00": Registration.REGISTERED}.get(acts["1"], Registration.REFUSED)
