"""納税者を探す画面。欄は POST で受け、語をセッションに置いて移る。一人に決まれば、まっすぐその人へ。"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from osame.collection.search import asking
from osame.collection.search.queries import MOST, Answer, find
from osame.collection.search.reading import UnreadableCode, read
from osame.kernel.search_keys import NothingToSearch
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

TEMPLATE = "search/people.html"


@bound("collection.search.find", POST="collection.search.ask")
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """探す。POST は語を受けて移るだけで、人の情報は開かない。"""
    if request.method == "POST":
        token = asking.keep(request.session, request.POST.get("q", ""))
        return _moved(f"{reverse('people')}?s={token}")
    token = request.GET.get("s", "")
    text = asking.kept(request.session, token)
    if text is None:
        return page(request, TEMPLATE, {"lost": bool(token)})
    told = {"searched": text, "token": token, "most": MOST}
    try:
        answer = find(read(text), as_of=today(), wide="wide" in request.GET)
    except (NothingToSearch, UnreadableCode) as refusal:
        return page(request, TEMPLATE, {**told, "refusal": str(refusal)}, status=422)
    if answer.only:
        return _moved(_place_of(answer))
    return page(request, TEMPLATE, {**told, "answer": answer})


def _place_of(answer: Answer) -> str:
    """ただ一人に決まったときの行き先。納付書からなら、その期別。"""
    return reverse("charge", args=[answer.charge_id]) if answer.charge_id else reverse("person", args=[answer.only])


def _moved(place: str) -> HttpResponse:
    moved = HttpResponseRedirect(place)
    moved.status_code = 303
    return moved


search_urls: list[URLPattern] = [path("people/", people, name="people")]
