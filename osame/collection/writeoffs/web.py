"""不納欠損の画面。候補と記録、起案、一件、戻しの起案、調書、時効の近い期別。"""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from osame.collection.inquiry.person import open_person
from osame.collection.letters.reports import download_report
from osame.collection.payment_slips.owed import owed_of
from osame.collection.writeoffs.deciding import NotWrittenOff, propose_reversal, propose_write_off
from osame.collection.writeoffs.forms import FraudForm, ReversalForm, WriteOffForm
from osame.collection.writeoffs.fraud import find_fraud
from osame.collection.writeoffs.fraud_web import fraud_urls
from osame.collection.writeoffs.queries import WriteOffLine, candidates, nearing, totals, write_offs
from osame.collection.writeoffs.reports import nearing_report, write_off_report, yearly_report
from osame.kernel.periods import months_after
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "期別", "消滅する日", "不納欠損")
PROPOSED = "起案しました。別の職員の照査と決裁を待ちます。"
NEAR_MONTHS = 6
SHOWN = 500


@bound("collection.writeoffs.list")
@require_GET
def writeoffs(request: HttpRequest) -> HttpResponse:
    """不納欠損の候補、記録、年度・税目・事由別。"""
    found, written = candidates(as_of=today()), write_offs()[:SHOWN]
    subjects = {each.addressee_number for each in found} | {each.addressee_number for each in written}
    record("不納欠損の候補と記録を開いた", subjects=sorted(subjects), fields=FACTS)
    shown = {"candidates": found, "written": written, "totals": totals(as_of=today())}
    return page(request, "collection/writeoffs/writeoffs.html", shown)


@bound("collection.writeoffs.list")
@require_GET
def prescriptions(request: HttpRequest) -> HttpResponse:
    """六月のうちに消滅する期別。数え方とともに、早い順に。"""
    until = _near()
    found = nearing(as_of=today(), until=until)
    record("時効の近い期別を開いた", subjects=sorted({each.addressee_number for each in found}), fields=FACTS[:3])
    shown = {"found": found[:SHOWN], "count": len(found), "until": until, "as_of": today()}
    return page(request, "collection/writeoffs/prescriptions.html", shown)


@bound("collection.writeoffs.propose")
@require_http_methods(["GET", "POST"])
def writeoff_propose(request: HttpRequest) -> HttpResponse:
    """候補から選んで、不納欠損を起案する。"""
    found = candidates(as_of=today())
    record("不納欠損の起案の画面を開いた", subjects=sorted({each.addressee_number for each in found}), fields=FACTS)
    choices = [
        (f"{x.addressee_number}:{x.charge_id}",
         f"{x.name}（{x.addressee_number}）　{x.label}　{x.amount:,}円　{x.expiry.extinction.cause.value if x.expiry.extinction else ''}")
        for x in found
    ]  # fmt: skip
    form = WriteOffForm(request.POST or None, today=today(), choices=choices)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            number = propose_write_off(form.keys, reason=form.cleaned_data["reason"], as_of=today())
            return reverse("approval", args=[number])

        if done := form.carry_out(request, act, said=PROPOSED):
            return done
    shown = {"form": form, "judged": [(each, each.judge(as_of=today())) for each in found[:SHOWN]]}
    return page(request, "collection/writeoffs/propose.html", shown, status=form.status)


@bound("collection.writeoffs.list")
@require_GET
def writeoff(request: HttpRequest, write_off_id: int) -> HttpResponse:
    """不納欠損一件。事由、額、資料と数え方。"""
    return page(request, "collection/writeoffs/writeoff.html", {"line": _opened(write_off_id)})


@bound("collection.writeoffs.propose")
@require_http_methods(["GET", "POST"])
def writeoff_reverse(request: HttpRequest, write_off_id: int) -> HttpResponse:
    """不納欠損の戻しを起案する。"""
    line = _opened(write_off_id)
    form = ReversalForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            return reverse("approval", args=[propose_reversal(write_off_id, reason=form.cleaned_data["reason"])])

        if done := form.carry_out(request, act, said=PROPOSED):
            return done
    return page(request, "collection/writeoffs/reverse.html", {"form": form, "line": line}, status=form.status)


@bound("collection.writeoffs.report")
@require_POST
def writeoff_report(request: HttpRequest, what: str, number: int) -> HttpResponse:  # noqa: ARG001 - 書式の受け口
    """調書・一覧を、庁内の帳票として保存する。"""
    if what == "proposal":
        return download_report(write_off_report(number, as_of=today()), f"write-off-{number}.pdf")
    if what == "yearly":
        return download_report(yearly_report(as_of=today()), "write-offs.pdf")
    return download_report(nearing_report(as_of=today(), until=_near()), "prescriptions.pdf")


def _near() -> date:
    return months_after(today(), NEAR_MONTHS)


def _opened(write_off_id: int) -> WriteOffLine:
    found = write_offs("w.write_off_id = %(of)s", {"of": write_off_id})
    if not found:
        raise NotWrittenOff(str(write_off_id))
    record("不納欠損を開いた", subjects=[found[0].addressee_number], fields=FACTS)
    return found[0]


@bound("collection.writeoffs.fraud")
@require_http_methods(["GET", "POST"])
def fraud_new(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """期別を選んで、認定する。"""
    person = open_person(addressee_number, as_of=today())
    owed = owed_of(addressee_number, on=today(), as_of=today())
    record("偽りその他不正の行為の認定の画面を開いた", subjects=[addressee_number], fields=FACTS)
    choices = [(each.facts.charge_id, each.label) for each in owed]
    form = FraudForm(request.POST or None, today=today(), choices=choices)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            find_fraud((addressee_number, told["charge"]), told["facts"], as_of=today(), officer=officer_of(request))
            return reverse("frauds")

        if done := form.carry_out(request, act, said="認定しました。別の職員が確かめると、時効に効きます。"):
            return done
    return page(request, "collection/writeoffs/fraud_new.html", {"form": form, "person": person}, status=form.status)


writeoff_urls: list[URLPattern] = [
    path("people/<str:addressee_number>/frauds/new/", fraud_new, name="fraud_new"),
    path("write-offs/", writeoffs, name="writeoffs"),
    path("write-offs/prescriptions/", prescriptions, name="prescriptions"),
    path("write-offs/propose/", writeoff_propose, name="writeoff_propose"),
    *fraud_urls,
    path("write-offs/<int:write_off_id>/", writeoff, name="writeoff"),
    path("write-offs/<int:write_off_id>/reverse/", writeoff_reverse, name="writeoff_reverse"),
    path("write-offs/reports/<str:what>/<int:number>/", writeoff_report, name="writeoff_report"),
]
