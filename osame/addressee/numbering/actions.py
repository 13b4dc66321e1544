"""付番の依頼を受ける。番号を付けるか、既存の番号に事実を記し、答えに要るものを返す。"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.addressee.numbering.allocation import allocate, body_of
from osame.addressee.numbering.models import IssuedNumber, NumberingRequest
from osame.addressee.numbering.queries import Client, same_people, visible_to
from osame.addressee.numbering.translation import facts_from
from osame.addressee.people import queries as people
from osame.addressee.people.facts import Standing
from osame.addressee.people.recording import Change, NothingChanged, number_addressees, record_version
from osame.contracts.sealed import linkage_key, seal_number
from osame.formats.non_resident_api import ITEM, NO_ID, ItemError, wrong_characters
from osame.platform.audit.recording import record
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.secret_keys import digest

KEY = "numbering-requests"
REASON = {"0": "01", "1": "02", "2": "03"}  # 付番、既存番号、候補の選択
NON_RESIDENT = "2"
Process = NumberingRequest.Process
Outcome = IssuedNumber.Outcome


class RequestDoesNotFitError(ValueError):
    """依頼の中身が、いまの宛名と合わない。答えるべきエラーを持つ。"""

    def __init__(self, error: ItemError) -> None:
        self.error = error
        super().__init__(error.code)


@dataclass(frozen=True, slots=True)
class Numbered:
    """付番の結果。応答の「処理結果データ」一件。"""

    municipality_code: str
    addressee_number: str
    history_number: int
    operator_id: str
    operated_on: str
    operated_at: str


def number_non_resident(values: Mapping[str, str], client: Client) -> Numbered:
    """住登外者に番号を付ける。同じ業務システムから同じ中身がもう届いていれば、前と同じ結果を返す。

    `values` are checked items (`formats.non_resident_api.check_numbering`). The 個人番号, if told, is sealed to linkage in
    this transaction and is in no table, log or answer.

    要件: F33-02, F33-08, F33-11
    """
    mark = digest(KEY, client.key, *(f"{name}={values[name]}" for name in sorted(values)))
    with transaction.atomic():
        run_sql("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [mark])
        before = NumberingRequest.objects.filter(
            system_id=client.system_id, is_own_policy=client.is_own_policy, digest=mark
        ).first()
        if before is not None:
            return _answer(before)
        _check_ids(values, client)
        request = NumberingRequest(
            system_id=client.system_id,
            is_own_policy=client.is_own_policy,
            digest=mark,
            process=values["shorikubun"],
            municipality_code=values["shikuchosonkodo"],
            consolidation_target=_consolidation_target(values, client),
            operator_id=values["sosashaid"],
            operated_on=values["sosanengappi"],
            operated_at=values["sosajikoku"],
        )
        ledger = (
            _new(request, values, client) if values["shorikubun"] == Process.NEW else _known(request, values, client)
        )
        _seal(request.addressee_number, values)
        request.history_number = _history_number(request.addressee_number)
        request.save(force_insert=True)
        for entry in ledger:
            entry.request_id = request.request_id
            entry.save(force_insert=True)
        record(
            "住登外者宛名番号の依頼に答えた",
            subjects=[request.addressee_number],
            fields=sorted(set(values) - {"kojinbango"}),
            detail={"処理区分": request.process, "依頼番号": request.request_id, "候補": len(request.candidates)},
        )
        return _answer(request)


def _answer(request: NumberingRequest) -> Numbered:
    return Numbered(
        request.municipality_code,
        request.addressee_number,
        request.history_number,
        request.operator_id,
        request.operated_on,
        request.operated_at,
    )


def _check_ids(values: Mapping[str, str], client: Client) -> None:
    """名乗る業務は、認証された業務でなければならない。"""
    for item, own in (("gyomuid", not client.is_own_policy), ("dokujishisakushisutemutoid", client.is_own_policy)):
        given = values.get(item, NO_ID)
        if given != NO_ID and not (own and given == client.system_id):
            raise RequestDoesNotFitError(wrong_characters(ITEM[item], f"登録された{ITEM[item].label}"))


def _consolidation_target(values: Mapping[str, str], client: Client) -> str:
    """名寄せ先。知らせとして控えるだけで、紐付けは職員の決裁による。"""
    target = values.get("nayosesakiatenabango", "")
    if values["nayosemotofuragu"] != "1":
        return ""
    if target == values.get("atenabango") or not visible_to(client, target):
        raise RequestDoesNotFitError(wrong_characters(ITEM["nayosesakiatenabango"], "付番済みの宛名番号"))
    return target


def _new(request: NumberingRequest, values: Mapping[str, str], client: Client) -> list[IssuedNumber]:
    facts = facts_from(values)
    request.candidates = same_people(facts, on=_day(values))
    request.addressee_number, body = allocate()
    number_addressees([(request.addressee_number, NON_RESIDENT, client.origin)])
    _restrict(request.addressee_number, values)
    _record(request, Change(request.addressee_number, _day(values), REASON["0"], facts))
    return [
        IssuedNumber(addressee_number=request.addressee_number, outcome=Outcome.ISSUED, body=body, reason="付番の依頼")
    ]


def _known(request: NumberingRequest, values: Mapping[str, str], client: Client) -> list[IssuedNumber]:
    """既存の番号を使う。1 は依頼した業務が持つ番号や元住民の番号、2 は照会で選んだ候補の番号。"""
    number = request.addressee_number = values["atenabango"]
    rows = fetch_all("SELECT kind FROM addressee WHERE addressee_number = %s FOR NO KEY UPDATE", [number])
    if not rows:
        if request.process == Process.CHOSEN or _was_skipped(number) or not number.strip("0"):
            raise RequestDoesNotFitError(wrong_characters(ITEM["atenabango"], "付番済みの宛名番号"))
        number_addressees([(number, NON_RESIDENT, client.origin)])
        _restrict(number, values)
        _record(request, Change(number, _day(values), REASON["1"], facts_from(values)))
        return [
            IssuedNumber(
                addressee_number=number,
                outcome=Outcome.TAKEN_OVER,
                body=body_of(number),
                reason="依頼した業務の既存番号",
            )
        ]
    version = people.current(number)
    if not visible_to(client, number) or version is None:
        raise RequestDoesNotFitError(wrong_characters(ITEM["atenabango"], "付番済みの宛名番号"))
    if rows[0][0] != NON_RESIDENT:
        if rows[0][0] != "1" or request.process == Process.CHOSEN or version.facts.standing == Standing.REGISTERED:
            raise RequestDoesNotFitError(wrong_characters(ITEM["atenabango"], "住登外者の宛名番号"))
        run_sql("UPDATE addressee SET kind = %s WHERE addressee_number = %s", [NON_RESIDENT, number])  # 番号の引継ぎ
    _restrict(number, values)
    facts = facts_from(values, version.facts)
    _record(request, Change(number, max(_day(values), version.changed_on), REASON[request.process], facts))
    return []


def _was_skipped(number: str) -> bool:
    """付番簿にあるのに宛名のない番号。使い回さない。"""
    return IssuedNumber.objects.filter(addressee_number=number).exists()


def _restrict(number: str, values: Mapping[str, str]) -> None:
    """他業務参照不可。付けるのは誰でも、外すのは職員だけ。"""
    if values["tagyomusanshofukafuragu"] == "1":
        run_sql("UPDATE addressee SET not_for_other_offices = true WHERE addressee_number = %s", [number])


def _record(request: NumberingRequest, change: Change) -> None:
    """異動を記録する。いまの事実と同じなら、新しい履歴は要らない。"""
    try:
        record_version(
            Change(
                change.addressee_number,
                change.changed_on,
                change.reason,
                change.facts,
                source=request.system_id,
                key=f"{request.process}.{request.digest}",
            )
        )
    except NothingChanged:
        return


def _seal(number: str, values: Mapping[str, str]) -> None:
    """個人番号に封をし、連携サーバーへ渡す控えに置く。"""
    if "kojinbango" not in values:
        return
    sealed = seal_number(values["kojinbango"], subject=number, sender="addressee", key=linkage_key())
    run_sql(
        "INSERT INTO sealed_number_outbox (addressee_number, sealed, told_in, intake_file_id) VALUES (%s, %s, 0, 0)",
        [number, sealed],
    )


def _history_number(number: str) -> int:
    (changes,) = fetch_one("SELECT count(*) FROM addressee_change WHERE addressee_number = %s", [number])
    return int(changes)


def _day(values: Mapping[str, str]) -> date:
    return date.fromisoformat(values["sosanengappi"])
