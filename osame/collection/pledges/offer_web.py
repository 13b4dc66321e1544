"""電子申請の分納の申出の画面。答えを待つ申出、要件の判定、答え、回答データの保存。"""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.pledges.answers import save_answers
from osame.collection.pledges.forms import AnswerForm, AnswersForm
from osame.collection.pledges.offers import State, accept_offer, decline_offer, judge, offer_numbered, offers
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "分納の申出", "納付能力の聞き取り")


@bound("collection.pledges.offers")
@require_GET
def offer_list(request: HttpRequest) -> HttpResponse:
    """答えを待つ申出、または答えたものも。"""
    every = request.GET.get("every") == "1"
    found = offers(every=every)
    record("分納の申出の一覧を開いた", subjects=sorted({each.addressee_number for each in found}), fields=FACTS[:2])
    form = AnswersForm(initial={"on": today()}, today=today())
    return page(request, "collection/pledges/offers.html", {"offers": found, "every": every, "form": form})


@bound("collection.pledges.offers")
@require_http_methods(["GET", "POST"])
def offer(request: HttpRequest, offer_id: int) -> HttpResponse:
    """申出一件。要件の判定を見て、誓約書を送るか、断るかを答える。"""
    found = offer_numbered(offer_id)
    record("分納の申出を開いた", subjects=[found.addressee_number], fields=FACTS)
    form = AnswerForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():
        told, key = form.cleaned_data, (found.addressee_number, offer_id)

        def act() -> str:
            if told["decision"] == "accept":
                return reverse("pledge", args=[accept_offer(key, as_of=today(), officer=officer_of(request))])
            decline_offer(key, answer=told["answer"], as_of=today())
            return reverse("instalment_offer", args=[offer_id])

        if done := form.carry_out(request, act, said="申出に答えました。回答データを受付元に返してください。"):
            return done
    waiting = found.state is State.RECEIVED
    judged = judge(found, as_of=today()) if waiting else ()
    shown = {"offer": found, "judged": judged, "form": form if waiting else None}
    return page(request, "collection/pledges/offer.html", shown, status=form.status)


@bound("collection.pledges.offers")
@require_POST
def answers_save(request: HttpRequest) -> HttpResponse:
    """その日に答えた申出の回答データを保存する。"""
    form = AnswersForm(request.POST, today=today())
    if not form.is_valid():
        return refused(request, "答えた日を、和暦か西暦で入力してください。", status=422, title="答えた日が要ります")
    return save_answers(form.cleaned_data["on"])


offer_urls: list[URLPattern] = [
    path("pledges/offers/", offer_list, name="instalment_offers"),
    path("pledges/offers/save/", answers_save, name="instalment_answers"),
    path("pledges/offers/<int:offer_id>/", offer, name="instalment_offer"),
]
