"""Carrying a proposal of suspension or write-off through four eyes."""

from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

from osame.collection.matching.importing import import_receipts
from osame.collection.suspensions.actions import Finding, open_suspension, record_finding
from osame.collection.suspensions.deciding import Decision, Judgement, propose_decision
from osame.collection.suspensions.models import SuspensionFinding
from osame.formats.bank_notice import BankNotice
from osame.law.suspension import SuspensionGround
from osame.platform.approvals.actions import check, decide, execute
from osame.platform.database import fetch_one
from osame.platform.gate import Acting, acting
from tests.systems.collection.cast import OFFICER, write_notices

Kind = SuspensionFinding.Kind


def today() -> date:
    """The day on which a decision is carried out."""
    return date.fromisoformat(str(fetch_one("SELECT (now() AT TIME ZONE 'Asia/Tokyo')::date")[0]))


def as_officer(name: str) -> AbstractContextManager[Acting]:
    return acting(Acting(name, "collection.suspensions.propose", "arrears_management", role="operator"))


def carried(number: int) -> str:
    """照査、決裁、執行。"""
    for name, step in (("高橋", check), ("部長", decide)):
        with as_officer(name):
            step(number)
    with as_officer(OFFICER):
        return str(execute(number))


def pay_late(tmp_path: Path, *notices: BankNotice, on: date, sequence: int = 1) -> None:
    """済通を、今日取り込む。"""
    path = write_notices(tmp_path / f"late-{on.isoformat()}-{sequence}.csv", *notices, on=on, sequence=sequence)
    result = import_receipts(path, profile="bank_notice_v0", as_of=today(), officer=OFFICER)
    assert (result.refusal, result.rows_rejected, result.rows_held) == ("", 0, 0)


def investigated(
    who: str,
    charges: tuple[int, ...],
    *found: SuspensionFinding.Kind,
    ground: SuspensionGround = SuspensionGround.NO_ASSETS,
) -> tuple[str, int]:
    """調書を起こし、要る調査を記録する。 found: 「ある」と分かったもの。"""
    day = today()
    with as_officer(OFFICER):
        key = (who, open_suspension(who, ground, charges, "財産がなく、収入もない", as_of=day, officer=OFFICER))
        for kind in dict.fromkeys((Kind.DEPOSIT, Kind.REAL_ESTATE, Kind.OBLIGOR, *found)):
            finding = Finding(kind, kind in found, "照会の回答のとおり", day)
            record_finding(key, finding, as_of=day, officer=OFFICER)
    return key


def decided(key: tuple[str, int], decision: Decision = Decision.SUSPEND, judgement: Judgement | None = None) -> str:
    """起案し、決裁を受けて、執行する。"""
    with as_officer(OFFICER):
        number = propose_decision(key, decision, judgement or Judgement("調査の結果のとおり"), as_of=today())
    return carried(number)
