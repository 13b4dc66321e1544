"""文書を刷る。束をまとめて、または窓口で一通。どの頁も読み返し、依頼した一通であることを確かめてから渡す。

Print what was frozen. A run is set in batches of a hundred, read back and released in one step; stopped anywhere and run again,
it ends in the same files. A single letter at the counter takes the same way through the kept compiler.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.http import HttpResponse

from osame.collection.letters.actions import LetterUnknown, RunDispatched, tally
from osame.collection.letters.folders import copy_of, is_there, letters_home, run_folder
from osame.collection.letters.issuer import SAMPLE, issuer_on, site_watermark
from osame.collection.letters.kinds import LetterKind
from osame.collection.letters.protected import (
    AWAITS_CONFIRMATION,
    HELD_BACK,
    HELD_REASONS,
    PROTECTED,
    hidden_values,
)
from osame.collection.letters.runs import RunFacts, authority_of, needs_approval, people_in, run_facts
from osame.collection.letters.standard_texts import texts_on
from osame.kernel.dates import format_wareki
from osame.kernel.refusals import Refusal
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.egress.authority import (
    Authority,
    CopyNeedsReason,
    NeedsApproval,
    Output,
    limit,
)
from osame.platform.egress.broker import download, emit
from osame.platform.egress.models import EgressKind, EgressMedium, EgressRecord, ReceiverClass
from osame.platform.letters.batches import UNCOVERED, HeldLetter, LetterFile, verify_pages
from osame.platform.letters.codes import customer_barcode_svg
from osame.platform.letters.coverage import missing_in
from osame.platform.letters.engine import BATCH_LETTERS, Letter, compile_letters, render_page
from osame.platform.letters.release import PrintJob, PrintResult, print_letters
from osame.platform.letters.window import AddressTooLong, WindowAddress, fit_coded

CHUNK = 1_000
COLUMNS = (
    "letter_number", "addressee_number", "postal_code", "address", "address_detail", "to_name", "honorific", "care_of",
    "shared", "context", "marks", "pages", "state", "reason", "subject", "enclosures", "protected", "held_back",
)  # fmt: skip
ROWS = f"""
SELECT s.letter_number, s.addressee_number, s.postal_code, s.address, s.address_detail, s.to_name, s.honorific, s.care_of,
       s.shared, s.context, s.marks, s.pages, s.state, s.reason, s.subject, s.enclosures, {PROTECTED}, {HELD_BACK}
