"""担保権付財産の譲渡の画面。一件、交付要求・取消しの起案、受けた配当。通知の起案は `web.py` にある。"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.assets.models import ThirdParty
from osame.collection.assets.queries import third_parties
from osame.collection.letters.queries import letters_about
from osame.collection.liabilities import transfer_deciding as deciding
from osame.collection.liabilities import transfer_forms as sheets
from osame.collection.liabilities.transfer_paying import receive_dividend
from osame.collection.liabilities.transfer_queries import TransferFile, transfer_file
from osame.law.dispositions import ProcedureStage
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "担保権付財産の譲渡", "期別", "限度額")
PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"
Kind = ThirdParty.Kind


@bound("collection.liabilities.list")
@require_GET
def transfer(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """担保権付財産の譲渡一件。限度の計算、交付要求、受けた配当、条件、これまでのこと。"""
    file = _opened(transfer_id)
    head = file.head
    shown = {
        "file": file, "head": head, "letters": letters_about(f"encumbered_transfer:{transfer_id}"),
        "can_request": head.stage is ProcedureStage.IN_FORCE, "can_receive": head.stage is ProcedureStage.COLLECTING,
        "can_cancel": head.stage in {ProcedureStage.IN_FORCE, ProcedureStage.COLLECTING},
    }  # fmt: skip
    return page(request, "collection/liabilities/transfer.html", shown)


@bound("collection.liabilities.propose")
@require_http_methods(["GET", "POST"])
def transfer_request(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """執行機関への交付要求を起案する。"""
    file = _opened(transfer_id)
    parties = parties_of(Kind.COURT, Kind.OFFICE)
    form = sheets.TransferRequestForm(request.POST or None, today=today(), parties=parties)

    def act() -> str:
        told = form.cleaned_data
        number = deciding.propose_transfer_request(
            transfer_id, told["body"], told["case_number"], reason=told["reason"], as_of=today()
        )
        return reverse("approval", args=[number])

    return _acted(request, form, act, (file, "交付要求を起案する", "起案する", PROPOSED))


@bound("collection.liabilities.propose")
@require_http_methods(["GET", "POST"])
def transfer_cancel(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """徴収の取消しを起案する。"""
    file = _opened(transfer_id)
    form = sheets.TransferCancelForm(request.POST or None, today=today())

    def act() -> str:
        number = deciding.propose_transfer_cancel(transfer_id, reason=form.cleaned_data["reason"])
        return reverse("approval", args=[number])

    return _acted(request, form, act, (file, "徴収の取消しを起案する", "起案する", PROPOSED))


@bound("collection.liabilities.record")
@require_http_methods(["GET", "POST"])
def transfer_dividend(request: HttpRequest, transfer_id: int) -> HttpResponse:
    """執行機関からの配当を記録し、納付書を作る。"""
    file = _opened(transfer_id)
    form = sheets.DividendForm(request.POST or None, today=today())

    def act() -> str:
        amount = form.cleaned_data["amount"]
        run = receive_dividend(transfer_id, amount, as_of=today(), officer=officer_of(request))
        return reverse("letter_run", args=[run])

    return _acted(request, form, act, (file, "配当を記録する", "記録して納付書を作る", "配当の納付書を作りました。"))


def parties_of(*kinds: ThirdParty.Kind) -> list[tuple[int, str]]:
    """選ぶための照会先。"""
    found = third_parties(kinds, as_of=today())
    return [(each.third_party_id, f"{each.name}（{each.kind.label}）") for each in found]


def _opened(transfer_id: int) -> TransferFile:
    file = transfer_file(transfer_id)
    record("担保権付財産の譲渡を開いた", subjects=[file.head.addressee_number], fields=FACTS)
    return file


def _acted(
    request: HttpRequest, form: ActForm, act: Callable[[], str], told: tuple[TransferFile, str, str, str]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and (done := form.carry_out(request, act, said=told[3])):
        return done
    shown = {"form": form, "head": told[0].head, "title": told[1], "button": told[2]}
    return page(request, "collection/liabilities/transfer_act.html", shown, status=form.status)


transfer_urls: list[URLPattern] = [
    path("encumbered-transfers/<int:transfer_id>/", transfer, name="transfer"),
    path("encumbered-transfers/<int:transfer_id>/request/", transfer_request, name="transfer_request"),
    path("encumbered-transfers/<int:transfer_id>/dividend/", transfer_dividend, name="transfer_dividend"),
    path("encumbered-transfers/<int:transfer_id>/cancel/", transfer_cancel, name="transfer_cancel"),
]
