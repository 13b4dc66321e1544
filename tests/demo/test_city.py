"""架空市は、同じ種なら同じバイト列になる。個人番号はどこにもない。"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from osame.demo import places
from osame.demo.calendar import FILE_DAYS, TERMS, demand_days, due_date
from osame.demo.people import false_corporate_number, populate
from osame.demo.plan import DemoPlan, Kind, TooFewResidents, build
from osame.kernel.check_digits import (
    corporate_number_is_valid,
    individual_number_is_valid,
    municipality_code_is_valid,
)
from osame.kernel.holidays import is_closed_day
from osame.law.demand import demand_deadline

RESIDENTS, SEED = 300, 7
TWELVE_DIGITS = re.compile(rb"(?<!\d)\d{12}(?!\d)")


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> DemoPlan:
    return build(RESIDENTS, SEED, tmp_path_factory.mktemp("city"))


def test_same_seed_same_bytes(plan: DemoPlan, tmp_path: Path) -> None:
    again = build(RESIDENTS, SEED, tmp_path)
    assert again.hashes == plan.hashes
    assert again.steps == plan.steps
    assert (tmp_path / "truth.json").read_bytes() == (plan.directory / "truth.json").read_bytes()


def test_same_bytes_in_another_process(plan: DemoPlan, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from osame.demo.plan import build; "
        f"build({RESIDENTS}, {SEED}, Path({str(tmp_path)!r}))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONHASHSEED": "12345"})
    assert (tmp_path / "SHA256SUMS").read_bytes() == (plan.directory / "SHA256SUMS").read_bytes()


def test_other_seed_other_city(plan: DemoPlan, tmp_path: Path) -> None:
    other = build(RESIDENTS, SEED + 1, tmp_path)
    same = [name for name in plan.hashes if plan.hashes[name] == other.hashes.get(name)]
    people_or_money = [name for name in same if "addressees" in name or "determinations" in name or "_20250707" in name]
    assert people_or_money == []


def test_no_individual_number_in_any_file(plan: DemoPlan) -> None:
    seen = 0
    for path in sorted(plan.directory.rglob("*")):
        if path.is_file() and path.name != "SHA256SUMS":  # ハッシュの数字の並びは番号ではない
            seen += 1
            for found in TWELVE_DIGITS.findall(path.read_bytes()):
                assert not individual_number_is_valid(found.decode()), (path, found)
    assert seen > 300


def test_corporate_numbers_are_nobodys(plan: DemoPlan) -> None:
    text = (plan.directory / "inbox/opening/addressees.csv").read_text(encoding="utf-8")
    numbers = [cells[9] for cells in (line.split(",") for line in text.splitlines()[1:-1]) if cells[9]]
    assert numbers
    assert all(len(number) == 13 and not corporate_number_is_valid(number) for number in numbers)
    from random import Random

    made = [false_corporate_number(Random(f"{at}")) for at in range(500)]
    assert not any(map(corporate_number_is_valid, made))


def test_municipality_is_fictional_but_well_formed() -> None:
    assert municipality_code_is_valid(places.MUNICIPALITY_CODE)
    assert places.towns()
    assert all(place.postal_code.isdigit() and len(place.postal_code) == 7 for place in places.towns())


def test_one_in_a_hundred_is_protected_or_has_a_rare_name() -> None:
    from random import Random

    people = populate(10_000, Random("7"))
    assert sum(person.row.kind == "1" for person in people) == 10_000
    assert sum(person.row.protection_measure for person in people) == 100
    names = [person.row.name for person in people]
    rare = [name for name in names if any(ord(char) > 0xFFFF or char in "髙﨑邉邊濵德桒" for char in name)]
    assert 0.005 * len(names) < len(rare) < 0.02 * len(names)
    for name in ("𠮷田", "髙橋", "﨑山", "渡邉", "渡邊", "葛\U000e0100城"):
        assert any(each.startswith(name) for each in names), name


def test_truth_is_readable(plan: DemoPlan) -> None:
    truth = json.loads((plan.directory / "truth.json").read_text(encoding="utf-8"))
    assert truth["residents"] == RESIDENTS
    assert set(truth["files"]) == set(plan.hashes)
    assert all(each["count"] == len(each["subjects"]) > 0 for each in truth["dirt"].values())


def test_every_day_is_a_business_day_and_demands_are_in_time(plan: DemoPlan) -> None:
    assert not [step for step in plan.steps if step.on >= FILE_DAYS[0] and is_closed_day(step.on)]
    dues = {due_date(item, 2025, term) for item, listed in TERMS.items() for term in range(1, len(listed) + 1)}
    for due in sorted(dues):
        if due < FILE_DAYS[-6]:
            assert any(due < day <= demand_deadline(due) for day in demand_days()), due


def test_steps_are_in_order_and_cover_every_kind(plan: DemoPlan) -> None:
    assert list(plan.steps) == sorted(plan.steps)
    assert {step.kind for step in plan.steps} == set(Kind)
    assert len({step.day for step in plan.steps if step.kind is Kind.CLOSING}) == len(FILE_DAYS) + 1


@pytest.mark.parametrize("residents", [20, 61])
def test_small_city_can_be_built(tmp_path: Path, residents: int) -> None:
    assert build(residents, 1, tmp_path).truth.dirt.found["知らない納付書番号"]


def test_too_small_a_city_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TooFewResidents, match="20人以上"):
        build(19, 1, tmp_path)
