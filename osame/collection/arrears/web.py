"""折衝の記録と訂正の画面。"""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods

from osame.collection.arrears.actions import AlreadyCorrected, ContactNotFound, correct_contact
from osame.collection.arrears.forms import CorrectionForm
from osame.collection.arrears.queries import Contact, contacts_of, promises_of
from osame.collection.cases.contacts import record_followed_contact
from osame.collection.cases.forms import FollowedContactForm
from osame.collection.inquiry.person import open_person
from osame.platform.console.acts import Conflict, Difference
from osame.platform.console.answers import officer_of, page
from osame.platform.functions.binding import bound
from osame.platform.terminal import JAPAN, now, today


@bound("collection.arrears.record")
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, addressee_number: str) -> HttpResponse:
    """折衝を記録する。納税者の画面の書式から届き、誤りがあれば、ここで直す。"""
    moment, officer = datetime.combine(today(), now().timetz()), officer_of(request)
    person = open_person(addressee_number, as_of=moment.date())
    promises = promises_of(addressee_number, as_of=moment.date())
    form = FollowedContactForm(
        request.POST or None,
        request.FILES or None,
        now=moment,
        promises=promises,
        draft_key=f"contact:{addressee_number}",
    )
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            number = record_followed_contact(form.contact(addressee_number), form.followed, now=moment, officer=officer)
            back = "case" if request.GET.get("back") == "case" else "person"
            return f"{reverse(back, args=[addressee_number])}#contact-{number}"

        if done := form.carry_out(request, act, said="折衝を記録しました。"):
            return done
    return page(request, "collection/arrears/contact.html", {"form": form, "person": person}, status=form.status)


@bound("collection.arrears.record")
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest, addressee_number: str, contact_id: int) -> HttpResponse:
    """折衝を訂正する。元の記録は残る。ほかの職員が先に訂正していれば、比べて見せる。"""
    moment, officer = datetime.combine(today(), now().timetz()), officer_of(request)
    person = open_person(addressee_number, as_of=moment.date())
    contacts = {each.contact_id: each for each in contacts_of(addressee_number)}
    if contact_id not in contacts:
        raise ContactNotFound(str(contact_id))
    told = contacts[contact_id]
    promises = promises_of(addressee_number, as_of=moment.date())
    form = CorrectionForm(request.POST or None, now=moment, promises=promises, told=told)
    if request.method == "POST" and form.is_valid():
        seen = int(form.cleaned_data["seen"]) if form.cleaned_data["seen"].isdecimal() else contact_id

        def act() -> str:
            new = form.contact(addressee_number)
            try:
                number = correct_contact(seen, new, reason=form.cleaned_data["reason"], now=moment, officer=officer)
            except AlreadyCorrected as refusal:
                raise _conflict(contacts, seen, new.content) from refusal
            return f"{reverse('person', args=[addressee_number])}#contact-{number}"

        if done := form.carry_out(request, act, said="折衝を訂正しました。元の記録も残っています。"):
            return done
    context = {"form": form, "person": person, "told": told}
    return page(request, "collection/arrears/contact.html", context, status=form.status)


def _conflict(contacts: dict[int, Contact], seen: int, yours: str) -> Conflict:
    """先に訂正した職員の言葉との比べ。"""
    before = contacts[seen]
    theirs = before
    while theirs.corrected_by is not None:
        theirs = contacts[theirs.corrected_by]
    when = f"{theirs.recorded_at.astimezone(JAPAN):%H:%M}"
    differences = (Difference("話した内容", before.content, theirs.content, yours),)
    return Conflict(who=theirs.officer, when=when, differences=differences, version=str(theirs.contact_id))


arrears_urls: list[URLPattern] = [
    path("people/<str:addressee_number>/contacts/", record, name="contact_record"),
    path("people/<str:addressee_number>/contacts/<int:contact_id>/correct/", correct, name="contact_correct"),
]
