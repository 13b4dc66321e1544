"""納付誓約の行い。計画を作り、署名を受け、履行を見て、不履行を知らせ、立て直し、取り消す。

A pledge is proposed as a plan, comes into force when the signed paper is back (which renews prescription for exactly the charges
on it), and is watched against the receipts. Nothing here says whether it is kept; the receipts do.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction

from osame.collection.arrears.prescribing import refuse_extinct
from osame.collection.arrears.procedures import Moved, move
from osame.collection.ledger.posting import claim_command
from osame.collection.payment_slips.instalments import PlannedRound, PlannedShare, issue_instalments, void_rest
from osame.collection.pledges.letters import send_default_notices, send_pledge_paper
from osame.collection.pledges.models import Acknowledgement
from osame.collection.pledges.planning import Planned, PledgeTerms, plan_pledge
from osame.collection.pledges.queries import PledgeFile, PledgeHead, pledge_file, pledges
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.dispositions import ProcedureAct, ProcedureStage
from osame.law.due_date import shift_due_date
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql

CURE_DAYS = 10
"""不履行の通知から、納めるまでの日数。"""


class PledgeNeedsReason(Refusal):
    """計画の理由がありません。なぜこの計画にしたかを入力してください。"""


class PlanNeedsDecision(Refusal):
    """決めた回数を超える計画です。毎回の額を増やすか、上司の決裁を受けるために、長い計画として起案してください。"""


class PledgeNotSigned(Refusal):
    """署名者がありません。誓約書に署名した者の名を入力してください。"""


class SignedWhatIsNotThere(Refusal):
    """誓約書に載らない期別があります。署名された期別だけを選んでください。"""


class SignedBeforePlan(Refusal):
    """署名の日が、計画を作った日より前です。誓約書の日付を確かめてください。"""


class AlreadySigned(Refusal):
    """この版の誓約書は、もう受け取っています。計画を変えたときは、新しい版に署名してもらってください。"""


class PledgeIsKept(Refusal):
    """この誓約は履行されています。不履行の通知は出せません。入金の状況を確かめてください。"""


class ChargeInAnotherPledge(Refusal):
    """この期別は、ほかの納付誓約に載っています。その誓約を立て直すか、取り消してください。"""


class PledgeNoticeRunning(Refusal):
    """不履行の通知の期限が、まだ過ぎていません。期限を待ってから取り消してください。"""


@dataclass(frozen=True, slots=True)
class Signature:
    """署名された誓約書。 charges: 署名された期別（空なら、計画のすべて）。"""

    signed_on: date
    signed_by: str
    authority: Acknowledgement.Authority
    charges: tuple[int, ...] = ()


def make_pledge(terms: PledgeTerms, *, as_of: date, officer: str, proposal_id: int | None = None) -> int:
    """分割納付の計画を作り、署名してもらう誓約書を作る。分割納付管理番号を返す。 proposal_id: 長い計画の、決裁された起案。

    要件: F14-01, F14-02, F14-05
    """
    if not terms.reason.strip():
        raise PledgeNeedsReason
    with transaction.atomic():
        planned = plan_pledge(terms, as_of=as_of, lock=True)
        _refuse_overlap(terms.addressee_number, planned, but=0, as_of=as_of)
        (pledge_id,) = fetch_one("SELECT nextval('pledge_number')")
        key = (terms.addressee_number, int(pledge_id))
        command = claim_command(
            f"pledge:{pledge_id}",
            kind="make_pledge",
            content=[terms.addressee_number],
            purpose="納付誓約",
            officer=officer,
        )
        run_sql(
            "INSERT INTO pledge (addressee_number, pledge_id, procedure, stage, plan_number, officer, recorded_on, command_id) "
            "VALUES (%s, %s, 'PLEDGE', 'NONE', 1, %s, %s, %s)",
            [*key, officer, as_of, command.command_id],
        )
        moved = Moved(as_of, officer, terms.reason.strip(), proposal_id)
        _write_plan(key, 1, (terms, planned), moved)
        move("pledge", key, ProcedureAct.APPLY, moved)
        send_pledge_paper(pledge_file(key, as_of=as_of), as_of=as_of, officer=officer)
        _recorded("分割納付の計画を作った", key, officer)
        return key[1]


def accept_pledge(key: tuple[str, int], signature: Signature, *, as_of: date, officer: str) -> tuple[int, ...]:
    """署名された誓約書を受け取る。署名された期別の時効が更新され、回数分の納付書を発行する。納付書番号を返す。

    要件: F14-02, F14-06
    """
    with transaction.atomic():
        file = pledge_file(key, as_of=as_of, lock=True)
        refuse_extinct(key[0], [each.charge_id for each in file.parts], as_of=as_of)
        _acknowledge(file, signature, officer)
        if file.head.stage is ProcedureStage.APPLIED:
            move("pledge", key, ProcedureAct.GRANT, Moved(as_of, officer, f"{signature.signed_by}の署名"))
        slips = issue_instalments(key[0], _slip_key(file.head), _rounds(file.head, as_of), as_of=as_of, officer=officer)
        _recorded("納付誓約書を受け取った", key, officer)
        return tuple(each.slip_number for each in slips)


def replan_pledge(
    key: tuple[str, int], terms: PledgeTerms, *, as_of: date, officer: str, proposal_id: int | None = None
) -> int:
    """計画を立て直す。使っていない納付書は無効になり、新しい版の誓約書に、また署名を求める。版を返す。

    要件: F14-05
    """
    if not terms.reason.strip():
        raise PledgeNeedsReason
    with transaction.atomic():
        file = pledge_file(key, as_of=as_of, lock=True)
        void_rest(_slip_key(file.head), reason="分割納付の計画の変更", as_of=as_of, officer=officer)
        planned = plan_pledge(terms, as_of=as_of, lock=True)
        _refuse_overlap(terms.addressee_number, planned, but=key[1], as_of=as_of)
        moved = Moved(as_of, officer, terms.reason.strip(), proposal_id)
        move("pledge", key, ProcedureAct.RENEW, moved)
        plan_number = file.head.plan_number + 1
        _write_plan(key, plan_number, (terms, planned), moved)
        run_sql(
            "UPDATE pledge SET plan_number = %s, cure_through = NULL WHERE addressee_number = %s AND pledge_id = %s",
            [plan_number, *key],
        )
        send_pledge_paper(pledge_file(key, as_of=as_of), as_of=as_of, officer=officer)
        _recorded("分割納付の計画を立て直した", key, officer)
        return plan_number


def notify_default(keys: Sequence[tuple[str, int]], *, as_of: date, officer: str) -> int:
    """不履行の誓約に、不履行の通知を作る。履行されているものは断る。束の番号を返す。

    要件: F14-03, F14-08
    """
    with transaction.atomic():
        heads = [pledge_file(key, as_of=as_of, lock=True).head for key in keys]
        if kept := [each for each in heads if each.standing.kept]:
            raise PledgeIsKept(f"分割納付管理番号{kept[0].pledge_id}")
        through = shift_due_date(date.fromordinal(as_of.toordinal() + CURE_DAYS))
        for each in heads:
            note = f"{each.standing.missed}回、{each.standing.short:,}円の不足"
            move("pledge", each.key, ProcedureAct.DEFAULT, Moved(as_of, officer, note))
            run_sql(
                "UPDATE pledge SET cure_through = %s WHERE addressee_number = %s AND pledge_id = %s",
                [through, *each.key],
            )
            _recorded("分納の不履行を知らせた", each.key, officer)
        return send_default_notices(heads, through, as_of=as_of, officer=officer)


def cancel_pledge(key: tuple[str, int], *, reason: str, as_of: date, officer: str) -> None:
    """納付誓約を取り消す。残りの納付書は無効になり、催告と処分の候補に戻る。

    要件: F14-05, F14-08
    """
    if not reason.strip():
        raise PledgeNeedsReason
    with transaction.atomic():
        head = pledge_file(key, as_of=as_of, lock=True).head
        if head.cure_through and as_of <= head.cure_through:
            raise PledgeNoticeRunning(format_wareki(head.cure_through))
        act = ProcedureAct.WITHDRAW if head.stage is ProcedureStage.APPLIED else ProcedureAct.CANCEL
        move("pledge", key, act, Moved(as_of, officer, reason.strip()))
        void_rest(_slip_key(head), reason="納付誓約の取消し", as_of=as_of, officer=officer)
        _recorded("納付誓約を取り消した", key, officer)


@dataclass(frozen=True, slots=True)
class Watched:
    """見回りの結果。 completed: 完納した誓約; broken: 不履行の通知を待つ誓約; expired: 通知の期限を過ぎた誓約。"""

    completed: tuple[tuple[str, int], ...]
    broken: tuple[PledgeHead, ...]
    expired: tuple[PledgeHead, ...]


def watch_pledges(*, as_of: date, officer: str) -> Watched:
    """すべての誓約の履行を見る。完納したものは終え、次の行いを待つものを並べる。何度行ってもよい。

    要件: F14-03
    """
    with transaction.atomic():
        found = pledges("p.stage IN ('IN_FORCE', 'DEFAULTED')", {}, as_of=as_of)
        paid = [each for each in found if each.owed == 0 and each.stage is ProcedureStage.IN_FORCE]
        for each in paid:
            move("pledge", each.key, ProcedureAct.PAY, Moved(as_of, officer, "計画に載る期別が完納した"))
            void_rest(_slip_key(each), reason="完納", as_of=as_of, officer=officer)
        left = [each for each in found if each.owed]
        return Watched(
            tuple(each.key for each in paid),
            tuple(each for each in left if each.stage is ProcedureStage.IN_FORCE and not each.standing.kept),
            tuple(
                each for each in left
                if each.stage is ProcedureStage.DEFAULTED and each.cure_through and each.cure_through < as_of
            ),
        )  # fmt: skip


def _write_plan(key: tuple[str, int], plan_number: int, what: tuple[PledgeTerms, Planned], moved: Moved) -> None:
    terms, planned = what
    if planned.needs_decision and moved.proposal_id is None:
        raise PlanNeedsDecision(f"{planned.times}回、決めた回数は{planned.longest}回")
    household = asdict(terms.household) if terms.household else None
    run_sql(
        "INSERT INTO pledge_plan (addressee_number, pledge_id, plan_number, made_on, first_on, monthly_amount, heard_budget, ability, "
        "reason, proposal_id, officer) VALUES (%s, %s, %s, %s, %s, %s, to_jsonb(%s::json), %s, %s, %s, %s)",
        [*key, plan_number, moved.on, terms.first_on, terms.amount, _json(household),
         planned.ability.monthly if planned.ability else None, terms.reason.strip(), moved.proposal_id, moved.officer],
    )  # fmt: skip
    for each in planned.plan.instalments:
        run_sql(
            "INSERT INTO pledge_instalment VALUES (%s, %s, %s, %s, %s, %s)",
            [*key, plan_number, each.number, each.on, each.amount],
        )
        for part in each.parts:
            run_sql(
                "INSERT INTO pledge_part VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                [*key, plan_number, each.number, int(part.key), part.principal, part.fee, part.delinquency_charge],
            )


def _json(household: dict[str, int] | None) -> str | None:
    return None if household is None else "{" + ", ".join(f'"{k}": {int(v)}' for k, v in household.items()) + "}"


def _acknowledge(file: PledgeFile, signature: Signature, officer: str) -> None:
    """署名された期別を、一つずつ承認として残す。"""
    if not signature.signed_by.strip():
        raise PledgeNotSigned
    head, held = file.head, {each.charge_id for each in file.parts}
    chosen = set(signature.charges) or held
    if not chosen <= held:
        raise SignedWhatIsNotThere
    if signature.signed_on < head.made_on:
        raise SignedBeforePlan(format_wareki(head.made_on))
    if any(each.acknowledged_on for each in file.parts):
        raise AlreadySigned(f"第{head.plan_number}版")
    for charge_id in sorted(chosen):
        run_sql(
            "INSERT INTO acknowledgement (addressee_number, pledge_id, plan_number, charge_id, acknowledged_on, signed_by, "
            "authority, officer) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [*head.key, head.plan_number, charge_id, signature.signed_on, signature.signed_by.strip(), signature.authority,
             officer],
        )  # fmt: skip


def _rounds(head: PledgeHead, as_of: date) -> list[PlannedRound]:
    """納付書にする回。納付予定日の過ぎた回は、最初の回に間に合わない。"""
    rows = fetch_all(
        "SELECT instalment_number, charge_id, principal_tax, demand_fee, delinquency_charge FROM pledge_part "
        "WHERE addressee_number = %s AND pledge_id = %s AND plan_number = %s ORDER BY 1, 2",
        [*head.key, head.plan_number],
    )
    return [
        PlannedRound(each.number, each.on, tuple(PlannedShare(*row[1:]) for row in rows if row[0] == each.number))
        for each in head.instalments
        if each.on >= as_of
    ]


def _slip_key(head: PledgeHead) -> str:
    return f"pledge:{head.pledge_id}:{head.plan_number}"


def _refuse_overlap(addressee_number: str, planned: Planned, *, but: int, as_of: date) -> None:
    charges = [each.facts.charge_id for each in planned.owed]
    refuse_extinct(addressee_number, charges, as_of=as_of)
    rows = fetch_all(
        "SELECT 1 FROM pledge p JOIN pledge_part q USING (addressee_number, pledge_id, plan_number) "
        "WHERE p.addressee_number = %s AND p.stage IN ('APPLIED', 'IN_FORCE', 'DEFAULTED') AND p.pledge_id <> %s "
        "AND q.charge_id = ANY (%s)",
        [addressee_number, but, charges],
    )
    if rows:
        raise ChargeInAnotherPledge


def _recorded(act: str, key: tuple[str, int], officer: str) -> None:
    record(act, subjects=[key[0]], detail={"分割納付管理番号": key[1], "職員": officer})
