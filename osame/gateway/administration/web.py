"""システム管理の画面。送受信のようす、業務統計、保管期限切れの消去の起案。"""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.gateway.administration import erasing
from osame.gateway.administration.forms import ErasureForm
from osame.gateway.administration.queries import state
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.terminal import now, today


@bound("gateway.administration.show")
@require_GET
def gateway_state(request: HttpRequest) -> HttpResponse:
    """送受信のようす。"""
    with transaction.atomic():
        found = state(at=now())
    return page(request, "gateway/state.html", {"state": found})


@bound("gateway.administration.erase")
@require_http_methods(["GET", "POST"])
def expiry(request: HttpRequest) -> HttpResponse:
    """保管期限の切れた情報と、消去の起案。"""
    day = today()
    with transaction.atomic():
        found = erasing.expired(as_of=day)
    form = ErasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            return reverse("approval", args=[erasing.propose_erasure(as_of=day, reason=form.cleaned_data["reason"])])

        if done := form.carry_out(request, act, said="起案しました。ほかの二人の照査と決裁の後に、消去します。"):
            return done
    return page(request, "gateway/expiry.html", {"found": found, "form": form, "day": day}, status=form.status)


administration_urls: list[URLPattern] = [
    path("state/", gateway_state, name="gateway_state"),
    path("expiry/", expiry, name="expiry"),
]
