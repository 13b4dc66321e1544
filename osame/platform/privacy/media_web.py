"""提供の媒体の画面。授受簿、授受・受領・廃棄・紛失。作るのは命令（提供先の公開鍵で封をする）。"""

from dataclasses import replace

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from osame.platform.console.acts import ActForm
from osame.platform.console.answers import page
from osame.platform.console.fields import WarekiDateField
from osame.platform.egress.models import EgressMedium, EgressRecord
from osame.platform.functions.binding import bound
from osame.platform.privacy import media, refusals
from osame.platform.privacy.act_pages import Act, act_page
from osame.platform.privacy.media import Destruction
from osame.platform.terminal import today


class DayForm(ActForm):
    """日のある行い。"""

    refusals = {refusals.WrongOrderOfDates: "on"}

    on = WarekiDateField(label="日", within_years=2)


class HandOverForm(DayForm):
    """授受。"""

    carrier = forms.CharField(label="受け取った者（所属と氏名）", max_length=100)


class ReceiptForm(DayForm):
    """受領書のとおりの受領。"""

    count = forms.IntegerField(label="受領した件数", min_value=0)
    sha256 = forms.RegexField(
        regex=r"^[0-9A-Fa-f]{64}$", label="受領した中身のハッシュ", required=False,
        help_text="提供先が知らせた64桁。なければ空のまま。",
    )  # fmt: skip


class DestroyForm(DayForm):
    """廃棄の証明。"""

    refusals = {refusals.DestructionUnproved: "witness", refusals.WrongOrderOfDates: "on"}

    method = forms.CharField(label="廃棄の方法", max_length=200, help_text="例：裁断（2mm以下）")
    witness = forms.CharField(label="立ち会った者", max_length=100, help_text="渡した職員、登録する職員とは別の人")
    certificate = forms.CharField(label="廃棄証明の番号", max_length=100)


@bound("floor.media.list")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """提供の媒体の授受簿。廃棄の期限の早いものから。"""
    open_only = request.GET.get("all") != "1"
    day = today()
    rows = [(each, (each.destroy_by - day).days) for each in media.listed(open_only=open_only)]
    return page(request, "privacy/media.html", {"rows": rows, "open_only": open_only})


@bound("floor.media.list")
@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:
    """一枚の媒体の授受簿。"""
    row = media.one(number)
    context = {
        "row": row,
        "medium": EgressMedium(row.kind).label,
        "output": EgressRecord.objects.filter(pk=row.egress_id).first(),
        "open": row.state not in {media.State.DESTROYED, media.State.LOST},
    }
    return page(request, "privacy/medium.html", context)


def _which(number: str) -> str:
    row = media.one(number)
    return f"媒体 {row.medium_number}　{row.receiver}　{row.row_count:,}件"


ACTS = {
    "hand-over": Act(
        "floor.media.hand_over", "授受を記録する", HandOverForm, ("誰が渡し、誰が受け取ったかを授受簿に残します。",),
        lambda number, form: media.hand_over(
            number, carrier=form.cleaned_data["carrier"], on=form.cleaned_data["on"], as_of=today()
        ),
        "medium", "記録しました。",
    ),
    "receive": Act(
        "floor.media.hand_over", "受領を記録する", ReceiptForm, ("件数かハッシュが違えば、不一致として止めます。",),
        lambda number, form: media.receive(
            number, count=form.cleaned_data["count"], sha256=form.cleaned_data["sha256"], on=form.cleaned_data["on"],
            as_of=today(),
        ),
        "medium", "記録しました。",
    ),
    "destroy": Act(
        "floor.media.destroy", "廃棄を記録する", DestroyForm, ("方法、立会い、証明の番号がなければ、廃棄とは認めません。",),
        lambda number, form: media.destroy(
            number,
            Destruction(form.cleaned_data["method"], form.cleaned_data["witness"], form.cleaned_data["certificate"]),
            on=form.cleaned_data["on"], as_of=today(),
        ),
        "medium", "記録しました。", True,
    ),
    "lose": Act(
        "floor.media.destroy", "紛失を登録する", DayForm, ("漏えい等事故として登録し、報告の期限が始まります。日は、知った日です。",),
        lambda number, form: media.lose(number, known_on=form.cleaned_data["on"], as_of=today()),
        "medium", "漏えい等事故として登録しました。", True,
    ),
}  # fmt: skip

media_urls: list[URLPattern] = [
    path("media/", listing, name="media"),
    path("media/<str:number>/", show, name="medium"),
    *(
        path(
            f"media/<str:number>/{name}/",
            act_page(replace(act, subject=_which), "提供の媒体"),
            name=f"medium_{name.replace('-', '_')}",
        )
        for name, act in ACTS.items()
    ),
]
