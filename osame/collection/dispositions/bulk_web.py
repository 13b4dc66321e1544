"""差押えの候補と、一斉差押えの画面。"""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.dispositions.bulk import LEAST, BulkTerms, bulk_choices, propose_bulk
from osame.collection.dispositions.bulk_forms import BulkForm
from osame.collection.dispositions.candidates import Standing, standings, warned_people
from osame.platform.audit.recording import record
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "滞納額", "財産")
SHOWN = 300


@bound("collection.dispositions.list")
@require_GET
def seizure_candidates(request: HttpRequest) -> HttpResponse:
    """差押予告を受けた人と、いまの立場。期限が過ぎ、反応のない人から、差押えか調査へ進む。"""
    people = warned_people(as_of=today())
    asked = request.GET.get("standing", Standing.CANDIDATE.name)
    chosen = Standing[asked] if asked in Standing.__members__ else Standing.CANDIDATE
    found = [each for each in people if each.standing is chosen]
    shown_people = found[:SHOWN]
    record("差押えの候補を開いた", subjects=sorted(each.addressee_number for each in shown_people), fields=FACTS)
    shown = {
        "people": shown_people, "count": len(found), "chosen": chosen, "as_of": today(),
        "standings": list(standings(people).items()), "total": sum(each.left for each in found),
    }  # fmt: skip
    return page(request, "collection/dispositions/candidates.html", shown)


@bound("collection.dispositions.propose")
@require_http_methods(["GET", "POST"])
def seizure_bulk(request: HttpRequest) -> HttpResponse:
    """調査で見つかった預金を、金融機関と店舗ごとに並べ、多くの差押えを一つの起案にする。"""
    judged = bulk_choices(as_of=today())
    ready = [each for each in judged if not each.why_not(0)]
    record("一斉差押えの画面を開いた", subjects=sorted({each.asset.addressee_number for each in judged}), fields=FACTS)
    choices = [
        (each.asset.asset_id,
         f"{each.branch}　{each.asset.person}（{each.asset.addressee_number}）　滞納{each.total:,}円　見込み{each.net:,}円")
        for each in ready
    ]  # fmt: skip
    initial = {"assets": [each.asset.asset_id for each in ready if not each.why_not(LEAST)]}
    form = BulkForm(request.POST or None, today=today(), choices=choices, initial=initial)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            terms = BulkTerms(tuple(told["assets"]), told["scope"], told["perform_by"], told["reason"], told["least"])
            return reverse("approval", args=[propose_bulk(terms, as_of=today())])

        if done := form.carry_out(request, act, said="起案しました。別の職員の照査と決裁を待ちます。"):
            return done
    left = [(each, each.why_not(0)) for each in judged if each.why_not(0)]
    return page(
        request, "collection/dispositions/bulk.html", {"form": form, "ready": ready, "left": left}, status=form.status
    )


bulk_urls: list[URLPattern] = [
    path("seizure-candidates/", seizure_candidates, name="seizure_candidates"),
    path("seizure-candidates/bulk/", seizure_bulk, name="seizure_bulk"),
]
