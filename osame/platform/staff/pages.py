"""職員についての行いの画面の作り。

Every act on one officer has the same page: who it is, what the act will do, the form, one button. `act_page` makes it out of
the act's words, its form and the call of its action.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from osame.platform.console.acts import ActForm
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.staff.queries import StaffRow, staff_list
from osame.platform.staff.refusals import UnknownStaff

Facts = dict[str, Any]
View = Callable[[HttpRequest, str], HttpResponse]


@dataclass(frozen=True, slots=True)
class Act:
    """行い一つ。 effects: 行うと何が起きるか; perform: 行って、一度だけ見せる文（なければ None）を返す。"""

    function: str
    title: str
    button: str
    form: type[ActForm]
    effects: Sequence[str]
    perform: Callable[[str, Facts, date], str | None]
    said: str
    danger: bool = False


def member_of(staff_number: str, *, as_of: date) -> StaffRow:
    """一人の職員。なければ断る。"""
    rows = staff_list(as_of=as_of, staff_number=staff_number)
    if not rows:
        raise UnknownStaff(staff_number)
    return rows[0]


def act_page(act: Act, today: Callable[[], date]) -> View:
    """行いの画面を作る。"""

    @bound(act.function)
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, staff_number: str) -> HttpResponse:
        day = today()
        member = member_of(staff_number, as_of=day)
        form = act.form(request.POST or None, today=day)
        shown: list[str] = []
        if request.method == "POST" and form.is_valid():

            def perform() -> str:
                secret = act.perform(member.staff_number, form.cleaned_data, day)
                shown.extend([secret] if secret else [])
                return reverse("staff_member", args=[member.staff_number])

            if done := form.carry_out(request, perform, said=act.said):
                if shown:
                    context = {"member": member, "act": act, "secret": shown[0]}
                    return page(request, "staff/secret.html", context)
                return done
        return page(request, "staff/act.html", {"member": member, "act": act, "form": form}, status=form.status)

    view.__doc__ = act.title
    return view
