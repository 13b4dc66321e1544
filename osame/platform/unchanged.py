"""ファイルから読んだものを、ファイルが書き換えられるまで持っておく。鍵や台帳を、求めのたびに読み直さない。"""

from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def until_changed(most: int) -> Callable[[Callable[[Path], T]], Callable[[Path], T]]:
    """この読み方で読んだものを、`most` 枚まで持つ。更新の時刻が変われば読み直し、ファイルがなければ FileNotFoundError。"""

    def kept(read: Callable[[Path], T]) -> Callable[[Path], T]:
        @lru_cache(maxsize=most)
        def as_of(file: Path, _changed: int) -> T:
            return read(file)

        @wraps(read)
        def asked(file: Path) -> T:
            return as_of(file, file.stat().st_mtime_ns)

        return asked

    return kept
