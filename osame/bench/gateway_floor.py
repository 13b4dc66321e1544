"""中間サーバーの計測の床。同じサーバー、同じ枠組み、同じ伝文。署名・一回限りの値・記録・監査・データベースだけがない。

`granian osame.bench.gateway_floor:application` in the environment of the gateway: the same Django with the same settings and the same
middleware but the guards of signatures and functions, one address, which reads the same rows strictly and answers as many.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "osame.platform.settings")

import json

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from osame.contracts.gateway import Rows
from osame.contracts.strict import parsed, plain

GUARDS = (
    "osame.platform.exchanges.middleware.SignedExchanges",
    "osame.platform.oauth.middleware.BusinessSystems",
    "osame.platform.functions.middleware.FunctionGateMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "osame.platform.web.middleware.StaffSessionMiddleware",
    "osame.platform.web.proof.ProofMiddleware",
)
"""床では外すもの。署名と機能の門と、職員のセッション。"""


@csrf_exempt
def register(request: HttpRequest, interface: str) -> HttpResponse:
    """同じ行を読み、同じ数の行を答える。何も確かめず、何も残さない。"""
    assert interface
    asked = parsed(Rows, json.loads(request.body))
    told = tuple(
        {"処理結果": "00", "処理結果メッセージ": "正常終了", "レコード識別番号": row["レコード識別番号"], "照会番号": "0" * 40,
         "照会ステータス": "1"} for row in asked.rows
    )  # fmt: skip
    text = json.dumps(plain(Rows(told)), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text.encode(), content_type="application/json")


urlpatterns = [path("internal/v1/interfaces/<str:interface>", register)]
django.setup()  # 用意の検めは、すべての middleware を求める。外すのは、その後
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each not in GUARDS]
application = get_wsgi_application()
