"""還付の支払を、会計年度と科目ごとに、一円も漏らさず二度も渡さず、財務会計へ渡す。"""

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from typer.testing import CliRunner

from osame.cli import build_app
from osame.collection.refunds.actions import Where
from osame.collection.refunds.paying import propose_run, record_returned
from osame.collection.vouchers.actions import (
    CheckedByMaker,
    LedgerDisagrees,
    NothingToTell,
    TotalsDiffer,
    check_run,
    make_run,
    reconcile,
    withdraw_run,
)
from osame.collection.vouchers.files import VoucherHandedOver, VoucherNotChecked, content_of, hand_over
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.egress.models import EgressRecord
from tests.systems.collection.cast import OFFICER, SATO
from tests.systems.collection.pages_cast import fields, pages_on, text
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
from tests.systems.conftest import server

TRANSFER = date(2025, 9, 30)
AFTER = date(2025, 10, 1)
BACK = date(2025, 10, 6)
LATER = date(2025, 10, 7)
CHECKER = "高橋"
ACCOUNTS = {"過年度還付金の歳出科目": "22-01-22 償還金", "還付加算金の歳出科目": "22-01-22 還付加算金"}


def settle_accounts() -> None:
    """歳出の科目を、基本設定に登録する。"""
    for name, value in ACCOUNTS.items():
        run_sql(
            "INSERT INTO setting (name, valid_from, value, basis) VALUES (%s, '2000-01-01', %s, '財務規則')",
            [name, value],
        )


def pay_out(transfer_on: date = TRANSFER) -> int:
    """支払待ちを振り込む。支払番号を返す。"""
    with officer("起案"):
        _, proposal = propose_run(transfer_on=transfer_on, reason="支払期日のため", act=ACT)
    approve(proposal)
    return int(fetch_one("SELECT max(payment_id) FROM refund_payment")[0])


