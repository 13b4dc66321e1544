"""編集中の宛名の画面。誰が編集しているか、自分の編集を終える、ほかの職員の編集を解放する。"""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.addressee.inquiry.pages import FormPage, person_act, whose
from osame.addressee.inquiry.queries import officer_reader
from osame.addressee.locks import actions
from osame.addressee.locks.forms import ForceForm
from osame.addressee.locks.queries import held_locks
from osame.addressee.search.queries import summaries
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today


@bound("addressee.locks.take")
@require_GET
def locks(request: HttpRequest) -> HttpResponse:
    """編集中の宛名の一覧。"""
    with transaction.atomic():
        held = held_locks()
        people = summaries((each.addressee_number for each in held), as_of=today(), reader=officer_reader())
    rows = [{"held": each, "person": people.get(each.addressee_number)} for each in held]
    return page(request, "addressee/locks.html", {"rows": rows, "me": officer_of(request)})


@bound("addressee.locks.take")
@require_POST
def lock_release(request: HttpRequest, number: str) -> HttpResponse:
    """自分の編集を終え、ほかの職員に譲る。"""
    actions.release_lock(number)
    messages.success(request, "編集を終えました。")
    return HttpResponseRedirect(reverse("person", args=[number]))


@bound("addressee.locks.force")
@require_http_methods(["GET", "POST"])
def lock_force(request: HttpRequest, number: str) -> HttpResponse:
    """ほかの職員の編集を解放する。誰の編集を、なぜ解放したかは、監査に残る。"""
    person = whose(number, as_of=today())
    form = ForceForm(request.POST or None)

    def act() -> None:
        actions.force_release(number, reason=form.cleaned_data["reason"])

    lead = "編集していた職員の書きかけは、その職員の下書きに残ります。先に本人に連絡してください。"
    words = FormPage("編集を解放する", "解放する", "編集を解放しました。", lead, danger=True)
    return person_act(request, form, words, person, act)


locks_urls: list[URLPattern] = [
    path("locks/", locks, name="locks"),
    path("locks/<str:number>/release/", lock_release, name="lock_release"),
    path("locks/<str:number>/force/", lock_force, name="lock_force"),
]
