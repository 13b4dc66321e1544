"""督促の画面。状況と門、見本、実行、引抜き、差出し、返戻、取消し、停止。断りと権限。"""

import re
import threading
from collections.abc import Iterator
from contextvars import copy_context
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from osame.collection.demands.actions import cancel_demand
from osame.collection.demands.batch import ChangedSincePreview, DemandOrder, carry_out, run_demands
from osame.collection.demands.drawing import draft
from osame.collection.demands.models import DemandStop
from osame.collection.demands.runs import one_run, reconciliation
from osame.collection.demands.stops import StopRequest, stop_demand
from osame.collection.ledger.verification import verify_ledger
from osame.platform.database import fetch_all, fetch_one, run_sql
from osame.platform.jobs.request_running import perform_request
from tests.letters.paper import texts
from tests.systems.collection.cast import KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination, notice
from tests.systems.collection.demand_cast import (
    CUT_OFF,
    ISSUED,
    balances,
    charge_of,
    expect,
    levy,
    move_in,
    pay,
    report,
    set_value,
)
from tests.systems.collection.pages_cast import officer_at_desk, pages_on, text

MOTHER, FATHER, SISTER = (f"{number:015d}" for number in (11, 12, 13))
CHOSEN = f"as_of={ISSUED}&cut_off={CUT_OFF}"


@pytest.fixture(autouse=True)
def today(city: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    with pages_on(ISSUED.isoformat(), monkeypatch):
        yield


@pytest.fixture
def auditor(city: str) -> Client:
    return officer_at_desk("C0001", "監査 花", "auditor")


@pytest.fixture
def levied(city: str, tmp_path: Path) -> None:
    """佐藤 二期、田中、鈴木。"""
    levy(tmp_path, determination(SATO), determination(SATO, 2), determination(TANAKA), determination(SUZUKI))


@pytest.fixture
def run_id(levied: None) -> int:
    return run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).run_id


def hidden(page: Any, form: str = "form") -> dict[str, str]:
    """What the form of the page would send as it stands: its hidden fields."""
    return {field.html_name: str(field.value() or "") for field in page.context[form].hidden_fields()}


def send_twice(client: Client, path: str, **typed: Any) -> tuple[Any, Any]:
    """First the effect is shown, then it is done."""
    opened = client.get(path)
    shown = client.post(path, {**hidden(opened), **typed})
    assert shown.status_code == 200, text(shown)
    return shown, client.post(path, {**hidden(shown), **typed})


def do_requested() -> None:
    """The worker takes what was asked."""
    for (request_id,) in fetch_all("SELECT request_id FROM job_request WHERE state = '0' ORDER BY request_id"):
        perform_request(request_id)


def requests() -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in fetch_all("SELECT name, state FROM job_request ORDER BY request_id")]


class TestTheOverview:
    def test_says_what_to_do_when_there_is_nothing(self, clerk: Client) -> None:
        page = text(clerk.get("/demands/"))
        for told in ("まだ督促を実行していません", "まだ督促していない未納の期別は、ありません", "門は開いています"):
            assert told in page

    def test_names_the_missing_file_and_the_deadline(self, levied: None, clerk: Client) -> None:
        expect()
        report(1, TANAKA, 20_000)
        page = text(clerk.get("/demands/"))
        for told in (
            "門が閉じているため",
            "百五銀行",
            "bank_notice_v0",
            "未着",
            "1件 20,000円",
            "R7.7.20",
            "期限が近い",
            "150,000",
        ):
            assert told in page
        assert "認める" not in page  # 認められるのは係長以上

    def test_follows_a_run(self, run_id: int, clerk: Client) -> None:
        page = text(clerk.get("/demands/"))
        assert f"/demands/runs/{run_id}/" in page
        assert "作成済・印刷前" in page


class TestTheGate:
    def test_a_chief_waives_with_a_reason(self, levied: None, chief: Client) -> None:
        expect()
        link = re.search(r'href="(/demands/waive/[^"]+)"', text(chief.get("/demands/")))
        assert link
        path = link[1].replace("&amp;", "&")
        opened = chief.get(path)
        assert chief.post(path, {**hidden(opened), "reason": ""}).status_code == 422
        done = chief.post(path, {**hidden(opened), "reason": "銀行に確かめた。入金なし"})
        assert done.status_code == 302
        assert "門は開いています" in text(chief.get("/demands/"))
        assert "B0001：銀行に確かめた。入金なし" in text(chief.get("/demands/"))
        assert chief.get(path).status_code == 404

    def test_a_clerk_cannot(self, levied: None, clerk: Client) -> None:
        expect()
        assert clerk.get("/demands/waive/?subject=x").status_code == 403


