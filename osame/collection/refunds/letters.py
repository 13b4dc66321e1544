"""還付と充当の通知（R-030〜R-035）。決議から内容を作り、凍らせる。

Which letter a decision needs follows from the decision: only set off, only refunded, both; the account known or asked for; the
person or the heirs. Whoever is asked for an account receives the claim form as the second page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from django.db import transaction

from osame.collection.letters.actions import Draft, NothingToSend, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.letters.samples import HARD, PLAIN
from osame.collection.refunds.actions import Act
from osame.collection.refunds.causes import Cause
from osame.collection.refunds.models import RefundPart, RefundPayee
from osame.collection.refunds.queries import DecisionSheet, PartLine, decision_sheet, outstanding
from osame.collection.refunds.queries import Wanted as ListWanted
from osame.kernel.dates import format_wareki
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all, run_sql

Use = RefundPart.Use
Row = TypeVar("Row")
State = RefundPayee.State
SOURCE = "collection/refunds/typst/refund_notice.typ"
FIRST_PAGE_ROWS, NEXT_PAGE_ROWS = 19, 36
HEADING_ROWS = 3  # 表の見出しの高さ（行）
MOST = 999_999_999_999  # 見本の、最も大きい額
APPEAL = (
    "この通知に係る処分に不服がある場合は、この通知書を受け取った日の翌日から起算して3月以内に、{mayor}に対して審査請求をすることが"
    "できます。処分の取消しの訴えは、審査請求に対する裁決の送達を受けた日の翌日から起算して6月以内に、{city}を被告として提起する"
    "ことができます（{city}を代表する者は{mayor}となります）。"
)
CLAIM = (
    "請求書に口座を記入し、返送してください。請求できる期限を過ぎると、時効により還付できなくなります（地方税法第18条の3）。"
    "市や金融機関の職員が、ATMの操作や暗証番号をお願いすることは、絶対にありません。"
)
TEXTS = {"還付充当:教示": APPEAL, "還付充当:請求": CLAIM}


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """過誤納金一つ。"""

    label: str
    cause: str
    paid_on: str
    amount: int
    interest: int


@dataclass(frozen=True, slots=True)
class TargetRow:
    """充当先一つ。科目ごとの額。"""

    label: str
    day: str
    principal_tax: int
    demand_fee: int
    delinquency_charge: int
    amount: int


@dataclass(frozen=True, slots=True)
class ShareRow:
    """受け取る者一人。"""

    name: str
    share: str
    amount: int


@dataclass(frozen=True, slots=True)
class NoticePage:
    """一頁に載せる行。過誤納金、充当先、相続人の順に置く。"""

    sources: tuple[NoticeRow, ...]
    targets: tuple[TargetRow, ...]
    heirs: tuple[ShareRow, ...]


@dataclass(frozen=True, slots=True)
class RefundNotice:
    """還付・充当の通知の内容。 account: 振込先（空なら請求をお願いする）; to_heirs: 相続人に宛てる。"""

    name: str
    decision: str
    decided_on: str
    overpaid: int
    interest: int
    appropriated: int
    payable: int
    expires_on: str
    account: str
    asks: bool
    to_heirs: bool
    pages: tuple[NoticePage, ...]


@dataclass(frozen=True, slots=True)
class RefundReminder:
    """還付請求の再通知の内容。"""

    name: str
    decision: str
    decided_on: str
    amount: int
    expires_on: str


def _kind(form: str, name: str, title: str) -> LetterKind:
    return letter_kind(
        LetterKind(
            form=form, name=name, title=title, source=SOURCE, context=RefundNotice, samples=partial(_samples, form),
            texts=TEXTS, ordered_by_law=True,
        )
    )  # fmt: skip


def _samples(form: str) -> tuple[SampleLetter, ...]:
    """見本。様式ごとに、振込先を知るか、充当があるか、相続人がいるかが違う。"""
    row = NoticeRow("固定資産税・都市計画税 令和8年度 2期", Cause.DOUBLE_PAYMENT.label, "R8.7.17", 30_000, 300)
    target = TargetRow("市民税・県民税（普通徴収） 令和8年度 1期", "R8.7.17", 9_000, 100, 200, 9_300)
    wide = NoticeRow(
        "国民健康保険税（普通徴収・介護納付金分） 令和12年度 随時12期", Cause.MISDIRECTED.label, "R8.12.25", 99_999_999_999,
        9_999_999_999,
    )  # fmt: skip
    far = TargetRow(wide.label, "R8.12.25", 99_999_999_999, 9_999_999, 9_999_999_999, 99_999_999_999)
    made = []
    for hard in (False, True):
        sources, targets = ([wide] * 20, [far] * 14) if hard else ([row], [target])
        name = (HARD if hard else PLAIN).name
        heirs = ("佐藤 花子", "佐藤 太郎")
        shares = [ShareRow(name, "1000/3000", MOST)] * 8 if hard else [ShareRow(heir, "1/2", 10_500) for heir in heirs]
        appropriated = MOST if hard else 9_300
        payable = MOST if hard else 30_300 if form in {"R-030", "R-031"} else 21_000
        notice = RefundNotice(
            "佐藤 一夫" if form == "R-035" and not hard else name, "123456", "令和8年12月25日", MOST if hard else 30_000, MOST if hard else 300,
            appropriated if form in {"R-032", "R-033"} else 0, 0 if form == "R-032" else payable, "令和13年12月31日",
            "架空中央信用農業協同組合連合会 城ヶ丘出張所 普通 ****567" if form == "R-030" else "",
            form in {"R-031", "R-033", "R-035"}, form == "R-035",
            _pages(sources, targets if form in {"R-032", "R-033"} else [], shares if form == "R-035" else []),
        )  # fmt: skip
        figure = notice.payable or notice.appropriated
        marks = (f"{figure:,}円", *((notice.expires_on,) if notice.payable and not notice.account else ()))
        made.append(SampleLetter(notice, marks, pages=len(notice.pages) + notice.asks, hard=hard))
    return tuple(made)


def _reminder_samples() -> tuple[SampleLetter, ...]:
    plain = RefundReminder(PLAIN.name, "12", "令和8年7月17日", 30_300, "令和13年7月17日")
    hard = RefundReminder(HARD.name, "123456789", "令和8年12月25日", MOST, "令和13年12月31日")
    return tuple(
        SampleLetter(each, (f"{each.amount:,}円", each.expires_on), pages=2, hard=each is hard)
        for each in (plain, hard)
    )


WITH_ACCOUNT = _kind("R-030", "過誤納金還付通知書", "過誤納金還付通知書")
WITH_CLAIM = _kind("R-031", "過誤納金還付通知書兼請求書", "過誤納金還付通知書")
APPROPRIATED = _kind("R-032", "過誤納金充当通知書", "過誤納金充当通知書")
COMBINED = _kind("R-033", "過誤納金還付充当通知書", "過誤納金還付充当通知書")
TO_HEIRS = _kind("R-035", "過誤納金還付通知書（相続人）", "過誤納金還付通知書")
REMINDER = letter_kind(
    LetterKind(
        form="R-034",
        name="還付請求再通知",
        title="還付金の請求について（再通知）",
        source="collection/refunds/typst/refund_reminder.typ",
        context=RefundReminder,
        samples=_reminder_samples,
        texts=TEXTS,
    )
)
# 充当先の科目ごとの額。その収納の、生きている割付けから。
SPLIT = """
SELECT p.part_number, sum(CASE WHEN e.credit = 2 THEN e.amount ELSE 0 END)::bigint,
       sum(CASE WHEN e.credit = 3 THEN e.amount ELSE 0 END)::bigint,
       sum(CASE WHEN e.credit = 4 THEN e.amount ELSE 0 END)::bigint
