"""一年に口座振替で納めた額（R-009 のもと）。取り消した収納と、過誤納になって戻る額は除く。

What was paid by direct debit in a calendar year, per tax: what of those receipts stands allocated to tax and its additions
today. Overpaid parts are refunded or appropriated, so they are no payment of tax of that year.

解釈: 申告に使う「その年に納めた額」は、領収日（引落日）の属する暦年で数え、後に還付・充当となった分を引く（所得税法第74条第1項の
「その年中に支払った」）。
"""

from dataclasses import dataclass

from osame.formats.reports import Channel
from osame.platform.database import fetch_all

# 収納のうち、本税・督促手数料・延滞金・滞納処分費・加算金（勘定2〜6）に割り付いている額。
PAID = """
SELECT r.addressee_number, c.tax_item,
       coalesce((SELECT name FROM tax_item t WHERE t.tax_item = c.tax_item ORDER BY valid_from DESC LIMIT 1), c.tax_item),
       count(DISTINCT (r.charge_id, r.paid_on)), sum(s.amount)::bigint
FROM receipt r JOIN charge c USING (addressee_number, charge_id)
JOIN LATERAL (
    SELECT sum(CASE WHEN e.debit = 7 THEN e.amount ELSE -e.amount END) AS amount FROM entry e
    WHERE e.charge_id = r.charge_id AND e.addressee_number = r.addressee_number AND e.receipt_key = r.receipt_key
      AND (e.debit = 7 AND e.credit BETWEEN 2 AND 6 OR e.credit = 7 AND e.debit BETWEEN 2 AND 6)
) s ON s.amount > 0
WHERE r.channel = %(channel)s AND r.paid_on >= make_date(%(year)s, 1, 1) AND r.paid_on < make_date(%(year)s + 1, 1, 1)
  AND (%(addressee)s = '' OR r.addressee_number = %(addressee)s)
GROUP BY 1, 2, 3 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class PaidLine:
    """ある人が、ある税目を、その年に口座振替で納めた額。"""

    addressee_number: str
    tax_item: str
    tax_item_name: str
    times: int
    amount: int


def paid_in_year(year: int, *, addressee_number: str = "") -> tuple[PaidLine, ...]:
    """一年に口座振替で納めた額。還付・充当された分は除く。

    要件: F06-10
    """
    terms = {"year": year, "channel": Channel.DIRECT_DEBIT.value, "addressee": addressee_number}
    return tuple(PaidLine(*row) for row in fetch_all(PAID, terms))
