"""情報照会を、一段ずつ進める。許可証を求め、照会し、答えを受け、終わらせる。

Each sender moves the state in the transaction that writes the envelope; each handler locks the inquiry first, so whichever of a
late answer, a cancellation and the time limit comes first wins, and the others change nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from osame.contracts import national
from osame.contracts.certificates import Certificate
from osame.contracts.envelopes import body_of
from osame.contracts.national import CORE, Answer, Inquiry, Permit, PermitDecision, PermitRefused, PermitRequest
from osame.contracts.strict import parsed, plain
from osame.gateway.inquiries.actions import OPEN, Ending, State, end
from osame.gateway.inquiries.models import InformationInquiry
from osame.gateway.messaging.registry import ACCEPTED, ALREADY, Letter, Outgoing, Verdict, handles, refused, sends
from osame.gateway.symbols.actions import longest_pause, retry_seconds
from osame.gateway.symbols.queries import symbols
from osame.gateway.trust import parties
from osame.platform import bodies
from osame.platform.database import run_sql
from osame.platform.secret_keys import seal

ANSWER_KEY = "gateway-answer"
ENDINGS = {
    national.PROVIDED: State.ANSWERED,
    national.NOTHING: State.ANSWERED,
    national.REFUSED: State.REFUSED,
}


GRANT = """
UPDATE information_inquiry i SET state = '3', permit = told.permit::jsonb, permit_number = told.permit_number,
       route = told.route, next_attempt_at = %(now)s, attempts = 0
FROM unnest(%(numbers)s::text[], %(permits)s::text[], %(permit_numbers)s::text[], %(routes)s::text[])
     AS told(inquiry_number, permit, permit_number, route)