class TestThePreview:
    @pytest.mark.parametrize(
        ("query", "told"),
        [
            (f"as_of=R9.7.18&cut_off={CUT_OFF}", "1年より離れています"),
            (f"as_of={ISSUED}&cut_off=R7.7.19", "締切日が発付日より後"),
            (f"as_of=R7.13.1&cut_off={CUT_OFF}", "発付日"),
            (f"as_of=&cut_off={CUT_OFF}", "発付日を入力してください"),
            (f"{CHOSEN}&term=99-2025-1", "督促する未納がありません"),
        ],
    )
    def test_tells_a_wrong_condition_beside_its_field(self, levied: None, clerk: Client, query: str, told: str) -> None:
        page = clerk.get(f"/demands/preview/?{query}")
        assert (page.status_code, told in text(page)) == (422, True), text(page)
        assert "draft" not in page.context

    def test_an_issue_date_before_the_last_run_is_refused(self, run_id: int, clerk: Client) -> None:
        page = clerk.get(f"/demands/preview/?as_of=R7.7.17&cut_off={CUT_OFF}")
        assert (page.status_code, "前に実行した督促より前" in text(page)) == (422, True)

    def test_shows_numbers_reasons_and_lines(self, levied: None, tmp_path: Path, clerk: Client) -> None:
        report(1, TANAKA, 50_000)
        stop_demand(StopRequest(SUZUKI, DemandStop.Reason.DISASTER, "罹災証明", date(2025, 7, 1)), officer=OFFICER)
        page = clerk.get(f"/demands/preview/?{CHOSEN}")
        shown = text(page)
        for told in ("1通", "100,000円", "令和7年7月28日", "令和7年7月29日から", "速報受領済", "督促停止（災害）", "抽出 4期別 ＝ 督促 2 ＋ 除外 2",
                     "総数と一致", "佐藤 花子", "R7.7.20"):  # fmt: skip
            assert told in shown, told
        assert "実行できるのは、係長以上です" in shown
        link = re.search(r'href="(/demands/preview/left-out/[^"]+reason=03[^"]*)"', shown)
        assert link
        listed = clerk.get(link[1].replace("&amp;", "&"))
        assert "鈴木 家" in text(listed)
        assert clerk.get("/demands/preview/left-out/?reason=06&as_of=2025-07-18").status_code == 404

    def test_terms_narrow_it(self, levied: None, clerk: Client) -> None:
        page = clerk.get(f"/demands/preview/?{CHOSEN}&term=06-2025-2")
        assert page.context["draft"].shown.charges == 1

    def test_the_sample_is_a_picture_and_its_opening_is_recorded(self, levied: None, clerk: Client) -> None:
        answer = clerk.get(f"/demands/preview/sample.png?{CHOSEN}")
        assert answer.content.startswith(b"\x89PNG")
        assert fetch_all("SELECT subjects FROM audit_event WHERE act = '督促状の見本を開いた'")[0][0][0] in {
            SATO,
            TANAKA,
            SUZUKI,
        }
        assert clerk.get("/demands/preview/sample.png?as_of=x").status_code == 404

    def test_nobody_protected_is_the_sample(self, levied: None, clerk: Client) -> None:
        run_sql("UPDATE addressee SET protection_measure = true")
        assert clerk.get(f"/demands/preview/sample.png?{CHOSEN}").status_code == 404

    def test_a_difference_from_last_year_is_said(self, levied: None, clerk: Client) -> None:
        run_sql(
            "INSERT INTO demand_run (issued_on, cut_off, terms, letters, charges, amount, demand_fee, officer, command_id) "
            "VALUES ('2024-07-18', '2024-07-15', '{}', 100, 100, 9000000, 10000, '前任', -1)"
        )
        assert "20%を超えて違います" in text(clerk.get(f"/demands/preview/?{CHOSEN}"))


