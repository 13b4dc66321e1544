"""架空の宛名。どの試験も、この小さな役者たちを使う。"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import transaction

from osame.addressee.people.facts import Facts, Standing
from osame.addressee.people.recording import Change, number_addressees, record_version
from osame.platform.gate import Acting, acting


@contextmanager
def clerk(officer: str = "tanaka") -> Iterator[None]:
    """An officer at work: a purpose and a transaction that carries it."""
    with acting(Acting(officer, "addressee.people.register", "宛名の登録")), transaction.atomic():
        yield


def facts(**told: Any) -> Facts:
    """住登外の伊勢花子。違うところだけを言う。"""
    known: dict[str, Any] = {
        "name": "伊勢　花子",
        "kana": "イセ　ハナコ",
        "sex": "2",
        "born_on": date(1980, 5, 1),
        "postal_code": "5160037",
        "prefecture": "三重県",
        "municipality_name": "伊勢市",
        "town": "岩渕",
        "block": "1-7-29",
        "standing": Standing.UNREGISTERED.value,
    }
    return Facts(**(known | told))


def register(number: str, kind: str = "2", *, on: date = date(2020, 4, 1), source: str = "031", **told: Any) -> int:
    """番号を付け、初めての姿を記録する。"""
    number_addressees([(number, kind, source)])
    return record_version(Change(number, on, "01", facts(**told), source=source))
