"""免除期間。猶予・執行停止・一部納付がどの順に来ても、元帳の延滞金は、一日ずつ数える素朴な計算と1円も違わない。"""

import os
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from osame.collection.demands.estimates import estimated_charges
from osame.collection.determinations.importing import import_determinations
from osame.collection.exemptions.actions import Entered, ExemptionNeedsDocument, Period, Source
from osame.collection.exemptions.models import ExemptionPeriod
from osame.collection.exemptions.queries import periods_of, standing_exemptions
from osame.collection.inquiry.charges import View, charge_lines
from osame.collection.inquiry.explanation import explain
from osame.collection.inquiry.queries import history_of, quote
from osame.collection.inquiry.verification import verify_everything
from osame.collection.ledger.posting import claim_command
from osame.collection.ledger.queries import find_charge
from osame.collection.matching.actions import Act, identify_receipt
from osame.collection.matching.exempting import end_exemptions, exempt
from osame.collection.matching.importing import import_receipts
from osame.collection.matching.preview import Payer, preview_identification
from osame.collection.matching.queries import held_receipts
from osame.kernel.money import Yen
from osame.law.claim import ChargeClaim, Exemption, Payment, Relief
from osame.law.grace import GraceGround, exemption_for_grace, exemption_for_suspension
from osame.platform.database import fetch_all, run_sql
from tests.law.test_three_ways import naive_charge
from tests.systems.collection.cast import (
    AS_OF,
    OFFICER,
    SATO,
    SUZUKI,
    determination,
    notice,
    slip,
    write_determinations,
    write_notices,
)  # fmt: skip
from tests.systems.collection.demand_cast import charge_of, levy, pay

TODAY = date(2026, 8, 31)
HISTORIES = int(os.environ.get("OSAME_HISTORIES", "150"))
CAUSE = ExemptionPeriod.Cause


def grant(periods: list[Period], name: str, on: date = TODAY) -> int:
    with transaction.atomic():
        source = Source(name, "収納第12号")
        command = claim_command(f"test:{name}", kind="test", content=[len(periods)], purpose="試験", officer=OFFICER)
        return exempt(periods, source, command, Entered(on, OFFICER))


def end(name: str, *, last_on: date | None = None, charges: list[int] | None = None, on: date = TODAY) -> int:
    with transaction.atomic():
        source = Source(name, "収納第13号")
        key = f"test-end:{name}:{last_on}:{len(charges or ())}"
        command = claim_command(key, kind="test", content=[], purpose="試験", officer=OFFICER)
        return end_exemptions(source, command, Entered(on, OFFICER), reason="取消し", last_on=last_on, charges=charges)


def graced(ground: GraceGround, first: date, through: date, *, of: tuple[str, int]) -> Period:
    return Period.of(of, CAUSE.GRACE, exemption_for_grace(ground, first, through))


