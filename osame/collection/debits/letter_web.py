"""口座振替の文書の画面。通知、不能のお知らせ、年間の振替済額、依頼書を作り、文書の束へ移る。"""

from collections.abc import Callable
from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from osame.collection.debits import letters
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.console.fields import WarekiDateField
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

MONTH = 31
EARLIEST_YEAR = 2000


class NoticeForm(ActForm):
    """開始・変更・廃止の通知。"""

    since = WarekiDateField(label="この日から後に登録した口座", within_years=1)


class StatementForm(ActForm):
    """年間の振替済額の通知。"""

    year = forms.IntegerField(label="年（西暦）", min_value=EARLIEST_YEAR)


class LetterForm(ActForm):
    """欄のない書式。"""


@bound("collection.debits.letters")
@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """口座振替の開始・変更・廃止の通知と、年間の振替済額の通知を作る。"""
    day, told = today(), request.POST.get("what", "")
    notice = NoticeForm(
        request.POST if told == "notice" else None, today=day, initial={"since": day - timedelta(days=MONTH)}
    )
    statement = StatementForm(
        request.POST if told == "statement" else None, today=day, initial={"year": day.year - 1}, auto_id="statement_%s"
    )

    def make_notices() -> int:
        return letters.send_notices(since=notice.cleaned_data["since"], as_of=day, officer=officer_of(request))

    def make_statements() -> int:
        return letters.send_statements(statement.cleaned_data["year"], as_of=day, officer=officer_of(request))

    for form, make in ((notice, make_notices), (statement, make_statements)):
        if form.is_bound and form.is_valid() and (done := _made(request, form, make)):
            return done
    shown = {"notice": notice, "statement": statement}
    return page(request, "collection/debits/letters.html", shown, status=max(notice.status, statement.status))


@bound("collection.debits.letters")
@require_POST
def failures(request: HttpRequest, request_id: int) -> HttpResponse:
    """振替不能のお知らせを作る。"""
    return _one(request, lambda: letters.send_failures(request_id, as_of=today(), officer=officer_of(request)))


@bound("collection.debits.letters")
@require_POST
def again(request: HttpRequest, request_id: int) -> HttpResponse:
    """再振替のお知らせを作る。"""
    return _one(request, lambda: letters.send_again(request_id, as_of=today(), officer=officer_of(request)))


@bound("collection.debits.letters")
@require_POST
def form_letter(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """口座振替依頼書を作る。"""
    return _one(request, lambda: letters.send_form(addressee_number, as_of=today(), officer=officer_of(request)))


def _one(request: HttpRequest, make: Callable[[], int]) -> HttpResponse:
    form = LetterForm(request.POST)
    if form.is_valid() and (done := _made(request, form, make)):
        return done
    return refused(
        request, "、".join(str(each) for each in form.non_field_errors()) or "画面を開き直してください。", status=422
    )


def _made(request: HttpRequest, form: ActForm, make: Callable[[], int]) -> HttpResponse | None:
    return form.carry_out(request, lambda: reverse("letter_run", args=[make()]), said="文書を作りました。")


letter_urls: list[URLPattern] = [
    path("debits/letters/", notices, name="debit_letters"),
    path("debits/requests/<int:request_id>/failure-letters/", failures, name="debit_failure_letters"),
    path("debits/requests/<int:request_id>/again-letters/", again, name="debit_again_letters"),
    path("people/<str:addressee_number>/debits/form/", form_letter, name="debit_form"),
]
