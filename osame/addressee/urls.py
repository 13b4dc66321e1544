"""宛名管理のアドレス。画面と API の入口を並べる。"""

from django.urls import URLPattern, URLResolver, path

from osame.addressee.agents.web import agents_urls
from osame.addressee.consolidation.web import consolidation_urls
from osame.addressee.feed.api import feed_urls
from osame.addressee.locks.web import locks_urls
from osame.addressee.mailing.web import mailing_urls
from osame.addressee.numbering.api import numbering_urls
from osame.addressee.people.web import people_urls
from osame.addressee.protection.web import protection_urls
from osame.addressee.search.web import search_urls
from osame.platform.console.web import home
from osame.platform.oauth.api import oauth_urls
from osame.platform.web.urls import floor_urls

urlpatterns: list[URLPattern | URLResolver] = [
    *floor_urls,
    path("", home, name="home"),
    *feed_urls,
    *oauth_urls,
    *numbering_urls,
    *search_urls,
    *people_urls,
    *mailing_urls,
    *agents_urls,
    *protection_urls,
    *consolidation_urls,
    *locks_urls,
]