FROM refund_part p JOIN entry e ON e.charge_id = p.target_charge_id AND e.addressee_number = p.addressee_number
    AND e.receipt_key = p.target_receipt_key AND e.debit = 7 AND e.reverses IS NULL
WHERE p.addressee_number = %s AND p.decision_id = %s AND NOT EXISTS (
    SELECT 1 FROM entry r WHERE r.charge_id = e.charge_id AND r.addressee_number = e.addressee_number AND r.reverses = e.entry_id)
GROUP BY p.part_number ORDER BY p.part_number
"""
LABELS = """
SELECT p.part_number, coalesce(t.name, c.tax_item), c.levy_year, coalesce(n.name, c.installment_term || '期'), r.paid_on,
       coalesce(t2.name, c2.tax_item, ''), c2.levy_year, coalesce(n2.name, c2.installment_term || '期', '')
FROM refund_part p
JOIN charge c USING (charge_id, addressee_number)
JOIN receipt r USING (charge_id, receipt_key, addressee_number)
LEFT JOIN charge c2 ON c2.charge_id = p.target_charge_id AND c2.addressee_number = p.addressee_number
LEFT JOIN LATERAL (SELECT name FROM tax_item i WHERE i.tax_item = c.tax_item AND i.valid_from <= c.due_date
    ORDER BY i.valid_from DESC LIMIT 1) t ON true
