"""どのシステムにもあるアドレス。サインイン、第二要素、パスワード、自分の画面、動いているかの問い。

Pages of the sign-in library are listed one by one: what is not listed here (self registration, e-mail, password reset by
mail) does not exist. Their functions are in `floor.toml` under `[routes]`.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as outside
from allauth.socialaccount.providers.openid_connect import views as provider
from django.urls import URLPattern, URLResolver, path

from osame.contracts.sign_on import STANDING_PATH
from osame.platform.approvals.web import approvals_urls
from osame.platform.audit.web import audit_urls
from osame.platform.console.urls import console_urls
from osame.platform.egress.web import egress_urls
from osame.platform.exchanges.web import exchange_urls
from osame.platform.jobs.web import jobs_urls
from osame.platform.privacy.incident_web import incident_urls
from osame.platform.privacy.media_web import media_urls
from osame.platform.privacy.retention_web import retention_urls
from osame.platform.privacy.training_web import training_urls
from osame.platform.privacy.web import privacy_urls
from osame.platform.staff.web import staff_urls
from osame.platform.web import pages, sign_on

floor_urls: list[URLPattern | URLResolver] = [
    path("healthz", pages.healthz, name="healthz"),
    path("static/<path:path>", pages.static, name="static"),
    path("account/", pages.me, name="staff_me"),
    path("account/set-up/", pages.set_up, name="staff_set_up"),
    path("account/proved/", pages.proved, name="staff_proved"),
    path("account/sessions/end/", pages.end_my_sessions, name="staff_end_sessions"),
    path("account/sign-in/", account.login, name="account_login"),
    path("account/sign-out/", account.logout, name="account_logout"),
    path("account/password/", account.password_change, name="account_change_password"),
    path("account/again/", account.reauthenticate, name="account_reauthenticate"),
    path("account/factors/", factors.index, name="mfa_index"),
    path("account/factors/sign-in/", factors.authenticate, name="mfa_authenticate"),
    path("account/factors/again/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("account/factors/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("account/factors/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/factors/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/factors/codes/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/factors/keys/", passkeys.list_webauthn, name="mfa_list_webauthn"),
    path("account/factors/keys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("account/factors/keys/again/", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/factors/keys/<int:pk>/remove/", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("account/provider/<str:provider_id>/", provider.login, name="openid_connect_login"),
    path("account/provider/<str:provider_id>/back/", provider.callback, name="openid_connect_callback"),
    path("account/provider/cancelled", outside.login_cancelled, name="socialaccount_login_cancelled"),
    path("account/provider/error", outside.login_error, name="socialaccount_login_error"),
    path("account/pass/", sign_on.ask, name="staff_pass"),
    path("account/pass/give/", sign_on.give, name="staff_pass_give"),
    path("account/pass/take/", sign_on.take, name="staff_pass_take"),
    path(STANDING_PATH.removeprefix("/"), sign_on.standing, name="staff_pass_standing"),
    *console_urls,
    *jobs_urls,
    *approvals_urls,
    *staff_urls,
    *audit_urls,
    *egress_urls,
    *exchange_urls,
    *privacy_urls,
    *incident_urls,
    *training_urls,
    *media_urls,
    *retention_urls,
]
