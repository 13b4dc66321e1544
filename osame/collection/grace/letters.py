"""猶予の通知書（R-072・R-073）と、担保・納付の委託の書面（R-075）。申請書の用紙は `application_letters.py` にある。"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from osame.collection.grace.application_letters import APPLICATIONS
from osame.collection.grace.queries import GracedCharge, GraceFile, SecurityLine
from osame.collection.letters.actions import Draft, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.parameters.overview import year_name
from osame.kernel.dates import format_wareki
from osame.law.dispositions import Procedure
from osame.platform.console.fields import short_wareki
from osame.platform.letters.window import width

FIRST_PAGE_ROWS, NEXT_PAGE_ROWS = 14, 36
FACT_LINE = 44  # 事項の一行に入る字
FREE_LINES = 4  # 最初の頁に14行を置けるときの、事項の行数
MOST = 999_999_999_999  # 見本の、最も大きい額
LONG_REASON = (
    "取引先の倒産により売掛金の回収ができず、事業の継続と生活の維持に必要な資金を除くと、一時に納付できる資金がないため"
)
APPEAL = (
    "この処分に不服があるときは、この通知書を受け取った日の翌日から起算して3か月以内に、{mayor}に対して審査請求をすることができます。"
    "処分の取消しの訴えは、審査請求に対する裁決があったことを知った日の翌日から起算して6か月以内に、{city}を被告として"
    "（{mayor}が代表者となります。）提起することができます（行政不服審査法第18条・第82条、行政事件訴訟法第14条・第46条）。"
)
KEPT = (
    "分割した額を期限までに納めないとき、新たに市税等を滞納したとき、財産の状況などが変わったときは、猶予を取り消して、"
    "残りの額を一時に納めていただくことがあります（地方税法第15条の3ほか）。"
)
RELEASED = "{}のために提供された次の担保を、{}に解除しましたので、通知します（地方税法施行令第6条の10）。"
OUTCOMES = {
    "grant": ("許可", "次のとおり許可します。"),
    "refuse": ("不許可", "次の理由により許可しません。"),
    "extend": ("期間延長", "次のとおり猶予の期間を延長します。"),
    "cancel": ("取消", "次の理由により取り消します。"),
}


@dataclass(frozen=True, slots=True)
class NoticeCharge:
    """対象の期別一つ。"""

    tax_item: str
    levy_year: str
    term: str
    due_date: str
    principal_tax: int
    additions: int


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """分割納付の一回。"""

    number: int
    due_on: str
    amount: int


@dataclass(frozen=True, slots=True)
class GraceNotice:
    """猶予の通知書の内容。 facts: 項目と値; charges・instalments: 頁ごとの行。"""

    title: str
    opening: str
    facts: tuple[tuple[str, str], ...]
    total: int
    period: str
    charges: tuple[tuple[NoticeCharge, ...], ...]
    instalments: tuple[tuple[NoticeRow, ...], ...]
    warns: bool


@dataclass(frozen=True, slots=True)
class PaperNotice:
    """担保と納付の委託の書面の内容。 total_name・total: 大きく示す額; facts: 項目と値。"""

    title: str
    opening: str
    total_name: str
    total: int
    facts: tuple[tuple[str, str], ...]


PLAIN_GROUNDS = {
    Procedure.COLLECTION_GRACE: "災害による財産の損失",
    Procedure.REALIZATION_GRACE: "一時に納付すると、事業の継続または生活の維持を困難にするおそれ",
}


def _notice_samples(procedure: Procedure) -> tuple[SampleLetter, ...]:
    tax = "固定資産税・都市計画税"
    owed = tuple(NoticeCharge(tax, "令和7", *each, 30_000, 1_300) for each in (("3期", "R8.1.5"), ("4期", "R8.3.2")))
    plain = GraceNotice(
        f"{procedure.value}許可通知書", f"令和8年7月1日に申請のあった{procedure.value}について、次のとおり許可します。",
        (("猶予の根拠", PLAIN_GROUNDS[procedure]), ("猶予の番号", "12"), ("担保", "要しない（地方税法第16条第1項）")), 62_600,
        "令和8年7月17日から令和9年7月16日まで", (owed,), ((NoticeRow(1, "R8.8.31", 31_300), NoticeRow(2, "R8.9.30", 31_300)),),
        warns=True,
    )  # fmt: skip
    long_tax = "国民健康保険税（普通徴収・介護納付金分）"
    wide = NoticeCharge(long_tax, "令和8", "随時12期", "R8.12.25", MOST, 9_999_999_999)
    rows = [NoticeRow(number, "R8.12.25", MOST) for number in range(1, 25)]
    facts = (
        ("猶予の根拠", "事業の休廃止・著しい損失などにより、納付すべき税額を一時に納付することができないと認められる場合"),
        ("猶予の番号", "123456789"), ("理由", LONG_REASON), *((("法の要件", LONG_REASON),) * 3),
        ("担保", "土地 999,999,999,999円、建物 999,999,999,999円、保証人の保証 999,999,999,999円"),
    )  # fmt: skip
    room = _room(facts)
    charges, plan = _pages([wide] * 30, rows, room=room)
    hard = GraceNotice(
        f"{procedure.value}期間延長通知書", f"令和8年12月25日に申請のあった{procedure.value}について、次のとおり猶予の期間を延長します。",
        facts, MOST,
        "令和8年12月25日から令和10年12月24日まで", charges, plan, warns=True,
    )  # fmt: skip
    return (
        SampleLetter(plain, ("62,600円",)),
        SampleLetter(hard, (f"{MOST:,}円",), pages=len(charges), hard=True),
    )


def _paper_samples() -> tuple[SampleLetter, ...]:
    plain = PaperNotice(
        "納付受託証書", "次の証券の取立てと、その取立金による納付の委託を受けました（地方税法第16条の2第2項）。", "証券の額", 50_000,
        (
            ("受託番号", "3"), ("証券", "先日付の小切手 AB12345"), ("振出人", "架空商事株式会社"), ("支払場所", "架空銀行 本店"),
            ("支払期日", "令和8年9月30日"), ("取立ての費用", "0円"), ("納める徴収金", "固定資産税・都市計画税 令和7年度 3期"),
        ),
    )  # fmt: skip
    opening = RELEASED.format("換価の猶予（職権）", "令和8年12月25日")
    facts = (("担保の番号", "123456789"), ("種類", "保証人の保証"), ("内容", LONG_REASON), ("解除の理由", LONG_REASON))
    hard = PaperNotice("担保解除通知書", opening, "担保の価額", MOST, facts)
    return (
        SampleLetter(plain, ("50,000円", "令和8年9月30日")),
        SampleLetter(hard, (f"{MOST:,}円", "令和8年12月25日"), hard=True),
    )


TEXTS = {"猶予の通知書:注意": KEPT, "猶予の通知書:教示": APPEAL}
SOURCE = "collection/grace/typst/grace_notice.typ"
COLLECTION_NOTICE = letter_kind(
    LetterKind(
        form="R-072",
        name="徴収猶予の通知書",
        title="徴収猶予通知書",
        source=SOURCE,
        context=GraceNotice,
        samples=partial(_notice_samples, Procedure.COLLECTION_GRACE),
        texts=TEXTS,
    )
)
REALIZATION_NOTICE = letter_kind(
    LetterKind(
        form="R-073",
        name="換価の猶予の通知書",
        title="換価の猶予通知書",
        source=SOURCE,
        context=GraceNotice,
        samples=partial(_notice_samples, Procedure.REALIZATION_GRACE),
        texts=TEXTS,
    )
)
PAPER = letter_kind(
    LetterKind(
        form="R-075", name="担保と納付の委託の書面", title="担保解除通知書", source="collection/grace/typst/security_paper.typ",
        context=PaperNotice, samples=_paper_samples,
    )
)  # fmt: skip

KINDS = (COLLECTION_NOTICE, REALIZATION_NOTICE, PAPER, *APPLICATIONS.values())
"""この章の文書の種類。"""


def send_notice(file: GraceFile, decision: str, content: Mapping[str, Any], *, as_of: date, officer: str) -> int:
    """猶予の決定の通知書を作る。束の番号を返す。

    要件: F15-01, F15-02
    """
    kind = COLLECTION_NOTICE if file.head.procedure is Procedure.COLLECTION_GRACE else REALIZATION_NOTICE
    outcome, sentence = OUTCOMES[decision]
    head = file.head
    period = f"{format_wareki(head.first_on)}から{format_wareki(head.through_on)}まで"
    lead = f"{format_wareki(head.applied_on)}に申請のあった" if head.applied_on and decision != "cancel" else ""
    first, last = head.first_on, head.through_on
    facts = [("猶予の根拠", head.ground_name), ("猶予の番号", f"{head.grace_id}")]
    if decision in {"refuse", "cancel"}:
        facts.append(("理由", str(content["reason"])))
        facts += [("法の要件", each.split("】")[-1]) for each in content["conditions"][:3]]
    if decision == "cancel":
        period = f"{format_wareki(as_of)}に取消し（{format_wareki(first)}から）"
    secured = "、".join(f"{each.kind.label} {each.value:,}円" for each in file.securities if each.released_on is None)
    if decision in {"grant", "extend"}:
        facts.append(("担保", secured or head.security_excuse or "要しない（地方税法第16条第1項）"))
    shows_plan = decision in {"grant", "extend"}
    rows = (
        [NoticeRow(each.number, short_wareki(each.on), each.amount) for each in file.instalments] if shows_plan else []
    )
    charges, plan = _pages([_charge(each) for each in file.charges], rows, room=_room(facts))
    notice = GraceNotice(
        f"{head.procedure.value}{outcome}通知書", f"{lead}{head.procedure.value}について、{sentence}", tuple(facts),
        file.amount, period if last else "", charges, plan, shows_plan,
    )  # fmt: skip
    draft = Draft(
        head.addressee_number,
        "",
        notice,
        (f"{file.amount:,}円",),
        f"grace:{head.grace_id}",
        max(len(charges), len(plan)),
    )
    return freeze(kind, [draft], as_of=as_of, officer=officer)


def send_release(file: GraceFile, security: SecurityLine, *, as_of: date, officer: str) -> int:
    """担保解除通知書を作る。束の番号を返す。

    要件: F15-04
    """
    opening = RELEASED.format(file.head.procedure.value, format_wareki(security.released_on or as_of))
    facts = (
        ("担保の番号", str(security.security_id)), ("種類", str(security.kind.label)), ("内容", security.description),
        ("解除の理由", security.release_reason),
    )  # fmt: skip
    told = PaperNotice("担保解除通知書", opening, "担保の価額", security.value, facts)
    subject = f"grace_security:{security.security_id}"
    return send_paper(file.head.addressee_number, told, subject, as_of=as_of, officer=officer)


def send_paper(addressee_number: str, notice: PaperNotice, subject: str, *, as_of: date, officer: str) -> int:
    """担保と納付の委託の書面を作る。束の番号を返す。

    要件: F15-04, F15-05
    """
    draft = Draft(addressee_number, "", notice, (f"{notice.total:,}円",), subject)
    return freeze(PAPER, [draft], as_of=as_of, officer=officer)


def _charge(each: GracedCharge) -> NoticeCharge:
    return NoticeCharge(
        each.tax_name,
        year_name(each.levy_year).removesuffix("年度"), each.term_name, short_wareki(each.due_date), each.principal_tax,
        each.demand_fee + each.delinquency_charge,
    )  # fmt: skip


def _room(facts: Sequence[tuple[str, str]]) -> int:
    """最初の頁に置ける表の行数。事項が長いほど少ない。"""
    lines = 1 + sum(max(1, -int(-width(value) // FACT_LINE)) for _, value in facts)  # 一行は、猶予の期間
    return max(0, FIRST_PAGE_ROWS - max(0, lines - FREE_LINES))


def _pages(
    charges: list[NoticeCharge], rows: list[NoticeRow], *, room: int
) -> tuple[tuple[tuple[NoticeCharge, ...], ...], tuple[tuple[NoticeRow, ...], ...]]:
    """一頁目に入るだけを入れ、残りを次の頁へ。期別の表の後に、分割の表を置く。"""
    charge_pages: list[tuple[NoticeCharge, ...]] = []
    row_pages: list[tuple[NoticeRow, ...]] = []
    while charges or rows or not charge_pages:
        charge_pages.append(tuple(charges[:room]))
        charges, room = charges[room:], room - len(charge_pages[-1])
        take = max(0, room - 2) if rows and not charges else 0
        row_pages.append(tuple(rows[:take]))
        rows, room = rows[take:], NEXT_PAGE_ROWS
    return tuple(charge_pages), tuple(row_pages)
