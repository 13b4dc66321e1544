"""サインインとセッション。二つの要素がそろって初めて入れ、終わったセッションの鍵では二度と入れない。"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django.test import Client, override_settings

from osame.platform.database import fetch_all, run_sql
from osame.platform.staff import actions, granting
from osame.platform.staff.models import StaffAccount, StaffSession
from tests.systems.platform.staff_cast import (
    PASSWORD,
    SIGN_IN,
    acts,
    audit,
    browser,
    code,
    cookie,
    copy_of,
    forget_codes,
    form_token,
    hire,
    inside,
    officer,
    sign_in,
    with_app,
    without_token,
)

FACTOR = "/account/factors/sign-in/"


@pytest.fixture
def yamamoto(linkage_database):
    return hire("A1001", "山本 一郎", "collection_clerk")


@pytest.fixture
def secret(yamamoto):
    return with_app(yamamoto)


def endings() -> list[str]:
    return list(StaffSession.objects.order_by("session_id").values_list("ending", flat=True))


def test_both_factors_open_the_door_and_the_record_says_so(linkage_database, secret):
    client = browser()
    answer = client.post(SIGN_IN, {"login": "\uff211001", "password": PASSWORD})  # 全角の A で打っても同じ
    assert answer.headers["Location"] == FACTOR
    assert not inside(client)
    assert client.post(FACTOR, {"code": code(secret)}).headers["Location"] == "/"
    page = client.get("/account/").content.decode()
    assert "山本 一郎" in page
    assert "収納一般" in page
    who, _, outcome, detail = next(row for row in audit(linkage_database) if row[1] == "サインインした")
    assert (who, outcome, detail["要素"]) == ("A1001", "1", "password＋totp")
    client.post("/account/sign-out/")

    assert "サインアウトした" in acts(linkage_database)


def test_without_a_second_factor_only_its_set_up_is_reached(linkage_database, yamamoto):
    client = browser()
    assert client.post(SIGN_IN, {"login": "A1001", "password": PASSWORD}).headers["Location"] == "/"
    for page in ("/account/", "/account/password/", "/account/factors/", "/account/factors/codes/", "/nowhere"):
        assert client.get(page).headers["Location"] == "/account/set-up/", page
    before = cookie(client)
    page = client.get("/account/factors/app/").content.decode()
    found = re.search(r'id="secret">([A-Z2-7]+)<', page)
    assert found
    assert "data:image/svg+xml" in page
    wrong = client.post("/account/factors/app/", {"code": "000000"})
    assert "確認コードが違うか" in wrong.content.decode()
    assert client.post("/account/factors/app/", {"code": code(found[1])}).status_code == 302
    assert cookie(client) != before  # 段が上がれば、鍵も替わる
    assert inside(client)
    shown = client.get("/account/factors/codes/").content.decode()
    assert len(re.findall(r"<code>\d{8}</code>", shown)) == 10
    assert "<code>" not in client.get("/account/factors/codes/").content.decode()  # 一度だけ
    assert found[1] not in str(fetch_all("SELECT data FROM mfa_authenticator"))  # 秘密は暗号にして置く


def test_a_temporary_password_must_be_changed_first(linkage_database, yamamoto, secret):
    with officer("A9999"):
        password = actions.reset_password("A1001")
    client = browser()
    client.post(SIGN_IN, {"login": "A1001", "password": password})
    client.post(FACTOR, {"code": code(secret)})
    assert client.get("/account/").headers["Location"] == "/account/password/"
    for poor in ("みじかい", "passwordpassword1", "qwertyqwertyqwerty", "A1001A1001A1001", "aaaaaaaaaaaaaaaaaa"):
        page = client.post("/account/password/", {"oldpassword": password, "password1": poor, "password2": poor})
        assert page.status_code == 200, poor
        assert 'class="error"' in page.content.decode()
    chosen = {"oldpassword": password, "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/account/password/", chosen).status_code == 302
    assert not inside(client)  # 変えたら、入り直す
    assert endings()[-1] == StaffSession.Ending.PASSWORD_CHANGED
    assert StaffAccount.objects.get(pk="A1001").password.startswith("argon2$argon2id$")
    assert inside(sign_in("A1001", secret))


def test_the_session_key_changes_at_sign_in(linkage_database, secret):
    """Fixation: a key that was known before sign-in opens nothing after it."""
    client = browser()
    client.get(SIGN_IN)
    client.post(SIGN_IN, {"login": "A1001", "password": PASSWORD})
    known = copy_of(client)
    before = cookie(client)
    client.post(FACTOR, {"code": code(secret)})
    assert cookie(client) != before
    assert inside(client)
    assert not inside(known)


def test_the_same_code_opens_once(linkage_database, secret):
    used = code(secret)
    first, second = browser(), browser()
    for client in (first, second):
        client.post(SIGN_IN, {"login": "A1001", "password": PASSWORD})
    assert first.post(FACTOR, {"code": used}).status_code == 302
    again = second.post(FACTOR, {"code": used})
    assert "もう使われています" in again.content.decode()
    assert not inside(second)
    assert inside(first)
    assert second.post(FACTOR, {"code": code(secret, later=-1)}).status_code == 200  # 前の刻みのものも、もう使えない


def test_a_recovery_code_opens_once(linkage_database, yamamoto, secret):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    spare = RecoveryCodes.activate(yamamoto).get_unused_codes()[0]
    answers = []
    for _ in range(2):
        client = browser()
        client.post(SIGN_IN, {"login": "A1001", "password": PASSWORD})
        answers.append(client.post(FACTOR, {"code": spare}).status_code)
    assert answers == [302, 200]


@pytest.mark.parametrize(
    ("how", "ending"),
    [
        ("sign out", "SIGNED_OUT"),
        ("disable", "DISABLED"),
        ("role", "RIGHTS_CHANGED"),
        ("handler", "RIGHTS_CHANGED"),
        ("transfer", "TRANSFERRED"),
        ("password", "PASSWORD_CHANGED"),
        ("factor", "PASSWORD_CHANGED"),
        ("idle", "IDLE"),
        ("overdue", "OVERDUE"),
        ("elsewhere", "ELSEWHERE"),
        ("by hand", "BY_HAND"),
        ("feed day", "DISABLED"),
    ],
)
def test_the_old_cookie_opens_nothing_when_the_session_has_ended(linkage_database, secret, how, ending):
    client = sign_in("A1001", secret)
    thief = copy_of(client)
    today = (datetime.now(UTC) + timedelta(hours=9)).date()
    if how == "handler":
        with officer("A9999"):
            granting.register_handler("A1001", department="collection", valid_from=today)
    assert inside(thief)
    with officer("A9999"):
        match how:
            case "sign out":
                client.post("/account/sign-out/")
            case "disable":
                assert actions.disable("A1001", reason="退職") == 1
            case "role":
                granting.revoke_role("A1001", "collection_clerk")
            case "handler":
                granting.deregister_handler("A1001", department="collection")
            case "transfer":
                actions.register_department("welfare", name="福祉課", valid_from=today)
                actions.transfer("A1001", department="welfare", on=today, today=today)
            case "password":
                actions.reset_password("A1001")
            case "factor":
                actions.reset_second_factor("A1001")
            case "idle":
                run_sql("UPDATE staff_session SET seen_at = now() - interval '16 minutes'")
            case "overdue":
                run_sql("UPDATE staff_session SET started_at = now() - interval '601 minutes'")
            case "elsewhere":
                sign_in("A1001", secret)
            case "by hand":
                client.post("/account/sessions/end/")
            case "feed day":
                actions.disable("A1001", reason="退職", on=today)
    assert not inside(thief)
    assert not inside(client)
    assert endings()[0] == StaffSession.Ending[ending]
    if how in {"idle", "overdue", "feed day"}:
        assert acts(linkage_database).count("セッションを終わらせた") == 1


def test_a_transfer_of_tomorrow_ends_the_session_tomorrow(linkage_database, secret, monkeypatch):
    client = sign_in("A1001", secret)
    now = datetime.now(UTC)
    tomorrow = (now + timedelta(hours=33)).date()
    with officer("A9999"):
        actions.register_department("welfare", name="福祉課", valid_from=tomorrow)
        actions.transfer("A1001", department="welfare", on=tomorrow, today=tomorrow - timedelta(days=1))
    assert inside(client)
    midnight = datetime.combine(tomorrow, datetime.min.time(), UTC) - timedelta(hours=9)
    monkeypatch.setattr("osame.platform.web.middleware.now", lambda: midnight - timedelta(seconds=1))
    assert inside(client)
    monkeypatch.setattr("osame.platform.web.middleware.now", lambda: midnight)
    assert not inside(client)
    assert endings() == [StaffSession.Ending.TRANSFERRED]


def test_a_right_that_is_gone_is_gone_at_the_next_request(linkage_database, secret):
    client = sign_in("A1001", secret)
    assert "収納一般" in client.get("/account/").content.decode()
    run_sql("UPDATE role_assignment SET revoked_at = now(), revoked_by = 'A9999'")  # セッションを終わらせない道でも
    assert "収納一般" not in client.get("/account/").content.decode()


def test_a_disabled_officer_with_the_right_password_is_answered_like_a_stranger(linkage_database, secret):
    with officer("A9999"):
        actions.disable("A1001", reason="退職")
    known = browser().post(SIGN_IN, {"login": "A1001", "password": PASSWORD})
    unknown = browser().post(SIGN_IN, {"login": "Z9999", "password": PASSWORD})
    assert known.status_code == unknown.status_code == 200
    assert without_token(known.content).replace("A1001", "") == without_token(unknown.content).replace("Z9999", "")


def test_disabled_between_the_two_factors(linkage_database, secret):
    client = browser()
    client.post(SIGN_IN, {"login": "A1001", "password": PASSWORD})
    with officer("A9999"):
        actions.disable("A1001", reason="退職")
    client.post(FACTOR, {"code": code(secret)})
    assert not inside(client)
    assert endings() == []


def test_the_last_second_factor_cannot_be_removed(linkage_database, secret):
    client = sign_in("A1001", secret)
    page = client.post("/account/factors/app/remove/")
    assert "最後の第二要素は外せません" in page.content.decode()
    forget_codes()
    assert inside(client)


def test_cookies_headers_and_forms_are_safe(linkage_database, secret, settings_secure):
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    page = client.get(SIGN_IN)
    assert page.headers["Cache-Control"] == "no-store"
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert client.post(SIGN_IN, {"login": "A1001", "password": PASSWORD}).status_code == 403  # 札のない送信
    token = form_token(page.content.decode())
    answer = client.post(SIGN_IN, {"login": "A1001", "password": PASSWORD, "csrfmiddlewaretoken": token})
    kept = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert kept["httponly"] is True
    assert kept["secure"] is True
    assert kept["samesite"] == "Lax"
    assert kept["path"] == "/"
    assert not kept["domain"]
    assert not kept["max-age"]  # ブラウザーを閉じれば消える
    form = page.cookies[settings.CSRF_COOKIE_NAME]
    assert (form["samesite"], form["httponly"]) == ("Strict", True)


@pytest.fixture
def settings_secure():
    with override_settings(SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True):
        yield


@pytest.mark.parametrize(
    "page", ["/account/signup/", "/account/password/reset/", "/accounts/signup/", "/account/email/", "/admin/"]
)
def test_nobody_registers_and_nothing_is_sent(linkage_database, page):
    answer = browser().get(page)
    assert answer.status_code == 404
    assert "見つかりません" in answer.content.decode()


def test_it_says_that_it_is_well(linkage_database):
    assert browser().get("/healthz").json() == {"status": "ok"}


def test_a_page_that_asks_by_itself_is_no_work(linkage_database, yamamoto):
    """A progress page that polls does not keep the session alive; a request of the officer does."""
    client = sign_in("A1001", with_app(yamamoto))
    run_sql("UPDATE staff_session SET seen_at = now() - interval '14 minutes'")
    client.get("/account/", headers={"Osame-Poll": "1"})
    assert StaffSession.objects.filter(ended_at=None, seen_at__lt=Now() - timedelta(minutes=13)).exists()
    client.get("/account/")
    assert not StaffSession.objects.filter(ended_at=None, seen_at__lt=Now() - timedelta(minutes=13)).exists()
