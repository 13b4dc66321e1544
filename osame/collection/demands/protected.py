"""支援措置の対象者と督促状。頁に現れてはならない値と、刷ったがまだ出していない督促状の回収。

What letters must never show, and calling back what was made before somebody became protected: their demands are pulled
from every run that has not been mailed, and what was printed or written for the printer is set aside, so that only a new
printing, without them, can go out.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from osame.collection.demands.actions import withdraw
from osame.platform import embedded
from osame.platform.database import fetch_all
from osame.platform.suppression.hidden_values import HiddenValues, texts_of

REASON = "支援措置のため引抜き（職員が送付先を確かめる）"
FACTS = ("addressee_number", "postal_code", "address", "address_detail", "mailing_postal_code", "mailing_address")
PLACES = f"""
SELECT {", ".join(FACTS)} FROM addressee WHERE protection_measure
UNION ALL
SELECT m.addressee_number, m.postal_code, m.address, m.address_detail, '', ''
FROM addressee_mailing m JOIN addressee a USING (addressee_number) WHERE a.protection_measure
UNION ALL
SELECT c.addressee_number, '', c.value, '', '', ''
FROM addressee_contact c JOIN addressee a USING (addressee_number) WHERE a.protection_measure
"""
# 以下の三つの式で、 s: 督促の送付先、 a: 本人、 r: 受け取る者（本人か代理人）。
PROTECTED = "(s.protected OR a.protection_measure OR r.protection_measure)"
# 支援措置の対象者なのに、実行のときに決めた送付先が、いまの安全な送付先ではない。
UNSAFE = """(a.protection_measure OR r.protection_measure) AND (
    NOT s.protected OR (a.protection_measure AND s.receiver_number <> s.addressee_number) OR NOT EXISTS (
        SELECT 1 FROM addressee_mailing m WHERE m.addressee_number = s.receiver_number AND m.is_safe
            AND (m.postal_code, m.address, m.address_detail) = (s.postal_code, s.address, s.address_detail)))"""
# 実行の後に、刷れなくなった理由（除外理由の符号）。
HELD_BACK = f"CASE WHEN a.withheld OR r.withheld THEN '09' WHEN {UNSAFE} THEN '04' ELSE '' END"
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
    """回収の結果。 set_aside: 脇に置いた出力。刷り直すまで、何も渡せない。"""

    letters: tuple[tuple[int, int], ...]
    addressees: tuple[str, ...]
    charges: int
    set_aside: tuple[Path, ...]


def hidden_values() -> HiddenValues:
    """督促状のどの頁にも現れてはならない、支援措置の対象者の値。

    要件: F27-01
    """
    records = [dict(zip(FACTS, row, strict=True)) for row in fetch_all(PLACES)]
    return HiddenValues((each["addressee_number"], text) for each in records for text in texts_of(each))


def unsent_letters() -> tuple[tuple[int, int, str], ...]:
    """回収すべき督促状（実行番号、発付番号、宛名番号）。何も変えない。

    要件: F27-01
    """
    return tuple(dict.fromkeys((row[0], row[1], str(row[2])) for row in fetch_all(UNSENT)))


def recall_unsent(*, as_of: date, officer: str) -> Recall:
    """支援措置の対象者になった人の、まだ出していない督促状を回収する。

    Run whenever the copy of the addressees has changed, and by hand. Doing it again finds nothing.

    要件: F27-01, F08-03
    """
    runs: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in fetch_all(UNSENT):
        runs[row[0]].append(row)
    aside = [path for run_id in runs for path in _set_aside(run_id)]  # 先に脇に置く。途中で止まっても、出ていかない
    found = [row for rows in runs.values() for row in rows]
    for _, _, addressee_number, charge_id in found:
        withdraw(addressee_number, charge_id, as_of=as_of, reason=REASON, officer=officer)
    return Recall(
        tuple(dict.fromkeys((run_id, letter) for run_id, letter, _, _ in found)),
        tuple(dict.fromkeys(str(row[2]) for row in found)),
        len(found),
        tuple(aside),
    )


def _set_aside(run_id: int) -> list[Path]:
    """その実行の、刷った督促状と委託の印刷データを、名を改めて脇に置く。"""
    letters = embedded.home() / "letters"
    moved = []
    for path in sorted([*letters.glob(f"demand-run-{run_id:06d}*"), *letters.glob(f"print-file-{run_id:06d}-*")]):
        number = 1
        while (target := letters / "recalled" / f"{path.name}.{number}").exists():
            number += 1
        target.parent.mkdir(exist_ok=True)
        path.rename(target)
        moved.append(target)
    return moved
