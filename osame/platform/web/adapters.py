"""サインインの仕組み（django-allauth）と、床の決まりをつなぐ。

Where the library asks, we answer: attempts are counted in the database, unusable accounts answer like unknown ones,
a session is opened and ended in our own register, and every act is recorded in the audit chain. No e-mail is sent and
nobody can register.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import get_script_prefix, reverse
from django.utils.encoding import force_bytes

from osame.platform import gate
from osame.platform.audit.recording import Outcome, record
from osame.platform.functions.identity import Kind
from osame.platform.staff import guard, sessions
from osame.platform.staff.models import StaffAccount, StaffSession
from osame.platform.staff.queries import identity_of

Ending = StaffSession.Ending
NOBODY = "未認証"
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


@contextmanager
def signing_in(request: HttpRequest, officer: str) -> Iterator[None]:
    """サインインに関わる行いを、その職員の行いとして記録できるようにする。"""
    terminal = request.META.get("REMOTE_ADDR", "")
    told = gate.Acting(officer=officer, function="floor.staff.sign_in", purpose="account", terminal=terminal)
    with gate.acting(told), transaction.atomic():
        yield


def refused(request: HttpRequest, staff_number: str, act: str, why: str) -> None:
    """失敗を記録する。実在しない職員番号は、打ち込まれたものを残さない（パスワードかもしれない）。"""
    known = StaffAccount.objects.filter(staff_number=guard.normal(staff_number)).exists()
    with signing_in(request, guard.normal(staff_number) if known else NOBODY):
        record(act, outcome=Outcome.FAILED, detail={"訳": why})


class AccountAdapter(DefaultAccountAdapter):
    """職員番号とパスワードのサインイン。"""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "職員番号かパスワードが違います。確かめて、もう一度入力してください。",
        "too_many_login_attempts": "続けて失敗したため、しばらく受け付けません。15分待つか、システム管理者に依頼してください。",
        "invalid_login": "職員番号かパスワードが違います。確かめて、もう一度入力してください。",
        "enter_current_password": "いまのパスワードを入力してください。",
        "incorrect_code": "確認コードが違うか、もう使われています。次のコードを入力してください。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - 仕組みの決まった形
        """自分では登録できない。"""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - 仕組みの決まった形
        """サインインの後は、はじめの画面へ。団体ごとの入口なら、その入口のはじめの画面。"""
        return get_script_prefix()

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """一時の知らせは出さない。画面そのものが状態を示す。"""

    def send_notification_mail(self, template_prefix: str, user: Any, *_: Any, **__: Any) -> None:
        """電子メールを送るかわりに、監査記録に残す。認証の手段が増えたときは、セッション鍵を替える。"""
        request = context.request
        what = template_prefix.rsplit("/", 1)[-1]
        with signing_in(request, user.staff_number):
            record("認証の手段を変えた", detail={"何を": what})
            if what in {"totp_activated", "webauthn_added"} and request.session.session_key:
                before = request.session.session_key
                request.session.cycle_key()
                sessions.rekey(before, request.session.session_key)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """試みを数える。数え過ぎていれば、実在するかどうかにかかわらず、同じに断る。"""
        name, terminal = str(credentials.get("username", "")), request.META.get("REMOTE_ADDR", "")
        by_terminal, by_name = guard.take("terminal", terminal), guard.take("password", name)
        if by_terminal.allowed and by_name.allowed:
            if by_name.last:
                refused(request, name, "サインインを制限した", "続けて失敗した")
            return
        refused(request, name, "サインインを断った", "制限中")
        raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> StaffAccount | None:
        """使えないアカウントは、違うパスワードと同じに断る。"""
        found = super().authenticate(request, **credentials)
        name = str(credentials.get("username", ""))
        if not isinstance(found, StaffAccount):
            return None
        if identity_of(found, at=_now()).kind != Kind.OFFICER:
            self.authentication_failed(request, **credentials)
            return None
        guard.forget("password", name)
        guard.give_back("terminal", request.META.get("REMOTE_ADDR", ""))
        return found

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """失敗を記録する。"""
        refused(request, str(credentials.get("username", "")), "サインインに失敗した", "職員番号かパスワードが違う")

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponseRedirect:
        """止めたアカウント。見知らぬ者と同じに断る。"""
        refused(request, user.staff_number, "サインインに失敗した", "使えないアカウント")
        return HttpResponseRedirect(reverse("account_login") + "?refused=1")

    def login(self, request: HttpRequest, user: Any) -> None:
        """サインインを終える。鍵を替え、セッションを始め、記録する。途中で使えなくなっていれば断る。"""
        account = StaffAccount.objects.get(pk=user.pk)
        if identity_of(account, at=_now()).kind != Kind.OFFICER:
            refused(request, account.staff_number, "サインインに失敗した", "使えないアカウント")
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        factors = _factors(request, account)
        super().login(request, user)
        request.session.cycle_key()
        with signing_in(request, account.staff_number):
            elsewhere = sessions.open_session(
                account,
                request.session.session_key,
                terminal=request.META.get("REMOTE_ADDR", ""),
                browser=request.META.get("HTTP_USER_AGENT", ""),
                factors=factors,
            )
            record("サインインした", detail={"要素": factors, "終わらせた別の端末": "、".join(elsewhere)})

    def logout(self, request: HttpRequest) -> None:
        """サインアウトする。"""
        user, key = request.user, request.session.session_key
        if isinstance(user, StaffAccount):
            with signing_in(request, user.staff_number):
                if sessions.end_session(key, Ending.SIGNED_OUT):
                    record("サインアウトした")
        super().logout(request)

    def set_password(self, user: Any, password: str) -> None:
        """パスワードを変え、開いているセッションを終わらせる。"""
        with signing_in(context.request, user.staff_number):
            user.password_must_change = False
            super().set_password(user, password)
            sessions.end_sessions(user.staff_number, Ending.PASSWORD_CHANGED)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """大切な操作の前に、もう一度確かめるか。サインインから間がなければ、それで足りる。"""
        user = context.request.user
        records = get_authentication_records(context.request, user if isinstance(user, StaffAccount) else None)
        recent = [
            each for each in records if _now().timestamp() - each["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        ]
        return not recent and bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_login_stages(self) -> list[str]:
        """パスワードの次は、第二要素。ほかの段はない。"""
        return ["osame.platform.web.stages.SecondFactorStage"]


def _now() -> datetime:
    from osame.platform.web.middleware import now

    return now()


def _factors(request: HttpRequest, account: StaffAccount) -> str:
    used = get_authentication_records(request, account)
    return "＋".join(str(each.get("type") or each.get("method")) for each in used)


class MFAAdapter(DefaultMFAAdapter):
    """第二要素。秘密は、署名の鍵から作った鍵で暗号にして置く。"""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "確認コードが違うか、もう使われています。次のコードを入力してください。",
        "cannot_delete_authenticator": "最後の第二要素は外せません。先に、別の第二要素を登録してください。",
    }

    def get_totp_issuer(self) -> str:
        """認証アプリに出る名。"""
        return f"納め {settings.SYSTEM.name}"

    def encrypt(self, text: str) -> str:
        """秘密を暗号にする。"""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """秘密を読む。"""
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """最後の第二要素は外せない。"""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return bool(others.exclude(pk=authenticator.pk).exists())


def _cipher() -> MultiFernet:
    """秘密を守る鍵。前の署名の鍵でも読める。"""
    keys = [force_bytes(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    made = (HKDF(SHA256(), 32, salt=None, info=b"osame second factor").derive(key) for key in keys)
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in made])


class ProviderAdapter(DefaultSocialAccountAdapter):
    """職員認証基盤からのサインイン。登録のある職員に結び付けるだけで、作ることはない。"""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 - 仕組みの決まった形
        """自分では登録できない。"""
        return False

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> Any:  # noqa: ARG002 - 仕組みの決まった形
        """基盤の主張で、職員の項目を埋めない。"""
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """職員番号の主張と同じ職員に、一度だけ結び付ける。結び付いた後は、基盤の識別子（sub）だけを見る。"""
        provider = settings.STAFF_PROVIDER
        if sociallogin.is_existing or provider is None:
            return
        claims = sociallogin.account.extra_data.get("id_token") or {}
        number = guard.normal(str(claims.get(provider.staff_number_claim, "")))
        account = StaffAccount.objects.filter(staff_number=number).first()
        linked = SocialAccount.objects.filter(user_id=number).exists()
        if account is None or linked or identity_of(account, at=_now()).kind != Kind.OFFICER:
            refused(request, number, "サインインに失敗した", "職員認証基盤の者に、使える職員がいない")
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login") + "?refused=1"))
        sociallogin.email_addresses = []
        sociallogin.connect(request, account)

    def send_notification_mail(self, template_prefix: str, user: Any, *_: Any, **__: Any) -> None:
        """電子メールを送るかわりに、監査記録に残す。"""
        AccountAdapter().send_notification_mail(template_prefix, user)

    def on_authentication_error(self, request: HttpRequest, *_: Any, **__: Any) -> None:
        """基盤が断ったことを記録し、サインインの画面に戻す。"""
        refused(request, "", "サインインに失敗した", "職員認証基盤が断った")
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login") + "?refused=1"))


def second_factor_by_provider(signal_kwargs: dict[str, Any] | None) -> bool:
    """職員認証基盤が、第二要素まで確かめたか。設定で認めたものだけを数える。"""
    sociallogin = (signal_kwargs or {}).get("sociallogin")
    provider = settings.STAFF_PROVIDER
    if sociallogin is None or provider is None:
        return False
    return bool(provider.counts_as_second_factor(sociallogin.account.extra_data.get("id_token") or {}))
