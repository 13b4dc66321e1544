"""計測用の母集団。150万期別と30万入金を、SQL だけで作る。

The benchmark's population, made by PostgreSQL itself so that making it is never part of a figure. Notice numbers run in
file order, addressee numbers do not: as in a real file, neither index is filled in order by luck.
"""

from datetime import date
from pathlib import Path
from typing import BinaryIO

from django.db import connection

from osame.formats.determination_csv import COLUMNS
from osame.platform.database import fetch_one, run_sql

TERMS = 4
LEVY_YEAR = 2025
DUE_DATES = (date(2025, 6, 30), date(2025, 9, 1), date(2025, 10, 31), date(2026, 2, 2))

SOURCE = """
CREATE UNLOGGED TABLE bench_source AS
SELECT n, lpad(((n / 4 * 7919::bigint) % {people})::text, 15, '0') AS addressee_number,
       lpad((n / 4)::text, 10, '0') AS notice_number, (n % 4 + 1)::smallint AS installment_term,
       (ARRAY['2025-06-30', '2025-09-01', '2025-10-31', '2026-02-02']::date[])[n % 4 + 1] AS due_date,
       (10000 + (n * 7 % 1000) * 100)::bigint AS amount, 250000000000 + n AS slip_number
FROM generate_series(0, {charges} - 1) n
"""

FULL_ROW = """
SELECT '1', 0, '01', '242039', NULL, 2025, 2025, notice_number, '06', NULL, installment_term, NULL, NULL, NULL,
       addressee_number, due_date, due_date, due_date, date '2025-05-01', NULL, NULL, amount, amount, NULL, NULL,
       amount * 4 / 5, NULL, amount - amount * 4 / 5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
       lpad(slip_number::text, 20, '0'), '000000', 'bench', date '2025-05-01', '00:00:00' FROM bench_source
"""

BARE_ROW = """
SELECT addressee_number, n + 1, '06', 2025, 2025, notice_number, '', installment_term, '', '', '', due_date, due_date,
       due_date, date '2025-05-01', 2025, slip_number, 0, amount, amount, 1, n + 2, NULL::bigint, NULL::bigint,
       amount * 4 / 5, NULL::bigint, amount - amount * 4 / 5, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, '',
       NULL::date, NULL::date, NULL::date, amount, amount, 0, 0, 0, 0, 0, 0, 0, 0 FROM bench_source ORDER BY n
"""


def make_population(directory: Path, *, charges: int) -> None:
    """基本設定と宛名を入れ、調定CSVと、床のための裸のCSVを書く。"""
    people = max(charges // TERMS, 1)
    install_parameters()
    run_sql(
        "INSERT INTO addressee (addressee_number, kind, name, kana, postal_code, address, address_detail, "
        "corporate_number, representative_name, household_number, mailing_postal_code, mailing_address, mailing_name, "
        "protection_measure, updated_on) SELECT lpad(i::text, 15, '0'), '1', '計測 ' || i, 'ケイソク', '5160000', "
        f"'計測市1-' || i, '', '', '', '', '', '', '', false, '2025-01-01' FROM generate_series(0, {people - 1}) i"
    )
    run_sql(SOURCE.format(people=people, charges=charges))
    run_sql("ANALYZE addressee")
    with (directory / "determinations.csv").open("wb") as file:
        file.write((",".join(COLUMNS) + "\n").encode())
        _copy_out(FULL_ROW + " ORDER BY n", file)
        (total,) = fetch_one("SELECT sum(amount) FROM bench_source")
        cells = dict.fromkeys(COLUMNS, "") | {"レコード区分": "9", "異動連番": str(charges), "異動額": str(total)}
        file.write((",".join(cells.values()) + "\n").encode())
    with (directory / "bare.csv").open("wb") as file:
        _copy_out(BARE_ROW, file)


def install_parameters() -> None:
    """計測市の基本設定。"""
    run_sql(
        "INSERT INTO municipality (valid_from, municipality_code, name, mayor_title, mayor_name, office_name, "
        "office_address, office_telephone, receiving_agency_number, barcode_corporate_code) VALUES "
        "('2000-01-01', '242039', '計測市', '市長', '計測', '収納課', '', '', '24203', '24203')"
    )
    run_sql(
        "INSERT INTO tax_item (tax_item, valid_from, name, revenue_account, bears_delinquency_charge, "
        "first_period_months, demand_fee, prescription_years, appropriation_rank, demand_article, "
        "accepts_determination) VALUES ('06', '2000-01-01', '固定資産税', '市税', true, 1, 100, 5, 1, "
        "'地方税法第371条第1項', true)"
    )
    run_sql(
        "INSERT INTO setting (name, valid_from, value, basis) VALUES "
        "('督促しない少額（円未満）', '2000-01-01', '0', '計測'), ('督促の指定期限までの日数', '2000-01-01', '10', '計測')"
    )


def _copy_out(query: str, file: BinaryIO) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT csv)") as copy:
        for block in copy:
            file.write(bytes(block))


def stage_payments(*, payments: int) -> None:
    """入金30万件を、消込の入口の一時表に置く（92%は期限内、8%は45日遅れ。2%は一部納付、2%は超過、0.2%は相手不明）。"""
    run_sql(
        f"""
        INSERT INTO staged_report
        SELECT row_number() OVER ()::int + 1, '2', md5('bench' || n)::uuid,
               CASE WHEN k % 50 = 7 THEN amount / 2 WHEN k % 50 = 9 THEN amount + 1000 ELSE amount END,
               CASE WHEN k % 12 = 3 THEN due_date + 45 ELSE due_date - 10 END,
               CASE WHEN k % 12 = 3 THEN due_date + 47 ELSE due_date - 8 END,
               CASE WHEN k % 500 = 11 THEN 999999999999 - n ELSE slip_number END, NULL, NULL, NULL, NULL,
               '0155701', '', '', ''::bytea
        FROM (SELECT *, n / 5 AS k FROM bench_source WHERE n % 5 = 3) chosen ORDER BY n LIMIT {payments}
        """
    )
