"""一人についての書式の画面。誰のことかを、いつも同じ形で上に出す。"""

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
    """書式の画面の言葉。 lead: 書く前に知っておくこと; danger: 取り返しに手間のかかる行いか。"""

    title: str
    submit: str
    lead: str = ""
    danger: bool = False
    draft: str = ""


def whose(number: str, *, as_of: date) -> Found:
    """誰のことか。いなければ断る。"""
    with transaction.atomic():
        found = summaries([number], as_of=as_of, reader=officer_reader()).get(number)
    if found is None:
        raise NobodyThere(number)
    return found


def person_form(request: HttpRequest, form: ActForm, words: FormPage, person: Found, **more: Any) -> HttpResponse:
    """一人についての書式の画面。"""
    context = {
        "form": form,
        "words": words,
        "person": person,
        "back": reverse("person", args=[person.addressee_number]),
    }
    return page(request, "addressee/form.html", context | more, status=form.status)
