"""納税者のほかに、その期別の責めを負う者。章ごとの事実を集めた一つの表を読む。

Who answers for whose charges, and up to what. Chapters state it in views of their own; `obligor` gathers them (made by the migration of
`writeoffs`). The rows of one liability (`liability:…`) share one limit; the rows of a succession have a limit each.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.platform.database import fetch_all

SHARED = "liability:"
OBLIGORS = """
SELECT o.charge_id, c.addressee_number, o.addressee_number, o.kind, o.limit_yen, o.from_on, o.through_on, o.source
FROM obligor o JOIN charge c USING (charge_id)
WHERE o.from_on <= %(on)s AND (o.through_on IS NULL OR o.through_on >= %(on)s) AND {terms}
ORDER BY o.source, o.charge_id
"""


@dataclass(frozen=True, slots=True)
class Obligor:
    """期別一つについての、ある者の責め。 principal_number: 期別の宛名番号; limit_yen: 残る限度（空なら全額）。"""

    charge_id: int
    principal_number: str
    addressee_number: str
    kind: str
    limit_yen: int | None
    from_on: date
    through_on: date | None
    source: str


def obligations_of(addressee_number: str, *, as_of: date) -> tuple[Obligor, ...]:
    """その者が、ほかの納税者の期別について負う責め。

    要件: F24-01, F24-05, F24-06, F24-08
    """
    rows = fetch_all(OBLIGORS.format(terms="o.addressee_number = %(who)s"), {"who": addressee_number, "on": as_of})
    return tuple(Obligor(*row) for row in rows)


def obligors_of(charges: Sequence[int], *, as_of: date) -> tuple[Obligor, ...]:
    """その期別について、納税者のほかに責めを負う者。

    要件: F24-05, F24-06
    """
    rows = fetch_all(OBLIGORS.format(terms="o.charge_id = ANY (%(charges)s)"), {"charges": list(charges), "on": as_of})
    return tuple(Obligor(*row) for row in rows)


def within_limits(owed: dict[int, int], held: Sequence[Obligor]) -> dict[int, int]:
    """期別ごとの未納を、責めの限度の中に収める。一つの責任（`liability:…`）の限度は、古い期別から使い、承継の限度は、期別ごとにある。

    要件: F24-06

    >>> day = date(2026, 4, 1)
    >>> held = [Obligor(at, "1", "2", "", 100, day, None, "liability:1") for at in (1, 2)]
    >>> within_limits({1: 70, 2: 50}, held)
    {1: 70, 2: 30}
    """
    left: dict[str, int | None] = {}
    found: dict[int, int] = defaultdict(int)
    for place, each in enumerate(held):
        key = each.source if each.source.startswith(SHARED) else f"{each.source}:{place}"
        room = left.setdefault(key, each.limit_yen)
        part = owed.get(each.charge_id, 0) - found[each.charge_id]
        part = max(0, part if room is None else min(part, room))
        found[each.charge_id] += part
        if room is not None:
            left[key] = room - part
    return dict(found)
