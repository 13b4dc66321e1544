"""請求や事故についての行いの画面の作り。何をするか、書式、釦一つ。"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods

from osame.platform.console.acts import ActForm
from osame.platform.console.answers import page
from osame.platform.functions.binding import bound
from osame.platform.terminal import today

View = Callable[..., HttpResponse]  # 番号は、整数か文字列


@dataclass(frozen=True, slots=True)
class Act:
    """行い一つ。 home: 終えて戻る画面の名; perform: 行う; initial: 書式の初めの値; subject: どれについてか。"""

    function: str
    title: str
    form: type[ActForm]
    effects: Sequence[str]
    perform: Callable[[Any, ActForm], object]
    home: str
    said: str
    danger: bool = False
    initial: Callable[[Any], dict[str, Any]] = field(default=lambda _number: {})
    subject: Callable[[Any], str] = field(default=lambda _number: "")


def act_page(act: Act, back_label: str) -> View:
    """行いの画面を作る。"""

    @bound(act.function)
    @require_http_methods(["GET", "POST"])
    def view(request: HttpRequest, number: int | str) -> HttpResponse:
        form = act.form(request.POST or None, today=today(), initial={"on": today()} | act.initial(number))
        if request.method == "POST" and form.is_valid():

            def perform() -> str:
                act.perform(number, form)
                return _home(act, number)

            if done := form.carry_out(request, perform, said=act.said):
                return done
        context = {
            "act": act,
            "form": form,
            "number": number,
            "subject": act.subject(number),
            "back": _home(act, number),
            "back_label": back_label,
        }
        return page(request, "privacy/act.html", context, status=form.status)

    view.__doc__ = act.title
    return view


def _home(act: Act, number: int | str) -> str:
    """終えて戻る画面。一つずつの画面がなければ、一覧。"""
    try:
        return reverse(act.home, args=[number])
    except NoReverseMatch:
        return reverse(act.home)
