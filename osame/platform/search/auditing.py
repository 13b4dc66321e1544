"""検索語の要約。監査人が、ある語で検索されたかを確かめるときに使う。推測した語を持つ監査人だけが確かめられる。"""

from osame.platform.secret_keys import digest


def term_digest(kind: str, normal: str) -> str:
    """検索語の、鍵付きの要約。 normal: 書き方の違いをなくした語。"""
    return digest("search-audit", kind, normal)[:32]
