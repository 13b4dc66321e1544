"""オンライン・郵送の申請と、車両の納付の状況の画面。"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.certificates.arriving import NotPostable, mark_posted
from osame.collection.certificates.forms import YEAR_DIGITS, YearField, this_year
from osame.collection.certificates.jnks import download_extract
from osame.collection.certificates.models import JnksExtract
from osame.collection.certificates.queries import RequestNotFound
from osame.collection.certificates.requests import arrivals, request_of
from osame.collection.certificates.vehicles import VehicleStatus, find_vehicle
from osame.formats.jnks_csv import STATUSES
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

TEMPLATES = "collection/certificates"
FACTS = ("氏名", "納税証明")


class PostForm(ActForm):
    """送付の記録。"""

    tracking = forms.CharField(label="追跡番号", max_length=40, required=False, help_text="書留などのとき。")
    refusals = {NotPostable: "tracking"}


class VehicleForm(forms.Form):
    """車両を探す。"""

    plate = forms.CharField(label="標識番号", max_length=40, required=False, help_text="例：三重580あ1234")
    chassis = forms.CharField(label="車台番号", max_length=40, required=False)
    year = YearField(label="年度", longest=YEAR_DIGITS, required=False)


@bound("collection.certificates.arrive")
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """オンライン・郵送の申請。まだ送付していないものを、古い順に。"""
    found = arrivals()
    record("オンライン・郵送の申請を開いた", subjects=sorted({e.addressee_number for e in found}), fields=FACTS)
    return page(request, f"{TEMPLATES}/arrivals.html", {"lines": found})


@bound("collection.certificates.arrive")
@require_http_methods(["GET", "POST"])
def post(request: HttpRequest, request_id: int) -> HttpResponse:
    """送付を記録する。"""
    try:
        asked = request_of(request_id)
    except RequestNotFound as unknown:
        return refused(request, unknown, status=404)
    form = PostForm(request.POST or None)

    def act() -> str:
        mark_posted(request_id, tracking=form.cleaned_data["tracking"], as_of=today(), officer=officer_of(request))
        return reverse("certificate_arrivals")

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, act, said="送付を記録しました。")):
        return done
    return page(request, f"{TEMPLATES}/post.html", {"form": form, "asked": asked}, status=form.status)


@bound("collection.certificates.vehicles")
@require_GET
def vehicles(request: HttpRequest) -> HttpResponse:
    """車両一台の納付の状況と、軽JNKSへの連携の記録。"""
    form = VehicleForm(request.GET or None, label_suffix="", initial={"year": this_year(today())})
    found: tuple[VehicleStatus, ...] = ()
    if form.is_bound and form.is_valid():
        typed = form.cleaned_data
        try:
            found = find_vehicle(
                levy_year=typed["year"] or this_year(today()),
                as_of=today(),
                plate=typed["plate"],
                chassis=typed["chassis"],
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    shown = {
        "form": form, "lines": [(each, STATUSES[each.status]) for each in found],
        "extracts": JnksExtract.objects.order_by("-extract_number")[:30],
    }  # fmt: skip
    return page(request, f"{TEMPLATES}/vehicles.html", shown, status=422 if form.errors else 200)


@bound("collection.certificates.jnks")
@require_POST
def jnks(request: HttpRequest) -> HttpResponse:
    """軽JNKSへの連携ファイルを保存する。"""
    return download_extract(as_of=today(), officer=officer_of(request))


arriving_urls: list[URLPattern] = [
    path("certificates/arrivals/", queue, name="certificate_arrivals"),
    path("certificates/requests/<int:request_id>/post/", post, name="certificate_post"),
    path("certificates/vehicles/", vehicles, name="certificate_vehicles"),
    path("certificates/jnks/", jnks, name="certificate_jnks"),
]
