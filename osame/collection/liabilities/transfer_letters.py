"""担保権付財産の徴収通知書（質権者・抵当権者へ）、交付要求書（執行機関へ）、納税者への交付要求の通知、取消しの通知、配当の納付書（R-108）。

What the mortgagee and the court receive names the taxpayer; the address only when the taxpayer is not protected.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.assets.letters import subject_of
from osame.collection.assets.queries import Party, third_party
from osame.collection.letters.actions import Draft, Outside, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.letters.samples import HARD, PLAIN
from osame.collection.liabilities.queries import LiableCharge
from osame.collection.liabilities.transfer_queries import TransferFile
from osame.collection.payment_slips.drawing import SlipPart, slip_drawings, slip_marks, slip_part
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.queries import Slip
from osame.collection.payment_slips.sample_slips import sample_part, sample_slip
from osame.kernel.dates import fiscal_year_label, format_wareki
from osame.platform.console.fields import short_wareki
from osame.platform.letters.engine import Drawn
from osame.platform.letters.window import WindowAddress

SOURCE = "collection/liabilities/typst/transfer.typ"
APPEAL = (
    "不服の申立て",
    "この処分に不服があるときは、この書面を受け取った日の翌日から起算して3か月以内に、{mayor}に対して審査請求をすることができます。"
    "取消しの訴えは、裁決があったことを知った日の翌日から起算して6か月以内に、{city}を被告として提起することができます（地方税法第19条の12、"
    "行政事件訴訟法第14条）。",
)
EXTRA = (
    "延滞金",
    "表の延滞金は、この書面の日までの額です。完納の日までの法律による金額（要す）を加えて、限度額の範囲で徴収します。",
)
FROM_SHARE = (
    "徴収の方法",
    "この財産の強制換価手続において、あなたの債権が配当を受けるべき金額のうちから徴収します。あなたに、ほかの財産から納める義務はありません"
    "（地方税法第14条の16第1項）。手続が行われないときは、あなたに代わって担保権を実行することがあります（同条第3項）。",
)
BASIS = {
    "notice": "地方税法第14条の16第1項・第4項", "request": "地方税法第14条の16第5項",
    "cancel": "地方税法第14条の16第1項", "slip": "地方税法第14条の16第5項",
}  # fmt: skip
NOTIFIED = "次の納税者は、あなたの担保権の付いた次の財産を譲渡しました。納税者の次の徴収金を、その財産についてあなたが配当を受けるべき金額のうちから徴収するので、通知します。"
REQUESTED = "次の財産の強制換価手続について、質権者・抵当権者が配当を受けるべき金額のうちから次の徴収金を徴収するため、地方税法第14条の16第5項により、交付要求をします。"
TOLD = "あなたの滞納している徴収金のため、あなたが譲渡した次の財産の強制換価手続について、次のとおり交付要求をしたので、通知します。"
CANCELLED = "先にした、質権者・抵当権者の受ける配当からの徴収を取り消したので、通知します。交付要求をしているときは、取り下げます。"
PAID = "交付要求に係る配当の金額の納付書をお送りします。次の金額を、この納付書で納めてください。"
SAID = {"notice": (NOTIFIED, "徴収する額"), "request": (REQUESTED, "要求する額"), "slip": (PAID, "納める額")}
"""見本の、書き出しと、大きく示す額の名。"""
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TransferRow:
    """徴収する期別一つ。"""

    label: str
    due_date: str
    tax: int
    additions: int


@dataclass(frozen=True, slots=True)
class TransferPaper:
    """書面の内容。 rows: 二頁目の期別; notes: 題と文; slip: 一頁目の下の納付書（なければ None）。"""

    title: str
    opening: str
    facts: Facts
    totals: Facts
    rows: tuple[TransferRow, ...]
    notes: tuple[tuple[str, str], ...]
    slip: SlipPart | None


def _drawings(context: Mapping[str, Any]) -> Mapping[str, Drawn]:
    return slip_drawings(context) if context["slip"] else {}


def _samples(title: str, act: str, to: WindowAddress) -> Callable[[], Sequence[SampleLetter]]:
    """ふつうの一通と、期別と財産の表示の長い一通。納付書の様式には、納付書が付く。"""

    def samples() -> Sequence[SampleLetter]:
        made = []
        for hard in (False, True):
            slip = sample_slip(PaymentSlip.Kind.COMBINED, hard=hard)
            who = HARD if hard else PLAIN
            rows = tuple(
                TransferRow(
                    f"{each.tax_name} {fiscal_year_label(each.levy_year)} {each.term_name}", short_wareki(each.due_on),
                    each.principal_tax, each.demand_fee + each.delinquency_charge,
                )
                for each in slip.shares
            )  # fmt: skip
            land = "三重県架空市大字葛城ヶ丘字北之谷1234番地の567 宅地 1,234.56平方メートル 所有権の全部（持分 123456789分の98765432）"
            facts = (
                ("納税者の氏名", who.name), ("納税者の住所", f"{who.address} {who.address_detail}"),
                ("譲渡された財産", land if hard else "三重県架空市岩渕1丁目7番29 宅地 120.00平方メートル"),
                ("担保権", "抵当権（令和7年9月1日登記）　株式会社架空銀行"), ("徴収できる額の限度", f"{slip.amount:,}円"),
                ("根拠", BASIS[act]),
            )  # fmt: skip
            opening, total = SAID[act]
            totals = ((total, f"{slip.amount:,}円"),)
            paid = act == "slip"
            paper = TransferPaper(
                title, opening, facts, totals, rows, () if paid else (FROM_SHARE, EXTRA, APPEAL),
                sample_part(slip, hard=hard) if paid else None,
            )  # fmt: skip
            marks = slip_marks(slip) if paid else (f"{slip.amount:,}円",)
            made.append(SampleLetter(paper, marks, 2, hard=hard, to=None if hard else to))
        return made

    return samples


BANK = WindowAddress("516-0073", "三重県架空市本町1番1号", "本店 融資部", "", "株式会社架空銀行", "御中")
COURT = WindowAddress("516-8533", "三重県架空市岡本1丁目2番6号", "民事執行係", "", "架空地方裁判所", "御中")
KINDS = {
    form: letter_kind(
        LetterKind(
            form=form, name=name, title=name, source=SOURCE, context=TransferPaper, draws=_drawings,
            samples=_samples(name, act, to),
        )
    )
    for form, name, act, to in (
        ("R-108-2", "担保権付財産の徴収通知書", "notice", BANK),
        ("R-108-3", "担保権付財産の交付要求書", "request", COURT),
        ("R-108-4", "担保権付財産の配当の納付書", "slip", COURT),
    )
}  # fmt: skip


def send_transfer_notice(file: TransferFile, *, as_of: date, officer: str) -> int:
    """徴収通知書を、質権者・抵当権者に作る。束の番号を返す。

    要件: F24-08
    """
    paper = TransferPaper(
        "担保権付財産の徴収通知書", NOTIFIED, (*_subject(file), *_facts(file, "notice")),
        (("徴収する額", f"{file.head.amount:,}円"),), _rows(file), (FROM_SHARE, EXTRA, APPEAL), None,
    )  # fmt: skip
    draft = _outside(file, third_party(file.head.creditor_id), paper)
    return freeze(KINDS["R-108-2"], [draft], as_of=as_of, officer=officer)


def send_transfer_request(file: TransferFile, amount: int, *, as_of: date, officer: str) -> int:
    """交付要求書を執行機関に、その旨の通知を納税者に作る。束の番号を返す。

    要件: F24-08
    """
    head = file.head
    assert head.body_id is not None
    body = third_party(head.body_id)
    facts = (("執行機関", body.name), ("事件の表示", head.case_number), *_facts(file, "request"))
    totals, rows = (("要求する額", f"{amount:,}円"),), _rows(file)
    to_body = TransferPaper(
        "担保権付財産の交付要求書", REQUESTED, (*_subject(file), *facts), totals, rows, (EXTRA,), None
    )
    to_own = TransferPaper("担保権付財産の交付要求通知書", TOLD, facts, totals, rows, (EXTRA, APPEAL), None)
    drafts = [_outside(file, body, to_body), _own(file, to_own)]
    return freeze(KINDS["R-108-3"], drafts, as_of=as_of, officer=officer)


def send_transfer_slip(file: TransferFile, slip: Slip, *, as_of: date, officer: str) -> int:
    """配当の納付書を、執行機関に作る。束の番号を返す。

    要件: F24-08
    """
    head = file.head
    assert head.body_id is not None
    body = third_party(head.body_id)
    facts = (*_subject(file)[:1], ("事件の表示", head.case_number), *_facts(file, "slip"))
    paper = TransferPaper(
        "担保権付財産の配当の納付書", PAID, facts, (("納める額", f"{slip.amount:,}円"),), _rows(file), (),
        slip_part(slip, name=head.name),
    )  # fmt: skip
    draft = _outside(file, body, paper, marks=slip_marks(slip))
    return freeze(KINDS["R-108-4"], [draft], as_of=as_of, officer=officer)


def send_transfer_cancel(file: TransferFile, reason: str, *, as_of: date, officer: str) -> int:
    """取消しの通知を、質権者・抵当権者に作る。交付要求をしていれば、執行機関と納税者にも。束の番号を返す。

    要件: F24-08
    """
    head = file.head
    facts = (("取り消した日", format_wareki(as_of)), ("取り消した理由", reason), *_facts(file, "cancel"))
    if head.body_id:
        facts = (("執行機関", head.body), ("事件の表示", head.case_number), *facts)
    totals = (("取り消した額", f"{head.amount:,}円"),)
    told = TransferPaper(
        "担保権付財産の徴収取消通知書", CANCELLED, (*_subject(file)[:1], *facts), totals, _rows(file), (), None
    )
    drafts = [_outside(file, third_party(head.creditor_id), told)]
    if head.body_id:
        drafts += [_outside(file, third_party(head.body_id), told), _own(file, told)]
    return freeze(KINDS["R-108-2"], drafts, as_of=as_of, officer=officer)


def _facts(file: TransferFile, act: str) -> Facts:
    head = file.head
    return (
        ("譲渡された財産", head.property_text),
        ("担保権", f"{head.security.label}（{format_wareki(head.registered_on)}登記）　{head.creditor}"),
        ("担保される債権", f"{head.secured_claim:,}円"), ("徴収できる額の限度", f"{head.limit_yen:,}円"),
        ("通知の日", format_wareki(head.notified_on)), ("管理番号", str(head.encumbered_transfer_id)), ("根拠", BASIS[act]),
    )  # fmt: skip


def _subject(file: TransferFile) -> Facts:
    """第三者に示す納税者。氏名と、支援措置の対象者でなければ住所。"""
    return tuple(
        (f"納税者の{label}", value)
        for label, value in subject_of(file.head.addressee_number)
        if label in {"氏名", "法人の名称", "住所", "所在地"}
    )


def _rows(file: TransferFile) -> tuple[TransferRow, ...]:
    return tuple(_row(each) for each in file.charges)


def _row(each: LiableCharge) -> TransferRow:
    return TransferRow(
        each.label, short_wareki(each.due_date), each.principal_tax, each.demand_fee + each.delinquency_charge
    )


def _outside(file: TransferFile, party: Party, paper: TransferPaper, *, marks: tuple[str, ...] = ()) -> Draft:
    to = Outside(party.name, party.postal_code, party.address, party.section)
    subject = f"encumbered_transfer:{file.head.encumbered_transfer_id}"
    return Draft(file.head.addressee_number, "", paper, marks or _marks(paper), subject, 2, to)


def _own(file: TransferFile, paper: TransferPaper) -> Draft:
    subject = f"encumbered_transfer:{file.head.encumbered_transfer_id}"
    return Draft(file.head.addressee_number, "", paper, _marks(paper), subject, 2)


def _marks(paper: TransferPaper) -> tuple[str, ...]:
    return tuple(value for _, value in paper.totals)
