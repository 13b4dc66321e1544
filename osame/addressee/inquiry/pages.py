"""一人についての書式の画面。誰のことかを、いつも同じ形で上に出す。"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from osame.addressee.inquiry.queries import officer_reader
from osame.addressee.people.queries import NobodyThere
from osame.addressee.search.queries import Found, summaries
from osame.platform.console.acts import ActForm
from osame.platform.console.answers import page


@dataclass(frozen=True, slots=True)
class FormPage:
    """書式の画面の言葉。 said: 行った後に言うこと; lead: 書く前に知っておくこと; danger: 取り返しに手間のかかる行いか。"""

    title: str
    submit: str
    said: str
    lead: str = ""
    danger: bool = False


def whose(number: str, *, as_of: date) -> Found:
    """誰のことか。いなければ断る。"""
    with transaction.atomic():
        found = summaries([number], as_of=as_of, reader=officer_reader()).get(number)
    if found is None:
        raise NobodyThere(number)
    return found


def person_act(
    request: HttpRequest, form: ActForm, words: FormPage, person: Found, act: Callable[[], str | None], **more: Any
) -> HttpResponse:
    """一人についての書式の画面。送られれば一度だけ行い、結果の画面へ移る。断られたら、欄のそばに理由を付けて、また見せる。

    act: 行い。移る先を返す（返さなければ、その人の画面へ移る）; more: 書式の上に見せるもの。
    """
    back = reverse("person", args=[person.addressee_number])
    if request.method == "POST" and form.is_valid():
        done = form.carry_out(request, lambda: act() or back, said=words.said)
        if done:
            return done
    context = {"form": form, "words": words, "person": person, "back": back}
    return page(request, "addressee/form.html", context | more, status=form.status)
