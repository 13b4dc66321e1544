"""地方税法第15条の9・第20条の4の2: 猶予・執行停止・一部納付・延長・免除がどんな順に重なっても、延滞金は一日ずつ数えた額と同じ。

出来事は「職員の行い」のまま作り、片方は `grace.py` を通して法の計算に、片方はそのまま一日ずつの計算に渡す。
件数は環境変数 OSAME_HISTORIES（既定は小さい）。
"""

import os
from datetime import date, timedelta
from itertools import groupby

import numpy as np

from osame.kernel.money import Yen
from osame.law.claim import ChargeClaim, Payment, Remission
from osame.law.delinquency_charge import delinquency_charge
from osame.law.delinquency_charge_bulk import delinquency_charges
from osame.law.grace import (
    GraceGround,
    exemption_for_extension,
    exemption_for_grace,
    exemption_for_secured_claim,
    exemption_for_suspension,
    suspension_exempt_through,
)
from tests.law.test_three_ways import EARLY, GRACE, columns, naive_early_through

HISTORIES = int(os.environ.get("OSAME_HISTORIES", "6000"))
AS_OF = date(2026, 11, 23)
GROUNDS = tuple(GraceGround)
# Typed in again, apart from the law's table: these grounds let off everything.
WHOLLY = {"15-1-1", "15-1-2", "15-1-5a"}


def drawn_history(rng):
    """一つの期別の一生。行いは (種類, 始め, 終わり, 追加) の並び。"""
    length = int(rng.integers(20, 500)) if rng.random() < 0.1 else int(rng.integers(5, 160))
    due = date.fromordinal(int(rng.integers(date(2014, 2, 1).toordinal(), AS_OF.toordinal() - 30)))
    through = min(AS_OF, due + timedelta(days=length))
    principal = int(rng.integers(500, 6_000)) if rng.random() < 0.15 else int(rng.integers(2_000, 700_000))
    acts, at = [], due - timedelta(days=int(rng.integers(0, 15)))
    while at < through:
        first = at + timedelta(days=int(rng.integers(0, 40)))
        last = first + timedelta(days=int(rng.integers(0, 120)))
        kind = int(rng.integers(0, 7))
        if kind in {0, 1}:
            acts.append(("grace", first, last, GROUNDS[int(rng.integers(0, len(GROUNDS)))]))
        elif kind == 2:
            cause = first + timedelta(days=int(rng.integers(1, 60))) if rng.random() < 0.3 else None
            acts.append(("suspension", first, last if cause is None else max(last, cause), cause))
        elif kind == 3:
            acts.append(("secured", first, last, None))
        elif kind == 4:
            acts.append(("extension", first, last, None))
        else:
            acts.append(("payment", first, first, int(rng.integers(1, principal + 1000))))
        # Acts may follow each other, or overlap the one before.
        at = first if rng.random() < 0.4 else last
    acts.append(("payment", through, through, principal))
    remitted = int(rng.integers(0, 900)) if rng.random() < 0.1 else 0
    return principal, due, acts, remitted


def as_claim(principal, due, acts, remitted):
    """行いを、法の言葉に直す。"""
    exemptions, payments = [], []
    for kind, first, last, more in acts:
        match kind:
            case "grace":
                exemptions.append(exemption_for_grace(more, first, last))
            case "suspension":
                ended = suspension_exempt_through(last, cause_arose_on=more)
                exemptions.append(exemption_for_suspension(first, ended_on=ended))
            case "secured":
                exemptions.append(exemption_for_secured_claim(first, last))
            case "extension":
                exemptions.append(exemption_for_extension(first, last))
            case "payment":
                payments.append(Payment(first, Yen(more)))
    remissions = (Remission(Yen(remitted), "やむを得ない事由"),) if remitted else ()
    return ChargeClaim(Yen(principal), due, tuple(payments), tuple(exemptions), remissions=remissions)


def day_by_day(principal, due, acts, remitted):
    """一日ずつ、その日に生きている行いを見て数える。"""
    early_through = naive_early_through(due)
    left = principal - sum(more for kind, first, _, more in acts if kind == "payment" and first <= due)
    conditions = []
    day, one = due + timedelta(days=1), timedelta(days=1)
    while day <= AS_OF and left >= 2000:
        wholly = partly = half = False
        paid = 0
        for kind, first, last, more in acts:
            if not first <= day <= last:
                continue
            if kind == "payment":
                paid += more
            elif kind == "grace":
                wholly, partly = wholly or more.value in WHOLLY, partly or more.value not in WHOLLY
            elif kind == "secured":
                half = True
            elif kind == "extension" or more is None or day < more:
                wholly = True
        conditions.append((day.year, day <= early_through, left, wholly, partly, half))
        left -= paid
        day += one
    total = exempted = 0
    for (year, is_early, taxed, wholly, partly, half), days in groupby(conditions):
        count, base = len(list(days)), taxed - taxed % 1000
        amount = base * (EARLY[year] if is_early else EARLY[year] + 630) * count // 3_650_000
        kept = [amount]
        if wholly:
            kept.append(0)
        if partly:
            kept.append(min(amount, base * GRACE[year] * count // 3_650_000))
        if half and not is_early:
            kept.append(amount - amount // 2)
        total, exempted = total + amount, exempted + amount - min(kept)
    exempted = min(total, exempted + remitted)
    payable = total - exempted
    return total, exempted, 0 if payable < 1000 else payable - payable % 100


def test_any_order_of_acts_charges_the_same_yen_three_ways():
    rng = np.random.default_rng(15_9)
    histories = [drawn_history(rng) for _ in range(HISTORIES)]
    claims = [as_claim(*each) for each in histories]
    bulk = delinquency_charges(columns(claims), as_of=AS_OF)
    rows = zip(bulk.total.tolist(), bulk.exempted.tolist(), bulk.final.tolist(), strict=True)
    exempt = 0
    for history, claim, row in zip(histories, claims, rows, strict=True):
        scalar = delinquency_charge(claim, as_of=AS_OF)
        assert row == (scalar.total, scalar.exempted, scalar.final), history
        assert row == day_by_day(*history), history
        exempt += row[1] > 0
    assert exempt > HISTORIES // 3
