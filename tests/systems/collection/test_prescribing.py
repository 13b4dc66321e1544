"""時効。出来事の履歴を乱数で作り、データベースを通した満了日・消滅の日を、条文から一日ずつ数え直した日と比べる。

The recomputation below shares nothing with `law.prescription`: it walks day by day and knows only the articles.
"""

import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from osame.collection.arrears.prescribing import prescription_of, prescriptions_of
from osame.collection.determinations.importing import import_determinations
from osame.formats.determination_csv import DeterminationRow
from osame.law.demand import seizable_from
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import OFFICER, determination, write_determinations
from tests.systems.collection.suspension_cast import as_officer

HISTORIES = int(os.environ.get("OSAME_PRESCRIPTIONS", "300"))
DAY = timedelta(days=1)
AS_OF = date(2026, 6, 1)


@dataclass
class Told:
    """一つの期別に起きたことの、データベースの外の控え。"""

    due: date
    notice: tuple[date, date] | None = None
    demands: list[date] = field(default_factory=list)
    acknowledged: list[date] = field(default_factory=list)
    graces: list[tuple[date, date]] = field(default_factory=list)
    suspended: tuple[date, date | None] | None = None


def last_of(first: date, years: int) -> date:
    """`first` を初日とする期間の末日（民法第143条第2項）。"""
    try:
        return first.replace(year=first.year + years) - DAY
    except ValueError:  # 応当する日がなければ、その月の末日
        return date(first.year + years, 2, 28)


def walked(run_from: date, paused: set[date], held: date) -> date:
    """進まない日を飛ばしながら、五年分の日を一日ずつ数える。"""
    left = (last_of(run_from, 5) - run_from).days + 1
    day = run_from - DAY
    while left:
        day += DAY
        left -= day not in paused
    return max(day, held)


def recounted(told: Told) -> date:
    """満了日。出来事を日の順に当て、満了した後の出来事は効かない。"""
    run_from, held, paused = told.due + DAY, told.due, set()
    events: list[tuple[date, str, date]] = [(on, "demand", on + 10 * DAY) for on in told.demands]
    events += [(on, "acknowledged", on) for on in told.acknowledged]
    events += [(first, "grace", through) for first, through in told.graces]
    if told.notice:
        events.append((told.notice[0], "notice", told.notice[1]))
    for on, kind, through in sorted(events):
        if on > walked(run_from, paused, held):
            continue
        if kind == "grace":
            paused |= {on + DAY * at for at in range((through - on).days + 1)}
            continue
        run_from, held = max(run_from, through + DAY), max(held, through)
    return walked(run_from, paused, held)


def extinct_on(told: Told) -> date:
    """消滅した後の最初の日。時効と、停止の三年のうち早い方。"""
    found = [recounted(told) + DAY]
    if told.suspended:
        on, cancelled = told.suspended
        through = last_of(on + DAY, 3)
        if cancelled is None or cancelled > through:
            found.append(through + DAY)
    return min(found)


class Chance:
    """履歴を作る。"""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def on(self, since: date, days: int) -> date:
        return since + timedelta(days=self.random.randrange(1, days))

    def told(self) -> Told:
        due = date(2012, 1, 31) + timedelta(days=self.random.randrange(3_600))
        told, chance = Told(due), self.random.random
        if chance() < 0.2:
            last = self.on(due, 400)
            told.notice = (last - timedelta(days=self.random.randrange(0, 60)), last)
        if chance() < 0.7:
            told.demands = [self.on(due, 2_200)]
        told.acknowledged = [self.on(due, 2_600) for _ in range(self.random.randrange(4))]
        for _ in range(self.random.randrange(3)):
            first = self.on(due, 2_400)
            told.graces.append((first, first + timedelta(days=self.random.randrange(0, 500))))
        if chance() < 0.4:
            on = self.on(due, 2_600)
            told.suspended = (on, self.on(on, 1_600) if chance() < 0.5 else None)
        return told


def put(into: str, shape: str, rows: list[dict[str, Any]]) -> None:
    """行をまとめて入れる。 into: INSERT の頭と、r から選ぶ列。"""
    run_sql(f"{into} FROM jsonb_to_recordset(%s::jsonb) AS r({shape})", [json.dumps(rows, default=str)])


