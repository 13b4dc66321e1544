"""督促の画面。状況と門、見本、実行、実行の記録、印刷。"""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.demands.batch import DemandOrder, refuse_implausible
from osame.collection.demands.confirmation import propose_protected_letters, waiting_letters
from osame.collection.demands.drawing import coming_terms, draft, in_flight_reports, left_out_lines
from osame.collection.demands.forms import LETTER, PrintForm, ReasonForm, RunForm, RunTermsForm, WaiveForm
from osame.collection.demands.gate import check_gate, expected_files, require_open_gate
from osame.collection.demands.letters import PARTS
from osame.collection.demands.list_papers import list_paper, save_paper
from osame.collection.demands.lists import LISTS
from osame.collection.demands.outgoing import save_letters, save_list
from osame.collection.demands.runs import (
    demands_of,
    excluded_of,
    one_run,
    outputs,
    printed,
    reconciliation,
    run_count,
    run_on,
    runs,
)
from osame.collection.demands.samples import NoSample, sample_letter
from osame.collection.demands.selection import designated_due_date
from osame.collection.demands.stops import FindingNotFound, waive
from osame.kernel.dates import UnreadableDate, fiscal_year_label, parse_date
from osame.kernel.refusals import Refusal
from osame.law.demand import seizable_from
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.console.paging import pager
from osame.platform.egress.models import EgressMedium
from osame.platform.functions.binding import bound
from osame.platform.jobs.requests import ask_for
from osame.platform.terminal import today

RUNS_SHOWN = 20
LIST_NAMES = {"issued": "発付一覧", "excluded": "除外一覧", "withdrawn": "引抜き一覧"}
SHOWN_FACTS = ("氏名", "督促の額")


@bound("collection.demands.overview")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """督促の状況。門、これから来る期別、これまでの実行。"""
    as_of = today()
    paging = pager(request, run_count(), size=RUNS_SHOWN)
    count, amount = in_flight_reports(cut_off=as_of)
    shown = {
        "as_of": as_of,
        "gate": check_gate(cut_off=as_of),
        "files": expected_files(cut_off=as_of),
        "in_flight": {"count": count, "amount": amount},
        "terms": [(each, each.state(as_of)) for each in coming_terms(as_of=as_of)],
        "runs": runs(limit=paging.size, offset=paging.offset),
        "pager": paging,
    }
    return page(request, "collection/demands/overview.html", shown)


@bound("collection.demands.preview", POST="collection.demands.run")
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest) -> HttpResponse:
    """条件を選び、見本を見る。POST は、見本で見たとおりの実行を頼む。"""
    if request.method == "POST":
        return _ask(request)
    return _preview(request, request.GET)


def _preview(request: HttpRequest, chosen: QueryDict, run_form: RunForm | None = None) -> HttpResponse:
    as_of = _day(chosen.get("as_of", "")) or today()
    coming = [each for each in coming_terms(as_of=as_of) if each.due_date < as_of]
    choices = [
        (
            each.code,
            f"{each.tax_item_name} {fiscal_year_label(each.levy_year)} {each.term_name}（{each.charges:,}期別）",
        )
        for each in coming
    ]
    asked = "as_of" in chosen
    form = RunTermsForm(
        chosen if asked else None, today=today(), choices=choices, initial={"as_of": today(), "cut_off": today()}
    )
    shown: dict[str, Any] = {"form": form, "run_form": run_form, "coming": coming, "as_of": as_of}
    if asked and form.is_plausible():
        shown |= _drawn(form, run_form)
        record(
            "督促の見本を開いた", subjects=[each.addressee_number for each in shown["draft"].lines], fields=SHOWN_FACTS
        )
    status = 422 if form.errors and asked else run_form.status if run_form else 200
    return page(request, "collection/demands/preview.html", shown, status=status)


def _drawn(form: RunTermsForm, run_form: RunForm | None) -> dict[str, Any]:
    """見本と、それを実行する書式。"""
    as_of, cut_off, terms = form.cleaned_data["as_of"], form.cleaned_data["cut_off"], tuple(form.cleaned_data["term"])
    drawn = draft(as_of=as_of, cut_off=cut_off, terms=terms)
    told = {"as_of": as_of, "cut_off": cut_off, "terms": ",".join(terms), "letters": drawn.shown.letters}
    told |= {"charges": drawn.shown.charges, "amount": drawn.shown.principal_tax}
    return {
        "draft": drawn,
        "query": form.data.urlencode() if isinstance(form.data, QueryDict) else "",
        "already": run_on(as_of, terms),
        "designated": designated_due_date(as_of),
        "seizable": seizable_from(as_of),
        "deadline": min((each.deadline for each in drawn.terms if each.charges), default=None),
        "run_form": run_form or RunForm(initial=told),
        "run_errors": run_form.non_field_errors() if run_form else [],
    }


