"""徴収権の消滅時効はいつ満了するか。出来事を日の順に当てる。

When the right to collect lapses, after every renewal and postponement in order.

条文: 地方税法第18条、第18条の2、第18条の3、民法第147条から第152条まで、会社更生法第25条第8項、破産法第25条第8項。
含まないもの: 裁決・更正の請求の特例（第17条の6第1項）の起算（`statutory_due_date` にその日を渡す）、
執行停止の3年による消滅（`suspension.py`。執行停止は時効を止めない）。
令和2年3月31日以前の中断・停止も、更新・完成猶予と同じ日の数え方で扱う。
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import lru_cache

from osame.kernel.dates import format_wareki
from osame.kernel.periods import day_after, day_before, days_inclusive, months_after, years_after
from osame.kernel.refusals import Refusal
from osame.law.claim import InvertedRange
from osame.law.demand import ten_days_passed_on
from osame.law.reading import StatutoryDueDate

TAX_YEARS, FEE_YEARS = 5, 2
_REMINDER_MONTHS = 6
_PROHIBITION_MONTHS = 2
_FRAUD_YEARS = 2


class EndNotGiven(Refusal):
    """この出来事には、終わりの日（告知の納期限など）が要ります。

    根拠: 地方税法第18条の2第1項
    """


class PrescriptionEvent(Enum):
    """時効の更新・完成猶予の事由。

    What renews or postpones prescription.

    NOTICE 納付の告知、DEMAND 督促、DISTRIBUTION_REQUEST 交付要求（参加差押えを含む）、SEIZURE 差押え、
    SEIZURE_CANCELLED 取り消された差押え、SEARCH 捜索、ACKNOWLEDGEMENT 承認（納付誓約・猶予申請）、
    PART_PAYMENT 一部納付、REMINDER 催告、GRACE 徴収猶予・換価の猶予、SUSPENSION 執行停止、
    FRAUD 偽りその他不正の行為、PRINCIPAL_PAID 本税の完納（延滞金の時効にだけ効く）、
    PROHIBITION 包括的禁止命令（効力を失った日の翌日から2月は完成しない）。

    根拠: 地方税法第18条の2、民法第148条・第150条・第152条、会社更生法第25条第8項、破産法第25条第8項
    """

    NOTICE = "納付の告知"
    DEMAND = "督促"
    DISTRIBUTION_REQUEST = "交付要求"
    SEIZURE = "差押え"
    SEIZURE_CANCELLED = "差押えの取消し"
    SEARCH = "捜索"
    ACKNOWLEDGEMENT = "承認"
    PART_PAYMENT = "一部納付"
    REMINDER = "催告"
    GRACE = "猶予"
    SUSPENSION = "執行停止"
    FRAUD = "偽りその他不正の行為"
    PRINCIPAL_PAID = "本税の完納"
    PROHIBITION = "包括的禁止命令"


@dataclass(frozen=True, slots=True)
class Event:
    """時効に関わる出来事一つ。続いているものの終わり（`through`）は None。

    One event. `through` is the last day of what lasts: a notice's due date, a seizure's release, a grace's end.

    `notified_on` は、交付要求・捜索・第三者の財産の差押えのように、滞納者への通知がなければ効かないものの通知の日。
    通知が後なら通知の日から効く。催告の `on` は到達した日とする。

    根拠: 地方税法第18条の2第1項第3号、民法第154条、国税通則法基本通達第72条関係5
    """

    kind: PrescriptionEvent
    on: date
    through: date | None = None
    notified_on: date | None = None

    def __post_init__(self) -> None:
        if self.through is not None and self.through < self.on:
            raise InvertedRange(f"{self.kind.value} {self.on.isoformat()}～{self.through.isoformat()}")

    @property
    def effective_on(self) -> date:
        """効き始める日。"""
        return self.on if self.notified_on is None else max(self.on, self.notified_on)


@dataclass(frozen=True, slots=True)
class Prescription:
    """満了日と消滅の日。完成が猶予されている間はどちらも None。

    The last day of the period and the day the right is gone; both None while a pending act holds it open.

    根拠: 地方税法第18条第1項
    """

    completes_on: date | None
    extinguished_on: date | None
    steps: tuple[str, ...]
    basis: tuple[str, ...]


class _Clock:
    """時効の進み具合。`run_from` から進行し、`pauses` の間は進まず、`held_through` までは完成しない。"""

    __slots__ = ("held_through", "is_demanded", "pauses", "pending", "reminded_through", "run_from", "through", "years")

    def __init__(self, years: int, run_from: date, held_through: date) -> None:
        self.years = years
        self.run_from = run_from
        self.through = _years_through(day_before(run_from), years)
        self.held_through = held_through
        self.pauses: list[tuple[date, date]] = []
        self.pending: str | None = None
        self.reminded_through: date | None = None
        self.is_demanded = False

    @property
    def completes_on(self) -> date:
        """満了日。進まなかった日数だけ後になる。"""
        through, counted = self.through, day_before(self.run_from)
        for first, last in sorted(self.pauses):
            if first > through:
                break
            through += timedelta(days=days_inclusive(max(first, day_after(counted)), last))
            counted = max(counted, last)
        return max(through, self.held_through)

    def has_completed_before(self, day: date) -> bool:
        """その日より前に満了しているか。進まない期間は満了日を後にするだけなので、まずそれを除いて比べる。"""
        if self.pending is not None or day <= self.through or day <= self.held_through:
            return False
        return day > self.completes_on

    def renew(self, passed_on: date) -> None:
        """その日の翌日から新たに進行する。すでにそれより後から進行していれば変わらない。"""
        run_from = day_after(passed_on)
        if run_from > self.run_from:
            self.run_from, self.through = run_from, _years_through(passed_on, self.years)
        self.reminded_through = None
        self.hold(passed_on)

    def hold(self, through: date) -> None:
        """その日までは完成しない。"""
        self.held_through = max(self.held_through, through)


@lru_cache(maxsize=65_536)
def _years_through(passed_on: date, years: int) -> date:
    """同じ日から数える期別が多いので、一度求めた満了日を覚えておく。"""
    return years_after(passed_on, years)


_Effect = tuple[str, date | None]
"""出来事の働きの文と、その中の日。"""


def prescription(
    statutory_due_date: date, events: Iterable[Event] = (), *, years: int = TAX_YEARS, of_charge: bool = False
) -> Prescription:
    """消滅時効の満了日を求める。

    The day prescription completes: `years` from the day after the statutory due date, moved by the events in order.

    満了した後の出来事は効かない。`of_charge` は延滞金の時効で、本税の完納の時から新たに進行する。
    援用を要せず、利益を放棄することもできない。

    根拠: 地方税法第18条第1項・第2項、地方税法第18条の2
    解釈: 猶予の間は進行しないので、猶予された日数だけ満了日が後になる。
        催告による猶予の6月の間にされた再度の催告は、本来の満了日の前でも後でも効かないものとする（早く完成する側に読む）。
    例:
    >>> prescription(date(2020, 6, 30)).completes_on
    datetime.date(2025, 6, 30)
    >>> prescription(date(2020, 6, 30), [Event(PrescriptionEvent.DEMAND, date(2020, 7, 20))]).completes_on
    datetime.date(2025, 7, 30)
    """
    events = _in_order(events)
    start = _starts_on(statutory_due_date, events)
    clock = _Clock(years, start, statutory_due_date)
    steps = [f"起算日 {format_wareki(start)}、{years}年、満了日 {format_wareki(clock.completes_on)}"]
    effects = _run(clock, events, of_charge=of_charge)
    for event, (said, day) in zip(events, effects, strict=True):
        effect = said.format(format_wareki(day)) if day else said
        steps.append(f"{format_wareki(event.effective_on)} {event.kind.value}: {effect}")
    basis = ("地方税法第18条第1項・第2項", "地方税法第18条の2")
    if clock.pending is not None:
        steps.append(f"{clock.pending}が続く間は完成しない")
        return Prescription(None, None, tuple(steps), basis)
    completes_on = clock.completes_on
    steps.append(f"満了 {format_wareki(completes_on)}、{format_wareki(day_after(completes_on))}午前0時に消滅")
    return Prescription(completes_on, day_after(completes_on), tuple(steps), basis)


def prescription_completes_on(
    statutory_due_date: date, events: Iterable[Event] = (), *, years: int = TAX_YEARS, of_charge: bool = False
) -> date | None:
    """満了日だけを求める。説明の文を作らないので、全件の計算に使う。完成が猶予されている間は None。

    Only the day, without the words: for whole populations.

    根拠: 地方税法第18条第1項、地方税法第18条の2
    例:
    >>> prescription_completes_on(date(2020, 6, 30), [Event(PrescriptionEvent.PART_PAYMENT, date(2022, 3, 31))])
    datetime.date(2027, 3, 31)
    """
    events = _in_order(events)
    clock = _Clock(years, _starts_on(statutory_due_date, events), statutory_due_date)
    _run(clock, events, of_charge=of_charge)
    return None if clock.pending is not None else clock.completes_on


def cost_prescription(fixed_on: date, events: Iterable[Event] = ()) -> Prescription:
    """滞納処分費の時効。本税の法定納期限ではなく、その費用が確定し、徴収することができる日の翌日から数える。

    A disposition cost lapses on its own: five years from the day after it was fixed.

    根拠: 地方税法第18条第1項、地方税法第18条の2
    解釈: 費用は支出した日に確定する。本税の時効が更新しても、滞納処分費の時効は更新しない（従うのは延滞金だけ。第18条の2第5項）。
        `events` は、その費用を支出した処分の差押え・交付要求と、その費用に充てた配当とする。
    例:
    >>> cost_prescription(date(2026, 4, 10)).completes_on
    datetime.date(2031, 4, 10)
    >>> cost_prescription(date(2026, 4, 10), [Event(PrescriptionEvent.SEIZURE, date(2026, 4, 10), date(2027, 6, 1))]).completes_on
    datetime.date(2032, 6, 1)
    """
    return prescription(fixed_on, events)


def prescription_base_date(own: date, first_instalment: date, reading: StatutoryDueDate) -> date:
    """時効を起算する法定納期限を、団体の読み方で選ぶ。

    The statutory due date that starts prescription, by the municipality's reading.

    根拠: 地方税法第11条の4第1項、地方税法第18条第1項
    """
    return own if reading is StatutoryDueDate.EACH_INSTALMENT else first_instalment


def refund_claim_prescription(claimable_from: date) -> date:
    """過誤納金の還付請求権の時効の満了日。請求をすることができる日から5年。

    The last day to claim a refund.

    根拠: 地方税法第18条の3第1項
    解釈: 請求をすることができる日を起算日として算入する。
    例:
    >>> refund_claim_prescription(date(2021, 4, 1))
    datetime.date(2026, 3, 31)
    """
    return years_after(claimable_from - timedelta(days=1), TAX_YEARS)


def _in_order(events: Iterable[Event]) -> list[Event]:
    return sorted(events, key=lambda each: (each.effective_on, each.kind.value))


def _starts_on(due: date, events: Iterable[Event]) -> date:
    """起算日。偽りその他不正の行為があれば2年は進行しない。その間に告知をすれば、告知を発した日の翌日から進行する。"""
    start = day_after(due)
    if not any(each.kind is PrescriptionEvent.FRAUD for each in events):
        return start
    free = years_after(due, _FRAUD_YEARS)
    notices = [each.on for each in events if each.kind is PrescriptionEvent.NOTICE and due < each.on <= free]
    return day_after(min(notices, default=free))


def _run(clock: _Clock, events: Iterable[Event], *, of_charge: bool) -> list[_Effect]:
    """出来事を日の順に当て、働きを返す。"""
    effects: list[_Effect] = []
    for event in events:
        if clock.has_completed_before(event.effective_on):
            effects.append(("時効の完成後のため効力がない", None))
        else:
            effects.append(_applied(clock, event, of_charge=of_charge))
    return effects


def _applied(clock: _Clock, event: Event, *, of_charge: bool) -> _Effect:
    """出来事を一つ当てる。"""
    kind, renewal = event.kind, _renewal(event)
    if kind is PrescriptionEvent.DEMAND:
        if clock.is_demanded:
            return "二度目の督促は効力がない", None
        clock.is_demanded = True
    if renewal is not None:
        clock.renew(renewal)
        return "{}から新たに進行", day_after(renewal)
    match kind:
        case PrescriptionEvent.SEIZURE | PrescriptionEvent.DISTRIBUTION_REQUEST:
            clock.pending = kind.value
            return "続く間は完成しない", None
        case PrescriptionEvent.SEIZURE_CANCELLED:
            through = months_after(event.through or event.on, _REMINDER_MONTHS)
            clock.hold(through)
            return "{}まで完成猶予。更新はない", through
        case PrescriptionEvent.REMINDER:
            return _reminded(clock, event.effective_on)
        case PrescriptionEvent.GRACE:
            return _paused(clock, event)
        case PrescriptionEvent.PROHIBITION:
            return _prohibited(clock, event)
        case PrescriptionEvent.FRAUD:
            return "{}から進行", clock.run_from
        case PrescriptionEvent.PRINCIPAL_PAID if of_charge:
            clock.renew(event.on)
            return "延滞金の時効は{}から新たに進行", day_after(event.on)
        case _:
            return "時効は進行を続ける", None


def _reminded(clock: _Clock, on: date) -> _Effect:
    if clock.reminded_through is not None and on <= clock.reminded_through:
        return "猶予中の再度の催告は効力がない", None
    through = months_after(on, _REMINDER_MONTHS)
    clock.hold(through)
    clock.reminded_through = through
    return "{}まで完成猶予", through


def _prohibited(clock: _Clock, event: Event) -> _Effect:
    if event.through is None:
        clock.pending = event.kind.value
        return "続く間は完成しない", None
    through = months_after(event.through, _PROHIBITION_MONTHS)
    clock.hold(through)
    return "{}まで完成しない", through


def _renewal(event: Event) -> date | None:
    """更新の事由が終わった日。その翌日から新たに進行する。更新しないものは None。"""
    match event.kind:
        case PrescriptionEvent.NOTICE:
            if event.through is None:
                raise EndNotGiven(event.kind.value)
            return event.through
        case PrescriptionEvent.DEMAND:
            return event.through or ten_days_passed_on(event.on)
        case PrescriptionEvent.SEIZURE | PrescriptionEvent.DISTRIBUTION_REQUEST:
            return event.through
        case PrescriptionEvent.SEARCH | PrescriptionEvent.ACKNOWLEDGEMENT | PrescriptionEvent.PART_PAYMENT:
            return event.effective_on
        case _:
            return None


def _paused(clock: _Clock, event: Event) -> _Effect:
    if event.through is None:
        clock.pending = event.kind.value
        return "猶予の間は進行しない", None
    clock.pauses.append((event.on, event.through))
    return "{}まで進行しない", event.through
