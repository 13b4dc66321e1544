"""出力の記録の画面。何を、誰が、何のために、誰に渡したか。取消し。"""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from osame.platform.audit.searching import inert
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import page
from osame.platform.console.fields import ReasonField, plain
from osame.platform.egress import records
from osame.platform.egress.models import EgressKind, EgressRecord
from osame.platform.functions.binding import bound
from osame.platform.functions.registry import purpose_name


class RevokeForm(ActForm):
    """出力の取消し。"""

    refusals = {records.RevokingNeedsReason: "reason"}

    reason = ReasonField(label="取り消す理由")


@bound("floor.egress.list")
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """出力の記録を、新しいものから。"""
    officer, kind = plain(request.GET.get("officer", "")), request.GET.get("kind", "")
    rows = records.listed(officer=officer, kind=kind if kind in EgressKind.values else "")
    context = {
        "rows": [(row, state_of(row)) for row in rows],
        "kinds": EgressKind.choices,
        "officer": officer,
        "kind": kind,
    }
    return page(request, "egress/list.html", context)


@bound("floor.egress.show", POST="floor.egress.revoke")
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, serial: str) -> HttpResponse:
    """出力の記録一件と、取消し。"""
    row = records.found(serial)
    form = RevokeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            records.revoke(serial, reason=form.cleaned_data["reason"])
            return reverse("output", args=[row.serial])

        if done := form.carry_out(request, act, said="取り消しました。"):
            return done
    facts = [(str(column.verbose_name), _told(row, str(column.name))) for column in row._meta.local_concrete_fields]
    return page(
        request,
        "egress/record.html",
        {"row": row, "facts": facts, "form": form, "state": state_of(row)},
        status=form.status,
    )


def _told(row: EgressRecord, name: str) -> str:
    display = getattr(row, f"get_{name}_display", None)
    value = display() if display else getattr(row, name)
    if name == "purpose":
        value = purpose_name(value)
    if isinstance(value, list):
        value = "、".join(map(str, value[:50]))
    if isinstance(value, bool):
        value = "はい" if value else "いいえ"
    return "" if value is None else inert(str(value), 4_000)


def state_of(row: EgressRecord) -> str:
    """いまの状態。"""
    return "取消" if row.revoked_at else "消去済" if row.erased_at else "出力済" if row.released_at else "未出力"


egress_urls: list[URLPattern] = [
    path("outputs/", listing, name="outputs"),
    path("outputs/<str:serial>/", record, name="output"),
]