def _ask(request: HttpRequest) -> HttpResponse:
    form = RunForm(request.POST)
    if not form.is_valid():
        return refused(
            request, "見本を開き直して、もう一度実行してください。", status=422, title="見本が古くなっています"
        )
    seen = form.cleaned_data
    order = DemandOrder(seen["as_of"], seen["cut_off"], form.chosen)

    def act() -> str:
        refuse_implausible(order.as_of, order.cut_off)
        require_open_gate(cut_off=order.cut_off)
        arguments = {
            "as_of": order.as_of.isoformat(),
            "cut_off": order.cut_off.isoformat(),
            "terms": list(order.terms),
            "seen": [seen["letters"], seen["charges"], seen["amount"]],
        }
        return reverse("job_request", args=[ask_for("demand-run", arguments=arguments)])

    if done := form.carry_out(request, act, said="督促の実行を頼みました。"):
        return done
    again = QueryDict(mutable=True)
    again["as_of"], again["cut_off"] = order.as_of.isoformat(), order.cut_off.isoformat()
    again.setlist("term", list(order.terms))
    return _preview(request, again, form)


@bound("collection.demands.preview")
@require_GET
def sample(request: HttpRequest) -> HttpResponse:
    """督促状の見本の絵。"""
    as_of = _day(request.GET.get("as_of", ""))
    if as_of is None:
        return HttpResponse(status=404)
    try:
        made = sample_letter(as_of=as_of, terms=tuple(request.GET.getlist("term")))
    except NoSample:
        return HttpResponse(status=404)
    return HttpResponse(made.image, content_type="image/png")


@bound("collection.demands.preview")
@require_GET
def left_out(request: HttpRequest) -> HttpResponse:
    """見本で、一つの理由により除く期別。"""
    as_of, reason = _day(request.GET.get("as_of", "")), request.GET.get("reason", "")
    stop, terms = request.GET.get("stop", ""), tuple(request.GET.getlist("term"))
    found = as_of and left_out_lines(as_of=as_of, terms=terms, reason=reason, stop_reason=stop, page=(50, 0))
    if not found:
        return refused(
            request, "この理由で除く期別はありません。見本を開き直してください。", status=404, title="ありません"
        )
    paging = pager(request, found.group.charges)
    if paging.offset:
        assert as_of
        found = (
            left_out_lines(as_of=as_of, terms=terms, reason=reason, stop_reason=stop, page=(50, paging.offset)) or found
        )
    record("督促から除く期別を開いた", subjects=[each.addressee_number for each in found.lines], fields=SHOWN_FACTS)
    back = request.GET.copy()
    for name in ("reason", "stop", "page"):
        back.pop(name, None)
    shown = {"found": found, "pager": paging, "as_of": as_of, "back": back.urlencode()}
    return page(request, "collection/demands/left_out.html", shown)


@bound("collection.demands.waive")
@require_http_methods(["GET", "POST"])
def waiving(request: HttpRequest) -> HttpResponse:
    """門が挙げた事柄を、名前と理由を付けて認める。"""
    cut_off = _day(request.GET.get("cut_off", "")) or today()
    subject = request.GET.get("subject", "")
    finding = next((each for each in check_gate(cut_off=cut_off).findings if each.subject == subject), None)
    form = WaiveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            if finding is None:
                raise FindingNotFound(subject)
            waive(finding, as_of=today(), waived_by=officer_of(request), reason=form.cleaned_data["reason"])
            return reverse("demands")

        if done := form.carry_out(request, act, said="認めました。名前と理由を残しました。"):
            return done
    if finding is None and not form.is_bound:
        return refused(
            request, "この事柄は、もう片付いています。督促の画面を開き直してください。", status=404, title="ありません"
        )
    shown = {"form": form, "finding": finding, "cut_off": cut_off}
    return page(request, "collection/demands/waive.html", shown, status=form.status)


@bound("collection.demands.show")
@require_GET
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """一つの実行。段階、突合せ、印刷、出力、督促の一覧。"""
    return _run(request, run_id, PrintForm(again=printed(run_id) is not None))


