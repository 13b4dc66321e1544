"""徴税吏員の証票の画面。交付簿、交付、返納、印刷。"""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.assets.credential_forms import CredentialEndForm, CredentialForm
from osame.collection.assets.credential_papers import register_report, save_credential
from osame.collection.assets.credentials import (
    CredentialUnknown,
    End,
    credential_numbered,
    credentials,
    end_credential,
    issue_credential,
    officer_choices,
)
from osame.collection.letters.reports import download_report
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.functions.binding import bound
from osame.platform.terminal import today


@bound("collection.assets.credentials")
@require_GET
def credentials_page(request: HttpRequest) -> HttpResponse:
    """証票の交付簿。"""
    every = request.GET.get("every") == "1"
    lines = [(each, each.state(today())) for each in credentials(every=every)]
    record("証票の交付簿を開いた", detail={"件数": len(lines)})
    return page(request, "collection/assets/credentials.html", {"lines": lines, "every": every})


@bound("collection.assets.credentials")
@require_http_methods(["GET", "POST"])
def credential_new(request: HttpRequest) -> HttpResponse:
    """証票を交付する。"""
    form = CredentialForm(
        request.POST or None, today=today(), choices=officer_choices(), initial={"valid_from": today()}
    )
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            issue_credential(form.issuance, as_of=today(), officer=officer_of(request))
            return reverse("credentials")

        if done := form.carry_out(request, act, said="証票を交付しました。紙を保存してください。"):
            return done
    return _page(request, form, "証票を交付する", "交付する", "職員一人に、種類ごとに一つ交付します。")


@bound("collection.assets.credentials")
@require_http_methods(["GET", "POST"])
def credential_end(request: HttpRequest, credential_id: int) -> HttpResponse:
    """証票の返納・紛失・引換えを記録する。"""
    try:
        found = credential_numbered(credential_id)
    except CredentialUnknown as unknown:
        return refused(request, unknown, status=404)
    form = CredentialEndForm(request.POST or None, today=today(), initial={"on": today()})
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            end_credential(
                credential_id, End(told["end"]), on=told["on"], note=told["note"], officer=officer_of(request)
            )
            return reverse("credentials")

        if done := form.carry_out(request, act, said="記録しました。"):
            return done
    return _page(
        request,
        form,
        "返納を記録する",
        "記録する",
        f"{found.kind_label} {found.number}　{found.name}（{found.staff_number}）",
    )


@bound("collection.assets.credentials")
@require_POST
def credential_print(request: HttpRequest, credential_id: int) -> HttpResponse:
    """証票を保存する。"""
    try:
        return save_credential(credential_id)
    except Refusal as refusal:
        return refused(request, refusal, status=422, title="刷れませんでした")


@bound("collection.assets.credentials")
@require_POST
def credentials_sheet(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """証票の交付簿を保存する。"""
    return download_report(register_report(as_of=today()), "credentials.pdf")


def _page(
    request: HttpRequest, form: CredentialForm | CredentialEndForm, title: str, button: str, about: str
) -> HttpResponse:
    shown = {"form": form, "title": title, "button": button, "about": about, "back": reverse("credentials")}
    return page(request, "collection/assets/act.html", shown, status=form.status)


credential_urls: list[URLPattern] = [
    path("credentials/", credentials_page, name="credentials"),
    path("credentials/new/", credential_new, name="credential_new"),
    path("credentials/sheet/", credentials_sheet, name="credentials_sheet"),
    path("credentials/<int:credential_id>/end/", credential_end, name="credential_end"),
    path("credentials/<int:credential_id>/print/", credential_print, name="credential_print"),
]
