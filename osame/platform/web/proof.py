"""本人の確認。重要な操作の画面は、15分以内にパスワードと第二要素で確かめた職員にだけ開く。

Step-up. Stands just inside the function gate. A page of a high-risk function — and the page that holds its form — wants a
proof of the person no older than `PROOF_MINUTES`; who has none is led through the pages of re-authentication and back. What
was typed is never lost: the page already asks before anything is typed, and a form that was sent too late comes back with
everything in it, to be sent again.
"""

from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import get_resolver, reverse

from osame.kernel.personal_numbers import holds_personal_number
from osame.platform import systems
from osame.platform.audit.recording import Outcome, record
from osame.platform.functions.doors import functions_of
from osame.platform.functions.identity import Identity, Kind
from osame.platform.functions.permission import may
from osame.platform.functions.registry import registry
from osame.platform.staff.models import StaffAccount

PROOF_MINUTES = 15
ASKED = "osame_proof_asked"
NOT_SENT_AGAIN = {"csrfmiddlewaretoken"}


class ProofMiddleware:
    """本人の確認を求める門。機能の門のすぐ内に置く。"""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """重要な操作でなければ通す。重要な操作なら、確かめてから通す。"""
        if not isinstance(request.user, StaffAccount) or not wants_proof(request):
            return self.get_response(request)
        lacking = missing(request)
        if lacking is None:
            if request.session.pop(ASKED, None):
                record("本人を確かめた", detail={"有効（分）": PROOF_MINUTES})
            return self.get_response(request)
        request.session[ASKED] = True
        record("本人の確認を求めた", outcome=Outcome.REFUSED, detail={"方法": str(request.method)})
        return asked(request, lacking)


def wants_proof(request: HttpRequest) -> bool:
    """重要な操作か。書式の画面（GET）は、その送信（POST）が重要で、この職員がそれを使えるなら、開くときに求める。"""
    identity = getattr(request, "identity", None)
    if not isinstance(identity, Identity) or identity.kind is not Kind.OFFICER:
        return False
    match = request.resolver_match or get_resolver(getattr(request, "urlconf", None)).resolve(request.path_info)
    listed = registry(systems.current().code)
    codes = functions_of(match.func, match.view_name, listed)
    here = listed.function(codes[str(request.method)])
    sent = listed.function(codes.get("POST", here.code))
    if request.method == "GET" and sent.high_risk:
        return here.high_risk or any(may(identity, sent, purpose).allowed for purpose in sent.purposes)
    return here.high_risk


def proved(request: HttpRequest) -> bool:
    """いま、重要な操作ができるだけの本人の確認があるか。"""
    return missing(request) is None


def missing(request: HttpRequest) -> str | None:
    """足りない確認の画面の名。足りていれば None、確かめる手段がなければ空（サインインし直す）。"""
    from osame.platform.web.middleware import now

    account = request.user
    assert isinstance(account, StaffAccount)
    since = now().timestamp() - PROOF_MINUTES * 60
    fresh = {each["method"] for each in get_authentication_records(request, account) if each["at"] >= since}
    kinds = set(Authenticator.objects.filter(user=account).values_list("type", flat=True))
    by_code = kinds & {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES}
    if account.has_usable_password() and "password" not in fresh:
        return "account_reauthenticate"
    if kinds and "mfa" not in fresh:
        return "mfa_reauthenticate" if by_code else "mfa_reauthenticate_webauthn"
    return None if fresh else ""


def asked(request: HttpRequest, lacking: str) -> HttpResponseBase:
    """確かめる画面へ導く。送られてきた入力は、そのまま持たせて返す。"""
    from_part = request.headers.get("HX-Request") == "true"
    if request.method in {"GET", "HEAD"}:
        here = urlsplit(request.headers.get("HX-Current-URL", "")) if from_part else None
        back = here.path + (f"?{here.query}" if here.query else "") if here else request.get_full_path()
        target = leading_to(lacking, back)
        return HttpResponse(status=204, headers={"HX-Redirect": target}) if from_part else HttpResponseRedirect(target)
    kept = sent_again(request.POST) if not request.FILES else None
    told = {"kept": kept, "again": leading_to(lacking, reverse("staff_proved")), "minutes": PROOF_MINUTES}
    return render(request, "kit/proof_part.html" if from_part else "kit/proof.html", told, status=403)


def leading_to(lacking: str, back: str) -> str:
    """確かめる画面のアドレス。終われば `back` へ戻る。"""
    return f"{reverse(lacking or 'account_logout')}?{urlencode({'next': back})}"


def sent_again(sent: QueryDict) -> list[tuple[str, str]] | None:
    """もう一度送る欄。個人番号らしい数字があれば、画面に書き戻さない（None）。"""
    pairs = [(name, str(value)) for name, values in sent.lists() for value in values]
    if any(holds_personal_number(value) for _, value in pairs):
        return None
    return [(name, value) for name, value in pairs if name not in NOT_SENT_AGAIN]
