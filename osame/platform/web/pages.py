"""職員自身の画面と、動いているかの問い。"""

from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from osame.platform.audit.recording import record
from osame.platform.functions.binding import bound
from osame.platform.functions.middleware import identify
from osame.platform.staff import sessions
from osame.platform.staff.models import StaffAccount, StaffSession
from osame.platform.staff.queries import department_name, recent_sessions
from osame.platform.web import assets, proof
from osame.platform.web.adapters import signing_in


@bound("floor.web.open")
@require_GET
def healthz(_request: HttpRequest) -> JsonResponse:
    """動いているか。データベースにつながらなければ 503。"""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database unavailable"}, status=503)
    return JsonResponse({"status": "ok"})


@bound("floor.web.open")
@require_GET
def static(request: HttpRequest, path: str) -> HttpResponse:
    """画面の部品（様式と動き）。"""
    found = assets.find(path)
    if found is None:
        raise Http404
    squeezed = found.squeezed and "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(found.squeezed if squeezed else found.body, content_type=found.kind)
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    fresh = "max-age=31536000, immutable" if request.GET.get("v") == found.version else "max-age=3600"
    response.headers["Cache-Control"] = f"public, {fresh}"
    return response


def signed_in(request: HttpRequest) -> StaffAccount | None:
    """サインインしている職員。"""
    return request.user if isinstance(request.user, StaffAccount) else None


@bound("floor.staff.self")
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """自分の所属・役割・セッション。"""
    account = signed_in(request)
    if account is None:
        return HttpResponseRedirect(reverse("account_login"))
    identity = identify(request)
    shown = {
        "account": account,
        "department": department_name(identity.department),
        "roles": sorted(role.label for role in identity.roles),
        "identity": identity,
        "sessions": recent_sessions(account.staff_number),
    }
    return render(request, "staff/me.html", shown)


@bound("floor.staff.self")
@require_GET
def proved(request: HttpRequest) -> HttpResponse:
    """本人の確認の結び。足りない確認があれば、その画面へ進む。"""
    if signed_in(request) is None:
        return HttpResponseRedirect(reverse("account_login"))
    lacking = proof.missing(request)
    if lacking is not None:
        return HttpResponseRedirect(proof.leading_to(lacking, request.path))
    return render(request, "staff/proved.html")


@bound("floor.staff.self")
@require_POST
def end_my_sessions(request: HttpRequest) -> HttpResponse:
    """自分のセッションを、すべて終わらせる（心当たりのない端末があるとき）。"""
    account = signed_in(request)
    if account is not None:
        with signing_in(request, account.staff_number):
            sessions.end_sessions(account.staff_number, StaffSession.Ending.BY_HAND)
            record("自分のセッションを終わらせた")
    return HttpResponseRedirect(reverse("account_login"))


@bound("floor.staff.self")
@require_GET
def set_up(request: HttpRequest) -> HttpResponse:
    """第二要素の登録を選ぶ。"""
    if signed_in(request) is None:
        return HttpResponseRedirect(reverse("account_login"))
    return render(request, "staff/set_up.html")
