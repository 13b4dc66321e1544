"""事務の権限を確かめる。誰にも、定めのない事務は開かない。

Default deny, asked at every act and never remembered. An officer is a system, a number and a department: an officer who moves to another
department has none of these rights there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from osame.gateway.affair_rights.models import AffairRight
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal
from osame.platform.approvals.models import HighRiskAct, Proposal
from osame.platform.audit.recording import Outcome, record
from osame.platform.database import Question, at_once

Deed = AffairRight.Deed
CONSOLE = "gateway"
STANDING = """
SELECT staff_number, department, affair, item FROM affair_right
WHERE system = %s AND staff_number = ANY(%s) AND deed = %s AND ended_at IS NULL
  AND valid_from <= %s AND (valid_until IS NULL OR valid_until > %s)
"""


class NoAffairRight(Refusal):
    """この事務についての権限がありません。事務、特定個人情報、所属を確かめ、中間サーバーの管理者に申し出てください。"""

    http_status = 403


class DecidedWithoutRight(NoAffairRight):
    """照査・決裁・執行した職員の中に、この事務の権限のない者がいます。権限のある職員だけで、起案からやり直してください。"""


@dataclass(frozen=True, slots=True)
class Officer:
    """職員。 system: この画面の職員なら gateway、業務の職員なら、その業務システム。"""

    system: str
    number: str
    department: str


@dataclass(frozen=True, slots=True)
class Affairs:
    """その日に、その行いをしてよい、職員と事務の組。"""

    deed: Deed
    held: frozenset[tuple[str, str, str, str]]

    def allow(self, officer: Officer, affair: str, item: str) -> bool:
        """その職員が、その事務のその特定個人情報について、行ってよいか。"""
        of_whole = (officer.number, officer.department, affair, "")
        return of_whole in self.held or (*of_whole[:3], item) in self.held

    def allow_anywhere(self, number: str, affair: str, item: str) -> bool:
        """その番号の職員が、どこかの所属で行ってよいか。決裁した職員のように、番号だけが残っている者を確かめる。"""
        return any(who == number and (of, what) in {(affair, item), (affair, "")} for who, _, of, what in self.held)

    def refuse(self, officer: Officer, affair: str, item: str) -> None:
        """行ってはならなければ断り、断ったことを残す。

        要件: F35-09
        """
        if not self.allow(officer, affair, item):
            detail = {"行い": self.deed.label, "事務": affair, "項目": item, "システム": officer.system}
            record("事務の権限がなく断った", outcome=Outcome.REFUSED, detail=detail)
            raise NoAffairRight(f"{self.deed.label}：{affair}　{item}")


def console_officer() -> Officer:
    """いまこの画面（か端末）で行っている職員。"""
    now = gate.required()
    return Officer(CONSOLE, now.officer, now.department)


def standing(system: str, numbers: Sequence[str], deed: Deed, *, on: date) -> Question[Affairs]:
    """その職員たちの権限。ほかの問いと一緒に送れる。

    要件: F35-09
    """
    return Question(
        STANDING,
        [system, sorted(set(numbers)), str(deed), on, on],
        lambda rows: Affairs(deed, frozenset(map(tuple, rows))),
    )


def affairs_of(system: str, numbers: Sequence[str], deed: Deed, *, on: date) -> Affairs:
    """その職員たちの権限。

    要件: F35-09
    """
    with transaction.atomic():
        (found,) = at_once(standing(system, numbers, deed, on=on))
    assert isinstance(found, Affairs)
    return found


def refuse_console(deed: Deed, *pairs: tuple[str, str], on: date) -> None:
    """この画面の職員に、（事務、特定個人情報）の一つでも権限がなければ断る。断ったことが残るよう、取引の外で呼ぶ。

    要件: F35-09
    """
    officer = console_officer()
    held = affairs_of(CONSOLE, [officer.number], deed, on=on)
    for affair, item in dict.fromkeys(pairs):
        held.refuse(officer, affair, item)


def refuse_blind(act: HighRiskAct, content: Mapping[str, Any], deed: Deed, pair: tuple[str, str], *, on: date) -> None:
    """決裁された起案を照査・決裁した職員と、いま執行する職員の、どれかに権限がなければ断る。執行の取引の中で呼ぶ。

    要件: F35-09, F29-02
    """
    decided = Proposal.objects.get(pk=decided_proposal(act, content, DecidedWithoutRight))
    officers = [str(decided.checker), str(decided.decider), gate.required().officer]
    held = affairs_of(CONSOLE, officers, deed, on=on)
    if without := [each for each in officers if not held.allow_anywhere(each, *pair)]:
        raise DecidedWithoutRight("、".join(dict.fromkeys(without)))


def visible(*, on: date) -> Q:
    """この画面の職員が見てよい事務の行だけを選ぶ条件。権限がなければ、一行も選ばない。

    要件: F35-09
    """
    officer, seen = console_officer(), Q(pk__in=[])
    for _, department, affair, item in affairs_of(CONSOLE, [officer.number], Deed.LOOK, on=on).held:
        if department == officer.department:
            seen |= Q(affair=affair, item=item) if item else Q(affair=affair)
    return seen


def listed(*, ended: bool = False) -> list[AffairRight]:
    """事務の権限の一覧。

    要件: F35-09
    """
    rows = AffairRight.objects.all() if ended else AffairRight.objects.filter(ended_at=None)
    return list(rows.order_by("system", "staff_number", "affair", "item", "deed", "affair_right_id"))
