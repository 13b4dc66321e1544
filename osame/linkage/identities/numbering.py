"""団体内統合宛名番号を付ける。一つの台から、重なりなく、移行した番号を避けて。

The number is 15 digits: thirteen of a serial number behind an 8, and a check digit. The counter moves in the transaction of
the numbering itself, so a number that was refused is given to the next person: the only gaps are migrated numbers.
"""

from collections.abc import Sequence

from django.db import transaction

from osame.kernel.check_digits import addressee_number_check_digit
from osame.linkage.identities.models import UnifiedIdentity
from osame.platform.database import fetch_all, fetch_one, run_sql

PREFIX = "8"
SERIAL_DIGITS = 13


def number_of(serial: int) -> str:
    """通し番号から団体内統合宛名番号へ。"""
    body = f"{PREFIX}{serial:0{SERIAL_DIGITS}d}"
    return body + addressee_number_check_digit(body, "mod11")


def hold_counter() -> None:
    """付番台を押さえる。この取引が終わるまで、ほかの付番は待つ。"""
    fetch_one("SELECT next_serial FROM numbering_counter WHERE counter_id = 1 FOR UPDATE")


def allocate(count: int) -> list[str]:
    """次の番号を `count` 個取る。移行した番号と重なるものは飛ばす。台を押さえてから呼ぶ。"""
    found: list[str] = []
    while len(found) < count:
        wanted = count - len(found)
        (until,) = fetch_one(
            "UPDATE numbering_counter SET next_serial = next_serial + %s RETURNING next_serial", [wanted]
        )
        fresh = [number_of(serial) for serial in range(until - wanted, until)]
        taken = fetch_all(
            "SELECT unified_addressee_number FROM unified_identity WHERE unified_addressee_number = ANY(%s)", [fresh]
        )
        found += [number for number in fresh if (number,) not in set(taken)]
    return found


def register(numbers: Sequence[str], *, business_id: str, origin: UnifiedIdentity.Origin) -> None:
    """団体内統合宛名を登録する。"""
    run_sql(
        "INSERT INTO unified_identity (unified_addressee_number, origin, state, numbered_for) "
        "SELECT n, %s, '1', %s FROM unnest(%s::text[]) n",
        [origin, business_id, list(numbers)],
    )


def gaps() -> list[str]:
    """付番台が通り過ぎたのに、登録のない番号。一つもないはずである。"""
    with transaction.atomic():  # 目的は取引が運ぶ
        (until,) = fetch_one("SELECT next_serial FROM numbering_counter WHERE counter_id = 1")
        known = {row[0] for row in fetch_all("SELECT unified_addressee_number FROM unified_identity")}
    return [number for number in map(number_of, range(1, until)) if number not in known]
