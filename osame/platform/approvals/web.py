"""決裁の画面。待っている起案を見て、照査し、決裁し、下げ、執行する。"""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_http_methods

from osame.platform.approvals import actions, queries
from osame.platform.approvals.describing import described
from osame.platform.approvals.forms import StepForm
from osame.platform.approvals.models import HighRiskAct
from osame.platform.approvals.queries import ProposalView, Rights, Wanted
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.console.navigation import may_use
from osame.platform.console.paging import pager
from osame.platform.functions.binding import bound
from osame.platform.functions.middleware import identify
from osame.platform.functions.registry import purpose_name
from osame.platform.web.proof import proved

TABS = {"waiting": "自分を待つもの", "mine": "自分の起案", "all": "すべて"}
DONE = {"check": "照査しました。", "decide": "決裁しました。", "execute": "執行しました。"}


@bound("floor.approvals.list")
@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """起案の一覧。自分を待つもの、自分の起案、すべて。"""
    who, officer, rights = request.GET.get("who", "waiting"), officer_of(request), _rights(request)
    act = request.GET.get("act", "")
    wanted = Wanted(
        who if who in TABS else "waiting", act if act in HighRiskAct.values else "", request.GET.get("open") == "1"
    )
    pages = pager(request, queries.counted(wanted, officer, rights))
    found = queries.chosen(wanted, officer, rights, offset=pages.offset, size=pages.size)
    day = localdate()
    shown = {
        "tabs": [
            (code, name, queries.counted(replace(wanted, who=code), officer, rights)) for code, name in TABS.items()
        ],
        "wanted": wanted,
        "acts": HighRiskAct.choices,
        "rows": [(each, (day - localdate(each.proposed_at)).days) for each in found],
        "names": queries.names_of(each.maker for each in found),
        "pager": pages,
    }
    return page(request, "approvals/list.html", shown)


@bound("floor.approvals.list")
@require_GET
def approval(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """一つの起案。何を、なぜ、誰が、前と後、対象、歩み。"""
    found = queries.one(proposal_id)
    record("起案を開いた", subjects=found.subjects, detail={"起案番号": proposal_id})
    return _shown(request, found, StepForm())


@bound("floor.approvals.judge")
@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """照査・決裁する。"""
    return _step(request, proposal_id, {"check", "decide"})


@bound("floor.approvals.withdraw")
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """却下するか、取り下げる。"""
    return _step(request, proposal_id, {"reject"})


@bound("floor.approvals.execute")
@require_http_methods(["GET", "POST"])
def execute(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """執行する。"""
    return _step(request, proposal_id, {"execute"})


def _step(request: HttpRequest, proposal_id: int, steps: set[str]) -> HttpResponse:
    """一段を行い、起案の画面へ戻る。GET は、本人の確認を終えて戻るところ。"""
    if request.method == "GET":
        return HttpResponseRedirect(reverse("approval", args=[proposal_id]))
    form, before = StepForm(request.POST), queries.one(proposal_id)
    said: list[str] = []

    def act() -> str:
        step = form.cleaned_data["step"]
        if step not in steps or queries.one(proposal_id).state_code != form.cleaned_data["seen"]:
            raise actions.NotAtThatStage
        said.extend(_carried(step, proposal_id, form.cleaned_data["reason"]))
        return reverse("approval", args=[proposal_id])

    if form.is_valid():
        mine = before.maker == officer_of(request)
        told = DONE.get(form.cleaned_data["step"], "取り下げました。" if mine else "却下しました。")
        if done := form.carry_out(request, act, said=told):
            for each in said:
                messages.info(request, each)
            return done
    return _shown(request, queries.one(proposal_id), form, status=form.status)


def _carried(step: str, proposal_id: int, reason: str) -> list[str]:
    if step == "check":
        actions.check(proposal_id)
    elif step == "decide":
        actions.decide(proposal_id)
    elif step == "reject":
        actions.reject(proposal_id, reason=reason)
    else:
        answer = actions.execute(proposal_id)
        return [f"結果：{answer}"] if isinstance(answer, str | int) else []
    return []


def _shown(request: HttpRequest, found: ProposalView, form: StepForm, *, status: int = 200) -> HttpResponse:
    told, history = described(found.act_code, found.content), queries.history_of(found.proposal_id)
    shown: dict[str, Any] = {
        "found": found,
        "told": told,
        "purpose": purpose_name(found.purpose),
        "history": history,
        "names": queries.names_of(each.officer for each in history),
        "steps": queries.steps_of(found, officer_of(request), _rights(request)),
        "proved": proved(request),
        "form": form,
        "keys": {each: uuid4() for each in ("judge", "execute", "withdraw")},
    }
    return page(request, "approvals/one.html", shown, status=status)


def _rights(request: HttpRequest) -> Rights:
    identity = identify(request)
    return Rights(
        judge=may_use(identity, "floor.approvals.judge"),
        withdraw=may_use(identity, "floor.approvals.withdraw"),
        execute=may_use(identity, "floor.approvals.execute"),
    )


approvals_urls: list[URLPattern] = [
    path("approvals/", approvals, name="approvals"),
    path("approvals/<int:proposal_id>/", approval, name="approval"),
    path("approvals/<int:proposal_id>/judge/", judge, name="approval_judge"),
    path("approvals/<int:proposal_id>/withdraw/", withdraw, name="approval_withdraw"),
    path("approvals/<int:proposal_id>/execute/", execute, name="approval_execute"),
]
