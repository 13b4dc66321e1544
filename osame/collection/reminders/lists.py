"""催告の一覧と名簿。催告対象一覧・除外・発送実績・効果（R-060）、架電・SMS・訪問の名簿（R-061）。

What a contractor gets is as little as it needs: a short message list holds the number, the wording's id and the line's key, neither
name nor amount; a call list holds the name but says nothing of arrears.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path

from django.http import HttpResponse

from osame.collection.reminders.models import ReminderRun
from osame.collection.reminders.queries import effects, excluded_people, lines_of, one_run
from osame.kernel.refusals import Refusal
from osame.platform.console.fields import short_wareki
from osame.platform.egress.authority import NONE, Authority, Output
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord
from osame.platform.letters.csv_list import csv_bytes

MOST = 100_000
YEAR = 365


class ListUnknown(Refusal):
    """その一覧はありません。一覧の名を確かめてください。"""


class NotAList(Refusal):
    """この催告は名簿ではありません。文書は「文書の発送」から刷ってください。"""


Made = tuple[bytes, tuple[str, ...]]


def reminded_list(run_id: int) -> Made:
    """催告対象一覧（R-060）。"""
    lines = lines_of(run_id, limit=MOST)
    heading = ("行", "宛名番号", "氏名", "催告した額", "いまの残り", "催告日", "指定期限", "到達", "取消し", "結果")
    rows = (
        (x.line_number, x.addressee_number, x.name, x.amount, x.unpaid, short_wareki(x.reminded_on), short_wareki(x.deadline),
         _day(x.arrived_on), _day(x.cancelled_on), x.outcome_label)
        for x in lines
    )  # fmt: skip
    return csv_bytes(heading, rows), tuple(x.addressee_number for x in lines)


def excluded_list(run_id: int) -> Made:
    """除外した人と理由（R-060）。"""
    people = excluded_people(run_id)
    return csv_bytes(("宛名番号", "氏名", "除外の理由", "未納の計"), people), tuple(who for who, *_ in people)


def outreach_list(run_id: int) -> Made:
    """名簿（R-061）。手段ごとに、要るものだけを載せる。"""
    run, lines = one_run(run_id), lines_of(run_id, limit=MOST)
    kind = ReminderRun.Kind(run.kind)
    if not run.is_list:
        raise NotAList(run.kind_label)
    alive = [x for x in lines if not x.cancelled_on and x.unpaid]
    heading: tuple[str, ...]
    rows: Iterable[tuple[object, ...]]
    if kind is ReminderRun.Kind.SHORT_MESSAGE:
        heading, rows = (
            ("実行番号", "行番号", "電話番号", "文面ID"),
            ((run_id, x.line_number, x.telephone, "収納-01") for x in alive),
        )
    elif kind is ReminderRun.Kind.CALL:
        heading = ("実行番号", "行番号", "氏名", "電話番号", "結果", "日時", "約束日", "約束額", "メモ")
        rows = ((run_id, x.line_number, x.name, x.telephone, "", "", "", "", "") for x in alive)
    else:
        heading = ("実行番号", "行番号", "氏名", "宛名番号", "残りの額", "結果", "日時", "約束日", "約束額", "メモ")
        rows = ((run_id, x.line_number, x.name, x.addressee_number, x.unpaid, "", "", "", "", "") for x in alive)
    return csv_bytes(heading, rows), tuple(x.addressee_number for x in alive)


def effect_list(as_of: date) -> bytes:
    """効果測定表（R-060）。人の情報は載せない。"""
    heading = (
        "実行番号",
        "種類",
        "催告日",
        "人数",
        "催告した額",
        "納付した人",
        "納付した額",
        "接触した人",
        "納付率（人）",
        "納付率（額）",
        "接触率",
    )
    rows = (
        (e.run_id, e.kind_label, short_wareki(e.reminded_on), e.people, e.amount, e.paid_people, e.paid, e.talked, e.paid_rate,
         e.amount_rate, e.talked_rate)
        for e in effects(first=as_of - timedelta(days=YEAR), as_of=as_of)
    )  # fmt: skip
    return csv_bytes(heading, rows)


LISTS: dict[str, Callable[[int], Made]] = {
    "reminded": reminded_list,
    "excluded": excluded_list,
    "outreach": outreach_list,
}
"""一覧の名と、その中身。"""


def write_list(run_id: int, name: str, to: Path, *, authority: Authority = NONE) -> EgressRecord:
    """一覧を、出力の仲介を通してファイルにする。

    要件: F10-02, F10-04, F10-05, F29-06
    """
    content, people = _made(run_id, name)
    return emit(content, to, Output(EgressKind.LIST, people), authority)


def save_list(run_id: int, name: str) -> HttpResponse:
    """一覧を、画面から保存する。人数が上限を超えれば、大量出力の決裁が要る。

    要件: F10-02, F10-04, F10-05, F29-06
    """
    content, people = _made(run_id, name)
    return download(content, f"{name}.csv", Output(EgressKind.LIST, people, medium=EgressMedium.SCREEN))


def save_effects(*, as_of: date) -> HttpResponse:
    """効果測定表を、画面から保存する。

    要件: F10-07, F29-06
    """
    return download(effect_list(as_of), "effects.csv", Output(EgressKind.LIST, (), medium=EgressMedium.SCREEN))


def _made(run_id: int, name: str) -> Made:
    if name not in LISTS:
        raise ListUnknown(name[:40])
    one_run(run_id)
    return LISTS[name](run_id)


def _day(on: date | None) -> str:
    return short_wareki(on) if on else ""
