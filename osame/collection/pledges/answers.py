"""分納の申出への回答データ。答えた日の分を、受付元に返すファイルにする。出力の仲介を通る。"""

from datetime import date
from pathlib import Path

from django.http import HttpResponse

from osame.collection.pledges.offers import Offer, offers
from osame.formats import csv_stream
from osame.formats.instalment_offer_csv import ANSWER_COLUMNS
from osame.kernel.refusals import Refusal
from osame.platform.egress.authority import NONE, Authority, Output
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord


class NothingAnswered(Refusal):
    """その日に答えた申出はありません。答えた日を確かめてください。"""


def write_answers(on: date, to: Path, *, authority: Authority = NONE) -> EgressRecord:
    """その日に答えた申出の回答データを、ファイルにする。

    要件: F14-07, F29-06
    """
    content, people = _made(on)
    return emit(content, to, Output(EgressKind.LIST, people), authority)


def save_answers(on: date) -> HttpResponse:
    """その日に答えた申出の回答データを、画面から保存する。

    要件: F14-07, F29-06
    """
    content, people = _made(on)
    return download(
        content, f"instalment-answers-{on:%Y%m%d}.csv", Output(EgressKind.LIST, people, medium=EgressMedium.SCREEN)
    )


def _made(on: date) -> tuple[bytes, tuple[str, ...]]:
    found = [each for each in offers(every=True) if each.answered_on == on]
    if not found:
        raise NothingAnswered
    lines = [csv_stream.write_row(ANSWER_COLUMNS), *map(_line, found)]
    return b"".join(lines), tuple(dict.fromkeys(each.addressee_number for each in found))


def _line(each: Offer) -> bytes:
    return csv_stream.write_row([
        each.outer_number, csv_stream.write_day(each.answered_on), each.state.label, each.answer
    ])  # fmt: skip
