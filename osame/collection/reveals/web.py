"""個人番号の開示の画面。求められたときだけ出し、30秒で消え、控えない。"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from osame.collection.reveals.actions import CaseMissing, NoNumberRight, reveal
from osame.contracts.personal_number import PersonalNumber
from osame.kernel.refusals import Refusal
from osame.platform import gate
from osame.platform.console.answers import officer_of, page
from osame.platform.console.fields import ReasonField
from osame.platform.database import fetch_all
from osame.platform.functions.binding import bound
from osame.platform.functions.registry import purposes
from osame.platform.staff.queries import live_number_right
from osame.platform.terminal import today

PURPOSES = ("identification", "number_linkage")
SHOWN_SECONDS = 30


class RevealForm(forms.Form):
    """何の事務のために見るのか。番号そのものは、どの欄にも入らない。"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        told = [(code, purposes()[code].name) for code in PURPOSES]
        self.fields["osame-purpose"] = forms.ChoiceField(
            label="使用目的", choices=told, widget=forms.RadioSelect, initial=PURPOSES[0],
            error_messages={"required": "使用目的を選んでください。"},
        )  # fmt: skip
        self.fields["osame-case"] = forms.CharField(
            label="受付番号", max_length=60, help_text="何の事務のために見るのかが分かる番号",
            error_messages={"required": "受付番号を入力してください。"},
        )  # fmt: skip
        self.fields["reason"] = ReasonField(help_text="例：同姓同名の二人を、還付の前に見分けるため")


@bound("collection.reveals.ask", POST="collection.reveals.reveal")
@require_http_methods(["GET", "POST"])
def number(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """個人番号の開示。GET は求める書式、POST は一度だけの表示。"""
    purpose = gate.required().purpose
    form = RevealForm(request.POST or None, initial={"osame-case": gate.required().case})
    shown: PersonalNumber | None = None
    if request.method == "POST" and form.is_valid():
        right = live_number_right(officer_of(request), purpose=purpose, day=today())
        try:
            shown = reveal(addressee_number, right=right, reason=form.cleaned_data["reason"])
        except CaseMissing as refusal:
            form.add_error("osame-case", str(refusal))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    allowed = [each for each in PURPOSES if live_number_right(officer_of(request), purpose=each, day=today())]
    context = {
        "form": form,
        "addressee_number": addressee_number,
        "name": _name(addressee_number),
        "shown": grouped(shown) if shown else "",
        "seconds": SHOWN_SECONDS,
        "allowed": [purposes()[each].name for each in allowed],
        "refusal": "" if allowed else NoNumberRight.message(),
    }
    return page(request, "collection/reveals/reveal.html", context, status=422 if form.errors else 200)


def grouped(shown: PersonalNumber) -> str:
    """四桁ごとに区切った番号。"""
    digits = shown.digits()
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def _name(addressee_number: str) -> str:
    rows = fetch_all("SELECT name FROM addressee WHERE addressee_number = %s", [addressee_number])
    return str(rows[0][0]) if rows else ""


reveals_urls: list[URLPattern] = [path("people/<str:addressee_number>/number/", number, name="personal_number")]
