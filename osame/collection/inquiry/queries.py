"""期別一つの照会。なぜこの金額なのかを、出来事・仕訳・計算の過程・根拠で答える。

Why is this number so: every event and entry behind a charge, and the law's own steps for what is still running.
"""

from dataclasses import dataclass, replace
from datetime import date

from osame.collection.exemptions.queries import standing_exemptions
from osame.collection.ledger.models import Account, EntryKind
from osame.collection.ledger.queries import ChargeFacts
from osame.collection.overpayments.models import Overpayment
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.law.claim import ChargeClaim, Override, Payment
from osame.law.delinquency_charge import ChargeBreakdown, delinquency_charge
from osame.law.rules import LOCAL_TAX
from osame.platform.database import fetch_all


@dataclass(frozen=True, slots=True)
class Event:
    """期別に起きた出来事。"""

    on: date
    what: str
    amount: int
    note: str


@dataclass(frozen=True, slots=True)
class EntryLine:
    """仕訳一行。"""

    entry_id: int
    effective_on: date
    posted_on: date
    kind: str
    debit: str
    credit: str
    amount: int
    reverses: int | None


@dataclass(frozen=True, slots=True)
class Quote:
    """ある日に納めるとしたら、いくらか。"""

    as_of: date
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    fixed: bool  # 延滞金が確定しているか、まだ進んでいるか
    breakdown: ChargeBreakdown | None

    @property
    def total(self) -> int:
        """合計。"""
        return self.principal_tax + self.demand_fee + self.delinquency_charge


def entries_of(charge: ChargeFacts) -> list[EntryLine]:
    """期別の仕訳を、記帳の順に。"""
    rows = fetch_all(
        "SELECT entry_id, effective_on, posted_on, kind, debit, credit, amount, reverses FROM entry "
        "WHERE charge_id = %s AND addressee_number = %s ORDER BY entry_id",
        [charge.charge_id, charge.addressee_number],
    )
    return [
        EntryLine(entry, effective, posted, str(EntryKind(kind).label), str(Account(debit).label),
                  str(Account(credit).label), amount, reverses)
        for entry, effective, posted, kind, debit, credit, amount, reverses in rows
    ]  # fmt: skip


EVENTS = """
SELECT c.determined_on, '当初調定', c.determined_amount, '納期限 ' || c.due_date FROM (
    SELECT charge.*, coalesce((SELECT amount_after - difference FROM determination_revision v
        WHERE v.charge_id = charge.charge_id AND v.addressee_number = charge.addressee_number AND v.revision = 1),
        tax_amount) AS determined_amount FROM charge) c
WHERE c.charge_id = %(charge)s AND c.addressee_number = %(addressee)s
UNION ALL
SELECT corrected_on, CASE WHEN difference > 0 THEN '増額更正' WHEN difference < 0 THEN '減額更正' ELSE '納期変更' END,
       difference, reason FROM determination_revision WHERE charge_id = %(charge)s AND addressee_number = %(addressee)s
UNION ALL
SELECT r.paid_on, CASE WHEN x.receipt_key IS NULL THEN '収納' ELSE '収納（取消済み）' END, r.amount,
       '収入日 ' || r.received_on || '、チャネル ' || r.channel || CASE WHEN r.outlet <> '' THEN '、店舗 ' || r.outlet ELSE '' END || '、取込番号 ' || r.intake_file_id || ' の '
       || r.line_number || ' 行、番号 ' || r.receipt_key
FROM receipt r LEFT JOIN receipt_cancellation x USING (charge_id, receipt_key, addressee_number)
WHERE r.charge_id = %(charge)s AND r.addressee_number = %(addressee)s
UNION ALL
SELECT cancelled_on, '収納の取消し', 0, note FROM receipt_cancellation
WHERE charge_id = %(charge)s AND addressee_number = %(addressee)s
UNION ALL
SELECT paid_on, CASE stage WHEN '1' THEN '速報' WHEN '3' THEN '速報の取消し' ELSE '振替不能' END, amount,
       CASE WHEN result_code <> '' THEN '結果コード ' || result_code ELSE '' END
FROM channel_report WHERE slip_number = %(slip)s OR slip_number IN (
    SELECT slip_number FROM slip_share WHERE charge_id = %(charge)s AND addressee_number = %(addressee)s)
UNION ALL
SELECT issued_on, CASE WHEN cancelled_on IS NULL THEN '督促' ELSE '督促（取消済み）' END, principal_tax,
       CASE WHEN seizable_from IS NULL THEN '' ELSE '差押可能日 ' || seizable_from END
FROM demand WHERE charge_id = %(charge)s AND addressee_number = %(addressee)s
UNION ALL
SELECT x.on_day, x.what, 0, x.note FROM demand d CROSS JOIN LATERAL (VALUES
    (d.returned_on, '督促状の返戻', ''), (d.published_on, '督促状の公示送達', ''),
    (d.cancelled_on, CASE WHEN d.withdrawn_on IS NULL THEN '督促の取消し' ELSE '督促状の引抜き' END, d.cancel_reason)
) x (on_day, what, note)
WHERE d.charge_id = %(charge)s AND d.addressee_number = %(addressee)s AND x.on_day IS NOT NULL
UNION ALL
SELECT entered_on, '延滞金の強制入力', amount, reason || '（入力 ' || entered_by || '、承認 ' || approved_by || '）'
FROM charge_override WHERE charge_id = %(charge)s AND addressee_number = %(addressee)s
UNION ALL
SELECT ex.recorded_on, '延滞金の免除期間', 0, ex.first_on || '～' || coalesce(ex.through_on::text, '') || '（' || ex.article || '、' || ex.document || '）'
FROM exemption_period ex WHERE ex.charge_id = %(charge)s AND ex.addressee_number = %(addressee)s
UNION ALL
SELECT xx.recorded_on, '免除期間の取消し', 0, ex.first_on || '～' || coalesce(ex.through_on::text, '') || '：' || xx.reason
FROM exemption_period ex JOIN exemption_cancellation xx USING (addressee_number, period_id)
WHERE ex.charge_id = %(charge)s AND ex.addressee_number = %(addressee)s
UNION ALL
SELECT released_on, '強制入力の解除', amount, '' FROM charge_override
WHERE charge_id = %(charge)s AND addressee_number = %(addressee)s AND released_on IS NOT NULL
UNION ALL
SELECT arises_on, '過誤納', amount, cause
FROM overpayment WHERE charge_id = %(charge)s AND addressee_number = %(addressee)s
ORDER BY 1
"""


