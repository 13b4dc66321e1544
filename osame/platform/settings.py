"""Django の設定。値は環境変数から受け取り、既定は組込みの PostgreSQL。

Two connections lead to the same database: `default` is the system's own role, `owner` migrates. One system is one
process, one database and one role; `OSAME_SYSTEM` says which (see `osame.platform.systems`).
"""

import os
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from osame.platform import embedded, secret, systems

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
    "osame.platform.web.middleware.SafeHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "osame.platform.exchanges.middleware.SignedExchanges",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "osame.platform.web.middleware.StaffSessionMiddleware",
]

# 業務システムの認証認可。暫定措置の client_secret_basic を、どのクライアントにも許さないときは 0
OAUTH_BASIC = os.environ.get("OSAME_OAUTH_BASIC", "1") == "1"

# 職員のサインイン
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]


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
    return {"default": _database(url, role=SYSTEM.role), "owner": _database(url)}


DATABASES = _databases()
