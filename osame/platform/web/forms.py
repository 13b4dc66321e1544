"""サインインの画面の欄。"""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, ReauthenticateWebAuthnForm
from django.core.exceptions import ValidationError
from django.db import transaction

from osame.platform.staff import guard
from osame.platform.staff.codes import UsedOrWrongCode, burn
from osame.platform.staff.models import StaffAccount
from osame.platform.web.adapters import AccountAdapter, refused


class StaffLoginForm(LoginForm):
    """職員番号とパスワード。"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "職員番号"
        self.fields["password"].label = "パスワード"
        self.fields["password"].help_text = ""
        for name in ("login", "password"):
            self.fields[name].widget.attrs.pop("placeholder", None)

    def clean_login(self) -> str:
        """全角で打っても同じ職員番号と読む。"""
        return guard.normal(self.cleaned_data["login"])


class StaffPasswordForm(ChangePasswordForm):
    """パスワードを変える。"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (
            ("oldpassword", "いまのパスワード"),
            ("password1", "新しいパスワード"),
            ("password2", "新しいパスワード（もう一度）"),
        ):
            self.fields[name].label, self.fields[name].help_text = label, ""
            self.fields[name].widget.attrs.pop("placeholder", None)


def _burn(account: StaffAccount, secret: str, code: str) -> None:
    try:
        burn(account.staff_number, secret, code)
    except UsedOrWrongCode as refusal:
        raise AccountAdapter().validation_error("incorrect_code") from refusal


class GuardedCode:
    """確認コードの試みを数え、職員ごとに一つずつ確かめ、使ったものは二度使わせない。"""

    user: StaffAccount
    cleaned_data: dict[str, Any]

    def checked(self, field: str, check: Any) -> Any:
        """数えてから確かめ、合っていれば失敗の数を忘れる。"""
        attempt = guard.take("code", self.user.staff_number)
        if not attempt.allowed:
            refused(context.request, self.user.staff_number, "第二要素を断った", "制限中")
            raise AccountAdapter().validation_error("too_many_login_attempts")
        try:
            with transaction.atomic():
                StaffAccount.objects.select_for_update().get(pk=self.user.pk)
                answer = check()
                found = getattr(self, "authenticator", None)
                if found is not None and found.type == Authenticator.Type.TOTP:
                    secret = auth.decrypt(found.data["secret"])
                    _burn(self.user, secret, self.cleaned_data[field])
        except ValidationError:
            refused(context.request, self.user.staff_number, "第二要素に失敗した", "確認コードか鍵が違う")
            raise
        guard.forget("code", self.user.staff_number)
        return answer


class CodeForm(GuardedCode, AuthenticateForm):
    """サインインの確認コード。"""

    def clean_code(self) -> str:
        """確かめる。"""
        return str(self.checked("code", super().clean_code))


class CodeAgainForm(GuardedCode, ReauthenticateForm):
    """大切な操作の前の確認コード。"""

    def clean_code(self) -> str:
        """確かめる。"""
        return str(self.checked("code", super().clean_code))


class PasskeyForm(GuardedCode, AuthenticateWebAuthnForm):
    """サインインの鍵（パスキー）。"""

    def clean_credential(self) -> Any:
        """確かめる。"""
        return self.checked("credential", super().clean_credential)


class PasskeyAgainForm(GuardedCode, ReauthenticateWebAuthnForm):
    """大切な操作の前の鍵（パスキー）。"""

    def clean_credential(self) -> Any:
        """確かめる。"""
        return self.checked("credential", super().clean_credential)


class NewAppForm(ActivateTOTPForm):
    """認証アプリを登録する。登録に使ったコードは、サインインに使えない。"""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = "認証アプリの確認コード（6桁）"
        self.fields["code"].widget.attrs.pop("placeholder", None)

    def clean_code(self) -> str:
        """確かめる。"""
        code = super().clean_code()
        _burn(self.user, self.secret, code)
        return str(code)
