"""ジョブの画面。定期の処理の一覧、頼んだ処理の進み具合、取消し、やり直し。"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import is_part, officer_of, page
from osame.platform.console.navigation import may_use
from osame.platform.console.paging import pager
from osame.platform.functions.binding import bound
from osame.platform.functions.identity import ANONYMOUS
from osame.platform.jobs.queries import RequestState, count_requests, find_request, requests_seen, states
from osame.platform.jobs.registry import ask, named
from osame.platform.jobs.requests import AlreadyOver, again, cancel
from osame.platform.terminal import now


@bound("floor.jobs.requests")
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """自分の頼んだ処理と、定期の処理。"""
    who, oversees = officer_of(request), _may(request, "floor.jobs.oversee")
    paging = pager(request, count_requests(seen_by=who, oversees=oversees))
    asked = requests_seen(seen_by=who, oversees=oversees, offset=paging.offset, size=paging.size)
    shown: dict[str, object] = {"requests": asked, "pager": paging, "oversees": oversees}
    if _may(request, "floor.jobs.show"):
        at = now()
        shown["timed"] = [(each, each.next_at(at)) for each in states()]
    return page(request, "jobs/list.html", shown)


@bound("floor.jobs.run")
@require_POST
def run_now(request: HttpRequest, name: str) -> HttpResponse:
    """定期の処理を、いま一度行うよう頼む。"""
    ask(named(name).name)
    record("ジョブをいま行うよう頼んだ", detail={"job": name})
    messages.success(request, f"「{name}」を行うよう頼みました。数秒後に開き直すと、結果が出ます。")
    return HttpResponseRedirect(reverse("jobs"))


@bound("floor.jobs.requests")
@require_GET
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    """頼んだ処理の進み具合と結果。終わったら、結果の画面へ移る。"""
    state = _seen(request, request_id)
    answer = page(request, "jobs/request.html", _told(request, state), part="jobs/request_state.html")
    if is_part(request) and state.succeeded and state.result_path and state.asked_by == officer_of(request):
        answer.headers["HX-Redirect"] = state.result_path
    return answer


@bound("floor.jobs.steer")
@require_http_methods(["GET", "POST"])
def cancel_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """頼んだ処理を取り消す。取り消すと何が起きるかを見せてから。"""
    state = _seen(request, request_id)
    if not state.going:
        raise AlreadyOver(str(request_id))
    return _act(request, state, "jobs/cancel.html")


@bound("floor.jobs.steer")
@require_POST
def repeat_request(request: HttpRequest, request_id: int) -> HttpResponse:
    """終わらなかった処理を、もう一度頼む。"""
    state = _seen(request, request_id)
    form = ActForm(request.POST)
    if form.is_valid():

        def act() -> str:
            again(request_id)
            return reverse("job_request", args=[request_id])

        if done := form.carry_out(request, act, said="もう一度行うよう頼みました。"):
            return done
    return page(request, "jobs/request.html", _told(request, state) | {"repeat": form}, status=form.status)


def _act(request: HttpRequest, state: RequestState, template: str) -> HttpResponse:
    form = ActForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            cancel(state.request_id)
            return reverse("job_request", args=[state.request_id])

        if done := form.carry_out(request, act, said="取消しを頼みました。"):
            return done
    return page(request, template, {"state": state, "form": form}, status=form.status)


def _told(request: HttpRequest, state: RequestState) -> dict[str, object]:
    return {"state": state, "words": state.words_for(officer_of(request)), "repeat": ActForm()}


def _seen(request: HttpRequest, request_id: int) -> RequestState:
    return find_request(request_id, seen_by=officer_of(request), oversees=_may(request, "floor.jobs.oversee"))


def _may(request: HttpRequest, code: str) -> bool:
    return may_use(getattr(request, "identity", ANONYMOUS), code)


jobs_urls: list[URLPattern] = [
    path("jobs/", jobs, name="jobs"),
    path("jobs/<str:name>/run/", run_now, name="job_run_now"),
    path("jobs/requests/<int:request_id>/", request_page, name="job_request"),
    path("jobs/requests/<int:request_id>/cancel/", cancel_request, name="job_request_cancel"),
    path("jobs/requests/<int:request_id>/again/", repeat_request, name="job_request_again"),
]
