"""解除、取消し、終了、参加差押えの転換。解除の事由は法に尋ね、関係するすべての者への通知を一度に作る。

A release is a duty or an option of the law; a mistake (a stranger's asset, an unlawful act) is released the same day by one officer,
because letting go harms nobody. Every paper of a release is frozen in the same transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.arrears.procedures import Moved, move
from osame.collection.arrears.stages import stages_of
from osame.collection.assets.queries import asset_numbered
from osame.collection.dispositions.collecting import is_finished
from osame.collection.dispositions.later_papers import send_release
from osame.collection.dispositions.queries import DispositionFile, disposition_file
from osame.collection.dispositions.realizing import settle_realization
from osame.collection.dispositions.seizing import NUMBER_LOCK
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.arrears_facts import AssetFacts, AssetKind
from osame.law.conditions import Grounds
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage
from osame.law.release import ReleaseFacts, release_grounds
from osame.law.seizure_effect import participation_takes_effect
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql

# 転換した差押え。決裁、書面の日、登記は、参加差押えのものを引き継ぐ。
CONVERT = """
INSERT INTO disposition (addressee_number, disposition_id, procedure, stage, numbered_year, year_number, asset_id, body_id, case_number,
    scope, wage_steps, conditions, done_on, place, possessed_on, third_party_served_on, taxpayer_served_on, registered_on, effect_on,
    policy, registry_id, converted_from, proposal_id, officer)
SELECT d.addressee_number, nextval('disposition_number'), 'SEIZURE', 'NONE', d.numbered_year,
    (SELECT coalesce(max(year_number), 0) + 1 FROM disposition x WHERE x.numbered_year = d.numbered_year AND x.procedure = 'SEIZURE'),
    d.asset_id, NULL, '', d.scope, d.wage_steps, d.conditions, d.done_on, d.place, d.possessed_on, d.third_party_served_on,
    d.taxpayer_served_on, d.registered_on, %s, d.policy, d.registry_id, d.disposition_id, d.proposal_id, %s
