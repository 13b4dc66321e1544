"""Django の設定。値は環境変数から受け取り、既定は組込みの PostgreSQL。

Two connections lead to the same database: `default` is the system's own role, `owner` migrates. One system is one
process, one database and one role; `OSAME_SYSTEM` says which (see `osame.platform.systems`).
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from osame.platform import embedded, secret, systems
from osame.platform.web import provider

SYSTEM = systems.current()
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
LANGUAGE_CODE = "ja"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = secret.read(SYSTEM.code)  # 画面を持つ処理だけが要る

INSTALLED_APPS = systems.installed()
AUTH_USER_MODEL = "staff.StaffAccount"
ROOT_URLCONF = f"osame.{SYSTEM.code}.urls"
WSGI_APPLICATION = "osame.platform.web.application.application"
ALLOWED_HOSTS = os.environ.get("OSAME_ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")
DATABASE_ROUTERS = ["osame.platform.systems.SystemRouter"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"  # 章の jobs.py が、自分のジョブを登録する

# 要求が通る順。門（機能・役割・目的）は、誰かが分かった後に置く。
MIDDLEWARE = [
    "django.middleware.gzip.GZipMiddleware",  # 縮めた長さから中身を推し量れないよう、でたらめな長さを足す
    "osame.platform.web.middleware.TerminalMiddleware",
    "osame.platform.web.middleware.SafeHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "osame.platform.exchanges.middleware.SignedExchanges",
    "osame.platform.oauth.middleware.BusinessSystems",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "osame.platform.web.middleware.StaffSessionMiddleware",
    "osame.platform.imports.middleware.UploadLimit",
    "osame.platform.functions.middleware.FunctionGateMiddleware",
    "osame.platform.web.proof.ProofMiddleware",
    "osame.platform.console.middleware.RefusalsTold",
    "osame.platform.egress.middleware.EgressMiddleware",  # 画面に最も近い、最後に置く
]

# システムどうしの求め（/internal/）が通る順。ここには職員のセッションがない。
MACHINE_MIDDLEWARE = [
    "osame.platform.web.middleware.TerminalMiddleware",
    "osame.platform.web.middleware.SafeHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "osame.platform.exchanges.middleware.SignedExchanges",
    "django.middleware.common.CommonMiddleware",
    "osame.platform.functions.middleware.FunctionGateMiddleware",
    "osame.platform.egress.middleware.EgressMiddleware",
]

# 業務システムの認証認可。暫定措置の client_secret_basic を、どのクライアントにも許さないときは 0
OAUTH_BASIC = os.environ.get("OSAME_OAUTH_BASIC", "1") == "1"

# 落とされたファイルは、暗号にする前に、平文でディスクに置かない。大きすぎるものは、読む前に断る（UploadLimit）。
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 66 * 1024 * 1024

# 画面
ENVIRONMENT = os.environ.get("OSAME_ENVIRONMENT", "検証環境")  # 本番では空にする。空でなければ、どの画面にも出す
CONSOLES = systems.consoles(os.environ.get("OSAME_CONSOLES", ""))
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "osame.platform.web.context.about",
            ]
        },
    }
]
STATIC_URL = "static/"  # 団体ごとの入口（/団体コード/）の下でも同じに開く
STATICFILES_DIRS = [Path(__file__).parent / "web" / "static"]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
PLAIN_HTTP = set(ALLOWED_HOSTS) <= {"127.0.0.1", "localhost", "[::1]"}  # この機械の中だけで使うとき
TRUSTED_PROXIES = int(os.environ.get("OSAME_TRUSTED_PROXIES", "0" if PLAIN_HTTP else "1"))  # 手前に置く中継の数
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 31_536_000
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# 職員のサインイン（時間は分）
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("staff_number", "name", "email")},
    },
    {"NAME": "osame.platform.staff.passwords.NotMadeOfCommonWordsValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
STAFF_IDLE_MINUTES = int(os.environ.get("OSAME_IDLE_MINUTES", "15"))
STAFF_SESSION_MINUTES = int(os.environ.get("OSAME_SESSION_MINUTES", "600"))
STAFF_PROVIDER = provider.read_provider(os.environ.get("OSAME_OIDC_FILE"))
ISSUER = None if STAFF_PROVIDER else systems.issuer(os.environ.get("OSAME_ISSUER", ""), CONSOLES)
_COOKIE = "" if PLAIN_HTTP else "__Host-"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = f"{_COOKIE}osame_{SYSTEM.code}"
SESSION_COOKIE_AGE = STAFF_SESSION_MINUTES * 60
SESSION_COOKIE_SECURE = not PLAIN_HTTP
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # 職員認証基盤から戻る要求にも要る
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = f"{_COOKIE}osame_{SYSTEM.code}_form"
CSRF_COOKIE_SECURE = not PLAIN_HTTP
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "osame.platform.web.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = "staff_number"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_PRESERVE_USERNAME_CASING = True
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = False  # 試みは、データベースで数える（osame.platform.staff.guard）
ACCOUNT_FORMS = {
    "login": "osame.platform.web.forms.StaffLoginForm",
    "change_password": "osame.platform.web.forms.StaffPasswordForm",
}
MFA_ADAPTER = "osame.platform.web.adapters.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_RATE_LIMITS = False
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_FORMS = {
    "authenticate": "osame.platform.web.forms.CodeForm",
    "reauthenticate": "osame.platform.web.forms.CodeAgainForm",
    "authenticate_webauthn": "osame.platform.web.forms.PasskeyForm",
    "reauthenticate_webauthn": "osame.platform.web.forms.PasskeyAgainForm",
    "activate_totp": "osame.platform.web.forms.NewAppForm",
}
SOCIALACCOUNT_ADAPTER = "osame.platform.web.adapters.ProviderAdapter"
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_PROVIDERS = STAFF_PROVIDER.as_library_settings() if STAFF_PROVIDER else {}


def _database(url: str, *, role: str | None = None, password: str = "") -> dict[str, Any]:
    parts = urlparse(url)
    query = parse_qs(parts.query)
    host = query.get("host", [parts.hostname or ""])[0]
    return {
        "ENGINE": "osame.platform.postgresql",
        "NAME": os.environ.get("OSAME_DATABASE_NAME") or parts.path.lstrip("/"),
        "USER": role or unquote(parts.username or ""),
        "PASSWORD": password if role else unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": {"application_name": f"osame-{SYSTEM.code}"},
        "CONN_MAX_AGE": 60,  # 要求のたびにつなぎ直さない。目的は取引とともに終わるので、次の要求には移らない
        "CONN_HEALTH_CHECKS": True,
    }


def _databases() -> dict[str, dict[str, Any]]:
    if os.environ.get("OSAME_NO_DATABASE") == "1":
        return {"default": _database("postgresql:///none?host=/nowhere")}  # SQL を組むためだけ。つながらない
    managed = os.environ.get("OSAME_DATABASE_URL")
    if managed:
        owner = os.environ.get("OSAME_OWNER_DATABASE_URL", managed)
        return {"default": _database(managed), "owner": _database(owner)}
    url = os.environ.get("OSAME_EMBEDDED_URL") or embedded.start_server(embedded.home() / "postgres")
    os.environ["OSAME_EMBEDDED_URL"] = url  # 子プロセスは同じサーバーを使う
    os.environ.setdefault("OSAME_DATABASE_NAME", SYSTEM.database)
    return {"default": _database(url, role=SYSTEM.login), "owner": _database(url)}


DATABASES = _databases()

# システムの側の失敗は、人の値を除いて標準エラーに書く。断り（404 や 403）は監査記録にあるので書かない。
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"places": {"()": "osame.platform.web.failures.PlacesOnly"}},
    "handlers": {"failures": {"class": "logging.StreamHandler", "level": "ERROR", "formatter": "places"}},
    "loggers": {"django.request": {"handlers": ["failures"], "level": "ERROR", "propagate": False}},
}
