"""庁内の帳票。情報照会結果（公金受取口座）・照会状況表・エラーリスト（R-151）。"""

from datetime import date

from osame.collection.letters.reports import Grid, Report, report_pdf
from osame.collection.public_benefit_accounts.queries import (
    InquiryLine,
    Period,
    State,
    inquiries_within,
    masked_accounts,
)
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.fields import short_wareki
from osame.platform.terminal import JAPAN

FORM, TITLE = "R-151", "公金受取口座の情報照会結果・照会状況表・エラーリスト"
FACTS = ("氏名", "公金受取口座の照会", "金融機関", "口座番号の下三桁")
GONE = "消去済"
MATCH = {True: "一致", False: "相違", None: "—"}


class NothingAskedThen(Refusal):
    """その期間に希望を受けた公金受取口座の照会はありません。期間を確かめてください。"""


def inquiry_report(period: Period, *, as_of: date) -> tuple[bytes, list[str]]:
    """情報照会結果・照会状況表・エラーリスト。口座は下三桁だけを載せ、名義の封は開けない。（PDF、対象の宛名番号）。

    要件: F05-05, F35-12, F29-06
    根拠: 番号法第19条第8号
    """
    lines = inquiries_within(period)
    if not lines:
        raise NothingAskedThen
    subjects = sorted({each.addressee_number for each in lines})
    body = report_pdf([_report(lines, period, as_of)], as_of)
    record("公金受取口座の照会結果の帳票を作った", subjects=subjects, fields=FACTS, detail={"件数": len(lines)})
    return body, subjects


def _report(lines: tuple[InquiryLine, ...], period: Period, as_of: date) -> Report:
    failed = [each for each in lines if each.state == State.FAILED or each.holder_matched is False]
    count = {state: sum(each.state == state for each in lines) for state in State}
    return Report(
        FORM, TITLE,
        (("希望日", f"{format_wareki(period.since)} から {format_wareki(period.through)} まで"), ("基準日", format_wareki(as_of)),
         ("照会", f"{len(lines):,}件"), ("状態ごとの件数", "　".join(f"{x.label} {n:,}" for x, n in count.items() if n)),
         ("エラー", f"{len(failed):,}件"), ("提供者・情報", "デジタル庁　公的給付支給等口座登録簿関係情報")),
        (_states(lines), _results(lines), _errors(failed)),
        ("口座番号は下三桁だけを載せています。消去した口座は、番号も金融機関も残っていません。",
         "根拠　行政手続における特定の個人を識別するための番号の利用等に関する法律第19条第8号、"
         "公的給付の支給等の迅速かつ確実な実施のための預貯金口座の登録等に関する法律第9条"),
        wide=True,
    )  # fmt: skip


def _states(lines: tuple[InquiryLine, ...]) -> Grid:
    return Grid(
        "照会状況表",
        ("番号", "対象（宛名番号）", "決議", "希望日・受け方", "照会日時", "照会した職員", "照会番号", "状態", "回答日"),
        (8, 30, 9, 34, 20, 14, 21, 12, 12), "lllllllll",
        tuple(
            (str(x.inquiry_id), _who(x), f"{x.decision_id}-{x.payee_number}", f"{short_wareki(x.wished_on)}　{x.source}",
             f"{x.asked_at.astimezone(JAPAN):%Y-%m-%d %H:%M}" if x.asked_at else "—", x.asked_by or "—",
             x.inquiry_number[:16] or "—", x.label, _day(x.answered_on))
            for x in lines
        ),
    )  # fmt: skip


def _results(lines: tuple[InquiryLine, ...]) -> Grid:
    """届いた口座と、その利用の記録。"""
    held = masked_accounts([each for each in lines if each.account_id])
    return Grid(
        "情報照会結果（公金受取口座）と利用の記録",
        ("番号", "対象（宛名番号）", "金融機関・店舗", "種目", "口座番号", "名義", "使った日", "消した日", "結果"),
        (8, 30, 34, 10, 14, 10, 13, 13, 28), "lllllllll",
        tuple(
            (str(x.inquiry_id), _who(x), *held.get((x.addressee_number, x.account_id or 0), (GONE, "—", GONE)),
             MATCH[x.holder_matched], _day(x.used_on), _day(x.erased_on), x.outcome)
            for x in lines if x.account_id
        ),
    )  # fmt: skip


def _errors(lines: list[InquiryLine]) -> Grid:
    return Grid(
        "エラーリスト", ("番号", "対象（宛名番号）", "決議", "状態", "わけ"), (8, 30, 9, 12, 101), "lllll",
        tuple((str(x.inquiry_id), _who(x), f"{x.decision_id}-{x.payee_number}", x.label, x.outcome) for x in lines),
    )  # fmt: skip


def _who(line: InquiryLine) -> str:
    return f"{line.name}（{line.addressee_number}）"


def _day(on: date | None) -> str:
    return short_wareki(on) if on else "—"