class TestTheRun:
    def test_is_done_as_seen_by_the_worker_and_reconciles(self, levied: None, chief: Client) -> None:
        page = chief.get(f"/demands/preview/?{CHOSEN}")
        asked = chief.post("/demands/preview/", hidden(page, "run_form"))
        assert asked.status_code == 302, text(asked)
        do_requested()
        assert requests() == [("demand-run", "2")]
        (run_id,) = fetch_one("SELECT run_id FROM demand_run")
        shown = text(chief.get(f"/demands/runs/{run_id}/"))
        for told in (
            "3通",
            "200,000円",
            "4 ＋ 0",
            "B0001",
            "督促状を印刷する",
            "引抜きの一覧",
            "差出日を記録する",
            "実行の取消し",
        ):
            assert told in shown, told
        again = text(chief.get(f"/demands/preview/?{CHOSEN}"))
        assert "もう督促しています" in again or "督促する期別は、ありません" in again

    def test_pressed_twice_it_is_asked_once(self, levied: None, chief: Client) -> None:
        sent = hidden(chief.get(f"/demands/preview/?{CHOSEN}"), "run_form")
        first, second = chief.post("/demands/preview/", sent), chief.post("/demands/preview/", sent)
        assert first.headers["Location"] == second.headers["Location"]
        assert len(requests()) == 1

    def test_two_officers_at_once_make_one_run(self, levied: None, chief: Client) -> None:
        other = officer_at_desk("B0002", "別の 係長", "collection_chief")
        pages = [(each, hidden(each.get(f"/demands/preview/?{CHOSEN}"), "run_form")) for each in (chief, other)]
        for client, sent in pages:
            assert client.post("/demands/preview/", sent).status_code == 302
        numbers = [row[0] for row in fetch_all("SELECT request_id FROM job_request ORDER BY 1")]
        assert len(numbers) == 2

        def perform(number: int) -> None:
            perform_request(number)
            connections.close_all()

        threads = [threading.Thread(target=copy_context().run, args=(perform, number)) for number in numbers]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert fetch_one("SELECT count(*) FROM demand_run") == (1,)
        assert fetch_one("SELECT count(*), count(DISTINCT charge_id) FROM demand") == (4, 4)
        assert {state for _, state in requests()} == {"2"}
        assert verify_ledger().sound

    def test_a_payment_since_the_preview_stops_it(self, levied: None, tmp_path: Path, chief: Client) -> None:
        sent = hidden(chief.get(f"/demands/preview/?{CHOSEN}"), "run_form")
        pay(tmp_path, notice(1, SATO, 50_000, date(2025, 7, 9)))
        chief.post("/demands/preview/", sent)
        do_requested()
        assert requests() == [("demand-run", "5")]
        assert fetch_one("SELECT count(*) FROM demand_run") == (0,)

    def test_a_closed_gate_leaves_no_button_and_refuses(self, levied: None, chief: Client) -> None:
        sent = hidden(chief.get(f"/demands/preview/?{CHOSEN}"), "run_form")
        expect()
        closed = chief.get(f"/demands/preview/?{CHOSEN}")
        assert "督促を実行する" not in text(closed)
        assert "百五銀行" in text(closed)
        refused = chief.post("/demands/preview/", sent)
        assert refused.status_code == 422
        assert "未着" in text(refused)
        assert requests() == []

    def test_a_clerk_cannot_run(self, levied: None, clerk: Client) -> None:
        assert clerk.post("/demands/preview/", {}).status_code == 403

    def test_a_form_without_its_numbers_is_refused(self, levied: None, chief: Client) -> None:
        assert chief.post("/demands/preview/", {"as_of": "x"}).status_code == 422


