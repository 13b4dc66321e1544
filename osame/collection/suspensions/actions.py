"""執行停止の調書と調査、見直し、夜の見回り。停止・取消し・即時の消滅は、二人の職員の決裁を経る（`deciding.py`）。

What an officer does before and beside the decision. Facts are findings: each says what was asked, when it was answered and what
was found; the law reads them, nobody types a verdict.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.arrears.prescribing import prescription_of, refuse_extinct
from osame.collection.arrears.procedures import Moved, move
from osame.collection.ledger.posting import claim_command
from osame.collection.payment_slips.owed import owed_of
from osame.collection.suspensions.models import SuspensionFinding, SuspensionReview
from osame.collection.suspensions.queries import GROUNDS, SuspensionFile, suspension_file, suspensions
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.dispositions import Procedure, ProcedureAct, ProcedureStage
from osame.law.suspension import ExtinctionCause, SuspensionGround
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql

FIELDS = ("執行停止の調書", "期別", "停止を要する事情")


class SuspensionOfNothing(Refusal):
    """停止する未納の期別がありません。対象の期別を選び直してください。"""


class ChargeInAnotherSuspension(Refusal):
    """この期別には、調書を作っている、または停止中の執行停止があります。その停止を開いてください。"""


class SuspensionNeedsCircumstances(Refusal):
    """停止を要する事情がありません。事情を入力してください。"""


class FindingNeedsResult(Refusal):
    """調査の結果がありません。何を調べ、何が分かったか、資料は何かを入力してください。"""


class FindingInFuture(Refusal):
    """調査・回答の日が、今日より先です。日付を確かめてください。"""


class SuspensionClosed(Refusal):
    """この執行停止は、もう終わっています。調査と見直しは、続いている停止を開いて記録してください。"""


class ReviewNeedsNote(Refusal):
    """資力の状況がありません。何を調べ、どう判断したかを入力してください。"""


@dataclass(frozen=True, slots=True)
class Finding:
    """記録する調査。 is_found: その財産・事実があるか。"""

    kind: SuspensionFinding.Kind
    is_found: bool
    result: str
    answered_on: date


def open_suspension(
    addressee_number: str, ground: SuspensionGround, charges: tuple[int, ...], circumstances: str, *, as_of: date,
    officer: str,
) -> int:  # fmt: skip
    """執行停止の調書を起こす。執行停止番号を返す。消滅した期別と、ほかの停止にある期別は断る。

    要件: F20-01
    """
    if not circumstances.strip():
        raise SuspensionNeedsCircumstances
    with transaction.atomic():
        owed = owed_of(addressee_number, charges, on=as_of, as_of=as_of, lock=True)
        if not charges or len(owed) != len(set(charges)):
            raise SuspensionOfNothing
        refuse_extinct(addressee_number, charges, as_of=as_of)
        _refuse_overlap(addressee_number, charges)
        (suspension_id,) = fetch_one("SELECT nextval('suspension_number')")
        command = claim_command(
            f"suspension:{suspension_id}", kind="open_suspension", content=[addressee_number], purpose="執行停止の調書",
            officer=officer,
        )  # fmt: skip
        run_sql(
            "INSERT INTO suspension (addressee_number, suspension_id, procedure, stage, ground, circumstances, officer, "
            "recorded_on, command_id) VALUES (%s, %s, %s, 'NONE', %s, %s, %s, %s, %s)",
            [addressee_number, suspension_id, Procedure.SUSPENSION.name, GROUNDS[ground].value, circumstances.strip(),
             officer, as_of, command.command_id],
        )  # fmt: skip
        for each in owed:
            run_sql(
                "INSERT INTO suspension_charge VALUES (%s, %s, %s, %s, %s, %s)",
                [addressee_number, suspension_id, each.facts.charge_id, each.facts.principal_tax, each.facts.demand_fee,
                 each.late[0]],
            )  # fmt: skip
        record("執行停止の調書を起こした", subjects=[addressee_number], fields=FIELDS,
               detail={"執行停止番号": int(suspension_id)})  # fmt: skip
        return int(suspension_id)


def record_finding(key: tuple[str, int], finding: Finding, *, as_of: date, officer: str) -> int:
    """調査を一件記録し、その連番を返す。直すときは、新しい調査を足す。

    要件: F20-01, F20-07
    """
    if not finding.result.strip():
        raise FindingNeedsResult(str(finding.kind.label))
    if finding.answered_on > as_of:
        raise FindingInFuture(format_wareki(finding.answered_on))
    with transaction.atomic():
        _alive(key, as_of)
        (number,) = fetch_one(
            "INSERT INTO suspension_finding (addressee_number, suspension_id, finding_number, kind, is_found, result, "
            "answered_on, officer) SELECT %s, %s, coalesce(max(finding_number), 0) + 1, %s, %s, %s, %s, %s "
            "FROM suspension_finding WHERE addressee_number = %s AND suspension_id = %s RETURNING finding_number",
            [*key, finding.kind, finding.is_found, finding.result.strip(), finding.answered_on, officer, *key],
        )
        record("執行停止の調査を記録した", subjects=[key[0]],
               detail={"執行停止番号": key[1], "項目": str(finding.kind.label)})  # fmt: skip
        return int(number)


def record_review(key: tuple[str, int], outcome: SuspensionReview.Outcome, note: str, *, on: date, officer: str) -> int:
    """停止した後の資力の調査を記録し、その回次を返す。次の期限は、停止の日から数える。

    要件: F20-07
    """
    if not note.strip():
        raise ReviewNeedsNote(str(key[1]))
    with transaction.atomic():
        if _alive(key, on).head.stage is not ProcedureStage.IN_FORCE:
            raise SuspensionClosed(str(key[1]))
        (number,) = fetch_one(
            "INSERT INTO suspension_review (addressee_number, suspension_id, review_number, reviewed_on, outcome, note, officer) "
            "SELECT %s, %s, coalesce(max(review_number), 0) + 1, %s, %s, %s, %s FROM suspension_review "
            "WHERE addressee_number = %s AND suspension_id = %s RETURNING review_number",
            [*key, on, outcome, note.strip(), officer, *key],
        )
        record("執行停止を見直した", subjects=[key[0]], detail={"執行停止番号": key[1], "結果": str(outcome.label)})
        return int(number)


def refresh_suspensions(*, as_of: date, officer: str) -> tuple[int, int]:
    """夜の見回り。完納した停止を終え、3年の継続または時効で消滅した停止を終える。（完納、消滅）の数を返す。

    要件: F20-05
    """
    paid = gone = 0
    with transaction.atomic():
        for head in suspensions("s.stage = 'IN_FORCE'", {}):
            file = suspension_file(head.key, as_of=as_of, lock=True)
            if not any(each.left for each in file.charges):
                moved = Moved(as_of, officer, "対象の期別が完納した")
                move("suspension", head.key, ProcedureAct.PAY, moved)
                _end(head.key, as_of)
                paid += 1
                continue
            gone += _extinguish_if_lapsed(file, as_of, officer)
    return paid, gone


def _extinguish_if_lapsed(file: SuspensionFile, as_of: date, officer: str) -> int:
    """残る期別のすべてが消滅していれば、停止を消滅の段階にする。"""
    told = prescription_of(file.head.addressee_number, as_of=as_of)
    ends = [told[each.charge_id].extinction for each in file.charges if each.left]
    if not ends or not all(each is not None and each.on <= as_of for each in ends):
        return 0
    last = max((each for each in ends if each is not None), key=lambda each: each.on)
    cause = last.cause.value if last.cause is not ExtinctionCause.IMMEDIATE else "即時の消滅"
    move("suspension", file.head.key, ProcedureAct.EXTINGUISH, Moved(last.on, officer, f"{cause}による消滅"))
    return 1


def _end(key: tuple[str, int], on: date) -> None:
    run_sql("UPDATE suspension SET ended_on = %s WHERE addressee_number = %s AND suspension_id = %s", [on, *key])


def _alive(key: tuple[str, int], as_of: date) -> SuspensionFile:
    file = suspension_file(key, as_of=as_of, lock=True)
    if file.head.stage not in {ProcedureStage.NONE, ProcedureStage.IN_FORCE}:
        raise SuspensionClosed(str(key[1]))
    return file


def _refuse_overlap(addressee_number: str, charges: tuple[int, ...]) -> None:
    (others,) = fetch_one(
        "SELECT count(*) FROM suspension s JOIN suspension_charge c USING (addressee_number, suspension_id) "
        "WHERE s.addressee_number = %s AND c.charge_id = ANY (%s) AND s.stage IN ('NONE', 'IN_FORCE')",
        [addressee_number, list(charges)],
    )
    if others:
        raise ChargeInAnotherSuspension
