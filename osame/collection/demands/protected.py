"""支援措置の対象者と督促状。刷ったがまだ出していない督促状の回収。

Calling back what was made before somebody became protected: their demands are pulled
from every run that has not been mailed, and what was printed or written for the printer is set aside, so that only a new
printing, without them, can go out.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from osame.collection.demands.actions import withdraw
from osame.collection.letters.actions import recall_unsent as recall_letters
from osame.collection.letters.folders import set_aside
from osame.collection.letters.protected import RECALLED, UNSAFE
from osame.platform.database import fetch_all

# まだ差し出していない督促のうち、支援措置の対象者の、安全でない送付先に宛てたもの。
UNSENT = f"""
SELECT d.run_id, d.letter_number, d.addressee_number, d.charge_id
FROM demand d
JOIN demand_run u USING (run_id)
JOIN demand_destination s USING (run_id, letter_number, addressee_number)
JOIN addressee a USING (addressee_number)
JOIN addressee r ON r.addressee_number = s.receiver_number
WHERE u.dispatched_on IS NULL AND d.cancelled_on IS NULL AND ({UNSAFE})
ORDER BY d.run_id, d.letter_number, d.charge_id
"""


@dataclass(frozen=True, slots=True)
class Recall:
    """回収の結果。 set_aside: 脇に置いた出力。刷り直すまで、何も渡せない。 others: 督促状のほかに引き抜いた文書。"""

    letters: tuple[tuple[int, int], ...]
    addressees: tuple[str, ...]
    charges: int
    set_aside: tuple[Path, ...]
    others: tuple[tuple[int, int], ...] = ()


def unsent_letters() -> tuple[tuple[int, int, str], ...]:
    """回収すべき督促状（実行番号、発付番号、宛名番号）。何も変えない。

    要件: F27-01
    """
    return tuple(dict.fromkeys((row[0], row[1], str(row[2])) for row in fetch_all(UNSENT)))


def recall_unsent(*, as_of: date, officer: str) -> Recall:
    """支援措置の対象者になった人の、まだ出していない督促状とほかの文書を回収する。

    Run whenever the copy of the addressees has changed, and by hand. Doing it again finds nothing.

    要件: F27-01, F08-03
    """
    runs: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in fetch_all(UNSENT):
        runs[row[0]].append(row)
    aside = [
        path for run_id in runs for path in set_aside(f"demand-run-{run_id:06d}*", f"print-file-{run_id:06d}-*")
    ]  # 先に脇に置く。途中で止まっても、出ていかない
    found = [row for rows in runs.values() for row in rows]
    for _, _, addressee_number, charge_id in found:
        withdraw(addressee_number, charge_id, as_of=as_of, reason=RECALLED, officer=officer)
    return Recall(
        tuple(dict.fromkeys((run_id, letter) for run_id, letter, _, _ in found)),
        tuple(dict.fromkeys(str(row[2]) for row in found)),
        len(found),
        tuple(aside),
        tuple((run_id, letter) for run_id, letter, _ in recall_letters(officer=officer)),
    )
