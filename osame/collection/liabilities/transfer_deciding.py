"""質権者・抵当権者への徴収の通知、交付要求、取消し。起案、照査、決裁を経て、一度だけ執行する。

Four eyes for each. The limit, its steps and the checklist of the law are frozen in the proposal; execution measures again on the day, and
refuses when less may be collected than was decided.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.arrears.prescribing import refuse_extinct
from osame.collection.arrears.procedures import Moved, move
from osame.collection.assets.queries import third_party
from osame.collection.liabilities.slips import NothingLeftToClaim
from osame.collection.liabilities.transfer_letters import (
    send_transfer_cancel,
    send_transfer_notice,
    send_transfer_request,
)
from osame.collection.liabilities.transfer_measuring import (
    TransferMeasured,
    TransferTerms,
    conveyed_of,
    transfer_measured,
)
from osame.collection.liabilities.transfer_queries import TransferFile, transfer_file
from osame.collection.payment_slips.owed import owed_of
from osame.kernel.refusals import Refusal
from osame.law.conditions import ConditionNotMet
from osame.law.dispositions import Procedure, ProcedureAct, transition
from osame.platform.approvals.actions import propose
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql

TABLE = "encumbered_transfer"
FIELDS = ("担保権付財産の譲渡", "期別", "限度額")
DECISIONS = {
    "creditor_notify": "質権者・抵当権者への徴収の通知", "creditor_request": "質権者・抵当権者の受ける配当についての交付要求",
    "creditor_cancel": "質権者・抵当権者からの徴収の取消し",
}  # fmt: skip


class TransferNeedsFacts(Refusal):
    """認定の事実と資料、または譲渡された財産の表示がありません。登記事項証明書などにより、何を認めたかを入力してください。"""


class NothingFromCreditor(Refusal):
    """質権者・抵当権者の受ける配当から徴収できる額が、0円です。換価代金、担保される債権、ほかの債権、法定納期限等を確かめてください。"""


class TransferLimitChanged(Refusal):
    """起案の後に、未納か財産の評価が変わり、徴収できる額が減りました。起案からやり直してください。"""


class CaseNeeded(Refusal):
    """執行機関と事件の表示がありません。強制換価手続の通知書のとおりに入力してください。"""


class CancelNeedsReason(Refusal):
    """取り消す理由がありません。理由を入力してください。"""


def propose_transfer_notice(terms: TransferTerms, *, as_of: date) -> int:
    """質権者・抵当権者への徴収の通知を起案する。限度の計算と条件の判定が、起案の中身として凍る。起案番号を返す。

    要件: F24-08, F29-02
    """
    if not terms.facts.strip() or not terms.conveyed.property_text.strip():
        raise TransferNeedsFacts
    with transaction.atomic():
        found = _checked(terms, as_of)
        content = {
            "decision": "creditor_notify", "addressee_number": terms.addressee_number, "name": found.name,
            "creditor": found.creditor, "conveyed": terms.conveyed.frozen(),
            "charges": [each.facts.charge_id for each in found.owed], "labels": [each.label for each in found.owed],
            "facts": terms.facts.strip(), "was_without_other": terms.was_without_other, "limit": found.limit.limit,
            "amount": found.amount, "steps": list(found.steps),
            "conditions": [each.line for each in found.conditions.items], "reason": terms.reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.LIABILITY, content=content, reason=terms.reason, subjects=[terms.addressee_number])


def propose_transfer_request(
    encumbered_transfer_id: int, body_id: int, case_number: str, *, reason: str, as_of: date
) -> int:
    """強制換価手続の執行機関への交付要求を起案する。起案番号を返す。

    要件: F24-08, F29-02
    """
    if not case_number.strip():
        raise CaseNeeded
    with transaction.atomic():
        file = transfer_file(encumbered_transfer_id, lock=True)
        head = file.head
        transition(Procedure.ENCUMBERED_TRANSFER, head.stage, ProcedureAct.APPLY)
        amount = _claimable(file, as_of)
        content = {
            "decision": "creditor_request", "addressee_number": head.addressee_number, "name": head.name,
            "encumbered_transfer_id": encumbered_transfer_id, "creditor": head.creditor, "body_id": body_id,
            "body": third_party(body_id).name, "case_number": case_number.strip(), "limit": head.limit_yen, "amount": amount,
            "reason": reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.LIABILITY, content=content, reason=reason, subjects=[head.addressee_number])


def propose_transfer_cancel(encumbered_transfer_id: int, *, reason: str) -> int:
    """徴収の取消しを起案する。交付要求をしていれば、取り下げる。起案番号を返す。

    要件: F24-08, F29-02
    """
    if not reason.strip():
        raise CancelNeedsReason
    with transaction.atomic():
        head = transfer_file(encumbered_transfer_id, lock=True).head
        transition(Procedure.ENCUMBERED_TRANSFER, head.stage, ProcedureAct.CANCEL)
        content = {
            "decision": "creditor_cancel", "addressee_number": head.addressee_number, "name": head.name,
            "encumbered_transfer_id": encumbered_transfer_id, "creditor": head.creditor, "limit": head.limit_yen,
            "amount": head.amount, "reason": reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.LIABILITY, content=content, reason=reason, subjects=[head.addressee_number])


def told_transfer(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """起案を、人が読める形にする。

    要件: F24-08
    """
    facts: list[tuple[str, ...]] = [
        ("決定", DECISIONS[content["decision"]]), ("納税者", f"{content['name']}（{content['addressee_number']}）"),
        ("質権者・抵当権者", content["creditor"]), ("限度と額", f"限度{content['limit']:,}円、額{content['amount']:,}円"),
    ]  # fmt: skip
    if content["decision"] == "creditor_request":
        facts.append(("執行機関", f"{content['body']}　{content['case_number']}"))
    if given := content.get("conveyed"):
        facts += [
            ("譲渡された財産", given["property_text"]), ("譲り受けた者", given["transferee"]),
            ("認定の事実と資料", content["facts"]),
        ]  # fmt: skip
        facts += [("ほかの債権", each.line) for each in conveyed_of(given).others]
    facts += [("期別", each) for each in content.get("labels", ())]
    facts += [(f"計算{at}", line) for at, line in enumerate(content.get("steps", ()), start=1)]
    return [*facts, *((f"条件{at}", line) for at, line in enumerate(content.get("conditions", ()), start=1))]


def carry_out_transfer(content: Mapping[str, Any], moved: Moved) -> str:
    """決裁された通知、交付要求、取消しを執行する。

    要件: F24-08
    """
    doing = {"creditor_notify": _notify, "creditor_request": _request, "creditor_cancel": _cancel}
    return doing[content["decision"]](content, moved)


def _notify(content: Mapping[str, Any], moved: Moved) -> str:
    given = conveyed_of(content["conveyed"])
    terms = TransferTerms(
        content["addressee_number"], given, tuple(content["charges"]), content["facts"], content["reason"],
        content["was_without_other"],
    )  # fmt: skip
    found = _checked(terms, moved.on, lock=True)
    if found.amount < content["amount"]:
        raise TransferLimitChanged(f"起案{content['amount']:,}円、いま{found.amount:,}円")
    (number,) = fetch_one("SELECT nextval('encumbered_transfer_number')")
    key = (terms.addressee_number, int(number))
    run_sql(
        "INSERT INTO encumbered_transfer (addressee_number, encumbered_transfer_id, procedure, stage, security, creditor_id, "
        "property_text, transferee, registered_on, transferred_on, secured_claim, proceeds, others, limit_yen, amount, facts, steps, "
        "conditions, notified_on, case_number, proposal_id, officer) SELECT %s, %s, 'ENCUMBERED_TRANSFER', 'NONE', %s, %s, %s, %s, "
        "%s, %s, %s, %s, to_jsonb(%s::text[]), %s, %s, %s, to_jsonb(%s::text[]), to_jsonb(%s::text[]), %s, '', %s, %s",
        [*key, given.security, given.creditor_id, given.property_text, given.transferee, given.registered_on,
         given.transferred_on, given.secured_claim, given.proceeds, [each.line for each in given.others], found.limit.limit,
         content["amount"], terms.facts, list(found.steps), content["conditions"], moved.on, moved.proposal_id, moved.officer],
    )  # fmt: skip
    for each in found.owed:
        share = each.share()
        run_sql(
            "INSERT INTO encumbered_transfer_charge VALUES (%s, %s, %s, %s, %s, %s)",
            [*key, share.charge_id, share.principal_tax, share.demand_fee, share.delinquency_charge],
        )
    move(TABLE, key, ProcedureAct.NOTIFY, moved)
    file = transfer_file(key[1])
    run_id = send_transfer_notice(file, as_of=moved.on, officer=moved.officer)
    _recorded("質権者・抵当権者に徴収を通知した", key, moved)
    return f"{file.head.creditor}に{file.head.amount:,}円の徴収を通知し、通知書（束{run_id}）を作りました"


def _request(content: Mapping[str, Any], moved: Moved) -> str:
    file = transfer_file(content["encumbered_transfer_id"], lock=True)
    key = file.head.key
    amount = min(content["amount"], _claimable(file, moved.on))
    move(TABLE, key, ProcedureAct.APPLY, moved)
    run_sql(
        "UPDATE encumbered_transfer SET body_id = %s, case_number = %s, requested_on = %s WHERE addressee_number = %s "
        "AND encumbered_transfer_id = %s",
        [content["body_id"], content["case_number"], moved.on, *key],
    )
    run_id = send_transfer_request(transfer_file(key[1]), amount, as_of=moved.on, officer=moved.officer)
    _recorded("質権者・抵当権者の受ける配当について交付要求をした", key, moved)
    return f"{content['body']}に{amount:,}円の交付要求をし、交付要求書（束{run_id}）を作りました"


def _cancel(content: Mapping[str, Any], moved: Moved) -> str:
    key = transfer_file(content["encumbered_transfer_id"], lock=True).head.key
    move(TABLE, key, ProcedureAct.CANCEL, moved)
    run_sql(
        "UPDATE encumbered_transfer SET ended_on = %s WHERE addressee_number = %s AND encumbered_transfer_id = %s",
        [moved.on, *key],
    )
    run_id = send_transfer_cancel(transfer_file(key[1]), moved.note, as_of=moved.on, officer=moved.officer)
    _recorded("質権者・抵当権者からの徴収を取り消した", key, moved)
    return f"質権者・抵当権者からの徴収（管理番号{key[1]}）を取り消し、通知書（束{run_id}）を作りました"


def _claimable(file: TransferFile, as_of: date) -> int:
    """いま要求できる額。延滞金を含む未納、通知した額、残る限度の小さい方。消滅した期別があれば断る。"""
    head = file.head
    owed = owed_of(head.addressee_number, [each.charge_id for each in file.charges], on=as_of, as_of=as_of)
    refuse_extinct(head.addressee_number, [each.facts.charge_id for each in owed], as_of=as_of)
    if not head.claimable:
        raise NothingLeftToClaim(f"管理番号{head.encumbered_transfer_id}")
    return min(head.amount, head.limit_left, sum(each.share().amount for each in owed))


def _checked(terms: TransferTerms, as_of: date, *, lock: bool = False) -> TransferMeasured:
    found = transfer_measured(terms, as_of=as_of, lock=lock)
    if unmet := found.conditions.unmet:
        raise ConditionNotMet("／".join(each.line for each in unmet[:4]))
    if found.amount <= 0:
        raise NothingFromCreditor(found.steps[-2])
    return found


def _recorded(act: str, key: tuple[str, int], moved: Moved) -> None:
    detail = {"譲渡管理番号": key[1], "起案番号": moved.proposal_id or 0}
    record(act, subjects=[key[0]], fields=FIELDS, detail=detail)
