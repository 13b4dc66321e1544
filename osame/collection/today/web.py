"""今日の画面。この職員を待っているものを並べ、片付ける画面へ導く。使えない画面のものは出さない。"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_POST

from osame.collection.arrears.queries import promises_due
from osame.collection.today import rates
from osame.collection.today.queries import counts
from osame.platform.approvals.queries import Rights, Wanted, chosen, counted
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.console.navigation import may_use
from osame.platform.functions.binding import bound
from osame.platform.functions.identity import Identity
from osame.platform.functions.middleware import identify
from osame.platform.jobs.requests import ask_for
from osame.platform.privacy.waiting import due
from osame.platform.terminal import today

# 種類、名、片付ける画面、その画面の機能、急ぎか
KINDS = (
    ("held_receipt", "不明入金（調査中）", "matching", "collection.matching.held", False),
    ("held_determination", "保留した調定", "held_rows", "collection.intake.determinations", False),
    ("refused_file", "受け付けられなかったファイル（14日以内）", "intake", "collection.intake.receipts", True),
    ("missing_file", "届いていないファイル（督促の門が閉じる）", "intake", "collection.intake.receipts", True),
    ("difference", "差異のある締めていない日", "closing", "collection.closing.sheet", True),
    ("unclosed", "締めていない日", "closing", "collection.closing.close", False),
    ("debit_unsent", "渡していない口座振替の依頼", "debits", "collection.debits.send", True),
    ("debit_application", "照合を待つ口座振替の申込み", "debit_applications", "collection.debits.apply", False),
    ("instalment_offer", "答えを待つ分納の申出", "instalment_offers", "collection.pledges.offers", False),
    ("case_task", "担当する事案の、期日の来た予定", "case_calendar", "collection.cases.list", True),
    (
        "nearing_case",
        "管理職の確かめていない、時効の近い事案（6月以内）",
        "case_prescriptions",
        "collection.cases.review",
        True,
    ),
    ("undispatched", "差し出していない督促", "demands", "collection.demands.dispatched", True),
    ("returned", "返戻された督促状（送達の手当て待ち）", "returns", "collection.returns.show", False),
    ("prescription", "90日以内に時効が完成する期別", "prescriptions", "collection.writeoffs.list", True),
    ("protection", "期間の末日が近い支援措置（60日以内と経過）", "", "collection.demands.recall", False),
    ("overpayment", "決議していない過誤納", "refunds", "collection.refunds.show", False),
    ("refund_claim", "時効まで180日以内の還付請求", "refunds_outstanding", "collection.refunds.show", True),
    ("failed_request", "頼んで失敗した処理", "jobs", "collection.today.show", True),
    ("failed_job", "失敗したジョブ", "jobs", "floor.jobs.show", True),
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """待っているもの一つ。 path: 片付ける画面（なければ空）。"""

    label: str
    count: int
    oldest: date | None
    path: str
    urgent: bool = False
    note: str = ""


@bound("collection.today.show")
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """今日の画面。"""
    identity = identify(request)
    waiting = [
        *_approvals(identity, officer_of(request)),
        *_privacy(identity),
        *_promises(identity),
        *_counted(identity, request),
    ]
    sees_rates = may_use(identity, "collection.today.rates")
    return page(
        request,
        "today/today.html",
        {
            "day": today(),
            "waiting": [each for each in waiting if each.count],
            "sees_rates": sees_rates,
            "sheet": rates.rate_sheet(as_of=today()) if sees_rates else None,
        },
    )


@bound("collection.arrears.list")
@require_GET
def promises(request: HttpRequest) -> HttpResponse:
    """約束の日が来て、まだ納められていない約束。電話をかける順に、古いものから。"""
    promised = promises_due(as_of=today())
    record(
        "期日の来た約束を見た",
        subjects=[each.addressee_number for each in promised.promises],
        fields=["name", "promise"],
    )
    return page(request, "today/promises.html", {"due": promised, "day": today()})


@bound("collection.today.count")
@require_POST
def count(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """収納率の数え直しを頼む。"""
    return HttpResponseRedirect(reverse("job_request", args=[ask_for("today-figures-now", arguments={})]))


def _approvals(identity: Identity, officer: str) -> Iterator[Waiting]:
    rights = Rights(
        judge=may_use(identity, "floor.approvals.judge"),
        withdraw=may_use(identity, "floor.approvals.withdraw"),
        execute=may_use(identity, "floor.approvals.execute"),
    )
    if rights.judge or rights.execute:
        wanted = Wanted(open_only=True)
        first = chosen(wanted, officer, rights, offset=0, size=1)
        oldest = first[0].proposed_at.date() if first else None
        yield Waiting(
            "あなたの照査・決裁・執行を待つ起案", counted(wanted, officer, rights), oldest, reverse("approvals")
        )


def _privacy(identity: Identity) -> Iterator[Waiting]:
    for each in due(as_of=today()):
        if may_use(identity, each.function):
            yield Waiting(each.label, each.count, each.earliest, reverse(each.route), urgent=each.urgent)


def _promises(identity: Identity) -> Iterator[Waiting]:
    if may_use(identity, "collection.arrears.list"):
        found = promises_due(as_of=today(), limit=1)
        note = f"うち期日を過ぎたもの {found.broken:,}件" if found.broken else ""
        path = reverse("promises_due")
        yield Waiting(
            "納付の約束（期日が来たもの）", found.count, found.oldest, path, urgent=bool(found.broken), note=note
        )


def _counted(identity: Identity, request: HttpRequest) -> Iterator[Waiting]:
    found = counts(officer=officer_of(request), as_of=today())
    for kind, label, route, function, urgent in KINDS:
        each = found.get(kind)
        if each and may_use(identity, function):
            yield Waiting(label, each.count, each.oldest, reverse(route) if route else "", urgent)


today_urls: list[URLPattern] = [
    path("", show, name="today"),
    path("today/promises/", promises, name="promises_due"),
    path("today/count/", count, name="today_count"),
]
