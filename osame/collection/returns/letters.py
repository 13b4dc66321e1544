"""所在照会書（R-115-2）。住民票・戸籍の附票・法人の登記事項証明書の公用請求と、所在についての照会。税目も税額も書かない。

The request to another office for what it knows about where somebody went. Names, birthday and the place where the letter came back;
of a protected person no place at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.letters.actions import Draft, Outside, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.returns.actions import InquiryAnswered, ReturnUnknown
from osame.collection.returns.models import WhereaboutsInquiry
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.database import fetch_one
from osame.platform.letters.window import WindowAddress

Kind = WhereaboutsInquiry.Kind
ABOUT = (
    "この請求は、地方税の徴収に関する調査のために、官公署等に対し、資料の提供その他の協力を求めるものです。照会の内容は、ほかに漏らさないでください。"
    "公用のため、手数料の免除をお願いします。"
)
OPENING = (
    "次の者に送付した書類が返戻されたため、所在を調査しています。次の事項についての資料の提供に、ご協力をお願いします。"
)
TITLES = {
    Kind.RESIDENT_RECORD: "住民票の写しの公用請求書", Kind.FAMILY_REGISTER: "戸籍の附票の写しの公用請求書",
    Kind.CORPORATE_REGISTER: "登記事項証明書の公用請求書", Kind.OTHER: "所在についての照会書",
}  # fmt: skip
ARTICLES = {
    Kind.RESIDENT_RECORD: "住民基本台帳法第12条の2第1項、地方税法第20条の11",
    Kind.FAMILY_REGISTER: "住民基本台帳法第20条第2項、地方税法第20条の11",
}  # fmt: skip
ELSEWHERE = "地方税法第20条の11（官公署等への協力要請）"
WANTED = {
    Kind.RESIDENT_RECORD: ("住民票（除票を含む）の写し　1通。転出先、転出の予定年月日、職権消除の有無と年月日の記載のあるもの", "世帯主の氏名と続柄"),
    Kind.FAMILY_REGISTER: ("戸籍の附票（除附票を含む）の写し　1通。最後の住所と、住所を定めた年月日の記載のあるもの", "死亡しているときは、その年月日"),
    Kind.CORPORATE_REGISTER: ("履歴事項証明書　1通。閉鎖されているときは、閉鎖事項証明書", "本店の移転、代表者の変更、解散・清算結了の有無と年月日"),
    Kind.OTHER: ("現在の住所または居所", "連絡先", "最後に確かめた日"),
}  # fmt: skip


class NotAskedByLetter(Refusal):
    """実態調査と居住確認は、職員が現地で行う調査です。官公署に尋ねるときは、住民票・戸籍の附票・法人登記・その他の調査を登録してください。"""


@dataclass(frozen=True, slots=True)
class WhereaboutsPaper:
    """所在照会書の内容。 subject: 調べる人を特定する項目と値; wanted: 求める資料; article: 根拠。"""

    title: str
    inquiry_number: int
    opening: str
    article: str
    asked_on: str
    reply_by: str
    subject: tuple[tuple[str, str], ...]
    wanted: tuple[str, ...]


def samples() -> Sequence[SampleLetter]:
    """架空の見本。住民票の公用請求と、項目の長い一通。"""
    subject = (
        ("氏名", "佐藤 花子"),
        ("フリガナ", "サトウ ハナコ"),
        ("生年月日", "昭和50年4月1日"),
        ("返戻された宛先", "架空市岩渕1丁目7-29 コーポ架空 201"),
    )
    long = (
        ("法人の名称", "株式会社架空総合建設企画（旧商号 架空土木開発工業株式会社）"), ("フリガナ", "カブシキガイシャカクウソウゴウケンセツキカク"),
        ("法人番号", "1234567890123"), ("代表者", "ジャン＝バティスト・エマニュエル・ゾルグ・デ・ラ・クルス・ガルシア・ロドリゲス"),
        ("返戻された宛先", "三重県架空市大字葛城ヶ丘字北之谷1234番地の567 グランドメゾン架空中央弐番館 1203号室"),
    )  # fmt: skip
    office = WindowAddress("510-0001", "三重県隣市本町1番1号", "市民部 戸籍住民課", "", "隣市役所", "御中")
    kind = Kind.CORPORATE_REGISTER
    return (
        SampleLetter(_paper(Kind.RESIDENT_RECORD, 12, subject, ("令和8年7月17日", "令和8年7月31日")), ("照会番号 12",), 2, to=office),
        SampleLetter(_paper(kind, 999_999_999, long, ("令和8年11月30日", "令和8年12月28日")), ("照会番号 999999999",), 2, hard=True),
    )  # fmt: skip


INQUIRY = letter_kind(
    LetterKind(
        form="R-115-2", name="所在照会書（公用請求）", title="所在についての照会書", source="collection/returns/typst/whereabouts.typ",
        context=WhereaboutsPaper, texts={"所在照会書:説明": ABOUT}, samples=samples,
    )
)  # fmt: skip


def send_whereabouts_inquiry(inquiry_id: int, to: Outside, *, reply_by: date, as_of: date, officer: str) -> int:
    """所在調査の照会書を作る。束の番号を返す。答えのある調査と、職員が現地で行う調査なら断る。

    根拠: 地方税法第20条の11
    要件: F09-02
    """
    with transaction.atomic():
        asked = WhereaboutsInquiry.objects.filter(inquiry_id=inquiry_id).first()
        if asked is None:
            raise ReturnUnknown(f"調査番号 {inquiry_id}")
        if asked.outcome:
            raise InquiryAnswered(f"調査番号 {inquiry_id}")
        if asked.kind not in TITLES:
            raise NotAskedByLetter(Kind(asked.kind).label)
        days = format_wareki(as_of), format_wareki(reply_by)
        told = _paper(Kind(asked.kind), inquiry_id, _subject(asked.addressee_number, asked.return_id), days)
        marks = (f"照会番号 {inquiry_id}",)
        draft = Draft(asked.addressee_number, "", told, marks, f"whereabouts_inquiry:{inquiry_id}", 2, to)
        run_id = freeze(INQUIRY, [draft], as_of=as_of, officer=officer)
        record(
            "所在照会書を作った",
            subjects=[asked.addressee_number],
            fields=["氏名", "送付先"],
            detail={"調査番号": inquiry_id, "束": run_id},
        )
    return run_id


def _paper(
    kind: WhereaboutsInquiry.Kind, number: int, subject: tuple[tuple[str, str], ...], days: tuple[str, str]
) -> WhereaboutsPaper:
    return WhereaboutsPaper(TITLES[kind], number, OPENING, ARTICLES.get(kind, ELSEWHERE), *days, subject, WANTED[kind])


def _subject(addressee_number: str, return_id: int) -> tuple[tuple[str, str], ...]:
    """調べる人を特定する項目。支援措置の対象者の居場所は、いまのものも、返戻された宛先も示さない。"""
    name, kana, born_on, is_corporate, number, representative, protected, place = fetch_one(
        "SELECT a.name, a.kana, a.born_on, a.kind IN ('3', '5'), a.corporate_number, a.representative_name, a.protection_measure, "
        "coalesce(l.address || ' ' || l.address_detail, s.address || ' ' || s.address_detail, a.address || ' ' || a.address_detail) "
        "FROM returned_letter r JOIN addressee a USING (addressee_number) "
        "LEFT JOIN letter l ON l.run_id = r.run_id AND l.letter_number = r.letter_number AND l.addressee_number = r.addressee_number "
        "LEFT JOIN demand_destination s ON s.run_id = r.run_id AND s.letter_number = r.letter_number "
        "AND s.addressee_number = r.addressee_number WHERE r.addressee_number = %s AND r.return_id = %s",
        [addressee_number, return_id],
    )
    facts = [("法人の名称" if is_corporate else "氏名", name), ("フリガナ", kana)]
    if is_corporate:
        facts += [("法人番号", number), ("代表者", representative)]
    elif born_on:
        facts.append(("生年月日", format_wareki(born_on)))
    facts.append(("返戻された宛先", "記載しません（お問い合わせください）" if protected else place.strip()))
    return tuple((label, value) for label, value in facts if value)
