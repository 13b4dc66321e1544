"""文書の定型文（教示、注意書）。団体がその日の定型文を登録していれば、それを使う。"""

from collections.abc import Mapping
from datetime import date

from osame.platform.database import fetch_all


def mayor_of(city: str, mayor_title: str) -> str:
    """首長の呼び方。 架空市 と 市長 から、架空市長。

    >>> mayor_of("架空市", "市長")
    '架空市長'
    """
    return city.removesuffix(mayor_title[:1]) + mayor_title


def texts_on(defaults: Mapping[str, str], *, city: str, mayor: str, as_of: date) -> dict[str, str]:
    """その日の定型文（F01-10）。 defaults: 文言ID と、登録のないときの文。 {city} と {mayor} を埋める。"""
    registered = dict(
        fetch_all(
            "SELECT DISTINCT ON (text_key) text_key, body FROM standard_text "
            "WHERE text_key = ANY(%s) AND valid_from <= %s ORDER BY text_key, valid_from DESC",
            [list(defaults), as_of],
        )
    )
    return {
        key: str(registered.get(key, default)).replace("{mayor}", mayor).replace("{city}", city)
        for key, default in defaults.items()
    }
