"""納税者の画面と、期別の説明の画面。"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.addressees.queries import Destination, destinations_of
from osame.collection.arrears.prescribing import prescription_of
from osame.collection.arrears.queries import PromiseFacts, hidden_places, promises_of
from osame.collection.cases.forms import FollowedContactForm
from osame.collection.grace.queries import GraceHead
from osame.collection.inquiry.charges import ChargeLine, Totals, charge_lines, grouped, stopped
from osame.collection.inquiry.explanation import COMPONENTS, explain
from osame.collection.inquiry.forms import AskForm, StatusForm
from osame.collection.inquiry.letters import send_payment_status
from osame.collection.inquiry.person import AGENT_KINDS, Person, PersonUnknown, open_person
from osame.collection.inquiry.timeline import EventKind, timeline_of
from osame.collection.inquiry.warnings import SHOWN, Opened, procedures_of, responsibilities_of, stops_of, warnings_of
from osame.collection.ledger.queries import ChargeNotFound, charge_numbered
from osame.collection.pledges.queries import PledgeHead
from osame.collection.suspensions.queries import SuspensionHead
from osame.law.parameters import ValueNotRegistered
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page, refused
from osame.platform.console.navigation import may_use
from osame.platform.console.paging import page_number, pager
from osame.platform.functions.binding import bound
from osame.platform.functions.middleware import identify
from osame.platform.suppression.decision import FactClass
from osame.platform.terminal import now, today

EVENTS = 20
CONTACTS = "collection.arrears.list"
OF_ARREARS = frozenset((EventKind.CONTACT, EventKind.ARREARS, EventKind.LETTER))
"""滞納整理の職員だけが見る出来事。"""


@bound("collection.inquiry.person")
@require_GET
def person(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """納税者の画面。警告、その人、納めるもの、これまでのことを、一枚で。"""
    ask = AskForm(request.GET, today=today())
    with transaction.atomic():
        try:
            opened = open_person(addressee_number, as_of=ask.today)
        except PersonUnknown as refusal:
            return refused(request, refusal, status=404, title="見つかりません")
        told = may_use(identify(request), CONTACTS)
        promises = promises_of(addressee_number, as_of=ask.today) if told else ()
        lines, stops = _lines(ask, addressee_number), stops_of(addressee_number, as_of=ask.today)
        lines = stopped(lines, lambda line: any(stop.covers(line) for stop in stops))
        context = {
            "person": opened,
            "warnings": warnings_of(
                Opened(
                    opened,
                    lines,
                    stops,
                    promises,
                    ask.today,
                    *_arrears(addressee_number, ask.today, told=told),
                    prescription_of(addressee_number, as_of=ask.today),
                    *(responsibilities_of(addressee_number, as_of=ask.today) if told else ((), ())),
                )
            ),
            "shown": SHOWN,
            **_owed(ask, lines),
            **_destinations(opened, lines, ask),
            **_timeline(request, ask, opened, promises, told=told),
            "form": FollowedContactForm(
                now=datetime.combine(ask.today, now().timetz()),
                promises=promises,
                draft_key=f"contact:{addressee_number}",
            ),
        }
        record("納税者を開いた", subjects=[addressee_number], fields=[*opened.shown_fields, "期別", "出来事"])
        answer = page(request, "collection/inquiry/person.html", context)
        if opened.hides:  # 二度目の抑止。出来上がった画面に居場所が残っていれば、何も渡さない
            hidden_places(addressee_number).refuse_in(answer.content.decode())
    return answer


@bound("collection.inquiry.payment_status")
@require_http_methods(["GET", "POST"])
def payment_status(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """納付状況のお知らせを作る。作ったものは、文書の発送の画面で刷る。"""
    with transaction.atomic():
        opened = open_person(addressee_number, as_of=today())
    form = StatusForm(request.POST or None, today=today(), initial={"day": today()})
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data

        def act() -> str:
            run_id = send_payment_status(
                addressee_number,
                on=(facts["day"], today()),
                officer=officer_of(request),
                unpaid_only=facts["unpaid_only"],
            )
            return reverse("letter_run", args=[run_id])

        if done := form.carry_out(request, act, said="納付状況のお知らせを作りました。"):
            return done
    record("納付状況のお知らせの画面を開いた", subjects=[addressee_number], fields=["氏名"])
    return page(request, "collection/inquiry/payment_status.html", {"form": form, "person": opened}, status=form.status)


@bound("collection.inquiry.charge")
@require_GET
def charge(request: HttpRequest, charge_id: int) -> HttpResponse:
    """期別の説明。どの数字がどこから来たかを、仕訳と法の計算の過程で示す。"""
    ask = AskForm(request.GET, today=today())
    with transaction.atomic():
        try:
            facts = charge_numbered(charge_id)
        except ChargeNotFound as refusal:
            return refused(request, refusal, status=404, title="見つかりません")
        opened = open_person(facts.addressee_number, as_of=ask.today)
        key = (facts.addressee_number, charge_id)
        try:
            told = explain(key, as_of=ask.day, today=ask.today, view=ask.reading)
        except ValueNotRegistered as refusal:
            _later(ask, refusal)
            told = explain(key, as_of=ask.today, today=ask.today)
        of = request.GET.get("of", "")
        context = {"person": opened, "told": told, "facts": facts, "ask": ask, "of": of if of in COMPONENTS else ""}
        record("期別の説明を開いた", subjects=[facts.addressee_number], fields=["氏名", "期別", "仕訳", "延滞金"])
        return page(request, "collection/inquiry/charge.html", context)


def _lines(ask: AskForm, addressee_number: str) -> list[ChargeLine]:
    try:
        return charge_lines(addressee_number, as_of=ask.day, today=ask.today, view=ask.reading)
    except ValueNotRegistered as refusal:
        _later(ask, refusal)
        return charge_lines(addressee_number, as_of=ask.today, today=ask.today)


def _later(ask: AskForm, refusal: ValueNotRegistered) -> None:
    """割合のまだない先の日を問われたら、欄のそばで言い、今日の姿に戻す。"""
    ask.add_error("as_of", f"この日の延滞金は、まだ計算できません。{refusal}")
    ask.cleaned_data["as_of"] = None


def _owed(ask: AskForm, lines: list[ChargeLine]) -> dict[str, Any]:
    """納めるものの表。選んだ期別だけを並べ、計は並べた期別の合計。"""
    told = ask.cleaned_data
    shown = [
        each
        for each in lines
        if (told.get("show") == "all" or each.total or each.overpayment)
        and told.get("tax") in {None, "", each.tax_item}
        and told.get("year") in {None, each.levy_year}
    ]
    return {
        "ask": ask,
        "groups": grouped(shown),
        "listed": Totals.of(shown),
        "all": Totals.of(lines),
        "count": len(lines),
        "unpaid": sum(each.total > 0 for each in lines),
        "running": any(not each.fixed for each in lines),
        "taxes": dict(sorted({each.tax_item: each.tax_name for each in lines}.items())),
        "years": {each.levy_year: each.year_label for each in sorted(lines, key=lambda line: -line.levy_year)},
        "suffix": f"&{ask.query}" if ask.query else "",
    }


def _destinations(opened: Person, lines: list[ChargeLine], ask: AskForm) -> dict[str, Any]:
    """文書の送付先。税目で違えば、税目ごとに。"""
    if not opened.shows(FactClass.MAILING_ADDRESS):
        return {"destinations": [], "agent_kinds": AGENT_KINDS}
    names = {each.tax_item: each.tax_name for each in lines}
    places: dict[tuple[str, str, str, str], list[str]] = {}
    found: dict[tuple[str, str, str, str], Destination] = {}
    for each in destinations_of(opened.addressee_number, sorted(names) or [""], on=ask.today):
        if each.protected and each.receiver_number != opened.addressee_number:
            continue  # 支援措置の代理人の居場所は、この人の画面に出さない
        key = (each.receiver_number, each.postal_code, each.address, each.mailing_name)
        places.setdefault(key, []).append(names.get(each.tax_item, ""))
        found[key] = each
    return {
        "destinations": [(found[key], "、".join(taxes) if len(places) > 1 else "") for key, taxes in places.items()],
        "agent_kinds": AGENT_KINDS,
    }


def _arrears(
    addressee_number: str, as_of: date, *, told: bool
) -> tuple[tuple[GraceHead, ...], tuple[PledgeHead, ...], tuple[SuspensionHead, ...]]:
    """猶予、納付誓約、執行停止。滞納整理の職員だけに示す。"""
    return procedures_of(addressee_number, as_of=as_of) if told else ((), (), ())


def _timeline(
    request: HttpRequest, ask: AskForm, opened: Person, promises: tuple[PromiseFacts, ...], *, told: bool
) -> dict[str, Any]:
    allowed = tuple(kind for kind in EventKind if told or kind not in OF_ARREARS)
    asked = ask.cleaned_data.get("kind")
    chosen = tuple(kind for kind in allowed if not asked or kind.value == asked)
    hidden = hidden_places(opened.addressee_number) if opened.hides else None
    found = timeline_of(
        opened.addressee_number,
        kinds=chosen or allowed,
        offset=(page_number(request) - 1) * EVENTS,
        size=EVENTS,
        hidden=hidden,
        promises=promises,
    )
    return {"timeline": found, "kinds": allowed, "pager": pager(request, found.total, size=EVENTS)}


inquiry_urls: list[URLPattern] = [
    path("people/<str:addressee_number>/", person, name="person"),
    path("people/<str:addressee_number>/payment-status/", payment_status, name="payment_status"),
    path("charges/<int:charge_id>/", charge, name="charge"),
]
