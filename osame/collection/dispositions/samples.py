"""滞納処分の書面の見本。架空の人、財産、機関。額と計算は、法の関数で作る。

Every form as it leaves the office: to whom, about what property, with sums that add up and the steps of the law itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.dispositions.paging import arranged
from osame.collection.dispositions.paper import (
    APPEAL,
    CLAIM_BAN,
    DECIDED,
    EXTRA,
    HAND_OVER,
    OBJECTION,
    OWNER_BAN,
    Paper,
    PaperCharge,
    amount_text,
)
from osame.collection.letters.kinds import SampleLetter
from osame.collection.letters.samples import HARD, PLAIN
from osame.kernel.money import Yen
from osame.law.distribution import Creditor, CreditorKind, distribute
from osame.law.wage_seizure import Wages, exempt_amounts_on, wage_seizure_exemption
from osame.platform.letters.window import WindowAddress

ON = date(2026, 7, 17)
SAMPLE_ROWS = (
    PaperCharge("固定資産税・都市計画税 令和7年度 1期", "R7.6.30", 50_000, 100, 2_300),
    PaperCharge("固定資産税・都市計画税 令和7年度 2期", "R7.8.31", 30_000, 100, 0),
)
LONGEST_ROW = PaperCharge(
    "国民健康保険税（介護納付金課税額を含む） 令和7年度 随時第12期", "R7.12.31", 99_999_999_999, 9_999, 99_999_999_999
)
LONGEST_ASSET = (
    "三重県架空市大字葛城ヶ丘字北之谷1234番地の567所在 家屋番号1234番の567 居宅 木造瓦葺2階建 1階 102.34平方メートル "
    "2階 98.76平方メートル 持分2分の1"
)
LONGEST_CLAIM = (
    "架空中央信用農業協同組合連合会 大字城ヶ丘ショッピングセンター出張所 定期預金（証書番号 AB-123456789012）と、"
    "これから生じる利息の支払請求権の全部"
)
BANK = WindowAddress("516-0073", "三重県架空市本町1番1号", "本店 預金事務センター", "", "株式会社架空銀行", "御中")
EMPLOYER = WindowAddress("516-0008", "三重県架空市船江3丁目2番1号", "総務部 給与課", "", "株式会社架空製作所", "御中")
REGISTRY = WindowAddress("516-0074", "三重県架空市本町2丁目5番8号", "", "", "架空地方法務局 架空支局", "御中")
COURT = WindowAddress("516-0072", "三重県架空市宮後3丁目1番4号", "執行係", "", "架空地方裁判所 架空支部", "御中")
TAX_OFFICE = WindowAddress("516-0036", "三重県架空市岡本2丁目3番5号", "徴収部門", "", "架空税務署長", "様")
SEIZED = "次の徴収金を滞納しているので、地方税法と国税徴収法により、次の財産を差し押さえました。"
RELEASED = "次の{}を解除しましたので、通知します。"
REQUESTED = "滞納者の財産について、次の徴収金のため、{}をします。"
REQUEST_BASIS = ("根拠", "地方税法第331条第4項・第5項、国税徴収法第82条・第86条")
CLAIM_NUMBER, LAND_NUMBER = ("処分の番号", "令和8年度 差押え 第12号"), ("処分の番号", "令和8年度 差押え 第13号")
SEIZED_ON = ("差押えの日", "令和8年7月17日")
CLAIM = (CLAIM_NUMBER, SEIZED_ON, ("差し押さえる範囲", "差押えの時の残高の全額"), ("履行期限", "令和8年7月31日"))
LAND = (LAND_NUMBER, SEIZED_ON, ("差し押さえる範囲", "所有権の全部"))
DEPOSIT = ("預貯金", "架空銀行 本店 普通預金 口座番号1234567", LONGEST_CLAIM)
ESTATE = ("土地", "三重県架空市岩渕1丁目7番29 宅地 120.00平方メートル", LONGEST_ASSET)
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """様式ごとの形。 subject: 滞納者を示すか; asset: （種類、ふつうの表示、長い表示）; total: 大きく示す額の名。"""

    opening: str
    facts: Facts
    to: WindowAddress | None = None
    subject: bool = False
    asset: tuple[str, str, str] | None = None
    total: str = ""
    charged: bool = False
    notes: tuple[tuple[str, str], ...] = ()
    signed: bool = False


BANS = (EXTRA, ("処分の禁止", OWNER_BAN), ("不服の申立て", APPEAL))
SEIZED_TOTAL = "差押えに係る徴収金の額"
SHAPES = {
    "R-090": Shape(SEIZED, CLAIM, None, False, DEPOSIT, SEIZED_TOTAL, True, BANS, True),
    "R-091": Shape(
        "滞納者に対する徴収金のため、滞納者があなたに対して有する次の債権などを差し押さえます。", CLAIM, BANK, True, DEPOSIT,
        SEIZED_TOTAL, True, (("履行", CLAIM_BAN), EXTRA),
    ),
    "R-092": Shape(
        "差し押さえた給料等について、差し押さえることができる額の計算は、次のとおりです。支払額が変わる月は、同じ方法で計算してください。",
        (("処分の番号", "令和8年度 差押え 第14号"), ("根拠", "国税徴収法第76条第1項")), EMPLOYER, True,
    ),
    "R-093": Shape(SEIZED, LAND, None, False, ESTATE, SEIZED_TOTAL, True, BANS, True),
    "R-094": Shape(
        "次のとおり差押えの登記（登録）を嘱託します。",
        (("登記の目的", "差押え"), ("原因", "令和8年7月17日 令和8年度 差押え 第13号"),
         ("根拠", "国税徴収法第68条第3項、地方税法第331条第6項")), REGISTRY, True, ESTATE,
    ),
    "R-095": Shape(
        "あなたが権利を有する次の財産を差し押さえたので、国税徴収法第55条により通知します。", LAND, BANK, True, ESTATE, SEIZED_TOTAL, True,
        (EXTRA,),
    ),
    "R-096": Shape(
        RELEASED.format("差押え"),
        (CLAIM_NUMBER, ("処分の日", "令和8年6月1日"), ("事由", "徴収金の全額の納付"), ("根拠", "国税徴収法第79条第1項第1号"),
         ("解除の日", "令和8年7月17日")), asset=DEPOSIT,
    ),
    "R-097": Shape(
        REQUESTED.format("交付要求"),
        (("処分の番号", "令和8年度 交付要求 第3号"), ("執行機関", "架空地方裁判所 架空支部"),
         ("事件・先の差押え", "令和8年（ケ）第45号 担保不動産競売事件"), REQUEST_BASIS),
        COURT, True, None, "要求する額", True, (EXTRA,),
    ),
    "R-098": Shape(
        RELEASED.format("交付要求"),
        (("処分の番号", "令和8年度 交付要求 第3号"), ("処分の日", "令和8年6月1日"), ("事由", "徴収金の全額の納付"),
         ("根拠", "国税徴収法第84条第1項"), ("解除の日", "令和8年7月17日")), COURT, True,
    ),
    "R-099": Shape(
        REQUESTED.format("参加差押え"),
        (("処分の番号", "令和8年度 参加差押え 第2号"), ("執行機関", "架空税務署長"),
         ("事件・先の差押え", "令和8年5月20日 差押え（架空徴第123号）"), REQUEST_BASIS),
        TAX_OFFICE, True, ESTATE, "要求する額", True, (EXTRA,),
    ),
    "R-099-2": Shape(
        DECIDED,
        (("参加差押えの番号", "令和8年度 参加差押え 第2号"), ("参加差押えの日", "令和8年5月25日"),
         ("先の差押え", "令和8年5月20日 差押え（架空徴第123号）"), ("同意した行政機関", "架空税務署長"),
         ("同意", "令和8年7月10日 架空徴第456号"), ("決定の日", "令和8年7月17日"),
         ("根拠", "国税徴収法第89条の2、地方税法第331条第6項")),
        TAX_OFFICE, True, ESTATE, "参加差押えに係る徴収金の額", notes=(HAND_OVER,),
    ),
    "R-100": Shape(
        "差し押さえた債権の取立てとして、次の金額を受領しました。",
        (CLAIM_NUMBER, ("受領の日", "令和8年7月31日"), ("根拠", "国税徴収法第67条")), BANK, False, DEPOSIT, "受領した金額",
    ),
    "R-104": Shape(
        "換価代金等を次のとおり配当するので、配当計算書の謄本を送付します。",
        (LAND_NUMBER, ("交付期日", "令和8年7月24日"), ("根拠", "国税徴収法第131条・第132条")), None, False, ESTATE, "残余の金額",
        notes=(OBJECTION,),
    ),
}  # fmt: skip


def samples_of(form: str, title: str) -> Callable[[], Sequence[SampleLetter]]:
    """その様式の、架空の見本。ふつうの一通と、期別と計算が続きの頁に渡る一通。"""
    return lambda: [_sample(form, title, hard=hard) for hard in (False, True)]


def _sample(form: str, title: str, *, hard: bool) -> SampleLetter:
    shape = SHAPES[form]
    charges = ([LONGEST_ROW] * 20 if hard else list(SAMPLE_ROWS)) if shape.charged else []
    lines, amount = _lines(form, hard=hard)
    if charges:
        amount = sum(each.principal_tax + each.demand_fee + each.delinquency_charge for each in charges)
    total = ((shape.total, amount_text(amount)),) if shape.total else ()
    rows, pages = (tuple(charges),), (lines,) if lines else ()
    facts = (*_subject(shape, hard=hard), *shape.facts, *_asset(shape, hard=hard))
    signed = "山本 昇" if shape.signed else ""
    paper = arranged(Paper(title, shape.opening, facts, total, rows, pages, shape.notes, signed))
    marks = tuple(value for _, value in total) or (shape.facts[0][1],)
    return SampleLetter(paper, marks, paper.page_count, hard=hard, to=None if hard else shape.to)


def _lines(form: str, *, hard: bool) -> tuple[tuple[str, ...], int]:
    """計算の行と、大きく示す額（期別の計を除く）。"""
    if form == "R-092":
        wages = (
            Wages(Yen(999_999_999), (Yen(99_999_999),) * 3, 9)
            if hard
            else Wages(Yen(282_078), (Yen(6_420), Yen(12_300), Yen(41_200)), 2)
        )
        found = wage_seizure_exemption(wages, exempt_amounts_on(ON))
        return (*found.steps, "根拠 " + "、".join(found.basis)), found.seizable
    if form == "R-104":
        answer = distribute(*_claims(hard=hard))
        shares = (
            f"{each.name}（{each.kind.value}）債権{each.claimed:,}円　配当{each.amount:,}円" for each in answer.shares
        )
        return (*shares, *answer.steps), answer.left
    return (), 999_999_999_999 if hard else 82_500


def _claims(*, hard: bool) -> tuple[Yen, list[Creditor]]:
    """換価代金と、配当を受ける債権。"""
    if not hard:
        return Yen(5_000_000), [
            Creditor("架空市", CreditorKind.DISPOSITION_COST, Yen(35_000)),
            Creditor("株式会社架空銀行", CreditorKind.SECURED, Yen(3_000_000), date(2019, 4, 1)),
            Creditor("架空市", CreditorKind.SEIZING_TAX, Yen(82_500), date(2025, 6, 30)),
        ]
    name = "架空中央信用農業協同組合連合会 城ヶ丘出張所"
    return Yen(999_999_999_999), [
        Creditor("架空市", CreditorKind.DISPOSITION_COST, Yen(99_999_999)),
        *(Creditor(name, CreditorKind.SECURED, Yen(99_999_999_999), date(2019, 4, day), day) for day in range(1, 13)),
        Creditor("架空市", CreditorKind.SEIZING_TAX, Yen(99_999_999_999), date(2025, 6, 30)),
    ]


def _subject(shape: Shape, *, hard: bool) -> Facts:
    if not shape.subject:
        return ()
    who = HARD if hard else PLAIN
    return ("滞納者の氏名", who.name), ("滞納者の住所", f"{who.address} {who.address_detail}")


def _asset(shape: Shape, *, hard: bool) -> Facts:
    if shape.asset is None:
        return ()
    kind, plain, longest = shape.asset
    return ("財産の種類", kind), ("財産の表示", longest if hard else plain)