def history_of(charge: ChargeFacts) -> list[Event]:
    """調定から督促・過誤納までの出来事を、日の順に（F03-13、F04-14）。"""
    rows = fetch_all(
        EVENTS,
        {"charge": charge.charge_id, "addressee": charge.addressee_number, "slip": charge.slip_number},
    )
    return [
        Event(on, what, amount, str(Overpayment.Cause(note).label) if what == "過誤納" else note)
        for on, what, amount, note in rows
    ]


def quote(charge: ChargeFacts, *, as_of: date) -> Quote:
    """その日に納めるべき額を、延滞金の計算の過程とともに示す（F11-01、F11-06、F11-07）。

    What is due if paid on `as_of`. A charge whose principal is complete has a fixed delinquency charge; otherwise the law
    computes it to that day, with steps.
    """
    claim, months = _claim(charge, as_of)
    if months is None:
        return Quote(
            as_of, charge.principal_tax, charge.demand_fee, charge.delinquency_charge, fixed=True, breakdown=None
        )
    breakdown = delinquency_charge(claim, as_of=as_of, rule=replace(LOCAL_TAX, first_period_months=months))
    fixed = charge.principal_tax == 0
    due = charge.delinquency_charge if fixed else breakdown.final
    return Quote(as_of, charge.principal_tax, charge.demand_fee, due, fixed=fixed, breakdown=breakdown)


def _claim(charge: ChargeFacts, as_of: date) -> tuple[ChargeClaim, int | None]:
    """法に渡す事実。本税へ割り付けられた収納と、強制入力。延滞金のない税目なら月数は None。"""
    payments = fetch_all(
        "SELECT e.effective_on, sum(e.amount)::bigint FROM entry e WHERE e.charge_id = %s AND e.addressee_number = %s "
        "AND e.debit = 7 AND e.credit = 2 AND e.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM entry r "
        "WHERE r.charge_id = e.charge_id AND r.addressee_number = e.addressee_number AND r.reverses = e.entry_id) "
        "AND e.effective_on <= %s GROUP BY e.effective_on ORDER BY e.effective_on",
        [charge.charge_id, charge.addressee_number, as_of],
    )
    overrides = fetch_all(
        "SELECT amount, reason, approved_by, entered_on FROM charge_override WHERE charge_id = %s "
        "AND addressee_number = %s AND released_on IS NULL",
        [charge.charge_id, charge.addressee_number],
    )
    rule = fetch_all(
        "SELECT bears_delinquency_charge, first_period_months FROM tax_item WHERE tax_item = %s AND valid_from <= %s "
        "ORDER BY valid_from DESC LIMIT 1",
        [charge.tax_item, charge.due_date],
    )
    claim = ChargeClaim(
        principal=Yen(charge.tax_amount),
        due_date=charge.due_date,
        payments=tuple(Payment(on, Yen(amount)) for on, amount in payments),
        exemptions=standing_exemptions(charge.addressee_number, charge.charge_id),
        override=Override(Yen(overrides[0][0]), *overrides[0][1:]) if overrides else None,
    )
    return claim, int(rule[0][1]) if rule and rule[0][0] else None


def statement_lines(answer: Quote) -> list[tuple[str, ...]]:
    """延滞金計算書（R-070）の行。期間・日数・割合・基礎額・金額。"""
    if answer.breakdown is None:
        return []
    return [
        (
            f"{format_wareki(segment.first)}～{format_wareki(segment.through)}",
            f"{segment.days}日",
            f"年{float_free_percent(segment.rate.numerator, segment.rate.denominator)}%",
            f"{segment.base:,}円",
            f"{segment.amount:,}円",
        )
        for segment in answer.breakdown.segments
    ]


def float_free_percent(numerator: int, denominator: int) -> str:
    """割合を百分率の文字にする（小数第2位まで、浮動小数点を使わない）。"""
    hundredths = numerator * 10_000 // denominator
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".")
