"""公売の画面。一覧と日程、一件、準備、実施の起案、申込み、入札、開札、売却決定、代金、権利の移転、中止。"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.assets.queries import asset_numbered, third_parties
from osame.collection.auctions import bidding, deciding, paying, preparing, queries
from osame.collection.auctions import forms as sheets
from osame.collection.auctions.bidding import Draw
from osame.collection.auctions.delivery_web import delivery_urls
from osame.collection.auctions.facts import standing_of
from osame.collection.auctions.online import NothingToOffer, lots_file
from osame.collection.auctions.paying import StopJudgement
from osame.collection.auctions.queries import AuctionFile
from osame.collection.dispositions.queries import DispositionHead, disposition_numbered, dispositions_of
from osame.collection.letters.queries import letters_about
from osame.law.auction_conditions import may_buy
from osame.law.auction_days import auction_days
from osame.law.auction_steps import AuctionStage, auction_acts_from
from osame.law.dispositions import ProcedureStage
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page
from osame.platform.egress.broker import download
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "公売", "財産", "入札者")
PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"
WAY = (
    AuctionStage.NONE, AuctionStage.ESTIMATED, AuctionStage.ANNOUNCED, AuctionStage.AWARDED, AuctionStage.SALE_DECIDED,
    AuctionStage.PRICE_PAID, AuctionStage.TRANSFERRED,
)  # fmt: skip
"""段階の絵に並べる道。"""


@bound("collection.auctions.list")
@require_GET
def auctions(request: HttpRequest) -> HttpResponse:
    """続いている公売の一覧。次にすることと、その日が分かる。"""
    heads = queries.open_auctions()
    record("公売の一覧を開いた", subjects=sorted({each.addressee_number for each in heads}), fields=FACTS[:2])
    return page(request, "collection/auctions/auctions.html", {"auctions": heads, "as_of": today()})


@bound("collection.auctions.online")
@require_http_methods(["POST"])
def auction_lots(request: HttpRequest) -> HttpResponse:
    """公告中の公売の物件のファイルを、電子公売のサービスに渡すために保存する。参加者と入札は、取込みの画面から入れる。"""
    try:
        content, output = lots_file(str(request.POST.get("service", "")).strip() or "電子公売のサービス")
    except NothingToOffer as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("auctions"))
    return download(content, "online-auction.csv", output)


@bound("collection.auctions.list")
@require_GET
def auction(request: HttpRequest, auction_id: int) -> HttpResponse:
    """公売一件。段階の絵、法の日程と数え方、見積価額、差押え、入札、これまでのこと、書面。"""
    file = _opened(auction_id)
    head = file.head
    standing = standing_of(file, as_of=today())
    shown = {
        "file": file, "head": head, "stage": head.stage.name, "as_of": today(), "acts": {a.name for a in auction_acts_from(head.stage)},
        "way": [(each.value, each is head.stage) for each in WAY], "standing": standing,
        "days": _days(file), "letters": letters_about(f"auction:{auction_id}"),
        "rows": [(each, may_buy(head.kind, each.facts(head), as_of=today()).unmet) for each in file.bidders],
        "seizures": [each.head for each in standing.files],
    }  # fmt: skip
    return page(request, "collection/auctions/auction.html", shown)


def _days(file: AuctionFile) -> Any:
    """決まった日程の、法の数え方。"""
    head = file.head
    if not (head.method and head.announced_on and head.opens_on and head.closes_on and head.opening_on):
        return None
    return auction_days(head.kind, head.method, head.announced_on, (head.opens_on, head.closes_on), head.opening_on)


@bound("collection.auctions.prepare")
@require_http_methods(["GET", "POST"])
def auction_new(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """差押えの財産の公売を準備する。"""
    head = disposition_numbered(disposition_id)
    record("公売の準備の画面を開いた", subjects=[head.addressee_number], fields=FACTS)
    others = [each for each in dispositions_of(head.addressee_number) if _is_sellable(each) and each.key != head.key]
    form = sheets.PreparationForm(
        request.POST or None, today=today(), others=[(each.disposition_id, f"{each.number}　{each.asset}") for each in others],
        initial={"description": asset_numbered(head.asset_id).description if head.asset_id else ""},
    )  # fmt: skip

    def act() -> str:
        number = preparing.prepare(form.preparation(disposition_id), as_of=today(), officer=officer_of(request))
        return reverse("auction", args=[number])

    told = ("公売を準備する", "準備する", f"{head.name}（{head.addressee_number}）、{head.number}、{head.asset}")
    return acted(request, form, act, told)


def _is_sellable(head: DispositionHead) -> bool:
    return head.stage is ProcedureStage.IN_FORCE and head.sellable_from is not None


@bound("collection.auctions.propose")
@require_http_methods(["GET", "POST"])
def auction_hold(request: HttpRequest, auction_id: int) -> HttpResponse:
    """見積価額と日程を定めて、公売の実施を起案する。"""
    file = _opened(auction_id)
    form = sheets.HoldingForm(request.POST or None, today=today(), initial={"reduction_percent": 20})
    lines = [each.line for each in standing_of(file, as_of=today()).conditions]

    def act() -> str:
        deciding.propose_holding(file.head.key, form.terms, as_of=today())
        return _at(file)

    return acted(request, form, act, ("公売の実施を起案する", "起案する", _what(file)), PROPOSED, lines=lines)


@bound("collection.auctions.prepare")
@require_http_methods(["GET", "POST"])
def auction_bidder_new(request: HttpRequest, auction_id: int) -> HttpResponse:
    """買受けの申込みを受け付ける。"""
    file = _opened(auction_id)
    form = sheets.ApplicantForm(request.POST or None, today=today())

    def act() -> str:
        preparing.register_bidder(file.head.key, form.applicant, as_of=today(), officer=officer_of(request))
        return _at(file)

    return acted(request, form, act, ("買受けの申込みを受け付ける", "受け付ける", _what(file)))


@bound("collection.auctions.prepare")
@require_http_methods(["GET", "POST"])
def auction_screen(request: HttpRequest, auction_id: int, bidder_number: int) -> HttpResponse:
    """申込者の保証金、陳述書、警察の調査、資格を記録する。"""
    file = _opened(auction_id)
    form = sheets.ScreeningForm(request.POST or None, today=today())

    def act() -> str:
        preparing.screen(file.head.key, bidder_number, form.screening, as_of=today(), officer=officer_of(request))
        return _at(file)

    return acted(request, form, act, ("申込者の調査を記録する", "記録する", f"{_what(file)}、申込者{bidder_number}"))


@bound("collection.auctions.carry")
@require_http_methods(["GET", "POST"])
def auction_bid(request: HttpRequest, auction_id: int, bidder_number: int) -> HttpResponse:
    """入札を受け付ける。"""
    file = _opened(auction_id)
    form = sheets.BidForm(request.POST or None, today=today())

    def act() -> str:
        amount = form.cleaned_data["amount"]
        bidding.place_bid(file.head.key, bidder_number, amount, as_of=today(), officer=officer_of(request))
        return _at(file)

    return acted(request, form, act, ("入札を受け付ける", "受け付ける", f"{_what(file)}、申込者{bidder_number}"))


@bound("collection.auctions.carry")
@require_http_methods(["GET", "POST"])
def auction_open(request: HttpRequest, auction_id: int) -> HttpResponse:
    """開札する。"""
    file = _opened(auction_id)
    form = sheets.OpeningForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        draw = Draw(told["drawn"], told["note"]) if told["drawn"] else None
        bidding.open_auction(file.head.key, draw, as_of=today(), officer=officer_of(request))
        return _at(file)

    return acted(request, form, act, ("開札する", "開札する", _what(file)))


@bound("collection.auctions.propose")
@require_http_methods(["GET", "POST"])
def auction_sell(request: HttpRequest, auction_id: int) -> HttpResponse:
    """売却決定を起案する。法の条件を見てから。"""
    file = _opened(auction_id)
    form = sheets.SaleForm(request.POST or None, today=today(), initial={"reason": "最高価申込者に売却する"})
    judged = deciding.sale_conditions(file, as_of=today(), seen_on=today()) if file.buyer else ()

    def act() -> str:
        deciding.propose_sale(file.head.key, reason=form.cleaned_data["reason"], as_of=today())
        return _at(file)

    told = ("売却決定を起案する", "起案する", _what(file))
    return acted(request, form, act, told, PROPOSED, lines=[each.line for each in judged])


@bound("collection.auctions.propose")
@require_http_methods(["GET", "POST"])
def auction_default(request: HttpRequest, auction_id: int) -> HttpResponse:
    """代金を納めない買受人への売却決定の取消しを起案する。"""
    file = _opened(auction_id)
    form = sheets.SaleForm(request.POST or None, today=today(), initial={"reason": "期限までに代金の納付がない"})

    def act() -> str:
        deciding.propose_default(file.head.key, reason=form.cleaned_data["reason"], as_of=today())
        return _at(file)

    lines = ["公売保証金は徴収金に充て、残余は滞納者に交付します（国税徴収法第100条第3項ただし書）。"]
    return acted(request, form, act, ("売却決定の取消しを起案する", "起案する", _what(file)), PROPOSED, lines=lines)


@bound("collection.auctions.carry")
@require_http_methods(["GET", "POST"])
def auction_price(request: HttpRequest, auction_id: int) -> HttpResponse:
    """買受代金の納付を記録する。"""
    file = _opened(auction_id)
    form = sheets.PriceForm(
        request.POST or None, today=today(), initial={"amount": file.head.price, "paid_on": today()}
    )

    def act() -> str:
        told = form.cleaned_data
        paying.record_price(file.head.key, told["amount"], told["paid_on"], officer=officer_of(request))
        return _at(file)

    return acted(request, form, act, ("買受代金の納付を記録する", "記録する", _what(file)))


@bound("collection.auctions.carry")
@require_http_methods(["GET", "POST"])
def auction_transfer(request: HttpRequest, auction_id: int) -> HttpResponse:
    """権利を移し、登記・登録を嘱託する。"""
    file = _opened(auction_id)
    registries = [(each.third_party_id, each.name) for each in third_parties(sheets.REGISTRIES, as_of=today())]
    form = sheets.TransferForm(request.POST or None, today=today(), registries=registries)

    def act() -> str:
        paying.transfer(file.head.key, form.cleaned_data["registry"], as_of=today(), officer=officer_of(request))
        return _at(file)

    return acted(request, form, act, ("権利を移す", "移す", _what(file)))


@bound("collection.auctions.carry")
@require_http_methods(["GET", "POST"])
def auction_stop(request: HttpRequest, auction_id: int) -> HttpResponse:
    """公売を中止する。事由を見てから。"""
    file = _opened(auction_id)
    form = sheets.StopForm(request.POST or None, today=today())
    grounds = paying.grounds_to_stop(file, StopJudgement(""), as_of=today())

    def act() -> str:
        told = form.cleaned_data
        judgement = StopJudgement(told["reason"], told["unlawful"], told["disturbed"])
        paying.stop(file.head.key, judgement, as_of=today(), officer=officer_of(request))
        return _at(file)

    return acted(request, form, act, ("公売を中止する", "中止する", _what(file)), lines=grounds.steps)


@bound("collection.auctions.carry")
@require_http_methods(["GET", "POST"])
def auction_revoke(request: HttpRequest, auction_id: int) -> HttpResponse:
    """買い受けることのできない最高価申込者の決定を取り消す。"""
    file = _opened(auction_id)
    form = sheets.RevokeForm(request.POST or None, today=today())

    def act() -> str:
        paying.revoke_award(
            file.head.key, reason=form.cleaned_data["reason"], as_of=today(), officer=officer_of(request)
        )
        return _at(file)

    return acted(request, form, act, ("最高価申込者の決定を取り消す", "取り消す", _what(file)))


def acted(
    request: HttpRequest,
    form: ActForm,
    act: Callable[[], str],
    told: tuple[str, str, str],
    said: str = "",
    *,
    lines: Any = (),
) -> HttpResponse:
    """欄を確かめて一度だけ行う。 told: （題、釦、何の）; lines: 行う前に見る文"""
    if (
        request.method == "POST"
        and form.is_valid()
        and (done := form.carry_out(request, act, said=said or f"{told[0]}：終わりました。"))
    ):
        return done
    shown = {"form": form, "title": told[0], "button": told[1], "about": told[2], "lines": lines}
    return page(request, "collection/auctions/act.html", shown, status=form.status)


def _opened(auction_id: int) -> AuctionFile:
    file = queries.auction_file(queries.auction_numbered(auction_id).key)
    record("公売を開いた", subjects=[file.head.addressee_number], fields=FACTS)
    return file


def _what(file: AuctionFile) -> str:
    return f"{file.head.person}（{file.head.addressee_number}）、{file.head.number}、{file.head.description}"


def _at(file: AuctionFile) -> str:
    return reverse("auction", args=[file.head.auction_id])


AUCTION = "auctions/<int:auction_id>/"
auctions_urls: list[URLPattern] = [
    path("auctions/", auctions, name="auctions"),
    path("auctions/lots/", auction_lots, name="auction_lots"),
    path("dispositions/<int:disposition_id>/auction/", auction_new, name="auction_new"),
    path(AUCTION, auction, name="auction"),
    path(f"{AUCTION}hold/", auction_hold, name="auction_hold"),
    path(f"{AUCTION}bidders/new/", auction_bidder_new, name="auction_bidder_new"),
    path(f"{AUCTION}bidders/<int:bidder_number>/", auction_screen, name="auction_screen"),
    path(f"{AUCTION}bidders/<int:bidder_number>/bid/", auction_bid, name="auction_bid"),
    path(f"{AUCTION}open/", auction_open, name="auction_open"),
    path(f"{AUCTION}sell/", auction_sell, name="auction_sell"),
    path(f"{AUCTION}default/", auction_default, name="auction_default"),
    path(f"{AUCTION}price/", auction_price, name="auction_price"),
    path(f"{AUCTION}transfer/", auction_transfer, name="auction_transfer"),
    path(f"{AUCTION}stop/", auction_stop, name="auction_stop"),
    path(f"{AUCTION}revoke/", auction_revoke, name="auction_revoke"),
    *delivery_urls,
]
