"""納税者のほかの者への告知と、その取消し。起案、照査、決裁を経て、一度だけ執行する。

Four eyes. The limit, its steps and the checklist of the law are frozen in the proposal; execution measures again on the day and refuses
when the limit has changed; the notice with its slip goes out in the same transaction.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.arrears.procedures import Moved, move
from osame.collection.liabilities.letters import send_cancel, send_notice
from osame.collection.liabilities.measuring import LiabilityTerms, Measure, Measured, NothingWithinLimit, measured
from osame.collection.liabilities.models import Liability
from osame.collection.liabilities.queries import PROCEDURE_OF, liability_file
from osame.collection.liabilities.slips import make_slip
from osame.collection.liabilities.transfer_deciding import DECISIONS, carry_out_transfer, told_transfer
from osame.kernel.dates import format_wareki
from osame.kernel.periods import day_before, months_after
from osame.kernel.refusals import Refusal
from osame.law.conditions import ConditionNotMet
from osame.law.demand import seizable_from
from osame.law.dispositions import ProcedureAct, transition
from osame.law.obligor_conditions import ObligorForm
from osame.law.secondary_liability import secondary_timing
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, fetch_one, run_sql

FIELDS = ("納税者のほかの者の責任", "期別", "限度額")


class LiabilityNeedsFacts(Refusal):
    """認定の事実と資料がありません。登記事項証明書、契約書、株主名簿など、何によって認めたかを入力してください。"""


class DueDatePassed(Refusal):
    """納期限が、告知の日より前です。告知する日以後の日を入力してください。"""


class LimitChanged(Refusal):
    """起案の後に、未納か財産の評価が変わり、限度または告知する額が変わりました。起案からやり直してください。"""


class LiabilityNotDecided(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


class LiabilityCancelNeedsReason(Refusal):
    """取り消す理由がありません。理由を入力してください。"""


def propose_liability(terms: LiabilityTerms, *, as_of: date) -> int:
    """納税者のほかの者への告知を起案する。限度の計算と条件の判定が、起案の中身として凍る。起案番号を返す。

    要件: F24-05, F24-06, F24-08, F29-02
    """
    if not terms.facts.strip():
        raise LiabilityNeedsFacts
    if terms.due_date and terms.due_date < as_of:
        raise DueDatePassed(format_wareki(terms.due_date))
    with transaction.atomic():
        found = _checked(terms, as_of)
        measure = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(terms.measure).items()
        }
        content = {
            "decision": "notify", "addressee_number": terms.addressee_number, "name": found.name,
            "obligor_number": terms.obligor_number, "obligor": found.obligor, "kind": terms.kind.value,
            "charges": [each.facts.charge_id for each in found.owed], "labels": [each.label for each in found.owed],
            "facts": terms.facts.strip(), "property_text": terms.property_text.strip(), "measure": measure,
            "limit": found.limit, "amount": found.amount, "steps": list(found.steps),
            "due_date": terms.due_date.isoformat() if terms.due_date else None, "is_established": terms.is_established,
            "is_defaulted": terms.is_defaulted, "conditions": [each.line for each in found.conditions.items],
            "reason": terms.reason.strip(),
        }  # fmt: skip
        subjects = [terms.addressee_number, terms.obligor_number]
        return propose(HighRiskAct.LIABILITY, content=content, reason=terms.reason, subjects=subjects)


def propose_liability_cancel(liability_id: int, *, reason: str) -> int:
    """告知の取消しを起案する。起案番号を返す。

    要件: F24-05, F24-06, F24-08, F29-02
    """
    if not reason.strip():
        raise LiabilityCancelNeedsReason
    with transaction.atomic():
        head = liability_file(liability_id, lock=True).head
        transition(PROCEDURE_OF[head.form], head.stage, ProcedureAct.CANCEL)
        content = {
            "decision": "cancel", "addressee_number": head.addressee_number, "name": head.name, "liability_id": liability_id,
            "obligor_number": head.obligor_number, "obligor": head.obligor, "kind": head.kind.value, "amount": head.amount,
            "limit": head.limit_yen, "reason": reason.strip(),
        }  # fmt: skip
        subjects = [head.addressee_number, head.obligor_number]
        return propose(HighRiskAct.LIABILITY, content=content, reason=reason, subjects=subjects)


@executes(HighRiskAct.LIABILITY)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された告知、質権者・抵当権者からの徴収の通知・交付要求、または取消しを執行する。

    要件: F24-05, F24-06, F24-08
    """
    with transaction.atomic():
        as_of = day_of_transaction()
        number = decided_proposal(HighRiskAct.LIABILITY, content, LiabilityNotDecided)
        moved = Moved(as_of, gate.required().officer, content["reason"], number)
        if content["decision"] in DECISIONS:
            return carry_out_transfer(content, moved)
        return _notify(content, moved) if content["decision"] == "notify" else _cancel(content, moved)


