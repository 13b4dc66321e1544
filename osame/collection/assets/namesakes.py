"""同姓同名の宛名。認定と差押えの前に、必ず見せる。"""

from collections.abc import Sequence

from osame.platform.database import fetch_all


def namesakes(addressee_number: str) -> tuple[tuple[str, bool], ...]:
    """同姓同名の宛名（番号、生年月日も同じか）。差押えの前に、必ず見せる。

    要件: F16-08
    """
    return namesakes_among([addressee_number])[addressee_number]


def namesakes_among(whose: Sequence[str]) -> dict[str, tuple[tuple[str, bool], ...]]:
    """多くの人について、まとめて。読む文は一つ。

    要件: F16-08
    """
    rows = fetch_all(
        "SELECT a.addressee_number, o.addressee_number, coalesce(o.born_on = a.born_on, false) FROM addressee a JOIN addressee o "
        "ON identity_text(o.name) = identity_text(a.name) AND o.addressee_number <> a.addressee_number "
        "WHERE a.addressee_number = ANY (%s) ORDER BY 3 DESC, 2",
        [list(whose)],
    )
    found: dict[str, tuple[tuple[str, bool], ...]] = dict.fromkeys(whose, ())
    for who, number, same in rows:
        found[who] = (*found[who], (str(number), bool(same)))
    return found
