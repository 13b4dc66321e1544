"""排他制御と参照の制限の照会。"""

from dataclasses import dataclass
from datetime import datetime

from osame.addressee.locks.models import ReferenceRestriction
from osame.platform.database import fetch_all

VISIBLE = "(NOT a.not_for_other_offices OR a.origin = %(office)s)"
"""ほかの業務の検索に挟む条件。`a` は宛名の表、`office` は尋ねる業務の番号。"""


@dataclass(frozen=True, slots=True)
class Editing:
    """異動処理をしている職員。"""

    officer: str
    terminal: str
    locked_at: datetime
    expires_at: datetime


def editing(addressee_number: str) -> Editing | None:
    """この宛名の異動処理をしている職員。いなければ None。

    要件: F33-06
    """
    rows = fetch_all(
        "SELECT officer, terminal, locked_at, expires_at FROM edit_lock "
        "WHERE addressee_number = %s AND expires_at > clock_timestamp()",
        [addressee_number],
    )
    return Editing(*rows[0]) if rows else None


@dataclass(frozen=True, slots=True)
class Held:
    """編集中の宛名の一つ。"""

    addressee_number: str
    editing: Editing
    officer_name: str


HELD = """
SELECT l.addressee_number, l.officer, l.terminal, l.locked_at, l.expires_at, coalesce(s.name, l.officer)
FROM edit_lock l LEFT JOIN staff_account s ON s.staff_number = l.officer
WHERE l.expires_at > clock_timestamp()
"""


def held_locks() -> list[Held]:
    """いま編集中の宛名のすべて。始めた順に。

    要件: F33-06
    """
    return [Held(row[0], Editing(*row[1:5]), row[5]) for row in fetch_all(HELD + "ORDER BY l.locked_at")]


def held_lock(addressee_number: str) -> Held | None:
    """この宛名を編集している職員。いなければ None。"""
    rows = fetch_all(HELD + "AND l.addressee_number = %s", [addressee_number])
    return Held(rows[0][0], Editing(*rows[0][1:5]), rows[0][5]) if rows else None


def visible_to(addressee_number: str, *, office: str) -> bool:
    """この業務に、この宛名を見せてよいか。他業務参照不可なら、登録した業務だけ。

    要件: F33-07
    """
    return bool(
        fetch_all(
            f"SELECT 1 FROM addressee a WHERE a.addressee_number = %(number)s AND {VISIBLE}",
            {"number": addressee_number, "office": office},
        )
    )


def restrictions_of(addressee_number: str) -> list[ReferenceRestriction]:
    """他業務参照不可の変更を、古い順に。"""
    return list(ReferenceRestriction.objects.filter(addressee_number=addressee_number).order_by("restriction_id"))
