"""納税証明の画面。申請、本人確認、領収書確認、審査、発行、印刷、再発行、取消し、発行簿、照会。"""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.certificates import actions, forms
from osame.collection.certificates.arriving_web import arriving_urls
from osame.collection.certificates.certified import Certified
from osame.collection.certificates.consented import answer_inquiry, answered_inquiries
from osame.collection.certificates.freshness import freshness
from osame.collection.certificates.printing import save_certificate
from osame.collection.certificates.queries import RequestNotFound, evidence_of
from osame.collection.certificates.reports import download_sheet
from osame.collection.certificates.requests import Asking, day_of, request_of, requests_of
from osame.collection.demands.stopped import tax_item_choices
from osame.collection.inquiry.charges import ChargeLine, charge_lines
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

TEMPLATES = "collection/certificates"
FACTS = ("氏名", "期別", "納税証明")


@bound("collection.certificates.show")
@require_GET
def certificates(request: HttpRequest) -> HttpResponse:
    """発行簿。その日の申請と証明書、手数料の計。または、一人の申請。"""
    form = forms.DayForm(request.GET or None, label_suffix="")
    on, addressee = today(), ""
    if form.is_bound and form.is_valid():
        on, addressee = form.cleaned_data["on"] or on, form.cleaned_data["addressee"]
    day = day_of(on)
    lines = requests_of(addressee) if addressee else day.requests
    record("納税証明の発行簿を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=FACTS)
    shown = {"form": form, "day": day, "lines": lines, "addressee": addressee, "fresh": freshness(as_of=today())}
    return page(request, f"{TEMPLATES}/day.html", shown)


@bound("collection.certificates.apply")
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    """申請の受付。"""
    year = forms.this_year(today())
    form = forms.ApplyForm(
        request.POST or None, today=today(), tax_items=tax_item_choices(as_of=today()), draft_key="certificate-new",
        initial={
            "addressee_number": request.GET.get("addressee", ""), "kind": "01", "authority": "01",
            "first_levy_year": year, "last_levy_year": year,
        },
    )  # fmt: skip
    if form.is_bound and form.is_valid():

        def act() -> str:
            number = actions.apply(form.application, as_of=today(), officer=officer_of(request))
            return reverse("certificate_request", args=[number])

        if done := form.carry_out(request, act, said="申請を受け付けました。本人確認をしてください。"):
            return done
    return page(request, f"{TEMPLATES}/apply.html", {"form": form}, status=form.status)


@bound("collection.certificates.show")
@require_GET
def certificate_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """申請一つ。いまの段階と、できること。審査の前に、証明することを見せる。"""
    try:
        asked = request_of(request_id)
    except RequestNotFound as unknown:
        return refused(request, unknown, status=404)
    told: Certified | None = None
    lacking = ""
    if asked.state in {"2", "3"}:
        try:
            told = actions.review(request_id, as_of=today())
            told.require_issuable()
        except Refusal as refusal:
            lacking = str(refusal)
    record("納税証明の申請を開いた", subjects=[asked.addressee_number], fields=FACTS)
    with transaction.atomic():
        seen = evidence_of(request_id)
    shown = {"asked": asked, "told": told, "lacking": lacking, "evidence": seen, "step": forms.IssueForm()}
    return page(request, f"{TEMPLATES}/request.html", shown)


@bound("collection.certificates.identify")
@require_http_methods(["GET", "POST"])
def identify(request: HttpRequest, request_id: int) -> HttpResponse:
    """本人確認。"""
    asked = request_of(request_id)
    form = forms.IdentifyForm(request.POST or None, today=today())

    def act() -> None:
        actions.identify(request_id, form.identity, as_of=today(), officer=officer_of(request))

    return _form(request, (form, asked), "identify.html", act, "本人確認を記録しました。内容を審査してください。")


@bound("collection.certificates.identify")
@require_http_methods(["GET", "POST"])
def evidence(request: HttpRequest, request_id: int) -> HttpResponse:
    """領収書確認。"""
    asked = request_of(request_id)
    open_lines = [each for each in charge_lines(asked.addressee_number, as_of=today(), today=today()) if each.total > 0]
    form = forms.EvidenceForm(
        request.POST or None, today=today(), charges=[(each.charge_id, _told(each)) for each in open_lines]
    )

    def act() -> None:
        actions.record_evidence(request_id, form.evidence, as_of=today(), officer=officer_of(request))

    return _form(request, (form, asked), "evidence.html", act, "領収書の確認を記録しました。")


@bound("collection.certificates.issue")
@require_POST
def issue(request: HttpRequest, request_id: int) -> HttpResponse:
    """発行する。"""
    form = forms.IssueForm(request.POST, today=today())

    def act() -> str:
        actions.issue(request_id, as_of=today(), officer=officer_of(request))
        return reverse("certificate_request", args=[request_id])

    if form.is_valid() and (done := form.carry_out(request, act, said="発行しました。印刷してください。")):
        return done
    return refused(request, "、".join(str(each) for each in form.non_field_errors()), status=422)


@bound("collection.certificates.issue")
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, request_id: int) -> HttpResponse:
    """不発行にする、または取り下げる。"""
    asked = request_of(request_id)
    form = forms.CloseForm(request.POST or None, today=today(), initial={"how": "refuse"})

    def act() -> None:
        typed = form.cleaned_data
        doing = actions.refuse if typed["how"] == "refuse" else actions.withdraw
        doing(request_id, reason=typed["reason"], officer=officer_of(request))

    return _form(request, (form, asked), "close.html", act, "申請を閉じました。")


