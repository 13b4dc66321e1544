"""猶予の申請書の用紙（R-072-2 徴収猶予、R-073-2 換価の猶予）。未納の期別を刷り、ほかは申請する人が書く。

The application forms of grace: what is owed is printed, everything that only the applicant knows is left to be written.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from osame.collection.letters.actions import Draft, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.parameters.overview import year_name
from osame.collection.payment_slips.owed import Owed, owed_of
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.law.dispositions import Procedure
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_one

ROWS, PLAN_ROWS, MOST = 8, 12, 999_999_999_999
COLLECTION = (
    (
        "災害などによる財産の損失",
        "病気・負傷",
        "事業の廃止・休止",
        "事業の著しい損失",
        "これらに類する事実",
        "納期限の後の、一年以上前の税の確定",
    ),
    "次のとおり、徴収の猶予を申請します（地方税法第15条第1項・第2項、第15条の2第1項・第2項）。",
    "猶予を受けようとする金額が条例で定める額を超えるときは、担保を提供してください（地方税法第16条第1項）。財産目録と収支の明細書、該当する事実を証する書類を"
    "添えてください。不備があるときは、通知の日から20日のうちに補ってください（同法第15条の2第4項から第9項まで）。",
)
REALIZATION = (
    ("事業の継続が困難になる", "生活の維持が困難になる"),
    "次のとおり、換価の猶予を申請します（地方税法第15条の6第1項、第15条の6の2第1項）。",
    "この申請は、納期限から条例で定める期間のうちにしてください。猶予を受けようとする金額が条例で定める額を超えるときは、担保を提供してください"
    "（地方税法第16条第1項）。財産目録と収支の明細書を添えてください。不備があるときは、通知の日から20日のうちに補ってください（同法第15条の6の2第3項）。",
)
WORDS = {Procedure.COLLECTION_GRACE: COLLECTION, Procedure.REALIZATION_GRACE: REALIZATION}


class NothingToDefer(Refusal):
    """未納の期別がないので、猶予の申請書は作れません。納税者の画面で、未納を確かめてください。"""


@dataclass(frozen=True, slots=True)
class OwedRow:
    """未納の期別一つ。"""

    tax_item: str
    levy_year: str
    term: str
    due_date: str
    principal_tax: int
    additions: int


@dataclass(frozen=True, slots=True)
class GraceApplication:
    """申請書の内容。 rows: 未納の期別（古いものから）; more: 載せきれない期別の数; plan_rows: 分割の計画の空の行。"""

    title: str
    opening: str
    name: str
    addressee_number: str
    as_of: str
    grounds: tuple[str, ...]
    rows: tuple[OwedRow, ...]
    more: int
    total: int
    plan_rows: int


def _samples(procedure: Procedure) -> Callable[[], Sequence[SampleLetter]]:
    def samples() -> Sequence[SampleLetter]:
        few = (
            OwedRow("固定資産税・都市計画税", "令和7", "3期", "R8.1.5", 30_000, 1_300),
            OwedRow("固定資産税・都市計画税", "令和7", "4期", "R8.3.2", 30_000, 1_300),
        )
        wide = OwedRow("国民健康保険税（普通徴収・介護納付金分）", "令和8", "随時12期", "R8.12.25", MOST, 9_999_999_999)
        longest = "ジャン＝バティスト・エマニュエル・ゾルグ・デ・ラ・クルス・ガルシア・ロドリゲス"
        plain = _paper(procedure, ("佐藤 花子", "000000000000012"), "令和8年7月17日", (few, 62_600, 0))
        hard = _paper(procedure, (longest, "999999999999999"), "令和8年12月25日", ((wide,) * ROWS, MOST, 24))
        return tuple(SampleLetter(each, (f"{each.total:,}円",), 2, hard=each is hard) for each in (plain, hard))

    return samples


def _kind(form: str, procedure: Procedure) -> LetterKind:
    name = f"{procedure.value}申請書"
    return letter_kind(
        LetterKind(
            form=form, name=name, title=name, source="collection/grace/typst/grace_application.typ", context=GraceApplication,
            texts={f"{name}:書き方": WORDS[procedure][2]}, samples=_samples(procedure),
        )
    )  # fmt: skip


APPLICATIONS = {
    Procedure.COLLECTION_GRACE: _kind("R-072-2", Procedure.COLLECTION_GRACE),
    Procedure.REALIZATION_GRACE: _kind("R-073-2", Procedure.REALIZATION_GRACE),
}


def send_application_form(addressee_number: str, procedure: Procedure, *, as_of: date, officer: str) -> int:
    """猶予の申請書の用紙を、その人の未納の期別を刷って作る。束の番号を返す。

    要件: F15-01, F15-02
    """
    owed = owed_of(addressee_number, on=as_of, as_of=as_of)
    if not owed:
        raise NothingToDefer
    (name,) = fetch_one("SELECT name FROM addressee WHERE addressee_number = %s", [addressee_number])
    rows = tuple(_row(each) for each in owed[:ROWS])
    total = sum(each.share().amount for each in owed)
    paper = _paper(procedure, (name, addressee_number), format_wareki(as_of), (rows, total, max(0, len(owed) - ROWS)))
    draft = Draft(addressee_number, "", paper, (f"{total:,}円",), f"grace_application:{addressee_number}", 2)
    return freeze(APPLICATIONS[procedure], [draft], as_of=as_of, officer=officer)


def _paper(
    procedure: Procedure, who: tuple[str, str], as_of: str, owed: tuple[tuple[OwedRow, ...], int, int]
) -> GraceApplication:
    grounds, opening, _ = WORDS[procedure]
    rows, total, more = owed
    return GraceApplication(f"{procedure.value}申請書", opening, *who, as_of, grounds, rows, more, total, PLAN_ROWS)


def _row(each: Owed) -> OwedRow:
    share = each.share()
    return OwedRow(
        share.tax_name, year_name(share.levy_year).removesuffix("年度"), share.term_name, short_wareki(share.due_on),
        share.principal_tax, share.demand_fee + share.delinquency_charge,
    )  # fmt: skip
