"""保全担保の提供命令と保全差押金額の決定（地方税法第16条の3・第16条の4）。決定は四つの目を経る。差押えは `dispositions` がする。

Before a tax is fixed there is no charge: a preservation stands alone until the tax is determined, then names its charges. Ending it —
security given, the period over, the need gone — harms nobody and takes one officer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from osame.collection.advances.letters import send_preservation
from osame.collection.advances.models import Preservation
from osame.collection.advances.queries import PreservationFile, preservation_file
from osame.collection.arrears.procedures import Moved, move
from osame.collection.parameters.queries import setting
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.advance_collection import PreservationFacts, may_order_security, may_preserve, preservation_ends_on
from osame.law.conditions import ConditionNotMet, Conditions
from osame.law.dispositions import ProcedureAct
from osame.platform.approvals.actions import propose
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql

MONTHS = "保全差押えの期間の月数"
DEFAULT_MONTHS = 6
FIELDS = ("保全の決定", "年度と税目", "金額")


class PreservationIncomplete(Refusal):
    """年度と税目、または要する事情と資料がありません。どの税の、どの事情によるかを入力してください。"""


class SecurityDeadlineWrong(Refusal):
    """担保の提供の期限が、通知の日より後ではありません。期限を入力し直してください（地方税法第16条の3第1項）。"""


class PreservationClosed(Refusal):
    """この保全の決定は、もう終わっています。担保と確定は、効力のある決定を開いて記録してください。"""


class SecurityIncomplete(Refusal):
    """担保の表示か価額がありません。何を、いくらの担保として受けたかを入力してください。"""


class SecurityOfferedBefore(Refusal):
    """担保の提供日が、決定の通知より前か、今日より先です。日付を確かめてください。"""


class NoSuchCharge(Refusal):
    """確定した期別が、この納税者にありません。調定を取り込んでから、期別を選んでください。"""


class EndNeedsReason(Refusal):
    """終わらせる理由がありません。担保の提供、期間の経過、必要がなくなったことのどれによるかを入力してください。"""


@dataclass(frozen=True, slots=True)
class PreservationTerms:
    """保全の決定の起案。 expected: 確定の見込み、または命ずることのできる限度; deadline: 担保の提供の期限（提供命令だけ）。"""

    addressee_number: str
    kind: Preservation.Kind
    tax: str
    facts: str
    amount: int
    expected: int
    reason: str
    deadline: date | None = None
    is_cause: bool = True
    is_endangered: bool = True


def judge_preservation(terms: PreservationTerms, *, as_of: date) -> Conditions:
    """保全の決定をすることができるかを、条件ごとに。

    要件: F25-03
    """
    facts = PreservationFacts(Yen(terms.expected), Yen(terms.amount), terms.is_cause, terms.is_endangered)
    ask = may_preserve if terms.kind is Preservation.Kind.SEIZURE else may_order_security
    return ask(facts, as_of=as_of)


def propose_preservation(terms: PreservationTerms, *, as_of: date) -> int:
    """保全担保の提供命令、または保全差押金額の決定を起案する。起案番号を返す。

    要件: F25-03, F17-14, F29-02
    """
    with transaction.atomic():
        conditions = _checked(terms, as_of)
        (name,) = fetch_one("SELECT name FROM addressee WHERE addressee_number = %s", [terms.addressee_number])
        content = {
            "decision": "preserve", "addressee_number": terms.addressee_number, "name": name, "kind": terms.kind.value,
            "tax": terms.tax.strip(), "facts": terms.facts.strip(), "amount": terms.amount, "expected": terms.expected,
            "deadline": terms.deadline.isoformat() if terms.deadline else None, "is_cause": terms.is_cause,
            "is_endangered": terms.is_endangered, "conditions": conditions, "reason": terms.reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.ADVANCE, content=content, reason=terms.reason, subjects=[terms.addressee_number])


def carry_out_preservation(content: Mapping[str, Any], moved: Moved) -> str:
    """決裁された保全の決定を執行し、書面で通知する。取引の中で呼ばれる。

    要件: F25-03, F17-14
    """
    told = content["deadline"]
    terms = PreservationTerms(
        content["addressee_number"], Preservation.Kind(content["kind"]), content["tax"], content["facts"], content["amount"],
        content["expected"], content["reason"], date.fromisoformat(told) if told else None, content["is_cause"],
        content["is_endangered"],
    )  # fmt: skip
    conditions = _checked(terms, moved.on)
    ends_on = None
    if terms.kind is Preservation.Kind.SEIZURE:
        months = int(setting(MONTHS, as_of=moved.on) or DEFAULT_MONTHS)
        ends_on = preservation_ends_on(moved.on, months=months)
    (number,) = fetch_one("SELECT nextval('preservation_number')")
    key = (terms.addressee_number, int(number))
    run_sql(
        "INSERT INTO preservation (addressee_number, preservation_id, procedure, stage, kind, tax, facts, amount, deadline, "
        "notified_on, ends_on, conditions, proposal_id, officer) SELECT %s, %s, 'PRESERVATION', 'NONE', %s, %s, %s, %s, %s, %s, %s, "
        "to_jsonb(%s::text[]), %s, %s",
        [*key, terms.kind, terms.tax, terms.facts, terms.amount, terms.deadline, moved.on, ends_on, conditions, moved.proposal_id,
         moved.officer],
    )  # fmt: skip
    move("preservation", key, ProcedureAct.NOTIFY, moved)
    run_id = send_preservation(preservation_file(key[1]), as_of=moved.on, officer=moved.officer)
    _recorded("保全の決定を通知した", key, {"起案番号": moved.proposal_id or 0})
    return f"{terms.kind.label}（保全番号{key[1]}）を通知し、書面（束{run_id}）を作りました"


def told_preservation(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """保全の決定の起案を、人が読める形にする。

    要件: F25-03
    """
    facts: list[tuple[str, ...]] = [
        ("決定", str(Preservation.Kind(content["kind"]).label)),
        ("納税者", f"{content['name']}（{content['addressee_number']}）"),
        ("年度と税目", content["tax"]), ("金額", f"{content['amount']:,}円（見込み・限度 {content['expected']:,}円）"),
        ("事情と資料", content["facts"]),
    ]  # fmt: skip
    if content["deadline"]:
        facts.append(("担保の提供の期限", format_wareki(date.fromisoformat(content["deadline"]))))
    return [*facts, *((f"条件{at}", line) for at, line in enumerate(content["conditions"], start=1))]


def offer_security(preservation_id: int, description: str, value: int, *, on: date, as_of: date, officer: str) -> int:
    """提供された担保を記録し、その連番を返す。保全差押金額に相当すれば、差押えはできなくなる。

    要件: F25-03
    """
    if not description.strip() or value <= 0:
        raise SecurityIncomplete
    with transaction.atomic():
        file = _open(preservation_id)
        if not file.head.notified_on <= on <= as_of:
            raise SecurityOfferedBefore(format_wareki(on))
        (number,) = fetch_one(
            "INSERT INTO preservation_security (addressee_number, preservation_id, security_number, description, value, offered_on, "
            "officer) SELECT %s, %s, coalesce(max(security_number), 0) + 1, %s, %s, %s, %s FROM preservation_security "
            "WHERE addressee_number = %s AND preservation_id = %s RETURNING security_number",
            [*file.head.key, description.strip(), value, on, officer, *file.head.key],
        )
        _recorded("保全の担保を記録した", file.head.key, {"連番": int(number)})
        return int(number)


def fix_preservation(preservation_id: int, charges: tuple[int, ...], *, as_of: date, officer: str) -> None:
    """税額が確定した。担保と差押えは、その期別のためのものとみなされる。

    要件: F25-03, F17-14
    """
    with transaction.atomic():
        file = _open(preservation_id)
        who = file.head.addressee_number
        known = fetch_all(
            "SELECT charge_id FROM charge WHERE addressee_number = %s AND charge_id = ANY (%s) AND charge_id > 0",
            [who, list(charges)],
        )
        if not charges or len(known) != len(set(charges)):
            raise NoSuchCharge
        for charge in charges:
            run_sql("INSERT INTO preservation_charge VALUES (%s, %s, %s)", [*file.head.key, charge])
        move("preservation", file.head.key, ProcedureAct.END, Moved(as_of, officer, "納付すべき額が確定した"))
        _end(file.head.key, as_of)
        _recorded("保全した税が確定した", file.head.key, {"期別": len(charges)})


def release_preservation(preservation_id: int, reason: str, *, as_of: date, officer: str) -> None:
    """保全の決定を解除する。期間の経過などで解除しなければならないとき、または必要がなくなったとき。担保も解除する。

    要件: F25-03, F17-14
    """
    if not reason.strip():
        raise EndNeedsReason
    with transaction.atomic():
        file = _open(preservation_id)
        key, duty = file.head.key, file.head.duty(as_of=as_of)
        met = [each for each in duty.items if each.is_met] if duty else []
        note = f"{reason.strip()}（{met[0].text}、{met[0].article}）" if met else reason.strip()
        move("preservation", key, ProcedureAct.RELEASE, Moved(as_of, officer, note))
        _end(key, as_of)
        if not met or met[0].key == "over":  # 担保の提供による解除では、担保は残る（第16条の4第4項第1号）
            run_sql(
                "UPDATE preservation_security SET released_on = %s WHERE addressee_number = %s AND preservation_id = %s "
                "AND released_on IS NULL",
                [as_of, *key],
            )
        _recorded("保全の決定を解除した", key, {"理由": reason.strip()})


def _checked(terms: PreservationTerms, as_of: date) -> list[str]:
    if not terms.tax.strip() or not terms.facts.strip():
        raise PreservationIncomplete
    is_order = terms.kind is Preservation.Kind.SECURITY
    if is_order and (terms.deadline is None or terms.deadline <= as_of):
        raise SecurityDeadlineWrong
    found = judge_preservation(terms, as_of=as_of)
    if unmet := found.unmet:
        raise ConditionNotMet("／".join(each.line for each in unmet))
    return [each.line for each in found.items]


def _open(preservation_id: int) -> PreservationFile:
    file = preservation_file(preservation_id, lock=True)
    if not file.head.is_open:
        raise PreservationClosed(str(preservation_id))
    return file


def _end(key: tuple[str, int], on: date) -> None:
    run_sql("UPDATE preservation SET ended_on = %s WHERE addressee_number = %s AND preservation_id = %s", [on, *key])


def _recorded(act: str, key: tuple[str, int], detail: Mapping[str, str | int]) -> None:
    record(act, subjects=[key[0]], fields=FIELDS, detail={"保全番号": key[1], **detail})
