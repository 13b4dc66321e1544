"""本人に渡す、情報提供等記録の開示書（PDF）。出したことは、ほかの出力と同じ台帳に残る。"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.http import HttpResponse

from osame.gateway.affair_rights.queries import Deed, refuse_console
from osame.gateway.exchange_records import queries
from osame.gateway.exchange_records.models import ExchangeRecord
from osame.kernel.dates import format_wareki
from osame.platform import bodies
from osame.platform.egress.authority import Authority, Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind, ReceiverClass
from osame.platform.letters.engine import Letter, Template, compile_letters
from osame.platform.terminal import JAPAN

SOURCE = "gateway/exchange_records/typst/disclosure.typ"


def disclosure_paper(unified: str, rows: Sequence[ExchangeRecord], *, on: date) -> bytes:
    """開示書を組む。行は、開示してよいものだけ。"""
    stamp = (on - date(1970, 1, 1)).days * 86_400
    run = {"body": bodies.current().name, "made_on": format_wareki(on)}
    content = {"unified": unified, "rows": [_line(each) for each in rows]}
    return compile_letters(Template(SOURCE, stamp), run, [Letter(0, 1, unified, 1, content)])


def disclosable(unified: str, *, on: date) -> list[ExchangeRecord]:
    """本人に開示する記録。一部だけを開示しないよう、どれか一つの事務でも見る権限がなければ断る。

    要件: F35-05, F35-09, F36-12
    """
    with transaction.atomic():
        pairs = {(str(each.affair), str(each.item)) for each in queries.records(queries.Asked(unified=unified))}
    refuse_console(Deed.LOOK, *sorted(pairs), on=on)
    with transaction.atomic():
        return queries.disclosed(unified)


def hand_disclosure(unified: str, *, on: date, reason: str) -> HttpResponse:
    """開示書を本人に渡す。同じ書面をもう一度渡すときは、理由が要る。

    要件: F35-05, F36-12, F29-06
    根拠: 番号法第31条
    """
    rows = disclosable(unified, on=on)
    output = Output(EgressKind.LETTER, [unified], ReceiverClass.CITIZEN, "本人")
    body = disclosure_paper(unified, rows, on=on)
    return download(body, f"disclosure-{unified}.pdf", output, Authority(reason=reason))


def _line(row: ExchangeRecord) -> list[str]:
    asked, given = row.requested_at.astimezone(JAPAN), row.provided_at.astimezone(JAPAN) if row.provided_at else None
    return [
        str(row.get_direction_display()), str(row.inquirer_name), str(row.provider_name), f"{asked:%Y-%m-%d %H:%M}",
        f"{given:%Y-%m-%d %H:%M}" if given else "—", f"{row.affair} {row.procedure}",
        "、".join(row.fields) or str(row.item), str(row.reason),
    ]  # fmt: skip
