"""承継の文書（R-106）。相続人代表者指定届、指定通知書、承継通知書、変更・取消しの通知書。裁判所への照会書は、照会書の様式（R-115）による。

What an heir is told about another is the name, the portion and the amount. No paper here knows where anybody else lives: the
contexts hold no address, and the destination is chosen by the register of letters for the receiver alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.assets.letters import INQUIRY, InquiryPaper
from osame.collection.assets.queries import Party
from osame.collection.letters.actions import Draft, Outside, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.successions.models import Successor
from osame.collection.successions.queries import SuccessionFile, SuccessorLine
from osame.collection.successions.sharing import Portion, SharedCharge
from osame.kernel.dates import format_wareki
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_one

FIRST_PAGE_ROWS, NEXT_PAGE_ROWS = 11, 34
APPEAL = (
    "この処分に不服があるときは、この通知書を受け取った日の翌日から起算して3か月以内に、{mayor}に対して審査請求をすることができます。"
    "処分の取消しの訴えは、審査請求に対する裁決があったことを知った日の翌日から起算して6か月以内に、{city}を被告として"
    "（{mayor}が代表者となります。）提起することができます（行政不服審査法第18条・第82条、行政事件訴訟法第14条・第46条）。"
)
SUCCEEDED = (
    "相続人が二人以上あるときは、被相続人の徴収金を相続分により按分した額を、それぞれ納めていただきます。得た財産の価額が承継した額を"
    "超えるときは、その超える額を限度として、ほかの相続人の分についても納付の責任があります（地方税法第9条第2項・第3項）。延滞金は、納める日までの額を加えます。"
)
ABOUT_FORM = (
    "相続人の中から、被相続人の市税等の書類を受け取る代表者を一人決め、この届を返送してください。届出がないときは、市が代表者を指定することがあります"
    "（地方税法第9条の2第1項・第2項）。相続放棄または限定承認をした方は、家庭裁判所の受理通知書の写しを添えてください。"
)
REPRESENTED = (
    "代表者は、被相続人の徴収金の賦課徴収（滞納処分を除きます。）と還付に関する書類を受け取る方です。ほかの相続人の分まで納める義務を負うものではありません"
    "（地方税法第9条の2）。"
)
NOTES = {"form": "承継:届の説明", "representative": "承継:代表者", "share": "承継:承継額"}


@dataclass(frozen=True, slots=True)
class SharedRow:
    """期別一つの、被相続人の残る額と、この者の承継した額。"""

    label: str
    due_date: str
    whole: int
    share: int


@dataclass(frozen=True, slots=True)
class HeirRow:
    """承継する者一人。住所は持たない。"""

    name: str
    relation: str
    share: str


@dataclass(frozen=True, slots=True)
class SuccessionPaper:
    """承継の文書の内容。 rows: 頁ごとの期別; heirs: 承継する者の一覧; note: 添える説明の文言; has_form: 届の欄を刷るか; appeals: 教示を刷るか。"""

    title: str
    opening: str
    facts: tuple[tuple[str, str], ...]
    totals: tuple[tuple[str, str], ...]
    heirs: tuple[HeirRow, ...]
    rows: tuple[tuple[SharedRow, ...], ...]
    note: str
    has_form: bool
    appeals: bool


def samples() -> Sequence[SampleLetter]:
    """ふつうの承継通知書、入りにくい承継通知書、届の用紙。"""
    heirs = (
        HeirRow("佐藤 花子", "配偶者", "2分の1"),
        HeirRow("佐藤 一郎", "子", "4分の1"),
        HeirRow("佐藤 桜", "子", "4分の1"),
    )
    facts = (
        ("被相続人", "佐藤 太郎"),
        ("相続開始の日", "令和8年5月1日"),
        ("あなたの相続分", "2分の1"),
        ("根拠", "地方税法第9条第1項・第2項"),
    )
    few = (SharedRow("固定資産税・都市計画税 令和8年度 第1期", "R8.6.1", 100_001, 50_001),)
    most = 999_999_999_999
    wide = SharedRow("国民健康保険税（介護納付金分を含む。過年度随時） 令和8年度 過年度第12期", "R8.12.25", most, most)
    many = HeirRow(
        "ジャン＝バティスト・エマニュエル・ゾルグ・デ・ラ・クルス・ガルシア・ロドリゲス",
        "兄弟姉妹（その子を含む）",
        "1024分の341",
    )
    pages = _pages([wide] * 40)
    return (
        SampleLetter(
            SuccessionPaper("承継通知書", SHARE_OPENING, facts, (("承継した額", "50,001円"),), heirs, (few,), "share", False, True),
            ("50,001円",),
        ),
        SampleLetter(
            SuccessionPaper("承継額変更通知書", CHANGED_OPENING, (*facts, ("変更の理由", "家庭裁判所の回答により、相続放棄の申述の受理が確かめられたため。" * 2)),
                            (("承継した額", f"{most:,}円"),), (many,) * 4, pages, "share", False, True),
            (f"{most:,}円",), len(pages), hard=True,
        ),
        SampleLetter(
            SuccessionPaper("相続人代表者指定届", FORM_OPENING, facts[:2], (), heirs, ((),), "form", True, False), ("令和8年5月1日",),
        ),
    )  # fmt: skip


SHARE_OPENING = "次のとおり、納付し、または納入する義務を承継されましたので、通知します。"
CHANGED_OPENING = "先に通知した承継の額を、次のとおり変更しましたので、通知します。"
CANCELLED_OPENING = "先に通知した納税義務の承継を、次のとおり取り消しましたので、通知します。"
FORM_OPENING = "次の被相続人の市税等の書類を受け取る代表者を、次のとおり指定しましたので、届け出ます。"
DESIGNATED_OPENING = "次のとおり、相続人の代表者を指定しましたので、通知します（地方税法第9条の2第2項）。"
PAPER = letter_kind(
    LetterKind(
        form="R-106", name="相続人代表者指定届・指定通知書・承継通知書", title="承継通知書",
        source="collection/successions/typst/succession.typ", context=SuccessionPaper,
        texts={NOTES["form"]: ABOUT_FORM, NOTES["representative"]: REPRESENTED, NOTES["share"]: SUCCEEDED, "承継:教示": APPEAL},
        samples=samples,
    )
)  # fmt: skip
COURT_QUESTIONS = (
    "次の者の、相続の放棄の申述の有無、事件番号、受理の日", "次の者の、限定承認の申述の有無、事件番号、受理の日",
    "相続財産清算人の選任の有無と、その氏名・事務所、権限の範囲", "熟慮期間の伸長の有無と、その期限",
)  # fmt: skip


def send_form(file: SuccessionFile, *, as_of: date, officer: str) -> int:
    """相続人代表者指定届の用紙を、相続人のそれぞれに送る。束の番号を返す。

    要件: F24-02
    """
    heirs = _heirs(file.latest)
    facts = _origin(file)
    drafts = [
        Draft(each.successor_number, "", SuccessionPaper("相続人代表者指定届", FORM_OPENING, facts, (), heirs, ((),), "form", True, False),
              (file.head.name,), _subject(file))
        for each in file.latest if each.share and each.is_known
    ]  # fmt: skip
    return freeze(PAPER, drafts, as_of=as_of, officer=officer)


def send_designation(
    file: SuccessionFile, chosen: SuccessorLine, heirs: Sequence[SuccessorLine], reason: str, *, as_of: date, officer: str
) -> int:  # fmt: skip
    """相続人代表者指定通知書を、すべての相続人に送る。束の番号を返す。

    要件: F24-02
    """
    facts = (
        *_origin(file),
        ("代表者", chosen.name),
        ("指定の日", format_wareki(as_of)),
        ("理由", reason),
        ("根拠", "地方税法第9条の2第2項"),
    )
    paper = SuccessionPaper(
        "相続人代表者指定通知書", DESIGNATED_OPENING, facts, (), _heirs(heirs), ((),), "representative", False, True
    )
    drafts = [Draft(each.successor_number, "", paper, (chosen.name,), _subject(file)) for each in heirs]
    return freeze(PAPER, drafts, as_of=as_of, officer=officer)


def send_shares(
    file: SuccessionFile, portions: Sequence[Portion], charges: Sequence[SharedCharge], reason: str, *, as_of: date, officer: str
) -> int:  # fmt: skip
    """承継通知書（変更のときは承継額変更通知書）を、承継した者のそれぞれに送る。束の番号を返す。

    要件: F24-01, F24-04
    """
    heirs = tuple(HeirRow(each.name, str(each.kind.label), fraction_text(each.share)) for each in portions)
    changed = len(file.decisions) > 1 or bool(reason)
    title, opening = ("承継額変更通知書", CHANGED_OPENING) if changed else ("承継通知書", SHARE_OPENING)
    drafts = []
    for at, each in enumerate(portions):
        rows = [
            SharedRow(one.owed.label, short_wareki(one.owed.facts.due_date), one.unpaid, one.shares[at].owed) for one in charges
        ]  # fmt: skip
        total = sum(row.share for row in rows)
        facts = [*_origin(file), ("あなたの割合", fraction_text(each.share)), ("根拠", _article(each))]
        if each.through:
            facts.append(("数次相続", f"{each.through}の相続人として承継"))
        if each.is_limited:
            facts.append(("責任の限度", f"限定承認により{each.received or 0:,}円まで"))
        if reason:
            facts.append(("変更の理由", reason))
        paper = SuccessionPaper(
            title, opening, tuple(facts), (("承継した額", f"{total:,}円"),), heirs if len(heirs) > 1 else (), _pages(rows, len(heirs)),
            "share", False, True,
        )  # fmt: skip
        drafts.append(Draft(each.successor_number, "", paper, (f"{total:,}円",), _subject(file), len(paper.rows)))
    return freeze(PAPER, drafts, as_of=as_of, officer=officer)


def send_cancellation(file: SuccessionFile, told: Sequence[str], reason: str, *, as_of: date, officer: str) -> int:
    """承継取消通知書を、先に通知した者に送る。束の番号を返す。

    要件: F24-01
    """
    facts = (*_origin(file), ("取り消した日", format_wareki(as_of)), ("取り消した理由", reason))
    paper = SuccessionPaper("承継取消通知書", CANCELLED_OPENING, facts, (), (), ((),), "", False, True)
    drafts = [Draft(who, "", paper, (file.head.name,), _subject(file)) for who in told]
    return freeze(PAPER, drafts, as_of=as_of, officer=officer)


def send_court_inquiry(
    file: SuccessionFile, court: Party, number: int, *, reply_by: date, as_of: date, officer: str
) -> int:
    """家庭裁判所への照会書を作る。被相続人の氏名・死亡日と、相続人の氏名・続柄だけを示す。束の番号を返す。

    要件: F24-03
    """
    head = file.head
    (born_on,) = fetch_one("SELECT born_on FROM addressee WHERE addressee_number = %s", [head.addressee_number])
    subject = [("被相続人", head.name)]
    if born_on:
        subject.append(("生年月日", format_wareki(born_on)))
    subject.append(("死亡の日", format_wareki(head.opened_on)))
    subject += [
        (f"申述した者{each.position}", f"{each.name}（{each.kind.label}）") for each in file.latest if each.kind is not Successor.Kind.ESTATE
    ]  # fmt: skip
    paper = InquiryPaper(
        "相続放棄・限定承認の申述の有無の照会書", head.succession_id * 100 + number,
        "地方税の納税義務の承継を確かめるため、次の被相続人の相続について、別紙の事項をご回答くださるよう、ご協力をお願いします。",
        "地方税法第9条第1項、第20条の11（官公署等への協力要請）", format_wareki(reply_by), format_wareki(as_of), tuple(subject[:12]),
        COURT_QUESTIONS, court.section, is_office=True,
    )  # fmt: skip
    to = Outside(court.name, court.postal_code, court.address, court.section)
    marks = (f"照会番号 {paper.inquiry_number}",)
    return freeze(
        INQUIRY, [Draft(head.addressee_number, "", paper, marks, _subject(file), 2, to)], as_of=as_of, officer=officer
    )


def fraction_text(share: object) -> str:
    """割合を「4分の1」のように書く。

    >>> from fractions import Fraction
    >>> fraction_text(Fraction(1, 4)), fraction_text(Fraction(1))
    ('4分の1', '全部')
    """
    top, _, bottom = str(share).partition("/")
    return f"{bottom}分の{top}" if bottom else ("全部" if top == "1" else "なし")


def _article(each: Portion) -> str:
    if each.kind is Successor.Kind.MERGED:
        return "地方税法第9条の3"
    return (
        "地方税法第9条第1項（民法第951条の法人）" if each.kind is Successor.Kind.ESTATE else "地方税法第9条第1項・第2項"
    )


def _origin(file: SuccessionFile) -> tuple[tuple[str, str], ...]:
    head = file.head
    is_death = head.kind.name == "INHERITANCE"
    return (
        ("被相続人" if is_death else "元の法人", head.name),
        ("相続開始の日" if is_death else f"{head.kind.label}の日", format_wareki(head.opened_on)),
    )


def _heirs(lines: Sequence[SuccessorLine]) -> tuple[HeirRow, ...]:
    return tuple(HeirRow(each.name, str(each.kind.label), fraction_text(each.share)) for each in lines if each.share)


def _subject(file: SuccessionFile) -> str:
    return f"succession:{file.head.succession_id}"


def _pages(rows: Sequence[SharedRow], heirs: int = 4) -> tuple[tuple[SharedRow, ...], ...]:
    """一頁目に入るだけを入れ、残りを次の頁へ。相続人の一覧が長いほど、一頁目の期別は少ない。"""
    first = max(1, FIRST_PAGE_ROWS - heirs)
    pages, rest = [tuple(rows[:first])], list(rows[first:])
    while rest:
        pages.append(tuple(rest[:NEXT_PAGE_ROWS]))
        rest = rest[NEXT_PAGE_ROWS:]
    return tuple(pages)