class TestTheLetters:
    @pytest.fixture
    def printed_run(self, run_id: int, chief: Client) -> int:
        page = chief.get(f"/demands/runs/{run_id}/")
        assert chief.post(f"/demands/runs/{run_id}/print/", hidden(page, "print_form")).status_code == 302
        do_requested()
        assert requests()[-1] == ("demand-letters", "2")
        return run_id

    def test_are_printed_once_and_again_only_with_a_reason(self, printed_run: int, chief: Client) -> None:
        page = chief.get(f"/demands/runs/{printed_run}/")
        for told in ("3通（3頁）を印刷し", "letters-00001.pdf", "印刷済・差出し前", "3 ＋ 0"):
            assert told in text(page), told
        path = f"/demands/runs/{printed_run}/print/"
        bare = chief.post(path, hidden(page, "print_form"))
        assert (bare.status_code, "もう一度印刷する理由" in text(bare)) == (422, True)
        assert chief.post(path, {**hidden(page, "print_form"), "reason": "紙詰まり"}).status_code == 302

    @pytest.mark.parametrize(("paper", "name"), [("postcard", "圧着はがき"), ("slip", "納付書一体型")])
    def test_are_printed_on_another_paper_by_choice(self, run_id: int, chief: Client, paper: str, name: str) -> None:
        set_value("コンビニの請求書発行企業コード", "959919")
        set_value("納付区分", "06:106,01:101,合算:199")
        page = chief.get(f"/demands/runs/{run_id}/")
        assert name in text(page)
        chosen = {**hidden(page, "print_form"), "paper": paper}
        assert chief.post(f"/demands/runs/{run_id}/print/", chosen).status_code == 302
        do_requested()
        assert requests()[-1] == ("demand-letters", "2")
        for told in (
            f"{name}3通と、封書0通（0頁）を印刷し",
            f"{name}の分",
            f"demand-run-000001-{paper}",
            "3 ＋ 0",
        ):
            assert told in text(chief.get(f"/demands/runs/{run_id}/")), told
        asked = {"name": "letters-00001.pdf", "part": f"-{paper}", "reason": "印刷室で印刷するため"}
        assert chief.post(f"/demands/runs/{run_id}/file/", asked).content.startswith(b"%PDF")

    def test_leave_only_through_the_broker(self, printed_run: int, chief: Client) -> None:
        path = f"/demands/runs/{printed_run}/file/"
        asked = {"name": "letters-00001.pdf", "part": "", "reason": "印刷室で印刷するため"}
        answer = chief.post(path, asked)
        assert answer.content.startswith(b"%PDF")
        assert "attachment" in answer.headers["Content-Disposition"]
        kind, count, reason = fetch_all(
            "SELECT kind, subject_count, reason FROM egress_record ORDER BY egress_id DESC LIMIT 1"
        )[0]
        assert (kind, count, reason) == ("letter", 3, "印刷室で印刷するため")
        assert chief.post(path, asked | {"reason": ""}).status_code == 409
        for wrong in ({"name": "../x"}, {"part": "/../.."}, {"name": "manifest.json"}):
            assert chief.post(path, asked | wrong).status_code == 409

    def test_a_file_that_was_touched_is_not_given(self, printed_run: int, tmp_path: Path, chief: Client) -> None:
        path = tmp_path / "home" / "letters" / f"demand-run-{printed_run:06d}" / "letters-00001.pdf"
        path.write_bytes(path.read_bytes() + b" ")
        answer = chief.post(f"/demands/runs/{printed_run}/file/", {"name": path.name, "reason": "印刷"})
        assert (answer.status_code, "渡したときと違います" in text(answer)) == (409, True)

    def test_lists_are_saved(self, printed_run: int, clerk: Client) -> None:
        for kind in ("issued", "excluded", "withdrawn"):
            answer = clerk.post(f"/demands/runs/{printed_run}/lists/{kind}/")
            assert answer.headers["Content-Type"] == "application/octet-stream"
        assert clerk.post(f"/demands/runs/{printed_run}/lists/other/").status_code == 404
        for kind, title in (
            ("issued", "督促状発付一覧"),
            ("excluded", "督促除外一覧"),
            ("withdrawn", "督促状引抜き一覧"),
        ):
            (sheet,) = texts(clerk.post(f"/demands/runs/{printed_run}/papers/{kind}/").content)
            assert title in sheet
        assert clerk.post(f"/demands/runs/{printed_run}/papers/other/").status_code == 404

    def test_one_letter_is_issued_again_with_a_reason(self, printed_run: int, clerk: Client) -> None:
        one = f"/demands/runs/{printed_run}/letters/1/"
        assert "この一通を再発行する" in text(clerk.get(one))
        asked = hidden(clerk.get(one))
        assert clerk.post(f"{one}reissue/", asked).status_code == 422
        answer = clerk.post(f"{one}reissue/", asked | {"reason": "届かなかったと窓口で申出"})
        (letter,) = texts(answer.content)
        for part in ("督促状", "再発行", "R000001-L000001"):
            assert part in letter, part
        kind, reason = fetch_all("SELECT kind, reason FROM egress_record ORDER BY egress_id DESC LIMIT 1")[0]
        assert (kind, reason) == ("letter", "届かなかったと窓口で申出")
        assert (
            clerk.post(f"/demands/runs/{printed_run}/letters/99/reissue/", asked | {"reason": "x" * 9}).status_code
            == 422
        )

    def test_protected_people_wait_for_a_second_officer(self, levied: None, clerk: Client) -> None:
        run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SUZUKI])
        run_sql(
            "INSERT INTO addressee_mailing (addressee_number, line_number, tax_item, document, postal_code, address, "
            "address_detail, name, valid_from, priority, is_safe) VALUES (%s, 1, '', '', '5160099', '架空市安全町1', '', "
            "'鈴木 家', '2020-01-01', 1, true)",
            [SUZUKI],
        )
        run = run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).run_id
        page = clerk.get(f"/demands/runs/{run}/")
        assert "1通、別の職員の確認を待っています" in text(page)
        path = f"/demands/runs/{run}/confirm/"
        done = clerk.post(path, {**hidden(clerk.get(path)), "reason": "督促状の発送"})
        assert done.status_code == 302
        assert fetch_one("SELECT act, maker, content::text LIKE '%%安全町%%' FROM proposal") == (
            "protected_letter",
            "A0001",
            False,
        )


