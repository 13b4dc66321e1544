"""職員に事務の権限を付け、取り消す。付けるのは四つの目で、取り消すのは一人で、すぐに効く。"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from osame.gateway.affair_rights.models import AffairRight
from osame.gateway.affair_rights.queries import CONSOLE
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.staff import sessions
from osame.platform.staff.models import StaffAccount, StaffSession

Deed = AffairRight.Deed


class AffairRightNotClear(Refusal):
    """職員、事務、行ってよいことの、どれかが空か、読めません。職員番号、事務コード、行ってよいことを入力してください。"""


class NoSuchAccount(Refusal):
    """その職員のアカウントは、この画面にありません。先に職員を登録するか、業務システムの職員なら、そのシステムを選んでください。"""


class AffairRightToOneself(Refusal):
    """自分の事務の権限は、起案も執行もできません。ほかの職員に依頼してください。"""


class AffairRightStands(Refusal):
    """この職員は、同じ権限をもう持っています。一覧で確かめてください。"""


class NoSuchAffairRight(Refusal):
    """その事務の権限はないか、もう取り消されています。一覧を開き直してください。"""


class AffairRightNotDecided(Refusal):
    """決裁されていない事務の権限は、付けられません。起案からやり直してください。"""


class AffairRightDatesReversed(Refusal):
    """終わりの日が、始まりの日より前です。日付を確かめてください。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """付ける権限。 item: 空なら、その事務のすべての特定個人情報。"""

    system: str = CONSOLE
    staff_number: str
    department: str = ""
    affair: str
    item: str = ""
    deed: str
    valid_from: date
    valid_until: date | None = None

    def content(self) -> dict[str, Any]:
        """起案の中身。"""
        until = self.valid_until.isoformat() if self.valid_until else None
        return {**asdict(self), "deed": str(self.deed), "valid_from": self.valid_from.isoformat(), "valid_until": until}


def propose_right(grant: Grant, *, reason: str) -> int:
    """事務の権限の付与を起案し、起案番号を返す。自分のためには起案できない。

    要件: F35-09
    """
    if not (grant.staff_number and grant.affair and grant.system) or grant.deed not in Deed.values:
        raise AffairRightNotClear
    if grant.valid_until is not None and grant.valid_until <= grant.valid_from:
        raise AffairRightDatesReversed
    _refuse_unfit(grant.content())
    return propose(HighRiskAct.AFFAIR_RIGHT, content=grant.content(), reason=reason)


def _refuse_unfit(content: Mapping[str, Any]) -> None:
    """自分の権限、知らない職員、もう持っている権限を断る。"""
    same = {name: content[name] for name in ("system", "staff_number", "department", "affair", "item", "deed")}
    if content["staff_number"] == gate.required().officer:
        raise AffairRightToOneself
    if content["system"] == CONSOLE and not StaffAccount.objects.filter(pk=content["staff_number"]).exists():
        raise NoSuchAccount(content["staff_number"])
    if AffairRight.objects.filter(**same, ended_at=None).exists():
        raise AffairRightStands


@executes(HighRiskAct.AFFAIR_RIGHT)
def granted(content: Mapping[str, Any]) -> int:
    """決裁された事務の権限を付ける。

    要件: F35-09
    """
    with transaction.atomic():
        _refuse_unfit(content)
        row = AffairRight.objects.create(
            **content,
            proposal_id=decided_proposal(HighRiskAct.AFFAIR_RIGHT, content, AffairRightNotDecided),
            granted_by=gate.required().officer,
        )
        _told("事務の権限を付けた", row)
    return int(row.pk)


@describes(HighRiskAct.AFFAIR_RIGHT)
def told(content: Mapping[str, Any]) -> Sequence[tuple[str, ...]]:
    """決裁する人に見せる中身。"""
    until = content["valid_until"]
    return [
        ("職員", f"{content['staff_number']}（{content['system']}）"),
        ("所属", content["department"] or "—"),
        ("事務", content["affair"]),
        ("特定個人情報", content["item"] or "この事務のすべて"),
        ("行ってよいこと", Deed(content["deed"]).label),
        ("始まり", format_wareki(date.fromisoformat(content["valid_from"]))),
        ("終わり", format_wareki(date.fromisoformat(until)) if until else "定めない"),
    ]


def end_right(affair_right_id: int) -> None:
    """事務の権限を取り消す。次の操作から効かない。開いているセッションは終わる。

    要件: F35-09
    """
    with transaction.atomic():
        row = AffairRight.objects.select_for_update().filter(pk=affair_right_id, ended_at=None).first()
        if row is None:
            raise NoSuchAffairRight(str(affair_right_id))
        AffairRight.objects.filter(pk=row.pk).update(ended_at=Now(), ended_by=gate.required().officer)
        if row.system == CONSOLE:
            sessions.end_sessions(str(row.staff_number), StaffSession.Ending.RIGHTS_CHANGED)
        _told("事務の権限を取り消した", row)


def _told(act: str, row: AffairRight) -> None:
    detail = {
        "職員": str(row.staff_number),
        "事務": str(row.affair),
        "項目": str(row.item),
        "行い": Deed(row.deed).label,
    }
    record(act, detail=detail)
