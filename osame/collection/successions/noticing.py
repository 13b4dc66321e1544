"""承継の通知で知らせた額。更正や放棄で額が変われば、知らせ直す。

The amounts told to each successor, kept per letter run. Whoever was told another amount than the law gives today is listed, and
told again in one act.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.successions.letters import send_shares
from osame.collection.successions.queries import SuccessionFile, succession_file
from osame.collection.successions.sharing import NothingSucceeded, Portion, portions_in_force, shared_charges
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, run_sql

DIFFERING = """
WITH told AS (
    SELECT DISTINCT ON (n.addressee_number, n.succession_id, n.charge_id, n.successor_number)
           n.addressee_number, n.succession_id, n.charge_id, n.successor_number, n.amount
    FROM noticed_share n ORDER BY n.addressee_number, n.succession_id, n.charge_id, n.successor_number, n.run_id DESC
)
SELECT p.addressee_number, p.succession_id, a.name, p.charge_id, p.successor_number, h.name, coalesce(t.amount, 0), p.part
FROM succession_part p
JOIN addressee a ON a.addressee_number = p.addressee_number
JOIN addressee h ON h.addressee_number = p.successor_number
LEFT JOIN told t ON (t.addressee_number, t.succession_id, t.charge_id, t.successor_number) =
    (p.addressee_number, p.succession_id, p.charge_id, p.successor_number)
WHERE p.unpaid > 0 AND p.part <> coalesce(t.amount, 0) ORDER BY p.succession_id, p.charge_id, p.position
"""


class NothingToTellAgain(Refusal):
    """知らせた額と違う額はありません。通知し直すものはありません。承継の画面で、知らせた額を確かめてください。"""


@dataclass(frozen=True, slots=True)
class DifferingShare:
    """知らせた額と、いまの額の違うもの。 told: 知らせた額; part: いまの承継額（元帳の残高による）。"""

    addressee_number: str
    succession_id: int
    origin_name: str
    charge_id: int
    successor_number: str
    name: str
    told: int
    part: int


def write_noticed(file: SuccessionFile, portions: Sequence[Portion], run_id: int, *, as_of: date) -> None:
    """知らせた額を残す。額は、元帳の残高による承継額（進んでいる延滞金を除く）。"""
    run_sql(
        "INSERT INTO noticed_share SELECT addressee_number, succession_id, %s, position, charge_id, successor_number, part, %s "
        "FROM succession_part WHERE addressee_number = %s AND succession_id = %s AND unpaid > 0 AND position = ANY (%s)",
        [run_id, as_of, *file.head.key, [each.position for each in portions]],
    )


def differing_shares() -> tuple[DifferingShare, ...]:
    """更正などの後に、知らせた額と違う額になった承継。

    要件: F24-01
    """
    return tuple(DifferingShare(*row) for row in fetch_all(DIFFERING))


def tell_again(key: tuple[str, int], reason: str, *, as_of: date, officer: str) -> int:
    """承継額変更通知書を、承継した者のすべてに送り直す。束の番号を返す。

    要件: F24-01
    """
    with transaction.atomic():
        file = succession_file(key, lock=True)
        if not any(each.succession_id == key[1] for each in differing_shares()):
            raise NothingToTellAgain(str(key[1]))
        portions = portions_in_force(key[0])
        if not portions:
            raise NothingSucceeded(key[0])
        charges = shared_charges(key[0], on=as_of, as_of=as_of)
        run_id = send_shares(file, portions, charges, reason.strip() or "税額の更正", as_of=as_of, officer=officer)
        write_noticed(file, portions, run_id, as_of=as_of)
        record("承継額の変更を通知した", subjects=[key[0]], detail={"承継番号": key[1], "束": run_id})
        return run_id
