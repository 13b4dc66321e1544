"""繰上徴収と保全の画面と命令。起案から決裁、取消し、担保、確定まで。断りは欄のそばに出る。"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client

from osame.collection.advances.cli import app as advance_app
from osame.collection.advances.deciding import told as told_of
from osame.collection.dispositions.cli import app as disposition_app
from osame.platform.database import fetch_all
from tests.systems.collection.cast import SATO, determination, slip
from tests.systems.collection.demand_cast import charge_of, levy
from tests.systems.collection.pages_cast import officer_at_desk, pages_on, text
from tests.systems.collection.seizure_cast import asset_of
from tests.systems.collection.suspension_cast import carried, today
from tests.systems.collection.test_suspension_pages import ARREARS, call, proposal, sent
from tests.systems.collection.weighty import Weighty


@pytest.fixture
def desk(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """佐藤の二期。納期限の前である。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    rows = [
        determination(SATO, term, 50_000, due_on=today() + timedelta(days=30 * term), determined_on=date(2026, 5, 1),
                      levy_year=2026, tax_year=2026)
        for term in (1, 2)
    ]  # fmt: skip
    levy(tmp_path, *rows, on=date(2026, 5, 1))
    with pages_on(today().isoformat(), monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def test_from_the_proposal_to_the_cancel(desk: Client) -> None:
    told = {
        "ground": "1",
        "evidence": "官報",
        "charges": [charge_of(SATO)],
        "reason": "ほかに財産がない",
        "is_uncollectable": "on",
    }
    late = sent(desk, f"/people/{SATO}/advances/new/", deadline=(today() + timedelta(days=40)).isoformat(), **told)
    assert late.status_code == 422  # type: ignore[attr-defined]
    assert "元の納期限より早くありません" in text(late)
    done = sent(desk, f"/people/{SATO}/advances/new/", deadline=(today() + timedelta(days=3)).isoformat(), **told)
    assert done.status_code == 302, text(done)  # type: ignore[attr-defined]
    ((content,),) = fetch_all("SELECT content FROM proposal WHERE act = 'advance'")
    shown = dict(told_of(content if isinstance(content, dict) else json.loads(content)))
    assert "第13条の2第1項" in shown["条件1"]
    carried(proposal("advance"))
    listed = text(desk.get(f"/advances/?{ARREARS}"))
    assert "強制換価手続の開始" in listed
    page = text(desk.get(f"/advances/1/?{ARREARS}"))
    for part in ("督促を要しない", "第331条第1項第2号", "告知する"):
        assert part in page, part
    assert sent(desk, "/advances/1/cancel/", reason="競売の取下げ").status_code == 302  # type: ignore[attr-defined]
    carried(proposal("advance"))
    assert "取り消したので、元の納期限" in text(desk.get(f"/advances/1/?{ARREARS}"))


def test_a_preservation_from_the_pages(desk: Client) -> None:
    told = {"kind": "2", "tax": "2026年度 入湯税", "facts": "帳簿を領置した", "expected": "900000", "reason": "隠滅のおそれ",
            "is_cause": "on", "is_endangered": "on"}  # fmt: skip
    place = f"/people/{SATO}/preservations/new/"
    assert "確定の見込み・限度の内" in text(sent(desk, place, amount="900001", **told))
    assert sent(desk, place, amount="80000", **told).status_code == 302  # type: ignore[attr-defined]
    carried(proposal("advance"))
    asset = asset_of()
    form = f"/assets/{asset}/preserve/"
    assert "保全差押金額を書面で通知した" in text(desk.get(f"{form}?{ARREARS}"))
    seized = sent(desk, form, preservation="1", scope="残高の全額", reason="保全", perform_by=(today() + timedelta(days=30)).isoformat())  # fmt: skip
    assert seized.status_code == 302, text(seized)  # type: ignore[attr-defined]
    carried(proposal("seizure"))
    assert "確定するまで、取立ても換価もできません" in text(desk.get(f"/dispositions/1/?{ARREARS}"))
    early = sent(desk, "/dispositions/1/take-over/")
    assert "税額が、まだ確定していません" in text(early)
    assert "解除の事由がありません" in text(sent(desk, "/dispositions/1/release/", reason="なんとなく"))
    assert sent(desk, "/preservations/1/security/", description="国債", value="10000", offered_on=today().isoformat()).status_code == 302  # type: ignore[attr-defined]  # fmt: skip
    assert sent(desk, "/preservations/1/fix/", charges=[charge_of(SATO)]).status_code == 302  # type: ignore[attr-defined]
    assert sent(desk, "/dispositions/1/take-over/").status_code == 302  # type: ignore[attr-defined]
    assert "確定した期別" in text(desk.get(f"/preservations/1/?{ARREARS}"))
    again = sent(desk, "/preservations/1/release/", reason="二度目")
    assert "もう終わっています" in text(again)


def test_the_commands(desk: Client) -> None:
    weighty = Weighty()
    deadline = (today() + timedelta(days=3)).isoformat()
    weighty.types(advance_app, "propose", SATO, "財産がない", "--ground", "3", "--evidence", "登記", "--deadline", deadline,
                  "--charge", str(slip(SATO)))  # fmt: skip
    carried(proposal("advance"))
    assert "【適】" in call(advance_app, "show", "1")
    weighty.types(advance_app, "cancel", "1", "解散の取消し")
    carried(proposal("advance"))
    weighty.types(
        advance_app, "preserve", SATO, "入湯税", "領置", "--kind", "2", "--amount", "100000", "--expected", "100000"
    )
    carried(proposal("advance"))
    assert len(json.loads(call(advance_app, "list", SATO, "--json"))["advances"]) == 1
    assert "保全" in call(advance_app, "list")
    asset, by = asset_of(), (today() + timedelta(days=30)).isoformat()
    weighty.types(disposition_app, "preserve", str(asset), "1", "全額", "保全", "--perform-by", by)
    carried(proposal("seizure"))
    call(advance_app, "security", "1", "国債", "5000")
    call(advance_app, "fix", "1", "--charge", str(slip(SATO)))
    assert "差押えに切り替えました" in call(disposition_app, "take-over", "1")
    weighty.types(advance_app, "preserve", SATO, "入湯税", "領置", "--kind", "2", "--amount", "5", "--expected", "5")
    carried(proposal("advance"))
    call(advance_app, "release", "2", "必要がなくなった")
    assert json.loads(call(advance_app, "show", "2", "--preservation", "--json"))["head"]["preservation_id"] == 2
    assert "完納 0件、差押え 0件" in call(advance_app, "refresh")
    assert fetch_all("SELECT count(*) FROM preservation WHERE stage = 'RELEASED'") == [(1,)]
