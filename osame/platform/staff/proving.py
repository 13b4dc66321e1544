"""端末の前の者が、名のるとおりの職員であることを確かめる。

At a terminal everybody may type any name. For acts that need two people the name alone proves nothing: the officer gives
the password and a code of the authenticator app, counted and burnt exactly as at sign-in.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth

from osame.kernel.refusals import Refusal
from osame.platform.staff import guard
from osame.platform.staff.codes import UsedOrWrongCode, burn
from osame.platform.staff.models import StaffAccount
from osame.platform.staff.queries import identity_of


class NotProved(Refusal):
    """職員番号、パスワード、確認コードのどれかが違うか、続けて失敗したため、いまは受け付けません。画面でサインインできることを確かめてください。"""


def prove(staff_number: str, *, password: str, code: str, at: datetime) -> None:
    """本人であることを確かめる。何が違うかは言わない。

    要件: F29-01, F29-02
    """
    by_password, by_code = guard.take("password", staff_number), guard.take("code", staff_number)
    account = StaffAccount.objects.filter(staff_number=guard.normal(staff_number)).first()
    if account is None:
        StaffAccount().set_password(password)  # いない職員にも、同じだけの手間をかける
        raise NotProved
    right = account.check_password(password) and identity_of(account, at=at).kind == "officer"
    app = Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()
    if not (by_password.allowed and by_code.allowed and right and app) or account.password_must_change:
        raise NotProved
    try:
        burn(account.staff_number, auth.decrypt(app.data["secret"]), code)
    except UsedOrWrongCode as refusal:
        raise NotProved from refusal
    for kind in ("password", "code"):
        guard.forget(kind, account.staff_number)
