"""OAuth2: one way in, short tokens, nothing twice."""

import base64
import threading

import pytest
from django.test import Client, override_settings
from joserfc import jwk, jwt

from osame.formats.non_resident_api import INQUIRY_SCOPE, NUMBERING_SCOPE
from osame.platform.database import fetch_all
from osame.platform.oauth.actions import (
    ClientExists,
    UnknownClient,
    WrongScope,
    disable_client,
    register_client,
)
from osame.platform.oauth.models import OauthClient, OauthToken
from osame.platform.terminal import now
from tests.systems.addressee.business_cast import (
    BOTH,
    REQUEST,
    ask,
    assertion,
    operator,
    registered,
    send,
    soon,
    token,
    token_form,
)


@pytest.fixture(autouse=True)
def keys(addressee_database, tmp_path, monkeypatch):
    monkeypatch.setenv("OSAME_KEYS", str(tmp_path))
    return tmp_path


def basic(who, secret=None):
    pair = f"{who.client_id}:{secret or who.client_secret}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def test_a_client_proves_itself_by_a_signature_and_gets_a_short_token():
    who = registered()
    assert len(who.client_id) == 32
    assert who.client_id.isalnum()
    assert len(who.client_secret) >= 32
    answer = ask(token_form(who))
    assert answer.status_code == 200
    assert set(answer.json()) == {"access_token", "token_type", "expires_in", "scope"}  # 更新トークンはない
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == 300
    assert answer["Cache-Control"] == "no-store"


def test_secrets_and_tokens_are_in_no_table(keys):
    who = registered()
    bearer = token(who)
    dump = str(fetch_all("SELECT c::text FROM oauth_client c")) + str(fetch_all("SELECT t::text FROM oauth_token t"))
    assert who.client_secret not in dump
    assert bearer not in dump
    assert who.client_secret.encode() not in b"".join(bytes(each.sealed_secret) for each in OauthClient.objects.all())
    assert (keys / "oauth-clients.key").stat().st_mode & 0o777 == 0o600


def test_an_assertion_is_used_once_even_at_the_same_moment():
    who = registered()
    form = token_form(who)
    answers = []
    threads = [threading.Thread(target=lambda: (answers.append(ask(form).status_code), _close())) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers)[:2] == [200, 400]
    assert ask(form).json()["error"] == "invalid_client"


def _close():
    from django.db import connections

    connections.close_all()


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://elsewhere.example/token"},
        {"exp": 1},
        {"exp": 4_000_000_000},
        {"iss": "someone"},
        {"exp": "soon"},
        {"jti": 7},
    ],
)
def test_an_assertion_that_says_something_else_is_refused(claims):
    answer = ask(token_form(who := registered(), signed=_signed(who, claims)))
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client"


def _signed(who, claims, algorithm="HS256"):
    told = {
        "iss": who.client_id,
        "sub": who.client_id,
        "aud": "http://localhost/oauth/token",
        "exp": soon(),
        "jti": "x" * 20,
    }
    key = jwk.OctKey.import_key(who.client_secret)
    return jwt.encode({"alg": algorithm}, told | claims, key, algorithms=[algorithm])


def test_only_hs256_and_only_the_right_secret():
    who = registered()
    assert ask(token_form(who, signed=_signed(who, {}, "HS384"))).status_code == 400
    other = type(who)(who.client_id, "z" * 48)
    assert ask(token_form(who, signed=_signed(other, {}))).status_code == 400
    assert ask(token_form(who, signed="a.b.c")).status_code == 400
    assert ask(token_form(who, signed=_signed(who, {"sub": "\x00"}))).status_code == 400


def test_basic_is_an_interim_measure_that_can_be_turned_off():
    form = {"grant_type": "client_credentials", "scope": BOTH}
    strict, lenient = registered("010"), registered("011", basic=True)
    assert ask(form, Authorization=basic(strict)).status_code == 401
    assert ask(form, Authorization=basic(lenient, "wrong" * 10)).status_code == 401
    assert ask(form, Authorization=basic(lenient)).status_code == 200
    for broken in ("Basic AP8=", "Basic !", "Basic"):  # 文字として読めない見出し
        assert ask(form, Authorization=broken).status_code == 401
    with override_settings(OAUTH_BASIC=False):
        assert ask(form, Authorization=basic(lenient)).status_code == 401


def test_two_ways_at_once_are_refused_and_so_is_anything_in_the_address():
    who = registered(basic=True)
    assert ask(token_form(who), Authorization=basic(who)).json()["error"] == "invalid_request"
    posted = {"grant_type": "client_credentials", "scope": BOTH, "client_id": who.client_id}
    assert ask(posted | {"client_secret": who.client_secret}).json()["error"] == "invalid_client"
    assert ask(token_form(who), path="/oauth/token?scope=x").json()["error"] == "invalid_request"
    bearer = token(who)
    doubled = Client(SERVER_NAME="localhost").post(
        f"/app_submit/v10/jutogaishaatenabangofuban?access_token={bearer}",
        REQUEST,
        content_type="application/json",
        headers={"Authorization": f"Bearer {bearer}"},
    )
    assert doubled.status_code == 401


@pytest.mark.parametrize("scope", ["", "031:something/else:Create", BOTH + " more"])
def test_a_scope_beyond_what_is_allowed_is_refused(scope):
    assert ask(token_form(registered(), scope)).json()["error"] == "invalid_scope"


def test_a_token_opens_only_the_call_of_its_scope():
    who = registered()
    assert send(token(who, INQUIRY_SCOPE), REQUEST).status_code == 401
    assert send(token(who, NUMBERING_SCOPE), {}).status_code == 400


def test_other_grants_do_not_exist():
    form = token_form(registered())
    for grant in ("refresh_token", "password", "authorization_code", ""):
        assert ask(form | {"grant_type": grant}).json()["error"] == "unsupported_grant_type"


def test_a_token_ends_and_a_disabled_client_is_out_at_once():
    who = registered()
    bearer = token(who)
    OauthToken.objects.update(expires_at=now())
    assert send(bearer, {}).status_code == 401
    bearer = token(who)
    with operator():
        disable_client(who.client_id, at=now())
        with pytest.raises(UnknownClient):
            disable_client(who.client_id, at=now())
    assert send(bearer, {}).status_code == 401
    assert ask(token_form(who)).status_code == 400


def test_one_client_per_business_system():
    who = registered("010")
    registered("010", own_policy=True)
    with operator(), pytest.raises(ClientExists):
        register_client("010", "二つ目", scopes=[NUMBERING_SCOPE])
    with operator(), pytest.raises(WrongScope):
        register_client("012", "固定資産税", scopes=["everything"])
    with operator():
        disable_client(who.client_id, at=now())
    assert registered("010").client_id != who.client_id


def test_introspection_is_for_the_provider_of_the_call():
    who, provider, other = registered("010"), registered("031", introspect=True), registered("032", introspect=True)
    bearer = token(who)

    def introspected(by, said):
        form = {"token": said, "client_assertion_type": token_form(by)["client_assertion_type"]}
        signed = assertion(by, audience="http://localhost/oauth/introspect")
        return ask(form | {"client_assertion": signed}, path="/oauth/introspect")

    found = introspected(provider, bearer).json()
    assert found["active"]
    assert found["client_id"] == who.client_id
    assert found["sub"] == "010"
    assert set(found["scope"].split()) == set(BOTH.split())
    assert introspected(provider, "nothing").json() == {"active": False}
    assert introspected(other, bearer).json() == {"active": False}
    assert introspected(who, bearer).status_code in {400, 401}
