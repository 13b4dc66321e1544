"""情報照会の行い。受け付け、取りやめ、結果を業務に引き渡す。

One business system's record key is one inquiry for ever: registering it again with the same content changes nothing, with other
content is refused. Its number is made from body, system and key, so an inquiry that is registered again after a restored backup is the
same inquiry to the whole network, and gets the same permit and the same answer.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from osame.gateway.affair_rights.queries import Affairs, Deed, NoAffairRight, Officer, standing
from osame.gateway.exchange_records import recording
from osame.gateway.exchange_records.recording import Direction, Facts
from osame.gateway.inquiries.models import Cancellation, InformationInquiry
from osame.gateway.symbols.actions import SymbolNotObtained
from osame.gateway.symbols.queries import obtained
from osame.gateway.trust.queries import Allowed, names_of, what_is_allowed
from osame.kernel.refusals import Refusal
from osame.platform import bodies
from osame.platform.audit.recording import record, written
from osame.platform.database import Question, at_once, run_sql

State = InformationInquiry.State
OPEN = (State.REGISTERED, State.ASKED_PERMIT, State.PERMITTED, State.ASKED, State.HELD)
GIVE_UP_SECONDS = 7 * 86_400


class RecordKeyUsed(Refusal):
    """「レコード識別番号」が既に存在しています。内容の違う照会には、別の番号を付けてください。"""


class NoSuchInquiry(Refusal):
    """その照会はありません。レコード識別番号と、照会した業務システムを確かめてください。"""


class InquiryWithoutCase(Refusal):
    """受付番号のない照会はできません。照会のもとになる事案を指定してください。"""


class NotYetAnswered(Refusal):
    """この照会の結果は、まだ届いていません。しばらくしてから、もう一度求めてください。"""


class NotTheAsker(Refusal):
    """この照会の結果は、照会した事案の受付番号でだけ受け取れます。受付番号を確かめてください。"""


class AnswerErased(Refusal):
    """この照会の結果は、保存の期限が来たので消しました。要るときは、もう一度照会してください。"""


Stored = tuple[str, str, str, str, str]
"""受け付けてある照会の、照会番号・内容のハッシュ・状態・断りの番号・わけ。"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """照会の内容。"""

    record_key: str
    unified: str
    addressee: str = ""
    case: str
    department: str = ""
    officer: str
    affair: str
    procedure: str
    provider: str
    item: str
    period_from: str = ""
    period_through: str = ""
    non_disclosure: bool = False

    def content_hash(self) -> str:
        """内容のハッシュ。頼んだ職員と部署は含めない。"""
        facts = [getattr(self, name) for name in self.__dataclass_fields__ if name not in {"officer", "department"}]
        return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Taken:
    """受付の結果。断られたら、番号と理由が入る。"""

    record_key: str
    inquiry_number: str
    state: str
    code: str = ""
    reason: str = ""


def inquiry_number(system: str, record_key: str) -> str:
    """照会番号。団体・業務システム・レコード識別番号から決まる。"""
    body = bodies.current().institution
    return hashlib.sha256(f"{body}\0{system}\0{record_key}".encode()).hexdigest()[:40]


WRITE = """
INSERT INTO information_inquiry SELECT * FROM json_populate_recordset(NULL::information_inquiry, %s)
ON CONFLICT DO NOTHING RETURNING record_key
"""
KNOWN = """
SELECT record_key, inquiry_number, content_hash, state, code, reason FROM information_inquiry
WHERE system = %s AND record_key = ANY(%s)
"""


def register(orders: Sequence[Order], *, system: str, at: datetime) -> list[Taken]:
    """照会を受け付ける。許されないものも、断ったことを残す。並びは求めのとおり。

    要件: F35-02, F36-13
    """
    with transaction.atomic(savepoint=False):
        stored, rows = judged(orders, system=system, at=at)
        while not _written(orders, rows):  # 同じときに、ほかの求めが登録した。もう一度、初めから判断する
            stored, rows = judged(orders, system=system, at=at)
        refused = [each for each in rows if each.state == State.REFUSED]
        _record(refused, [None] * len(refused), at=at)
    stored |= {each.record_key: _stored(each) for each in rows}
    return [_taken(each, stored[each.record_key]) for each in orders]


def judged(orders: Sequence[Order], *, system: str, at: datetime) -> tuple[dict[str, Stored], list[InformationInquiry]]:
    """もう受け付けている照会と、新しい照会を受け付けるか断るかを決めた行。何も書かない。取引の中で呼ぶ。

    要件: F35-02, F35-09, F36-13
    """
    keys = [each.record_key for each in orders]
    stored, have, rules, affairs = at_once(
        Question(KNOWN, [system, keys], _by_key),
        obtained([each.unified for each in orders]),
        what_is_allowed(at=at),
        standing(system, [each.officer for each in orders], Deed.ORDER, on=at.date()),
    )
    fresh = {each.record_key: each for each in reversed(orders) if each.record_key not in stored}
    return stored, _judged(list(fresh.values()), (system, at), Grounds(have, rules, affairs))


def _by_key(rows: Sequence[tuple[str, ...]]) -> dict[str, Stored]:
    return {row[0]: (row[1], row[2], row[3], row[4], row[5]) for row in rows}


def _stored(row: InformationInquiry) -> Stored:
    return str(row.inquiry_number), str(row.content_hash), str(row.state), str(row.code), str(row.reason)


def _written(orders: Sequence[Order], rows: Sequence[InformationInquiry]) -> bool:
    """新しい照会と、受け付けたことを書く。一つでもほかの求めに先を越されていれば、何も書かずに偽を返す。"""
    names = [each.attname for each in InformationInquiry._meta.concrete_fields]
    told = [{name: getattr(row, name) for name in names} for row in rows]
    refused = sum(each.state == State.REFUSED for each in rows)
    _, inserted, _ = at_once(
        Question("SAVEPOINT inquiries_written"),
        Question(WRITE, [json.dumps(told, default=str)]),
        written(
            "情報照会を受け付けた",
            subjects=[each.unified_addressee_number for each in rows if each.unified_addressee_number][:1000],
            detail={"件数": len(orders), "新しい件数": len(rows), "断った件数": refused},
        ),
    )
    if len(inserted) < len(rows):
        run_sql("ROLLBACK TO SAVEPOINT inquiries_written")
    return len(inserted) == len(rows)


def _taken(order: Order, stored: Stored) -> Taken:
    number, content, state, code, reason = stored
    if content != order.content_hash():
        return Taken(order.record_key, "", State.REFUSED, RecordKeyUsed.__name__, RecordKeyUsed.message())
    return Taken(order.record_key, number, state, code, reason)


@dataclass(frozen=True, slots=True)
class Grounds:
    """受け付けるか断るかを決めるもと。 have: 符号のある人; rules: 照合リストと照会できる事務; affairs: 職員の事務の権限。"""

    have: frozenset[str]
    rules: Allowed | Refusal
    affairs: Affairs


def _judged(orders: Sequence[Order], source: tuple[str, datetime], grounds: Grounds) -> list[InformationInquiry]:
    """受け付けるか断るかを決めた行。 source: 業務システムと、受けた時刻。"""
    system, at = source
    terms = bodies.current().terms
    give_up = at + timedelta(seconds=terms.get("give_up_seconds", GIVE_UP_SECONDS))
    made = []
    for each in orders:
        refusal_of = _refusal(each, system, grounds)
        made.append(
            InformationInquiry(
                inquiry_number=inquiry_number(system, each.record_key), system=system, record_key=each.record_key,
                content_hash=each.content_hash(), department=each.department, officer=each.officer,
                case_number=each.case, addressee_number=each.addressee, unified_addressee_number=each.unified,
                affair=each.affair, procedure=each.procedure, provider=each.provider, item=each.item,
                period_from=each.period_from, period_through=each.period_through,
                non_disclosure=each.non_disclosure, state=State.REFUSED if refusal_of else State.REGISTERED,
                code=type(refusal_of).__name__[:20] if refusal_of else "", reason=str(refusal_of or ""),
                registered_at=at, ended_at=at if refusal_of else None, next_attempt_at=None if refusal_of else at,
                give_up_at=give_up, outcome="03" if refusal_of else "",
            )
        )  # fmt: skip
    return made


def _refusal(order: Order, system: str, grounds: Grounds) -> Refusal | None:
    """断るわけ。なければ None。"""
    if not order.case.strip():
        return InquiryWithoutCase()
    if isinstance(grounds.rules, Refusal):
        return grounds.rules
    try:
        grounds.rules.refuse(system, order.affair, order.procedure, order.provider, order.item)
    except Refusal as refusal:
        return refusal
    if not grounds.affairs.allow(Officer(system, order.officer, order.department), order.affair, order.item):
        return NoAffairRight(f"{order.officer}　{order.affair}")
    return None if order.unified in grounds.have else SymbolNotObtained()


def _facts(row: InformationInquiry, names: Mapping[str, str], how: "Ending | None") -> Facts:
    """照会の、情報提供等記録。"""
    body = bodies.current()
    return Facts(
        direction=Direction.INQUIRED, inquiry_number=str(row.inquiry_number), permit_number=str(row.permit_number),
        inquirer=body.institution, inquirer_name=body.name, provider=str(row.provider),
        provider_name=names.get(str(row.provider), str(row.provider)), affair=str(row.affair),
        procedure=str(row.procedure), item=str(row.item), fields=how.fields if how else (),
        requested_at=row.requested_at or row.registered_at, provided_at=how.provided_at if how else None,
        outcome=how.outcome if how else str(row.outcome), reason=how.reason if how else str(row.reason),
        non_disclosure=bool(row.non_disclosure or (how and how.non_disclosure)),
        unified_addressee_number=str(row.unified_addressee_number),
    )  # fmt: skip


def _record(rows: "Sequence[InformationInquiry]", endings: "Sequence[Ending | None]", *, at: datetime) -> None:
    """終わった照会を記録する。"""
    if not rows:
        return
    names = names_of({str(row.provider) for row in rows})
    recording.write([_facts(row, names, how) for row, how in zip(rows, endings, strict=True)], at=at)


@dataclass(frozen=True, slots=True)
class Ending:
    """照会の終わり方。 sealed: 回答（暗号）; fields: 回答の項目の名。"""

    inquiry_number: str
    state: State
    outcome: str
    reason: str
    code: str = ""
    sealed: bytes | None = None
    fields: tuple[str, ...] = ()
    provided_at: datetime | None = None
    non_disclosure: bool = False


END = """
UPDATE information_inquiry i SET state = told.state, outcome = told.outcome, reason = told.reason, code = told.code,
       answer = told.answer, non_disclosure = i.non_disclosure OR told.non_disclosure, ended_at = %(at)s,
       next_attempt_at = NULL, permit = NULL, keep_until = %(keep)s