def _run(request: HttpRequest, run_id: int, print_form: PrintForm) -> HttpResponse:
    found = one_run(run_id)
    paging = pager(request, found.charges)
    lines = demands_of(run_id, limit=paging.size, offset=paging.offset)
    record("督促の実行を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=SHOWN_FACTS)
    protected, made = printed(run_id, part="-protected"), printed(run_id)
    apart = [(part, name, done) for part, name in PARTS.items() if (done := printed(run_id, part=part))]
    shown = {
        "run": found,
        "sums": reconciliation(run_id),
        "printed": made,
        "held": [each for part in (made, *(done for _, _, done in apart)) if part for each in part.held],
        "protected": protected,
        "apart": apart,
        "waiting": waiting_letters(run_id) if found.live else 0,
        "outputs": outputs(run_id),
        "lists": LIST_NAMES,
        "lines": lines,
        "pager": paging,
        "designated": designated_due_date(found.issued_on),
        "print_form": print_form,
    }
    return page(request, "collection/demands/run.html", shown, status=print_form.status)


@bound("collection.demands.show")
@require_GET
def excluded(request: HttpRequest, run_id: int) -> HttpResponse:
    """その実行で除いた期別と、そのただ一つの理由。"""
    found, sums = one_run(run_id), reconciliation(run_id)
    paging = pager(request, sums.excluded)
    lines = excluded_of(run_id, limit=paging.size, offset=paging.offset)
    record("督促から除いた期別を開いた", subjects=sorted({each.addressee_number for each in lines}), fields=SHOWN_FACTS)
    shown = {"run": found, "sums": sums, "lines": lines, "pager": paging}
    return page(request, "collection/demands/excluded.html", shown)


@bound("collection.demands.letters")
@require_POST
def print_letters(request: HttpRequest, run_id: int) -> HttpResponse:
    """督促状の印刷を頼む。"""
    before = printed(run_id) is not None
    form = PrintForm(request.POST, again=before)
    if form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        if before and not reason:
            form.add_error("reason", "前に印刷しています。もう一度印刷する理由を入力してください。")
        else:
            arguments = {"run_id": run_id, "reason": reason, "paper": form.cleaned_data["paper"] or LETTER}

            def act() -> str:
                return reverse("job_request", args=[ask_for("demand-letters", arguments=arguments)])

            if done := form.carry_out(request, act, said="督促状の印刷を頼みました。"):
                return done
    return _run(request, run_id, form)


@bound("collection.demands.letters")
@require_POST
def save_file(request: HttpRequest, run_id: int) -> HttpResponse:
    """刷った督促状のファイルを、理由を添えて保存する。"""
    reason, name, part = (request.POST.get(each, "") for each in ("reason", "name", "part"))
    return save_letters(run_id, name, part=part, reason=reason)


@bound("collection.demands.list")
@require_POST
def save_list_of(request: HttpRequest, run_id: int, kind: str) -> HttpResponse:
    """一覧を保存する。"""
    if kind not in LISTS:
        return refused(request, "その一覧はありません。実行の画面から選んでください。", status=404, title="ありません")
    return save_list(run_id, kind)


@bound("collection.demands.list")
@require_POST
def save_paper_of(request: HttpRequest, run_id: int, kind: str) -> HttpResponse:
    """一覧の紙（R-059）を保存する。"""
    if kind not in LISTS:
        return refused(request, "その一覧はありません。実行の画面から選んでください。", status=404, title="ありません")
    try:
        return save_paper(list_paper(run_id, kind, as_of=today(), medium=EgressMedium.SCREEN), kind)
    except Refusal as refusal:
        return refused(request, refusal, status=422, title="紙にできませんでした")


@bound("collection.demands.confirm")
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, run_id: int) -> HttpResponse:
    """支援措置の対象者の督促状を、別の職員の照査と決裁に回す。"""
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            proposal = propose_protected_letters(run_id, reason=form.cleaned_data["reason"])
            return reverse("approval", args=[proposal])

        if done := form.carry_out(request, act, said="照査と決裁に回しました。"):
            return done
    shown = {"form": form, "run": one_run(run_id), "waiting": waiting_letters(run_id)}
    return page(request, "collection/demands/confirm.html", shown, status=form.status)


def _day(text: str) -> Any:
    """アドレスの中の日付。読めなければ None。"""
    try:
        return parse_date(text) if text else None
    except UnreadableDate:
        return None


demands_urls: list[URLPattern] = [
    path("demands/", overview, name="demands"),
    path("demands/preview/", preview, name="demand_preview"),
    path("demands/preview/sample.png", sample, name="demand_sample"),
    path("demands/preview/left-out/", left_out, name="demand_left_out"),
    path("demands/waive/", waiving, name="demand_waive"),
    path("demands/runs/<int:run_id>/", run, name="demand_run"),
    path("demands/runs/<int:run_id>/excluded/", excluded, name="demand_excluded"),
    path("demands/runs/<int:run_id>/print/", print_letters, name="demand_print"),
    path("demands/runs/<int:run_id>/file/", save_file, name="demand_file"),
    path("demands/runs/<int:run_id>/lists/<str:kind>/", save_list_of, name="demand_list"),
    path("demands/runs/<int:run_id>/papers/<str:kind>/", save_paper_of, name="demand_list_paper"),
    path("demands/runs/<int:run_id>/confirm/", confirm, name="demand_confirm"),
]
