"""住登外者宛名番号付番API と照会API の入口。答えは、仕様書のとおりの文字の並びで返す。

Byte for byte: the members stand in the order of the sheet, nothing is escaped, and the content type is
`application/json;charset=UTF-8`. A request that outlasts the limit and a closed service answer 5xx without JSON.
"""

import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from osame.addressee.numbering.actions import Numbered, RequestDoesNotFitError, number_non_resident
from osame.addressee.numbering.openapi import document
from osame.addressee.numbering.queries import Candidates, Client, candidates
from osame.formats.non_resident_api import (
    CONTENT_TYPE,
    INQUIRY_CALL,
    INQUIRY_SCOPE,
    INQUIRY_TITLE,
    NOT_AN_OBJECT,
    NUMBERING_CALL,
    NUMBERING_SCOPE,
    NUMBERING_TITLE,
    ItemError,
    check_inquiry,
    check_numbering,
)
from osame.platform import gate
from osame.platform.database import run_sql
from osame.platform.functions.binding import bound
from osame.platform.oauth.middleware import needs_scope
from osame.platform.terminal import today

LONGEST_BODY = 64 * 1024
STATEMENT_LIMIT, LOCK_LIMIT = "25s", "20s"  # 全体で30秒を超えないように
DONE, FAILED = "登録が完了しました。", "エラーが発生しました。"
NOT_AUTHORISED, UNEXPECTED = "アクセストークンが無効です。", "想定外のエラーが発生しました。"
ANSWERED, TOO_MANY = "照会が完了しました。", "照会が完了しました。候補が上限を超えています。"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """API コール一つ。検査と、本体と、答え方。"""

    name: str
    title: str
    function: str
    check: Callable[[Mapping[str, Any]], tuple[dict[str, str], list[ItemError]]]
    work: Callable[[Mapping[str, str], Client], dict[str, Any]]

    @property
    def links(self) -> dict[str, Any]:
        """リンク情報宣言。"""
        return {"self": {"href": f"/{self.name}"}}


def _number(values: Mapping[str, str], client: Client) -> dict[str, Any]:
    done: Numbered = number_non_resident(values, client)
    return {
        "metadata": {"title": NUMBERING_TITLE, "detail": DONE},
        "_links": NUMBERING.links,
        "result": [
            {
                "shikuchosonkodo": done.municipality_code,
                "atenabango": done.addressee_number,
                "rirekibango": done.history_number,
                "sosashaid": done.operator_id,
                "sosanengappi": done.operated_on,
                "sosajikoku": done.operated_at,
            }
        ],
    }


def _inquire(values: Mapping[str, str], client: Client) -> dict[str, Any]:
    found: Candidates = candidates(values, client, on=today())
    municipality = {"shikuchosonkodo": values["shikuchosonkodo"]}
    return {
        "metadata": {"title": INQUIRY_TITLE, "detail": TOO_MANY if found.more else ANSWERED},
        "_links": INQUIRY.links,
        "result": [municipality | person for person in found.people],
    }


NUMBERING = Call(NUMBERING_CALL, NUMBERING_TITLE, "addressee.numbering.number", check_numbering, _number)
INQUIRY = Call(INQUIRY_CALL, INQUIRY_TITLE, "addressee.numbering.inquire", check_inquiry, _inquire)


def _said(body: Mapping[str, Any], status: int) -> HttpResponse:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    response = HttpResponse(text.encode(), status=status)
    response["Content-Type"] = CONTENT_TYPE
    return response


def _refused(call: Call, status: int, detail: str, errors: list[ItemError] | None = None) -> HttpResponse:
    body: dict[str, Any] = {"title": call.title, "detail": detail, "_links": call.links}
    if errors is not None:
        body["errors"] = [{"code": error.code, "message": error.message} for error in errors]
    return _said(body, status)


def _without_json(status: int) -> HttpResponse:
    return HttpResponse(status=status, content_type="text/plain")


def unauthorised(call: Call) -> Callable[[HttpRequest], HttpResponse]:
    """トークンが無効なときの答え。"""

    def answer(_request: HttpRequest) -> HttpResponse:
        response = _refused(call, 401, NOT_AUTHORISED)
        response["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return response

    return answer


def _answer(request: HttpRequest, call: Call) -> HttpResponse:
    """検査し、行い、答える。30秒を超えるものと、休止中は、JSONでない5xxを返す。"""
    if os.environ.get("OSAME_MAINTENANCE") == "1":
        return _without_json(503)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    body = _body(request)
    values, errors = call.check(body) if body is not None else ({}, [NOT_AN_OBJECT])
    if errors:
        return _refused(call, 400, FAILED, errors)
    who = request.business  # type: ignore[attr-defined]
    try:
        with gate.acting(_acting(request, call)), transaction.atomic():
            run_sql(f"SET LOCAL statement_timeout = '{STATEMENT_LIMIT}'")
            run_sql(f"SET LOCAL lock_timeout = '{LOCK_LIMIT}'")
            return _said(call.work(values, Client(who.system_id, who.is_own_policy)), 200)
    except RequestDoesNotFitError as wrong:
        return _refused(call, 400, FAILED, [wrong.error])
    except OperationalError as failure:
        log.error("%s を時間内に終えられませんでした: %s", call.title, type(failure.__cause__).__name__)
        return _without_json(504)
    except Exception as failure:
        log.error("%s で想定外のエラー: %s", call.title, type(failure).__name__)
        return _refused(call, 503, UNEXPECTED)


def _acting(request: HttpRequest, call: Call) -> gate.Acting:
    """機能の門が告げた者。門の外（試験など）なら、認証された業務システム。"""
    return gate.acting_now() or gate.Acting(
        officer=request.client_system,  # type: ignore[attr-defined]
        function=call.function,
        purpose="statutory",
        role="business_system",
        terminal=request.META.get("REMOTE_ADDR", ""),
    )


def _body(request: HttpRequest) -> dict[str, Any] | None:
    """要求の JSON オブジェクト。読めなければ None。"""
    if request.content_type != "application/json" or int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_BODY:
        return None
    try:
        found = json.loads(request.body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


@bound("addressee.numbering.number", POST="addressee.numbering.number")
@needs_scope(NUMBERING_SCOPE, unauthorised(NUMBERING))
@csrf_exempt
def number(request: HttpRequest) -> HttpResponse:
    """住登外者宛名番号付番API。"""
    return _answer(request, NUMBERING)


@bound("addressee.numbering.inquire", POST="addressee.numbering.inquire")
@needs_scope(INQUIRY_SCOPE, unauthorised(INQUIRY))
@csrf_exempt
def inquire(request: HttpRequest) -> HttpResponse:
    """住登外者宛名基本情報照会API。"""
    return _answer(request, INQUIRY)


@bound("addressee.numbering.describe")
def describe(_request: HttpRequest) -> HttpResponse:
    """二つの API の OpenAPI 文書。"""
    return _said(document(), 200)


numbering_urls: list[URLPattern] = [
    path(NUMBERING_CALL, number, name="non-resident-numbering"),
    path(INQUIRY_CALL, inquire, name="non-resident-inquiry"),
    path("app_submit/v10/openapi.json", describe, name="non-resident-openapi"),
]
