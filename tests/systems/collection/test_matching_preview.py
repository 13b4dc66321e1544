"""行う前に見せた姿と、行った後の姿は、一円も違わない。"""

import random
from datetime import date, timedelta
from pathlib import Path

import pytest

from osame.collection.determinations.importing import import_determinations
from osame.collection.ledger.models import Account
from osame.collection.ledger.queries import ChargeFacts, find_charge
from osame.collection.ledger.verification import verify_ledger
from osame.collection.matching.actions import (
    Act,
    OverrideRequest,
    cancel_receipt,
    identify_receipt,
    move_receipt,
    override_charge,
)
from osame.collection.matching.importing import import_receipts
from osame.collection.matching.keys import moved_key
from osame.collection.matching.models import ReceiptCancellation
from osame.collection.matching.preview import (
    Balances,
    ChargePreview,
    Payer,
    preview_cancellation,
    preview_identification,
    preview_move,
)
from osame.platform.database import fetch_all
from tests.systems.collection.cast import (
    AS_OF,
    OFFICER,
    SATO,
    TANAKA,
    determination,
    notice,
    revision,
    slip,
    write_determinations,
    write_notices,
)

ACT = Act(AS_OF, OFFICER)
REASONS = (ReceiptCancellation.Reason.WRONG_MATCH, ReceiptCancellation.Reason.DISHONOUR)
CHARGES = ((SATO, 1), (SATO, 2), (TANAKA, 1))


def charge(who: str, term: int = 1) -> ChargeFacts:
    return find_charge(str(slip(who, term)))


def now(facts: ChargeFacts) -> Balances:
    found = find_charge(facts.label)
    return Balances(found.principal_tax, found.demand_fee, found.delinquency_charge, found.received, found.overpayment)


def posted(facts: ChargeFacts, key: object) -> dict[int, int]:
    """勘定ごとの、生きた仕訳。"""
    rows = fetch_all(
        "SELECT e.credit, sum(e.amount)::bigint FROM entry e WHERE e.charge_id = %s AND e.receipt_key = %s "
        "AND e.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM entry x WHERE x.charge_id = e.charge_id "
        "AND x.reverses = e.entry_id) GROUP BY 1",
        [facts.charge_id, key],
    )
    return {int(account): int(amount) for account, amount in rows}


def told(preview: ChargePreview) -> dict[int, int]:
    return {int(part.account): part.amount for part in preview.parts}


@pytest.fixture
def busy(city: str, tmp_path: Path) -> random.Random:
    """三つの期別と、相手の分からない二十四件の入金。"""
    rows = [determination(SATO, 1, 300_000), determination(SATO, 2), determination(TANAKA)]
    import_determinations(write_determinations(tmp_path / "d.csv", *rows), as_of=AS_OF, officer=OFFICER)
    dice = random.Random(20250910)
    slips = [
        notice(number, SATO, dice.choice((1_000, 50_000, 50_500, 120_000, 299_999)),
               date(2025, 6, 1) + timedelta(days=dice.randrange(0, 100)), slip_number=900_000 + number)
        for number in range(1, 25)
    ]  # fmt: skip
    import_receipts(write_notices(tmp_path / "n.csv", *slips), profile="bank_notice_v0", as_of=AS_OF, officer=OFFICER)
    return dice


def held(dice: random.Random) -> Payer | None:
    rows = fetch_all("SELECT paid_on, receipt_key, amount FROM held_receipt WHERE state = '1' ORDER BY receipt_key")
    return Payer(*dice.choice(rows)) if rows else None


def live(dice: random.Random) -> tuple[Payer, ChargeFacts] | None:
    rows = fetch_all(
        "SELECT r.paid_on, r.receipt_key, r.amount, c.slip_number FROM receipt r JOIN charge c USING (charge_id) "
        "WHERE NOT EXISTS (SELECT 1 FROM receipt_cancellation x WHERE x.charge_id = r.charge_id "
        "AND x.receipt_key = r.receipt_key) ORDER BY 2"
    )
    if not rows:
        return None
    *payer, number = dice.choice(rows)
    return Payer(*payer), find_charge(str(number))


def identify(dice: random.Random) -> None:
    payer, facts = held(dice), charge(*dice.choice(CHARGES))
    if payer is None:
        return
    shown = preview_identification(payer, facts, as_of=AS_OF)
    identify_receipt(payer.receipt_key, facts, act=ACT)
    assert shown.before != shown.after == now(facts)
    assert told(shown) == posted(facts, payer.receipt_key)


def cancel(dice: random.Random) -> None:
    if (found := live(dice)) is None:
        return
    payer, facts = found
    shown = preview_cancellation(payer.receipt_key, facts, as_of=AS_OF)
    cancel_receipt(payer.receipt_key, facts, reason=dice.choice(REASONS), note="誤り", act=ACT)
    assert shown.after == now(facts)


def move(dice: random.Random) -> None:
    found, target = live(dice), charge(*dice.choice(CHARGES))
    if found is None or found[1].charge_id == target.charge_id:
        return
    payer, source = found
    left, arrived = preview_move(payer, source, target, as_of=AS_OF)
    move_receipt(payer.receipt_key, source, target, note="誤り", act=ACT)
    assert (left.after, arrived.after) == (now(source), now(target))
    assert told(arrived) == posted(target, moved_key(payer.receipt_key, target.label))


def test_what_is_shown_is_what_is_posted(busy: random.Random, tmp_path: Path) -> None:
    """消込・取消し・組替えを、減額と延滞金の強制入力を挟んで六十回。"""
    acts = (identify, identify, cancel, move)
    for step in range(60):
        busy.choice(acts)(busy)
        if step == 20:
            override_charge(charge(SATO), OverrideRequest(700, "減免", "山本", "伊藤"), as_of=AS_OF)
        if step == 35:
            path = write_determinations(tmp_path / "r.csv", revision(SATO, 1, 100_000, -200_000))
            import_determinations(path, as_of=AS_OF, officer=OFFICER)
    assert verify_ledger().sound


def test_the_division_names_its_articles(busy: random.Random) -> None:
    """延滞金と過誤納金には、それぞれの条文が付く。"""
    late = Payer(date(2025, 9, 1), moved_key(held(busy).receipt_key, "x"), 400_000)
    shown = preview_identification(late, charge(SATO), as_of=AS_OF)
    assert [part.account for part in shown.parts] == [
        Account.PRINCIPAL_TAX, Account.DELINQUENCY_CHARGE, Account.OVERPAYMENT
    ]  # fmt: skip
    assert "附則第3条の2" in shown.parts[1].basis
    assert shown.parts[2].basis == "地方税法第17条"
    assert shown.overpaid == shown.parts[2].amount == 400_000 - 300_000 - shown.parts[1].amount
    assert shown.breakdown
    assert shown.breakdown.steps
