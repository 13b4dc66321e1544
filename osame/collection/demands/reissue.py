"""督促状一通の再発行。発したときの宛先・額・日のまま、理由を残して、もう一度刷る。

One letter again, as it was issued, marked as reissued and read back before it leaves. What a second officer must confirm goes the
other way; what was cancelled is not printed.
"""

from dataclasses import asdict
from datetime import date
from pathlib import Path

from django.http import HttpResponse

from osame.collection.demands.estimates import estimated_charges
from osame.collection.demands.letters import (
    NAMES,
    ROWS,
    DemandRunNotFound,
    common_content,
    letter_of,
    run_days,
    template_on,
)
from osame.collection.letters.issuer import site_watermark
from osame.collection.letters.protected import hidden_values
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all
from osame.platform.egress.authority import Authority, CopyNeedsReason, Output
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord, ReceiverClass
from osame.platform.letters.batches import HeldLetter, Sheets, verify_pages
from osame.platform.letters.engine import Letter, compile_letters


class NotReissued(Refusal):
    """この督促状は、ここからは刷れません。支援措置の対象者のものは照査と決裁に回し、ほかは理由を直してください。"""


def reissued_letter(run_id: int, letter_number: int, *, as_of: date, reason: str) -> tuple[bytes, str]:
    """督促状一通を組み、読み返す。（PDF、宛名番号）。

    要件: F08-03
    """
    if not reason.strip():
        raise CopyNeedsReason(f"{run_id}-{letter_number}")
    letter = _one(run_id, letter_number)
    issued_on, designated = run_days(run_id)
    content = common_content(issued_on, designated, site_watermark())
    run = {**asdict(content), "footer": f"再発行　{format_wareki(as_of)}"}
    pdf = compile_letters(template_on(issued_on), run, [letter])
    verify_pages(pdf, [letter], Sheets(template_on(issued_on), run, hidden_values()))
    return pdf, letter.addressee_number


def save_reissued(run_id: int, letter_number: int, *, as_of: date, reason: str) -> HttpResponse:
    """督促状一通を、画面から再発行する。

    要件: F08-03, F29-06
    """
    pdf, who = reissued_letter(run_id, letter_number, as_of=as_of, reason=reason)
    return download(pdf, "R-050.pdf", _output(who, EgressMedium.SCREEN), Authority(reason=reason.strip()))


def write_reissued(run_id: int, letter_number: int, to: Path, *, as_of: date, reason: str) -> EgressRecord:
    """督促状一通を、ファイルに再発行する。

    要件: F08-03, F29-06
    """
    pdf, who = reissued_letter(run_id, letter_number, as_of=as_of, reason=reason)
    return emit(pdf, to, _output(who, EgressMedium.FILE), Authority(reason=reason.strip()))


def _output(who: str, medium: EgressMedium) -> Output:
    return Output(EgressKind.LETTER, (who,), ReceiverClass.CITIZEN, "それぞれの宛名", medium=medium)


def _one(run_id: int, letter_number: int) -> Letter:
    issued_on, _ = run_days(run_id)
    terms = {"run_id": run_id, "issued_on": issued_on, "first": letter_number, "until": letter_number + 1}
    rows = [dict(zip(NAMES, row, strict=True)) for row in fetch_all(ROWS, terms)]
    if not rows:
        raise DemandRunNotFound(f"実行番号 {run_id}、発付番号 {letter_number}")
    made = letter_of(run_id, rows, estimated_charges([row["charge_id"] for row in rows], as_of=issued_on))
    if isinstance(made, HeldLetter):
        raise NotReissued(made.reason)
    if rows[0]["protected"]:
        raise NotReissued("支援措置")
    return made
