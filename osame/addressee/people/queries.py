"""宛名を読む。いま信じていること、あの日に真であったこと、あの時に知っていたこと。

Two axes: `valid_on` asks what was true on a day, `known_at` what we believed at a moment. `open_person` is the way in for
officers: it records who looked at whom and which facts. Everything here is read within a transaction that carries a
purpose; without one the tables show nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localtime

from osame.addressee.people.facts import FACTS, Facts
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all

KEYS = (
    "version_id", "addressee_number", "valid_from", "valid_until", "recorded_at", "superseded_at", "change_id",
    "change_reason", "changed_on", "source", "officer",
)  # fmt: skip
SELECT_VERSION = f"SELECT {', '.join((*KEYS, *FACTS))} FROM addressee_version "


class NobodyThere(Refusal):
    """その宛名番号の者は見つかりません。番号を確かめてください。"""


@dataclass(frozen=True, slots=True)
class Version:
    """宛名の履歴の一つ。 One version: its facts, its validity and since when it is believed."""

    version_id: int
    addressee_number: str
    valid_from: date
    valid_until: date | None
    recorded_at: datetime
    superseded_at: datetime | None
    change_id: int
    change_reason: str
    changed_on: date
    source: str
    officer: str
    facts: Facts

    def was_true(self, day: date) -> bool:
        """その日に真であったか。"""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)

    def was_believed(self, day: date | None) -> bool:
        """その日の終わりに信じていたか。日を言わなければ、いま信じているか。"""
        if day is None:
            return self.superseded_at is None
        superseded = localtime(self.superseded_at).date() if self.superseded_at else None
        return localtime(self.recorded_at).date() <= day and (superseded is None or superseded > day)


@dataclass(frozen=True, slots=True)
class Person:
    """開いた宛名。 An opened addressee: what we believe of it now, and how its number stands."""

    addressee_number: str
    kind: str
    closed_on: date | None
    version: Version | None
    succession: str


@dataclass(frozen=True, slots=True)
class HouseholdMember:
    """世帯の一人。"""

    addressee_number: str
    name: str
    kana: str
    relationship: str
    is_head: bool


def current(addressee_number: str) -> Version | None:
    """いま信じている、最も新しい姿。先の日付の異動も含む。"""
    return _first("WHERE addressee_number = %s AND superseded_at IS NULL AND valid_until IS NULL", [addressee_number])


def version_of(addressee_number: str, version_id: int) -> Version | None:
    """履歴番号の姿。上書きされたものでもよい。"""
    return _first("WHERE addressee_number = %s AND version_id = %s", [addressee_number, version_id])


def as_of(addressee_number: str, *, valid_on: date, known_at: datetime | None = None) -> Version | None:
    """その日に真であったこと。`known_at` を言えば、その時に信じていたところで。"""
    then = "WHERE addressee_number = %s AND valid_from <= %s AND (valid_until IS NULL OR valid_until > %s) "
    if known_at is None:
        return _first(then + "AND superseded_at IS NULL", [addressee_number, valid_on, valid_on])
    return _first(
        then + "AND recorded_at <= %s AND (superseded_at IS NULL OR superseded_at > %s)",
        [addressee_number, valid_on, valid_on, known_at, known_at],
    )


def history(addressee_number: str, *, superseded: bool = False) -> tuple[Version, ...]:
    """信じている履歴を古い順に。`superseded` を言えば、上書きされたものも知った順に添える。"""
    which = "" if superseded else "AND superseded_at IS NULL "
    rows = fetch_all(
        SELECT_VERSION + f"WHERE addressee_number = %s {which}ORDER BY valid_from, recorded_at, version_id",
        [addressee_number],
    )
    return tuple(_version(row) for row in rows)


def facts_on(addressee_number: str, day: date) -> Facts | None:
    """その日に真であると、いま信じている事実。"""
    version = as_of(addressee_number, valid_on=day)
    return version.facts if version else None


def kind_of(addressee_number: str) -> str:
    """宛名区分。"""
    rows = fetch_all("SELECT kind FROM addressee WHERE addressee_number = %s", [addressee_number])
    if not rows:
        raise NobodyThere(addressee_number)
    return str(rows[0][0])


def open_person(addressee_number: str, *, fields: Iterable[str] = FACTS) -> Person:
    """宛名を開く。誰が何のために誰のどの項目を見たかを、監査に記す。

    要件: F28-02, F29-03, F33-03
    """
    with transaction.atomic():
        rows = fetch_all("SELECT kind, closed_on FROM addressee WHERE addressee_number = %s", [addressee_number])
        if not rows:
            raise NobodyThere(addressee_number)
        record("宛名を開いた", subjects=[addressee_number], fields=list(fields))
        ((kind, closed_on),) = rows
        return Person(addressee_number, kind, closed_on, current(addressee_number), succession_of(addressee_number))


def open_history(addressee_number: str) -> tuple[Version, ...]:
    """宛名の履歴を、上書きされたものまで開く。見たことを監査に記す。

    要件: F29-03, F33-05
    """
    with transaction.atomic():
        kind_of(addressee_number)
        record("宛名の履歴を開いた", subjects=[addressee_number], fields=list(FACTS))
        return history(addressee_number, superseded=True)


def succession_of(addressee_number: str) -> str:
    """相続の段階。始まっていなければ空。"""
    rows = fetch_all(
        "SELECT step FROM succession_step WHERE addressee_number = %s ORDER BY step_id DESC LIMIT 1", [addressee_number]
    )
    return str(rows[0][0]) if rows else ""


def household(household_number: str, *, valid_on: date) -> tuple[HouseholdMember, ...]:
    """その日の世帯。世帯主を先に、続柄の順に。支援措置の抑止は、見せるところで行う。

    要件: F02-05
    """
    rows = fetch_all(
        "SELECT addressee_number, name, kana, relationship, relationship = '世帯主' OR relationship = '' AND "
        "name = household_head_name FROM addressee_version WHERE household_number = %s AND household_number <> '' "
        "AND superseded_at IS NULL AND valid_from <= %s AND (valid_until IS NULL OR valid_until > %s) "
        "AND standing = '1' ORDER BY 5 DESC, relationship, addressee_number",
        [household_number, valid_on, valid_on],
    )
    return tuple(HouseholdMember(*row) for row in rows)


def same_four(facts: Facts) -> tuple[str, ...]:
    """氏名（かフリガナ）と生年月日が同じで、住所も性別も食い違わない宛名。二重登録の注意に使う。

    要件: F02-02
    """
    rows = fetch_all(
        "SELECT DISTINCT v.addressee_number FROM addressee_version v JOIN addressee a USING (addressee_number) "
        "WHERE v.superseded_at IS NULL AND a.closed_on IS NULL AND a.kind IN ('1', '2') "
        "AND v.born_on = %s AND (replace(v.name, '　', '') = %s OR v.kana <> '' AND replace(v.kana, '　', '') = %s) "
        "AND (v.sex = '0' OR %s = '0' OR v.sex = %s) ORDER BY 1 LIMIT 20",
        [facts.born_on, facts.name.replace("　", ""), facts.kana.replace("　", ""), facts.sex, facts.sex],
    )
    return tuple(number for (number,) in rows)


def same_corporation(corporate_number: str) -> tuple[str, ...]:
    """同じ法人番号を持つ、廃止していない法人の宛名。"""
    rows = fetch_all(
        "SELECT DISTINCT v.addressee_number FROM addressee_version v JOIN addressee a USING (addressee_number) "
        "WHERE v.superseded_at IS NULL AND a.closed_on IS NULL AND a.kind = '3' AND v.corporate_number = %s ORDER BY 1",
        [corporate_number],
    )
    return tuple(number for (number,) in rows)


def _first(where: str, parameters: list[Any]) -> Version | None:
    rows = fetch_all(SELECT_VERSION + where, parameters)
    return _version(rows[0]) if rows else None


def _version(row: tuple[Any, ...]) -> Version:
    return Version(*(*row[: len(KEYS)], Facts(*row[len(KEYS) :])))
