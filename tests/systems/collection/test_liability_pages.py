"""連帯・第二次納税義務・担保の画面と命令。起案から決裁、催告、納付書、差押えの選択まで。断りは欄のそばに出る。"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from osame.collection.liabilities import deciding
from osame.collection.liabilities.cli import app
from osame.platform.database import fetch_all
from tests.systems.collection.cast import SATO, TANAKA, determination, slip
from tests.systems.collection.demand_cast import charge_of, levy, set_value
from tests.systems.collection.pages_cast import officer_at_desk, pages_on, text
from tests.systems.collection.seizure_cast import asset_of
from tests.systems.collection.suspension_cast import carried, today
from tests.systems.collection.test_suspension_pages import ARREARS, call, proposal, sent
from tests.systems.collection.weighty import Weighty


@pytest.fixture
def desk(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """佐藤は滞納し、田中が責めを負う。"""
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    levy(tmp_path, determination(SATO, 1, 500_000))
    with pages_on(today().isoformat(), monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def long_ago(patch: pytest.MonkeyPatch) -> str:
    """決裁し、二月前に執行したものとする。"""
    with patch.context() as then:
        then.setattr(deciding, "day_of_transaction", lambda: today() - timedelta(days=60))
        return carried(proposal("liability"))


def test_from_the_proposal_to_the_reminder(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"kind": "28", "obligor_number": TANAKA, "charges": [charge_of(SATO)], "facts": "登記", "reason": "調査のとおり",
            "is_established": "on", "value": "300000"}  # fmt: skip
    place = f"/people/{SATO}/liabilities/new/?kind=28"
    early = sent(desk, place, **told)
    assert early.status_code == 422  # type: ignore[attr-defined]
    assert "譲渡などの日がありません" in text(early)
    done = sent(desk, place, **told, disposed_on="R7.4.1")
    assert done.status_code == 302, text(done)  # type: ignore[attr-defined]
    long_ago(monkeypatch)
    page = text(desk.get(f"/liabilities/1/?{ARREARS}"))
    for part in ("限度の計算", "残り 300,000円", "責任の時効", "納付書番号", "第11条の8"):
        assert part in page, part
    assert "ほかの納税者の徴収金に責めを負う" in text(desk.get(f"/people/{TANAKA}/?{ARREARS}"))
    assert "催告・督促を発してください" in text(desk.get(f"/liabilities/?{ARREARS}"))
    assert sent(desk, "/liabilities/1/remind/").status_code == 302  # type: ignore[attr-defined]
    assert sent(desk, "/liabilities/1/slip/").status_code == 302  # type: ignore[attr-defined]
    asset = asset_of(TANAKA)
    assert "責めを負う" in text(desk.get(f"/assets/{asset}/seize/?{ARREARS}"))
    assert sent(desk, "/liabilities/1/cancel/", reason="譲渡がなかった").status_code == 302  # type: ignore[attr-defined]
    carried(proposal("liability"))
    assert "取消し" in text(desk.get(f"/liabilities/1/?{ARREARS}"))


def test_only_the_fields_of_the_chosen_kind_are_shown(desk: Client) -> None:
    place = f"/people/{SATO}/liabilities/new/"
    first = text(desk.get(f"{place}?{ARREARS}"))
    assert "この種類の欄を開く" in first
    assert "認定の事実と資料" not in first
    words = {
        "41": ("保証した額", "猶予の履行がない"), "24": ("同族会社の資産", "株式・出資の総数"), "11": ("納期限",),
        "28": ("譲渡などの日", "現に存する利益"), "51": ("譲渡担保の設定の日",),
    }  # fmt: skip
    for kind, own in words.items():
        shown = text(desk.get(f"{place}?kind={kind}&{ARREARS}"))
        assert all(each in shown for each in (*own, "認定の事実と資料")), kind
        others = [each for other, names in words.items() if other != kind for each in names]
        assert not [each for each in others if f"{each}（" in shown or f">{each}<" in shown], kind
    nothing = {"kind": "24", "obligor_number": TANAKA, "charges": [charge_of(SATO)], "facts": "株主名簿", "reason": "調査",
               "is_established": "on", "shares_held": "1", "shares_total": "2"}  # fmt: skip
    refused = sent(desk, f"{place}?kind=24", **nothing)
    assert refused.status_code == 422  # type: ignore[attr-defined]
    assert "限度が0円です" in text(refused)


def test_the_commands(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    weighty, charge = Weighty(), ("--charge", str(slip(SATO)))
    told = json.loads(
        call(app, "measure", SATO, TANAKA, "--kind", "23", *charge, "--measure", '{"value": 300000}', "--json")
    )
    assert (told["limit"], told["amount"]) == (300_000, 300_000)
    assert "【適】" in call(app, "measure", SATO, TANAKA, "--kind", "11", *charge)
    weighty.types(app, "propose", SATO, TANAKA, "登記", "調査", "--kind", "11", *charge)
    long_ago(monkeypatch)
    assert len(json.loads(call(app, "list", "--due", "--json"))) == 1
    assert "文書の束" in call(app, "remind", "1")
    assert "文書の束" in call(app, "slip", "1")
    assert "全額" in call(app, "show", "1")
    assert json.loads(call(app, "show", "1", "--json"))["claimable"] == 500_000
    assert "田中" in call(app, "list") or "責任" in call(app, "list", TANAKA)
    weighty.types(app, "cancel", "1", "共有でなかった")
    carried(proposal("liability"))
    assert "完納 0件、消滅 0件" in call(app, "refresh")
    assert fetch_all("SELECT stage FROM liability") == [("CANCELLED",)]