WHERE i.inquiry_number = told.inquiry_number
"""


def _due(states: Sequence[str], now: datetime, limit: int) -> list[InformationInquiry]:
    """送るべき照会を、鎖錠して引く。"""
    rows = InformationInquiry.objects.select_for_update(skip_locked=True).filter(
        state__in=states, next_attempt_at__lte=now
    )
    return list(rows.order_by("next_attempt_at")[:limit])


def _moved(rows: Sequence[InformationInquiry], state: str, now: datetime) -> None:
    """送ったことを記す。答えがなければ、間を倍にしながら送り直す。"""
    run_sql(
        "UPDATE information_inquiry SET state = %s, requested_at = coalesce(requested_at, %s), attempts = attempts + 1, "
        "next_attempt_at = %s + least(%s * power(2, attempts), %s) * interval '1 second' WHERE inquiry_number = ANY(%s)",
        [state, now, now, retry_seconds(), longest_pause(), [each.inquiry_number for each in rows]],
    )


@sends
def give_up(now: datetime, limit: int) -> list[Outgoing]:
    """期限の来た照会を、わけを付けて終わらせる。伝文は出さない。"""
    rows = list(
        InformationInquiry.objects.select_for_update(skip_locked=True).filter(state__in=OPEN, give_up_at__lte=now)[
            :limit
        ]
    )
    told = [
        Ending(
            str(each.inquiry_number),
            State.FAILED,
            "06",
            f"期限までに答えがありませんでした（{State(each.state).label}）",
        )
        for each in rows
    ]
    end(rows, told, at=now)
    return []


@sends
def ask_permits(now: datetime, limit: int) -> list[Outgoing]:
    """許可証を求める。"""
    rows = _due([State.REGISTERED, State.ASKED_PERMIT], now, limit)
    if not rows:
        return []
    core = parties.certificate_of(CORE)
    opened = symbols([str(each.unified_addressee_number) for each in rows])
    lost = [each for each in rows if each.unified_addressee_number not in opened]
    end(lost, [_lost_symbol(each) for each in lost], at=now)
    asking = [each for each in rows if each.unified_addressee_number in opened]
    _moved(asking, State.ASKED_PERMIT, now)
    return [
        Outgoing(
            national.PERMIT_REQUEST, core, str(each.inquiry_number),
            PermitRequest(
                str(each.inquiry_number), opened[str(each.unified_addressee_number)], str(each.provider),
                str(each.affair), str(each.procedure), str(each.item),
            ),
        )
        for each in asking
    ]  # fmt: skip


def _lost_symbol(row: InformationInquiry) -> Ending:
    return Ending(str(row.inquiry_number), State.FAILED, "06", "照会の前に、符号が失効しました。", "SymbolNotObtained")


@sends
def inquire(now: datetime, limit: int) -> list[Outgoing]:
    """許可証の出た照会を送る。期限の切れた許可証では送らず、求め直す。"""
    rows = _due([State.PERMITTED, State.ASKED, State.HELD], now, limit)
    routes: dict[str, Certificate] = {}
    outgoing, expired = [], []
    for each in rows:
        permit = parsed(Permit, each.permit)
        if each.state == State.PERMITTED and permit.valid_until <= now:
            expired.append(each)
            continue
        serial = str(each.route)
        if serial not in routes:
            routes[serial] = parties.certificate_of(str(each.provider))
        body = Inquiry(str(each.inquiry_number), permit, str(each.period_from), str(each.period_through))
        outgoing.append(Outgoing(national.INQUIRY, routes[serial], str(each.inquiry_number), body))
    _moved([each for each in rows if each.state == State.HELD], State.HELD, now)
    _moved([each for each in rows if each.state != State.HELD and each not in expired], State.ASKED, now)
    run_sql(
        "UPDATE information_inquiry SET state = '2', permit = NULL, next_attempt_at = %s WHERE inquiry_number = ANY(%s)",
        [now, [each.inquiry_number for each in expired]],
    )
    return outgoing


def _locked(numbers: Sequence[str]) -> dict[str, InformationInquiry]:
    rows = InformationInquiry.objects.select_for_update().filter(pk__in=list(numbers)).order_by("pk")
    return {str(each.inquiry_number): each for each in rows}


@handles(national.PERMIT_DECISION)
def permits(letters: Sequence[Letter], now: datetime) -> list[Verdict]:
    """許可証の交付か拒否。

    要件: F35-02
    """
    told = [body_of(PermitDecision, each.body) for each in letters]
    rows = _locked([each.inquiry_number for each in told])
    verdicts, granted, ended, endings = [], [], [], []
    for letter, decision in zip(letters, told, strict=True):
        row = rows.get(decision.inquiry_number)
        if letter.envelope.sender != CORE:
            verdicts.append(refused("コアシステムからの交付ではありません"))
        elif row is None:
            verdicts.append(refused("照会が見つかりません"))
        elif row.state != State.ASKED_PERMIT:
            verdicts.append(ALREADY)
        elif decision.permit is None:
            ended.append(row)
            endings.append(Ending(decision.inquiry_number, State.REFUSED, "03", decision.reason, decision.code))
            row.state = State.REFUSED
            verdicts.append(ACCEPTED)
        else:
            verdicts.append(_granted(row, decision, now))
            if verdicts[-1] is ACCEPTED:
                granted.append(row)
    run_sql(GRANT, {
        "now": now, "numbers": [each.inquiry_number for each in granted],
        "permits": [json.dumps(each.permit, ensure_ascii=False) for each in granted],
        "permit_numbers": [each.permit_number for each in granted], "routes": [each.route for each in granted],
    })  # fmt: skip
    end(ended, endings, at=now)
    return verdicts


def _granted(row: InformationInquiry, decision: PermitDecision, now: datetime) -> Verdict:
    permit, route = decision.permit, decision.route
    assert permit
    facts = (str(row.inquiry_number), bodies.current().institution, str(row.provider), str(row.affair), str(row.procedure), str(row.item))  # fmt: skip
    try:
        permit.refuse_unfit(parties.anchor(), now=now, facts=facts)
    except PermitRefused as refusal:
        return refused(str(refusal))
    if route is None or route.institution != row.provider or not parties.is_genuine(route):
        return refused("経路情報が提供者のものではありません")
    row.state, row.permit, row.permit_number = State.PERMITTED, plain(permit), permit.number
    row.route = route.serial
    return ACCEPTED


@handles(national.ANSWER)
def answers(letters: Sequence[Letter], now: datetime) -> list[Verdict]:
    """回答。照会の相手から、その許可証で来たものだけを受け入れる。

    要件: F35-02, F35-05
    """
    told = [body_of(Answer, each.body) for each in letters]
    rows = _locked([each.inquiry_number for each in told])
    verdicts: list[Verdict] = []
    ended: list[InformationInquiry] = []
    endings: list[Ending] = []
    done: set[str] = set()
    for letter, answer in zip(letters, told, strict=True):
        row = rows.get(answer.inquiry_number)
        verdict = _judge(row, letter, answer, done)
        verdicts.append(verdict)
        if verdict is not ACCEPTED or row is None:
            continue
        if answer.outcome == national.HELD:
            run_sql(
                "UPDATE information_inquiry SET state = '5', outcome = %s WHERE inquiry_number = %s AND state = '4'",
                [national.HELD, answer.inquiry_number],
            )
            continue
        done.add(answer.inquiry_number)
        ended.append(row)
        endings.append(_ending(row, answer))
    end(ended, endings, at=now)
    return verdicts


def _judge(row: InformationInquiry | None, letter: Letter, answer: Answer, done: set[str]) -> Verdict:
    if row is None:
        return refused("照会が見つかりません")
    if letter.envelope.sender != row.provider:
        return refused("照会した相手ではない機関からの回答です")
    if row.state not in {State.ASKED, State.HELD} or answer.inquiry_number in done:
        late = row.state in OPEN
        return refused("まだ照会していません") if late and answer.inquiry_number not in done else ALREADY
    if answer.permit_number != row.permit_number:
        return refused("照会と違う許可証の回答です")
    if answer.outcome not in ENDINGS and answer.outcome != national.HELD:
        return refused("回答の区分が分かりません")
    return ACCEPTED


def _ending(row: InformationInquiry, answer: Answer) -> Ending:
    text = json.dumps(answer.items, ensure_ascii=False)
    number = str(row.inquiry_number)
    sealed = seal(ANSWER_KEY, text, owner=number) if answer.outcome == national.PROVIDED else None
    return replace(
        Ending(number, ENDINGS[answer.outcome], answer.outcome, answer.reason),
        sealed=sealed, fields=_names(answer.items), provided_at=answer.decided_at,
        non_disclosure=answer.non_disclosure,
    )  # fmt: skip


def _names(items: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(items))
