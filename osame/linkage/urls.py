"""団体内統合利用番号連携サーバーのアドレス。画面と API の入口を並べる。"""

from django.urls import URLPattern, URLResolver, path

from osame.linkage.api import api
from osame.linkage.identities import api as identities
from osame.linkage.notices import api as notices
from osame.linkage.numbers import api as numbers
from osame.platform.console.web import home
from osame.platform.web.urls import floor_urls

API_CHAPTERS = (identities, notices, numbers)
"""読み込むと、操作が API に載る。"""

urlpatterns: list[URLPattern | URLResolver] = [*floor_urls, path("", home, name="home"), path("internal/v1/", api.urls)]
