"""一度のサインインで、すべてのシステムへ。札は一度だけ使え、もとで終われば、ここでも終わる。"""

import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import parse_qs, urlparse

import httpx
import pytest

from tests.systems.conftest import here
from tests.systems.exchange_cast import Server, free_port, introduce
from tests.systems.platform.staff_cast import PASSWORD, code, forget_codes, form_token, hire, officer, with_app

ASK_AGAIN = 3.2
"""Longer than a session is taken to stand without being asked about."""


class Browser:
    """One officer's browser over both systems: cookies by host and port, redirects followed one by one."""

    def __init__(self, collection: str, addressee: str) -> None:
        self.collection, self.addressee = collection, addressee
        self.clients = {each: httpx.Client(base_url=each) for each in (collection, addressee)}

    def close(self) -> None:
        for each in self.clients.values():
            each.close()

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, url: str) -> httpx.Response:
        parts = urlparse(url)
        return self.clients[f"{parts.scheme}://{parts.netloc}"].get(url)

    def follow(self, url: str) -> httpx.Response:
        answer = self.get(url)
        for _ in range(10):
            if answer.status_code != 302:
                return answer
            answer = self.get(str(answer.url.join(answer.headers["Location"])))
        raise AssertionError("goes round in circles")

    def sign_in(self, number: str, secret: str) -> None:
        client = self.clients[self.collection]
        token = form_token(client.get("/account/sign-in/").text)
        client.post("/account/sign-in/", data={"login": number, "password": PASSWORD, "csrfmiddlewaretoken": token})
        token = form_token(client.get("/account/factors/sign-in/").text)
        answer = client.post("/account/factors/sign-in/", data={"code": code(secret), "csrfmiddlewaretoken": token})
        assert answer.headers["Location"] == "/"

    def inside(self, system: str) -> bool:
        return self.get(f"{system}/account/").status_code == 200

    def ticket(self) -> str:
        """As far as the address that carries the ticket, which is not opened."""
        asked = self.get(f"{self.addressee}/account/pass/").headers["Location"]
        return self.get(asked).headers["Location"]


@pytest.fixture
def suite(database, addressee_database, monkeypatch):
    ports = {"collection": free_port(), "addressee": free_port()}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    monkeypatch.setenv("OSAME_CONSOLES", ",".join(f"{name}={url}" for name, url in urls.items()))
    monkeypatch.setenv("OSAME_ISSUER", "collection")
    monkeypatch.setenv("OSAME_PEER_URL_COLLECTION", urls["collection"])
    introduce("collection", "addressee")
    with here("collection", database):
        secret = with_app(hire("S1", "山本 昇", "collection_clerk"))
        hire("S2", "中村 澪", "collection_clerk")
        forget_codes()
    with here("addressee", addressee_database):
        hire("S1", "山本 昇", "collection_clerk")
    with (
        Server("collection", database, ports["collection"]) as issuer,
        Server("addressee", addressee_database, ports["addressee"]),
        Browser(urls["collection"], urls["addressee"]) as browser,
    ):
        browser.sign_in("S1", secret)
        yield browser, issuer, database, addressee_database


def test_an_officer_moves_to_another_system_without_typing_and_leaves_both_at_once(suite):
    """Signed in once; the second system opens by itself and closes when the first is left."""
    browser, *_ = suite
    assert not browser.inside(browser.addressee)
    assert browser.follow(f"{browser.addressee}/account/pass/?next=/account/").status_code == 200
    assert browser.inside(browser.addressee)
    token = form_token(browser.get(f"{browser.collection}/account/sign-out/").text)
    browser.clients[browser.collection].post("/account/sign-out/", data={"csrfmiddlewaretoken": token})
    time.sleep(ASK_AGAIN)
    assert not browser.inside(browser.addressee)


def test_a_stopped_officer_is_out_everywhere(suite):
    """Stopped where officers sign in: out of the other system within five seconds."""
    from osame.platform.staff import actions

    browser, _, database, _ = suite
    browser.follow(f"{browser.addressee}/account/pass/")
    with here("collection", database), officer():
        actions.disable("S1", reason="退職")
    time.sleep(ASK_AGAIN)
    assert not browser.inside(browser.addressee)


def test_an_issuer_that_cannot_be_asked_ends_the_session(suite, monkeypatch):
    """Nobody works on unvouched for longer than a quarter of a minute."""
    browser, issuer, *_ = suite
    browser.follow(f"{browser.addressee}/account/pass/")
    issuer.stop()
    time.sleep(ASK_AGAIN)
    assert browser.inside(browser.addressee)  # a moment's silence is borne
    time.sleep(12.5)
    assert not browser.inside(browser.addressee)


def test_a_ticket_serves_one_browser_once(suite):
    """Not twice, not in another browser, not when changed."""
    browser, *_ = suite
    address = browser.ticket()
    with Browser(browser.collection, browser.addressee) as thief:
        assert "refused" in thief.get(address).headers["Location"]
    changed = _for_another(address)
    assert "refused" in browser.get(changed).headers["Location"]
    address = browser.ticket()
    assert browser.get(address).headers["Location"] == "/"
    browser.clients[browser.addressee].cookies.clear()
    assert "refused" in browser.get(address).headers["Location"]


def test_a_ticket_makes_no_account(suite):
    """Whoever is unknown to the other system stays out."""
    browser, _, database, _ = suite
    with here("collection", database):
        from osame.platform.staff.models import StaffAccount

        secret = with_app(StaffAccount.objects.get(pk="S2"))
        forget_codes()
    with Browser(browser.collection, browser.addressee) as other:
        other.sign_in("S2", secret)
        assert "refused" in other.get(other.ticket()).headers["Location"]
        assert not other.inside(browser.addressee)


def test_a_ticket_goes_to_our_own_systems_only(suite):
    """Where to is looked up, never taken from the address."""
    browser, *_ = suite
    for to in ("collection", "evil", "http://evil.example"):
        assert browser.get(f"{browser.collection}/account/pass/give/?to={to}&state=x").status_code == 409


def _for_another(address: str) -> str:
    ticket = parse_qs(urlparse(address).query)["ticket"][0]
    key, body, signature = ticket.split(".")
    raw = urlsafe_b64decode(body + "=" * (-len(body) % 4)).replace(b'"S1"', b'"S2"')
    return address.replace(body, urlsafe_b64encode(raw).rstrip(b"=").decode()).replace(
        ticket, f"{key}.{body}.{signature}"
    )
