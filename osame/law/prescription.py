"""徴収権の消滅時効はいつ満了するか。出来事を日の順に当てる。

When the right to collect lapses, after every renewal and postponement in order.

条文: 地方税法第18条、第18条の2、第18条の3、第15条の7第4項・第5項、民法第147条から第152条まで。
含まないもの: 裁決・更正の請求の特例（第17条の6第1項）の起算（`statutory_due_date` にその日を渡す）。
執行停止は時効を止めない。令和2年3月31日以前の中断・停止も、更新・完成猶予と同じ日の数え方で扱う。
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from osame.kernel.dates import format_wareki
from osame.kernel.periods import day_after, day_before, days_inclusive, months_after, years_after
from osame.kernel.refusals import Refusal
from osame.law.claim import InvertedRange
from osame.law.demand import ten_days_passed_on
from osame.law.reading import StatutoryDueDate

TAX_YEARS, FEE_YEARS = 5, 2
_REMINDER_MONTHS = 6
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
    FRAUD 偽りその他不正の行為、PRINCIPAL_PAID 本税の完納（延滞金の時効にだけ効く）。

    根拠: 地方税法第18条の2、民法第148条・第150条・第152条
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


@dataclass(frozen=True, slots=True)
class Event:
    """時効に関わる出来事一つ。続いているものの終わり（`through`）は None。

    One event. `through` is the last day of what lasts: a notice's due date, a seizure's release, a grace's end.

    根拠: 地方税法第18条の2
    """

    kind: PrescriptionEvent
    on: date
    through: date | None = None

    def __post_init__(self) -> None:
        if self.through is not None and self.through < self.on:
            raise InvertedRange(f"{self.kind.value} {self.on.isoformat()}～{self.through.isoformat()}")


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


@dataclass(frozen=True, slots=True)
class _Clock:
    """時効の進み具合。`run_from` から進行し、`pauses` の間は進まず、`held_through` までは完成しない。"""

    years: int
    run_from: date
    held_through: date
    pauses: tuple[tuple[date, date], ...] = ()
    pending: str | None = None
    is_reminded: bool = False
    is_demanded: bool = False

    @property
    def completes_on(self) -> date:
        """満了日。進まなかった日数だけ後になる。"""
        through, counted = years_after(day_before(self.run_from), self.years), day_before(self.run_from)
        for first, last in sorted(self.pauses):
            if first > through:
                break
            through += timedelta(days=days_inclusive(max(first, day_after(counted)), last))
            counted = max(counted, last)
        return max(through, self.held_through)

    def renewed(self, passed_on: date) -> "_Clock":
        """その日の翌日から新たに進行する。すでにそれより後から進行していれば変わらない。"""
        run_from = max(self.run_from, day_after(passed_on))
        return replace(self, run_from=run_from, is_reminded=False).held(passed_on)

    def held(self, through: date) -> "_Clock":
        return replace(self, held_through=max(self.held_through, through))


def prescription(
    statutory_due_date: date, events: Iterable[Event] = (), *, years: int = TAX_YEARS, of_charge: bool = False
) -> Prescription:
    """消滅時効の満了日を求める。

    The day prescription completes: `years` from the day after the statutory due date, moved by the events in order.

    満了した後の出来事は効かない。`of_charge` は延滞金の時効で、本税の完納の時から新たに進行する。
    援用を要せず、利益を放棄することもできない。

    根拠: 地方税法第18条第1項・第2項、地方税法第18条の2
    解釈: 猶予の間は進行しないので、猶予された日数だけ満了日が後になる。
    例:
    >>> prescription(date(2020, 6, 30)).completes_on
    datetime.date(2025, 6, 30)
    >>> prescription(date(2020, 6, 30), [Event(PrescriptionEvent.DEMAND, date(2020, 7, 20))]).completes_on
    datetime.date(2025, 7, 30)
    """
    start = day_after(statutory_due_date)
    clock = _Clock(years, start, statutory_due_date)
    steps = [f"起算日 {format_wareki(start)}、{years}年、満了日 {format_wareki(clock.completes_on)}"]
    for event in sorted(events, key=lambda each: (each.on, each.kind.value)):
        if clock.pending is None and event.on > clock.completes_on:
            steps.append(f"{format_wareki(event.on)} {event.kind.value}: 時効の完成後のため効力がない")
            continue
        clock, effect = _applied(clock, event, statutory_due_date, of_charge)
        steps.append(f"{format_wareki(event.on)} {event.kind.value}: {effect}")
    basis = ("地方税法第18条第1項・第2項", "地方税法第18条の2")
    if clock.pending is not None:
        steps.append(f"{clock.pending}が続く間は完成しない")
        return Prescription(None, None, tuple(steps), basis)
    completes_on = clock.completes_on
    steps.append(f"満了 {format_wareki(completes_on)}、{format_wareki(day_after(completes_on))}午前0時に消滅")
    return Prescription(completes_on, day_after(completes_on), tuple(steps), basis)


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


def extinguished_by_suspension_on(suspended_on: date) -> date:
    """執行停止が3年続いたとき、納税義務が消滅する日。

    The day the tax is extinguished when a suspension has lasted three years from the day after it.

    根拠: 地方税法第15条の7第4項、国税徴収法基本通達第153条関係15
    例:
    >>> extinguished_by_suspension_on(date(2023, 4, 10))
    datetime.date(2026, 4, 11)
    """
    return day_after(years_after(suspended_on, 3))


def _applied(clock: _Clock, event: Event, due: date, of_charge: bool) -> tuple[_Clock, str]:
    """出来事を一つ当てる。"""
    kind, renewal = event.kind, _renewal(event)
    if kind is PrescriptionEvent.DEMAND:
        if clock.is_demanded:
            return clock, "二度目の督促は効力がない"
        clock = replace(clock, is_demanded=True)
    if renewal is not None:
        return clock.renewed(renewal), f"{format_wareki(day_after(renewal))}から新たに進行"
    match kind:
        case PrescriptionEvent.SEIZURE | PrescriptionEvent.DISTRIBUTION_REQUEST:
            return replace(clock, pending=kind.value), "続く間は完成しない"
        case PrescriptionEvent.SEIZURE_CANCELLED:
            through = months_after(event.through or event.on, _REMINDER_MONTHS)
            return clock.held(through), f"{format_wareki(through)}まで完成猶予。更新はない"
        case PrescriptionEvent.REMINDER if clock.is_reminded and event.on <= clock.held_through:
            return clock, "猶予中の再度の催告は効力がない"
        case PrescriptionEvent.REMINDER:
            through = months_after(event.on, _REMINDER_MONTHS)
            return replace(clock.held(through), is_reminded=True), f"{format_wareki(through)}まで完成猶予"
        case PrescriptionEvent.GRACE:
            return _paused(clock, event)
        case PrescriptionEvent.FRAUD:
            free = years_after(due, _FRAUD_YEARS)
            return replace(clock, run_from=max(clock.run_from, day_after(free))), f"{format_wareki(free)}まで進行しない"
        case PrescriptionEvent.PRINCIPAL_PAID if of_charge:
            return clock.renewed(event.on), f"延滞金の時効は{format_wareki(day_after(event.on))}から新たに進行"
        case _:
            return clock, "時効は進行を続ける"


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
            return event.on
        case _:
            return None


def _paused(clock: _Clock, event: Event) -> tuple[_Clock, str]:
    if event.through is None:
        return replace(clock, pending=event.kind.value), "猶予の間は進行しない"
    pauses = (*clock.pauses, (event.on, event.through))
    return replace(clock, pauses=pauses), f"{format_wareki(event.through)}まで進行しない"