FROM disposition d WHERE d.addressee_number = %s AND d.disposition_id = %s RETURNING disposition_id
"""


class NoGroundToRelease(Refusal):
    """解除の事由がありません。完納、無益、誤った差押えなど、法に定める事由を確かめてください。"""


class ReleaseNeedsReason(Refusal):
    """解除の理由がありません。どの事由で解除するかを入力してください。"""


class NotParticipating(Refusal):
    """参加差押えではありません。差押えに転換できる参加差押えを選んでください。"""


class NotParticipatingYet(Refusal):
    """参加差押えの通知の送達、交付または登記の日が記録されていません。記録してから、転換してください。"""


class StillOwed(Refusal):
    """まだ納まっていない期別があるので、処分を終えられません。取立てを続けるか、解除の事由を確かめてください。"""


class PolicyNeeded(Refusal):
    """方針がありません。換価するか、解除するか、停止するかを入力してください。"""


@dataclass(frozen=True, slots=True)
class ReleaseJudgement:
    """解除の判断。職員が認めた事由。完納・無益・超過・猶予は、記録から判定する。"""

    reason: str
    is_unlawful: bool = False
    is_third_partys: bool = False
    is_hardship: bool = False
    substitute_value: int = 0


def grounds_to_release(file: DispositionFile, judgement: ReleaseJudgement, *, as_of: date) -> Grounds:
    """解除しなければならないか、することができるかを、事由ごとに。

    要件: F17-10
    """
    head = file.head
    owed = Yen(sum(each.left for each in file.parts))
    asset = asset_numbered(head.asset_id).facts(0) if head.asset_id else AssetFacts(AssetKind.RECEIVABLE, Yen(1))
    stages = stages_of(head.addressee_number, as_of=as_of)
    held = {
        procedure
        for each in file.parts
        for procedure, found in stages.get(each.charge_id, {}).items()
        if ProcedureStage.IN_FORCE in found
    }
    facts = ReleaseFacts(
        owed, asset, is_hardship_suspended=judgement.is_hardship, is_unlawful=judgement.is_unlawful,
        is_third_partys=judgement.is_third_partys, substitute_value=Yen(judgement.substitute_value),
        is_in_collection_grace=Procedure.COLLECTION_GRACE in held,
        is_in_realization_grace=Procedure.REALIZATION_GRACE in held,
    )  # fmt: skip
    return release_grounds(facts, as_of=as_of)


def release(key: tuple[str, int], judgement: ReleaseJudgement, *, as_of: date, officer: str) -> tuple[int, ...]:
    """差押え・参加差押え・交付要求を解除し、滞納者と第三者への通知を一度に作る。束の番号を返す。

    要件: F17-10, F18-03
    """
    if not judgement.reason.strip():
        raise ReleaseNeedsReason
    with transaction.atomic():
        file = disposition_file(key, lock=True)
        if (
            file.head.procedure is Procedure.PRESERVATION_SEIZURE
        ):  # 期別がないので、完納を問えない。`preserving.py` が解除する
            raise NoGroundToRelease(file.head.number)
        found = grounds_to_release(file, judgement, as_of=as_of)
        met = [each for each in found.items if each.is_met]
        if not met:
            raise NoGroundToRelease(file.head.number)
        note = f"{judgement.reason.strip()}（{met[0].text}、{met[0].article}）"
        moved = move("disposition", key, ProcedureAct.RELEASE, Moved(as_of, officer, note))
        runs = send_release(disposition_file(key), (met[0].text, moved.article), as_of=as_of, officer=officer)
        settle_realization(key, reason=judgement.reason.strip(), as_of=as_of, officer=officer)
        _recorded("差押えなどを解除した", key, {"事由": met[0].text}, officer)
        return runs


def cancel(key: tuple[str, int], *, reason: str, as_of: date, officer: str) -> tuple[int, ...]:
    """違法な差押えを取り消し、通知を作る。取り消した差押えは、時効の完成を猶予するだけになる。束の番号を返す。

    要件: F17-12
    """
    if not reason.strip():
        raise ReleaseNeedsReason
    with transaction.atomic():
        disposition_file(key, lock=True)
        moved = move("disposition", key, ProcedureAct.CANCEL, Moved(as_of, officer, reason.strip()))
        runs = send_release(disposition_file(key), (reason.strip(), moved.article), as_of=as_of, officer=officer)
        _recorded("差押えを取り消した", key, {"理由": reason.strip()}, officer)
        return runs


def convert_participation(key: tuple[str, int], *, released_on: date, as_of: date, officer: str) -> int:
    """先の差押えが解除された参加差押えを、差押えに転換する。効力は、送達または登記の日にさかのぼる。差押えの処分管理番号を返す。

    要件: F18-02
    """
    with transaction.atomic():
        head = disposition_file(key, lock=True).head
        if head.procedure is not Procedure.PARTICIPATING_SEIZURE or head.asset_kind is None:
            raise NotParticipating(head.number)
        effect = participation_takes_effect(head.asset_kind, head.service)
        if effect.on is None:
            raise NotParticipatingYet("、".join(effect.steps))
        moved = move("disposition", key, ProcedureAct.TAKE_OVER, Moved(released_on, officer, "先の差押えが解除された"))
        settle_realization(key, reason="先の差押えが解除された", as_of=as_of, officer=officer)
        run_sql("SELECT pg_advisory_xact_lock(%s)", [NUMBER_LOCK])
        (number,) = fetch_one(CONVERT, [effect.on, officer, *key])
        run_sql(
            "INSERT INTO disposition_charge SELECT addressee_number, %s, charge_id, owner_number, principal_tax, demand_fee, delinquency_charge "
            "FROM disposition_charge WHERE addressee_number = %s AND disposition_id = %s",
            [number, *key],
        )
        run_sql(
            "UPDATE asset SET is_seized_by_other = false WHERE addressee_number = %s AND asset_id = %s",
            [key[0], head.asset_id],
        )
        note = f"参加差押え（{head.number}）からの転換（{moved.article}）。{'、'.join(effect.steps)}"
        move("disposition", (key[0], int(number)), ProcedureAct.SEIZE, Moved(as_of, officer, note))
        _recorded("参加差押えを差押えに転換した", key, {"差押え": int(number)}, officer)
        return int(number)


def finish(key: tuple[str, int], *, as_of: date, officer: str) -> None:
    """完納した処分を終える。

    要件: F17-09, F18-05
    """
    with transaction.atomic():
        file = disposition_file(key, lock=True)
        if file.head.procedure is Procedure.SEIZURE and not is_finished(file):
            raise StillOwed(file.head.number)
        move("disposition", key, ProcedureAct.END, Moved(as_of, officer, "手続が終わった"))
        settle_realization(key, reason="配当が済み、手続が終わった", as_of=as_of, officer=officer)
        _recorded("処分を終えた", key, {}, officer)


def set_policy(key: tuple[str, int], policy: str, *, review_on: date, officer: str) -> None:
    """続いている処分の方針（換価・解除・停止）と、見直しの日を決める。

    要件: F17-09
    """
    if not policy.strip():
        raise PolicyNeeded
    with transaction.atomic():
        disposition_file(key, lock=True)
        run_sql(
            "UPDATE disposition SET policy = %s, review_on = %s WHERE addressee_number = %s AND disposition_id = %s",
            [policy.strip(), review_on, *key],
        )
        _recorded("処分の方針を決めた", key, {"方針": policy.strip()}, officer)


def _recorded(act: str, key: tuple[str, int], detail: Mapping[str, str | int], officer: str) -> None:
    record(act, subjects=[key[0]], detail={"処分管理番号": key[1], **detail, "職員": officer})