LEFT JOIN LATERAL (SELECT name FROM tax_item i WHERE i.tax_item = c2.tax_item AND i.valid_from <= c2.due_date
    ORDER BY i.valid_from DESC LIMIT 1) t2 ON true
LEFT JOIN installment_term n ON (n.levy_year, n.tax_item, n.installment_term) = (c.levy_year, c.tax_item, c.installment_term)
LEFT JOIN installment_term n2 ON (n2.levy_year, n2.tax_item, n2.installment_term) = (c2.levy_year, c2.tax_item, c2.installment_term)
WHERE p.addressee_number = %s AND p.decision_id = %s ORDER BY p.part_number
"""


def send_notices(decisions: Iterable[int], *, act: Act) -> list[int]:
    """決議の通知を、様式ごとの束にして作り、通知日を記録する。束の番号を返す。

    要件: F05-06
    """
    with transaction.atomic():
        drafts: dict[str, list[Draft]] = {}
        for decision_id in decisions:
            sheet = decision_sheet(decision_id)
            if sheet.decision.state == "1":
                kind, draft = _draft(sheet)
                drafts.setdefault(kind.form, []).append(draft)
                run_sql(
                    "UPDATE refund_decision SET noticed_on = %s WHERE addressee_number = %s AND decision_id = %s",
                    [act.as_of, sheet.decision.addressee_number, decision_id],
                )
        if not drafts:
            raise NothingToSend("還付・充当の通知")
        by_form = {each.form: each for each in (WITH_ACCOUNT, WITH_CLAIM, APPROPRIATED, COMBINED, TO_HEIRS)}
        return [
            freeze(by_form[form], found, as_of=act.as_of, officer=act.officer) for form, found in sorted(drafts.items())
        ]


def unnoticed() -> list[int]:
    """まだ通知していない決議。"""
    rows = fetch_all("SELECT decision_id FROM refund_decision WHERE noticed_on IS NULL AND state = '1' ORDER BY 1")
    return [int(number) for (number,) in rows]


def send_reminders(*, act: Act, through: date) -> int:
    """`through` までに通知して、まだ請求のない人への再通知を作る。再通知日を記録する。束の番号を返す。

    要件: F05-07
    """
    with transaction.atomic():
        chosen = [
            each for each in outstanding(ListWanted.UNCLAIMED, as_of=act.as_of)
            if each.noticed_on and each.noticed_on <= through and each.expires_on >= act.as_of
        ]  # fmt: skip
        drafts = [
            Draft(
                each.addressee_number, "",
                RefundReminder(each.name, str(each.decision_id), format_wareki(each.decided_on), each.amount,
                               format_wareki(each.expires_on)),
                (f"{each.amount:,}円", format_wareki(each.expires_on)), f"refund_decision:{each.decision_id}", 2,
            )
            for each in chosen
        ]  # fmt: skip
        for each in chosen:
            run_sql(
                "UPDATE refund_payee SET reminded_on = %s WHERE addressee_number = %s AND decision_id = %s "
                "AND payee_number = %s",
                [act.as_of, each.addressee_number, each.decision_id, each.payee_number],
            )
        return freeze(REMINDER, drafts, as_of=act.as_of, officer=act.officer)


def _draft(sheet: DecisionSheet) -> tuple[LetterKind, Draft]:
    decision = sheet.decision
    labels = {row[0]: row[1:] for row in fetch_all(LABELS, [decision.addressee_number, decision.decision_id])}
    split = {row[0]: row[1:] for row in fetch_all(SPLIT, [decision.addressee_number, decision.decision_id])}
    payees = [each for each in sheet.payees if each.state != State.CANCELLED]
    heirs = [each for each in payees if each.kind in {"2", "3"}]
    account = next((each.account for each in payees if each.kind == "1" and each.account), "")
    asks = bool(payees) and not account
    sources = [
        NoticeRow(_named(labels[each.part_number][:3]), _cause(each), short_wareki(labels[each.part_number][3]),
                  each.amount, each.interest)
        for each in sheet.parts if each.use != Use.INTEREST_APPROPRIATION
    ]  # fmt: skip
    targets = [
        _target(each, labels[each.part_number], split.get(each.part_number, (0, 0, 0)))
        for each in sheet.parts
        if each.target
    ]
    context = RefundNotice(
        name=decision.name, decision=str(decision.decision_id), decided_on=format_wareki(decision.decided_on),
        overpaid=sum(each.amount for each in sources), interest=decision.interest, appropriated=decision.appropriated,
        payable=decision.payable, expires_on=format_wareki(max(each.expires_on for each in sheet.parts)),
        account=account, asks=asks, to_heirs=bool(heirs),
        pages=_pages(sources, targets, [ShareRow(each.name, each.share, each.amount) for each in heirs]),
    )  # fmt: skip
    figure = decision.payable or decision.appropriated
    subject = f"refund_decision:{decision.decision_id}"
    pages = len(context.pages) + asks
    return _kind_of(context), Draft(decision.addressee_number, "", context, (f"{figure:,}円",), subject, pages)


def _kind_of(context: RefundNotice) -> LetterKind:
    if context.to_heirs:
        return TO_HEIRS
    if not context.payable:
        return APPROPRIATED
    if context.appropriated:
        return COMBINED
    return WITH_CLAIM if context.asks else WITH_ACCOUNT


def _pages(sources: list[NoticeRow], targets: list[TargetRow], heirs: list[ShareRow]) -> tuple[NoticePage, ...]:
    """一頁目に入るだけを入れ、残りを次の頁へ。"""
    pages: list[NoticePage] = []
    room = FIRST_PAGE_ROWS
    while sources or targets or heirs or not pages:
        some, room = _taken(sources, room)
        aims, room = _taken(targets, room)
        shares, _ = _taken(heirs, room)
        pages.append(NoticePage(some, aims, shares))
        sources, targets, heirs = sources[len(some) :], targets[len(aims) :], heirs[len(shares) :]
        room = NEXT_PAGE_ROWS
    return tuple(pages)


def _taken(rows: list[Row], room: int) -> tuple[tuple[Row, ...], int]:
    """見出しとともに置ける行と、残りの行数。"""
    taken = tuple(rows[: max(0, room - HEADING_ROWS)])
    return taken, room - len(taken) - HEADING_ROWS if taken else room


def _named(parts: tuple[str, int, str]) -> str:
    tax, year, term = parts
    return f"{tax} {format_wareki(date(year, 4, 1)).split('年')[0]}年度 {term}"


def _cause(part: PartLine) -> str:
    return str(Cause(part.cause).label)


def _target(part: PartLine, label: tuple[str, int, str, date, str, int, str], split: tuple[int, int, int]) -> TargetRow:
    principal, fee, charge = split
    day = short_wareki(part.appropriated_on) if part.appropriated_on else ""
    return TargetRow(_named((label[4], label[5], label[6])), day, principal, fee, charge, part.amount)
