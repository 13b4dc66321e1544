"""滞納処分の書面の内容の型と、様式の登録。一つのひな型が、どの様式も組む。"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from osame.collection.dispositions.queries import DispositionPart
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.platform.console.fields import short_wareki

FIRST_ROWS, NEXT_ROWS, LINE_ROWS, FIRST_LINES = 7, 34, 30, 12
OWNER_BAN = "差し押さえられた財産について、譲渡、担保の設定、取立てなどの処分をすることはできません。財産を壊し、隠すと、罰せられることがあります。"
CLAIM_BAN = (
    "この通知書を受け取った後は、差し押さえられた債権を滞納者に支払うことはできません。履行期限までに、この団体の徴税吏員に支払ってください"
    "（国税徴収法第62条第2項・第67条第1項）。ほかの差押えなどと競合するときは、供託することができます。"
)
APPEAL = (
    "この処分に不服があるときは、この書面を受け取った日の翌日から起算して3か月以内に、市長に対して審査請求をすることができます。"
    "取消しの訴えは、裁決があったことを知った日の翌日から起算して6か月以内に、市を被告として提起することができます（地方税法第19条の12、"
    "行政事件訴訟法第14条）。"
)
SOURCE = "collection/dispositions/typst/disposition.typ"


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
    """書面の内容。 facts: 項目と値; charges・lines: 頁ごとの期別と計算; notes: 題と文; signed_by: 徴税吏員（署名の欄がなければ空）。"""

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


def paged(
    charges: Sequence[PaperCharge], lines: Sequence[str]
) -> tuple[tuple[tuple[PaperCharge, ...], ...], tuple[tuple[str, ...], ...]]:
    """期別と計算を、頁に分ける。

    >>> [len(each) for each in paged([PaperCharge("1期", "R8.6.30", 1, 0, 0)] * 9, ())[0]]
    [7, 2]
    """
    pages = [tuple(charges[:FIRST_ROWS])]
    rest = list(charges[FIRST_ROWS:])
    while rest:
        pages.append(tuple(rest[:NEXT_ROWS]))
        rest = rest[NEXT_ROWS:]
    first = 0 if charges else FIRST_LINES
    told = [tuple(lines[:first])] if first and lines else []
    told += [tuple(lines[at : at + LINE_ROWS]) for at in range(first, len(lines), LINE_ROWS)]
    return tuple(pages), tuple(told)


SAMPLE_FACTS = (
    ("処分の番号", "令和8年度 差押え 第12号"), ("差押えの日", "令和8年7月17日"), ("差し押さえる範囲", "差押えの時の残高の全額"),
    ("履行期限", "この通知書の送達を受けた日の翌日"), ("財産の種類", "預貯金"), ("財産の表示", "架空銀行 本店 普通 口座番号1234567"),
)  # fmt: skip
SAMPLE_ROWS = (
    PaperCharge("固定資産税・都市計画税 2025年度 1期", "R7.6.30", 50_000, 100, 2_300),
    PaperCharge("固定資産税・都市計画税 2025年度 2期", "R7.8.31", 30_000, 100, 0),
)
LONGEST_ROW = PaperCharge(
    "国民健康保険税（介護納付金課税額を含む） 2025年度 随時第12期", "R7.12.31", 99_999_999_999, 9_999, 99_999_999_999
)
LONGEST_ASSET = (
    "三重県架空市大字葛城ヶ丘字北之谷1234番地の567所在 家屋番号1234番の567 居宅 木造瓦葺2階建 1階 102.34平方メートル "
    "2階 98.76平方メートル 持分2分の1"
)
WITHOUT_CHARGES = frozenset(("R-092", "R-094", "R-096", "R-098", "R-100", "R-104"))
WITHOUT_AMOUNT = frozenset(("R-092", "R-094", "R-096", "R-098"))


def _total(amounts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(("金額", each) for each in amounts)


def _sampled(form: str, title: str, opening: str, *, own: bool) -> Callable[[], Sequence[SampleLetter]]:
    """その様式の、架空の見本。ふつうの一通と、期別と計算が続きの頁に渡る一通。"""

    def samples() -> Sequence[SampleLetter]:
        subject = () if own else (("滞納者の氏名", "佐藤 花子"), ("滞納者の住所", "架空市岩渕1丁目7-29 コーポ架空 201"))
        seizes = form in {"R-090", "R-093"}
        bans = (("処分の禁止", OWNER_BAN), ("不服の申立て", APPEAL)) if seizes else ()
        notes, signed = (("履行", CLAIM_BAN),) if form == "R-091" else bans, "山本 昇" if seizes else ""
        steps = (
            ("給料等の額 282,078円 → 282,000円", "差押禁止額 255,000円、差押可能額 27,000円") if form == "R-092" else ()
        )
        rows, lines = paged(() if form in WITHOUT_CHARGES else SAMPLE_ROWS, steps)
        shown, most = ((), ()) if form in WITHOUT_AMOUNT else (("82,500円",), ("2,000,000,199,980円",))
        plain = Paper(title, opening, (*subject, *SAMPLE_FACTS), _total(shown), rows, lines, notes, signed)
        long = [
            f"{at}号 計算の過程が長く続くときの一行 {at * 1_000:,}円（国税徴収法第76条第1項第{at}号）"
            for at in range(1, 26)
        ]
        rows, lines = paged([LONGEST_ROW] * 20, long)
        facts = (*subject, *SAMPLE_FACTS[:-1], ("財産の表示", LONGEST_ASSET))
        hard = Paper(title, opening, facts, _total(most), rows, lines, notes, signed)
        return [
            SampleLetter(plain, shown, plain.page_count),
            SampleLetter(hard, most, hard.page_count, hard=True),
        ]

    return samples


SEIZED = "次の徴収金を滞納しているので、地方税法と国税徴収法により、次の財産を差し押さえました。"
CLAIMED = "滞納者に対する徴収金のため、滞納者があなたに対して有する次の債権を差し押さえます。"
FORMS = (
    ("R-090", "差押調書謄本", "差押調書（謄本）", SEIZED, True),
    ("R-091", "債権差押通知書", "債権差押通知書", CLAIMED, False),
    ("R-092", "差押可能額計算書", "差押可能額計算書", "差し押さえることができる額の計算は、次のとおりです。", False),
    ("R-093", "差押書", "差押書", SEIZED, True),
    ("R-094", "差押登記嘱託書", "差押登記（登録）嘱託書", "次のとおり差押えの登記（登録）を嘱託します。", False),
    ("R-095", "差押通知書", "差押通知書", "あなたが権利を有する次の財産を差し押さえたので、国税徴収法第55条により通知します。", False),
    ("R-096", "差押解除通知書", "差押え解除通知書", "次の差押えを解除しましたので、通知します。", True),
    ("R-097", "交付要求書", "交付要求書", "滞納者の財産について、次の徴収金のため、交付要求をします。", False),
    ("R-098", "交付要求解除通知書", "交付要求解除通知書", "次の交付要求を解除しましたので、通知します。", False),
    ("R-099", "参加差押書", "参加差押書", "滞納者の財産について、次の徴収金のため、参加差押えをします。", False),
    ("R-100", "取立受領書", "取立受領書", "差し押さえた債権の取立てとして、次の金額を受領しました。", False),
    ("R-104", "配当計算書謄本", "配当計算書（謄本）", "換価代金等を次のとおり配当するので、配当計算書の謄本を送付します。", True),
)  # fmt: skip
KINDS = {
    form: letter_kind(
        LetterKind(
            form=form,
            name=name,
            title=title,
            source=SOURCE,
            context=Paper,
            samples=_sampled(form, title, opening, own=own),
        )
    )
    for form, name, title, opening, own in FORMS
}


def kind_of(form: str) -> LetterKind:
    """様式の種類。"""
    return KINDS[form]