class World:
    """控えと同じことを、章の表に置く。"""

    def __init__(self, people: dict[str, Told], tmp_path: Path) -> None:
        self.people = people
        run_sql(
            "INSERT INTO addressee (addressee_number, kind, name, kana, postal_code, address, address_detail, "
            "corporate_number, representative_name, household_number, mailing_postal_code, mailing_address, mailing_name, "
            "protection_measure, updated_on) SELECT n, '1', '試験 太郎', 'シケン タロウ', '5160037', '架空市1', '', '', '', "
            "'', '', '', '', false, '2020-01-01' FROM unnest(%s::text[]) n",
            [list(people)],
        )
        rows = [self.levied(who, told) for who, told in people.items()]
        import_determinations(write_determinations(tmp_path / "levy.csv", *rows), as_of=AS_OF, officer=OFFICER)
        self.charges = dict(fetch_all("SELECT addressee_number, charge_id FROM charge WHERE charge_id > 0"))
        assert len(self.charges) == len(people)
        self.demand()
        self.acknowledge()
        self.grace()
        self.suspend()

    def levied(self, who: str, told: Told) -> DeterminationRow:
        """告知の期限が法定納期限より後なら、納期限はその期限。"""
        made, last = told.notice or (told.due - 30 * DAY, told.due)
        return determination(
            who, 1, 50_000, due_on=last, determined_on=made, statutory_due_on=told.due, levy_year=2024, tax_year=2024
        )

    def each(self) -> Iterator[tuple[dict[str, Any], Told]]:
        for at, (who, told) in enumerate(self.people.items(), start=1):
            yield {"who": who, "charge": self.charges[who], "at": at}, told

    def demand(self) -> None:
        put(
            "INSERT INTO demand (charge_id, run_id, addressee_number, issued_on, designated_due_date, seizable_from, "
            "letter_number, principal_tax, demand_fee, cancel_reason) SELECT charge, at, who, day, day + 10, seizable, 1, 1, 0, ''",
            "who text, charge bigint, at bigint, day date, seizable date",
            [key | {"day": on, "seizable": seizable_from(on)} for key, told in self.each() for on in told.demands],
        )

    def acknowledge(self) -> None:
        """一部納付と、口座からの納付。"""
        put(
            "INSERT INTO receipt (charge_id, receipt_key, addressee_number, amount, paid_on, received_on, accounted_on, "
            "fiscal_year, carried_over, channel, outlet, intake_file_id, line_number) SELECT charge, gen_random_uuid(), who, 1, "
            "day, day, day, 2024, true, '01', '', 0, 0",
            "who text, charge bigint, day date",
            [key | {"day": on} for key, told in self.each() for on in told.acknowledged],
        )

    def grace(self) -> None:
        rows = [
            key | {"number": key["at"] * 10 + n, "first": first, "last": last}
            for key, told in self.each()
            for n, (first, last) in enumerate(told.graces)
        ]
        shape = "who text, charge bigint, number bigint, first date, last date"
        put(
            "INSERT INTO grace (addressee_number, grace_id, procedure, stage, ground, circumstances, first_on, through_on, "
            "granted_first_on, security_excuse, officer, recorded_on, command_id) SELECT who, number, 'COLLECTION_GRACE', 'NONE', "
            "'15-1-2', '病気', first, last, first, '', '試験', first, 1",
            shape,
            rows,
        )
        put("INSERT INTO grace_charge SELECT who, number, charge, 1, 0, 0", shape, rows)

    def suspend(self) -> None:
        """決裁された起案のあるものとして、停止し、取り消す。"""
        rows = [
            key | {"on": on, "through": last_of(on + DAY, 3), "ended": ended}
            for key, told in self.each()
            if told.suspended
            for on, ended in [told.suspended]
        ]
        shape = 'who text, charge bigint, at bigint, "on" date, through date, ended date'
        put(
            "INSERT INTO suspension (addressee_number, suspension_id, procedure, stage, ground, circumstances, officer, "
            "recorded_on, command_id) SELECT who, at, 'SUSPENSION', 'NONE', '1', '無財産', '試験', \"on\", 1", shape, rows,
        )  # fmt: skip
        put("INSERT INTO suspension_charge SELECT who, at, charge, 1, 0, 0", shape, rows)
        self.move(shape, rows, ("suspend", "DECIDE", "NONE", "IN_FORCE"))
        run_sql(
            "UPDATE suspension s SET suspended_on = r.on, through_on = r.through "
            f"FROM jsonb_to_recordset(%s::jsonb) AS r({shape}) WHERE s.suspension_id = r.at",
            [json.dumps(rows, default=str)],
        )
        ended = [each for each in rows if each["ended"]]
        self.move(shape, ended, ("cancel", "CANCEL", "IN_FORCE", "CANCELLED"))
        run_sql(
            f"UPDATE suspension s SET ended_on = r.ended FROM jsonb_to_recordset(%s::jsonb) AS r({shape}) "
            "WHERE s.suspension_id = r.at",
            [json.dumps(ended, default=str)],
        )

    def move(self, shape: str, rows: list[dict[str, Any]], moved: tuple[str, str, str, str]) -> None:
        decision, act, source, target = moved
        put(
            "INSERT INTO proposal (act, content, content_hash, reason, purpose, subjects, state, maker, checker, decider, executor, "
            f"rejection_reason) SELECT 'suspension', jsonb_build_object('decision', '{decision}', 'suspension_id', at), "
            f"'{decision}' || at, '試験', 'statutory', '[]', '1', 'あ', '', '', '', ''", shape, rows,
        )  # fmt: skip
        for officer, said in (("い", "checker = 'い', state = '2'"), ("う", "decider = 'う', state = '3'")):
            with as_officer(officer):
                run_sql(f"UPDATE proposal SET {said} WHERE content_hash LIKE %s", [f"{decision}%"])
        put(
            "INSERT INTO suspension_event (addressee_number, suspension_id, event_number, act, from_stage, to_stage, article, "
            f"happened_on, note, officer, proposal_id) SELECT who, at, {1 + (act == 'CANCEL')}, '{act}', '{source}', '{target}', "
            f"'条', \"on\", '', '試験', (SELECT proposal_id FROM proposal p WHERE p.content_hash = '{decision}' || at)",
            shape, rows,
        )  # fmt: skip


