"""一度に読めるファイルの取込みの段取り。順番を待ち、前に受け付けた中身なら何もせず、様式の違うファイルは全体を断る。

The frame of every import that reads its file whole: what is done with the rows is the chapter's own.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from django.db import transaction

from osame.formats.reports import LineProblem
from osame.kernel.refusals import Refusal
from osame.platform.imports import registry
from osame.platform.imports.registry import Arrival, ImportResult

SHOWN_PROBLEMS = 20


class NumberedRow(Protocol):
    """自分の行番号と原文を持つ行。"""

    @property
    def line_number(self) -> int:
        """行番号。"""

    @property
    def raw(self) -> bytes:
        """原文。"""


Row = TypeVar("Row")
KeptRow = TypeVar("KeptRow", bound=NumberedRow)
Rejected = tuple[int, bytes, str, int | None]
"""受け付けない行。（行、原文、理由、金額）"""


def take_whole(
    arrival: Arrival,
    path: Path,
    read: Callable[[BinaryIO], Iterable[Row | LineProblem]],
    take: Callable[[list[Row | LineProblem]], ImportResult],
) -> ImportResult:
    """ファイルを読み、`take` に渡す。一つの取引で行う。断っていたファイルは、改めて判じる。"""
    with transaction.atomic():
        registry.take_turn()
        earlier = registry.earlier_result(arrival.content_hash)
        if earlier and not earlier.refusal:
            return earlier
        with path.open("rb") as stream:
            rows = list(read(stream))
        if refusal := next(
            (each.reason for each in rows if isinstance(each, LineProblem) and not each.line_number), ""
        ):
            return registry.refuse(arrival, refusal)
        return take(rows)


def receive_each(read: Iterable[KeptRow | LineProblem], receive: Callable[[KeptRow], object]) -> list[Rejected]:
    """一行ずつ、窓口と同じ扉から受け付ける。断られた行だけを、理由とともに返す。"""
    rejected: list[Rejected] = []
    for each in read:
        if isinstance(each, LineProblem):
            rejected.append((each.line_number, each.raw, each.reason, None))
            continue
        try:
            with transaction.atomic():
                receive(each)
        except Refusal as refusal:
            rejected.append((each.line_number, each.raw, f"{each.line_number}行目: {refusal}", None))
    return rejected


def settle_rows(
    file_id: int, arrival: Arrival, rows_in: int, rejected: list[Rejected], *, posted: int | None = None, held: int = 0
) -> ImportResult:
    """受け付けなかった行を残し、行数を記録する。 posted: 受けた行の数（数えていなければ、断った行の残り）; held: 職員の確かめを待つ行。"""
    registry.keep_rejected(file_id, rejected)
    return registry.settle(
        ImportResult(
            file_id, arrival.file_name, arrival.profile, rows_in=rows_in, rows_posted=rows_in - len(rejected) if posted is None else posted,
            rows_held=held, rows_rejected=len(rejected),
            problems=tuple((line, reason) for line, _, reason, _ in sorted(rejected)[:SHOWN_PROBLEMS]),
        )
    )  # fmt: skip
