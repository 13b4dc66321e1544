"""宛名の配信の入口。求め、受信確認、照合。

`GET /internal/v1/feed?after=POSITION&limit=N&wait=SECONDS` answers at once when there is something after the position, and
otherwise as soon as there is (LISTEN/NOTIFY) or when the wait is over.
"""

import functools
import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from osame.addressee.feed import actions, queries
from osame.addressee.feed.subscribers import Subscriber, named, of_office
from osame.contracts.addressee_feed import LARGEST_PAGE, LONGEST_WAIT, Acknowledgement, Page
from osame.contracts.strict import parsed, plain
from osame.kernel.refusals import Refusal
from osame.platform.exchanges.api import for_signed_peers, signed_peer
from osame.platform.functions.binding import bound
from osame.platform.oauth.middleware import needs_scope
from osame.platform.terminal import JAPAN

SCOPE = "031:feed:Read"  # 宛名管理の業務ID、API の名、操作


class NotAuthorised(Refusal):
    """アクセストークンが無効です。トークンを取り直して、もう一度求めてください。"""


class BadQuestion(Refusal):
    """求めの形が違います。位置と件数と秒数は、0以上の整数で、決めた上限までで指定してください。"""


View = Callable[[HttpRequest], HttpResponse]


def unauthorised(_request: HttpRequest) -> HttpResponse:
    """トークンのない、または使えない求めへの答え。"""
    return JsonResponse({"error": "NotAuthorised", "message": NotAuthorised.message()}, status=401)


def for_business_systems(view: View) -> View:
    """OAuth2 の業務システムを通す入口。断りは JSON の一文で答える。"""

    @functools.wraps(view)
    def told(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except Refusal as refusal:
            return JsonResponse({"error": type(refusal).__name__, "message": str(refusal)}, status=422)

    return csrf_exempt(needs_scope(SCOPE, unauthorised)(told))


def _feed(request: HttpRequest) -> HttpResponse:
    """その位置より後の一ページ。なければ、変わるまで待つ。"""
    subscriber = _subscriber(request)
    after = _number(request, "after", 0, 2**62)
    limit = max(1, _number(request, "limit", 1000, LARGEST_PAGE))
    wait = _number(request, "wait", 0, LONGEST_WAIT)
    actions.asked(subscriber)
    return _answer(_wait_for_page(subscriber, after, limit, wait))


def _acknowledgement(request: HttpRequest) -> HttpResponse:
    """受信確認。"""
    try:
        told = parsed(Acknowledgement, json.loads(request.body))
    except ValueError as failure:
        raise BadQuestion from failure
    return _answer(Acknowledgement(position=actions.acknowledge(_subscriber(request), told.position)))


def _digest(request: HttpRequest) -> HttpResponse:
    """照合のための要約。"""
    subscriber = _subscriber(request)
    names = tuple(sorted(set(request.GET.get("fields", "").split(",")) - {""})) or tuple(sorted(subscriber.fields))
    if not set(names) <= set(subscriber.fields):
        raise BadQuestion("、".join(sorted(set(names) - set(subscriber.fields))))
    return _answer(queries.digest(subscriber, names, as_of=_today()))


# 一つの働きに、入口は二つ。署名された相手システムと、OAuth2 の業務システム。
feed = bound("addressee.feed.read")(require_GET(for_signed_peers(_feed)))
acknowledgement = bound("addressee.feed.acknowledge")(require_POST(for_signed_peers(_acknowledgement)))
digest = bound("addressee.feed.digest")(require_GET(for_signed_peers(_digest)))
business_feed = bound("addressee.feed.read")(for_business_systems(require_GET(_feed)))
business_acknowledgement = bound("addressee.feed.acknowledge")(for_business_systems(require_POST(_acknowledgement)))
business_digest = bound("addressee.feed.digest")(for_business_systems(require_GET(_digest)))

feed_urls = [
    path("internal/v1/feed", feed, name="feed"),
    path("internal/v1/feed/acknowledgement", acknowledgement, name="feed-acknowledgement"),
    path("internal/v1/feed/digest", digest, name="feed-digest"),
    path("api/v1/feed", business_feed, name="business-feed"),
    path("api/v1/feed/acknowledgement", business_acknowledgement, name="business-feed-acknowledgement"),
    path("api/v1/feed/digest", business_digest, name="business-feed-digest"),
]


def _wait_for_page(subscriber: Subscriber, after: int, limit: int, wait: int) -> Page:
    """先に耳を澄ましてから読む。読んだ後、聞く前に変わったものを聞き逃さない。"""
    deadline = time.monotonic() + wait
    with connection.cursor() as cursor:
        cursor.execute("LISTEN addressee_feed")
    try:
        while True:
            as_of = _today()
            published = queries.publish(as_of=as_of)
            page = queries.page_after(subscriber, after, limit=limit, published=published, as_of=as_of)
            remaining = deadline - time.monotonic()
            if page.entries or remaining <= 0:
                return page
            for _ in connection.connection.notifies(timeout=remaining, stop_after=1):
                pass
    finally:
        _stop_listening()


def _stop_listening() -> None:
    """接続は次の求めにも使うので、耳を澄ますのをやめる。もう切れていれば、することはない。"""
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UNLISTEN addressee_feed")


def _subscriber(request: HttpRequest) -> Subscriber:
    """求めてきた配信先。署名された相手か、OAuth2 の業務システム。"""
    peer = signed_peer(request)
    if peer:
        return named(peer.system)
    business = request.business  # type: ignore[attr-defined]
    return of_office("" if business.is_own_policy else business.system_id)


def _number(request: HttpRequest, name: str, usual: int, most: int) -> int:
    told = request.GET.get(name, str(usual))
    if not (told.isascii() and told.isdigit() and len(told) < 20 and int(told) <= most):
        raise BadQuestion(name)
    return int(told)


def _today() -> date:
    return datetime.now(JAPAN).date()


def _answer(message: object) -> HttpResponse:
    text = json.dumps(plain(message), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text.encode(), content_type="application/json")
