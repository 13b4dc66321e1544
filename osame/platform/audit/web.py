"""監査記録の画面。誰が何をしたか、ある人を誰が見たか、鎖はつながっているか。"""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from osame.platform import systems
from osame.platform.audit.checkpoints import newest_checkpoint
from osame.platform.audit.models import AuditEvent
from osame.platform.audit.searching import Search, inert, one, search
from osame.platform.console.answers import page
from osame.platform.console.fields import CodeField, WarekiDateField, plain
from osame.platform.console.paging import before_number, older_link
from osame.platform.functions.binding import bound
from osame.platform.functions.registry import function_name, purpose_name
from osame.platform.terminal import instants_of

PAGE = 100


class SearchForm(forms.Form):
    """探し方。空の欄は問わない。"""

    officer = forms.CharField(label="職員番号", required=False, max_length=64)
    subject = CodeField(label="宛名番号", required=False, longest=15)
    function = forms.CharField(label="機能コード", required=False, max_length=80)
    since = WarekiDateField(label="この日から", required=False)
    through = WarekiDateField(label="この日まで", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def wanted(self, *, before: int) -> Search:
        """探し方にする。"""
        told = self.cleaned_data
        since, until = instants_of(told["since"], told["through"])
        subject = told["subject"].zfill(15) if told["subject"] else ""
        return Search(
            officer=plain(told["officer"]),
            subject=subject,
            function=plain(told["function"]),
            since=since,
            until=until,
            limit=PAGE + 1,
            before=before,
        )


@bound("floor.audit.list")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """監査記録を、新しいものから。何を探したかも、記録に残る。"""
    form = SearchForm(request.GET or {"officer": ""})
    found = search(form.wanted(before=before_number(request))) if form.is_valid() else []
    return page(request, "audit/list.html", _shown(request, form, found), status=422 if form.errors else 200)  # fmt: skip


@bound("floor.audit.who")
@require_GET
def who(request: HttpRequest) -> HttpResponse:
    """ある人を、誰が、いつ、何のために開いたか。"""
    form = SearchForm(request.GET or None)
    found: list[AuditEvent] = []
    if form.is_bound and form.is_valid():
        if form.cleaned_data["subject"]:
            found = search(form.wanted(before=before_number(request)))
        else:
            form.add_error("subject", "宛名番号を入力してください。")
    context = _shown(request, form, found)
    by_officer: dict[str, int] = {}
    for event in found[:PAGE]:
        by_officer[event.officer] = by_officer.get(event.officer, 0) + 1
    context["by_officer"] = sorted(by_officer.items(), key=lambda each: (-each[1], each[0]))
    return page(request, "audit/who.html", context, status=422 if form.errors else 200)


@bound("floor.audit.list")
@require_GET
def event(request: HttpRequest, event_id: int) -> HttpResponse:
    """監査記録一件。"""
    found = one(event_id)
    if found is None:
        raise Http404
    told = [
        ("監査番号", found.event_id), ("行為", found.act), ("結果", AuditEvent.Outcome(found.outcome).label),
        ("職員", found.officer), ("所属", found.department), ("役割", found.role), ("端末", found.terminal),
        ("機能", _function(found.function_code)), ("使用目的", purpose_name(found.purpose)), ("受付番号", found.case_number),
        ("操作番号", found.request_number), ("対象の宛名番号", "、".join(found.subjects)),
        ("触れた項目", "、".join(found.fields)), ("中身のハッシュ", bytes(found.content_hash).hex()),
    ]  # fmt: skip
    detail = [(name, inert(str(value))) for name, value in found.detail.items()]
    facts = [(name, inert(str(value), 4_000)) for name, value in told]
    return page(request, "audit/event.html", {"event": found, "facts": facts, "detail": detail})


def _shown(request: HttpRequest, form: SearchForm, found: list[AuditEvent]) -> dict[str, Any]:
    rows = [
        {
            "event": each,
            "outcome": AuditEvent.Outcome(each.outcome).label,
            "refused": each.outcome != AuditEvent.Outcome.DONE,
            "function": _function(each.function_code),
            "purpose": purpose_name(each.purpose),
            "officer": inert(each.officer),
            "subjects": "、".join(each.subjects[:3]) + (f" ほか{len(each.subjects) - 3}人" if len(each.subjects) > 3 else ""),
            "fields": inert("、".join(each.fields)),
        }
        for each in found[:PAGE]
    ]  # fmt: skip
    more = older_link(request, found[PAGE - 1].event_id) if len(found) > PAGE else ""
    return {"form": form, "rows": rows, "more": more, "checkpoint": newest_checkpoint(), "searched": form.is_bound}


def _function(code: str) -> str:
    return function_name(systems.current().code, code)


audit_urls: list[URLPattern] = [
    path("audit/", listing, name="audit"),
    path("audit/who/", who, name="audit_who"),
    path("audit/<int:event_id>/", event, name="audit_event"),
]
