"""窓口レジ。領収すると仮に消し込まれ、数えて締め、別の職員が確かめて元帳に入る。取消しと、締めの取消し。"""

from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from osame.collection.inquiry.verification import verify_everything
from osame.collection.matching.electronic import entrusted
from osame.collection.payment_slips.owed import owed_of
from osame.collection.tills.actions import (
    AlreadyReceived,
    TillNeedsAnother,
    TillNotOpen,
    TillOfAnotherDay,
    confirm_till,
    take_cash,
)
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.faults.test_at_the_same_time import at_once
from tests.letters.paper import texts
from tests.systems.collection.cast import OFFICER, SATO, TANAKA, determination
from tests.systems.collection.demand_cast import charge_of, levy
from tests.systems.collection.pages_cast import officer_at_desk, pages_on, text

TODAY = date(2025, 9, 10)
HERE = "/tills/"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch, city: str, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    levy(
        tmp_path,
        determination(SATO, 1, 400_000),
        determination(SATO, 2, 30_000, due_on=date(2025, 10, 31)),
        determination(TANAKA, 1, 20_000),
    )
    with pages_on(TODAY.isoformat(), monkeypatch):
        yield
    assert verify_everything().sound


def pressed(client: Client, path: str, form: str = "form", to: str = "", **typed: object) -> str:
    page = client.get(path)
    hidden = {field.html_name: str(field.value() or "") for field in page.context[form].hidden_fields()}
    return text(client.post(to or path, {**hidden, **typed}, follow=True))


def test_from_the_float_to_the_ledger(clerk: Client, chief: Client) -> None:
    assert "レジを開きました" in pressed(clerk, HERE, till_number="1", change_fund="30,000")
    (till,) = fetch_one("SELECT till_day_id FROM till_day")
    here = f"{HERE}{till}/"
    assert "もう開いています" in pressed(clerk, HERE, till_number="1", change_fund="0")
    take = f"{here}take/?addressee={SATO}"
    owed = {each.facts.installment_term: each.share().amount for each in owed_of(SATO, on=TODAY, as_of=TODAY)}
    assert owed[1] > 400_000  # 今日までの延滞金を含む
    both = [str(charge_of(SATO, 1)), str(charge_of(SATO, 2))]
    assert "足りません" in pressed(clerk, take, charges=both, tendered="400,000")
    assert "領収しました" in pressed(clerk, take, charges=both, tendered="450,000")
    assert "領収しました" in pressed(
        clerk, f"{here}take/?addressee={TANAKA}", charges=[str(charge_of(TANAKA))], tendered="30,000"
    )
    assert "領収しました" not in pressed(clerk, take, charges=both, tendered="450,000")  # もう選べない
    total = sum(owed.values())
    paper = clerk.post(f"{HERE}receipts/1/print/")
    (printed,) = texts(paper.content)
    for part in ("領収証書", "佐藤花子", f"{total:,}円", "領収済", f"{450_000 - total:,}円"):
        assert part in printed, part
    waiting = {each.addressee_number for each in entrusted(as_of=TODAY)}
    assert waiting == {SATO, TANAKA}  # 仮の消込。元帳はまだ動いていない
    assert fetch_one("SELECT count(*) FROM receipt") == (0,)
    assert "取り消しました" in pressed(clerk, here, "act", f"{HERE}receipts/2/cancel/", reason="金額の誤り")
    assert {each.addressee_number for each in entrusted(as_of=TODAY)} == {SATO}
    assert "理由がありません" in pressed(clerk, here, counted=f"{30_000 + total - 100:,}", reason="")
    assert "レジを締めました" in pressed(chief, here, counted=f"{30_000 + total - 100:,}", reason="釣銭の渡し違い")
    assert fetch_one("SELECT state, difference FROM till_day") == ("2", -100)
    with pytest.raises(TillNotOpen):
        take_cash(till, TANAKA, [charge_of(TANAKA)], 30_000, as_of=TODAY, officer=OFFICER)
    assert "締めを取り消しました" in pressed(chief, here, "act", f"{here}reopen/", reason="数え直し")
    assert "レジを締めました" in pressed(chief, here, counted=f"{30_000 + total:,}", reason="")
    with pytest.raises(TillNeedsAnother):
        confirm_till(till, officer="B0001")
    other = officer_at_desk("B0002", "伊藤 薫", "collection_chief")
    assert "元帳に入れました" in pressed(other, here, "plain", f"{here}confirm/")
    assert fetch_one("SELECT sum(amount)::bigint, min(channel), min(paid_on) FROM receipt") == (total, "10", TODAY)
    assert fetch_all(
        "SELECT principal_tax + demand_fee + delinquency_charge FROM charge WHERE addressee_number = %s", [SATO]
    ) == [(0,), (0,)]
    assert fetch_one("SELECT count(*) FROM overpayment") == (0,)
    assert entrusted(as_of=TODAY) == ()
    with pytest.raises(DatabaseError, match="締めたレジの領収"), transaction.atomic():
        run_sql("UPDATE till_receipt SET cancelled_on = '2025-09-10', cancel_reason = 'x', cancelled_by = 'x'")
    with pytest.raises(DatabaseError), transaction.atomic():
        run_sql("UPDATE till_day SET state = '1'")


def test_a_till_of_another_day_takes_nothing(clerk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    pressed(clerk, HERE, till_number="1", change_fund="0")
    (till,) = fetch_one("SELECT till_day_id FROM till_day")
    with pytest.raises(TillOfAnotherDay):
        take_cash(till, TANAKA, [charge_of(TANAKA)], 30_000, as_of=date(2025, 9, 11), officer=OFFICER)


def test_two_tills_never_take_the_same_money_twice(clerk: Client) -> None:
    tills = []
    for number in ("1", "2"):
        pressed(clerk, HERE, till_number=number, change_fund="0")
        tills.append(fetch_one("SELECT max(till_day_id) FROM till_day")[0])
    charge = charge_of(TANAKA)

    windows = [
        partial(take_cash, till, TANAKA, [charge], 30_000, as_of=TODAY, officer=OFFICER)
        for till in tills
        for _ in range(4)
    ]
    failures = [failed for failed in at_once(*windows) if failed]
    assert [type(failed) for failed in failures] == [AlreadyReceived] * (len(windows) - 1)
    assert fetch_one("SELECT count(*) FROM till_receipt") == (1,)
