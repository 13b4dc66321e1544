"""付番API と照会API の OpenAPI 文書。項目の表（`formats.non_resident_api`）から作る。"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from osame.formats.non_resident_api import (
    ADDRESS,
    INQUIRY_CALL,
    INQUIRY_ITEMS,
    INQUIRY_SCOPE,
    INQUIRY_TITLE,
    ITEM,
    NUMBERING_CALL,
    NUMBERING_ITEMS,
    NUMBERING_SCOPE,
    NUMBERING_TITLE,
    PERSON,
    Item,
    Kind,
)

JSON = "application/json"
ECHOED = ("sosashaid", "sosanengappi", "sosajikoku")


@cache
def document() -> dict[str, Any]:
    """文書の全体。"""
    numbered = [_shown(ITEM["shikuchosonkodo"]), _shown(ITEM["atenabango"]), _history()]
    numbered += [_shown(ITEM[name]) for name in ECHOED]
    candidate = [_shown(ITEM["shikuchosonkodo"]), _shown(ITEM["atenabango"]), _history()]
    candidate += [_shown(item, nullable=True) for item in (*PERSON, *ADDRESS)]
    return {
        "openapi": "3.1.0",
        "info": {"title": "住登外者宛名番号管理", "version": "2.0"},
        "paths": {
            f"/{NUMBERING_CALL}": _path(NUMBERING_TITLE, NUMBERING_SCOPE, NUMBERING_ITEMS, numbered),
            f"/{INQUIRY_CALL}": _path(INQUIRY_TITLE, INQUIRY_SCOPE, INQUIRY_ITEMS, candidate),
        },
        "components": {
            "securitySchemes": {
                "oauth2": {
                    "type": "oauth2",
                    "flows": {
                        "clientCredentials": {
                            "tokenUrl": "/oauth/token",
                            "scopes": {NUMBERING_SCOPE: NUMBERING_TITLE, INQUIRY_SCOPE: INQUIRY_TITLE},
                        }
                    },
                }
            }
        },
    }


def _path(title: str, scope: str, items: Iterable[Item], result: list[tuple[str, Any]]) -> dict[str, Any]:
    head = {"title": {"const": title}, "detail": {"type": "string"}}
    links = {"_links": {"type": "object", "required": ["self"]}}
    errors = {
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": _object({"code": {"enum": ["E0001", "E0002", "E0003", "E0004"]}, "message": {"type": "string"}}),
        }
    }
    person = _object(dict(result))
    done = _object({"metadata": _object(head), **links, "result": {"type": "array", "items": person}})
    answers = {
        "200": _response("正常終了", done),
        "400": _response("送信したパラメータの誤り", _object({**head, **links, **errors})),
        "401": _response("アクセストークンが無効", _object({**head, **links})),
        "503": _response("想定外のエラー", _object({**head, **links})),
        "504": {"description": "時間内に終わらなかった（JSONではない）"},
    }
    return {
        "post": {
            "summary": title,
            "security": [{"oauth2": [scope]}],
            "requestBody": {"required": True, "content": {JSON: {"schema": _request(items)}}},
            "responses": answers,
        }
    }


def _request(items: Iterable[Item]) -> dict[str, Any]:
    listed = list(items)
    return {
        "type": "object",
        "required": [item.name for item in listed if item.required],
        "properties": {item.name: {"type": ["string", "null"], **_facts(item)} for item in listed},
    }


def _shown(item: Item, *, nullable: bool = False) -> tuple[str, Any]:
    return item.name, {"type": ["string", "null"] if nullable else "string", "description": item.label}


def _history() -> tuple[str, Any]:
    return "rirekibango", {"type": "integer", "minimum": 1, "description": "履歴番号"}


def _facts(item: Item) -> dict[str, Any]:
    facts: dict[str, Any] = {"description": item.label, "maxLength": item.length, "examples": [item.example]}
    if item.allowed and item.fixed:
        facts["pattern"] = f"^({item.allowed})$"
    if item.kind is Kind.DATE:
        facts["pattern"] = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
    if item.kind is Kind.TIME:
        facts["pattern"] = "^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"
    return facts


def _response(told: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": told, "content": {JSON: {"schema": schema}}}


def _object(members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}