class TestPullingOut:
    def test_lists_what_was_paid_since_and_pulls_it(self, run_id: int, tmp_path: Path, clerk: Client) -> None:
        path = f"/demands/runs/{run_id}/pull/"
        assert "入金のあった督促は、ありません" in text(clerk.get(path))
        pay(
            tmp_path,
            notice(1, TANAKA, 50_000, date(2025, 7, 16)),
            notice(2, SATO, 20_000, date(2025, 7, 16)),
            on=date(2025, 7, 16),
        )
        report(9, SUZUKI, 50_000, on=date(2025, 7, 16))
        page = clerk.get(path)
        paid = {each.addressee_number: (each.rest, each.whole_letter) for each in page.context["paid"]}
        assert paid == {TANAKA: (0, True), SATO: (30_000, False), SUZUKI: (0, True)}
        for told in ("全額", "一部", "速報50,000円", "封筒ごと抜く", "刷り直す"):
            assert told in text(page), told
        assert clerk.post(path, hidden(page)).status_code == 422
        done = clerk.post(path, {**hidden(page), "charge": [charge_of(TANAKA)]})
        assert done.status_code == 302
        after = clerk.get(path)
        assert {each.addressee_number for each in after.context["paid"]} == {SATO, SUZUKI}
        assert "引き抜いたもの（1期別）" in text(after)
        assert fetch_one("SELECT demand_fee FROM charge WHERE addressee_number = %s", [TANAKA]) == (0,)
        assert one_run(run_id).adds_up

    def test_what_was_not_paid_cannot_be_pulled(self, run_id: int, clerk: Client) -> None:
        path = f"/demands/runs/{run_id}/pull/"
        wrong = clerk.post(path, {**hidden(clerk.get(path)), "charge": [charge_of(SATO)]})
        assert (wrong.status_code, "入金を確かめられません" in text(wrong)) == (422, True)

    def test_nothing_is_pulled_after_dispatch(self, run_id: int, clerk: Client) -> None:
        send_twice(clerk, f"/demands/runs/{run_id}/dispatch/", dispatched_on="R7.7.18")
        assert "もう引き抜けません" in text(clerk.get(f"/demands/runs/{run_id}/pull/"))


