"""繰上徴収と保全の画面。一覧、一件、告知と取消しの起案、保全の決定、担保、確定、解除。"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.advances.deciding import AdvanceTerms, propose_advance, propose_cancel
from osame.collection.advances.forms import (
    AdvanceCancelForm,
    AdvanceForm,
    FixedForm,
    PreservationEndForm,
    PreservationForm,
    SecurityForm,
)
from osame.collection.advances.models import AdvanceCollection, Preservation
from osame.collection.advances.preserving import (
    PreservationTerms,
    fix_preservation,
    offer_security,
    propose_preservation,
    release_preservation,
)
from osame.collection.advances.queries import (
    AdvanceFile,
    PreservationFile,
    advance_file,
    open_advances,
    open_preservations,
    preservation_file,
    preservations_to_release,
)
from osame.collection.inquiry.person import open_person
from osame.collection.letters.queries import letters_about
from osame.collection.payment_slips.owed import owed_of
from osame.law.advance_collection import seizable_after_advance
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "繰上徴収", "期別", "保全")
PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"


@bound("collection.advances.list")
@require_GET
def advances(request: HttpRequest) -> HttpResponse:
    """効力のある繰上徴収と、保全の決定と、解除しなければならない保全。"""
    found, kept, due = open_advances(), open_preservations(), preservations_to_release(as_of=today())
    record(
        "繰上徴収と保全の一覧を開いた",
        subjects=sorted({each.addressee_number for each in found} | {each.addressee_number for each in kept}),
        fields=FACTS,
    )
    shown = {"advances": found, "preservations": kept, "due": due}
    return page(request, "collection/advances/advances.html", shown)


@bound("collection.advances.list")
@require_GET
def advance(request: HttpRequest, advance_id: int) -> HttpResponse:
    """繰上徴収一件。期別、変更後の納期限、差押えのできる日、条件、これまでのこと。"""
    file = _opened(advance_id)
    shown = {
        "file": file, "head": file.head, "first": seizable_after_advance(file.head.deadline),
        "letters": letters_about(f"advance:{advance_id}"),
    }  # fmt: skip
    return page(request, "collection/advances/advance.html", shown)


@bound("collection.advances.propose")
@require_http_methods(["GET", "POST"])
def advance_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """繰上徴収を起案する。"""
    person = open_person(addressee_number, as_of=today())
    owed = [each for each in owed_of(addressee_number, on=today(), as_of=today()) if each.facts.due_date >= today()]
    record("繰上徴収の起案の画面を開いた", subjects=[addressee_number], fields=FACTS)
    form = AdvanceForm(
        request.POST or None, today=today(), draft_key=f"advance:{addressee_number}",
        choices=[each.choice for each in owed],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            terms = AdvanceTerms(
                addressee_number, AdvanceCollection.Ground(told["ground"]), told["evidence"], tuple(told["charges"]),
                told["deadline"], told["reason"], told["is_uncollectable"],
            )  # fmt: skip
            return reverse("approval", args=[propose_advance(terms, as_of=today())])

        if done := form.carry_out(request, act, said=PROPOSED):
            return done
    shown = {"form": form, "person": person, "title": "繰上徴収を起案する"}
    return page(request, "collection/advances/new.html", shown, status=form.status)


@bound("collection.advances.propose")
@require_http_methods(["GET", "POST"])
def advance_cancel(request: HttpRequest, advance_id: int) -> HttpResponse:
    """繰上徴収の取消しを起案する。"""
    file = _opened(advance_id)
    form = AdvanceCancelForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            return reverse("approval", args=[propose_cancel(advance_id, reason=form.cleaned_data["reason"])])

        if done := form.carry_out(request, act, said=PROPOSED):
            return done
    return _page(
        request, form, file.head, ("繰上徴収の取消しを起案する", "起案する", reverse("advance", args=[advance_id]))
    )


@bound("collection.advances.propose")
@require_http_methods(["GET", "POST"])
def preservation_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """保全の決定を起案する。"""
    person = open_person(addressee_number, as_of=today())
    record("保全の起案の画面を開いた", subjects=[addressee_number], fields=FACTS)
    form = PreservationForm(request.POST or None, today=today(), draft_key=f"preservation:{addressee_number}")
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            terms = PreservationTerms(
                addressee_number, Preservation.Kind(told["kind"]), told["tax"], told["facts"], told["amount"],
                told["expected"], told["reason"], told["deadline"], told["is_cause"], told["is_endangered"],
            )  # fmt: skip
            return reverse("approval", args=[propose_preservation(terms, as_of=today())])

        if done := form.carry_out(request, act, said=PROPOSED):
            return done
    shown = {"form": form, "person": person, "title": "保全の決定を起案する"}
    return page(request, "collection/advances/new.html", shown, status=form.status)


@bound("collection.advances.list")
@require_GET
def preservation(request: HttpRequest, preservation_id: int) -> HttpResponse:
    """保全の決定一件。金額、期間、担保、解除の義務、これまでのこと。"""
    file = _kept(preservation_id)
    shown = {
        "file": file, "head": file.head, "duty": file.head.duty(as_of=today()),
        "letters": letters_about(f"preservation:{preservation_id}"),
    }  # fmt: skip
    return page(request, "collection/advances/preservation.html", shown)


@bound("collection.advances.record")
@require_http_methods(["GET", "POST"])
def preservation_security(request: HttpRequest, preservation_id: int) -> HttpResponse:
    """提供された担保を記録する。"""
    file = _kept(preservation_id)
    form = SecurityForm(request.POST or None, today=today(), initial={"offered_on": today()})
    place = reverse("preservation", args=[preservation_id])
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            offer_security(
                preservation_id, told["description"], told["value"], on=told["offered_on"], as_of=today(),
                officer=officer_of(request),
            )  # fmt: skip
            return place

        if done := form.carry_out(request, act, said="担保を記録しました。"):
            return done
    return _page(request, form, file.head, ("担保を記録する", "記録する", place))


@bound("collection.advances.record")
@require_http_methods(["GET", "POST"])
def preservation_fix(request: HttpRequest, preservation_id: int) -> HttpResponse:
    """税額の確定を記録する。"""
    file = _kept(preservation_id)
    owed = owed_of(file.head.addressee_number, on=today(), as_of=today())
    choices = [each.choice for each in owed]
    form = FixedForm(request.POST or None, today=today(), choices=choices)
    place = reverse("preservation", args=[preservation_id])
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            charges = tuple(form.cleaned_data["charges"])
            fix_preservation(preservation_id, charges, as_of=today(), officer=officer_of(request))
            return place

        if done := form.carry_out(request, act, said="税額の確定を記録しました。"):
            return done
    return _page(request, form, file.head, ("税額の確定を記録する", "記録する", place))


@bound("collection.advances.record")
@require_http_methods(["GET", "POST"])
def preservation_release(request: HttpRequest, preservation_id: int) -> HttpResponse:
    """保全の決定を解除する。"""
    file = _kept(preservation_id)
    form = PreservationEndForm(request.POST or None, today=today())
    place = reverse("preservation", args=[preservation_id])
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            release_preservation(
                preservation_id, form.cleaned_data["reason"], as_of=today(), officer=officer_of(request)
            )
            return place

        if done := form.carry_out(request, act, said="保全の決定を解除しました。"):
            return done
    return _page(request, form, file.head, ("保全の決定を解除する", "解除する", place))


def _opened(advance_id: int) -> AdvanceFile:
    file = advance_file(advance_id)
    record("繰上徴収を開いた", subjects=[file.head.addressee_number], fields=FACTS)
    return file


def _kept(preservation_id: int) -> PreservationFile:
    file = preservation_file(preservation_id)
    record("保全の決定を開いた", subjects=[file.head.addressee_number], fields=FACTS)
    return file


def _page(request: HttpRequest, form: Any, head: Any, words: tuple[str, str, str]) -> HttpResponse:
    shown = {"form": form, "head": head, "title": words[0], "button": words[1], "place": words[2]}
    return page(request, "collection/advances/act.html", shown, status=form.status)


advance_urls: list[URLPattern] = [
    path("advances/", advances, name="advances"),
    path("advances/<int:advance_id>/", advance, name="advance"),
    path("advances/<int:advance_id>/cancel/", advance_cancel, name="advance_cancel"),
    path("preservations/<int:preservation_id>/", preservation, name="preservation"),
    path("preservations/<int:preservation_id>/security/", preservation_security, name="preservation_security"),
    path("preservations/<int:preservation_id>/fix/", preservation_fix, name="preservation_fix"),
    path("preservations/<int:preservation_id>/release/", preservation_release, name="preservation_release"),
    path("people/<str:addressee_number>/advances/new/", advance_new, name="advance_new"),
    path("people/<str:addressee_number>/preservations/new/", preservation_new, name="preservation_new"),
]
