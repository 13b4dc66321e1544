"""滞納整理の台帳の計測。三万の事案と六十万の折衝を作り、夜の数え直しと、一覧のどの絞込みの速さも測る。

The population is deterministic. The nightly refresh is the suite's own (cases, stages, prescription by the law, tasks, scores);
beside it stands the bare SQL: the same temporary facts gathered and the same rows written, with no case, no law and no score. Each
filter of the list is asked as the page asks it, with the count, and beside it the same page by primary key.
"""

import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

from django.db import connections, transaction

from osame.bench.people import analyze, fresh_database, measured, number, through_stage
from osame.bench.taxpayers import COLUMNS, copies
from osame.collection.cases import figures
from osame.collection.cases.batch import TEMPORARY, refresh_cases
from osame.collection.cases.filters import ORDERS, CaseFilter, CaseOrder
from osame.collection.cases.queries import HEAD, cases
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.gate import Acting, acting
from osame.platform.terminal import JAPAN

DATABASE = "osame_bench_cases"
AS_OF = date(2026, 4, 7)
TERMS, PAID_TERMS = 4, 4
GOALS = {"list_p95_ms": 300, "refresh_seconds": 10}
CONTACT_COLUMNS = (
    "addressee_number", "contact_id", "origin_id", "contacted_at", "means", "counterpart", "relationship", "identification",
    "content", "officer", "corrects", "correction_reason",
)  # fmt: skip
PROMISE_COLUMNS = ("addressee_number", "contact_id", "promised_on", "amount", "postpones")
CHARGES = """
ALTER TABLE charge DISABLE TRIGGER USER;
INSERT INTO charge (addressee_number, charge_id, tax_item, levy_year, tax_year, notice_number, special_collector_number,
    installment_term, declaration_number, business_year_number, child_addressee_number, due_date, statutory_due_date,
    statutory_due_date_etc, determined_on, fiscal_year, slip_number, last_revision, tax_amount, highest_tax_amount,
    intake_file_id, line_number, declaration_class, determined, principal_tax, demand_fee, delinquency_charge,
    disposition_cost, additional_charge, received, overpayment, suspense, written_off, refund_payable, paid_out, refund_interest)
SELECT a.addressee_number, n * 10 + t, CASE WHEN n % 3 = 0 THEN '01' ELSE '06' END, 2025 - n % 5, 2025 - n % 5, lpad(n::text, 10, '0'),
    '', t, '', '', '', make_date(2025 - n::int % 5, 6, 30) + (t - 1) * 61, make_date(2025 - n::int % 5, 6, 30) + (t - 1) * 61,
    make_date(2025 - n::int % 5, 6, 30), make_date(2025 - n::int % 5, 5, 1), 2025 - n % 5, n * 10 + t, 0, 10000 + n % 97 * 1000,
    10000 + n % 97 * 1000, 1, n, '', 10000 + n % 97 * 1000,
    CASE WHEN t <= {open} THEN 10000 + n % 97 * 1000 - CASE WHEN n % 4 = 0 THEN 1000 ELSE 0 END ELSE 0 END, 0, 0, 0, 0,
    CASE WHEN t <= {open} THEN CASE WHEN n % 4 = 0 THEN 1000 ELSE 0 END ELSE 10000 + n % 97 * 1000 END, 0, 0, 0, 0, 0, 0
FROM (SELECT addressee_number, row_number() OVER (ORDER BY addressee_number) AS n FROM addressee) a, generate_series(1, {all}) t;
ALTER TABLE charge ENABLE TRIGGER USER;
ALTER TABLE receipt DISABLE TRIGGER USER;
INSERT INTO receipt (charge_id, receipt_key, addressee_number, amount, paid_on, received_on, accounted_on, fiscal_year, carried_over,
    channel, outlet, slip_number, intake_file_id, line_number)
SELECT charge_id, gen_random_uuid(), addressee_number, received, least(due_date + charge_id::int % 300, date '{on}'),
    least(due_date + charge_id::int % 300, date '{on}'), least(due_date + charge_id::int % 300, date '{on}'), 2025, false, '04', '',
    charge_id, 1, 1
FROM charge WHERE received > 0;
ALTER TABLE receipt ENABLE TRIGGER USER;
INSERT INTO demand (charge_id, run_id, addressee_number, issued_on, designated_due_date, seizable_from, letter_number, principal_tax,
    demand_fee, cancel_reason)
SELECT charge_id, 1, addressee_number, due_date + 18, due_date + 28, due_date + 29, 1, principal_tax, 0, '' FROM charge
WHERE principal_tax > 0 AND due_date < date '{on}' - 30;
INSERT INTO reminder_run (run_id, kind, terms, reminded_on, designated_due_date, people, amount, excluded, officer, command_id)
VALUES (1, '11', '{{}}', date '{on}' - 200, date '{on}' - 170, 0, 0, 0, '計測', 1), (2, '12', '{{}}', date '{on}' - 60, date '{on}' - 30, 0, 0, 0, '計測', 2);
INSERT INTO reminder (addressee_number, run_id, line_number, amount, reminded_on, arrived_on)
SELECT addressee_number, u.run_id, row_number() OVER (), 1, u.reminded_on, u.reminded_on + 3 FROM addressee a, reminder_run u
WHERE hashtext(a.addressee_number) % 2 = 0;
INSERT INTO reminder_charge (addressee_number, run_id, charge_id, principal_tax, demand_fee, delinquency_charge)
SELECT r.addressee_number, r.run_id, c.charge_id, c.principal_tax, 0, 0 FROM reminder r JOIN charge c USING (addressee_number)
WHERE c.principal_tax > 0
"""
# 裸の SQL。同じ事実を集め、同じ数の行を書く。事案も法も点もない。
BARE = (
    figures.OWED,
    figures.ACTIVE,
    "CREATE TEMP TABLE bare_event ON COMMIT DROP AS SELECT c.charge_id, e.kind, e.happened_on, e.through_on FROM arrears_charge c "
    "LEFT JOIN prescription_event e ON e.addressee_number = c.addressee_number AND e.charge_id = c.charge_id",
    "CREATE TEMP TABLE bare_contact ON COMMIT DROP AS SELECT addressee_number, max(contacted_at) FROM contact_record GROUP BY 1",
    "DELETE FROM case_charge",
    "INSERT INTO case_charge (addressee_number, charge_id, tax_item, due_date, principal_tax, other_amounts) "
    "SELECT addressee_number, charge_id, tax_item, due_date, principal_tax, other_amounts FROM arrears_charge",
    "CREATE TEMP TABLE bare_figure ON COMMIT DROP AS SELECT * FROM case_figure",
    "DELETE FROM case_figure",
    "INSERT INTO case_figure SELECT * FROM bare_figure",
)


