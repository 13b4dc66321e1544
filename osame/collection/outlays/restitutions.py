"""返還金の内訳を確かめる。還付できる年度でないか、還付・返還と二重にならないか、要綱の年数の内か。利息に相当する額を計算する。

What may be restituted: nothing that the law still refunds, nothing twice, nothing beyond what was paid, each part with the document
that proves it. The ledger is asked first; a year whose ledger is lost is estimated and says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.outlays.rules import restitution_rule
from osame.kernel.dates import UnreadableDate, parse_date
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.restitution import RestitutionRule, refuse_untimely, restitution_interest
from osame.platform.database import fetch_all, fetch_one

ESTIMATED = "推計"
FIELDS = ("賦課年度", "期", "法定納期限", "納付の日", "納付した額", "返還する額", "資料")
# 還付（時効になったものを除く）と返還の額。同じ期別の分。
ALREADY = """
SELECT c.charge_id, coalesce((
    SELECT sum(r.amount) FROM receipt r WHERE r.addressee_number = c.addressee_number AND r.charge_id = c.charge_id AND NOT EXISTS (
        SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key
          AND x.addressee_number = r.addressee_number)), 0)::bigint,
    coalesce((SELECT sum(m.amount) FROM refund_part m JOIN refund_decision d USING (addressee_number, decision_id)
        WHERE m.addressee_number = c.addressee_number AND m.charge_id = c.charge_id AND m.use <> '3' AND d.state = '1'
          AND NOT EXISTS (SELECT 1 FROM refund_payee y WHERE y.addressee_number = m.addressee_number
              AND y.decision_id = m.decision_id AND y.state = '8' AND m.use = '1')), 0)::bigint
FROM charge c
WHERE c.addressee_number = %(who)s AND c.tax_item = %(tax_item)s AND c.levy_year = %(year)s AND c.installment_term = %(term)s
"""
RESTITUTED = """
SELECT coalesce(sum(p.amount), 0)::bigint FROM outlay_part p JOIN outlay o USING (addressee_number, outlay_id)
WHERE o.kind = '1' AND o.state <> '9' AND o.addressee_number = %(who)s AND o.tax_item = %(tax_item)s
  AND p.levy_year = %(year)s AND p.installment_term = %(term)s
"""


class PartUnreadable(Refusal):
    """内訳を読めません。一行に一つ、賦課年度、期、法定納期限、納付の日、納付した額、返還する額、資料を「、」で区切ってください。推計した年度は、終わりに「、推計」を加えます。"""


class NothingToRestitute(Refusal):
    """返還する内訳がありません。期別を一つ以上、入力してください。"""


class PaidTwiceOver(Refusal):
    """還付した額や、前に返還した額と合わせると、納付した額を超えます。二重の支払になるので、額を確かめてください。"""


class NotWhatWasPaid(Refusal):
    """納付した額が、収納の記録と違います。記録の額を入力してください。"""


@dataclass(frozen=True, slots=True)
class GivenPart:
    """申し出られた内訳一つ。"""

    levy_year: int
    installment_term: int
    statutory_due_date: date
    paid_on: date
    paid_amount: int
    amount: int
    evidence: str
    estimated: bool

    def frozen(self) -> dict[str, Any]:
        """起案に残す形。"""
        return {
            "year": self.levy_year, "term": self.installment_term, "statutory": self.statutory_due_date.isoformat(),
            "paid_on": self.paid_on.isoformat(), "paid": self.paid_amount, "amount": self.amount,
            "evidence": self.evidence, "estimated": self.estimated,
        }  # fmt: skip

    @classmethod
    def thawed(cls, told: dict[str, Any]) -> "GivenPart":
        """起案から。"""
        return cls(
            int(told["year"]), int(told["term"]), date.fromisoformat(told["statutory"]),
            date.fromisoformat(told["paid_on"]), int(told["paid"]), int(told["amount"]), told["evidence"], bool(told["estimated"]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CheckedPart:
    """確かめた内訳と、利息に相当する額。"""

    given: GivenPart
    charge_id: int | None
    interest: int
    steps: tuple[str, ...]


def read_parts(text: str) -> tuple[GivenPart, ...]:
    """打たれた行を読む。

    例:
    >>> read_parts("2012、1、H24.5.31、H24.5.28、50,000、12,000、平成24年度 収納簿")[0].amount
    12000
    """
    found = []
    for number, line in enumerate(filter(str.strip, text.splitlines()), start=1):
        cells = [each.strip() for each in line.split("、")]
        estimated = len(cells) == len(FIELDS) + 1 and cells[-1] == ESTIMATED
        if len(cells) != len(FIELDS) + estimated or not cells[6]:
            raise PartUnreadable(f"{number}行目")
        try:
            year, term, paid, amount = (int(cells[at].replace(",", "")) for at in (0, 1, 4, 5))
            found.append(
                GivenPart(year, term, parse_date(cells[2]), parse_date(cells[3]), paid, amount, cells[6], estimated)
            )
        except (ValueError, UnreadableDate) as error:
            raise PartUnreadable(f"{number}行目：{error}") from error
    return tuple(found)


def checked_parts(
    addressee_number: str, tax_item: str, parts: Sequence[GivenPart], *, decided_on: date
) -> tuple[CheckedPart, ...]:
    """内訳を一つずつ確かめ、利息に相当する額を計算する。一つでも支払えなければ断る。

    要件: F05-13
    """
    if not parts:
        raise NothingToRestitute
    rule, _ = restitution_rule(as_of=decided_on)
    taken: dict[tuple[int, int], int] = {}
    checked = []
    for each in parts:
        key = (each.levy_year, each.installment_term)
        label = f"{each.levy_year}年度 {each.installment_term}期"
        if not 0 < each.amount <= each.paid_amount:
            raise PaidTwiceOver(f"{label} 納付{each.paid_amount:,}円、返還{each.amount:,}円")
        refuse_untimely(each.statutory_due_date, each.paid_on, decided_on, rule)
        charge_id = _refuse_double(addressee_number, tax_item, each, taken.get(key, 0))
        taken[key] = taken.get(key, 0) + each.amount
        checked.append(_with_interest(each, charge_id, rule, decided_on))
    return tuple(checked)


def _refuse_double(addressee_number: str, tax_item: str, part: GivenPart, before: int) -> int | None:
    """還付と返還の合計が、納付した額を超えないか。期別の番号（帳簿になければ None）。"""
    keys = {"who": addressee_number, "tax_item": tax_item, "year": part.levy_year, "term": part.installment_term}
    label = f"{part.levy_year}年度 {part.installment_term}期"
    (restituted,) = fetch_one(RESTITUTED, keys)
    rows = fetch_all(ALREADY, keys)
    charge_id, received, refunded = rows[0] if rows else (None, part.paid_amount, 0)
    if received != part.paid_amount:
        raise NotWhatWasPaid(f"{label} 収納の記録{received:,}円、入力{part.paid_amount:,}円")
    if refunded + restituted + before + part.amount > part.paid_amount:
        raise PaidTwiceOver(
            f"{label} 納付{part.paid_amount:,}円、還付{refunded:,}円、返還{restituted + before:,}円、今回{part.amount:,}円"
        )
    return int(charge_id) if charge_id is not None else None


def _with_interest(part: GivenPart, charge_id: int | None, rule: RestitutionRule, decided_on: date) -> CheckedPart:
    told = restitution_interest(Yen(part.amount), part.paid_on, decided_on, rule)
    return CheckedPart(part, charge_id, int(told.amount), told.steps)
