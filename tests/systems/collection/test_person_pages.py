"""納税者の画面と、期別の説明。どの数字も、元帳と法に1円まで等しい。"""

import json
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from osame.collection.demands.batch import run_demands
from osame.collection.inquiry.charges import Totals, View, charge_lines
from osame.collection.inquiry.explanation import explain
from osame.collection.inquiry.queries import quote
from osame.collection.ledger.queries import charge_numbered, charges_of
from osame.law.calc import answer as calc
from osame.platform.database import fetch_all, run_sql
from tests.systems.collection.cast import OFFICER, SATO, SUZUKI, TANAKA, determination, notice, revision
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, charge_of, levy, move_in, pay
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.conftest import server

TODAY = date(2025, 11, 4)
PERSON = f"/people/{SATO}/?osame-purpose=statutory"


@pytest.fixture
def desk(city, monkeypatch):
    with pages_on("2025-11-04", monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


@pytest.fixture
def constructed(city, tmp_path):
    """佐藤: 未納、一部納付、完納後の延滞金、減額、過誤納、督促手数料。"""
    levy(
        tmp_path,
        *(determination(SATO, term, 50_000, due_on=date(2025, 6, 30)) for term in (1, 2, 3, 4, 5)),
        determination(SATO, 6, 56_400, tax_item="01", due_on=date(2025, 6, 30)),
    )
    pay(tmp_path, notice(1, SATO, 20_000, date(2025, 7, 10), 2), notice(2, SATO, 50_000, date(2025, 7, 10), 4))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    pay(
        tmp_path,
        notice(3, SATO, 52_000, date(2025, 9, 3), 3, received_on=date(2025, 9, 3)),
        on=date(2025, 9, 5),
        sequence=2,
    )
    levy(
        tmp_path,
        revision(SATO, 1, 30_000, -20_000, 4, determined_on=date(2025, 8, 1)),
        revision(SATO, 1, 70_000, 20_000, 5, determined_on=date(2025, 8, 1)),
        name="revised.csv",
        on=date(2025, 8, 1),
    )
    return SATO


def lines(as_of: date = TODAY, view: View = View.EFFECTIVE):
    return charge_lines(SATO, as_of=as_of, today=TODAY, view=view)


def open_page(desk, path: str = PERSON):
    page = desk.get(path)
    assert page.status_code == 200, text(page)[:3000]
    return page


def test_every_figure_is_the_ledgers_and_the_laws(desk, constructed):
    page = open_page(desk, PERSON + "&show=all")
    told = {each.charge_id: each for tax in page.context["groups"] for year in tax.years for each in year.lines}
    facts = charges_of(SATO)
    assert set(told) == {each.charge_id for each in facts}
    assert len(told) == 6
    for each in facts:
        line, law = told[each.charge_id], quote(each, as_of=TODAY)
        assert (line.tax_amount, line.received, line.principal_tax, line.demand_fee, line.overpayment) == (
            each.tax_amount, each.received, each.principal_tax, each.demand_fee, each.overpayment,
        )  # fmt: skip
        assert (line.delinquency_charge, line.total, line.fixed) == (law.delinquency_charge, law.total, law.fixed)
        for number in (line.tax_amount, line.principal_tax, line.delinquency_charge):
            assert f"{number:,}" in text(page)
    assert page.context["all"] == Totals.of(told.values())
    assert {line.state.value for line in told.values()} >= {"督促済", "過誤納"}