def run_case_bench(*, people: int, contacts: int) -> dict[str, Any]:
    """母集団を作り、夜の数え直しと一覧を測る。"""
    fresh_database(DATABASE)
    with acting(Acting("計測", "collection.bench.run", "operation")):
        _make(people, contacts)
        first = _timed(lambda: refresh_cases(as_of=AS_OF, officer="計測"))
        analyze()
        nights = sorted(_timed(lambda: refresh_cases(as_of=AS_OF, officer="計測")) for _ in range(3))
        bare = sorted(_timed(_bare) for _ in range(3))
        random = Random(20260401)  # noqa: S311 - 計測の条件を選ぶだけ
        lists = {name: measured(ask, random) for name, ask in _lists().items()}
        lists["主キーで50件（裸の SQL）"] = measured(_by_key, random)
        worst = max(each["p95_ms"] for each in lists.values())
        return {
            "cases": int(fetch_one("SELECT count(*) FROM case_figure")[0]),
            "charges": int(fetch_one("SELECT count(*) FROM case_charge")[0]),
            "contacts": contacts,
            "events": int(fetch_one("SELECT count(*) FROM prescription_event")[0]),
            "goals": GOALS,
            "first_refresh_seconds": round(first, 2),
            "refresh_seconds": round(nights[1], 2),
            "bare_sql_seconds": round(bare[1], 2),
            "refresh_ratio": round(nights[1] / bare[1], 2),
            "list_worst_p95_ms": worst,
            "lists": lists,
        }


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


def _make(people: int, contacts: int) -> None:
    with transaction.atomic():
        through_stage("addressee", COLUMNS, copies(people))
    with transaction.atomic():
        through_stage("contact_record", CONTACT_COLUMNS, _contacts(people, contacts))
        through_stage("promise", PROMISE_COLUMNS, _promises(people, contacts))
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SET LOCAL osame.purpose = 'operation'")
        cursor.execute(CHARGES.format(open=TERMS, all=TERMS + PAID_TERMS, on=AS_OF))
        cursor.execute(
            "INSERT INTO assignment_rule (valid_from, officer, priority, postal_code_prefix, minimum_amount, kana_from, kana_through) "
            "VALUES ('2025-04-01', 'A0001', 1, '', 0, 'ア', 'コ'), ('2025-04-01', 'A0002', 2, '', 0, 'サ', 'ト'), "
            "('2025-04-01', 'A0003', 3, '', 0, 'ナ', 'ン')"
        )
    analyze()


