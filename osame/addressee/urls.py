"""宛名管理のアドレス。画面と API の入口を並べる。"""

from django.urls import URLPattern, URLResolver, path

from osame.addressee.feed import api as feed
from osame.addressee.numbering.api import numbering_urls
from osame.contracts import addressee_feed
from osame.platform.oauth.api import oauth_urls
from osame.platform.web.urls import floor_urls

urlpatterns: list[URLPattern | URLResolver] = [
    *floor_urls,
    path(addressee_feed.PATH[1:], feed.feed, name="feed"),
    path(addressee_feed.ACKNOWLEDGEMENT_PATH[1:], feed.acknowledgement, name="feed-acknowledgement"),
    path(addressee_feed.DIGEST_PATH[1:], feed.digest, name="feed-digest"),
    *oauth_urls,
    *numbering_urls,
]
