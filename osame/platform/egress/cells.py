"""一覧のセル。表計算ソフトで開いても、式として動かない。"""

import unicodedata

FORMULA_OPENINGS = frozenset("=+-@|%−\t\r\n\0")
UNSEEN = " 　\xa0\u00ad\u200b\u200c\u200d\u2060\ufeff"


def neutral_cell(cell: object) -> object:
    r"""式の始まりに見える文字の前に、引用符を置く。全角の変種も同じ。数は数のまま。

    >>> [neutral_cell(each) for each in ("=1+1", "＝1", "\tA", " -2", -2, None, "佐藤")]
    ["'=1+1", "'＝1", "'\tA", "' -2", -2, '', '佐藤']
    """
    if cell is None:
        return ""
    if not isinstance(cell, str):
        return cell
    bare = cell.lstrip(UNSEEN)
    opening = unicodedata.normalize("NFKC", bare[:1])[:1]
    return f"'{cell}" if opening in FORMULA_OPENINGS and opening else cell