class TestService:
    def test_the_day_of_dispatch_moves_the_day_of_seizure(self, run_id: int, clerk: Client) -> None:
        shown, done = send_twice(clerk, f"/demands/runs/{run_id}/dispatch/", dispatched_on="R7.7.22")
        assert "令和7年8月2日から" in text(shown)
        assert done.status_code == 302
        assert fetch_all("SELECT DISTINCT seizable_from FROM demand") == [(date(2025, 8, 2),)]

    def test_a_date_changed_after_the_effect_was_shown_is_shown_again(self, run_id: int, clerk: Client) -> None:
        path = f"/demands/runs/{run_id}/dispatch/"
        shown = clerk.post(path, {**hidden(clerk.get(path)), "dispatched_on": "R7.7.22"})
        other = clerk.post(path, {**hidden(shown), "dispatched_on": "R7.7.23"})
        assert (other.status_code, "令和7年8月3日から" in text(other)) == (200, True)
        assert fetch_one("SELECT dispatched_on FROM demand_run") == (None,)

    @pytest.mark.parametrize(
        ("typed", "told"), [("R7.7.1", "差出日が発付日より前"), ("R17.7.1", "1年より離れて"), ("", "入力して")]
    )
    def test_a_wrong_day_is_told(self, run_id: int, clerk: Client, typed: str, told: str) -> None:
        path = f"/demands/runs/{run_id}/dispatch/"
        wrong = clerk.post(path, {**hidden(clerk.get(path)), "dispatched_on": typed})
        assert (wrong.status_code, told in text(wrong)) == (422, True)

    def test_a_letter_is_found_by_its_barcode(self, run_id: int, clerk: Client) -> None:
        code = f"R{run_id:06d}-L000001-A{SATO}-P01/01"
        found = clerk.get("/demands/letters/", {"code": code})
        letter = f"/demands/runs/{run_id}/letters/1/"
        assert found.headers["Location"] == letter
        assert f"/returns/new/?code={run_id}-1" in text(clerk.get(letter))

    @pytest.mark.parametrize("typed", ["", "x", "1-", "99999-1"])
    def test_a_code_that_names_no_letter_is_told(self, run_id: int, clerk: Client, typed: str) -> None:
        assert clerk.get("/demands/letters/", {"code": typed}).status_code == 422


class TestCancelling:
    def test_shows_its_effect_and_does_it(self, run_id: int, tmp_path: Path, chief: Client) -> None:
        before = balances()
        pay(tmp_path, notice(1, TANAKA, 50_100, date(2025, 7, 16)), on=date(2025, 7, 16))
        charge = charge_of(TANAKA)
        shown, done = send_twice(chief, f"/demands/{charge}/cancel/", cancelled_on="R7.7.18", reason="更正により")
        for told in ("納付済みの100円は、過誤納金になります", "R7.7.29からできる", "R12.7.28", "R12.6.30"):
            assert told in text(shown), told
        assert done.headers["Location"] == f"/demands/{charge}/"
        assert "取消し：更正により" in text(chief.get(f"/demands/{charge}/"))
        assert fetch_one("SELECT demand_fee, overpayment FROM charge WHERE charge_id = %s", [charge]) == (0, 100)
        assert len(before) == len(balances())
        assert chief.get(f"/demands/{charge}/cancel/").status_code == 404

    def test_looking_at_the_effect_changes_nothing(self, run_id: int, chief: Client) -> None:
        before = balances(), fetch_all("SELECT charge_id, cancelled_on FROM demand ORDER BY 1")
        for path in (f"/demands/{charge_of(SATO)}/cancel/", f"/demands/runs/{run_id}/cancel/"):
            sent = {**hidden(chief.get(path)), "cancelled_on": "R7.7.18", "reason": "試し"}
            assert "取り消すと" in text(chief.post(path, sent))
        assert (balances(), fetch_all("SELECT charge_id, cancelled_on FROM demand ORDER BY 1")) == before

    def test_a_whole_run(self, levied: None, tmp_path: Path, chief: Client) -> None:
        before = balances()
        run_id = run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).run_id
        cancel_demand(SUZUKI, charge_of(SUZUKI), as_of=ISSUED, reason="先に一つ", officer=OFFICER)
        shown, done = send_twice(
            chief, f"/demands/runs/{run_id}/cancel/", cancelled_on="R7.7.18", reason="締切日の誤り"
        )
        assert "3期別が督促済" in text(shown)
        assert "300円" in text(shown)
        assert done.status_code == 302
        assert balances() == before
        run = one_run(run_id)
        assert (run.live, run.over, run.adds_up, reconciliation(run_id).agrees) == (0, True, True, True)
        assert verify_ledger().sound
        path = f"/demands/runs/{run_id}/cancel/"
        again = chief.post(path, {**hidden(chief.get(path)), "cancelled_on": "R7.7.18", "reason": "もう一度"})
        assert "生きている督促がありません" in text(again)

    def test_is_for_chiefs(self, run_id: int, clerk: Client) -> None:
        for path in (f"/demands/{charge_of(SATO)}/cancel/", f"/demands/runs/{run_id}/cancel/"):
            assert clerk.get(path).status_code == 403
        assert "取り消す" not in text(clerk.get(f"/demands/{charge_of(SATO)}/"))

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            ({"cancelled_on": "R7.7.17", "reason": "x"}, "発付日より前"),
            ({"cancelled_on": "R7.7.18", "reason": ""}, "理由"),
            ({"cancelled_on": "", "reason": "x"}, "取消日を入力してください"),
        ],
    )
    def test_what_is_missing_is_told(self, run_id: int, chief: Client, typed: dict[str, str], told: str) -> None:
        for path in (f"/demands/{charge_of(SATO)}/cancel/", f"/demands/runs/{run_id}/cancel/"):
            page = chief.post(path, {**hidden(chief.get(path)), **typed})
            assert (page.status_code, told in text(page)) == (422, True)


