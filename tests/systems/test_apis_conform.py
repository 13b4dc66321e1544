"""Every API of every system against its own description: no 5xx, no answer outside the schema, with and without keys.

Requests are made by schemathesis from the OpenAPI documents and sent in process through the whole stack of middleware.
"""

import warnings
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from osame.addressee.numbering.openapi import document
from osame.contracts import addressee_feed
from osame.contracts.signatures import Errand, Message
from osame.platform.exchanges import keys
from tests.systems.addressee.business_cast import registered, token
from tests.systems.exchange_cast import introduce, this_system

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
BOUNDED = {
    "deadline": None,
    "database": None,
    "phases": (Phase.explicit, Phase.generate),  # 縮めない。失敗した求めは、そのまま読める
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
}
Headers = Callable[[str, str, bytes], dict[str, str]]


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("OSAME_KEYS", str(tmp_path / "keys"))
    (tmp_path / "keys").mkdir()
    return tmp_path / "keys"


def sent(case: Any, headers: Headers) -> httpx.Response:
    """Through Django's own stack, in this process."""
    built = httpx.Request(**_plain(case.as_transport_kwargs(base_url="http://localhost")))
    body = built.read()
    target = built.url.raw_path.decode("ascii")
    told = {name: value for name, value in built.headers.items() if name not in {"host", "content-length"}}
    told |= headers(built.method, target, body)
    content_type = told.setdefault("content-type", "application/json")
    answer = Client(SERVER_NAME="localhost", raise_request_exception=False).generic(
        built.method, target, body, content_type=content_type, headers=told
    )
    response = httpx.Response(answer.status_code, headers=list(answer.items()), content=answer.content, request=built)
    response.elapsed = timedelta(0)
    return response


def _plain(kwargs: dict[str, Any]) -> dict[str, Any]:
    known = {"method", "url", "params", "headers", "cookies", "json", "data", "files", "content"}
    told = {name: value for name, value in kwargs.items() if name in known and value is not None}
    if isinstance(told.get("data"), bytes | str):
        told["content"] = told.pop("data")
    return told


def fuzz(described: dict[str, Any], headers: Headers, *, examples: int, expected: set[int] | None = None) -> set[int]:
    """Ask every operation with good and with bad requests; the statuses that came back."""
    schema = schemathesis.openapi.from_dict(described)
    seen: set[int] = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @given(case=operation.as_strategy(generation_mode=mode))
            @settings(max_examples=examples, **BOUNDED)
            def ask(case: Any) -> None:
                response = sent(case, headers)
                seen.add(response.status_code)
                if expected:
                    assert response.status_code in expected, response.text
                case.validate_response(response, checks=[not_a_server_error] if expected else CHECKS)

            with warnings.catch_warnings(), suppress(Unsatisfiable):  # 誤りようのない操作には、誤った求めがない
                warnings.simplefilter("ignore")
                ask()
    return seen


def nobody(_method: str, _target: str, _body: bytes) -> dict[str, str]:
    return {}


def signed(sender: str, receiver: str, function: str) -> Headers:
    """Each request signed by another system, as the real client does."""

    def headers(method: str, target: str, body: bytes) -> dict[str, str]:
        message = Message(method, target, {}, body)
        errand = Errand(officer="試験", purpose="number_linkage", function=function, request=uuid4().hex)
        with this_system(sender):
            signer = keys.signer()
        signer.sign(message, receiver=receiver, errand=errand, now=datetime.now(UTC).replace(microsecond=0))
        return message.headers

    return headers


def test_the_numbering_and_inquiry_apis_keep_to_their_description(addressee_database, home):
    bearer = token(registered("010"))
    seen = fuzz(document(), lambda *_: {"authorization": f"Bearer {bearer}"}, examples=30)
    assert 400 in seen
    assert seen <= {200, 400}


def test_the_numbering_and_inquiry_apis_stay_shut_without_a_token(addressee_database, home):
    assert fuzz(document(), nobody, examples=6) == {401}


