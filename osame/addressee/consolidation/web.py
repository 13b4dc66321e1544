"""名寄せの画面。候補を見比べ、束ねる起案をし、別人とし、束ねを解く起案をする。"""

from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.addressee.consolidation import actions
from osame.addressee.consolidation.forms import DismissForm, LinkForm, OtherNumberForm, UnlinkForm
from osame.addressee.consolidation.queries import Candidate, candidate_of, group_of, waiting
from osame.addressee.inquiry.pages import FormPage, person_act, whose
from osame.addressee.inquiry.queries import officer_reader
from osame.addressee.people.queries import NobodyThere
from osame.addressee.search.queries import Found, summaries
from osame.platform.console.answers import page, refused
from osame.platform.functions.binding import bound
from osame.platform.suppression.facts import MARKER
from osame.platform.terminal import today

COMPARED = (
    ("氏名・名称", "name"), ("フリガナ", "kana"), ("旧氏", "former_surname"), ("通称", "alias"), ("生年月日", "born"),
    ("性別", "sex"), ("住所", "address"), ("区分", "kind"), ("住民状態", "standing"), ("確かめること", "mark"),
)  # fmt: skip
SENT = "名寄せを起案しました。別の職員の照査と決裁を経て、束ねられます。"


@dataclass(frozen=True, slots=True)
class Line:
    """見比べる一行。 same: どちらも分かっていて同じか。"""

    label: str
    one: str
    other: str
    same: bool
    differs: bool


def compared(one: Found, other: Found) -> list[Line]:
    """二人を、項目ごとに見比べる。伏せた項目は、同じとも違うとも言わない。"""
    lines = []
    for label, name in COMPARED:
        values = str(getattr(one, name)), str(getattr(other, name))
        known = all(values) and MARKER not in values
        lines.append(
            Line(label, *values, same=known and values[0] == values[1], differs=known and values[0] != values[1])
        )
    return [each for each in lines if each.one or each.other]


@bound("addressee.consolidation.find")
@require_GET
def consolidation(request: HttpRequest) -> HttpResponse:
    """同一人の候補。一致した属性の多いものから。"""
    with transaction.atomic():
        found = waiting()
        numbers = {each.addressee_number for each in found} | {each.representative_number for each in found}
        people = summaries(numbers, as_of=today(), reader=officer_reader())
    rows = [
        {"candidate": each, "one": people[each.addressee_number], "other": people[each.representative_number]}
        for each in found
        if {each.addressee_number, each.representative_number} <= people.keys()
    ]
    return page(request, "addressee/consolidation.html", {"rows": rows})


@bound("addressee.consolidation.find", POST="addressee.consolidation.propose")
@require_http_methods(["GET", "POST"])
def candidate(request: HttpRequest, candidate_id: int) -> HttpResponse:
    """候補を見比べ、束ねる起案をする。"""
    with transaction.atomic():
        found = candidate_of(candidate_id)
    if found is None:
        return refused(request, actions.UnknownCandidate(str(candidate_id)))
    return _pair(request, found.addressee_number, found.representative_number, found)


@bound("addressee.consolidation.dismiss")
@require_POST
def candidate_dismiss(request: HttpRequest, candidate_id: int) -> HttpResponse:
    """候補を別人とする。二度と候補に挙げない。"""
    form = DismissForm(request.POST)
    if form.is_valid():

        def act() -> str:
            actions.dismiss(candidate_id)
            return reverse("consolidation")

        if done := form.carry_out(request, act, said="別人としました。この組は、二度と候補に挙げません。"):
            return done
    return refused(request, actions.UnknownCandidate(str(candidate_id)))


@bound("addressee.consolidation.find", POST="addressee.consolidation.propose")
@require_http_methods(["GET", "POST"])
def link_new(request: HttpRequest, number: str) -> HttpResponse:
    """候補に挙がっていない宛名を束ねる。相手の番号を言い、見比べてから起案する。"""
    asked = OtherNumberForm(request.GET or None)
    if asked.is_valid() and (other := asked.cleaned_data["other"]) != number:
        try:
            return _pair(request, number, other, None)
        except NobodyThere as nobody:
            asked.add_error("other", str(nobody))
    elif asked.is_bound and not asked.errors:
        asked.add_error("other", "この宛名自身です。束ねる相手の宛名番号を入力してください。")
    context = {"form": asked, "person": whose(number, as_of=today())}
    return page(request, "addressee/link_new.html", context, status=422 if asked.errors else 200)


def _pair(request: HttpRequest, one: str, other: str, found: Candidate | None) -> HttpResponse:
    """二人を見比べる画面と、束ねる起案。"""
    people = [whose(each, as_of=today()) for each in (one, other)]
    pair = tuple((each.addressee_number, each.name) for each in people)
    form = LinkForm(
        request.POST or None,
        pair=pair,
        initial={"representative": other},
        draft_key=f"link-{one}-{other}",
    )
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            told = form.cleaned_data
            proposal = actions.propose_link(form.member, told["representative"], reason=told["reason"])
            return reverse("approval", args=[proposal])

        if done := form.carry_out(request, act, said=SENT):
            return done
    with transaction.atomic():
        joined = sorted({*group_of(one), *group_of(other)})
        members = summaries(joined, as_of=today(), reader=officer_reader())
    context = {
        "form": form, "candidate": found, "one": people[0], "other": people[1], "lines": compared(*people),
        "joined": list(members.values()), "dismissing": DismissForm(),
    }  # fmt: skip
    return page(request, "addressee/pair.html", context, status=form.status)


@bound("addressee.consolidation.propose")
@require_http_methods(["GET", "POST"])
def link_end(request: HttpRequest, number: str) -> HttpResponse:
    """名寄せの解除を起案する。"""
    form = UnlinkForm(request.POST or None)

    def act() -> str:
        return reverse("approval", args=[actions.propose_unlink(number, reason=form.cleaned_data["reason"])])

    with transaction.atomic():
        stays = [each for each in group_of(number) if each != number]
        members = summaries(stays, as_of=today(), reader=officer_reader())
    said = "束ねを解く起案をしました。別の職員の照査と決裁を経て、解かれます。"
    lead = "番号も事実も変わりません。この宛名だけが、束ねから外れます。"
    more = {"preview": "addressee/stays.html", "stays": list(members.values())}
    words = FormPage("束ねを解く", "起案する", said, lead, danger=True)
    return person_act(request, form, words, whose(number, as_of=today()), act, **more)


consolidation_urls: list[URLPattern] = [
    path("consolidation/", consolidation, name="consolidation"),
    path("consolidation/<int:candidate_id>/", candidate, name="candidate"),
    path("consolidation/<int:candidate_id>/dismiss/", candidate_dismiss, name="candidate_dismiss"),
    path("people/<str:number>/link/", link_new, name="link_new"),
    path("people/<str:number>/unlink/", link_end, name="link_end"),
]
