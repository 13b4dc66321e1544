"""手入力の束の画面。開く、一枚ずつ入力する、照合に回す、別の職員が確定する。"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from osame.collection.closing.queries import CHANNEL_NAMES
from osame.collection.slips import actions
from osame.collection.slips.forms import CheckForm, KeyForm, OpenForm, StepForm
from osame.collection.slips.queries import Batch, BatchUnknown, batch_of, batches, lines_of
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

TEMPLATES = "collection/slips"


@bound("collection.matching.enter")
@require_http_methods(["GET", "POST"])
def slip_batches(request: HttpRequest) -> HttpResponse:
    """束の一覧と、新しい束。"""
    form = OpenForm(request.POST or None, today=today(), initial={"received_on": today()})

    def act() -> str:
        typed = form.cleaned_data
        number = actions.open_batch(
            channel=typed["channel"], received_on=typed["received_on"], count=typed["count"], total=typed["total"],
            officer=officer_of(request),
        )  # fmt: skip
        return reverse("slip_batch", args=[number])

    if form.is_bound and form.is_valid() and (answer := form.carry_out(request, act)):
        return answer
    context = {"form": form, "batches": batches(), "channels": CHANNEL_NAMES}
    return page(request, f"{TEMPLATES}/batches.html", context, status=form.status)


@bound("collection.matching.enter")
@require_http_methods(["GET", "POST"])
def slip_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """束一つ。入力中なら、一枚ずつ加える。件数と合計を、表紙と並べる。"""
    try:
        batch = batch_of(batch_id)
    except BatchUnknown as unknown:
        return refused(request, unknown, status=404)
    form = KeyForm(request.POST or None, today=today(), initial={"paid_on": batch.received_on})

    def act() -> str:
        actions.key_slip(batch_id, form.read)
        return reverse("slip_batch", args=[batch_id])

    if form.is_bound and form.is_valid() and (answer := form.carry_out(request, act)):
        return answer
    return _shown(request, batch, form)


def _shown(request: HttpRequest, batch: Batch, form: KeyForm) -> HttpResponse:
    lines = lines_of(batch.batch_id)
    record("手入力の束を開いた", subjects=sorted({e.addressee_number for e in lines} - {""}), fields=["氏名", "未納額"])
    mine = batch.entered_by == officer_of(request)
    context = {
        "batch": batch,
        "lines": lines,
        "form": form,
        "step": StepForm(),
        "mine": mine,
        "channels": CHANNEL_NAMES,
    }
    return page(request, f"{TEMPLATES}/batch.html", context, status=form.status)


def _step(request: HttpRequest, batch_id: int, act: Callable[[], None], said: str) -> HttpResponse:
    """欄のない行い。断られたら、断りを言う。"""
    form = StepForm(request.POST, today=today())
    here = reverse("slip_batch", args=[batch_id])

    def carried() -> str:
        act()
        return here

    if form.is_valid() and (answer := form.carry_out(request, carried, said=said)):
        return answer
    told = "、".join(str(each) for each in form.non_field_errors()) or str(Refusal())
    return refused(request, told, status=422)


@bound("collection.matching.enter")
@require_POST
def hand_over(request: HttpRequest, batch_id: int) -> HttpResponse:
    """照合に回す。"""
    return _step(
        request, batch_id, lambda: actions.hand_over(batch_id), "照合に回しました。別の職員に依頼してください。"
    )


@bound("collection.matching.enter")
@require_POST
def take_back(request: HttpRequest, batch_id: int) -> HttpResponse:
    """入力に戻す。"""
    return _step(request, batch_id, lambda: actions.take_back(batch_id), "入力に戻しました。")


@bound("collection.matching.enter")
@require_POST
def abandon(request: HttpRequest, batch_id: int) -> HttpResponse:
    """取りやめる。"""
    return _step(request, batch_id, lambda: actions.abandon(batch_id), "束を取りやめました。")


@bound("collection.matching.enter")
@require_POST
def drop(request: HttpRequest, batch_id: int, line_number: int) -> HttpResponse:
    """一枚を除く。"""
    return _step(
        request, batch_id, lambda: actions.drop_slip(batch_id, line_number), f"{line_number}枚目を除きました。"
    )


@bound("collection.matching.enter")
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest, batch_id: int) -> HttpResponse:
    """別の職員が、現物を数え直して確定する。"""
    try:
        batch = batch_of(batch_id)
    except BatchUnknown as unknown:
        return refused(request, unknown, status=404)
    form = CheckForm(request.POST or None, today=today())
    lines = lines_of(batch_id)

    def act() -> str:
        typed = form.cleaned_data
        actions.settle_batch(batch_id, count=int(typed["count"]), total=typed["total"], officer=officer_of(request))
        record("手入力の束を確定した", subjects=sorted({e.addressee_number for e in lines} - {""}), fields=["収納"])
        return reverse("slip_batch", args=[batch_id])

    if form.is_bound and form.is_valid() and (answer := form.carry_out(request, act, said="確定しました。")):
        return answer
    mine = batch.entered_by == officer_of(request)
    context = {"batch": batch, "lines": lines, "form": form, "mine": mine, "channels": CHANNEL_NAMES}
    return page(request, f"{TEMPLATES}/check.html", context, status=form.status)


slips_urls: list[URLPattern] = [
    path("matching/slips/", slip_batches, name="slip_batches"),
    path("matching/slips/<int:batch_id>/", slip_batch, name="slip_batch"),
    path("matching/slips/<int:batch_id>/hand-over/", hand_over, name="slip_hand_over"),
    path("matching/slips/<int:batch_id>/take-back/", take_back, name="slip_take_back"),
    path("matching/slips/<int:batch_id>/abandon/", abandon, name="slip_abandon"),
    path("matching/slips/<int:batch_id>/check/", check, name="slip_check"),
    path("matching/slips/<int:batch_id>/drop/<int:line_number>/", drop, name="slip_drop"),
]
