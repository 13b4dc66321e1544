"""消込の画面。不明入金を調べて消し込む、収納を見る、取り消す、組み替える。"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.closing.queries import CHANNEL_NAMES
from osame.collection.ledger.posting import KeyReusedWithOtherContent
from osame.collection.ledger.queries import ChargeNotFound, charge_numbered
from osame.collection.matching import showing
from osame.collection.matching.actions import (
    Act,
    HeldReceiptNotOpen,
    ReceiptAlreadyCancelled,
    ReceiptAlreadyMatched,
    cancel_receipt,
    identify_receipt,
    move_receipt,
)
from osame.collection.matching.candidates import described, search_charges
from osame.collection.matching.electronic_web import electronic_urls
from osame.collection.matching.forms import CancelForm, HeldFilterForm, IdentifyForm, MoveForm, ReceiptFilterForm
from osame.collection.matching.models import ReceiptCancellation
from osame.collection.matching.preview import preview_cancellation, preview_identification, preview_move
from osame.collection.matching.queries import (
    ReceiptFacts,
    ReceiptUnknown,
    held_page,
    held_receipt,
    held_totals,
    receipt,
    receipts,
)
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.console.fields import plain
from osame.platform.console.paging import PAGE, pager
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

TEMPLATES = "collection/matching"


@bound("collection.matching.held")
@require_GET
def matching(request: HttpRequest) -> HttpResponse:
    """不明入金の一覧。古い順に並べ、合計を元帳の仮受と比べる。"""
    form = HeldFilterForm(request.GET, channels=CHANNEL_NAMES)
    wanted = form.wanted
    totals = held_totals(wanted)
    turned = pager(request, totals.shown)
    lines = showing.aged(held_page(wanted, offset=turned.offset, size=PAGE), as_of=today())
    context = {"form": form, "totals": totals, "pager": turned, "lines": lines, "channels": CHANNEL_NAMES}
    return page(request, f"{TEMPLATES}/matching.html", context)


@bound("collection.matching.held")
@require_GET
def held(request: HttpRequest, receipt_key: UUID) -> HttpResponse:
    """入金一件。すべての事実と、当てはまりそうな期別。消し込まれていれば、誰がいつどこへ。"""
    try:
        facts = held_receipt(receipt_key)
    except ReceiptUnknown as unknown:
        return refused(request, unknown, status=404)
    asked = plain(request.GET.get("q", ""))
    context = {"held": facts, "channels": CHANNEL_NAMES, "asked": asked, **showing.found(facts, asked)}
    record("入金を開いた", subjects=showing.subjects(context), fields=showing.SHOWN_FIELDS)
    return page(request, f"{TEMPLATES}/held.html", context)


@bound("collection.matching.held", POST="collection.matching.identify")
@require_http_methods(["GET", "POST"])
def identify(request: HttpRequest, receipt_key: UUID, charge_id: int) -> HttpResponse:
    """消し込む前に、期別の前と後を見せ、確かめてから消し込む。"""
    try:
        facts, charge = held_receipt(receipt_key), charge_numbered(charge_id)
    except (ReceiptUnknown, ChargeNotFound) as unknown:
        return refused(request, unknown, status=404)
    here = reverse("held_receipt", args=[receipt_key])
    if not facts.is_open and request.method == "GET":
        return HttpResponseRedirect(here)
    form = IdentifyForm(request.POST or None, today=today(), initial={"seen": showing.version(charge)})

    def act() -> str:
        if not facts.is_open:
            raise _already(receipt_key)
        showing.refuse_stale(form.cleaned_data["seen"], charge)
        try:
            done = identify_receipt(receipt_key, charge, act=Act(today(), officer_of(request)))
        except (HeldReceiptNotOpen, KeyReusedWithOtherContent):
            done = False
        if not done:
            raise _already(receipt_key)
        record("不明入金を消し込んだ", subjects=[charge.addressee_number], fields=["収納"])
        return here

    if form.is_bound and form.is_valid() and (answer := form.carry_out(request, act, said="消し込みました。")):
        return answer
    facts = held_receipt(receipt_key)
    preview = preview_identification(showing.payer(facts), charge, as_of=today()) if facts.is_open else None
    context = {
        "held": facts,
        "form": form,
        "preview": preview,
        "candidate": described(charge),
        "channels": CHANNEL_NAMES,
    }
    return page(request, f"{TEMPLATES}/identify.html", context, status=form.status)


def _already(receipt_key: UUID) -> ReceiptAlreadyMatched:
    """誰が、いつ消し込んだか。"""
    done = held_receipt(receipt_key).matched
    return ReceiptAlreadyMatched(showing.told(done) if done else "")


@bound("collection.matching.receipts")
@require_GET
def receipts_page(request: HttpRequest) -> HttpResponse:
    """収納を、会計日・チャネル・納付書番号・宛名番号で探す。"""
    form = ReceiptFilterForm(request.GET or None, channels=CHANNEL_NAMES)
    wanted = form.wanted
    context: dict[str, object] = {"form": form, "channels": CHANNEL_NAMES, "searched": wanted.enough}
    if wanted.enough:
        counted = receipts(wanted, offset=0, size=0)
        turned = pager(request, counted[1])
        lines = receipts(wanted, offset=turned.offset, size=PAGE)[0]
        context |= {"pager": turned, "lines": lines, "amount": counted[2]}
        record("収納の一覧を開いた", subjects=showing.numbers(lines), fields=["氏名", "収納"])
    return page(request, f"{TEMPLATES}/receipts.html", context)


@bound("collection.matching.receipts")
@require_GET
def receipt_page(request: HttpRequest, charge_id: int, receipt_key: UUID) -> HttpResponse:
    """収納一件。仕訳、取消しや組替えの跡、その先。"""
    try:
        facts = receipt(charge_id, receipt_key)
    except ReceiptUnknown as unknown:
        return refused(request, unknown, status=404)
    record("収納を開いた", subjects=[facts.line.addressee_number], fields=["氏名", "収納", "仕訳"])
    context = {"receipt": facts, "channels": CHANNEL_NAMES, "held_again": showing.held_again(facts)}
    return page(request, f"{TEMPLATES}/receipt.html", context)


@bound("collection.matching.cancel")
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, charge_id: int, receipt_key: UUID) -> HttpResponse:
    """収納を取り消す。前と後を見せ、理由を書いて行う。"""
    try:
        facts, charge = receipt(charge_id, receipt_key), charge_numbered(charge_id)
    except (ReceiptUnknown, ChargeNotFound) as unknown:
        return refused(request, unknown, status=404)
    here = reverse("receipt", args=[charge_id, receipt_key])
    if facts.cancellation and request.method == "GET":
        return HttpResponseRedirect(here)
    form = CancelForm(
        request.POST or None,
        today=today(),
        draft_key=f"cancel-{receipt_key}",
        initial={"seen": showing.version(charge)},
    )

    def act() -> str:
        _refuse_cancelled(facts)
        showing.refuse_stale(form.cleaned_data["seen"], charge)
        reason, note = ReceiptCancellation.Reason(form.cleaned_data["reason"]), form.cleaned_data["note"]
        by = Act(today(), officer_of(request))
        try:
            cancel_receipt(receipt_key, charge, reason=reason, note=note, act=by)
        except KeyReusedWithOtherContent:
            _refuse_cancelled(receipt(charge_id, receipt_key))
        record("収納を取り消した", subjects=[charge.addressee_number], fields=["収納"])
        return here

    if form.is_bound and form.is_valid() and (answer := form.carry_out(request, act, said="取り消しました。")):
        return answer
    context = {
        "receipt": facts,
        "form": form,
        "preview": preview_cancellation(receipt_key, charge, as_of=today()),
        "candidate": described(charge),
        "channels": CHANNEL_NAMES,
    }
    return page(request, f"{TEMPLATES}/cancel.html", context, status=form.status)


def _refuse_cancelled(facts: ReceiptFacts) -> None:
    if facts.cancellation:
        raise ReceiptAlreadyCancelled(showing.told(facts.cancellation))


@bound("collection.matching.move")
@require_http_methods(["GET", "POST"])
def move(request: HttpRequest, charge_id: int, receipt_key: UUID) -> HttpResponse:
    """収納を別の期別へ組み替える。先を探し、両方の前と後を見せ、理由を書いて行う。"""
    try:
        facts, source = receipt(charge_id, receipt_key), charge_numbered(charge_id)
        chosen = plain(request.GET.get("to", ""))
        target = charge_numbered(int(chosen)) if chosen.isascii() and chosen.isdigit() else None
    except (ReceiptUnknown, ChargeNotFound) as unknown:
        return refused(request, unknown, status=404)
    here = reverse("receipt", args=[charge_id, receipt_key])
    if facts.cancellation and request.method == "GET":
        return HttpResponseRedirect(here)
    asked = plain(request.GET.get("q", ""))
    context = {"receipt": facts, "asked": asked, "candidate": described(source), "channels": CHANNEL_NAMES}
    if target is None or target.charge_id == source.charge_id:
        results = [each for each in search_charges(asked) if each.charge.charge_id != charge_id]
        return page(request, f"{TEMPLATES}/move_choose.html", context | {"results": results})
    seen = f"{showing.version(source)}/{showing.version(target)}"
    form = MoveForm(request.POST or None, today=today(), draft_key=f"move-{receipt_key}", initial={"seen": seen})

    def act() -> str:
        _refuse_cancelled(facts)
        for version, charge in zip(form.cleaned_data["seen"].split("/"), (source, target), strict=False):
            showing.refuse_stale(version, charge, both=seen)
        by = Act(today(), officer_of(request))
        try:
            move_receipt(receipt_key, source, target, note=form.cleaned_data["note"], act=by)
        except KeyReusedWithOtherContent:
            _refuse_cancelled(receipt(charge_id, receipt_key))
        record("収納を組み替えた", subjects=[source.addressee_number, target.addressee_number], fields=["収納"])
        return here

    if form.is_bound and form.is_valid() and (answer := form.carry_out(request, act, said="組み替えました。")):
        return answer
    left, arrived = preview_move(showing.payer_of(facts.line), source, target, as_of=today())
    context |= {"form": form, "left": left, "arrived": arrived, "target": described(target)}
    return page(request, f"{TEMPLATES}/move.html", context, status=form.status)


matching_urls: list[URLPattern] = [
    *electronic_urls,
    path("matching/", matching, name="matching"),
    path("matching/held/<uuid:receipt_key>/", held, name="held_receipt"),
    path("matching/held/<uuid:receipt_key>/to/<int:charge_id>/", identify, name="identify"),
    path("matching/receipts/", receipts_page, name="receipts"),
    path("matching/receipts/<int:charge_id>/<uuid:receipt_key>/", receipt_page, name="receipt"),
    path("matching/receipts/<int:charge_id>/<uuid:receipt_key>/cancel/", cancel, name="receipt_cancel"),
    path("matching/receipts/<int:charge_id>/<uuid:receipt_key>/move/", move, name="receipt_move"),
]
