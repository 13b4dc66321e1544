"""動産の引渡命令と占有の画面。"""

from collections.abc import Callable

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from osame.collection.assets.queries import asset_numbered, third_parties
from osame.collection.dispositions.collecting import ServedBeforeDone
from osame.collection.dispositions.keeping import (
    DeliveryTooSoon,
    KeeperNeeded,
    NotMovable,
    Possession,
    order_delivery,
    take_possession,
)
from osame.collection.dispositions.queries import disposition_numbered
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page
from osame.platform.console.fields import WarekiDateField
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "滞納処分", "財産")


class DeliveryForm(ActForm):
    """引渡命令。"""

    holder = forms.TypedChoiceField(label="占有している第三者（照会先）", coerce=int)
    by = WarekiDateField(within_years=1, label="引渡しの期限")
    refusals = {DeliveryTooSoon: "by", NotMovable: "holder"}


class PossessionForm(ActForm):
    """占有。"""

    possessed_on = WarekiDateField(within_years=1, label="占有した日")
    place = forms.CharField(label="占有した場所", max_length=300)
    keeper = forms.CharField(label="保管する者", max_length=200)
    is_left = forms.BooleanField(label="滞納者または占有していた者に保管させ、封印した", required=False)
    refusals = {KeeperNeeded: "keeper", NotMovable: "keeper", ServedBeforeDone: "possessed_on"}


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def delivery_order(request: HttpRequest, asset_id: int) -> HttpResponse:
    """動産を占有する第三者に、引渡しを命じる。"""
    asset = asset_numbered(asset_id)
    record("引渡命令の画面を開いた", subjects=[asset.addressee_number], fields=FACTS)
    form = DeliveryForm(request.POST or None, today=today())
    field = form.fields["holder"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [(each.third_party_id, each.name) for each in third_parties(as_of=today())]

    def act() -> str:
        told = form.cleaned_data
        run = order_delivery(asset_id, told["holder"], by=told["by"], as_of=today(), officer=officer_of(request))
        return reverse("letter_run", args=[run])

    return _acted(request, form, act, ("引渡しを命じる", "命令書を作る", f"{asset.person}、{asset.description}"))


@bound("collection.dispositions.carry")
@require_http_methods(["GET", "POST"])
def possession(request: HttpRequest, disposition_id: int) -> HttpResponse:
    """差し押さえた動産の占有を記録する。"""
    head = disposition_numbered(disposition_id)
    record("占有の画面を開いた", subjects=[head.addressee_number], fields=FACTS)
    form = PossessionForm(request.POST or None, today=today(), initial={"possessed_on": today()})

    def act() -> str:
        told = form.cleaned_data
        given = Possession(told["possessed_on"], told["place"], told["keeper"], told["is_left"])
        take_possession(head.key, given, as_of=today(), officer=officer_of(request))
        return reverse("disposition", args=[disposition_id])

    return _acted(request, form, act, ("占有を記録する", "記録する", f"{head.name}、{head.number}、{head.asset}"))


def _acted(request: HttpRequest, form: ActForm, act: Callable[[], str], told: tuple[str, str, str]) -> HttpResponse:
    if (
        request.method == "POST"
        and form.is_valid()
        and (done := form.carry_out(request, act, said=f"{told[0]}：終わりました。"))
    ):
        return done
    shown = {"form": form, "title": told[0], "button": told[1], "about": told[2], "lines": ()}
    return page(request, "collection/dispositions/act.html", shown, status=form.status)


keeping_urls: list[URLPattern] = [
    path("assets/<int:asset_id>/delivery-order/", delivery_order, name="delivery_order"),
    path("dispositions/<int:disposition_id>/possess/", possession, name="possession"),
]
