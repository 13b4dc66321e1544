"""一年の結果。動かす側が数え、知らせる側が表にする。"""

from dataclasses import dataclass, field
from pathlib import Path

from osame.collection.ledger.verification import Verification
from osame.demo.plan import Kind
from osame.platform.imports.registry import ImportResult


@dataclass(slots=True)
class Tally:
    """仕事の種類ごとの合計。"""

    steps: int = 0
    seconds: float = 0.0
    rows_in: int = 0
    posted: int = 0
    held: int = 0
    rejected: int = 0
    refused: int = 0
    already: int = 0


@dataclass(slots=True)
class Outcome:
    """一年の結果。"""

    tallies: dict[Kind, Tally] = field(default_factory=dict)
    results: dict[str, ImportResult] = field(default_factory=dict)
    files_seen: set[int] = field(default_factory=set)
    released: int = 0
    amount_matched: int = 0
    amount_held: int = 0
    letters: int = 0
    demanded_charges: int = 0
    demanded_amount: int = 0
    demand_fees: int = 0
    left_out: int = 0
    letters_printed: int = 0
    letters_unprinted: int = 0  # 外字などのため、手作業で作る督促状
    letters_folder: Path | None = None
    printing_seconds: float = 0.0
    days_closed: int = 0
    warnings: tuple[str, ...] = ()
    verification: Verification | None = None
    digest: str = ""
