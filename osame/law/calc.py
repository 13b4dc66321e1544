"""一行の問い（JSON）に、一行の答え（JSON）を返す。

One JSON object in, one JSON object out; the door for other programs. A bad line is answered with an error, not raised.

問い: `{"id", "kind", "inputs"}`。答え: `{"id", "result", "steps", "basis"}` または `{"id", "error"}`。
含まないもの: ファイルの読み書き（呼ぶ側が一行ずつ渡す）。
"""

import json
from collections.abc import Callable
from datetime import date

from osame.kernel.dates import format_wareki
from osame.kernel.money import Yen
from osame.kernel.periods import months_after
from osame.kernel.refusals import Refusal
from osame.law.calc_arrears import ARREARS_KINDS, Answer, Json
from osame.law.calc_inputs import Inputs, UnreadableQuestion
from osame.law.claim import ChargeClaim, Payment
from osame.law.delinquency_charge import Segment, delinquency_charge
from osame.law.due_date import explain_due_date
from osame.law.refund_interest import InterestSegment, refund_interest
from osame.law.rules import LOCAL_TAX, ChargeRule, flat_rule, with_first_period
from osame.law.steps import decimal_text
from osame.law.wage_seizure import ExemptAmounts, Wages, exempt_amounts_on, wage_seizure_exemption


class UnknownKind(Refusal):
    """その種類（kind）の計算はありません。種類の名前を確認してください。

    根拠: 地方税法第20条の4の2
    """


class OutOfCalendar(Refusal):
    """扱える日付の範囲を超えます。日付と月数を確認してください。

    根拠: 地方税法第20条の5第1項
    """


def answer(line: str) -> str:
    """一行の問いに答える。悪い問いには、その行にだけ誤りを答える。

    Answer one line of JSON with one line of JSON.

    根拠: 地方税法第20条の4の2、地方税法第17条の4、地方税法第20条の5、国税徴収法第76条
    例:
    >>> answer('{"id": "a", "kind": "due_date", "inputs": {"date": "2026-11-03"}}')[:45]
    '{"id": "a", "result": {"date": "2026-11-04"},'
    """
    key: object = None
    try:
        question = _question(line)
        key = _key(question)
        found = _answered(question)
    except Refusal as refusal:
        return _written({"id": key, "error": str(refusal)})
    except (OverflowError, ValueError):
        return _written({"id": key, "error": str(OutOfCalendar())})
    return _written({"id": key, "result": found.result, "steps": found.steps, "basis": found.basis})


def _question(line: str) -> Json:
    try:
        question = json.loads(line, object_pairs_hook=_no_repeats)
    except (ValueError, RecursionError):
        raise UnreadableQuestion("JSONとして読めない") from None
    if not isinstance(question, dict):
        raise UnreadableQuestion("一行に一つの {…} が要る")
    return question


def _key(question: Json) -> str | int:
    key = question.get("id")
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise UnreadableQuestion("id は文字または整数")
    try:
        str(key).encode()
    except UnicodeEncodeError:
        raise UnreadableQuestion("id に使えない文字がある") from None
    return key


def _answered(question: Json) -> Answer:
    kind = question.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise UnknownKind(_quoted(kind))
    inputs = question.get("inputs")
    if not isinstance(inputs, dict):
        raise UnreadableQuestion("inputs は {…}")
    given = Inputs(inputs)
    found = _KINDS[kind](given)
    unused = given.unused()
    noted = (f"計算に使わなかった項目: {'、'.join(map(_quoted, unused))}",) if unused else ()
    return Answer(found.result, found.steps + noted, found.basis)


def _delinquency_charge(given: Inputs) -> Answer:
    payments = tuple(Payment(each.day("on"), each.yen("amount")) for each in given.objects("payments"))
    claim = ChargeClaim(given.yen("principal"), given.day("due_date"), payments)
    found = delinquency_charge(claim, as_of=given.day("as_of"), rule=_rule(given))
    segments = [_segment(each) for each in found.segments]
    return Answer({"segments": segments, "total": found.total, "final": found.final}, found.steps, found.basis)


def _rule(given: Inputs) -> ChargeRule:
    months = given.count("first_period_months", default=1)
    rate = given.rate("flat_rate")
    return with_first_period(LOCAL_TAX, months) if rate is None else flat_rule(rate)


def _refund_interest(given: Inputs) -> Answer:
    found = refund_interest(given.yen("amount"), given.day("first_day"), given.day("last_day"))
    segments = [_segment(each) for each in found.segments]
    return Answer({"segments": segments, "total": found.total, "final": found.final}, found.steps, found.basis)


def _segment(each: Segment | InterestSegment) -> Json:
    return {
        "from": each.first.isoformat(),
        "through": each.through.isoformat(),
        "days": each.days,
        "rate": decimal_text(each.rate),
        "base": each.base,
        "amount": each.amount,
    }


def _wage_seizure_exemption(given: Inputs) -> Answer:
    if given.has("deductions"):
        deductions: tuple[Yen, ...] = (given.yen("deductions"),)
    else:
        deductions = tuple(given.yen(name) for name in ("income_tax", "resident_tax", "social_insurance"))
    wages = Wages(given.yen("gross"), deductions, given.count("dependants"))
    found = wage_seizure_exemption(wages, _amounts(given), rounding=given.flag("rounding", default=True))
    items = {"item4": found.item4, "item5": found.item5, "exempt": found.exempt, "seizable": found.seizable}
    return Answer({**items}, found.steps, found.basis)


def _amounts(given: Inputs) -> ExemptAmounts:
    if given.has("self_amount") or given.has("dependant_amount"):
        return ExemptAmounts(given.yen("self_amount"), given.yen("dependant_amount"))
    return exempt_amounts_on(given.day("on"))


def _period_end(given: Inputs) -> Answer:
    start_after, months = given.day("start_after"), given.count("months")
    end = _ended(start_after, months)
    steps = (
        f"{format_wareki(start_after)}の翌日から{months}月",
        f"最後の月の応当日の前日（応当日がなければ末日） {format_wareki(end)}",
    )
    return Answer({"date": end.isoformat()}, steps, ("民法第140条", "民法第143条", "地方税法第20条の5第1項"))


def _ended(start_after: date, months: int) -> date:
    try:
        return months_after(start_after, months)
    except (OverflowError, ValueError):
        raise OutOfCalendar(f"{start_after.isoformat()}から{months}月") from None


def _due_date(given: Inputs) -> Answer:
    found = explain_due_date(given.day("date"))
    return Answer({"date": found.date.isoformat()}, found.steps, found.basis)


_KINDS: dict[str, Callable[[Inputs], Answer]] = {
    "delinquency_charge": _delinquency_charge,
    "refund_interest": _refund_interest,
    "wage_seizure_exemption": _wage_seizure_exemption,
    "period_end": _period_end,
    "due_date": _due_date,
    **ARREARS_KINDS,
}
KINDS = tuple(_KINDS)
"""答えられる種類。"""


def _no_repeats(pairs: list[tuple[str, object]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated name")
    return found


def _quoted(value: object) -> str:
    return json.dumps(value)[:80]


def _written(found: Json) -> str:
    return json.dumps(found, ensure_ascii=False)
