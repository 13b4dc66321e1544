"""日締めの画面。一月の日々、一日の突合、締め、締めの解除、公金日計の入力、収納日計、調定簿、封印。"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.closing.actions import (
    approve_reopening,
    ask_reopening,
    close_day,
    close_day_provisionally,
    enter_bank_total,
    obstacles,
)
from osame.collection.closing.book import determination_book
from osame.collection.closing.causes import likely_causes
from osame.collection.closing.days import bank_totals, closing_of, month_days, sealed_days, sources
from osame.collection.closing.forms import AskReopenForm, CloseForm, total_form
from osame.collection.closing.importing import BankTotal
from osame.collection.closing.queries import day_sheet
from osame.kernel.dates import UnreadableDate, format_wareki, parse_month
from osame.kernel.periods import month_end
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

TEMPLATES = "collection/closing"
NO_SUCH_DAY = "その日はありません。日締めの一覧から開き直してください。"


def _month(request: HttpRequest) -> date:
    """求められた月の初日。なければ今月、先の月なら今月。"""
    this = today().replace(day=1)
    try:
        return min(parse_month(request.GET.get("month", "")), this)
    except UnreadableDate:
        return this


def _months(first: date) -> dict[str, date | None]:
    """前の月と、次の月（今月より先はない）。"""
    after = month_end(first) + timedelta(days=1)
    return {
        "month": first,
        "previous": (first - timedelta(days=1)).replace(day=1),
        "next": after if after <= today() else None,
    }


def _day(view: Callable[[HttpRequest, date], HttpResponse]) -> Callable[..., HttpResponse]:
    """アドレスの日を読んで渡す。読めなければ断る。"""

    @wraps(view)
    def shown(request: HttpRequest, on: str) -> HttpResponse:
        try:
            return view(request, date.fromisoformat(on))
        except ValueError:
            return refused(request, NO_SUCH_DAY, status=404)

    return shown


@bound("collection.closing.sheet")
@require_GET
def closing(request: HttpRequest) -> HttpResponse:
    """一月の日々。開いている、締めた、差異がある、ファイルが未着。"""
    first = _month(request)
    days = month_days(first, through=today())
    shown = [each for each in days if not each.is_empty or each.business_on.weekday() < 5]
    waiting = [each for each in days if each.state != "2" and not each.is_empty]
    return page(request, f"{TEMPLATES}/closing.html", {"days": shown, "waiting": waiting, **_months(first)})


@bound("collection.closing.sheet")
@require_GET
@_day
def closing_day(request: HttpRequest, on: date) -> HttpResponse:
    """一日。公金日計との突合、差異の手がかり、数字の出どころ、締めの状態。"""
    return page(request, f"{TEMPLATES}/day.html", _facts(on))


def _facts(on: date) -> dict[str, object]:
    sheet, totals = day_sheet(on), bank_totals(on)
    closed = closing_of(on)
    return {
        "on": on,
        "sheet": sheet,
        "totals": totals,
        "sources": sources(on),
        "causes": likely_causes(sheet, told_by_bank=frozenset(each.channel for each in totals)),
        "closing": closed,
        "obstacles": () if closed and closed.is_closed else obstacles(sheet, as_of=today()),
    }


@bound("collection.closing.close")
@require_http_methods(["GET", "POST"])
@_day
def close(request: HttpRequest, on: date) -> HttpResponse:
    """締める前に、何が変わるかを見せ、確かめてから締める。差異があれば、仮締めだけができる。"""
    provisionally = request.GET.get("as") == "provisional"
    here = reverse("closing_day", args=[on.isoformat()])
    sheet = day_sheet(on)
    form = CloseForm(request.POST or None, today=today())

    def act() -> str:
        chosen = close_day_provisionally if provisionally else close_day
        result = chosen(on, as_of=today(), officer=officer_of(request))
        record("日を締めた", detail={"日": on.isoformat(), "件": result.receipts, "円": result.amount})
        return here

    said = f"{format_wareki(on)}を{'仮締め' if provisionally else '本締め'}しました。"
    if form.is_bound and form.is_valid() and (answer := form.carry_out(request, act, said=said)):
        return answer
    found = () if provisionally else obstacles(sheet, as_of=today())
    context = {"on": on, "sheet": sheet, "form": form, "provisionally": provisionally, "obstacles": found}
    return page(request, f"{TEMPLATES}/close.html", context, status=form.status)


@bound("collection.closing.ask_reopen")
@require_http_methods(["GET", "POST"])
@_day
def ask_reopen(request: HttpRequest, on: date) -> HttpResponse:
    """締めの解除を、理由を書いて申し出る。"""
    here = reverse("closing_day", args=[on.isoformat()])
    form = AskReopenForm(request.POST or None, today=today(), draft_key=f"reopen-{on}")

    def act() -> str:
        ask_reopening(on, officer=officer_of(request), reason=form.cleaned_data["reason"])
        record("締めの解除を申し出た", detail={"日": on.isoformat()})
        return here

    if form.is_bound and form.is_valid() and (answer := form.carry_out(request, act, said="申し出ました。")):
        return answer
    return page(request, f"{TEMPLATES}/ask_reopen.html", {"on": on, "form": form}, status=form.status)


@bound("collection.closing.reopen")
@require_http_methods(["GET", "POST"])
@_day
def reopen(request: HttpRequest, on: date) -> HttpResponse:
    """申し出られた締めの解除を、別の職員が認める。"""
    here = reverse("closing_day", args=[on.isoformat()])
    form = CloseForm(request.POST or None, today=today())

    def act() -> str:
        approve_reopening(on, officer=officer_of(request))
        record("締めを解いた", detail={"日": on.isoformat()})
        return here

    if form.is_bound and form.is_valid() and (answer := form.carry_out(request, act, said="締めを解きました。")):
        return answer
    context = {"on": on, "form": form, "closing": closing_of(on)}
    return page(request, f"{TEMPLATES}/reopen.html", context, status=form.status)


@bound("collection.closing.bank_total")
@require_http_methods(["GET", "POST"])
@_day
def enter_total(request: HttpRequest, on: date) -> HttpResponse:
    """指定金融機関から訂正を受けた公金日計の一行を、手で入力する。"""
    here = reverse("closing_day", args=[on.isoformat()])
    known = {str(each.channel): each for each in bank_totals(on)}
    asked = known.get(request.GET.get("channel", ""))
    first = {"channel": request.GET.get("channel", "")}
    first |= {"receipts": str(asked.receipts), "amount": str(asked.amount)} if asked else {}
    form = total_form(request.POST or None, today=today(), draft_key=f"bank-total-{on}", initial=first)

    def act() -> str:
        typed = form.cleaned_data
        total = BankTotal(on, typed["channel"], typed["receipts"], typed["amount"])
        enter_bank_total(total, reason=typed["reason"], as_of=today(), officer=officer_of(request))
        record("公金日計を入力した", detail={"日": on.isoformat(), "チャネル": str(total.channel), "円": total.amount})
        return here

    if form.is_bound and form.is_valid() and (answer := form.carry_out(request, act, said="公金日計を入力しました。")):
        return answer
    context = {"on": on, "form": form, "sheet": day_sheet(on)}
    return page(request, f"{TEMPLATES}/bank_total.html", context, status=form.status)


@bound("collection.closing.sheet")
@require_GET
@_day
def sheet_page(request: HttpRequest, on: date) -> HttpResponse:
    """収納日計。A4 に印刷できる。"""
    return page(request, f"{TEMPLATES}/sheet.html", {"on": on, "sheet": day_sheet(on), "closing": closing_of(on)})


@bound("collection.closing.book")
@require_GET
def book(request: HttpRequest) -> HttpResponse:
    """調定簿。A4 に印刷できる。"""
    first = _month(request)
    found = determination_book(first)
    columns = ("opening", "increases", "decreases", "receipts", "write_offs", "closing")
    totals = [sum(getattr(line, column) for line in found.lines) for column in columns]
    return page(request, f"{TEMPLATES}/book.html", {"book": found, "totals": totals, **_months(first)})


@bound("collection.closing.seals")
@require_GET
def seals(request: HttpRequest) -> HttpResponse:
    """その月に締めた日の封印を、仕訳から計算し直して比べる。"""
    first = _month(request)
    days = sealed_days(first)
    broken = [each for each in days if not each.sound]
    return page(request, f"{TEMPLATES}/seals.html", {"days": days, "broken": broken, **_months(first)})


closing_urls: list[URLPattern] = [
    path("closing/", closing, name="closing"),
    path("closing/book/", book, name="closing_book"),
    path("closing/seals/", seals, name="closing_seals"),
    path("closing/<str:on>/", closing_day, name="closing_day"),
    path("closing/<str:on>/close/", close, name="closing_close"),
    path("closing/<str:on>/ask-reopen/", ask_reopen, name="closing_ask_reopen"),
    path("closing/<str:on>/reopen/", reopen, name="closing_reopen"),
    path("closing/<str:on>/bank-total/", enter_total, name="closing_bank_total"),
    path("closing/<str:on>/sheet/", sheet_page, name="closing_sheet"),
]
