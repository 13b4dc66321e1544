"""催告の文書。催告書（R-051）、差押予告（R-052）、最終催告・移管予告（R-053）、来庁のお願い・不在連絡票（R-055）。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.letters.actions import Draft, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.parameters.queries import CHARGE_NAMES
from osame.collection.payment_slips.actions import issue_carried_slips
from osame.collection.payment_slips.drawing import SlipPart, slip_drawings, slip_marks, slip_part
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.planning import MOST_TERMS, SlipRequest
from osame.collection.payment_slips.queries import Slip
from osame.collection.payment_slips.sample_slips import sample_part, sample_slip
from osame.collection.reminders.models import ReminderRun
from osame.collection.reminders.selection import ChosenPerson
from osame.kernel.dates import format_wareki
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all
from osame.platform.letters.engine import Drawn

FIRST_PAGE_ROWS, NEXT_PAGE_ROWS = 14, 36
SOURCE = "collection/reminders/typst/reminder.typ"
LEADS = {
    ReminderRun.Kind.GENERAL: "次の市税等が、督促状の指定期限を過ぎても納付されていません。期限までに納めてください。",
    ReminderRun.Kind.SEIZURE_WARNING: "次の市税等が納付されていないため、財産の差押えを予定しています。期限までに納めてください。",
    ReminderRun.Kind.FINAL: "これまで催告しましたが、次の市税等の納付も連絡もありません。この書面を最後の催告とします。",
    ReminderRun.Kind.TRANSFER_WARNING: "次の市税等が期限までに納付されないときは、滞納整理を三重地方税管理回収機構に引き継ぎます。",
    ReminderRun.Kind.EMPLOYER_WARNING: "次の市税等が期限までに納付されないときは、勤務先などに、給与その他の財産についての調査を行います。",
    ReminderRun.Kind.VISIT_REQUEST: "市税等のことで、お話を伺いたいことがあります。期限までに、収納の窓口にお越しください。",
    ReminderRun.Kind.ABSENCE: "本日お伺いしましたが、お会いできませんでした。期限までに、下の窓口へお電話をくださるか、お越しください。",
}
TITLES = {
    ReminderRun.Kind.GENERAL: "催告書", ReminderRun.Kind.SEIZURE_WARNING: "差押予告書", ReminderRun.Kind.FINAL: "最終催告書",
    ReminderRun.Kind.TRANSFER_WARNING: "移管予告書", ReminderRun.Kind.EMPLOYER_WARNING: "財産調査予告書",
    ReminderRun.Kind.VISIT_REQUEST: "来庁のお願い", ReminderRun.Kind.ABSENCE: "不在連絡票",
}  # fmt: skip
SILENT = {ReminderRun.Kind.VISIT_REQUEST: "お越しいただく期限", ReminderRun.Kind.ABSENCE: "ご連絡の期限"}
"""税目も額も載せない文書と、期限の見出し。請求ではないので、時効の催告にも、催告の回数にも数えない。"""
GENERAL_NOTE = (
    "延滞金は、期限の日に納めるものとして計算した額です。納める日によって変わります。行き違いで納付済みのときは、ご容赦ください。"
    "事情があって一度に納められないときは、期限までにご相談ください。"
)
SEIZURE_NOTE = (
    "督促状を発した日から起算して10日を経過した日までに完納されないときは、財産を差し押さえなければならないと定められています（地方税法第331条"
    "第1項第1号ほか）。期限までに納付も連絡もないときは、預貯金、給与、不動産などの財産を差し押さえます。"
)
FINAL_NOTE = (
    "期限までに納付も連絡もないときは、予告なく財産の調査と差押えを行います（地方税法第331条第1項ほか、第20条の11）。納付の相談は、期限までに"
    "限ります。行き違いで納付済みのときは、ご容赦ください。"
)
VISIT_NOTE = "この書面をお持ちください。お越しになれないときは、お電話でご都合をお知らせください。"


@dataclass(frozen=True, slots=True)
class RemindedRow:
    """催告する期別一つ。"""

    tax_item: str
    levy_year: str
    term: str
    due_date: str
    principal_tax: int
    demand_fee: int
    delinquency_charge: int


@dataclass(frozen=True, slots=True)
class ReminderLetter:
    """催告の文書の内容。 pages: 頁ごとの行。来庁のお願いと不在連絡票は、税目も額も載せない; until: 期限の見出し; slip: 添える納付書。

    納付書を添えるときは、一頁目の下に納付書、二頁目からに行を置く（一頁目の行は空）。
    """

    title: str
    lead: str
    deadline: str
    total: int
    pages: tuple[tuple[RemindedRow, ...], ...]
    until: str = "期限"
    slip: SlipPart | None = None


def _samples(kind: ReminderRun.Kind) -> tuple[SampleLetter, ...]:
    days = ("R7.6.30", "R7.9.1", "R7.10.31")
    rows = tuple(
        RemindedRow("市民税・県民税（普通徴収）", "令和7", f"{term}期", day, 30_000, 100, 1_500 - term * 300)
        for term, day in enumerate(days, start=1)
    )
    most = 999_999_999_999
    wide = RemindedRow(
        "固定資産税・都市計画税（土地・家屋・償却資産）", "令和7", "随時12期", "R7.12.25", most, most, most
    )
    if kind in SILENT:
        day = "令和8年8月3日"
        asked, absent = (ReminderLetter(TITLES[each], LEADS[each], day, 0, ((),), SILENT[each]) for each in SILENT)
        return (SampleLetter(asked, (day,)), SampleLetter(absent, (day,), hard=True))
    plain = ReminderLetter(TITLES[kind], LEADS[kind], "令和8年8月3日", 93_000, (rows,))
    hard = ReminderLetter(
        TITLES[kind],
        LEADS[kind],
        "令和8年12月31日",
        most,
        ((wide,) * FIRST_PAGE_ROWS, (wide,) * NEXT_PAGE_ROWS, (wide,)),
    )
    return (
        SampleLetter(plain, ("93,000円", "令和8年8月3日")),
        SampleLetter(hard, (f"{most:,}円", "令和8年12月31日"), pages=3, hard=True),
        *(_slipped_sample(kind, hard=each) for each in (False, True)),
    )


def _slipped_sample(kind: ReminderRun.Kind, *, hard: bool) -> SampleLetter:
    """納付書を添えた一通。"""
    slip = sample_slip(PaymentSlip.Kind.COMBINED, hard=hard)
    rows = tuple(
        RemindedRow(each.tax_name, "令和8", each.term_name, short_wareki(each.due_on), each.principal_tax, each.demand_fee,
                    each.delinquency_charge) for each in slip.shares
    )  # fmt: skip
    day, pages = format_wareki(slip.payable_through), ((), rows)
    told = ReminderLetter(TITLES[kind], LEADS[kind], day, slip.amount, pages, slip=sample_part(slip, hard=hard))
    return SampleLetter(told, slip_marks(slip), pages=2, hard=hard)


def _drawings(context: Mapping[str, Any]) -> Mapping[str, Drawn]:
    """添えた納付書の符号。"""
    return slip_drawings(context) if context["slip"] else {}


def _kind(form: str, kind: ReminderRun.Kind, name: str, note: str) -> LetterKind:
    return letter_kind(
        LetterKind(
            form=form, name=name, title=TITLES[kind], source=SOURCE, context=ReminderLetter, texts={f"{name}:注意": note},
            samples=lambda: _samples(kind), draws=_drawings,
        )
    )  # fmt: skip


GENERAL = _kind("R-051", ReminderRun.Kind.GENERAL, "催告書", GENERAL_NOTE)
SEIZURE_WARNING = _kind("R-052", ReminderRun.Kind.SEIZURE_WARNING, "差押予告書", SEIZURE_NOTE)
FINAL = _kind("R-053", ReminderRun.Kind.FINAL, "最終催告書", FINAL_NOTE)
VISIT_REQUEST = _kind("R-055", ReminderRun.Kind.VISIT_REQUEST, "来庁のお願い", VISIT_NOTE)
KINDS = {
    ReminderRun.Kind.GENERAL: GENERAL, ReminderRun.Kind.SEIZURE_WARNING: SEIZURE_WARNING, ReminderRun.Kind.FINAL: FINAL,
    ReminderRun.Kind.TRANSFER_WARNING: FINAL, ReminderRun.Kind.EMPLOYER_WARNING: SEIZURE_WARNING,
    ReminderRun.Kind.VISIT_REQUEST: VISIT_REQUEST, ReminderRun.Kind.ABSENCE: VISIT_REQUEST,
}  # fmt: skip


def send_reminders(
    kind: ReminderRun.Kind, people: Sequence[ChosenPerson], run_id: int, *, dates: tuple[date, date], officer: str,
    with_slips: bool = False,
) -> int:  # fmt: skip
    """催告の文書を作る。一人に一通、すべての税目をまとめて。束の番号を返す。 dates: 催告日と指定期限。

    with_slips: 催告する期別を一枚にした納付書を、同じ取引で発行して、文書の下に刷る。一枚に載らない数の期別なら、添えない。

    要件: F10-02, F10-08
    """
    as_of, deadline = dates
    names = _names([each.charge_id for person in people for each in person.charges])
    slips = _slips(people, run_id, dates, officer) if with_slips and kind not in SILENT else {}
    drafts = []
    for person in people:
        slip = slips.get(person.addressee_number)
        letter = _letter(kind, person, deadline, names, slip)
        taxes = {each.tax_item for each in person.charges}
        marks = (letter.deadline, f"{letter.total:,}円") if letter.total else (letter.deadline,)
        drafts.append(
            Draft(
                person.addressee_number, taxes.pop() if len(taxes) == 1 else "", letter, slip_marks(slip) if slip else marks,
                f"reminder:{run_id}", len(letter.pages),
            )
        )  # fmt: skip
    return freeze(KINDS[kind], drafts, as_of=as_of, officer=officer)


def _slips(people: Sequence[ChosenPerson], run_id: int, dates: tuple[date, date], officer: str) -> dict[str, Slip]:
    """一人に一枚の納付書を発行する。"""
    as_of, deadline = dates
    requests = [
        SlipRequest(
            each.addressee_number,
            tuple(one.charge_id for one in each.charges),
            deadline,
            reason=f"催告 {run_id} に添える",
        )
        for each in people
        if len(each.charges) <= MOST_TERMS
    ]
    if not requests:
        return {}
    return {
        each.slip.addressee_number: each.slip for each in issue_carried_slips(requests, as_of=as_of, officer=officer)
    }


def _letter(
    kind: ReminderRun.Kind, person: ChosenPerson, deadline: date, names: dict[int, tuple[str, str]], slip: Slip | None
) -> ReminderLetter:
    if kind in SILENT:
        return ReminderLetter(TITLES[kind], LEADS[kind], format_wareki(deadline), 0, ((),), SILENT[kind])
    rows = [
        RemindedRow(
            names[each.charge_id][0],
            format_wareki(date(each.levy_year, 4, 1)).partition("年")[0],
            names[each.charge_id][1], short_wareki(each.due_date), each.principal_tax, each.demand_fee,
            each.delinquency_charge,
        )
        for each in person.charges
    ]  # fmt: skip
    first = 0 if slip else FIRST_PAGE_ROWS
    rest = rows[first:]
    pages = [rows[:first], *(rest[at : at + NEXT_PAGE_ROWS] for at in range(0, len(rest), NEXT_PAGE_ROWS))]
    part = slip_part(slip, name=person.name) if slip else None
    total = slip.amount if slip else person.amount
    told = tuple(tuple(each) for each in pages)
    return ReminderLetter(TITLES[kind], LEADS[kind], format_wareki(deadline), total, told, slip=part)


def _names(charges: list[int]) -> dict[int, tuple[str, str]]:
    """期別番号 → （税目の名、期別の名）。"""
    rows = fetch_all(
        "SELECT c.charge_id, coalesce(t.name, c.tax_item), coalesce(n.name, c.installment_term || '期') FROM charge c "
        f"{CHARGE_NAMES} WHERE c.charge_id = ANY (%s)",
        [charges],
    )
    return {charge_id: (tax, term) for charge_id, tax, term in rows}
