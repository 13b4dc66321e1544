"""画面の答え。一枚の画面か、その一部か。

`page` renders a whole page, or only the part that htmx asked for. Every refusal that a page does not handle beside a field is
told by `refused`.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from osame.kernel.refusals import Refusal
from osame.platform.staff.models import StaffAccount


def is_part(request: HttpRequest) -> bool:
    """画面の一部だけを求めているか（htmx）。"""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, part: str = "", status: int = 200
) -> HttpResponse:
    """画面を答える。 `part` があり、一部だけが求められていれば、その部分だけを答える。"""
    chosen = part if part and is_part(request) else template
    answer = render(request, chosen, context, status=status)
    answer.headers["Vary"] = "HX-Request"
    return answer


def refused(
    request: HttpRequest, refusal: Refusal | str, *, status: int = 409, title: str = "できません"
) -> HttpResponse:
    """断りを、画面（一部が求められていれば、一部）で言う。"""
    template = "kit/refused_part.html" if is_part(request) else "kit/refused.html"
    return render(request, template, {"title": title, "message": str(refusal)}, status=status)


def officer_of(request: HttpRequest) -> str:
    """いま使っている職員の番号。"""
    assert isinstance(request.user, StaffAccount)
    return str(request.user.staff_number)
