"""すべての要求が通る門。安全な見出しと、職員のセッション。"""

from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse

from osame.platform.audit.recording import record
from osame.platform.functions.identity import ANONYMOUS, Kind
from osame.platform.staff import sessions
from osame.platform.staff.models import StaffAccount, StaffSession
from osame.platform.staff.queries import day_of, identity_of

Answer = Callable[[HttpRequest], HttpResponseBase]
Ending = StaffSession.Ending
BY_PROVIDER = "osame_second_factor_by_provider"
ISSUER_SESSION = "osame_issuer_session"  # 引き継いだサインインの、もとのセッション
UNHELD = ("/static/", "/healthz")  # 職員の情報を持たない
SETTING_UP = {
    "staff_set_up", "mfa_activate_totp", "mfa_add_webauthn", "account_reauthenticate", "account_logout",
}  # fmt: skip
CHANGING_PASSWORD = SETTING_UP | {
    "account_change_password", "mfa_view_recovery_codes", "mfa_index", "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}  # fmt: skip


def now() -> datetime:
    """いまの時刻。要求の入口だけが時計を読む。"""
    return datetime.now(UTC)


def policy() -> str:
    """画面が読み込んでよいもの（CSP）。自分のものだけで、行内の文は動かさない。"""
    provider = settings.STAFF_PROVIDER
    origins = [each.address for each in settings.CONSOLES] + ([provider.origin] if provider else [])
    target = " ".join(["'self'", *origins])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; form-action {target}; base-uri 'none'; frame-ancestors 'none'"
    )


class TerminalMiddleware:
    """手前に中継を置くとき、端末のアドレスを中継の書いた見出しから取る。数えた中継より手前の値は信じない。"""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """端末のアドレスを定める。"""
        passed = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",") if each.strip()]
        if 0 < settings.TRUSTED_PROXIES <= len(passed):
            request.META["REMOTE_ADDR"] = passed[-settings.TRUSTED_PROXIES]
        return self.get_response(request)


class SafeHeadersMiddleware:
    """どの応答にも、安全な見出しを付ける。"""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """応答に見出しを足す。"""
        response = self.get_response(request)
        if not request.path_info.startswith("/static/"):
            response.headers["Cache-Control"] = "no-store"
        response.headers.setdefault("Content-Security-Policy", policy())
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), usb=()"
        return response


class StaffSessionMiddleware:
    """職員のセッションを、要求のたびにデータベースで確かめる。

    What may be done is read anew each time (`request.identity`), so a revocation works with the next request. An account
    without a second factor reaches the page that sets one up, and nothing else.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.limits = sessions.usual_limits()

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """確かめてから先へ渡す。終わったセッションは、サインインの画面へ戻す。"""
        request.identity = ANONYMOUS  # type: ignore[attr-defined]
        if request.path_info.startswith(UNHELD) or not isinstance(request.user, StaffAccount):
            return self.get_response(request)
        found = sessions.standing(
            request.user.staff_number,
            request.session.session_key,
            day=day_of(now()),
            limits=self.limits,
            at_work="Osame-Poll" not in request.headers,  # 画面がひとりでに問い合わせる間は、操作とみなさない
        )
        identity = identity_of(request.user, at=now())
        if found.ending == Ending.OPEN and not self._stands_at_the_issuer(request, request.user):
            sessions.end_session(request.session.session_key, Ending.SIGNED_OUT)
            found = sessions.Standing(Ending.SIGNED_OUT, ended_now=True)
        if found.ending == Ending.OPEN and identity.kind == Kind.OFFICER:
            elsewhere = self._unfinished(request, found)
            if elsewhere is not None:
                return elsewhere
            request.identity = identity  # type: ignore[attr-defined]
            return self.get_response(request)
        return self._ended(request, found)

    def _stands_at_the_issuer(self, request: HttpRequest, account: StaffAccount) -> bool:
        """ほかのシステムから引き継いだサインインなら、もとのセッションも続いているか。"""
        from osame.platform.web.sign_on import still_stands

        return still_stands(request, account.staff_number)

    def _ended(self, request: HttpRequest, found: sessions.Standing) -> HttpResponseBase:
        from osame.platform.web.adapters import signing_in

        ending, account = found.ending, request.user
        assert isinstance(account, StaffAccount)
        with signing_in(request, account.staff_number):
            if ending == Ending.OPEN:  # 契約の終わりなど、日付だけで使えなくなった
                ending = Ending.DISABLED
                sessions.end_session(request.session.session_key, ending)
                record("セッションを終わらせた", detail={"訳": str(ending.label)})
            elif found.ended_now:
                record("セッションを終わらせた", detail={"訳": str(ending.label)})
        logout(request)
        entrance = reverse("account_login")
        if request.path == entrance:
            return self.get_response(request)
        return HttpResponseRedirect(f"{entrance}?{urlencode({'ended': ending.value})}")

    def _unfinished(self, request: HttpRequest, found: sessions.Standing) -> HttpResponse | None:
        """第二要素がなければその登録へ、パスワードを変えていなければその画面へ。ほかの画面は開かない。"""
        if request.session.get(BY_PROVIDER, False) or (found.has_factor and not found.password_must_change):
            return None
        try:
            page = resolve(request.path_info).url_name or ""
        except Resolver404:
            page = ""
        if not found.has_factor:
            return None if page in SETTING_UP else HttpResponseRedirect(reverse("staff_set_up"))
        return None if page in CHANGING_PASSWORD else HttpResponseRedirect(reverse("account_change_password"))
