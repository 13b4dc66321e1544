"""送達記録簿（R-056）を、一覧として保存する。"""

from datetime import date

from django.http import HttpResponse

from osame.collection.letters.kinds import kinds
from osame.collection.returns.queries import sending_book
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind, EgressMedium
from osame.platform.letters.csv_list import csv_bytes

HEADING = ("差出日", "書類名", "文書の番号", "名宛人", "宛先", "差出方法", "通常到達日", "返戻日")


def save_book(*, first: date, last: date) -> HttpResponse:
    """期間の送達記録簿を保存する。支援措置の対象者の宛先は載せない。

    要件: F09-04, F29-06
    """
    lines = sending_book(first=first, last=last)
    names = {form: kind.name for form, kind in kinds().items()}
    rows = (
        (each.dispatched_on.isoformat(), names.get(each.document, each.document), f"{each.run_id}-{each.letter_number}",
         each.receiver, each.destination or "（記載を省略）", "普通郵便",
         each.presumed_on.isoformat() if each.presumed_on else "推定しない",
         each.returned_on.isoformat() if each.returned_on else "")
        for each in lines
    )  # fmt: skip
    subjects = tuple(sorted({each.addressee_number for each in lines}))
    output = Output(EgressKind.LIST, subjects, medium=EgressMedium.SCREEN)
    return download(csv_bytes(HEADING, rows), f"book-{first.isoformat()}.csv", output)