class TestRecalling:
    def test_letters_of_somebody_who_became_protected_come_back(self, run_id: int, clerk: Client) -> None:
        assert "回収する督促状は、ありません" in text(clerk.get("/demands/recall/"))
        run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [SATO])
        page = clerk.get("/demands/recall/")
        assert SATO in text(page)
        assert clerk.post("/demands/recall/", hidden(page)).status_code == 302
        assert one_run(run_id).withdrawn == 2
        assert "回収する督促状は、ありません" in text(clerk.get("/demands/recall/"))


class TestStops:
    def test_are_registered_listed_and_released(self, levied: None, chief: Client) -> None:
        assert "いま生きている督促の停止は、ありません" in text(chief.get("/demands/stops/"))
        typed = {
            "addressee_number": "1",
            "reason": "03",
            "note": "審査請求 第3号",
            "starts_on": "R7.7.1",
            "ends_through": "R8.3.31",
        }
        shown, done = send_twice(chief, "/demands/stops/new/", **typed)
        assert "停止の間、督促から外れます" in text(shown)
        assert (shown.context["effect"].due, shown.context["effect"].due_amount) == (2, 100_000)
        assert done.status_code == 302
        listed = text(chief.get(done.headers["Location"]))
        for told in ("佐藤 花子", "審査請求中", "すべての期別", "R8.3.31", "審査請求 第3号"):
            assert told in listed, told
        assert draft(as_of=ISSUED, cut_off=CUT_OFF).shown.charges == 2
        (stop_id,) = fetch_one("SELECT stop_id FROM demand_stop")
        shown, done = send_twice(chief, f"/demands/stops/{stop_id}/release/", released_on="R7.7.18")
        assert "次の実行で、督促の対象になります" in text(shown)
        assert done.status_code == 302
        assert "R7.7.18に解除" in text(chief.get("/demands/stops/?every=1&addressee=1"))
        (sheet,) = texts(chief.post("/demands/stops/paper/", {"every": "1"}).content)
        assert "督促停止一覧" in sheet
        assert draft(as_of=ISSUED, cut_off=CUT_OFF).shown.charges == 4

    @pytest.mark.parametrize(
        ("changed", "told"),
        [
            ({"addressee_number": "999"}, "登録されていません"),
            ({"note": ""}, "理由"),
            ({"reason": ""}, "停止理由を選んでください"),
            ({"ends_through": "R7.6.1"}, "末日が停止日より前"),
            ({"charge": "250600000021"}, "その宛名のものではありません"),
            ({"charge": "zzz"}, "該当する期別がありません"),
        ],
    )
    def test_what_is_wrong_is_told(self, levied: None, clerk: Client, changed: dict[str, str], told: str) -> None:
        typed = {"addressee_number": "1", "reason": "03", "note": "審査請求", "starts_on": "R7.7.1"} | changed
        page = clerk.post("/demands/stops/new/", {**hidden(clerk.get("/demands/stops/new/")), **typed})
        assert (page.status_code, told in text(page)) == (422, True), text(page)

    def test_releasing_is_for_chiefs(self, levied: None, clerk: Client) -> None:
        number = stop_demand(StopRequest(SATO, DemandStop.Reason.OTHER, "説明", ISSUED), officer=OFFICER)
        assert clerk.get(f"/demands/stops/{number}/release/").status_code == 403


