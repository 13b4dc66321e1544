"""パスキー。登録し、それで入り、同じ応答では二度と入れない。"""

import json
import re

import pytest

from tests.systems.platform.soft_passkey import SoftPasskey
from tests.systems.platform.staff_cast import PASSWORD, SIGN_IN, browser, hire, inside

FACTOR, ADD = "/account/factors/sign-in/", "/account/factors/keys/add/"


def options(page: bytes, name: str):
    found = re.search(r'<script id="js_data" type="application/json">(.*?)</script>', page.decode())
    assert found
    return json.loads(found[1])[name]


@pytest.fixture
def passkey(linkage_database):
    """An officer whose only second factor is a passkey."""
    hire("A1001", "山本 一郎", "collection_clerk")
    client, key = browser(), SoftPasskey()
    client.post(SIGN_IN, {"login": "A1001", "password": PASSWORD})
    page = client.get(ADD)
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page.content.decode())  # 行内の文はない
    sent = {"name": "机の鍵", "credential": key.register(options(page.content, "creation_options"))}
    assert client.post(ADD, sent).headers["Location"] == "/account/factors/codes/"
    assert inside(client)
    return key


def test_a_passkey_opens_and_its_answer_opens_once(passkey):
    client = browser()
    assert client.post(SIGN_IN, {"login": "A1001", "password": PASSWORD}).headers["Location"] == FACTOR
    answer = passkey.sign(options(client.get(FACTOR).content, "request_options"))
    assert client.post(FACTOR, {"credential": answer}).headers["Location"] == "/"
    assert inside(client)
    other = browser()
    other.post(SIGN_IN, {"login": "A1001", "password": PASSWORD})
    other.get(FACTOR)
    other.post(FACTOR, {"credential": answer})
    assert not inside(other)


@pytest.mark.parametrize("fault", ["another origin", "another key", "not verified"])
def test_a_wrong_passkey_opens_nothing(passkey, fault):
    client = browser()
    client.post(SIGN_IN, {"login": "A1001", "password": PASSWORD})
    asked = options(client.get(FACTOR).content, "request_options")
    match fault:
        case "another origin":
            passkey.origin = "http://localhost.example.jp"
        case "another key":
            passkey.key = SoftPasskey().key
    client.post(FACTOR, {"credential": passkey.sign(asked, verified=fault != "not verified")})
    assert not inside(client)
