"""収納率と近い期限を、元帳から数え直す。夜のジョブと、職員の頼みで行う。"""

from datetime import date

from django.db import transaction

from osame.collection.today.models import NearDeadline
from osame.kernel.dates import fiscal_year
from osame.platform.database import run_sql

NEAR_PRESCRIPTION, NEAR_PROTECTION = 90, 60  # 日
KEPT_DAYS = 31

# 本税（勘定2）の動きを、相手の勘定で分ける。調定（1）は調定額、不納欠損（10）は除き、ほかは収入額。
# 滞納繰越分の調定額は、年度の初めに残っていた本税に、年度中の増減を加えたもの。
RATES = """
INSERT INTO collection_rate (as_of, tax_item, carried_over, determined, received)
SELECT %(on)s, m.tax_item, m.carried_over,
       coalesce(sum(m.change) FILTER (WHERE m.other = 1 OR m.carried_over AND m.posted_on < %(start)s), 0)::bigint,
       coalesce(-sum(m.change) FILTER (
           WHERE m.other NOT IN (1, 10) AND (NOT m.carried_over OR m.posted_on >= %(start)s)), 0)::bigint
FROM (
    SELECT c.tax_item, c.fiscal_year < %(year)s AS carried_over, e.posted_on,
           CASE WHEN e.debit = 2 THEN e.amount ELSE -e.amount END AS change,
           CASE WHEN e.debit = 2 THEN e.credit ELSE e.debit END AS other
    FROM entry e JOIN charge c USING (charge_id, addressee_number)
    WHERE e.posted_on <= %(on)s AND c.fiscal_year <= %(year)s AND e.charge_id > 0 AND 2 IN (e.debit, e.credit)
) m GROUP BY m.tax_item, m.carried_over
"""
# 時効の満了日は、台帳の夜の数え直しが、期別ごとに法に問うた答え（猶予・承認・催告を含む）。
PRESCRIPTION = """
INSERT INTO near_deadline (as_of, kind, count, earliest)
SELECT %(on)s, %(kind)s, count(*), min(prescribed_on) FROM case_charge
WHERE prescribed_on BETWEEN %(on)s AND %(on)s::date + %(days)s::int
"""
PROTECTION = """
INSERT INTO near_deadline (as_of, kind, count, earliest)
SELECT %(on)s, %(kind)s, count(*), min(protected_through) FROM addressee
WHERE protection_measure AND protected_through <= %(on)s::date + %(days)s::int
"""


def year_before(on: date) -> date:
    """前年の同じ日。二月二十九日の前年は、二十八日。

    >>> year_before(date(2028, 2, 29))
    datetime.date(2027, 2, 28)
    """
    return date(on.year - 1, on.month, 28 if (on.month, on.day) == (2, 29) else on.day)


def count_again(*, as_of: date) -> int:
    """収納率（その日と前年同日）と近い期限を数え直し、収納率の行数を返す。何度数えても同じになる。

    要件: F23-01, F23-09, F13-05
    """
    days = [year_before(as_of), as_of]
    with transaction.atomic():
        run_sql("DELETE FROM collection_rate WHERE as_of = ANY(%s) OR counted_at < now() - %s * interval '1 day'",
                [days, KEPT_DAYS])  # fmt: skip
        run_sql("DELETE FROM near_deadline WHERE as_of <= %s", [as_of])
        kind = NearDeadline.Kind
        run_sql(PRESCRIPTION, {"on": as_of, "kind": kind.PRESCRIPTION.value, "days": NEAR_PRESCRIPTION})
        run_sql(PROTECTION, {"on": as_of, "kind": kind.PROTECTION.value, "days": NEAR_PROTECTION})
        return sum(_rates(on) for on in days)


def _rates(on: date) -> int:
    year = fiscal_year(on)
    return run_sql(RATES, {"on": on, "year": year, "start": date(year, 4, 1)})
