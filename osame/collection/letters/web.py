"""文書の発送の画面。束の一覧、一つの束、印刷、数の突合せ、引抜き、差出し、一通の絵。"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.inquiry.person import open_person
from osame.collection.letters.actions import pull, record_counts, record_dispatch
from osame.collection.letters.bulk import propose_bulk_print
from osame.collection.letters.confirmation import LETTERS, propose_letters, waiting_letters
from osame.collection.letters.enclosing import enclosed_in, end_need, needs_of, register_need
from osame.collection.letters.folders import is_there, run_folder
from osame.collection.letters.forms import (
    BulkForm,
    ConfirmForm,
    CountForm,
    DispatchForm,
    EnclosureForm,
    EndEnclosureForm,
    PrintForm,
    PullForm,
)
from osame.collection.letters.models import EnclosureNeed
from osame.collection.letters.outgoing import save_printed
from osame.collection.letters.printing import preview_letter, print_one, released
from osame.collection.letters.queries import letters_in, one_run, run_count, runs
from osame.collection.letters.runs import needs_approval, run_facts
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page
from osame.platform.console.paging import pager
from osame.platform.egress.authority import Authority
from osame.platform.functions.binding import bound
from osame.platform.jobs.requests import ask_for
from osame.platform.terminal import today

RUNS_SHOWN = 20
KEPT_SHOWN = 200
FACTS = ("氏名", "文書の対象")


@bound("collection.letters.list")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """文書の束。新しいものから。"""
    paging = pager(request, run_count(), size=RUNS_SHOWN)
    shown = {"runs": runs(limit=paging.size, offset=paging.offset), "pager": paging}
    return page(request, "collection/letters/overview.html", shown)


@bound("collection.letters.show")
@require_GET
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """一つの束。数の突合せ、印刷、引抜き、差出し、手作業の文書。"""
    return _run(request, run_id)


def _run(request: HttpRequest, run_id: int, form: ActForm | None = None) -> HttpResponse:
    found = one_run(run_id)
    paging = pager(request, found.requested)
    lines = letters_in(run_id, limit=paging.size, offset=paging.offset)
    kept = letters_in(run_id, limit=KEPT_SHOWN, kept_back=True)
    record("文書の束を開いた", subjects=sorted({each.addressee_number for each in (*lines, *kept)}), fields=FACTS)
    forms: dict[str, ActForm] = {
        "print": PrintForm(),
        "count": CountForm(),
        "pull": PullForm(),
        "dispatch": DispatchForm(today=today(), initial={"dispatched_on": today()}),
        "confirm": ConfirmForm(),
        "bulk": BulkForm(),
    }
    forms |= {name: form for name, each in forms.items() if form is not None and type(each) is type(form)}
    shown: dict[str, Any] = {
        "run": found, "lines": lines, "kept": kept, "enclosed": enclosed_in(run_id), "pager": paging, "forms": forms,
        "waiting": waiting_letters(LETTERS, run_id) if found.apart or not found.generated else 0,
        "needs_approval": not found.has_files and needs_approval(run_facts(run_id)),
        "made": released(run_folder(run_id)) if found.has_files else None,
    }  # fmt: skip
    return page(request, "collection/letters/run.html", shown, status=form.status if form else 200)


def _act(
    request: HttpRequest, run_id: int, form: ActForm, act: Callable[[dict[str, Any]], str], said: str
) -> HttpResponse:
    """書式のとおりに行い、束の画面へ戻る。断られたら、その書式のそばで言う。"""
    if form.is_valid() and (done := form.carry_out(request, lambda: act(form.cleaned_data), said=said)):
        return done
    return _run(request, run_id, form)


@bound("collection.letters.print")
@require_POST
def print_letters(request: HttpRequest, run_id: int) -> HttpResponse:
    """束の印刷を頼む。"""
    form = PrintForm(request.POST)
    if form.is_valid() and is_there(run_folder(run_id)) and not form.cleaned_data["reason"]:
        form.add_error("reason", "前に印刷しています。もう一度印刷する理由を入力してください。")

    def act(facts: dict[str, Any]) -> str:
        arguments = {"run_id": run_id, "reason": facts["reason"]}
        return reverse("job_request", args=[ask_for("letter-run", arguments=arguments)])

    return _act(request, run_id, form, act, "文書の印刷を頼みました。")


@bound("collection.letters.count")
@require_POST
def count(request: HttpRequest, run_id: int) -> HttpResponse:
    """刷った通数と封入した通数を記録する。"""

    def act(facts: dict[str, Any]) -> str:
        record_counts(run_id, printed=facts["printed"], enclosed=facts["enclosed"], officer=officer_of(request))
        return reverse("letter_run", args=[run_id])

    return _act(request, run_id, CountForm(request.POST), act, "数が合いました。")


@bound("collection.letters.pull")
@require_POST
def pulling(request: HttpRequest, run_id: int) -> HttpResponse:
    """差し出す前の一通を引き抜く。"""

    def act(facts: dict[str, Any]) -> str:
        pull(run_id, facts["letter_number"], reason=facts["reason"], officer=officer_of(request))
        return reverse("letter_run", args=[run_id])

    return _act(request, run_id, PullForm(request.POST), act, "引抜きを記録しました。封筒から抜いてください。")


@bound("collection.letters.dispatch")
@require_POST
def dispatch(request: HttpRequest, run_id: int) -> HttpResponse:
    """差出日を記録する。"""

    def act(facts: dict[str, Any]) -> str:
        record_dispatch(run_id, dispatched_on=facts["dispatched_on"], officer=officer_of(request))
        return reverse("letter_run", args=[run_id])

    return _act(request, run_id, DispatchForm(request.POST, today=today()), act, "差出日を記録しました。")


@bound("collection.letters.confirm")
@require_POST
def confirm(request: HttpRequest, run_id: int) -> HttpResponse:
    """支援措置の対象者の文書を、別の職員の照査と決裁に回す。"""

    def act(facts: dict[str, Any]) -> str:
        return reverse("approval", args=[propose_letters(LETTERS, run_id, reason=facts["reason"])])

    return _act(request, run_id, ConfirmForm(request.POST), act, "照査と決裁に回しました。")


@bound("collection.letters.bulk")
@require_POST
def bulk(request: HttpRequest, run_id: int) -> HttpResponse:
    """千人を超える束を刷ることを、大量出力として起案する。"""

    def act(facts: dict[str, Any]) -> str:
        return reverse("approval", args=[propose_bulk_print(run_id, reason=facts["reason"])])

    return _act(request, run_id, BulkForm(request.POST), act, "照査と決裁に回しました。")


@bound("collection.letters.print")
@require_POST
def save_file(request: HttpRequest, run_id: int) -> HttpResponse:
    """刷った文書のファイルを、理由を添えて保存する。"""
    reason, name, part = (request.POST.get(each, "") for each in ("reason", "name", "part"))
    authority = Authority(bulk_by_law=run_facts(run_id).authority_name, reason=reason.strip())
    return save_printed((run_folder(run_id), part, name), authority)


@bound("collection.letters.print")
@require_POST
def one(request: HttpRequest, run_id: int, letter_number: int) -> HttpResponse:
    """窓口で一通を刷る。"""
    return print_one(run_id, letter_number, reason=request.POST.get("reason", ""))


@bound("collection.letters.show")
@require_GET
def picture(_request: HttpRequest, run_id: int, letter_number: int) -> HttpResponse:
    """一通の最初の頁の絵。必ず見本を重ねる。"""
    try:
        whose, image = preview_letter(run_id, letter_number)
    except Refusal:
        return HttpResponse(status=404)
    record("文書の絵を開いた", subjects=[whose], detail={"束": run_id, "発付番号": letter_number}, fields=FACTS)
    return HttpResponse(image, content_type="image/png")


@bound("collection.letters.enclose")
@require_http_methods(["GET", "POST"])
def enclosures(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """一人の同封の登録。点字・大きな文字・音声コード・外国語の案内。POST は、登録するか、終える。"""
    person = open_person(addressee_number, as_of=today())
    ending = EndEnclosureForm(request.POST) if "need_id" in request.POST else None
    form = EnclosureForm(request.POST if request.method == "POST" and ending is None else None)
    here, who = reverse("enclosures", args=[addressee_number]), officer_of(request)

    def register() -> str:
        typed = form.cleaned_data
        kind = EnclosureNeed.Kind(typed["kind"])
        register_need(
            addressee_number, kind, language=typed["language"], basis=typed["basis"], as_of=today(), officer=who
        )
        return here

    def end() -> str:
        assert ending
        end_need(addressee_number, ending.cleaned_data["need_id"], as_of=today(), officer=who)
        return here

    if ending and ending.is_valid() and (done := ending.carry_out(request, end, said="同封を終えました。")):
        return done
    if form.is_bound and form.is_valid() and (done := form.carry_out(request, register, said="登録しました。")):
        return done
    record("同封の登録を開いた", subjects=[addressee_number], fields=("氏名", "同封するもの"))
    shown = {
        "person": person,
        "form": form,
        "ending": ending or EndEnclosureForm(),
        "needs": needs_of(addressee_number),
    }
    return page(
        request, "collection/letters/enclosures.html", shown, status=max(form.status, ending.status if ending else 200)
    )


letters_urls: list[URLPattern] = [
    path("people/<str:addressee_number>/enclosures/", enclosures, name="enclosures"),
    path("letters/", overview, name="letters"),
    path("letters/<int:run_id>/", run, name="letter_run"),
    path("letters/<int:run_id>/print/", print_letters, name="letter_print"),
    path("letters/<int:run_id>/count/", count, name="letter_count"),
    path("letters/<int:run_id>/pull/", pulling, name="letter_pull"),
    path("letters/<int:run_id>/dispatch/", dispatch, name="letter_dispatch"),
    path("letters/<int:run_id>/confirm/", confirm, name="letter_confirm"),
    path("letters/<int:run_id>/bulk/", bulk, name="letter_bulk"),
    path("letters/<int:run_id>/file/", save_file, name="letter_file"),
    path("letters/<int:run_id>/<int:letter_number>/print/", one, name="letter_one"),
    path("letters/<int:run_id>/<int:letter_number>/picture.png", picture, name="letter_picture"),
]