@describes(HighRiskAct.LIABILITY)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """起案を、人が読める形にする。限度の計算と条件の一覧を、そのまま示す。"""
    if content["decision"] in DECISIONS:
        return told_transfer(content)
    kind = str(Liability.Kind(content["kind"]).label)
    limit = content["limit"]
    facts: list[tuple[str, ...]] = [
        ("決定", f"{kind}への告知" if content["decision"] == "notify" else f"{kind}への告知の取消し"),
        ("主たる納税者", f"{content['name']}（{content['addressee_number']}）"),
        ("責任を負う者", f"{content['obligor']}（{content['obligor_number']}）"),
        (
            "限度と告知する額",
            f"{'限度なし' if limit is None else f'限度{limit:,}円'}、告知する額{content['amount']:,}円",
        ),
    ]
    if content["decision"] == "notify":
        facts.append(("認定の事実と資料", content["facts"]))
        if content["property_text"]:
            facts.append(("責任の及ぶ財産", content["property_text"]))
    facts += [("期別", each) for each in content.get("labels", ())]
    facts += [(f"計算{at}", line) for at, line in enumerate(content.get("steps", ()), start=1)]
    return [*facts, *((f"条件{at}", line) for at, line in enumerate(content.get("conditions", ()), start=1))]


def _notify(content: Mapping[str, Any], moved: Moved) -> str:
    given = dict(content["measure"])
    for name in ("disposed_on", "secured_on"):
        given[name] = date.fromisoformat(given[name]) if given[name] else None
    due = content["due_date"]
    terms = LiabilityTerms(
        content["addressee_number"], content["obligor_number"], Liability.Kind(content["kind"]), tuple(content["charges"]),
        content["facts"], content["reason"], Measure(**given), content["property_text"],
        date.fromisoformat(due) if due else None, content["is_established"], content["is_defaulted"],
    )  # fmt: skip
    found = _checked(terms, moved.on, lock=True)
    if found.limit != content["limit"] or found.amount > content["amount"]:
        raise LimitChanged(f"起案{content['amount']:,}円、いま{found.amount:,}円")
    (number,) = fetch_one("SELECT nextval('liability_number')")
    key = (terms.addressee_number, int(number))
    run_sql(
        "INSERT INTO liability (addressee_number, liability_id, procedure, stage, kind, obligor_number, limit_yen, amount, "
        "property_text, facts, steps, conditions, notified_on, due_date, proposal_id, officer) SELECT %s, %s, %s, 'NONE', %s, %s, %s, "
        "%s, %s, %s, to_jsonb(%s::text[]), to_jsonb(%s::text[]), %s, %s, %s, %s",
        [*key, PROCEDURE_OF[terms.form].name, terms.kind, terms.obligor_number, found.limit, found.amount, terms.property_text,
         terms.facts, list(found.steps), content["conditions"], moved.on, due_of(terms, moved.on), moved.proposal_id, moved.officer],
    )  # fmt: skip
    for each in found.owed:
        share = each.share()
        run_sql(
            "INSERT INTO liability_charge VALUES (%s, %s, %s, %s, %s, %s)",
            [*key, share.charge_id, share.principal_tax, share.demand_fee, share.delinquency_charge],
        )
    move("liability", key, ProcedureAct.NOTIFY, moved)
    file = liability_file(key[1])
    slip = make_slip(file, file.head.due_date, as_of=moved.on, officer=moved.officer)
    run_id = send_notice(file, slip, as_of=moved.on, officer=moved.officer)
    _recorded("納税者のほかの者に納付を告知した", key, terms.obligor_number, moved)
    return f"{terms.kind.label}（責任番号{key[1]}）に{file.head.amount:,}円を告知し、通知書（束{run_id}）を作りました"


def due_of(terms: LiabilityTerms, notified_on: date) -> date:
    """告知の納期限。第二次納税義務者と保証人は、法の定める1月。

    要件: F24-05, F24-06, F24-08
    """
    if terms.form is ObligorForm.JOINT:
        return max(terms.due_date or months_after(notified_on, 1), notified_on)
    if terms.form is ObligorForm.TRANSFERRED_SECURITY:
        return day_before(seizable_from(notified_on))
    return secondary_timing(notified_on).due_date


def _cancel(content: Mapping[str, Any], moved: Moved) -> str:
    file = liability_file(content["liability_id"], lock=True)
    key = file.head.key
    move("liability", key, ProcedureAct.CANCEL, moved)
    run_sql("UPDATE liability SET ended_on = %s WHERE addressee_number = %s AND liability_id = %s", [moved.on, *key])
    run_id = send_cancel(liability_file(key[1]), moved.note, as_of=moved.on, officer=moved.officer)
    _recorded("納税者のほかの者への告知を取り消した", key, file.head.obligor_number, moved)
    return f"{file.head.kind.label}への告知（責任番号{key[1]}）を取り消し、通知書（束{run_id}）を作りました"


def _checked(terms: LiabilityTerms, as_of: date, *, lock: bool = False) -> Measured:
    found = measured(terms, as_of=as_of, lock=lock)
    if unmet := found.conditions.unmet:
        raise ConditionNotMet("／".join(each.line for each in unmet[:4]))
    if found.amount <= 0:
        raise NothingWithinLimit(found.steps[-1])
    return found


def _recorded(act: str, key: tuple[str, int], obligor: str, moved: Moved) -> None:
    detail = {"責任番号": key[1], "起案番号": moved.proposal_id or 0}
    record(act, subjects=[key[0], obligor], fields=FIELDS, detail=detail)
