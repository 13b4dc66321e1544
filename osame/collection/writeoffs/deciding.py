"""不納欠損と、その戻し。起案、照査、決裁を経て、一度だけ執行する。

Four eyes, one or many charges at once. The proposal freezes every charge with its conditions and its counting; execution judges
again under the lock, moves the balances to account 10 through the ledger's door, and writes one record per charge.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import transaction

from osame.collection.arrears.prescribing import ChargeKey
from osame.collection.closing.queries import first_open_day
from osame.collection.ledger.models import RECEIVABLE_ACCOUNTS, Account, EntryKind
from osame.collection.ledger.posting import Claim, claim_command, open_stage, post, touch_charges
from osame.collection.matching.allocation import expect_no_receipts, reallocate
from osame.collection.parameters.queries import allocation_order
from osame.collection.writeoffs.batch import record_extinctions_of
from osame.collection.writeoffs.queries import CAUSES, Owing, WriteOffLine, owing_of, write_offs
from osame.kernel.refusals import Refusal
from osame.law.conditions import ConditionNotMet
from osame.law.write_off import evidence_for
from osame.platform import gate
from osame.platform.approvals.actions import decided_proposal, executes, propose
from osame.platform.approvals.describing import describes
from osame.platform.approvals.models import HighRiskAct
from osame.platform.audit.recording import record
from osame.platform.database import day_of_transaction, run_sql

COMPONENTS = {
    Account.PRINCIPAL_TAX: "principal_tax", Account.DEMAND_FEE: "demand_fee",
    Account.DELINQUENCY_CHARGE: "delinquency_charge", Account.DISPOSITION_COST: "disposition_cost",
    Account.ADDITIONAL_CHARGE: "additional_charge",
}  # fmt: skip
MOST_CHARGES = 5_000


class Decision(StrEnum):
    """起案する不納欠損の決定。"""

    WRITE_OFF = "write_off"
    REVERSE = "reverse"

    @property
    def label(self) -> str:
        """決定の名。"""
        return {Decision.WRITE_OFF: "不納欠損", Decision.REVERSE: "不納欠損の戻し"}[self]


class NothingToWriteOff(Refusal):
    """不納欠損にする期別がありません。候補から選び直してください。"""


class TooManyToWriteOff(Refusal):
    """一度に起案できるのは5,000件までです。税目や年度で分けて、起案してください。"""


class BalanceChanged(Refusal):
    """起案の後に、期別の残高または消滅の日が変わりました。候補を開き直して、起案からやり直してください。"""


class NotWrittenOff(Refusal):
    """この番号の、戻していない不納欠損はありません。番号を確かめてください。"""


class WriteOffNotDecided(Refusal):
    """決裁された起案がありません。起案からやり直してください。"""


def propose_write_off(keys: Sequence[ChargeKey], *, reason: str, as_of: date) -> int:
    """不納欠損を起案する。一件でも条件を満たさない期別があれば断る。起案番号を返す。

    要件: F21-05, F29-02
    """
    if not keys:
        raise NothingToWriteOff
    if len(keys) > MOST_CHARGES:
        raise TooManyToWriteOff(f"{len(keys):,}件")
    chosen = set(keys)
    whose = sorted({who for who, _ in chosen})
    with transaction.atomic():
        record_extinctions_of(
            whose, as_of=as_of, officer=gate.required().officer
        )  # 消滅した後の納付は、残高を減らさない
        found = [each for each in owing_of(whose, as_of=as_of) if each.key in chosen]
        if len(found) != len(chosen):
            raise NothingToWriteOff
        lines = [_line(each, as_of) for each in found]
        content = {
            "decision": Decision.WRITE_OFF.value, "charges": lines, "amount": sum(each["amount"] for each in lines),
            "reason": reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.WRITE_OFF, content=content, reason=reason, subjects=whose)


def propose_reversal(write_off_id: int, *, reason: str) -> int:
    """不納欠損の戻しを起案する。起案番号を返す。

    要件: F21-06, F29-02
    """
    with transaction.atomic():
        line = _written(write_off_id)
        charge = {
            "addressee_number": line.addressee_number, "charge_id": line.charge_id, "write_off_id": write_off_id,
            "name": line.name, "label": line.label, "amount": line.amount,
        }  # fmt: skip
        content = {
            "decision": Decision.REVERSE.value, "charges": [charge], "amount": line.amount, "reason": reason.strip(),
        }  # fmt: skip
        return propose(HighRiskAct.WRITE_OFF, content=content, reason=reason, subjects=[line.addressee_number])


@executes(HighRiskAct.WRITE_OFF)
def carry_out(content: Mapping[str, Any]) -> str:
    """決裁された不納欠損または戻しを執行する。

    要件: F21-05, F21-06
    """
    decision = Decision(content["decision"])
    with transaction.atomic():
        as_of = day_of_transaction()
        number, officer = decided_proposal(HighRiskAct.WRITE_OFF, content, WriteOffNotDecided), gate.required().officer
        command = claim_command(
            f"write-off:{number}", kind=decision.value, content=[content["amount"]], purpose=f"{decision.label}の執行",
            officer=officer,
        )  # fmt: skip
        if decision is Decision.WRITE_OFF:
            record_extinctions_of(
                sorted({each["addressee_number"] for each in content["charges"]}), as_of=as_of, officer=officer
            )
            _write(content, (as_of, officer, number), command)
        else:
            _reverse(content, (as_of, officer, number), command)
        record(
            f"{decision.label}を執行した", subjects=sorted({each["addressee_number"] for each in content["charges"]}),
            detail={"起案番号": number, "件数": len(content["charges"]), "額": content["amount"]},
        )  # fmt: skip
    return f"{len(content['charges']):,}件、{content['amount']:,}円の{decision.label}を執行しました"


@describes(HighRiskAct.WRITE_OFF)
def told(content: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """不納欠損の起案を、人が読める形にする。期別ごとに、事由と条件をそのまま示す。"""
    facts: list[tuple[str, ...]] = [
        ("決定", Decision(content["decision"]).label),
        ("件数と額", f"{len(content['charges']):,}件、{content['amount']:,}円"),
    ]
    for each in content["charges"]:
        facts.append((f"{each['name']}（{each['addressee_number']}）", f"{each['label']}　{each['amount']:,}円"))
        facts += [("条件", line) for line in each.get("conditions", ())]
        facts += [("数え方", line) for line in each.get("steps", ())]
    return facts


def _line(each: Owing, as_of: date) -> dict[str, Any]:
    """起案に載せる一件。条件を満たさなければ断る。"""
    found = each.judge(as_of=as_of)
    if found.unmet or each.expiry.extinction is None:
        raise ConditionNotMet(f"{each.label}　" + "／".join(line.line for line in found.unmet))
    gone = each.expiry.extinction
    return {
        "addressee_number": each.addressee_number, "charge_id": each.charge_id, "name": each.name, "label": each.label,
        "amount": each.amount, "cause": gone.cause.value, "extinguished_on": gone.on.isoformat(),
        "evidence": evidence_for(gone.cause), "conditions": [line.line for line in found.items],
        "steps": list(each.expiry.steps),
    }  # fmt: skip


def _write(content: Mapping[str, Any], by: tuple[date, str, int], command: Claim) -> None:
    as_of, officer, number = by
    asked = {(each["addressee_number"], each["charge_id"]): each for each in content["charges"]}
    whose = sorted({who for who, _ in asked})
    open_stage()
    touch_charges(_values(asked))
    found = {each.key: each for each in owing_of(whose, as_of=as_of) if each.key in asked}
    for key, told in asked.items():
        each = found.get(key)
        if each is None or each.amount != told["amount"]:
            raise BalanceChanged(told["label"])
        line = _line(each, as_of)
        if line["extinguished_on"] != told["extinguished_on"]:
            raise BalanceChanged(told["label"])
        gone = each.expiry.extinction
        assert gone is not None
        _post(each, as_of)
        run_sql(
            "INSERT INTO write_off (addressee_number, write_off_id, charge_id, cause, extinguished_on, written_off_on, "
            "principal_tax, demand_fee, delinquency_charge, disposition_cost, additional_charge, evidence, proposal_id, officer, "
            "command_id, reverse_reason) "
            "VALUES (%s, nextval('write_off_number'), %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '')",
            [*key, CAUSES[gone.cause].value, gone.on, as_of, each.principal_tax, each.demand_fee, each.delinquency_charge,
             each.disposition_cost, each.additional_charge, "\n".join((line["evidence"], *line["steps"])), number, officer,
             command.command_id],
        )  # fmt: skip
    post(command)


def _post(each: Owing, as_of: date) -> None:
    """残高を、勘定10（不納欠損）へ。"""
    for account in RECEIVABLE_ACCOUNTS:
        if amount := getattr(each, COMPONENTS[account]):
            run_sql(
                "INSERT INTO posting (charge_id, addressee_number, amount, debit, credit, kind, effective_on, posted_on) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                [each.charge_id, each.addressee_number, amount, int(Account.WRITTEN_OFF), int(account),
                 int(EntryKind.WRITE_OFF), as_of, max(as_of, first_open_day())],
            )  # fmt: skip


def _reverse(content: Mapping[str, Any], by: tuple[date, str, int], command: Claim) -> None:
    """欠損の仕訳を、名指して取り消す。消滅の記録も改め、納付を割り付け直す。"""
    as_of, officer, number = by
    (told,) = content["charges"]
    line, key = _written(told["write_off_id"]), (told["addressee_number"], told["charge_id"])
    open_stage()
    expect_no_receipts()
    touch_charges(_values([key]))
    run_sql(
        "INSERT INTO posting SELECT e.charge_id, e.addressee_number, e.amount, e.credit, e.debit, e.kind, e.effective_on, %s, "
        "NULL, e.entry_id FROM entry e WHERE e.addressee_number = %s AND e.charge_id = %s AND e.debit = %s AND e.reverses IS NULL "
        "AND NOT EXISTS (SELECT 1 FROM entry v WHERE v.addressee_number = e.addressee_number AND v.charge_id = e.charge_id "
        "AND v.reverses = e.entry_id)",
        [max(as_of, first_open_day()), *key, int(Account.WRITTEN_OFF)],
    )
    post(command)
    run_sql(
        "UPDATE write_off SET reversed_on = %s, reverse_reason = %s, reverse_proposal_id = %s "
        "WHERE addressee_number = %s AND write_off_id = %s",
        [as_of, content["reason"], number, key[0], line.write_off_id],
    )
    record_extinctions_of([key[0]], as_of=as_of, officer=officer)
    touch_charges(_values([key]))
    expect_no_receipts()
    reallocate(order=allocation_order(as_of=as_of), correction_on=max(as_of, first_open_day()))
    post(command)


def _written(write_off_id: int) -> WriteOffLine:
    found = write_offs("w.write_off_id = %(of)s AND w.reversed_on IS NULL", {"of": write_off_id})
    if not found:
        raise NotWrittenOff(str(write_off_id))
    return found[0]


def _values(keys: Any) -> str:
    """鎖錠する期別。番号は数字だけなので、そのまま文に置ける。"""
    rows = ", ".join(f"('{int(who):015d}'::varchar, {int(charge)}::bigint)" for who, charge in keys)
    return f"SELECT * FROM (VALUES {rows}) v (addressee_number, charge_id)"
