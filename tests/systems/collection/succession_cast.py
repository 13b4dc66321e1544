"""承継の試験の人。佐藤が死亡し、配偶者は田中、子は鈴木と北村。"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from fractions import Fraction
from typing import Any

from osame.collection.successions.actions import open_succession, record_successors
from osame.collection.successions.deciding import propose_decision
from osame.collection.successions.models import Succession, Successor
from osame.collection.successions.portions import GivenSuccessor
from osame.platform.approvals.actions import check, decide, execute
from osame.platform.database import fetch_all, run_sql
from osame.platform.gate import Acting, acting
from tests.systems.collection.cast import OFFICER, SATO, SUZUKI, TANAKA
from tests.systems.collection.demand_cast import move_in
from tests.systems.collection.suspension_cast import today

KITAMURA = f"{5:015d}"
DIED = date(2025, 7, 20)
Kind, Answer = Successor.Kind, Successor.Answer
WIFE = GivenSuccessor("田中 一郎", Kind.SPOUSE, TANAKA)
CHILD = GivenSuccessor("鈴木 家", Kind.CHILD, SUZUKI)
OTHER = GivenSuccessor("北村 桜", Kind.CHILD, KITAMURA)
FAMILY = (WIFE, CHILD, OTHER)


def as_officer(name: str) -> AbstractContextManager[Acting]:
    return acting(Acting(name, "collection.successions.propose", "arrears_management", role="operator"))


def died(who: str = SATO, on: date = DIED) -> None:
    run_sql("UPDATE addressee SET died_on = %s WHERE addressee_number = %s", [on, who])


def family() -> None:
    """佐藤が死亡した。北村は市外の子。"""
    move_in(KITAMURA)
    died()


def opened(given: Sequence[GivenSuccessor] = FAMILY, who: str = SATO, **changes: Any) -> tuple[str, int]:
    """承継の調べを起こし、承継する者を登録する。"""
    facts: dict[str, Any] = {"kind": Succession.Kind.INHERITANCE, "evidence": "戸籍全部事項証明書"} | changes
    number = open_succession(who, facts.pop("kind"), facts.pop("evidence"), as_of=today(), officer=OFFICER, **facts)
    record_successors((who, number), given, "戸籍のとおり", officer=OFFICER)
    return who, number


def decided(key: tuple[str, int], reason: str = "戸籍のとおり", *, cancel: bool = False) -> str:
    """起案し、決裁を受けて、執行する。"""
    with as_officer(OFFICER):
        number = propose_decision(key, reason, cancel=cancel, as_of=today())
    for name, step in (("高橋", check), ("部長", decide)):
        with as_officer(name):
            step(number)
    with as_officer(OFFICER):
        return str(execute(number))


def parts(charge: int) -> dict[str, tuple[int, int, int]]:
    """見え方の（承継額、納めた額、残る額）を、承継した者ごとに。"""
    rows = fetch_all(
        "SELECT successor_number, part, paid, owed FROM succession_part WHERE charge_id = %s ORDER BY position",
        [charge],
    )
    return {row[0]: tuple(row[1:]) for row in rows}


HALF = Fraction(1, 2)