class TestRights:
    def test_an_auditor_reads_and_changes_nothing(self, run_id: int, auditor: Client) -> None:
        charge = charge_of(SATO)
        for path in (
            "/demands/",
            f"/demands/runs/{run_id}/",
            f"/demands/{charge}/",
            "/demands/stops/",
            f"/demands/runs/{run_id}/excluded/",
        ):
            assert auditor.get(path).status_code == 200, path
        for path in ("/demands/preview/", f"/demands/runs/{run_id}/pull/", f"/demands/{charge}/cancel/", "/demands/stops/new/",
                     f"/demands/runs/{run_id}/dispatch/", "/demands/recall/"):  # fmt: skip
            assert auditor.get(path).status_code == 403, path
        for path in (
            f"/demands/runs/{run_id}/print/",
            f"/demands/runs/{run_id}/file/",
            f"/demands/runs/{run_id}/lists/issued/",
        ):
            assert auditor.post(path).status_code == 403, path

    def test_what_does_not_exist_is_said(self, levied: None, chief: Client) -> None:
        assert chief.get("/demands/999/").status_code == 404
        assert "実行はありません" in text(chief.get("/demands/runs/999/"))
        assert "督促停止がありません" in text(chief.get("/demands/stops/999/release/"))
        assert "この番号の督促状はありません" in text(chief.get("/demands/runs/999/letters/1/"))


TOWNS = {
    "空の町": [],
    "一人": [determination(SATO)],
    "少額と高額": [determination(SATO, 1, 900), determination(TANAKA, 1, 99_999_000), determination(KAKU, 1, 1_000)],
    "多くの期": [determination(each, term) for each in (SATO, TANAKA, KAKU) for term in range(1, 9)],
    "二つの税目": [
        determination(SATO),
        determination(SATO, 1, tax_item="01", notice_number="0000000091", slip_number=None),
    ],
}


@pytest.mark.parametrize("terms", [(), ("06-2025-1",)])
@pytest.mark.parametrize("town", TOWNS)
def test_the_preview_is_what_the_run_makes(city: str, tmp_path: Path, town: str, terms: tuple[str, ...]) -> None:
    """見本の通数・期別数・金額・除外は、実行がつくるものと、1件・1円まで同じ。"""
    set_value("督促しない少額（円未満）", "1000")
    move_in(MOTHER, protection_measure=True)
    move_in(FATHER, died_on=date(2025, 6, 1))
    move_in(SISTER, address="")
    rest = [determination(each) for each in (MOTHER, FATHER, SISTER)] if TOWNS[town] else []
    if TOWNS[town]:
        levy(tmp_path, *TOWNS[town], *rest)
        report(1, TANAKA, 700)
        pay(tmp_path, notice(1, SATO, 300, date(2025, 7, 9)))
        stop_demand(StopRequest(KAKU, DemandStop.Reason.GRACE, "猶予", date(2025, 7, 1)), officer=OFFICER)
    drawn = draft(as_of=ISSUED, cut_off=CUT_OFF, terms=terms)
    seen = (drawn.shown.letters, drawn.shown.charges, drawn.shown.principal_tax)
    result = carry_out(DemandOrder(ISSUED, CUT_OFF, terms, seen=seen), officer=OFFICER)
    made = (result.letters, result.charges, result.principal_tax, result.demand_fee, result.left_out)
    assert made == (*seen, drawn.shown.demand_fee, drawn.excluded)
    assert drawn.sums_agree
    sums = reconciliation(result.run_id)
    assert (sums.agrees, sums.extracted, sums.left_out) == (True, drawn.extracted, drawn.shown.left_out)
    wanted = fetch_all(
        "SELECT letter_number, charge_id, principal_tax FROM demand ORDER BY letter_number, charge_id LIMIT 50"
    )
    assert sorted((each.letter_number, each.charge_id, each.principal_tax) for each in drawn.lines) == wanted
    assert verify_ledger().sound or not TOWNS[town]


def test_another_sum_than_seen_is_refused(levied: None) -> None:
    for seen in ((3, 4, 199_999), (2, 4, 200_000), (3, 3, 200_000)):
        with pytest.raises(ChangedSincePreview):
            carry_out(DemandOrder(ISSUED, CUT_OFF, seen=seen), officer=OFFICER)
    assert carry_out(DemandOrder(ISSUED, CUT_OFF, seen=(3, 4, 200_000)), officer=OFFICER).charges == 4
