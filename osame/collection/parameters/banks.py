"""金融機関と店舗の照会（F01-06）。統廃合された店舗は、承継先に読み替える。

Banks and branches from the packaged 全銀 codes, read file by file; closed branches lead to their successors.
"""

import importlib.util
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all

PACKAGE = "zengin_code"


class BankListMissing(Refusal):
    """金融機関の一覧（zengin-code）が入っていません。`make setup` で入れてください。"""


@dataclass(frozen=True, slots=True)
class Bank:
    """金融機関。"""

    bank_code: str
    name: str
    kana: str


@dataclass(frozen=True, slots=True)
class Branch:
    """店舗。"""

    bank_code: str
    branch_code: str
    name: str
    kana: str


def bank(bank_code: str) -> Bank | None:
    """金融機関。一覧になければ None。"""
    found = _banks().get(bank_code)
    return Bank(bank_code, found["name"], found["kana"]) if found else None


def branch(bank_code: str, branch_code: str) -> Branch | None:
    """店舗。一覧になければ None。"""
    found = _branches(bank_code).get(branch_code)
    return Branch(bank_code, branch_code, found["name"], found["kana"]) if found else None


def branches(bank_code: str) -> tuple[Branch, ...]:
    """金融機関の店舗を、店舗コードの順に。"""
    return tuple(
        Branch(bank_code, code, found["name"], found["kana"]) for code, found in sorted(_branches(bank_code).items())
    )


def successor(bank_code: str, branch_code: str, *, as_of: date) -> tuple[str, str]:
    """その日に口座がある金融機関・店舗のコード。統廃合を、続くかぎりたどる。

    要件: F01-06
    """
    place = (bank_code, branch_code)
    return successors([place], as_of=as_of)[place]


def successors(places: Iterable[tuple[str, str]], *, as_of: date) -> dict[tuple[str, str], tuple[str, str]]:
    """多くの店舗を、一度にたどる。旧店舗 → その日に口座がある店舗。

    要件: F01-06
    """
    onward = {
        (old_bank, old_branch): (new_bank, new_branch)
        for old_bank, old_branch, new_bank, new_branch in fetch_all(
            "SELECT old_bank_code, old_branch_code, bank_code, branch_code FROM bank_succession WHERE closed_on <= %s",
            [as_of],
        )
    }
    found = {}
    for start in places:
        place, seen = start, set[tuple[str, str]]()
        while place in onward and place not in seen:
            seen.add(place)
            place = onward[place]
        found[start] = place
    return found


def _directory() -> Path:
    """一覧のある場所。パッケージそのものは読み込まない（全店舗を先に読んでしまうため）。"""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise BankListMissing
    return Path(next(iter(found.submodule_search_locations))) / "source-data" / "data"


@cache
def _banks() -> dict[str, Any]:
    return dict(json.loads((_directory() / "banks.json").read_text(encoding="utf-8")))


@lru_cache(maxsize=64)
def _branches(bank_code: str) -> dict[str, Any]:
    path = _directory() / "branches" / f"{bank_code}.json"
    if bank_code not in _banks() or not path.is_file():
        return {}
    return dict(json.loads(path.read_text(encoding="utf-8")))
