"""宛名の取込み。新しい異動だけが残り、悪い行は理由とともに残る。"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from osame.collection.addressees.addressee_csv import KINDS, AddresseeRow, write_lines
from osame.collection.addressees.importing import import_addressees
from osame.collection.addressees.models import Addressee
from osame.collection.determinations.importing import import_determinations, retry_held
from osame.collection.ledger.verification import verify_ledger
from osame.platform import gate
from osame.platform.database import fetch_all, fetch_one, run_sql
from tests.systems.collection.cast import AS_OF, OFFICER, SATO, determination, write_determinations

NEW = f"{99:015d}"
ROW = AddresseeRow(
    addressee_number=NEW, kind="1", name="𠮷田 葛󠄀", kana="ヨシダ カズラ", postal_code="5160037",
    address="架空市岩渕1丁目", updated_on=date(2025, 4, 1),
)  # fmt: skip


def take_in(path: Path, *rows: AddresseeRow, edit: bytes | None = None):
    path.write_bytes(b"".join(write_lines(rows)) + (edit or b""))
    return import_addressees(path, as_of=AS_OF, officer=OFFICER)


def stored(number: str = NEW) -> tuple[str, date]:
    return fetch_one("SELECT name, updated_on FROM addressee WHERE addressee_number = %s", [number])


def test_new_then_moved_then_old(city: str, tmp_path: Path) -> None:
    first = take_in(tmp_path / "1.csv", ROW)
    assert (first.rows_in, first.rows_posted, first.rows_rejected) == (1, 1, 0)
    assert stored() == ("𠮷田 葛󠄀", date(2025, 4, 1))
    take_in(tmp_path / "2.csv", replace(ROW, name="新しい 氏名", updated_on=date(2025, 6, 1)))
    late = take_in(tmp_path / "3.csv", replace(ROW, name="古い 氏名", updated_on=date(2025, 5, 1)))
    assert (late.rows_posted, late.rows_rejected) == (0, 1)
    assert "より新しい異動（2025-06-01）" in late.problems[0][1]
    assert stored() == ("新しい 氏名", date(2025, 6, 1))
    again = import_addressees(tmp_path / "1.csv", as_of=AS_OF, officer=OFFICER)
    assert again.already_received
    assert again.rows_in == 1
    assert stored() == ("新しい 氏名", date(2025, 6, 1))


def test_centenarian_is_taken_in(city: str, tmp_path: Path) -> None:
    assert take_in(tmp_path / "1.csv", replace(ROW, born_on=date(1911, 2, 3))).rows_posted == 1


def test_changes_of_one_day_apply_in_order(city: str, tmp_path: Path) -> None:
    older, newer = replace(ROW, name="先"), replace(ROW, name="後")
    result = take_in(tmp_path / "1.csv", replace(ROW, name="最新", updated_on=date(2025, 4, 2)), older, newer)
    assert (result.rows_in, result.rows_posted) == (3, 3)
    assert stored()[0] == "最新"
    assert (
        take_in(tmp_path / "2.csv", *(replace(r, updated_on=date(2025, 4, 2)) for r in (older, newer))).rows_posted == 2
    )
    assert stored()[0] == "後"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"addressee_number": ""}, "宛名番号がありません"),
        ({"addressee_number": "12A"}, "宛名番号が半角数字ではありません"),
        ({"kind": "7"}, "宛名区分「7」は定めがありません"),
        ({"name": ""}, "氏名がありません"),
        ({"postal_code": "516-003"}, "郵便番号が半角数字ではありません"),
        ({"postal_code": "51600"}, "郵便番号の桁数が5です（7桁のはず）"),
        ({"born_on": date(1849, 12, 31)}, "生年月日は1850年からの実在する日付"),
        ({"corporate_number": "123"}, "法人番号の桁数が3です"),
        ({"born_on": date(2001, 1, 1), "died_on": date(2000, 1, 1)}, "死亡日2000-01-01が生年月日2001-01-01より前です"),
    ],
)
def test_bad_row_is_rejected_with_its_line(city: str, tmp_path: Path, change: dict, reason: str) -> None:
    result = take_in(tmp_path / "1.csv", replace(ROW, **change), replace(ROW, addressee_number=f"{98:015d}"))
    assert (result.rows_in, result.rows_posted, result.rows_rejected) == (2, 1, 1)
    line, told = result.problems[0]
    assert line == 2
    assert told.startswith("2行目: ")
    assert reason in told
    assert fetch_one("SELECT sealed_raw FROM rejected_row WHERE intake_file_id = %s", [result.intake_file_id])[0]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda data: data[:-20], "トレーラ"),
        (lambda data: data + b"x\r\n", "トレーラの後に行があります"),
        (lambda data: data.replace("氏名".encode(), "名前".encode(), 1), "見出し行の4列目"),
        (lambda data: data.decode().replace("𠮷", "吉").replace("\U000e0100", "").encode("cp932"), "UTF-8"),
        (lambda _: b"", "0バイト"),
        (lambda data: data.replace(b"\r\n9,1,", b"\r\n9,2,"), "トレーラの件数2件とデータの件数1件が違います"),
    ],
)
def test_broken_file_changes_nothing(city: str, tmp_path: Path, spoil, reason: str) -> None:
    path = tmp_path / "1.csv"
    path.write_bytes(spoil(b"".join(write_lines([ROW]))))
    result = import_addressees(path, as_of=AS_OF, officer=OFFICER)
    assert reason in result.refusal
    assert not fetch_all("SELECT 1 FROM addressee WHERE addressee_number = %s", [NEW])


def test_held_determination_is_released_by_its_addressee(city: str, tmp_path: Path) -> None:
    path = write_determinations(tmp_path / "d.csv", determination(NEW), determination(SATO))
    assert import_determinations(path, as_of=AS_OF, officer=OFFICER).rows_held == 1
    result = take_in(tmp_path / "1.csv", ROW)
    assert retry_held(as_of=AS_OF, officer=OFFICER, cause=f"intake:{result.intake_file_id}") == 1
    assert verify_ledger().findings == ()


def test_kinds_are_those_of_the_table() -> None:
    assert Addressee.Kind.values == list(KINDS)


def test_without_a_purpose_nobody_is_there(city: str) -> None:
    """目的を告げない取引には、宛名の写しは一行も見えず、書けもしない。"""
    assert fetch_one("SELECT count(*) FROM addressee")[0] > 0
    stated = gate._acting.set(None)
    try:
        assert fetch_one("SELECT count(*) FROM addressee") == (0,)
        assert run_sql("UPDATE addressee SET name = '別人'") == 0
    finally:
        gate._acting.reset(stated)
