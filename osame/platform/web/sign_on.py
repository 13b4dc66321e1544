"""一度のサインインで、すべてのシステムへ。札を求め、渡し、受け取り、もとのセッションが続いているかを尋ねる。

One system (`OSAME_ISSUER`) is where officers sign in. Another one sends the browser there for a ticket (`ask`), the issuer
signs one for an officer who is in (`give`), the asker reads it and begins a session of its own (`take`). No account is ever
made by it. While that session is used, the issuer is asked again and again whether the first one stands (`still_stands`): who
signs out or is stopped there is out here within seconds, and when the issuer cannot be asked the session ends, too.
"""

import json
from secrets import token_urlsafe
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from osame.contracts import sign_on
from osame.contracts.client import ExchangeFailed, Limits
from osame.contracts.sign_on import STANDING_PATH, BadTicket, Standing, StandingQuestion, Ticket
from osame.contracts.strict import parsed, plain
from osame.kernel.refusals import Refusal
from osame.platform.audit.recording import record
from osame.platform.exchanges import calling, keys
from osame.platform.exchanges.api import for_signed_peers
from osame.platform.functions.binding import bound
from osame.platform.functions.identity import Kind
from osame.platform.staff import sessions
from osame.platform.staff.models import StaffAccount, StaffSession
from osame.platform.staff.queries import day_of, identity_of
from osame.platform.web.adapters import AccountAdapter, refused, signing_in
from osame.platform.web.middleware import BY_PROVIDER, ISSUER_SESSION, now

ASKED = "osame_pass_asked"
METHOD = "issuer"
ASK_AGAIN_SECONDS = 3  # 前に尋ねてから、これより後の操作で、もう一度尋ねる
LONGEST_UNKNOWN_SECONDS = 15  # 尋ねられないまま、これより長くは使わせない
BRIEF = Limits(connect_seconds=1.0, read_seconds=2.0, pauses=())


class NoIssuer(Refusal):
    """ほかのシステムのサインインを使う設定になっていません。このシステムの職員番号とパスワードでサインインしてください。"""


@bound("floor.staff.sign_in")
@require_GET
def ask(request: HttpRequest) -> HttpResponse:
    """もとのシステムへ、札を求めに行く。もうサインインしていれば、そのまま開く。"""
    back = _safe(request, request.GET.get("next", "/"))
    if isinstance(request.user, StaffAccount) or settings.ISSUER is None:
        return HttpResponseRedirect(back)
    state = token_urlsafe(24)
    request.session[ASKED] = {"state": state, "next": back}
    asked = urlencode({"to": settings.SYSTEM.code, "state": state})
    return HttpResponseRedirect(f"{settings.ISSUER.address}{reverse('staff_pass_give')}?{asked}")


@bound("floor.staff.self")
@require_GET
def give(request: HttpRequest) -> HttpResponse:
    """サインインしている職員に、ほかのシステムへの札を渡す。行き先は、設定にあるシステムだけ。"""
    account = request.user
    if not isinstance(account, StaffAccount):
        return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}")
    asker = next((each for each in settings.CONSOLES if each.system.code == request.GET.get("to")), None)
    if asker is None or asker.system.code == settings.SYSTEM.code or settings.ISSUER is not None:
        raise NoIssuer
    used = get_authentication_records(request, account)
    ticket = Ticket(
        issuer=settings.SYSTEM.code,
        receiver=asker.system.code,
        staff_number=account.staff_number,
        session=sessions.hash_of(request.session.session_key),
        factors="＋".join(str(each.get("type") or each.get("method")) for each in used),
        proved_at=int(max((each["at"] for each in used), default=0)),
        issued_at=int(now().timestamp()),
        state=request.GET.get("state", ""),
    )
    with signing_in(request, account.staff_number):
        record("サインインを引き継がせた", detail={"行き先": asker.system.code})
    told = urlencode({"ticket": sign_on.written(ticket, keys.signer())})
    return HttpResponseRedirect(f"{asker.address}{reverse('staff_pass_take')}?{told}")


@bound("floor.staff.sign_in")
@require_GET
def take(request: HttpRequest) -> HttpResponse:
    """札を受け取り、このシステムのセッションを始める。札も、求めた印も、一度しか使えない。"""
    asked = request.session.pop(ASKED, {})
    number = ""
    try:
        ticket = _ticket(request, asked.get("state", ""))
        number = ticket.staff_number
        account = StaffAccount.objects.filter(staff_number=number).first()
        if account is None or identity_of(account, at=now()).kind is not Kind.OFFICER:
            raise BadTicket
    except Refusal:
        refused(request, number, "サインインに失敗した", "引き継げない札か、使えないアカウント")
        return HttpResponseRedirect(reverse("account_login") + "?refused=1")
    request.session.flush()
    record_authentication(request, account, METHOD, type=f"{ticket.issuer}({ticket.factors})")
    for each in get_authentication_records(request, account):
        each["at"] = ticket.proved_at  # ここで確かめたのではない
    AccountAdapter().login(request, account)
    request.session[BY_PROVIDER] = True
    request.session[ISSUER_SESSION] = {"session": ticket.session, "asked_at": ticket.issued_at}
    return HttpResponseRedirect(asked.get("next", "/"))


@bound("floor.staff.vouch")
@require_POST
@for_signed_peers
def standing(request: HttpRequest) -> JsonResponse:
    """そのセッションは、いまも使えるか。尋ねられたことは、このシステムでの操作と数える。"""
    try:
        asked = parsed(StandingQuestion, json.loads(request.body))
    except ValueError as failure:
        raise BadTicket from failure
    found = sessions.standing_of(asked.staff_number, asked.session, day=day_of(now()), limits=sessions.usual_limits())
    account = StaffAccount.objects.filter(staff_number=asked.staff_number).first()
    officer = account is not None and identity_of(account, at=now()).kind is Kind.OFFICER
    return JsonResponse(plain(Standing(stands=officer and found.ending == StaffSession.Ending.OPEN)))


def still_stands(request: HttpRequest, staff_number: str) -> bool:
    """引き継いだセッションなら、もとのセッションがまだ続いているか。続いているか分からないまま、長くは使わせない。"""
    kept = request.session.get(ISSUER_SESSION)
    if not kept:
        return True
    at = now().timestamp()
    if settings.ISSUER is None:
        return False
    if 0 <= at - kept["asked_at"] < ASK_AGAIN_SECONDS:
        return True
    question = StandingQuestion(staff_number=staff_number, session=kept["session"])
    try:
        with (
            signing_in(request, staff_number),
            calling.client(settings.ISSUER.system.code, limits=BRIEF) as client,
        ):
            stands = client.post(STANDING_PATH, question, Standing, errand=calling.errand()).stands
    except ExchangeFailed:
        return bool(0 <= at - kept["asked_at"] < LONGEST_UNKNOWN_SECONDS)
    request.session[ISSUER_SESSION] = {**kept, "asked_at": int(at)}
    return stands


def _ticket(request: HttpRequest, state: str) -> Ticket:
    if settings.ISSUER is None:
        raise NoIssuer
    issuer = settings.ISSUER.system.code
    ticket = sign_on.read(request.GET.get("ticket", ""), trusted=keys.public_key_of, issuer=issuer)
    sign_on.refuse_unfit(ticket, issuer=issuer, receiver=settings.SYSTEM.code, state=state, now=now().timestamp())
    return ticket


def _safe(request: HttpRequest, back: str) -> str:
    allowed = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return back if allowed else "/"
