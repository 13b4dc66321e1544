"""本物の処理と、本物の通信で。サインインを始めから終わりまで、また職員認証基盤（試験用の代わり）から。"""

import re
from contextlib import contextmanager

import httpx
import pytest

from osame.platform.staff import actions
from osame.platform.staff.actions import NewStaff
from osame.platform.web.provider import UnsafeProvider, read_provider
from tests.systems.conftest import server
from tests.systems.exchange_cast import Server
from tests.systems.platform.fake_provider import CLIENT, SECRET, StandInProvider
from tests.systems.platform.staff_cast import APRIL, PASSWORD, SIGN_IN, acts, audit, code, form_token, hire, officer

FACTOR = "/account/factors/sign-in/"


class Browser(httpx.Client):
    """Follows no redirect by itself and sends the hidden field of the page it is on."""

    def send_form(self, page: str, fields: dict[str, str] | None = None, *, at: str = "") -> httpx.Response:
        token = form_token(self.get(page).text)
        return self.post(at or page, data={**(fields or {}), "csrfmiddlewaretoken": token})


@pytest.fixture
def osame(linkage_database):
    with Server("linkage", linkage_database) as running:
        yield running


def test_from_the_first_password_to_the_last_sign_out(linkage_database, osame):
    """Temporary password, application set up, password chosen, signed in with both, signed out, cookie of no use."""
    with officer():
        temporary = actions.first_administrator(NewStaff("A0001", "伊藤 薫", "office", APRIL))
    with Browser(base_url=osame.url, timeout=60) as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        css = client.get("/static/osame/console.css")
        assert css.headers["content-type"].startswith("text/css"), (css.status_code, css.text)
        assert client.get("/account/").headers["location"].startswith(SIGN_IN)
        assert client.send_form(SIGN_IN, {"login": "A0001", "password": temporary}).status_code == 302
        assert client.get("/account/").headers["location"] == "/account/set-up/"
        found = re.search(r'id="secret">([A-Z2-7]+)<', client.get("/account/factors/app/").text)
        assert found
        secret = found[1]
        assert client.post("/account/factors/app/", data={"code": code(secret)}).status_code == 403  # 札がない
        first = code(secret)
        page = client.get("/account/factors/app/")
        shown = re.search(r'id="secret">([A-Z2-7]+)<', page.text)
        assert shown
        secret = shown[1]
        first = code(secret)
        sent = {"code": first, "csrfmiddlewaretoken": form_token(page.text)}
        assert client.post("/account/factors/app/", data=sent).headers["location"] == "/account/factors/codes/"
        chosen = {"oldpassword": temporary, "password1": PASSWORD, "password2": PASSWORD}
        assert client.send_form("/account/password/", chosen).headers["location"].startswith("/account/")
        assert client.get("/account/").headers["location"].startswith(SIGN_IN)

        assert client.send_form(SIGN_IN, {"login": "A0001", "password": PASSWORD}).headers["location"] == FACTOR
        assert "もう使われています" in client.send_form(FACTOR, {"code": first}).text  # 登録に使ったコードは使えない
        assert client.send_form(FACTOR, {"code": code(secret, later=1)}).headers["location"] == "/"
        assert "システム管理者" in client.get("/account/").text
        stolen = dict(client.cookies)
        assert client.send_form("/account/", at="/account/sign-out/").status_code == 302
    with Browser(base_url=osame.url, cookies=stolen) as thief:
        assert thief.get("/account/").headers["location"].startswith(SIGN_IN)
    recorded = acts(linkage_database)
    assert recorded.count("サインインした") == 2
    assert "サインアウトした" in recorded


@contextmanager
def with_provider(tmp_path, monkeypatch, database, more: str = ""):
    with StandInProvider() as stand_in:
        file = tmp_path / "oidc.toml"
        file.write_text(
            f'server_url = "{stand_in.url}"\nclient_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n{more}',
            encoding="utf-8",
        )
        monkeypatch.setenv("OSAME_OIDC_FILE", str(file))
        with Server("linkage", database) as running:
            yield stand_in, running


def through(provider: StandInProvider, osame: Server, client: Browser) -> httpx.Response:
    """From the button on the sign-in page, over the provider, back to us."""
    away = client.send_form(SIGN_IN, at="/account/provider/staff/").headers["location"]
    assert away.startswith(f"{provider.url}/authorize?")
    back = httpx.get(away).headers["location"]
    return client.get(back)


def test_the_provider_signs_known_officers_in_and_registers_nobody(linkage_database, tmp_path, monkeypatch):
    hire("A1001", "山本 一郎", "collection_clerk")
    hire("A1002", "高橋 二郎", "collection_clerk")
    counted = 'second_factor_amr = ["mfa"]\n'
    with with_provider(tmp_path, monkeypatch, linkage_database, counted) as (provider, osame):

        def arrive(**claims: object) -> tuple[str, str]:
            provider.claims = claims
            with Browser(base_url=osame.url, timeout=60) as client:
                answer = through(provider, osame, client)
                assert answer.status_code == 302, answer.text
                went = answer.headers["location"]
                page = client.get("/account/")
                return went, page.headers.get("location", "in")

        assert arrive(sub="s-1", preferred_username="A1001", amr=["pwd", "mfa"]) == ("/", "in")
        assert "code_challenge" in provider.asked[0]  # PKCE
        assert "code_verifier" in provider.asked[1]
        # 第二要素を確かめていなければ、こちらの第二要素が要る（なければ登録の画面だけ）
        assert arrive(sub="s-1", preferred_username="A1001", amr=["pwd"]) == ("/", "/account/set-up/")
        # 一度結び付いたら、職員番号を名乗っても、基盤の別の者は入れない
        went, page = arrive(sub="s-2", preferred_username="A1001", amr=["mfa"])
        assert went.startswith(f"{SIGN_IN}?refused")
        assert page.startswith(SIGN_IN)
        # 結び付いた者が別の職員番号を名乗っても、結び付いた職員のまま
        assert arrive(sub="s-1", preferred_username="A1002", amr=["mfa"]) == ("/", "in")
        # 登録のない者、止めた者
        assert arrive(sub="s-9", preferred_username="Z9999", amr=["mfa"])[0].startswith(f"{SIGN_IN}?refused")
        with officer("A9999"):
            actions.disable("A1001", reason="退職")
        assert arrive(sub="s-1", preferred_username="A1001", amr=["mfa"])[1].startswith(SIGN_IN)
        # 宛先の違う札
        assert arrive(sub="s-3", preferred_username="A1002", amr=["mfa"], aud="another")[1].startswith(SIGN_IN)
    signed_in = [who for who, act, _, _ in audit(linkage_database) if act == "サインインした"]
    assert signed_in == ["A1001"] * 3
    with server(linkage_database) as admin:
        assert admin.execute("SELECT count(*) FROM staff_account").fetchone() == (2,)
        assert admin.execute("SELECT user_id, uid FROM socialaccount_socialaccount").fetchall() == [("A1001", "s-1")]


def test_a_provider_in_the_clear_is_refused(tmp_path):
    file = tmp_path / "oidc.toml"
    file.write_text('server_url = "http://idp.example.jp"\nclient_id = "a"\nclient_secret = "b"\n', encoding="utf-8")
    with pytest.raises(UnsafeProvider):
        read_provider(str(file))
    file.write_text('server_url = "https://idp.example.jp"\n', encoding="utf-8")
    with pytest.raises(UnsafeProvider):
        read_provider(str(file))
    assert read_provider(None) is None
