"""断り。断る理由は、クラスの説明文そのものが画面の文になる。

A refusal is an exception whose docstring is the message an officer reads.
"""

import inspect
from functools import cache


class Refusal(ValueError):  # noqa: N818 - a refusal is an answer, not a fault
    """お断りします。

    Base of every refusal: the first paragraph of a subclass's docstring is its message,
    and `detail` names the case at hand.
    """

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(f"{self.message()}（{detail}）" if detail else self.message())

    @classmethod
    def message(cls) -> str:
        """説明文の最初の段落。"""
        return _first_paragraph(cls.__doc__ or cls.__name__)


@cache
def _first_paragraph(told: str) -> str:
    return inspect.cleandoc(told).split("\n\n")[0].replace("\n", "")
