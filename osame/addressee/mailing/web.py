"""送付先と連絡先の画面。登録、変更、終了、支援措置の対象者の送付先の承認。"""

from django.contrib import messages
from django.db import transaction
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_http_methods, require_POST

from osame.addressee.inquiry.pages import FormPage, person_act, whose
from osame.addressee.inquiry.queries import refuse_hidden
from osame.addressee.mailing import actions
from osame.addressee.mailing.actions import ContactNotKnown, MailingAddressNotKnown
from osame.addressee.mailing.forms import ContactForm, EndForm, MailingForm
from osame.addressee.mailing.queries import contact_of, mailing_address_of
from osame.platform.audit.recording import record
from osame.platform.functions.binding import bound
from osame.platform.suppression.decision import FactClass
from osame.platform.terminal import today

WAITS = "支援措置の対象者の送付先は、別の職員が承認するまで使いません。"


@bound("addressee.mailing.register")
@require_http_methods(["GET", "POST"])
def mailing_new(request: HttpRequest, number: str) -> HttpResponse:
    """送付先を登録する。"""
    on = today()
    person = whose(number, as_of=on)
    form = MailingForm(request.POST or None, today=on, initial={"valid_from": on}, draft_key=f"mailing-{number}")

    def act() -> None:
        actions.register_mailing_address(form.asked(number))

    lead = "税目か書類を選ぶと、その通知だけをここへ送ります。選ばなければ、すべてをここへ送ります。"
    lead += WAITS if person.protected else ""
    words = FormPage("送付先を登録", "登録する", "送付先を登録しました。", lead)
    return person_act(request, form, words, person, act, groups=form.groups)


@bound("addressee.mailing.register")
@require_http_methods(["GET", "POST"])
def mailing_change(request: HttpRequest, number: str, mailing_address_id: int) -> HttpResponse:
    """送付先を変える。前の送付先は、新しい送付先の始まる日で終わる。"""
    on = today()
    person = whose(number, as_of=on)
    start = _known(number, mailing_address_id) | {"valid_from": on, "valid_until": None, "reason": ""}
    form = MailingForm(request.POST or None, today=on, initial=start)

    def act() -> None:
        actions.change_mailing_address(mailing_address_id, form.asked(number))

    lead = "前の送付先は、新しい送付先を使い始める日の前日までとします。履歴は残ります。"
    words = FormPage("送付先を変更", "変更する", "送付先を変えました。", lead)
    return person_act(request, form, words, person, act, groups=form.groups)


def _known(number: str, mailing_address_id: int) -> dict[str, object]:
    """いまの送付先。伏せられている者には開かない。"""
    with transaction.atomic():
        refuse_hidden(number, FactClass.MAILING_ADDRESS, as_of=today())
        row = mailing_address_of(number, mailing_address_id)
        if row is None:
            raise MailingAddressNotKnown(str(mailing_address_id))
        record("送付先を開いた", subjects=[number], fields=["送付先"], detail={"送付先番号": mailing_address_id})
        return model_to_dict(row)


@bound("addressee.mailing.register")
@require_http_methods(["GET", "POST"])
def mailing_end(request: HttpRequest, number: str, mailing_address_id: int) -> HttpResponse:
    """送付先を終える。"""
    on = today()
    person = whose(number, as_of=on)
    _known(number, mailing_address_id)
    form = EndForm(request.POST or None, today=on, initial={"valid_until": on})

    def act() -> None:
        actions.end_mailing_address(mailing_address_id, valid_until=form.cleaned_data["valid_until"])

    lead = "この日からの通知は、ほかの送付先か住所へ送ります。使い始めた日より前なら、なかったことになります。"
    words = FormPage("送付先を終える", "終える", "送付先を終えました。", lead, danger=True)
    return person_act(request, form, words, person, act)


@bound("addressee.mailing.approve")
@require_POST
def mailing_approve(request: HttpRequest, number: str, mailing_address_id: int) -> HttpResponse:
    """支援措置の対象者の送付先を承認する。登録した職員にはできない。"""
    _known(number, mailing_address_id)
    actions.approve_mailing_address(mailing_address_id)
    messages.success(request, "送付先を承認しました。今日の通知から使います。")
    return HttpResponseRedirect(reverse("person", args=[number]))


@bound("addressee.mailing.register")
@require_http_methods(["GET", "POST"])
def contact_new(request: HttpRequest, number: str) -> HttpResponse:
    """連絡先を登録する。"""
    on = today()
    person = whose(number, as_of=on)
    form = ContactForm(request.POST or None, today=on, initial={"valid_from": on}, draft_key=f"contact-{number}")

    def act() -> None:
        actions.register_contact(form.asked(number))

    return person_act(request, form, FormPage("連絡先を登録", "登録する", "連絡先を登録しました。"), person, act)


@bound("addressee.mailing.register")
@require_http_methods(["GET", "POST"])
def contact_end(request: HttpRequest, number: str, contact_id: int) -> HttpResponse:
    """連絡先を終える。"""
    on = today()
    refuse_hidden(number, FactClass.TELEPHONE, as_of=on)
    with transaction.atomic():
        contact = contact_of(number, contact_id)
    if contact is None:
        raise ContactNotKnown(str(contact_id))
    form = EndForm(request.POST or None, today=on, initial={"valid_until": on})

    def act() -> None:
        actions.end_contact(contact_id, valid_until=form.cleaned_data["valid_until"])

    words = FormPage("連絡先を終える", "終える", "連絡先を終えました。", f"終える連絡先：{contact.value}", danger=True)
    return person_act(request, form, words, whose(number, as_of=on), act)


mailing_urls: list[URLPattern] = [
    path("people/<str:number>/mailing/new/", mailing_new, name="mailing_new"),
    path("people/<str:number>/mailing/<int:mailing_address_id>/change/", mailing_change, name="mailing_change"),
    path("people/<str:number>/mailing/<int:mailing_address_id>/end/", mailing_end, name="mailing_end"),
    path("people/<str:number>/mailing/<int:mailing_address_id>/approve/", mailing_approve, name="mailing_approve"),
    path("people/<str:number>/contacts/new/", contact_new, name="contact_new"),
    path("people/<str:number>/contacts/<int:contact_id>/end/", contact_end, name="contact_end"),
]
