"""公売の画面と命令。準備から権利の移転、配当と交付まで。電子公売のファイル。"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from typer.testing import CliRunner

from osame.collection.assets.models import ThirdParty
from osame.collection.auctions.cli import app as auction_app
from osame.collection.auctions.delivery_cli import app as delivery_app
from osame.collection.auctions.queries import auction_file, auctions_of
from osame.collection.demands.batch import run_demands
from osame.collection.dispositions.collecting import propose_distribution
from osame.formats.online_auction_csv import BID_COLUMNS
from osame.platform.database import fetch_all, fetch_one
from tests.systems.collection.auction_cast import DECIDED, HELD, OPENS, SEIZED, held, mortgaged, on_day, seized
from tests.systems.collection.cast import OFFICER, SATO, determination
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, levy
from tests.systems.collection.pages_cast import officer_at_desk, pages_on, text
from tests.systems.collection.seizure_cast import as_officer, carried, party_of
from tests.systems.collection.test_disposition_pages import ARREARS, sent
from tests.systems.collection.test_intake_pages import take
from tests.systems.collection.weighty import Weighty

FILE = Path("bids.csv")


@pytest.fixture
def seizure(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    levy(tmp_path, determination(SATO, 1, 500_000))
    run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER)
    key = seized()
    mortgaged(key, 1_000_000, date(2020, 4, 1))
    return key


@pytest.fixture
def desk(seizure: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    with pages_on(HELD.isoformat(), monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def shown(desk: Client, place: str) -> str:
    page = desk.get(f"{place}?{ARREARS}", follow=True)
    assert page.status_code == 200, place
    return text(page)


def proposal() -> int:
    return int(fetch_one("SELECT max(proposal_id) FROM proposal")[0])


def test_from_the_preparation_to_the_delivery(
    desk: Client, seizure: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = f"/dispositions/{seizure[1]}/"
    place = sent(desk, f"{at}auction/", description="架空市岩渕1丁目7番29 宅地", survey="占有者なし", surveyed_on=SEIZED.isoformat(),
                 surveyors="山本 昇、高橋 実")  # fmt: skip
    day, late = OPENS.isoformat(), DECIDED.isoformat()
    sent(desk, f"{place}hold/", method="SEALED_DAY", market_value="5,000,000", reduction_percent="20", estimate_reason="鑑定評価書",
         place="301会議室", opens_on=day, closes_on=day, opening_on=day, decision_on=late)  # fmt: skip
    carried(proposal())
    told = shown(desk, place)
    for part in ("公告の翌日から10日を置き", "国税徴収法第113条第1項", "4,000,000", "公告中", "売却決定の日の前日まで"):
        assert part in told, part
    on_day(monkeypatch, OPENS)
    sent(desk, f"{place}bidders/new/", name="買受 一郎", address="架空市本町1-1", deposit="400000", stated_on=day)
    sent(desk, f"{place}bidders/1/bid/", amount="4,500,000")
    sent(desk, f"{place}open/")
    sent(desk, f"{place}bidders/1/", police="CLEAR")
    sent(desk, f"{place}sell/", reason="最高価申込者に売却する")
    on_day(monkeypatch, DECIDED)
    carried(proposal())
    sent(desk, f"{at}costs/new/", kind="4", amount="120000", spent_on=day, payee="架空不動産鑑定")
    sent(desk, f"{at}claims/new/", interest="1", amount="900000", evidence="残高証明書")
    sent(desk, f"{place}price/", amount="4500000", paid_on=late)
    registry = party_of(ThirdParty.Kind.REGISTRY, "津地方法務局")
    sent(desk, f"{place}transfer/", registry=str(registry))
    assert "権利移転" in shown(desk, place)
    with as_officer(OFFICER):
        number = propose_distribution(seizure, reason="計算のとおり", as_of=DECIDED)
    carried(number)
    delivery_on = fetch_one("SELECT delivery_on FROM distribution")[0]
    on_day(monkeypatch, delivery_on)
    sent(desk, f"{at}distributions/1/objections/new/", part="3", objector="架空商事", claim="弁済されている")
    sent(desk, f"{at}distributions/1/objections/1/", outcome="4", settlement="争いがある")
    sent(
        desk,
        f"{at}distributions/1/deliver/",
        deposits="3",
        office="津地方法務局",
        number="令和8年度金第12号",
        reason="国税徴収法第133条第3項",
    )
    told = shown(desk, f"{at}distributions/")
    for part in ("滞納処分費計算書", "徴収した額 120,000円", "供託した", "令和8年度金第12号", "交付済み"):
        assert part in told, part
    assert "続いている公売は、ありません" in shown(desk, "/auctions/")


def test_a_refusal_stands_beside_its_field_and_a_stop_needs_a_ground(desk: Client, seizure: tuple[str, int]) -> None:
    place = sent(desk, f"/dispositions/{seizure[1]}/auction/", description="宅地", survey="占有者なし", surveyed_on=SEIZED.isoformat(),
                 surveyors="山本 昇")  # fmt: skip
    page = desk.get(f"{place}hold/?{ARREARS}", follow=True)
    day = (HELD + timedelta(days=3)).isoformat()
    form = {"submission": page.context["form"]["submission"].value(), "method": "SEALED_DAY", "market_value": "1000", "reduction_percent": "0",
            "estimate_reason": "鑑定", "place": "会議室", "opens_on": day, "closes_on": day, "opening_on": day, "decision_on": day}  # fmt: skip
    answer = text(desk.post(f"{place}hold/?{ARREARS}", form))
    assert "公売の日が早すぎます" in answer
    sent(desk, f"{place}stop/", reason="準備をやめる")
    assert "中止" in shown(desk, place)


def test_the_commands(seizure: tuple[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weighty, runner = Weighty(), CliRunner()

    def call(app: object, *words: str) -> str:
        answer = runner.invoke(app, list(words), env={"OSAME_OFFICER": OFFICER})  # type: ignore[arg-type]
        assert answer.exit_code == 0, answer.output
        return str(answer.stdout)

    on_day(monkeypatch, HELD)
    day, late = OPENS.isoformat(), DECIDED.isoformat()
    number = call(auction_app, "prepare", str(seizure[1]), "--property", "宅地", "--survey", "占有者なし", "--surveyed-on",
                  SEIZED.isoformat(), "--surveyors", "山本").split()[-1]  # fmt: skip
    assert "公告の翌日から10日" in call(auction_app, "days", day, day)
    told = weighty.types(auction_app, "hold", number, "5000000", "--reason", "鑑定", "--place", "会議室", "--opens", day, "--opening", day,
                         "--decision", late)  # fmt: skip
    carried(int(told.split()[-1]))
    assert "1件の物件" in call(auction_app, "export-lots", "架空オークション", "--to", str(tmp_path / "lots.csv"))
    lots = (tmp_path / "lots.csv").read_text("utf-8")
    assert "4000000,400000,2026-04-13" in lots
    assert "佐藤" not in lots
    on_day(monkeypatch, OPENS)
    rows = ("公売管理番号,参加者番号,氏名,カナ,郵便番号,住所,代理人,保証金,保証金納付日,陳述日,資格証明番号,入札額,入札日,次順位申込",
            f"{number},P1,買受 一郎,カイウケ イチロウ,5160037,架空市本町1-1,,400000,{day},{day},,4500000,{day},0",
            f"{number},P2,次順 二郎,,5160037,架空市本町1-2,,400000,{day},{day},,4400000,{day},1",
            f"{number},P3,佐藤 花子,,5160037,架空市本町1-3,,400000,{day},{day},,9000000,{day},0",
            "999,P4,不明 三郎,,5160037,架空市本町1-4,,0,,,,1,,0")  # fmt: skip
    path = tmp_path / "bids.csv"
    path.write_text("\r\n".join(rows) + "\r\n", "utf-8")
    told = call(auction_app, "import-bids", str(path))
    assert "4行: 受けた行2、不受理2" in told
    assert "同じ名" in told
    assert "既に受け付けた" in call(auction_app, "import-bids", str(path))
    assert "4,500,000円" in call(auction_app, "open", number)
    call(auction_app, "screen", number, "1", "--police", "clear")
    carried_number = int(weighty.types(auction_app, "sell", number).split()[-1])
    on_day(monkeypatch, DECIDED)
    carried(carried_number)
    assert "4,500,000円" in call(auction_app, "price", number, "4500000", late)
    call(auction_app, "transfer", number)
    assert json.loads(call(auction_app, "show", number, "--json"))["head"]["stage"]
    key = auctions_of(SATO)[0].key
    assert auction_file(key).head.next_number == 2
    call(delivery_app, "cost", str(seizure[1]), "1", "50000", late, "公売の会場 請求書")
    assert "支出 50,000円" in call(delivery_app, "costs", str(seizure[1]))
    call(delivery_app, "claim", str(seizure[1]), "1", "800000", "残高証明書")
    with as_officer(OFFICER):
        number = str(propose_distribution(seizure, reason="計算のとおり", as_of=DECIDED))
    carried(int(number))
    on_day(monkeypatch, fetch_one("SELECT delivery_on FROM distribution")[0])
    call(delivery_app, "object", str(seizure[1]), "1", "3", "架空商事", "弁済されている")
    call(delivery_app, "settle", str(seizure[1]), "1", "1", "2", "取下書")
    assert "4件を交付しました" in call(delivery_app, "deliver", str(seizure[1]), "1")
    assert "もう交付しています" in call(delivery_app, "deliver", str(seizure[1]), "1")
    assert "交付した" in call(delivery_app, "show", str(seizure[1]))
    assert fetch_all("SELECT DISTINCT how FROM distribution_delivery") == [("1",)]


def test_the_terminal_stops_what_the_record_forbids(seizure: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    key = held(monkeypatch, seizure)
    answer = CliRunner().invoke(auction_app, ["stop", str(key[1]), "気が変わった"], env={"OSAME_OFFICER": OFFICER})
    assert answer.exit_code != 0
    assert "中止の事由がありません" in answer.output


def test_the_files_of_an_online_auction_pass_through_the_desk(
    desk: Client, seizure: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = held(monkeypatch, seizure)
    assert "公告中の物件をファイルに保存する" in shown(desk, "/auctions/")
    lots = desk.post(f"/auctions/lots/?{ARREARS}", {"service": "架空オークション"})
    assert "4000000,400000,2026-04-13" in lots.content.decode()
    day = OPENS.isoformat()
    on_day(monkeypatch, OPENS)
    rows = (",".join(BID_COLUMNS), f"{key[1]},P1,買受 一郎,,5160037,架空市本町1-1,,400000,{day},{day},,4500000,{day},0")
    take(desk, ("bids.csv", ("\r\n".join(rows) + "\r\n").encode()))
    assert auction_file(key).bidders[0].bids == (4_500_000,)
