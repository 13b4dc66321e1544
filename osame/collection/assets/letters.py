"""預貯金照会書（R-114）と、各種照会書（R-115）。第三者に送る。税目も税額も書かず、支援措置の対象者の住所は、どこにも書かない。"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from osame.collection.assets.models import ThirdParty
from osame.collection.assets.queries import InquiryRow, InvestigationLine, Party, third_party
from osame.collection.assets.search_letters import SEARCH
from osame.collection.letters.actions import Draft, Outside, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.kernel.dates import format_wareki
from osame.platform.database import fetch_all
from osame.platform.letters.window import WindowAddress

Kind = ThirdParty.Kind
MOST_ADDRESSES = 3
ABOUT = (
    "この照会は、地方税の滞納処分に関する調査のために行うものです。照会の内容と、照会を受けたことは、ほかに漏らさないでください。"
    "正当な理由なく答弁をせず、または偽りの答弁をしたときは、罰則の適用を受けることがあります（国税徴収法第188条第1項第2号）。"
)
ABOUT_OFFICE = (
    "この照会は、地方税の徴収に関する調査のために、官公署等に対し、資料の閲覧または提供その他の協力を求めるものです。"
    "照会の内容は、ほかに漏らさないでください。"
)
QUESTIONS: dict[ThirdParty.Kind, tuple[str, ...]] = {
    Kind.BANK: ("預貯金の店舗・種目・口座番号・残高（照会の日現在）", "過去1年間の入出金の履歴", "届出の氏名・住所・生年月日・電話番号",
                "貸付金の有無と残高、担保", "貸金庫、投資信託、債券の有無"),
    Kind.EMPLOYER: ("雇用の有無、入社日・退職日、雇用の形態", "過去3か月の給料等の額と、源泉所得税・住民税・社会保険料の額",
                    "給料等の支払日と支払の方法", "扶養している親族の人数", "ほかの差押えの有無", "届出の氏名・住所・生年月日"),
    Kind.INSURER: ("契約の有無、証券番号・種類・契約日", "解約返戻金の額、契約者貸付の額", "満期の日と満期金の額、配当金", "届出の氏名・住所・生年月日"),
    Kind.SECURITIES: ("口座の有無と、預り金・有価証券の銘柄・数量・評価額", "担保・信用取引の有無", "届出の氏名・住所・生年月日"),
    Kind.CUSTOMER: ("取引の有無と内容", "未払の代金の額と支払日", "契約書・請求書の写し", "届出の氏名・住所"),
    Kind.LANDLORD: ("賃貸借の有無と、契約の期間・賃料", "敷金・保証金の額と、返還の条件", "賃料の滞納の有無", "契約者の氏名・住所・生年月日"),
    Kind.PENSION: ("年金の種類・記号番号", "支給の額と支払日、控除の額", "届出の氏名・住所・生年月日", "支払の方法"),
    Kind.REGISTRY: ("登記・登録されている財産の表示", "所有者の氏名・住所", "担保権・差押えなどの登記の順位と債権の額"),
    Kind.OFFICE: ("住所の移り変わり（住民票・戸籍の附票）", "所得、扶養、勤務先", "ほかの滞納処分と、差し押さえた財産"),
    Kind.EXCHANGE: ("口座の有無と、暗号資産の種類・数量・評価額", "日本円の預り金の額", "届出の氏名・住所・生年月日"),
    Kind.CREDITOR: ("権利の内容、設定の日、登記の順位", "債権の現在の額", "弁済の状況"),
    Kind.COURT: ("事件番号、手続の種類と段階", "配当要求・交付要求の終期", "目的の財産の表示"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InquiryPaper:
    """照会書の内容。 subject: 調べる人を特定する項目と値; questions: 尋ねること; article: 根拠; is_office: 官公署への協力要請か。"""

    title: str
    inquiry_number: int
    opening: str
    article: str
    reply_by: str
    as_of: str
    subject: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]
    section: str
    is_office: bool


def samples_of(kind: ThirdParty.Kind) -> Callable[[], Sequence[SampleLetter]]:
    """架空の見本。ふつうの一通と、項目の多い一通。"""
    return lambda: [_sample(kind, hard=hard) for hard in (False, True)]


def _sample(kind: ThirdParty.Kind, *, hard: bool) -> SampleLetter:
    title, opening, section, to = SAMPLED[kind]
    number, reply_by, as_of = (
        (999_999_999, "令和8年12月28日", "令和8年11月30日") if hard else (1024, "令和8年8月7日", "令和8年7月17日")
    )
    paper = InquiryPaper(
        title, number, OPENINGS[opening], "地方税法第331条第6項（ほか各税目の規定）により例による国税徴収法第141条", reply_by, as_of,
        LONGEST_SUBJECT if hard else SUBJECT, QUESTIONS[kind], section, is_office=False,
    )  # fmt: skip
    marks = (f"照会番号 {number}", reply_by)
    return SampleLetter(paper, marks, 2, hard=hard, to=None if hard else to)


SUBJECT = (
    ("氏名", "佐藤 花子"), ("フリガナ", "サトウ ハナコ"), ("生年月日", "昭和50年4月1日"),
    ("住所", "架空市岩渕1丁目7-29 コーポ架空 201"), ("前の住所", "架空市浜町2丁目3-4"),
)  # fmt: skip
LONGEST_SUBJECT = (
    ("氏名", "ジャン＝バティスト・エマニュエル・ゾルグ・デ・ラ・クルス・ガルシア・ロドリゲス"),
    ("フリガナ", "ジャンバティスト エマニュエル ゾルグ デ ラ クルス ガルシア ロドリゲス"), ("生年月日", "昭和50年12月31日"),
    ("住所", "三重県架空市大字葛城ヶ丘1234番地の567 グランドメゾン架空中央弐番館 1203号室"),
    *(("前の住所", f"愛知県名古屋市中区三の丸三丁目{at}番{at}号 グランドメゾン三の丸中央弐番館 {at}203号室") for at in (1, 2, 3)),
)  # fmt: skip
SAMPLED = {
    Kind.BANK: (
        "預貯金等照会書", "bank", "本店 預金事務センター",
        WindowAddress("516-0073", "三重県架空市本町1番1号", "本店 預金事務センター", "", "株式会社架空銀行", "御中"),
    ),
    Kind.EMPLOYER: (
        "給与等照会書", "employer", "総務部 給与課",
        WindowAddress("516-0008", "三重県架空市船江3丁目2番1号", "総務部 給与課", "", "株式会社架空製作所", "御中"),
    ),
}  # fmt: skip
OPENINGS = {
    "bank": "次の者の財産について、調査のため必要がありますので、別紙の事項を照会します。期限までに、別紙の回答書でお答えください。",
    "employer": "次の者の給料等について、調査のため必要がありますので、別紙の事項を照会します。期限までに、別紙の回答書でお答えください。",
    "office": "次の者について、調査のため必要がありますので、別紙の事項についての資料の提供に、ご協力をお願いします。",
}
TITLES = {
    Kind.BANK: "預貯金等照会書", Kind.EMPLOYER: "給与等照会書", Kind.INSURER: "生命保険契約等照会書", Kind.SECURITIES: "有価証券等照会書",
    Kind.CUSTOMER: "取引状況照会書", Kind.LANDLORD: "賃貸借契約照会書", Kind.PENSION: "年金等照会書", Kind.REGISTRY: "登記・登録事項照会書",
    Kind.OFFICE: "実態調査照会書", Kind.EXCHANGE: "暗号資産等照会書", Kind.CREDITOR: "債権現在額等照会書", Kind.COURT: "強制換価手続照会書",
}  # fmt: skip
SOURCE = "collection/assets/typst/inquiry.typ"
TEXTS = {"照会書:説明": ABOUT, "照会書:協力": ABOUT_OFFICE}
BANK_INQUIRY = letter_kind(
    LetterKind(
        form="R-114", name="預貯金照会書", title="預貯金等照会書", source=SOURCE, context=InquiryPaper, texts=TEXTS,
        samples=samples_of(Kind.BANK),
    )
)  # fmt: skip
INQUIRY = letter_kind(
    LetterKind(
        form="R-115", name="各種照会書", title="財産等照会書", source=SOURCE, context=InquiryPaper, texts=TEXTS,
        samples=samples_of(Kind.EMPLOYER),
    )
)  # fmt: skip

KINDS = (BANK_INQUIRY, INQUIRY, SEARCH)
"""この章の文書の種類。捜索調書などの内容は `search_letters.py` にある。"""


def send_inquiry_letters(
    plan: InvestigationLine, lines: Sequence[InquiryRow], *, as_of: date, officer: str
) -> tuple[int, ...]:
    """照会書を、照会先ごとに一通作る。様式ごとの束の番号を返す。

    要件: F16-02
    """
    subject = subject_of(plan.addressee_number)
    found = []
    for kind, banks in ((BANK_INQUIRY, True), (INQUIRY, False)):
        chosen = [each for each in lines if (each.party_kind is Kind.BANK) is banks]
        drafts = [_draft(each, third_party(each.third_party_id), subject) for each in chosen]
        if drafts:
            found.append(freeze(kind, drafts, as_of=as_of, officer=officer))
    return tuple(found)


def subject_of(addressee_number: str) -> tuple[tuple[str, str], ...]:
    """第三者に示す、その人を特定する項目。支援措置の対象者の住所は、いまのものも前のものも示さない。

    要件: F16-02, F27-01
    """
    return subjects_of([addressee_number])[addressee_number]


def subjects_of(whose: Sequence[str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """多くの人について、まとめて。読む文の数は、人の数によらない。

    要件: F16-02, F27-01
    """
    rows = fetch_all(
        "SELECT addressee_number, name, kana, born_on, kind IN ('3', '5'), corporate_number, representative_name, protection_measure, "
        "address, address_detail FROM addressee WHERE addressee_number = ANY (%s)",
        [list(whose)],
    )
    earlier = earlier_addresses_among(whose)
    return {str(who): _subject(facts, earlier[who]) for who, *facts in rows}


def _subject(known: Sequence[Any], earlier: Sequence[str]) -> tuple[tuple[str, str], ...]:
    name, kana, born_on, corporate, number, representative, protected, address, detail = known
    facts = [("法人の名称" if corporate else "氏名", name), ("フリガナ", kana)]
    if corporate:
        facts += [("法人番号", number), ("代表者", representative)]
    elif born_on:
        facts.append(("生年月日", format_wareki(born_on)))
    if protected:
        return (*((label, value) for label, value in facts if value), ("住所", "記載しません（お問い合わせください）"))
    facts.append(("所在地" if corporate else "住所", f"{address} {detail}".strip()))
    facts += [("前の住所", each) for each in earlier]
    return tuple((label, value) for label, value in facts if value)


def earlier_addresses(addressee_number: str) -> tuple[str, ...]:
    """前の住所を、新しい順に。"""
    return earlier_addresses_among([addressee_number])[addressee_number]


def earlier_addresses_among(whose: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """多くの人の前の住所を、新しい順に。読む文は一つ。"""
    rows = fetch_all(
        "SELECT addressee_number, address FROM (SELECT e.*, row_number() OVER (PARTITION BY addressee_number ORDER BY line_number DESC) AS at "
        "FROM earlier_address e WHERE addressee_number = ANY (%s)) e WHERE at <= %s ORDER BY addressee_number, at",
        [list(whose), MOST_ADDRESSES],
    )
    found: dict[str, tuple[str, ...]] = dict.fromkeys(whose, ())
    for who, address in rows:
        found[who] = (*found[who], str(address).strip())
    return found


def _draft(line: InquiryRow, party: Party, subject: tuple[tuple[str, str], ...]) -> Draft:
    is_office = line.article == "地方税法第20条の11"
    opening = OPENINGS["office" if is_office else "employer" if party.kind is Kind.EMPLOYER else "bank"]
    paper = InquiryPaper(
        TITLES[party.kind], line.inquiry_id, opening, line.article, format_wareki(line.reply_due_on), format_wareki(line.sent_on),
        subject, QUESTIONS[party.kind], party.section, is_office,
    )  # fmt: skip
    to = Outside(party.name, party.postal_code, party.address, party.section)
    return Draft(
        line.addressee_number, "", paper, (f"照会番号 {line.inquiry_id}",), f"property_inquiry:{line.inquiry_id}", 2, to
    )