@pytest.fixture
def paid(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Where:
    """佐藤の二重納付50万円を、加算金とともに振り込んだ。"""
    monkeypatch.setenv("OSAME_TODAY", DECIDED.isoformat())
    settle_consignor()
    settle_accounts()
    pay_twice(tmp_path, SATO, amount=3_000_000)
    where = claimed(SATO, decided(SATO))
    pay_out()
    return where


def told_lines(run: int) -> list[tuple[object, ...]]:
    return fetch_all(
        "SELECT fiscal_year, revenue_class, subject, movement, amount FROM voucher_line WHERE run_id = %s "
        "ORDER BY line_number",
        [run],
    )


def test_principal_goes_back_out_of_revenue_and_interest_out_of_the_budget(paid: Where, tmp_path: Path) -> None:
    interest = int(fetch_one("SELECT interest FROM refund_decision")[0])
    assert interest > 0
    with pytest.raises(NothingToTell):  # 支払日の前
        make_run(through=date(2025, 9, 29), as_of=AFTER, officer=OFFICER)
    run = make_run(through=TRANSFER, as_of=AFTER, officer=OFFICER)
    assert told_lines(run) == [(2025, "1", "1", "1", 3_000_000), (2025, "2", "2", "1", interest)]
    with pytest.raises(NothingToTell):  # 同じ支払は、二度は入らない
        make_run(through=TRANSFER, as_of=AFTER, officer=OFFICER)
    with pytest.raises(VoucherNotChecked):
        content_of(run)
    with pytest.raises(CheckedByMaker):
        check_run(run, paid=3_000_000 + interest, returned=0, as_of=AFTER, officer=OFFICER)
    with pytest.raises(TotalsDiffer):
        check_run(run, paid=3_000_000, returned=0, as_of=AFTER, officer=CHECKER)
    with pytest.raises(IntegrityError), transaction.atomic():  # SQL でも、作った職員は照合できない
        run_sql("UPDATE voucher_run SET state = '2', checked_on = made_on, checked_by = made_by")
    check_run(run, paid=3_000_000 + interest, returned=0, as_of=AFTER, officer=CHECKER)
    record = hand_over(run, tmp_path / "vouchers.csv")
    assert EgressRecord.objects.filter(pk=record.pk, receiver="財務会計システム", subject_count=0).exists()
    with pytest.raises(VoucherHandedOver):
        hand_over(run, tmp_path / "again.csv")
    rows = list(csv.reader(io.StringIO((tmp_path / "vouchers.csv").read_text("utf-8"))))
    assert rows[1] == ["1", "osame_voucher_v0", "242039", str(run), "2025-10-01", "2025-09-30"]
    assert rows[2] == ["2", "1", "2025", "1", "市税", "06", "1", "1", "1", "2025-09-30", "1", "3000000"]
    assert rows[3][3:9] == ["2", ACCOUNTS["還付加算金の歳出科目"], "06", "1", "2", "1"]
    assert rows[-1] == ["9", "2", str(3_000_000 + interest), "0"]
    assert SATO not in (tmp_path / "vouchers.csv").read_text("utf-8")
    assert reconcile(through=LATER).agrees


def test_what_comes_back_is_put_back_where_it_left_and_paid_anew(paid: Where) -> None:
    interest = int(fetch_one("SELECT interest FROM refund_decision")[0])
    first = make_run(through=TRANSFER, as_of=AFTER, officer=OFFICER)
    withdraw_run(first, reason="科目を直すため", officer=OFFICER)
    run = make_run(through=TRANSFER, as_of=AFTER, officer=OFFICER)  # 取り下げた束の支払は、次の束に入る
    assert told_lines(run) == told_lines(first)
    (payment,) = fetch_one("SELECT payment_id FROM refund_payment")
    record_returned(payment, returned_on=BACK, reason="口座解約", act=ACT)
    claimed(SATO, paid.decision_id)
    pay_out(date(2025, 10, 3))
    later = make_run(through=BACK, as_of=LATER, officer=OFFICER)
    assert told_lines(later) == [
        (2025, "1", "1", "1", 3_000_000), (2025, "1", "1", "2", 3_000_000), (2025, "2", "2", "1", interest),
        (2025, "2", "2", "2", interest),
    ]  # fmt: skip
    found = reconcile(through=LATER)
    assert (found.ledger, found.told, found.waiting) == (3_000_000 + interest, 3_000_000 + interest, 0)


def test_after_the_books_are_closed_it_is_revenue_of_the_year(paid: Where) -> None:
    (payment,) = fetch_one("SELECT payment_id FROM refund_payment")
    record_returned(payment, returned_on=date(2026, 6, 1), reason="口座解約", act=ACT)
    run = make_run(through=date(2026, 6, 1), as_of=date(2026, 6, 2), officer=OFFICER)
    assert [line[:4] for line in told_lines(run)] == [
        (2025, "1", "1", "1"), (2025, "2", "2", "1"), (2026, "1", "1", "3"), (2026, "2", "2", "3"),
    ]  # fmt: skip


def test_nothing_is_made_while_the_ledger_disagrees(city: str, paid: Where) -> None:
    with server(city) as admin:  # 台帳を飛び越えた書換え
        admin.execute("ALTER TABLE refund_payment_line DISABLE TRIGGER USER")
        admin.execute("UPDATE refund_payment_line SET amount = amount - 1")
    assert not reconcile(through=TRANSFER).agrees
    with pytest.raises(LedgerDisagrees):
        make_run(through=TRANSFER, as_of=AFTER, officer=OFFICER)


def test_the_page_and_the_commands(paid: Where, clerk: Client, chief: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with pages_on(AFTER.isoformat(), monkeypatch):
        seen = text(clerk.get("/refunds/vouchers/"))
        assert "一円まで合っています" in seen
        assert "財務伝票の束を作る" not in seen  # 係員は見るだけ
        form = fields(chief.get("/refunds/vouchers/"))
        made = chief.post("/refunds/vouchers/", {**form, "through": "R7.9.30"}, follow=True)
        assert "別の職員の照合を待ちます" in text(made)
        (run,) = fetch_one("SELECT run_id FROM voucher_run")
        assert "別の職員に照合を頼んでください" in text(chief.get(f"/refunds/vouchers/{run}/"))
        assert chief.get("/refunds/vouchers/999/").status_code == 404
        told = CliRunner()
        app = build_app()
        (total,) = fetch_one("SELECT paid FROM voucher_run")
        done = told.invoke(app, ["voucher", "check", str(run), "--paid", str(total), "--officer", CHECKER])
        assert done.exit_code == 0, done.output
        file = chief.post(f"/refunds/vouchers/{run}/file/")
        assert file.content.decode().splitlines()[-1].startswith("9,2,")
        again = chief.post(f"/refunds/vouchers/{run}/file/")
        assert again.status_code == 409
        assert told.invoke(app, ["voucher", "reconcile", "--through", "R7.9.30"]).exit_code == 0