def _contacts(people: int, contacts: int) -> Iterator[tuple[Any, ...]]:
    """六十万の折衝。一人に二十ほど、五年にわたる。"""
    means = cycle(("01", "02", "03", "04", "05"))
    start = datetime(2021, 4, 1, 9, 0, tzinfo=JAPAN)
    for n in range(1, contacts + 1):
        at = start + timedelta(minutes=n * 2_600_000 // contacts)
        relationship = "08" if n % 4 == 0 else "01"
        yield (
            number(n * 31 % people),
            n,
            n,
            at,
            next(means),
            "",
            relationship,
            "00",
            f"折衝の内容{n}",
            "A0001",
            None,
            "",
        )


def _promises(people: int, contacts: int) -> Iterator[tuple[Any, ...]]:
    """折衝の十に一つに、約束がある。"""
    start = datetime(2021, 4, 1, 9, 0, tzinfo=JAPAN)
    for n in range(10, contacts + 1, 10):
        at = start + timedelta(minutes=n * 2_600_000 // contacts)
        yield number(n * 31 % people), n, at.date() + timedelta(days=14), 5_000, None


def _bare() -> None:
    with transaction.atomic():
        for table in (*TEMPORARY, "bare_event", "bare_contact", "bare_figure"):
            run_sql(f"DROP TABLE IF EXISTS pg_temp.{table}")
        for statement in BARE:
            run_sql(statement, {"on": AS_OF, "days": 20} if "%(" in statement else None)


def _lists() -> dict[str, Callable[[Random], int]]:
    """一覧の絞込みと並び順のすべて。"""

    def ask(chosen: CaseFilter) -> Callable[[Random], int]:
        return lambda _: _page(chosen)

    found: dict[str, Callable[[Random], int]] = {
        f"並び：{order.label}": ask(CaseFilter(order=order)) for order in ORDERS
    }
    found |= {
        "担当": ask(CaseFilter(officer="A0002")), "担当なし": ask(CaseFilter(officer="-")), "段階": ask(CaseFilter(stage="02")),
        "方針": ask(CaseFilter(policy="00")), "氏名": ask(CaseFilter(text="佐藤")), "カナ": ask(CaseFilter(text="サトウ")),
        "宛名番号": ask(CaseFilter(text="100000000")), "税目": ask(CaseFilter(tax_item="01")), "額": ask(CaseFilter(least=100_000, most=300_000)),
        "納期限": ask(CaseFilter(due_before=date(2023, 1, 1))), "時効": ask(CaseFilter(prescribed_within=365)),
        "折衝のない日数": ask(CaseFilter(silent_days=90)), "段階の滞留": ask(CaseFilter(stalled_days=30)),
        "法人": ask(CaseFilter(kind="corporation")), "郵便番号": ask(CaseFilter(postal_code="516")), "約束の不履行": ask(CaseFilter(broken=True)),
        "見直し超過": ask(CaseFilter(review_over=True)), "予定超過": ask(CaseFilter(task_over=True)), "未点検": ask(CaseFilter(unreviewed=True)),
        "転出": ask(CaseFilter(moved_out=True)), "死亡": ask(CaseFilter(died=True)),
        "組合せ": ask(CaseFilter(officer="A0001", tax_item="06", least=50_000, silent_days=30, order=CaseOrder.PRESCRIPTION)),
        "最後の頁": lambda _: _page(CaseFilter(), offset=29_950),
    }  # fmt: skip
    return found


def _page(chosen: CaseFilter, *, offset: int = 0) -> int:
    with transaction.atomic():
        return cases(chosen, as_of=AS_OF, limit=50, offset=offset).count


def _by_key(random: Random) -> int:
    """裸の床。一覧の一ページと同じ行を、主キーで読む。"""
    whose = [number(random.randrange(1_000)) for _ in range(50)]
    with transaction.atomic():
        return len(fetch_all(HEAD + "WHERE k.addressee_number = ANY (%s)", [whose]))
