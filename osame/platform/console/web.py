"""画面の枠の入口。使用目的を選ぶ、下書きを置く・取り出す・捨てる。"""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.platform.console import drafts
from osame.platform.console.answers import officer_of, page
from osame.platform.console.fields import plain
from osame.platform.functions.binding import bound
from osame.platform.functions.middleware import CHOSEN_CASE, CHOSEN_PURPOSE, LONGEST_CASE
from osame.platform.functions.registry import purposes

NOT_KEPT = {"csrfmiddlewaretoken", "submission", "osame-purpose", "osame-case"}


@bound("floor.console.purpose")
@require_POST
def choose_purpose(request: HttpRequest) -> HttpResponse:
    """使用目的と受付番号を選び、もとの画面へ戻る。サインアウトまで、選び直すまで続く。"""
    chosen = request.POST.get("purpose", "")
    if chosen in purposes():
        request.session[CHOSEN_PURPOSE] = chosen
        request.session[CHOSEN_CASE] = plain(request.POST.get("case", ""))[:LONGEST_CASE]
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(back if safe else "/")


@bound("floor.console.draft")
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, form_key: str) -> HttpResponse:
    """下書き。GET は取り出し、POST は保存（discard があれば、捨てる）。"""
    who = officer_of(request)
    if request.method == "GET":
        found = drafts.find(who, form_key)
        kept = {"fields": found.fields, "saved_at": found.saved_at.isoformat()} if found else {}
        return JsonResponse(kept)
    if "discard" in request.POST:
        drafts.discard(who, form_key)
        return HttpResponse(status=204)
    fields = {name: str(value) for name, value in request.POST.items() if name not in NOT_KEPT}
    try:
        drafts.keep(who, form_key, fields)
    except (drafts.DraftTooLarge, drafts.NumberInDraft) as refusal:
        return JsonResponse({"message": str(refusal)}, status=422)
    return HttpResponse(status=204)


@bound("floor.console.keys")
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """キーボードの使い方（紙に印刷できる一枚）。"""
    return page(request, "kit/keys.html", {})


@bound("floor.console.home")
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """はじめの画面。自分の「今日」を持たないシステムでは、使える画面の案内を出す。"""
    return page(request, "kit/home.html", {})
