"""サインインの見張り。どの処理から試しても数は一つ、実在しない番号も同じに扱う。"""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from osame.platform.database import fetch_one, run_sql
from osame.platform.staff import actions, guard
from tests.systems.exchange_cast import Server
from tests.systems.platform.staff_cast import (
    PASSWORD,
    SIGN_IN,
    audit,
    browser,
    code,
    costly_hashes,
    form_token,
    hire,
    inside,
    officer,
    sign_in,
    with_app,
    without_token,
)

FACTOR = "/account/factors/sign-in/"
WRONG = "ちがうパスワードをいれてみる"


@pytest.fixture
def secret(linkage_database):
    return with_app(hire("A1001", "山本 一郎", "collection_clerk"))


def attempt(number: str, password: str = WRONG) -> tuple[int, str]:
    answer = browser().post(SIGN_IN, {"login": number, "password": password})
    return answer.status_code, without_token(answer.content).replace(number, "")


def test_a_stranger_and_an_officer_are_answered_alike_until_both_are_locked(linkage_database, secret):
    officers = [attempt("A1001") for _ in range(guard.ATTEMPTS + 1)]
    strangers = [attempt("Z9999") for _ in range(guard.ATTEMPTS + 1)]
    assert officers == strangers
    assert "しばらく受け付けません" not in officers[guard.ATTEMPTS - 1][1]
    assert "しばらく受け付けません" in officers[guard.ATTEMPTS][1]
    assert attempt("A1001", PASSWORD) == officers[-1]  # 正しいパスワードでも
    recorded = audit(linkage_database)
    failed = [(who, act) for who, act, outcome, _ in recorded if outcome == "3"]
    assert failed.count(("A1001", "サインインに失敗した")) == guard.ATTEMPTS
    assert failed.count(("未認証", "サインインに失敗した")) == guard.ATTEMPTS
    assert ("A1001", "サインインを制限した") in failed
    assert "Z9999" not in str(recorded)  # 打ち間違えたパスワードかもしれないものは、残さない


def test_the_lock_passes_and_can_be_lifted(linkage_database, secret):
    for _ in range(guard.ATTEMPTS):
        attempt("A1001")
    with officer("A9999"):
        actions.unlock("A1001")
    assert inside(sign_in("A1001", secret))
    for _ in range(guard.ATTEMPTS):
        attempt("A1001")
    run_sql("UPDATE sign_in_guard SET locked_until = now() - interval '1 second'")
    attempt("A1001")  # 期限が過ぎても、次に失敗すればまた受け付けない
    assert "しばらく受け付けません" in attempt("A1001")[1]
    run_sql("UPDATE sign_in_guard SET locked_until = now() - interval '1 second'")
    assert inside(sign_in("A1001", secret))  # うまくいけば、数は消える
    assert fetch_one("SELECT count(*) FROM sign_in_guard WHERE locked_until > now()") == (0,)


def test_the_second_factor_is_guarded_too_and_a_password_does_not_reset_it(linkage_database, secret):
    for _ in range(guard.ATTEMPTS):
        client = browser()
        client.post(SIGN_IN, {"login": "A1001", "password": PASSWORD})
        assert "確認コードが違うか" in client.post(FACTOR, {"code": "000000"}).content.decode()
    client = browser()
    client.post(SIGN_IN, {"login": "A1001", "password": PASSWORD})
    right = client.post(FACTOR, {"code": code(secret)})
    assert "しばらく受け付けません" in right.content.decode()
    assert not inside(client)
    failures = [act for _, act, outcome, _ in audit(linkage_database) if outcome == "3"]
    assert failures.count("第二要素に失敗した") == guard.ATTEMPTS
    assert failures.count("第二要素を断った") == 1


def test_one_terminal_cannot_try_many_officers(linkage_database, secret, monkeypatch):
    monkeypatch.setattr(guard, "ATTEMPTS_OF_A_TERMINAL", 6)
    for number in range(6):
        attempt(f"B{number:04}")
    assert "しばらく受け付けません" in attempt("A1001", PASSWORD)[1]
    assert browser(REMOTE_ADDR="10.9.9.9").post(SIGN_IN, {"login": "A1001", "password": PASSWORD}).status_code == 302


def test_attempts_in_two_processes_at_once_are_counted_as_one(linkage_database, secret):
    """Two real servers, eight browsers, sixteen wrong passwords: five are judged, eleven are turned away."""
    with Server("linkage", linkage_database) as one, Server("linkage", linkage_database) as two:

        def wrong(number: int) -> str:
            with httpx.Client(base_url=(one, two)[number % 2].url, timeout=60) as client:
                page = client.get(SIGN_IN)
                sent = {"login": "A1001", "password": WRONG, "csrfmiddlewaretoken": form_token(page.text)}
                return client.post(SIGN_IN, data=sent).text

        with ThreadPoolExecutor(8) as pool:
            pages = list(pool.map(wrong, range(16)))
    assert sum("しばらく受け付けません" in page for page in pages) == 16 - guard.ATTEMPTS
    assert sum("職員番号かパスワードが違います" in page for page in pages) == guard.ATTEMPTS


def spent(number: str) -> float:
    run_sql("DELETE FROM sign_in_guard")
    start = time.process_time()  # この処理の仕事の量。ほかの仕事で混んだ機械でも比べられる
    browser().post(SIGN_IN, {"login": number, "password": WRONG})
    return time.process_time() - start


def test_the_same_work_is_done_for_a_stranger(linkage_database, monkeypatch):
    costly_hashes(monkeypatch)
    hire("A1001", "山本 一郎", "collection_clerk")
    pairs = [(spent("A1001"), spent("Z9999")) for _ in range(7)]
    known, unknown = (statistics.median(each) for each in zip(*pairs, strict=True))
    assert abs(known - unknown) < max(0.02, known * 0.25)