@pytest.mark.usefixtures("city")
def test_random_histories_agree_with_an_independent_recomputation(tmp_path: Path) -> None:
    chance = Chance(HISTORIES)
    people = {f"{number:015d}": chance.told() for number in range(100, 100 + HISTORIES)}
    world = World(people, tmp_path)
    found = prescriptions_of(list(people), as_of=AS_OF)
    wrong = []
    for who, told in people.items():
        each = found[who, world.charges[who]]
        if (each.completes_on, each.extinguished_on) != (recounted(told), extinct_on(told)):
            wrong.append((told, each.completes_on, recounted(told), each.extinguished_on, extinct_on(told)))
    assert wrong == []
    causes = {each.extinction.cause for each in found.values() if each.extinction}
    assert len(causes) == 2  # 時効と停止の三年の、どちらが先の姿も試した
    assert any(len(told.graces) == 2 and told.demands and told.acknowledged for told in people.values())
    assert {each.is_extinct for each in found.values()} == {True, False}


def test_each_step_names_its_day_and_its_article(city: str, tmp_path: Path) -> None:
    told = Told(date(2018, 6, 30), demands=[date(2018, 7, 20)], acknowledged=[date(2022, 3, 31)])
    who = "000000000000100"
    world = World({who: told}, tmp_path)
    each = prescription_of(who, as_of=AS_OF)[world.charges[who]]
    assert each.completes_on == date(2027, 3, 31)
    assert "平成30年7月20日 督促: 平成30年7月31日から新たに進行" in each.steps
    assert "令和4年3月31日 一部納付: 令和4年4月1日から新たに進行" in each.steps
    assert "地方税法第18条の2" in each.basis
    run_sql("UPDATE demand SET returned_on = '2018-08-01', seizable_from = NULL")  # 返戻された督促は、更新しない
    assert not any("督促" in step for step in prescription_of(who, as_of=AS_OF)[world.charges[who]].steps)
