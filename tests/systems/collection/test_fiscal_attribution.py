"""会計年度の所属は、SQL と法で一致する（平成31年から令和20年までの全日）。"""

from datetime import date

from osame.collection.matching.batch import ACCOUNTING_YEARS, FISCAL_YEAR
from osame.law.fiscal_attribution import attribute_receipt
from osame.platform.database import fetch_all, run_sql


def test_sql_equals_law_on_every_day(database: str) -> None:
    run_sql(
        "CREATE TEMP TABLE staged_receipt AS SELECT day::date AS accounted_on, levy_year FROM "
        "generate_series(date '2019-01-01', date '2038-12-31', interval '1 day') day, generate_series(2016, 2030) levy_year"
    )
    rows = fetch_all(
        f"SELECT r.accounted_on, r.levy_year, {FISCAL_YEAR}, r.levy_year < {FISCAL_YEAR} "
        f"FROM staged_receipt r JOIN ({ACCOUNTING_YEARS}) y USING (accounted_on)"
    )
    run_sql("DROP TABLE staged_receipt")
    assert len(rows) == 7305 * 15
    for day, levy_year, fiscal_year, carried_over in rows:
        expected = attribute_receipt(levy_year=levy_year, accounted_on=day)
        assert (fiscal_year, carried_over) == (expected.fiscal_year, expected.carried_over), (day, levy_year)
    assert attribute_receipt(levy_year=2025, accounted_on=date(2026, 6, 1)).carried_over
