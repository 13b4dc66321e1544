"""偽りその他不正の行為の認定の画面。一覧、認定、確かめ、取消し。"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.collection.writeoffs.forms import FraudJudgeForm
from osame.collection.writeoffs.fraud import confirm_fraud, frauds, withdraw_fraud
from osame.platform.audit.recording import record
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

FACTS = ("氏名", "期別", "不正の行為")


@bound("collection.writeoffs.list")
@require_GET
def fraud_list(request: HttpRequest) -> HttpResponse:
    """生きている認定。確かめを待つものを含む。"""
    found = frauds()
    record(
        "偽りその他不正の行為の認定を開いた", subjects=sorted({each.addressee_number for each in found}), fields=FACTS
    )
    return page(request, "collection/writeoffs/frauds.html", {"frauds": found})


@bound("collection.writeoffs.fraud")
@require_http_methods(["GET", "POST"])
def fraud_judge(request: HttpRequest, finding_id: int) -> HttpResponse:
    """認定を確かめるか、取り消す。"""
    line = next((each for each in frauds() if each.finding_id == finding_id), None)
    record("偽りその他不正の行為の認定を開いた", subjects=[line.addressee_number] if line else [], fields=FACTS)
    form = FraudJudgeForm(request.POST or None, today=today())
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data

        def act() -> str:
            if told["decision"] == "confirm":
                confirm_fraud(finding_id, as_of=today(), officer=officer_of(request))
            else:
                withdraw_fraud(finding_id, told["reason"], as_of=today())
            return reverse("frauds")

        if done := form.carry_out(request, act, said="記録しました。"):
            return done
    shown: dict[str, Any] = {"form": form, "line": line, "finding_id": finding_id}
    return page(request, "collection/writeoffs/fraud.html", shown, status=form.status)


fraud_urls: list[URLPattern] = [
    path("write-offs/frauds/", fraud_list, name="frauds"),
    path("write-offs/frauds/<int:finding_id>/", fraud_judge, name="fraud"),
]
