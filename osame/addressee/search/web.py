"""宛名を探す画面。どの画面の上の欄からも探せる。打った言葉はセッションに置き、アドレスに出さない。"""

from secrets import token_urlsafe

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from osame.addressee.search.forms import SearchForm
from osame.addressee.search.queries import Answer, find
from osame.addressee.search.words import LONGEST_NUMBER, criteria_of, kept, restored
from osame.kernel.refusals import Refusal
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

SEARCHES = "addressee_searches"
MOST_KEPT = 8


@bound("addressee.search.find")
@require_http_methods(["GET", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """宛名を探す。"""
    if request.method == "POST":
        return _asked(request)
    searches: dict[str, dict[str, str]] = request.session.get(SEARCHES, {})
    asked = searches.get(request.GET.get("s", ""))
    if asked is None:
        return page(request, "addressee/people.html", {"form": SearchForm(), "lost": bool(request.GET.get("s"))})
    form = SearchForm(initial=asked | {"q": asked["text"]})
    refusal, answer = "", None
    try:
        answer = _found(asked)
    except Refusal as told:
        refusal = str(told)
    if answer and answer.total == 1 and len(asked["number"]) == LONGEST_NUMBER and not answer.more:
        return HttpResponseRedirect(reverse("person", args=[answer.people[0].addressee_number]))
    context = {"form": form, "answer": answer, "refusal": refusal, "asked": asked, "detailed": not asked["text"]}
    return page(request, "addressee/people.html", context, status=422 if refusal else 200)


def _asked(request: HttpRequest) -> HttpResponse:
    """打たれた条件をセッションに置き、結果の画面へ移る。"""
    form = SearchForm(request.POST)
    if not form.is_valid():
        return page(request, "addressee/people.html", {"form": form, "detailed": True}, status=422)
    text = form.cleaned_data["q"]
    criteria = criteria_of(text) if text else form.criteria()
    searches: dict[str, dict[str, str]] = request.session.get(SEARCHES, {})
    key = token_urlsafe(12)
    searches[key] = kept(criteria, text=text, history=form.cleaned_data["history"])
    request.session[SEARCHES] = dict(list(searches.items())[-MOST_KEPT:])
    return HttpResponseRedirect(f"{reverse('people')}?s={key}")


def _found(asked: dict[str, str]) -> Answer:
    with transaction.atomic():
        return find(restored(asked), as_of=today(), history=bool(asked["history"]))


search_urls: list[URLPattern] = [path("people/", people, name="people")]
