"""刷り上がりの抑止。伏せる値の載る頁は出さず、出す前の督促状は回収する。"""

import time
from pathlib import Path

import pytest
from pypdf import PdfReader

from osame.addressee.feed.queries import page_after, publish
from osame.addressee.feed.subscribers import named
from osame.collection.addressees.following import apply
from osame.collection.demands.actions import record_dispatch
from osame.collection.demands.batch import run_demands
from osame.collection.demands.letters import print_demand_letters
from osame.collection.demands.lists import issued_list, write_print_file
from osame.collection.demands.protected import recall_unsent
from osame.collection.letters.protected import hidden_values
from osame.platform import embedded, gate
from osame.platform.database import fetch_one, run_sql
from osame.platform.letters import batches
from osame.platform.suppression.hidden_values import HiddenValueShown
from tests.systems.addressee.protection_cast import officer, protect_her, settle
from tests.systems.collection.cast import KAKU, OFFICER, SATO, SUZUKI, TANAKA, determination, found_city
from tests.systems.collection.demand_cast import CUT_OFF, ISSUED, levy, move_in
from tests.systems.conftest import fresh

HER, NEIGHBOUR, HIM = (f"{number:015d}" for number in (11, 42, 43))
SECRET = {"postal_code": "5160999", "address": "架空市隠町3丁目14-15", "address_detail": "ひそか荘201"}


@pytest.fixture
def run_id(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
    with gate.acting(gate.Acting("試験", "collection.test.run", "statutory", role="operator")):
        found_city()
        move_in(HER, name="守られる 花子", **SECRET)
        move_in(NEIGHBOUR, name="隣の 一郎", **(SECRET | {"address_detail": "ひそか荘202"}))
        move_in(HIM, name="相手 太郎")
        levy(tmp_path, *(determination(who) for who in (HER, NEIGHBOUR, HIM, SATO, TANAKA, KAKU, SUZUKI)))
        yield run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).run_id


def protect(number: str = HER) -> None:
    run_sql("UPDATE addressee SET protection_measure = true WHERE addressee_number = %s", [number])


def printed(directory: Path) -> str:
    pages = [page for path in sorted(directory.glob("*.pdf")) for page in PdfReader(path).pages]
    return "".join("".join(page.extract_text().split()) for page in pages)


def test_what_was_printed_before_is_called_back(run_id: int) -> None:
    """刷った後に守られた人の督促状は、すべて回収され、刷り直しても載らない。二度目は何もしない。"""
    first = print_demand_letters(run_id)
    data = write_print_file(run_id, contractor="架空印刷")
    assert "隠町3丁目14-15ひそか荘201" in printed(first.directory)
    protect()
    called = recall_unsent(as_of=ISSUED, officer=OFFICER)
    assert (called.addressees, called.charges, len(called.letters)) == ((HER,), 1, 1)
    assert len(called.set_aside) == 2
    assert not first.directory.exists()
    assert not data.directory.exists()
    again = print_demand_letters(run_id)
    assert (again.generated, again.replayed) == (first.generated - 1, False)
    assert "ひそか荘201" not in printed(again.directory)
    assert fetch_one("SELECT cancel_reason FROM demand WHERE addressee_number = %s", [HER])[0].startswith("支援措置")
    assert recall_unsent(as_of=ISSUED, officer=OFFICER).charges == 0
    assert again.directory.exists()


def test_what_was_mailed_is_not_called_back(run_id: int) -> None:
    print_demand_letters(run_id)
    record_dispatch(run_id, dispatched_on=ISSUED, officer=OFFICER)
    protect()
    assert recall_unsent(as_of=ISSUED, officer=OFFICER).charges == 0


def test_a_neighbour_still_gets_his_own_letter(run_id: int) -> None:
    """同じ建物の人の督促状は、自身の住所なので止まらない。"""
    protect()
    result = print_demand_letters(run_id)
    assert [each.addressee_number for each in result.held] == [HER]
    assert "ひそか荘202隣の一郎" in printed(result.directory)


def test_a_letter_that_would_tell_is_held(run_id: int) -> None:
    """相手方の文書に守られた人の住所が紛れていれば、その一通を脇に置き、ほかは刷る。"""
    protect()
    run_sql("UPDATE addressee SET name = '相手 ひそか荘201' WHERE addressee_number = %s", [HIM])
    held = {each.addressee_number: each.reason for each in print_demand_letters(run_id).held}
    assert set(held) == {HER, HIM}
    assert held[HIM] == batches.TELLS_A_HIDDEN_PLACE
    with pytest.raises(HiddenValueShown):
        issued_list(run_id)


def test_the_finished_page_is_read_again(run_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """刷る前の確かめをすり抜けても、刷り上がりを読み返して止め、一枚も渡さない。"""
    protect()
    run_sql("UPDATE addressee SET name = '相手 ひそか荘201' WHERE addressee_number = %s", [HIM])

    monkeypatch.setattr(batches, "_is_printable", lambda *_: True)
    with pytest.raises(HiddenValueShown) as refused:
        print_demand_letters(run_id)
    assert "ひそか" not in str(refused.value)
    assert list((embedded.home() / "letters").glob("demand-run-*")) == []


def test_telephones_and_mailing_addresses_are_hidden_too(run_id: int) -> None:
    protect()
    run_sql(
        "INSERT INTO addressee_mailing (addressee_number, line_number, tax_item, document, priority, is_safe, name, "
        "postal_code, address, address_detail, valid_from) "
        "VALUES (%s, 0, '', '', 5, false, '', '5150001', '松阪市殿町5-5', '', '2025-01-01')",
        [HER],
    )
    run_sql(
        "INSERT INTO addressee_contact (addressee_number, line_number, kind, priority, value) "
        "VALUES (%s, 0, '2', 5, '090-0000-0001')",
        [HER],
    )
    hidden = hidden_values()
    for text in ("松阪市殿町5-5", "09000000001", "〒515-0001", "架空市隠町3丁目14-15", "隠町3-14-15", "ひそか荘 201"):
        assert hidden.owner_in(text) == HER, text
    assert not hidden.owner_in("架空市岩渕1丁目7-29")


def test_a_notice_calls_letters_back_within_a_minute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """宛名管理で登録した支援措置が、配信の一ページで収滞納に届き、刷った督促状が回収される。"""
    with fresh("addressee"), officer():
        settle(HER)
        protect_her(addressee_number=HER)
        started = time.monotonic()
        page = page_after(named("collection"), 0, limit=100, published=publish(as_of=ISSUED), as_of=ISSUED)
        told = time.monotonic() - started
    with fresh("collection"), gate.acting(gate.Acting("試験", "collection.test.run", "statutory")):
        monkeypatch.setenv("OSAME_HOME", str(tmp_path / "home"))
        found_city()
        move_in(HER, **SECRET)
        levy(tmp_path, determination(HER), determination(SATO))
        print_demand_letters(run_demands(as_of=ISSUED, cut_off=CUT_OFF, officer=OFFICER).run_id)
        started = time.monotonic()
        apply(page)
        called = recall_unsent(as_of=ISSUED, officer=OFFICER)
        assert called.addressees == (HER,)
        assert told + time.monotonic() - started < 60
