"""承継の画面と命令。調べから決裁まで、相続関係図、断りは欄のそばに出る。"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from typer.testing import CliRunner

from osame.collection.successions.cli import app
from osame.collection.successions.deciding import told as told_to_deciders
from osame.platform.database import fetch_all
from tests.systems.collection.cast import SATO, SUZUKI, TANAKA, determination
from tests.systems.collection.demand_cast import levy, set_value
from tests.systems.collection.pages_cast import fields, officer_at_desk, pages_on, text
from tests.systems.collection.succession_cast import KITAMURA, family
from tests.systems.collection.suspension_cast import carried, today
from tests.systems.collection.weighty import Weighty

ARREARS = "osame-purpose=arrears_management"


@pytest.fixture
def desk(city: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    set_value("コンビニの請求書発行企業コード", "959919")
    set_value("納付区分", "06:106,01:101,合算:199")
    levy(tmp_path, determination(SATO, 1, 100_001))
    family()
    with pages_on(today().isoformat(), monkeypatch):
        yield officer_at_desk("A0001", "山本 昇", "collection_clerk")


def sent(desk: Client, place: str, **told: object) -> object:
    """画面を開き、書いて送る。"""
    address = f"{place}?{ARREARS}"
    return desk.post(address, fields(desk.get(address)) | told)


def shown(desk: Client, place: str) -> str:
    return text(desk.get(f"{place}?{ARREARS}"))


def test_from_the_death_to_the_slip_of_an_heir(desk: Client) -> None:
    assert "佐藤 花子" in shown(desk, "/successions/")
    opened = sent(desk, f"/people/{SATO}/successions/new/", kind="1", evidence="戸籍")
    place = opened.headers["Location"]  # type: ignore[attr-defined]
    for kind, name, number in (("01", "田中 一郎", TANAKA), ("02", "鈴木 家", SUZUKI), ("02", "北村 桜", KITAMURA)):
        added = sent(
            desk, f"{place}successors/", kind=kind, name=name, successor_number=number, answer="1", reason="戸籍"
        )
        assert added.status_code == 302, text(added)  # type: ignore[attr-defined]
    twice = sent(
        desk, f"{place}successors/", kind="02", name="田中", successor_number=TANAKA, answer="1", reason="戸籍"
    )
    assert "同じ宛名番号の者が二度あります" in text(twice)
    assert "1/3 のように" in text(sent(desk, f"{place}successors/2/", kind="02", answer="1", designated="三分の一"))
    assert (
        sent(
            desk,
            f"{place}successors/3/",
            kind="02",
            name="北村 桜",
            successor_number=KITAMURA,
            answer="2",
            reason="放棄の受理証明",
        ).status_code
        == 302
    )  # type: ignore[attr-defined]
    told = shown(desk, place)
    for part in (
        "相続関係図",
        ">田中 一郎</text>",
        ">放棄</text>",
        "法の条件",
        "民法第900条",
        "第4版",
    ):
        assert part in told, part
    assert sent(desk, f"{place}representative/", basis="2", number=SUZUKI, reason="届出がない").status_code == 302  # type: ignore[attr-defined]
    assert "存命の一人" in text(sent(desk, f"{place}representative/", basis="1", number="", reason="届出"))
    assert sent(desk, f"{place}propose/", what="decide", reason="戸籍").status_code == 302  # type: ignore[attr-defined]
    ((number,),) = fetch_all("SELECT max(proposal_id) FROM proposal WHERE act = 'succession'")
    ((content,),) = fetch_all("SELECT content FROM proposal WHERE proposal_id = %s", [number])
    lines = [line for name, *line in told_to_deciders(json.loads(content)) if name == "承継する者"]
    assert lines[1] == ["鈴木 家（000000000000004）　子（代襲を含む）　承認（申述なし）　2分の1"]
    carried(number)
    told = shown(desk, place)
    for part in ("承継した額", "決定（", "束1"):
        assert part in told, part
    issued = sent(desk, f"{place}slip/", successor=SUZUKI, payable_through=today().isoformat())
    assert issued.status_code == 302, text(issued)  # type: ignore[attr-defined]
    assert "相続人の承継額" in shown(desk, f"/people/{SUZUKI}/obligations/")


def test_the_commands(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OSAME_PURPOSE", "arrears_management")
    weighty = Weighty()

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == 0, done.output
        return done.output

    run("open", SATO, "戸籍")
    ((number,),) = fetch_all("SELECT succession_id::text FROM succession")
    people = (f"01:田中 一郎:{TANAKA}", f"02:鈴木 家:{SUZUKI}", f"02:北村 桜:{KITAMURA}:3::30000")
    assert "4分の1" in run("successors", number, "戸籍", *(word for each in people for word in ("--heir", each)))
    run("form", number)
    run("representative", number, "2", "届出がない", "--number", SUZUKI)
    assert json.loads(run("served", SATO, "--json"))[0]["receiver_number"] == SUZUKI
    weighty.types(app, "propose", number, "戸籍")
    ((proposal,),) = fetch_all("SELECT max(proposal_id) FROM proposal")
    carried(proposal)
    assert [each[1] for each in json.loads(run("show", number, "--json"))["amounts"]] == [
        "田中 一郎",
        "鈴木 家",
        "北村 桜",
    ]
    assert json.loads(run("obligors", KITAMURA, "--person", "--json"))[0]["limit"] == 25_000
    assert "円" in run("slip", number, SUZUKI, today().isoformat())
    assert json.loads(run("list", "--json"))["successions"]
    assert "鈴木" in run("list")
    assert "合っています" in run("verify")
