"""滞納処分の画面。一覧、一件、差押えと交付要求の起案、送達、取立て、配当、解除、取消し、方針、破産。"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.advances.queries import preservation_file, preservations_of
from osame.collection.assets.models import ThirdParty
from osame.collection.assets.namesakes import namesakes
from osame.collection.assets.queries import asset_numbered, third_parties
from osame.collection.dispositions import collecting, preserving, queries, releasing, seizing
from osame.collection.dispositions import forms as sheets
from osame.collection.dispositions.bankruptcies import Opened, open_bankruptcy
from osame.collection.dispositions.bankruptcies_forms import BankruptcyForm
from osame.collection.dispositions.collecting import Money
from osame.collection.dispositions.facts import NothingToSeizeFor, case_of
from osame.collection.dispositions.obligors import offered
from osame.collection.dispositions.preserving import PreservationSeizure
from osame.collection.dispositions.queries import DispositionFile, DispositionHead
from osame.collection.dispositions.realization_queries import decisions_of
from osame.collection.dispositions.releasing import ReleaseJudgement
from osame.collection.dispositions.seizing import RequestTerms, SeizureTerms
from osame.collection.dispositions.standing_claims import claims_of, correction_lines
from osame.collection.dispositions.wages import other_payers
from osame.collection.inquiry.person import open_person
from osame.collection.letters.queries import letters_about
from osame.collection.payment_slips.owed import owed_of
from osame.law.dispositions import Procedure
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm, done_words
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "滞納処分", "期別", "財産")
PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"
Act = Callable[[], str]
OUTSIDE = [ThirdParty.Kind.COURT, ThirdParty.Kind.OFFICE, ThirdParty.Kind.CREDITOR]


@bound("collection.dispositions.list")
@require_GET
def dispositions(request: HttpRequest) -> HttpResponse:
    """続いている処分（R-111）。見直しの日の過ぎたものが分かる。"""
    heads = queries.open_dispositions()
    record("滞納処分の一覧を開いた", subjects=sorted({each.addressee_number for each in heads}), fields=FACTS[:2])
    shown = {"dispositions": heads, "as_of": today()}
    return page(request, "collection/dispositions/dispositions.html", shown)


@bound("collection.dispositions.list")
@require_GET
def disposition(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """処分一件。条件の判定、期別、送達、取立て、配当、解除の事由、書面、これまでのこと。"""
    file = _opened(disposition_id)
    head = file.head
    shown = {
        "file": file, "head": head, "as_of": today(), "letters": letters_about(f"disposition:{disposition_id}"),
        "is_seizure": head.procedure is Procedure.SEIZURE, "stage": head.stage.name,
        "planned": collecting.plan_distribution(file, as_of=today()) if head.undistributed else None,
        "grounds": releasing.grounds_to_release(file, ReleaseJudgement(""), as_of=today())
        if head.is_open and head.procedure is not Procedure.PRESERVATION_SEIZURE else None,
        "claims": claims_of(head.key), "corrections": correction_lines(head.key),
        "is_participation": head.procedure is Procedure.PARTICIPATING_SEIZURE, "realizations": decisions_of(head.key),
        "preserved": preserving.preservation_of(head) if head.procedure is Procedure.PRESERVATION_SEIZURE else None,
    }  # fmt: skip
    return page(request, "collection/dispositions/disposition.html", shown)


@bound("collection.dispositions.propose")
@require_http_methods(["GET", "POST"])
def seizure_new(request: HttpRequest, asset_id: int) -> HttpResponse:
    """差押えを起案する。法の条件を一つずつ見てから。"""
    asset = asset_numbered(asset_id)
    record("差押えの起案の画面を開いた", subjects=[asset.addressee_number], fields=FACTS)
    owed = owed_of(asset.addressee_number, on=today(), as_of=today())
    registries = third_parties([ThirdParty.Kind.REGISTRY], as_of=today())
    form = sheets.SeizureForm(
        request.POST or None, today=today(),
        choices=[
            *((each.facts.charge_id, f"{each.label}　{each.share().amount:,}円") for each in owed),
            *offered(asset.addressee_number, as_of=today()),
        ],
        registries=[(each.third_party_id, each.name) for each in registries],
        payers=[(each.asset_id, each.party or each.description) for each in other_payers(asset)],
        initial={"charges": [each.facts.charge_id for each in owed if each.facts.due_date < today()]},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            terms = SeizureTerms(
                asset_id, told["reason"], told["scope"], tuple(told["charges"]), told["perform_by"], form.wages,
                told["registry"], told["place"],
            )  # fmt: skip
            seizing.propose_seizure(terms, as_of=today())
            return reverse("asset", args=[asset_id])

        if done := form.carry_out(request, act, said=PROPOSED):
            return done
    try:
        case = case_of(asset.addressee_number, (), as_of=today(), but=asset)
        conditions = seizing.judge_seizure(asset, case, as_of=today())
    except NothingToSeizeFor:
        conditions = None
    shown = {"form": form, "asset": asset, "conditions": conditions, "namesakes": namesakes(asset.addressee_number)}
    return page(request, "collection/dispositions/seizure.html", shown, status=form.status)


@bound("collection.dispositions.propose")
@require_http_methods(["GET", "POST"])
def preservation_seizure_new(request: HttpRequest, asset_id: int) -> HttpResponse:
    """保全差押えを起案する。"""
    asset = asset_numbered(asset_id)
    record("保全差押えの起案の画面を開いた", subjects=[asset.addressee_number], fields=FACTS)
    kept = [each for each in preservations_of(asset.addressee_number) if each.is_open and each.ends_on]
    registries = third_parties([ThirdParty.Kind.REGISTRY], as_of=today())
    form = sheets.PreservationSeizureForm(
        request.POST or None, today=today(),
        choices=[(each.preservation_id, f"保全{each.preservation_id}　{each.tax}　{each.amount:,}円") for each in kept],
        parties=[(each.third_party_id, each.name) for each in registries],
    )  # fmt: skip

    def act() -> str:
        told = form.cleaned_data
        terms = PreservationSeizure(
            told["preservation"], asset_id, told["scope"], told["reason"], told["perform_by"], told["registry"]
        )
        return reverse("approval", args=[preserving.propose_preservation_seizure(terms, as_of=today())])

    lines = tuple(
        each.line
        for head in kept
        for each in preserving.judge_preservation_seizure(
            preservation_file(head.preservation_id), asset, as_of=today()
        ).items
    )
    words = ("保全差押えを起案する", "起案する", f"{asset.person}　{asset.description}")
    return _acted(request, form, act, words, lines=lines)


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def disposition_take_over(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """税額の確定した保全差押えを、差押えに切り替える。"""
    file = _opened(disposition_id)
    form = ActForm(request.POST or None, today=today())

    def act() -> str:
        made = preserving.take_over(file.head.key, as_of=today(), officer=officer_of(request))
        return reverse("disposition", args=[made[1]])

    return _acted(request, form, act, ("差押えに切り替える", "切り替える", _what(file.head)))


@bound("collection.dispositions.propose")
@require_http_methods(["GET", "POST"])
def request_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """交付要求を起案する。"""
    return _requested(request, addressee_number, None)


@bound("collection.dispositions.propose")
@require_http_methods(["GET", "POST"])
def participation_new(request: HttpRequest, asset_id: int) -> HttpResponse:
    """参加差押えを起案する。"""
    return _requested(request, asset_numbered(asset_id).addressee_number, asset_id)


def _requested(request: HttpRequest, addressee_number: str, asset_id: int | None) -> HttpResponse:
    person = open_person(addressee_number, as_of=today())
    owed = owed_of(addressee_number, on=today(), as_of=today())
    form = sheets.RequestForm(
        request.POST or None, today=today(),
        choices=[(each.facts.charge_id, f"{each.label}　{each.share().amount:,}円") for each in owed],
        parties=[(each.third_party_id, each.name) for each in third_parties(OUTSIDE, as_of=today())],
        registries=[(each.third_party_id, each.name) for each in third_parties([ThirdParty.Kind.REGISTRY], as_of=today())],
        initial={"case_number": request.GET.get("case", "")},
    )  # fmt: skip

    def act() -> str:
        told = form.cleaned_data
        terms = RequestTerms(
            addressee_number, told["reason"], told["body"], told["case_number"], tuple(told["charges"]), asset_id,
            told["has_easier_asset"], told["registry"] if asset_id else None,
        )  # fmt: skip
        seizing.propose_request(terms, as_of=today())
        return reverse("dispositions")

    title = "参加差押えを起案する" if asset_id else "交付要求（更生手続なら、裁判所への届出）を起案する"
    return _acted(request, form, act, (title, "起案する", f"{person.facts['name']}（{addressee_number}）"), PROPOSED)


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def disposition_service(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """送達・占有・登記の日を記録する。"""
    file = _opened(disposition_id)
    form = sheets.ServiceForm(request.POST or None, today=today())

    def act() -> str:
        collecting.record_service(file.head.key, form.service, officer=officer_of(request))
        return _at(file.head)

    return _acted(request, form, act, ("送達の日を記録する", "記録する", _what(file.head)))


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def disposition_collect(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """取り立てた金銭を記録する。"""
    file = _opened(disposition_id)
    initial = {"collected_on": today(), "from_whom": file.head.party}
    form = sheets.CollectForm(request.POST or None, today=today(), initial=initial)

    def act() -> str:
        told = form.cleaned_data
        money = Money(told["amount"], told["collected_on"], told["from_whom"])
        collecting.collect(file.head.key, money, as_of=today(), officer=officer_of(request))
        return _at(file.head)

    return _acted(request, form, act, ("取り立てた金銭を記録する", "記録する", _what(file.head)))


@bound("collection.dispositions.propose")
@require_http_methods(["GET", "POST"])
def disposition_distribute(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """配当を起案する。計算の過程を見てから。"""
    file = _opened(disposition_id)
    form = sheets.DistributionForm(request.POST or None, today=today())
    planned = collecting.plan_distribution(file, as_of=today())

    def act() -> str:
        collecting.propose_distribution(file.head.key, reason=form.cleaned_data["reason"], as_of=today())
        return _at(file.head)

    told = ("配当を起案する", "起案する", _what(file.head))
    return _acted(request, form, act, told, PROPOSED, lines=planned.answer.steps)


@bound("collection.dispositions.release")
@require_http_methods(["GET", "POST"])
def disposition_release(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """解除する。"""
    file = _opened(disposition_id)
    form = sheets.ReleaseForm(request.POST or None, today=today())
    is_preserved = file.head.procedure is Procedure.PRESERVATION_SEIZURE
    lines = () if is_preserved else releasing.grounds_to_release(file, ReleaseJudgement(""), as_of=today()).steps

    def act() -> str:
        if is_preserved:
            preserving.release_preserved(
                file.head.key, form.judgement.reason, as_of=today(), officer=officer_of(request)
            )
        else:
            releasing.release(file.head.key, form.judgement, as_of=today(), officer=officer_of(request))
        return _at(file.head)

    return _acted(request, form, act, ("解除する", "解除する", _what(file.head)), lines=lines)


@bound("collection.dispositions.release")
@require_http_methods(["GET", "POST"])
def disposition_cancel(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """違法な差押えを取り消す。"""
    file = _opened(disposition_id)
    form = sheets.CancelForm(request.POST or None, today=today())

    def act() -> str:
        reason = form.cleaned_data["reason"]
        releasing.cancel(file.head.key, reason=reason, as_of=today(), officer=officer_of(request))
        return _at(file.head)

    return _acted(request, form, act, ("取り消す", "取り消す", _what(file.head)))


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def disposition_finish(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """完納した処分を終える。"""
    file = _opened(disposition_id)
    form = sheets.ConfirmForm(request.POST or None, today=today())

    def act() -> str:
        releasing.finish(file.head.key, as_of=today(), officer=officer_of(request))
        return _at(file.head)

    return _acted(request, form, act, ("処分を終える", "終える", _what(file.head)))


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def disposition_policy(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """方針と見直しの日を決める。"""
    file = _opened(disposition_id)
    form = sheets.PolicyForm(request.POST or None, today=today(), initial={"policy": file.head.policy})

    def act() -> str:
        told = form.cleaned_data
        releasing.set_policy(file.head.key, told["policy"], review_on=told["review_on"], officer=officer_of(request))
        return _at(file.head)

    return _acted(request, form, act, ("方針を決める", "決める", _what(file.head)))


@bound("collection.dispositions.bankruptcy")
@require_http_methods(["GET", "POST"])
def bankruptcy_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """破産手続・再生手続・更生手続の開始、または開始の申立てを記録する。"""
    person = open_person(addressee_number, as_of=today())
    form = BankruptcyForm(request.POST or None, today=today())

    def act() -> str:
        told = form.cleaned_data
        opened = Opened(
            addressee_number, told["court"], told["case_number"], told["opened_on"], told["evidence"],
            procedure=Procedure[told["procedure"]], applied_on=told["applied_on"],
        )  # fmt: skip
        number = open_bankruptcy(opened, officer=officer_of(request))
        return reverse("bankruptcy_ranks", args=[addressee_number, number])

    known = [
        f"{each.procedure.value}　{each.court} {each.case_number}　{each.stage_name}"
        for each in queries.bankruptcies_of(addressee_number)
    ]
    told = ("倒産手続の開始を記録する", "記録する", f"{person.facts['name']}（{addressee_number}）")
    return _acted(request, form, act, told, lines=known)


def _acted(
    request: HttpRequest, form: ActForm, act: Act, told: tuple[str, str, str], said: str = "", *, lines: Any = ()
) -> HttpResponse:
    """欄を確かめて一度だけ行う。 told: （題、釦、何の）; lines: 行う前に見る文"""
    if (
        request.method == "POST"
        and form.is_valid()
        and (done := form.carry_out(request, act, said=said or done_words(told[0])))
    ):
        return done
    shown = {"form": form, "title": told[0], "button": told[1], "about": told[2], "lines": lines}
    return page(request, "collection/dispositions/act.html", shown, status=form.status)


def _opened(disposition_id: int) -> DispositionFile:
    file = queries.disposition_file(queries.disposition_numbered(disposition_id).key)
    record("滞納処分を開いた", subjects=[file.head.addressee_number], fields=FACTS)
    return file


def _what(head: DispositionHead) -> str:
    return f"{head.name}（{head.addressee_number}）、{head.number}、{head.asset or head.case_number}"


def _at(head: DispositionHead) -> str:
    return reverse("disposition", args=[head.disposition_id])


dispositions_urls: list[URLPattern] = [
    path("dispositions/", dispositions, name="dispositions"),
    path("dispositions/<int:disposition_id>/", disposition, name="disposition"),
    path("dispositions/<int:disposition_id>/service/", disposition_service, name="disposition_service"),
    path("dispositions/<int:disposition_id>/collect/", disposition_collect, name="disposition_collect"),
    path("dispositions/<int:disposition_id>/distribute/", disposition_distribute, name="disposition_distribute"),
    path("dispositions/<int:disposition_id>/release/", disposition_release, name="disposition_release"),
    path("dispositions/<int:disposition_id>/cancel/", disposition_cancel, name="disposition_cancel"),
    path("dispositions/<int:disposition_id>/finish/", disposition_finish, name="disposition_finish"),
    path("dispositions/<int:disposition_id>/policy/", disposition_policy, name="disposition_policy"),
    path("assets/<int:asset_id>/seize/", seizure_new, name="seizure_new"),
    path("dispositions/<int:disposition_id>/take-over/", disposition_take_over, name="disposition_take_over"),
    path("assets/<int:asset_id>/preserve/", preservation_seizure_new, name="preservation_seizure_new"),
    path("assets/<int:asset_id>/participate/", participation_new, name="participation_new"),
    path("people/<str:addressee_number>/distribution-request/", request_new, name="distribution_request_new"),
    path("people/<str:addressee_number>/bankruptcy/", bankruptcy_new, name="bankruptcy_new"),
]
