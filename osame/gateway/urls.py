"""中間サーバーのアドレス。画面と API の入口を並べる。"""

from django.urls import URLPattern, URLResolver, path

from osame.gateway.administration.web import administration_urls
from osame.gateway.affair_rights.web import affair_right_urls
from osame.gateway.exchange_records.web import record_urls
from osame.gateway.inquiries.web import inquiry_urls
from osame.gateway.interfaces.api import api
from osame.gateway.portal.web import portal_urls
from osame.gateway.provisions.web import provision_urls
from osame.gateway.trust.web import trust_urls
from osame.platform.console.web import home
from osame.platform.web.urls import floor_urls

urlpatterns: list[URLPattern | URLResolver] = [
    *floor_urls,
    path("", home, name="home"),
    path("internal/v1/", api.urls),
    *inquiry_urls,
    *provision_urls,
    *portal_urls,
    *record_urls,
    *trust_urls,
    *affair_right_urls,
    *administration_urls,
]
