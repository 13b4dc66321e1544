"""連携サーバーの端末。鍵を作り、付番し、変換し、移行し、食い違う依頼を二人で決める。"""

import re
from pathlib import Path

import pytest

from osame.linkage.identities.importing import COLUMNS
from osame.platform.staff import granting
from tests.journeys.counter import Counter
from tests.systems.linkage.cast import some_number
from tests.systems.platform.staff_cast import APRIL, officer

HANAKO = ("--name", "架空　花子", "--address", "架空市本町1-2-3", "--born-on", "1980-04-01", "--sex", 2)
JIRO = ("--name", "架空　次郎", "--address", "遠野市西2", "--born-on", "1991-01-09", "--sex", 1)


@pytest.fixture
def counter(linkage_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counter:
    from osame.cli import build_app

    monkeypatch.setenv("OSAME_KEYS", str(tmp_path / "keys"))
    counter = Counter(build_app(), monkeypatch)
    counter.ok("運用", "linkage", "keys", "create", "--municipality", "242039")
    return counter


def linked(counter: Counter, addressee: str, number: str, *facts: object) -> str:
    return counter.ok(
        "運用", "linkage", "number", addressee, *facts, purpose="number_linkage", typed=f"{number}\n"
    ).replace("\n", "")


def test_a_person_is_numbered_found_and_converted_both_ways(counter):
    number = some_number(1)
    said = linked(counter, "101", number, *HANAKO)
    unified = re.search(r"\d{10,15}", said)[0]
    assert unified in linked(counter, "102", number, *HANAKO)  # 同じ人の二つ目の宛名番号
    assert number not in said
    found = counter.ok("運用", "linkage", "search", purpose="number_linkage", typed=f"{number}\n")
    assert unified in found
    to = counter.json("運用", "linkage", "convert", "101", "999", purpose="number_linkage")
    assert [each["found"] for each in to["converted"]] == [unified]
    assert [each["line"] for each in to["errors"]] == [2]
    back = counter.json("運用", "linkage", "convert", unified, "--back", purpose="number_linkage")
    assert back["converted"] == []  # 二つあるので、一つに決められない
    assert len(back["errors"]) == 1
    assert "101" in counter.ok("運用", "linkage", "review", "duplicates", purpose="number_linkage")
    assert "欠番はありません" in counter.ok("運用", "linkage", "review", "gaps", purpose="number_linkage")
    assert "1" in counter.ok("運用", "linkage", "notices")


def test_a_wrong_number_is_refused_and_not_repeated(counter):
    wrong = some_number(1)[:-1] + str((int(some_number(1)[-1]) + 1) % 10)
    result = counter("運用", "linkage", "number", "101", *HANAKO, purpose="number_linkage", typed=f"{wrong}\n")
    assert result.exit_code == 1
    assert wrong not in result.output


def test_what_disagrees_waits_and_is_decided_by_two_officers(counter):
    counter.hire("A1", "伊藤 薫", "system_administrator")
    counter.hire("A2", "高橋 幸", "system_administrator")
    with officer():
        granting.register_handler("A1", department="collection", valid_from=APRIL)
    linked(counter, "101", some_number(1), *HANAKO)
    assert "保留" in linked(counter, "201", some_number(1), *JIRO)  # 番号は同じ、人が違う
    (held,) = counter.json("運用", "linkage", "review", "held", purpose="number_linkage")
    counter.refused("A1", "linkage", "convert", "101", purpose="number_linkage")  # 管理者の役割にはない
    propose = ("linkage", "review", "propose", held["request_id"], "--decision", "link", "--reason", "戸籍で確かめた")
    said = counter.ok("A1", *propose, purpose="number_linkage")
    counter.decided(re.search(r"(\d+)\s*$", said.strip())[1], maker="A1", judge="A2")
    assert counter.json("運用", "linkage", "review", "held", purpose="number_linkage") == []


def test_existing_identities_move_in_and_bad_rows_are_listed(counter, tmp_path):
    rows = [
        ("90001", some_number(5), "001", "", "501", "1", "架空　五郎", "架空市五条", "1", "1970-05-05"),
        ("90002", "123", "001", "", "502", "1", "架空　六郎", "架空市六条", "1", "1970-06-06"),
    ]
    path = tmp_path / "existing.csv"
    path.write_text("\n".join(",".join(row) for row in (COLUMNS, *rows)) + "\n", encoding="utf-8")
    said = counter.ok("運用", "linkage", "load", path, purpose="number_linkage")
    assert "移行 1" in said
    assert "エラー 1" in said
    to = counter.json("運用", "linkage", "convert", "501", "--business", "001", purpose="number_linkage")
    assert [each["found"].lstrip("0") for each in to["converted"]] == ["90001"]


def test_the_bases_and_the_keys_are_seen_and_turned(counter):
    assert "地方税" in counter.ok("運用", "linkage", "legal-basis", "show")
    linked(counter, "101", some_number(1), *HANAKO)
    counter.ok("運用", "linkage", "rotate-keys")
    counter.ok("運用", "linkage", "retire-key", 1)
    assert re.search(r"\d{10,15}", counter.ok("運用", "linkage", "search", purpose="number_linkage",
                                              typed=f"{some_number(1)}\n"))  # fmt: skip
