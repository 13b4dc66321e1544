"""打たれた語を、アドレスに載せずに運ぶ。語は本人のセッションに置き、アドレスには短い合札だけを載せる。"""

from secrets import token_urlsafe
from typing import Any

from osame.collection.search.reading import LONGEST

SESSION = "osame_searches"
KEPT = 20


def keep(session: Any, text: str) -> str:
    """語を置き、合札を返す。古いものから捨てる。"""
    token = token_urlsafe(9)
    kept = dict(list(session.get(SESSION, {}).items())[-(KEPT - 1) :])
    session[SESSION] = {**kept, token: text[:LONGEST]}
    return token


def kept(session: Any, token: str) -> str | None:
    """合札の語。なければ None。"""
    found = session.get(SESSION, {}).get(token)
    return found if isinstance(found, str) else None
