"""納付通知書・納付催告書・取消通知書（R-101）、保証人・担保財産への納付通知（R-105）、譲渡担保権者への告知書（R-108）。

What an obligor receives says who the taxpayer is, never where: the address of the one changes nothing in the letters of the other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.letters.actions import Draft, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.liabilities import transfer_letters
from osame.collection.liabilities.queries import LiabilityFile, LiableCharge
from osame.collection.payment_slips.drawing import SlipPart, slip_drawings, slip_marks, slip_part
from osame.collection.payment_slips.models import PaymentSlip
from osame.collection.payment_slips.queries import Slip
from osame.collection.payment_slips.sample_slips import sample_part, sample_slip
from osame.kernel.dates import fiscal_year_label, format_wareki
from osame.law.obligor_conditions import ObligorForm
from osame.platform.console.fields import short_wareki
from osame.platform.letters.engine import Drawn

SOURCE = "collection/liabilities/typst/liability.typ"
APPEAL = (
    "この処分に不服があるときは、この通知書を受け取った日の翌日から起算して3か月以内に、{mayor}に対して審査請求をすることができます。"
    "処分の取消しの訴えは、審査請求に対する裁決があったことを知った日の翌日から起算して6か月以内に、{city}を被告として"
    "（{mayor}が代表者となります。）提起することができます（行政不服審査法第18条・第82条、行政事件訴訟法第14条・第46条）。"
)
CLAIM_BACK = (
    "あなたが納めた額は、主たる納税者の徴収金に充てます。主たる納税者に対して、その額の償還を求めることができます"
    "（地方税法第11条第5項、民法第442条・第459条）。"
)


@dataclass(frozen=True, slots=True)
class LiabilityRow:
    """責任の及ぶ期別一つ。"""

    label: str
    due_date: str
    tax: int
    additions: int


@dataclass(frozen=True, slots=True)
class LiabilityNotice:
    """通知書の内容。 slip: 一頁目の下の納付書（取消しなら None）; rows: 二頁目の期別; warns: 期限までに納めないときのこと。"""

    title: str
    opening: str
    facts: tuple[tuple[str, str], ...]
    totals: tuple[tuple[str, str], ...]
    rows: tuple[LiabilityRow, ...]
    warns: str
    slip: SlipPart | None


TITLES = {
    ObligorForm.JOINT: ("納付通知書（連帯納税義務）", "次の徴収金は、あなたが連帯して納める義務を負うものです（地方税法第10条の2第1項）。期限までに納めてください。"),
    ObligorForm.SECONDARY: ("第二次納税義務者納付通知書", "主たる納税者の次の徴収金について、あなたは第二次納税義務を負うので、告知します（地方税法第11条第1項）。期限までに納めてください。"),
    ObligorForm.GUARANTEE: ("保証人納付通知書", "あなたが保証した次の徴収金が納付されないので、告知します（地方税法第16条の5第1項・第4項）。期限までに納めてください。"),
    ObligorForm.TRANSFERRED_SECURITY: ("譲渡担保権者への告知書", "主たる納税者の次の徴収金を、譲渡担保財産から徴収するので、告知します（地方税法第14条の18第2項）。"),
    ObligorForm.THIRD_PARTY_SECURITY: ("担保財産の処分の通知書", "あなたが担保として提供した財産に係る次の徴収金が納付されないので、告知します（地方税法第16条の5第1項）。"),
}  # fmt: skip
WARNS = {
    ObligorForm.JOINT: "期限までに完納されないときは、あなたに督促状を発し、財産を差し押さえることがあります（地方税法第331条第1項第1号）。",
    ObligorForm.SECONDARY: "期限までに完納されないときは、納付催告書を発し、財産を差し押さえることがあります（地方税法第11条第2項、第331条第2項）。",
    ObligorForm.GUARANTEE: "期限までに完納されないときは、納付催告書を発し、財産を差し押さえることがあります（地方税法第16条の5第2項・第4項）。",
    ObligorForm.TRANSFERRED_SECURITY: "告知書を発した日から10日を経過した日までに完納されないときは、譲渡担保財産を差し押さえることがあります（地方税法第14条の18第3項）。",
    ObligorForm.THIRD_PARTY_SECURITY: "期限までに完納されないときは、担保財産を、滞納処分の例により処分します（地方税法第16条の5第1項）。",
}  # fmt: skip
REMINDED = "この催告書を発した日から起算して10日を経過した日までに完納されないときは、財産を差し押さえなければなりません（地方税法第331条第1項・第2項）。"
REASONS = {
    ObligorForm.JOINT: "共有物に対する税の連帯納税義務（地方税法第10条の2第1項）",
    ObligorForm.SECONDARY: "無償または著しい低額の譲受人等（地方税法第11条の8）",
    ObligorForm.GUARANTEE: "徴収の猶予の担保とした、保証人の保証（地方税法第16条第1項第6号）",
    ObligorForm.TRANSFERRED_SECURITY: "譲渡により担保の目的となっている財産（地方税法第14条の18第1項）",
    ObligorForm.THIRD_PARTY_SECURITY: "徴収の猶予の担保として提供した土地（地方税法第16条第1項第3号）",
}  # 見本の理由


def _samples(form: ObligorForm) -> Callable[[], Sequence[SampleLetter]]:
    """納付書の付いた通知と、期別の多い取消しの通知。"""

    def samples() -> Sequence[SampleLetter]:
        made = []
        for hard in (False, True):
            slip = sample_slip(PaymentSlip.Kind.COMBINED, hard=hard)
            rows = tuple(
                LiabilityRow(f"{each.tax_name} {fiscal_year_label(each.levy_year)} {each.term_name}", short_wareki(each.due_on), each.principal_tax,
                             each.demand_fee + each.delinquency_charge) for each in slip.shares
            )  # fmt: skip
            name = "株式会社架空総合建設企画（旧商号 架空土木開発工業株式会社）" if hard else "架空商事株式会社"
            text = "架空市大字葛城ヶ丘字北之谷1234番地の567 木造瓦葺2階建居宅の持分2分の1" if hard else ""
            facts = (
                ("主たる納税者", name), ("限度額", f"{slip.amount:,}円"), ("告知の日", "令和8年7月17日"),
                ("理由", REASONS[form]), ("責任番号", "12"),
                *((("責任の及ぶ財産", text),) if text else ()),
            )  # fmt: skip
            totals = (("納める額", f"{slip.amount:,}円"), ("納期限", format_wareki(slip.payable_through)))
            notice = LiabilityNotice(*TITLES[form], facts, totals, rows, WARNS[form], sample_part(slip, hard=hard))
            made.append(SampleLetter(notice, slip_marks(slip), 2, hard=hard))
        return made

    return samples


def _drawings(context: Mapping[str, Any]) -> Mapping[str, Drawn]:
    """納付書の符号。納付書のない取消しの通知にはない。"""
    return slip_drawings(context) if context["slip"] else {}


FORMS = {
    ObligorForm.SECONDARY: ("R-101", "第二次納税義務者への納付通知書・納付催告書・取消通知書"),
    ObligorForm.GUARANTEE: ("R-105", "担保処分・保証人への納付通知・催告"),
    ObligorForm.TRANSFERRED_SECURITY: ("R-108", "譲渡担保権者への告知書"),
}
KINDS = {
    form: letter_kind(
        LetterKind(
            form=number, name=name, title=TITLES[form][0], source=SOURCE, context=LiabilityNotice, draws=_drawings,
            texts={"納税者のほかの者:教示": APPEAL, "納税者のほかの者:償還": CLAIM_BACK}, samples=_samples(form),
        )
    )
    for form, (number, name) in FORMS.items()
}  # fmt: skip
KINDS |= {
    ObligorForm.JOINT: KINDS[ObligorForm.SECONDARY],
    ObligorForm.THIRD_PARTY_SECURITY: KINDS[ObligorForm.GUARANTEE],
}

TRANSFER_KINDS = transfer_letters.KINDS
"""担保権付財産の徴収通知書などの種類。内容は `transfer_letters.py` にある。"""


def send_notice(file: LiabilityFile, slip: Slip, *, as_of: date, officer: str) -> int:
    """納付通知書（告知書）を、納付書とともに作る。束の番号を返す。

    要件: F24-05, F24-06, F24-08
    """
    form = file.head.form
    totals = (("納める額", f"{slip.amount:,}円"), ("納期限", format_wareki(slip.payable_through)))
    return _send(file, (*TITLES[form], WARNS[form], ""), totals, slip, as_of=as_of, officer=officer)


def send_reminder(file: LiabilityFile, slip: Slip, *, as_of: date, officer: str, is_only_slip: bool = False) -> int:
    """納付催告書（連帯する者には督促状）、または納付書だけを、残る額の納付書とともに作る。束の番号を返す。

    要件: F24-05, F24-06, F24-08
    """
    is_joint = file.head.form is ObligorForm.JOINT
    title = "督促状（連帯納税義務）" if is_joint else "納付催告書"
    opening = "先に告知した次の徴収金が、納期限までに完納されていません。至急納めてください。"
    warns = REMINDED.replace("この催告書", "この督促状") if is_joint else REMINDED
    if is_only_slip:
        title, opening, warns = "納付書の送付", "次の徴収金の、残る額の納付書をお送りします。", ""
    totals = (("納める額", f"{slip.amount:,}円"), ("指定期限", format_wareki(slip.payable_through)))
    return _send(file, (title, opening, warns, ""), totals, slip, as_of=as_of, officer=officer)


def send_cancel(file: LiabilityFile, reason: str, *, as_of: date, officer: str) -> int:
    """告知の取消しの通知書を作る。束の番号を返す。

    要件: F24-05, F24-06, F24-08
    """
    words = (
        "納付通知取消通知書",
        "先にした次の徴収金についての告知を取り消しましたので、通知します。納付書は使わないでください。",
    )
    totals = (("取り消した額", f"{file.head.amount:,}円"), ("取り消した日", format_wareki(as_of)))
    return _send(file, (*words, "", reason), totals, None, as_of=as_of, officer=officer)


def _send(
    file: LiabilityFile, words: tuple[str, str, str, str], totals: tuple[tuple[str, str], ...], slip: Slip | None, *,
    as_of: date, officer: str,
) -> int:  # fmt: skip
    """文書を一通凍らせる。 words: （題、書き出し、注意、取り消した理由）"""
    title, opening, warns, cancelled = words
    head = file.head
    facts = (
        ("主たる納税者", head.name), ("限度額", "全額" if head.limit_yen is None else f"{head.limit_yen:,}円"),
        ("告知の日", format_wareki(head.notified_on)), ("理由", f"{head.kind.label}"), ("責任番号", str(head.liability_id)),
        *((("責任の及ぶ財産", head.property_text),) if head.property_text else ()),
        *((("取り消した理由", cancelled),) if cancelled else ()),
    )  # fmt: skip
    part = slip_part(slip, name=head.obligor) if slip else None
    rows = tuple(_row(each) for each in file.charges)
    notice = LiabilityNotice(title, opening, facts, totals, rows, warns, part)
    items = {each.tax_item for each in file.charges}
    marks = slip_marks(slip) if slip else tuple(value for _, value in totals)
    draft = Draft(
        head.obligor_number, items.pop() if len(items) == 1 else "", notice, marks, f"liability:{head.liability_id}", 2
    )
    return freeze(KINDS[head.form], [draft], as_of=as_of, officer=officer)


def _row(each: LiableCharge) -> LiabilityRow:
    return LiabilityRow(
        each.label, short_wareki(each.due_date), each.principal_tax, each.demand_fee + each.delinquency_charge
    )
