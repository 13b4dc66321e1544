"""宛名の変わったことを、検索に知らせる。"""

from collections.abc import Sequence


def announce(addressee_numbers: Sequence[str]) -> None:
    """検索の索引を、これらの宛名について作り直す。"""
    try:
        from osame.addressee.search.batch import refresh
    except ImportError:
        return
    refresh(addressee_numbers)
