"""符号の照会。符号そのものは、伝文を書く者にだけ渡す。"""

from collections.abc import Sequence

from osame.gateway.symbols import secrets
from osame.gateway.symbols.models import SymbolLink
from osame.platform.database import Question, fetch_all


def obtained(people: Sequence[str]) -> Question[frozenset[str]]:
    """符号を取得済の人は誰か。

    要件: F35-01
    """
    return Question(
        "SELECT unified_addressee_number FROM symbol_link WHERE state = '3' AND unified_addressee_number = ANY(%s)",
        [list(people)],
        lambda rows: frozenset(row[0] for row in rows),
    )


def symbols(people: Sequence[str]) -> dict[str, str]:
    """符号を開いて渡す。伝文に封をするときだけ使う。"""
    rows = fetch_all(
        "SELECT unified_addressee_number, symbol FROM symbol_link WHERE state = '3' AND unified_addressee_number = ANY(%s)",
        [list(people)],
    )
    return {row[0]: secrets.opened(bytes(row[1]), row[0]) for row in rows}


def person_of(symbol: str) -> str:
    """その符号の人。いなければ空。"""
    link = SymbolLink.objects.filter(symbol_index=secrets.index(symbol), state="3").first()
    return str(link.unified_addressee_number) if link else ""


def requested(limit: int = 10_000) -> list[SymbolLink]:
    """取得依頼中の人。住基システムに渡す、取得依頼ファイルの中身。"""
    return list(SymbolLink.objects.filter(state="2").order_by("unified_addressee_number")[:limit])


def counts() -> list[tuple[str, int]]:
    """状態ごとの数。"""
    rows = fetch_all("SELECT state, count(*) FROM symbol_link GROUP BY 1 ORDER BY 1")
    return [(SymbolLink.State(row[0]).label, int(row[1])) for row in rows]
