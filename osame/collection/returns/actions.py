"""返戻の行い。登録、所在調査、再発送、公示送達、送達の記録。

A returned letter takes the presumption of service away. Its addressee is looked for; then it is sent again, served in person or
served by publication. What that means for a demand (from when property can be seized) is computed by the law in `demands`.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.demands.actions import (
    record_publication,
    record_resending,
    record_return,
)
from osame.collection.demands.models import DemandStop
from osame.collection.demands.stops import StopRequest, release_stop, stop_demand
from osame.collection.returns.letters_sent import Paper, paper
from osame.collection.returns.models import ReturnedLetter, ServicePublication, ServiceRecord, WhereaboutsInquiry
from osame.kernel.dates import format_wareki
from osame.kernel.personal_numbers import holds_personal_number
from osame.kernel.refusals import Refusal
from osame.law.demand import served_by_publication_on
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one

STOPPED = "返戻の調査中（送付先が分かるまで督促しない）"
Stage, Outcome, PublicationState = ReturnedLetter.Stage, WhereaboutsInquiry.Outcome, ServicePublication.State
FACTS = ("氏名", "送付先", "返戻")


class AlreadyReturned(Refusal):
    """この文書の返戻は、既に登録しています。同じ紙を二度登録していないか確かめてください。再発送した紙なら、先に再発送を記録してください。"""


class ReturnedTooEarly(Refusal):
    """返戻日が差出日より前です。日付を確かめてください。"""


class ReturnUnknown(Refusal):
    """この番号の返戻はありません。返戻番号を確かめてください。"""


class ReturnSettled(Refusal):
    """この返戻は、もう調査中ではありません。返戻の画面を開き直して、段階を確かめてください。"""


class DayTooEarly(Refusal):
    """日付が、前の出来事より前です。日付を確かめてください。"""


class TextMissing(Refusal):
    """説明がありません。照会先・回答・理由などを入力してください。"""


class NumberWritten(Refusal):
    """個人番号らしい数字があります。返戻の記録に個人番号は書けません。消してください。"""


class InquiryAnswered(Refusal):
    """この調査は、既に答えを記録しています。調べ直したときは、新しい調査を登録してください。"""


class NotInvestigated(Refusal):
    """公示送達の要件を満たしていません。所在調査の結果が「明らかでない」（または「国外」）で、答えのない調査や判明した調査がないときだけ起案できます。所在調査を記録し、答えがそろってから起案してください。"""


class SamePerson(Refusal):
    """起案した職員は、掲示できません。送達を受けるべき者と書類を、別の職員が確かめて掲示してください。"""


class PublicationSettled(Refusal):
    """この公示送達は、いまその手続きができません。公示送達の画面を開き直してください。"""


class TakenDownTooEarly(Refusal):
    """掲示から7日を経過していません。送達の効力が生じるまで、掲示を続けてください。"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """書留・特別送達・交付などの送達。"""

    method: ServiceRecord.Method
    delivered_on: date
    place: str
    tracking_number: str = ""
    received_by: str = ""
    note: str = ""


def register_return(
    code: tuple[int, int], cause: ReturnedLetter.Cause, *, returned_on: date, as_of: date, officer: str
) -> int:
    """紙の番号から返戻を登録し、返戻番号を返す。送達の推定は失われ、督促は調査が済むまで止まる。

    Register a letter that came back, by the code on its paper. The same paper twice is refused.

    要件: F09-01, F08-04
    """
    with transaction.atomic():
        found = paper(*code)
        earlier = list(
            ReturnedLetter.objects
            .select_for_update()
            .filter(addressee_number=found.addressee_number, run_id=found.run_id, letter_number=found.letter_number)
            .order_by("-attempt")
        )
        if earlier and earlier[0].stage != Stage.RESENT:
            raise AlreadyReturned(f"返戻番号 {earlier[0].return_id}")
        sent = earlier[0].resent_on if earlier else found.sent_on
        if sent is not None and returned_on < sent:
            raise ReturnedTooEarly(f"差出日 {format_wareki(sent)}、返戻日 {format_wareki(returned_on)}")
        attempt = earlier[0].attempt + 1 if earlier else 1
        if found.is_demand and found.live:
            record_return(found.run_id, found.letter_number, returned_on=returned_on, officer=officer, attempt=attempt)
        stop = stop_demand(
            StopRequest(found.addressee_number, DemandStop.Reason.RETURNED_MAIL, STOPPED, as_of), officer=officer
        )
        (number,) = fetch_one("SELECT nextval('return_number')")
        ReturnedLetter.objects.create(
            addressee_number=found.addressee_number, return_id=number, run_id=found.run_id,
            letter_number=found.letter_number, attempt=attempt, document_name=found.document_name, cause=cause,
            stage=Stage.SEARCHING, sent_on=sent, returned_on=returned_on, registered_on=as_of, registered_by=officer,
            stop_id=stop,
        )  # fmt: skip
        _told("返戻を登録した", found.addressee_number, 返戻番号=int(number), 書類=found.document_name)
    return int(number)


def open_inquiry(return_id: int, kind: WhereaboutsInquiry.Kind, asked_of: str, *, asked_on: date, officer: str) -> int:
    """所在調査を始め、調査番号を返す。

    要件: F09-02
    """
    with transaction.atomic():
        found = _searching(return_id)
        _require_text(asked_of)
        if asked_on < found.returned_on:
            raise DayTooEarly(f"返戻日 {format_wareki(found.returned_on)}")
        (number,) = fetch_one("SELECT nextval('whereabouts_inquiry_number')")
        WhereaboutsInquiry.objects.create(
            addressee_number=found.addressee_number, inquiry_id=number, return_id=return_id, kind=kind,
            asked_of=asked_of.strip(), asked_on=asked_on, asked_by=officer,
        )  # fmt: skip
        _told("所在調査を始めた", found.addressee_number, 返戻番号=return_id, 調査番号=int(number))
    return int(number)


def answer_inquiry(
    inquiry_id: int, outcome: WhereaboutsInquiry.Outcome, answer: str, *, answered_on: date, officer: str
) -> None:
    """所在調査の答えを記録する。

    要件: F09-02
    """
    with transaction.atomic():
        asked = WhereaboutsInquiry.objects.select_for_update().filter(inquiry_id=inquiry_id).first()
        if asked is None:
            raise ReturnUnknown(f"調査番号 {inquiry_id}")
        if asked.outcome:
            raise InquiryAnswered(f"調査番号 {inquiry_id}")
        _require_text(answer)
        if answered_on < asked.asked_on:
            raise DayTooEarly(f"照会日 {format_wareki(asked.asked_on)}")
        WhereaboutsInquiry.objects.filter(inquiry_id=inquiry_id).update(
            outcome=outcome, answered_on=answered_on, reply=answer.strip(), answered_by=officer
        )
        _told("所在調査の答えを記録した", asked.addressee_number, 調査番号=inquiry_id, 結果=Outcome(outcome).label)


def resend(return_id: int, *, resent_on: date, officer: str) -> None:
    """再発送した日を記録する。督促状なら、差し押さえられる日を、その日から数え直す。

    要件: F09-01, F08-04
    """
    with transaction.atomic():
        found = _searching(return_id)
        if resent_on < found.returned_on:
            raise DayTooEarly(f"返戻日 {format_wareki(found.returned_on)}")
        _sent_again(found, resent_on, officer)
        _leave(found, Stage.RESENT, as_of=resent_on, officer=officer, resent_on=resent_on)
        _told("再発送を記録した", found.addressee_number, 返戻番号=return_id)


def close_return(return_id: int, *, note: str, as_of: date, officer: str) -> None:
    """返戻を終える（納付された、文書を取り消したなど）。

    要件: F09-01
    """
    with transaction.atomic():
        found = _searching(return_id)
        _require_text(note)
        if as_of < found.returned_on:
            raise DayTooEarly(f"返戻日 {format_wareki(found.returned_on)}")
        _leave(found, Stage.CLOSED, as_of=as_of, officer=officer, closing_note=note.strip(), closed_on=as_of)
        _told("返戻を終えた", found.addressee_number, 返戻番号=return_id)


def draft_publication(
    return_id: int, ground: ServicePublication.Ground, *, reason: str, kept_at: str, as_of: date, officer: str
) -> int:
    """公示送達を起案し、公示番号を返す。所在調査の記録がなければ断る。金額も住所も書かない。

    根拠: 地方税法第20条の2第1項・第2項
    要件: F09-03
    """
    with transaction.atomic():
        found = _searching(return_id)
        _require_text(reason)
        _require_text(kept_at)
        wanted = Outcome.UNKNOWN if ground == ServicePublication.Ground.WHEREABOUTS_UNKNOWN else Outcome.ABROAD
        outcomes = set(WhereaboutsInquiry.objects.filter(return_id=return_id).values_list("outcome", flat=True))
        if wanted not in outcomes or outcomes & {"", Outcome.FOUND}:
            raise NotInvestigated(f"返戻番号 {return_id}")
        (number,) = fetch_one("SELECT nextval('service_publication_number')")
        (name,) = fetch_one("SELECT name FROM addressee WHERE addressee_number = %s", [found.addressee_number])
        ServicePublication.objects.create(
            addressee_number=found.addressee_number, publication_id=number, return_id=return_id, ground=ground,
            name=name, document_name=found.document_name, kept_at=kept_at.strip(), reason=reason.strip(),
            state=PublicationState.DRAFTED, drafted_on=as_of, drafted_by=officer,
        )  # fmt: skip
        _told("公示送達を起案した", found.addressee_number, 公示番号=int(number))
    return int(number)


def post_publication(publication_id: int, *, posted_on: date, officer: str) -> date:
    """掲示を始めた日を記録し、送達とみなされる日を返す。起案した職員は掲示できない。

    根拠: 地方税法第20条の2第3項
    要件: F09-03, F08-04
    """
    with transaction.atomic():
        notice = _publication(publication_id)
        if notice.state != PublicationState.DRAFTED:
            raise PublicationSettled(PublicationState(notice.state).label)
        if notice.drafted_by == officer:
            raise SamePerson
        if posted_on < notice.drafted_on:
            raise DayTooEarly(f"起案日 {format_wareki(notice.drafted_on)}")
        found = _searching(notice.return_id)
        served = served_by_publication_on(posted_on)
        ServicePublication.objects.filter(publication_id=publication_id).update(
            state=PublicationState.POSTED, posted_on=posted_on, posted_by=officer, served_on=served
        )
        sent = paper(found.run_id, found.letter_number)
        if sent.is_demand and sent.live:
            record_publication(found.run_id, found.letter_number, published_on=posted_on, officer=officer)
        _leave(found, Stage.PUBLISHED, as_of=posted_on, officer=officer)
        _told("公示送達を掲示した", found.addressee_number, 公示番号=publication_id, 送達日=served.isoformat())
    return served


def take_down(publication_id: int, *, taken_down_on: date, officer: str) -> None:
    """掲示を外した日を記録する。送達の効力が生じる前は断る。

    要件: F09-03
    """
    with transaction.atomic():
        notice = _publication(publication_id)
        if notice.state != PublicationState.POSTED or notice.taken_down_on or notice.served_on is None:
            raise PublicationSettled(PublicationState(notice.state).label)
        if taken_down_on < notice.served_on:
            raise TakenDownTooEarly(f"送達とみなす日 {format_wareki(notice.served_on)}")
        ServicePublication.objects.filter(publication_id=publication_id).update(taken_down_on=taken_down_on)
        _told("公示送達の掲示を外した", notice.addressee_number, 公示番号=publication_id, 職員=officer)


def cancel_publication(publication_id: int, *, reason: str, officer: str) -> None:
    """掲示する前の公示送達を取りやめる。

    要件: F09-03
    """
    with transaction.atomic():
        notice = _publication(publication_id)
        if notice.state != PublicationState.DRAFTED:
            raise PublicationSettled(PublicationState(notice.state).label)
        _require_text(reason)
        ServicePublication.objects.filter(publication_id=publication_id).update(
            state=PublicationState.CANCELLED, cancel_reason=reason.strip()
        )
        _told("公示送達を取りやめた", notice.addressee_number, 公示番号=publication_id, 職員=officer)


def record_service(code: tuple[int, int], delivery: Delivery, *, officer: str) -> int:
    """書留・特別送達・交付などの送達を記録し、送達記録番号を返す。調査中の返戻があれば、その文書は送達されたことになる。

    根拠: 地方税法第20条第1項から第3項まで
    要件: F09-05
    """
    with transaction.atomic():
        found = paper(*code)
        _require_delivery(found, delivery)
        (number,) = fetch_one("SELECT nextval('service_record_number')")
        ServiceRecord.objects.create(
            addressee_number=found.addressee_number, record_id=number, run_id=found.run_id,
            letter_number=found.letter_number, document_name=found.document_name, method=delivery.method,
            tracking_number=delivery.tracking_number.strip(), delivered_on=delivery.delivered_on,
            place=delivery.place.strip(), received_by=delivery.received_by.strip(), note=delivery.note.strip(),
            officer=officer,
        )  # fmt: skip
        returned = ReturnedLetter.objects.filter(
            run_id=found.run_id, letter_number=found.letter_number, stage=Stage.SEARCHING
        ).first()
        if returned is not None:
            _sent_again(returned, delivery.delivered_on, officer)
            _leave(returned, Stage.SERVED, as_of=delivery.delivered_on, officer=officer)
        _told("送達を記録した", found.addressee_number, 送達記録番号=int(number), 方法=delivery.method.label)
    return int(number)


def _require_delivery(found: Paper, delivery: Delivery) -> None:
    mailed = {ServiceRecord.Method.REGISTERED, ServiceRecord.Method.SPECIAL, ServiceRecord.Method.CERTIFIED}
    handed = {ServiceRecord.Method.IN_PERSON, ServiceRecord.Method.SUBSTITUTE}
    needed = [delivery.place]
    if delivery.method in mailed:
        needed.append(delivery.tracking_number)
    if delivery.method in handed:
        needed.append(delivery.received_by)
    if delivery.method == ServiceRecord.Method.LEFT:
        needed.append(delivery.note)
    for each in needed:
        _require_text(each)
    if delivery.delivered_on < found.issued_on:
        raise DayTooEarly(f"発付日 {format_wareki(found.issued_on)}")


def _sent_again(found: ReturnedLetter, on: date, officer: str) -> None:
    """督促状なら、発した日をその日として数え直す。"""
    sent = paper(found.run_id, found.letter_number)
    if sent.is_demand and sent.live:
        record_resending(found.run_id, found.letter_number, resent_on=on, officer=officer, attempt=found.attempt)


def _leave(found: ReturnedLetter, stage: ReturnedLetter.Stage, *, as_of: date, officer: str, **facts: object) -> None:
    """調査中でなくなる。同じ停止で調べている返戻がほかになければ、督促の停止を解く。"""
    ReturnedLetter.objects.filter(return_id=found.return_id).update(stage=stage, **facts)
    still = ReturnedLetter.objects.filter(
        addressee_number=found.addressee_number, stop_id=found.stop_id, stage=Stage.SEARCHING
    )
    if found.stop_id is not None and not still.exists():
        release_stop(found.stop_id, as_of=max(as_of, found.registered_on), officer=officer)


def _searching(return_id: int) -> ReturnedLetter:
    found = ReturnedLetter.objects.select_for_update().filter(return_id=return_id).first()
    if found is None:
        raise ReturnUnknown(f"返戻番号 {return_id}")
    if found.stage != Stage.SEARCHING:
        raise ReturnSettled(Stage(found.stage).label)
    return found


def _publication(publication_id: int) -> ServicePublication:
    found = ServicePublication.objects.select_for_update().filter(publication_id=publication_id).first()
    if found is None:
        raise ReturnUnknown(f"公示番号 {publication_id}")
    return found


def _require_text(text: str) -> None:
    if not text.strip():
        raise TextMissing
    if holds_personal_number(text):
        raise NumberWritten


def _told(act: str, addressee_number: str, **detail: str | int) -> None:
    record(act, subjects=[addressee_number], fields=list(FACTS), detail=dict(detail))
