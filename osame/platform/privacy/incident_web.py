"""漏えい等事故の画面。登録、範囲、封じ込め、報告と期限、再発防止。"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.platform.console.acts import ActForm
from osame.platform.console.answers import page
from osame.platform.console.paging import pager
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind
from osame.platform.functions.binding import bound
from osame.platform.privacy import forms, incidents
from osame.platform.privacy.act_pages import Act, act_page
from osame.platform.privacy.incident_paper import report_paper
from osame.platform.privacy.incidents import Detection
from osame.platform.terminal import JAPAN, today

LIST = "漏えい等事故"


@bound("floor.incidents.list")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """漏えい等事故の一覧と、次の報告の期限。"""
    open_only = request.GET.get("all") != "1"
    day = today()
    rows = [
        (each, due, (due[1] - day).days if due else None)
        for each in incidents.listed(open_only=open_only)
        for due in [incidents.next_due(each)]
    ]
    return page(request, "privacy/incidents.html", {"rows": rows, "open_only": open_only})


@bound("floor.incidents.register")
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """漏えい等事故を登録する。"""
    form = forms.DetectionForm(request.POST or None, today=today(), initial={"known_on": today()})
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            told = {name: form.cleaned_data[name] for name in Detection.__dataclass_fields__}
            return reverse("incident", args=[incidents.register(Detection(**told), as_of=today())])

        if done := form.carry_out(request, act, said="登録しました。次に、範囲を引いてください。"):
            return done
    return page(request, "privacy/register.html", {"form": form}, status=form.status)


@bound("floor.incidents.list")
@require_GET
def show(request: HttpRequest, number: int) -> HttpResponse:
    """一つの漏えい等事故。範囲、報告の期限と項目、対象者。"""
    row = incidents.one(number)
    pages = pager(request, row.people)
    context = {
        "row": row,
        "terms": incidents.terms_of(row),
        "grounds": [each.value for each in incidents.grounds_of(row)],
        "due": incidents.next_due(row),
        "day": today(),
        "viewers": row.traced.get("viewers", []),
        "outputs": row.traced.get("outputs", []),
        "receivers": row.traced.get("receivers", []),
        "scope": _told(row.scope),
        "people": incidents.people_of(number, offset=pages.offset, size=pages.size),
        "pager": pages,
        "facts": [
            (each.verbose_name, getattr(row, each.name))
            for each in row._meta.local_concrete_fields
            if each.name in incidents.REPORT
        ],
    }
    return page(request, "privacy/incident.html", context)


@bound("floor.incidents.print")
@require_POST
def paper(_request: HttpRequest, number: int) -> HttpResponse:
    """報告の様式の項目を、庁内の帳票として出す。"""
    row = incidents.one(number)
    return download(report_paper(row, on=today()), f"incident-{number}.pdf", Output(EgressKind.REPORT))


def _told(scope: dict[str, object]) -> list[tuple[str, str]]:
    names = {"officer": "職員", "terminal": "端末", "receiver": "渡した相手", "person": "対象の宛名番号"}
    told = [(label, str(scope[name])) for name, label in names.items() if scope.get(name)]
    if scope.get("outputs"):
        told.append(("出力番号", "、".join(map(str, scope["outputs"]))))  # type: ignore[call-overload]
    elif scope.get("since") and scope.get("until"):
        first, last = (datetime.fromisoformat(str(scope[name])).astimezone(JAPAN) for name in ("since", "until"))
        told.insert(0, ("期間", f"{first:%Y-%m-%d}から{last - timedelta(days=1):%Y-%m-%d}まで"))
    return told


def _trace(number: int, form: ActForm) -> None:
    assert isinstance(form, forms.ScopeForm)
    incidents.trace(number, form.scope())


def _described(number: int) -> dict[str, str]:
    row = incidents.one(number)
    return {name: getattr(row, name) for name in incidents.REPORT}


def _which(number: int) -> str:
    row = incidents.one(number)
    return f"第{row.incident_id}号　{row.get_kind_display()}　{row.summary}"


ACTS = {
    "trace": Act(
        "floor.incidents.trace", "範囲を引く", forms.ScopeForm,
        ("監査の鎖と出力の記録から、対象者・見た者・出力・渡した相手を一度に引きます。", "引き直すと、前の対象者と入れ替わります。",
         "出力番号か、期間と、職員・端末・相手・人の一つ以上を入力します。"),
        _trace, "incident", "範囲を引きました。",
    ),
    "contain": Act(
        "floor.incidents.contain", "封じ込める", forms.DayForm,
        ("範囲にある出力を取り消し、庁内にまだあるファイルを消します。", "職員のアカウントは、「職員と権限」から止めてください。"),
        lambda number, form: incidents.contain(number, on=form.cleaned_data["on"], as_of=today()),
        "incident", "封じ込めました。", True,
    ),
    "describe": Act(
        "floor.incidents.report", "報告の項目を書く", forms.DescribeForm, ("個人情報保護委員会への報告の様式の項目です。氏名や番号は書きません。",),
        lambda number, form: incidents.describe(number, {name: form.cleaned_data[name] for name in incidents.REPORT}),
        "incident", "書きました。", False, _described,
    ),
    "prompt": Act(
        "floor.incidents.report", "速報をしたことを記録する", forms.DayForm, ("個人情報保護委員会に速報をした日を残します。",),
        lambda number, form: incidents.report(number, final=False, on=form.cleaned_data["on"], as_of=today()),
        "incident", "記録しました。",
    ),
    "final": Act(
        "floor.incidents.report", "確報をしたことを記録する", forms.DayForm, ("原因と再発防止のための措置を書き、封じ込めた後に、確報をした日を残します。",),
        lambda number, form: incidents.report(number, final=True, on=form.cleaned_data["on"], as_of=today()),
        "incident", "記録しました。",
    ),
    "tell": Act(
        "floor.incidents.report", "本人に通知したことを記録する", forms.DayForm, ("対象の本人に通知した日を残します。",),
        lambda number, form: incidents.tell_people(number, on=form.cleaned_data["on"], as_of=today()),
        "incident", "記録しました。",
    ),
    "close": Act(
        "floor.incidents.report", "再発防止まで終える", forms.DayForm, ("報告が要る事故は、確報の後に終えられます。",),
        lambda number, form: incidents.close(number, on=form.cleaned_data["on"], as_of=today()),
        "incident", "終えました。",
    ),
}  # fmt: skip

incident_urls: list[URLPattern] = [
    path("incidents/", listing, name="incidents"),
    path("incidents/new/", register, name="incident_register"),
    path("incidents/<int:number>/", show, name="incident"),
    path("incidents/<int:number>/paper/", paper, name="incident_paper"),
    *(
        path(f"incidents/<int:number>/{name}/", act_page(replace(act, subject=_which), LIST), name=f"incident_{name}")
        for name, act in ACTS.items()
    ),
]
