"""Sixty-four business requests at once to a real server over real sockets: unique numbers, no unexplained gap."""

import threading

import httpx

from osame.addressee.numbering.allocation import range_state
from osame.formats.non_resident_api import NUMBERING_CALL
from tests.systems.addressee.business_cast import REQUEST, assertion, registered, token_form
from tests.systems.exchange_cast import Server

AT_ONCE = 64


def test_sixty_four_at_once_over_http(addressee_database, tmp_path, monkeypatch):
    monkeypatch.setenv("OSAME_KEYS", str(tmp_path))
    who = registered("010")
    ready = threading.Barrier(AT_ONCE)
    answers: list[httpx.Response | None] = [None] * AT_ONCE
    with Server("addressee", addressee_database) as system, httpx.Client(base_url=system.url, timeout=60) as web:
        form = token_form(who, signed=assertion(who, audience=f"{system.url}/oauth/token"))
        bearer = web.post("/oauth/token", data=form).json()["access_token"]

        def ask(n: int) -> None:
            body = REQUEST | {"sosajikoku": f"10:{n // 60:02d}:{n % 60:02d}"}
            with httpx.Client(base_url=system.url, timeout=60) as own:
                ready.wait()
                answers[n] = own.post(f"/{NUMBERING_CALL}", json=body, headers={"Authorization": f"Bearer {bearer}"})

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(AT_ONCE)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    found = [answer for answer in answers if answer is not None]
    assert [answer.status_code for answer in found] == [200] * AT_ONCE
    assert {answer.headers["content-type"] for answer in found} == {"application/json;charset=UTF-8"}
    numbers = {answer.json()["result"][0]["atenabango"] for answer in found}
    state = range_state()
    assert len(numbers) == AT_ONCE
    assert (state.issued, state.skipped, state.unexplained, state.next - state.first) == (AT_ONCE, 0, 0, AT_ONCE)
