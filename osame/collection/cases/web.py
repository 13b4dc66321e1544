"""台帳の画面。一覧、一人の台帳、行い、予定の暦、訪問の一覧、管理職の一覧。"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_POST

from osame.collection.arrears.prescribing import prescription_of
from osame.collection.arrears.queries import hidden_places, promises_of
from osame.collection.cases.acts_web import case_act_urls, named_officers
from osame.collection.cases.charts import by_age, by_officer, by_stage, chart
from osame.collection.cases.documents import DocumentHidden, documents_of, open_document
from osame.collection.cases.filing_web import filing_urls
from osame.collection.cases.forms import FilterForm, FollowedContactForm
from osame.collection.cases.queries import cases
from osame.collection.cases.record import case_record
from osame.collection.cases.reports import save_sheet
from osame.collection.dispositions.queries import bankruptcies_of
from osame.collection.inquiry.charges import Totals, charge_lines
from osame.collection.inquiry.forms import AskForm
from osame.collection.inquiry.person import officer_reader, open_person
from osame.collection.inquiry.timeline import EventKind, timeline_of
from osame.collection.inquiry.warnings import SHOWN, Opened, procedures_of, stops_of, warnings_of
from osame.collection.reminders.queries import reminders_of
from osame.platform.audit.recording import record
from osame.platform.console.answers import page
from osame.platform.console.paging import page_number, pager
from osame.platform.functions.binding import bound
from osame.platform.jobs.requests import ask_for
from osame.platform.terminal import now, today

FACTS = ("氏名", "未納の計", "進行段階", "担当", "優先度")
EVENTS = 20
RECORD_FACTS = ("氏名", "滞納明細", "経過", "予定", "方針", "注意事項", "名寄せの合算")


@bound("collection.cases.list")
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """滞納者の一覧。j・k で行を移り、Enter で台帳を開く。"""
    form = FilterForm(request.GET or None, officers=named_officers())
    chosen = form.chosen if form.is_bound else FilterForm({}, officers=()).chosen
    with transaction.atomic():
        found = cases(chosen, as_of=today(), limit=50, offset=0)
        paging = pager(request, found.count)
        if paging.offset:
            found = cases(chosen, as_of=today(), limit=paging.size, offset=paging.offset)
        record("滞納者の一覧を開いた", subjects=[each.addressee_number for each in found.cases], fields=FACTS)
    shown = {
        "form": form, "found": found, "pager": paging, "as_of": today(), "counted": found.cases[0].as_of if found.cases else None,
        "names": dict(named_officers()), "query": request.GET.urlencode(),
    }  # fmt: skip
    return page(request, "collection/cases/cases.html", shown)


@bound("collection.cases.list")
@require_GET
def case_one(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """一人の台帳（滞納整理票）。滞納者、滞納状況と特記、明細、経過を、一枚で。"""
    with transaction.atomic():
        live = _live(request, addressee_number)
        hidden = hidden_places(addressee_number) if live["person"].hides else None
        words = "" if hidden else request.GET.get("words", "")
        shown = case_record(
            addressee_number, unit=request.GET.get("unit", ""), reader=officer_reader(), as_of=today(), hidden=hidden
        )
        shown |= {
            "documents": documents_of(addressee_number, words=words), "words": words,
            "bankruptcies": bankruptcies_of(addressee_number), "reminders": reminders_of(addressee_number),
        }  # fmt: skip
        shown |= live | {"names": dict(named_officers()), "as_of": today()}
        record("滞納整理の台帳を開いた", subjects=[addressee_number], fields=RECORD_FACTS)
        answer = page(request, "collection/cases/case.html", shown)
        if hidden is not None:  # 二度目の抑止。出来上がった画面に居場所が残っていれば、何も渡さない
            hidden.refuse_in(answer.content.decode())
    return answer


def _live(request: HttpRequest, addressee_number: str) -> dict[str, Any]:
    """いまの元帳と、いまの経過。今朝の入金も、発送した文書も、ここに現れる。"""
    on = today()
    person, promises = open_person(addressee_number, as_of=on), promises_of(addressee_number, as_of=on)
    lines, stops = charge_lines(addressee_number, as_of=on, today=on), stops_of(addressee_number, as_of=on)
    ask = AskForm(request.GET, today=on)
    kinds = tuple(kind for kind in EventKind if kind.value == ask.cleaned_data.get("kind")) or tuple(EventKind)
    hidden = hidden_places(addressee_number) if person.hides else None
    offset = (page_number(request) - 1) * EVENTS
    timeline = timeline_of(addressee_number, kinds=kinds, offset=offset, size=EVENTS, hidden=hidden, promises=promises)
    procedures, expiries = procedures_of(addressee_number, as_of=on), prescription_of(addressee_number, as_of=on)
    opened = Opened(person, lines, stops, promises, on, *procedures, expiries)
    moment = datetime.combine(on, now().timetz())
    return {
        "person": person, "warnings": warnings_of(opened), "shown": SHOWN, "all": Totals.of(lines),
        "unpaid": [each for each in lines if each.total], "timeline": timeline, "kinds": tuple(EventKind), "ask": ask,
        "pager": pager(request, timeline.total, size=EVENTS),
        "form": FollowedContactForm(now=moment, promises=promises, draft_key=f"contact:{addressee_number}"),
    }  # fmt: skip


@bound("collection.cases.save")
@require_POST
def document_open(request: HttpRequest, addressee_number: str, document_id: int, version: int) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """資料を保存して見る。居場所を見る権限のない職員には、支援措置の対象者の資料を渡さない。"""
    with transaction.atomic():
        if open_person(addressee_number, as_of=today()).hides:
            raise DocumentHidden(str(document_id))
        record("資料を開いた", subjects=[addressee_number], detail={"資料番号": document_id, "版": version})
        return open_document(addressee_number, document_id, version)


@bound("collection.cases.list")
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """段階と古さの図、担当者ごとの数。図の下に同じ数の表を置く。"""
    officer, on = request.GET.get("officer", ""), today()
    with transaction.atomic():
        stages, ages = by_stage(officer=officer, as_of=on), by_age(officer=officer, as_of=on)
        shown = {
            "officer": officer, "stages": stages, "ages": ages, "stage_chart": chart("進行段階ごとの事案", stages),
            "age_chart": chart("納期限からの古さごとの期別", ages), "by_officer": by_officer(as_of=on), "as_of": on,
            "names": dict(named_officers()),
        }  # fmt: skip
    return page(request, "collection/cases/figures.html", shown)


@bound("collection.cases.refresh")
@require_POST
def refresh(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """いまの元帳での数え直しを頼む。"""
    return HttpResponseRedirect(reverse("job_request", args=[ask_for("case-refresh-now", arguments={})]))


@bound("collection.cases.save")
@require_POST
def case_sheet(request: HttpRequest, addressee_number: str) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """滞納整理票（R-140）を保存する。住所は、この職員に許されたものだけ。"""
    with transaction.atomic():
        facts = open_person(addressee_number, as_of=today()).facts
        return save_sheet(
            addressee_number, address=f"{facts['address'] or 'なし'} {facts['address_detail'] or ''}", as_of=today()
        )


cases_urls: list[URLPattern] = [
    path("cases/", case_list, name="cases"),
    path("cases/figures/", figures, name="case_figures"),
    path("cases/refresh/", refresh, name="case_refresh"),
    *filing_urls,
    *case_act_urls,
    path("cases/<str:addressee_number>/", case_one, name="case"),
    path("cases/<str:addressee_number>/sheet/", case_sheet, name="case_sheet"),
    path(
        "cases/<str:addressee_number>/documents/<int:document_id>/<int:version>/", document_open, name="document_open"
    ),
]
