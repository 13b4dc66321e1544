"""電子納付の画面。委託を受けた納付の資金化と、申告と納付の突合せ。"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from osame.collection.closing.queries import CHANNEL_NAMES
from osame.collection.matching import electronic
from osame.formats.reports import Channel
from osame.kernel.dates import fiscal_year
from osame.platform.audit.recording import record
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

EARLIEST = 2000
FACTS = ("氏名", "収納")


class YearForm(forms.Form):
    """突き合わせる年度。"""

    year = forms.IntegerField(label="賦課年度（西暦）", min_value=EARLIEST)


@bound("collection.matching.electronic")
@require_GET
def electronic_page(request: HttpRequest) -> HttpResponse:
    """電子納付。資金化を待つもの、資金になったもの、申告と違うもの、申告の届かないもの。"""
    year = fiscal_year(today())
    form = YearForm(request.GET or None, label_suffix="", initial={"year": year})
    if form.is_bound and form.is_valid():
        year = form.cleaned_data["year"]
    waiting, funded = electronic.entrusted(as_of=today()), electronic.funded_lately(as_of=today())
    declared = electronic.declared_taxes(year)
    subjects = {e.addressee_number for e in waiting} | {e.addressee_number for e in funded}
    subjects |= {e.addressee_number for e in declared}
    record("電子納付を開いた", subjects=sorted(subjects - {""}), fields=FACTS)
    shown = {
        "form": form, "year": year, "waiting": [(e, CHANNEL_NAMES[Channel(e.channel)]) for e in waiting],
        "funded": [(e, CHANNEL_NAMES[Channel(e.channel)]) for e in funded], "declared": declared,
        "undeclared": electronic.undeclared_payments(),
    }  # fmt: skip
    return page(request, "collection/matching/electronic.html", shown)


electronic_urls: list[URLPattern] = [path("matching/electronic/", electronic_page, name="electronic")]
