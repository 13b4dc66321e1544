"""差押えについての請求と、調書の訂正、減額による表示の変更、競合する強制執行。

Claims of third parties and heirs are judged by the law's conditions and answered in writing; corrections and reductions are told to
everybody who was told of the seizure. The first record is never rewritten.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.arrears.procedures import ProcedureUnknown
from osame.collection.assets.models import CompetingEnforcement
from osame.collection.assets.queries import asset_numbered, third_party
from osame.collection.dispositions.later_papers import send_claim_answer, send_correction
from osame.collection.dispositions.models import DispositionCorrection, SeizureClaim
from osame.collection.dispositions.queries import DispositionFile, disposition_file
from osame.collection.dispositions.standing_claims import ClaimLine, claims_of, correction_lines
from osame.collection.payment_slips.owed import owed_of
from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.refusals import Refusal
from osame.law.conditions import ConditionNotMet, Conditions
from osame.law.seizure_claims import OtherAsset, may_exchange, sale_request_due
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one, run_sql

Kind = SeizureClaim.Kind
CORRECTABLE = {"scope": "差し押さえた範囲", "place": "場所・立会人", "asset": "財産の表示", "case_number": "事件の表示"}


class GroundsNeeded(Refusal):
    """請求の理由と資料がありません。申し出のとおりに入力してください。"""


class ClaimantNeeded(Refusal):
    """請求した者がありません。照会先に登録し、選んでください。"""


class ClaimDecided(Refusal):
    """この請求は、もう決めてあります。新しい請求として受けてください。"""


class DecisionReasonNeeded(Refusal):
    """決めた理由がありません。相当と認める、または認めない理由を入力してください。"""


class SaleAskedTooLate(Refusal):
    """換価の申立ては、通知を受けた日から起算して7日を経過した日までです。過ぎた申立ては受けられないので、申立人にその旨を答えてください。"""


class NoNoticeToAnswer(Refusal):
    """相当と認めない通知が届いた日がありません。先に、通知の届いた日を記録してください。"""


class NothingChanged(Refusal):
    """訂正の前と後が同じか、訂正の理由がありません。訂正する記載と理由を入力してください。"""


class NotReduced(Refusal):
    """差押えに係る徴収金は、減っていません。減額や納付を取り込んでから、表示を変更してください。"""


@dataclass(frozen=True, slots=True)
class GivenClaim:
    """受けた請求。"""

    kind: SeizureClaim.Kind
    third_party_id: int | None
    claimed_on: date
    claim_text: str
    other_asset_id: int | None = None


def receive_claim(key: tuple[str, int], given: GivenClaim, *, officer: str) -> int:
    """差押えについての請求を受ける。連番を返す。

    要件: F17-11
    """
    if not given.claim_text.strip():
        raise GroundsNeeded
    if given.third_party_id is None:
        raise ClaimantNeeded
    with transaction.atomic():
        disposition_file(key, lock=True)
        (number,) = fetch_one(
            "INSERT INTO seizure_claim (addressee_number, disposition_id, claim_number, kind, third_party_id, claimed_on, claim_text, "
            "other_asset_id, decision_reason, officer) SELECT %s, %s, coalesce(max(claim_number), 0) + 1, %s, %s, %s, %s, %s, '', %s "
            "FROM seizure_claim WHERE addressee_number = %s AND disposition_id = %s RETURNING claim_number",
            [
                *key,
                given.kind,
                given.third_party_id,
                given.claimed_on,
                given.claim_text.strip(),
                given.other_asset_id,
                officer,
                *key,
            ],
        )
        _recorded("差押えについての請求を受けた", key, {"請求": int(number), "種類": given.kind.label}, officer)
        return int(number)


def judge_claim(file: DispositionFile, claim: ClaimLine, *, as_of: date) -> Conditions | None:
    """差押換えの請求が相当かを、条件ごとに。ほかの種類の請求には、法の条件の一覧がない（None）。

    要件: F17-11
    """
    if claim.kind is not Kind.SUBSTITUTION:
        return None
    other = asset_numbered(claim.other_asset_id) if claim.other_asset_id else None
    shown = (
        OtherAsset(
            Yen(max(0, other.value - other.prior_claims - other.disposition_cost)), is_easily_realised=not other.is_seized_by_other,
            has_others_rights=other.prior_claims > 0,
        )
        if other
        else None
    )  # fmt: skip
    owed = Yen(sum(each.left for each in file.parts))
    return may_exchange(shown, owed, has_right=claim.has_interest, announced_on=None, as_of=claim.claimed_on or as_of)


def decide_claim(
    key: tuple[str, int], claim_number: int, *, is_accepted: bool, reason: str, as_of: date, officer: str
) -> int:
    """請求を相当と認めるか、認めないかを決め、請求した者に通知する。束の番号を返す。差押換えと解除は、それぞれの行いによる。

    要件: F17-11
    """
    if not reason.strip():
        raise DecisionReasonNeeded
    with transaction.atomic():
        file = disposition_file(key, lock=True)
        claim = _claim(key, claim_number)
        if claim.decided_on:
            raise ClaimDecided(str(claim_number))
        found = judge_claim(file, claim, as_of=as_of)
        if is_accepted and found is not None and found.unmet:
            raise ConditionNotMet("／".join(each.line for each in found.unmet))
        run_sql(
            "UPDATE seizure_claim SET decided_on = %s, is_accepted = %s, decision_reason = %s WHERE addressee_number = %s "
            "AND disposition_id = %s AND claim_number = %s",
            [as_of, is_accepted, reason.strip(), *key, claim_number],
        )
        told = "相当と認めました" if is_accepted else "相当と認めません"
        facts = [
            ("請求を受けた日", format_wareki(claim.claimed_on)),
            ("請求の種類", claim.kind.label),
            ("答え", told),
            ("理由", reason.strip()),
        ]
        if claim.kind is Kind.SUBSTITUTION and not is_accepted:
            facts.append((
                "換価の申立て",
                "この通知を受けた日から起算して7日を経過した日までに、請求した財産の換価を申し立てることができます（国税徴収法第50条第3項）",
            ))
        answer = (
            "差押えについての請求に対する通知書",
            tuple(facts),
            "あなたから受けた差押えについての請求に、次のとおりお答えします。",
        )
        run = send_claim_answer(file, third_party(claim.third_party_id), answer, as_of=as_of, officer=officer)
        _recorded("差押えについての請求に答えた", key, {"請求": claim_number, "答え": told}, officer)
        return run


def record_claim_notice(key: tuple[str, int], claim_number: int, *, notified_on: date, officer: str) -> date:
    """答えの通知が届いた日を記録する。換価の申立ての最後の日を返す。

    要件: F17-11
    """
    with transaction.atomic():
        claim = _claim(key, claim_number)
        if claim.decided_on is None or notified_on < claim.decided_on:
            raise NoNoticeToAnswer
        run_sql(
            "UPDATE seizure_claim SET notified_on = %s WHERE addressee_number = %s AND disposition_id = %s AND claim_number = %s",
            [notified_on, *key, claim_number],
        )
        _recorded("請求への通知の到達を記録した", key, {"請求": claim_number}, officer)
        return sale_request_due(notified_on)


def ask_sale(key: tuple[str, int], claim_number: int, *, asked_on: date, officer: str) -> None:
    """換価の申立てを受ける。期限を過ぎた申立ては断る。

    要件: F17-11
    """
    with transaction.atomic():
        claim = _claim(key, claim_number)
        if claim.notified_on is None or claim.is_accepted is not False:
            raise NoNoticeToAnswer
        if asked_on > sale_request_due(claim.notified_on):
            raise SaleAskedTooLate(format_wareki(sale_request_due(claim.notified_on)))
        run_sql(
            "UPDATE seizure_claim SET sale_asked_on = %s WHERE addressee_number = %s AND disposition_id = %s AND claim_number = %s",
            [asked_on, *key, claim_number],
        )
        _recorded("換価の申立てを受けた", key, {"請求": claim_number}, officer)


def correct_record(
    key: tuple[str, int], item: str, after: str, *, reason: str, as_of: date, officer: str
) -> tuple[int, ...]:
    """調書の記載を訂正し、滞納者と、差押えを知らせた者に通知する。初めの記載は残る。束の番号を返す。

    要件: F17-12
    """
    with transaction.atomic():
        file = disposition_file(key, lock=True)
        label = CORRECTABLE[item]
        earlier = [each.after for each in correction_lines(key) if each.item == label]
        before = earlier[-1] if earlier else str(getattr(file.head, item))
        if not reason.strip() or not after.strip() or after.strip() == before:
            raise NothingChanged
        _correct(
            key, DispositionCorrection.Kind.RECORD, (label, before, after.strip(), reason.strip()), (as_of, officer)
        )
        facts = (
            ("訂正する項目", label),
            ("初めの記載", before or "（なし）"),
            ("訂正した記載", after.strip()),
            ("訂正の理由", reason.strip()),
        )
        return send_correction(file, "差押調書等訂正通知書", facts, None, as_of=as_of, officer=officer)


def show_reduction(key: tuple[str, int], *, reason: str, as_of: date, officer: str) -> tuple[int, ...]:
    """減額や納付のあと、差押えに係る徴収金の額の表示を変更し、通知する。束の番号を返す。

    要件: F17-12
    """
    with transaction.atomic():
        file = disposition_file(key, lock=True)
        shown = [each.after for each in correction_lines(key) if each.kind is DispositionCorrection.Kind.REDUCED]
        owed = owed_of(key[0], [each.charge_id for each in file.parts], on=as_of, as_of=as_of)
        left = sum(each.share().amount for each in owed)
        before, after = shown[-1] if shown else f"{file.total:,}円", f"{left:,}円"
        if left >= int(before.removesuffix("円").replace(",", "")):
            raise NotReduced(f"表示{before}、いま残る額{after}")
        if not reason.strip():
            raise NothingChanged
        _correct(
            key,
            DispositionCorrection.Kind.REDUCED,
            ("差押えに係る徴収金の額", before, after, reason.strip()),
            (as_of, officer),
        )
        facts = (("変更の前", before), ("変更の理由", reason.strip()), ("変更の日", format_wareki(as_of)))
        return send_correction(file, "差押えに係る徴収金の額の変更通知書", facts, left, as_of=as_of, officer=officer)


@dataclass(frozen=True, slots=True)
class GivenEnforcement:
    """競合する強制執行など。"""

    kind: CompetingEnforcement.Kind
    court_id: int
    case_number: str
    begun_on: date
    noticed_on: date | None = None
    deposited: int | None = None
    note: str = ""


class CourtNeeded(Refusal):
    """執行裁判所か執行官と、事件番号がありません。通知書のとおりに入力してください。"""


def record_enforcement(asset_id: int, given: GivenEnforcement, *, officer: str) -> int:
    """財産に競合する強制執行などを記録する。連番を返す。

    要件: F17-13
    """
    if not given.case_number.strip():
        raise CourtNeeded
    with transaction.atomic():
        asset = asset_numbered(asset_id)
        (number,) = fetch_one(
            "INSERT INTO competing_enforcement (addressee_number, asset_id, competition_number, kind, court_id, case_number, begun_on, "
            "noticed_on, deposited, note, officer) SELECT %s, %s, coalesce(max(competition_number), 0) + 1, %s, %s, %s, %s, %s, %s, %s, %s "
            "FROM competing_enforcement WHERE addressee_number = %s AND asset_id = %s RETURNING competition_number",
            [*asset.key, given.kind, third_party(given.court_id).third_party_id, given.case_number.strip(), given.begun_on,
             given.noticed_on, given.deposited, given.note.strip(), officer, *asset.key],
        )  # fmt: skip
        detail: dict[str, str | int] = {"財産番号": asset_id, "種類": given.kind.label, "職員": officer}
        record("競合する強制執行などを記録した", subjects=[asset.addressee_number], detail=detail)
        return int(number)


def settle_enforcement(
    asset_id: int, competition_number: int, *, continuation_on: date | None, ended_on: date | None, officer: str
) -> None:
    """続行の決定、または執行の終わり（取下げ・取消しを含む）を記録する。

    要件: F17-13
    """
    with transaction.atomic():
        asset = asset_numbered(asset_id)
        changed = run_sql(
            "UPDATE competing_enforcement SET continuation_on = coalesce(%s, continuation_on), ended_on = coalesce(%s, ended_on) "
            "WHERE addressee_number = %s AND asset_id = %s AND competition_number = %s",
            [continuation_on, ended_on, *asset.key, competition_number],
        )
        if not changed:
            raise ProcedureUnknown(str(competition_number))
        record(
            "競合の続行・終わりを記録した",
            subjects=[asset.addressee_number],
            detail={"財産番号": asset_id, "職員": officer},
        )


def _claim(key: tuple[str, int], claim_number: int) -> ClaimLine:
    found = next((each for each in claims_of(key) if each.claim_number == claim_number), None)
    if found is None:
        raise ProcedureUnknown(str(claim_number))
    return found


def _correct(
    key: tuple[str, int], kind: DispositionCorrection.Kind, told: tuple[str, str, str, str], when: tuple[date, str]
) -> None:
    run_sql(
        "INSERT INTO disposition_correction (addressee_number, disposition_id, correction_number, kind, item, before, after, reason, "
        "corrected_on, officer) SELECT %s, %s, coalesce(max(correction_number), 0) + 1, %s, %s, %s, %s, %s, %s, %s "
        "FROM disposition_correction WHERE addressee_number = %s AND disposition_id = %s",
        [*key, kind, *told, *when, *key],
    )
    _recorded("処分の記載を改めた", key, {"項目": told[0]}, when[1])


def _recorded(act: str, key: tuple[str, int], detail: Mapping[str, str | int], officer: str) -> None:
    record(act, subjects=[key[0]], detail={"処分管理番号": key[1], **detail, "職員": officer})
