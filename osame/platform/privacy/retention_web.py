"""保管と消去の画面。年限の来たもの、消去の起案、止めること、消去の証。"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.platform.console.acts import ActForm
from osame.platform.console.answers import page
from osame.platform.console.fields import ReasonField
from osame.platform.functions.binding import bound
from osame.platform.privacy import refusals, retention
from osame.platform.privacy.act_pages import Act, act_page
from osame.platform.terminal import today


class ProposeForm(ActForm):
    """消去の起案。"""

    refusals = {refusals.NothingDue: "reason"}

    reason = ReasonField(help_text="例：保存年限の満了")


class HoldForm(ActForm):
    """消去を止める。"""

    reason = ReasonField(help_text="例：令和8年（行ウ）第7号の審理が終わるまで")


class ReleaseForm(ActForm):
    """消去を止めたのを解く。"""

    sure = forms.BooleanField(label="訴訟・監査・調査が終わったことを確かめました")


@bound("floor.retention.list")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """年限の来たもの、消さないもの、消去の証。"""
    found = retention.due(as_of=today())
    context = {
        "rows": found,
        "waiting": any(each.count and not each.held for each in found),
        "never": retention.never_erased(),
        "proofs": retention.proofs(),
        "day": today(),
    }
    return page(request, "privacy/retention.html", context)


@bound("floor.retention.erase")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """年限の来たものの消去を起案する。"""
    form = ProposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            number = retention.propose_erasure(as_of=today(), reason=form.cleaned_data["reason"])
            return reverse("approval", args=[number])

        if done := form.carry_out(request, act, said="起案しました。ほかの二人の照査と決裁の後に、消去します。"):
            return done
    effects = ["止めていない種類の、年限の来たものを消します。消したものは戻りません。", "決めるのは、ほかの二人の職員です。",
               "消せるものが決裁の時と違えば、何も消しません。", "消したことの証（数と鍵のハッシュ）が残ります。"]  # fmt: skip
    act_words = {"title": "消去を起案する", "effects": effects, "danger": True}
    context = {"act": act_words, "form": form, "back": reverse("retention"), "back_label": "保管と消去"}
    return page(request, "privacy/act.html", context, status=form.status)


def _which(code: str) -> str:
    found = next((each.name for each in retention.kinds() if each.code == code), None)
    if found is None:
        raise refusals.UnknownKind(code)
    return found


HOLD = Act(
    "floor.retention.hold", "消去を止める", HoldForm, ("解くまで、この種類は消せません。表の扉も断ります。",),
    lambda kind, form: retention.hold(kind, reason=form.cleaned_data["reason"], on=today()), "retention", "止めました。", subject=_which,
)  # fmt: skip
RELEASE = Act(
    "floor.retention.hold", "消去を止めたのを解く", ReleaseForm, ("止めた職員とは別の職員が解きます。",),
    lambda kind, _form: retention.release(kind, on=today()), "retention", "解きました。", subject=_which,
)  # fmt: skip

retention_urls: list[URLPattern] = [
    path("retention/", listing, name="retention"),
    path("retention/erase/", propose, name="retention_erase"),
    path("retention/<str:number>/hold/", act_page(HOLD, "保管と消去"), name="retention_hold"),
    path("retention/<str:number>/release/", act_page(RELEASE, "保管と消去"), name="retention_release"),
]
