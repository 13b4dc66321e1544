"""請求、訂正、競合、参加差押えの転換、履行の催告、免責、再び処分する候補の画面。"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.assets.models import ThirdParty
from osame.collection.assets.queries import asset_numbered, assets_of, third_parties
from osame.collection.dispositions import claims, collecting, queries, releasing
from osame.collection.dispositions import claims_forms as sheets
from osame.collection.dispositions.claims import GivenClaim, GivenEnforcement
from osame.collection.dispositions.queries import DispositionFile
from osame.collection.dispositions.register import register_report
from osame.collection.dispositions.reports import decision_report, release_report
from osame.collection.dispositions.standing_claims import claims_of, competitions_of, to_dispose_again
from osame.collection.letters.reports import download_report
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "滞納処分", "財産")
Act = Callable[[], str]


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def seizure_claim_new(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """差押えについての請求を受ける。"""
    file = _opened(disposition_id)
    head = file.head
    others = [(x.asset_id, x.description) for x in assets_of(head.addressee_number) if x.asset_id != head.asset_id]
    form = sheets.ClaimForm(
        request.POST or None, today=today(), parties=_parties(), assets=others, initial={"claimed_on": today()}
    )

    def act() -> str:
        told = form.cleaned_data
        given = GivenClaim(told["kind"], told["party"], told["claimed_on"], told["claim_text"], told["other_asset"])
        claims.receive_claim(head.key, given, officer=officer_of(request))
        return _at(file)

    return _acted(request, form, act, ("差押えについての請求を受ける", "受ける", file))


@bound("collection.dispositions.release")
@require_http_methods(["GET", "POST"])
def claim_decide(request: HttpRequest, disposition_id: int, claim_number: int) -> HttpResponse:
    """請求への答えを決める。法の条件を見てから。"""
    file = _opened(disposition_id)
    claim = next((each for each in claims_of(file.head.key) if each.claim_number == claim_number), None)
    found = claims.judge_claim(file, claim, as_of=today()) if claim else None
    form = sheets.ClaimDecisionForm(request.POST or None, today=today())

    def act() -> str:
        accepted = form.cleaned_data["answer"] == "yes"
        claims.decide_claim(
            file.head.key, claim_number, is_accepted=accepted, reason=form.cleaned_data["reason"], as_of=today(),
            officer=officer_of(request),
        )  # fmt: skip
        return _at(file)

    return _acted(request, form, act, ("請求に答える", "答えを決める", file), lines=found.steps if found else ())


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def claim_days(request: HttpRequest, disposition_id: int, claim_number: int) -> HttpResponse:
    """答えの通知の到達と、換価の申立てを記録する。"""
    file = _opened(disposition_id)
    form = sheets.ClaimDayForm(request.POST or None, today=today())

    def act() -> str:
        told, officer = form.cleaned_data, officer_of(request)
        if told["notified_on"]:
            claims.record_claim_notice(file.head.key, claim_number, notified_on=told["notified_on"], officer=officer)
        if told["sale_asked_on"]:
            claims.ask_sale(file.head.key, claim_number, asked_on=told["sale_asked_on"], officer=officer)
        return _at(file)

    return _acted(request, form, act, ("請求についての日を記録する", "記録する", file))


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def disposition_correct(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """調書の記載を訂正する。"""
    file = _opened(disposition_id)
    form = sheets.CorrectionForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        claims.correct_record(
            file.head.key,
            told["item"],
            told["after"],
            reason=told["reason"],
            as_of=today(),
            officer=officer_of(request),
        )
        return _at(file)

    return _acted(request, form, act, ("調書を訂正する", "訂正して通知する", file))


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def disposition_reduce(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """減額や納付のあと、差押えに係る額の表示を変更する。"""
    file = _opened(disposition_id)
    form = sheets.ReductionForm(request.POST or None, today=today())

    def act() -> str:
        claims.show_reduction(
            file.head.key, reason=form.cleaned_data["reason"], as_of=today(), officer=officer_of(request)
        )
        return _at(file)

    lines = (
        f"処分の日の額 {file.total:,}円",
        f"いま残る額（進んでいる延滞金を除く） {sum(each.left for each in file.parts):,}円",
    )
    return _acted(request, form, act, ("差押えに係る額の表示を変更する", "変更して通知する", file), lines=lines)


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def participation_convert(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """先の差押えが解除された参加差押えを、差押えに転換する。"""
    file = _opened(disposition_id)
    form = sheets.TakeOverForm(request.POST or None, today=today())

    def act() -> str:
        on = form.cleaned_data["released_on"]
        made = releasing.convert_participation(
            file.head.key, released_on=on, as_of=today(), officer=officer_of(request)
        )
        return reverse("disposition", args=[made])

    return _acted(request, form, act, ("参加差押えを差押えに転換する", "転換する", file))


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def disposition_call(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """履行期限の過ぎた第三債務者に、履行を催告する。"""
    file = _opened(disposition_id)
    form = sheets.CallForm(request.POST or None, today=today())

    def act() -> str:
        collecting.call_to_perform(
            file.head.key, by=form.cleaned_data["by"], as_of=today(), officer=officer_of(request)
        )
        return _at(file)

    return _acted(request, form, act, ("履行を催告する", "催告書を作る", file))


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def enforcement_new(request: HttpRequest, asset_id: int) -> HttpResponse:
    """財産に競合する強制執行などを記録する。"""
    asset = asset_numbered(asset_id)
    record("競合の画面を開いた", subjects=[asset.addressee_number], fields=FACTS)
    courts = third_parties([ThirdParty.Kind.COURT], as_of=today())
    form = sheets.EnforcementForm(
        request.POST or None, today=today(), parties=[(each.third_party_id, each.name) for each in courts]
    )

    def act() -> str:
        told = form.cleaned_data
        given = GivenEnforcement(
            told["kind"],
            told["party"],
            told["case_number"],
            told["begun_on"],
            told["noticed_on"],
            told["deposited"],
            told["note"],
        )
        claims.record_enforcement(asset_id, given, officer=officer_of(request))
        return reverse("enforcements", args=[asset_id])

    about = f"{asset.person}（{asset.addressee_number}）、{asset.description}"
    return _acted(request, form, act, ("競合する強制執行などを記録する", "記録する", about))


@bound("collection.dispositions.list")
@require_GET
def enforcements(request: HttpRequest, asset_id: int) -> HttpResponse:
    """財産に競合する強制執行などと、どちらが先に進むか、何をしなければならないか。"""
    asset = asset_numbered(asset_id)
    record("競合の画面を開いた", subjects=[asset.addressee_number], fields=FACTS)
    own = [x for x in queries.dispositions_of(asset.addressee_number) if x.asset_id == asset_id and x.is_open]
    found = competitions_of(asset.key, asset.kind, own[0].effect_on if own else None)
    return page(request, "collection/dispositions/enforcements.html", {"asset": asset, "found": found})


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def enforcement_settle(request: HttpRequest, asset_id: int, competition_number: int) -> HttpResponse:
    """続行の決定と、執行の終わりを記録する。"""
    asset = asset_numbered(asset_id)
    form = sheets.EnforcementDayForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        claims.settle_enforcement(
            asset_id, competition_number, continuation_on=told["continuation_on"], ended_on=told["ended_on"],
            officer=officer_of(request),
        )  # fmt: skip
        return reverse("enforcements", args=[asset_id])

    return _acted(request, form, act, ("続行・終わりを記録する", "記録する", f"{asset.person}、{asset.description}"))


@bound("collection.dispositions.list")
@require_GET
def dispose_again(request: HttpRequest) -> HttpResponse:
    """再び処分する候補。交付要求・参加差押え・破産手続が終わって、まだ残る人。"""
    found = to_dispose_again(as_of=today())
    record("再び処分する候補を開いた", subjects=sorted({each.addressee_number for each in found}), fields=FACTS)
    return page(request, "collection/dispositions/again.html", {"found": found, "as_of": today()})


@bound("collection.dispositions.list")
@require_POST
def disposition_sheet(request: HttpRequest, disposition_id: int, what: str) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """処分決裁票（R-112）または差押解除調書（R-096）を、庁内の帳票として保存する。"""
    file = _opened(disposition_id)
    made = release_report(file, as_of=today()) if what == "release" else decision_report(file, as_of=today())
    return download_report(made, f"disposition-{disposition_id}-{what}.pdf")


@bound("collection.dispositions.list")
@require_POST
def disposition_register(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """差押財産管理台帳（R-111）を、庁内の帳票として保存する。"""
    return download_report(register_report(as_of=today()), "dispositions.pdf")


def _acted(
    request: HttpRequest, form: ActForm, act: Act, told: tuple[str, str, DispositionFile | str], *, lines: Any = ()
) -> HttpResponse:
    """欄を確かめて一度だけ行う。 told: （題、釦、何の）; lines: 行う前に見る文"""
    if (
        request.method == "POST"
        and form.is_valid()
        and (done := form.carry_out(request, act, said=f"{told[0]}：終わりました。"))
    ):
        return done
    about = told[2] if isinstance(told[2], str) else _what(told[2])
    shown = {"form": form, "title": told[0], "button": told[1], "about": about, "lines": lines}
    return page(request, "collection/dispositions/act.html", shown, status=form.status)


def _opened(disposition_id: int) -> DispositionFile:
    file = queries.disposition_file(queries.disposition_numbered(disposition_id).key)
    record("滞納処分を開いた", subjects=[file.head.addressee_number], fields=FACTS)
    return file


def _what(file: DispositionFile) -> str:
    head = file.head
    return f"{head.name}（{head.addressee_number}）、{head.number}、{head.asset or head.case_number}"


def _at(file: DispositionFile) -> str:
    return reverse("disposition", args=[file.head.disposition_id])


def _parties() -> list[tuple[int, str]]:
    return [(each.third_party_id, f"{each.name}（{each.kind.label}）") for each in third_parties(as_of=today())]


claims_urls: list[URLPattern] = [
    path("dispositions/again/", dispose_again, name="dispose_again"),
    path("dispositions/<int:disposition_id>/seizure-claims/new/", seizure_claim_new, name="seizure_claim_new"),
    path(
        "dispositions/<int:disposition_id>/seizure-claims/<int:claim_number>/decide/", claim_decide, name="claim_decide"
    ),
    path("dispositions/<int:disposition_id>/seizure-claims/<int:claim_number>/days/", claim_days, name="claim_days"),
    path("dispositions/<int:disposition_id>/correct/", disposition_correct, name="disposition_correct"),
    path("dispositions/<int:disposition_id>/reduce/", disposition_reduce, name="disposition_reduce"),
    path("dispositions/<int:disposition_id>/convert/", participation_convert, name="participation_convert"),
    path("dispositions/<int:disposition_id>/call/", disposition_call, name="disposition_call"),
    path("dispositions/register/", disposition_register, name="disposition_register"),
    path("dispositions/<int:disposition_id>/sheets/<str:what>/", disposition_sheet, name="disposition_sheet"),
    path("assets/<int:asset_id>/enforcements/", enforcements, name="enforcements"),
    path("assets/<int:asset_id>/enforcements/new/", enforcement_new, name="enforcement_new"),
    path("assets/<int:asset_id>/enforcements/<int:competition_number>/", enforcement_settle, name="enforcement_settle"),
]
