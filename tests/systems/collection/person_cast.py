"""People whose page has something to explain: part payments, a fixed charge, revisions, overpayment, demand fees."""

from datetime import date
from pathlib import Path

from osame.collection.demands.batch import run_demands
from osame.platform.database import run_sql
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA, determination, notice, revision
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, levy, move_in, pay

TODAY = date(2025, 11, 4)
PROTECTED, DEAD, SPOUSE, MANY, NOBODY_OWES = (f"{number:015d}" for number in (21, 22, 23, 24, 25))
DUE = date(2025, 6, 30)
PLACE = "架空市八幡町9丁目8-76"
TELEPHONE = "090-0000-4321"


def constructed(folder: Path) -> None:
    """佐藤: 未納、一部納付、完納後の延滞金、減額と過誤納、増額、督促手数料、二つの税目。"""
    levy(
        folder,
        *(determination(SATO, term, 300_000, due_on=DUE) for term in (1, 2, 3, 4, 5)),
        determination(SATO, 6, 56_400, tax_item="01", due_on=DUE),
        determination(
            SATO, 7, 40_000, levy_year=2024, tax_year=2024, due_on=date(2024, 7, 1), determined_on=date(2024, 5, 1)
        ),
    )
    pay(folder, notice(1, SATO, 120_500, date(2025, 7, 10), 2), notice(2, SATO, 300_000, date(2025, 6, 27), 4))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    pay(folder, notice(3, SATO, 300_100, date(2025, 9, 3), 3), on=date(2025, 9, 5), sequence=2)
    levy(
        folder,
        revision(SATO, 1, 280_000, -20_000, 4, determined_on=date(2025, 8, 1)),
        revision(SATO, 1, 320_000, 20_000, 5, determined_on=date(2025, 8, 1)),
        name="revised.csv",
        on=date(2025, 8, 1),
    )


def neighbours() -> None:
    """支援措置の人、亡くなった人、佐藤の配偶者、期別のない人。"""
    move_in(
        PROTECTED, name="中川 葵", kana="ナカガワ アオイ", address=PLACE, postal_code="5169876", protection_measure=True
    )
    move_in(DEAD, name="大野 茂", kana="オオノ シゲル", died_on=date(2025, 5, 20), standing="4")
    move_in(
        SPOUSE,
        name="佐藤 健",
        kana="サトウ ケン",
        household_number="H1",
        relationship="夫",
        household_head_name="佐藤 健",
    )
    move_in(NOBODY_OWES, name="山下 光", kana="ヤマシタ ヒカル")
    run_sql(
        "UPDATE addressee SET household_number = 'H1', relationship = '妻', household_head_name = '佐藤 健', born_on = '1980-04-05', "
        "sex = '2' WHERE addressee_number = %s",
        [SATO],
    )
    run_sql(
        "INSERT INTO addressee_contact (addressee_number, line_number, kind, priority, value) VALUES (%s, 0, '2', 1, %s), "
        "(%s, 0, '2', 1, '090-0000-1111')",
        [PROTECTED, TELEPHONE, SATO],
    )
    run_sql(
        "INSERT INTO addressee_agent (addressee_number, line_number, kind, tax_item, agent_number, title, valid_from) "
        "VALUES (%s, 0, '01', '06', %s, '', '2025-01-01')",
        [SATO, TANAKA],
    )
    run_sql("UPDATE addressee SET address = '架空市曽祢2丁目3-4' WHERE addressee_number IN (%s, %s)", [TANAKA, KAKU])


def levy_neighbours(folder: Path) -> None:
    """その人たちの期別。"""
    levy(
        folder,
        determination(PROTECTED, 1, 80_000, due_on=DUE),
        determination(
            DEAD, 1, 60_000, due_on=date(2020, 6, 30), levy_year=2020, tax_year=2020, determined_on=date(2020, 5, 1)
        ),
        determination(SPOUSE, 1, 10_000, due_on=DUE),
        name="neighbours.csv",
    )


def many(folder: Path, charges: int = 300) -> None:
    """期別が300ある人。"""
    move_in(MANY, name="森 悠斗", kana="モリ ユウト")
    rows = [
        determination(
            MANY, each % 10 + 1, 20_000 + each * 100, levy_year=2016 + each // 30, tax_year=2016 + each // 30,
            notice_number=f"{each // 10:010d}", slip_number=900_000_000_000 + each,
            due_on=date(2016 + each // 30, 6, 30), determined_on=date(2016 + each // 30, 5, 1),
        )
        for each in range(charges)
    ]  # fmt: skip
    levy(folder, *rows, name="many.csv")
    pay(
        folder,
        *(notice(500 + each, MANY, 5_000, date(2025, 8, 1), slip_number=900_000_000_000 + each) for each in range(0, charges, 3)),
        on=date(2025, 8, 4),
        sequence=9,
    )  # fmt: skip
