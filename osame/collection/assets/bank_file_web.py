"""預貯金の電子照会の画面。金融機関と調査を選び、人数と根拠を確かめて、依頼ファイルを保存する。"""

from datetime import date

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST

from osame.collection.assets.actions import QUESTION, AlreadyAsked, ReplyDueTooEarly
from osame.collection.assets.bank_files import (
    NobodyToAsk,
    Selection,
    SelectionChanged,
    save_again,
    save_requests,
    to_ask,
    waiting_days,
)
from osame.collection.assets.models import ThirdParty
from osame.collection.assets.queries import third_parties
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import officer_of, page
from osame.platform.console.fields import WarekiDateField
from osame.platform.egress.authority import limit
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

SHOWN = 50


class ChoiceForm(forms.Form):
    """照会する金融機関と、対象の調査。"""

    bank = forms.TypedChoiceField(label="金融機関", coerce=int)
    whose = forms.ChoiceField(
        label="対象の調査", choices=[("all", "続いている預貯金の調査のすべて"), ("own", "自分が始めた調査")]
    )
    numbers = forms.CharField(
        label="宛名番号", required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="何人かに限るときだけ、空白で区切って。",
    )  # fmt: skip

    def __init__(self, *args: object, banks: list[tuple[int, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["bank"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = banks

    def selected(self, officer: str) -> Selection:
        """選ばれた調査。"""
        told = self.cleaned_data
        numbers = [each.zfill(15) for each in told["numbers"].replace("、", " ").split()]
        return to_ask(told["bank"], numbers=numbers, officer=officer if told["whose"] == "own" else "")


class RequestForm(ActForm):
    """依頼ファイルの作成。 count: 画面で確かめた人数。"""

    reply_by = WarekiDateField(within_years=1, label="回答の期限")
    count = forms.IntegerField(widget=forms.HiddenInput)
    sure = forms.BooleanField(label="金融機関と人数、照会の目的と根拠を確かめました")
    refusals = {ReplyDueTooEarly: "reply_by", SelectionChanged: "sure", NobodyToAsk: "sure", AlreadyAsked: "sure"}


@bound("collection.assets.exchange")
@require_http_methods(["GET", "POST"])
def bank_files(request: HttpRequest) -> HttpResponse:
    """金融機関と調査を選び、見本を確かめて、依頼ファイルを作る。"""
    banks = [
        (each.third_party_id, f"{each.name}（{each.bank_code}）")
        for each in third_parties([ThirdParty.Kind.BANK], as_of=today())
        if each.takes_files
    ]
    choice = ChoiceForm(request.GET if "bank" in request.GET else None, banks=banks)
    selection = choice.selected(officer_of(request)) if choice.is_valid() else None
    form = None
    if selection and selection.plans:
        form = RequestForm(request.POST or None, today=today(), initial={"count": len(selection.plans)})
        if request.method == "POST" and form.is_valid():
            told = form.cleaned_data
            try:
                return save_requests(
                    selection, told["count"], reply_by=told["reply_by"], as_of=today(), officer=officer_of(request)
                )
            except Refusal as refusal:
                form.refuse(refusal)
        record(
            "電子照会の対象を確かめた", subjects=[each.addressee_number for each in selection.plans], fields=("氏名",)
        )
    shown = {
        "banks": banks, "choice": choice, "selection": selection, "form": form, "article": QUESTION,
        "plans": selection.plans[:SHOWN] if selection else (), "limit": limit(), "waiting": waiting_days(),
    }  # fmt: skip
    return page(request, "collection/assets/bank_files.html", shown, status=form.status if form else 200)


@bound("collection.assets.exchange")
@require_POST
def bank_file_again(_request: HttpRequest, third_party_id: int, sent_on: str) -> HttpResponse:
    """同じ依頼を、もう一度保存する。"""
    return save_again(third_party_id, date.fromisoformat(sent_on))


bank_file_urls: list[URLPattern] = [
    path("bank-files/", bank_files, name="bank_files"),
    path("bank-files/<int:third_party_id>/<str:sent_on>/", bank_file_again, name="bank_file_again"),
]
