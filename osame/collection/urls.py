"""収滞納管理のアドレス。画面と API の入口を並べる。"""

from django.urls import URLPattern, URLResolver, path

from osame.collection.matching.web import matching_urls
from osame.collection.reveals.web import reveals_urls
from osame.collection.search.web import search_urls
from osame.platform.console.web import home
from osame.platform.web.urls import floor_urls

urlpatterns: list[URLPattern | URLResolver] = [
    *floor_urls,
    path("", home, name="today"),
    *matching_urls,
    *reveals_urls,
    *search_urls,
]
