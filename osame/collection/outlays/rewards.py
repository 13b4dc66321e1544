"""前納報奨金の候補。納期の来た期と合わせて、後の納期の分を納期前に納めた人を、税目と年度ごとに一つの文で見つける。

Who paid later terms together with the term that had come, and what the ordinance gives for it. Whoever owes anything overdue gets
nothing (第321条第2項ただし書); what was rewarded already is not found again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from osame.collection.outlays.rules import Rewarding, reward_rule
from osame.kernel.money import Yen
from osame.law.prepayment_reward import PrepaidTerm, Reward, prepayment_reward
from osame.platform.database import fetch_all

OWES = "納期限を過ぎた未納の徴収金があります（地方税法第321条第2項ただし書、第365条第2項ただし書）"
DIED = "死亡しています。相続人を確かめてください"
ZERO = "計算した額が0円です"
# 充当・委託納付（納税者の納付ではない）と取り消した収納を除き、最後に納めた日を見る。
AHEAD = """
WITH term AS (
    SELECT c.addressee_number, c.charge_id, c.installment_term, c.due_date, c.tax_amount, c.principal_tax, n.name, n.year_month,
           p.paid_on
    FROM charge c JOIN installment_term n USING (levy_year, tax_item, installment_term)
    LEFT JOIN LATERAL (
        SELECT max(r.paid_on) AS paid_on FROM receipt r WHERE r.charge_id = c.charge_id
          AND r.addressee_number = c.addressee_number AND r.channel NOT IN ('14', '19') AND NOT EXISTS (
            SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id AND x.receipt_key = r.receipt_key
              AND x.addressee_number = r.addressee_number)) p ON true
    WHERE c.tax_item = %(tax_item)s AND c.levy_year = %(levy_year)s AND NOT n.occasional AND c.tax_amount > 0
), ahead AS (
    SELECT t.*, (SELECT min(a.due_date) FROM term a WHERE a.addressee_number = t.addressee_number AND a.due_date >= t.paid_on)
           AS come
    FROM term t WHERE t.principal_tax = 0 AND t.paid_on < t.due_date
)
SELECT t.addressee_number, coalesce(d.name, ''), d.died_on IS NOT NULL, t.charge_id, t.installment_term, t.name, t.tax_amount,
       t.paid_on, t.due_date, to_date(t.year_month || '-01', 'YYYY-MM-DD'),
       EXISTS (SELECT 1 FROM charge o WHERE o.addressee_number = t.addressee_number AND o.due_date < %(as_of)s
           AND o.principal_tax + o.demand_fee + o.delinquency_charge > 0)
FROM ahead t LEFT JOIN addressee d USING (addressee_number)
WHERE t.due_date > t.come
  AND NOT EXISTS (SELECT 1 FROM term b WHERE b.addressee_number = t.addressee_number AND b.due_date <= t.come
      AND (b.principal_tax > 0 OR b.paid_on > t.paid_on))
  AND (NOT %(only_debits)s OR EXISTS (
      SELECT 1 FROM debit_instruction i JOIN debit_request q USING (request_id)
      JOIN debit_result z USING (addressee_number, charge_id, request_id)
      WHERE i.addressee_number = t.addressee_number AND i.charge_id = t.charge_id AND q.due_date < t.due_date AND z.code = '0'))
  AND NOT EXISTS (SELECT 1 FROM outlay w WHERE w.addressee_number = t.addressee_number AND w.kind = '2' AND w.state <> '9'
      AND w.tax_item = %(tax_item)s AND w.levy_year = %(levy_year)s)
ORDER BY t.addressee_number, t.due_date
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """前納した人一人。 barred: 交付できない理由（できるなら空）。"""

    addressee_number: str
    name: str
    terms: tuple[PrepaidTerm, ...]
    reward: Reward
    barred: str

    @property
    def amount(self) -> int:
        """交付する額。"""
        return int(self.reward.final)

    @property
    def prepaid(self) -> int:
        """納期前に納付した税額。"""
        return sum(each.amount for each in self.terms)


def candidates(tax_item: str, levy_year: int, *, as_of: date) -> tuple[Candidate, ...]:
    """税目と年度の、前納報奨金の候補。交付できない人も、理由とともに。

    要件: F06-08
    """
    ruled = reward_rule(tax_item, as_of=as_of)
    rows = fetch_all(
        AHEAD,
        {"tax_item": tax_item, "levy_year": levy_year, "as_of": as_of, "only_debits": ruled.rule.only_debits},
    )
    return tuple(_candidate(list(lines), ruled) for _, lines in groupby(rows, key=lambda row: str(row[0])))


def _candidate(lines: Sequence[tuple[object, ...]], ruled: Rewarding) -> Candidate:
    terms = tuple(_term(each) for each in lines)
    reward = prepayment_reward(terms, ruled.rule)
    who, name, died = lines[0][:3]
    barred = OWES if lines[0][-1] else DIED if died else "" if reward.final else ZERO
    return Candidate(str(who), str(name), terms, reward, barred)


def _term(row: tuple[object, ...]) -> PrepaidTerm:
    charge_id, _, label, amount, paid_on, due_date, first_day = row[3:10]
    assert isinstance(charge_id, int)
    assert isinstance(amount, int)
    assert isinstance(paid_on, date)
    assert isinstance(due_date, date)
    assert isinstance(first_day, date)
    return PrepaidTerm(charge_id, str(label), Yen(amount), paid_on, due_date, first_day)