class TestOneCharge:
    """佐藤の50万円。納期限6月30日、9月1日に完納して、延滞金4,800円が確定した。"""

    @pytest.fixture(autouse=True)
    def paid_late(self, city: str, tmp_path: Path) -> None:
        levy(tmp_path, determination(SATO, 1, 500_000))
        pay(tmp_path, notice(1, SATO, 500_000, date(2025, 9, 1)), on=AS_OF)
        assert find_charge(str(slip(SATO))).delinquency_charge == 4_800

    def period(self, ground: GraceGround = GraceGround.ILLNESS) -> Period:
        return graced(ground, date(2025, 7, 1), date(2025, 8, 31), of=(SATO, charge_of(SATO)))

    def test_a_grace_reverses_the_fixed_charge_by_name(self) -> None:
        assert grant([self.period()], "grace:1") == 1
        assert find_charge(str(slip(SATO))).delinquency_charge == 0
        reversed_by = fetch_all(
            "SELECT r.reverses FROM entry e JOIN entry r ON r.reverses = e.entry_id AND r.charge_id = e.charge_id "
            "WHERE e.kind = 7"
        )
        assert len(reversed_by) == 1
        assert verify_everything().sound

    def test_a_partial_relief_keeps_the_grace_rate(self) -> None:
        grant([self.period(GraceGround.BUSINESS_LOSS)], "grace:1")
        # 500,000 × 0.9% × 31日 = 382円 と 31日 = 382円、9月1日は 8.7% で 119円。計 883円 → 1,000円未満
        assert find_charge(str(slip(SATO))).delinquency_charge == 0
        end("grace:1")
        assert find_charge(str(slip(SATO))).delinquency_charge == 4_800
        assert verify_everything().sound

    def test_an_end_shortens_and_everything_stays_told(self) -> None:
        grant([self.period()], "grace:1")
        assert end("grace:1", last_on=date(2025, 7, 31)) == 1
        # 残るのは8月1日からの32日、8.7%: 3,813円 → 3,800円
        assert find_charge(str(slip(SATO))).delinquency_charge == 3_800
        told = periods_of(SATO)
        assert [(each.through_on, each.cancelled_on) for each in told] == [
            (date(2025, 8, 31), TODAY), (date(2025, 7, 31), None),
        ]  # fmt: skip
        what = [each.what for each in history_of(find_charge(str(slip(SATO))))]
        assert what.count("延滞金の免除期間") == 2
        assert "免除期間の取消し" in what

    def test_the_explanation_and_the_quote_name_the_article(self) -> None:
        grant([self.period()], "grace:1")
        told = explain((SATO, charge_of(SATO)), as_of=TODAY, today=TODAY)
        assert told is not None
        step = "全額免除（2025-07-01から2025-08-31まで、地方税法第15条の9第1項）"
        assert step in told.steps
        answer = quote(find_charge(str(slip(SATO))), as_of=TODAY)
        assert answer.breakdown is not None
        assert step in answer.breakdown.steps
        assert "地方税法第15条の9第1項" in answer.breakdown.basis

    def test_a_day_before_the_grace_was_known_shows_the_old_figure(self) -> None:
        grant([self.period()], "grace:1", on=date(2026, 2, 1))
        for view, fixed in ((View.KNOWN, 4_800), (View.EFFECTIVE, 0)):
            (line,) = charge_lines(SATO, as_of=date(2026, 1, 31), today=TODAY, view=view)
            assert (line.delinquency_charge, len(line.exemptions)) == (fixed, int(view is View.EFFECTIVE))

    def test_the_tables_refuse_to_be_rewritten_or_to_name_another_mans_charge(self) -> None:
        grant([self.period()], "grace:1")
        for statement in (
            "UPDATE exemption_period SET through_on = '2030-01-01'",
            "DELETE FROM exemption_period",
            "INSERT INTO exemption_period SELECT '000000000000099', 99, charge_id, cause, relief, first_on, through_on, "
            "article, origin, document, recorded_on, officer, command_id FROM exemption_period",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                run_sql(statement)

    def test_the_preview_of_a_match_is_what_the_match_fixes(self, tmp_path: Path) -> None:
        levy(tmp_path, determination(SATO, 2, 500_000), name="second.csv")
        second = find_charge(str(slip(SATO, 2)))
        grant(
            [graced(GraceGround.ILLNESS, date(2025, 7, 1), date(2025, 7, 31), of=(SATO, second.charge_id))], "grace:2"
        )
        pay(tmp_path, notice(2, SUZUKI, 500_000, date(2025, 9, 1)), on=AS_OF, sequence=2)
        (held,) = held_receipts()
        payer = Payer(held.paid_on, held.receipt_key, held.amount)
        shown = preview_identification(payer, second, as_of=AS_OF)
        identify_receipt(held.receipt_key, second, act=Act(AS_OF, OFFICER))
        assert find_charge(str(slip(SATO, 2))).delinquency_charge == 3_800
        assert shown.breakdown is not None
        assert int(shown.breakdown.final) == 3_800

    def test_a_period_without_a_document_is_refused(self) -> None:
        command = claim_command("t", kind="test", content=[], purpose="試験", officer=OFFICER)
        source, entered = Source("grace:1", " "), Entered(TODAY, OFFICER)
        with transaction.atomic(), pytest.raises(ExemptionNeedsDocument):
            exempt([self.period()], source, command, entered)


@dataclass
class Told:
    """一つの期別に起きたことの、元帳の外の控え。"""

    principal: int
    due: date
    payments: list[tuple[date, int]] = field(default_factory=list)
    exemptions: list[tuple[str, Exemption]] = field(default_factory=list)

    def expected(self, as_of: date) -> int:
        """素朴な計算での延滞金。本税に充てた分だけを納付とし、完納した日で止める。"""
        left, applied = self.principal, []
        for on, amount in sorted(self.payments):
            part = min(left, amount)
            left -= part
            if part:
                applied.append(Payment(on, Yen(part)))
        until = min(as_of, applied[-1].on) if not left else as_of
        claim = ChargeClaim(Yen(self.principal), self.due, tuple(applied), tuple(each for _, each in self.exemptions))
        return naive_charge(claim, until)[2]


class World:
    """人と期別を並べ、乱数で出来事を起こす。同じ出来事を、控えとデータベースの両方に。"""

    def __init__(self, size: int, tmp_path: Path) -> None:
        self.chance, self.tmp_path, self.size, self.files = random.Random(size), tmp_path, size, 0
        people = [f"{number:015d}" for number in range(100, 100 + size)]
        run_sql(
            "INSERT INTO addressee (addressee_number, kind, name, kana, postal_code, address, address_detail, "
            "corporate_number, representative_name, household_number, mailing_postal_code, mailing_address, mailing_name, "
            "protection_measure, updated_on) SELECT n, '1', '試験 太郎', 'シケン タロウ', '5160037', '架空市1', '', '', '', "
            "'', '', '', '', false, '2020-01-01' FROM unnest(%s::text[]) n",
            [people],
        )
        self.people = {each: self.told() for each in people}
        rows = [
            determination(who, 1, t.principal, due_on=t.due, determined_on=t.due - timedelta(days=60),
                          levy_year=2024, tax_year=2024)
            for who, t in self.people.items()
        ]  # fmt: skip
        path = write_determinations(tmp_path / "levy.csv", *rows)
        import_determinations(path, as_of=TODAY, officer=OFFICER)
        found = fetch_all("SELECT addressee_number, charge_id FROM charge WHERE charge_id > 0")
        self.charges = dict(found)
        assert len(self.charges) == size

    def told(self) -> Told:
        due = date(2021, 1, 31) + timedelta(days=self.chance.randrange(1_500))
        return Told(self.chance.choice((1_500, 30_000, 87_654, 500_000, 3_210_987)), due)

    def pay(self) -> None:
        self.files += 1
        notices = []
        for at, (who, told) in enumerate(self.people.items()):
            if self.chance.random() < 0.6:
                on = min(TODAY, told.due + timedelta(days=self.chance.randrange(-20, 600)))
                amount = self.chance.choice((1_000, told.principal // 3, told.principal // 2, told.principal, 12_345))
                told.payments.append((on, amount))
                notices.append(notice(self.files * 1_000_000 + at, who, amount, on, received_on=TODAY))
        path = write_notices(self.tmp_path / f"{self.files}.csv", *notices, on=TODAY, sequence=self.files)
        result = import_receipts(path, profile="bank_notice_v0", as_of=TODAY, officer=OFFICER)
        assert (result.refusal, result.rows_rejected, result.rows_held) == ("", 0, 0)

    def grace(self, name: str) -> None:
        periods = []
        for who, told in self.people.items():
            if self.chance.random() < 0.5:
                first = told.due + timedelta(days=self.chance.randrange(-10, 500))
                through = first + timedelta(days=self.chance.randrange(0, 400))
                found = (
                    exemption_for_suspension(first, ended_on=through) if self.chance.random() < 0.3
                    else exemption_for_grace(self.chance.choice(tuple(GraceGround)), first, through)
                )  # fmt: skip
                if self.chance.random() < 0.15:
                    found = Exemption(Relief.HALF_OF_AFTER, first, through, "地方税法第15条の9第4項")
                told.exemptions.append((name, found))
                periods.append(Period.of((who, self.charges[who]), CAUSE.GRACE, found))
        grant(periods, name)

    def end(self, name: str) -> None:
        """半分を取り消すか、いずれかの日までに縮める。"""
        last_on = date(2023, 7, 1) if self.chance.random() < 0.5 else None
        whom = [who for who in self.people if self.chance.random() < 0.5]
        end(name, last_on=last_on, charges=[self.charges[who] for who in whom])
        for who in whom:
            self.people[who].exemptions = [
                kept for each in self.people[who].exemptions for kept in cut(each, name, last_on)
            ]


def cut(each: tuple[str, Exemption], name: str, last_on: date | None) -> list[tuple[str, Exemption]]:
    of, found = each
    if of != name or (last_on is not None and found.through <= last_on):
        return [each]
    if last_on is None or found.first > last_on:
        return []
    return [(of, Exemption(found.relief, found.first, last_on, found.basis))]


@pytest.mark.usefixtures("city")
def test_any_history_ends_in_the_figure_of_the_naive_loop(tmp_path: Path) -> None:
    world = World(HISTORIES, tmp_path)
    names = [f"grace:{number}" for number in range(3)]
    acts = [world.pay, *(lambda each=each: world.grace(each) for each in names[:2]), world.pay,
            lambda: world.end(names[0]), lambda: world.grace(names[2]), world.pay, lambda: world.end(names[1])]  # fmt: skip
    for act in acts:
        act()
    fixed = dict(
        fetch_all(
            "SELECT e.charge_id, e.amount FROM entry e WHERE e.kind = 7 AND e.reverses IS NULL AND e.receipt_key IS NULL "
            "AND NOT EXISTS (SELECT 1 FROM entry r WHERE r.reverses = e.entry_id AND r.charge_id = e.charge_id)"
        )
    )
    owing = [row[0] for row in fetch_all("SELECT charge_id FROM charge WHERE principal_tax > 0 AND charge_id > 0")]
    running = estimated_charges(owing, as_of=TODAY)
    found = fixed | running
    wrong = [
        (told, found.get(self_id, 0), told.expected(TODAY))
        for who, told in world.people.items()
        if found.get(self_id := world.charges[who], 0) != told.expected(TODAY)
    ]
    assert wrong == []
    assert len(fixed) > HISTORIES // 10  # どちらの姿も試した
    assert len(running) > HISTORIES // 20
    for who in list(world.people)[:20]:
        (line,) = charge_lines(who, as_of=TODAY, today=TODAY)
        told = world.people[who]
        if not line.fixed:
            assert line.delinquency_charge == told.expected(TODAY)
        exemptions = standing_exemptions(who, world.charges[who])
        assert sorted(exemptions, key=repr) == sorted((each for _, each in told.exemptions), key=repr)
    assert verify_everything().sound
