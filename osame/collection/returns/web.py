"""返戻・所在調査・公示送達・送達の画面。"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.letters.kinds import kinds
from osame.collection.letters.reports import download_report
from osame.collection.returns import actions, forms
from osame.collection.returns.letters import send_whereabouts_inquiry
from osame.collection.returns.letters_sent import PaperUnknown
from osame.collection.returns.lists import save_book
from osame.collection.returns.models import ReturnedLetter, ServicePublication, WhereaboutsInquiry
from osame.collection.returns.notices import returned_notices
from osame.collection.returns.papers import return_report, returns_report, save_share
from osame.collection.returns.publishing import save_publication
from osame.collection.returns.queries import (
    effect_of,
    inquiries_of,
    publication,
    publications,
    returned_letter,
    returned_letters,
    sending_book,
    services_of,
)
from osame.collection.returns.service_sheets import save_service_sheet
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

TEMPLATES = "collection/returns"
FACTS = ("氏名", "送付先", "返戻")
BOOK_DAYS = 31


@bound("collection.returns.show")
@require_GET
def returns(request: HttpRequest) -> HttpResponse:
    """返戻の一覧。段階や文書の番号で絞る。"""
    form = forms.FindForm(request.GET or None, label_suffix="")
    code = form.cleaned_data["code"] if form.is_bound and form.is_valid() else None
    stage = request.GET.get("stage", "") if not code else ""
    lines = returned_letters(stage=stage, code=code)
    record("返戻の一覧を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=FACTS)
    shown = {"form": form, "lines": lines, "stage": stage, "stages": ReturnedLetter.Stage.choices}
    return page(request, f"{TEMPLATES}/returns.html", shown)


@bound("collection.returns.register")
@require_http_methods(["GET", "POST"])
def return_new(request: HttpRequest) -> HttpResponse:
    """返戻の登録。紙の番号を読む。続けて読めるように、登録の後もこの画面に残る。"""
    form = forms.ReturnForm(
        request.POST or None, today=today(), initial={"code": request.GET.get("code", ""), "returned_on": today()}
    )
    if form.is_bound and form.is_valid():

        def act() -> str:
            typed = form.cleaned_data
            number = actions.register_return(
                typed["code"], ReturnedLetter.Cause(typed["cause"]), returned_on=typed["returned_on"], as_of=today(),
                officer=officer_of(request),
            )  # fmt: skip
            return reverse("return_one", args=[number])

        if done := form.carry_out(request, act, said="返戻を登録しました。送付先を調べてください。"):
            return done
    return page(request, f"{TEMPLATES}/register.html", {"form": form}, status=form.status)


@bound("collection.returns.show")
@require_GET
def return_one(request: HttpRequest, return_id: int) -> HttpResponse:
    """返戻一つ。調査、公示送達、送達の効き目。"""
    try:
        found = returned_letter(return_id)
    except actions.ReturnUnknown as unknown:
        return refused(request, unknown, status=404)
    record("返戻を開いた", subjects=[found.addressee_number], fields=FACTS)
    shown = {
        "found": found, "inquiries": inquiries_of(return_id), "publications": publications(return_id=return_id),
        "effect": effect_of(found, as_of=today()), "services": services_of(found.run_id, found.letter_number),
    }  # fmt: skip
    return page(request, f"{TEMPLATES}/return.html", shown)


@bound("collection.returns.search")
@require_http_methods(["GET", "POST"])
def inquire(request: HttpRequest, return_id: int) -> HttpResponse:
    """所在調査の照会。"""
    form = forms.InquiryForm(request.POST or None, today=today(), initial={"asked_on": today()})

    def act() -> None:
        typed = form.cleaned_data
        kind = WhereaboutsInquiry.Kind(typed["kind"])
        actions.open_inquiry(
            return_id, kind, typed["asked_of"], asked_on=typed["asked_on"], officer=officer_of(request)
        )

    return _form(request, return_id, form, act, ("所在調査", "照会を記録する", "照会を記録しました。"))


@bound("collection.returns.search")
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, return_id: int, inquiry_id: int) -> HttpResponse:
    """所在調査の答え。"""
    form = forms.AnswerForm(request.POST or None, today=today(), initial={"answered_on": today()})

    def act() -> None:
        typed = form.cleaned_data
        outcome = WhereaboutsInquiry.Outcome(typed["outcome"])
        actions.answer_inquiry(
            inquiry_id, outcome, typed["answer"], answered_on=typed["answered_on"], officer=officer_of(request)
        )

    return _form(request, return_id, form, act, ("所在調査の答え", "答えを記録する", "答えを記録しました。"))


@bound("collection.returns.search")
@require_http_methods(["GET", "POST"])
def inquiry_letter(request: HttpRequest, return_id: int, inquiry_id: int) -> HttpResponse:
    """所在照会書を作る。済めば、文書の束の画面へ。"""
    found = returned_letter(return_id)
    form = forms.InquiryLetterForm(request.POST or None, today=today())
    if form.is_bound and form.is_valid():

        def act() -> str:
            run_id = send_whereabouts_inquiry(
                inquiry_id, form.to, reply_by=form.cleaned_data["reply_by"], as_of=today(), officer=officer_of(request)
            )
            return reverse("letter_run", args=[run_id])

        if done := form.carry_out(request, act, said="所在照会書を作りました。"):
            return done
    record("返戻を開いた", subjects=[found.addressee_number], fields=FACTS)
    shown = {"form": form, "found": found, "title": "所在照会書", "button": "照会書を作る"}
    return page(request, f"{TEMPLATES}/act.html", shown, status=form.status)


@bound("collection.returns.search")
@require_POST
def return_sheet(request: HttpRequest, return_id: int) -> HttpResponse:
    """返戻調査票（R-058）を保存する。"""
    try:
        return download_report(return_report(return_id, as_of=today()), f"return-{return_id}.pdf")
    except actions.ReturnUnknown as unknown:
        return refused(request, unknown, status=404)


@bound("collection.returns.search")
@require_POST
def returns_sheet(request: HttpRequest) -> HttpResponse:
    """返戻一覧（R-058）を保存する。"""
    return download_report(returns_report(request.POST.get("stage", ""), as_of=today()), "returns.pdf")


@bound("collection.returns.register_book")
@require_http_methods(["GET", "POST"])
def share(request: HttpRequest) -> HttpResponse:
    """課税課に知らせる返戻の一覧。"""
    month = today().replace(day=1)
    form = forms.BookForm(request.POST or None, label_suffix="", initial={"first": month, "last": today()})
    if form.is_bound and form.is_valid():
        try:
            return save_share(form.cleaned_data["first"], form.cleaned_data["last"])
        except Refusal as refusal:
            return refused(request, refusal, status=422, title="一覧を作れませんでした")
    return page(request, f"{TEMPLATES}/share.html", {"form": form})


@bound("collection.returns.show")
@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """戻った納税通知書の一覧。ファイルは、届いたファイルの画面から取り込む。"""
    lines = returned_notices()
    record("納税通知書の返戻の一覧を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=FACTS)
    return page(request, f"{TEMPLATES}/notices.html", {"lines": lines})


@bound("collection.returns.serve")
@require_POST
def service_paper(request: HttpRequest) -> HttpResponse:
    """送達記録書を保存する。記録の前なら、持って行く空の様式。"""
    form = forms.FindForm(request.POST, label_suffix="")
    if not form.is_valid() or not form.cleaned_data["code"]:
        return refused(request, PaperUnknown(request.POST.get("code", "")), status=422, title="刷れませんでした")
    try:
        return save_service_sheet(form.cleaned_data["code"], as_of=today())
    except Refusal as refusal:
        return refused(request, refusal, status=422, title="刷れませんでした")


@bound("collection.returns.search")
@require_http_methods(["GET", "POST"])
def resend(request: HttpRequest, return_id: int) -> HttpResponse:
    """再発送。"""
    form = forms.ResendForm(request.POST or None, today=today(), initial={"resent_on": today()})

    def act() -> None:
        actions.resend(return_id, resent_on=form.cleaned_data["resent_on"], officer=officer_of(request))

    return _form(request, return_id, form, act, ("再発送", "再発送を記録する", "再発送を記録しました。"))


@bound("collection.returns.search")
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, return_id: int) -> HttpResponse:
    """返戻を終える。"""
    form = forms.CloseForm(request.POST or None, today=today())

    def act() -> None:
        actions.close_return(return_id, note=form.cleaned_data["note"], as_of=today(), officer=officer_of(request))

    return _form(request, return_id, form, act, ("返戻を終える", "返戻を終える", "返戻を終えました。"))


@bound("collection.returns.draft")
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, return_id: int) -> HttpResponse:
    """公示送達の起案。"""
    form = forms.DraftForm(request.POST or None, today=today(), initial={"ground": "1"})

    def act() -> None:
        typed = form.cleaned_data
        actions.draft_publication(
            return_id, ServicePublication.Ground(typed["ground"]), reason=typed["reason"], kept_at=typed["kept_at"],
            as_of=today(), officer=officer_of(request),
        )  # fmt: skip

    return _form(
        request, return_id, form, act, ("公示送達の起案", "起案する", "起案しました。別の職員に掲示を頼んでください。")
    )


@bound("collection.returns.post")
@require_http_methods(["GET", "POST"])
def post(request: HttpRequest, return_id: int, publication_id: int) -> HttpResponse:
    """公示送達の掲示。"""
    form = forms.PostForm(request.POST or None, today=today(), initial={"posted_on": today()})

    def act() -> None:
        actions.post_publication(publication_id, posted_on=form.cleaned_data["posted_on"], officer=officer_of(request))

    words = ("公示送達の掲示", "掲示を記録する", "掲示を記録しました。")
    return _form(request, return_id, form, act, words, publication=publication(publication_id))


@bound("collection.returns.post")
@require_http_methods(["GET", "POST"])
def take_down(request: HttpRequest, return_id: int, publication_id: int) -> HttpResponse:
    """掲示を外す。"""
    form = forms.TakeDownForm(request.POST or None, today=today(), initial={"taken_down_on": today()})

    def act() -> None:
        actions.take_down(publication_id, taken_down_on=form.cleaned_data["taken_down_on"], officer=officer_of(request))

    words = ("掲示を外す", "外した日を記録する", "外した日を記録しました。")
    return _form(request, return_id, form, act, words, publication=publication(publication_id))


@bound("collection.returns.draft")
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, return_id: int, publication_id: int) -> HttpResponse:
    """公示送達を取りやめる。"""
    form = forms.CancelForm(request.POST or None, today=today())

    def act() -> None:
        actions.cancel_publication(publication_id, reason=form.cleaned_data["reason"], officer=officer_of(request))

    words = ("公示送達の取りやめ", "取りやめる", "公示送達を取りやめました。")
    return _form(request, return_id, form, act, words, publication=publication(publication_id))


@bound("collection.returns.post")
@require_POST
def print_publication(request: HttpRequest, publication_id: int) -> HttpResponse:
    """公示送達書を保存する。"""
    try:
        return save_publication(publication_id)
    except Refusal as refusal:
        return refused(request, refusal, status=422, title="刷れませんでした")


@bound("collection.returns.serve")
@require_http_methods(["GET", "POST"])
def serve(request: HttpRequest) -> HttpResponse:
    """書留・特別送達・交付などの送達の記録。"""
    form = forms.ServiceForm(
        request.POST or None, today=today(), initial={"delivered_on": today(), "code": request.GET.get("code", "")}
    )
    if form.is_bound and form.is_valid():

        def act() -> str:
            actions.record_service(form.cleaned_data["code"], form.delivery, officer=officer_of(request))
            return reverse("returns")

        if done := form.carry_out(request, act, said="送達を記録しました。"):
            return done
    return page(request, f"{TEMPLATES}/serve.html", {"form": form}, status=form.status)


@bound("collection.returns.register_book")
@require_GET
def book(request: HttpRequest) -> HttpResponse:
    """送達記録簿。"""
    first, last = today() - timedelta(days=BOOK_DAYS), today()
    form = forms.BookForm(request.GET or None, label_suffix="", initial={"first": first, "last": last})
    if form.is_bound and form.is_valid():
        first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    if request.GET.get("csv") == "1":
        return save_book(first=first, last=last)
    lines = sending_book(first=first, last=last)
    record("送達記録簿を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=FACTS)
    names = {form: kind.name for form, kind in kinds().items()}
    shown = {"form": form, "lines": lines, "first": first, "last": last, "names": names}
    return page(request, f"{TEMPLATES}/book.html", shown)


def _form(
    request: HttpRequest,
    return_id: int,
    form: ActForm,
    act: Callable[[], None],
    words: tuple[str, str, str],
    **more: Any,
) -> HttpResponse:
    """返戻に対する一つの行い。済めば、返戻の画面に戻る。 words: 題、ボタン、済んだときの言葉。"""
    found = returned_letter(return_id)
    title, button, said = words

    def carried() -> str:
        act()
        return reverse("return_one", args=[return_id])

    if form.is_bound and form.is_valid() and (done := form.carry_out(request, carried, said=said)):
        return done
    record("返戻を開いた", subjects=[found.addressee_number], fields=FACTS)
    shown = {"form": form, "found": found, "title": title, "button": button, **more}
    return page(request, f"{TEMPLATES}/act.html", shown, status=form.status)


ONE = "returns/<int:return_id>/"
returns_urls: list[URLPattern] = [
    path("returns/", returns, name="returns"),
    path("returns/new/", return_new, name="return_new"),
    path("returns/book/", book, name="sending_book"),
    path("returns/service/", serve, name="service_new"),
    path("returns/service/sheet/", service_paper, name="service_sheet"),
    path("returns/sheet/", returns_sheet, name="returns_sheet"),
    path("returns/share/", share, name="returns_share"),
    path("returns/notices/", notices, name="returned_notices"),
    path(ONE, return_one, name="return_one"),
    path(f"{ONE}inquire/", inquire, name="return_inquire"),
    path(f"{ONE}inquiries/<int:inquiry_id>/", answer, name="return_answer"),
    path(f"{ONE}inquiries/<int:inquiry_id>/letter/", inquiry_letter, name="return_inquiry_letter"),
    path(f"{ONE}sheet/", return_sheet, name="return_sheet"),
    path(f"{ONE}resend/", resend, name="return_resend"),
    path(f"{ONE}close/", close, name="return_close"),
    path(f"{ONE}publication/", draft, name="publication_draft"),
    path(f"{ONE}publications/<int:publication_id>/post/", post, name="publication_post"),
    path(f"{ONE}publications/<int:publication_id>/take-down/", take_down, name="publication_take_down"),
    path(f"{ONE}publications/<int:publication_id>/cancel/", cancel, name="publication_cancel"),
    path("returns/publications/<int:publication_id>/print/", print_publication, name="publication_print"),
]
