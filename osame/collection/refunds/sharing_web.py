"""受取人を分ける、替える画面。相続人への按分、還付請求権の差押え・譲渡の登録と解除。"""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from osame.collection.refunds.actions import Act, PayeeNotFound, Where
from osame.collection.refunds.candidates import name_of
from osame.collection.refunds.forms import EncumbranceForm, HeirsForm, NoteForm
from osame.collection.refunds.queries import decision_sheet, encumbrances_of
from osame.collection.refunds.sharing import divide_among_heirs, register_encumbrance, release_encumbrance
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

TEMPLATES = "collection/refunds"
FACTS = ("氏名", "還付", "差押え・譲渡")


@bound("collection.refunds.share")
@require_http_methods(["GET", "POST"])
def heirs(request: HttpRequest, decision_id: int, payee_number: int) -> HttpResponse:
    """還付を、相続人に持分で分ける。"""
    sheet = decision_sheet(decision_id)
    subject = sheet.decision.addressee_number
    form = HeirsForm(request.POST or None, today=today(), draft_key=f"heirs:{decision_id}:{payee_number}")
    record("還付・充当の決議を開いた", subjects=[subject], fields=FACTS)
    if form.is_bound and form.is_valid():

        def act() -> str:
            where = Where(subject, decision_id, payee_number)
            divide_among_heirs(where, form.cleaned_data["heirs"], act=_act(request))
            return reverse("refund_decision", args=[decision_id])

        if done := form.carry_out(request, act, said="還付を相続人に分けました。"):
            return done
    shown = {"form": form, "sheet": sheet, "name": "相続人への按分"}
    return page(request, f"{TEMPLATES}/act.html", shown, status=form.status)


@bound("collection.refunds.share")
@require_http_methods(["GET", "POST"])
def encumbrances(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """一人の還付請求権の差押え・譲渡。届いた通知を登録し、まだ払っていない還付の支払先を変える。"""
    name = name_of(addressee_number)
    if not name:
        return refused(request, PayeeNotFound(addressee_number), status=404)
    form = EncumbranceForm(request.POST or None, today=today(), draft_key=f"encumbrance:{addressee_number}")
    record("還付請求権の差押え・譲渡を開いた", subjects=[addressee_number], fields=FACTS)
    here = reverse("refund_encumbrances", args=[addressee_number])
    if form.is_bound and form.is_valid():

        def act() -> str:
            register_encumbrance(addressee_number, form.new(), act=_act(request))
            return here

        if done := form.carry_out(request, act, said="差押え・譲渡を登録し、支払先を決め直しました。"):
            return done
    shown = {"form": form, "addressee": addressee_number, "name": name, "lines": encumbrances_of(addressee_number)}
    return page(request, f"{TEMPLATES}/encumbrances.html", shown, status=form.status)


@bound("collection.refunds.share")
@require_http_methods(["GET", "POST"])
def release(request: HttpRequest, addressee_number: str, encumbrance_id: int) -> HttpResponse:
    """差押え・譲渡の解除を記録する。"""
    found = next((each for each in encumbrances_of(addressee_number) if each.encumbrance_id == encumbrance_id), None)
    if found is None:
        return refused(request, PayeeNotFound(f"差押え・譲渡の番号 {encumbrance_id}"), status=404)
    form = NoteForm(request.POST or None, today=today())
    record("還付請求権の差押え・譲渡を開いた", subjects=[addressee_number], fields=FACTS)
    if form.is_bound and form.is_valid():

        def act() -> str:
            release_encumbrance(addressee_number, encumbrance_id, reason=form.cleaned_data["note"], act=_act(request))
            return reverse("refund_encumbrances", args=[addressee_number])

        if done := form.carry_out(request, act, said="解除を記録し、支払先を決め直しました。"):
            return done
    shown = {"form": form, "addressee": addressee_number, "name": name_of(addressee_number), "found": found}
    return page(request, f"{TEMPLATES}/encumbrance_release.html", shown, status=form.status)


def _act(request: HttpRequest) -> Act:
    return Act(today(), officer_of(request))


sharing_urls: list[URLPattern] = [
    path("refunds/decisions/<int:decision_id>/payees/<int:payee_number>/heirs/", heirs, name="refund_heirs"),
    path("refunds/people/<str:addressee_number>/encumbrances/", encumbrances, name="refund_encumbrances"),
    path(
        "refunds/people/<str:addressee_number>/encumbrances/<int:encumbrance_id>/release/", release,
        name="refund_encumbrance_release",
    ),
]  # fmt: skip
