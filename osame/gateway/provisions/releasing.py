"""手動の情報提供。確認を待つ照会を、二人で許可するか断る。提供を行う事務も、二人で変える。"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from osame.gateway.affair_rights.queries import (
    Deed,
    Officer,
    affairs_of,
    console_officer,
    refuse_blind,
    refuse_console,
)
from osame.gateway.copies import queries as copies
from osame.gateway.provisions.answering import (
    KEY,
    State,
    checksum,
    content_of,
    provides,
    remember,
)
from osame.gateway.provisions.models import Provision, ProvisionRule
from osame.kernel.refusals import Refusal
from osame.platform.approvals.actions import executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.secret_keys import seal
from osame.platform.terminal import now as right_now
from osame.platform.terminal import today


class NotWaiting(Refusal):
    """その照会は、確認を待っていません。一覧を開き直してください。"""


class InquirerNotTold(Refusal):
    """この照会番号は、二つ以上の照会者が使っています。「照会者」に機関コードを入れて、もう一度求めてください。"""


class ContentChanged(Refusal):
    """許可された中身と、いまの副本が違います。中身を見直して、もう一度起案してください。"""


class RefusalWithoutReason(Refusal):
    """断るわけがありません。わけを書いてください。"""


class ContentUnreadable(Refusal):
    """提供内容を読めません。項目と値の組を JSON で渡してください。"""


def held(provision_id: int) -> Provision:
    """確認を待つ照会。"""
    row = Provision.objects.filter(pk=provision_id, state=State.HELD).first()
    if row is None:
        raise NotWaiting(str(provision_id))
    return row


def waiting(*, seen: Q | None = None, size: int = 200) -> list[Provision]:
    """確認を待つ照会を、古い順に。 seen: 見てよい事務の行を選ぶ条件（省けば、すべて）。

    要件: F35-03
    """
    rows = Provision.objects.filter(seen or Q(), state=State.HELD)
    return list(rows.order_by("provision_id")[:size])


def find(inquiry_number: str, inquirer: str = "") -> Provision:
    """照会番号から、届いた照会を引く。番号は照会者が付けるので、二つの照会者が同じ番号を使っていれば、照会者を告げさせる。"""
    rows = Provision.objects.filter(inquiry_number=inquiry_number)
    found = list((rows.filter(inquirer=inquirer) if inquirer else rows)[:2])
    if not found:
        raise NotWaiting(inquiry_number)
    if len(found) > 1:
        raise InquirerNotTold(inquiry_number)
    return found[0]


def write_content(provision_id: int, items: Mapping[str, str], *, by: Officer) -> None:
    """提供する内容を、手で登録する。許可は、別に二人で行う。

    要件: F35-03, F35-09
    """
    if not items or not all(isinstance(value, str) for value in items.values()):
        raise ContentUnreadable
    _refuse_other_affair(held(provision_id), by)
    with transaction.atomic():
        row = held(provision_id)
        text = json.dumps([dict(items)], ensure_ascii=False)
        Provision.objects.filter(pk=row.pk).update(
            content=seal(KEY, text, owner=f"{row.inquirer}:{row.inquiry_number}"), checksum=checksum(text)
        )
        record("提供する内容を登録した", subjects=_subjects(row), detail={"提供番号": provision_id})


def propose_decision(provision_id: int, *, release: bool, reason: str, by: Officer) -> int:
    """許可するか断るかを起案する。見た中身の要約を添える。

    要件: F35-03, F35-09, F36-13
    """
    if not reason.strip():
        raise RefusalWithoutReason
    row = held(provision_id)
    _refuse_other_affair(row, by)
    content = {"provision": provision_id, "release": release, "checksum": str(row.checksum), "reason": reason.strip()}
    return propose(HighRiskAct.PROVISION_RELEASE, content=content, reason=reason, subjects=_subjects(row))


def _refuse_other_affair(row: Provision, by: Officer) -> None:
    """その事務の提供を決める権限がなければ断る。"""
    held_by = affairs_of(by.system, [by.number], Deed.RELEASE, on=today())
    held_by.refuse(by, str(row.affair), str(row.item))


@executes(HighRiskAct.PROVISION_RELEASE)
def decided(content: Mapping[str, Any]) -> str:
    """決裁されたとおりに、許可するか断る。許可する中身が起案のときと違えば、行わない。

    要件: F35-03, F35-09
    """
    now = right_now()
    with transaction.atomic():
        row = Provision.objects.select_for_update().filter(pk=content["provision"], state=State.HELD).first()
        if row is None:
            raise NotWaiting(str(content["provision"]))
        pair = (str(row.affair), str(row.item))
        refuse_blind(HighRiskAct.PROVISION_RELEASE, content, Deed.RELEASE, pair, on=today())
        if content["release"]:
            _refuse_changed(row, str(content["checksum"]))
        state = State.PROVIDED if content["release"] else State.REFUSED
        reason = "正常終了" if content["release"] else content["reason"]
        row.state, row.reason, row.answered_at, row.to_send = state, reason, now, True
        if state == State.REFUSED:
            row.content = None
        row.save(update_fields=["state", "reason", "answered_at", "to_send", "content"])
        remember(row, now)
        record("情報提供を許可した" if content["release"] else "情報提供を断った", subjects=_subjects(row))
    return State(row.state).label


def _refuse_changed(row: Provision, seen: str) -> None:
    """許可した人が見た中身であること、公開が終わっていないこと、提供を止めていないことを確かめる。"""
    if checksum(content_of(row)) != seen or not seen:
        raise ContentChanged
    if not provides(str(row.affair), str(row.item)):
        raise ContentChanged("提供が止められました")
    if not copies.published(str(row.unified_addressee_number), str(row.item), on=right_now().date()):
        raise ContentChanged("公開が終わりました")


@describes(HighRiskAct.PROVISION_RELEASE)
def told(content: Mapping[str, Any]) -> Sequence[tuple[str, ...]]:
    """決裁する人に見せる中身。送る項目を、そのまま見せる。その事務の権限のない職員には、見せない。"""
    row = Provision.objects.filter(pk=content["provision"]).first()
    facts = [
        ("提供番号", str(content["provision"])),
        ("行うこと", "許可する" if content["release"] else "断る"),
        ("わけ", str(content["reason"])),
    ]
    if row is None:
        return facts
    facts += [("照会者", str(row.inquirer)), ("特定個人情報", str(row.item))]
    viewer = console_officer()
    held_by = affairs_of(viewer.system, [viewer.number], Deed.RELEASE, on=today())
    if not held_by.allow(viewer, str(row.affair), str(row.item)):
        return [*facts, ("中身", "この事務の提供を決める権限のある職員だけが見られます。")]
    for each in json.loads(content_of(row) or "[]"):
        facts += [(str(name), str(value)) for name, value in each.items()]
    return facts


def propose_switch(affair: str, item: str, *, provided: bool, reason: str) -> int:
    """情報提供を始めるか止めるかを起案する。

    要件: F35-03, F35-09
    """
    refuse_console(Deed.RELEASE, (affair, item), on=today())
    content = {"affair": affair, "item": item, "provided": provided, "reason": reason}
    return propose(HighRiskAct.PROVISION_SWITCH, content=content, reason=reason)


@executes(HighRiskAct.PROVISION_SWITCH)
def switched(content: Mapping[str, Any]) -> str:
    """決裁されたとおりに、情報提供を始めるか止める。

    要件: F35-03, F35-09
    """
    with transaction.atomic():
        pair = (content["affair"], content["item"])
        refuse_blind(HighRiskAct.PROVISION_SWITCH, content, Deed.RELEASE, pair, on=today())
        ProvisionRule.objects.create(
            affair=content["affair"], item=content["item"], provided=content["provided"], reason=content["reason"]
        )
        record("情報提供を行う事務を変えた", detail={"事務": content["affair"], "項目": content["item"]})
    return "提供する" if content["provided"] else "提供しない"


@describes(HighRiskAct.PROVISION_SWITCH)
def told_switch(content: Mapping[str, Any]) -> Sequence[tuple[str, ...]]:
    """決裁する人に見せる中身。"""
    now = "提供する" if provides(content["affair"], content["item"]) else "提供しない"
    after = "提供する" if content["provided"] else "提供しない"
    return [("事務", content["affair"]), ("特定個人情報", content["item"]), ("情報提供", now, after)]


def _subjects(row: Provision) -> list[str]:
    return [str(row.unified_addressee_number)] if row.unified_addressee_number else []
