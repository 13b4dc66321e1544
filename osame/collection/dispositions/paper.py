"""滞納処分の書面の内容の型と、定まった文。一つのひな型が、どの様式も組む。"""

from collections.abc import Sequence
from dataclasses import dataclass

from osame.collection.dispositions.queries import DispositionPart
from osame.platform.console.fields import short_wareki

OWNER_BAN = "差し押さえられた財産について、譲渡、担保の設定、取立てなどの処分をすることはできません。財産を壊し、隠すと、罰せられることがあります。"
CLAIM_BAN = (
    "この通知書を受け取った後は、差し押さえられた債権を滞納者に支払うことはできません。履行期限までに、この団体の徴税吏員に支払ってください"
    "（国税徴収法第62条第2項・第67条第1項）。ほかの差押えなどと競合するときは、供託することができます。"
)
APPEAL = (
    "この処分に不服があるときは、この書面を受け取った日の翌日から起算して3か月以内に、{mayor}に対して審査請求をすることができます。"
    "取消しの訴えは、裁決があったことを知った日の翌日から起算して6か月以内に、{city}を被告として提起することができます（地方税法第19条の12、"
    "行政事件訴訟法第14条）。"
)
"""教示。団体と長の名は、ひな型が埋める。"""
DECIDED = "次の不動産について、換価の執行をする旨を決定したので、告知します。決定は、この告知によって効力を生じます（国税徴収法第89条の2第3項）。"
HAND_OVER = (
    "書類の引渡し",
    "決定の前に交付を受けた交付要求書・参加差押書と、差押えに関して提出された書類（写しでもかまいません）を引き渡してください"
    "（国税徴収法施行令第42条の2第1項）。",
)
SOURCE = "collection/dispositions/typst/disposition.typ"
EXTRA = (
    "延滞金",
    "表の延滞金は処分の日までの額です。完納の日までの法律による金額（要す）を加えて徴収します。滞納処分費も、あわせて徴収します。",
)
OBJECTION = ("異議の申出", "配当計算書の金額に異議があるときは、交付期日までに申し出てください（国税徴収法第133条）。")


@dataclass(frozen=True, slots=True)
class PaperCharge:
    """対象の期別一つ。"""

    label: str
    due_date: str
    principal_tax: int
    demand_fee: int
    delinquency_charge: int


@dataclass(frozen=True, slots=True)
class Paper:
    """書面の内容。 facts: 項目と値; charges・lines: 頁ごとの期別と計算（頁には `paging.arranged` が分ける）; notes: 題と文; signed_by: 徴税吏員（署名の欄がなければ空）。"""

    title: str
    opening: str
    facts: tuple[tuple[str, str], ...]
    totals: tuple[tuple[str, str], ...]
    charges: tuple[tuple[PaperCharge, ...], ...]
    lines: tuple[tuple[str, ...], ...]
    notes: tuple[tuple[str, str], ...]
    signed_by: str

    @property
    def page_count(self) -> int:
        """頁数。期別の続きと、計算は、別の頁になる。期別のない書面は、計算を一頁目から置く。"""
        shared = 1 if self.lines and not any(self.charges) else 0
        return max(1, len(self.charges)) + len(self.lines) - shared


def compound(procedure: str) -> str:
    """書面の題に用いる手続の名。

    >>> compound("参加差押え"), compound("交付要求")
    ('参加差押', '交付要求')
    """
    return procedure.removesuffix("え")


def amount_text(amount: int) -> str:
    """大きく示す金額。"""
    return f"{amount:,}円"


def charge_rows(parts: Sequence[DispositionPart]) -> tuple[PaperCharge, ...]:
    """期別の行。"""
    return tuple(
        PaperCharge(
            each.label, short_wareki(each.due_date), each.principal_tax, each.demand_fee, each.delinquency_charge
        )
        for each in parts
    )