def test_the_document_is_served_and_is_the_one_that_was_tried(addressee_database, home):
    answer = Client(SERVER_NAME="localhost").get("/app_submit/v10/openapi.json")
    assert answer.status_code == 200
    assert answer.json() == document()


TOKEN_FORM = {
    "openapi": "3.1.0",
    "info": {"title": "認可サーバー", "version": "1"},
    "paths": {
        path: {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/x-www-form-urlencoded": {
                            "schema": {
                                "type": "object",
                                "properties": {each: {"type": "string"} for each in names},
                                "required": names[:1],
                            }
                        }
                    },
                },
                "responses": {
                    status: {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}
                    for status in ("200", "400", "401")
                },
            }
        }
        for path, names in {
            "/oauth/token": ["grant_type", "scope", "client_id", "client_assertion_type", "client_assertion"],
            "/oauth/introspect": ["token", "token_type_hint", "client_assertion_type", "client_assertion"],
        }.items()
    },
}


def test_the_authorisation_server_answers_whatever_it_is_sent(addressee_database, home):
    registered("010", basic=True)
    assert fuzz(TOKEN_FORM, nobody, examples=10) <= {400, 401}
    assert fuzz(TOKEN_FORM, lambda *_: {"authorization": "Basic AP8=:"}, examples=5) <= {400, 401}


def number_parameter(name: str, most: int) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "integer", "minimum": 0, "maximum": most}}


def feed_description() -> dict[str, Any]:
    """The feed has no document of its own; its contract says what it takes."""
    answers = {
        str(status): {"description": "", "content": {"application/json": {"schema": {"type": "object"}}}}
        for status in (200, 400, 401, 403, 422)
    }
    position = {"type": "object", "properties": {"position": {"type": "integer", "minimum": 0, "maximum": 2**62}}}
    names = {"name": "fields", "in": "query", "schema": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "宛名の配信", "version": "1"},
        "paths": {
            addressee_feed.PATH: {
                "get": {"parameters": [number_parameter("after", 2**40), number_parameter("limit", 50)], "responses": answers}
            },
            addressee_feed.DIGEST_PATH: {"get": {"parameters": [names], "responses": answers}},
            addressee_feed.ACKNOWLEDGEMENT_PATH: {
                "post": {
                    "requestBody": {"required": True, "content": {"application/json": {"schema": position}}},
                    "responses": answers,
                }
            },
        },
    }  # fmt: skip


def test_the_feed_answers_signed_systems_and_nobody_else(addressee_database, home):
    introduce("addressee", "collection")
    assert fuzz(feed_description(), nobody, examples=4, expected={401}) == {401}
    seen = fuzz(feed_description(), signed("collection", "addressee", "collection.addressees.follow"), examples=15)
    assert 200 in seen


def linkage_description() -> dict[str, Any]:
    from osame.linkage import urls  # noqa: F401 - 読み込むと、操作が載る
    from osame.linkage.api import api

    return dict(api.get_openapi_schema(path_prefix="/internal/v1/"))


def test_linkage_answers_signed_systems_and_nobody_else(vault):
    introduce("linkage", "addressee")
    described = linkage_description()
    assert len(described["paths"]) > 3
    assert fuzz(described, nobody, examples=2, expected={401}) == {401}
    seen = fuzz(
        described,
        signed("addressee", "linkage", "addressee.numbering.number"),
        examples=8,
        expected={200, 400, 401, 403, 422},
    )
    assert seen & {200, 400, 422}


@pytest.fixture
def vault(linkage_database, tmp_path, monkeypatch):
    """連携サーバーの鍵。"""
    from osame.linkage.numbers.rotation import create_keys
    from osame.platform import gate
    from tests.systems.linkage.cast import LINKING

    monkeypatch.setenv("OSAME_KEYS", str(tmp_path / "keys"))
    with gate.acting(LINKING):
        create_keys("242039")
    return linkage_database
