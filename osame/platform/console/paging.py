"""一覧のページ送り。"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

PAGE = 50


@dataclass(frozen=True, slots=True)
class Pager:
    """ページ送り。 number: いまのページ（1から）; total: 全体の件数; query: ほかの条件（末尾に & が付く）。"""

    number: int
    total: int
    query: str = ""
    size: int = PAGE

    @property
    def offset(self) -> int:
        """飛ばす件数。"""
        return (self.number - 1) * self.size

    @property
    def pages(self) -> int:
        """ページの数。"""
        return max(1, -(-self.total // self.size))

    @property
    def first(self) -> int:
        """このページの最初の件。"""
        return min(self.offset + 1, self.total)

    @property
    def last(self) -> int:
        """このページの最後の件。"""
        return min(self.offset + self.size, self.total)

    @property
    def previous(self) -> int | None:
        """前のページ。"""
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        """次のページ。"""
        return self.number + 1 if self.number < self.pages else None


def page_number(request: HttpRequest) -> int:
    """求められたページ。おかしな値なら 1。"""
    asked = request.GET.get("page", "1")
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1


def before_number(request: HttpRequest) -> int:
    """記録の続きを見るときの、この番号より前。おかしな値なら 0（初めから）。"""
    asked = request.GET.get("before", "")
    return int(asked) if asked.isdecimal() and len(asked) < 19 else 0


def older_link(request: HttpRequest, last: int) -> str:
    """番号 last より古い記録への行き先。ほかの条件は保つ。"""
    kept = request.GET.copy()
    kept.pop("before", None)
    return f"?{kept.urlencode()}&before={last}"


def pager(request: HttpRequest, total: int, *, size: int = PAGE) -> Pager:
    """求められたページのページ送り。最後のページより先を求められたら、最後のページ。"""
    kept = urlencode([(name, value) for name, value in request.GET.items() if name != "page"])
    last = max(1, -(-total // size))
    return Pager(min(page_number(request), last), total, f"{kept}&" if kept else "", size)