FROM letter s
JOIN addressee a USING (addressee_number)
LEFT JOIN addressee r ON r.addressee_number = s.receiver_number
WHERE s.run_id = %(run)s AND s.letter_number >= %(first)s AND s.letter_number < %(until)s AND s.state <> '9'
ORDER BY s.letter_number
"""
Progress = Callable[[int, int], None]


class AwaitsConfirmation(Refusal):
    """支援措置の対象者の文書は、別の職員の確認を受けてから刷ります。照査と決裁に回してください。"""


class LetterHeld(Refusal):
    """この文書は刷れません。理由を確かめ、手作業で作るか、送付先を直して作り直してください。"""


@dataclass(frozen=True, slots=True)
class LetterOut:
    """刷る一通、または刷らない一通。 protected: 支援措置の対象者にかかわる。"""

    letter: Letter | HeldLetter
    protected: bool
    subject: str


def untold(_done: int, _total: int) -> None:
    """進み具合を知らせる先がない。"""


def print_run(run_id: int, *, reason: str = "", progress: Progress = untold) -> PrintResult:
    """束の文書を刷る。宛先と内容を一枚ずつ読み返し、すべて合ったときだけ渡す。

    Print a run into `letters/letter-run-…/`. Stopped anywhere and run again, none is missing and none is double: files appear in
    one step, and a run that was released is only counted. With a `reason`, another copy is printed under a name of its own.

    要件: F01-09, F27-02
    """
    facts = run_facts(run_id)
    name = run_folder(run_id)
    if reason.strip():
        if facts.dispatched_on:
            raise RunDispatched(format_wareki(facts.dispatched_on))
        name = copy_of(name) if is_there(name) else name
    elif is_there(name):
        result = released(name)
        if not _is_settled(run_id):  # 渡した直後に止まった
            _settle(run_id, result.held)
        return result
    if needs_approval(facts):
        raise NeedsApproval(f"{people_in(run_id):,}人、上限{limit():,}人")
    result = print_into(name, run_id, _told(letters_of(run_id), facts.requested, progress), reason=reason)
    _settle(run_id, result.held)
    return result


def print_into(name: str, run_id: int, letters: Iterable[Letter | HeldLetter], *, reason: str = "") -> PrintResult:
    """その束の文書を、その名の出力先に刷る。"""
    return print_letters(_job(run_facts(run_id), name, reason), letters)


def released(name: str) -> PrintResult:
    """前に渡した束。一覧表から読む。"""
    folder = letters_home() / name
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return PrintResult(
        folder, told["requested"], told["generated"], told["pages"],
        tuple(LetterFile(**each) for each in told["files"]), tuple(HeldLetter(**each) for each in told["held"]),
        replayed=True,
    )  # fmt: skip


def print_one(run_id: int, letter_number: int = 1, *, reason: str = "") -> HttpResponse:
    """窓口で一通を刷り、読み返し、画面から渡す。束の中の一通なら、理由が要る。

    One letter, set by the kept compiler, read back and handed out by the egress broker.

    要件: F01-09, F29-06
    """
    facts = _counter(run_id, letter_number, reason)
    pdf, letter = one_pdf(facts, letter_number)
    output = _output(letter, EgressMedium.SCREEN)
    with transaction.atomic():
        answer = download(pdf, f"{facts.kind.form}.pdf", output, Authority(reason=reason.strip()))
        if facts.requested == 1 and not facts.dispatched_on:
            _settle(run_id, ())
    return answer


def write_one(run_id: int, letter_number: int, to: Path, *, reason: str = "") -> EgressRecord:
    """一通を刷り、読み返し、ファイルにする。束の中の一通なら、理由が要る。

    要件: F01-09, F29-06
    """
    facts = _counter(run_id, letter_number, reason)
    pdf, letter = one_pdf(facts, letter_number)
    made = emit(pdf, to, _output(letter, EgressMedium.FILE), Authority(reason=reason.strip()))
    if facts.requested == 1 and not facts.dispatched_on:
        _settle(run_id, ())
    return made


def _counter(run_id: int, letter_number: int, reason: str) -> RunFacts:
    facts = run_facts(run_id)
    if facts.requested > 1 and not reason.strip():
        raise CopyNeedsReason(f"束 {run_id}、発付番号 {letter_number}")
    return facts


def _output(letter: Letter, medium: EgressMedium) -> Output:
    return Output(EgressKind.LETTER, (letter.addressee_number,), ReceiverClass.CITIZEN, "それぞれの宛名", medium=medium)


def one_pdf(facts: RunFacts, letter_number: int) -> tuple[bytes, Letter]:
    """一通を組み、読み返す。まだ渡さない。"""
    letter = _one(facts, letter_number)
    job = _job(facts, "", "")
    if missing := missing_in(letter.context):
        raise LetterHeld(f"{UNCOVERED}（{len(missing)}字）")
    pdf = compile_letters(job.template, job.run, [letter])
    verify_pages(pdf, [letter], job.sheets)
    return pdf, letter


def preview_letter(run_id: int, letter_number: int, *, ppi: int = 96) -> tuple[str, bytes]:
    """一通の最初の頁を絵（PNG）にし、誰のものかとともに返す。必ず【見本】を重ねる。支援措置の対象者のものは見せない。

    要件: F01-09
    """
    facts = run_facts(run_id)
    letter = _one(facts, letter_number)
    return letter.addressee_number, render_page(facts.template, common_content(facts, SAMPLE), letter, ppi=ppi)


def letters_out(run_id: int, *, first: int = 1, last: int | None = None) -> Iterator[LetterOut]:
    """束の文書を、番号の順に一通ずつ。引き抜いたものは載せない。"""
    until = (run_facts(run_id).requested if last is None else last) + 1
    for start in range(first, until, CHUNK):
        rows = fetch_all(ROWS, {"run": run_id, "first": start, "until": min(start + CHUNK, until)})
        kind = run_facts(run_id).kind
        for row in rows:
            one = dict(zip(COLUMNS, row, strict=True))
            yield LetterOut(_letter(kind, run_id, one), one["protected"], one["subject"])


def letters_of(run_id: int) -> Iterator[Letter | HeldLetter]:
    """束の文書。支援措置の対象者のものは、確認を待つものとして脇に置く。"""
    for each in letters_out(run_id):
        if each.protected and isinstance(each.letter, Letter):
            yield HeldLetter(each.letter.letter_number, each.letter.addressee_number, AWAITS_CONFIRMATION)
        else:
            yield each.letter


def common_content(facts: RunFacts, watermark: str) -> dict[str, Any]:
    """束のどの一通にも共通する内容。"""
    issuer = issuer_on(facts.issued_on)
    return {
        "form": facts.kind.form,
        "title": facts.kind.title,
        "document_number": facts.document_number,
        "issued_on": format_wareki(facts.issued_on),
        "issuer": asdict(issuer),
        "texts": texts_on(facts.kind.texts, city=issuer.city, mayor=issuer.mayor_office, as_of=facts.issued_on),
        "watermark": watermark,
    }


def confirmed(run_id: int, letters: Sequence[Letter]) -> None:
    """決裁を受けて別に刷った、支援措置の対象者の文書を、印刷済とする。"""
    with transaction.atomic():
        run_sql(
            "UPDATE letter SET state = '2', generated = true WHERE run_id = %s AND letter_number = ANY (%s) "
            "AND state = '4'",
            [run_id, [each.letter_number for each in letters]],
        )


def _one(facts: RunFacts, letter_number: int) -> Letter:
    found = next(letters_out(facts.run_id, first=letter_number, last=letter_number), None)
    if found is None:
        raise LetterUnknown(f"束 {facts.run_id}、発付番号 {letter_number}")
    if isinstance(found.letter, HeldLetter):
        raise LetterHeld(found.letter.reason)
    if found.protected:
        raise AwaitsConfirmation(f"束 {facts.run_id}、発付番号 {letter_number}")
    return found.letter


def _job(facts: RunFacts, name: str, reason: str) -> PrintJob:
    run = common_content(facts, site_watermark())
    return PrintJob(name, facts.template, run, hidden=hidden_values(), authority=authority_of(facts, reason))


def _told(letters: Iterable[Letter | HeldLetter], total: int, progress: Progress) -> Iterator[Letter | HeldLetter]:
    """一束ごとに、進み具合を知らせる。"""
    for at, letter in enumerate(letters):
        if at % BATCH_LETTERS == 0:
            progress(at, total)
        yield letter


def _letter(kind: LetterKind, run_id: int, row: dict[str, Any]) -> Letter | HeldLetter:
    number, addressee = row["letter_number"], row["addressee_number"]
    if row["state"] == "3":
        return HeldLetter(number, addressee, row["reason"])
    if row["held_back"]:
        return HeldLetter(number, addressee, HELD_REASONS[row["held_back"]])
    postal = row["postal_code"]
    code = customer_barcode_svg(postal, row["address"])
    shown = f"{postal[:3]}-{postal[3:]}" if len(postal) == 7 else postal
    to = WindowAddress(shown, row["address"], row["address_detail"], row["care_of"], row["to_name"], row["honorific"])
    try:
        fitted, barcode = fit_coded(to, code)
    except AddressTooLong as refusal:
        return HeldLetter(number, addressee, str(refusal))
    body = row["context"] if isinstance(row["context"], dict) else json.loads(row["context"])
    letter = Letter(run_id, number, addressee, row["pages"], {}, tuple(row["marks"]), own=_own(row, to))
    context = {
        **body,
        "to": asdict(fitted),
        "number": number,
        "codes": list(letter.codes()),
        "enclosures": row["enclosures"],
    }
    drawn = {"barcode": barcode, **kind.draws(body)}
    return Letter(run_id, number, addressee, row["pages"], context, letter.marks, own=letter.own, drawn=drawn)


def _own(row: dict[str, Any], to: WindowAddress) -> tuple[str, ...]:
    """この一通に載せてよい送付先。窓に刷るとおりの続きも。共有者に宛てる文書には、誰の伏せる居場所も載せない。"""
    if row["shared"]:
        return (row["postal_code"],)
    names = ("postal_code", "address", "address_detail")
    return (*(str(row[name]) for name in names if row[name]), to.postal_code + to.address + to.address_detail)


def _settle(run_id: int, held: Sequence[HeldLetter]) -> None:
    """渡したものと、刷らなかったものを、一通ずつに記し、数え直す。"""
    waiting = [each.letter_number for each in held if each.reason == AWAITS_CONFIRMATION]
    kept = [each for each in held if each.reason != AWAITS_CONFIRMATION]
    with transaction.atomic():
        run_sql("SELECT 1 FROM letter_run WHERE run_id = %s FOR UPDATE", [run_id])
        run_sql(
            "UPDATE letter SET state = '3', reason = h.reason FROM unnest(%s::int[], %s::text[], %s::text[]) "
            "h (number, addressee, reason) WHERE run_id = %s AND letter_number = h.number "
            "AND addressee_number = h.addressee AND state IN ('1', '4')",
            [
                [each.letter_number for each in kept],
                [each.addressee_number for each in kept],
                [each.reason for each in kept],
                run_id,
            ],
        )
        run_sql(
            "UPDATE letter SET state = '2', generated = true WHERE run_id = %s AND state = '1' "
            "AND letter_number <> ALL (%s::int[])",
            [run_id, waiting],
        )
        # 新しく刷ったものに、引き抜いたものは入っていない。数え直す
        run_sql("UPDATE letter SET generated = false WHERE run_id = %s AND state = '9' AND generated", [run_id])
        run_sql("UPDATE letter_run SET printed = NULL, enclosed = NULL WHERE run_id = %s", [run_id])
        tally(run_id)


def _is_settled(run_id: int) -> bool:
    return bool(fetch_one("SELECT generated + held + apart > 0 FROM letter_run WHERE run_id = %s", [run_id])[0])
