"""基本設定の画面。ある日の値を種類ごとに見て、全体を書き出す。"""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from osame.collection.parameters import overview
from osame.collection.parameters.actions import export_parameters
from osame.collection.parameters.changing import CHANGEABLE
from osame.kernel.dates import UnreadableDate, fiscal_year, parse_date
from osame.platform.console.answers import page
from osame.platform.console.fields import plain
from osame.platform.egress.authority import Output
from osame.platform.egress.broker import download
from osame.platform.egress.models import EgressKind, EgressMedium
from osame.platform.functions.binding import bound
from osame.platform.terminal import today


@bound("collection.parameters.show")
@require_GET
def parameters(request: HttpRequest) -> HttpResponse:
    """基本設定の一覧。種類と、いつの値かを選ぶ。"""
    kind = request.GET.get("kind", "municipality")
    kind = kind if kind in overview.KINDS else "municipality"
    typed, wrong, as_of = plain(request.GET.get("as_of", "")), "", today()
    try:
        as_of = parse_date(typed) if typed else as_of
    except UnreadableDate as unreadable:
        wrong = unreadable.message()
    shown = {
        "kinds": overview.KINDS.items(),
        "kind": kind,
        "title": overview.KINDS[kind],
        "as_of": as_of,
        "typed": typed,
        "wrong": wrong,
        "changeable": kind in CHANGEABLE,
        "waiting": overview.waiting_changes(),
        "loadings": overview.loadings(),
    }
    if kind == "installment_term":
        years, asked = overview.levy_years(), request.GET.get("year", "")
        year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else fiscal_year(as_of)
        if year not in years and not asked and years:
            year = next(iter(years))
        shown |= {
            "years": years.items(),
            "year": year,
            "year_name": overview.year_name(year),
            "terms": overview.terms_of(year),
        }
    else:
        shown |= {"items": overview.items_of(kind, as_of=as_of)}
    return page(request, "collection/parameters/list.html", shown, status=422 if wrong else 200)


@bound("collection.parameters.export")
@require_POST
def export(_request: HttpRequest) -> HttpResponse:
    """いまの基本設定を、読み込めるファイルとして保存する。"""
    output = Output(EgressKind.LIST, medium=EgressMedium.SCREEN)
    return download(export_parameters().encode(), "parameters.toml", output)


parameters_urls: list[URLPattern] = [
    path("parameters/", parameters, name="parameters"),
    path("parameters/export/", export, name="parameters_export"),
]
