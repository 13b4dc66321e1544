"""調定簿。月ごと、税目・現滞ごとの、調定と収納の動き。

The determination book of a month: opening + increases − decreases − receipts − write-offs = closing, by tax item and by
current year or carried over, straight from the journal.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from osame.kernel.periods import month_end
from osame.law.fiscal_attribution import attribute_receipt
from osame.platform.database import fetch_all

# 本税（勘定2）の動きだけを、会計日で。取消しの仕訳は、元と逆向きに同じ欄で引かれる。
MOVES = """
SELECT c.tax_item, c.levy_year,
       sum(CASE WHEN e.posted_on < %(first)s THEN CASE WHEN e.debit = 2 THEN e.amount ELSE -e.amount END ELSE 0 END),
       sum(CASE WHEN e.posted_on >= %(first)s AND e.kind IN (1, 2)
           THEN CASE WHEN e.debit = 2 THEN e.amount ELSE -e.amount END ELSE 0 END),
       sum(CASE WHEN e.posted_on >= %(first)s AND e.kind = 3
           THEN CASE WHEN e.credit = 2 THEN e.amount ELSE -e.amount END ELSE 0 END),
       sum(CASE WHEN e.posted_on >= %(first)s AND e.kind NOT IN (1, 2, 3, 10)
           THEN CASE WHEN e.credit = 2 THEN e.amount ELSE -e.amount END ELSE 0 END),
       sum(CASE WHEN e.posted_on >= %(first)s AND e.kind = 10
           THEN CASE WHEN e.credit = 2 THEN e.amount ELSE -e.amount END ELSE 0 END)
FROM entry e JOIN charge c USING (charge_id, addressee_number)
WHERE (e.debit = 2 OR e.credit = 2) AND e.posted_on <= %(through)s
GROUP BY c.tax_item, c.levy_year
"""


@dataclass(frozen=True, slots=True)
class BookLine:
    """調定簿の一行（本税）。"""

    tax_item: str
    tax_item_name: str
    carried_over: bool
    opening: int
    increases: int
    decreases: int
    receipts: int
    write_offs: int

    @property
    def closing(self) -> int:
        """月末の未納。"""
        return self.opening + self.increases - self.decreases - self.receipts - self.write_offs


@dataclass(frozen=True, slots=True)
class DeterminationBook:
    """一月分の調定簿。"""

    first: date
    through: date
    lines: tuple[BookLine, ...]


def determination_book(month: date) -> DeterminationBook:
    """その月の調定簿を作る。

    The determination book of the month that `month` lies in. Whether a levy year is carried over is asked of the law:
    until the accounts close on 31 May, last year's levies are still current.

    要件: F03-10
    """
    first, through = month.replace(day=1), month_end(month)
    names: dict[str, str] = dict(
        fetch_all(
            "SELECT DISTINCT ON (tax_item) tax_item, name FROM tax_item WHERE valid_from <= %s "
            "ORDER BY tax_item, valid_from DESC",
            [through],
        )
    )
    sums: dict[tuple[str, bool], list[int]] = defaultdict(lambda: [0] * 5)
    for tax_item, levy_year, *amounts in fetch_all(MOVES, {"first": first, "through": through}):
        carried_over = attribute_receipt(levy_year=levy_year, accounted_on=first).carried_over
        line = sums[tax_item, carried_over]
        line[:] = [known + int(amount) for known, amount in zip(line, amounts, strict=True)]
    return DeterminationBook(
        first,
        through,
        tuple(
            BookLine(tax_item, names.get(tax_item, tax_item), carried_over, *amounts)
            for (tax_item, carried_over), amounts in sorted(sums.items())
        ),
    )
