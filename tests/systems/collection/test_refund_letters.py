"""還付・充当の通知を読み返す。口座を知っていれば振込先、知らなければ請求書、相続人には持分。"""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pypdfium2
import pytest

from osame.collection.letters.printing import print_run
from osame.collection.letters.reports import write_report
from osame.collection.refunds.actions import Act, Where
from osame.collection.refunds.letters import send_notices, send_reminders, unnoticed
from osame.collection.refunds.paying import propose_run
from osame.collection.refunds.reports import decision_report, outstanding_report, run_report
from osame.collection.refunds.sharing import Heir, divide_among_heirs
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import KAKU, OFFICER, SATO, TANAKA, determination
from tests.systems.collection.demand_cast import levy
from tests.systems.collection.refund_cast import (
    ACT,
    DECIDED,
    approve,
    claimed,
    decided,
    officer,
    pay_twice,
    settle_consignor,
)


@pytest.fixture(autouse=True)
def home(city: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OSAME_TODAY", DECIDED.isoformat())
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))


def pages(run: int) -> list[str]:
    """Every page of a run as text, read by another library."""
    found = []
    for path in sorted(print_run(run).directory.glob("*.pdf")):
        pdf = pypdfium2.PdfDocument(path)
        found += ["".join(page.get_textpage().get_text_range().split()) for page in pdf]
        pdf.close()
    return found


def test_set_off_and_refunded_with_the_claim_form(tmp_path: Path) -> None:
    levy(tmp_path, determination(SATO, 1, 30_000, tax_item="01", slip_number=990_001), name="other.csv")
    pay_twice(tmp_path, SATO)
    number = decided(SATO)
    assert unnoticed() == [number]
    (run,) = send_notices(unnoticed(), act=ACT)
    notice, claim = pages(run)
    for part in (
        "過誤納金還付充当通知書",
        "佐藤花子様",
        "還付する額20,000円",
        "充当した額30,000円",
        "R7.6.30",
        "市民税・県民税",
        "令和12年6月25日",
        "二重納付",
        "教示",
    ):
        assert part in notice, part
    assert "過誤納金還付請求書兼口座振込依頼書" in claim
    assert "請求する額20,000円" in claim
    assert unnoticed() == []
    assert fetch_all("SELECT form FROM letter_run") == [("R-033",)]


def test_each_decision_gets_its_own_form(tmp_path: Path) -> None:
    pay_twice(tmp_path, SATO)
    claimed(SATO, decided(SATO))  # 口座の分かった人
    pay_twice(tmp_path, TANAKA)
    decided(TANAKA)
    levy(tmp_path, determination(KAKU, 1, 500_000, tax_item="01", slip_number=990_001), name="other.csv")
    pay_twice(tmp_path, KAKU)
    decided(KAKU)  # すべて充当
    runs = send_notices(unnoticed(), act=ACT)
    assert fetch_all("SELECT form, requested FROM letter_run ORDER BY form") == [
        ("R-030", 1),
        ("R-031", 1),
        ("R-032", 1),
    ]
    (with_account,), (with_claim, form), (set_off,) = (pages(each) for each in runs)
    assert "口座振込（0155-701****567）" in with_account
    assert "請求の期限" in with_claim
    assert "口座名義" in form
    assert "還付する額" not in set_off
    assert "充当した額50,000円" in set_off
    later = Act(date(2025, 12, 1), OFFICER)
    reminder, _ = pages(send_reminders(act=later, through=DECIDED))
    assert "田中一郎様" in reminder
    assert "50,000円" in reminder
    assert fetch_all("SELECT reminded_on FROM refund_payee WHERE addressee_number = %s", [TANAKA]) == [(later.as_of,)]


def test_heirs_are_told_their_shares(tmp_path: Path) -> None:
    run_sql("UPDATE addressee SET died_on = '2025-08-01' WHERE addressee_number = %s", [SATO])
    run_sql(
        "INSERT INTO addressee_agent (addressee_number, line_number, kind, tax_item, agent_number, title, valid_from) "
        "VALUES (%s, 1, '04', '', %s, '相続人代表者', '2025-08-10')",
        [SATO, TANAKA],
    )
    pay_twice(tmp_path, SATO)
    number = decided(SATO)
    heirs = [Heir("田中 一郎", "タナカ イチロウ", Fraction(1, 2)), Heir("佐藤 次郎", "サトウ ジロウ", Fraction(1, 2))]
    divide_among_heirs(Where(SATO, number, 1), heirs, act=ACT)
    (run,) = send_notices([number], act=ACT)
    first = pages(run)[0]
    for part in ("田中一郎様", "故佐藤花子様", "佐藤次郎", "1/2", "25,000"):
        assert part in first, part


def test_internal_reports_are_written(tmp_path: Path) -> None:
    """決議書、加算金計算書、支払明細、還付未済一覧。庁内の透かしが入り、出力の記録が残る。"""
    settle_consignor()
    pay_twice(tmp_path, SATO)
    number = decided(SATO)
    claimed(SATO, number)
    outstanding = outstanding_report(as_of=DECIDED)
    with officer("起案"):
        run, proposal = propose_run(transfer_on=date(2025, 9, 30), reason="支払期日", act=ACT)
    approve(proposal)
    made = {
        "decision": (
            decision_report(number, as_of=DECIDED),
            ("還付充当決議書", "佐藤花子", "50,000", "還付加算金計算書", "照査"),
        ),
        "run": (run_report(run, as_of=DECIDED), ("還付支払明細・不能一覧", "佐藤花子", "50,000", "支払済")),
        "outstanding": (outstanding, ("還付未済・時効予定一覧", "佐藤花子", "50,000円", "支払待ち", "R12.6.25")),
    }
    for name, (report, parts) in made.items():
        record = write_report(report, tmp_path / f"{name}.pdf")
        assert (record.kind, record.subjects) == ("report", [SATO])
        pdf = pypdfium2.PdfDocument(tmp_path / f"{name}.pdf")
        told = "".join("".join(page.get_textpage().get_text_range().split()) for page in pdf)
        pdf.close()
        assert [part for part in parts if part not in told] == []
