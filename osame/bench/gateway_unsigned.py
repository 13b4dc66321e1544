"""床の入口。同じ照会を、署名も記録もせずに判断して答えるもの（`/asked/…`）と、判断もしないもの（`/bare/…`）。"""

import json

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from osame.contracts.gateway import Rows
from osame.contracts.strict import parsed, plain
from osame.gateway.inquiries import actions
from osame.gateway.inquiries.actions import Order
from osame.gateway.interfaces.inquiring import order_of
from osame.gateway.interfaces.numbering import numbered
from osame.gateway.interfaces.rows import Caller, done
from osame.platform import bodies
from osame.platform.terminal import now


@csrf_exempt
def asked(request: HttpRequest, interface: str) -> HttpResponse:
    """同じ照会を、同じに判断して答える。何も残さない。"""
    assert interface
    caller = Caller("collection", now(), "計測")
    rows = parsed(Rows, json.loads(request.body)).rows
    told = (order_of(row, number, caller) for row, number in zip(rows, numbered(rows), strict=True))
    orders = [each for each in told if isinstance(each, Order)]
    with bodies.serving(bodies.listed()[0]), transaction.atomic():
        _, judged = actions.judged(orders, system=caller.system, at=caller.at)
    return _told([(str(each.record_key), str(each.inquiry_number), str(each.state)) for each in judged])


@csrf_exempt
def bare(request: HttpRequest, interface: str) -> HttpResponse:
    """同じ行を読み、同じ数の行を答える。何も確かめず、何も残さない。"""
    assert interface
    rows = parsed(Rows, json.loads(request.body)).rows
    return _told([(row["レコード識別番号"], "0" * 40, "1") for row in rows])


def _told(answers: list[tuple[str, str, str]]) -> HttpResponse:
    rows = tuple(
        done(**{"レコード識別番号": key, "照会番号": number, "照会ステータス": state}) for key, number, state in answers
    )
    text = json.dumps(plain(Rows(rows)), ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text.encode(), content_type="application/json")


urlpatterns = [path("asked/<str:interface>", asked), path("bare/<str:interface>", bare)]
