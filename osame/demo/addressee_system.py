"""架空市の人を、宛名管理システムの扉から入れる。

The people of the fictional city, told to the addressee system: residents by files of the resident register (one for each day
on which the collection system was told of them), everybody else by the door of facts, mailing addresses and protection
measures by their own doors. What the files of collection say is read back, so both systems show the same people.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction

from osame.addressee.mailing.actions import MailingRequest, Place, register_mailing_address
from osame.addressee.numbering.allocation import open_range
from osame.addressee.numbering.models import NumberingRange
from osame.addressee.people.facts import EVERY_GROUP, FACTS, Facts, Standing
from osame.addressee.people.models import Addressee
from osame.addressee.people.recording import COLUMNS, number_addressees, record_versions, stage_changes
from osame.addressee.protection.actions import MeasureRequest, protect
from osame.addressee.protection.models import ProtectionMeasure
from osame.addressee.residents.importing import import_residents
from osame.collection.addressees.addressee_csv import AddresseeRow, read_lines
from osame.demo.accounts import OFFICER
from osame.demo.places import CITY, ELSEWHERE, MUNICIPALITY_CODE
from osame.formats import resident_writing
from osame.formats.resident_writing import Cell
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.database import copy_rows, fetch_one, run_sql

BUSINESS = "001"
BLOCK = re.compile(r"^(.*?)(\d+番地\d+)$")
OFFICES = ("架空警察署", "架空市役所福祉課", "架空女性相談支援センター")
NUMBERS = (90_000_000_000_001, 90_000_000_099_999)


class FileRefused(Refusal):
    """架空市の住民のファイルが、宛名管理システムに断られました。"""


def bring_everyone(directory: Path) -> int:
    """筋書きのファイルが告げた人を、すべて宛名管理システムに入れ、その数を返す。もう入っていれば、何もしない。"""
    with _as("addressee.residents.import"), transaction.atomic():
        (known,) = fetch_one("SELECT count(*) FROM addressee")
    if known:
        return int(known)
    known_rows: dict[str, AddresseeRow] = {}
    for serial, (on, rows) in enumerate(_told(directory), start=1):
        _residents(directory, serial, on, [row for row in rows if row.kind == "1"], known_rows)
        _others([row for row in rows if row.kind != "1"])
        _mailings([row for row in rows if row.mailing_address and row.moved_out_on is None], known_rows, on)
        _protect([row for row in rows if row.protection_measure], known_rows, on)
        known_rows.update((row.addressee_number, row) for row in rows)
    with _as("addressee.numbering.open"), transaction.atomic():
        open_range(*NUMBERS, scheme=NumberingRange.Check.NONE)
    return len(known_rows)


def _as(function: str) -> AbstractContextManager[gate.Acting]:
    return gate.acting(gate.Acting(OFFICER, function, "statutory", role="operator"))


def _told(directory: Path) -> Iterator[tuple[date, list[AddresseeRow]]]:
    """収滞納に届いた宛名ファイルの行を、日の順に。"""
    inbox = directory / "inbox"
    yield date(2025, 3, 31), _read(inbox / "opening" / "addressees.csv")
    for file in sorted(inbox.glob("*/addressees_*.csv"), key=lambda each: each.name):
        yield date.fromisoformat(file.stem.removeprefix("addressees_")), _read(file)


def _read(file: Path) -> list[AddresseeRow]:
    with file.open("rb") as stream:
        return [row for row in read_lines(stream) if isinstance(row, AddresseeRow)]


def _residents(
    directory: Path, serial: int, on: date, rows: list[AddresseeRow], known: dict[str, AddresseeRow]
) -> None:
    """住民異動のファイルを書き、取り込む。"""
    heads: dict[str, str] = {}
    for row in (*known.values(), *rows):
        heads.setdefault(row.household_number, row.name)
    told = [
        _resident_cells(serial * 1_000_000 + at, row, known.get(row.addressee_number), heads)
        for at, row in enumerate(rows, start=1)
    ]
    path = directory / "residents" / f"residents_{on:%Y%m%d}.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.writelines(resident_writing.write_lines(told, file_sequence=serial, business_on=on))
    with _as("addressee.residents.import"):
        result = import_residents(path)
    if result.refusal or result.rows_rejected:
        raise FileRefused(f"{path.name} {result.refusal} {result.problems[:3]}")


def _resident_cells(
    sequence: int, row: AddresseeRow, before: AddresseeRow | None, heads: dict[str, str]
) -> dict[str, Cell]:
    place, block = _split(row)
    head = heads.get(row.household_number, "")
    return {
        "異動連番": sequence, "宛名番号": row.addressee_number, "異動年月日": row.updated_on,
        "異動事由": _reason(row, before), "氏名": _name(row.name), "フリガナ": _name(row.kana), "性別": _sex(row.name),
        "生年月日": row.born_on, "郵便番号": row.mailing_postal_code if row.moved_out_on else row.postal_code,
        "市区町村コード": "" if row.moved_out_on else MUNICIPALITY_CODE, "都道府県": place["prefecture"],
        "市区郡町村名": place["municipality_name"], "町字": place["town"], "番地号表記": block,
        "方書": row.address_detail, "世帯番号": row.household_number,
        "続柄": "世帯主" if head == row.name else "", "世帯主氏名": _name(head),
        "住民状態": Standing.DEAD if row.died_on else Standing.MOVED_OUT if row.moved_out_on else Standing.REGISTERED,
        "転出年月日": row.moved_out_on, "死亡年月日": row.died_on,
    }  # fmt: skip


def _reason(row: AddresseeRow, before: AddresseeRow | None) -> str:
    """異動事由。前に告げたこととの違いから。"""
    if before is None:
        return "00"
    if row.died_on != before.died_on:
        return "05"
    if row.moved_out_on != before.moved_out_on:
        return "04"
    return "06" if row.name != before.name else "09"


def _name(text: str) -> str:
    """姓と名の間は全角空白。"""
    return text.replace(" ", "　")


def _sex(name: str) -> str:
    return "2" if name[-1] in "子美恵代菜衣希愛葵凛彩桜咲" else "1"


def _split(row: AddresseeRow) -> tuple[dict[str, Any], str]:
    """一行の住所を、都道府県・市区町村・町字・番地に分ける。転出した者は、転出先。"""
    address = row.mailing_address if row.moved_out_on and row.mailing_address else row.address
    found = BLOCK.match(address)
    rest, block = (found[1], found[2]) if found else (address, "")
    for prefecture, city in (("", CITY), *ELSEWHERE):
        if rest.startswith(prefecture + city):
            town = rest.removeprefix(prefecture + city)
            return {"prefecture": prefecture, "municipality_name": city, "town": town}, block
    return {"prefecture": "", "municipality_name": "", "town": rest}, block


def _others(rows: list[AddresseeRow]) -> None:
    """住登外者・法人・共有者・事業所を、宛名の扉から一括で記録する。"""
    if not rows:
        return
    with _as("addressee.people.register"), transaction.atomic():
        number_addressees((row.addressee_number, row.kind, BUSINESS) for row in rows)
        stage_changes("staged_change")
        run_sql("CREATE TEMP TABLE demo_change ON COMMIT DROP AS SELECT * FROM staged_change WITH NO DATA")
        copy_rows("demo_change", COLUMNS, (_change(row) for row in rows))
        run_sql("INSERT INTO staged_change SELECT * FROM demo_change")
        record_versions("staged_change")


def _change(row: AddresseeRow) -> tuple[object, ...]:
    place, block = _split(row)
    standing = Standing.UNREGISTERED if row.kind == Addressee.Kind.NON_RESIDENT else Standing.ACTIVE
    facts = Facts(
        name=_name(row.name), kana=_name(row.kana), born_on=row.born_on, birth_unknown=row.born_on is None,
        postal_code=row.postal_code, **place, block=block, building=row.address_detail, standing=standing.value,
        corporate_number=row.corporate_number, representative_name=_name(row.representative_name),
    )  # fmt: skip
    told = (row.addressee_number, row.updated_on, 1, BUSINESS, "1", "01", EVERY_GROUP, OFFICER)
    return (*told, *(getattr(facts, name) for name in FACTS))


def _mailings(rows: Iterable[AddresseeRow], known: dict[str, AddresseeRow], on: date) -> None:
    """市の外の送付先。前に告げたものは繰り返さない。"""
    with _as("addressee.mailing.add"):
        for row in rows:
            before = known.get(row.addressee_number)
            if before and before.mailing_address == row.mailing_address:
                continue
            place, block = _split(replace(row, moved_out_on=on))
            where = Place(name=_name(row.mailing_name), postal_code=row.mailing_postal_code, **place, block=block)
            register_mailing_address(MailingRequest(row.addressee_number, where, "本人の届出", row.updated_on))


def _protect(rows: Iterable[AddresseeRow], known: dict[str, AddresseeRow], on: date) -> None:
    """支援措置。届いた日から一年。"""
    with _as("addressee.protection.protect"):
        for at, row in enumerate(rows):
            before = known.get(row.addressee_number)
            if before and before.protection_measure:
                continue
            since = on + timedelta(days=1 + at % 60) if before is None else on
            kind = ProtectionMeasure.Kind.DOMESTIC_VIOLENCE if at % 3 else ProtectionMeasure.Kind.STALKING
            protect(MeasureRequest(row.addressee_number, kind, since, OFFICES[at % len(OFFICES)], decided=True))
