"""連帯・第二次納税義務・保証・担保財産の責任の画面。一覧、一件、告知と取消しの起案、催告、納付書。"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.assets.models import ThirdParty
from osame.collection.inquiry.person import open_person
from osame.collection.letters.queries import letters_about
from osame.collection.liabilities.actions import issue_obligor_slip, remind
from osame.collection.liabilities.deciding import propose_liability, propose_liability_cancel
from osame.collection.liabilities.forms import LiabilityCancelForm, LiabilityForm, LiabilityKindForm
from osame.collection.liabilities.measuring import LiabilityTerms
from osame.collection.liabilities.models import Liability
from osame.collection.liabilities.queries import (
    LiabilityFile,
    liability_file,
    open_liabilities,
    own_prescriptions,
    reminders_due,
)
from osame.collection.liabilities.transfer_deciding import propose_transfer_notice
from osame.collection.liabilities.transfer_forms import TransferForm
from osame.collection.liabilities.transfer_measuring import TransferTerms
from osame.collection.liabilities.transfer_queries import open_transfers
from osame.collection.liabilities.transfer_web import parties_of, transfer_urls
from osame.collection.payment_slips.owed import owed_of
from osame.law.dispositions import ProcedureStage
from osame.law.obligor_conditions import JOINT_EFFECTS, ObligorForm
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "納税者のほかの者の責任", "期別", "限度額")
PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"
SECURED = (ObligorForm.TRANSFERRED_SECURITY, ObligorForm.THIRD_PARTY_SECURITY)


@bound("collection.liabilities.list")
@require_GET
def liabilities(request: HttpRequest) -> HttpResponse:
    """続いている責任と、催告・督促の期限が来たもの。"""
    found, due, transferred = open_liabilities(), reminders_due(as_of=today()), open_transfers()
    subjects = {each.addressee_number for each in found} | {each.obligor_number for each in found}
    subjects |= {each.addressee_number for each in transferred}
    record("納税者のほかの者の責任の一覧を開いた", subjects=sorted(subjects), fields=FACTS)
    shown = {"liabilities": found, "due": due, "transfers": transferred}
    return page(request, "collection/liabilities/liabilities.html", shown)


@bound("collection.liabilities.list")
@require_GET
def liability(request: HttpRequest, liability_id: int) -> HttpResponse:
    """責任一件。限度の計算、残る限度、納付書、時効、差押えのできる日、条件、これまでのこと。"""
    file = _opened(liability_id)
    head = file.head
    shown = {
        "file": file, "head": head, "letters": letters_about(f"liability:{liability_id}"),
        "can_remind": head.stage is ProcedureStage.OWED and head.form not in SECURED and head.due_date < today(),
        "effects": JOINT_EFFECTS if head.form is ObligorForm.JOINT else (),
        "prescriptions": [
            (each, *own_prescriptions(file, as_of=today())[each.charge_id]) for each in file.charges if each.left
        ],
    }  # fmt: skip
    return page(request, "collection/liabilities/liability.html", shown)


@bound("collection.liabilities.propose")
@require_http_methods(["GET", "POST"])
def liability_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """主たる納税者の期別について、ほかの者への告知を起案する。"""
    person = open_person(addressee_number, as_of=today())
    owed = owed_of(addressee_number, on=today(), as_of=today())
    record("納税者のほかの者への告知の起案の画面を開いた", subjects=[addressee_number], fields=FACTS)
    given = request.POST if request.method == "POST" else request.GET
    kinds = LiabilityKindForm(given if "kind" in given else None, label_suffix="")
    shown = {"kinds": kinds, "kind": kinds.chosen, "person": person}
    if kinds.chosen is None:
        return page(request, "collection/liabilities/new.html", shown, status=422 if kinds.errors else 200)
    form = LiabilityForm(
        request.POST or None, today=today(), draft_key=f"liability:{addressee_number}:{kinds.chosen}",
        kind=kinds.chosen, choices=[each.choice for each in owed],
    )  # fmt: skip

    def act() -> str:
        told = form.cleaned_data
        terms = LiabilityTerms(
            addressee_number, told["obligor_number"], Liability.Kind(told["kind"]), tuple(told["charges"]), told["facts"],
            told["reason"], form.measure, told.get("property_text", ""), told.get("due_date"), told["is_established"],
            told.get("is_defaulted", False),
        )  # fmt: skip
        return reverse("approval", args=[propose_liability(terms, as_of=today())])

    if request.method == "POST" and form.is_valid() and (done := form.carry_out(request, act, said=PROPOSED)):
        return done
    return page(request, "collection/liabilities/new.html", shown | {"form": form}, status=form.status)


@bound("collection.liabilities.propose")
@require_http_methods(["GET", "POST"])
def transfer_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """譲渡した納税者の期別について、質権者・抵当権者への徴収の通知を起案する。"""
    person = open_person(addressee_number, as_of=today())
    owed = owed_of(addressee_number, on=today(), as_of=today())
    record("質権者・抵当権者からの徴収の起案の画面を開いた", subjects=[addressee_number], fields=FACTS)
    form = TransferForm(
        request.POST or None, today=today(), draft_key=f"transfer:{addressee_number}",
        choices=[each.choice for each in owed], parties=parties_of(ThirdParty.Kind.CREDITOR, ThirdParty.Kind.BANK),
    )  # fmt: skip

    def act() -> str:
        told = form.cleaned_data
        terms = TransferTerms(
            addressee_number, form.conveyed, tuple(told["charges"]), told["facts"], told["reason"],
            told["was_without_other"],
        )  # fmt: skip
        return reverse("approval", args=[propose_transfer_notice(terms, as_of=today())])

    if request.method == "POST" and form.is_valid() and (done := form.carry_out(request, act, said=PROPOSED)):
        return done
    return page(
        request, "collection/liabilities/transfer_new.html", {"form": form, "person": person}, status=form.status
    )


@bound("collection.liabilities.propose")
@require_http_methods(["GET", "POST"])
def liability_cancel(request: HttpRequest, liability_id: int) -> HttpResponse:
    """告知の取消しを起案する。"""
    file = _opened(liability_id)
    form = LiabilityCancelForm(request.POST or None, today=today())

    def act() -> str:
        number = propose_liability_cancel(liability_id, reason=form.cleaned_data["reason"])
        return reverse("approval", args=[number])

    return _acted(request, form, act, (file, "告知の取消しを起案する", "起案する", PROPOSED))


@bound("collection.liabilities.record")
@require_http_methods(["GET", "POST"])
def liability_remind(request: HttpRequest, liability_id: int) -> HttpResponse:
    """納付催告書・督促状を発する。"""
    file = _opened(liability_id)
    form = ActForm(request.POST or None, today=today())

    def act() -> str:
        return reverse("letter_run", args=[remind(liability_id, as_of=today(), officer=officer_of(request))])

    return _acted(request, form, act, (file, "催告・督促を発する", "発する", "催告・督促の文書を作りました。"))


@bound("collection.liabilities.record")
@require_http_methods(["GET", "POST"])
def liability_slip(request: HttpRequest, liability_id: int) -> HttpResponse:
    """残る限度までの納付書を作る。"""
    file = _opened(liability_id)
    form = ActForm(request.POST or None, today=today())

    def act() -> str:
        run = issue_obligor_slip(liability_id, as_of=today(), officer=officer_of(request))
        return reverse("letter_run", args=[run])

    return _acted(request, form, act, (file, "納付書を作る", "作る", "納付書を作りました。"))


def _opened(liability_id: int) -> LiabilityFile:
    file = liability_file(liability_id)
    record(
        "納税者のほかの者の責任を開いた", subjects=[file.head.addressee_number, file.head.obligor_number], fields=FACTS
    )
    return file


def _acted(
    request: HttpRequest, form: ActForm, act: Callable[[], str], told: tuple[LiabilityFile, str, str, str]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and (done := form.carry_out(request, act, said=told[3])):
        return done
    shown = {"form": form, "head": told[0].head, "title": told[1], "button": told[2]}
    return page(request, "collection/liabilities/act.html", shown, status=form.status)


liability_urls: list[URLPattern] = [
    *transfer_urls,
    path("liabilities/", liabilities, name="liabilities"),
    path("liabilities/<int:liability_id>/", liability, name="liability"),
    path("liabilities/<int:liability_id>/cancel/", liability_cancel, name="liability_cancel"),
    path("liabilities/<int:liability_id>/remind/", liability_remind, name="liability_remind"),
    path("liabilities/<int:liability_id>/slip/", liability_slip, name="liability_slip"),
    path("people/<str:addressee_number>/liabilities/new/", liability_new, name="liability_new"),
    path("people/<str:addressee_number>/encumbered-transfers/new/", transfer_new, name="transfer_new"),
]
