"""歳出からの支払の文書。前納報奨金の交付（R-009-2）、報奨金の返納（R-009-3）、返還金の支払決定（R-030-2）。

Three letters: the grant, what is asked back, and the decision on restitution with its computation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from osame.collection.letters.actions import Draft, freeze
from osame.collection.letters.kinds import LetterKind, SampleLetter, letter_kind
from osame.collection.outlays.models import Outlay, OutlayPart, OutlayRecovery
from osame.collection.outlays.queries import OutlayFile, outlay_file
from osame.collection.outlays.recovering import RecoveryUnknown
from osame.collection.parameters.overview import year_name
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.console.fields import short_wareki
from osame.platform.database import fetch_all

MOST_ROWS = 20
"""一通に載せる内訳の数。"""
MOST = 99_999_999_999
REWARD_NOTE = "報奨金は、納期前に納めた税額と月数により、条例の定めで計算しました。税額が後で減ったときは、多すぎた額を返していただきます。"
RETURN_NOTE = "納期前に納めた税額が減ったので、交付した報奨金を計算し直しました。上の額を、期限までに返してください。返納の方法は、お問い合わせください。"
RESTITUTION_NOTE = "返還金は、法の期間を過ぎて還付できない年度の税に相当する額と、利息に相当する額を、市の要綱によりお支払いするものです。還付金ではありません。"

SHORTFALL_NOTE = (
    "配当割額・株式等譲渡所得割額を個人住民税から控除しきれなかった額を、未納の徴収金に充て、残りをお返しします（地方税法第314条の9第2項・"
    "第3項）。充てた額は、その期別に納めたものとなります。"
)


class NothingToTell(Refusal):
    """この支払には、知らせることがありません。取り消した支払でないか、確かめてください。"""


@dataclass(frozen=True, slots=True)
class OutlayRow:
    """内訳一つ。 steps: 計算。"""

    term: str
    paid_on: str
    amount: int
    counted: int
    steps: str


@dataclass(frozen=True, slots=True)
class OutlayNotice:
    """支払の通知の内容。 due: 返納の期限、または支払の予定。"""

    outlay: str
    tax_item: str
    basis: str
    reason: str
    decided_on: str
    amount: int
    settled: int
    interest: int
    total: int
    account: str
    due: str
    rows: tuple[OutlayRow, ...]


def _rewarded(term: int, months: int) -> OutlayRow:
    steps = f"30,000円 × 0.5% × {months}月 = {150 * months:,}円"
    return OutlayRow(f"令和8年度 第{term}期", "R8.4.30", 30_000, months, steps)


REWARDED = tuple(_rewarded(term, months) for term, months in ((2, 2), (3, 5), (4, 7)))
ACCOUNT = "0155-701 ****567"
PLAIN = {
    "R-009-2": OutlayNotice(
        "第12号", "固定資産税・都市計画税", "架空市税条例第70条", "第1期の納期に、年税額を納めたため", "令和8年5月15日",
        2_100, 0, 0, 2_100, ACCOUNT, "", REWARDED,
    ),
    "R-009-3": OutlayNotice(
        "第12号", "固定資産税・都市計画税", "架空市税条例第70条", "家屋の滅失により、第4期の税額がなくなったため", "令和8年7月17日",
        2_100, 0, 0, 1_050, "", "令和8年8月17日", REWARDED[:2],
    ),
    "R-030-2": OutlayNotice(
        "第13号", "固定資産税・都市計画税", "架空市市税等過誤納金返還金支払要綱第3条",
        "住宅用地の課税標準の特例の適用漏れが、平成29年度から続いていたため", "令和8年7月17日", 60_000, 0, 27_000, 87_000, ACCOUNT,
        "令和8年8月17日",
        (OutlayRow("平成29年度 第1期", "H29.5.31", 30_000, 13_600, ""), OutlayRow("平成29年度 第2期", "H29.7.31", 30_000, 13_400, "")),
    ),
    "R-032-2": OutlayNotice(
        "第14号", "市民税・県民税（普通徴収）", "地方税法第314条の9", "配当割額の控除不足額が生じたため", "令和8年7月17日", 21_000, 9_000, 0,
        21_000, ACCOUNT, "令和8年8月17日", (OutlayRow("令和7年度 第4期", "R8.7.17", 9_000, 0, ""),),
    ),
}  # fmt: skip


def _kind(form: str, name: str, note: str) -> LetterKind:
    def samples() -> tuple[SampleLetter, ...]:
        settled = 9_000 if form == "R-032-2" else 0
        far = OutlayRow(
            "令和12年度 第12期", "R12.12.25", MOST, 12 if form == "R-009-2" else MOST,
            "令和12年12月26日から令和22年12月31日まで3,658日: 99,999,999,999円 × 5% × 3,658 ÷ 365 = 50,109,589,040円",
        )  # fmt: skip
        plain = PLAIN[form]
        hard = OutlayNotice(
            "第9999999999号", "国民健康保険税（普通徴収・介護納付金分）", "架空市市税等過誤納金返還金支払要綱第3条第1項第2号及び第5条",
            "住宅用地の課税標準の特例の適用漏れが、平成二十年度から続いていたことが、実地の調査によって判明したため", "令和12年12月31日",
            MOST, MOST if settled else 0, MOST, 2 * MOST, "0155-701 ****567", "令和13年1月31日", (far,) * 12,
        )  # fmt: skip
        return tuple(SampleLetter(each, (f"{each.total:,}円",), hard=each is hard) for each in (plain, hard))

    source = {
        "R-009-2": "reward_notice",
        "R-009-3": "reward_return",
        "R-030-2": "restitution_notice",
        "R-032-2": "shortfall_notice",
    }[form]
    return letter_kind(
        LetterKind(
            form, name, name, f"collection/outlays/typst/{source}.typ", OutlayNotice, samples, {f"{name}:注意": note}
        )
    )


REWARD = _kind("R-009-2", "前納報奨金交付決定通知書", REWARD_NOTE)
RETURN = _kind("R-009-3", "前納報奨金返納通知書", RETURN_NOTE)
RESTITUTION = _kind("R-030-2", "返還金支払決定通知書", RESTITUTION_NOTE)
SHORTFALL = _kind("R-032-2", "控除不足額充当（委託納付）・還付通知書", SHORTFALL_NOTE)


def send_notices(outlay_ids: Sequence[int], *, as_of: date, officer: str) -> tuple[int, ...]:
    """支払の決定を知らせる文書を作る。前に知らせた支払には作らない。束の番号を返す。

    要件: F05-13, F06-08
    """
    with transaction.atomic():
        known = {str(subject) for (subject,) in fetch_all(
            "SELECT subject FROM letter WHERE subject = ANY(%s) AND state <> '9'", [[f"outlay:{each}" for each in outlay_ids]]
        )}  # fmt: skip
        files = [outlay_file(each) for each in outlay_ids if f"outlay:{each}" not in known]
        files = [each for each in files if each.line.state != Outlay.State.CANCELLED]
        if not files:
            raise NothingToTell("、".join(map(str, outlay_ids)))
        made = []
        for kind, letter in (
            (Outlay.Kind.REWARD, REWARD),
            (Outlay.Kind.RESTITUTION, RESTITUTION),
            (Outlay.Kind.SHORTFALL, SHORTFALL),
        ):
            drafts = [_draft(each) for each in files if each.line.kind == kind]
            if drafts:
                made.append(freeze(letter, drafts, as_of=as_of, officer=officer))
        return tuple(made)


def untold_outlays() -> tuple[int, ...]:
    """まだ知らせていない支払。"""
    return tuple(
        int(number)
        for (number,) in fetch_all(
            "SELECT o.outlay_id FROM outlay o WHERE o.state <> '9' AND NOT EXISTS (SELECT 1 FROM letter l "
            "WHERE l.addressee_number = o.addressee_number AND l.subject = 'outlay:' || o.outlay_id AND l.state <> '9') "
            "ORDER BY o.outlay_id"
        )
    )


def send_return(outlay_id: int, recovery_number: int, *, as_of: date, officer: str) -> int:
    """報奨金の返納を求める文書（R-009-3）を作る。束の番号を返す。

    要件: F06-08
    """
    with transaction.atomic():
        file = outlay_file(outlay_id)
        found = next((each for each in file.recoveries if each.recovery_number == recovery_number), None)
        if found is None or found.returned_on is not None:
            raise RecoveryUnknown(f"{outlay_id}-{recovery_number}")
        return freeze(RETURN, [_return(file, found)], as_of=as_of, officer=officer)


def _draft(file: OutlayFile) -> Draft:
    line = file.line
    rows = tuple(_row(each, line.kind) for each in file.parts[:MOST_ROWS])
    notice = OutlayNotice(
        f"第{line.outlay_id}号", line.tax_name, line.basis, line.reason, format_wareki(line.decided_on), line.amount, line.settled,
        line.interest, line.total, line.account, format_wareki(line.paid_out_on) if line.paid_out_on else "", rows,
    )  # fmt: skip
    return Draft(line.addressee_number, "", notice, (f"{line.total:,}円",), f"outlay:{line.outlay_id}")


def _return(file: OutlayFile, recovery: OutlayRecovery) -> Draft:
    line = file.line
    rows = tuple(OutlayRow("", "", 0, 0, str(step)) for step in recovery.steps[:MOST_ROWS])
    notice = OutlayNotice(
        f"第{line.outlay_id}号の{recovery.recovery_number}", line.tax_name, line.basis, recovery.reason,
        format_wareki(recovery.demanded_on), line.amount, 0, 0, recovery.amount, "", format_wareki(recovery.payable_through), rows,
    )  # fmt: skip
    subject = f"outlay_return:{line.outlay_id}:{recovery.recovery_number}"
    return Draft(line.addressee_number, "", notice, (f"{recovery.amount:,}円", notice.due), subject)


def _row(part: OutlayPart, kind: str) -> OutlayRow:
    term = f"{year_name(part.levy_year)} 第{part.installment_term}期{'（推計）' if part.estimated else ''}"
    counted = part.months if kind == Outlay.Kind.REWARD else part.interest
    return OutlayRow(term, short_wareki(part.paid_on), part.amount, counted, str(part.steps[-1]) if part.steps else "")