@bound("collection.certificates.apply")
@require_POST
def application_form(request: HttpRequest, request_id: int) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """申請書・委任状・本人確認記録を、紙にする。"""
    return download_sheet(request_id, as_of=today())


@bound("collection.certificates.print")
@require_POST
def print_certificate(request: HttpRequest, certificate_number: int) -> HttpResponse:
    """証明書を刷る。渡すのは証明番号だけ。読み返して、その番号の証明書のものであるときだけ保存できる。"""
    try:
        return save_certificate(certificate_number)
    except Refusal as refusal:
        return refused(request, refusal, status=422, title="刷れませんでした")


@bound("collection.certificates.cancel")
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, request_id: int, certificate_number: int) -> HttpResponse:
    """証明書の取消し。"""
    form = forms.ReasonForm(request.POST or None, today=today())

    def act() -> None:
        actions.cancel(certificate_number, reason=form.cleaned_data["reason"], officer=officer_of(request))

    shown = (form, request_of(request_id))
    return _form(request, shown, "cancel.html", act, "証明書を取り消しました。", certificate_number)


@bound("collection.certificates.cancel")
@require_http_methods(["GET", "POST"])
def reissue(request: HttpRequest, request_id: int, certificate_number: int) -> HttpResponse:
    """新しい番号での再発行。元の証明書は取り消す。"""
    form = forms.ReasonForm(request.POST or None, today=today())

    def act() -> None:
        reason = form.cleaned_data["reason"]
        actions.reissue(certificate_number, reason=reason, as_of=today(), officer=officer_of(request))

    shown = (form, request_of(request_id))
    return _form(
        request, shown, "reissue.html", act, "新しい番号で発行しました。印刷してください。", certificate_number
    )


@bound("collection.certificates.inquire")
@require_http_methods(["GET", "POST"])
def inquiries(request: HttpRequest) -> HttpResponse:
    """同意書による滞納の照会。答えるのは、有無だけ。"""
    form = forms.InquiryForm(request.POST or None, today=today())
    if form.is_bound and form.is_valid():

        def act() -> str:
            answer_inquiry(form.inquiry, as_of=today(), officer=officer_of(request))
            return reverse("certificate_inquiries")

        if done := form.carry_out(request, act, said="照会に答えました。一覧の一番上を見てください。"):
            return done
    lines = answered_inquiries()
    record(
        "滞納の照会の一覧を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=["滞納の有無"]
    )
    return page(request, f"{TEMPLATES}/inquiries.html", {"form": form, "lines": lines}, status=form.status)


def _told(line: ChargeLine) -> str:
    return f"{line.year_label} {line.tax_name} {line.term_name}（通知書 {line.notice_number}、未納 {line.total:,}円）"


def _form(
    request: HttpRequest,
    shown: tuple[ActForm, Asking],
    template: str,
    act: Callable[[], None],
    said: str,
    certificate_number: int = 0,
) -> HttpResponse:
    """申請に対する一つの行い。済めば、申請の画面に戻る。"""
    form, asked = shown
    here = reverse("certificate_request", args=[asked.request_id])

    def carried() -> str:
        act()
        return here

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, carried, said=said)):
        return done
    record("納税証明の申請を開いた", subjects=[asked.addressee_number], fields=FACTS)
    number = next((each for each in asked.issued if each.certificate_number == certificate_number), None)
    context = {"form": form, "asked": asked, "here": here, "number": number}
    return page(request, f"{TEMPLATES}/{template}", context, status=form.status)


HERE = "certificates/requests/<int:request_id>/"
certificates_urls: list[URLPattern] = [
    *arriving_urls,
    path("certificates/", certificates, name="certificates"),
    path("certificates/new/", apply, name="certificate_apply"),
    path("certificates/inquiries/", inquiries, name="certificate_inquiries"),
    path(HERE, certificate_request, name="certificate_request"),
    path(f"{HERE}identify/", identify, name="certificate_identify"),
    path(f"{HERE}evidence/", evidence, name="certificate_evidence"),
    path(f"{HERE}issue/", issue, name="certificate_issue"),
    path(f"{HERE}close/", close, name="certificate_close"),
    path(f"{HERE}form/", application_form, name="certificate_form"),
    path(f"{HERE}<int:certificate_number>/cancel/", cancel, name="certificate_cancel"),
    path(f"{HERE}<int:certificate_number>/reissue/", reissue, name="certificate_reissue"),
    path("certificates/<int:certificate_number>/print/", print_certificate, name="certificate_print"),
]
