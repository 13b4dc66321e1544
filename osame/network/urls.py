"""情報提供ネットワークシステム（模擬）のアドレス。"""

from django.urls import URLPattern, URLResolver, path

from osame.network.core.api import api
from osame.network.core.web import network_urls
from osame.platform.console.web import home
from osame.platform.web.urls import floor_urls

urlpatterns: list[URLPattern | URLResolver] = [
    *floor_urls,
    path("", home, name="home"),
    path("internal/v1/", api.urls),
    *network_urls,
]