FROM unnest(%(numbers)s::text[], %(states)s::text[], %(outcomes)s::text[], %(reasons)s::text[], %(codes)s::text[],
            %(answers)s::bytea[], %(hidden)s::boolean[])
     AS told(inquiry_number, state, outcome, reason, code, answer, non_disclosure)
WHERE i.inquiry_number = told.inquiry_number
"""


def end(rows: Sequence[InformationInquiry], endings: Sequence[Ending], *, at: datetime) -> None:
    """照会を終わらせ、同じ取引で記録する。行は、鎖錠して開いていることを確かめたもの。

    要件: F35-02, F35-05
    """
    if not rows:
        return
    run_sql(
        END,
        {
            "at": at, "keep": (at + timedelta(days=bodies.current().terms.get("answer_days", 30))).date(),
            "numbers": [each.inquiry_number for each in endings], "states": [str(each.state) for each in endings],
            "outcomes": [each.outcome for each in endings], "reasons": [each.reason for each in endings],
            "codes": [each.code for each in endings], "answers": [each.sealed for each in endings],
            "hidden": [each.non_disclosure for each in endings],
        },
    )  # fmt: skip
    _record(rows, endings, at=at)


def cancel(record_key: str, *, system: str, reason: str, at: datetime) -> str:
    """照会を取りやめる。結果が先に届いていれば、取りやめずに断る。

    要件: F35-02
    """
    with transaction.atomic():
        row = InformationInquiry.objects.select_for_update().filter(system=system, record_key=record_key).first()
        if row is None:
            raise NoSuchInquiry(record_key)
        cancelled = row.state in OPEN
        Cancellation.objects.create(
            inquiry_number=row.inquiry_number, cancelled=cancelled, reason=reason.strip() or "業務からの取りやめ",
            asked_at=at,
        )  # fmt: skip
        if cancelled:
            how = Ending(str(row.inquiry_number), State.CANCELLED, "05", reason.strip() or "業務からの取りやめ")
            end([row], [how], at=at)
            row.state = State.CANCELLED
        record(
            "情報照会を取りやめた" if cancelled else "情報照会の取りやめが間に合わなかった",
            subjects=[str(row.unified_addressee_number)],
        )
    return str(row.state)


def delivered(rows: Sequence[InformationInquiry], *, at: datetime) -> None:
    """結果を業務に引き渡したことを記す。

    要件: F35-02
    """
    with transaction.atomic():
        run_sql(
            "UPDATE information_inquiry SET state = '7', delivered_at = coalesce(delivered_at, %s) "
            "WHERE inquiry_number = ANY(%s) AND state = '6'",
            [at, [each.inquiry_number for each in rows]],
        )
        record(
            "情報照会の結果を引き渡した",
            subjects=[str(each.unified_addressee_number) for each in rows],
            detail={"件数": len(rows)},
        )


def erase_answers(*, as_of: date) -> int:
    """保存の期限が来た回答を消す。照会があったことと記録は残る。

    要件: F35-10, F36-09
    """
    with transaction.atomic():
        gone = run_sql(
            "UPDATE information_inquiry SET answer = NULL WHERE answer IS NOT NULL AND keep_until < %s", [as_of]
        )
        record("保存期間の過ぎた照会結果を消した", detail={"件数": gone})
    return gone
